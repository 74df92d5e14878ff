//! `store info`: what is in a store, in words and as one JSON object. It has no rows, so it is no page
//! of the kind that the other formats write.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use indicatif::HumanBytes;
use serde_json::{Value, json};

use crate::report::escape::for_terminal;
use crate::report::words::{count, counted};

/// What is in a store.
#[derive(Clone, Debug)]
pub struct StoreInfo {
    /// The version of its schema.
    pub version: i64,
    /// The days in which copies of a call are recognised.
    pub window: u32,
    /// The day before which everything is forgotten.
    pub kept_from: Option<NaiveDate>,
    /// The size of the file, in bytes.
    pub bytes: u64,
    /// How many of these are free for what comes.
    pub free_bytes: u64,
    /// Its days.
    pub days: StoreDays,
    /// Accounts in the keys of the files read, those of forgotten days aside.
    pub key_accounts: BTreeSet<String>,
    /// Regions in those keys.
    pub key_regions: BTreeSet<String>,
    /// The files by what became of them.
    pub files: BTreeMap<String, u64>,
    /// The calls, each counted once.
    pub calls: u64,
    /// The global ones of them.
    pub global_calls: u64,
    /// Calls that were forgotten, as they were delivered.
    pub forgotten: u64,
    /// Different groupings of calls.
    pub groupings: u64,
    /// Different places that global calls came from.
    pub callers: u64,
    /// The last runs, the newest first.
    pub runs: Vec<StoreRun>,
}

/// The days of a store.
#[derive(Clone, Debug)]
pub struct StoreDays {
    /// The first day of which calls or files are known.
    pub oldest: Option<NaiveDate>,
    /// The last one.
    pub newest: Option<NaiveDate>,
    /// Days with calls that may still get late files.
    pub open: u64,
    /// Days with calls that are settled for good.
    pub closed: u64,
    /// Days that are not over, or not completely read.
    pub incomplete: u64,
}

/// A run of `ingest`.
#[derive(Clone, Debug)]
pub struct StoreRun {
    /// When it ended.
    pub ended_at: String,
    /// Files that were known from before.
    pub files_known: u64,
    /// Files that were read.
    pub files_read: u64,
    /// Files that are damaged.
    pub files_damaged: u64,
    /// Calls in the files read.
    pub calls: u64,
    /// Calls of days that were closed already.
    pub beyond_window: u64,
}

/// The width of the names of figures.
const NAMES: usize = 11;
const WIDTH: usize = 80;

/// For people: no line is wider than 80 columns, except where one word is.
pub fn lines(name: &str, info: &StoreInfo) -> Vec<String> {
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
            format!("{}, {} global", count(info.calls), count(info.global_calls)),
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
    if let Some(day) = info.kept_from {
        let words = format!(
            "the days before {day}, {} of them",
            counted(info.forgotten, "call")
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
    for (at, run) in info.runs.iter().enumerate() {
        let name = if at == 0 { "last runs" } else { "" };
        lines.push(format!("{name:<NAMES$}{}", for_terminal(&in_words(run))));
    }
    lines
}

fn days_in_words(days: &StoreDays) -> String {
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

fn in_words(run: &StoreRun) -> String {
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
pub fn json(info: &StoreInfo) -> Value {
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
        "calls": info.calls,
        "global_calls": info.global_calls,
        "forgotten": info.forgotten,
        "groupings": info.groupings,
        "callers": info.callers,
        "runs": runs,
    })
}
