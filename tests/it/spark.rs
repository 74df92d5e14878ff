//! `python -m stscope.spark`, on a Spark of this machine: what it gives is what one process gives, byte for
//! byte, on one machine and on a cluster of which an executor is killed.
//!
//! Spark comes from PyPI, some 500 megabytes, and needs Java, so these tests run only if asked for:
//!
//! ```sh
//! python3 tests/spark/run.py install target/tmp/spark-venv
//! cargo test --test it -- spark:: --ignored
//! ```

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use archive::bulk::{Archive, Options, files::Encoding};

/// The Python that has Spark.
fn python() -> PathBuf {
    crate::environment::python("spark-venv", "Spark is", "tests/spark/run.py")
}

fn run(words: &[&str], more: &[&Path]) {
    run_with(&[], words, more);
}

fn run_with(environment: &[(&str, &str)], words: &[&str], more: &[&Path]) {
    let output = Command::new(python())
        .envs(environment.iter().copied())
        .args(["-B", "tests/spark/run.py"])
        .args(words)
        .args(more)
        .output()
        .expect("it starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (said, errors) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{words:?}: {said}\n{errors}");
}

/// What one process answers, with its exit code.
fn stscope(words: &str, paths: &[&Path]) -> (Vec<u8>, Option<i32>) {
    let output = Command::new(env!("CARGO_BIN_EXE_stscope"))
        .args(words.split_whitespace())
        .args(paths)
        .output()
        .expect("it starts");
    assert!(!output.stdout.is_empty(), "{words}: nothing is said");
    (output.stdout, output.status.code())
}

/// Logs with copies of calls within and across files, and damaged ones.
fn logs(files: usize) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    Archive::new(Options {
        files,
        records: 120,
        sts_share: 0.5,
        duplicates: 0.05,
        shared_pairs: 0.3,
        seed: 18,
        ..Options::default()
    })
    .write(folder.path(), Encoding::Gzip, 2)
    .expect("room for it");
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-logs");
    (folder, sample)
}

/// Holds every part that the run has left, `NAME.part` with the question in `NAME.words`, against one
/// process.
fn hold(results: &Path, logs: &[&Path]) -> usize {
    let mut held = 0;
    for entry in fs::read_dir(results).expect("results") {
        let part = entry.expect("a file").path();
        if part.extension().is_none_or(|ending| ending != "part") {
            continue;
        }
        let words = fs::read_to_string(part.with_extension("words")).expect("the question");
        for format in ["json", "csv"] {
            let merged = stscope(&format!("merge --quiet --format {format}"), &[&part]);
            let whole = stscope(&format!("{words} --quiet --format {format}"), logs);
            assert!(
                merged == whole,
                "{}: {words}: another answer",
                part.display()
            );
        }
        held += 1;
    }
    held
}

#[test]
#[ignore = "needs Python with pyarrow: .ci/run runs it"]
fn the_module_keeps_what_it_promises_without_spark() {
    run(&["units"], &[Path::new(env!("CARGO_BIN_EXE_stscope"))]);
}

#[test]
#[ignore = "needs Spark and Java: .ci/run runs it"]
fn one_machine_with_spark_gives_what_one_process_gives() {
    let (folder, sample) = logs(24);
    let results = tempfile::tempdir().expect("a temporary folder");
    let program = Path::new(env!("CARGO_BIN_EXE_stscope"));
    run(
        &["local"],
        &[program, results.path(), folder.path(), &sample],
    );
    assert_eq!(hold(results.path(), &[folder.path(), &sample]), 8);
}

#[test]
#[ignore = "needs Spark and Java: .ci/run runs it"]
fn an_executor_that_is_killed_in_mid_scan_changes_nothing() {
    let (folder, sample) = logs(24);
    let results = tempfile::tempdir().expect("a temporary folder");
    let program = Path::new(env!("CARGO_BIN_EXE_stscope"));
    run(
        &["cluster"],
        &[program, results.path(), folder.path(), &sample],
    );
    assert_eq!(hold(results.path(), &[folder.path(), &sample]), 2);
}

#[cfg(feature = "s3")]
mod prefixes {
    use std::collections::BTreeSet;

    use s3server::Server;

    use super::*;
    use crate::cli::logs::files_below;

    /// Who asks a server of S3 on this machine.
    fn asks(server: &Server) -> [(&'static str, String); 6] {
        [
            ("AWS_ENDPOINT_URL", server.endpoint()),
            ("AWS_REGION", "eu-west-1".to_owned()),
            ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "of nobody".to_owned()),
            ("AWS_CONFIG_FILE", "/nonexistent".to_owned()),
            ("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent".to_owned()),
        ]
    }

    #[test]
    #[ignore = "needs Spark and Java: .ci/run runs it"]
    fn prefixes_that_tasks_list_give_what_one_process_gives() {
        let server = Server::start();
        let (folder, _) = logs(12);
        let mut accounts = BTreeSet::new();
        for file in files_below(folder.path()) {
            let key = file.strip_prefix(folder.path()).expect("below it");
            let key = key.to_str().expect("a key");
            accounts.extend(
                key.split_once("/CloudTrail/")
                    .map(|(account, _)| account.to_owned()),
            );
            server.put("trail", key, fs::read(&file).expect("a log"));
        }
        assert!(accounts.len() > 2, "{accounts:?}");
        let urls: Vec<String> = (accounts.iter())
            .map(|account| format!("s3://trail/{account}/"))
            .collect();
        let urls: Vec<&Path> = urls.iter().map(Path::new).collect();
        let environment = asks(&server);
        let environment: Vec<_> = (environment.iter())
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let results = tempfile::tempdir().expect("a temporary folder");
        let program = Path::new(env!("CARGO_BIN_EXE_stscope"));
        let more = [&[program, results.path()], urls.as_slice()].concat();
        run_with(&environment, &["prefixes"], &more);
        let whole = Command::new(program)
            .envs(environment)
            .args(["report", "--quiet", "--format", "csv"])
            .args(&urls)
            .output()
            .expect("it starts");
        assert!(whole.status.success(), "{whole:?}");
        assert!(whole.stdout.len() > 1_000, "{whole:?}");
        for name in ["listed", "saved"] {
            let part = results.path().join(name).with_extension("part");
            let (merged, code) = stscope("merge --quiet --format csv", &[&part]);
            assert_eq!(code, Some(0), "{name}");
            assert!(merged == whole.stdout, "{name}: another answer");
        }
    }
}
