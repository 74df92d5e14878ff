//! Days that a store forgets, by hand and night by night.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::harness::{SAMPLE, Said, column, limited, number, stscope};
use super::logs::{call, log, put};
use super::store::{answer, ask, calls_in, folder, ingest, small_archive};
use super::sums::{change, seen_long_ago};
use super::trend::Nightly;

/// The first ten days of November, `a` and one principal of the day's own on each.
fn ten_days() -> Nightly {
    let nightly = Nightly::new();
    for day in 1..=10 {
        let own = format!("of-day-{day}");
        nightly.deliver(&format!("2025-11-{day:02}"), "us-east-1", &["a", &own]);
    }
    nightly.ingest();
    nightly
}

fn forget(store: &Path, before: &str) -> Said {
    ask("forget", store).args(["--before", before]).run()
}

/// Makes every day one whose window is over, and closes it.
fn close_days(nightly: &Nightly) {
    seen_long_ago(&nightly.store);
    nightly.ingest();
}

fn sql<T: rusqlite::types::FromSql>(store: &Path, query: &str) -> T {
    let database = rusqlite::Connection::open(store).unwrap();
    database.query_row(query, [], |row| row.get(0)).unwrap()
}

#[test]
fn a_store_that_has_forgotten_says_what_the_files_say_from_that_day_on() {
    for is_closed in [false, true] {
        let nightly = ten_days();
        if is_closed {
            close_days(&nightly);
        }
        forget(&nightly.store, "2025-11-05")
            .exits(0)
            .says(&["sts.db: forgot 4 days before 2025-11-05, 8 calls"]);
        for words in [
            "report --format csv",
            "report --format csv --group-by day,principal --sort group",
            "report --format table",
            "plan --format csv",
        ] {
            let kept = nightly.ask(words).run().exits(0);
            let read = stscope(words).arg(nightly.logs());
            let read = read.args(["--since", "2025-11-05"]).run().exits(0);
            assert_eq!(kept.text(), read.text(), "{words}");
            kept.says(&["note: the days before 2025-11-05 are forgotten"]);
        }
        let said = nightly
            .ask("report --since 2025-11-05 --format json")
            .run()
            .exits(0);
        assert!(!said.stderr.contains("forgotten"), "{said}");
        let coverage = &said.json()["coverage"];
        assert_eq!(coverage["kept_from"], "2025-11-05");
        assert_eq!(coverage["forgotten"], 8);
        assert_eq!(coverage["sts_records"], 12);
        assert_eq!(coverage["files"]["pruned"]["date"], 4);
        assert_eq!(coverage["key_first_day"], "2025-11-05");
        // What nothing refers to is gone: four principals, and where they called from with them.
        let gone = "SELECT count(*) FROM grouping WHERE principal LIKE '%of-day-4'";
        assert_eq!(sql::<u64>(&nightly.store, gone), 0);
        assert_eq!(
            sql::<u64>(&nightly.store, "SELECT count(*) FROM grouping"),
            7
        );
    }
}

#[test]
fn what_is_forgotten_is_not_read_again_nor_counted_when_it_comes_late() {
    let nightly = ten_days();
    forget(&nightly.store, "2025-11-05").exits(0);
    ingest(&nightly.store, nightly.logs())
        .exits(0)
        .says(&["0 files new, 10 known; 0 calls read"]);
    // The same objects under another folder.
    let elsewhere = nightly.folder.path().join("elsewhere");
    fs::rename(nightly.logs(), &elsewhere).unwrap();
    ingest(&nightly.store, &elsewhere)
        .exits(0)
        .says(&["0 files new, 0 known, 10 copies of others; 0 calls read"]);
    // New files, with calls of both sides.
    let at = |n, time| call(n, json!({ "eventTime": time }));
    let late = log(&[
        at(1, "2025-11-04T23:59:59Z"),
        at(2, "2025-11-05T00:00:00Z"),
        at(3, "2024-02-29T12:00:00Z"),
    ]);
    put(&nightly.logs(), "late.json", &late);
    let before = calls_in(&nightly.store);
    ingest(&nightly.store, nightly.logs()).exits(0).says(&[
        "1 file new",
        "1 call read, copies included, 2 of days that are forgotten not counted",
    ]);
    assert_eq!(calls_in(&nightly.store), before + 1);
    let run: String = sql(
        &nightly.store,
        "SELECT coverage FROM run ORDER BY id DESC LIMIT 1",
    );
    let run: Value = serde_json::from_str(&run).unwrap();
    assert_eq!(
        (&run["sts_records"], &run["forgotten"]),
        (&json!(1), &json!(2))
    );
    let coverage = &nightly.ask("report --format json").run().json()["coverage"];
    assert_eq!(coverage["forgotten"], 8 + 2);
    // It grows: what it gave is taken back, and what is forgotten counts once as such.
    let longer = log(&[
        at(1, "2025-11-04T23:59:59Z"),
        at(2, "2025-11-05T00:00:00Z"),
        at(3, "2024-02-29T12:00:00Z"),
        at(4, "2025-11-05T00:00:00Z"),
        at(5, "2025-11-04T00:00:00Z"),
    ]);
    put(&nightly.logs(), "late.json", &longer);
    ingest(&nightly.store, nightly.logs())
        .exits(0)
        .says(&["1 of days that are forgotten not counted"]);
    assert_eq!(calls_in(&nightly.store), before + 2);
    let coverage = &nightly.ask("report --format json").run().json()["coverage"];
    assert_eq!(coverage["forgotten"], 8 + 3);
}

#[test]
fn forgotten_days_are_not_known_and_not_zero() {
    let nightly = ten_days();
    forget(&nightly.store, "2025-11-05").exits(0);
    let trend = nightly.ask("trend --format json").run().exits(0);
    let rows = trend.rows();
    assert_eq!(column(&rows, "period")[0], "2025-11-05");
    assert_eq!(rows.len(), 6);
    assert_eq!(rows[0]["new_principals"], Value::Null);
    trend.says(&["the days before 2025-11-05 are forgotten"]);
    let weeks = nightly.ask("trend --format json --by week").run().rows();
    assert_eq!(weeks[0]["period"], "2025-11-03");
    assert_eq!(weeks[0]["status"], "incomplete");
    for command in ["report", "plan", "regions", "trend"] {
        nightly
            .ask(&format!("{command} --until 2025-11-05"))
            .run()
            .fails(&["--until 2025-11-05", "has forgotten", "name a later day"]);
    }
    nightly
        .ask("report --fail-on new-global=7 --max-age 9999")
        .run()
        .exits(2)
        .says(&["cannot be judged", "holds 5", "forgotten", "new-global=5"]);
    let regions = nightly.ask("regions --format json").run().json();
    assert_eq!(regions["window"]["since"], "2025-11-05T00:00:00Z");
    assert_eq!(regions["window"]["key_first_day"], "2025-11-05");
}

#[test]
fn a_gate_that_holds_over_what_is_left_cannot_be_judged_by_what_is_forgotten() {
    let nightly = ten_days();
    forget(&nightly.store, "2025-11-05").exits(0);
    let cannot = "cannot be judged: --since goes back to 2025-11-04";
    for command in ["report", "plan", "regions"] {
        let gate = |words: &str| {
            let words = format!("{command} -q --fail-on global{words}");
            nightly.ask(&words).run()
        };
        gate("=99 --since 2025-11-04").exits(2).says(&[cannot]);
        gate("=99 --since 2025-11-05").exits(0);
        gate("=99").exits(0);
        gate(" --since 2025-11-04").exits(1);
    }
}

/// Of a Region that was read only before, nothing is known any more.
#[test]
fn a_region_of_forgotten_days_is_not_idle() {
    let nightly = ten_days();
    nightly.deliver("2025-11-02", "eu-west-1", &[]);
    nightly.ingest();
    let status = || {
        let rows = nightly.ask("regions --format json").run().rows();
        let row = rows
            .iter()
            .find(|row| row["region"] == "eu-west-1")
            .unwrap();
        row["status"].clone()
    };
    assert_eq!(status(), "idle");
    forget(&nightly.store, "2025-11-05").exits(0);
    assert_eq!(status(), "not-read");
}

#[test]
fn a_damaged_file_of_forgotten_days_is_no_damage_any_more() {
    let nightly = ten_days();
    let key = "AWSLogs/111122223333/CloudTrail/us-east-1/2025/11/02/broken.json";
    put(&nightly.logs(), key, b"{\"Records\":[{");
    ingest(&nightly.store, nightly.logs()).exits(3);
    nightly.ask("report").run().exits(3);
    forget(&nightly.store, "2025-11-05").exits(0);
    nightly.ask("report").run().exits(0);
    nightly.ask("regions").run().exits(0);
}

/// A call whose copies lie on both sides of the midnight: while its day is open each copy has its own
/// day, as in a report with --since; of a closed day it goes with the copy that counted.
#[test]
fn copies_on_both_sides_of_the_cutoff_have_their_own_days_until_these_close() {
    let copies = [
        call(
            1,
            json!({ "eventTime": "2025-11-04T23:59:59Z", "sharedEventID": "s" }),
        ),
        call(
            2,
            json!({
                "eventTime": "2025-11-05T00:00:00Z",
                "sharedEventID": "s",
                "recipientAccountId": "444455556666",
                "userIdentity": { "type": "AWSAccount", "accountId": "111122223333" },
            }),
        ),
        call(3, json!({ "eventTime": "2025-11-05T12:00:00Z" })),
    ];
    let calls_left = |close: &dyn Fn(&Nightly)| {
        let nightly = Nightly::new();
        put(&nightly.logs(), "a.json", &log(&copies));
        nightly.ingest();
        assert_eq!(calls_in(&nightly.store), 2);
        close(&nightly);
        assert_eq!(calls_in(&nightly.store), 2);
        forget(&nightly.store, "2025-11-05").exits(0);
        calls_in(&nightly.store)
    };
    assert_eq!(calls_left(&|_| {}), 2);
    assert_eq!(calls_left(&close_days), 1);
    // The first day is closed, the second is not: what waits for it has its own day, too.
    let close_the_first = |nightly: &Nightly| {
        seen_long_ago(&nightly.store);
        // Of the day after the second something came today, so the second waits for it.
        let next = call(4, json!({ "eventTime": "2025-11-06T12:00:00Z" }));
        put(&nightly.logs(), "b.json", &log(&[next]));
        nightly.ingest();
        let open: u64 = sql(
            &nightly.store,
            "SELECT count(*) FROM day WHERE day = '2025-11-05' AND is_closed = 0",
        );
        assert_eq!(open, 1);
        change(
            &nightly.store,
            "DELETE FROM calls WHERE day = '2025-11-06'; \
             UPDATE file SET sts_records = 0 WHERE name = 'b.json'; \
             DELETE FROM daily WHERE day = '2025-11-06'",
        );
    };
    assert_eq!(calls_left(&close_the_first), 2);
}

#[test]
fn what_makes_no_sense_to_forget_is_an_error_and_changes_nothing() {
    let nightly = ten_days();
    let before = fs::read(&nightly.store).unwrap();
    for (day, pieces) in [
        ("2999-01-01", &["--before 2999-01-01", "in the future"][..]),
        (
            "2025-11-11",
            &["--before 2025-11-11", "every day", "newest is 2025-11-10"],
        ),
        ("0d", &["--before 0d", "newest is 2025-11-10"]),
        ("36h", &["--before 36h", "7d", "date"]),
        ("2025-11-05T10:00:00Z", &["--before", "date"]),
        ("soon", &["--before soon"]),
        ("", &["--before"]),
    ] {
        forget(&nightly.store, day).fails(pieces);
    }
    stscope("forget --store")
        .arg(&nightly.store)
        .run()
        .fails(&["--before"]);
    assert!(before == fs::read(&nightly.store).unwrap());
    let nowhere = nightly.folder.path().join("nowhere.db");
    forget(&nowhere, "2025-11-05").fails(&["no such file"]);
    assert!(!nowhere.exists());
    // A call of the future is no day that is left.
    let future = call(9, json!({ "eventTime": "2999-01-01T00:00:00Z" }));
    put(&nightly.logs(), "future.json", &log(&[future]));
    nightly.ingest();
    forget(&nightly.store, "2025-11-11").fails(&["newest is 2025-11-10"]);
}

#[test]
fn the_day_a_store_knows_from_never_goes_back() {
    let nightly = ten_days();
    forget(&nightly.store, "2025-11-05").exits(0);
    forget(&nightly.store, "2025-11-02")
        .exits(0)
        .says(&["nothing to forget", "no day before 2025-11-05"]);
    forget(&nightly.store, "2025-11-05").exits(0);
    ask("forget -q --before 2025-11-06", &nightly.store)
        .run()
        .exits(0)
        .says_nothing();
    assert_eq!(calls_in(&nightly.store), 10);
}

#[test]
fn every_night_keeps_so_many_days() {
    let nightly = Nightly::new();
    let today = chrono::Utc::now().date_naive();
    let ago = |days| (today - chrono::Days::new(days)).to_string();
    for days in 0..6 {
        nightly.deliver(&ago(days), "us-east-1", &["a"]);
    }
    let keep = |age: &str| {
        stscope("ingest --store")
            .arg(&nightly.store)
            .arg(nightly.logs())
            .args(["--keep", age])
            .run()
    };
    let line = format!("forgot 3 days before {}, 3 calls", ago(2));
    keep("2d").exits(0).says(&["6 calls read", &line]);
    assert_eq!(calls_in(&nightly.store), 3);
    let said = keep("2d").exits(0).says(&["0 files new, 6 known"]);
    assert!(!said.stderr.contains("forgot"), "{said}");
    keep("1w").exits(0);
    assert_eq!(calls_in(&nightly.store), 3);
    for age in ["0d", "0w", "36h", "2025-11-01", "d", "", "2", "2dd", "-2d"] {
        let said = stscope("ingest --store")
            .arg(&nightly.store)
            .arg(nightly.logs())
            .arg(format!("--keep={age}"))
            .run();
        said.fails(&["--keep"]);
    }
    // Logs that come no more are no reason to forget all that is left.
    let stopped = ten_days();
    let said = stscope("ingest --keep 2d --store")
        .arg(&stopped.store)
        .arg(stopped.logs())
        .run();
    said.exits(0)
        .says(&["nothing was forgotten", "newest is 2025-11-10", "--keep"]);
    assert_eq!(calls_in(&stopped.store), 20);
}

#[test]
fn the_room_of_a_big_forgetting_is_given_back() {
    let (folder, store) = folder();
    let logs = folder.path().join("logs");
    for (key, file) in small_archive(120, 5) {
        put(&logs, key, &file);
    }
    ingest(&store, &logs).exits(0);
    let days = ask("report --format json --group-by day --sort group", &store)
        .run()
        .rows();
    let last = column(&days, "day").last().unwrap().to_string();
    let before = fs::metadata(&store).unwrap().len();
    forget(&store, &last).exits(0).says(&["given back"]);
    let after = fs::metadata(&store).unwrap().len();
    assert!(after < before * 2 / 3, "{before} → {after}");
    let sound: String = sql(&store, "PRAGMA integrity_check");
    assert_eq!(sound, "ok");
    assert_eq!(sql::<u64>(&store, "PRAGMA freelist_count"), 0);
    let broken = "SELECT count(*) FROM pragma_foreign_key_check";
    assert_eq!(sql::<u64>(&store, broken), 0);
}

/// What a report with --since says of the files.
fn from_files(words: &str, logs: &Path, since: &str) -> Said {
    let run = stscope(words).arg(logs).args(["--since", since]);
    run.run().exits(0)
}

#[cfg(unix)]
#[test]
fn to_forget_on_a_full_disk_is_an_error_and_breaks_nothing() {
    let (folder, whole) = folder();
    let logs = folder.path().join("logs");
    for (key, file) in small_archive(60, 5) {
        put(&logs, key, &file);
    }
    ingest(&whole, &logs).exits(0);
    let days = ask("report --format json --group-by day --sort group", &whole)
        .run()
        .rows();
    let last = column(&days, "day").last().unwrap().to_string();
    let words = "report --format json --group-by day,principal";
    let (before, after) = (
        answer(&ask(words, &whole).run()),
        answer(&from_files(words, &logs, &last)),
    );
    let store = folder.path().join("copy.db");
    let (mut failed, mut forgotten) = (0, 0);
    for blocks in [1, 40, 150, 400, 600, 800, 1000, 1600] {
        fs::copy(&whole, &store).unwrap();
        let forget = format!("forget --before {last} --store");
        let said = limited(&format!("-f {blocks}"), &forget).arg(&store).run();
        let is = answer(&ask(words, &store).run().exits(0));
        if said.status.success() {
            forgotten += 1;
            assert_eq!(is, after);
        } else {
            failed += 1;
            said.fails(&["copy.db", "room on the disk"]);
            assert_eq!(is, before);
        }
        assert_eq!(sql::<String>(&store, "PRAGMA integrity_check"), "ok");
    }
    assert!(failed > 0 && forgotten > 0, "{failed}, {forgotten}");
}

/// Kills so many runs that forget at random moments.
#[cfg(unix)]
fn kill(rounds: u32, seed: u64) {
    let mut random = archive::rng::SplitMix64::of(&[seed]);
    let (folder, store) = folder();
    let logs = folder.path().join("logs");
    for (key, file) in small_archive(60, seed) {
        put(&logs, key, &file);
    }
    let words = "report --format json --group-by day,principal,sdk";
    let all = stscope(words).arg(&logs).run().exits(0).rows();
    let mut days: Vec<String> = all.iter().map(|row| row["day"].to_string()).collect();
    days.sort();
    days.dedup();
    let days: Vec<&str> = days.iter().map(|day| day.trim_matches('"')).collect();
    let mut usual = Duration::from_millis(40);
    let mut killed = 0;
    for round in 0..rounds {
        if round % 8 == 0 {
            // As it was in the beginning.
            let _ = fs::remove_file(&store);
            ingest(&store, &logs).exits(0);
        }
        let before = days[1 + random.draw() as usize % (days.len() - 1)];
        let mut command = Command::new(env!("CARGO_BIN_EXE_stscope"));
        command.args(["forget", "-q", "--before", before, "--store"]);
        let begun = Instant::now();
        let mut child = command.arg(&store).spawn().unwrap();
        std::thread::sleep(usual.mul_f64(random.draw() as f64 / u64::MAX as f64));
        if child.try_wait().unwrap().is_none() {
            child.kill().unwrap();
            killed += 1;
        } else {
            usual = begun.elapsed().min(usual * 2).max(Duration::from_millis(5));
        }
        child.wait().unwrap();
        let kept = ask(words, &store).run().exits(0);
        let kept_from = &kept.json()["coverage"]["kept_from"];
        let read = from_files(words, &logs, kept_from.as_str().unwrap_or("2000-01-01"));
        assert_eq!(answer(&kept), answer(&read), "seed {seed}, round {round}");
    }
    assert!(killed > rounds / 4, "seed {seed}: {killed} were killed");
    forget(&store, days[days.len() - 1]).exits(0);
    ingest(&store, &logs).exits(0).says(&["0 files new"]);
    let kept = ask(words, &store).run().exits(0);
    let read = from_files(words, &logs, days[days.len() - 1]);
    assert_eq!(answer(&kept), answer(&read), "seed {seed}");
    let in_use = "SELECT count(*) FROM grouping WHERE id NOT IN (SELECT grouping FROM daily)";
    let unused = sql::<u64>(&store, in_use);
    assert!(unused < sql::<u64>(&store, "SELECT count(*) FROM grouping") / 2);
}

#[cfg(unix)]
#[test]
fn runs_that_are_killed_while_they_forget_leave_a_store_that_knows_from_when_it_knows() {
    kill(40, 1);
}

#[cfg(unix)]
#[test]
#[ignore = "takes minutes: a longer look at what a shorter test looks at, too"]
fn hundreds_of_runs_killed_while_they_forget() {
    use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};
    (2_u64..7).into_par_iter().for_each(|seed| kill(60, seed));
}

#[test]
fn a_store_is_not_forgotten_from_while_an_ingest_is_at_work() {
    let (folder, store) = folder();
    ingest(&store, SAMPLE).exits(0);
    let lock = fs::File::options()
        .write(true)
        .open(folder.path().join("sts.db.lock"))
        .unwrap();
    lock.lock().unwrap();
    forget(&store, "2025-11-04").fails(&["at work", "--wait"]);
    assert!(number(&ask("report --format json", &store).run().json()["coverage"]["calls"]) > 0);
}
