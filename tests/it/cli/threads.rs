//! The same question gives the same bytes, at any thread count and in any order of PATHs.

use std::path::PathBuf;

use super::harness::{DAMAGED, SAMPLE, stscope};
use super::logs::files_below;

fn questions() -> [&'static str; 9] {
    [
        "report --format json",
        "report --format csv --group-by sdk,user_agent,hour --sort last_event_time",
        "report --top 0",
        "plan --format json",
        "plan --sort last_event_time --top 0",
        "plan --format markdown",
        "events --format json",
        "events --format csv --no-dedup",
        "events",
    ]
}

#[test]
fn the_number_of_threads_changes_nothing() {
    for question in questions() {
        let answer = |threads: &str| {
            let run = stscope(question).args([SAMPLE, DAMAGED, "--threads", threads]);
            let said = run.run().exits(3);
            (said.stdout, said.stderr)
        };
        let one = answer("1");
        for threads in ["2", "3", "8", "8"] {
            assert!(answer(threads) == one, "{question} --threads {threads}");
        }
    }
}

#[test]
fn the_order_of_paths_changes_nothing() {
    let mut files: Vec<PathBuf> = files_below(SAMPLE.as_ref());
    files.extend(files_below(DAMAGED.as_ref()));
    for question in questions() {
        let answer = |files: &[PathBuf]| {
            let said = stscope(question).args(files).run().exits(3);
            (said.stdout, said.stderr)
        };
        let first = answer(&files);
        files.reverse();
        assert!(answer(&files) == first, "{question}: backwards");
        let (odd, even): (Vec<_>, Vec<_>) = files
            .iter()
            .cloned()
            .enumerate()
            .partition(|(at, _)| at % 2 == 1);
        let mixed: Vec<PathBuf> = odd.into_iter().chain(even).map(|(_, file)| file).collect();
        assert!(answer(&mixed) == first, "{question}: odd ones first");
    }
}

#[test]
fn folders_and_files_in_any_order_give_what_their_common_folder_gives() {
    let answer = |paths: &[String]| {
        stscope("report --format json")
            .args(paths)
            .run()
            .exits(0)
            .stdout
    };
    let organisation = format!("{SAMPLE}/o-exampleorg");
    let parts = [
        format!("{organisation}/444455556666"),
        format!("{SAMPLE}/555566667777"),
        format!("{organisation}/111122223333"),
        format!("{organisation}/000011112222"),
    ];
    let whole = answer(&[SAMPLE.to_owned()]);
    assert!(answer(&parts) == whole);
    let mut backwards = parts.to_vec();
    backwards.reverse();
    assert!(answer(&backwards) == whole);
}

#[test]
fn more_threads_than_help_are_not_started() {
    for (threads, note) in [("1", false), ("16", false), ("60000", true)] {
        let said = stscope("report --format json --threads")
            .args([threads, SAMPLE])
            .run()
            .exits(0);
        assert_eq!(said.stderr.contains("do not help"), note, "{said}");
    }
    for nonsense in ["0", "-1", "70000", "99999999999999999999", "many"] {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("sts.db");
        for command in ["report", "ingest --store"] {
            let store = (command != "report").then_some(&store);
            let run = stscope(command).args(store);
            let said = run.args([SAMPLE, "--threads", nonsense]).run();
            said.fails(&["--threads", nonsense]);
        }
        assert!(!store.exists());
    }
}

/// A limit of processes that is used up. Root has none, so the program runs as somebody else.
#[cfg(target_os = "linux")]
#[test]
fn where_no_thread_can_be_started_one_does_it_all() {
    use std::process::Command;
    if Command::new("bash").arg("--version").output().is_err() {
        return; // other shells have no such limit
    }
    let program = env!("CARGO_BIN_EXE_stscope");
    let sample = std::fs::canonicalize(SAMPLE).unwrap();
    let limited = "ulimit -u 1 && exec \"$@\"";
    let is_root = Command::new("id").arg("-u").output().unwrap().stdout == b"0\n";
    for words in ["report", "report --progress always", "events"] {
        let mut command = Command::new(if is_root { "setpriv" } else { "bash" });
        if is_root {
            let other = ["--reuid=65534", "--regid=65534", "--clear-groups", "bash"];
            command.args(other);
        }
        command.args(["-c", limited, "bash", program]);
        let said = super::harness::Run::of(command)
            .args(words.split(' '))
            .arg(&sample)
            .run();
        if said.stderr.contains("Permission denied") {
            return; // where nobody else may see the program
        }
        let usual = stscope(words).arg(&sample).run().exits(0);
        assert_eq!(said.exits(0).stdout.len(), usual.stdout.len());
    }
}
