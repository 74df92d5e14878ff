//! `regions`: what the logs say of the STS of each account in each Region, and what they cannot say.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

use super::harness::{SAMPLE, Said, column, number, stscope};
use super::logs::{call, log, one_call, put};

const A: &str = "111122223333";
const B: &str = "444455556666";

/// A place in S3's layout, on 3 November 2025.
fn key(account: &str, region: &str, file: &str) -> String {
    key_of_day(account, region, "03", file)
}

fn key_of_day(account: &str, region: &str, day: &str, file: &str) -> String {
    format!("AWSLogs/{account}/CloudTrail/{region}/2025/11/{day}/{file}.json.gz")
}

/// A log that has nothing of STS in it.
fn without_sts() -> Vec<u8> {
    log(&[json!({ "eventSource": "s3.amazonaws.com", "eventID": "s3" })])
}

/// A call of account A's, logged by it in a Region, to that Region's endpoint.
fn regional(number: u32, region: &str, changes: Value) -> Value {
    let host = format!("sts.{region}.amazonaws.com");
    let mut record = call(
        number,
        json!({ "awsRegion": region, "tlsDetails": { "clientProvidedHostHeader": host } }),
    );
    for (name, value) in changes.as_object().into_iter().flatten() {
        record[name] = value.clone();
    }
    record
}

/// Fails unless all this is on standard output.
fn shows(said: &Said, pieces: &[&str]) {
    for piece in pieces {
        assert!(said.text().contains(piece), "{piece:?} is missing\n{said}");
    }
}

/// The rows of a folder, by account and Region.
fn rows(folder: &Path, options: &str) -> BTreeMap<(String, String), Value> {
    let said = stscope("regions --format json --quiet")
        .args(options.split_whitespace())
        .arg(folder)
        .run();
    let text = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
    (said.rows().into_iter())
        .map(|row| ((text(&row, "account_id"), text(&row, "region")), row))
        .collect()
}

/// The status of some accounts in some Regions.
fn statuses(folder: &Path, options: &str, pairs: &[(&str, &str)]) -> Vec<String> {
    let rows = rows(folder, options);
    let status = |(account, region): &(&str, &str)| {
        let row = &rows[&(account.to_string(), region.to_string())];
        row["status"].as_str().unwrap().to_owned()
    };
    pairs.iter().map(status).collect()
}

#[test]
fn the_regions_of_an_account_are_shown_with_what_they_are_judged_by() {
    insta::assert_snapshot!(
        stscope("regions --account 000011112222 --since 2025-11-03").arg(SAMPLE).run(),
        @r"
    exit 0
    --- standard output
    STS of 1 account, Region by Region, judged by
      logs of 000011112222 alone
      calls from 2025-11-03T00:00:00Z on
      log files of 2025-11-03 to 2025-11-04
      STS calls of 2025-11-03T11:36:00Z to 2025-11-04T11:56:00Z

      refused     0  deactivated, and called: activate it, or move the callers
      in-use      2  called, be it by AWS services alone
      not-read   14  no log was read, or not all of one: nothing can be said
      idle        1  not called in these logs; it can be deactivated
      always-on   0  not called in these logs; it cannot be deactivated
      opt-in      0  not called in these logs; it comes with the Region

    ACCOUNT       REGION          REGIONAL  BY AWS  CALLERS  REFUSED  STATUS
    000011112222  eu-west-1              2       0        2        0  in-use
    000011112222  us-east-1              1       0        1        0  in-use
    000011112222  ap-northeast-1         0       0        0        0  not-read
    000011112222  ap-northeast-2         0       0        0        0  not-read
    000011112222  ap-northeast-3         0       0        0        0  not-read
    000011112222  ap-south-1             0       0        0        0  not-read
    000011112222  ap-southeast-1         0       0        0        0  not-read
    000011112222  ap-southeast-2         0       0        0        0  not-read
    000011112222  ca-central-1           0       0        0        0  not-read
    000011112222  eu-central-1           0       0        0        0  not-read
    000011112222  eu-north-1             0       0        0        0  idle
    000011112222  eu-west-2              0       0        0        0  not-read
    000011112222  eu-west-3              0       0        0        0  not-read
    000011112222  sa-east-1              0       0        0        0  not-read
    000011112222  us-east-2              0       0        0        0  not-read
    000011112222  us-west-1              0       0        0        0  not-read
    000011112222  us-west-2              0       0        0        0  not-read

    5 global calls are in no row: deactivating a Region does not touch them.
    Denied and refused calls from other accounts are in the logs of those alone.
    --- standard error
    stscope: 6 of 24 files read, 3 skipped (1 insight, 2 other-service), 15 pruned (15 by account); 9.24 KiB (32.40 KiB of JSON), 22 records, 1 delivered again
    "
    );
}

#[test]
fn the_columns_are_those_of_the_contract() {
    let said = stscope("regions --format csv").arg(SAMPLE).run().exits(0);
    assert_eq!(
        said.text().lines().next(),
        Some(
            "account_id,region,region_name,enabled_by_default,can_deactivate,regional_calls,\
             vpc_endpoint_calls,aws_service_calls,callers,refused,first_event_time,\
             last_event_time,status"
        )
    );
    let json = stscope("regions --format json")
        .arg(SAMPLE)
        .run()
        .exits(0)
        .json();
    let keys: Vec<&str> = json
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(
        keys,
        [
            "schema",
            "window",
            "of_no_region",
            "by_other_names",
            "rows",
            "coverage"
        ]
    );
    assert_eq!(json["schema"], "stscope.regions/1");
    let columns: Vec<&str> = said.text().lines().next().unwrap().split(',').collect();
    let keys: Vec<&str> = (json["rows"][0].as_object().unwrap().keys())
        .map(String::as_str)
        .collect();
    assert_eq!(keys, columns);
}

#[test]
fn every_call_is_in_a_row_or_said_to_be_in_none() {
    let json = stscope("regions --format json")
        .arg(SAMPLE)
        .run()
        .exits(0)
        .json();
    let sum = |name: &str| -> u64 {
        let rows = json["rows"].as_array().unwrap();
        rows.iter().map(|row| number(&row[name])).sum()
    };
    let report = stscope("report --format json")
        .arg(SAMPLE)
        .run()
        .exits(0)
        .json();
    let endpoints = &report["summary"]["endpoints"];
    for (endpoint, in_rows) in [
        ("global", 0),
        ("regional", sum("regional_calls")),
        ("aws-service", sum("aws_service_calls")),
        ("other", 0),
        ("unknown", 0),
    ] {
        let elsewhere = number(&json["of_no_region"][endpoint]);
        assert_eq!(
            in_rows + elsewhere,
            number(&endpoints[endpoint]),
            "{endpoint}"
        );
    }
    assert_eq!(json["coverage"], report["coverage"]);
}

#[test]
fn an_account_here_and_a_region_there_are_not_the_two_together() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), key(A, "eu-west-1", "1"), &without_sts());
    put(folder.path(), key(B, "eu-north-1", "2"), &without_sts());
    let found = statuses(
        folder.path(),
        "",
        &[
            (A, "eu-west-1"),
            (A, "eu-north-1"),
            (B, "eu-west-1"),
            (B, "eu-north-1"),
            (A, "us-east-1"),
        ],
    );
    assert_eq!(found, ["idle", "not-read", "not-read", "idle", "not-read"]);
}

#[test]
fn what_is_damaged_is_not_read_and_without_a_key_nothing_is() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), key(A, "eu-west-1", "1"), &without_sts());
    put(folder.path(), key(A, "eu-north-1", "2"), &without_sts());
    put(folder.path(), key(A, "eu-north-1", "3"), b"{\"Records\":[{");
    let pairs = [(A, "eu-west-1"), (A, "eu-north-1")];
    assert_eq!(statuses(folder.path(), "", &pairs), ["idle", "not-read"]);

    put(folder.path(), "elsewhere/4.json", b"{\"Records\":[{");
    assert_eq!(
        statuses(folder.path(), "", &pairs),
        ["not-read", "not-read"]
    );
    let said = stscope("regions").arg(folder.path()).run().exits(3);
    shows(
        &said,
        &["1 damaged file may be of any account and Region, so nothing is called idle."],
    );
}

#[test]
fn a_log_of_another_time_says_nothing_of_this_one() {
    let folder = tempfile::tempdir().unwrap();
    put(
        folder.path(),
        key_of_day(A, "eu-west-1", "03", "1"),
        &without_sts(),
    );
    put(
        folder.path(),
        key_of_day(A, "eu-north-1", "05", "2"),
        &without_sts(),
    );
    let pairs = [(A, "eu-west-1"), (A, "eu-north-1")];
    for (options, expected) in [
        ("", ["idle", "idle"]),
        ("--since 2025-11-04", ["not-read", "idle"]),
        ("--until 2025-11-04", ["idle", "not-read"]),
        // Read, except records that came late.
        ("--until 2025-11-05", ["idle", "not-read"]),
        ("--since 2025-11-04 --no-prune", ["not-read", "idle"]),
    ] {
        assert_eq!(
            statuses(folder.path(), options, &pairs),
            expected,
            "{options}"
        );
    }
    let regions = statuses(folder.path(), "--region eu-north-1 --no-prune", &pairs);
    assert_eq!(regions, ["not-read", "idle"], "its records were left out");
}

#[test]
fn the_account_of_the_role_is_the_one_that_matters_and_was_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let role = json!({ "requestParameters": { "roleArn": format!("arn:aws:iam::{B}:role/r") } });
    let record = regional(1, "eu-west-1", role);
    put(folder.path(), key(A, "eu-west-1", "1"), &log(&[record]));
    let found = statuses(
        folder.path(),
        "",
        &[(A, "eu-west-1"), (B, "eu-west-1"), (B, "eu-north-1")],
    );
    assert_eq!(found, ["idle", "in-use", "not-read"]);
    // Without a key, the record itself was read.
    put(
        folder.path(),
        "2.json",
        &log(&[regional(
            2,
            "eu-north-1",
            json!({
        "requestParameters": { "roleArn": format!("arn:aws:iam::{B}:role/r") } }),
        )]),
    );
    let found = statuses(folder.path(), "", &[(A, "eu-north-1"), (B, "eu-north-1")]);
    assert_eq!(found, ["idle", "in-use"]);
}

#[test]
fn a_region_is_in_use_whoever_calls_it_and_by_whatever_name() {
    let folder = tempfile::tempdir().unwrap();
    let service = json!({ "tlsDetails": null, "userIdentity": {
        "type": "AWSService", "invokedBy": "lambda.amazonaws.com" } });
    let proxy = json!({ "tlsDetails": { "clientProvidedHostHeader": "sts.corp.example" } });
    let vpce = json!({ "vpcEndpointId": "vpce-0a1b" });
    let refused = json!({ "errorCode": "RegionDisabledException" });
    let records = [
        regional(1, "eu-west-1", service),
        regional(2, "eu-west-2", proxy.clone()),
        regional(3, "eu-west-3", vpce),
        regional(4, "eu-north-1", json!({})),
        regional(5, "eu-north-1", refused),
        // Global calls are logged in us-east-1, so a proxy's may be one.
        regional(6, "us-east-1", proxy),
        // Opt-in, and one that is newer than the table.
        regional(7, "af-south-1", json!({})),
        regional(8, "mars-north-1", json!({})),
        call(9, json!({})),
    ];
    put(folder.path(), "1.json", &log(&records));
    let rows = rows(folder.path(), "");
    let measured = |region: &str| {
        let row = &rows[&(A.to_owned(), region.to_owned())];
        let count = |name: &str| number(&row[name]);
        let counts = [
            count("regional_calls"),
            count("vpc_endpoint_calls"),
            count("aws_service_calls"),
            count("callers"),
            count("refused"),
        ];
        (counts, row["status"].as_str().unwrap().to_owned())
    };
    for (region, counts, status) in [
        ("eu-west-1", [0, 0, 1, 1, 0], "in-use"),
        ("eu-west-2", [0, 0, 0, 1, 0], "in-use"),
        ("eu-west-3", [1, 1, 0, 1, 0], "in-use"),
        ("eu-north-1", [2, 0, 0, 1, 1], "refused"),
        ("us-east-1", [0, 0, 0, 0, 0], "always-on"),
        ("af-south-1", [1, 0, 0, 1, 0], "in-use"),
        ("mars-north-1", [1, 0, 0, 1, 0], "in-use"),
        ("us-west-2", [0, 0, 0, 0, 0], "not-read"),
    ] {
        assert_eq!(measured(region), (counts, status.to_owned()), "{region}");
    }
    assert_eq!(rows.len(), 17 + 2);
    let said = stscope("regions").arg(folder.path()).run().exits(0);
    shows(
        &said,
        &[
            "1 global call is in no row: deactivating a Region does not touch them.",
            "1 other call is in no row: by a proxy or a CNAME, and no Region is known.",
            "1 other call is counted where logged: by a proxy or a CNAME.",
        ],
    );
}

#[test]
fn an_account_has_the_regions_of_its_partition() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), key(A, "cn-north-1", "1"), &without_sts());
    put(folder.path(), key(A, "cn-northwest-1", "2"), &without_sts());
    put(folder.path(), key(B, "us-gov-west-1", "3"), &without_sts());
    let rows = rows(folder.path(), "");
    let found: Vec<(&str, &str)> = (rows.iter())
        .map(|((_, region), row)| (region.as_str(), row["status"].as_str().unwrap()))
        .collect();
    assert_eq!(
        found,
        [
            ("cn-north-1", "always-on"),
            ("cn-northwest-1", "idle"),
            // Nobody documents whether STS can be deactivated there.
            ("us-gov-west-1", "opt-in"),
        ]
    );
    let row = &rows[&(B.to_owned(), "us-gov-west-1".to_owned())];
    assert_eq!(row["can_deactivate"], Value::Null);
}

#[test]
fn filters_that_would_hide_calls_are_refused() {
    for option in ["--where=principal=*role/app", "--endpoint=regional"] {
        stscope("regions").arg(option).arg(SAMPLE).run().fails(&[
            option.split('=').next().unwrap(),
            "a Region that is in use would look idle",
            "use 'stscope report",
        ]);
    }
}

#[test]
fn the_window_stands_with_every_answer() {
    let window = "judged by log files of 2025-11-03 to 2025-11-04, \
                  STS calls of 2025-11-03T07:20:00Z to 2025-11-04T15:20:00Z";
    for format in ["csv", "jsonl"] {
        let run = || stscope("regions").args(["--format", format]).arg(SAMPLE);
        assert!(run().run().exits(0).stderr.contains(window), "{format}");
        run().arg("--quiet").run().exits(0).says_nothing();
    }
    let json = stscope("regions --format json --since 2025-11-03T12:00:00Z --until 2025-11-05")
        .arg(SAMPLE)
        .run()
        .exits(0)
        .json();
    assert_eq!(
        json["window"],
        json!({
            "accounts": [],
            "regions": [],
            "since": "2025-11-03T12:00:00Z",
            "until": "2025-11-05T00:00:00Z",
            "first_event_time": "2025-11-03T14:01:00Z",
            "last_event_time": "2025-11-04T15:20:00Z",
            "key_first_day": "2025-11-03",
            "key_last_day": "2025-11-04",
        })
    );
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "1.json", &without_sts());
    let said = stscope("regions --until 2025-11-05")
        .arg(folder.path())
        .run();
    shows(
        &said.exits(0),
        &[
            "  calls before 2025-11-05T00:00:00Z",
            "  log files whose paths tell no day",
            "  no STS call with a time",
            "No rows.",
        ],
    );
}

#[test]
fn rows_are_ordered_and_cut_as_asked() {
    let rows = |options: &str| {
        let run = stscope("regions --format json --quiet").args(options.split_whitespace());
        let rows = run.arg(SAMPLE).run().exits(0).rows();
        let accounts = column(&rows, "account_id").into_iter().map(str::to_owned);
        let regions = column(&rows, "region").into_iter().map(str::to_owned);
        accounts.zip(regions).collect::<Vec<_>>()
    };
    let by_calls = rows("");
    assert_eq!(by_calls[0], (A.to_owned(), "eu-west-1".to_owned()));
    let mut sorted = by_calls.clone();
    sorted.sort();
    assert_eq!(rows("--sort group"), sorted);
    assert_eq!(rows("--top 3"), by_calls[..3]);
    assert_eq!(rows("--min-calls 1"), by_calls[..8]);
    assert_eq!(rows("--sort last_event_time")[0].1, "eu-north-1");
}

#[test]
fn a_gate_sees_what_a_report_sees() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "1.json", &one_call());
    let run = || stscope("regions --quiet --fail-on global").arg(folder.path());
    run()
        .run()
        .exits(1)
        .says(&["arn:aws:iam::111122223333:role/app"]);
    stscope("regions nowhere-to-be-found").run().exits(2);
}
