//! What a store has read for an answer is what a scan would have read for it.

use std::path::PathBuf;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::harness::{number, stscope};
use super::logs::{call, gzip, log, put};
use super::store::{answer, ask, folder, ingest};

/// Sound logs of two days, two accounts and two Regions, and three damaged ones: an old one, one of
/// another account, and one of another Region.
fn partly_damaged() -> (TempDir, PathBuf, PathBuf) {
    let (folder, store) = folder();
    let logs = folder.path().join("logs");
    let key = |account: &str, region: &str, day: &str, name: &str| {
        format!("AWSLogs/{account}/CloudTrail/{region}/2025/{day}/{name}.json.gz")
    };
    let mut calls = 0;
    for (account, region) in [
        ("111122223333", "us-east-1"),
        ("111122223333", "eu-west-1"),
        ("444455556666", "us-east-1"),
    ] {
        for day in ["11/03", "11/10"] {
            calls += 1;
            let time = format!("2025-{}T10:00:00Z", day.replace('/', "-"));
            let changes = json!({
                "eventTime": time, "awsRegion": region, "recipientAccountId": account,
            });
            let file = gzip(&log(&[call(calls, changes)]));
            put(&logs, key(account, region, day, "sound"), &file);
            let is_damaged = match (account, region) {
                ("111122223333", "us-east-1") => day == "11/03",
                _ => day == "11/10",
            };
            if is_damaged {
                put(
                    &logs,
                    key(account, region, day, "cut"),
                    &file[..file.len() / 2],
                );
            }
        }
    }
    ingest(&store, &logs).exits(3);
    (folder, logs, store)
}

fn files(document: &Value) -> Value {
    document["coverage"]["files"].clone()
}

#[test]
fn a_store_prunes_its_files_as_a_scan_does_and_damage_elsewhere_is_no_matter() {
    let (_folder, logs, store) = partly_damaged();
    for (options, exit, pruned) in [
        ("", 3, [0, 0, 0]),
        ("--since 2025-11-04", 3, [4, 0, 0]),
        ("--until 2025-11-07", 3, [5, 0, 0]),
        ("--account 111122223333", 3, [0, 3, 0]),
        ("--region us-east-1", 3, [0, 0, 3]),
        (
            "--since 2025-11-04 --account 111122223333 --region us-east-1",
            0,
            [4, 2, 2],
        ),
        ("--until 2025-11-07 --account 444455556666", 0, [5, 3, 0]),
        ("--region eu-west-1 --until 2025-11-07", 0, [5, 0, 3]),
    ] {
        for command in ["report", "plan", "regions"] {
            let words = format!("{command} --format json {options}");
            let read = stscope(&words).arg(&logs).run().exits(exit);
            let kept = ask(&words, &store).run().exits(exit);
            assert_eq!(answer(&kept), answer(&read), "{words}");
            let (kept, read) = (kept.json(), read.json());
            assert_eq!(files(&kept), files(&read), "{words}");
            let by = &files(&kept)["pruned"];
            let by = ["date", "account", "region"].map(|reason| number(&by[reason]));
            assert_eq!(by, pruned, "{words}");
            let records = |document: &Value| number(&document["coverage"]["records"]);
            assert_eq!(records(&kept), records(&read), "{words}");
        }
    }
}

#[test]
fn calls_that_came_late_stay_though_their_files_are_pruned() {
    let (folder, store) = folder();
    let logs = folder.path().join("logs");
    let key = "AWSLogs/111122223333/CloudTrail/us-east-1/2025/11/20/late.json";
    put(&logs, key, &log(&[call(1, json!({}))]));
    ingest(&store, &logs).exits(0);
    let words = "report --format json --since 2025-11-03 --until 2025-11-04";
    let said = ask(words, &store).run().exits(0).json();
    assert_eq!(number(&said["summary"]["calls"]), 1);
    assert_eq!(number(&files(&said)["pruned"]["date"]), 1);
}

/// One odd record must not keep a gate from judging every night after it.
#[test]
fn a_call_without_a_time_in_a_log_from_before_the_time_asked_about_is_not_of_it() {
    let (folder, store) = folder();
    let logs = folder.path().join("logs");
    let key = |day: &str| format!("AWSLogs/111122223333/CloudTrail/us-east-1/2025/11/{day}/a.json");
    let untimed = call(1, json!({ "eventTime": "soon" }));
    put(&logs, key("03"), &log(&[untimed]));
    let host = json!({ "clientProvidedHostHeader": "sts.us-east-1.amazonaws.com" });
    let regional = json!({ "eventTime": "2025-11-10T10:00:00Z", "tlsDetails": host });
    put(&logs, key("10"), &log(&[call(2, regional)]));
    ingest(&store, &logs).exits(0);
    for (since, exit, no_time) in [("2025-11-03", 2, 1), ("2025-11-04", 0, 0)] {
        let words = format!("report --format json --fail-on global --since {since}");
        let read = stscope(&words).arg(&logs).run().exits(exit);
        let kept = ask(&words, &store).run().exits(exit);
        assert_eq!(answer(&kept), answer(&read), "{since}");
        for said in [kept, read] {
            assert_eq!(number(&said.json()["coverage"]["no_time"]), no_time);
        }
    }
    // Where no time is asked about, it counts.
    ask("report --fail-on global", &store).run().exits(1);
}

#[test]
fn when_everything_is_filtered_away_there_is_no_answer() {
    let (_folder, _logs, store) = partly_damaged();
    for command in ["report", "plan", "regions", "trend"] {
        for option in ["--since 2026-01-01", "--account 999999999999"] {
            let said = ask(&format!("{command} {option}"), &store).run();
            let said = said.fails(&["nothing was read: 0 of 9 files read", "widen --since"]);
            assert!(!said.stderr.contains("--no-prune"), "{said}");
        }
    }
}

#[test]
fn a_trend_without_a_period_is_an_error() {
    let (folder, store) = folder();
    let logs = folder.path().join("logs");
    // Without a key, a file may be of any day.
    put(&logs, "a.json", &log(&[call(1, json!({}))]));
    ingest(&store, &logs).exits(0);
    ask("trend", &store).run().exits(0);
    for format in ["table", "json", "csv"] {
        let said = ask(
            &format!("trend --since 2026-01-01 --format {format}"),
            &store,
        )
        .run();
        said.fails(&["no period", "widen --since", "ingest"]);
    }
}
