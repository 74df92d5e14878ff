//! Digests in answers over time: a day of which logs are missing, or may be, is not whole, whoever is asked.

use std::fs;

use archive::clock::START;
use archive::digests::{HOUR, Trail, gzip};
use serde_json::Value;

use super::harness::{Run, Said, stscope};
use super::verify::{Archive, logs};

/// Four days of a trail.
fn archive() -> Archive {
    let trail = Trail::of("111122223333", "us-east-1");
    let logs = logs(&trail, START, 96, 0);
    Archive::with(trail, logs)
}

/// The status of each of its days.
fn of_days(said: &Said, list: &str) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let json = said.json();
    let rows = json[list].as_array().expect("a list").iter();
    rows.map(|row| {
        (
            text(&row["day"]) + &text(&row["period"]),
            text(&row["status"]),
        )
    })
    .collect()
}

/// The days that are not whole, asked in every way there is; the last one is left out.
fn incomplete(archive: &Archive, words: &str) -> Vec<String> {
    let store = archive.dir.path().join("sts.db");
    let part = archive.dir.path().join("1.part");
    let of_logs = |command: &str| stscope(&format!("{command} {words}")).arg(archive.root());
    let ingest = stscope("ingest --store").arg(&store).arg(archive.root());
    ingest.run().exits(0);
    let json = |run: Run| run.args(["--format", "json"]).run().exits(0);
    let of_store = |command: &str| stscope(&format!("{command} {words} --store")).arg(&store);
    let mut found = vec![
        of_days(&json(of_logs("trend")), "rows"),
        of_days(&json(of_logs("overview")), "days"),
        of_days(&json(of_store("trend")), "rows"),
        of_days(&json(of_store("overview")), "days"),
    ];
    for (question, list) in [("trend", "rows"), ("overview", "days")] {
        let map = of_logs(&format!("map {question}"));
        map.arg("-o").arg(&part).run().exits(0);
        found.push(of_days(&json(stscope("merge").arg(&part)), list));
    }
    fs::remove_file(&store).unwrap();
    // Of logs nobody knows whether their last day is over.
    for days in &mut found {
        days.pop();
    }
    for other in &found[1..] {
        assert_eq!(other, &found[0], "{words}");
    }
    let days = found.swap_remove(0);
    let days = days.into_iter().filter(|(_, status)| status != "complete");
    days.map(|(day, _)| day).collect()
}

#[test]
fn a_day_with_a_hole_or_without_a_log_is_incomplete_in_every_answer_over_time() {
    let whole = archive();
    assert_eq!(incomplete(&whole, ""), [""; 0]);
    let archive = archive();
    archive.remove_digests(30..32);
    assert_eq!(incomplete(&archive, ""), ["2025-11-04"]);
    archive.remove(&archive.logs[60][1].key);
    assert_eq!(incomplete(&archive, ""), ["2025-11-04", "2025-11-05"]);
    assert_eq!(
        incomplete(
            &archive,
            "--account 444455556666,111122223333 --since 2025-11-05"
        ),
        ["2025-11-05"]
    );
}

#[test]
fn a_hole_over_midnight_is_of_both_days_and_one_that_a_time_cuts_is_of_the_rest() {
    let archive = archive();
    archive.remove_digests(23..26);
    assert_eq!(incomplete(&archive, ""), ["2025-11-03", "2025-11-04"]);
    assert_eq!(incomplete(&archive, "--since 2025-11-04"), ["2025-11-04"]);
}

#[test]
fn a_digest_that_overlaps_the_one_before_it_is_of_a_day_that_is_not_whole() {
    let archive = archive();
    let last = &archive.chain[95];
    let content = (last.content).replace("2025-11-06T23:00:00Z", "2025-11-06T22:30:00Z");
    assert_ne!(content, last.content);
    let changed = archive.signer.signed_again(last, content);
    archive.put(&changed.key, &changed.file());
    let said = archive.by_name("").exits(1);
    let hole = &said.json()["findings"][0];
    assert_eq!(hole["kind"], "hole");
    assert_eq!(hole["from"], "2025-11-06T22:30:00Z");
    assert_eq!(hole["until"], "2025-11-06T23:00:00Z");
    // A log of the next day, so that this one is over.
    let later = (archive.trail).log_key(START + 96 * 3600 + 60, "Later00000000001");
    archive.put(&later, &gzip(b"{\"Records\":[]}"));
    assert_eq!(incomplete(&archive, ""), ["2025-11-06"]);
}

#[test]
fn before_the_first_digest_and_after_the_last_nothing_is_known_which_is_no_hole() {
    let archive = archive();
    archive.remove_digests(0..26);
    archive.remove_digests(60..96);
    assert_eq!(incomplete(&archive, ""), [""; 0]);
}

#[test]
fn a_digest_that_names_the_year_1_spoils_no_days_that_logs_cannot_be_of() {
    let archive = archive();
    let times = (START - 2 * HOUR, START - HOUR);
    let first = archive.trail.digest(&archive.signer, times, &[], None);
    let content = (first.content)
        .replace("2025-11-02T22:00:00Z", "0001-01-01T00:00:00Z")
        .replace("2025-11-02T23:00:00Z", "0001-01-01T01:00:00Z");
    assert_ne!(content, first.content);
    archive.put(&first.key, &gzip(content.as_bytes()));
    let said = archive.by_name("").exits(1);
    assert_eq!(said.json()["findings"][0]["kind"], "restart");
    assert_eq!(incomplete(&archive, ""), ["2025-11-03"]);
    let store = archive.dir.path().join("sts.db");
    let ingest = stscope("ingest --store").arg(&store).arg(archive.root());
    ingest.run().exits(0);
    let (days, first): (u32, String) = rusqlite::Connection::open(&store)
        .unwrap()
        .query_row("SELECT count(*), min(day) FROM hole", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .unwrap();
    assert_eq!((days, &*first), (4690, "2013-01-01"));
}
