//! Which calls are asked about.

use std::collections::BTreeSet;

use chrono::{Duration, SecondsFormat, Utc};
use serde_json::{Value, json};

use super::harness::{SAMPLE, number, stscope};
use super::logs::{call, log};

/// The numbers of the sample's events that a filter lets pass.
fn numbers(filter: &[&str]) -> BTreeSet<u32> {
    let said = stscope("events --format json")
        .args(filter)
        .arg(SAMPLE)
        .run()
        .exits(0);
    let numbers = said.rows().iter().map(number_of).collect();
    let report = stscope("report --format json")
        .args(filter)
        .arg(SAMPLE)
        .run()
        .exits(0)
        .json();
    assert_eq!(
        report["coverage"],
        said.json()["coverage"],
        "{filter:?}: report and events differ"
    );
    numbers
}

fn number_of(row: &Value) -> u32 {
    let id = row["event_id"].as_str().unwrap();
    id.rsplit_once('-').unwrap().1.parse().unwrap()
}

fn set(numbers: impl IntoIterator<Item = u32>) -> BTreeSet<u32> {
    numbers.into_iter().collect()
}

/// All that count in the sample: 3 is corrected by 10, 32 and 52 are the targets' copies.
fn all() -> BTreeSet<u32> {
    &set(1..=55) - &set([3, 32, 52])
}

const UNKNOWN: [u32; 1] = [8];
const OTHER: [u32; 3] = [16, 17, 18];
const AWS_SERVICE: [u32; 4] = [12, 27, 28, 55];
const ERRORS: [u32; 3] = [29, 36, 41];
const VPC: [u32; 4] = [14, 22, 23, 24];

#[test]
fn everything_passes_where_nothing_is_asked() {
    assert_eq!(numbers(&[]), all());
    assert_eq!(numbers(&["--where", "principal=*"]), all());
}

#[test]
fn endpoints_can_be_chosen() {
    assert_eq!(numbers(&["--endpoint", "unknown"]), set(UNKNOWN));
    assert_eq!(
        numbers(&["--endpoint", "other,aws-service"]),
        &set(OTHER) | &set(AWS_SERVICE)
    );
    assert_eq!(
        numbers(&["--endpoint", "other", "--endpoint", "unknown"]),
        &set(OTHER) | &set(UNKNOWN)
    );
    let either = &numbers(&["--endpoint", "global"]) | &numbers(&["--endpoint", "regional"]);
    assert_eq!(
        either,
        &(&(&all() - &set(OTHER)) - &set(AWS_SERVICE)) - &set(UNKNOWN)
    );
}

#[test]
fn a_condition_holds_a_value_against_a_glob() {
    for (condition, expected) in [
        ("endpoint=unknown", set(UNKNOWN)),
        ("endpoint!=unknown", &all() - &set(UNKNOWN)),
        ("vpc_endpoint_id=vpce-*", set(VPC)),
        ("vpc_endpoint_id!=", set(VPC)),
        ("vpc_endpoint_id=", &all() - &set(VPC)),
        ("error_code=?*", set(ERRORS)),
        ("error_code!=", set(ERRORS)),
        ("error_code!=?*", &all() - &set(ERRORS)),
        ("error_code=RegionDisabledException", set([41])),
        ("error_code=*Denied*", set([29, 36])),
        ("event_name=AssumeRoot", set([38])),
        (
            "client_provided_host_header=sts-global.*",
            numbers(&["--where", "client_provided_host_header=sts-global.??-*"]),
        ),
        ("user_agent==HYPER*", set([13])),
        ("session_name=*=*", set([13])),
        ("endpoint_variant=fips*", set([7, 51])),
        ("sdk=", set([50])),
        ("day=2025-11-05", set([])),
        ("account_id=999988887777", set([35])),
        ("principal=ROLE", set([])),
    ] {
        assert_eq!(numbers(&["--where", condition]), expected, "{condition}");
    }
}

#[test]
fn a_star_crosses_slashes_and_colons_in_conditions() {
    let by = |glob: &str| numbers(&["--where", &format!("principal={glob}")]);
    let checkout = by("arn:aws:iam::111122223333:role/service-role/checkout-api");
    assert_eq!(checkout.len(), 1);
    for glob in [
        "*checkout-api",
        "arn*checkout-api",
        "arn:aws:*/checkout-api",
        "*:role/*checkout-ap?",
    ] {
        assert_eq!(by(glob), checkout, "{glob}");
    }
    assert_eq!(by("*:role/checkout-api"), set([]));
    assert_eq!(
        by("checkout-api"),
        set([]),
        "a glob is held against the whole value"
    );
}

/// What was typed makes no line of its own, and moves no cursor.
#[test]
fn what_was_typed_is_repeated_on_one_line() {
    for (words, value) in [
        ("report sample-logs --where", "a\nstscope: all is well"),
        ("report sample-logs --where", "principal=[\nb"),
        ("report sample-logs --group-by", "day,a\nb"),
        ("report sample-logs --since", "a\nb\u{1b}[2J"),
        ("report sample-logs --region", "a\nb"),
        ("report sample-logs --account", "a\r\nb"),
        ("report sample-logs --fail-on", "a\nb"),
        ("report sample-logs --format", "a\nb"),
        ("report sample-logs --endpoint", "a\nb"),
        ("report sample-logs --threads", "a\nb"),
        ("report sample-logs --sort", "a\nb"),
        ("report sample-logs --top", "a\nb"),
        ("report sample-logs", "--a\nb"),
        ("report sample-logs", "--a\nb=c\nd"),
        ("report", "a\nb"),
        ("", "a\nb"),
        ("query", "a\nb"),
        ("help", "a\nb"),
        ("ingest sample-logs --store sts.db --keep", "a\nb"),
        ("forget --store sts.db --before", "a\nb"),
        ("plan sample-logs --by", "a\nb"),
        ("trend --store sts.db --by", "a\nb"),
    ] {
        let said = stscope(words).arg(value).run().exits(2);
        let control = said.stderr.chars().any(|c| c.is_control() && c != '\n');
        assert!(!control, "{words}: {said}");
        let typed = value.split('\n').nth(1).unwrap();
        assert!(
            !said.stderr.lines().any(|line| line.starts_with(typed)),
            "{words}: {said}"
        );
        assert!(said.stderr.contains("\\n"), "{words}: {said}");
    }
}

#[test]
fn all_conditions_have_to_hold() {
    let filter = [
        "--where",
        "vpc_endpoint_id!=",
        "--where",
        "endpoint=regional",
        "--where",
        "event_name!=x",
    ];
    assert_eq!(numbers(&filter), set([22, 23, 24]));
    let filter = ["--endpoint", "global", "--where", "vpc_endpoint_id!="];
    assert_eq!(numbers(&filter), set([14]));
}

#[test]
fn time_is_asked_from_an_instant_on_and_up_to_another() {
    let at = |since: &str, until: &str| numbers(&["--since", since, "--until", until]);
    assert_eq!(
        at("2025-11-03T14:02:00Z", "2025-11-03T14:05:00Z"),
        set([5, 6, 7])
    );
    assert_eq!(
        at("2025-11-03T15:02:00+01:00", "2025-11-03T14:02:00.001Z"),
        set([5])
    );
    let days = [
        at("2025-11-03", "2025-11-04"),
        at("2025-11-04", "2025-11-05"),
    ];
    assert_eq!(&days[0] | &days[1], all());
    assert!(days[0].is_disjoint(&days[1]));
}

#[test]
fn an_age_counts_back_from_now() {
    let ago = |hours: i64| {
        (Utc::now() - Duration::hours(hours)).to_rfc3339_opts(SecondsFormat::Secs, true)
    };
    let records: Vec<Value> = [1, 30, 100, 1000]
        .into_iter()
        .zip(1..)
        .map(|(hours, at)| call(at, json!({ "eventTime": ago(hours) })))
        .collect();
    for (filter, calls) in [
        ("--since 2h", 1),
        ("--since 36h", 2),
        ("--since 7d", 3),
        ("--since 8w", 4),
        ("--until 2h", 3),
        ("--since 7d --until 1d", 2),
    ] {
        let run = stscope("report - --format json")
            .args(filter.split(' '))
            .input(log(&records));
        assert_eq!(
            number(&run.run().exits(0).json()["summary"]["calls"]),
            calls,
            "{filter}"
        );
    }
}

#[test]
fn a_call_without_a_time_counts_unless_time_is_asked_about() {
    let records = log(&[call(1, json!({ "eventTime": "soon" })), call(2, json!({}))]);
    let report = |filter: &str| {
        let run = stscope("report - --format json").args(filter.split_whitespace());
        run.input(records.clone()).run().exits(0).json()
    };
    let all = report("");
    assert_eq!(number(&all["summary"]["calls"]), 2);
    assert_eq!(all["summary"]["first_event_time"], "2025-11-03T10:00:00Z");
    for filter in ["--since 2000-01-01", "--until 2999-01-01"] {
        let some = report(filter);
        assert_eq!(number(&some["summary"]["calls"]), 1, "{filter}");
        assert_eq!(number(&some["coverage"]["filtered"]), 1, "{filter}");
    }
}

#[test]
fn accounts_and_regions_are_asked_before_counting_once_and_conditions_after() {
    // 9 and 32 are one call; 32 is the copy of the account 444455556666.
    let of_account = numbers(&["--account", "444455556666"]);
    assert!(of_account.contains(&32));
    assert_eq!(of_account, set(32..=45));
    let by_condition = numbers(&["--where", "recipient_account_id=444455556666"]);
    assert_eq!(by_condition, set(33..=45));
    assert_eq!(
        numbers(&["--account", "000011112222,444455556666"]),
        set(32..=53)
    );
    let of_region = numbers(&["--region", "cn-north-1,eu-north-1"]);
    assert_eq!(
        of_region,
        numbers(&["--where", "aws_region=[ce][nu]-north-1"])
    );
    assert!(!of_region.is_empty());
}

#[test]
fn what_is_left_out_is_counted_as_filtered() {
    let document = stscope("report --endpoint other --format json")
        .arg(SAMPLE)
        .run()
        .exits(0)
        .json();
    assert_eq!(number(&document["coverage"]["filtered"]), 49);
    assert_eq!(number(&document["summary"]["calls"]), 3);
}

#[test]
fn without_counting_once_every_copy_counts() {
    let document = stscope("report --no-dedup --format json")
        .arg(SAMPLE)
        .run()
        .exits(0)
        .json();
    assert_eq!(number(&document["summary"]["calls"]), 57);
    assert_eq!(number(&document["coverage"]["duplicates"]), 0);
    assert_eq!(number(&document["coverage"]["shared_copies"]), 0);
}

#[test]
fn a_condition_that_no_call_can_meet_is_an_error_that_names_the_nearest() {
    for (condition, pieces) in [
        (
            "sdk==boto3",
            &["sdk is never '=boto3'", "write 'sdk=boto3'"][..],
        ),
        ("sdk=Boto3", &["sdk is never 'Boto3'", "write 'sdk=boto3'"]),
        (
            "sdk!=Boto3",
            &["sdk is never 'Boto3'", "write 'sdk!=boto3'"],
        ),
        ("sdk=Boto*", &["sdk is never like 'Boto*'"]),
        ("endpoint=Global", &["write 'endpoint=global'"]),
        ("endpoint=", &["endpoint is never empty"]),
        ("endpoint!=", &["endpoint is never empty"]),
        ("evidence=host", &["write 'evidence=host-"]),
        (
            "endpoint_variant=dual-stack",
            &["write 'endpoint_variant=dualstack'"],
        ),
        ("aws_region=us-east1", &["write 'aws_region=us-east-1'"]),
        (
            "endpoint_region=EU-*",
            &["endpoint_region is never like 'EU-*'"],
        ),
        (
            "aws_serving_region=global",
            &["aws_serving_region is never"],
        ),
        ("day=2025-11-31", &["write a day of the calendar"]),
        ("day=2025-1*-03T*", &["day is never like"]),
        ("hour=2025-11-03 10", &["as 2025-11-03T09"]),
        ("account_id=11122223333", &["twelve digits, leading zeros"]),
        (
            "principal=",
            &["principal is never empty", "'principal=unknown'"],
        ),
    ] {
        let option = format!("--where {condition}: ");
        for command in ["report", "events", "plan"] {
            let run = stscope(command).arg(SAMPLE).args(["--where", condition]);
            run.run().fails(&[&option]).says(pieces);
        }
    }
}

#[test]
fn a_condition_that_matched_no_call_is_noted_whatever_the_other_filters_say() {
    let note =
        |condition: &str| format!("note: --where {condition} matched none of the calls read");
    for (filter, noted) in [
        (&["principal=ROLE"][..], &["principal=ROLE"][..]),
        (
            &["event_name=assumerole", "sdk=boto3"],
            &["event_name=assumerole"],
        ),
        // Each is met by some call, though none meets both.
        (
            &[
                "event_name=AssumeRoot",
                "error_code=RegionDisabledException",
            ],
            &[],
        ),
        (&["error_code=?*", "event_name=GetCallerIdentity"], &[]),
        // What a closed dimension can have is no typo.
        (&["sdk=aws-sdk-swift", "aws_region=eu-south-2"], &[]),
        // But of a day nothing may have been read.
        (
            &["day=2025-01-01", "hour=2025-11-03T23"],
            &["day=2025-01-01", "hour=2025-11-03T23"],
        ),
        (&["aws_region=eu-suoth-2"], &["aws_region=eu-suoth-2"]),
        (&["account_id=999900009999"], &["account_id=999900009999"]),
        (&["vpc_endpoint_id=", "key_exchange=*"], &[]),
    ] {
        for command in [
            "report",
            "events",
            "events --sort none",
            "plan",
            "report --threads 1",
        ] {
            let run = || {
                let conditions = filter.iter().flat_map(|condition| ["--where", condition]);
                stscope(command).args(conditions).arg(SAMPLE)
            };
            let said = run().run().exits(0);
            let found = said
                .stderr
                .matches("matched none of the calls read")
                .count();
            assert_eq!(found, noted.len(), "{command} {filter:?}\n{said}");
            for condition in noted {
                assert!(said.stderr.contains(&note(condition)), "{said}");
            }
            run().arg("--quiet").run().exits(0).says_nothing();
        }
    }
    let said = stscope("report --where principal!=ROLE").arg(SAMPLE).run();
    said.exits(0)
        .says(&["note: --where principal!=ROLE excluded none of the calls read"]);
}
