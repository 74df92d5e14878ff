//! `verify`, held against the validator of the AWS CLI: what is proved here is valid there, and where more
//! is found here, the test says what.
//!
//! ```sh
//! python3 tests/digests/validate_logs.py install target/tmp/awscli-venv
//! cargo test --test it -- verify_by_awscli:: --ignored
//! ```

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use archive::digests::gzip;
use serde_json::{Value, json};

use super::verify::{Archive, kinds};

/// What the AWS CLI says of an archive.
fn validated(archive: &Archive) -> Value {
    let python = crate::environment::python(
        "awscli-venv",
        "the AWS CLI is",
        "tests/digests/validate_logs.py",
    );
    let signatures: BTreeMap<&str, &str> = (archive.chain.iter())
        .map(|digest| (digest.key.as_str(), digest.signature.as_str()))
        .collect();
    let keys: Value = serde_json::from_str(&archive.signer.list_public_keys()).unwrap();
    let asked = json!({
        "bucket": archive.trail.bucket,
        "arn": "arn:aws:cloudtrail:us-east-1:111122223333:trail/example-trail",
        "region": "us-east-1",
        "since": "2025-11-03T00:00:00Z",
        "until": "2025-11-03T08:00:00Z",
        "keys": keys,
        "signatures": signatures,
    });
    let file = archive.dir.path().join("asked.json");
    fs::write(&file, asked.to_string()).unwrap();
    let output = Command::new(python)
        .args(["tests/digests/validate_logs.py", "validate"])
        .arg(archive.root())
        .arg(&file)
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[track_caller]
fn assert_validated(archive: &Archive, digests: [u64; 2], logs: [u64; 2]) {
    let said = validated(archive);
    let numbers = |of: &str| ["valid", "invalid"].map(|is| said[format!("{is}_{of}")].as_u64());
    assert_eq!(numbers("digests"), digests.map(Some), "{}", said["said"]);
    assert_eq!(numbers("logs"), logs.map(Some), "{}", said["said"]);
}

#[test]
#[ignore = "needs the AWS CLI: python3 tests/digests/validate_logs.py install target/tmp/awscli-venv"]
fn what_is_proved_is_valid_for_the_aws_cli() {
    let archive = Archive::new();
    let said = archive.closely("").exits(0);
    assert_eq!(said.rows()[0]["status"], "proved");
    assert_validated(&archive, [8, 0], [16, 0]);
}

#[test]
#[ignore = "needs the AWS CLI: python3 tests/digests/validate_logs.py install target/tmp/awscli-venv"]
fn what_the_aws_cli_finds_is_found() {
    let archive = Archive::new();
    let [one, other, more] = [0, 1, 2].map(|hour| &archive.logs[hour][0]);
    archive.remove(&one.key);
    archive.put(&other.key, &gzip(b"{}"));
    archive.put(&more.key, &[gzip(&more.content), b"more".to_vec()].concat());
    assert_validated(&archive, [8, 0], [13, 3]);
    let said = archive.closely("").exits(1);
    assert_eq!(kinds(&said), ["differs", "differs", "missing"]);
    let archive = Archive::new();
    archive.remove_digests(3..4);
    assert_validated(&archive, [7, 1], [14, 0]);
    let said = archive.closely("").exits(1);
    assert_eq!(kinds(&said)[0], "hole");
}

#[test]
#[ignore = "needs the AWS CLI: python3 tests/digests/validate_logs.py install target/tmp/awscli-venv"]
fn the_aws_cli_misses_what_is_found_here() {
    // A second digest in a row.
    let archive = Archive::new();
    archive.remove_digests(3..5);
    assert_validated(&archive, [6, 1], [12, 0]);
    let said = archive.closely("").exits(1);
    assert_eq!(said.rows()[0]["hole_hours"], 2);
    // The newest digest.
    let archive = Archive::new();
    archive.remove_digests(7..8);
    assert_validated(&archive, [7, 0], [14, 0]);
    archive.closely("--until 2025-11-03T07:00:00Z").exits(1);
    // A log in no digest.
    let archive = Archive::new();
    let forged = archive
        .trail
        .log_key(archive.chain[2].end, "Forged0000000001");
    archive.put(&forged, &gzip(b"{\"Records\":[]}"));
    assert_validated(&archive, [8, 0], [16, 0]);
    assert_eq!(kinds(&archive.closely("").exits(0)), ["unnamed"]);
    // A wrong previousDigestHashValue, signed.
    let mut archive = Archive::new();
    let victim = archive.chain[7].clone();
    let hash = archive::digests::sha256(archive.chain[6].content.as_bytes());
    let content = victim.content.replace(&hash, &"0".repeat(64));
    archive.chain[7] = archive.signer.signed_again(&victim, content);
    archive.put(&victim.key, &archive.chain[7].file());
    assert_validated(&archive, [8, 0], [16, 0]);
    assert_eq!(
        kinds(&archive.closely("").exits(1)),
        ["wrong-previous-hash"]
    );
}
