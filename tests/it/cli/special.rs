//! What else is in folders: FIFOs, sockets, links, names that are no text, locked doors.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::harness::{Run, number, stscope};
use super::logs::{call, fifo, gzip, log, one_call, put};

fn report(path: impl AsRef<OsStr>) -> Run {
    stscope("report --format json").arg(path)
}

fn files(document: &Value) -> &Value {
    &document["coverage"]["files"]
}

#[test]
fn a_fifo_and_a_socket_in_a_walk_are_skipped() {
    let dir = tempfile::tempdir().unwrap();
    put(dir.path(), "log.json", &one_call());
    fifo(&dir.path().join("fifo.json"));
    let _socket = UnixListener::bind(dir.path().join("socket.json")).unwrap();
    symlink(dir.path().join("fifo.json"), dir.path().join("link.json")).unwrap();
    let document = report(dir.path()).run().exits(0).json();
    assert_eq!(number(&files(&document)["skipped"]["not-a-file"]), 3);
    assert_eq!(number(&files(&document)["read"]), 1);
}

#[test]
fn a_fifo_that_is_named_and_has_no_writer_is_skipped_and_not_waited_for() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("fifo.json");
    fifo(&path);
    for command in ["report", "events"] {
        stscope(command)
            .arg(&path)
            .run()
            .fails(&["nothing was read", "1 not-a-file"]);
    }
    let log = put(dir.path(), "log.json", &one_call());
    let document = report(&path).arg(log).run().exits(0).json();
    assert_eq!(number(&files(&document)["skipped"]["not-a-file"]), 1);
    assert_eq!(number(&files(&document)["read"]), 1);
}

#[test]
fn a_socket_or_a_device_that_is_named_is_skipped() {
    let dir = tempfile::tempdir().unwrap();
    let socket = dir.path().join("socket");
    let _listener = UnixListener::bind(&socket).unwrap();
    for path in [
        socket.as_path(),
        Path::new("/dev/null"),
        Path::new("/dev/zero"),
    ] {
        report(path)
            .run()
            .fails(&["nothing was read", "1 not-a-file"]);
    }
}

#[test]
fn what_a_shell_substitutes_for_a_process_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let plain = put(dir.path(), "1.json", &log(&[call(1, json!({}))]));
    let zipped = put(dir.path(), "2.json.gz", &gzip(&log(&[call(2, json!({}))])));
    // What bash makes of <(cat "$1") <(cat "$2"), in the words of every shell: two pipes with names.
    let mut shell = Command::new("sh");
    let script = r#"cat "$1" | { cat "$2" | "$0" report --format json /dev/fd/3 /dev/fd/0; } 3<&0"#;
    shell
        .args(["-c", script, env!("CARGO_BIN_EXE_stscope")])
        .args([&plain, &zipped]);
    let document = Run::of(shell).run().exits(0).json();
    assert_eq!(number(&files(&document)["read"]), 2);
    assert_eq!(number(&document["summary"]["calls"]), 2);
    let run = report("/dev/stdin").stdin(fs::File::open(&zipped).unwrap());
    assert_eq!(number(&run.run().exits(0).json()["summary"]["calls"]), 1);
    // By whatever names, once.
    for names in [
        vec!["-", "/dev/stdin"],
        vec!["/dev/stdin", "-"],
        vec!["-", zipped.to_str().unwrap()],
    ] {
        let run = report("--no-dedup")
            .args(names)
            .stdin(fs::File::open(&zipped).unwrap());
        assert_eq!(number(&run.run().exits(0).json()["summary"]["calls"]), 1);
    }
}

#[test]
fn a_name_that_is_no_utf8_is_read_and_told() {
    let dir = tempfile::tempdir().unwrap();
    let name = OsStr::from_bytes(b"caf\xe9.json");
    let path = put(dir.path(), name, &one_call());
    for run in [
        report(dir.path()),
        report(&path),
        report("--files-from=-").input(path.as_os_str().as_bytes()),
    ] {
        assert_eq!(number(&run.run().exits(0).json()["summary"]["calls"]), 1);
    }
    let bad = put(
        dir.path(),
        OsStr::from_bytes(b"bad\xff\x1b.json"),
        b"{\"Records\":[",
    );
    let said = report(dir.path()).run().exits(3);
    assert!(
        said.stderr
            .contains("bad\u{fffd}\\u{1b}.json: damaged (json)"),
        "{said}"
    );
    assert_eq!(number(&files(&said.json())["read"]), 1);
    let folder = dir.path().join(OsStr::from_bytes(b"fol\xfeder"));
    put(&folder, "log.json", &log(&[call(9, json!({}))]));
    fs::remove_file(bad).unwrap();
    let document = report(dir.path()).run().exits(0).json();
    assert_eq!(number(&document["summary"]["calls"]), 2);
}

#[test]
fn a_link_that_leads_nowhere_is_damage_whatever_its_name() {
    let dir = tempfile::tempdir().unwrap();
    put(dir.path(), "log.json", &one_call());
    symlink("nowhere", dir.path().join("gone.json")).unwrap();
    // It may have led to a folder of logs.
    symlink("../out", dir.path().join("acct.prod")).unwrap();
    symlink("nowhere", dir.path().join("gone.md")).unwrap();
    let said = report(dir.path()).run().exits(3).says(&[
        "gone.json: damaged (open)",
        "acct.prod: damaged (open)",
        "gone.md: damaged (open)",
    ]);
    let document = said.json();
    assert_eq!(number(&files(&document)["damaged"]), 3);
    report(dir.path().join("gone.json"))
        .run()
        .fails(&["gone.json", "check the path"]);
}

#[test]
fn links_make_no_loops_and_no_double_counts() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("root");
    let log_file = put(&root, "sub/log.json", &one_call());
    put(
        dir.path(),
        "outside/other.json",
        &log(&[call(2, json!({}))]),
    );
    symlink(&root, root.join("sub/loop")).unwrap();
    symlink(&log_file, root.join("again.json")).unwrap();
    symlink("../outside", root.join("one")).unwrap();
    symlink("../outside", root.join("two")).unwrap();
    let document = report(&root).arg("--no-dedup").run().exits(0).json();
    assert_eq!(number(&document["summary"]["calls"]), 2);
    assert_eq!(number(&files(&document)["found"]), 2);
    symlink("self.json", root.join("self.json")).unwrap();
    report(&root)
        .run()
        .exits(3)
        .says(&["self.json: damaged (open)"]);
}

#[test]
fn a_folder_with_nothing_but_what_cannot_be_opened_is_no_success() {
    let dir = tempfile::tempdir().unwrap();
    symlink("nowhere", dir.path().join("gone.json")).unwrap();
    for command in ["report", "events", "events --sort none"] {
        let said = stscope(command)
            .arg(dir.path())
            .run()
            .fails(&["gone.json", "nothing was read"]);
        said.says(&["1 damaged", "check that you may read the files"]);
    }
}

#[test]
fn what_may_not_be_read_is_damage_and_the_rest_is_read() {
    let dir = tempfile::tempdir().unwrap();
    put(dir.path(), "log.json", &one_call());
    let file = put(dir.path(), "locked.json", &one_call());
    let folder = dir.path().join("locked");
    fs::create_dir(&folder).unwrap();
    let lock = |mode: u32| {
        for path in [&file, &folder] {
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        }
    };
    lock(0o000);
    // Root may read everything.
    if fs::read(&file).is_err() {
        let said = report(dir.path()).run().exits(3);
        let said = said.says(&["locked.json: damaged (open)", "locked: damaged (open)"]);
        assert_eq!(number(&files(&said.json())["damaged"]), 2);
        report(&file)
            .run()
            .exits(2)
            .says(&["locked.json: damaged (open)"]);
        report(&folder)
            .run()
            .exits(2)
            .says(&["locked: damaged (open)"]);
    }
    lock(0o700);
}

/// The memory of a process is a file that opens and cannot be read from its start, for root, too.
#[cfg(target_os = "linux")]
#[test]
fn a_file_that_opens_and_cannot_be_read_is_damage() {
    let dir = tempfile::tempdir().unwrap();
    let log = put(dir.path(), "log.json", &one_call());
    let said = report("/proc/self/mem").arg(log).run().exits(3);
    let said = said.says(&["/proc/self/mem: damaged (open)"]);
    assert_eq!(number(&said.json()["summary"]["calls"]), 1);
}

#[test]
fn a_folder_as_standard_input_is_damage() {
    let dir = tempfile::tempdir().unwrap();
    let run = stscope("report -").stdin(fs::File::open(dir.path()).unwrap());
    run.run().fails(&["-: damaged (open)", "nothing was read"]);
}

/// The shell would hand such a name on; so must a pattern that the shell did not expand.
#[test]
fn a_name_that_is_no_utf8_is_matched_by_a_pattern() {
    use std::os::unix::ffi::OsStrExt as _;
    let dir = tempfile::tempdir().unwrap();
    put(dir.path(), "plain.json", &one_call());
    let name = std::ffi::OsStr::from_bytes(b"caf\xe9.json");
    put(dir.path(), name, &one_call());
    let pattern = format!("{}/*.json", dir.path().display());
    let said = report(&pattern).arg("--no-dedup").run().exits(0);
    said.says(&["2 of 2 files read"]);
}

#[test]
fn no_error_prints_a_name_that_a_terminal_obeys() {
    let dir = tempfile::tempdir().unwrap();
    let log = put(dir.path(), "log.json", &one_call());
    let evil = dir.path().join("e\u{1b}]0;x\u{7}\u{1b}[2J\u{202e}vil");
    fs::write(&evil, "[").unwrap();
    let gone = dir.path().join("gone\u{1b}[2J");
    for (words, name) in [
        ("report", &gone),
        ("report --store", &gone),
        ("report --store", &evil),
        ("report --files-from", &gone),
        ("report LOG --fail-on global --allow", &gone),
        ("report LOG --output", &evil),
        ("report LOG --output", &gone.join("x.csv")),
        ("plan LOG --ip-ranges", &gone),
        ("plan LOG --ip-ranges", &evil),
        ("plan LOG --by account --output-dir", &evil),
        ("report --strict", &evil),
        ("ingest LOG --store", &gone.join("x.db")),
        ("store info", &gone),
        ("report LOG --where", &evil),
        ("report LOG --since", &evil),
        ("report LOG --format", &evil),
        ("report LOG --threads", &evil),
    ] {
        let arguments = words.split(' ').map(|word| match word {
            "LOG" => log.as_os_str(),
            word => OsStr::new(word),
        });
        let said = stscope("").args(arguments).arg(name).run().exits(2);
        let raw = said.stderr.contains(['\u{1b}', '\u{7}', '\u{202e}']);
        assert!(
            !raw && said.stderr.contains("\\u{"),
            "{words}: {:?}",
            said.stderr
        );
    }
}

#[test]
fn a_file_is_read_once_though_it_is_linked_and_its_folder_is_too() {
    // Whatever the system lists first.
    for names in [["a.json", "z"], ["z.json", "a"]] {
        let dir = tempfile::tempdir().unwrap();
        let (root, out) = (dir.path().join("root"), dir.path().join("out"));
        fs::create_dir(&root).unwrap();
        let file = put(&out, "deep/one.json", &one_call());
        symlink(&file, root.join(names[0])).unwrap();
        symlink(&out, root.join(names[1])).unwrap();
        for threads in ["1", "2"] {
            for file in [None, Some(&file)] {
                let run = report(&root)
                    .args(file)
                    .args(["--no-dedup", "--threads", threads]);
                let document = run.run().exits(0).json();
                assert_eq!(
                    number(&document["summary"]["calls"]),
                    1,
                    "{names:?} {file:?}"
                );
                assert_eq!(number(&files(&document)["found"]), 1);
            }
        }
    }
}
