//! The commands.
//!
//! A block of `console` holds commands (`$ …`) and what they print, standard output unless the command
//! asks for standard error by `2>&1 >/dev/null`. `# exit N` says that the command ends with N; a last
//! line `...` stands for the rest. The commands of a page run one after the other in a folder of the
//! page's own, in which there are `sample-logs` and the files that the page has as blocks: the text
//! behind the language of such a block is the file's name. Blocks of `sh` are not run: what they call
//! of stscope must be understood, and every other command must be in [`NOT_RUN`].

use std::collections::BTreeSet;
use std::path::Path;

use super::pages::{Page, all, arguments, root, stscope, text, writing};

/// Commands that pages show and nobody can run here: they need a network, minutes, or this test.
const NOT_RUN: [&str; 35] = [
    "aws organizations list-accounts > accounts.json",
    "aws cloudtrail describe-trails --query 'trailList[].[S3BucketName,S3KeyPrefix]' --output text",
    "cargo install --path .",
    "cargo build --release",
    "cargo test",
    "cargo test --test it cli::plan",
    "cargo test --test it -- query:: --ignored",
    "cargo test --test it -- --ignored",
    "cargo test --test it s3::",
    "UPDATE_DOCS=1 cargo test --test it docs::",
    "cargo fmt --all --check",
    "cargo clippy --workspace --all-targets -- -D warnings",
    "PROPTEST_CASES=2000 cargo test --release --test it held_equal",
    "cargo bench --bench stages",
    "tests/fuzz/run 60",
    "tests/arm/run",
    "python3 tests/query/engines.py install target/tmp/query-venv",
    "python3 tests/spark/run.py install target/tmp/spark-venv",
    "cargo test --test it -- spark:: --ignored",
    "python3 benches/compare/compare.py",
    "python3 benches/compare/compare_s3.py",
    "cargo run --release --example generate -- archive DIR --files 400 --records 870 --sts-share 0.1 --seed 1",
    "cargo run --release --example generate -- archive A --files 400 --records 870 --sts-share 0.1 --seed 1",
    "cargo run --release --example generate -- archive B --files 400 --records 900 --sts-share 0.01 --seed 5",
    "cargo run --release --example generate -- archive C --files 400 --records 900 --sts-share 0.6 --seed 5",
    "cargo run --release --example generate -- archive D --files 40000 --records 6 --sts-share 0.1 --seed 2",
    "cargo run --release --example generate -- sample sample-logs",
    "cargo run --release --example inflate-only -- 2 DIR",
    "cargo run --release --example inflate-only -- 2 A",
    "clickhouse-local --queries-file sts.sql",
    "curl -O https://ip-ranges.amazonaws.com/ip-ranges.json",
    "cargo run --release --example with-kernel -- portable 2 DIR",
    "ssh HOST cat x.json.gz",
    "aws s3 sync s3://BUCKET/PREFIX/AWSLogs/ logs/AWSLogs/ --exclude '*' --include '*/CloudTrail/us-east-1/2026/11/*'",
    "find logs -path '*/2026/11/*' -name '*.json.gz' -print0",
];
/// Commands that are only behind a pipe.
const BEHIND_A_PIPE: [&str; 3] = [
    "duckdb",
    "head",
    "while read -r key; do aws s3 cp \"s3://BUCKET/$key\" \"logs/$key\"; done",
];

/// A command and what it is said to print.
struct Example<'p> {
    number: usize,
    command: &'p str,
    exit: i32,
    lines: Vec<&'p str>,
    /// The numbers of the first of these lines, and of the one behind the last.
    printed: (usize, usize),
}

fn examples(page: &Page) -> Vec<Example<'_>> {
    let mut examples = Vec::new();
    for (number, line) in page.blocks_of("console").into_iter().flat_map(|b| b.lines) {
        if let Some(command) = line.strip_prefix("$ ") {
            examples.push(Example {
                number,
                command,
                exit: 0,
                lines: Vec::new(),
                printed: (number + 1, number + 1),
            });
            continue;
        }
        let example = examples.last_mut().expect("a command before its output");
        match line.strip_prefix("# exit ") {
            Some(code) => {
                example.exit = code.parse().expect("an exit code");
                example.printed = (number + 1, number + 1);
            }
            None => {
                example.lines.push(line);
                example.printed.1 = number + 1;
            }
        }
    }
    examples
}

/// A folder with what the commands of a page are about.
fn folder_of(page: &Page) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    copy(
        &root().join("sample-logs"),
        &folder.path().join("sample-logs"),
    );
    for block in page.blocks() {
        if let Some(name) = block.file {
            let lines = block.lines.iter().map(|(_, line)| format!("{line}\n"));
            std::fs::write(folder.path().join(name), lines.collect::<String>()).expect(name);
        }
    }
    folder
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir(to).expect("a folder can be made");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let to = to.join(entry.file_name());
        match entry.file_type().expect("a type").is_dir() {
            true => copy(&entry.path(), &to),
            false => drop(std::fs::copy(entry.path(), to).expect("a file can be copied")),
        }
    }
}

/// What a command prints, as far as the page shows it.
fn shown(example: &Example<'_>, folder: &Path, place: &str) -> Vec<String> {
    let command = example.command;
    let (call, wants_errors) = match command.strip_suffix(" 2>&1 >/dev/null") {
        Some(call) => (call, true),
        None => (command, false),
    };
    let arguments =
        arguments(call).unwrap_or_else(|| panic!("{place}: only stscope is run: {command}"));
    let output = stscope(folder, &arguments);
    assert_eq!(
        output.status.code(),
        Some(example.exit),
        "{place}: the exit code of: {command}\n{}",
        text(output.stderr)
    );
    let printed = text(if wants_errors {
        output.stderr
    } else {
        output.stdout
    });
    let mut printed: Vec<String> = printed.lines().map(str::to_owned).collect();
    assert!(!printed.is_empty(), "{place}: nothing is shown");
    if let Some((&"...", before)) = example.lines.split_last() {
        assert!(!before.is_empty(), "{place}: nothing is shown");
        assert!(printed.len() > before.len(), "{place}: nothing is left out");
        printed.truncate(before.len());
        printed.push("...".to_owned());
    }
    printed
}

#[test]
fn every_command_prints_what_its_page_shows() {
    let _writing = writing();
    let mut count = 0;
    for page in all() {
        let examples = examples(&page);
        if examples.is_empty() {
            continue;
        }
        count += examples.len();
        let folder = folder_of(&page);
        let mut lines: Vec<String> = page.text.lines().map(str::to_owned).collect();
        let mut printed = Vec::new();
        for example in &examples {
            let place = format!("{} line {}", page.name, example.number);
            printed.push(shown(example, folder.path(), &place));
        }
        for (example, printed) in examples.iter().zip(printed).rev() {
            let (from, until) = example.printed;
            lines.splice(from - 1..until - 1, printed);
        }
        page.replace(&format!("{}\n", lines.join("\n")), "outputs of commands");
    }
    assert!(count >= 10, "the examples were not found");
}

#[test]
fn every_command_that_is_not_run_is_understood_or_known() {
    let mut known: BTreeSet<&str> = NOT_RUN.into();
    let mut seen = 0;
    for page in all() {
        for (number, line) in page.blocks_of("sh").into_iter().flat_map(|b| b.lines) {
            let place = format!("{} line {number}", page.name);
            let line = line.split_once(" #").map_or(line, |(command, _)| command);
            let line = line.strip_suffix(" &&").unwrap_or(line);
            for (at, command) in line.split(" | ").map(str::trim).enumerate() {
                if command.is_empty() || command.starts_with('#') {
                    continue;
                }
                seen += 1;
                if let Some(arguments) = arguments(command) {
                    let words = std::iter::once("stscope".to_owned()).chain(arguments);
                    let typed = stscope::internals::cli::command().try_get_matches_from(words);
                    if let Err(error) = typed {
                        panic!("{place}: {command}\n{error}");
                    }
                } else {
                    assert!(
                        NOT_RUN.contains(&command) || at > 0 && BEHIND_A_PIPE.contains(&command),
                        "{place}: put into NOT_RUN, or into a block of console: {command}"
                    );
                    known.remove(command);
                }
            }
        }
    }
    assert!(seen > 10, "the commands were not found");
    assert_eq!(known, BTreeSet::new(), "on no page any more");
}
