//! The texts of `stscope query`, asked of the engines they are for, held against `report`.
//!
//! The engines come from PyPI, some hundred megabytes, so these tests run only if asked for:
//!
//! ```sh
//! python3 tests/query/engines.py install target/tmp/query-venv
//! cargo test --test it -- query:: --ignored
//! ```

mod calls;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use archive::bulk::{Archive, Options, files::Encoding};
use serde_json::{Value, json};

/// A row of an answer: endpoint, host, VPC endpoint, principal, calls, errors, first and last time.
type Row = Vec<Value>;

const GROUP_BY: [&str; 4] = [
    "endpoint",
    "client_provided_host_header",
    "vpc_endpoint_id",
    "principal",
];
const MEASURES: [&str; 4] = ["calls", "errors", "first_event_time", "last_event_time"];

/// The Python that has the engines.
fn python() -> PathBuf {
    crate::environment::python("query-venv", "the engines are", "tests/query/engines.py")
}

/// What stscope prints.
fn stscope(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_stscope"))
        .args(arguments)
        .output()
        .expect("it starts");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {errors}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// The groups of a report; what a record lacks is the empty text.
fn report(folder: &Path, group_by: &[&str], options: &[&str]) -> Vec<Row> {
    let by = group_by.join(",");
    let mut arguments = vec!["report", "--quiet", "--format=json", "--group-by", &by];
    arguments.extend(options);
    arguments.push(folder.to_str().expect("UTF-8"));
    let report: Value = serde_json::from_str(&stscope(&arguments)).expect("JSON");
    let groups = report["groups"].as_array().expect("groups");
    assert!(!groups.is_empty(), "nothing is counted");
    let cell = |group: &Value, name: &str| match &group[name] {
        Value::Null => "".into(),
        value => value.clone(),
    };
    groups
        .iter()
        .map(|group| {
            let names = group_by.iter().chain(&MEASURES);
            names.map(|name| cell(group, name)).collect()
        })
        .collect()
}

/// What an engine answers to a text.
fn answer(python: &Path, engine: &str, question: &str, folder: &Path) -> Vec<Row> {
    let mut asked = Command::new(python)
        .args(["-B", "tests/query/engines.py", "ask", engine])
        .arg(folder)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut input = asked.stdin.take().expect("it is piped");
    input.write_all(question.as_bytes()).expect("it reads");
    drop(input);
    let output = asked.wait_with_output().expect("it ends");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{engine}: {errors}");
    String::from_utf8(output.stdout)
        .expect("UTF-8")
        .lines()
        .map(|line| serde_json::from_str(line).expect("a row"))
        .collect()
}

fn assert_same(engine: &str, found: &[Row], expected: &[Row]) {
    let only_in = |some: &[Row], others: &[Row]| {
        let rows = some.iter().filter(|row| !others.contains(row)).take(10);
        rows.map(|row| format!("  {}\n", Value::from(row.clone())))
            .collect::<String>()
    };
    assert!(
        found == expected,
        "{engine}:\nstscope alone has\n{}{engine} alone has\n{}or the order differs",
        only_in(expected, found),
        only_in(found, expected)
    );
}

fn files_in(folder: &Path) -> String {
    format!("{}/**/*.json.gz", folder.display())
}

/// Asks every engine that can count once.
fn every_engine_agrees(folder: &Path, options: &[&str]) {
    let python = python();
    let expected = report(folder, &GROUP_BY, options);
    let files = files_in(folder);
    for engine in ["duckdb", "clickhouse"] {
        let question = [&["query", engine, "--files", &files], options].concat();
        let found = answer(&python, engine, &stscope(&question), folder);
        assert_same(engine, &found, &expected);
    }
    let question = stscope(&[&["query", "athena"], options].concat());
    let found = answer(&python, "athena-grown", &question, folder);
    assert_same("athena", &found, &expected);
}

/// Asks CloudWatch's stand-in, which cannot count once.
fn insights_agree(folder: &Path) {
    let python = python();
    let mut expected = report(folder, &GROUP_BY, &["--no-dedup"]);
    let question = stscope(&["query", "cloudwatch"]);
    let mut found = answer(&python, "cloudwatch", &question, folder);
    // It sorts by calls alone.
    for rows in [&mut expected, &mut found] {
        rows.sort_by_cached_key(|row| Value::from(row.clone()).to_string());
    }
    assert_same("cloudwatch", &found, &expected);
}

fn sample() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-logs/AWSLogs")
}

fn realistic_archive() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let options = Options {
        files: 16,
        records: 200,
        sts_share: 0.5,
        duplicates: 0.05,
        shared_pairs: 0.2,
        seed: 21,
        ..Options::default()
    };
    Archive::new(options)
        .write(folder.path(), Encoding::Gzip, 2)
        .expect("room for it");
    folder
}

/// An archive of odd calls, in a folder whose name would end a careless text.
fn odd_archive() -> tempfile::TempDir {
    let folder = tempfile::Builder::new()
        .prefix("it's \"odd\" ")
        .tempdir()
        .expect("a temporary folder");
    for (number, records) in calls::files(7, 2500).iter().enumerate() {
        let path = folder.path().join(format!("{number}.json.gz"));
        let file = fs::File::create(path).expect("room for it");
        let mut gzip = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
        gzip.write_all(json!({ "Records": records }).to_string().as_bytes())
            .and_then(|()| gzip.finish())
            .expect("room for it");
    }
    folder
}

#[test]
#[ignore = "needs Python and engines from PyPI: see the head of this file"]
fn the_sample_logs_are_counted_by_every_engine_as_by_stscope() {
    every_engine_agrees(&sample(), &[]);
    insights_agree(&sample());
}

#[test]
#[ignore = "needs Python and engines from PyPI: see the head of this file"]
fn a_realistic_archive_is_counted_by_every_engine_as_by_stscope() {
    let folder = realistic_archive();
    every_engine_agrees(folder.path(), &[]);
    insights_agree(folder.path());
}

#[test]
#[ignore = "needs Python and engines from PyPI: see the head of this file"]
fn odd_calls_are_counted_by_every_engine_as_by_stscope() {
    let folder = odd_archive();
    every_engine_agrees(folder.path(), &[]);
    insights_agree(folder.path());
}

#[test]
#[ignore = "needs Python and engines from PyPI: see the head of this file"]
fn a_period_is_the_same_for_every_engine() {
    let folder = realistic_archive();
    let period = ["--since", "2025-11-04T12:30:00Z", "--until", "2025-11-07"];
    every_engine_agrees(folder.path(), &period);
}

#[test]
#[ignore = "needs Python and engines from PyPI: see the head of this file"]
fn a_table_is_asked_as_files_are_whatever_its_name() {
    let python = python();
    let folder = realistic_archive();
    let expected = report(folder.path(), &GROUP_BY, &[]);
    // DuckDB takes times for times when it makes the table, and writes them in a way of its own.
    let without_times =
        |rows: &[Row]| -> Vec<Row> { rows.iter().map(|row| row[..6].to_vec()).collect() };
    for engine in ["duckdb", "clickhouse"] {
        let question = stscope(&["query", engine, "--table", r#"odd "db".it's\a table"#]);
        let found = answer(
            &python,
            &format!("{engine}-table"),
            &question,
            folder.path(),
        );
        assert_same(engine, &without_times(&found), &without_times(&expected));
    }
}

/// AWS's table has no `identityProvider`, so a web identity goes by its role.
#[test]
#[ignore = "needs Python and engines from PyPI: see the head of this file"]
fn the_table_that_aws_documents_is_enough_for_athena() {
    let python = python();
    let folder = realistic_archive();
    for folder in [folder.path(), &sample()] {
        let mut expected: BTreeMap<String, u64> = BTreeMap::new();
        let by_type = [&GROUP_BY[..], &["principal_type"]].concat();
        for mut row in report(folder, &by_type, &[]) {
            if row[4] == "WebIdentityUser"
                && let Some((_, role)) = row[3].as_str().and_then(|p| p.split_once(" for "))
            {
                row[3] = role.into();
            }
            let group = Value::from(row[..4].to_vec()).to_string();
            *expected.entry(group).or_default() += row[5].as_u64().expect("calls");
        }
        let question = stscope(&["query", "athena"]);
        let mut found = BTreeMap::new();
        for row in answer(&python, "athena", &question, folder) {
            let group = Value::from(row[..4].to_vec()).to_string();
            found.insert(group, row[4].as_u64().expect("calls"));
        }
        assert_eq!(found, expected);
    }
}
