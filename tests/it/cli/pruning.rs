//! Files that need not be read, by their S3 keys: fewer files, the same answer.

use serde_json::{Value, json};

use super::harness::{SAMPLE, number, stscope};
use super::logs::{call, log, put};

fn report(folder: &std::path::Path, options: &str) -> Value {
    let run = stscope("report --format json")
        .args(options.split_whitespace())
        .arg(folder);
    run.run().exits(0).json()
}

fn calls(document: &Value) -> u64 {
    number(&document["summary"]["calls"])
}

#[test]
fn pruning_changes_no_answer_of_the_sample() {
    for options in [
        "--since 2025-11-04",
        "--since 2025-11-03T14:00:00Z --until 2025-11-04T08:00:00Z",
        "--until 2025-11-04",
        "--account 000011112222",
        "--account 444455556666,555566667777 --region us-east-1,cn-north-1",
        "--region eu-west-1",
        "--region us-east-1 --since 2025-11-04T12:00:00Z",
    ] {
        let pruned = report(SAMPLE.as_ref(), options);
        let whole = report(SAMPLE.as_ref(), &format!("{options} --no-prune"));
        assert_eq!(pruned["summary"], whole["summary"], "{options}");
        assert_eq!(pruned["groups"], whole["groups"], "{options}");
        let pruned_files = |document: &Value| -> u64 {
            let by = document["coverage"]["files"]["pruned"].as_object().unwrap();
            by.values().map(number).sum()
        };
        assert_eq!(pruned_files(&whole), 0, "{options}");
        // By time alone, two days are too near to each other.
        let by_place = options.contains("--account") || options.contains("--region");
        assert!(pruned_files(&pruned) > 0 || !by_place, "{options}");
    }
}

/// A log of one call with this key.
fn archive(key: &str, number: u32, changes: Value) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    put(dir.path(), key, &log(&[call(number, changes)]));
    // Something is read in any case.
    put(
        dir.path(),
        "other.json",
        &log(&[call(99, json!({ "eventTime": "1999-01-01T00:00:00Z" }))]),
    );
    dir
}

fn is_read(key: &str, options: &str) -> bool {
    let dir = archive(key, 1, json!({}));
    let files = &report(dir.path(), options)["coverage"]["files"];
    number(&files["read"]) == 2
}

#[test]
fn dates_prune_before_since_and_two_days_after_until() {
    let key = |day: &str| format!("AWSLogs/111122223333/CloudTrail/us-east-1/2025/11/{day}/x.json");
    for (day, options, read) in [
        ("02", "--since 2025-11-03T23:00:00Z", false),
        ("03", "--since 2025-11-03T23:00:00Z", true),
        ("09", "--since 2025-11-03", true),
        ("06", "--until 2025-11-04", true),
        ("07", "--until 2025-11-04", false),
        ("07", "--until 2025-11-04 --no-prune", true),
        ("01", "--until 2025-11-04", true),
    ] {
        assert_eq!(is_read(&key(day), options), read, "{day} {options}");
    }
}

#[test]
fn what_is_delivered_late_is_found_without_pruning() {
    let key = "AWSLogs/111122223333/CloudTrail/us-east-1/2025/11/20/x.json";
    let dir = archive(key, 1, json!({}));
    let asked = "--since 2025-11-03 --until 2025-11-04";
    assert_eq!(calls(&report(dir.path(), asked)), 0);
    assert_eq!(
        calls(&report(dir.path(), &format!("{asked} --no-prune"))),
        1
    );
}

#[test]
fn a_region_prunes_only_files_of_december_2021_and_later() {
    let key = |day: &str| format!("AWSLogs/111122223333/CloudTrail/eu-west-1/{day}/x.json");
    let old = archive(&key("2021/11/30"), 1, json!({}));
    assert_eq!(
        calls(&report(
            old.path(),
            "--region us-east-1 --since 2025-01-01 --no-prune"
        )),
        1
    );
    assert!(is_read(&key("2021/11/30"), "--region us-east-1"));
    assert!(!is_read(&key("2021/12/01"), "--region us-east-1"));
    assert!(is_read(&key("2021/12/01"), "--region eu-west-1"));
    assert!(is_read(&key("2021/12/01"), "--region eu-west-1,us-east-1"));
    assert!(is_read(&key("2021/12/01"), "--region us-east-1 --no-prune"));
}

#[test]
fn a_key_that_is_not_certainly_of_s3_prunes_nothing() {
    let options = "--account 999999999999 --region ap-south-1 --since 2026-01-01";
    for key in [
        "x.json",
        "111122223333/CloudTrail/us-east-1/2025/11/03/x.json",
        "AWSLogs/11112222333/CloudTrail/us-east-1/2025/11/03/x.json",
        "AWSLogs/o-short/111122223333/CloudTrail/us-east-1/2025/11/03/x.json",
        "AWSLogs/111122223333/CloudTrail/us-east-1/2025/11/x.json",
        "AWSLogs/111122223333/CloudTrail/us-east-1/2025/11/31/x.json",
        "AWSLogs/111122223333/us-east-1/2025/11/03/x.json",
        "AWSLogs/111122223333/cloudtrail-old/us-east-1/2025/11/03/x.json",
    ] {
        assert!(is_read(key, options), "{key}");
    }
    for prefix in ["", "my/prefix/", "AWSLogs/"] {
        for organisation in ["", "o-exampleorg/"] {
            let key = format!(
                "{prefix}AWSLogs/{organisation}111122223333/CloudTrail/us-east-1/2025/11/03/x.json"
            );
            assert!(!is_read(&key, options), "{key}");
        }
    }
}
