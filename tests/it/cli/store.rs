//! Stores: nightly runs, what is asked of them, and what may go wrong with them.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::harness::{DAMAGED, Run, SAMPLE, Said, limited, number, stscope};
use super::logs::{call, gzip, log, one_call, put};
use super::sums::{change, seen_long_ago};
use super::trend::Nightly;
use archive::bulk::{Archive, Options};

pub fn folder() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("sts.db");
    (folder, store)
}

pub fn ingest(store: &Path, path: impl AsRef<Path>) -> Said {
    let path = path.as_ref();
    stscope("ingest --store").arg(store).arg(path).run()
}

pub fn ask(words: &str, store: &Path) -> Run {
    stscope(words).arg("--store").arg(store)
}

/// What was asked for: all but the coverage.
pub fn answer(said: &Said) -> Value {
    let mut document: Value = serde_json::from_slice(&said.stdout).unwrap();
    document.as_object_mut().unwrap().remove("coverage");
    document
}

/// Its name may be one that logs have, too.
#[test]
fn a_store_among_the_logs_is_no_damaged_log() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "a.json", &one_call());
    for name in ["sts", "sts.json"] {
        let store = folder.path().join(name);
        for _ in 0..2 {
            ingest(&store, folder.path()).exits(0);
        }
        ask("report", &store).run().exits(0);
        let named = stscope("report").arg(&store).run();
        named.fails(&[
            "nothing was read",
            "1 not-a-log",
            "--store",
            "stscope merge",
        ]);
    }
}

#[test]
fn a_store_says_what_the_files_say() {
    let (_folder, store) = folder();
    ingest(&store, "sample-logs")
        .exits(3)
        .says(&["damaged (gzip)", "files new, 0 known"]);
    for words in [
        "report --format json",
        "report --format json --group-by day,sdk,error_code --sort group",
        "report --format json --endpoint global --where principal=*role* --top 3",
        "report --format json --account 111122223333 --region us-east-1",
        "report --format json --since 2025-11-03 --until 2025-11-04",
        "plan --format json",
        "plan --format json --since 2025-11-04 --min-calls 2",
        "regions --format json",
        "regions --format json --account 111122223333 --since 2025-11-04",
    ] {
        let kept = ask(words, &store).run().exits(3);
        let read = stscope(words).arg("sample-logs").run().exits(3);
        assert_eq!(answer(&kept), answer(&read), "{words}");
        let (kept, read) = (&kept.json()["coverage"], &read.json()["coverage"]);
        for name in [
            "records",
            "sts_records",
            "calls",
            "bytes",
            "key_accounts",
            "key_last_day",
        ] {
            if !words.contains("since") && !words.contains("account") {
                assert_eq!(kept[name], read[name], "{words}: {name}");
            }
        }
        assert_eq!(kept["beyond_window"], 0);
        assert_eq!(read.get("beyond_window"), None);
    }
    for format in ["csv", "table", "jsonl", "markdown"] {
        let words = format!("report --format {format}");
        let kept = ask(&words, &store).run().exits(3);
        let read = stscope(&words).arg("sample-logs").run().exits(3);
        assert_eq!(kept.text(), read.text());
    }
    ask("report --fail-on global -q", &store)
        .run()
        .exits(1)
        .says(&["--fail-on global"]);
}

#[test]
fn what_a_store_does_not_keep_is_an_error_that_says_so() {
    let (_folder, store) = folder();
    ingest(&store, SAMPLE).exits(0);
    for name in [
        "user_agent",
        "source_ip_address",
        "session_name",
        "in_scope_of",
        "hour",
    ] {
        let grouped = ask(&format!("report --group-by endpoint,{name}"), &store).run();
        grouped.fails(&["--group-by", name, "does not keep", "log files"]);
        for command in ["report", "plan"] {
            let filtered = ask(&format!("{command} --where {name}=*"), &store).run();
            filtered.fails(&["--where", name, "does not keep", "log files"]);
        }
    }
    for time in ["2025-11-03T10:00:00Z", "2025-11-03T00:00:01Z", "36h", "24h"] {
        let run = ask(&format!("report --since {time}"), &store).run();
        run.fails(&["--since", time, "day of a call", "7d"]);
    }
    for time in ["2025-11-03", "2025-11-03T00:00:00Z", "700d", "2w"] {
        ask(&format!("report --since {time} -q"), &store)
            .run()
            .exits(0);
    }
    ask("report --no-dedup", &store)
        .run()
        .fails(&["--no-dedup", "counts every call once"]);
    ask("report logs", &store)
        .run()
        .fails(&["--store", "cannot be used with"]);
    for words in ["events --store x logs", "events --store x"] {
        let said = stscope(words).run();
        said.fails(&["--store", "no calls one by one", "log files"]);
    }
}

#[test]
fn a_gate_is_not_judged_by_logs_of_another_time() {
    let (folder, store) = folder();
    let logs = folder.path().join("logs");
    let key = |region, day| format!("AWSLogs/111122223333/CloudTrail/{region}/2025/{day}/a.json");
    put(&logs, key("us-east-1", "11/03"), &one_call());
    let later = json!({ "eventTime": "2025-12-05T10:00:00Z", "awsRegion": "eu-west-1" });
    put(&logs, key("eu-west-1", "12/05"), &log(&[call(2, later)]));
    ingest(&store, &logs).exits(0);
    let gate = "report --fail-on global -q --since";
    ask(&format!("{gate} 2025-11-01"), &store).run().exits(1);
    ask(&format!("{gate} 2025-12-01"), &store)
        .run()
        .exits(2)
        .says(&["cannot be judged", "us-east-1"]);
    ask(&format!("{gate} 2026-01-01"), &store)
        .run()
        .fails(&["nothing was read"]);
}

#[test]
fn what_is_no_store_is_refused_and_left_as_it_is() {
    let (folder, store) = folder();
    let unread = |path: &Path| {
        (
            fs::read(path).unwrap(),
            fs::read_dir(folder.path()).unwrap().count(),
        )
    };
    ask("report", &store)
        .run()
        .fails(&["sts.db", "no such file", "ingest"]);
    fs::write(&store, "principal,calls\n").unwrap();
    let other = folder.path().join("other.db");
    let database = rusqlite::Connection::open(&other).unwrap();
    database
        .execute_batch("CREATE TABLE mine (x); PRAGMA user_version = 1")
        .unwrap();
    drop(database);
    for path in [&store, &other] {
        let before = unread(path);
        ingest(path, SAMPLE).fails(&["not a store of stscope", "name another file"]);
        ask("report", path).run().fails(&["not a store of stscope"]);
        assert!(before == unread(path), "{path:?} was touched");
    }
    let newer = folder.path().join("newer.db");
    ingest(&newer, SAMPLE).exits(0);
    fs::remove_file(folder.path().join("newer.db.lock")).unwrap();
    let database = rusqlite::Connection::open(&newer).unwrap();
    database.execute_batch("PRAGMA user_version = 99").unwrap();
    drop(database);
    let before = unread(&newer);
    ingest(&newer, SAMPLE).fails(&["newer stscope", "99"]);
    ask("report", &newer).run().fails(&["newer stscope", "99"]);
    assert!(before == unread(&newer));
    ingest(&folder.path().join("nowhere/sts.db"), SAMPLE)
        .fails(&["there is no folder", "nowhere; make it"]);
    fs::write(&store, "").unwrap();
    ingest(&store, SAMPLE).exits(0);
}

#[test]
fn nothing_new_is_done_and_opens_no_file() {
    let (folder, store) = folder();
    let logs = folder.path().join("logs");
    let file = put(&logs, "a.json", &log(&[call(1, json!({}))]));
    put(&logs, "passed-by.md", b"-");
    put(&logs, "aws-logs-write-test", b"-");
    ingest(&store, &logs)
        .exits(0)
        .says(&["1 file new, 0 known; 1 call read"]);
    // Another content under the same size and time: only who opens the file could tell.
    let modified = file.metadata().unwrap().modified().unwrap();
    let length = file.metadata().unwrap().len() as usize;
    fs::write(&file, vec![b'x'; length]).unwrap();
    File::options()
        .write(true)
        .open(&file)
        .unwrap()
        .set_modified(modified)
        .unwrap();
    ingest(&store, &logs)
        .exits(0)
        .says(&["0 files new, 1 known; 0 calls read"]);
    assert_eq!(calls_in(&store), 1);
    let empty = tempfile::tempdir().unwrap();
    ingest(&store, empty.path()).fails(&["nothing was read"]);
    stscope("ingest --store")
        .arg(&store)
        .run()
        .fails(&["no PATH given"]);
    stscope("ingest --store")
        .arg(&store)
        .arg("-")
        .run()
        .fails(&["names of files"]);
}

/// By a worker or a fetcher, in a walk or by its name, small or too large to wait in memory.
#[test]
fn what_was_read_is_not_read_again_whoever_has_read_it() {
    for words in ["", "--reads 8 --threads 1"] {
        let (folder, store) = folder();
        let logs = folder.path().join("logs");
        // Enough for some of them to be fetched.
        for n in 0..300 {
            put(&logs, format!("{n}.json"), &log(&[call(n, json!({}))]));
        }
        let mut large = log(&[call(300, json!({}))]);
        large.resize(9 << 20, b' ');
        put(&logs, "large.json", &large);
        // Skipped by its name, and known the next night all the same.
        let insight = "111122223333_CloudTrail-Insight_us-east-1_20251103T0810Z_A.json";
        put(&logs, insight, b"{}");
        let named = put(folder.path(), "named.json", &log(&[call(301, json!({}))]));
        for said in [
            "303 files new, 0 known; 302 calls read",
            "0 files new, 303 known; 0 calls read",
        ] {
            stscope(&format!("ingest {words} --store"))
                .arg(&store)
                .arg(&logs)
                .arg(&named)
                .run()
                .exits(0)
                .says(&[said]);
        }
    }
}

#[test]
fn a_file_that_changes_is_taken_again_and_a_copy_is_not() {
    let (folder, store) = folder();
    let logs = folder.path().join("logs");
    let key = "AWSLogs/111122223333/CloudTrail/us-east-1/2025/11/03/a.json.gz";
    let calls: Vec<_> = (0..40)
        .map(|n| {
            let mut call = call(
                n,
                json!({ "x": format!("{:x}", n.wrapping_mul(2_654_435_761)) }),
            );
            call.as_object_mut().unwrap().remove("eventID");
            call
        })
        .collect();
    let whole = gzip(&log(&calls));
    let path = put(&logs, key, &whole[..whole.len() / 2]);
    ingest(&store, &logs).exits(3).says(&["damaged (gzip)"]);
    ask("report", &store)
        .run()
        .exits(3)
        .says(&["damaged (gzip)"]);
    ingest(&store, &logs)
        .exits(0)
        .says(&["0 files new, 1 known"]);
    fs::write(&path, &whole).unwrap();
    ingest(&store, &logs)
        .exits(0)
        .says(&["0 files new, 0 known, 1 changed and read again"]);
    assert_eq!(calls_in(&store), 40);
    put(&folder.path().join("elsewhere"), key, &whole);
    ingest(&store, folder.path().join("elsewhere"))
        .exits(0)
        .says(&["0 files new, 0 known, 1 copy of others"]);
    File::options()
        .write(true)
        .open(&path)
        .unwrap()
        .set_modified(std::time::SystemTime::UNIX_EPOCH)
        .unwrap();
    ingest(&store, &logs)
        .exits(0)
        .says(&["0 files new, 1 known"]);
    assert_eq!(calls_in(&store), 40);
}

#[test]
fn one_ingest_at_a_time() {
    let (folder, store) = folder();
    ingest(&store, SAMPLE).exits(0);
    let lock = File::options()
        .write(true)
        .open(folder.path().join("sts.db.lock"))
        .unwrap();
    lock.lock().unwrap();
    ingest(&store, DAMAGED).fails(&["another ingest", "process", "since 20", "--wait"]);
    ask("report -q", &store).run().exits(0);
    let waiting = stscope("ingest --wait --store")
        .arg(&store)
        .arg(DAMAGED)
        .start();
    std::thread::sleep(Duration::from_millis(50));
    lock.unlock().unwrap();
    waiting.end().exits(3);
}

/// A small archive, as keys and files.
pub fn small_archive(files: usize, seed: u64) -> Vec<(String, Vec<u8>)> {
    let archive = Archive::new(Options {
        seed,
        files,
        records: 60,
        sts_share: 0.6,
        duplicates: 0.1,
        shared_pairs: 0.3,
        accounts: 4,
        principals: 12,
        days: 5,
        ..Options::default()
    });
    (0..files)
        .map(|file| {
            let mut text = Vec::new();
            archive.write_file(file, &mut text);
            (archive.key(file) + ".gz", gzip(&text))
        })
        .collect()
}

#[cfg(unix)]
#[test]
fn a_full_disk_is_an_error_and_what_was_committed_stands() {
    let (folder, store) = folder();
    let logs = folder.path().join("logs");
    for (key, file) in small_archive(40, 3) {
        put(&logs, key, &file);
    }
    // The shell counts in blocks of 512 or 1024 bytes. A store of this archive needs more than any.
    for blocks in [1, 8, 40, 90, 150] {
        limited(&format!("-f {blocks}"), "ingest -q --store")
            .arg(&store)
            .arg(&logs)
            .run()
            .fails(&["sts.db", "room on the disk"]);
        if fs::metadata(&store).unwrap().len() > 0 {
            let database = rusqlite::Connection::open(&store).unwrap();
            let sound: String = database
                .query_row("PRAGMA integrity_check", [], |row| row.get(0))
                .unwrap();
            assert_eq!(sound, "ok");
            drop(database);
            // What is there is what was written; where nothing is, that is said.
            let said = stscope("store check").arg(&store).run();
            match said.status.code() {
                Some(0) => {}
                _ => drop(said.fails(&[
                    "it is empty: an earlier ingest",
                    "run 'stscope ingest' again",
                ])),
            }
        }
    }
    ingest(&store, &logs).exits(0);
    let kept = ask("report --format json", &store).run().exits(0);
    let read = stscope("report --format json").arg(&logs).run().exits(0);
    assert_eq!(answer(&kept), answer(&read));
}

/// Kills so many ingests at random moments, over nights on which files come.
#[cfg(unix)]
fn kill(rounds: usize, seed: u64) {
    let mut random = archive::rng::SplitMix64::of(&[seed]);
    let (folder, store) = folder();
    let logs = folder.path().join("logs");
    let files = small_archive(96, seed);
    let mut coming = files.iter();
    // As long as a run takes, and no longer: most kills are to hit something.
    let mut usual = Duration::from_millis(40);
    let (mut killed, mut closed) = (0, false);
    for round in 0..rounds {
        // Files come on the first nights; then days close.
        for (key, file) in coming.by_ref().take(files.len().div_ceil(rounds * 3 / 4)) {
            put(&logs, key, file);
        }
        if round > rounds * 4 / 5 && store.exists() {
            ingest(&store, &logs);
            seen_long_ago(&store);
            closed = true;
        }
        let mut command = Command::new(env!("CARGO_BIN_EXE_stscope"));
        command
            .args(["ingest", "-q", "--store"])
            .arg(&store)
            .arg(&logs);
        let begun = Instant::now();
        let mut child = command.spawn().unwrap();
        let delay = usual.mul_f64(random.draw() as f64 / u64::MAX as f64);
        std::thread::sleep(delay);
        if child.try_wait().unwrap().is_none() {
            child.kill().unwrap();
            killed += 1;
        } else {
            usual = begun.elapsed().min(usual * 2).max(Duration::from_millis(5));
        }
        let status = child.wait().unwrap();
        assert!(
            status.success() || status.code().is_none(),
            "seed {seed}, round {round}: {status}"
        );
    }
    for (key, file) in coming {
        put(&logs, key, file);
    }
    assert!(
        killed > rounds / 4 && closed,
        "seed {seed}: {killed} of {rounds} were killed"
    );
    ingest(&store, &logs).exits(0);
    for words in [
        "report --format json",
        "report --format json --group-by day,principal,sdk",
        "plan --format json",
    ] {
        let kept = ask(words, &store).run().exits(0);
        let read = stscope(words).arg(&logs).run().exits(0);
        assert_eq!(answer(&kept), answer(&read), "seed {seed}, {words}");
    }
    stscope("store check").arg(&store).run().exits(0);
    let files_read =
        number(&ask("report --format json", &store).run().json()["coverage"]["files"]["read"]);
    assert_eq!(files_read, files.len() as u64);
}

/// What was committed is a part of the logs: no answer may look like one of all.
#[cfg(unix)]
#[test]
fn an_ingest_that_goes_on_or_was_killed_is_told_by_every_answer() {
    let (folder, store) = folder();
    let logs = folder.path().join("logs");
    for (key, file) in small_archive(96, 3) {
        put(&logs, key, &file);
    }
    // White space that takes longer to read than anybody waits here.
    let megabytes = gzip(&[b' '; 1 << 24]);
    let endless = folder.path().join("logs/endless.json.gz");
    fs::write(&endless, megabytes.repeat(3000)).unwrap();
    let mut ingesting = Command::new(env!("CARGO_BIN_EXE_stscope"))
        .args(["ingest", "-q", "--threads", "2", "--store"])
        .args([&store, &logs])
        .spawn()
        .unwrap();
    let begun = Instant::now();
    while stscope("report -q")
        .arg("--store")
        .arg(&store)
        .run()
        .status
        .code()
        != Some(3)
    {
        assert!(begun.elapsed() < Duration::from_secs(60));
        assert_eq!(ingesting.try_wait().unwrap(), None, "it has ended");
        std::thread::sleep(Duration::from_millis(50));
    }
    ingesting.kill().unwrap();
    ingesting.wait().unwrap();
    for words in [
        "report",
        "report --fail-on global=1000000",
        "plan",
        "regions",
        "overview",
        "trend",
    ] {
        ask(words, &store).run().exits(3).says(&[
            "/logs: damaged (open): the ingest of it that began at",
            "has not ended",
        ]);
    }
    let trend = ask("trend --format csv", &store).run().exits(3);
    assert!(!String::from_utf8_lossy(&trend.stdout).contains(",complete"));
    let info = || stscope("store info").arg(&store).run().exits(0);
    assert!(String::from_utf8_lossy(&info().stdout).contains("unfinished ingest of /"));
    // Another folder is no matter.
    let others = folder.path().join("others");
    put(&others, "a.json", &one_call());
    ingest(&store, &others).exits(0);
    ask("report", &store)
        .run()
        .exits(3)
        .says(&["/logs: damaged (open)"]);
    fs::remove_dir_all(&others).unwrap();
    fs::remove_file(&endless).unwrap();
    ingest(&store, &logs).exits(0);
    assert!(!String::from_utf8_lossy(&info().stdout).contains("unfinished"));
    let files_read = number(
        &ask("report --format json", &store).run().exits(0).json()["coverage"]["files"]["read"],
    );
    assert_eq!(files_read, 96 + 1);
}

#[cfg(unix)]
#[test]
fn two_hundred_runs_killed_at_any_moment_lose_nothing_and_count_nothing_twice() {
    kill(200, 1);
}

#[cfg(unix)]
#[test]
#[ignore = "takes minutes: a longer look at what a shorter test looks at, too"]
fn a_thousand_runs_killed_at_any_moment() {
    use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};
    (2_u64..12).into_par_iter().for_each(|seed| kill(100, seed));
}

/// How many calls a store holds.
pub fn calls_in(store: &Path) -> u64 {
    let said = ask("report --format json -q", store).run().exits(0);
    number(&said.json()["summary"]["calls"])
}

/// A damaged file whose folder gets another name is the same file, also once its days have closed.
#[test]
fn a_damaged_file_that_has_moved_is_counted_once_and_named_where_it_is() {
    let (folder, store) = folder();
    let key = "AWSLogs/111122223333/CloudTrail/us-east-1/2025/11/03/a.json.gz";
    let calls: Vec<_> = (0..40)
        .map(|n| call(n, json!({ "x": n.wrapping_mul(2_654_435_761) })))
        .collect();
    let whole = gzip(&log(&calls));
    let logs = folder.path().join("logs");
    put(&logs, key, &whole[..whole.len() / 2]);
    ingest(&store, &logs).exits(3);
    seen_long_ago(&store);
    ingest(&store, &logs).exits(0).says(&["1 day closed"]);
    let said = ask("report --format json", &store).run().exits(3);
    let before = said.json();
    let moved = folder.path().join("moved");
    let copied = folder.path().join("copied");
    fs::rename(&logs, &moved).unwrap();
    ingest(&store, &moved).exits(3);
    let said = ask("report --format json", &store).run().exits(3);
    let after = said.json();
    assert_eq!(after["summary"], before["summary"]);
    assert_eq!(after["coverage"]["files"], before["coverage"]["files"]);
    said.says(&["/moved/AWSLogs"]);
    // Mended, it gives what was missing, and nothing twice.
    put(&moved, key, &whole);
    ingest(&store, &moved).exits(0);
    assert_eq!(calls_in(&store), 40);
    put(&copied, key, &whole);
    ingest(&store, &copied)
        .exits(0)
        .says(&["0 files new, 0 known, 1 copy of others"]);
    assert_eq!(calls_in(&store), 40);
}

#[test]
fn a_store_tells_conditions_that_no_call_meets_as_the_files_do() {
    let (folder, store) = folder();
    let records = [
        call(1, json!({})),
        call(
            2,
            json!({ "eventTime": "2025-10-02T00:00:00Z", "eventName": "GetSessionToken" }),
        ),
    ];
    let logs = put(folder.path(), "logs/a.json", &log(&records));
    ingest(&store, &logs).exits(0);
    for (words, code) in [
        ("--where event_name=GetSessionToken", 0),
        ("--where event_name=GetSessionToken --since 2025-10-03", 2),
        ("--where event_name=AssumeRole --since 2025-10-03", 0),
        ("--where principal=nobody", 2),
        ("--where sdk=aws-sdk-swift", 0),
    ] {
        let words = format!("report --fail-on global=9 {words}");
        let kept = ask(&words, &store).run().exits(code);
        let read = stscope(&words).arg(&logs).run().exits(code);
        let notes = |said: &Said| said.stderr.matches("matched none of the calls").count();
        assert_eq!(notes(&kept), notes(&read), "{words}\n{kept}{read}");
    }
    ask("report --where sdk==boto3", &store)
        .run()
        .fails(&["'sdk=boto3'"]);
    let trend = ask("trend --principal nobody", &store).run().exits(0);
    trend.says(&["principal=nobody matched none of the calls read"]);
    let trend = ask("trend --principal *role/app", &store).run().exits(0);
    assert!(!trend.stderr.contains("matched none"), "{trend}");
}

#[test]
fn a_store_keeps_what_hosts_led_to_when_they_were_read() {
    let (folder, store) = folder();
    let proxy = json!({ "tlsDetails": { "clientProvidedHostHeader": "sts.corp.example" } });
    let logs = put(
        folder.path(),
        "logs/a.json",
        &log(&[call(1, proxy.clone())]),
    );
    let hosts = put(
        folder.path(),
        "hosts.txt",
        b"sts.corp.example regional eu-west-1\n",
    );
    let run = |logs: &Path| {
        let run = stscope("ingest --store")
            .arg(&store)
            .arg("--hosts")
            .arg(&hosts);
        run.arg(logs).run().exits(0)
    };
    run(&logs);
    let words = "report --format json --group-by endpoint,evidence,endpoint_region";
    let kept = ask(words, &store).run().exits(0);
    let read = stscope(words).arg("--hosts").arg(&hosts).arg(&logs).run();
    assert_eq!(answer(&kept), answer(&read.exits(0)));
    assert_eq!(kept.rows()[0]["evidence"], "host-map");
    assert_eq!(kept.rows()[0]["endpoint_region"], "eu-west-1");
    // What is read later is decided as it is said then.
    fs::write(&hosts, "*.example global\n").unwrap();
    run(&logs);
    put(folder.path(), "logs/b.json", &log(&[call(2, proxy)]));
    run(&folder.path().join("logs"));
    let endpoints = &ask("report --format json", &store).run().json()["summary"]["endpoints"];
    assert_eq!(
        (number(&endpoints["global"]), number(&endpoints["regional"])),
        (1, 1)
    );
    ask("report", &store)
        .arg("--hosts")
        .arg(&hosts)
        .run()
        .fails(&[
            "--hosts: a store keeps what was decided",
            "'stscope ingest'",
        ]);
}

/// As over files, of all that came in however many nights.
#[test]
fn a_gate_over_a_store_knows_a_line_that_may_be_mistyped() {
    let (folder, store) = folder();
    let deliver = |number: u32, host: &str| {
        let record = json!({ "tlsDetails": { "clientProvidedHostHeader": host } });
        put(
            folder.path(),
            format!("logs/{number}.json"),
            &log(&[call(number, record)]),
        );
    };
    let ingest_by = |lines: &str| {
        let run = stscope("ingest -q --store").arg(&store);
        let run = match lines {
            "" => run,
            lines => run
                .arg("--hosts")
                .arg(put(folder.path(), "hosts.txt", lines.as_bytes())),
        };
        run.arg(folder.path().join("logs")).run().exits(0);
    };
    let gate = || ask("report -q --fail-on global", &store).run();
    deliver(1, "sts.corp.example");
    ingest_by("# mine\nsts.crop.example global\n");
    gate().exits(2).says(&[
        "line 2 (sts.crop.example) of the list",
        "may be a typo",
        "--endpoint other",
    ]);
    // Without a list nothing is claimed.
    ingest_by("");
    gate().exits(0);
    // What has matched once has matched, on whatever night.
    deliver(2, "proxy.example");
    ingest_by("proxy.example regional eu-west-1\nsts.crop.example global\n");
    gate().exits(2).says(&["line 2 (sts.crop.example)"]);
    deliver(3, "sts.other.example");
    ingest_by("proxy.example regional eu-west-1\n");
    gate().exits(0);
    // What was read before the list named it is no zero of today's list, but of later days it is.
    let record = json!({
        "eventTime": "2025-11-04T10:00:00Z",
        "tlsDetails": { "clientProvidedHostHeader": "proxy.example" },
    });
    put(folder.path(), "logs/4.json", &log(&[call(4, record)]));
    ingest_by("proxy.example regional eu-west-1\nsts.other.example global\n");
    gate().exits(2).says(&[
        "calls through sts.other.example (1, the last on 2025-11-03) were read before the list",
    ]);
    let caller = json!({
        "sessionContext": { "sessionIssuer": { "arn": "arn:aws:iam::111122223333:role/other" } },
        "type": "AssumedRole",
    });
    let record = json!({ "userIdentity": caller, "tlsDetails": { "clientProvidedHostHeader": "proxy.example" } });
    deliver(5, "proxy.example");
    put(folder.path(), "logs/6.json", &log(&[call(6, record)]));
    ingest_by("proxy.example regional eu-west-1\nsts.other.example global\n");
    gate().exits(2);
    let allowed = put(folder.path(), "allowed.txt", b"*role/app\n");
    for (words, code) in [
        ("--fail-on global --since 2025-11-04", 0),
        ("--fail-on global --where principal=*role/other", 0),
        ("--fail-on global --where principal=*role/app", 2),
        ("--fail-on unknown", 0),
        ("--fail-on unknown,global", 2),
    ] {
        let words = format!("report -q {words}");
        ask(&words, &store).run().exits(code);
    }
    let gate_that_allows = ask("report -q --fail-on global", &store).arg("--allow");
    gate_that_allows.arg(&allowed).run().exits(0);
    // Nor what was read by a list that said otherwise.
    ingest_by("proxy.example global\nsts.other.example regional eu-west-1\n");
    gate().exits(2).says(&[
        "calls through proxy.example (4, the last on 2025-11-04) were read before the list",
    ]);
    // Where all hosts are on the list, a line is merely not called.
    ingest_by(
        "proxy.example regional eu-west-1\n*.corp.example regional eu-west-1\n*.other.example regional eu-west-1\nx.example global\n",
    );
    gate().exits(0);
}

/// A line is not mistyped for that CloudTrail itself says of each call through its host where it went.
#[test]
fn a_host_of_a_list_is_known_in_a_store_whatever_told_of_its_calls() {
    let (folder, store) = folder();
    let hosts = put(
        folder.path(),
        "hosts.txt",
        b"sts.proxy.example regional eu-west-1\n",
    );
    let told = json!({
        "tlsDetails": { "clientProvidedHostHeader": "sts.proxy.example" },
        "additionalEventData": { "RequestDetails": { "endpointType": "regional" } },
    });
    let unlisted = json!({ "tlsDetails": { "clientProvidedHostHeader": "fine.example" } });
    let logs = put(
        folder.path(),
        "logs/1.json",
        &log(&[call(1, told), call(2, unlisted)]),
    );
    let by_list = |words: &str| stscope(words).arg("--hosts").arg(&hosts);
    by_list("report -q --fail-on global")
        .arg(&logs)
        .run()
        .exits(0);
    by_list("ingest -q")
        .arg("--store")
        .arg(&store)
        .arg(&logs)
        .run()
        .exits(0);
    ask("report -q --fail-on global", &store).run().exits(0);
}

/// What is wrong with a disk or a system tonight is not wrong with a file.
#[cfg(unix)]
#[test]
fn what_could_not_be_read_is_tried_again_until_it_can() {
    let (folder, store) = folder();
    let logs = folder.path().join("logs");
    for (key, file) in small_archive(60, 9) {
        put(&logs, key, &file);
    }
    let read = stscope("report --format json").arg(&logs).run().exits(0);
    let mut faults = 0;
    for limit in [6, 7, 8, 9, 10, 11] {
        let ingest = limited(&format!("-n {limit}"), "ingest --threads 2 --store");
        let said = ingest.arg(&store).arg(&logs).run();
        faults += u64::from(said.stderr.contains("Too many open files"));
    }
    assert!(faults > 1, "no limit was felt");
    ingest(&store, &logs).exits(0);
    let kept = ask("report --format json", &store).run().exits(0);
    assert_eq!(answer(&kept), answer(&read));
    ingest(&store, &logs)
        .exits(0)
        .says(&["0 files new, 60 known"]);
    stscope("store check").arg(&store).run().exits(0);
}

/// What is known of a file does not go with it; what takes its place is known instead.
#[test]
fn damage_of_a_file_that_is_gone_ends_when_something_sound_is_in_its_place() {
    let (folder, store) = folder();
    let logs = folder.path().join("logs");
    let key = "AWSLogs/111122223333/CloudTrail/us-east-1/2025/11/03/a.json.gz";
    put(&logs, key, &gzip(&one_call()));
    let strays = ["x/junk.json", "x/cut.json.gz", "x/encoded.json"];
    put(&logs, strays[0], b"oops {");
    put(&logs, strays[1], &gzip(&one_call())[..20]);
    put(
        &logs,
        strays[2],
        br#"{"awslogs":{"data":"H4sIAAAAAAAAA6tWKkpNLUhN"}}"#,
    );
    ingest(&store, &logs).exits(3);
    fs::remove_dir_all(logs.join("x")).unwrap();
    ingest(&store, &logs).exits(0);
    ask("report --fail-on unknown", &store)
        .run()
        .exits(3)
        .says(&strays);
    for stray in strays {
        put(&logs, stray, b"{}");
    }
    ingest(&store, &logs).exits(0);
    ask("report", &store).run().exits(0);
    stscope("store check").arg(&store).run().exits(0);
}

/// What is in it is nowhere counted, and nobody knows of what days it is.
#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_listed_is_damage_in_the_store_until_it_can() {
    use std::os::unix::fs::PermissionsExt as _;
    let (folder, store) = folder();
    let logs = folder.path().join("logs");
    put(&logs, "a/a.json", &one_call());
    put(&logs, "b/b.json", &log(&[call(2, json!({}))]));
    let may = |mode| fs::set_permissions(logs.join("b"), fs::Permissions::from_mode(mode)).unwrap();
    may(0o000);
    // Root may list anything.
    if fs::read_dir(logs.join("b")).is_err() {
        for _ in 0..2 {
            ingest(&store, &logs).exits(3).says(&["/b: damaged (open)"]);
            ask("report -q --fail-on unknown", &store)
                .run()
                .exits(3)
                .says(&["/b: damaged (open)"]);
        }
    }
    may(0o755);
    ingest(&store, &logs).exits(0);
    assert_eq!(calls_in(&store), 2);
}

/// So with what is named or linked and is not there: nobody knows what is in it.
#[cfg(unix)]
#[test]
fn what_leads_nowhere_is_damage_in_the_store_until_it_leads_somewhere() {
    use std::os::unix::fs::symlink;
    let (folder, store) = folder();
    let logs = folder.path().join("logs");
    put(&logs, "a.json", &one_call());
    let (mount, other) = (
        folder.path().join("mount"),
        logs.join("AWSLogs/444455556666"),
    );
    fs::create_dir_all(logs.join("AWSLogs")).unwrap();
    symlink(&mount, &other).unwrap();
    let gates = |exit| {
        for gate in ["report --fail-on unknown", "trend --fail-on unknown"] {
            let said = ask(&format!("{gate} -q"), &store).run().exits(exit);
            assert_eq!(
                said.stderr.contains("/444455556666: damaged (open)"),
                exit == 3,
                "{said}"
            );
        }
    };
    for _ in 0..2 {
        ingest(&store, &logs).exits(3);
        gates(3);
    }
    let demand = "report -q --fail-on unknown --require complete";
    ask(demand, &store)
        .run()
        .exits(2)
        .says(&["not everything could be read"]);
    // What is mounted is read, and the damage is gone.
    put(
        &mount,
        "CloudTrail/eu-west-1/2025/11/03/b.json",
        &log(&[call(2, json!({}))]),
    );
    ingest(&store, &logs).exits(0);
    gates(0);
    assert_eq!(calls_in(&store), 2);
    // A file that is named, on a list, and comes another night.
    let late = logs.join("late.json");
    let list = folder.path().join("list.txt");
    let here = logs.join("a.json");
    fs::write(&list, format!("{}\n{}\n", here.display(), late.display())).unwrap();
    let ingest_list = || {
        stscope("ingest --files-from")
            .arg(&list)
            .arg("--store")
            .arg(&store)
            .run()
    };
    ingest_list().exits(3);
    ask("report -q --fail-on unknown", &store).run().exits(3);
    put(&logs, "late.json", &log(&[call(3, json!({}))]));
    ingest_list().exits(0);
    gates(0);
    assert_eq!(calls_in(&store), 3);
}

/// What was read of it stays when it goes; and a walk that finds anything in the place of what led nowhere has
/// looked at it.
#[cfg(unix)]
#[test]
fn what_goes_stays_as_it_was_read_and_what_comes_takes_the_damage_away() {
    use std::os::unix::fs::symlink;
    let (folder, store) = folder();
    let logs = folder.path().join("logs");
    put(&logs, "a.json", &one_call());
    let other = put(&logs, "b.json", &log(&[call(2, json!({}))]));
    let list = folder.path().join("list.txt");
    let ingest_list = |names: &str| {
        fs::write(&list, names).unwrap();
        let run = stscope("ingest -q --files-from").arg(&list);
        run.arg("--store").arg(&store).within(folder.path()).run()
    };
    let ends = |exit| {
        ask("report -q --fail-on unknown", &store).run().exits(exit);
    };
    ingest_list("logs/a.json\n./logs/b.json\n").exits(0);
    fs::remove_file(&other).unwrap();
    ingest_list("logs/a.json\nlogs/b.json\n").exits(3);
    assert_eq!(calls_in(&store), 2);
    ends(0);
    // By whatever name it was asked for.
    ingest_list("logs/a.json\nlogs//./c.json\n").exits(3);
    ends(3);
    put(&logs, "c.json", &log(&[call(3, json!({}))]));
    ingest_list("./logs/c.json\n").exits(0);
    ends(0);
    assert_eq!(calls_in(&store), 3);
    // A link to a file that is read by its own name, and one that a walk passes by once it leads somewhere.
    symlink("d.json", logs.join("newest.json")).unwrap();
    symlink("nowhere", logs.join("still.json")).unwrap();
    for _ in 0..2 {
        ingest(&store, &logs).exits(3);
        ends(3);
    }
    put(&logs, "d.json", &log(&[call(4, json!({}))]));
    let said = ingest(&store, &logs).exits(3);
    assert!(said.stderr.contains("/still.json: damaged"), "{said}");
    let said = ask("report -q", &store).run().exits(3);
    assert_eq!(said.stderr.matches("damaged (open)").count(), 1, "{said}");
    put(&logs, "nowhere", b"{}");
    ingest(&store, &logs).exits(0);
    ends(0);
    assert_eq!(calls_in(&store), 4);
    // A link on a list has the name of what it leads to.
    symlink("../e.json", logs.join("e.json")).unwrap();
    ingest_list("logs/a.json\nlogs/e.json\n").exits(3);
    ends(3);
    put(folder.path(), "e.json", &log(&[call(5, json!({}))]));
    ingest_list("logs/a.json\nlogs/e.json\n").exits(0);
    ends(0);
    assert_eq!(calls_in(&store), 5);
    // What a walk passes by is not read by it.
    ingest_list("logs/a.json\nlogs/.f.json\n").exits(3);
    put(&logs, ".f.json", &log(&[call(6, json!({}))]));
    ingest(&store, &logs).exits(0);
    ends(3);
    ingest_list("logs/.f.json\n").exits(0);
    ends(0);
    assert_eq!(calls_in(&store), 6);
}

/// Between the moment in which a file is found and that in which it is opened.
#[cfg(unix)]
#[test]
fn a_known_file_that_goes_while_an_ingest_waits_stays_as_it_was_read() {
    let (folder, store) = folder();
    let logs = folder.path().join("logs");
    let [one, other] = [(1, "a.json"), (2, "b.json")]
        .map(|(number, name)| put(&logs, name, &log(&[call(number, json!({}))])));
    let ingest = |words: &str| {
        let run = stscope(&format!("ingest -q {words} --store")).arg(&store);
        run.arg(&one).arg(&other)
    };
    ingest("").run().exits(0);
    let lock = fs::File::open(format!("{}.lock", store.display())).unwrap();
    lock.lock().unwrap();
    let waiting = ingest("--wait").start();
    std::thread::sleep(std::time::Duration::from_millis(1500));
    fs::remove_file(&other).unwrap();
    lock.unlock().unwrap();
    waiting.end().exits(3);
    assert_eq!(calls_in(&store), 2);
    ask("report -q --fail-on unknown", &store).run().exits(0);
}

/// Whatever a reader says of a file, a store says it every night, and reads the file no more.
#[test]
fn what_was_not_understood_and_what_is_anothers_stays_so_in_a_store() {
    let (folder, store) = folder();
    let logs = folder.path().join("logs");
    put(&logs, "a.json", &one_call());
    put(&logs, "b.json", &log(&[call(2, json!({}))]));
    ingest(&store, &logs).exits(0);
    change(
        &store,
        "UPDATE file SET outcome = 'damaged', stage = 'shape', detail = 'odd', not_understood = 3 \
         WHERE name = 'a.json'; \
         UPDATE file SET outcome = 'other-service' WHERE name = 'b.json'",
    );
    for _ in 0..2 {
        let said = ask("report --format json", &store).run().exits(3);
        let coverage = &said.json()["coverage"];
        assert_eq!(coverage["not_understood"], 3);
        assert_eq!(coverage["damaged"][0]["stage"], "shape");
        assert_eq!(coverage["files"]["skipped"]["other-service"], 1);
        said.says(&["a.json: damaged (shape): odd"]);
        ingest(&store, &logs)
            .exits(0)
            .says(&["0 files new, 2 known"]);
    }
}

#[test]
fn a_store_is_a_file_on_this_machine() {
    for words in [
        "ingest sample-logs",
        "report",
        "trend",
        "forget --before 7d",
        "store info",
        "store check",
    ] {
        let said = stscope(words)
            .arg("--store")
            .arg("s3://bucket/sts.db")
            .run();
        said.fails(&[
            "--store s3://bucket/sts.db: a store is a file on this machine",
            "sts.db",
        ]);
    }
}

/// A run that waits without a word looks dead.
#[test]
fn who_waits_for_a_store_says_so() {
    let (_folder, store) = folder();
    ingest(&store, SAMPLE).exits(0);
    for words in ["ingest sample-logs/AWSLogs", "report"] {
        let other = Connection::open(&store).unwrap();
        other.execute_batch("BEGIN EXCLUSIVE").unwrap();
        let running = stscope(words).arg("--store").arg(&store).start();
        std::thread::sleep(Duration::from_millis(1800));
        other.execute_batch("COMMIT").unwrap();
        let said = running.end().exits(0);
        said.says(&["sts.db: another process holds it; waiting"]);
    }
}

#[test]
fn a_store_is_no_log_of_itself() {
    let (folder, store) = folder();
    let one = put(folder.path(), "a.json", &log(&[call(1, json!({}))]));
    ingest(&store, one).exits(0);
    ingest(&store, &store).fails(&["--store", "sts.db", "one of the logs"]);
    // A walk passes it by, and nothing of it was kept.
    ingest(&store, folder.path()).exits(0);
    ask("report", &store).run().exits(0);
}

/// The last eight bytes of a gzip file tell its content only if that is one member and nothing follows.
#[test]
fn a_file_that_changes_before_the_same_end_is_read_again() {
    let last = gzip(b"[]");
    let zeros = vec![0; 64];
    for end in [last, zeros] {
        let nightly = Nightly::new();
        for name in ["alice", "bobby"] {
            let arn = format!("arn:aws:iam::111122223333:user/{name}");
            let call = call(
                1,
                json!({ "userIdentity": { "type": "IAMUser", "arn": arn } }),
            );
            // Of one size, whoever calls.
            let mut member = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
            member.write_all(&log(&[call])).unwrap();
            let file = [member.finish().unwrap(), end.clone()].concat();
            put(&nightly.logs(), "export.json.gz", &file);
            nightly.ingest();
            let said = nightly
                .ask("report -q --group-by principal --format csv")
                .run()
                .exits(0);
            let text = said.text();
            assert!(text.lines().count() == 2 && text.contains(name), "{text}");
        }
    }
}

/// Starts an ingest of these files and of one without end, and kills it once a store says that it is at it.
fn killed_ingest(store: &Path, files: &[PathBuf], endless: &Path) {
    // White space that takes longer to read than anybody waits here.
    let megabytes = gzip(&[b' '; 1 << 24]);
    fs::write(endless, megabytes.repeat(3000)).unwrap();
    let mut ingesting = Command::new(env!("CARGO_BIN_EXE_stscope"))
        .args(["ingest", "-q", "--store"])
        .arg(store)
        .args(files)
        .arg(endless)
        .spawn()
        .unwrap();
    let begun = Instant::now();
    let is_begun = || {
        let info = stscope("store info").arg(store).run();
        String::from_utf8_lossy(&info.stdout).contains("unfinished ingest")
    };
    while !is_begun() {
        assert!(begun.elapsed() < Duration::from_secs(60));
        assert_eq!(ingesting.try_wait().unwrap(), None, "it has ended");
        std::thread::sleep(Duration::from_millis(20));
    }
    ingesting.kill().unwrap();
    ingesting.wait().unwrap();
    fs::write(endless, b"{}").unwrap();
}

/// Some files of a folder are not others, and a walk does not come to what is hidden.
#[test]
fn an_ingest_of_something_else_does_not_end_one_that_was_killed() {
    let names = |letter: &str, count: usize| -> Vec<String> {
        (0..count).map(|at| format!("{letter}{at}.json")).collect()
    };
    for (name, some, others) in [
        ("many files", names("a", 120), names("b", 120)),
        ("a file", names("a", 1), names("b", 120)),
        (
            "a hidden file",
            vec![".new/a.json".to_owned()],
            vec![String::new()],
        ),
        (
            "a file that a walk passes by",
            vec!["a.csv".to_owned()],
            vec![String::new()],
        ),
    ] {
        let (folder, store) = folder();
        let logs = folder.path().join("logs");
        let all = [&some[..], &others].concat();
        for (at, path) in all.iter().filter(|path| !path.is_empty()).enumerate() {
            put(&logs, path, &log(&[call(at as u32, json!({}))]));
        }
        put(&logs, "z.json", &log(&[call(999, json!({}))]));
        let paths = |names: &[String]| -> Vec<PathBuf> {
            names.iter().map(|name| logs.join(name)).collect()
        };
        let endless = paths(&some)[0].with_extension("gz.csv");
        killed_ingest(&store, &paths(&some), &endless);
        let ended = |files: &[PathBuf]| stscope("ingest -q --store").arg(&store).args(files).run();
        ended(&paths(&others)).exits(0);
        let said = ask("report --fail-on global=100000", &store).run().exits(3);
        said.says(&["damaged (open): the ingest of it that began at"]);
        let again = [paths(&some), vec![endless.clone()]].concat();
        ended(&again).exits(0);
        ask("report", &store).run().exits(0);
        let read = ask("report --format json", &store).run().json();
        assert_eq!(read["coverage"]["files"]["damaged"], 0, "{name}");
    }
}

#[test]
fn an_ingest_that_could_not_begin_leaves_nothing_unfinished() {
    let (folder, store) = folder();
    let logs = folder.path().join("logs");
    put(&logs, "a.json", &one_call());
    ingest(&store, &logs).exits(0);
    put(&logs, "b.json", b"{\"Records\":[{");
    let strict = stscope("ingest -q --strict --store").arg(&store).arg(&logs);
    strict.run().exits(2);
    ask("report", &store).run().exits(0);
}

#[test]
fn a_damaged_file_that_is_gone_takes_no_other_with_it_however_many_copies_there_are() {
    let whole = gzip(&log(&[call(1, json!({})), call(2, json!({}))]));
    let key = "AWSLogs/111122223333/CloudTrail/us-east-1/2025/11/03/a.json.gz";
    for threads in ["1", "2"] {
        let (folder, store) = folder();
        let logs = folder.path().join("logs");
        put(&logs.join("damaged"), key, &whole[..whole.len() - 9]);
        ingest(&store, &logs).exits(3);
        fs::remove_dir_all(logs.join("damaged")).unwrap();
        for copy in ["a", "b", "c"] {
            put(&logs.join(copy), key, &whole);
        }
        let run = stscope("ingest -q --threads").arg(threads).arg("--store");
        run.arg(&store).arg(&logs).run().exits(0);
        let report = ask("report -q --format json", &store).run().exits(0);
        assert_eq!(report.json()["summary"]["calls"], 2, "{report}");
        ingest(&store, &logs)
            .exits(0)
            .says(&["0 files new, 3 known"]);
    }
}
