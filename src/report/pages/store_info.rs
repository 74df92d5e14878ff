//! `store info`: what is in a store, in words and as one JSON object. It has no rows, so it is no page
//! of the kind that the other formats write.

use std::borrow::Cow;
use std::collections::BTreeSet;

use chrono::NaiveDate;
use indicatif::HumanBytes;
use serde_json::{Value, json};

use crate::questions::{Contents, Days, Run};
use crate::report::escape::for_terminal;
use crate::report::formats::json;
use crate::report::pages::verify;
use crate::report::words::{count, counted};
use crate::tally::{ChainRow, ChainStatus, DigestCoverage};

/// The width of the names of figures.
const NAMES: usize = 11;
const WIDTH: usize = 80;

/// For people: no line is wider than 80 columns, except where one word is.
pub fn lines(name: &str, info: &Contents) -> Vec<String> {
    let days = &info.days;
    let list = |names: &BTreeSet<String>| {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        match names.len() {
            0 => "none in the paths of its files".to_owned(),
            number => format!("{}: {}", count(number as u64), names.join(", ")),
        }
    };
    let mut files: Vec<String> = (info.files.iter())
        .map(|(outcome, number)| format!("{} {outcome}", count(*number)))
        .collect();
    if files.is_empty() {
        files.push("none".to_owned());
    }
    let window = u64::from(info.window);
    let mut figures = vec![
        ("store", name.to_owned()),
        ("schema", info.version.to_string()),
        (
            "size",
            format!(
                "{}, {} of it free",
                HumanBytes(info.bytes),
                HumanBytes(info.free_bytes)
            ),
        ),
        ("window", counted(window, "day")),
        ("days", days_in_words(days)),
        (
            "calls",
            format!(
                "{}, {} global",
                count(info.calls.calls),
                count(info.calls.global())
            ),
        ),
        ("groupings", count(info.groupings)),
        (
            "callers",
            format!("{} of global calls", count(info.callers)),
        ),
        ("files", files.join(", ")),
        ("accounts", list(&info.key_accounts)),
        ("Regions", list(&info.key_regions)),
    ];
    if let Some(digests) = DigestCoverage::of(&info.chains) {
        figures.push(("digests", digests_in_words(&digests, &info.chains)));
    }
    if let Some(day) = info.kept_from {
        let words = format!(
            "the days before {day}, {} of them",
            counted(info.forgotten, "call")
        );
        figures.insert(4, ("forgotten", words));
    }
    if !info.unfinished.is_empty() {
        let inputs = (info.unfinished.iter())
            .map(|(input, since)| format!("ingest of {input}, begun at {since}"));
        let inputs: Vec<String> = inputs.collect();
        figures.push(("unfinished", inputs.join("; ")));
    }
    let mut lines = Vec::new();
    for (name, value) in figures {
        let indent = " ".repeat(NAMES);
        let first = format!("{name:<NAMES$}");
        let options = textwrap::Options::new(WIDTH)
            .initial_indent(&first)
            .subsequent_indent(&indent)
            .break_words(false)
            .word_splitter(textwrap::WordSplitter::NoHyphenation);
        let value = for_terminal(&value);
        let wrapped = textwrap::wrap(&value, options);
        lines.extend(wrapped.into_iter().map(Cow::into_owned));
    }
    for (at, run) in info.runs.iter().enumerate() {
        let name = if at == 0 { "last runs" } else { "" };
        lines.push(format!("{name:<NAMES$}{}", for_terminal(&in_words(run))));
    }
    lines
}

/// How many chains there are, and what is missing by them.
fn digests_in_words(digests: &DigestCoverage, chains: &[ChainRow]) -> String {
    let proved = (chains.iter())
        .filter(|chain| chain.status == ChainStatus::Proved)
        .count() as u64;
    let mut words = vec![counted(digests.chains, "chain")];
    for (number, status) in [
        (proved, "proved"),
        (digests.complete - proved, "complete"),
        (digests.incomplete, "incomplete"),
    ] {
        if number > 0 {
            words.push(format!("{} {status}", count(number)));
        }
    }
    if digests.hole_hours > 0 {
        words.push(format!(
            "{} without a digest",
            counted(digests.hole_hours, "hour")
        ));
    }
    if digests.missing_logs > 0 {
        words.push(format!("{} missing", counted(digests.missing_logs, "log")));
    }
    words.join(", ")
}

fn days_in_words(days: &Days) -> String {
    match (days.oldest, days.newest) {
        (Some(oldest), Some(newest)) => format!(
            "{oldest} to {newest}; with calls {} open, {} closed; {} incomplete",
            count(days.open),
            count(days.closed),
            count(days.incomplete)
        ),
        _ => "none".to_owned(),
    }
}

fn in_words(run: &Run) -> String {
    let mut words = format!(
        "{}  {} read, {} known, {}",
        run.ended_at,
        count(run.files_read),
        count(run.files_known),
        counted(run.calls, "call"),
    );
    for (number, what) in [(run.files_damaged, "damaged"), (run.beyond_window, "late")] {
        if number > 0 {
            words += &format!(", {} {what}", count(number));
        }
    }
    words
}

/// For programs.
pub fn json(info: &Contents) -> Value {
    let day = |day: Option<NaiveDate>| day.map(|day| day.to_string());
    let days = &info.days;
    let runs: Vec<Value> = (info.runs.iter())
        .map(|run| {
            json!({
                "ended_at": run.ended_at,
                "files_known": run.files_known,
                "files_read": run.files_read,
                "files_damaged": run.files_damaged,
                "calls": run.calls,
                "beyond_window": run.beyond_window,
            })
        })
        .collect();
    let unfinished: Vec<Value> = (info.unfinished.iter())
        .map(|(input, since)| json!({ "path": input, "begun_at": since }))
        .collect();
    json!({
        "schema": "stscope.store/1",
        "schema_version": info.version,
        "window_days": info.window,
        "kept_from": day(info.kept_from),
        "bytes": info.bytes,
        "free_bytes": info.free_bytes,
        "days": {
            "oldest": day(days.oldest),
            "newest": day(days.newest),
            "open": days.open,
            "closed": days.closed,
            "incomplete": days.incomplete,
        },
        "key_accounts": info.key_accounts,
        "key_regions": info.key_regions,
        "files": info.files,
        "calls": info.calls.calls,
        "global_calls": info.calls.global(),
        "forgotten": info.forgotten,
        "groupings": info.groupings,
        "callers": info.callers,
        "chains": json::objects(&verify::sheet(), &info.chains.iter().collect::<Vec<_>>()),
        "unfinished": unfinished,
        "runs": runs,
    })
}
