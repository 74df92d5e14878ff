//! Digests in a store: whatever comes in which night, it says in the end what one look at all of it says.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use archive::clock::START;
use archive::digests::{HOUR, Log, Trail, gzip};
use proptest::prelude::*;
use serde_json::{Value, json};
use twin::cases::cases;

use super::harness::{SAMPLE, Said, stscope};
use super::logs::{call, log, regional_call};
use super::migrate::older;
use super::verify::{Archive, logs};

/// A store of an archive that is delivered night by night.
struct Nights<'a> {
    archive: &'a Archive,
    delivered: PathBuf,
    store: PathBuf,
    closely: bool,
}

impl<'a> Nights<'a> {
    fn new(archive: &'a Archive, closely: bool) -> Nights<'a> {
        let dir = archive.dir.path();
        Nights {
            archive,
            delivered: dir.join("delivered"),
            store: dir.join("sts.db"),
            closely,
        }
    }

    fn deliver(&self, key: &str) {
        let to = self.delivered.join(key);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(self.archive.path(key), to).unwrap();
    }

    fn ingest(&self) -> Said {
        let run = stscope("ingest --store").arg(&self.store);
        let run = match self.closely {
            true => run.args(["--hash", "--keys"]).arg(self.archive.keys()),
            false => run,
        };
        run.arg(&self.delivered).run()
    }

    fn all_but(&self, left_out: &[&str]) {
        let logs = self.archive.logs.iter().flatten().map(|log| &*log.key);
        let digests = self.archive.chain.iter().map(|digest| &*digest.key);
        for key in logs.chain(digests).filter(|key| !left_out.contains(key)) {
            self.deliver(key);
        }
    }

    fn ask(&self, words: &str) -> Said {
        stscope(words).arg("--store").arg(&self.store).run()
    }

    fn chains(&self) -> Vec<Value> {
        let said = stscope("store info --format json")
            .arg(&self.store)
            .run()
            .exits(0);
        said.json()["chains"].as_array().unwrap().clone()
    }

    /// What one look at all that was delivered says.
    fn expected(&self) -> Vec<Value> {
        let run = stscope("verify --format json");
        let run = match self.closely {
            true => run.args(["--hash", "--keys"]).arg(self.archive.keys()),
            false => run,
        };
        run.arg(&self.delivered).run().rows()
    }

    fn is_as_expected(&self) {
        assert_eq!(self.chains(), self.expected());
    }
}

/// The night in which each file of an archive comes; 3: never.
fn nights() -> impl Strategy<Value = Vec<u8>> {
    let night = prop_oneof![10 => 0..3_u8, 1 => Just(3_u8)];
    proptest::collection::vec(night, 24)
}

proptest! {
    #![proptest_config(cases(24))]

    #[test]
    fn a_chain_in_any_split_over_nights_gives_what_one_scan_gives(
        nights in nights(),
        closely: bool,
        changed in proptest::option::weighted(0.3, 0..16_usize),
    ) {
        let archive = Archive::new();
        let logs: Vec<&Log> = archive.logs.iter().flatten().collect();
        if let Some(changed) = changed {
            archive.put(&logs[changed].key, &gzip(b"{\"Records\":[ ]}"));
        }
        let keys: Vec<&str> = (logs.iter().map(|log| &*log.key))
            .chain(archive.chain.iter().map(|digest| &*digest.key))
            .collect();
        prop_assume!(nights[16..].iter().any(|night| *night < 3));
        let of = Nights::new(&archive, closely);
        for night in 0..3 {
            let of_night = keys.iter().zip(&nights).filter(|(_, of)| **of == night);
            of_night.for_each(|(key, _)| of.deliver(key));
            if of.delivered.exists() {
                of.ingest();
            }
        }
        of.is_as_expected();
        // Another look at the same files changes nothing.
        of.ingest();
        of.is_as_expected();
    }
}

#[test]
fn a_whole_chain_becomes_one_piece_and_nothing_is_kept_of_its_logs() {
    let archive = Archive::new();
    for closely in [false, true] {
        let of = Nights::new(&archive, closely);
        let _ = fs::remove_file(&of.store);
        of.all_but(&[]);
        of.ingest().exits(0);
        let store = rusqlite::Connection::open(&of.store).unwrap();
        let one = |sql: &str| {
            store
                .query_row(sql, [], |row| row.get::<_, u64>(0))
                .unwrap()
        };
        // The newest waits for the digest that has its signature.
        let pieces = if closely { 1..3 } else { 1..2 };
        assert!(pieces.contains(&one("SELECT count(*) FROM digest")));
        assert_eq!(one("SELECT count(*) FROM unnamed_log"), 0);
        assert_eq!(one("SELECT sum(length(logs)) FROM digest"), 0);
        of.is_as_expected();
        assert_eq!(
            of.chains()[0]["status"],
            if closely { "proved" } else { "complete" }
        );
        stscope("store check").arg(&of.store).run().exits(0);
    }
}

#[test]
fn the_hash_of_a_log_waits_for_the_digest_of_the_next_night() {
    let archive = Archive::new();
    let of = Nights::new(&archive, true);
    let last = &archive.chain[7].key;
    of.all_but(&[last]);
    of.ingest().exits(0);
    // Its two logs are in no digest yet.
    assert_eq!(of.chains()[0]["unnamed"], 2);
    of.is_as_expected();
    of.deliver(last);
    of.ingest().exits(0);
    of.is_as_expected();
    assert_eq!(of.chains()[0]["status"], "proved");
    assert_eq!(of.chains()[0]["log_files"], 16);
}

#[test]
fn a_log_that_changes_after_it_was_proved_differs() {
    let archive = Archive::new();
    let of = Nights::new(&archive, true);
    of.all_but(&[]);
    of.ingest().exits(0);
    let log = &archive.logs[2][1].key;
    archive.put(log, &gzip(b"{\"Records\":[         ]}"));
    of.deliver(log);
    of.ingest().exits(0);
    of.is_as_expected();
    assert_eq!(of.chains()[0]["differing"], 1);
    of.ask("report --fail-on unknown --require complete")
        .exits(2);
}

#[test]
fn gates_of_a_store_judge_by_its_digests() {
    let trail = Trail::of("111122223333", "us-east-1");
    let logs: Vec<Vec<Log>> = (0..4)
        .map(|hour| {
            vec![Log {
                key: trail.log_key(START + hour * HOUR + 300, &format!("Log{hour:013}")),
                content: b"{\"Records\":[]}".to_vec(),
                events: (START + hour * HOUR + 60, START + hour * HOUR + 60),
            }]
        })
        .collect();
    let archive = Archive::with(trail, logs);
    let of = Nights::new(&archive, false);
    let gate = |required: &str| of.ask(&format!("report --fail-on global --require {required}"));
    let log = &archive.logs[1][0].key;
    of.all_but(&[log]);
    of.ingest().exits(0);
    gate("complete")
        .exits(2)
        .says(&["incomplete for 111122223333", "stscope verify"]);
    of.deliver(log);
    of.ingest().exits(0);
    gate("complete").exits(0);
    gate("proved").exits(2);
    let closely = Nights::new(&archive, true);
    fs::remove_file(&of.store).unwrap();
    closely.ingest().exits(0);
    let said = gate("proved").exits(0);
    assert!(
        said.text()
            .contains("proved for 1 account until 2025-11-03T03:00:00Z"),
        "{said}"
    );
    let said = of.ask("report --format json").exits(0);
    assert_eq!(said.json()["coverage"]["digests"]["complete"], 1);
    stscope("report --fail-on global --require proved --store")
        .arg(&of.store)
        .arg("--keys")
        .arg(archive.keys())
        .run()
        .fails(&["--keys", "stscope ingest"]);
    // An account that is named, and of which there is nothing.
    let of_both = "report --fail-on global --require complete --account 111122223333,444455556666";
    let nothing_of = &["1 account has no digests (444455556666)"];
    of.ask(of_both).exits(2).says(nothing_of);
    let files = stscope(of_both).arg(&of.delivered).run();
    files.exits(2).says(nothing_of);
    // Another account without digests.
    let other = Trail::of("444455556666", "us-east-1").log_key(START, "Other00000000001");
    archive.put(&other, &gzip(b"{\"Records\":[]}"));
    closely.deliver(&other);
    closely.ingest().exits(0);
    gate("complete")
        .exits(2)
        .says(&["1 account has no digests (444455556666)"]);
}

/// Keys may be given on some nights alone. What was read without them stays unchecked, and nothing else does.
#[test]
fn nights_without_keys_leave_what_they_read_unchecked() {
    const HOURS: usize = 30;
    let trail = Trail::of("111122223333", "us-east-1");
    let logs = super::verify::logs(&trail, START, HOURS as u32, 0);
    let archive = Archive::with(trail, logs);
    let nights = |nights: &[(usize, bool)]| {
        let mut of = Nights::new(&archive, true);
        for place in [&of.delivered, &of.store] {
            let _ = fs::remove_dir_all(place);
            let _ = fs::remove_file(place);
        }
        let mut from = 0;
        for &(until, with_keys) in nights {
            of.closely = with_keys;
            let logs = archive.logs[from..until]
                .iter()
                .flatten()
                .map(|log| &*log.key);
            let digests = archive.chain[from..until].iter().map(|digest| &*digest.key);
            logs.chain(digests).for_each(|key| of.deliver(key));
            of.ingest().exits(0);
            from = until;
        }
        of
    };
    let gate = |of: &Nights<'_>, words: &str| {
        of.ask(&format!("report --fail-on unknown --require {words}"))
            .status
            .code()
    };
    for (cut, is_first) in [(10, false), (20, true)] {
        // The one before the first night, too, has its signature in what was read then.
        let of = nights(&[(cut, !is_first), (20, is_first), (20, false), (HOURS, true)]);
        assert_eq!(gate(&of, "complete"), Some(0));
        assert_eq!(gate(&of, "proved"), Some(2));
        assert_eq!(of.chains()[0]["signatures"], "unchecked");
    }
    // A night that reads nothing changes nothing.
    let of = nights(&[(20, true), (20, false), (HOURS, true)]);
    assert_eq!(gate(&of, "proved"), Some(0));
    assert_eq!(of.chains()[0]["signatures"], "verified");
    assert!(pieces(&of) <= 2);
    let of = nights(&[(10, false), (20, false), (HOURS, false)]);
    assert_eq!(pieces(&of), 1);
}

/// How many rows there are for a chain.
fn pieces(of: &Nights<'_>) -> u32 {
    let store = rusqlite::Connection::open(&of.store).unwrap();
    let count = store.query_row("SELECT count(*) FROM digest", [], |row| row.get(0));
    count.unwrap()
}

/// Of two trails one begins after the time asked about: its signatures are of another time.
#[test]
fn a_trail_that_begins_after_the_time_asked_about_is_not_asked_to_be_proved() {
    let trail = Trail::of("111122223333", "us-east-1");
    let logs = super::verify::logs(&trail, START, 44, 0);
    let archive = Archive::with(trail, logs);
    let mut new = Trail::of("111122223333", "us-east-1");
    new.name = "new".into();
    let hours = super::verify::logs(&new, START + 30 * HOUR, 14, 1);
    let chain = new.chain(&archive.signer, START + 30 * HOUR, &hours);
    let of = Nights::new(&archive, true);
    of.all_but(&[]);
    let put = |key: &str, bytes: &[u8]| {
        archive.put(key, bytes);
        of.deliver(key);
    };
    hours
        .iter()
        .flatten()
        .for_each(|log| put(&log.key, &gzip(&log.content)));
    chain
        .iter()
        .for_each(|digest| put(&digest.key, &digest.file()));
    of.ingest().exits(0);
    let words = "report --fail-on unknown --require proved --until 2025-11-04";
    of.ask(words).exits(0);
    let files = stscope(words).arg("--keys").arg(archive.keys());
    files.arg(&of.delivered).run().exits(0);
}

#[test]
fn digests_may_come_by_themselves_once_there_are_logs() {
    let archive = Archive::new();
    let of = Nights::new(&archive, false);
    let digests = archive.chain.iter().map(|digest| &*digest.key);
    let all: Vec<&str> = digests.clone().collect();
    of.all_but(&all);
    let folder = archive.dir.path().join("digests");
    for key in digests {
        let to = folder.join(key);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(archive.path(key), to).unwrap();
    }
    let ingest_digests = || stscope("ingest --store").arg(&of.store).arg(&folder).run();
    // Somebody who names the wrong folder in the beginning is told.
    ingest_digests().fails(&["nothing was read"]);
    fs::remove_file(&of.store).unwrap();
    of.ingest().exits(0);
    let gate = "report --fail-on unknown --require complete";
    of.ask(gate).exits(2);
    for _ in 0..2 {
        ingest_digests().exits(0);
        of.ask(gate).exits(0);
    }
}

/// The signature of a digest is in the next one. Where that is missing, it is open, which matters for its own
/// hour alone.
#[test]
fn a_signature_that_is_open_after_the_time_asked_about_is_not_asked_for() {
    let trail = Trail::of("111122223333", "us-east-1");
    let logs = super::verify::logs(&trail, START, 44, 0);
    for (missing, proved) in [(25, 2), (26, 0)] {
        for and_a_log in [false, true] {
            let archive = Archive::with(trail.clone(), logs.clone());
            let digest = &archive.chain[missing].key;
            let log = archive.logs[31].first().filter(|_| and_a_log);
            let left_out: Vec<&str> = log
                .map(|log| &*log.key)
                .into_iter()
                .chain([&**digest])
                .collect();
            let of = Nights::new(&archive, true);
            of.all_but(&left_out);
            of.ingest().exits(0);
            let words = "report --fail-on unknown --require proved --until 2025-11-04";
            of.ask(words).exits(proved);
            let files = stscope(words).arg("--keys").arg(archive.keys());
            files.arg(&of.delivered).run().exits(proved);
            let words = "report --fail-on unknown --require complete --until 2025-11-04";
            of.ask(words).exits(0);
        }
    }
}

#[test]
fn logs_of_accounts_without_digests_are_counted() {
    let archive = Archive::new();
    let of = Nights::new(&archive, false);
    of.all_but(&[]);
    let other = Trail::of("444455556666", "us-east-1");
    // Of several days: what waits for a digest is forgotten after a while.
    for (number, time) in [START, START + 600, START + 9 * 24 * HOUR]
        .into_iter()
        .enumerate()
    {
        let key = other.log_key(time, &format!("Other{number:011}"));
        let record = r#"{"eventVersion":"1.08","eventSource":"s3.amazonaws.com"}"#;
        archive.put(
            &key,
            &gzip(format!("{{\"Records\":[{record}]}}").as_bytes()),
        );
        of.deliver(&key);
        of.ingest().exits(0);
    }
    let unnamed = |document: Value, rows: &str| {
        let rows = document[rows].as_array().expect("rows").clone();
        let of_other = rows
            .into_iter()
            .find(|row| row["account_id"] == "444455556666");
        let row = of_other.expect("a row of the account");
        (row["unnamed"].clone(), row["status"].clone())
    };
    let expected = (json!(3), json!("unknown"));
    let verified = stscope("verify --format json").arg(&of.delivered).run();
    assert_eq!(unnamed(verified.json(), "rows"), expected);
    let info = stscope("store info --format json")
        .arg(&of.store)
        .run()
        .exits(0);
    assert_eq!(unnamed(info.json(), "chains"), expected);
    let overview = of.ask("overview --format json").exits(0).json();
    assert_eq!(unnamed(overview, "verify"), expected);
    // Those of the other account are in digests.
    let info = stscope("store info --format json")
        .arg(&of.store)
        .run()
        .json();
    let mut chains = info["chains"].as_array().expect("chains").iter();
    let named = chains.find(|row| row["account_id"] == "111122223333");
    assert_eq!(named.expect("its chain")["unnamed"], 0);
}

/// Of S3, no digests of other Regions are read: their logs alone say that the account goes on.
#[test]
fn a_chain_of_us_east_1_goes_as_far_as_the_logs_of_other_regions() {
    for (hours, gate) in [(1, 0), (4, 2)] {
        let archive = Archive::new();
        let of = Nights::new(&archive, false);
        of.all_but(&[]);
        let other = Trail::of("111122223333", "eu-west-1");
        let key = other.log_key(START + (8 + hours) * HOUR, "Other00000000001");
        archive.put(&key, &gzip(b"{\"Records\":[]}"));
        of.deliver(&key);
        of.ingest().exits(0);
        of.is_as_expected();
        let words = "report --quiet --fail-on unknown --require complete";
        of.ask(words).exits(gate);
        let of_files = |words: &str| stscope(words).arg(&of.delivered).run();
        of_files(words).exits(gate);
        // Whoever asks about one Region has seen the name of the log of the other.
        let words = format!("{words} --region us-east-1");
        of.ask(&words).exits(gate);
        of_files(&words).exits(gate);
        of_files("verify --region us-east-1").exits(i32::from(gate != 0));
        let part = archive.dir.path().join("part");
        let map = "map report -q --require complete --region us-east-1 -o";
        let run = stscope(map).arg(&part).arg(&of.delivered);
        run.run().exits(0);
        let merge = "merge -q --fail-on unknown --require complete";
        stscope(merge).arg(&part).run().exits(gate);
    }
}

/// Files without a key, and under names of anybody: whose logs they are, their records say alone.
#[test]
fn an_account_that_records_alone_tell_of_is_one_of_those_read() {
    const OTHER: &str = "444455556666";
    let archive = Archive::new();
    let of = Nights::new(&archive, false);
    of.all_but(&[]);
    let with = |file: &str, records: &[Value]| {
        let path = of.delivered.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, log(records)).unwrap();
    };
    let gate = "report --quiet --fail-on unknown --require complete";
    let both = |words: &str| [of.ask(words), stscope(words).arg(&of.delivered).run()];
    let same = |words: &str, what: &str| {
        let [store, logs] = both(words).map(|said| said.exits(0).json()[what].clone());
        assert_eq!(store, logs, "{words}");
        logs
    };
    of.ingest().exits(0);
    for said in both(gate) {
        said.exits(0);
    }
    let mut of_other = regional_call(1);
    of_other["recipientAccountId"] = OTHER.into();
    of_other["userIdentity"]["accountId"] = OTHER.into();
    with("eventbridge/part-0001.json", &[of_other]);
    of.ingest().exits(0);
    for said in both(gate) {
        said.exits(2)
            .says(&["1 account has no digests (444455556666)"]);
    }
    let accounts = same("overview --format json", "accounts");
    let other = accounts.as_array().unwrap().iter();
    let other: Vec<_> = other.filter(|row| row["account_id"] == OTHER).collect();
    // Nothing of us-east-1 was read of it: its global calls are not known to be none.
    assert_eq!(other[0]["endpoints"]["global"], Value::Null);
    assert_eq!(other[0]["global_share"], Value::Null);
    same("regions --format json", "rows");
    // A copy that does not count is of a log, too.
    let shared = json!({ "sharedEventID": "11111111-0000-4000-8000-000000000000" });
    let mut copy = shared.clone();
    copy["recipientAccountId"] = "777788889999".into();
    copy["userIdentity"] = json!({ "type": "AWSAccount", "accountId": "111122223333" });
    with("copies.json", &[call(2, shared), call(3, copy)]);
    of.ingest().exits(0);
    let rows = same("regions --format json", "rows").to_string();
    assert!(rows.contains("777788889999"), "{rows}");
}

/// What a run over the files would not read for a selection says nothing here either.
#[test]
fn a_store_leaves_out_the_chains_that_a_selection_prunes() {
    let dir = tempfile::tempdir().unwrap();
    let store = dir.path().join("store.db");
    let ingest = stscope("ingest --quiet --store").arg(&store).arg(SAMPLE);
    ingest.run();
    for (words, chains) in [
        ("", 11),
        ("--since 2025-11-04", 8),
        ("--since 2025-11-05", 0),
        ("--until 2025-11-01", 8),
        ("--region eu-west-1", 3),
        ("--account 444455556666", 3),
        ("--account 999999999999", 0),
    ] {
        let of = |said: Said| {
            let rows = said.json()["verify"].as_array().unwrap().clone();
            let names = ["account_id", "region", "trail"];
            let of = rows
                .iter()
                .map(|row| names.map(|name| row[name].to_string()));
            of.collect::<BTreeSet<_>>()
        };
        let words = format!("overview --format json {words}");
        let stored = of(stscope(&words).arg("--store").arg(&store).run());
        assert_eq!(stored, of(stscope(&words).arg(SAMPLE).run()), "{words}");
        assert_eq!(stored.len(), chains, "{words}");
    }
}

#[test]
fn a_day_with_a_hole_is_incomplete_until_the_digest_comes() {
    let archive = Archive::new();
    let of = Nights::new(&archive, false);
    let digest = &archive.chain[3].key;
    of.all_but(&[digest]);
    of.ingest().exits(0);
    let status = || of.ask("trend --format json").exits(0).rows()[0]["status"].clone();
    assert_eq!(status(), "incomplete");
    let info = stscope("store info").arg(&of.store).run().exits(0);
    assert!(info.text().contains("1 hour without a digest"), "{info}");
    of.deliver(digest);
    of.ingest().exits(0);
    assert_eq!(status(), "complete");
    // A log that is named and missing is a hole, too.
    fs::remove_file(&of.store).unwrap();
    fs::remove_file(of.delivered.join(&archive.logs[5][0].key)).unwrap();
    of.ingest().exits(0);
    assert_eq!(status(), "incomplete");
}

#[test]
fn a_digest_that_completes_a_day_has_gates_judge_it() {
    let archive = Archive::new();
    let of = Nights::new(&archive, false);
    let digest = &archive.chain[3].key;
    of.all_but(&[digest]);
    // Days before and after it, so that there is one to judge.
    for (seed, day) in [(1, -1), (2, 1), (3, 2)] {
        let begin = START + day * 24 * HOUR;
        let log = archive
            .trail
            .log_key(begin + 300, &format!("Day{seed:013}"));
        archive.put(&log, &gzip(b"{\"Records\":[]}"));
        of.deliver(&log);
    }
    of.ingest().exits(0);
    of.deliver(digest);
    of.ingest().exits(0);
    let store = rusqlite::Connection::open(&of.store).unwrap();
    let added: Vec<String> = (store
        .prepare("SELECT name FROM setting WHERE name GLOB 'added_to *'")
        .unwrap())
    .query_map([], |row| row.get(0))
    .unwrap()
    .map(Result::unwrap)
    .collect();
    assert!(
        added.contains(&"added_to 2025-11-03".to_owned()),
        "{added:?}"
    );
}

/// A digest that never comes must not keep a day from being judged for good.
#[test]
fn a_new_caller_on_a_day_without_a_digest_fails_the_gate() {
    let gate = "report -q --fail-on new-global=2 --max-age 99999";
    for (role, code, piece) in [
        ("newcomer", 1, "role/newcomer"),
        (
            "app",
            2,
            "logs of us-east-1 of 2025-11-03 are missing, or may be",
        ),
    ] {
        let archive = Archive::new();
        let of = Nights::new(&archive, false);
        let deliver = |day: i64, role: &str| {
            let begin = START + day * 24 * HOUR;
            let mut time = String::new();
            archive::clock::push_time(&mut time, begin + 60);
            let arn = format!("arn:aws:iam::111122223333:role/{role}");
            let issuer = json!({ "sessionIssuer": { "type": "Role", "arn": arn } });
            let identity = json!({ "type": "AssumedRole", "sessionContext": issuer });
            let number = u32::try_from(9_000 + day).unwrap();
            let call = call(
                number,
                json!({ "eventTime": time, "userIdentity": identity }),
            );
            let name = format!("Day{number:013}");
            let key = archive.trail.log_key(begin + 300, &name);
            archive.put(&key, &gzip(&log(&[call])));
            of.deliver(&key);
        };
        (-3..0).for_each(|day| deliver(day, "app"));
        of.ingest().exits(0);
        of.all_but(&[&archive.chain[3].key]);
        deliver(0, role);
        deliver(1, "app");
        of.ingest().exits(0);
        of.ask(gate).exits(code).says(&[piece]);
    }
}

#[test]
fn copies_of_digests_are_told_whenever_they_come() {
    let archive = Archive::new();
    let of = Nights::new(&archive, false);
    of.all_but(&[]);
    of.ingest().exits(0);
    for digest in &archive.chain {
        let to = of.delivered.join("copy").join(&digest.key);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::write(to, digest.file()).unwrap();
    }
    of.ingest().exits(0);
    assert_eq!(of.chains()[0]["digests"], 8);
    of.is_as_expected();
}

#[test]
fn what_is_forgotten_leaves_no_digest_and_no_hole() {
    let archive = Archive::new();
    let of = Nights::new(&archive, false);
    let later = archive.trail.log_key(START + 30 * HOUR, "Later00000000001");
    archive.put(&later, &gzip(&archive.logs[0][0].content));
    of.deliver(&later);
    of.all_but(&[&archive.chain[3].key]);
    of.ingest().exits(0);
    stscope("forget --before 2025-11-04 --store")
        .arg(&of.store)
        .run()
        .exits(0);
    let store = rusqlite::Connection::open(&of.store).unwrap();
    // That there was a chain is known.
    for (table, rows_left) in [("digest", 1), ("digest WHERE digests > 0", 0), ("hole", 0)] {
        let rows: u64 = store
            .query_row(&format!("SELECT count(*) FROM {table}"), [], |row| {
                row.get(0)
            })
            .unwrap();
        assert_eq!(rows, rows_left, "{table}");
    }
    stscope("store check").arg(&of.store).run().exits(0);
}

/// A gate of a store that has forgotten the days before one.
fn gate_from(of: &Nights<'_>, day: &str, words: &str) -> Said {
    let forget = format!("forget --before {day} --store");
    stscope(&forget).arg(&of.store).run().exits(0);
    of.ask(&format!(
        "report -q --format csv --fail-on global=99 --require complete {words}"
    ))
}

/// What is forgotten of one trail says that there were digests, and another has to go on for it.
#[test]
fn a_time_between_two_trails_is_a_hole_though_the_first_is_forgotten() {
    let archive = Archive::new();
    let of = Nights::new(&archive, false);
    of.all_but(&[]);
    let later = Trail {
        name: "later-trail".to_owned(),
        ..archive.trail.clone()
    };
    let begin = START + 5 * 24 * HOUR;
    let hours = logs(&later, begin, 30, 9);
    for log in hours.iter().flatten() {
        archive.put(&log.key, &gzip(&log.content));
        of.deliver(&log.key);
    }
    for digest in later.chain(&archive.signer, begin, &hours) {
        archive.put(&digest.key, &digest.file());
        of.deliver(&digest.key);
    }
    of.ingest().exits(0);
    for (day, exit) in [("2025-11-03", 2), ("2025-11-06", 2), ("2025-11-09", 0)] {
        gate_from(&of, day, "").exits(exit);
    }
}

#[test]
fn nothing_is_demanded_of_an_account_whose_days_are_forgotten() {
    let archive = Archive::new();
    let of = Nights::new(&archive, false);
    of.all_but(&[]);
    let closed = Trail::of("444455556666", "eu-west-1");
    let closed = closed.log_key(START - 10 * HOUR, "Closed0000000001");
    archive.put(&closed, &gzip(&archive.logs[0][0].content));
    of.deliver(&closed);
    of.ingest().exits(0);
    for region in ["", "--region us-east-1"] {
        let words = format!("report -q --fail-on global=99 --require complete {region}");
        of.ask(&words).exits(2).says(&["444455556666"]);
    }
    for region in ["", "--region us-east-1"] {
        gate_from(&of, "2025-11-03", region).exits(0);
    }
}

/// What is wrong with a chain at one of its hours.
#[derive(Clone, Copy, Debug)]
enum Fault {
    /// So many hours were not copied, digests and logs.
    Lost(usize),
    /// So many digests were not copied.
    NoDigests(usize),
    /// The chain begins anew.
    Restart,
    /// The digest names the one before it with another hash.
    WrongHash,
}

fn fault() -> impl Strategy<Value = Fault> {
    prop_oneof![
        (1..30_usize).prop_map(Fault::Lost),
        (1..30_usize).prop_map(Fault::NoDigests),
        Just(Fault::Restart),
        Just(Fault::WrongHash),
    ]
}

proptest! {
    #![proptest_config(cases(24))]

    #[test]
    fn what_is_wrong_with_a_chain_at_the_first_day_that_is_kept_is_not_forgotten(
        fault in fault(),
        at in 20..28_usize,
        nights in 1..70_usize,
        closely: bool,
        days in proptest::sample::select(vec![vec!["04"], vec!["05"], vec!["04", "05"]]),
        between: bool,
    ) {
        let trail = Trail::of("111122223333", "us-east-1");
        let logs = logs(&trail, START, 70, 0);
        let mut archive = Archive::with(trail, logs);
        let mut lost: BTreeSet<String> = BTreeSet::new();
        match fault {
            Fault::Lost(hours) | Fault::NoDigests(hours) => {
                let hours = at..at + hours;
                lost.extend(archive.chain[hours.clone()].iter().map(|digest| digest.key.clone()));
                if let Fault::Lost(_) = fault {
                    lost.extend(archive.logs[hours].iter().flatten().map(|log| log.key.clone()));
                }
            }
            Fault::Restart => {
                let start = START + HOUR * i64::try_from(at).unwrap();
                let again = (archive.trail).chain(&archive.signer, start, &archive.logs[at..]);
                archive.chain.truncate(at);
                archive.chain.extend(again);
                for digest in &archive.chain[at..] {
                    archive.put(&digest.key, &digest.file());
                }
            }
            Fault::WrongHash => {
                let victim = &archive.chain[at];
                let hash = archive::digests::sha256(archive.chain[at - 1].content.as_bytes());
                let content = victim.content.replace(&hash, &"0".repeat(64));
                archive.put(&victim.key, &gzip(content.as_bytes()));
            }
        }
        let of = Nights::new(&archive, closely);
        let forget = |day: &str| {
            stscope(&format!("forget --before 2025-11-{day} --store")).arg(&of.store).run()
        };
        for (night, hours) in [0..nights, nights..70].into_iter().enumerate() {
            let logs = archive.logs[hours.clone()].iter().flatten().map(|log| &log.key);
            let digests = archive.chain[hours].iter().map(|digest| &digest.key);
            logs.chain(digests).filter(|key| !lost.contains(*key)).for_each(|key| of.deliver(key));
            of.ingest();
            if night == 0 && between {
                // It is an error where no day would be left.
                forget(days[0]);
            }
        }
        days.iter().for_each(|day| { forget(day).exits(0); });
        let since = format!("--since 2025-11-{}", days.last().unwrap());
        let gate = "report -q --format json --fail-on unknown --require";
        let gate = format!("{gate} {}", if closely { "proved" } else { "complete" });
        let in_store = |words: &str| of.ask(&format!("{gate} {words}"));
        let run = stscope(&format!("{gate} {since}"));
        let run = match closely {
            true => run.arg("--keys").arg(archive.keys()),
            false => run,
        };
        let expected = run.arg(&of.delivered).run();
        let digests = |said: &Said| said.json()["coverage"]["digests"].clone();
        for night in 0..2 {
            for words in ["", &since] {
                let said = in_store(words);
                prop_assert_eq!(said.status.code(), expected.status.code(), "{} {}: {}", night, words, said);
                prop_assert_eq!(digests(&said), digests(&expected), "{} {}", night, words);
            }
            stscope("store check").arg(&of.store).run().exits(0);
            // Another night with nothing new.
            of.ingest();
        }
    }
}

#[cfg(unix)]
#[test]
fn ingests_that_are_killed_lose_no_digest() {
    use std::process::Command;
    use std::time::Duration;
    let archive = Archive::new();
    let of = Nights::new(&archive, true);
    of.all_but(&[&archive.chain[2].key, &archive.logs[6][1].key]);
    for round in 0..12_u64 {
        let mut child = Command::new(env!("CARGO_BIN_EXE_stscope"))
            .args(["ingest", "-q", "--hash", "--keys"])
            .arg(archive.keys())
            .arg("--store")
            .arg(&of.store)
            .arg(&of.delivered)
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(3 * round));
        let _ = child.kill();
        child.wait().unwrap();
    }
    of.ingest().exits(0);
    of.is_as_expected();
}

#[test]
fn a_store_of_an_earlier_release_reads_the_digests_that_it_passed_by() {
    let archive = Archive::new();
    let of = Nights::new(&archive, false);
    of.all_but(&[]);
    of.ingest().exits(0);
    let former = of.store.with_extension("former");
    older(2, &of.store, &former);
    fs::rename(former, &of.store).unwrap();
    // To be asked, it is left as it is.
    let said = of.ask("report --format json").exits(0);
    assert_eq!(said.json()["coverage"]["digests"], json!(null));
    assert!(of.chains().is_empty());
    stscope("store check").arg(&of.store).run().exits(0);
    of.ingest().exits(0);
    of.is_as_expected();
    let kept: BTreeSet<PathBuf> = fs::read_dir(Path::new(&of.delivered))
        .unwrap()
        .map(|one| one.unwrap().path())
        .collect();
    assert_eq!(kept.len(), 1);
}
