//! `verify`: whole chains, and everything that can be wrong with one.

use std::fs;
use std::path::{Path, PathBuf};

use archive::clock::START;
use archive::digests::{Digest, HOUR, Log, Signer, Trail, gzip};
use calamine::{Reader as _, Xlsx, open_workbook};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::harness::{Said, number, stscope};
use super::logs::{call, files_below, log};

const ACCOUNT: &str = "111122223333";

/// An archive of a trail with a chain of eight hours, two logs in each, on disk.
pub struct Archive {
    pub dir: TempDir,
    pub trail: Trail,
    pub logs: Vec<Vec<Log>>,
    pub chain: Vec<Digest>,
    pub signer: Signer,
}

/// Logs of so many hours. Each has one call; `seed` makes their names differ.
pub(super) fn logs(trail: &Trail, start: i64, hours: u32, seed: u32) -> Vec<Vec<Log>> {
    let log_of = |hour: u32, half: u32| {
        let begin = start + i64::from(hour) * HOUR + i64::from(half) * 1800;
        let time = |seconds: i64| {
            let mut text = String::new();
            archive::clock::push_time(&mut text, seconds);
            text
        };
        let number = seed * 1000 + hour * 2 + half;
        let record = json!({
            "eventTime": time(begin + 60),
            "recipientAccountId": trail.account,
            "awsRegion": trail.region,
        });
        Log {
            key: trail.log_key(begin + 300, &format!("Log{number:013}")),
            content: log(&[call(number, record)]),
            events: (begin + 60, begin + 60),
        }
    };
    (0..hours)
        .map(|hour| vec![log_of(hour, 0), log_of(hour, 1)])
        .collect()
}

impl Archive {
    pub fn new() -> Archive {
        Archive::of(Trail::of(ACCOUNT, "us-east-1"))
    }

    fn of(trail: Trail) -> Archive {
        let logs = logs(&trail, START, 8, 0);
        Archive::with(trail, logs)
    }

    pub fn with(trail: Trail, logs: Vec<Vec<Log>>) -> Archive {
        let signer = Signer::default();
        let chain = trail.chain(&signer, START, &logs);
        let archive = Archive {
            dir: tempfile::tempdir().unwrap(),
            trail,
            logs,
            chain,
            signer,
        };
        archive.add(&archive.chain);
        for log in archive.logs.iter().flatten() {
            archive.put(&log.key, &gzip(&log.content));
        }
        fs::write(archive.keys(), archive.signer.list_public_keys()).unwrap();
        archive
    }

    pub fn root(&self) -> PathBuf {
        self.dir.path().join("logs")
    }

    pub fn keys(&self) -> PathBuf {
        self.dir.path().join("keys.json")
    }

    pub fn path(&self, key: &str) -> PathBuf {
        self.root().join(key)
    }

    pub fn put(&self, key: &str, bytes: &[u8]) {
        let path = self.path(key);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    fn add(&self, digests: &[Digest]) {
        for digest in digests {
            self.put(&digest.key, &digest.file());
        }
    }

    pub fn remove(&self, key: &str) {
        fs::remove_file(self.path(key)).unwrap();
    }

    pub fn remove_digests(&self, range: std::ops::Range<usize>) {
        for digest in &self.chain[range] {
            self.remove(&digest.key);
        }
    }

    /// With everything looked at.
    pub fn closely(&self, words: &str) -> Said {
        stscope(&format!("verify --format json --hash {words}"))
            .arg("--keys")
            .arg(self.keys())
            .arg(self.root())
            .run()
    }

    pub fn by_name(&self, words: &str) -> Said {
        stscope(&format!("verify --format json {words}"))
            .arg(self.root())
            .run()
    }
}

fn findings(said: &Said) -> Vec<Value> {
    said.json()["findings"].as_array().unwrap().clone()
}

pub(super) fn kinds(said: &Said) -> Vec<String> {
    let findings = findings(said);
    let kinds = findings
        .iter()
        .map(|one| one["kind"].as_str().unwrap().to_owned());
    kinds.collect()
}

#[track_caller]
fn row(said: &Said, expected: &Value) -> Value {
    let rows = said.rows();
    assert_eq!(rows.len(), 1, "{said}");
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&rows[0][name], value, "{name}\n{said}");
    }
    rows[0].clone()
}

#[test]
fn a_whole_chain_is_complete_by_name_and_proved_with_hashes_and_keys() {
    let archive = Archive::new();
    let all = json!({
        "account_id": ACCOUNT, "region": "us-east-1", "trail": "example-trail", "organization_id": null,
        "digests": 8, "first_digest_start": "2025-11-03T00:00:00Z",
        "last_digest_end": "2025-11-03T08:00:00Z", "holes": 0, "hole_hours": 0, "restarts": 0,
        "log_files": 16, "missing": 0, "differing": 0, "unnamed": 0,
    });
    let said = archive.by_name("").exits(0);
    row(&said, &all);
    row(
        &said,
        &json!({ "status": "complete", "signatures": "unchecked" }),
    );
    let said = archive.closely("").exits(0);
    row(&said, &all);
    row(
        &said,
        &json!({ "status": "proved", "signatures": "verified" }),
    );
    assert!(findings(&said).is_empty(), "{said}");
    let coverage = &said.json()["coverage"];
    assert_eq!(
        coverage["digests"],
        json!({
            "chains": 1, "complete": 1, "incomplete": 0, "missing_logs": 0, "hole_hours": 0,
        })
    );
    assert_eq!(coverage["files"]["read"], 24);
    // Hashes without keys, and keys without hashes, prove nothing.
    let hashed = archive.by_name("--hash").exits(0);
    row(&hashed, &json!({ "status": "complete" }));
    let signed = archive
        .by_name(&format!("--keys {}", archive.keys().display()))
        .exits(0);
    row(
        &signed,
        &json!({ "status": "complete", "signatures": "verified" }),
    );
}

/// CloudTrail's own end in sixteen letters and digits; the minute is in all.
#[test]
fn a_log_is_missing_and_newer_by_the_minute_in_its_name_however_that_ends() {
    let trail = Trail::of(ACCOUNT, "us-east-1");
    let mut named = logs(&trail, START, 8, 0);
    for log in named.iter_mut().flatten() {
        log.key = log.key.replace("_Log0000000000", "_u-");
    }
    let archive = Archive::with(trail, named);
    let until = "--until 2025-11-03T06:00:00Z";
    assert_eq!(
        number(&archive.by_name(until).exits(0).rows()[0]["log_files"]),
        12
    );
    // A second copy of a log is in no digest, and does not say that digests go on.
    let Log { key, content, .. } = &archive.logs[2][0];
    archive.put(&key.replace(".json.gz", " (1).json.gz"), &gzip(content));
    let said = archive.by_name("").exits(0);
    assert_eq!(kinds(&said), ["unnamed"], "{said}");
    assert_eq!(findings(&said)[0]["until"], "2025-11-03T02:05:00Z");
    archive.remove(key);
    for words in ["", until] {
        let said = archive.by_name(words).exits(1);
        assert_eq!(kinds(&said), ["missing", "unnamed"], "{said}");
        stscope(&format!(
            "report -q --fail-on global=99 --require complete {words}"
        ))
        .arg(archive.root())
        .run()
        .exits(2);
    }
}

#[test]
fn keys_are_read_in_both_forms_and_a_foreign_key_checks_nothing() {
    let archive = Archive::new();
    let spki: Vec<u8> = [
        &[
            0x30, 0x82, 0x01, 0x22, 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d,
            0x01, 0x01, 0x01, 0x05, 0x00, 0x03, 0x82, 0x01, 0x0f, 0x00,
        ][..],
        archive.signer.public_key(),
    ]
    .concat();
    let value = base64(&spki);
    let list = format!(
        r#"{{"publicKeyList":[{{"value":"{value}","fingerprint":"{}","validityStartTime":1762000000.0}}]}}"#,
        archive::digests::FINGERPRINT.to_uppercase()
    );
    fs::write(archive.keys(), list).unwrap();
    let said = archive.closely("").exits(0);
    row(&said, &json!({ "status": "proved" }));
    let list = archive.signer.list_public_keys();
    fs::write(
        archive.keys(),
        list.replace(archive::digests::FINGERPRINT, "00"),
    )
    .unwrap();
    let said = archive.closely("").exits(0);
    row(
        &said,
        &json!({ "status": "complete", "signatures": "unchecked" }),
    );
    for (list, why) in [
        ("{}", "not the output of"),
        (r#"{"PublicKeyList":[]}"#, "it has no keys"),
        (
            r#"{"PublicKeyList":[{"Value":"-","Fingerprint":"f"}]}"#,
            "no base64",
        ),
    ] {
        fs::write(archive.keys(), list).unwrap();
        archive
            .closely("")
            .fails(&["--keys", why, "list-public-keys"]);
    }
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let mut number = 0_u32;
        for at in 0..3 {
            number = number << 8 | u32::from(*three.get(at).unwrap_or(&0));
        }
        for at in 0..4 {
            match at <= three.len() {
                true => text.push(char::from(DIGITS[(number >> (18 - 6 * at)) as usize & 63])),
                false => text.push('='),
            }
        }
    }
    text
}

#[test]
fn a_log_that_is_named_and_not_here_is_missing() {
    let archive = Archive::new();
    let gone = &archive.logs[3][1];
    archive.remove(&gone.key);
    let said = archive.by_name("").exits(1);
    row(
        &said,
        &json!({ "missing": 1, "log_files": 16, "status": "incomplete" }),
    );
    let found = findings(&said);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["kind"], "missing");
    assert_eq!(found[0]["path"], gone.key.as_str());
    assert_eq!(found[0]["from"], "2025-11-03T03:31:00Z");
    let said = stscope("verify --missing-only")
        .arg(archive.root())
        .run()
        .exits(1);
    assert_eq!(said.text(), format!("{}\n", gone.key));
    assert_eq!(said.stderr.matches("left out").count(), 0, "{said}");
    // What the options leave out is not missing.
    archive.by_name("--until 2025-11-03T03:00:00Z").exits(0);
    archive.by_name("--since 2025-11-03T04:00:00Z").exits(0);
    archive
        .by_name("--since 2025-11-03T02:00:00Z --until 2025-11-03T04:00:00Z")
        .exits(1);
    // A copy in another place and form is the same log.
    archive.put("elsewhere/x", b"");
    let name = gone.key.rsplit('/').next().unwrap().trim_end_matches(".gz");
    archive.put(&format!("elsewhere/{name}"), &gone.content);
    archive.closely("").exits(0);
}

/// A digest that nobody has signed may name anything, and what is printed becomes paths.
#[test]
fn no_missing_key_leads_out_of_the_folder_it_is_copied_to() {
    let archive = Archive::new();
    let (gone, name) = (
        &archive.logs[3][0].key,
        archive.logs[3][0].key.rsplit('/').next().unwrap(),
    );
    archive.remove(gone);
    for (key, is_printed) in [
        (format!("../../{name}"), false),
        (format!("AWSLogs/../../../{name}"), false),
        (format!("/etc/{name}"), false),
        (format!("..AWSLogs/a..b/{name}"), true),
    ] {
        let mut named = (archive.chain.iter())
            .find(|digest| digest.content.contains(name))
            .unwrap()
            .clone();
        let escaped = gone.replace('/', "\\/");
        assert!(named.content.contains(&escaped) || named.content.contains(gone));
        named.content = named.content.replace(&escaped, &key).replace(gone, &key);
        archive.put(&named.key, &named.file());
        let said = stscope("verify --missing-only")
            .arg(archive.root())
            .run()
            .exits(1);
        assert_eq!(
            said.text().lines().any(|line| line == key),
            is_printed,
            "{said}"
        );
        let is_told = said.stderr.contains("left out 1 key") && said.stderr.contains(&key);
        assert_eq!(is_told, !is_printed, "{said}");
    }
}

#[test]
fn a_log_that_was_changed_differs_and_names_alone_do_not_show_it() {
    let archive = Archive::new();
    let changed = &archive.logs[2][0];
    for (bytes, why) in [
        (gzip(b"{\"Records\":[]}"), "not what was delivered"),
        (
            [gzip(&changed.content), gzip(b" ")].concat(),
            "bytes follow",
        ),
        (
            [gzip(&changed.content), vec![0; 9]].concat(),
            "bytes follow",
        ),
        (gzip(&changed.content)[..60].to_vec(), "is cut"),
    ] {
        archive.put(&changed.key, &bytes);
        archive.by_name("").exits(0);
        let said = archive.closely("").exits(1);
        row(
            &said,
            &json!({ "differing": 1, "missing": 0, "status": "incomplete" }),
        );
        let found = findings(&said);
        assert_eq!(found.len(), 1, "{said}");
        assert_eq!(found[0]["kind"], "differs");
        assert!(
            found[0]["path"].as_str().unwrap().ends_with(&changed.key),
            "{said}"
        );
        assert!(found[0]["detail"].as_str().unwrap().contains(why), "{said}");
    }
}

#[test]
fn hours_without_a_digest_are_a_hole_however_many_there_are() {
    for (range, hours) in [(3..4, 1), (3..5, 2), (2..6, 4)] {
        let archive = Archive::new();
        archive.remove_digests(range.clone());
        let said = archive.by_name("").exits(1);
        let row = row(
            &said,
            &json!({
                "holes": 1, "hole_hours": hours, "missing": 0, "status": "incomplete",
            }),
        );
        assert_eq!(number(&row["unnamed"]), 2 * hours, "{said}");
        let found = findings(&said);
        assert_eq!(found[0]["kind"], "hole");
        assert_eq!(
            found[0]["from"],
            format!("2025-11-03T{:02}:00:00Z", range.start)
        );
        assert_eq!(
            found[0]["until"],
            format!("2025-11-03T{:02}:00:00Z", range.end)
        );
        assert_eq!(found[0]["path"], archive.chain[range.end - 1].key.as_str());
        let said = stscope("verify --missing-only")
            .arg(archive.root())
            .run()
            .exits(1);
        assert_eq!(
            said.text(),
            format!("{}\n", archive.chain[range.end - 1].key)
        );
        // It does not touch a time after it.
        archive.by_name("--since 2025-11-03T06:00:00Z").exits(0);
    }
}

#[test]
fn the_newest_digests_are_missing_where_logs_or_a_time_that_is_asked_about_go_further() {
    let archive = Archive::new();
    archive.remove_digests(7..8);
    // The last hour of a download is never covered.
    let said = archive.by_name("").exits(0);
    row(&said, &json!({ "unnamed": 2, "status": "complete" }));
    assert_eq!(kinds(&said), ["unnamed", "unnamed"]);
    let said = archive.by_name("--until 2025-11-03T07:00:00Z").exits(1);
    row(&said, &json!({ "holes": 1, "hole_hours": 1 }));
    archive.by_name("--until 2025-11-03T06:00:00Z").exits(0);
    archive.remove_digests(5..7);
    let said = archive.by_name("").exits(1);
    row(
        &said,
        &json!({ "holes": 1, "last_digest_end": "2025-11-03T05:00:00Z" }),
    );
}

#[test]
fn the_oldest_digests_are_missing_where_logs_or_a_time_that_is_asked_about_begin_before() {
    let archive = Archive::new();
    archive.remove_digests(0..2);
    let said = archive.by_name("").exits(1);
    row(&said, &json!({ "holes": 1, "hole_hours": 2 }));
    let said = archive.by_name("--since 2025-11-03T02:00:00Z").exits(0);
    row(
        &said,
        &json!({ "holes": 0, "first_digest_start": "2025-11-03T02:00:00Z" }),
    );
    archive.by_name("--since 2025-11-03T01:30:00Z").exits(1);
    // Without older logs, that is where the download begins.
    for log in archive.logs[..2].iter().flatten() {
        archive.remove(&log.key);
    }
    archive.by_name("").exits(0);
    // A starting digest proves nothing of its own hour.
    let archive = Archive::new();
    archive.by_name("--since 2025-11-03T01:00:00Z").exits(0);
    archive.by_name("--since 2025-11-03T00:30:00Z").exits(1);
}

#[test]
fn a_chain_that_begins_after_what_is_asked_about_says_nothing_of_it() {
    let archive = Archive::new();
    // Nothing of the first hour is proved, so nothing of an hour that ends in it.
    for until in [
        "2025-11-02T00:00:00Z",
        "2025-11-03T00:00:00Z",
        "2025-11-03T01:30:00Z",
    ] {
        let said = archive.closely(&format!("--until {until}")).exits(1);
        row(&said, &json!({ "holes": 1, "status": "incomplete" }));
        let since = archive.by_name(&format!("--since 2025-11-01 --until {until}"));
        row(
            &since.exits(1),
            &json!({ "holes": 1, "status": "incomplete" }),
        );
    }
    archive.closely("--until 2025-11-03T02:00:00Z").exits(0);
    // The oldest log is asked about, however late that ends.
    archive.remove_digests(0..2);
    let said = archive.by_name("--until 2025-11-03T07:00:00Z").exits(1);
    row(&said, &json!({ "holes": 1, "hole_hours": 2 }));

    // Nor does one that ends before.
    let archive = Archive::new();
    let said = archive.by_name("--since 2025-11-03T09:00:00Z").exits(1);
    row(
        &said,
        &json!({ "holes": 1, "hole_hours": 1, "status": "incomplete" }),
    );
    let said = archive.by_name("--since 2025-11-03T07:00:00Z").exits(0);
    row(&said, &json!({ "holes": 0, "status": "complete" }));

    // A gate does not take one account's zero for that of both.
    let older = Trail::of("444455556666", "us-east-1");
    let mut logs = logs(&older, START - 24 * HOUR, 8, 1);
    for log in logs.iter_mut().flatten() {
        log.content = b"{\"Records\":[]}".to_vec();
        archive.put(&log.key, &gzip(&log.content));
    }
    archive.add(&older.chain(&archive.signer, START - 24 * HOUR, &logs));
    let gate = |words: &str| {
        let gate = "report --fail-on global --require complete --until 2025-11-02T06:00:00Z";
        stscope(&format!("{gate} {words}"))
            .arg(archive.root())
            .run()
    };
    gate("--account 444455556666").exits(0);
    gate("").exits(2).says(&["incomplete for 111122223333"]);
}

#[test]
fn a_digest_that_begins_anew_is_a_restart() {
    let mut archive = Archive::new();
    let mut again = archive
        .trail
        .chain(&archive.signer, START + 5 * HOUR, &archive.logs[5..]);
    archive.add(&again);
    let said = archive.closely("").exits(1);
    row(
        &said,
        &json!({ "restarts": 1, "holes": 0, "status": "incomplete" }),
    );
    assert_eq!(kinds(&said), ["restart"]);
    archive.chain.truncate(5);
    archive.chain.append(&mut again);
    archive.by_name("--since 2025-11-03T07:00:00Z").exits(0);
    archive.by_name("--until 2025-11-03T03:00:00Z").exits(0);
    // No log is known to be missing, and no hour without a digest: a page must not be calm for that.
    let page = stscope("overview --format html").arg(archive.root()).run();
    let page = page
        .exits(0)
        .says(&["or may be: 1 of 1 chain is not whole"]);
    assert!(
        page.text().contains("1 chain of digests not whole"),
        "{page}"
    );
    assert!(!page.text().contains("Every file that was found was read"));
}

#[test]
fn a_log_in_no_digest_is_told_and_is_no_fault() {
    let archive = Archive::new();
    let forged = archive
        .trail
        .log_key(START + 4 * HOUR + 600, "Forged0000000001");
    archive.put(&forged, &gzip(b"{\"Records\":[]}"));
    let said = archive.closely("").exits(0);
    row(&said, &json!({ "unnamed": 1, "status": "proved" }));
    let found = findings(&said);
    assert_eq!(found[0]["kind"], "unnamed");
    assert!(found[0]["path"].as_str().unwrap().ends_with(&forged));
}

#[test]
fn a_digest_that_was_changed_shows_in_its_signature_and_in_the_next_digest() {
    let archive = Archive::new();
    let victim = &archive.chain[4];
    let missing = &archive.logs[4][0];
    // The log and its name are taken out, and the digest is otherwise as it was.
    let fewer = archive.trail.digest(
        &archive.signer,
        (victim.end - HOUR, victim.end),
        &archive.logs[4][1..],
        Some(&archive.chain[3]),
    );
    archive.put(&victim.key, &fewer.file());
    archive.remove(&missing.key);
    let said = archive.by_name("").exits(1);
    assert_eq!(kinds(&said), ["wrong-previous-hash"], "{said}");
    let said = archive.closely("").exits(1);
    row(&said, &json!({ "signatures": "wrong", "missing": 0 }));
    assert_eq!(
        kinds(&said),
        ["wrong-signature", "wrong-previous-hash"],
        "{said}"
    );
    // The next digest is made to fit: its own signature, in the one after it, does not.
    let next = &archive.chain[5];
    let fits = Digest {
        signature: victim.signature.clone(),
        ..fewer
    };
    let fits = archive.trail.digest(
        &archive.signer,
        (next.end - HOUR, next.end),
        &archive.logs[5],
        Some(&fits),
    );
    archive.put(&next.key, &fits.file());
    let said = archive.closely("").exits(1);
    assert_eq!(
        kinds(&said),
        ["wrong-signature", "wrong-signature", "wrong-previous-hash"],
        "{said}"
    );
}

#[test]
fn a_wrong_hash_of_the_digest_before_is_found_without_keys() {
    let archive = Archive::new();
    let victim = &archive.chain[4];
    let hash = archive::digests::sha256(archive.chain[3].content.as_bytes());
    assert!(victim.content.contains(&hash));
    let content = victim.content.replace(&hash, &"0".repeat(64));
    archive.put(&victim.key, &gzip(content.as_bytes()));
    let said = archive.by_name("").exits(1);
    assert_eq!(
        kinds(&said),
        ["wrong-previous-hash", "wrong-previous-hash"],
        "{said}"
    );
    let said = archive.closely("").exits(1);
    assert_eq!(
        kinds(&said),
        [
            "wrong-signature",
            "wrong-previous-hash",
            "wrong-previous-hash"
        ],
        "{said}"
    );
}

#[test]
fn a_digest_that_cannot_be_read_is_named() {
    let archive = Archive::new();
    let victim = &archive.chain[4];
    for (bytes, why) in [
        (victim.file()[..100].to_vec(), "is cut"),
        ([victim.file(), victim.file()].concat(), "bytes follow"),
        (gzip(b"{}"), "missing field"),
        (Vec::new(), "no digest"),
    ] {
        archive.put(&victim.key, &bytes);
        let said = archive.by_name("").exits(1);
        row(
            &said,
            &json!({ "digests": 7, "holes": 1, "status": "incomplete" }),
        );
        let found = findings(&said);
        assert_eq!(found[0]["kind"], "damaged-digest", "{said}");
        assert!(found[0]["detail"].as_str().unwrap().contains(why), "{said}");
        assert_eq!(said.json()["coverage"]["files"]["damaged"], 1);
        // Where calls are counted, a digest has none: no file with calls is damaged.
        let report = stscope("report --format json")
            .arg(archive.root())
            .run()
            .exits(0);
        assert_eq!(report.json()["coverage"]["digests"]["incomplete"], 1);
        report.says(&[
            "by the digests, logs are missing or may be: 1 hour is without a digest, 1 of 1 chain is \
             not whole; 'stscope verify' says which",
        ]);
    }
}

#[test]
fn a_digest_that_nothing_but_its_place_tells_of_is_of_the_account_of_that_place() {
    let folder = "AWSLogs/444455556666/CloudTrail-Digest/us-east-1/2025/11/03";
    for key in [
        format!("{folder}/junk.json.gz"),
        format!("{folder}/444455556666_CloudTrail-Digest_junk.json.gz"),
        "444455556666_CloudTrail-Digest_junk.json.gz".to_owned(),
    ] {
        let archive = Archive::new();
        archive.put(&key, b"junk");
        let said = archive.by_name("").exits(1);
        let rows = said.json()["rows"].take();
        let [other, whole] = rows.as_array().unwrap().first_chunk().unwrap();
        assert_eq!(other["account_id"], "444455556666", "{key}");
        assert_eq!(other["status"], "incomplete", "{key}");
        assert_eq!(whole["status"], "complete", "{key}");
        // Where no key tells that it is another's, it is opened, and damaged, for all that.
        let exit = if key.starts_with("AWSLogs") { 0 } else { 3 };
        archive.by_name("--account 111122223333").exits(exit);
    }
}

#[test]
fn trails_regions_and_organisations_have_chains_of_their_own() {
    let archive = Archive::new();
    let others = [
        Trail {
            name: "second_trail.of-mine_x".to_owned(),
            ..Trail::of(ACCOUNT, "us-east-1")
        },
        Trail {
            organisation: "o-exampleorg".to_owned(),
            ..Trail::of("444455556666", "us-east-1")
        },
        Trail::of(ACCOUNT, "eu-west-1"),
    ];
    for (seed, trail) in (1..).zip(&others) {
        let logs = logs(trail, START, 8, seed);
        for log in logs.iter().flatten() {
            archive.put(&log.key, &gzip(&log.content));
        }
        archive.add(&trail.chain(&archive.signer, START, &logs));
    }
    let said = archive.closely("").exits(0);
    let rows = said.rows();
    assert_eq!(rows.len(), 4, "{said}");
    assert!(
        rows.iter()
            .all(|row| row["status"] == "proved" && row["unnamed"] == 0),
        "{said}"
    );
    let trails: Vec<&str> = rows
        .iter()
        .map(|row| row["trail"].as_str().unwrap())
        .collect();
    assert_eq!(
        trails,
        [
            "example-trail",
            "example-trail",
            "second_trail.of-mine_x",
            "example-trail"
        ]
    );
    assert_eq!(rows[3]["organization_id"], "o-exampleorg");
    let said = archive.by_name("--region eu-west-1").exits(0);
    row(&said, &json!({ "region": "eu-west-1", "log_files": 16 }));
    let said = archive
        .by_name("--account 444455556666 --no-prune")
        .exits(0);
    row(&said, &json!({ "account_id": "444455556666" }));
}

#[test]
fn a_trail_that_took_the_place_of_another_need_not_cover_the_time_of_that_one() {
    let archive = Archive::new();
    let later = Trail {
        name: "later-trail".to_owned(),
        ..Trail::of(ACCOUNT, "us-east-1")
    };
    let begin = START + 12 * HOUR;
    archive.add(&later.chain(&archive.signer, begin, &vec![Vec::new(); 8]));
    for (words, exit) in [
        (
            "--since 2025-11-03T02:00:00Z --until 2025-11-03T06:00:00Z",
            0,
        ),
        ("--until 2025-11-03T06:00:00Z", 0),
        (
            "--since 2025-11-03T14:00:00Z --until 2025-11-03T18:00:00Z",
            0,
        ),
        ("--since 2025-11-03T14:00:00Z", 0),
        (
            "--since 2025-11-03T02:00:00Z --until 2025-11-03T10:00:00Z",
            1,
        ),
        (
            "--since 2025-11-03T09:00:00Z --until 2025-11-03T10:00:00Z",
            1,
        ),
        (
            "--since 2025-11-03T06:00:00Z --until 2025-11-03T18:00:00Z",
            1,
        ),
        ("--since 2025-11-03T10:00:00Z", 1),
    ] {
        archive.by_name(words).exits(exit);
    }
}

#[test]
fn no_trail_excuses_another_that_says_no_more_than_it() {
    // Both have digests until 08:00.
    let archive = Archive::new();
    let beside = Trail {
        name: "beside".to_owned(),
        ..Trail::of(ACCOUNT, "us-east-1")
    };
    archive.add(&beside.chain(&archive.signer, START, &vec![Vec::new(); 8]));
    for (words, exit) in [
        (
            "--since 2025-11-03T02:00:00Z --until 2025-11-03T07:00:00Z",
            0,
        ),
        (
            "--since 2025-11-03T02:00:00Z --until 2025-11-03T07:30:00Z",
            1,
        ),
        (
            "--since 2025-11-03T08:00:00Z --until 2025-11-03T08:30:00Z",
            1,
        ),
        // The first hour is one of starting digests.
        (
            "--since 2025-11-03T00:00:00Z --until 2025-11-03T06:00:00Z",
            1,
        ),
        ("--since 2025-11-03T07:00:00Z", 0),
        ("--since 2025-11-03T07:30:00Z", 1),
        ("", 0),
    ] {
        archive.by_name(words).exits(exit);
    }
}

#[test]
fn a_trail_that_goes_on_for_another_leaves_out_the_hour_of_its_first_digest() {
    let archive = Archive::new();
    let later = Trail {
        name: "later-trail".to_owned(),
        ..Trail::of(ACCOUNT, "us-east-1")
    };
    archive.add(&later.chain(&archive.signer, START + 8 * HOUR, &vec![Vec::new(); 8]));
    // From a time on each says it of itself, and nothing of the hours that the other has.
    let words = "--since 2025-11-03T02:00:00Z --until 2025-11-03T14:00:00Z";
    for (words, holes) in [(words, 2), ("--since 2025-11-03T02:00:00Z", 2), ("", 1)] {
        let said = archive.by_name(words).exits(1);
        assert_eq!(kinds(&said), vec!["hole"; holes], "{said}");
        for hole in findings(&said) {
            assert_eq!(hole["from"], "2025-11-03T08:00:00Z", "{said}");
            assert_eq!(hole["until"], "2025-11-03T09:00:00Z", "{said}");
        }
    }
    // With a digest of the other trail for that hour, nothing is missing.
    let hour = (START + 8 * HOUR, START + 9 * HOUR);
    let before = archive.chain.last();
    let digest = archive.trail.digest(&archive.signer, hour, &[], before);
    archive.add(&[digest]);
    archive.by_name("").exits(0);
}

#[test]
fn a_chain_that_moved_to_another_bucket_and_prefix_goes_on_there() {
    let archive = Archive::new();
    let moved = Trail {
        bucket: "new-bucket".to_owned(),
        prefix: "new/".to_owned(),
        ..archive.trail.clone()
    };
    let more = logs(&moved, START + 8 * HOUR, 2, 7);
    let mut before = archive.chain[7].clone();
    for (logs, start) in more.iter().zip([START + 8 * HOUR, START + 9 * HOUR]) {
        let digest = moved.digest(&archive.signer, (start, start + HOUR), logs, Some(&before));
        archive.add(std::slice::from_ref(&digest));
        logs.iter()
            .for_each(|log| archive.put(&log.key, &gzip(&log.content)));
        before = digest;
    }
    let said = archive.closely("").exits(0);
    row(
        &said,
        &json!({ "digests": 10, "log_files": 20, "status": "proved", "holes": 0 }),
    );
}

#[test]
fn an_archive_may_have_been_copied_anywhere_and_hold_copies() {
    let archive = Archive::new();
    // Another folder above, and a second copy of all of it.
    for digest in &archive.chain {
        archive.put(&format!("copy/of/it/{}", digest.key), &digest.file());
    }
    for log in archive.logs.iter().flatten() {
        archive.put(&format!("copy/of/it/{}", log.key), &gzip(&log.content));
    }
    let said = archive.closely("").exits(0);
    row(
        &said,
        &json!({ "digests": 8, "log_files": 16, "unnamed": 0, "status": "proved" }),
    );
    // One of the copies was changed.
    let log = &archive.logs[1][1];
    archive.put(
        &format!("copy/of/it/{}", log.key),
        &gzip(b"{\"Records\":[]}"),
    );
    let said = archive.closely("").exits(1);
    row(&said, &json!({ "differing": 1 }));
    let flat = tempfile::tempdir().unwrap();
    let files = archive
        .chain
        .iter()
        .map(|digest| (&digest.key, digest.file()));
    let logs = archive.logs.iter().flatten();
    for (key, bytes) in files.chain(logs.map(|log| (&log.key, gzip(&log.content)))) {
        fs::write(flat.path().join(key.rsplit('/').next().unwrap()), bytes).unwrap();
    }
    stscope("verify").arg(flat.path()).run().exits(0);
    let named: Vec<PathBuf> = (fs::read_dir(flat.path()).unwrap())
        .map(|entry| entry.unwrap().path())
        .collect();
    stscope("verify --hash").args(named).run().exits(0);
}

#[test]
fn logs_beside_a_backfill_alone_are_in_no_digest() {
    let said = stscope(
        "verify sample-logs/AWSLogs --account 111122223333 --region us-east-1 --format json",
    );
    let rows = said.run().exits(0).json()["rows"].clone();
    let [unknown, backfill] = [&rows[0], &rows[1]];
    assert_eq!(
        backfill["trail"]
            .as_str()
            .map(|trail| trail.ends_with("(backfill)")),
        Some(true)
    );
    assert_eq!(
        (&unknown["status"], &unknown["digests"]),
        (&"unknown".into(), &0.into())
    );
    assert!(unknown["unnamed"].as_u64() > Some(0), "{rows}");
}

#[test]
fn backfill_digests_name_what_others_left_out_and_need_no_links() {
    let archive = Archive::new();
    let backfill = Trail {
        is_backfill: true,
        ..archive.trail.clone()
    };
    let late = Log {
        key: archive.trail.log_key(START + 900, "Late000000000001"),
        content: b"{\"Records\":[]}".to_vec(),
        events: (START + 800, START + 850),
    };
    archive.put(&late.key, &gzip(&late.content));
    for hour in [0, 3] {
        let (from, logs) = (START + hour * HOUR, std::slice::from_ref(&late));
        let logs = if hour == 0 { logs } else { &[] };
        let digest = backfill.digest(&archive.signer, (from, from + HOUR), logs, None);
        archive.add(&[digest]);
    }
    let said = archive.by_name("").exits(0);
    let rows = said.rows();
    assert_eq!(rows.len(), 2, "{said}");
    assert_eq!(
        (&rows[0]["unnamed"], &rows[0]["holes"]),
        (&json!(0), &json!(0))
    );
    assert_eq!(rows[1]["trail"], "example-trail (backfill)");
    assert_eq!(rows[1]["log_files"], 1);
    archive.remove(&late.key);
    archive.by_name("").exits(1);
}

#[test]
fn logs_without_digests_are_unknown_and_nothing_is_said_of_them_alone() {
    let archive = Archive::new();
    let other = Trail::of("444455556666", "us-east-1");
    for log in logs(&other, START, 2, 5).iter().flatten() {
        archive.put(&log.key, &gzip(&log.content));
    }
    let said = archive.by_name("").exits(0);
    let rows = said.rows();
    assert_eq!(rows[0]["account_id"], "444455556666");
    assert_eq!(
        (&rows[0]["status"], &rows[0]["unnamed"]),
        (&json!("unknown"), &json!(4))
    );
    assert_eq!(rows[0]["trail"], Value::Null);
    let alone = archive.by_name("--account 444455556666").exits(2);
    let alone = alone.says(&["nothing can be judged", "CloudTrail-Digest"]);
    assert_eq!(alone.rows(), rows[..1], "and whose logs they are");
    // What is no digest says nothing of any chain.
    let named = stscope("verify").arg(archive.dir.path().join("keys.json"));
    let said = named.run().exits(2);
    said.says(&["damaged (json): no digest", "nothing can be judged"]);
    let empty = tempfile::tempdir().unwrap();
    stscope("verify")
        .arg(empty.path())
        .run()
        .fails(&["nothing can be judged"]);
}

#[test]
fn the_answer_does_not_depend_on_threads() {
    let archive = Archive::new();
    archive.remove(&archive.logs[6][0].key);
    archive.remove_digests(2..3);
    let one = archive.closely("--threads 1").exits(1);
    for threads in ["2", "5"] {
        let other = archive.closely(&format!("--threads {threads}")).exits(1);
        assert_eq!(one.text(), other.text());
    }
}

#[test]
fn every_format_shows_the_chains_and_people_see_the_findings() {
    let archive = Archive::new();
    let gone = &archive.logs[3][1].key;
    archive.remove(gone);
    let run = |format: &str| {
        let said = stscope(&format!("verify --format {format}"))
            .arg(archive.root())
            .run();
        said.exits(1)
    };
    let table = run("table");
    for piece in [
        "incomplete",
        "missing: 111122223333 us-east-1",
        gone,
        "--missing-only",
    ] {
        assert!(table.text().contains(piece), "{piece}\n{table}");
    }
    let csv = run("csv");
    assert!(csv.text().starts_with(
        "account_id,region,trail,organization_id,digests,first_digest_start,last_digest_end,holes,\
         hole_hours,restarts,log_files,missing,differing,unnamed,signatures,status\n\
         111122223333,us-east-1,example-trail,,8,"
    ));
    assert_eq!(run("jsonl").text().lines().count(), 1);
    assert!(run("markdown").text().contains("| `incomplete` |"));
    let page = run("html");
    for piece in ["<bdi>missing</bdi>", gone, "incomplete", "--missing-only"] {
        assert!(page.text().contains(piece), "{piece}");
    }
    let book = archive.dir.path().join("verify.xlsx");
    stscope("verify -o")
        .arg(&book)
        .arg(archive.root())
        .run()
        .exits(1);
    let mut book: Xlsx<_> = open_workbook(&book).unwrap();
    let cells: Vec<String> = (book.sheet_names().into_iter())
        .flat_map(|name| {
            let sheet = book.worksheet_range(&name).unwrap();
            sheet
                .cells()
                .map(|(_, _, cell)| cell.to_string())
                .collect::<Vec<_>>()
        })
        .collect();
    for piece in ["account_id", "111122223333", "incomplete", gone] {
        assert!(cells.iter().any(|cell| cell.contains(piece)), "{piece}");
    }
}

#[test]
fn what_is_about_calls_is_refused() {
    for option in ["--endpoint global", "--where sdk=boto3", "--no-dedup"] {
        let name = option.split(' ').next().unwrap();
        stscope(&format!("verify {option} ."))
            .run()
            .fails(&[name, "leave it out"]);
    }
    // It has no name, by which a digest would be told from a log.
    stscope("verify -").run().fails(&["-: verify", "names"]);
}

#[test]
fn every_run_compares_the_names_in_digests() {
    let archive = Archive::new();
    let report = |archive: &Archive| {
        stscope("report --format json")
            .arg(archive.root())
            .run()
            .exits(0)
    };
    let said = report(&archive);
    assert_eq!(said.json()["coverage"]["digests"]["complete"], 1);
    assert_eq!(said.json()["coverage"]["files"]["skipped"]["digest"], 8);
    assert!(!said.stderr.contains("note:"), "{said}");
    archive.remove(&archive.logs[3][1].key);
    let said = report(&archive).says(&["1 log is named and not here", "stscope verify"]);
    assert_eq!(
        said.json()["coverage"]["digests"],
        json!({
            "chains": 1, "complete": 0, "incomplete": 1, "missing_logs": 1, "hole_hours": 0,
        })
    );
    let table = stscope("report").arg(archive.root()).run().exits(0);
    assert!(
        table
            .text()
            .contains("logs of us-east-1: incomplete for 111122223333"),
        "{table}"
    );
    let none = stscope("report --format json")
        .arg(archive.path(&archive.logs[0][0].key))
        .run();
    assert_eq!(none.json()["coverage"]["digests"], Value::Null);
}

#[test]
fn digests_that_turn_up_after_the_logs_are_compared_with_all_of_them() {
    let archive = Archive::new();
    let apart = archive.dir.path().join("apart");
    fs::create_dir(&apart).unwrap();
    for digest in &archive.chain {
        let name = digest.key.rsplit('/').next().unwrap();
        fs::rename(archive.path(&digest.key), apart.join(name)).unwrap();
    }
    fs::remove_dir_all(archive.path("AWSLogs/111122223333/CloudTrail-Digest")).unwrap();
    archive.remove(&archive.logs[3][1].key);
    let list = archive.dir.path().join("list");
    let folders = [archive.root(), apart.clone()];
    let files: Vec<String> = (folders.iter())
        .flat_map(|folder| files_below(folder))
        .map(|file| file.display().to_string())
        .collect();
    fs::write(&list, files.join("\n")).unwrap();
    for threads in ["1", "3"] {
        let report = || stscope("report --format json --threads").arg(threads);
        for run in [
            report().arg("--files-from").arg(&list),
            report().args(&folders),
        ] {
            let said = run.run().exits(0);
            assert_eq!(
                said.json()["coverage"]["digests"],
                json!({
                    "chains": 1, "complete": 0, "incomplete": 1, "missing_logs": 1, "hole_hours": 0,
                }),
                "{said}"
            );
        }
    }
}

#[test]
fn a_gate_can_demand_that_nothing_is_missing() {
    // Nobody calls the global endpoint here.
    let trail = Trail::of(ACCOUNT, "us-east-1");
    let mut logs = logs(&trail, START, 8, 0);
    for log in logs.iter_mut().flatten() {
        log.content = b"{\"Records\":[]}".to_vec();
    }
    let archive = Archive::with(trail, logs);
    let gate = |words: &str| {
        stscope(&format!("report --fail-on global {words}"))
            .arg(archive.root())
            .run()
    };
    let keys = format!("--keys {}", archive.keys().display());
    gate("--require complete").exits(0);
    gate(&format!("--require complete {keys}")).exits(0);
    gate(&format!("--require proved {keys}")).exits(0);
    gate("--require proved").fails(&["--require proved", "--keys"]);
    stscope("report --require complete .").run().exits(2);
    let log = &archive.logs[2][0].key;
    let sound = fs::read(archive.path(log)).unwrap();
    archive.put(log, &gzip(b"{\"Records\":[ ]}"));
    gate("--require complete").exits(0);
    gate(&format!("--require proved {keys}"))
        .exits(2)
        .says(&["incomplete for 111122223333"]);
    archive.remove(log);
    gate("").exits(0);
    gate("--require complete")
        .exits(2)
        .says(&["--require complete: cannot be judged"]);
    archive.put(log, &sound);
    gate("--require complete --until 2025-11-03T07:30:00Z").exits(2);
    // Another account without digests.
    let other = Trail::of("444455556666", "eu-west-1").log_key(START, "Other00000000001");
    archive.put(&other, &sound);
    gate("--require complete")
        .exits(2)
        .says(&["1 account has no digests (444455556666)"]);
    gate("--require complete --account 111122223333").exits(0);
    // Nor does it help to leave out the Region that the account has logs of.
    let store = archive.dir.path().join("sts.db");
    if cfg!(feature = "store") {
        let run = stscope("ingest -q --store").arg(&store);
        run.arg(archive.root()).run().exits(0);
    }
    let gate = "report --fail-on global --require complete --region us-east-1";
    for prune in ["", " --no-prune"] {
        let said = stscope(&format!("{gate}{prune}")).arg(archive.root()).run();
        said.exits(2)
            .says(&["1 account has no digests (444455556666)"]);
    }
    if cfg!(feature = "store") {
        let said = stscope(gate).arg("--store").arg(&store).run();
        said.exits(2)
            .says(&["1 account has no digests (444455556666)"]);
    }
    let part = archive.dir.path().join("a.part");
    let map = stscope("map report --require complete --region us-east-1").arg(archive.root());
    map.arg("-o").arg(&part).run().exits(0);
    let merge = stscope("merge --fail-on global --require complete").arg(&part);
    let said = merge.run().exits(2);
    said.says(&["1 account has no digests (444455556666)"]);
    let run = stscope("verify --region us-east-1").arg(archive.root());
    let said = run.run().exits(0);
    assert!(said.text().contains("1 account has no"), "{said}");
    // China has no global endpoint.
    archive.remove(&other);
    let other = Trail::of("777788889999", "cn-north-1").log_key(START, "Other00000000001");
    archive.put(&other, &sound);
    for words in ["", "--region us-east-1", "--region us-east-1 --no-prune"] {
        let gate = format!("report --fail-on global --require complete {words}");
        stscope(&gate).arg(archive.root()).run().exits(0);
    }
}

#[test]
fn a_region_whose_digests_name_no_log_is_idle() {
    let archive = Archive::new();
    let silent = Trail::of(ACCOUNT, "eu-north-1");
    archive.add(&silent.chain(&archive.signer, START, &vec![Vec::new(); 8]));
    let broken = Trail::of(ACCOUNT, "eu-west-2");
    let chain = broken.chain(&archive.signer, START, &vec![Vec::new(); 8]);
    archive.add(&chain[..3]);
    archive.add(&chain[4..]);
    let said = stscope("regions --format json")
        .arg(archive.root())
        .run()
        .exits(0);
    let rows = said.rows();
    let status = |region: &str| {
        let row = rows.iter().find(|row| row["region"] == region).unwrap();
        row["status"].as_str().unwrap().to_owned()
    };
    assert_eq!(status("eu-north-1"), "idle");
    assert_eq!(status("eu-west-2"), "not-read");
    assert_eq!(status("eu-west-3"), "not-read");
    // Of a time before its digests nothing is known, whatever they name.
    let before = stscope("regions --format json --until 2025-11-02")
        .arg(archive.root())
        .run()
        .exits(0);
    assert!(
        before.rows().iter().all(|row| row["status"] == "not-read"),
        "{before}"
    );
    let table = stscope("regions").arg(archive.root()).run().exits(0);
    assert!(
        table.text().contains("judged by digests that name no log"),
        "{table}"
    );
}

#[test]
fn a_region_with_an_incomplete_chain_is_not_read() {
    let archive = Archive::new();
    let here = Trail::of(ACCOUNT, "eu-west-1");
    // Logs without a call, but for one, and a trail beside it whose events are others.
    let mut logs = logs(&here, START, 8, 1);
    for log in logs.iter_mut().flatten() {
        log.content = b"{\"Records\":[]}".to_vec();
        archive.put(&log.key, &gzip(&log.content));
    }
    archive.add(&here.chain(&archive.signer, START, &logs));
    let beside = Trail {
        name: "writes-only".to_owned(),
        ..Trail::of(ACCOUNT, "eu-west-1")
    };
    archive.add(&beside.chain(&archive.signer, START, &vec![Vec::new(); 8]));
    let store = archive.dir.path().join("sts.db");
    let status = || {
        let _ = fs::remove_file(&store);
        let ingest = format!("ingest --quiet --store {}", store.display());
        stscope(&ingest).arg(archive.root()).run().exits(0);
        let of_store = stscope(&format!(
            "regions --format json --store {}",
            store.display()
        ));
        let of_files = stscope("regions --format json").arg(archive.root());
        let overview = stscope("overview --format json").arg(archive.root());
        [of_store, of_files, overview].map(|run| {
            let said = run.run().exits(0);
            let json = said.json();
            let rows = match json["regions"]
                .as_array()
                .filter(|rows| !rows.is_empty() && rows[0].is_object())
            {
                Some(rows) => rows,
                None => json["rows"].as_array().unwrap(),
            };
            let is_here = |row: &&Value| row["region"] == "eu-west-1";
            let row = rows.iter().find(is_here).unwrap();
            row["status"].as_str().unwrap().to_owned()
        })
    };
    assert_eq!(status(), ["idle"; 3]);
    archive.remove(&logs[2][1].key);
    assert_eq!(status(), ["not-read"; 3]);
    for log in logs.iter().flatten() {
        let _ = fs::remove_file(archive.path(&log.key));
    }
    assert_eq!(status(), ["not-read"; 3]);
    let said = stscope("regions").arg(archive.root()).run().exits(0);
    assert!(
        said.text()
            .contains("1 account's Region counts as not read, as digests say"),
        "{said}"
    );
}

#[test]
fn a_log_that_came_days_later_is_missed_whatever_time_is_asked_about() {
    let trail = Trail::of(ACCOUNT, "us-east-1");
    let mut hours = vec![Vec::new(); 24 * 7];
    let mut logs = logs(&trail, START + 29 * HOUR, 1, 0).remove(0);
    let log = logs.remove(0);
    hours[29] = logs;
    hours[24 * 5 + 3] = vec![log.clone()];
    let archive = Archive::with(trail, hours);
    let store = archive.dir.path().join("sts.db");
    let check = |exit, of_gate| {
        let _ = fs::remove_file(&store);
        let ingest = format!("ingest --quiet --store {}", store.display());
        stscope(&ingest).arg(archive.root()).run().exits(0);
        let some_hours = "--since 2025-11-04T02:00:00Z --until 2025-11-04T20:00:00Z";
        archive.by_name(some_hours).exits(exit);
        let gate = "report --quiet --require complete --fail-on unknown";
        stscope(&format!("{gate} {some_hours}"))
            .arg(archive.root())
            .run()
            .exits(of_gate);
        let day = "--since 2025-11-04 --until 2025-11-05";
        stscope(&format!("{gate} {day} --store {}", store.display()))
            .run()
            .exits(of_gate);
    };
    check(0, 0);
    archive.remove(&log.key);
    check(1, 2);
}

/// An account whose copy broke before that time must not look as one that never was in the archive.
#[test]
fn digests_that_end_before_the_time_asked_about_are_missed_in_it() {
    let trail = Trail::of(ACCOUNT, "us-east-1");
    let mut hours = vec![Vec::new(); 24 * 5];
    for hour in [26, 24 * 4 + 2] {
        hours[hour] = logs(&trail, START + hour as i64 * HOUR, 1, hour as u32).remove(0);
    }
    let archive = Archive::with(trail, hours);
    let add = |account: &str, begin: i64, hours: usize| {
        let trail = Trail::of(account, "us-east-1");
        let chain = trail.chain(
            &archive.signer,
            START + begin * HOUR,
            &vec![Vec::new(); hours],
        );
        archive.add(&chain);
    };
    add("444455556666", 0, 30);
    let store = archive.dir.path().join("sts.db");
    let ingest = || {
        let _ = fs::remove_file(&store);
        let ingest = format!("ingest --quiet --store {}", store.display());
        stscope(&ingest).arg(archive.root()).run().exits(0);
    };
    let said = |words: &str| stscope(words).arg(archive.root()).run();
    let check = |words: &str, [verify, gate]: [i32; 2]| {
        for prune in ["", "--no-prune"] {
            archive.by_name(&format!("{words} {prune}")).exits(verify);
            let report = "report --format csv --fail-on unknown --require complete";
            said(&format!("{report} {words} {prune}")).exits(gate);
        }
        // A store knows days.
        if !words.contains(":00Z") {
            let report = "report --format csv --fail-on unknown --require complete --store";
            let of_store = stscope(&format!("{report} {} {words}", store.display())).run();
            of_store.exits(gate);
        }
    };
    ingest();
    check("--since 2025-11-04T05:00:00Z", [0, 0]);
    check("--since 2025-11-04T05:30:00Z", [1, 2]);
    check("--since 2025-11-04", [0, 0]);
    check("--since 2025-11-05", [1, 2]);
    check("--since 2025-11-07", [1, 2]);
    check("--since 2025-11-07 --account 111122223333", [0, 0]);
    check("--since 2025-11-07 --account 444455556666", [1, 2]);
    let words = "--since 2025-11-07";
    let found = archive.by_name(words);
    let [hole] = &findings(&found)[..] else {
        panic!("{found}")
    };
    assert_eq!(hole["account_id"], "444455556666");
    assert_eq!(hole["from"], "2025-11-07T00:00:00Z");
    let incomplete = "incomplete for 444455556666";
    said(&format!(
        "report --fail-on unknown --require complete {words}"
    ))
    .says(&[incomplete]);
    // Of a list, and where another adds up.
    let list = archive.dir.path().join("list.txt");
    fs::write(&list, said("map report --list --quiet").exits(0).text()).unwrap();
    let part = archive.dir.path().join("part");
    stscope(&format!("map report --quiet {words} -o {}", part.display()))
        .arg("--manifest")
        .arg(&list)
        .run()
        .exits(0);
    stscope("merge --fail-on unknown --require complete")
        .arg(&part)
        .run()
        .exits(2)
        .says(&[incomplete]);
    // Who comes later, or goes on, has not ended.
    add("777788889999", 24 * 4, 24);
    let before = "--since 2025-11-04 --until 2025-11-04T04:00:00Z";
    archive.by_name(before).exits(0);
    add("444455556666", 30, 24 * 4);
    ingest();
    check("--since 2025-11-07T01:00:00Z", [0, 0]);
}

/// What is wrong with them is of another time.
#[test]
fn digests_long_after_the_time_asked_about_lend_the_names_of_logs_alone() {
    let trail = Trail::of(ACCOUNT, "us-east-1");
    let mut hours = vec![Vec::new(); 24 * 8];
    hours[29] = logs(&trail, START + 29 * HOUR, 1, 0).remove(0);
    let archive = Archive::with(trail, hours);
    archive.remove_digests(24 * 6..24 * 6 + 3);
    let other = Trail::of("444455556666", "us-east-1");
    let begin = START + 24 * 6 * HOUR;
    archive.add(&other.chain(&archive.signer, begin, &vec![Vec::new(); 24]));
    let some_hours = "--since 2025-11-04T02:00:00Z --until 2025-11-04T20:00:00Z";
    for words in [some_hours, "--until 2025-11-04T20:00:00Z"] {
        let said = archive.closely(words).exits(0);
        let rows = said.rows();
        assert_eq!(rows.len(), 1, "{said}");
        assert_eq!(rows[0]["status"], "proved", "{said}");
    }
    let keys = archive.keys().display().to_string();
    stscope(&format!(
        "report --quiet --require proved --keys {keys} --fail-on unknown {some_hours}"
    ))
    .arg(archive.root())
    .run()
    .exits(0);
    // Whoever asks about all of it is told.
    archive.closely("").exits(1);
    // One that cannot be read may name a log: that is told, and is no fault of the chain.
    archive.put(&archive.chain[24 * 7].key, b"no digest");
    let said = archive.closely(some_hours).exits(3);
    assert_eq!(said.rows()[0]["status"], "proved", "{said}");
}

#[test]
fn no_result_takes_the_place_of_the_keys() {
    let archive = Archive::new();
    stscope("verify --format json -o")
        .arg(archive.keys())
        .arg("--keys")
        .arg(archive.keys())
        .arg(archive.root())
        .run()
        .fails(&["it is the list of --keys"]);
    assert!(Path::new(&archive.keys()).exists());
}

#[test]
fn parts_say_of_digests_what_one_run_says() {
    let trail = Trail::of(ACCOUNT, "us-east-1");
    let mut logs = logs(&trail, START, 8, 0);
    for log in logs.iter_mut().flatten() {
        log.content = b"{\"Records\":[]}".to_vec();
    }
    let archive = Archive::with(trail, logs);
    let keys = format!("--keys {}", archive.keys().display());
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    // Every third file, so that logs and the digests that name them are in different parts.
    let parts = |options: &str| {
        let files = super::logs::files_below(&archive.root());
        [0, 1, 2].map(|third| {
            let mut lines = String::new();
            for file in files.iter().skip(third).step_by(3) {
                let size = fs::metadata(file).unwrap().len();
                lines += &format!("{size}\t\t{}\n", file.display());
            }
            let part = path(&format!("{third}.part"));
            stscope(&format!("map report --manifest - -q {options} -o"))
                .arg(&part)
                .input(lines)
                .run()
                .exits(0);
            part
        })
    };
    let same = |kept: &str, words: &str| {
        let whole = stscope(&format!("report {words}"))
            .arg(archive.root())
            .run();
        let merged = stscope(&format!("merge {words}")).args(parts(kept)).run();
        assert_eq!(merged.text(), whole.text(), "{kept} {words}");
        assert_eq!(merged.stderr, whole.stderr, "{kept} {words}");
        assert_eq!(merged.status, whole.status, "{kept} {words}");
        whole
    };
    let log = &archive.logs[2][0].key;
    let proved = format!("--fail-on global --require proved {keys}");
    let complete = format!("--fail-on global --require complete {keys}");
    for (change, codes) in [
        ("none", [0, 0]),
        ("another content", [0, 2]),
        ("gone", [2, 2]),
    ] {
        match change {
            "none" => {}
            "gone" => archive.remove(log),
            _ => archive.put(log, &gzip(b"{\"Records\":[ ]}")),
        }
        let said = same("", "--format json").json();
        assert_eq!(said["coverage"]["digests"]["chains"], 1);
        same("--since 2025-11-03T02:00:00Z", "--format json");
        same("--require complete", "--fail-on global --require complete");
        let found = [
            same("--require proved", &complete),
            same("--require proved", &proved),
        ];
        assert_eq!(
            found.map(|said| said.status.code().unwrap()),
            codes,
            "{change}"
        );
    }
    stscope(&format!("merge {proved}"))
        .args(parts("--require complete"))
        .run()
        .fails(&[
            "--require proved: the parts keep no hashes",
            "map --require proved",
        ]);
    stscope(&format!("merge {complete}"))
        .args(parts(""))
        .run()
        .fails(&["--keys: the parts keep no signatures"]);
}
