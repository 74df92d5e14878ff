//! A table of faults in digests and logs: what `verify` makes of each, by name and closely, and whether a
//! gate that demands a whole or a proved archive passes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::path::Path;

use archive::clock::START;
use archive::digests::{Digest, FINGERPRINT, HOUR, Log, Signer, Trail, gzip};
use serde_json::{Value, json};

use super::harness::stscope;
use super::logs::{call, log};

const ACCOUNT: &str = "111122223333";
const MEMBER: &str = "444455556666";
const HOURS: i64 = 8;

/// A fault; what `verify` says, by name and then with hashes and keys: exit code, the worst state, kinds of
/// findings; and the exit codes of `report --require`, complete and then proved.
type Fault = (&'static str, fn(&mut Scene), [&'static str; 2], [i32; 2]);

const COMPLETE: &str = "0 complete";
const PROVED: &str = "0 proved";
const HOLE: &str = "1 incomplete: hole";
const HOLE_UNNAMED: &str = "1 incomplete: hole unnamed";
const MISSING: &str = "1 incomplete: missing";
const DIFFERS: &str = "1 incomplete: differs";
const WRONG_HASH: &str = "1 incomplete: wrong-previous-hash";
const WRONG_SIGNATURE: &str = "1 incomplete: wrong-signature";

/// An hour of a chain.
struct Hour {
    trail: Trail,
    start: i64,
    logs: Vec<Log>,
    digest: Option<Digest>,
}

/// An archive: its files by key, and the chain that faults are made in.
struct Scene {
    signer: Signer,
    keys: String,
    files: BTreeMap<String, Vec<u8>>,
    chain: Vec<Hour>,
}

fn trail() -> Trail {
    Trail::of(ACCOUNT, "us-east-1")
}

fn named(name: &str) -> Trail {
    Trail {
        name: name.to_owned(),
        ..trail()
    }
}

fn of_organisation(account: &str) -> Trail {
    Trail {
        organisation: "o-exampleorg".to_owned(),
        ..Trail::of(account, "us-east-1")
    }
}

/// The last hours are in another bucket.
fn moved(hour: i64) -> Trail {
    if hour < 4 {
        return trail();
    }
    Trail {
        bucket: "new-bucket".to_owned(),
        prefix: "new/".to_owned(),
        ..trail()
    }
}

/// A log with a Regional call.
fn log_at(trail: &Trail, time: i64, number: u32) -> Log {
    let mut text = String::new();
    archive::clock::push_time(&mut text, time);
    let record = json!({
        "eventTime": text,
        "awsRegion": trail.region,
        "recipientAccountId": trail.account,
        "tlsDetails": { "clientProvidedHostHeader": "sts.us-east-1.amazonaws.com" },
    });
    Log {
        key: trail.log_key(time + 240, &format!("Log{number:013}")),
        content: log(&[call(number, record)]),
        events: (time, time),
    }
}

/// Hours of a trail, two logs in each; `seed` makes their names differ.
fn hours(trail: impl Fn(i64) -> Trail, range: std::ops::Range<i64>, seed: u32) -> Vec<Hour> {
    let hour = |(number, hour): (u32, i64)| {
        let (trail, start) = (trail(hour), START + hour * HOUR);
        let log = |half: u32| {
            let time = start + 60 + i64::from(half) * 1800;
            log_at(&trail, time, seed * 1000 + number * 2 + half)
        };
        Hour {
            logs: vec![log(0), log(1)],
            digest: None,
            trail,
            start,
        }
    };
    (0..).zip(range).map(hour).collect()
}

impl Hour {
    fn digest(&self) -> &Digest {
        self.digest.as_ref().expect("a sealed hour")
    }
}

impl Scene {
    fn of(trail: impl Fn(i64) -> Trail) -> Scene {
        let signer = Signer::default();
        let mut scene = Scene {
            keys: signer.list_public_keys(),
            signer,
            files: BTreeMap::new(),
            chain: hours(trail, 0..HOURS, 0),
        };
        scene.change(|_, _| {});
        for log in scene.chain.iter().flat_map(|hour| &hour.logs) {
            scene.files.insert(log.key.clone(), gzip(&log.content));
        }
        scene
    }

    /// Links and signs the chain anew, each digest changed before. A digest that becomes a text is that text.
    fn change(&mut self, change: impl FnMut(usize, &mut Value)) {
        let mut chain = std::mem::take(&mut self.chain);
        self.seal(&mut chain, None, change, None);
        self.chain = chain;
    }

    fn seal(
        &mut self,
        chain: &mut [Hour],
        before: Option<&Digest>,
        mut change: impl FnMut(usize, &mut Value),
        forged: Option<usize>,
    ) {
        let mut previous = before.cloned();
        for (at, hour) in chain.iter_mut().enumerate() {
            let times = (hour.start, hour.start + HOUR);
            let mut digest =
                (hour.trail).digest(&self.signer, times, &hour.logs, previous.as_ref());
            let sound: Value = serde_json::from_str(&digest.content).unwrap();
            let mut changed = sound.clone();
            change(at, &mut changed);
            if changed != sound {
                let content = (changed.as_str()).map_or(changed.to_string(), str::to_owned);
                if let Value::Object(members) = &changed {
                    let signature = members["previousDigestSignature"].as_str();
                    digest.previous = signature.unwrap_or("null").to_owned();
                    let end = members["digestEndTime"].as_str().unwrap();
                    digest.end = end
                        .parse::<chrono::DateTime<chrono::Utc>>()
                        .unwrap()
                        .timestamp();
                }
                digest = self.signer.signed_again(&digest, content);
            }
            if forged == Some(at) {
                digest.signature = other_digit(&digest.signature);
            }
            self.files.insert(digest.key.clone(), digest.file());
            previous = Some(digest.clone());
            hour.digest = Some(digest);
        }
    }

    /// Adds another chain, and gives its hours.
    fn add(&mut self, trail: &Trail, range: std::ops::Range<i64>, seed: u32) -> Vec<Hour> {
        self.add_after(trail, range, seed, None)
    }

    fn add_after(
        &mut self,
        trail: &Trail,
        range: std::ops::Range<i64>,
        seed: u32,
        before: Option<&Digest>,
    ) -> Vec<Hour> {
        let mut chain = hours(|_| trail.clone(), range, seed);
        self.seal(&mut chain, before, |_, _| {}, None);
        for log in chain.iter().flat_map(|hour| &hour.logs) {
            self.files.insert(log.key.clone(), gzip(&log.content));
        }
        chain
    }

    fn digest(&self, hour: usize) -> Digest {
        self.chain[hour].digest().clone()
    }

    fn log(&self, hour: usize) -> Log {
        self.chain[hour].logs[0].clone()
    }

    /// A folder with all of it in `logs`.
    fn written(&self) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for (key, bytes) in &self.files {
            let path = dir.path().join("logs").join(key);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        dir
    }

    fn put(&mut self, key: &str, bytes: Vec<u8>) {
        self.files.insert(key.to_owned(), bytes);
    }

    fn remove(&mut self, key: &str) -> Vec<u8> {
        self.files.remove(key).expect(key)
    }

    fn rename(&mut self, key: &str, other: &str) {
        assert_ne!(key, other);
        let bytes = self.remove(key);
        self.put(other, bytes);
    }

    fn remove_hours(&mut self, chain: &[Hour], with_logs: bool) {
        for hour in chain {
            self.remove(&hour.digest().key);
            for log in hour.logs.iter().filter(|_| with_logs) {
                self.remove(&log.key);
            }
        }
    }

    fn remove_own(&mut self, range: std::ops::Range<usize>, with_logs: bool) {
        let chain = std::mem::take(&mut self.chain);
        self.remove_hours(&chain[range], with_logs);
        self.chain = chain;
    }
}

fn other_digit(text: &str) -> String {
    let first = if text.starts_with('0') { "1" } else { "0" };
    first.to_owned() + &text[1..]
}

fn half_an_hour(value: &mut Value, later: bool) {
    let text = value.as_str().unwrap();
    let hour: i64 = text[11..13].parse().unwrap();
    let text = match later {
        true => text.replace(":00:00Z", ":30:00Z"),
        false => format!("{}{:02}:30:00Z", &text[..11], hour - 1),
    };
    *value = text.into();
}

/// What `verify` says, in words of the table.
fn verified(root: &Path, words: &[&str]) -> String {
    let said = stscope("verify --format json").args(words).arg(root).run();
    let code = said.status.code().unwrap_or(-1);
    if said.text().is_empty() {
        return format!("{code}");
    }
    let json = said.json();
    let of = |list: &str, name: &str| -> BTreeSet<String> {
        let all = json[list].as_array().unwrap().iter();
        all.map(|one| one[name].as_str().unwrap().to_owned())
            .collect()
    };
    let states = of("rows", "status");
    let worst = ["incomplete", "unknown", "complete", "proved"];
    let worst = worst.iter().find(|state| states.contains(**state)).unwrap();
    let kinds: Vec<String> = of("findings", "kind").into_iter().collect();
    match kinds.is_empty() {
        true => format!("{code} {worst}"),
        false => format!("{code} {worst}: {}", kinds.join(" ")),
    }
}

fn gate(root: &Path, words: &[&str]) -> i32 {
    let said = stscope("report --quiet --fail-on global --require");
    let said = said.args(words).arg(root).run();
    said.status.code().unwrap_or(-1)
}

#[track_caller]
fn are_as_expected(faults: &[Fault]) {
    let mut wrong = String::new();
    for (what, make, states, gates) in faults {
        let mut scene = Scene::of(|_| trail());
        make(&mut scene);
        let dir = scene.written();
        let root = dir.path().join("logs");
        let keys = dir.path().join("keys.json");
        fs::write(&keys, &scene.keys).unwrap();
        let keys = keys.to_str().unwrap();
        let said = [
            verified(&root, &[]),
            verified(&root, &["--hash", "--keys", keys]),
        ];
        let exits = [
            gate(&root, &["complete"]),
            gate(&root, &["proved", "--keys", keys]),
        ];
        if said != *states || exits != *gates {
            wrong += &format!("{what}: {said:?}, {exits:?}; expected {states:?}, {gates:?}\n");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn links_between_digests() {
    are_as_expected(&[
        ("nothing", |_| {}, [COMPLETE, PROVED], [0, 0]),
        (
            "an hour and its logs are gone",
            |s| s.remove_own(3..4, true),
            [HOLE; 2],
            [2, 2],
        ),
        (
            "most hours are gone",
            |s| {
                s.remove_own(1..4, false);
                s.remove_own(5..7, false);
            },
            [HOLE_UNNAMED; 2],
            [2, 2],
        ),
        (
            "logs of another Region go further, whose digests are not here",
            |s| {
                s.remove_own(4..8, true);
                let other = Trail::of(ACCOUNT, "eu-west-1");
                let hours = s.add(&other, 0..HOURS, 1);
                for hour in &hours {
                    s.remove(&hour.digest().key);
                }
            },
            [HOLE; 2],
            [2, 2],
        ),
        (
            "the chain begins anew after a gap",
            |s| {
                s.add(&trail(), 10..12, 1);
            },
            ["1 incomplete: restart"; 2],
            [2, 2],
        ),
        (
            "the key of the digest before is of another year",
            |s| {
                s.change(|at, json| {
                    if at == 4 {
                        let key = json["previousDigestS3Object"].as_str().unwrap();
                        json["previousDigestS3Object"] = key.replace("/2025/", "/2024/").into();
                    }
                });
            },
            [HOLE; 2],
            [2, 2],
        ),
        (
            "a digest names the one two hours before it",
            |s| {
                let key = s.digest(2).key;
                s.change(|at, json| {
                    if at == 4 {
                        json["previousDigestS3Object"] = key.as_str().into();
                    }
                });
            },
            [HOLE; 2],
            [2, 2],
        ),
        (
            "the hash of the digest before is null",
            |s| {
                s.change(|at, json| {
                    if at == 4 {
                        json["previousDigestHashValue"] = Value::Null;
                    }
                });
            },
            [WRONG_HASH; 2],
            [2, 2],
        ),
        (
            "a digest starts after the one before it ends",
            |s| {
                s.change(|at, json| {
                    if at == 4 {
                        half_an_hour(&mut json["digestStartTime"], true);
                    }
                });
            },
            [HOLE; 2],
            [2, 2],
        ),
        (
            "a digest starts before the one before it ends",
            |s| {
                s.change(|at, json| {
                    if at == 4 {
                        half_an_hour(&mut json["digestStartTime"], false);
                    }
                });
            },
            [HOLE; 2],
            [2, 2],
        ),
        (
            "a digest ends before it starts",
            |s| {
                s.change(|at, json| {
                    if at == 4 {
                        json["digestStartTime"] = "2025-11-03T09:00:00Z".into();
                    }
                });
            },
            ["1 incomplete: damaged-digest hole unnamed"; 2],
            [2, 2],
        ),
        (
            "a digest ends at another time than its name says",
            |s| {
                s.change(|at, json| {
                    if at == 4 {
                        half_an_hour(&mut json["digestEndTime"], true);
                    }
                });
            },
            [HOLE; 2],
            [2, 2],
        ),
        (
            "a digest of the year 2099 goes on",
            |s| {
                let last = s.digest(7);
                s.add_after(&trail(), 640_000..640_001, 1, Some(&last));
            },
            [HOLE; 2],
            [2, 2],
        ),
        (
            "a digest of the year 1 is the first",
            |s| {
                s.change(|at, json| {
                    if at == 0 {
                        json["digestStartTime"] = "0001-01-01T00:00:00Z".into();
                    }
                })
            },
            [COMPLETE, PROVED],
            [0, 0],
        ),
        (
            "a chain forks",
            |s| {
                let before = s.digest(3);
                let mut fork = hours(|_| trail(), 4..6, 1);
                for hour in &mut fork {
                    hour.start += HOUR / 2;
                }
                s.seal(&mut fork, Some(&before), |_, _| {}, None);
                for log in fork.iter().flat_map(|hour| &hour.logs) {
                    s.put(&log.key, gzip(&log.content));
                }
            },
            [HOLE; 2],
            [2, 2],
        ),
        (
            "one digest is alone, and nothing has its signature",
            |s| s.remove_own(1..8, true),
            [COMPLETE; 2],
            [0, 2],
        ),
    ]);
}

#[test]
fn whose_digests_they_are() {
    are_as_expected(&[
        (
            "one of two trails has a hole",
            |s| {
                let second = s.add(&named("second"), 0..HOURS, 1);
                s.remove(&second[3].digest().key);
            },
            [HOLE_UNNAMED; 2],
            [2, 2],
        ),
        (
            "two trails of one name in two home Regions",
            |s| {
                let home_region = "eu-west-1".to_owned();
                s.add(
                    &Trail {
                        home_region,
                        ..trail()
                    },
                    0..HOURS,
                    1,
                );
            },
            [COMPLETE, PROVED],
            [0, 0],
        ),
        (
            "a trail's name looks like the end of a key",
            |s| {
                s.add(&named("a_us-east-1_20251103T030000Z"), 0..HOURS, 1);
            },
            [COMPLETE, PROVED],
            [0, 0],
        ),
        (
            "a member of the organisation has no digests",
            |s| {
                s.add(&of_organisation(ACCOUNT), 0..HOURS, 1);
                let member = s.add(&of_organisation(MEMBER), 0..HOURS, 2);
                s.remove_hours(&member, false);
            },
            ["0 unknown"; 2],
            [2, 2],
        ),
        (
            "a member's digests end early",
            |s| {
                *s = Scene::of(|_| of_organisation(ACCOUNT));
                let member = s.add(&of_organisation(MEMBER), 0..HOURS, 2);
                s.remove_hours(&member[4..], true);
            },
            [HOLE; 2],
            [2, 2],
        ),
        (
            "the bucket before a move is lost",
            |s| {
                *s = Scene::of(moved);
                s.remove_own(0..4, true);
            },
            [COMPLETE, PROVED],
            [0, 0],
        ),
        (
            "the last digest before a move is gone",
            |s| {
                *s = Scene::of(moved);
                s.remove_own(3..4, false);
            },
            [HOLE_UNNAMED; 2],
            [2, 2],
        ),
        (
            "another Region has a hole",
            |s| {
                let other = s.add(&Trail::of(ACCOUNT, "eu-west-1"), 0..HOURS, 1);
                s.remove(&other[3].digest().key);
            },
            [HOLE_UNNAMED; 2],
            [0, 0],
        ),
        (
            "a digest is in the folder of another Region",
            |s| {
                let other = s.add(&Trail::of(ACCOUNT, "eu-west-1"), 0..HOURS, 1);
                let key = &other[3].digest().key;
                s.rename(key, &key.replace("Digest/eu-west-1", "Digest/us-east-1"));
            },
            [COMPLETE, PROVED],
            [0, 0],
        ),
        (
            "a digest of another Region is in place of one",
            |s| {
                let other = s.add(&Trail::of(ACCOUNT, "eu-west-1"), 0..HOURS, 1);
                s.put(&s.digest(3).key.clone(), other[3].digest().file());
            },
            [HOLE_UNNAMED; 2],
            [2, 2],
        ),
        (
            "a digest of the hour before is in place of one",
            |s| s.put(&s.digest(3).key.clone(), s.digest(2).file()),
            [HOLE_UNNAMED; 2],
            [2, 2],
        ),
        (
            "a digest's file has the name of another year",
            |s| {
                let key = s.digest(3).key;
                s.rename(&key, &key.replace("_2025", "_2027"));
            },
            [COMPLETE, PROVED],
            [0, 0],
        ),
    ]);
}

/// Digests name what they like, and whoever may put objects calls them what they like.
#[test]
fn names_in_findings_are_shown_with_nothing_in_them_that_a_terminal_obeys() {
    let mut scene = Scene::of(|_| trail());
    let evil = "\u{1b}[31m\n\u{202e}";
    scene.change(|at, json| match at {
        2 => {
            let named = &mut json["logFiles"][0]["s3Object"];
            *named = named.as_str().unwrap().replace("Log", evil).into();
        }
        5 => {
            let previous = &mut json["previousDigestS3Object"];
            *previous = (previous.as_str().unwrap().to_owned() + evil).into();
        }
        _ => {}
    });
    let dir = scene.written();
    for format in ["table", "markdown"] {
        let said = stscope("verify --format").arg(format);
        let said = said.arg(dir.path().join("logs")).run();
        assert_eq!(said.status.code(), Some(1));
        let text = said.text();
        let obeyed = text.lines().flat_map(str::chars).find(|c| c.is_control());
        assert_eq!(obeyed, None, "{text:?}");
        assert!(!text.contains('\u{202e}'), "{text:?}");
        for kind in ["missing", "hole"] {
            let findings = text.lines().filter(|line| line.contains(kind));
            let shown = findings.filter(|line| line.contains("\\u{1b}[31m\\n\\u{202e}"));
            assert_eq!(shown.count(), 1, "{kind}: {text}");
        }
    }
}

#[test]
fn logs_that_digests_name() {
    fn change_named(s: &mut Scene, change: impl Fn(&mut Value)) {
        s.change(|at, json| {
            if at == 4 {
                change(&mut json["logFiles"][0]);
            }
        });
    }
    fn name_too(s: &mut Scene, one: &Value) {
        s.change(|at, json| {
            if at == 4 {
                json["logFiles"].as_array_mut().unwrap().push(one.clone());
            }
        });
    }
    fn as_named(log: &Log) -> Value {
        json!({
            "s3Bucket": trail().bucket, "s3Object": log.key, "hashAlgorithm": "SHA-256",
            "hashValue": archive::digests::sha256(&log.content),
            "newestEventTime": "2025-11-03T02:00:00Z", "oldestEventTime": "2025-11-03T02:00:00Z",
        })
    }
    are_as_expected(&[
        (
            "hours without logs",
            |s| {
                let quiet: Vec<String> = (s.chain[2..5].iter())
                    .flat_map(|hour| &hour.logs)
                    .map(|log| log.key.clone())
                    .collect();
                quiet.iter().for_each(|key| drop(s.remove(key)));
                s.chain[2..5].iter_mut().for_each(|hour| hour.logs.clear());
                s.change(|_, _| {});
            },
            [COMPLETE, PROVED],
            [0, 0],
        ),
        (
            "no hour has a log, and a gate has nothing to judge",
            |s| {
                s.files.clear();
                s.chain.iter_mut().for_each(|hour| hour.logs.clear());
                s.change(|_, _| {});
            },
            [COMPLETE, PROVED],
            [2, 2],
        ),
        (
            "no log is here",
            |s| s.files.retain(|key, _| key.contains("CloudTrail-Digest")),
            [MISSING; 2],
            [2, 2],
        ),
        (
            "a log has another name",
            |s| s.rename(&s.log(3).key, &s.log(3).key.replace("_Log", "_Xog")),
            ["1 incomplete: missing unnamed"; 2],
            [2, 2],
        ),
        (
            "one letter of a log's name is small",
            |s| s.rename(&s.log(3).key, &s.log(3).key.replace("_Log", "_log")),
            ["1 incomplete: missing unnamed"; 2],
            [2, 2],
        ),
        (
            "a log's name is of another hour",
            |s| s.rename(&s.log(3).key, &s.log(3).key.replace("T0305Z", "T0605Z")),
            ["1 incomplete: missing unnamed"; 2],
            [2, 2],
        ),
        (
            "a log's name is of the next day, to which the digests do not go",
            |s| {
                s.rename(
                    &s.log(3).key,
                    &s.log(3).key.replace("_20251103T", "_20251104T"),
                )
            },
            ["1 incomplete: hole missing unnamed"; 2],
            [2, 2],
        ),
        (
            "a log is in the folder of the next day",
            |s| s.rename(&s.log(3).key, &s.log(3).key.replace("/11/03/", "/11/04/")),
            [COMPLETE, PROVED],
            [0, 0],
        ),
        (
            "two logs have each other's content",
            |s| {
                let (one, other) = (s.log(3), s.log(4));
                s.put(&one.key, gzip(&other.content));
                s.put(&other.key, gzip(&one.content));
            },
            [COMPLETE, DIFFERS],
            [0, 2],
        ),
        (
            "a log is a file of no bytes",
            |s| s.put(&s.log(3).key, Vec::new()),
            [COMPLETE, DIFFERS],
            [2, 2],
        ),
        (
            "a log is a gzip of nothing",
            |s| s.put(&s.log(3).key, gzip(b"")),
            [COMPLETE, DIFFERS],
            [0, 2],
        ),
        (
            "two digests name a log",
            |s| name_too(s, &as_named(&s.log(2))),
            [COMPLETE, PROVED],
            [0, 0],
        ),
        (
            "two digests name a log with two hashes",
            |s| {
                let mut other = as_named(&s.log(2));
                other["hashValue"] = "0".repeat(64).into();
                name_too(s, &other);
            },
            [COMPLETE, DIFFERS],
            [0, 2],
        ),
        (
            "a late log of an earlier hour is not here",
            |s| name_too(s, &as_named(&log_at(&trail(), START + 600, 900))),
            [MISSING; 2],
            [2, 2],
        ),
        (
            "a digest names a path that leads out of the archive",
            |s| {
                let mut passwd = as_named(&s.log(2));
                passwd["s3Object"] = "../../etc/passwd".into();
                name_too(s, &passwd);
            },
            [MISSING; 2],
            [2, 2],
        ),
        (
            "events are of a month before and of later hours",
            |s| {
                change_named(s, |log| {
                    log["oldestEventTime"] = "2025-10-03T02:00:00Z".into();
                    log["newestEventTime"] = "2025-11-03T23:00:00Z".into();
                });
            },
            [COMPLETE, PROVED],
            [0, 0],
        ),
        (
            "the hash of a log is null",
            |s| change_named(s, |log| log["hashValue"] = Value::Null),
            [COMPLETE; 2],
            [0, 2],
        ),
        (
            "the hash of a log is by another rule",
            |s| {
                change_named(s, |log| {
                    log["hashAlgorithm"] = "SHA-512".into();
                    log["hashValue"] = "ab".repeat(64).into();
                });
            },
            [COMPLETE; 2],
            [0, 2],
        ),
        (
            "the hash of a log is in capitals",
            |s| {
                change_named(s, |log| {
                    log["hashValue"] = log["hashValue"].as_str().unwrap().to_uppercase().into();
                });
            },
            [COMPLETE, PROVED],
            [0, 0],
        ),
    ]);
}

#[test]
fn files_of_digests() {
    are_as_expected(&[
        (
            "a digest is not compressed any more",
            |s| s.put(&s.digest(3).key, s.digest(3).content.into_bytes()),
            [COMPLETE, PROVED],
            [0, 0],
        ),
        (
            "a digest is compressed by bzip2",
            |s| {
                let level = bzip2::Compression::best();
                let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), level);
                encoder.write_all(s.digest(3).content.as_bytes()).unwrap();
                s.put(&s.digest(3).key, encoder.finish().unwrap());
            },
            [COMPLETE, PROVED],
            [0, 0],
        ),
        (
            "digests have plain slashes, and one is indented",
            |s| {
                s.change(|at, json| {
                    *json = match at {
                        4 => serde_json::to_string_pretty(json).unwrap() + "\n",
                        _ => json.to_string(),
                    }
                    .into();
                });
            },
            [COMPLETE, PROVED],
            [0, 0],
        ),
        (
            "a digest is a page of HTML",
            |s| s.put(&s.digest(3).key, gzip(b"<html>no</html>")),
            ["1 incomplete: damaged-digest hole unnamed"; 2],
            [2, 2],
        ),
        (
            "the newest digest is cut",
            |s| {
                let file = s.digest(7).file();
                s.put(&s.digest(7).key, file[..file.len() / 2].to_vec());
            },
            ["1 incomplete: damaged-digest unnamed"; 2],
            [2, 2],
        ),
        (
            "a digest has no list of logs",
            |s| {
                s.change(|at, json| {
                    if at == 4 {
                        json.as_object_mut().unwrap().remove("logFiles");
                    }
                });
            },
            ["1 incomplete: damaged-digest hole unnamed"; 2],
            [2, 2],
        ),
        (
            "a digest names its end twice",
            |s| {
                s.change(|at, json| {
                    if at == 4 {
                        let text = json.to_string();
                        let twice = r#","digestEndTime":"2025-11-04T00:00:00Z"}"#;
                        *json = (text[..text.len() - 1].to_owned() + twice).into();
                    }
                });
            },
            ["1 incomplete: damaged-digest hole unnamed"; 2],
            [2, 2],
        ),
        (
            "a copy of a digest has another content",
            |s| {
                let mut other: Value = serde_json::from_str(&s.digest(3).content).unwrap();
                other["logFiles"] = json!([]);
                let key = format!("copy/{}", s.digest(3).key);
                s.put(&key, gzip(other.to_string().as_bytes()));
            },
            ["1 incomplete: damaged-digest"; 2],
            [2, 2],
        ),
    ]);
}

#[test]
fn signatures_and_who_made_them() {
    /// What a forger calls a key.
    const OTHER: &str = "00000000000000000000000000000000";
    /// The key changes in the middle of the chain. It is the same one by another name.
    fn change_key(s: &mut Scene) {
        s.change(|at, json| {
            if at > 3 {
                json["digestPublicKeyFingerprint"] = OTHER.into();
            }
        });
    }
    are_as_expected(&[
        (
            "a log is struck out, and the chain is signed with a key that nobody knows",
            |s| {
                let log = s.chain[4].logs.remove(0);
                s.remove(&log.key);
                s.change(|at, json| {
                    if at == 4 {
                        json["digestPublicKeyFingerprint"] = OTHER.into();
                    }
                });
            },
            [COMPLETE; 2],
            [0, 2],
        ),
        (
            "a log is struck out, and the signature is of no use",
            |s| {
                let log = s.chain[4].logs.remove(0);
                s.remove(&log.key);
                let mut chain = std::mem::take(&mut s.chain);
                s.seal(&mut chain, None, |_, _| {}, Some(4));
            },
            [COMPLETE, WRONG_SIGNATURE],
            [0, 2],
        ),
        (
            "the signature of the digest before is another",
            |s| {
                s.change(|at, json| {
                    if at == 4 {
                        let signature = json["previousDigestSignature"].as_str().unwrap();
                        json["previousDigestSignature"] = other_digit(signature).into();
                    }
                });
            },
            [COMPLETE, WRONG_SIGNATURE],
            [0, 2],
        ),
        (
            "the signature of the digest before is null",
            |s| {
                s.change(|at, json| {
                    if at == 4 {
                        json["previousDigestSignature"] = Value::Null;
                    }
                });
            },
            [COMPLETE, WRONG_SIGNATURE],
            [0, 2],
        ),
        (
            "a digest names no key",
            |s| {
                s.change(|at, json| {
                    if at == 4 {
                        json["digestPublicKeyFingerprint"] = Value::Null;
                    }
                });
            },
            [COMPLETE; 2],
            [0, 2],
        ),
        (
            "a digest is signed by another rule",
            |s| {
                s.change(|at, json| {
                    if at == 4 {
                        json["digestSignatureAlgorithm"] = "none".into();
                    }
                });
            },
            [COMPLETE; 2],
            [0, 2],
        ),
        (
            "the key changes to one that is not known",
            change_key,
            [COMPLETE; 2],
            [0, 2],
        ),
        (
            "the key changes, and both are known",
            |s| {
                change_key(s);
                let mut keys: Value = serde_json::from_str(&s.keys).unwrap();
                let list = keys["PublicKeyList"].as_array_mut().unwrap();
                list.push(list[0].clone());
                list[1]["Fingerprint"] = OTHER.into();
                assert_eq!(list[0]["Fingerprint"], FINGERPRINT);
                s.keys = keys.to_string();
            },
            [COMPLETE, PROVED],
            [0, 0],
        ),
    ]);
}
