//! Serves a bucket `bench`, for measuring, until its standard input ends:
//!
//!     s3-serve FOLDER MOST DELAY_MS [CERTIFICATE.pem]
//!
//! It has at most so many files of a folder, each under its path from `AWSLogs` on. With a file for its
//! certificate it speaks TLS. Its URL is printed.

#![allow(clippy::print_stdout)] // its answer

use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use s3server::Server;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, most, delay, rest @ ..] = arguments.as_slice() else {
        panic!("usage: s3-serve FOLDER MOST DELAY_MS [CERTIFICATE.pem]");
    };
    let most: usize = most.parse().expect("a number of files");
    let delay: u64 = delay.parse().expect("milliseconds");
    let server = match rest.first() {
        Some(file) => {
            let server = Server::start_with_tls();
            std::fs::write(file, server.certificate()).expect("a file for the certificate");
            server
        }
        None => Server::start(),
    };
    server.keep_no_requests();
    server.make_bucket("bench");
    let mut files = Vec::new();
    list(Path::new(folder), most, &mut files);
    for file in &files {
        let path = file.to_str().expect("UTF-8");
        let key = path.rfind("AWSLogs/").map_or(path, |at| &path[at..]);
        server.put("bench", key, std::fs::read(file).expect("a file"));
    }
    server.change(|behaviour| behaviour.delay = Duration::from_millis(delay));
    println!("{}", server.endpoint());
    let _ = std::io::stdin().read_to_end(&mut Vec::new());
}

fn list(folder: &Path, most: usize, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            list(&path, most, files);
        } else if files.len() < most {
            files.push(path);
        }
    }
}
