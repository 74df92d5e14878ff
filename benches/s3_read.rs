//! What listing and reading S3 cost, without anything that is done with the objects:
//!
//!     s3-read list|get s3://BUCKET/PREFIX [READS]
//!
//! Prints objects, seconds, CPU and memory. Settings come from the environment.

#![allow(clippy::print_stdout)] // its answer

use std::io::Read;
use std::time::Instant;

use stscope::internals::input::s3::{
    Body, FetchLimits, Listed, Object, S3, S3Options, S3Url, Selection,
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [what, at, rest @ ..] = arguments.as_slice() else {
        return Err("usage: s3-read list|get s3://BUCKET/PREFIX [READS]".into());
    };
    let reads = rest.first().map(|reads| reads.parse()).transpose()?;
    let s3 = S3::connect(&S3Options::default())?;
    let begun = Instant::now();
    let listing = s3.list(&S3Url::parse(at)?, &Selection::default());
    let found = listing.filter_map(|listed| match listed {
        Ok(Listed::Object(object)) => Some(Ok(object)),
        Ok(_) => None,
        Err(error) => Some(Err(error)),
    });
    let (mut objects, mut bytes) = (0_u64, 0_u64);
    if what == "list" {
        for object in found {
            (objects, bytes) = (objects + 1, bytes + object?.size);
        }
    } else {
        let wanted: Vec<(Object, ())> = found
            .map(|object| Ok((object?, ())))
            .collect::<Result<_, stscope::internals::input::s3::S3Error>>()?;
        let listed = cpu()?;
        println!(
            "listed: {:.2} s, {listed:.2} s of CPU",
            begun.elapsed().as_secs_f64()
        );
        let begun = Instant::now();
        let limits = FetchLimits {
            reads,
            ..FetchLimits::default()
        };
        for fetched in &s3.fetch(wanted, limits)? {
            objects += 1;
            bytes += match fetched.body? {
                Body::Whole(whole) => whole.len() as u64,
                Body::Stream(mut stream) => {
                    let mut all = Vec::new();
                    stream.read_to_end(&mut all)? as u64
                }
            };
        }
        let (seconds, cpu) = (begun.elapsed().as_secs_f64(), cpu()? - listed);
        let each = 1e6 / objects as f64;
        println!(
            "{objects} objects, {bytes} bytes: {seconds:.2} s, {cpu:.2} s of CPU, {:.1} µs each",
            cpu * each
        );
        println!("{:?}, {}", s3.requests(), memory()?);
        return Ok(());
    }
    println!(
        "{objects} objects, {bytes} bytes: {:.2} s, {:.2} s of CPU",
        begun.elapsed().as_secs_f64(),
        cpu()?
    );
    println!("{:?}, {}", s3.requests(), memory()?);
    Ok(())
}

/// Seconds of CPU that this process took, of Linux's hundredths.
fn cpu() -> Result<f64, Box<dyn std::error::Error>> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let after = stat.rsplit(')').next().unwrap_or("");
    let fields: Vec<&str> = after.split_whitespace().collect();
    Ok((fields[11].parse::<f64>()? + fields[12].parse::<f64>()?) / 100.0)
}

fn memory() -> std::io::Result<String> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    Ok(line.unwrap_or("").to_owned())
}
