//! What the README says is so: its commands run and print what it shows, its lists are complete,
//! its links lead somewhere.
//!
//! A block of `console` holds commands (`$ …`) and what they print, standard output unless the
//! command asks for standard error by `2>&1 >/dev/null`. `# exit N` says that the command ends with
//! N; a last line `...` stands for the rest. Blocks of `sh` are not run: what they call of stscope
//! must be understood, and every other command must stand in [`NOT_RUN`].

use std::collections::BTreeSet;
use std::process::{Command, Output};

use serde_json::Value;
use stscope::internals::questions::{EVENT_COLUMNS, RegionEvidence, RegionStatus};
use stscope::internals::report::pages::{plan, regions};
use stscope::sts::defaults::{DEFAULTS, DefaultEndpoint, Setting, WithoutRegion};
use stscope::sts::{Cause, Dimension};

const README: &str = include_str!("../../README.md");

/// Commands the README shows and nobody can run here: they need a network, minutes, or this test.
const NOT_RUN: [&str; 26] = [
    "cargo install --path .",
    "cargo build --release",
    "cargo test",
    "cargo test --test it cli::plan",
    "cargo test --test it -- query:: --ignored",
    "cargo test --test it -- --ignored",
    "cargo test --test it s3::",
    "cargo fmt --all --check",
    "cargo clippy --workspace --all-targets -- -D warnings",
    "PROPTEST_CASES=2000 cargo test --release --test it held_equal",
    "cargo bench --bench stages",
    "tests/fuzz/run 60",
    "python3 tests/query/engines.py install target/tmp/query-venv",
    "python3 benches/compare/compare.py --rounds 5 --no-jq",
    "cargo run --release --example generate -- archive DIR --files 400 --records 870 --sts-share 0.1 --seed 1",
    "cargo run --release --example generate -- archive DIR --files 40000 --records 6 --sts-share 0.1 --seed 2",
    "cargo run --release --example generate -- archive DIR --files 1 --records 2000000 --one-document --sts-share 0.1 --seed 3",
    "cargo run --release --example generate -- sample sample-logs",
    "cargo run --release --example inflate-only -- 2 DIR",
    "cargo build --release --example inflate-only --config 'profile.release.package.libdeflate-sys.opt-level=3'",
    "clickhouse-local --queries-file sts.sql",
    "curl -O https://ip-ranges.amazonaws.com/ip-ranges.json",
    "cargo run --release --example with-kernel -- portable 2 DIR",
    "zcat x.json.gz",
    "aws s3 sync s3://BUCKET/PREFIX/AWSLogs/ logs/AWSLogs/ --exclude '*' --include '*/CloudTrail/us-east-1/2026/11/*'",
    "find logs -newer last-run -name '*.json.gz' -print0",
];
/// Commands that only stand behind a pipe.
const BEHIND_A_PIPE: [&str; 2] = ["duckdb", "head"];

/// The lines of every fenced block of one language, each with its number in the README.
fn blocks(language: &str) -> Vec<Vec<(usize, &'static str)>> {
    let mut blocks = Vec::new();
    let mut open: Option<(&str, Vec<(usize, &str)>)> = None;
    for (number, line) in (1..).zip(README.lines()) {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(language)) => open = Some((language, Vec::new())),
            (None, None) => {}
            (Some((_, lines)), None) => lines.push((number, line)),
            (Some(_), Some(_)) => {
                if let Some((found, lines)) = open.take()
                    && found == language
                {
                    blocks.push(lines);
                }
            }
        }
    }
    assert!(open.is_none(), "a block without an end");
    blocks
}

/// A command and what it is said to print.
struct Example {
    number: usize,
    command: &'static str,
    exit: i32,
    lines: Vec<&'static str>,
}

fn examples() -> Vec<Example> {
    let mut examples = Vec::new();
    for (number, line) in blocks("console").into_iter().flatten() {
        if let Some(command) = line.strip_prefix("$ ") {
            examples.push(Example {
                number,
                command,
                exit: 0,
                lines: Vec::new(),
            });
            continue;
        }
        let example = examples.last_mut().expect("a command before its output");
        match line.strip_prefix("# exit ") {
            Some(code) => example.exit = code.parse().expect("an exit code"),
            None => example.lines.push(line),
        }
    }
    examples
}

/// The arguments of a call of stscope, however it is called; `None` for any other command.
fn arguments(command: &str) -> Option<Vec<String>> {
    ["stscope ", "cargo run --release -- "]
        .iter()
        .find_map(|call| command.strip_prefix(call))
        .map(words)
}

/// Splits as a shell does, as far as the README needs it: blanks, and quotes of both kinds.
fn words(text: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for c in text.chars() {
        match (quote, c) {
            (Some(q), c) if c == q => quote = None,
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, ' ') => words.extend(word.take()),
            _ => word.get_or_insert_default().push(c),
        }
    }
    assert!(quote.is_none(), "a quote without an end: {text}");
    words.extend(word);
    words
}

fn stscope(arguments: &[String]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_stscope"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("COLUMNS", "80")
        .output()
        .expect("stscope can be started")
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("UTF-8")
}

/// The part of the README under a heading, up to the next of its rank or above.
fn section(heading: &str) -> &'static str {
    let start = README
        .find(&format!("\n{heading}\n"))
        .unwrap_or_else(|| panic!("no heading '{heading}'"));
    let inside = &README[start + heading.len() + 2..];
    let rank = heading.bytes().take_while(|&byte| byte == b'#').count();
    let end = (1..=rank)
        .filter_map(|rank| inside.find(&format!("\n{} ", "#".repeat(rank))))
        .min();
    &inside[..end.unwrap_or(inside.len())]
}

/// The first cells of the rows of the tables in a section, without their marks.
fn first_cells(section: &str) -> BTreeSet<&str> {
    section
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`'))
        .map(|(cell, _)| cell)
        .collect()
}

#[test]
fn every_command_in_the_readme_prints_what_the_readme_shows() {
    let examples = examples();
    assert!(examples.len() >= 5, "the examples were not found");
    for Example {
        number,
        command,
        exit,
        lines,
    } in examples
    {
        let (call, wants_errors) = match command.strip_suffix(" 2>&1 >/dev/null") {
            Some(call) => (call, true),
            None => (command, false),
        };
        let arguments = arguments(call)
            .unwrap_or_else(|| panic!("README line {number}: only stscope is run: {command}"));
        let output = stscope(&arguments);
        assert_eq!(
            output.status.code(),
            Some(exit),
            "README line {number}: the exit code of: {command}"
        );
        let printed = text(if wants_errors {
            output.stderr
        } else {
            output.stdout
        });
        let printed: Vec<&str> = printed.lines().collect();
        let (shown, printed) = match lines.split_last() {
            Some((&"...", shown)) => {
                assert!(
                    printed.len() > shown.len(),
                    "README line {number}: nothing is left out"
                );
                (shown, &printed[..shown.len()])
            }
            _ => (&lines[..], &printed[..]),
        };
        assert!(!shown.is_empty(), "README line {number}: nothing is shown");
        assert_eq!(
            shown.join("\n"),
            printed.join("\n"),
            "README line {number}: the output of: {command}"
        );
    }
}

#[test]
fn every_command_that_is_not_run_is_understood_or_known() {
    let mut known: BTreeSet<&str> = NOT_RUN.into();
    let mut seen = 0;
    for (number, line) in blocks("sh").into_iter().flatten() {
        let line = line.split_once(" #").map_or(line, |(command, _)| command);
        for (place, command) in line.split(" | ").map(str::trim).enumerate() {
            if command.is_empty() || command.starts_with('#') {
                continue;
            }
            seen += 1;
            if let Some(arguments) = arguments(command) {
                let words = std::iter::once("stscope".to_owned()).chain(arguments);
                if let Err(error) = stscope::internals::cli::command().try_get_matches_from(words) {
                    panic!("README line {number}: {command}\n{error}");
                }
            } else {
                assert!(
                    NOT_RUN.contains(&command) || place > 0 && BEHIND_A_PIPE.contains(&command),
                    "README line {number}: put into NOT_RUN, or into a block of console: {command}"
                );
                known.remove(command);
            }
        }
    }
    assert!(seen > 10, "the commands were not found");
    assert_eq!(known, BTreeSet::new(), "no longer in the README");
}

#[test]
fn every_query_of_a_store_runs_and_finds_something() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = folder.path().join("sts.db");
    let name = store.to_str().expect("a name").to_owned();
    let words = ["ingest", "-q", "--store", &name, "sample-logs"];
    let ingest = stscope(&words.map(str::to_owned));
    assert_eq!(ingest.status.code(), Some(3));
    let store = rusqlite::Connection::open(&store).expect("a store");
    let text: Vec<_> = (blocks("sql").into_iter().flatten())
        .map(|(_, line)| line)
        .collect();
    let text = text.join("\n");
    let queries: Vec<_> = text
        .split_inclusive(';')
        .filter(|query| query.contains("SELECT"))
        .collect();
    assert!(queries.len() >= 3, "the queries were not found");
    for query in queries {
        let mut statement = store.prepare(query).expect(query);
        let mut rows = statement.query([]).expect(query);
        assert!(rows.next().expect(query).is_some(), "{query}");
    }
}

#[test]
fn every_option_of_every_command_is_in_the_readme() {
    let commands = stscope::internals::cli::command();
    let names: Vec<&str> = commands.get_subcommands().map(|c| c.get_name()).collect();
    assert!(names.contains(&"report") && names.contains(&"events"));
    let overview = section("## Commands");
    for name in names {
        assert!(
            overview.contains(&format!("| `stscope {name}")),
            "the command {name}"
        );
        let help = text(stscope(&[name.to_owned(), "--help".to_owned()]).stdout);
        let options: BTreeSet<&str> = help
            .split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'))
            .filter(|word| word.strip_prefix("--").is_some_and(|rest| !rest.is_empty()))
            .collect();
        assert!(options.contains("--help"), "{name}: {help}");
        for option in options {
            let stands = [format!("`{option}`"), format!("`{option} ")];
            assert!(
                stands.iter().any(|form| overview.contains(form)),
                "{option} of {name}"
            );
        }
    }
}

#[test]
fn every_dimension_is_in_the_readme() {
    let names: BTreeSet<&str> = Dimension::all().map(Dimension::name).collect();
    assert_eq!(first_cells(section("## Dimensions")), names);
}

#[test]
fn every_column_of_events_is_in_the_readme() {
    let names: BTreeSet<&str> = EVENT_COLUMNS.into();
    assert_eq!(first_cells(section("## Columns of events")), names);
}

#[test]
fn every_column_and_status_of_regions_is_in_the_readme() {
    let names: BTreeSet<&str> = regions::sheet().names().collect();
    assert_eq!(first_cells(section("## Columns of regions")), names);
    let statuses = RegionStatus::ALL.map(RegionStatus::as_str);
    assert_eq!(
        first_cells(section("## Find idle Regions")),
        statuses.into()
    );
}

#[test]
fn every_column_of_plan_is_in_the_readme() {
    let names: BTreeSet<&str> = plan::sheet().names().collect();
    assert_eq!(first_cells(section("## Columns of plan")), names);
}

#[test]
fn every_cause_and_evidence_is_in_the_readme() {
    let causes = Cause::ALL.map(Cause::as_str);
    let evidence = [
        RegionEvidence::ServingRegion,
        RegionEvidence::RegionalCalls,
        RegionEvidence::IpRanges,
    ];
    let names = causes
        .into_iter()
        .chain(evidence.map(RegionEvidence::as_str));
    assert_eq!(first_cells(section("## Make a plan")), names.collect());
}

#[test]
fn every_sdk_stands_in_the_readme_with_what_it_does_by_default() {
    let chapter = section("### 3. Change the callers");
    let cells = |line: &'static str| -> Vec<&str> { line.split(" | ").collect() };
    let rows: Vec<Vec<&str>> = chapter
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(cells)
        .collect();
    let named = rows
        .iter()
        .skip(1)
        .flat_map(|row| row[0].split('`').skip(1).step_by(2));
    let all = DEFAULTS.iter().map(|row| row.sdk);
    assert_eq!(named.collect::<BTreeSet<_>>(), all.collect());
    for facts in DEFAULTS {
        let name = format!("`{}`", facts.sdk);
        let row = rows
            .iter()
            .find(|row| row[0].contains(&name))
            .expect("it is named");
        let default = match facts.endpoint {
            DefaultEndpoint::GlobalBelow(version) => format!("from {version}"),
            DefaultEndpoint::Global => "never".to_owned(),
            DefaultEndpoint::Regional => "always".to_owned(),
        };
        assert!(row[1].starts_with(&default), "{name}: {}", row[1]);
        let without_region = match facts.without_region {
            WithoutRegion::Global => "global",
            WithoutRegion::GlobalForAssumeRole => "`AssumeRole` and",
            WithoutRegion::UsEast1 => "us-east-1",
            WithoutRegion::Fails => "fails",
        };
        assert!(row[2].starts_with(without_region), "{name}: {}", row[2]);
        let setting = match facts.setting {
            Setting::Since(version) => version.to_string(),
            Setting::Never => String::new(),
        };
        assert!(row[3].contains(&setting), "{name}: {}", row[3]);
        assert_eq!(
            row[3].starts_with("none"),
            facts.setting == Setting::Never,
            "{name}"
        );
    }
}

#[test]
fn the_example_of_a_policy_is_json() {
    for block in blocks("json") {
        let text: String = block.iter().map(|(_, line)| format!("{line}\n")).collect();
        let policy: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(policy["Version"], "2012-10-17");
    }
}

/// Every key of a JSON value, with those it stands under. Lists go by their first element.
fn keys(value: &Value, above: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                let key = if above.is_empty() {
                    key.clone()
                } else {
                    format!("{above}.{key}")
                };
                keys(value, &key, found);
            }
        }
        Value::Array(elements) => {
            found.insert(above.to_owned());
            if let Some(first @ Value::Object(_)) = elements.first() {
                keys(first, &format!("{above}[]"), found);
            }
        }
        _ => {
            found.insert(above.to_owned());
        }
    }
}

fn report() -> Value {
    let words = words("report sample-logs/damaged --format json");
    serde_json::from_slice(&stscope(&words).stdout).expect("JSON")
}

#[test]
fn every_key_of_the_coverage_is_in_the_readme() {
    let mut found = BTreeSet::new();
    keys(&report()["coverage"], "", &mut found);
    let listed: BTreeSet<String> = first_cells(section("### Coverage"))
        .into_iter()
        .map(str::to_owned)
        .collect();
    assert_eq!(listed, found);
}

#[test]
fn every_key_of_the_report_is_in_the_readme() {
    let mut found = BTreeSet::new();
    for (key, value) in report().as_object().expect("an object") {
        match value {
            Value::Object(members) if key == "summary" => {
                found.extend(members.keys().map(|member| format!("summary.{member}")));
            }
            _ => {
                found.insert(key.clone());
            }
        }
    }
    let listed: BTreeSet<String> = first_cells(section("### JSON"))
        .into_iter()
        .map(str::to_owned)
        .collect();
    assert_eq!(listed, found);
}

#[test]
fn the_example_of_the_library_runs() -> Result<(), Box<dyn std::error::Error>> {
    // From here…
    let logs = ["sample-logs/AWSLogs".into()];
    let report = stscope::Scan::default().tally(&logs)?.finish();
    let summary = report.totals.summary();
    println!("{} of {} calls are global", summary.global(), summary.calls);
    // …to here.
    let source = include_str!("readme.rs");
    let example = blocks("rust").concat();
    assert!(!example.is_empty(), "the example was not found");
    let written: String = example
        .iter()
        .map(|(_, line)| format!("    {line}\n"))
        .collect();
    assert!(source.contains(&written), "this test and the README differ");
    assert!(summary.global() > 0);
    Ok(())
}

#[test]
fn every_link_inside_the_project_leads_somewhere() {
    let anchors: BTreeSet<String> = README
        .lines()
        .filter(|line| line.starts_with('#'))
        .map(|line| {
            line.trim_start_matches('#')
                .trim()
                .to_lowercase()
                .replace(' ', "-")
        })
        .collect();
    let links: Vec<&str> = README
        .split("](")
        .skip(1)
        .filter_map(|rest| Some(rest.split_once(')')?.0))
        .collect();
    assert!(links.len() > 20, "the links were not found");
    for link in links {
        if let Some(anchor) = link.strip_prefix('#') {
            assert!(anchors.contains(anchor), "no heading for #{anchor}");
        } else if !link.starts_with("https://") {
            let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(link);
            assert!(file.exists(), "no file {link}");
        }
    }
}
