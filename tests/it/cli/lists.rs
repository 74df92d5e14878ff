//! `map --list` of folders of this machine: whoever reads the list comes to what a walk comes to.

#![cfg(unix)]

use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::Path;

use serde_json::{Value, json};

use super::harness::{DAMAGED, SAMPLE, Said, stscope};
use super::logs::{call, fifo, gzip, log, one_call, put};

fn list(paths: &[&Path]) -> Said {
    stscope("map report --list -q").args(paths).run()
}

/// The answer by way of a list, and that of a walk.
fn both(question: &str, paths: &[&Path]) -> [Said; 2] {
    let lines = list(paths).exits(0).stdout;
    let part = stscope(&format!("map {question} --manifest - -q")).input(lines);
    let merge = stscope("merge - --format json").input(part.run().exits(0).stdout);
    let walk = stscope(&format!("{question} --format json")).args(paths);
    [merge.run(), walk.run()]
}

/// Everything that a walk treats in a way of its own.
fn odd(folder: &Path) -> Vec<UnixListener> {
    let logs = folder.join("AWSLogs/111122223333/CloudTrail/us-east-1/2025/11/03");
    put(&logs, "a.json.gz", &gzip(&one_call()));
    put(&logs, "b.json.gz", b"");
    put(
        &logs,
        ".111122223333_CloudTrail_us-east-1_x.json.gz.Ab1",
        b"",
    );
    let other = "AWSLogs/111122223333/Config/us-east-1/x.json.gz";
    put(folder, other, b"{}");
    let digests = "AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2025/11/03/d.json.gz";
    put(folder, digests, b"{}");
    put(folder, ".git/HEAD", b"x");
    put(folder, "notes.md", b"x");
    put(folder, "trail.1", &log(&[call(2, json!({}))]));
    put(folder, "cut.json.gz", &gzip(&one_call())[..40]);
    fifo(&folder.join("fifo.json"));
    let socket = UnixListener::bind(folder.join("socket.json")).unwrap();
    // One file by three names, another whose own name is passed by, and one of which no name is read.
    symlink("trail.1", folder.join("again.json")).unwrap();
    put(folder, "5f3a.db", &log(&[call(3, json!({}))]));
    symlink("5f3a.db", folder.join("log.json")).unwrap();
    symlink("5f3a.db", folder.join("log2.json")).unwrap();
    symlink("notes.md", folder.join("more.md")).unwrap();
    symlink("fifo.json", folder.join("pipe.json")).unwrap();
    symlink("nowhere", folder.join("dead.json")).unwrap();
    // Folders that links join, and lead round.
    put(folder, "sub/deep/c.json", &log(&[call(4, json!({}))]));
    symlink("sub/deep", folder.join("0")).unwrap();
    symlink("..", folder.join("sub/up")).unwrap();
    vec![socket]
}

#[test]
fn a_list_of_folders_leads_to_what_a_walk_comes_to() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("root");
    let _held = odd(&root);
    let outside = dir.path().join("outside");
    put(&outside, "deep/d.json", &log(&[call(5, json!({}))]));
    put(&outside, "e.json", &log(&[call(6, json!({}))]));
    for (to, name) in [("e.json", "e1.json"), ("e.json", "e2.json"), ("deep", "d1")] {
        symlink(outside.join(to), root.join(name)).unwrap();
    }
    symlink(outside.join("deep"), root.join("sub/d2")).unwrap();
    let single = put(dir.path(), "f.json", &log(&[call(7, json!({}))]));
    let sample = [SAMPLE, DAMAGED, "sample-logs"].map(Path::new);
    for paths in [
        vec![&*root],
        vec![&root, &outside],
        vec![&outside, &root],
        vec![&root, &outside.join("deep"), &root.join("sub"), &single],
        vec![&single, &root.join("trail.1")],
        vec![sample[0]],
        vec![sample[0], sample[1]],
        vec![sample[2]],
    ] {
        for question in [
            "report",
            "plan",
            "report --since 2025-11-04",
            "report --account 444455556666",
        ] {
            let [listed, walked] = both(question, &paths);
            assert_eq!(listed.text(), walked.text(), "{question} {paths:?}");
            assert_eq!(listed.status, walked.status, "{question} {paths:?}");
        }
    }
    let document: Value = both("report", &[&root])[0].json();
    let files = &document["coverage"]["files"];
    let skipped = json!({
        "digest": 1, "insight": 0, "aggregated": 0, "empty": 0, "not-cloudtrail": 0,
        "other-service": 1, "not-a-log": 4, "not-a-file": 3,
    });
    assert_eq!(files["skipped"], skipped);
    assert_eq!((&files["read"], &files["damaged"]), (&json!(6), &json!(4)));
}

#[test]
fn a_list_is_the_same_in_whatever_order_and_has_sizes() {
    let dir = tempfile::tempdir().unwrap();
    let [one, other] = ["b", "a"].map(|name| dir.path().join(name));
    put(&one, "y/2.json", b"22");
    put(&one, "z.json", b"333");
    put(&other, "1.json", b"1");
    let lines = list(&[&one, &other]).exits(0);
    let path = |name: &str| dir.path().join(name).display().to_string();
    let expected = [
        format!("1\t\t{}\n", path("a/1.json")),
        format!("3\t\t{}\n", path("b/z.json")),
        format!("2\t\t{}\n", path("b/y/2.json")),
    ];
    assert_eq!(lines.text(), expected.concat());
    assert_eq!(list(&[&other, &one]).text(), lines.text());
}

/// The reader of a list knows neither that it was named nor what could not be found out.
#[test]
fn what_has_no_place_on_a_list_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    let alone = [
        "--list: ",
        "it is read where it is named",
        "a 'stscope map' of its own",
    ];
    for name in ["x.md", ".x.json", "AWSLogs/111122223333/Config/x.json"] {
        put(dir.path(), name, &one_call());
        list(&[&at(name)]).fails(&alone);
    }
    // A service that is named is read, and its files are passed by where they are found.
    list(&[&at("AWSLogs/111122223333/Config")]).fails(&alone);
    list(&[dir.path()]).exits(0);
    list(&[Path::new("-")]).fails(&["--list: standard input (-) has no name"]);
    symlink("nowhere", at("dead.md")).unwrap();
    list(&[dir.path()]).fails(&[
        "--list: ",
        "dead.md: it cannot be listed",
        "see that it can be read",
    ]);
    fs::remove_file(at("dead.md")).unwrap();
    // So is one that would be taken for a digest.
    let digest = at("AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2025/11/03/d.json.gz");
    fs::create_dir_all(digest.parent().unwrap()).unwrap();
    symlink("nowhere", &digest).unwrap();
    list(&[dir.path()]).fails(&["d.json.gz: it cannot be listed"]);
    fs::remove_file(&digest).unwrap();
    let empty = at("empty");
    fs::create_dir(&empty).unwrap();
    list(&[&empty]).fails(&["--list: there is no file in what was named"]);
    put(dir.path(), "a\nb.json", &one_call());
    list(&[dir.path()]).fails(&["a\\nb.json: a name with a line end has no place"]);
    fs::remove_file(at("a\nb.json")).unwrap();
    // Written as text, one that is none would lead to another file.
    let name = std::ffi::OsStr::from_bytes(b"\xff.json");
    put(dir.path(), name, &one_call());
    put(dir.path(), "\u{fffd}.json", &one_call());
    list(&[dir.path()]).fails(&["a list cannot have a name that is no UTF-8"]);
    stscope("report").arg(dir.path()).run().exits(0);
}

#[test]
fn what_a_list_names_and_is_gone_is_on_the_list_and_damaged() {
    let dir = tempfile::tempdir().unwrap();
    let log = put(dir.path(), "log.json", &one_call());
    let gone = dir.path().join("gone.json");
    let lines = format!("{}\n{}\n", log.display(), gone.display());
    let listed = stscope("map report --list --files-from -").input(lines);
    let part = stscope("map report --manifest -").input(listed.run().exits(0).stdout);
    let merge = stscope("merge - --fail-on global").input(part.run().exits(0).stdout);
    merge.run().exits(1).says(&["damaged (open)", "gone.json"]);
}
