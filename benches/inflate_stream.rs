//! The limit for a document that is too large to be held: inflates one `.gz` as a stream with
//! flate2, in pieces of 1 MiB, and does nothing else.
//!
//! `cargo run --release --example inflate-stream -- FILE`

#![allow(clippy::print_stdout, reason = "prints a number")]

use std::fs::File;
use std::io::Read;

fn main() {
    let path = std::env::args().nth(1).expect("FILE");
    let file = File::open(path).expect("a readable file");
    let mut stream = flate2::read::MultiGzDecoder::new(file);
    let mut piece = vec![0; 1 << 20];
    let mut bytes = 0;
    loop {
        match stream.read(&mut piece).expect("a sound stream") {
            0 => break,
            count => bytes += count,
        }
    }
    println!("{bytes}");
}
