//! Stores of earlier releases.

use std::fs;
use std::path::Path;

use rusqlite::Connection;
use serde_json::{Value, json};

use super::harness::{SAMPLE, limited, number, stscope};
use super::logs::{call, log, one_call, put};
use super::store::{answer, ask, folder, ingest};

const VERSION_1: &str = include_str!("../store/version-1.sql");

const VERSION_4: &str = include_str!("../store/version-4.sql");

const VERSION_2: &str = "CREATE TABLE forgotten_day (
    day TEXT PRIMARY KEY,
    calls INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX copies ON file (same_as) WHERE same_as IS NOT NULL;
PRAGMA user_version = 2;";

/// What is in a store of this release, in one of an earlier version.
pub(super) fn older(version: usize, of: &Path, path: &Path) {
    let database = Connection::open(path).unwrap();
    database.execute_batch(VERSION_1).unwrap();
    if version == 2 {
        database.execute_batch(VERSION_2).unwrap();
    }
    database.pragma_update(None, "foreign_keys", false).unwrap();
    let of = of.to_str().unwrap();
    database.execute("ATTACH ?1 AS now", [of]).unwrap();
    let tables: Vec<String> = database
        .prepare("SELECT name FROM main.sqlite_schema WHERE type = 'table'")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    assert_eq!(tables.len(), 9 + version);
    for table in tables.iter().filter(|table| *table != "calls") {
        let columns: Vec<String> = database
            .prepare(&format!(
                "SELECT name FROM pragma_table_info('{table}', 'main')"
            ))
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        let columns = columns.join(", ");
        let copy =
            format!("INSERT INTO main.{table} ({columns}) SELECT {columns} FROM now.{table}");
        database.execute_batch(&copy).unwrap();
    }
    let mut all = (database.prepare("SELECT day, file, calls FROM now.calls")).unwrap();
    let mut rows = all.query([]).unwrap();
    while let Some(row) = rows.next().unwrap() {
        let calls = former_calls(row.get_ref(2).unwrap().as_blob().unwrap());
        let (day, file): (String, i64) = (row.get(0).unwrap(), row.get(1).unwrap());
        let add = "INSERT INTO main.calls (day, file, calls) VALUES (?1, ?2, ?3)";
        database.execute(add, (day, file, calls)).unwrap();
    }
}

/// The calls of a row, as versions 1 to 4 kept them: all numbers with all their bytes.
fn former_calls(mut bytes: &[u8]) -> Vec<u8> {
    let mut former = Vec::new();
    while !bytes.is_empty() {
        let (count, base) = (leb128(&mut bytes), leb128(&mut bytes));
        let (mut grouping, mut flags, mut caller, mut time) = (0_u64, 0, 0, base);
        for _ in 0..count {
            let [said] = take(&mut bytes);
            let has = |bit: u8| said & 1 << bit != 0;
            if !has(4) {
                grouping += leb128(&mut bytes);
            }
            if !has(5) {
                flags = leb128(&mut bytes);
            }
            if has(7) {
                caller = 0;
            } else if !has(6) {
                caller = u64::from_le_bytes(take(&mut bytes));
            }
            if !(has(4) && has(5) && has(6)) {
                time = base;
            }
            if !has(2) {
                time += leb128(&mut bytes) * if has(3) { 1_000 } else { 1 };
            }
            let event = if has(1) { [0; 16] } else { take(&mut bytes) };
            let packed = if has(2) { 0 } else { time } << 10 | flags;
            former.extend(event);
            former.extend(packed.to_le_bytes());
            former.extend((grouping as u32 | u32::from(has(0)) << 31).to_le_bytes());
            former.extend(caller.to_le_bytes());
            if has(0) {
                former.extend(take::<16>(&mut bytes));
            }
        }
    }
    former
}

fn take<const N: usize>(bytes: &mut &[u8]) -> [u8; N] {
    let (taken, rest) = bytes.split_first_chunk().unwrap();
    *bytes = rest;
    *taken
}

fn leb128(bytes: &mut &[u8]) -> u64 {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let [byte] = take(bytes);
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return value;
        }
    }
    panic!("a number without an end")
}

/// The tables, without remarks and room.
fn tables(store: &Path) -> Vec<(String, String)> {
    let bare = |sql: Option<String>| -> String {
        let sql = sql.unwrap_or_default();
        let lines = sql.lines().map(|line| line.split("--").next().unwrap());
        lines.flat_map(str::split_whitespace).collect()
    };
    let database = Connection::open(store).unwrap();
    database
        .prepare("SELECT name, sql FROM sqlite_schema ORDER BY name")
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, bare(row.get(1)?))))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap()
}

/// An answer without the tools, and what is advised because of them.
fn without_tools(mut answer: Value) -> Value {
    for row in answer["rows"].as_array_mut().into_iter().flatten() {
        for name in ["tool", "fix"] {
            row.as_object_mut().unwrap().remove(name);
        }
    }
    answer
}

#[test]
fn a_store_of_an_earlier_version_is_read_as_it_is_and_brought_up_to_be_written() {
    for version in [1, 2] {
        an_older_store(version);
    }
}

fn an_older_store(version: usize) {
    let (folder, new) = folder();
    ingest(&new, SAMPLE).exits(0);
    let old = folder.path().join("old.db");
    older(version, &new, &old);
    let before = fs::read(&old).unwrap();
    for words in [
        "report --format json",
        "report --format json --since 2025-11-04",
        "plan --format json",
        "regions --format json",
        "trend --format json",
    ] {
        let (was, is) = (ask(words, &old).run(), ask(words, &new).run());
        let (was, is) = (answer(&was.exits(0)), answer(&is.exits(0)));
        assert_eq!(without_tools(was), without_tools(is), "{words}");
    }
    // It has no tools, and can be asked for them all the same.
    let tools = |store: &Path| {
        let words = "report --format json --where tool=terraform";
        number(&ask(words, store).run().exits(0).json()["summary"]["calls"])
    };
    assert_eq!((tools(&old), tools(&new)), (0, 1));
    let told = stscope("store info").arg(&old).run().exits(0);
    let schema = format!("schema     {version}\n");
    assert!(told.text().contains(&schema), "{told}");
    stscope("store check")
        .arg(&old)
        .run()
        .exits(0)
        .says(&["sound, as far as can be told", "'stscope ingest' adds them"]);
    assert!(before == fs::read(&old).unwrap(), "asking changed it");

    let brought_up = ingest(&old, SAMPLE).exits(0);
    brought_up.says(&[
        &format!("old.db: brought up from schema {version} to 5"),
        "0 files new",
    ]);
    stscope("store check")
        .arg(&old)
        .run()
        .exits(0)
        .says(&["old.db: sound: "]);
    assert_eq!(tables(&old), tables(&new));
    let again = ingest(&old, SAMPLE).exits(0);
    assert!(!again.stderr.contains("brought up"), "{again}");
    let words = "report --format json --group-by day,principal,sdk";
    let (was, is) = (ask(words, &old).run(), ask(words, &new).run());
    assert_eq!(answer(&was), answer(&is));
    ask("forget --before 2025-11-04", &old).run().exits(0);
    ask("forget --before 2025-11-04", &new).run().exits(0);
    let (was, is) = (ask(words, &old).run(), ask(words, &new).run());
    assert_eq!(answer(&was), answer(&is));
}

/// An earlier release passed by what this one may read.
#[test]
fn what_an_earlier_release_did_not_understand_is_read_again_once() {
    let (folder, new) = folder();
    let logs = folder.path().join("logs");
    let shown = put(&logs, "a.json", &one_call());
    put(&logs, "b.json", b"{\"other\": 1}");
    put(&logs, "c.json", b"{\"Records\": [");
    put(&logs, "d.json", &log(&[call(2, json!({}))]));
    ingest(&new, &logs).exits(3);
    let old = folder.path().join("old.db");
    older(2, &new, &old);
    let database = Connection::open(&old).unwrap();
    let passed_by = "DELETE FROM calls WHERE file = (SELECT id FROM file WHERE name = 'a.json'); \
                     UPDATE file SET outcome = 'not-cloudtrail', sts_records = 0, records = 0 \
                     WHERE name = 'a.json'";
    database.execute_batch(passed_by).unwrap();
    drop(database);
    assert!(shown.exists());
    ask("report", &old).run().exits(3);
    ingest(&old, &logs)
        .exits(3)
        .says(&["0 files new, 1 known, 3 changed and read again; 1 call read"]);
    let said = ask("report --format json", &old).run().exits(3);
    assert_eq!(said.json()["summary"]["calls"], 2);
    ingest(&old, &logs).exits(0).says(&["0 files new, 4 known"]);
}

fn version_4() -> (tempfile::TempDir, std::path::PathBuf) {
    let (folder, store) = folder();
    let database = Connection::open(&store).unwrap();
    database.execute_batch(VERSION_4).unwrap();
    (folder, store)
}

/// Calls are kept in another form since.
#[test]
fn a_store_of_version_4_says_the_same_before_and_after_it_is_brought_up() {
    let (folder, store) = version_4();
    let questions = [
        "report --format json --group-by day,principal,sdk",
        "report --format json --since 2025-11-04",
        "plan --format json",
        "regions --format json",
        "trend --format json",
    ];
    let answers = || questions.map(|words| answer(&ask(words, &store).run().exits(0)));
    let before = answers();
    assert_eq!(before[0]["summary"]["calls"], 52);
    stscope("store check").arg(&store).run().exits(0);
    let asked = fs::read(&store).unwrap();

    let logs = folder.path().join("logs");
    put(&logs, "empty.json", b"{\"Records\": []}");
    ingest(&store, &logs)
        .exits(0)
        .says(&["brought up from schema 4 to 5", "1 file new"]);
    assert!(asked != fs::read(&store).unwrap());
    stscope("store check").arg(&store).run().exits(0);
    for (was, is) in before.into_iter().zip(answers()) {
        assert_eq!(was["groups"], is["groups"]);
        assert_eq!(was["rows"], is["rows"]);
        assert_eq!(was["summary"], is["summary"]);
    }
    let (_folder, new) = folder_of(&logs);
    assert_eq!(tables(&store), tables(&new));
}

fn folder_of(logs: &Path) -> (tempfile::TempDir, std::path::PathBuf) {
    let (folder, store) = folder();
    ingest(&store, logs).exits(0);
    (folder, store)
}

#[test]
fn damaged_calls_of_version_4_are_not_brought_up() {
    let (folder, store) = version_4();
    let database = Connection::open(&store).unwrap();
    let flip = "UPDATE calls SET calls = zeroblob(length(calls)) WHERE id = 3";
    assert_eq!(database.execute(flip, []), Ok(1));
    drop(database);
    let before = fs::read(&store).unwrap();
    let damaged = &["its table calls of 2025-11-0", "differs", "backup"];
    ask("report", &store).run().fails(damaged);
    let logs = folder.path().join("logs");
    put(&logs, "a.json", &one_call());
    ingest(&store, &logs).fails(damaged);
    assert!(before == fs::read(&store).unwrap());
    stscope("store check").arg(&store).run().exits(2);
}

/// Stores of the first releases have no sums that would tell of a grouping that was lost.
#[test]
fn calls_of_a_grouping_that_is_lost_are_an_error() {
    let (folder, new) = folder();
    ingest(&new, SAMPLE).exits(0);
    let old = folder.path().join("old.db");
    older(1, &new, &old);
    ask("report", &old).run().exits(0);
    let database = Connection::open(&old).unwrap();
    (database.pragma_update(None, "foreign_keys", false)).unwrap();
    let lost = "DELETE FROM grouping WHERE id = (SELECT min(grouping) FROM daily)";
    assert_eq!(database.execute(lost, []), Ok(1));
    drop(database);
    (ask("report", &old).run()).fails(&["its table grouping differs", "backup"]);
}

/// On a disk without room, the old store stays one.
#[cfg(unix)]
#[test]
fn a_store_is_brought_up_wholly_or_not_at_all() {
    let (folder, new) = folder();
    ingest(&new, SAMPLE).exits(0);
    let old = folder.path().join("old.db");
    older(1, &new, &old);
    limited("-f 4", "forget --before 2025-11-04 --store")
        .arg(&old)
        .run()
        .fails(&["old.db", "room on the disk"]);
    let told = stscope("store info").arg(&old).run().exits(0);
    assert!(told.text().contains("schema     1\n"), "{told}");
}
