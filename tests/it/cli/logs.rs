//! Small logs made by hand, for what the sample does not show.

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::harness::SAMPLE;

/// A global call of the role `app`, and whatever is different about it.
pub fn call(number: u32, changes: Value) -> Value {
    let mut record = json!({
        "eventVersion": "1.11",
        "eventTime": "2025-11-03T10:00:00Z",
        "eventSource": "sts.amazonaws.com",
        "eventName": "AssumeRole",
        "awsRegion": "us-east-1",
        "sourceIPAddress": "192.0.2.1",
        "userAgent": "Boto3/1.28.57 Botocore/1.31.57",
        "eventID": format!("00000000-0000-4000-8000-{number:012}"),
        "recipientAccountId": "111122223333",
        "userIdentity": {
            "type": "AssumedRole",
            "accountId": "111122223333",
            "arn": "arn:aws:sts::111122223333:assumed-role/app/session",
            "sessionContext": {
                "sessionIssuer": { "type": "Role", "arn": "arn:aws:iam::111122223333:role/app" },
            },
        },
        "tlsDetails": { "clientProvidedHostHeader": "sts.amazonaws.com" },
    });
    for (name, value) in changes.as_object().into_iter().flatten() {
        record[name] = value.clone();
    }
    record
}

/// A call that nobody has to change.
pub fn regional_call(number: u32) -> Value {
    let host = json!({ "clientProvidedHostHeader": "sts.eu-west-1.amazonaws.com" });
    call(
        number,
        json!({ "awsRegion": "eu-west-1", "tlsDetails": host }),
    )
}

/// A log file of these records.
pub fn log(records: &[Value]) -> Vec<u8> {
    json!({ "Records": records }).to_string().into_bytes()
}

/// A log of one call.
pub fn one_call() -> Vec<u8> {
    log(&[call(1, json!({}))])
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// What a gzip holds; anything else as it is, and damage where it lies.
pub fn decompressed(bytes: &[u8]) -> Vec<u8> {
    let mut content = Vec::new();
    if bytes.starts_with(&[0x1f, 0x8b]) {
        let _ = flate2::read::MultiGzDecoder::new(bytes).read_to_end(&mut content);
    } else {
        content.extend_from_slice(bytes);
    }
    content
}

/// Writes a file, and the folders it stands in.
pub fn put(folder: &Path, name: impl AsRef<Path>, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, bytes).unwrap();
    path
}

/// Makes a FIFO.
#[cfg(unix)]
pub fn fifo(path: &Path) {
    let made = std::process::Command::new("mkfifo").arg(path).status();
    assert!(made.unwrap().success());
}

/// Every file below a folder, sorted.
pub fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// The names in a folder, the hidden ones included, sorted.
pub fn names_in(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// A folder of the sample whose calls are all of eu-west-1.
pub fn sample_of_eu_west_1() -> String {
    format!("{SAMPLE}/o-exampleorg/111122223333/CloudTrail/eu-west-1")
}
