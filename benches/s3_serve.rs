//! Serves a bucket `bench` of made-up objects, for measuring, until its standard input ends:
//!
//!     s3-serve OBJECTS BYTES DELAY_MS [CERTIFICATE.pem]
//!
//! With a file for its certificate it speaks TLS. Its URL is printed.

#![allow(clippy::print_stdout)] // its answer

use std::io::Read;
use std::sync::Arc;
use std::time::Duration;

use s3server::Server;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize| -> u64 {
        let given = arguments.get(at).and_then(|text| text.parse().ok());
        given.expect("usage: s3-serve OBJECTS BYTES DELAY_MS [CERTIFICATE.pem]")
    };
    let (objects, bytes, delay) = (number(0), number(1), number(2));
    let server = match arguments.get(3) {
        Some(file) => {
            let server = Server::start_with_tls();
            std::fs::write(file, server.certificate()).expect("a file for the certificate");
            server
        }
        None => Server::start(),
    };
    server.forget_requests();
    let content: Arc<[u8]> = vec![7; usize::try_from(bytes).expect("bytes")].into();
    server.make_bucket("bench");
    for at in 0..objects {
        // Some 40 of a Region and day, as a trail of many accounts has them.
        let (account, day) = (at / 40 / 30, at / 40 % 30 + 1);
        let key = format!(
            "AWSLogs/{account:012}/CloudTrail/eu-west-1/2025/11/{day:02}/{account:012}_CloudTrail_eu-west-1_202511{day:02}T0005Z_{at:016x}.json.gz"
        );
        server.put("bench", &key, Arc::clone(&content));
    }
    server.change(|behaviour| behaviour.delay = Duration::from_millis(delay));
    println!("{}", server.endpoint());
    let _ = std::io::stdin().read_to_end(&mut Vec::new());
}
