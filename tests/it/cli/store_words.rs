//! What is said of stores: the right number, and advice that can be followed.

use std::fs;

use serde_json::json;

use super::harness::{SAMPLE, stscope};
#[cfg(unix)]
use super::logs::fifo;
use super::logs::{call, log, one_call, put};
use super::store::{ask, folder, ingest};
use super::sums::seen_long_ago;

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
    seen_long_ago(&store);
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

/// To SQLite some names are no files.
#[cfg(unix)]
#[test]
fn a_store_is_a_file_of_the_very_name_that_was_given() {
    for name in [
        "file:sts.db?mode=memory",
        "file::memory:?cache=shared",
        ":memory:",
        "file:///tmp/x",
        "a?b#c%20d",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let sample = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(SAMPLE);
        if let Some((parent, _)) = name.rsplit_once('/') {
            fs::create_dir_all(folder.path().join(parent)).unwrap();
        }
        let within = |words: &str| {
            stscope(words)
                .within(folder.path())
                .arg("--store")
                .arg(name)
        };
        within("ingest").arg(&sample).run().exits(0);
        assert!(folder.path().join(name).is_file(), "{name}");
        within("report -q --format csv").run().exits(0);
        within("store info").run().exits(0);
        within("store check").run().exits(0);
        within("ingest")
            .arg(&sample)
            .run()
            .exits(0)
            .says(&["0 files new, 22 known"]);
    }
    stscope("ingest --store").arg("").arg(SAMPLE).run().exits(2);
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_no_store_and_is_not_waited_for() {
    let (folder, _) = folder();
    let pipe = folder.path().join("fifo");
    fifo(&pipe);
    let socket = folder.path().join("socket");
    let _bound = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    let link = folder.path().join("link.db");
    std::os::unix::fs::symlink(&pipe, &link).unwrap();
    for path in [pipe, socket, link, "/dev/null".into(), "/dev/zero".into()] {
        ingest(&path, SAMPLE).fails(&[
            "--store",
            "it is not a regular file; name one, such as sts.db",
        ]);
        for words in [
            "report",
            "trend",
            "store info",
            "store check",
            "forget --before 2025-01-01",
        ] {
            ask(words, &path).run().fails(&["it is not a regular file"]);
        }
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3);
}

#[cfg(unix)]
#[test]
fn what_is_no_lock_of_ours_is_left_as_it_is() {
    let (folder, store) = folder();
    let lock = folder.path().join("sts.db.lock");
    let notes = folder.path().join("notes.txt");
    fs::write(&notes, "mine\n").unwrap();
    let refused = |words: &str| {
        let run = stscope(words).arg("--store").arg(&store).arg(SAMPLE).run();
        run.fails(&["sts.db.lock is not a lock of stscope", "move it away"]);
        assert_eq!(fs::read_to_string(&notes).unwrap(), "mine\n");
    };
    std::os::unix::fs::symlink(&notes, &lock).unwrap();
    refused("ingest");
    refused("ingest --wait");
    fs::remove_file(&lock).unwrap();
    fs::hard_link(&notes, &lock).unwrap();
    refused("ingest");
    refused("ingest --wait");
    fs::remove_file(&lock).unwrap();
    // One that leads nowhere makes no file there.
    std::os::unix::fs::symlink(folder.path().join("nowhere"), &lock).unwrap();
    refused("ingest");
    assert!(!folder.path().join("nowhere").exists());
    fs::remove_file(&lock).unwrap();
    fifo(&lock);
    refused("ingest");
    fs::remove_file(&lock).unwrap();
    assert!(!store.exists());
    for _ in 0..2 {
        ingest(&store, SAMPLE).exits(0);
    }
    let text = fs::read_to_string(&lock).unwrap();
    assert!(
        text.contains("process ") && text.lines().count() == 1,
        "{text}"
    );
}

/// Another ingest is at work under one name of a store.
#[cfg(unix)]
#[test]
fn a_store_with_two_names_is_one_store() {
    let (folder, store) = folder();
    ingest(&store, SAMPLE).exits(0);
    let elsewhere = folder.path().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    let (hard, soft) = (elsewhere.join("hard.db"), elsewhere.join("soft.db"));
    fs::hard_link(&store, &hard).unwrap();
    std::os::unix::fs::symlink("../sts.db", &soft).unwrap();
    let round_about = elsewhere.join("../sts.db");
    let of = |name: &std::path::Path| {
        let lock = fs::File::options().write(true).open(name).unwrap();
        lock.lock().unwrap();
        lock
    };
    let words = [
        "another ingest is at work on it",
        "process ",
        "wait for its end, or give --wait",
    ];
    let held = of(&folder.path().join("sts.db.lock"));
    for name in [&store, &hard, &soft, &round_about] {
        ingest(name, SAMPLE).fails(&words);
    }
    let waiting = stscope("ingest --wait --store")
        .arg(&hard)
        .arg(SAMPLE)
        .start();
    std::thread::sleep(std::time::Duration::from_millis(100));
    drop(held);
    waiting.end().exits(0);
    let _held = of(&elsewhere.join("hard.db.lock"));
    for name in [&store, &hard, &soft, &round_about] {
        ingest(name, SAMPLE).fails(&words);
    }
    assert!(!elsewhere.join("soft.db.lock").exists());
    // A copy is another store.
    let copy = folder.path().join("copy.db");
    fs::copy(&store, &copy).unwrap();
    ingest(&copy, SAMPLE).exits(0);
    // So is one that a link leads to that is to be made.
    let to_be = folder.path().join("to-be.db");
    std::os::unix::fs::symlink(elsewhere.join("new.db"), &to_be).unwrap();
    ingest(&to_be, SAMPLE).exits(0);
    assert!(
        elsewhere.join("new.db.lock").exists() && !folder.path().join("to-be.db.lock").exists()
    );
}

/// What SQLite writes beside one name it does not look for beside another.
#[cfg(unix)]
#[test]
fn a_run_that_was_killed_under_another_name_is_put_right_under_that_name() {
    let (folder, store) = folder();
    ingest(&store, SAMPLE).exits(0);
    let hard = folder.path().join("hard.db");
    fs::hard_link(&store, &hard).unwrap();
    fs::write(folder.path().join("sts.db-journal"), b"x").unwrap();
    ingest(&hard, SAMPLE).fails(&[
        "hard.db",
        "killed called it",
        "sts.db; run 'stscope ingest' under that name",
    ]);
    ingest(&store, SAMPLE).exits(0);
    ingest(&hard, SAMPLE).exits(0);
}
