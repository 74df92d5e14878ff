//! What is said of stores: the right number, and advice that can be followed.

use std::fs;

use serde_json::json;

use super::harness::{SAMPLE, stscope};
use super::logs::{call, log, one_call, put};
use super::store::{ask, folder, ingest};

#[test]
fn an_ingest_counts_each_file_once() {
    let (folder, store) = folder();
    let logs = folder.path().join("logs");
    let key = |name| format!("AWSLogs/111122223333/CloudTrail/us-east-1/2025/11/03/{name}.json");
    let file = |number| log(&[call(number, json!({}))]);
    let changes = put(&logs, key("a"), &file(1));
    put(&logs, key("b"), &file(2));
    ingest(&store, &logs)
        .exits(0)
        .says(&["2 files new, 0 known; 2 calls read"]);
    // One as it was, one changed, one new, and copies of a known and of a new one.
    fs::write(changes, log(&[call(1, json!({})), call(3, json!({}))])).unwrap();
    put(&logs, key("c"), &file(4));
    let copies = logs.join("copies");
    put(&copies, key("b"), &file(2));
    put(&copies, key("c"), &file(4));
    ingest(&store, &logs).exits(0).says(&[
        "1 file new, 1 known, 2 copies of others, 1 changed and read again; 4 calls read, copies \
         included",
    ]);
    let third = folder.path().join("third");
    put(&third, key("b"), &file(2));
    ingest(&store, &third)
        .exits(0)
        .says(&["0 files new, 0 known, 1 copy of others; 0 calls read"]);
}

#[test]
fn a_place_where_no_store_can_be_is_named() {
    let (folder, _) = folder();
    for words in [
        "report --store",
        "trend --store",
        "store info",
        "forget --before 2025-01-01 --store",
    ] {
        let said = stscope(words).arg(folder.path()).run();
        said.fails(&["it is a folder; name a file", "sts.db"]);
    }
    ingest(folder.path(), SAMPLE).fails(&["it is a folder; name a file", "sts.db"]);
    let said = stscope("ingest --store nodir/x.db").arg(SAMPLE).run();
    let said = said.fails(&["--store nodir/x.db: there is no folder nodir; make it"]);
    assert!(!said.stderr.contains(".lock"), "{said}");
}

#[cfg(unix)]
#[test]
fn a_folder_where_no_store_may_be_written_is_named() {
    use std::os::unix::fs::PermissionsExt as _;
    let (folder, store) = folder();
    let may_write = |mode| fs::set_permissions(folder.path(), fs::Permissions::from_mode(mode));
    may_write(0o555).unwrap();
    // Root may write anywhere.
    if fs::write(folder.path().join("probe"), b"").is_err() {
        let said = ingest(&store, SAMPLE).fails(&["sts.db: ", "write in the folder"]);
        assert!(!said.stderr.contains(".lock"), "{said}");
    }
    may_write(0o755).unwrap();
}

#[test]
fn an_empty_store_says_that_it_is_empty() {
    let (folder, store) = folder();
    let empty = folder.path().join("empty");
    fs::create_dir(&empty).unwrap();
    ingest(&store, &empty).fails(&["there are no files"]);
    for command in ["report", "plan", "regions", "trend"] {
        ask(command, &store)
            .run()
            .fails(&["the store is empty; read logs into it with 'stscope ingest"]);
    }
}

#[test]
fn a_wrong_day_brings_no_advice_that_a_store_does_not_take() {
    let (folder, store) = folder();
    let logs = folder.path().join("logs");
    put(&logs, "a.json", &one_call());
    ingest(&store, &logs).exits(0);
    for words in [
        "report --since soon",
        "trend --until soon",
        "forget --before soon",
    ] {
        let said = ask(words, &store).run();
        let said = said.fails(&["soon: no day; give a date", "7d, 2w"]);
        for wrong in ["36h", "12:00"] {
            assert!(!said.stderr.contains(wrong), "{said}");
        }
    }
    let keep = stscope("ingest --keep 99999999d --store").arg(&store);
    let said = keep.arg(&logs).run();
    let said = said.fails(&["--keep 99999999d", "give a shorter one"]);
    assert!(!said.stderr.contains("date"), "{said}");
}

#[test]
fn a_quiet_ingest_says_nothing_of_days_it_keeps_or_that_came_late() {
    let (folder, store) = folder();
    let logs = folder.path().join("logs");
    put(&logs, "a.json", &one_call());
    let keep = |words: &str| {
        let run = stscope(words).args(["--keep", "2d", "--window", "0"]);
        run.arg("--store").arg(&store).arg(&logs).run().exits(0)
    };
    keep("ingest").says(&["note: nothing was forgotten"]);
    keep("ingest -q").says_nothing();
    rusqlite::Connection::open(&store)
        .unwrap()
        .execute_batch("UPDATE day SET first_seen = '2025-01-01'")
        .unwrap();
    keep("ingest").says(&["1 day closed"]);
    for (name, words) in [("b.json", "ingest"), ("c.json", "ingest -q")] {
        put(&logs, name, &one_call());
        let said = keep(words);
        assert_eq!(
            said.stderr.contains("days that are closed"),
            words == "ingest",
            "{said}"
        );
    }
}
