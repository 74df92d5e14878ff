//! `store info`: what is in a store.

use serde_json::{Value, json};

use super::harness::{Run, SAMPLE, number, stscope};
use super::logs::{call, log, put};
use super::store::{ask, folder, ingest};
use super::sums::change;

fn info(words: &str, store: &std::path::Path) -> Run {
    stscope("store info")
        .args(words.split_whitespace())
        .arg(store)
}

#[test]
fn what_is_in_a_store_is_what_its_tables_and_reports_say() {
    let (folder, store) = folder();
    ingest(&store, "sample-logs").exits(3);
    let told: Value =
        serde_json::from_slice(&info("--format json", &store).run().exits(0).stdout).unwrap();
    let report = ask("report --format json", &store).run().json();
    assert_eq!(told["schema"], "stscope.store/1");
    assert_eq!(told["schema_version"], 5);
    assert_eq!(told["window_days"], 14);
    assert_eq!(told["kept_from"], Value::Null);
    assert_eq!(told["calls"], report["summary"]["calls"]);
    assert_eq!(
        told["global_calls"],
        report["summary"]["endpoints"]["global"]
    );
    for name in ["key_accounts", "key_regions"] {
        assert_eq!(told[name], report["coverage"][name]);
    }
    let files = &report["coverage"]["files"];
    assert_eq!(told["files"]["read"], files["read"]);
    assert_eq!(told["files"]["damaged"], files["damaged"]);
    assert_eq!(told["files"]["digest"], files["skipped"]["digest"]);
    assert_eq!(told["days"]["oldest"], "2025-11-03");
    assert_eq!(told["days"]["newest"], "2025-11-04");
    assert_eq!(number(&told["days"]["open"]), 2);
    assert_eq!(
        number(&told["bytes"]),
        std::fs::metadata(&store).unwrap().len()
    );
    assert_eq!(told["runs"].as_array().unwrap().len(), 1);
    assert_eq!(told["runs"][0]["files_read"], files["read"]);

    for _ in 0..6 {
        ingest(&store, "sample-logs").exits(0);
    }
    ask("forget --before 2025-11-04", &store).run().exits(0);
    let told: Value = serde_json::from_slice(
        &ask("store info --format json", &store)
            .run()
            .exits(0)
            .stdout,
    )
    .unwrap();
    assert_eq!(told["kept_from"], "2025-11-04");
    assert_eq!(told["days"]["oldest"], "2025-11-04");
    assert_eq!(number(&told["forgotten"]), 28);
    assert_eq!(told["runs"].as_array().unwrap().len(), 5);
    assert_eq!(told["runs"][0]["files_read"], 0);
    drop(folder);
}

#[test]
fn days_of_which_not_all_was_read_are_those_that_a_trend_names() {
    let (folder, store) = folder();
    let logs = folder.path().join("logs");
    let days = [
        ("us-east-1", "03"),
        ("eu-west-1", "04"),
        ("us-east-1", "07"),
    ];
    for (number, (region, day)) in (1..).zip(days) {
        let time = format!("2025-11-{day}T10:00:00Z");
        let host = format!("sts.{region}.amazonaws.com");
        let changes = json!({
            "eventTime": time, "awsRegion": region,
            "tlsDetails": { "clientProvidedHostHeader": host },
        });
        let key = format!("AWSLogs/111122223333/CloudTrail/{region}/2025/11/{day}/a.json");
        put(&logs, key, &log(&[call(number, changes)]));
    }
    ingest(&store, &logs).exits(0);
    let told = info("--format json", &store).run().exits(0).json();
    // The fourth, without a log of us-east-1.
    assert_eq!(number(&told["days"]["incomplete"]), 1);
    let trend = ask("trend --format json", &store).run().exits(0).rows();
    let statuses: Vec<&Value> = trend.iter().map(|row| &row["status"]).collect();
    let [none, some] = ["not-read", "incomplete"];
    assert_eq!(statuses, ["complete", some, none, none, "complete"]);
}

#[test]
fn it_reads_well_in_80_columns_and_hostile_text_is_harmless() {
    let (folder, store) = folder();
    let logs = folder.path().join("logs");
    for account in 0..30 {
        let key = format!("AWSLogs/{account:012}/CloudTrail/us-east-1/2025/11/03/a.json");
        put(&logs, key, &log(&[call(account, json!({}))]));
    }
    ingest(&store, &logs).exits(0);
    change(&store, "UPDATE run SET ended_at = char(27) || '[31mred'");
    let said = stscope("store info sts.db")
        .within(folder.path())
        .run()
        .exits(0);
    let text = said.text();
    assert!(
        text.lines().all(|line| line.chars().count() <= 80),
        "{text}"
    );
    assert!(text.contains("accounts   30: 000000000000, 0000"), "{text}");
    assert!(text.contains("\n           0000"), "{text}");
    assert!(text.contains("calls      30, 30 global\n"), "{text}");
    assert!(!text.contains('\u{1b}') && text.contains("\\u{1b}[31mred"));
}

#[test]
fn what_is_no_store_has_no_contents() {
    let (folder, store) = folder();
    info("", &store)
        .run()
        .fails(&["sts.db", "no such file", "ingest"]);
    stscope("store info").run().fails(&["FILE"]);
    stscope("store").run().exits(2);
    let both = info("--store x", &store).run();
    both.fails(&["--store", "cannot be used with"]);
    let log = put(folder.path(), "a.json", b"{}");
    info("", &log).run().fails(&["not a store of stscope"]);
    ingest(&store, SAMPLE).exits(0);
    info("--format csv", &store)
        .run()
        .fails(&["--format", "json"]);
}
