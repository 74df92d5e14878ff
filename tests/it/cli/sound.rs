//! Whether a store is what was written: what is noticed of bits that flip, and by whom.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;
use tempfile::TempDir;

use super::harness::{SAMPLE, Said, stscope};
use super::logs::{call, log, put};
use super::store::{ask, folder, ingest};
use super::sums::{kept, seen_long_ago, sums};
use archive::rng::SplitMix64;

fn check(store: &Path) -> Said {
    stscope("store check").arg(store).run()
}

/// A store with closed and open days, a call without a time, a damaged file, a copy, and a day that
/// is forgotten.
fn of_everything() -> (TempDir, PathBuf) {
    let (folder, store) = folder();
    let logs = folder.path().join("logs");
    ingest(&store, SAMPLE).exits(0);
    let key = "AWSLogs/111122223333/CloudTrail/us-east-1/2025/11/02/old.json";
    put(
        &logs,
        key,
        &log(&[call(1, json!({ "eventTime": "2025-11-02T10:00:00Z" }))]),
    );
    ingest(&store, &logs).exits(0);
    seen_long_ago(&store);
    ask("forget --before 2025-11-03", &store).run().exits(0);
    ingest(&store, SAMPLE).exits(0).says(&["days closed"]);
    let today = chrono::Utc::now().date_naive().to_string();
    let calls: Vec<_> = (0..40)
        .map(|n| {
            let role = format!("arn:aws:iam::111122223333:role/r{n}");
            let time = if n == 7 {
                "soon".to_owned()
            } else {
                format!("{today}T10:00:00Z")
            };
            call(
                n,
                json!({ "eventTime": time, "userIdentity": { "type": "Role", "arn": role } }),
            )
        })
        .collect();
    put(&logs, "new.json", &log(&calls));
    put(&logs, "cut.json", b"{\"Records\":[{\"eventSource\":");
    put(&logs.join("copy"), key, &fs::read(logs.join(key)).unwrap());
    ingest(&store, &logs).exits(3);
    (folder, store)
}

#[test]
fn a_sound_store_is_said_to_be_sound() {
    let (_folder, store) = of_everything();
    let said = check(&store).exits(0).says(&["sts.db: sound: ", " rows"]);
    assert_eq!(said.text(), "");
    let said = stscope("store check -q --format json --store")
        .arg(&store)
        .run();
    let document = said.exits(0).says_nothing().json();
    assert_eq!(document["schema"], "stscope.check/1");
    assert_eq!(
        (&document["sound"], &document["rows"]),
        (&json!(true), &json!([]))
    );
    assert_eq!(sums(&store), kept(&store));
}

#[test]
fn what_is_changed_behind_its_back_is_noticed_and_named() {
    for (sql, table, asks) in [
        (
            "UPDATE daily SET calls = calls + 1 WHERE rowid_of = 1",
            "daily",
            true,
        ),
        (
            "UPDATE file SET sts_records = sts_records + 1 WHERE id = 1",
            "file",
            true,
        ),
        (
            "UPDATE grouping SET principal = principal || 'x' WHERE id = 1",
            "grouping",
            true,
        ),
        ("DELETE FROM calls WHERE day = ''", "calls", true),
        ("UPDATE day SET is_closed = 0", "day", true),
        (
            "UPDATE setting SET value = '2025-11-04' WHERE name = 'kept_from'",
            "setting",
            true,
        ),
        (
            "UPDATE checksum SET sum = sum + 1 WHERE of = 'folder'",
            "folder",
            true,
        ),
        ("UPDATE caller SET session_name = 'x'", "caller", false),
        ("UPDATE run SET coverage = ''", "run", false),
        ("DROP VIEW daily_calls", "view daily_calls", false),
    ] {
        let (_folder, store) = of_everything();
        let sql = sql.replace(
            "rowid_of = 1",
            "(day, grouping) = (SELECT day, grouping FROM daily WHERE day = '2025-11-03' LIMIT 1)",
        );
        let database = rusqlite::Connection::open(&store).unwrap();
        database.execute_batch(&sql).unwrap();
        drop(database);
        let said = check(&store)
            .exits(2)
            .says(&["sts.db: damaged: ", "a backup", "ingest anew"]);
        assert!(said.text().contains(table), "{said}");
        let said = stscope("store check --format csv")
            .arg(&store)
            .run()
            .exits(2);
        assert!(
            said.text().starts_with("check,table,day,detail\n"),
            "{said}"
        );
        for words in [
            "report --format csv",
            "report --fail-on global=1000",
            "report --fail-on unknown=9",
        ] {
            let said = ask(words, &store).run();
            if asks {
                let what = format!("its table {table}");
                said.fails(&["sts.db: ", &what, "store check", "backup"]);
            } else {
                said.exits(3);
            }
        }
        // Nothing is built upon it, either.
        if ["file", "setting", "day", "folder"].contains(&table) {
            ingest(&store, SAMPLE).fails(&["sts.db: ", &format!("its table {table}")]);
        }
    }
}

#[test]
fn a_plan_and_a_gate_notice_what_a_report_does_not_read() {
    let (_folder, store) = of_everything();
    let database = rusqlite::Connection::open(&store).unwrap();
    database
        .execute_batch("UPDATE caller SET session_name = 'x'")
        .unwrap();
    ask("plan", &store).run().fails(&["its table caller"]);
    database
        .execute_batch("UPDATE run SET ended_at = '2025-11-04T00:00:00Z'")
        .unwrap();
    for words in ["report --fail-on new-global", "trend", "store info"] {
        ask(words, &store).run().exits(2).says(&["its table run"]);
    }
}

/// Whatever bit flips: what a report says is the same, or it says nothing.
fn flip(number: u64, seed: u64) {
    let (folder, store) = of_everything();
    let whole = fs::read(&store).unwrap();
    let words =
        "report -q --format csv --group-by day,endpoint,principal,sdk --fail-on global=100000";
    let expected = ask(words, &store).run().exits(3).stdout;
    let flipped = folder.path().join("flipped.db");
    let mut random = SplitMix64::of(&[seed]);
    let mut draw = |most: usize| (random.draw() % most as u64) as usize;
    let used: Vec<usize> = (0..whole.len()).filter(|at| whole[*at] != 0).collect();
    let (mut noticed, mut by_the_report) = (0, 0);
    for number in 0..number {
        // Half of a small store is room that is free.
        let at = if number % 4 == 0 {
            draw(whole.len())
        } else {
            used[draw(used.len())]
        };
        let bit = draw(8);
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << bit;
        fs::write(&flipped, bytes).unwrap();
        let said = ask(words, &flipped).run();
        let checked = check(&flipped);
        let what = format!("seed {seed}: byte {at}, bit {bit}\n{said}\n{checked}");
        match said.status.code() {
            Some(2) => assert!(said.stdout.is_empty(), "{what}"),
            Some(3) => assert!(said.stdout == expected, "{what}"),
            _ => panic!("{what}"),
        }
        match checked.status.code() {
            Some(2) => noticed += 1,
            Some(0) => assert_eq!(said.status.code(), Some(3), "{what}"),
            _ => panic!("{what}"),
        }
        by_the_report += u64::from(said.status.code() == Some(2));
    }
    assert!(
        noticed > number / 2 && by_the_report > number / 4,
        "seed {seed}: of {number}, {noticed} were noticed, {by_the_report} by the report"
    );
}

#[test]
fn three_hundred_flipped_bits_change_no_figure_without_a_word() {
    flip(300, 1);
}

#[test]
#[ignore = "takes minutes: for a longer look"]
fn thousands_of_flipped_bits() {
    use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};
    (2_u64..7).into_par_iter().for_each(|seed| flip(400, seed));
}

#[test]
fn a_store_whose_version_flips_is_not_taken_for_an_older_one() {
    let (_folder, store) = folder();
    ingest(&store, SAMPLE).exits(0);
    for version in 1..=4 {
        let database = rusqlite::Connection::open(&store).unwrap();
        database
            .pragma_update(None, "user_version", version)
            .unwrap();
        drop(database);
        ask("report", &store)
            .run()
            .fails(&["its version is not that of its tables", "backup"]);
        ingest(&store, SAMPLE).fails(&["its version is not that of its tables"]);
    }
}
