//! `events`: one row per call.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::harness::{DAMAGED, SAMPLE, column, number, stscope};
use super::logs::{call, log, put};

fn events(words: &str) -> Value {
    stscope("events --format json")
        .args(words.split_whitespace())
        .run()
        .exits(0)
        .json()
}

fn rows(document: &Value) -> Vec<Value> {
    super::harness::rows(document)
}

#[test]
fn the_newest_come_first_and_equals_by_their_ids() {
    for words in [SAMPLE, "sample-logs/AWSLogs --no-dedup"] {
        let rows = rows(&events(words));
        let text = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
        let mut sorted = rows.clone();
        sorted.sort_by_key(|row| (Reverse(text(row, "event_time")), text(row, "event_id")));
        let ids = |rows: &[Value]| -> Vec<String> {
            rows.iter().map(|row| text(row, "event_id")).collect()
        };
        assert_eq!(ids(&rows), ids(&sorted));
    }
    let records = [3, 1, 2].map(|number| call(number, json!({})));
    let said = stscope("events - --format json")
        .input(log(&records))
        .run()
        .exits(0);
    let rows = said.rows();
    let last: Vec<&str> = column(&rows, "event_id")
        .iter()
        .map(|id| &id[id.len() - 1..])
        .collect();
    assert_eq!(last, ["1", "2", "3"]);
}

#[test]
fn a_call_without_a_time_comes_last() {
    let records = [
        call(1, json!({ "eventTime": null })),
        call(2, json!({ "eventTime": "1970-01-01T00:00:00Z" })),
        call(3, json!({})),
    ];
    let said = stscope("events - --format json")
        .input(log(&records))
        .run()
        .exits(0);
    let times: Vec<Value> = said
        .rows()
        .iter()
        .map(|row| row["event_time"].clone())
        .collect();
    assert_eq!(
        times,
        [
            json!("2025-11-03T10:00:00Z"),
            json!("1970-01-01T00:00:00Z"),
            Value::Null
        ]
    );
}

/// The rows without order. Of a record and its correction either may be streamed.
fn set(document: &Value) -> BTreeSet<String> {
    let rows = rows(document).into_iter().map(|mut row| {
        if row["event_time"] == "2025-11-03T09:01:12Z" {
            row = json!({ "endpoint": row["endpoint"], "principal": row["principal"] });
        }
        row.to_string()
    });
    rows.collect()
}

#[test]
fn streamed_rows_are_the_same_rows_with_the_same_coverage() {
    for words in [
        SAMPLE,
        "sample-logs/AWSLogs --no-dedup",
        "sample-logs/AWSLogs --endpoint global",
        "sample-logs/AWSLogs --where vpc_endpoint_id!=",
        "sample-logs/AWSLogs --account 444455556666",
        "sample-logs/AWSLogs --since 2025-11-04 --region us-east-1",
    ] {
        let sorted = events(words);
        for threads in ["1", "3"] {
            let streamed = events(&format!("{words} --sort none --threads {threads}"));
            assert_eq!(set(&streamed), set(&sorted), "{words}");
            assert_eq!(rows(&streamed).len(), rows(&sorted).len(), "{words}");
            assert_eq!(streamed["coverage"], sorted["coverage"], "{words}");
        }
    }
}

/// Of two lists under one key the last counts. Rows of the first may have been sent by then.
#[test]
fn rows_that_do_not_count_are_an_error_and_no_answer() {
    for (calls, is_sent) in [(10, false), (17_000, true)] {
        let records: Vec<String> = (0..calls)
            .map(|number| call(number, json!({})).to_string())
            .collect();
        let text = format!("{{\"Records\":[{}],\"Records\":[]}}", records.join(","));
        let sorted = stscope("events - --format json").input(text.clone()).run();
        assert_eq!(rows(&sorted.exits(3).json()).len(), 0);
        let streamed = stscope("events - --format json --sort none --threads 1").input(text);
        if is_sent {
            let told = streamed.run().exits(2);
            told.says(&["a second list", "leave out --sort none"]);
        } else {
            assert_eq!(rows(&streamed.run().exits(3).json()).len(), 0);
        }
    }
}

#[test]
fn damage_is_told_by_both_orders() {
    for order in ["event_time", "none"] {
        let said = stscope("events --format json --sort")
            .args([order, DAMAGED])
            .run()
            .exits(3);
        let document = said.json();
        assert_eq!(number(&document["coverage"]["files"]["damaged"]), 11);
        assert_eq!(rows(&document).len(), 3);
    }
}

#[test]
fn events_cover_what_a_report_covers() {
    for words in [
        SAMPLE,
        "sample-logs/AWSLogs --no-dedup",
        "sample-logs/AWSLogs --endpoint other",
    ] {
        let report = stscope("report --format json")
            .args(words.split(' '))
            .run()
            .exits(0)
            .json();
        let events = events(words);
        assert_eq!(events["coverage"], report["coverage"], "{words}");
        assert_eq!(
            rows(&events).len() as u64,
            number(&report["summary"]["calls"]),
            "{words}"
        );
    }
}

#[test]
fn of_a_call_between_accounts_the_callers_copy_is_kept_whichever_comes_first() {
    let shared = "11111111-1111-4111-8111-111111111111";
    let own = call(1, json!({ "sharedEventID": shared }));
    let target = call(
        2,
        json!({
            "sharedEventID": shared,
            "recipientAccountId": "444455556666",
            "userIdentity": {
                "type": "AWSAccount",
                "accountId": "111122223333",
                "principalId": "AROAEXAMPLE:session",
            },
        }),
    );
    let dir = tempfile::tempdir().unwrap();
    for (first, second) in [(&own, &target), (&target, &own)] {
        for together in [true, false] {
            if together {
                put(dir.path(), "1.json", &log(&[first.clone(), second.clone()]));
                put(dir.path(), "2.json", &log(&[]));
            } else {
                put(dir.path(), "1.json", &log(std::slice::from_ref(first)));
                put(dir.path(), "2.json", &log(std::slice::from_ref(second)));
            }
            for order in ["event_time", "none"] {
                let run = stscope("events --format json --threads 1 --sort").arg(order);
                let document = run.arg(dir.path()).run().exits(0).json();
                let rows = rows(&document);
                assert_eq!(column(&rows, "recipient_account_id"), ["111122223333"]);
                assert_eq!(
                    column(&rows, "principal"),
                    ["arn:aws:iam::111122223333:role/app"]
                );
                assert_eq!(number(&document["coverage"]["shared_copies"]), 1);
            }
        }
    }
    // Alone, the target's copy counts.
    for order in ["event_time", "none"] {
        let run = stscope("events - --format json --sort").arg(order);
        let rows = run
            .input(log(std::slice::from_ref(&target)))
            .run()
            .exits(0)
            .rows();
        assert_eq!(column(&rows, "principal"), ["111122223333:AROAEXAMPLE"]);
    }
}

#[test]
fn a_delivery_that_comes_twice_is_one_row_and_records_without_an_id_always_count() {
    let twice = [call(1, json!({})), call(1, json!({}))];
    let nameless = [
        call(1, json!({ "eventID": null })),
        call(1, json!({ "eventID": null })),
    ];
    let elsewhere = [
        call(1, json!({})),
        call(1, json!({ "recipientAccountId": "444455556666" })),
    ];
    for (records, expected) in [(twice, 1), (nameless, 2), (elsewhere, 2)] {
        for order in ["event_time", "none"] {
            let run = stscope("events - --format json --sort").arg(order);
            assert_eq!(
                run.input(log(&records)).run().exits(0).rows().len(),
                expected
            );
        }
    }
}

#[test]
fn top_cuts_the_rows_and_not_the_coverage() {
    let all = events(SAMPLE);
    let some = events("sample-logs/AWSLogs --top 4");
    assert_eq!(rows(&some), rows(&all)[..4]);
    assert_eq!(some["coverage"], all["coverage"]);
    let streamed = events("sample-logs/AWSLogs --top 4 --sort none");
    assert_eq!(rows(&streamed).len(), 4);
    assert_eq!(streamed["coverage"], all["coverage"]);
    let table = |words: &str| {
        let run = stscope("events --quiet")
            .args(words.split_whitespace())
            .arg(SAMPLE);
        run.run().exits(0).text().to_owned()
    };
    for order in ["--sort event_time", "--sort none"] {
        let table = |top: &str| table(&format!("{order} {top}"));
        assert_eq!(
            table("").lines().last(),
            Some("… and 27 more calls; --top 0 shows all")
        );
        assert_eq!(table("").lines().count(), 1 + 25 + 1);
        assert_eq!(table("--top 0").lines().count(), 1 + 52);
        assert_eq!(table("--top 2").lines().count(), 1 + 2 + 1);
        let ticket = table("--top 2 --format markdown");
        assert_eq!(ticket.lines().last(), Some("… and 50 more calls."));
    }
}
