//! Writes seeds for the fuzz targets: synthetic records of every odd shape, in whatever records may
//! be wrapped in, each whole and damaged. The same files every time.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use archive::bulk::{Archive, Options};
use archive::{odd, rng::SplitMix64};
use serde_json::Value;
use twin::mutate::{Change, changed};

/// Larger ones only slow the fuzzer down.
const MAX_LENGTH: usize = 8192;

fn main() -> ExitCode {
    let Some(corpus) = std::env::args_os().nth(1) else {
        eprintln!("give the folder to write the seeds into, such as tests/fuzz/corpus");
        return ExitCode::from(2);
    };
    match write(&PathBuf::from(corpus)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cannot write the seeds: {error}; name a folder that can be written to");
            ExitCode::from(2)
        }
    }
}

fn write(corpus: &Path) -> io::Result<()> {
    let [records, scan] = ["records", "scan"].map(|target| corpus.join(target));
    std::fs::create_dir_all(&records)?;
    std::fs::create_dir_all(&scan)?;
    for (n, text) in texts().into_iter().enumerate() {
        let rng = &mut SplitMix64::of(&[n as u64]);
        std::fs::write(records.join(format!("seed-{n:03}")), &text)?;
        let choices = (rng.draw() as u32).to_le_bytes();
        std::fs::write(
            scan.join(format!("seed-{n:03}")),
            [&choices, &text[..]].concat(),
        )?;
    }
    Ok(())
}

fn texts() -> Vec<Vec<u8>> {
    let rng = &mut SplitMix64::of(&[]);
    let mut texts: Vec<Vec<u8>> = HAND_MADE.map(|text| text.as_bytes().to_vec()).to_vec();
    texts.push(format!(r#"{{"a":{}{}}}"#, "[".repeat(100), "]".repeat(100)).into_bytes());
    texts.extend((0..60).map(|n| odd::document(rng, n % 4).into_bytes()));
    texts.extend((0..60).map(|n| lines(rng, n).into_bytes()));
    texts.extend((0..20).map(|_| odd::value(rng).into_bytes()));
    texts.extend(plausible());
    let damaged: Vec<Vec<u8>> = texts.iter().map(|text| damaged(rng, text)).collect();
    texts.extend(damaged);
    texts.retain(|text| text.len() <= MAX_LENGTH);
    texts
}

/// What no generator makes.
const HAND_MADE: [&str; 38] = [
    "",
    "[]",
    "\u{feff}{\"Records\":[]}",
    r#"{"digestStartTime":"2025-11-03T10:00:00Z","logFiles":[]}"#,
    r#"{"configurationItems":[1,-2.5e3,true,false,null]}"#,
    r#"{"Records":[{"eventVersion":"1","a\u0022eventSource":"sts.amazonaws.com"}}]}"#,
    r#"{"Records":[{"eventCategory":"Insight","eventVersion":"1.08"}]}"#,
    r#"{"Records":[{"eventType":"AwsCloudTrailInsight"},{"eventSource":"s3.amazonaws.com"}]}"#,
    r#"{"Records":[{"eventSource":"sts.amazonaws.com"}],"Records":[null,"{}",[{}]]}"#,
    r#"{"Records":[{"eventSource":"sts.amazonaws.com"}],"Records":1,"eventVersion":"1"}"#,
    r#"{"Records":[{"eventSource":"s3","eventSource":"st\u0073.amazonaws.com"}]}"#,
    "{\"Records\":[{\"eventSource\":\"sts.amazonaws.com\",\"a\":\"\u{1}\"}]}",
    r#"{"detail":{"eventSource":"sts.amazonaws.com"},"detail-type":"x","detail":"y"}"#,
    r#"{"source":"my.shop","detail-type":"x","detail":{"eventVersion":"1","eventName":"n"}}"#,
    r#"{"detail-type":"x","detail":{"eventVersion":"1","eventName":"n","eventSource":"-","eventsource":""}}"#,
    r#"{"detail":{"eventVersion":"1","eventName":"n","message":"{\"eventSource\":\"sts.amazonaws.com\"}"},"detail-type":1}"#,
    r#"{"message":"{\"message\":\"{\\\"eventSource\\\":\\\"sts.amazonaws.com\\\"}\"}"}"#,
    "{\"Records\":[]}\u{feff}\n\u{feff}{\"NextToken\":\"a\"}",
    r#"{"Records":[{"body":"{\"eventSource\":\"sts.amazonaws.com\"}","eventSource":"aws:sqs"},7]}"#,
    r#"{"Records":[{"Sns":{"Message":"{\"detail\":{\"eventSource\":\"s3\"}}"}},[{}],"x"]}"#,
    r#"{"eventSource":"sts.amazonaws.com","events":[{"message":[{"eventVersion":"1"}]}],"events":1}"#,
    r#"{"_source":{"eventSource":"sts.amazonaws.com","eventTime":1762164000},"log":"{}"}"#,
    r#"{"event":{"original":"[{\"eventSource\":\"sts.amazonaws.com\"}]"},"message":"[x]"}"#,
    r#""{\"eventSource\":\"sts.amazonaws.com\",\"eventTime\":\"2025-11-03 10:00:00,5+01\"}""#,
    r#"{"things":"{\"eventSource\":\"sts.amazonaws.com\"}"}"#,
    r#"{"logEvents":[{"message":"CWL CONTROL MESSAGE: a"}]}"#,
    r#"{"hits":{"hits":[{"_source":{"eventVersion":"1"}}]}}"#,
    r#"{"eventVersion":"1.08","eventData":{"eventSource":"sts.amazonaws.com"}}"#,
    r#"{"Records":[{"eventVersion":"1","eventSource":"s3","more":"{\"eventSource\":\"sts.amazonaws.com\"}"}]}"#,
    r#"{"Records":[{"eventVersion":"1","insightDetails":{"eventSource":"sts.amazonaws.com"}}],"x":[{"eventSource":"sts.amazonaws.com"}]}"#,
    r#"{"eventVersion":"1","eventName":"AssumeRole","eventSource":["sts.amazonaws.com"]}"#,
    r#"{"Records":[{"eventVersion":"1","eventSource":["sts.amazonaws.com"]}]}"#,
    r#"{"eventSource":"sts.amazonaws.com","tlsDetails":"{\"tlsVersion\":\"x\"}","userIdentity":"{a=b}"}"#,
    r#"{"Records":[{"eventversion":"1","eventsource":"sts.amazonaws.com","tlsdetails":{"tlsversion":"x"}}]}"#,
    r#"{"Records":[{"eventSource":"sts.amazonaws.com"}],"Events":[1],"Records":[],"Events":[]}"#,
    r#"{"awslogs":{"data":"H4sIAAAAAAAAAAMA"}}"#,
    r#"{"records":[{"kinesis":{"data":"eyJldmVudFZlcnNpb24i"}}]}"#,
    "2025-11-03T10:00:00.000Z {\"eventSource\":\"sts.amazonaws.com\"}\n2025-11-03T10:00:01.000Z {}",
];

/// One or two odd records, wrapped in one of the ways that records come in.
fn lines(rng: &mut SplitMix64, wrapping: usize) -> String {
    let lines: Vec<String> = (0..1 + rng.below(2))
        .map(|_| {
            let record = odd::record(rng);
            let quoted = Value::from(record.as_str());
            match wrapping % 12 {
                0 => record,
                1 => format!(r#"{{"version":"0","detail-type":"AWS API Call via CloudTrail","detail":{record}}}"#),
                2 => format!(r#"{{"Events":[{{"EventId":"a","CloudTrailEvent":{quoted}}}],"NextToken":"b"}}"#),
                3 => format!(r#"{{"messageType":"DATA_MESSAGE","logEvents":[{{"id":"a","message":{quoted}}}]}}"#),
                4 => format!(r#"{{"events":[{{"message":{quoted}}}]}}"#),
                5 => format!("[{quoted},{record}]"),
                6 => format!("2025-11-03T10:00:00.123Z {record}"),
                7 => format!(r#"{{"Records":[{{"body":{quoted},"eventSource":"aws:sqs"}},{record}]}}"#),
                8 => format!(r#"{{"Events":[{{"CloudTrailEvent":{record}}},{{"a":1}}]}}"#),
                9 => format!(r#"{{"date":1,"log":{quoted},"events":[]}}"#),
                10 => format!(r#"{{"things":[{record}],"text":{quoted}}}"#),
                _ => {
                    let envelope = format!(r#"{{"detail":{record}}}"#);
                    format!(r#"{{"logEvents":[{{"message":{}}}]}}"#, Value::from(envelope))
                }
            }
        })
        .collect();
    lines.join("\n")
}

/// Records as AWS writes them.
fn plausible() -> impl Iterator<Item = Vec<u8>> {
    let archive = Archive::new(Options {
        files: 20,
        records: 2,
        sts_share: 0.6,
        duplicates: 0.2,
        shared_pairs: 0.4,
        ..Options::default()
    });
    (0..20).map(move |file| {
        let mut text = Vec::new();
        archive.write_file(file, &mut text);
        text
    })
}

/// The text with one or two changes where they do most.
fn damaged(rng: &mut SplitMix64, text: &[u8]) -> Vec<u8> {
    const BYTES: &[u8] = b"\"\\{}[],: \n\x01\x0c\x80\xff0-.eEtnu";
    let changes: Vec<Change> = (0..1 + rng.below(2))
        .map(|_| {
            let at = rng.below(1000) as f64 / 1000.0;
            let byte = BYTES[rng.below(BYTES.len())];
            let length = 1 + rng.below(200);
            match rng.below(5) {
                0 => Change::Replace { at, byte },
                1 => Change::Insert { at, byte },
                2 => Change::Delete { at, length },
                3 => Change::Duplicate { at, length },
                _ => Change::Truncate { at },
            }
        })
        .collect();
    changed(text, &changes)
}
