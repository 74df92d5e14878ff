//! The archive committed as `sample-logs/`: small, and every interesting case once.
//!
//! What the cases are is in [`calls`]; what they add up to is in `sample-logs/README.md`, which
//! is written by hand and checked against these files by other means than stscope.

pub mod beside;
pub mod calls;
pub mod case;
pub mod damaged;
pub mod digests;
pub mod who;

use super::bulk::{other, scene::Scene};
use super::key::Key;
use super::population::Population;
use super::{record::Record, rng::SplitMix64};
use flate2::{Compression, write::GzEncoder};
use std::io::{self, Write as _};
use std::path::Path;
use std::{fs, iter};

/// The organisation's folder.
pub const ORGANISATION: &str = "o-exampleorg";
/// An account with most of the traffic.
pub const PAYMENTS: &str = "111122223333";
/// The account others assume roles in.
pub const PLATFORM: &str = "444455556666";
/// An account whose number begins with zeros.
pub const SANDBOX: &str = "000011112222";
/// An account of the China partition; it has an organisation of its own, and no folder of one.
pub const CHINA: &str = "555566667777";

/// A log file to be: its place, its STS records, and how many others go between them.
pub struct LogFile {
    account: &'static str,
    kind: &'static str,
    region: &'static str,
    delivered: &'static str,
    others: usize,
    records: Vec<Record>,
}

/// All files of the archive, path and bytes, sorted by path. Gzip's own bytes may change with
/// flate2's version; what they hold does not.
pub fn files() -> Vec<(String, Vec<u8>)> {
    let population = Population::of(
        2025,
        [PAYMENTS, PLATFORM, SANDBOX, CHINA]
            .map(str::to_owned)
            .to_vec(),
        24,
        20,
    );
    let mut files: Vec<(String, Vec<u8>)> = iter::zip(0.., calls::files())
        .map(|(n, file)| (file.key(n), gzip(file.document(n, &population).as_bytes())))
        .chain(beside::files())
        .chain(damaged::files(&population))
        .chain(digests::files(&population))
        .collect();
    files.sort();
    files
}

/// Writes all files below `directory` and returns how many they are.
///
/// # Errors
/// The first error of the file system, with the path in it.
pub fn write(directory: &Path) -> io::Result<usize> {
    let files = files();
    for (name, bytes) in &files {
        let path = directory.join(name);
        let written = match path.parent() {
            Some(folder) => fs::create_dir_all(folder).and_then(|()| fs::write(&path, bytes)),
            None => fs::write(&path, bytes),
        };
        written.map_err(|error| {
            io::Error::new(error.kind(), format!("{}: {error}", path.display()))
        })?;
    }
    Ok(files.len())
}

impl LogFile {
    fn key(&self, number: u64) -> String {
        let key = Key {
            organisation: if self.account == CHINA {
                ""
            } else {
                ORGANISATION
            },
            account: self.account,
            kind: self.kind,
            region: self.region,
            delivered: case::seconds(self.delivered),
        };
        key.file(&mut SplitMix64::of(&[20, number]), ".json.gz")
    }

    /// The STS records with the others spread between them.
    fn document(&self, number: u64, population: &Population) -> String {
        let mut rng = SplitMix64::of(&[21, number]);
        let delivered = case::seconds(self.delivered);
        let mut texts: Vec<String> = self.records.iter().map(text).collect();
        for other in 0..self.others {
            let at = (2 * other + 1).min(texts.len());
            let time = delivered - 60 - rng.below(500) as i64;
            texts.insert(
                at,
                text(&other_record(
                    population,
                    self.account,
                    self.region,
                    time,
                    &mut rng,
                )),
            );
        }
        document(&texts)
    }
}

/// A record of any other service.
fn other_record(
    population: &Population,
    account: &str,
    region: &'static str,
    time: i64,
    rng: &mut SplitMix64,
) -> Record {
    let account = population
        .accounts
        .iter()
        .find(|known| known.id == account)
        .expect("the sample's accounts are all in its population");
    let mut record = Record::default();
    other::call(
        &mut record,
        &Scene {
            population,
            account,
            region,
            time,
            busy: 0,
        },
        rng,
    );
    record
}

fn text(record: &Record) -> String {
    let mut text = String::new();
    record.write(&mut text);
    text
}

fn document(records: &[String]) -> String {
    format!("{{\"Records\":[{}]}}", records.join(","))
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(9));
    encoder
        .write_all(bytes)
        .and_then(|()| encoder.finish())
        .expect(IN_MEMORY)
}

/// Why writing into a Vec is not checked further.
const IN_MEMORY: &str = "a Vec takes whatever is written to it";
