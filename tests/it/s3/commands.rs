//! The commands, as a user types them, on a server that misbehaves: what is in S3 gives what is on disk.

#![allow(
    clippy::unwrap_used,
    reason = "a helper of a test that cannot go on fails the test"
)]

use std::path::Path;
use std::time::Duration;

use archive::clock::START;
use archive::digests::{Digest, Trail};
use s3server::{Behaviour, Fault, Server, Stored};
use serde_json::{Value, json};

use crate::cli::harness::{DAMAGED, Run, SAMPLE, Said, stscope};
use crate::cli::logs::{call, files_below, gzip, log, one_call, regional_call};
use crate::cli::verify::Archive;

/// A command that asks this server, and nobody for credentials.
pub(super) fn ask(server: &Server, words: &str) -> Run {
    stscope(words)
        .args(["--endpoint-url", &server.endpoint(), "--no-sign-request"])
        .env("AWS_REGION", "eu-west-1")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_CONFIG_FILE", "/nonexistent")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
}

/// Puts a folder into a bucket under its own path.
fn upload(server: &Server, bucket: &str, folder: &str) {
    for file in files_below(folder.as_ref()) {
        let key = file.to_str().unwrap().to_owned();
        server.put(bucket, &key, std::fs::read(&file).unwrap());
    }
}

/// What is said of S3 alone is taken out of a JSON answer, and what is said of what a listing leaves out.
fn comparable(text: &str) -> Value {
    let mut answer: Value = serde_json::from_str(&text.replace("s3://trail/", "")).unwrap();
    let coverage = answer["coverage"].as_object_mut().unwrap();
    coverage.remove("requests");
    coverage.remove("not_listed");
    // Digests in S3 are not listed unless somebody asks for them.
    coverage.remove("digests");
    for kind in ["digest", "insight", "aggregated", "other-service"] {
        let skipped = coverage["files"]["skipped"][kind].take();
        let found = &mut coverage["files"]["found"];
        *found = (found.as_u64().unwrap() - skipped.as_u64().unwrap()).into();
    }
    answer
}

const QUESTIONS: [&str; 7] = [
    "report --format csv --group-by sdk,user_agent,hour",
    "report --format json --since 2025-11-04 --region us-east-1,eu-west-1",
    "report --format json --account 111122223333",
    "report --format json",
    "plan --format json",
    "regions --format json",
    "events --format json",
];

#[test]
fn what_is_in_s3_gives_what_is_on_disk_whatever_the_server_does() {
    let server = Server::start();
    for folder in [SAMPLE, DAMAGED] {
        upload(&server, "trail", folder);
    }
    for faults in [0, 300] {
        server.behave(Behaviour {
            faults,
            at_most: 2,
            page: 7,
            ..Behaviour::default()
        });
        for words in QUESTIONS {
            let options = format!("{words} --no-prune");
            let here = stscope(&options).args([SAMPLE, DAMAGED]).run().exits(3);
            let there = ask(&server, &options)
                .args(["s3://trail/sample-logs/"])
                .run()
                .exits(3);
            if words.contains("csv") {
                assert_eq!(there.text(), here.text());
            } else {
                let (here, there) = (comparable(here.text()), comparable(there.text()));
                assert_eq!(here, there, "{words} with {faults} faults in 1000");
            }
        }
    }
}

#[test]
fn a_list_is_of_use_for_what_it_was_made_for_and_for_less() {
    let server = Server::start();
    upload(&server, "trail", "sample-logs");
    for (made_for, read_for, is_of_use) in [
        ("", "", true),
        ("", "--since 2025-11-04 --account 111122223333", true),
        ("--require complete", "--require complete", true),
        ("--require complete", "", true),
        ("--account 111122223333", "--account 111122223333", true),
        (
            "--account 111122223333",
            "--account 111122223333,444455556666",
            false,
        ),
        (
            "--account 111122223333,444455556666",
            "--account 444455556666",
            true,
        ),
        ("--region us-east-1", "--region us-east-1,eu-west-1", false),
        ("--region us-east-1", "--region eu-west-1", false),
        ("--region us-east-1", "--region us-east-1", true),
        ("--since 2025-11-04", "--since 2025-11-03", false),
        ("--since 2025-11-04", "--since 2025-11-04T10:00:00Z", true),
        ("--since 2025-11-04", "--until 2025-11-05", false),
        ("--until 2025-10-30", "--until 2025-11-01", false),
        ("--until 2025-10-30", "--until 2025-10-29", true),
        ("--until 2025-10-30", "--since 2025-10-01", false),
    ] {
        let run = ask(&server, &format!("map report --list {made_for}"));
        let list = run.arg("s3://trail/sample-logs/").run().exits(0);
        let run = ask(&server, &format!("map report --manifest - -q {read_for}"));
        let said = run.input(list.text()).run();
        let code = if is_of_use { 0 } else { 2 };
        assert_eq!(
            said.status.code(),
            Some(code),
            "{made_for}, {read_for}: {said}"
        );
        assert!(is_of_use || said.stderr.contains("the list leaves out "));
    }
}

#[test]
fn what_was_listed_once_is_read_without_listing_it_again() {
    let server = Server::start();
    for folder in [SAMPLE, DAMAGED] {
        upload(&server, "trail", folder);
    }
    server.put("trail", "sample-logs/AWSLogs/", Vec::new());
    for words in ["report", "plan --since 2025-11-04 --account 111122223333"] {
        let prefix = "s3://trail/sample-logs/";
        let listed = ask(&server, &format!("map {words} --list"))
            .arg(prefix)
            .run()
            .exits(0);
        let keys: Vec<_> = listed.text().lines().collect();
        assert!(keys.len() > 20, "{listed}");
        let (even, odd): (Vec<_>, Vec<_>) =
            keys.iter().enumerate().partition(|(at, _)| at % 2 == 0);
        let mut frames = Vec::new();
        for half in [even, odd] {
            let lines: String = half.iter().map(|(_, line)| format!("{line}\n")).collect();
            let said = ask(&server, &format!("map {words} --manifest - --parts 2 -q"))
                .input(lines)
                .run()
                .exits(0);
            frames.extend_from_slice(said.stdout.as_slice());
        }
        let merged = stscope("merge - --format json")
            .input(frames)
            .run()
            .exits(3);
        let whole = ask(&server, &format!("{words} --format json"))
            .arg(prefix)
            .run()
            .exits(3);
        let [mut merged, mut whole] = [merged, whole].map(|said| said.json());
        let requests = merged["coverage"]["requests"].take();
        assert_eq!(requests["list"], 0, "{words}");
        assert!(requests["get"].as_u64() > Some(0));
        assert!(merged["coverage"]["not_listed"].is_object(), "{words}");
        whole["coverage"]["requests"].take();
        assert_eq!(merged, whole, "{words}");
    }
    let gone = ask(&server, "map report --manifest - -q")
        .input("10\t\ts3://trail/x/gone.json.gz\n10\t\ts3://trail/x/\n")
        .run()
        .exits(0);
    let said = stscope("merge -").input(gone.stdout.as_slice()).run();
    assert!(
        said.stderr
            .contains("s3://trail/x/gone.json.gz: damaged (open)"),
        "{said}"
    );
    // A key may end in a slash and have content. Only S3 knows what is archived.
    server.put("slash", "AWSLogs/folder/", one_call());
    server.put("slash", "AWSLogs/marker/", Vec::new());
    let archived = Stored {
        bytes: one_call().into(),
        class: "GLACIER".into(),
        ..Stored::default()
    };
    server.put_stored("slash", "AWSLogs/archived.json", archived);
    let prefix = "s3://slash/AWSLogs/";
    let list = ask(&server, "map report --list").arg(prefix).run().exits(0);
    let part = ask(&server, "map report --manifest - -q")
        .input(list.text())
        .run()
        .exits(0);
    let merged = stscope("merge - --format json")
        .input(part.stdout.as_slice())
        .run();
    let whole = ask(&server, "report --format json")
        .arg(prefix)
        .run()
        .exits(3);
    let [mut merged, mut whole] = [merged.exits(3), whole].map(|said| said.json());
    for answer in [&mut merged, &mut whole] {
        answer["coverage"]["requests"].take();
    }
    assert_eq!(merged, whole);
    assert_eq!(whole["summary"]["calls"], 1);
    // Whoever reads it would take the end of this key for one of Windows' line ends.
    server.put("odd", "logs/end.json\r", Vec::new());
    ask(&server, "map report --list s3://odd/logs/")
        .run()
        .fails(&["a name with a line end has no place in a manifest"]);
    // What is read because it was named would be passed by on a list.
    for key in [
        "logs/.old/a.json",
        "logs/notes.md",
        "AWSLogs/111122223333/Config/a.json",
    ] {
        server.put("named", key, one_call());
    }
    for prefix in [
        "logs/.old/",
        "logs/notes.md",
        "AWSLogs/111122223333/Config/",
    ] {
        let path = format!("s3://named/{prefix}");
        let there = ask(&server, "report --format json")
            .arg(&path)
            .run()
            .exits(0);
        assert_eq!(there.json()["summary"]["calls"], 1, "{prefix}");
        ask(&server, "map report --list").arg(&path).run().fails(&[
            "--list: s3://named/",
            "on a list it would be passed by",
            "map' of its own",
        ]);
        // Nor is it on the list of what it is in.
        ask(&server, "map report --list s3://named/")
            .arg(&path)
            .run()
            .fails(&["--list: s3://named/", "on a list it would be passed by"]);
    }
    // What is named twice is on it once.
    let lines = |paths: &str| {
        let list = ask(&server, "map report --list")
            .args(paths.split(' '))
            .run();
        let list = list.exits(0);
        let mut lines: Vec<String> = list.text().lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    let within = "s3://named/ s3://named/logs/ s3://named/AWSLogs";
    assert_eq!(lines(within), lines("s3://named/"));
    let here = lines("sample-logs");
    let both = lines("sample-logs s3://named/");
    assert_eq!(both.len(), here.len() + lines("s3://named/").len());
}

#[test]
fn what_is_asked_about_alone_is_listed_and_the_calls_are_the_same() {
    let server = Server::start();
    upload(&server, "trail", SAMPLE);
    for words in QUESTIONS {
        let here = stscope(words).arg(SAMPLE).run().exits(0);
        let there = ask(&server, words)
            .arg("s3://trail/sample-logs/AWSLogs/")
            .run()
            .exits(0);
        if words.contains("csv") {
            assert_eq!(there.text(), here.text());
            continue;
        }
        let [mut here, mut there] = [here, there].map(|said| said.json());
        let requests = there["coverage"]["requests"].take();
        assert!(requests["list"].as_u64() > Some(0) && requests["get"].as_u64() > Some(0));
        assert_eq!(requests["retried"], 0);
        for name in ["files", "digests"] {
            here["coverage"][name].take();
            there["coverage"][name].take();
        }
        there["coverage"]
            .as_object_mut()
            .unwrap()
            .remove("requests");
        there["coverage"]
            .as_object_mut()
            .unwrap()
            .remove("not_listed");
        assert_eq!(here, there, "{words}");
    }
}

#[test]
fn an_object_that_cannot_be_had_is_damaged_and_the_rest_counts() {
    let server = Server::start();
    server.put("trail", "logs/a.json.gz", gzip(&one_call()));
    server.put("trail", "logs/b.json.gz", gzip(&one_call()));
    server.put_stored(
        "trail",
        "logs/c.json.gz",
        Stored {
            bytes: gzip(&one_call()).into(),
            class: "DEEP_ARCHIVE".into(),
            restored: false,
            ..Stored::default()
        },
    );
    server.change(|behaviour| {
        behaviour.must_not_get = Some(("logs/b".into(), "AccessDenied".into()));
    });
    let said = ask(&server, "report --format json s3://trail/logs/")
        .run()
        .exits(3);
    let answer = said.json();
    let damaged = answer["coverage"]["damaged"].as_array().unwrap();
    let told: Vec<_> = (damaged.iter())
        .map(|file| {
            (
                file["path"].as_str().unwrap(),
                file["stage"].as_str().unwrap(),
            )
        })
        .collect();
    let expected = [
        ("s3://trail/logs/b.json.gz", "open"),
        ("s3://trail/logs/c.json.gz", "open"),
    ];
    assert_eq!(told, expected, "{said}");
    assert!(
        damaged[0]["detail"]
            .as_str()
            .unwrap()
            .contains("s3:GetObject"),
        "{said}"
    );
    assert!(
        damaged[1]["detail"]
            .as_str()
            .unwrap()
            .contains("DEEP_ARCHIVE"),
        "{said}"
    );
    assert_eq!(answer["summary"]["calls"], 1);
    assert!(
        !server
            .asked()
            .iter()
            .any(|asked| asked.key.ends_with("c.json.gz"))
    );
}

#[test]
fn what_nobody_can_read_is_one_sentence_with_what_to_do() {
    let server = Server::start();
    server.put("trail", "logs/a.json.gz", gzip(&one_call()));
    let no_bucket = ask(&server, "report s3://elsewhere/logs/").run();
    no_bucket.fails(&["s3://elsewhere", "bucket"]);
    ask(&server, "report s3://trail/nothing/")
        .run()
        .fails(&["s3://trail/nothing/: there is no object of that name"]);
    ask(&server, "report s3a://trail/logs/")
        .run()
        .fails(&["s3a://trail/logs/", "write s3://"]);
    server.change(|behaviour| behaviour.may_list = vec!["other/".into()]);
    ask(&server, "report s3://trail/logs/")
        .run()
        .fails(&["s3:ListBucket"]);
    let none = stscope("report s3://trail/logs/")
        .args(["--endpoint-url", &server.endpoint()])
        .env("AWS_REGION", "eu-west-1")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_CONFIG_FILE", "/nonexistent")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
        .run();
    none.fails(&["credentials"]);
    stscope("report --store x.db --profile p")
        .run()
        .fails(&["--profile"]);
    stscope("report --dry-run")
        .arg(SAMPLE)
        .run()
        .fails(&["--dry-run", "s3://"]);
    for reads in ["0", "-1", "many", "2000"] {
        let said = stscope("report --reads").args([reads, SAMPLE]).run();
        said.fails(&["--reads", reads]);
    }
}

#[test]
fn a_dry_run_lists_and_reads_nothing() {
    let server = Server::start();
    upload(&server, "trail", SAMPLE);
    for words in [
        "report",
        "plan",
        "regions",
        "events",
        "ingest --store sts.db",
    ] {
        let folder = tempfile::tempdir().unwrap();
        server.asked();
        let said = ask(&server, &format!("{words} --dry-run s3://trail/"))
            .within(folder.path())
            .run()
            .exits(0);
        for word in ["accounts", "Regions", "objects", "requests", "USD"] {
            assert!(said.text().contains(word), "{said}");
        }
        let is_list = |asked: &s3server::Asked| asked.key.is_empty();
        assert!(server.asked().iter().all(is_list), "{said}");
        assert!(!folder.path().join("sts.db").exists(), "{said}");
    }
}

#[test]
fn a_dry_run_tells_what_a_run_would_read() {
    let server = Server::start();
    upload(&server, "trail", SAMPLE);
    // Neither of them is read.
    server.put("trail", "AWSLogs/notes.md", one_call());
    server.put("trail", "AWSLogs/.old/a.json", one_call());
    let objects = |said: &Said, name: &str| {
        let text = said.text();
        let line = text.lines().find(|line| line.starts_with(name));
        line.map(|line| line[12..].split(' ').next().unwrap().parse().unwrap())
    };
    let read = || {
        let asked = server.asked();
        let gets = asked.iter().filter(|asked| !asked.key.is_empty());
        gets.map(|asked| asked.key.clone())
            .collect::<std::collections::BTreeSet<_>>()
            .len() as u64
    };
    let folder = tempfile::tempdir().unwrap();
    let run = |words: &str| {
        server.asked();
        ask(&server, words).within(folder.path()).run().exits(0)
    };
    let said = run("report --dry-run s3://trail/");
    run("report s3://trail/ -o report.csv");
    assert_eq!(objects(&said, "objects"), Some(read()), "{said}");
    let ingest = "ingest --store sts.db s3://trail/";
    let said = run(&format!("{ingest} --dry-run"));
    run(ingest);
    let all = read();
    assert_eq!(objects(&said, "objects"), Some(all), "{said}");
    assert_eq!(objects(&said, "known"), None, "{said}");
    server.put("trail", "AWSLogs/new.json", one_call());
    // Without --full the days of 2025 are not listed any more.
    let said = run(&format!("{ingest} --full --dry-run"));
    assert_eq!(objects(&said, "objects"), Some(1), "{said}");
    assert_eq!(objects(&said, "known"), Some(all), "{said}");
}

#[test]
fn keys_and_lists_of_keys_are_paths_too() {
    let server = Server::start();
    server.put("trail", "logs//odd .json", log(&[regional_call(77)]));
    server.put("trail", "logs/notes.md", one_call());
    server.put("trail", "logs/.hidden/a.json", one_call());
    let calls = |words: &str| {
        let said = ask(&server, words).run().exits(0).json();
        (
            said["summary"]["calls"].as_u64().unwrap(),
            said["coverage"]["files"]["skipped"]["not-a-log"]
                .as_u64()
                .unwrap(),
        )
    };
    assert_eq!(calls("report --format json s3://trail"), (1, 2));
    assert_eq!(
        calls("report --format json s3://trail/logs/notes.md"),
        (1, 0)
    );
    assert_eq!(
        calls("report --format json s3://trail/logs/ s3://trail/logs/notes.md"),
        (2, 1),
        "each is found once"
    );
    let list = ask(&server, "report --format json --files-from -")
        .input("s3://trail/logs/notes.md\ns3://trail/logs//odd .json\n")
        .run()
        .exits(0);
    assert_eq!(list.json()["summary"]["calls"], 2);
    assert_eq!(list.json()["coverage"]["files"]["found"], 2);
}

/// Each is a request or two, for which S3 takes its time.
#[test]
fn what_is_on_a_list_is_not_asked_for_one_after_the_other() {
    let server = Server::start();
    let mut list = String::new();
    for number in 0..60 {
        let key = format!("logs/{number:02}.json");
        server.put("trail", &key, log(&[regional_call(number)]));
        list += &format!("s3://trail/{key}\n");
    }
    // What begins like others, and what is not there.
    list += "s3://trail/logs/1\ns3://trail/logs/none\n";
    server.change(|behaviour| behaviour.delay = Duration::from_millis(50));
    let said = ask(&server, "report --format json --dry-run --files-from -");
    said.input(&*list).run().exits(3);
    // One request at a time for each of those that are begun.
    let at_once = server.most_at_once();
    assert!((4..=17).contains(&at_once), "{at_once}");
    let said = ask(&server, "report --format json --files-from -");
    let said = said.input(&*list).run().exits(3).json();
    assert_eq!(said["summary"]["calls"], 60);
    assert_eq!(said["coverage"]["files"]["found"], 61, "one is not there");
}

/// Whoever names what a walk passes by wants it read, also beside the folder that it is in. On this machine
/// and in S3 alike, and each file once.
#[test]
fn what_a_walk_passes_by_is_read_where_it_is_named_beside_it() {
    let server = Server::start();
    let archive = tempfile::tempdir().unwrap();
    let account = "AWSLogs/111122223333";
    let trail = format!("{account}/CloudTrail/us-east-1/2025/11/03");
    let log_name = "111122223333_CloudTrail_us-east-1_20251103T1000Z_AbCdEfGhIjKlMnOp.json.gz";
    let files = [
        format!("{trail}/{log_name}"),
        format!("{account}/Config/us-east-1/2025/11/3/a.json"),
        format!("{account}/Config/us-east-1/2025/11/3/notes.md"),
        format!("{account}/.old/b.json"),
        format!("{account}/.old/.older/c.json"),
        format!("{account}/notes.md"),
        format!("{account}/notes.md.d/d.json"),
        "AWSLogs-old/e.json".to_owned(),
    ];
    for (number, file) in (0..).zip(&files) {
        let one = log(&[regional_call(number)]);
        let path = archive.path().join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let one = if file.ends_with(".gz") {
            gzip(&one)
        } else {
            one
        };
        std::fs::write(path, &one).unwrap();
        server.put("trail", file, one);
    }
    let at = |path: &str| path.replace('@', account);
    for (named, calls) in [
        ("AWSLogs", 2),
        ("AWSLogs AWSLogs-old", 3),
        ("AWSLogs @/Config", 4),
        ("@/Config AWSLogs", 4),
        ("AWSLogs @/Config/ @/Config/us-east-1", 4),
        ("AWSLogs @/Config/us-east-1/2025/11/3/notes.md", 3),
        ("@/Config @/Config/us-east-1/2025/11/3/notes.md", 2),
        ("AWSLogs @/.old", 3),
        ("AWSLogs/ @/.old/ @/.old/b.json", 3),
        ("AWSLogs @/.old/b.json", 3),
        ("AWSLogs @/.old/.older @/.old", 4),
        ("@/.old @/.old/.older/c.json", 2),
        ("AWSLogs @/notes.md", 3),
        ("AWSLogs @/notes.md.d @/notes.md", 3),
        ("@ @/notes.md @/.old @/Config @/.old/.older", 7),
        ("@/Config", 2),
    ] {
        let names = || named.split(' ').map(at);
        let here = stscope("report --format json")
            .args(names().map(|name| archive.path().join(name)))
            .run();
        let there = ask(&server, "report --format json")
            .args(names().map(|name| format!("s3://trail/{name}")))
            .run();
        for said in [here, there] {
            let answer = said.exits(0).json();
            assert_eq!(answer["summary"]["calls"], calls, "{named}");
            // Read once: nothing is a second delivery.
            assert_eq!(answer["coverage"]["files"]["read"], calls, "{named}");
        }
    }
    // A log that somebody has put where none is looked for, and one whose name says nothing.
    for kind in [
        "CloudTrail-Insight",
        "CloudTrail-Aggregated",
        "CloudTrail-Digest",
    ] {
        let server = Server::start();
        let archive = tempfile::tempdir().unwrap();
        let folder = format!("{account}/{kind}/us-east-1/2025/11/03");
        let lost = format!("{folder}/x.json.gz");
        for (number, key) in (0..).zip([&files[0], &lost]) {
            let one = gzip(&log(&[regional_call(number)]));
            let path = archive.path().join(key);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, &one).unwrap();
            server.put("trail", key, one);
        }
        let calls_of = |store: &Path, run: [&[String]; 2]| {
            for paths in run {
                let ingest = ask(&server, "ingest").arg("--store").arg(store).args(paths);
                ingest.within(archive.path()).run().exits(0);
            }
            let store = ["--store".as_ref(), store.as_os_str()];
            stscope("store check").args(store).run().exits(0);
            let said = stscope("report --format json").args(store).run().exits(0);
            said.json()["summary"]["calls"].clone()
        };
        for outer in ["AWSLogs/", account, &format!("{account}/{kind}"), &folder] {
            let is_around = [outer, &lost].map(|path| path.to_owned());
            let in_s3 = is_around.clone().map(|path| format!("s3://trail/{path}"));
            for paths in [is_around, in_s3] {
                let is_inner = outer.contains(kind);
                let calls = if is_inner { 1 } else { 2 };
                let report = ask(&server, "report --format json").args(&paths);
                let answer = report.within(archive.path()).run().exits(0).json();
                assert_eq!(answer["summary"]["calls"], calls, "{paths:?}");
                assert_eq!(answer["coverage"]["files"]["found"], calls, "{paths:?}");
                // A list does not say what was named.
                let list = ask(&server, "map report --list").args(&paths);
                let list = list.within(archive.path()).run().exits(2);
                list.says(&["x.json.gz", "on a list it would be passed by"]);
                // Also where a walk has passed it by on an earlier night, or comes to it on a later one.
                let store = |name: &str| archive.path().join(name);
                let [walk, named] = [&paths[..1], &paths[1..]];
                let orders: &[[&[String]; 2]] = match is_inner {
                    true => &[[&paths, walk], [named, walk]],
                    false => &[[&paths, walk], [named, walk], [walk, named], [walk, &paths]],
                };
                for (number, order) in orders.iter().enumerate() {
                    let store = store(&format!("{number}.db"));
                    assert_eq!(calls_of(&store, *order), calls, "{order:?}");
                    std::fs::remove_file(store).unwrap();
                }
            }
        }
    }
    // A log that somebody has put where none is looked for.
    for kind in [
        "Config",
        "CloudTrail-Insight",
        "CloudTrail-Aggregated",
        "CloudTrail-Digest",
    ] {
        let server = Server::start();
        let archive = tempfile::tempdir().unwrap();
        let lost =
            format!("{account}/{kind}/us-east-1/2025/11/03/{log_name}").replace("1000Z", "1100Z");
        for (number, key) in (0..).zip([&files[0], &lost]) {
            let one = gzip(&log(&[regional_call(number)]));
            let path = archive.path().join(key);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, &one).unwrap();
            server.put("trail", key, one);
        }
        let folder = lost.rsplit_once('/').unwrap().0;
        for named in [lost.as_str(), folder, &format!("{account}/{kind}")] {
            for outer in ["AWSLogs", account, "AWSLogs/1111", "AWSLogs/111122223333/C"] {
                let paths = [outer, named].map(|path| format!("s3://trail/{path}"));
                let said = ask(&server, "report --format json").args(&paths).run();
                let answer = said.exits(0).json();
                assert_eq!(answer["summary"]["calls"], 2, "{paths:?}");
                assert_eq!(answer["coverage"]["files"]["read"], 2, "{paths:?}");
                let list = ask(&server, "map report --list")
                    .args(&paths)
                    .run()
                    .exits(0);
                let list = list.text();
                let listed = |key: &str| list.lines().filter(|line| line.ends_with(key)).count();
                assert_eq!(
                    [listed(&files[0]), listed(&lost)],
                    [1, 1],
                    "{paths:?} {list}"
                );
                let ingest = ask(&server, "ingest --store sts.db").args(&paths);
                let ingest = ingest.within(archive.path()).run().exits(0);
                assert!(ingest.stderr.contains("2 calls read"), "{paths:?} {ingest}");
                std::fs::remove_file(archive.path().join("sts.db")).unwrap();
            }
        }
    }
    // The beginning of names is one in S3 alone.
    for (named, calls) in [
        (
            "s3://trail/AWSLogs/1 s3://trail/AWSLogs/111122223333/.old/",
            3,
        ),
        (
            "s3://trail/AWSLogs/1111 s3://trail/AWSLogs/111122223333/notes.md.",
            2,
        ),
        (
            "s3://trail/A s3://trail/AWSLogs s3://trail/AWSLogs/111122223333/notes",
            3,
        ),
    ] {
        let there = ask(&server, "report --format json")
            .args(named.split(' '))
            .run();
        let answer = there.exits(0).json();
        assert_eq!(answer["summary"]["calls"], calls, "{named}");
        assert_eq!(answer["coverage"]["files"]["read"], calls, "{named}");
    }
}

fn store_says(store: &Path, words: &str) -> Value {
    stscope(words)
        .arg("--store")
        .arg(store)
        .run()
        .exits(0)
        .json()
}

#[test]
fn a_store_reads_each_object_once_wherever_it_is() {
    let server = Server::start();
    upload(&server, "trail", SAMPLE);
    let folder = tempfile::tempdir().unwrap();
    let (store, other) = (folder.path().join("a.db"), folder.path().join("b.db"));
    let ingest = |store: &Path, path: &str| {
        let said = ask(&server, "ingest --wait")
            .arg(path)
            .arg("--store")
            .arg(store)
            .run();
        said.exits(0).stderr
    };
    ingest(&store, "s3://trail/");
    server.asked();
    let again = ingest(&store, "s3://trail/");
    assert!(again.contains("0 files new"), "{again}");
    let reads = server
        .asked()
        .iter()
        .filter(|asked| !asked.key.is_empty())
        .count();
    assert_eq!(reads, 0);
    // The same files on this machine.
    let here = ingest(&store, SAMPLE);
    assert!(here.contains("copies of others"), "{here}");
    ingest(&other, SAMPLE);
    let words = "report --format json";
    let [mut there, mut here] = [&store, &other].map(|store| store_says(store, words));
    there["coverage"].take();
    here["coverage"].take();
    assert_eq!(there, here);
}

#[test]
fn a_night_lists_a_window_and_the_first_one_everything() {
    let server = Server::start();
    let key = |day: &str, name: &str| {
        format!(
            "AWSLogs/111122223333/CloudTrail/us-east-1/{day}/111122223333_CloudTrail_us-east-1_{name}.json.gz"
        )
    };
    let today = chrono::Utc::now().date_naive();
    let ago = |days| {
        (today - chrono::Days::new(days))
            .format("%Y/%m/%d")
            .to_string()
    };
    let file = |number| gzip(&log(&[regional_call(number)]));
    server.put("trail", &key(&ago(400), "a"), file(1));
    server.put("trail", &key(&ago(3), "b"), file(2));
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("sts.db");
    let ingest = |options: &str| {
        let words = format!("ingest {options} s3://trail/");
        ask(&server, &words)
            .arg("--store")
            .arg(&store)
            .run()
            .exits(0)
            .stderr
    };
    // A run that was cut short has not listed everything.
    server.change(|behaviour| behaviour.may_list = vec!["nowhere/".into()]);
    ask(&server, "ingest s3://trail/")
        .arg("--store")
        .arg(&store)
        .run()
        .exits(2);
    server.change(|behaviour| behaviour.may_list.clear());
    assert!(ingest("").contains("2 files new"));
    server.put("trail", &key(&ago(30), "c"), file(3));
    server.put("trail", &key(&ago(60), "d"), file(4));
    assert!(
        ingest("").contains("1 file new"),
        "a late one is in the window"
    );
    assert!(ingest("").contains("0 files new"));
    assert!(ingest("--full").contains("1 file new"));
}

#[test]
fn an_object_that_could_not_be_read_is_asked_for_again_however_old_it_is() {
    let server = Server::start();
    let key = |day: &str| {
        format!(
            "p/AWSLogs/111122223333/CloudTrail/us-east-1/{day}/111122223333_CloudTrail_us-east-1_a.json.gz"
        )
    };
    let (bad, good) = (key("2025/01/02"), key("2025/01/03"));
    server.put("trail", &bad, gzip(&log(&[regional_call(1)])));
    server.put("trail", &good, gzip(&log(&[regional_call(2)])));
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("sts.db");
    let ingest = || {
        ask(&server, "ingest s3://trail/p")
            .arg("--store")
            .arg(&store)
            .run()
    };
    server.change(|behaviour| behaviour.must_not_get = Some((bad.clone(), "AccessDenied".into())));
    // It is named each night until it can be had.
    for _ in 0..2 {
        let said = ingest().exits(3);
        assert!(said.stderr.contains("2025/01/02"), "{}", said.stderr);
    }
    stscope("report -q --store").arg(&store).run().exits(3);
    server.change(|behaviour| behaviour.must_not_get = None);
    // What is gone is no news of this night, and damage in the store as before.
    server.remove("trail", &bad);
    let said = ingest().exits(0);
    assert!(said.stderr.contains("0 files new"), "{}", said.stderr);
    stscope("report -q --store").arg(&store).run().exits(3);
    server.put("trail", &bad, gzip(&log(&[regional_call(1)])));
    let said = ingest().exits(0);
    assert!(
        said.stderr.contains("1 changed and read again"),
        "{}",
        said.stderr
    );
    let said = stscope("report --format json --store").arg(&store).run();
    assert_eq!(said.exits(0).json()["summary"]["calls"], 2);
    server.asked();
    ingest().exits(0);
    let asked = server.asked();
    assert!(
        !asked.iter().any(|asked| asked.key == bad),
        "once it is read"
    );
}

#[test]
fn a_night_on_which_the_window_is_empty_has_nothing_new() {
    let server = Server::start();
    let key = "AWSLogs/111122223333/CloudTrail/us-east-1/2025/01/02/111122223333_CloudTrail_us-east-1_a.json.gz";
    server.put("trail", key, gzip(&one_call()));
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("sts.db");
    for new in ["1 file new", "0 files new"] {
        let ingest = ask(&server, "ingest s3://trail/");
        let said = ingest.arg("--store").arg(&store).run().exits(0);
        assert!(said.stderr.contains(new), "{}", said.stderr);
    }
    // A day without logs is nothing to answer from, and the reason is said.
    ask(&server, "report s3://trail/ --since 2026-11-01")
        .run()
        .fails(&["nothing was read", "widen --since", "was not listed"]);
}

/// `STSCOPE_KILLS=100` for longer.
#[test]
fn ingests_that_are_killed_and_disturbed_lose_and_double_nothing() {
    let kills: u64 = std::env::var("STSCOPE_KILLS").map_or(6, |kills| kills.parse().unwrap());
    let server = Server::start();
    upload(&server, "trail", SAMPLE);
    let folder = tempfile::tempdir().unwrap();
    let sound = folder.path().join("sound.db");
    ask(&server, "ingest s3://trail/")
        .arg("--store")
        .arg(&sound)
        .run()
        .exits(0);
    let whole = store_says(&sound, "report --format json");
    server.behave(Behaviour {
        faults: 150,
        kinds: vec![Fault::SlowDown, Fault::Internal, Fault::Reset, Fault::Short],
        at_most: 2,
        page: 5,
        ..Behaviour::default()
    });
    let store = folder.path().join("killed.db");
    for kill in 0..kills {
        let run = ask(&server, "ingest --wait s3://trail/")
            .arg("--store")
            .arg(&store)
            .start();
        std::thread::sleep(std::time::Duration::from_millis(20 + 37 * kill % 400));
        run.signal("KILL");
        run.end();
    }
    ask(&server, "ingest --wait s3://trail/")
        .arg("--store")
        .arg(&store)
        .run()
        .exits(0);
    let after = store_says(&store, "report --format json");
    for part in ["summary", "groups"] {
        assert_eq!(after[part], whole[part]);
    }
    for part in ["files", "records", "sts_records", "duplicates"] {
        assert_eq!(after["coverage"][part], whole["coverage"][part], "{part}");
    }
}

/// A night lists only days that may have something new: not all that a run was to list which has not come to its end.
#[test]
fn the_night_after_a_run_that_was_killed_lists_as_far_back_as_that_one() {
    let server = Server::start();
    let at = |account: &str| format!("AWSLogs/{account}/CloudTrail/us-east-1/2025/08/01/a.json.gz");
    let (accounts, night) = (
        ["111122223333", "222233334444"],
        "ingest --store sts.db s3://trail/",
    );
    server.put("trail", &at(accounts[0]), gzip(&log(&[regional_call(1)])));
    let old = at(accounts[1]);
    let list = format!("ingest --store sts.db s3://trail/{old}");
    let account = format!("ingest --store sts.db s3://trail/AWSLogs/{}/", accounts[1]);
    for killed in [&format!("{night} --full"), &list, &account] {
        let folder = tempfile::tempdir().unwrap();
        server.remove("trail", &old);
        let run = |words: &str| ask(&server, words).within(folder.path()).run();
        run(night).exits(0);
        server.put("trail", &old, gzip(&log(&[call(2, json!({}))])));
        server.change(|behaviour| behaviour.delay = Duration::from_secs(5));
        let begun = ask(&server, killed).within(folder.path()).start();
        let ask_store = |words: &str| stscope(words).within(folder.path()).run();
        let is_noted = || ask_store("store info sts.db").text().contains("unfinished");
        while !is_noted() {
            std::thread::sleep(Duration::from_millis(20));
        }
        begun.signal("KILL");
        begun.end();
        server.change(|behaviour| behaviour.delay = Duration::ZERO);
        let gate = "report --store sts.db --fail-on global";
        ask_store(gate).exits(3);
        run(night).exits(0);
        ask_store(gate).exits(1);
        assert!(!is_noted(), "{killed}");
        // And no night after that.
        server.asked();
        run(night).exits(0);
        let asked = server.asked();
        let is_narrowed = (asked.iter()).any(|one| one.query.contains_key("start-after"));
        assert!(is_narrowed, "{asked:?}");
    }
}

/// Of two URLs alike but for a slash, one leads to more than the other.
#[test]
fn a_night_that_reads_something_else_is_no_end_of_a_run_that_was_killed() {
    let server = Server::start();
    let global = gzip(&log(&[call(1, json!({}))]));
    let regional = json!({ "clientProvidedHostHeader": "sts.us-east-1.amazonaws.com" });
    let regional = gzip(&log(&[call(2, json!({ "tlsDetails": regional }))]));
    server.put("trail", "an/object", global.clone());
    server.put("trail", "an/object/in/a.json.gz", regional);
    server.put("trail", "begins-2026/a.json.gz", global);
    let nothing = "--files-from list";
    for (killed, night, exit) in [
        ("s3://trail/an/object", "s3://trail/an/object/", 0),
        ("s3://trail/begins", nothing, 3),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let list = "s3://trail/begins/\ns3://trail/an/object/\n";
        std::fs::write(folder.path().join("list"), list).unwrap();
        let run = |paths: &str| {
            let words = format!("ingest --store sts.db {paths}");
            ask(&server, &words).within(folder.path())
        };
        server.change(|behaviour| behaviour.delay = Duration::from_secs(5));
        let begun = run(killed).start();
        let ask_store = |words: &str| stscope(words).within(folder.path()).run();
        let is_noted = || {
            let info = ask_store("store info sts.db");
            info.text().contains("unfinished")
        };
        while !is_noted() {
            std::thread::sleep(Duration::from_millis(20));
        }
        begun.signal("KILL");
        begun.end();
        server.change(|behaviour| behaviour.delay = Duration::ZERO);
        run(night).run().exits(exit);
        ask_store("report --store sts.db --fail-on global").exits(3);
        run(killed).run().exits(0);
        ask_store("report --store sts.db --fail-on global").exits(1);
        assert!(!is_noted(), "{killed}");
    }
}

/// Of a prefix that was listed before, the last days alone are listed, and not what is named in it for the first time.
#[test]
fn what_is_named_in_a_prefix_is_read_on_its_first_night_however_old_it_is() {
    let server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    let key = |day: &str| format!("p/AWSLogs/111122223333/CloudTrail/us-east-1/{day}/a.json.gz");
    let night = |paths: &[&str]| {
        server.asked();
        let run = ask(&server, "ingest --store sts.db").args(paths);
        let said = run.within(folder.path()).run().exits(0).stderr;
        let asked = server.asked();
        let gets = asked.iter().filter(|one| one.key.ends_with(".gz"));
        (said, gets.count())
    };
    let (first, old, older) = (key("2025/08/01"), key("2025/01/02"), key("2025/01/01"));
    server.put("trail", &first, gzip(&log(&[regional_call(1)])));
    assert_eq!(night(&["s3://trail/p/"]).1, 1);
    server.put("trail", &old, gzip(&log(&[regional_call(2)])));
    server.put("trail", &older, gzip(&log(&[regional_call(3)])));
    let object = format!("s3://trail/{old}");
    // Asked for once, also where it could not be read.
    let denied = (old.clone(), "AccessDenied".to_owned());
    server.change(|behaviour| behaviour.must_not_get = Some(denied));
    for _ in 0..2 {
        server.asked();
        let run = ask(&server, "ingest --store sts.db").args(["s3://trail/p/", &object]);
        run.within(folder.path())
            .run()
            .exits(3)
            .says(&["1 file new, 0 known"]);
        let asked = server.asked();
        let gets = asked.iter().filter(|one| one.key == old).count();
        assert_eq!(gets, 1, "{asked:?}");
    }
    server.change(|behaviour| behaviour.must_not_get = None);
    for (paths, new) in [
        (["s3://trail/p/", object.as_str()], 1),
        (["s3://trail/p/", object.as_str()], 0),
        (["s3://trail/p/", "s3://trail/p/AWSLogs/"], 1),
        (["s3://trail/p/", "s3://trail/p/AWSLogs/"], 0),
    ] {
        let (said, gets) = night(&paths);
        assert_eq!(gets, new, "{paths:?} {said}");
        assert!(said.contains(&format!("{new} call")), "{said}");
    }
}

/// No walk comes to it: whoever has named it is the only one who would.
#[test]
fn what_was_named_and_could_not_be_read_is_asked_for_again_where_a_walk_passes_it_by() {
    let server = Server::start();
    let key = |kind: &str| format!("p/AWSLogs/111122223333/{kind}/us-east-1/2025/08/01/x.json.gz");
    let (passed_by, plain) = (key("CloudTrail-Insight"), key("CloudTrail"));
    server.put("trail", &passed_by, gzip(&log(&[call(1, json!({}))])));
    server.put("trail", &plain, gzip(&log(&[regional_call(2)])));
    for night in ["s3://trail/p/", "s3://trail/p/ --full"] {
        let folder = tempfile::tempdir().unwrap();
        let run = |paths: &str| {
            let run = ask(&server, &format!("ingest --store sts.db {paths}"));
            run.within(folder.path()).run()
        };
        let gate = || {
            let run = stscope("report --store sts.db --fail-on global");
            run.within(folder.path()).run()
        };
        let denied = (passed_by.clone(), "AccessDenied".to_owned());
        server.change(|behaviour| behaviour.must_not_get = Some(denied));
        run(&format!("s3://trail/p/ s3://trail/{passed_by}")).exits(3);
        run(night).exits(3).says(&["CloudTrail-Insight"]);
        gate().exits(3);
        server.change(|behaviour| behaviour.must_not_get = None);
        run(night).exits(0).says(&["1 changed and read again"]);
        gate().exits(1);
        run(night).exits(0).says(&["0 files new"]);
        gate().exits(1);
    }
}

/// The beginning of keys leads to all of them, and a folder to what is in it.
#[test]
fn what_could_not_be_read_is_asked_for_again_by_who_was_to_read_it() {
    let server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    let key = |prefix: &str| {
        format!("{prefix}/AWSLogs/111122223333/CloudTrail/us-east-1/2025/08/01/a.json.gz")
    };
    let bad = key("prod-old");
    server.put("trail", &bad, gzip(&log(&[regional_call(1)])));
    server.put("trail", &key("prod"), gzip(&log(&[regional_call(2)])));
    server.change(|behaviour| behaviour.must_not_get = Some((bad.clone(), "AccessDenied".into())));
    let night = |path: &str| {
        server.asked();
        let run = ask(&server, "ingest --store sts.db").arg(format!("s3://trail/{path}"));
        run.within(folder.path()).run();
        server.asked().iter().any(|asked| asked.key == bad)
    };
    for (path, asks) in [("prod-o", true), ("prod", false), ("pro", true)] {
        for _ in 0..2 {
            assert_eq!(night(path), asks, "{path}");
        }
    }
}

#[test]
fn an_object_that_goes_while_a_night_reads_takes_no_call_with_it() {
    let server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    let night = || {
        let run = ask(&server, "ingest --store sts.db s3://trail/");
        run.within(folder.path()).run()
    };
    let gate = || {
        let run = stscope("report --store sts.db --fail-on global");
        run.within(folder.path()).run()
    };
    let name = "AWSLogs/111122223333/CloudTrail/us-east-1/2025/11/03/a.json.gz";
    server.put("trail", name, gzip(&log(&[call(1, json!({}))])));
    night().exits(0);
    gate().exits(1);
    // Written once more, and deleted before it is read.
    server.put(
        "trail",
        name,
        gzip(&log(&[call(1, json!({})), regional_call(2)])),
    );
    server.change(|behaviour| behaviour.gone = Some(name.to_owned()));
    for _ in 0..2 {
        let said = ask(&server, "ingest --full --store sts.db s3://trail/");
        said.within(folder.path())
            .run()
            .exits(2)
            .says(&["deleted since it was listed"]);
        gate().exits(1);
    }
    server.remove("trail", name);
    server.put(
        "trail",
        &name.replace("a.json", "b.json"),
        gzip(&log(&[regional_call(3)])),
    );
    night().exits(0);
    gate().exits(1);
}

#[test]
fn a_store_reads_digests_in_s3_whichever_night_they_come() {
    let server = Server::start();
    let archive = Archive::new();
    let put = |digest: &Digest| {
        let stored = Stored {
            bytes: digest.file().into(),
            signature: digest.signature.clone(),
            ..Stored::default()
        };
        server.put_stored("trail", &digest.key, stored);
    };
    archive.chain[..7].iter().for_each(put);
    for log in archive.logs.iter().flatten() {
        server.put("trail", &log.key, gzip(&log.content));
    }
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("sts.db");
    let night = || {
        ask(&server, "ingest --full --hash")
            .arg("--keys")
            .arg(archive.keys())
            .arg("--store")
            .arg(&store)
            .arg("s3://trail/AWSLogs/")
            .run()
            .exits(0);
        let info = stscope("store info --format json")
            .arg(&store)
            .run()
            .exits(0);
        info.json()["chains"][0].clone()
    };
    let first = night();
    assert_eq!(
        (&first["status"], &first["unnamed"]),
        (&"proved".into(), &2.into())
    );
    archive.chain[7..].iter().for_each(put);
    let second = night();
    assert_eq!(
        (&second["status"], &second["unnamed"]),
        (&"proved".into(), &0.into())
    );
    assert_eq!(second["digests"], 8);
    let said = ask(&server, "verify --hash --format json")
        .arg("--keys")
        .arg(archive.keys())
        .arg("s3://trail/AWSLogs/")
        .run();
    assert_eq!(said.rows()[0], second);
}

/// One request that failed in the first large run must not be missing for good.
#[test]
fn an_old_digest_or_a_log_beside_the_days_that_could_not_be_read_is_asked_for_again() {
    let server = Server::start();
    let archive = Archive::new();
    for digest in &archive.chain {
        server.put("trail", &digest.key, digest.file());
    }
    let day = "AWSLogs/111122223333/CloudTrail/us-east-1/2025/11/02";
    let beside = format!("{day}/by-hand/a.json.gz");
    server.put("trail", &beside, gzip(&log(&[regional_call(1)])));
    let good = format!("{day}/b.json.gz");
    server.put("trail", &good, gzip(&log(&[regional_call(2)])));
    for bad in [&archive.chain[3].key, &beside] {
        let folder = tempfile::tempdir().unwrap();
        let ingest = || {
            let run = ask(&server, "ingest s3://trail/").arg("--store");
            run.arg(folder.path().join("sts.db")).run()
        };
        let fault = (bad.clone(), "AccessDenied".into());
        server.change(|behaviour| behaviour.must_not_get = Some(fault));
        for _ in 0..2 {
            let said = ingest().exits(3);
            assert!(said.stderr.contains(bad.as_str()), "{}", said.stderr);
        }
        server.change(|behaviour| behaviour.must_not_get = None);
        ingest().exits(0);
        let report = stscope("report --format json --store");
        let report = report.arg(folder.path().join("sts.db")).run().exits(0);
        let report = report.json();
        assert_eq!(report["summary"]["calls"], 2, "{bad}");
        assert_eq!(report["coverage"]["digests"]["hole_hours"], 0, "{bad}");
        server.asked();
        ingest().exits(0);
        assert!(
            server.asked().iter().all(|asked| asked.key != *bad),
            "{bad}"
        );
    }
}

#[test]
fn digests_in_s3_are_listed_where_they_are_asked_for_and_signed_to_the_newest() {
    let server = Server::start();
    let archive = Archive::new();
    for digest in &archive.chain {
        let stored = Stored {
            bytes: digest.file().into(),
            signature: digest.signature.clone(),
            ..Stored::default()
        };
        server.put_stored("trail", &digest.key, stored);
    }
    for log in archive.logs.iter().flatten() {
        server.put("trail", &log.key, gzip(&log.content));
    }
    let ask = |words: &str| {
        let run = ask(&server, words).arg("--keys").arg(archive.keys());
        run.arg("s3://trail/AWSLogs/").run()
    };
    let said = ask("verify --hash --format json").exits(0);
    assert_eq!(said.rows()[0]["status"], "proved");
    let coverage = &said.json()["coverage"];
    assert_eq!(coverage["requests"]["get"], 24);
    // Names alone: the logs are not asked for.
    let said = ask("verify --format json").exits(0);
    assert_eq!(said.json()["coverage"]["requests"]["get"], 8);
    assert_eq!(said.rows()[0]["signatures"], "verified");
    // One digest alone has its own signature.
    let one = Trail::of("444455556666", "us-east-1");
    let digest = one.chain(&archive.signer, START, &[Vec::new()]).remove(0);
    let wrong = Stored {
        bytes: digest.file().into(),
        signature: archive.chain[0].signature.clone(),
        ..Stored::default()
    };
    server.put_stored("trail", &digest.key, wrong);
    let said = ask("verify --format json --account 444455556666").exits(1);
    assert_eq!(said.rows()[0]["signatures"], "wrong");
    // A run that nobody asked for them says that it has not read them.
    let said = self::ask(&server, "report --account 111122223333");
    let said = said.arg("s3://trail/AWSLogs/").run().exits(0);
    let said = said.says(&["1 folder of digests in S3 not read", "--require complete"]);
    let text = said.text();
    assert!(
        text.contains("there are digests in S3, which were not read"),
        "{text}"
    );
    // A gate asks for those of us-east-1.
    let gate = "report --format json --fail-on unknown --account 111122223333 --require proved";
    let said = ask(gate).exits(0);
    assert_eq!(said.json()["coverage"]["digests"]["complete"], 1);
    assert_eq!(said.json()["coverage"]["requests"]["get"], 24);
    // What that costs is told before.
    let said = ask(&format!("{gate} --dry-run")).exits(2);
    let said = said.says(&["--fail-on cannot be judged: --dry-run reads nothing"]);
    assert!(said.text().contains("; 24 to read"), "{}", said.text());
}

/// Folders are listed from the time asked about on: what ended before is looked for.
#[test]
fn digests_in_s3_that_end_before_the_time_asked_about_are_missed_in_it() {
    let server = Server::start();
    let trail = Trail::of("111122223333", "us-east-1");
    let archive = Archive::with(trail, vec![Vec::new(); 24 * 5]);
    let add = |trail: &Trail, begin: i64, hours: usize| {
        let begin = START + begin * 60 * 60;
        for digest in trail.chain(&archive.signer, begin, &vec![Vec::new(); hours]) {
            server.put("trail", &digest.key, digest.file());
        }
    };
    add(&archive.trail, 0, 24 * 5);
    add(&Trail::of("444455556666", "us-east-1"), 0, 30);
    add(&Trail::of("444455556666", "eu-west-1"), 0, 30);
    let key = archive
        .trail
        .log_key(START + 4 * 24 * 60 * 60 + 300, "Log0000000000001");
    server.put("trail", &key, gzip(b"{\"Records\":[]}"));
    let ask = |words: &str| ask(&server, words).arg("s3://trail/AWSLogs/").run();
    let gate = "report --format csv --fail-on unknown --require complete";
    for (words, verify, of_gate) in [
        ("--since 2025-11-07", 1, 2),
        ("--since 2025-11-07 --until 2025-11-07T12:00:00Z", 1, 2),
        ("--since 2025-11-07 --account 111122223333", 0, 0),
    ] {
        let said = ask(&format!("verify --format json {words}")).exits(verify);
        let ended = said
            .rows()
            .iter()
            .filter(|row| row["status"] == "incomplete")
            .count();
        assert_eq!(ended, if verify == 0 { 0 } else { 2 }, "{said}");
        ask(&format!("{gate} {words}")).exits(of_gate);
    }
    // Of logs alone, too; and where nobody asks for digests.
    let key = Trail::of("444455556666", "us-east-1").log_key(START + 300, "Log0000000000002");
    server.put("trail", &key, gzip(b"{\"Records\":[]}"));
    let said = ask("report --fail-on global --since 2025-11-07").exits(0);
    said.says(&["was read of account 444455556666 in the time asked about"]);
    let said = ask("report --fail-on global --since 2025-11-03").exits(0);
    assert!(!said.stderr.contains("was read of account"), "{said}");
    // Somebody else's list has it, too.
    let lists = tempfile::tempdir().unwrap();
    let (list, part) = (lists.path().join("list"), lists.path().join("part"));
    let words = "--require complete --since 2025-11-07";
    std::fs::write(
        &list,
        ask(&format!("map report --list {words}")).exits(0).text(),
    )
    .unwrap();
    self::ask(
        &server,
        &format!("map report -q {words} -o {}", part.display()),
    )
    .arg("--manifest")
    .arg(&list)
    .run()
    .exits(0);
    stscope("merge --fail-on unknown --require complete")
        .arg(&part)
        .run()
        .exits(2)
        .says(&["incomplete for 444455556666"]);
    // An account that comes after the time asked about is none of it.
    add(&Trail::of("777788889999", "us-east-1"), 24 * 40, 24);
    let words =
        "--since 2025-11-07 --until 2025-11-07T12:00:00Z --account 111122223333,777788889999";
    ask(&format!("verify {words}")).exits(0);
}
