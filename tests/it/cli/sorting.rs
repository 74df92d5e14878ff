//! The order of groups, and how many of them are shown.

use std::cmp::Reverse;

use serde_json::Value;

use super::harness::{SAMPLE, number, rows, stscope, sum};

const DEFAULT: [&str; 4] = [
    "endpoint",
    "client_provided_host_header",
    "vpc_endpoint_id",
    "principal",
];

fn report(options: &str) -> Value {
    stscope("report --format json")
        .args(options.split_whitespace())
        .arg(SAMPLE)
        .run()
        .exits(0)
        .json()
}

/// The group's own columns; what is missing comes first.
fn key<const N: usize>(group: &Value, columns: [&str; N]) -> [Option<String>; N] {
    columns.map(|name| group[name].as_str().map(str::to_owned))
}

fn time(group: &Value) -> String {
    group["last_event_time"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

#[test]
fn most_calls_come_first_and_equals_by_the_bytes_of_their_columns() {
    let groups = rows(&report(""));
    let mut sorted = groups.clone();
    sorted.sort_by_key(|group| (Reverse(number(&group["calls"])), key(group, DEFAULT)));
    assert_eq!(groups, sorted);
    assert_eq!(rows(&report("--sort calls")), groups);
}

#[test]
fn the_last_seen_come_first_if_that_is_asked() {
    let groups = rows(&report("--sort last_event_time"));
    let mut sorted = groups.clone();
    sorted.sort_by_key(|group| (Reverse(time(group)), key(group, DEFAULT)));
    assert_eq!(groups, sorted);
}

#[test]
fn groups_can_be_sorted_by_their_columns() {
    let columns = ["sdk_version", "aws_region", "day"];
    let groups = rows(&report(
        "--sort group --group-by sdk_version,aws_region,day",
    ));
    let mut sorted = groups.clone();
    sorted.sort_by_key(|group| key(group, columns));
    assert_eq!(groups, sorted);
    assert!(
        groups[0]["sdk_version"].is_null(),
        "what is missing comes first"
    );
}

#[test]
fn a_grouping_splits_the_calls_and_nothing_else() {
    let plain = report("");
    for grouping in super::formats::all_dimensions() {
        let report = report(&format!("--group-by {grouping}"));
        assert_eq!(report["summary"], plain["summary"], "{grouping}");
        assert_eq!(report["coverage"], plain["coverage"], "{grouping}");
        let groups = rows(&report);
        assert_eq!(
            sum(&groups, "calls"),
            number(&plain["summary"]["calls"]),
            "{grouping}"
        );
        assert_eq!(
            sum(&groups, "errors"),
            number(&plain["summary"]["errors"]),
            "{grouping}"
        );
        let mut keys: Vec<_> = groups.iter().map(|group| key(group, [&grouping])).collect();
        keys.sort();
        keys.dedup();
        assert_eq!(
            keys.len(),
            groups.len(),
            "{grouping}: no group stands twice"
        );
    }
}

#[test]
fn top_and_min_calls_cut_the_groups_and_never_the_summary() {
    let all = report("");
    let groups = rows(&all);
    for options in [
        "--top 3",
        "--top 0",
        "--top 1000",
        "--min-calls 2",
        "--min-calls 2 --top 1",
    ] {
        let cut = report(options);
        assert_eq!(cut["summary"], all["summary"], "{options}");
        assert_eq!(cut["coverage"], all["coverage"], "{options}");
        let expected = match options {
            "--top 3" => groups[..3].to_vec(),
            "--min-calls 2" => {
                let many = groups.iter().filter(|group| number(&group["calls"]) >= 2);
                many.cloned().collect()
            }
            "--min-calls 2 --top 1" => groups[..1].to_vec(),
            _ => groups.clone(),
        };
        assert_eq!(rows(&cut), expected, "{options}");
    }
}

#[test]
fn a_table_shows_25_groups_and_says_how_many_more_there_are() {
    let table = |options: &str| {
        let run = stscope("report --quiet")
            .args(options.split_whitespace())
            .arg(SAMPLE);
        run.run().exits(0).text().to_owned()
    };
    let groups = rows(&report("")).len();
    let shown = |table: &str| {
        table
            .lines()
            .skip_while(|line| !line.starts_with("ENDPOINT"))
            .skip(1)
            .count()
    };
    let first = table("");
    assert_eq!(shown(&first), 25 + 1);
    assert_eq!(
        first.lines().last(),
        Some(format!("… and {} more groups; --top 0 shows all", groups - 25).as_str())
    );
    assert_eq!(shown(&table("--top 0")), groups);
    assert_eq!(shown(&table("--top 5")), 5 + 1);
    let summary = |table: &str| table.split("ENDPOINT").next().unwrap().to_owned();
    assert_eq!(summary(&table("--top 5 --min-calls 2")), summary(&first));
}
