//! One file of each kind of damage, with whole records before it.
//!
//! The damage is placed so that how many records are whole cannot be argued about: gzip is
//! flushed after the last of them, and what follows in the file cannot become one more.

use super::super::population::Population;
use super::super::{agents, record::Record, rng::SplitMix64};
use super::case::{Case, seconds};
use super::{IN_MEMORY, PAYMENTS, document, gzip, other_record, text, who};
use flate2::{Compression, write::GzEncoder};
use std::io::Write as _;

/// The files below `damaged/`.
pub fn files(population: &Population) -> Vec<(String, Vec<u8>)> {
    let records = records(population);
    let whole = document(&records);
    // Everything up to and with the comma after the third record.
    let before = format!("{{\"Records\":[{},", records[..3].join(","));
    let after = &whole[before.len()..];
    [
        ("gzip-cut.json.gz", gzip_cut(&before, after)),
        ("gzip-bad-checksum.json.gz", gzip_bad_checksum(&whole)),
        ("gzip-corrupt.json.gz", gzip_corrupt(&before, after)),
        ("gzip-then-garbage.json.gz", [gzip(whole.as_bytes()), b"\x07no member of gzip\n".to_vec()].concat()),
        ("gzip-second-member-cut.json.gz", [gzip(before.as_bytes()), gzip(after.as_bytes())[..14].to_vec()].concat()),
        ("json-cut.json", whole.as_bytes()[..before.len() + 300].to_vec()),
        ("json-cut-named-gz.json.gz", whole.as_bytes()[..before.len() + 300].to_vec()),
        ("json-broken-between.json.gz", gzip(broken_between(&records).as_bytes())),
        ("record-broken.json.gz", gzip(record_broken(&records).as_bytes())),
        ("not-json-text.json.gz", gzip(b"No log: <html><body>503 Slow Down</body></html>\n")),
        ("not-json-zip.json.gz", b"PK\x03\x04\x14\x00\x00\x00\x08\x00\x00\x00!\x00\x9a\xbc\xde\xf0\x10\x00\x00\x00\x10\x00\x00\x00\x09\x00\x00\x00logs.json\xff\xfe\x80\x81zip".to_vec()),
    ]
    .into_iter()
    .map(|(name, bytes)| (format!("damaged/{name}"), bytes))
    .collect()
}

/// STS, another service, STS, STS: 901, 902, 903 are the STS ones.
fn records(population: &Population) -> Vec<String> {
    let call = |number: u32, host: &str| -> Record {
        let time = format!("04T16:{:02}:00", number - 900);
        let who = who::role(PAYMENTS, "damaged", &format!("session-{number}"));
        Case::new(number, PAYMENTS, "us-east-1", &time, who)
            .agent(agents::LEGACY[2])
            .assume(PAYMENTS, "ledger-reader", "damaged")
            .host(host)
            .done()
    };
    let mut rng = SplitMix64::of(&[23]);
    let other = other_record(
        population,
        PAYMENTS,
        "us-east-1",
        seconds("04T16:00:00"),
        &mut rng,
    );
    [
        call(901, "sts.amazonaws.com"),
        other,
        call(902, "sts.us-east-1.amazonaws.com"),
        call(903, "sts.amazonaws.com"),
    ]
    .iter()
    .map(text)
    .collect()
}

/// Two parts with a flush between them, and where in the bytes it is.
fn gzip_in_parts(before: &str, after: &str) -> (Vec<u8>, usize) {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(9));
    encoder
        .write_all(before.as_bytes())
        .and_then(|()| encoder.flush())
        .expect(IN_MEMORY);
    let boundary = encoder.get_ref().len();
    encoder.write_all(after.as_bytes()).expect(IN_MEMORY);
    (encoder.finish().expect(IN_MEMORY), boundary)
}

fn gzip_cut(before: &str, after: &str) -> Vec<u8> {
    let (mut bytes, boundary) = gzip_in_parts(before, after);
    bytes.truncate(boundary + 40);
    bytes
}

fn gzip_corrupt(before: &str, after: &str) -> Vec<u8> {
    let (mut bytes, boundary) = gzip_in_parts(before, after);
    // A block of type 3, which RFC 1951 §3.2.3 reserves as an error.
    bytes[boundary] = 0b110;
    bytes
}

fn gzip_bad_checksum(whole: &str) -> Vec<u8> {
    let mut bytes = gzip(whole.as_bytes());
    let checksum = bytes.len() - 8;
    bytes[checksum] ^= 0xff;
    bytes
}

/// After two records comes what is no separator; a sound record stands behind it.
fn broken_between(records: &[String]) -> String {
    format!(
        "{{\"Records\":[{},{},!{}]}}",
        records[0], records[1], records[2]
    )
}

/// The last record has sound bounds and one value that is no JSON.
fn record_broken(records: &[String]) -> String {
    document(records).replacen("\"5a3f1e00-0000-4000-8000-000000000903\"", "5a3f1e00", 1)
}
