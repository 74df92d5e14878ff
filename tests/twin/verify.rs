//! A chain of digests, judged the slow way: by their JSON and the names of the logs that are there.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDateTime};
use serde_json::Value;

/// What is wrong with a chain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chain {
    pub digests: u64,
    pub holes: u64,
    pub hole_hours: u64,
    pub restarts: u64,
    pub log_files: u64,
    pub missing: u64,
    pub unnamed: u64,
    pub is_whole: bool,
}

/// Minutes since 1970.
fn minutes(digest: &Value, member: &str) -> i64 {
    let text = digest[member].as_str().expect("a time");
    DateTime::parse_from_rfc3339(text)
        .expect("a time")
        .timestamp()
        / 60
}

/// Judges digests of one chain, of which there is at least one, in any order, by names alone.
pub fn chain(digests: &[Value], names: &BTreeSet<String>) -> Chain {
    let mut digests = digests.to_vec();
    digests.sort_by_key(|digest| minutes(digest, "digestEndTime"));
    let mut chain = Chain {
        digests: digests.len() as u64,
        ..Chain::default()
    };
    let mut named = BTreeSet::new();
    for digest in &digests {
        for log in digest["logFiles"].as_array().expect("a list") {
            let object = log["s3Object"].as_str().expect("a key");
            let name = object.rsplit('/').next().expect("a name").to_owned();
            chain.log_files += 1;
            if !names.contains(&name) {
                chain.missing += 1;
            }
            named.insert(name);
        }
    }
    let mut hole = |from: i64, until: i64| {
        chain.holes += 1;
        chain.hole_hours += (((until - from) as f64 / 60.0).round() as u64).max(1);
    };
    let mut restarts = 0;
    for at in 1..digests.len() {
        let (before, after) = (&digests[at - 1], &digests[at]);
        if after["previousDigestS3Object"].is_null() {
            restarts += 1;
        } else if after["previousDigestS3Object"] != before["digestS3Object"] {
            hole(
                minutes(before, "digestEndTime"),
                minutes(after, "digestStartTime"),
            );
        }
    }
    let unnamed: Vec<i64> = names
        .difference(&named)
        .map(|name| minute_of(name))
        .collect();
    let start = minutes(&digests[0], "digestStartTime");
    let end = minutes(&digests[digests.len() - 1], "digestEndTime");
    if let Some(&oldest) = unnamed.iter().min()
        && oldest < start
    {
        hole(oldest, start);
    }
    if let Some(&newest) = unnamed.iter().max()
        && newest > end + 90
    {
        hole(end, newest);
    }
    chain.restarts = restarts;
    chain.unnamed = unnamed.len() as u64;
    chain.is_whole = chain.holes + chain.restarts + chain.missing == 0;
    chain
}

/// The minute in the name of a log.
fn minute_of(name: &str) -> i64 {
    let stamp = name.split('_').nth(3).expect("a stamp");
    let time = NaiveDateTime::parse_from_str(&format!("{stamp}00"), "%Y%m%dT%H%MZ%S");
    time.expect("a time").and_utc().timestamp() / 60
}
