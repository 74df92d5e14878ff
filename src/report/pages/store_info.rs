//! What is in a store, for people and as JSON.

use std::borrow::Cow;
use std::collections::BTreeSet;

use indicatif::HumanBytes;
use serde_json::{Value, json};

use crate::report::escape::for_terminal;
use crate::report::formats::table::{count, plural};
use crate::store::{Contents, Days, Run};

/// What stands before each figure.
const NAMES: usize = 11;
const WIDTH: usize = 80;

/// For people: no line is wider than 80 columns, but for words that are.
pub fn contents_lines(name: &str, contents: &Contents) -> Vec<String> {
    let days = &contents.days;
    let calls = &contents.calls;
    let list = |names: &BTreeSet<String>| {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        match names.len() {
            0 => "none in the paths of its files".to_owned(),
            number => format!("{}: {}", count(number as u64), names.join(", ")),
        }
    };
    let mut files: Vec<String> = (contents.files.iter())
        .map(|(outcome, number)| format!("{} {outcome}", count(*number)))
        .collect();
    if files.is_empty() {
        files.push("none".to_owned());
    }
    let window = u64::from(contents.window);
    let mut figures = vec![
        ("store", name.to_owned()),
        ("schema", contents.version.to_string()),
        (
            "size",
            format!(
                "{}, {} of it free",
                HumanBytes(contents.bytes),
                HumanBytes(contents.free_bytes)
            ),
        ),
        (
            "window",
            format!("{} {}", count(window), plural(window, "day")),
        ),
        ("days", days_in_words(days)),
        (
            "calls",
            format!("{}, {} global", count(calls.calls), count(calls.global())),
        ),
        ("groupings", count(contents.groupings)),
        (
            "callers",
            format!("{} of global calls", count(contents.callers)),
        ),
        ("files", files.join(", ")),
        ("accounts", list(&contents.key_accounts)),
        ("Regions", list(&contents.key_regions)),
    ];
    if let Some(day) = contents.kept_from {
        let forgotten = contents.forgotten;
        let words = format!(
            "the days before {day}, {} {} of them",
            count(forgotten),
            plural(forgotten, "call")
        );
        figures.insert(4, ("forgotten", words));
    }
    let mut lines = Vec::new();
    for (name, value) in figures {
        let indent = " ".repeat(NAMES);
        let first = format!("{name:<NAMES$}");
        let options = textwrap::Options::new(WIDTH)
            .initial_indent(&first)
            .subsequent_indent(&indent)
            .break_words(false);
        let value = for_terminal(&value);
        let wrapped = textwrap::wrap(&value, options);
        lines.extend(wrapped.into_iter().map(Cow::into_owned));
    }
    for (at, run) in contents.runs.iter().enumerate() {
        let name = if at == 0 { "last runs" } else { "" };
        lines.push(format!("{name:<NAMES$}{}", for_terminal(&in_words(run))));
    }
    lines
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
        "{}  {} read, {} known, {} {}",
        run.ended_at,
        count(run.files_read),
        count(run.files_known),
        count(run.calls),
        plural(run.calls, "call"),
    );
    for (number, what) in [(run.files_damaged, "damaged"), (run.beyond_window, "late")] {
        if number > 0 {
            words += &format!(", {} {what}", count(number));
        }
    }
    words
}

/// As one JSON object.
pub fn contents_json(contents: &Contents) -> Value {
    let day = |day: Option<chrono::NaiveDate>| day.map(|day| day.to_string());
    let days = &contents.days;
    let runs: Vec<Value> = (contents.runs.iter())
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
    json!({
        "schema": "stscope.store/1",
        "schema_version": contents.version,
        "window_days": contents.window,
        "kept_from": day(contents.kept_from),
        "bytes": contents.bytes,
        "free_bytes": contents.free_bytes,
        "days": {
            "oldest": day(days.oldest),
            "newest": day(days.newest),
            "open": days.open,
            "closed": days.closed,
            "incomplete": days.incomplete,
        },
        "key_accounts": contents.key_accounts,
        "key_regions": contents.key_regions,
        "files": contents.files,
        "calls": contents.calls.calls,
        "global_calls": contents.calls.global(),
        "forgotten": contents.forgotten,
        "groupings": contents.groupings,
        "callers": contents.callers,
        "runs": runs,
    })
}
