//! `query`: the question as text. What engines answer to it is in `tests/it/query.rs`.

use stscope::sts::region::Partition;

use super::harness::{Said, stscope};

const ENGINES: [&str; 4] = ["athena", "cloudwatch", "duckdb", "clickhouse"];

fn text(words: &str) -> String {
    let said = stscope(words).run().exits(0).says_nothing();
    said.text().to_owned()
}

fn error(run: Said) -> String {
    run.exits(2).stderr
}

#[test]
fn a_text_begins_by_saying_what_it_is_and_where_it_differs() {
    for engine in ENGINES {
        let text = text(&format!("query {engine}"));
        let mark = if engine == "cloudwatch" { "# " } else { "-- " };
        assert!(text.starts_with(&format!("{mark}Calls to AWS STS by endpoint")));
        let comment: String = text
            .lines()
            .take_while(|line| line.starts_with(mark.trim_end()))
            .collect();
        assert!(comment.contains(concat!("stscope ", env!("CARGO_PKG_VERSION"))));
        assert!(
            comment.contains("differ") || comment.contains("cannot say"),
            "{engine}"
        );
        assert!(text.ends_with('\n'), "{engine}");
    }
}

#[test]
fn no_place_of_a_template_is_left_open() {
    for words in [
        "athena",
        "cloudwatch",
        "duckdb",
        "clickhouse",
        "duckdb --table t",
    ] {
        let text = text(&format!("query {words}"));
        let open = text.split('{').skip(1).find(|rest| {
            let name = rest.split('}').next().unwrap();
            !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
        });
        assert_eq!(open, None, "{words}");
    }
}

/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartQuery.html>
#[test]
fn the_text_for_cloudwatch_is_not_longer_than_cloudwatch_takes() {
    assert!(text("query cloudwatch").chars().count() <= 10_000);
}

#[test]
fn the_suffixes_of_every_partition_are_in_every_text() {
    for engine in ENGINES {
        let text = text(&format!("query {engine}"));
        for partition in Partition::ALL {
            for suffix in [partition.dns_suffix(), partition.dualstack_dns_suffix()] {
                let pattern = suffix.replace('.', "[.]");
                let mut parts = text.split(['|', '(', ')', ':']);
                let stands = parts.any(|part| part == pattern);
                assert!(stands, "{engine}: {suffix}");
            }
        }
    }
}

#[test]
fn tables_and_files_are_named_as_asked_and_have_defaults() {
    for (words, expected) in [
        ("athena", r#"FROM "cloudtrail_logs""#),
        ("athena --table audit.logs", r#"FROM "audit"."logs""#),
        ("duckdb", "read_json_objects('AWSLogs/**/*.json.gz')"),
        (
            "duckdb --files s3://b/**/*.gz",
            "read_json_objects('s3://b/**/*.gz')",
        ),
        (
            "duckdb --table main.records",
            r#"FROM "main"."records" AS one"#,
        ),
        ("clickhouse", "file('AWSLogs/**/*.json.gz', 'JSONEachRow'"),
        (
            "clickhouse --files logs/*.gz",
            "file('logs/*.gz', 'JSONEachRow'",
        ),
        (
            "clickhouse --table logs.records",
            r#"FROM "logs"."records""#,
        ),
    ] {
        assert!(
            text(&format!("query {words}")).contains(expected),
            "{words}"
        );
    }
}

#[test]
fn what_is_typed_cannot_break_out_of_the_text() {
    let hostile = r#"x'"\`; DROP TABLE calls; --"#;
    for (engine, option, quoted) in [
        ("athena", "--table", r#""x'""\`; DROP TABLE calls; --""#),
        ("duckdb", "--table", r#""x'""\`; DROP TABLE calls; --""#),
        (
            "clickhouse",
            "--table",
            r#""x'\"\\`; DROP TABLE calls; --""#,
        ),
        ("duckdb", "--files", r#"'x''"\`; DROP TABLE calls; --'"#),
        (
            "clickhouse",
            "--files",
            r#"'x\'"\\`; DROP TABLE calls; --'"#,
        ),
    ] {
        let said = stscope("query")
            .args([engine, option, hostile])
            .run()
            .exits(0);
        let text = said.text();
        assert_eq!(text.matches("DROP").count(), 1, "{engine} {option}");
        assert!(text.contains(quoted), "{engine} {option}");
    }
    // What looks like a place of the template is none.
    let said = stscope("query duckdb --files {version}{regional_hosts}").run();
    assert!(said.text().contains("('{version}{regional_hosts}')"));
}

#[test]
fn a_period_is_a_condition_on_the_time() {
    let period = "--since 2026-11-01 --until 2026-11-02T12:00:00+02:00";
    for (engine, since, until) in [
        (
            "athena",
            ">= from_iso8601_timestamp('2026-11-01T00:00:00Z')",
            "< from_iso8601_timestamp('2026-11-02T10:00:00Z')",
        ),
        (
            "duckdb",
            ">= TIMESTAMPTZ '2026-11-01T00:00:00Z'",
            "< TIMESTAMPTZ '2026-11-02T10:00:00Z'",
        ),
        (
            "clickhouse",
            ">= parseDateTime64BestEffort('2026-11-01T00:00:00Z', 3, 'UTC')",
            "< parseDateTime64BestEffort('2026-11-02T10:00:00Z', 3, 'UTC')",
        ),
    ] {
        let text = text(&format!("query {engine} {period}"));
        assert!(text.contains(since) && text.contains(until), "{engine}");
    }
}

#[test]
fn what_an_engine_has_no_use_for_is_refused_with_what_to_do() {
    for (words, expected) in [
        (
            "athena --files logs/*",
            "--files: Athena asks tables; name one with --table",
        ),
        (
            "cloudwatch --table t",
            "--table: CloudWatch is asked of a log group; choose it",
        ),
        (
            "cloudwatch --files t",
            "--files: CloudWatch is asked of a log group; choose it",
        ),
        (
            "cloudwatch --since 7d",
            "--since: CloudWatch takes the time range beside the query",
        ),
        (
            "cloudwatch --until 7d",
            "--until: CloudWatch takes the time range beside the query",
        ),
        (
            "duckdb --table a..b",
            "--table a..b: no name of a table; write NAME,",
        ),
        ("duckdb --files=", "--files: the pattern is empty; give one"),
        ("duckdb --since soon", "--since soon: no time; give a date"),
        (
            "duckdb --since 1d --until 2d",
            "no call could pass; exchange the two",
        ),
        ("duckdb --table t --files f", "--files"),
        ("oracle", "athena, cloudwatch, duckdb, clickhouse"),
        ("", "<ENGINE>"),
    ] {
        let said = error(stscope(&format!("query {words}")).run());
        assert!(said.contains(expected), "{words}: {said}");
    }
}

#[test]
fn a_text_goes_into_a_file_of_any_ending() {
    let folder = tempfile::tempdir().unwrap();
    stscope("query athena -o sts.sql")
        .within(folder.path())
        .run()
        .exits(0)
        .says_nothing();
    let written = std::fs::read_to_string(folder.path().join("sts.sql")).unwrap();
    assert_eq!(written, text("query athena"));
    assert_eq!(text("query athena -o -"), written);
}
