//! Every page in every format, as it comes out: what a change does to one of them is seen in
//! `tests/it/snapshots`, where the formats of a page are side by side.
//!
//! `INSTA_UPDATE=always cargo test --test it cli::pages` takes what comes out for what is right: read
//! it before it is committed.

use super::harness::{SAMPLE, Said, stscope};
use super::store::{ask, folder, ingest};

const FORMATS: [&str; 5] = ["table", "csv", "json", "jsonl", "markdown"];

/// Compares exit code, standard output and standard error with what is committed.
#[track_caller]
fn is_as_before(page: &str, write: impl Fn(&str) -> Said) {
    insta::with_settings!({
        snapshot_path => "../snapshots",
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, {
        for format in FORMATS {
            insta::assert_snapshot!(format!("{page}-{format}"), write(format).to_string());
        }
    });
}

fn page_of_logs(page: &str, question: &str) {
    is_as_before(page, |format| {
        stscope(&format!("{question} --format {format}")).run()
    });
}

#[test]
fn report() {
    page_of_logs("report", "report sample-logs --group-by endpoint,principal");
}

#[test]
fn plan() {
    page_of_logs("plan", &format!("plan {SAMPLE}"));
}

#[test]
fn regions() {
    page_of_logs("regions", &format!("regions {SAMPLE}"));
}

#[test]
fn events() {
    let question = "--where event_name=AssumeRole* --where sdk=boto3";
    page_of_logs("events", &format!("events {SAMPLE} {question}"));
}

#[test]
fn trend() {
    let (_folder, store) = folder();
    ingest(&store, SAMPLE).exits(0);
    is_as_before("trend", |format| {
        ask(&format!("trend -q --format {format}"), &store).run()
    });
}
