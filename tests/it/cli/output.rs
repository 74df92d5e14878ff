//! `--output`: a file appears whole or not at all.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use super::harness::{DAMAGED, Run, SAMPLE, limited, stscope};
use super::logs::{fifo, files_below, gzip, names_in, one_call, put};

fn report(options: &str) -> Run {
    stscope("report --quiet")
        .arg(SAMPLE)
        .args(options.split_whitespace())
}

/// What the report is in this format.
fn plain(format: &str) -> Vec<u8> {
    report(&format!("--format {format}")).run().exits(0).stdout
}

#[test]
fn the_ending_decides_the_format() {
    let dir = tempfile::tempdir().unwrap();
    for (name, format) in [
        ("a.csv", "csv"),
        ("a.json", "json"),
        ("a.jsonl", "jsonl"),
        ("a.ndjson", "jsonl"),
        ("a.txt", "table"),
        ("B.CSV", "csv"),
        ("c.json.csv", "csv"),
    ] {
        let path = dir.path().join(name);
        let said = report("--output").arg(&path).run().exits(0).says_nothing();
        assert!(said.stdout.is_empty(), "{said}");
        assert_eq!(fs::read(&path).unwrap(), plain(format), "{name}");
    }
}

#[test]
fn a_name_alone_is_a_file_in_the_folder_one_is_in() {
    let dir = tempfile::tempdir().unwrap();
    let logs = std::fs::canonicalize(SAMPLE).unwrap();
    let run = stscope("report --output out.csv")
        .arg(logs)
        .within(dir.path());
    run.run().exits(0);
    assert_eq!(names_in(dir.path()), ["out.csv"]);
    assert_eq!(fs::read(dir.path().join("out.csv")).unwrap(), plain("csv"));
}

#[test]
fn a_format_that_is_given_wins_over_the_ending() {
    let dir = tempfile::tempdir().unwrap();
    for name in ["a.json", "a", "a.pdf"] {
        let path = dir.path().join(name);
        report("--format csv -o").arg(&path).run().exits(0);
        assert_eq!(fs::read(&path).unwrap(), plain("csv"), "{name}");
    }
}

#[test]
fn an_ending_that_tells_no_format_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    for name in ["a", "a.pdf", "a.csv.gz", ".csv", "a."] {
        for command in ["report", "events", "endpoint"] {
            let run = match command {
                "endpoint" => stscope("endpoint -o").arg(dir.path().join(name)),
                reading => stscope(reading)
                    .arg(SAMPLE)
                    .arg("-o")
                    .arg(dir.path().join(name)),
            };
            run.run().fails(&["--output", name, "--format"]);
        }
    }
    assert!(names_in(dir.path()).is_empty());
}

#[test]
fn every_command_writes_files() {
    let dir = tempfile::tempdir().unwrap();
    for command in [
        format!("report {SAMPLE}"),
        format!("events {SAMPLE}"),
        format!("events {SAMPLE} --sort none --threads 1"),
        "endpoint".to_owned(),
        "endpoint sts.amazonaws.com".to_owned(),
    ] {
        let path = dir.path().join("out.csv");
        let said = stscope(&command).arg("-o").arg(&path).run().exits(0);
        assert!(said.stdout.is_empty(), "{said}");
        let plain = stscope(&command).arg("--format=csv").run().exits(0).stdout;
        assert_eq!(fs::read(&path).unwrap(), plain, "{command}");
    }
    assert_eq!(names_in(dir.path()), ["out.csv"]);
}

#[test]
fn damage_and_a_failed_gate_still_write_the_file() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("out.json");
    for (options, code) in [("", 3), ("--fail-on global", 1)] {
        let run = stscope("report")
            .args(options.split_whitespace())
            .arg(DAMAGED);
        run.arg("-o").arg(&path).run().exits(code);
        let document: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        assert_eq!(document["coverage"]["files"]["damaged"], 11);
        fs::remove_file(&path).unwrap();
    }
}

#[test]
fn a_file_that_is_replaced_keeps_its_permissions_and_a_new_one_has_the_usual() {
    let dir = tempfile::tempdir().unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o7777;
    for wanted in [0o600, 0o640, 0o664] {
        let path = put(dir.path(), "old.csv", b"old");
        fs::set_permissions(&path, fs::Permissions::from_mode(wanted)).unwrap();
        report("-o").arg(&path).run().exits(0);
        assert_eq!(mode(&path), wanted);
        assert_eq!(fs::read(&path).unwrap(), plain("csv"));
    }
    let usual = put(dir.path(), "usual", b"");
    let new = dir.path().join("new.csv");
    report("-o").arg(&new).run().exits(0);
    assert_eq!(mode(&new), mode(&usual));
}

#[test]
fn through_a_link_the_file_it_leads_to_is_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let target = put(dir.path(), "real/target.csv", b"old");
    let link = dir.path().join("link.csv");
    symlink("real/target.csv", &link).unwrap();
    report("-o").arg(&link).run().exits(0);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::read(&target).unwrap(), plain("csv"));
    assert_eq!(names_in(dir.path()), ["link.csv", "real"]);
    assert_eq!(names_in(&dir.path().join("real")), ["target.csv"]);
}

#[test]
fn devices_and_fifos_are_written_into() {
    let dir = tempfile::tempdir().unwrap();
    report("--format csv -o /dev/null")
        .run()
        .exits(0)
        .says_nothing();
    let said = report("--format csv -o /dev/stdout").run().exits(0);
    assert_eq!(said.stdout, plain("csv"));
    let path = dir.path().join("fifo.csv");
    fifo(&path);
    let reader = std::thread::spawn({
        let path = path.clone();
        move || fs::read(path).unwrap()
    });
    report("-o").arg(&path).run().exits(0);
    assert_eq!(reader.join().unwrap(), plain("csv"));
    assert_eq!(
        names_in(dir.path()),
        ["fifo.csv"],
        "the FIFO is still one, and alone"
    );
    if Path::new("/dev/full").exists() {
        report("--format csv -o /dev/full")
            .run()
            .fails(&["--output /dev/full", "room"]);
    }
}

#[test]
fn a_place_that_cannot_be_written_is_an_error_before_anything_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let file = put(dir.path(), "file", b"");
    fs::create_dir(dir.path().join("folder.csv")).unwrap();
    let mut places = vec![
        dir.path().join("folder.csv"),
        dir.path().join("missing/out.csv"),
        file.join("out.csv"),
    ];
    if Path::new("/proc/self").exists() {
        places.push("/proc/out.csv".into());
    }
    for place in places {
        // Standard input stays open: whoever read it would wait.
        let mut running = stscope("report - -o").arg(&place).input("").start();
        let _input = running.stdin();
        running
            .end()
            .fails(&["--output", &place.display().to_string(), "check"]);
    }
    stscope("report - --format csv -o")
        .arg(dir.path())
        .run()
        .fails(&["--output", "directory"]);
    assert_eq!(names_in(dir.path()), ["file", "folder.csv"]);
}

/// `FILE/` is none of what is called so without the slash.
#[test]
fn the_name_of_a_folder_takes_the_place_of_no_file() {
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("log.json");
    fs::write(&log, one_call()).unwrap();
    symlink("log.json", dir.path().join("link")).unwrap();
    for name in [
        "log.json/",
        "log.json/.",
        "log.json//",
        "link/",
        "new/",
        "no/new/",
    ] {
        let place = format!("{}/{name}", dir.path().display());
        let run = stscope("report --format csv")
            .arg(&log)
            .args(["-o", &place]);
        run.run().fails(&["--output", "directory"]);
        assert_eq!(fs::read(&log).unwrap(), one_call(), "{name}");
        assert_eq!(names_in(dir.path()), ["link", "log.json"], "{name}");
    }
}

#[test]
fn a_folder_that_may_not_be_written_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("locked");
    fs::create_dir(&folder).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o555)).unwrap();
    // Root may write anywhere.
    if fs::write(folder.join("probe"), b"").is_err() {
        report("-o")
            .arg(folder.join("out.csv"))
            .run()
            .fails(&["--output", "permission"]);
    }
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn a_run_that_gives_no_result_leaves_the_old_file_as_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let logs = tempfile::tempdir().unwrap();
    for old in [None, Some("the report of yesterday")] {
        let path = dir.path().join("out.json");
        if let Some(old) = old {
            fs::write(&path, old).unwrap();
        }
        for command in ["report", "events", "events --sort none"] {
            let fails = |run: Run| run.arg("-o").arg(&path).run().fails(&[]);
            fails(stscope(command).arg("--strict").arg(DAMAGED));
            fails(stscope(command).arg(logs.path()));
            fails(stscope(command).arg(SAMPLE).args(["--threads", "x"]));
            fails(stscope(command).arg("/nowhere"));
            assert_eq!(fs::read_to_string(&path).ok().as_deref(), old, "{command}");
        }
        assert_eq!(names_in(dir.path()).len(), usize::from(old.is_some()));
    }
}

#[test]
fn a_disk_that_fills_up_leaves_no_file() {
    let dir = tempfile::tempdir().unwrap();
    // A limit on the size of files stands in for the disk: 1 or 2 KiB, whatever the shell's unit.
    for command in ["report", "events", "events --sort none"] {
        let path = put(dir.path(), "out.json", b"old");
        let run = limited("-f 2", command).args([SAMPLE, "-o"]).arg(&path);
        run.run().fails(&["--output", "out.json"]);
        assert_eq!(fs::read(&path).unwrap(), b"old", "{command}");
        assert_eq!(names_in(dir.path()), ["out.json"], "{command}");
        if command != "events --sort none" {
            let book = dir.path().join("out.xlsx");
            let run = limited("-f 1", command).args([SAMPLE, "-o"]);
            let said = run.arg(&book).run();
            assert_eq!(said.status.code(), Some(2), "{said}");
            assert!(said.stderr.contains("--output") && !book.exists(), "{said}");
        }
    }
}

#[test]
fn an_interrupt_leaves_nothing_of_ours_and_keeps_what_was_there() {
    for (signal, number) in [("INT", 2), ("TERM", 15), ("HUP", 1)] {
        if is_ignored(number) {
            eprintln!("{signal} is ignored by whoever started the tests, and so by the program");
            continue;
        }
        for command in ["report", "events", "events --sort none"] {
            let dir = tempfile::tempdir().unwrap();
            let path = put(dir.path(), "out.csv", b"old");
            let run = stscope(command).args(["-", "-o"]).arg(&path).input("");
            let mut running = run.start();
            // It waits for more input while this is held.
            let _input = running.stdin();
            let begun = std::time::Instant::now();
            while names_in(dir.path()).len() < 2 {
                assert!(
                    begun.elapsed() < Duration::from_secs(20),
                    "no partial file appears"
                );
                std::thread::sleep(Duration::from_millis(2));
            }
            // The file appears a moment before the signals are watched.
            std::thread::sleep(Duration::from_millis(100));
            running.signal(signal);
            let said = running.end();
            assert_eq!(said.status.signal(), Some(number.cast_signed()), "{said}");
            assert!(said.stdout.is_empty(), "{said}");
            assert_eq!(names_in(dir.path()), ["out.csv"], "{command}, {signal}");
            assert_eq!(fs::read(&path).unwrap(), b"old");
        }
    }
}

/// Whether a signal ends nothing that is started from here, as under nohup. Where `/proc` does not tell, no.
fn is_ignored(signal: u32) -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.map_or(0, |mask| u64::from_str_radix(mask.trim(), 16).unwrap());
    mask >> (signal - 1) & 1 == 1
}

/// As nohup has it.
#[cfg(target_os = "linux")] // where /proc tells
#[test]
fn a_signal_that_is_ignored_ends_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let mut shell = std::process::Command::new("sh");
    let script = r#"trap "" HUP INT; exec "$0" report - -q -o "$1""#;
    shell.args(["-c", script, env!("CARGO_BIN_EXE_stscope")]);
    shell.arg(dir.path().join("out.csv"));
    let mut running = Run::of(shell).input("").start();
    let mut input = running.stdin().unwrap();
    let begun = std::time::Instant::now();
    while names_in(dir.path()).is_empty() {
        assert!(begun.elapsed() < Duration::from_secs(20), "no partial file");
        std::thread::sleep(Duration::from_millis(2));
    }
    std::thread::sleep(Duration::from_millis(100));
    for signal in ["HUP", "INT"] {
        running.signal(signal);
    }
    std::thread::sleep(Duration::from_millis(100));
    std::io::Write::write_all(&mut input, &one_call()).unwrap();
    drop(input);
    running.end().exits(0);
    assert_eq!(names_in(dir.path()), ["out.csv"]);
}

#[test]
fn an_output_in_the_folder_that_is_read_does_not_count_as_a_log() {
    let dir = tempfile::tempdir().unwrap();
    put(dir.path(), "log.json", &one_call());
    let path = dir.path().join("out.csv");
    for _ in 0..2 {
        stscope("report")
            .arg(dir.path())
            .arg("-o")
            .arg(&path)
            .run()
            .exits(0);
        assert_eq!(fs::read_to_string(&path).unwrap().lines().count(), 2);
    }
    assert_eq!(names_in(dir.path()), ["log.json", "out.csv"]);
}

#[test]
fn a_report_does_not_take_the_place_of_a_log() {
    let dir = tempfile::tempdir().unwrap();
    let key = "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/01";
    fs::create_dir_all(dir.path().join(key)).unwrap();
    for file in [
        dir.path().join("log.json"),
        dir.path().join(key).join("log.json"),
    ] {
        fs::write(&file, one_call()).unwrap();
        for input in [file.as_path(), dir.path()] {
            let is_log_by_key = file.starts_with(dir.path().join("AWSLogs"));
            let why = if input == dir.path() && !is_log_by_key {
                "holds CloudTrail records"
            } else {
                "one of the files to be read"
            };
            for command in ["report", "events", "events --sort none"] {
                let run = stscope(command).arg(input).arg("-o").arg(&file);
                run.run().fails(&["--output", why]);
                assert_eq!(fs::read(&file).unwrap(), one_call());
            }
        }
    }
}

#[test]
fn no_digest_and_no_file_of_another_service_is_replaced() {
    let dir = tempfile::tempdir().unwrap();
    for from in files_below("sample-logs/digests/whole".as_ref()) {
        let name = from.strip_prefix("sample-logs/digests/whole").unwrap();
        put(dir.path(), name, &fs::read(&from).unwrap());
    }
    let config = "AWSLogs/111122223333/Config/us-east-1/2025/11/3/ConfigSnapshot/x.json";
    put(dir.path(), config, b"{\"configurationItems\":[]}");
    let not_logs = files_below(dir.path()).into_iter().filter(|file| {
        let path = file.to_str().unwrap();
        path.contains("-Digest") || path.contains("/Config/")
    });
    let not_logs: Vec<_> = not_logs.collect();
    assert!(not_logs.len() > 2);
    for file in not_logs {
        let before = fs::read(&file).unwrap();
        for command in ["report --format json", "map report"] {
            let run = stscope(command).arg(dir.path()).arg("-o").arg(&file);
            run.run().fails(&["--output", "write to another file"]);
            assert_eq!(fs::read(&file).unwrap(), before);
        }
    }
}

#[test]
fn a_part_in_the_folder_that_is_read_is_no_log() {
    let dir = tempfile::tempdir().unwrap();
    let log = put(dir.path(), "log.json", &one_call());
    for options in ["", "--parts 3"] {
        let part = dir.path().join("x.part");
        stscope(&format!("map report {options}"))
            .arg(&log)
            .arg("-o")
            .arg(&part)
            .run()
            .exits(0);
        let said = stscope("report --format json")
            .arg(dir.path())
            .run()
            .exits(0);
        assert_eq!(said.json()["summary"]["calls"], 1);
        assert_eq!(said.json()["coverage"]["files"]["skipped"]["not-a-log"], 1);
    }
}

/// Nor what reads no logs itself.
#[test]
fn no_answer_of_any_command_takes_the_place_of_a_log() {
    let dir = tempfile::tempdir().unwrap();
    let file = put(dir.path(), "log.json", &one_call());
    for words in ["endpoint", "endpoint sts.amazonaws.com", "query duckdb"] {
        let said = stscope(words).arg("-o").arg(&file).run();
        said.fails(&["--output", "holds CloudTrail records"]);
        assert_eq!(fs::read(&file).unwrap(), one_call(), "{words}");
    }
    #[cfg(feature = "store")]
    {
        let store = dir.path().join("sts.db");
        let ingest = stscope("ingest -q --store").arg(&store).arg(&file).run();
        ingest.exits(0);
        let said = stscope("store check")
            .arg(&store)
            .arg("-o")
            .arg(&file)
            .run();
        said.fails(&["--output", "holds CloudTrail records"]);
        assert_eq!(fs::read(&file).unwrap(), one_call());
    }
}

#[test]
fn no_file_that_may_be_a_log_is_replaced_and_no_list_that_was_given() {
    let dir = tempfile::tempdir().unwrap();
    let outside = tempfile::tempdir().unwrap();
    let log = put(dir.path(), "log.json", &one_call());
    symlink(outside.path(), dir.path().join("linked")).unwrap();
    let cut = one_call()[..200].to_vec();
    for (name, content) in [
        ("far.json", one_call()),
        ("far.txt", one_call()),
        ("packed.json", gzip(&one_call())),
        ("cut.json", cut),
        ("far.html", one_call()),
        ("far.md", gzip(&one_call())),
    ] {
        let file = put(outside.path(), name, &content);
        let run = stscope("report --format json")
            .arg(dir.path())
            .arg("-o")
            .arg(&file);
        run.run()
            .fails(&["--output", name, "write to another file"]);
        assert_eq!(fs::read(&file).unwrap(), content);
        fs::remove_file(file).unwrap();
    }
    let list = put(outside.path(), "list.md", log.to_str().unwrap().as_bytes());
    let allow = put(outside.path(), "allow.csv", b"nobody\n");
    let ranges =
        r#"{"prefixes":[{"ip_prefix":"192.0.2.0/24","region":"eu-west-1","service":"EC2"}]}"#;
    let ranges = put(outside.path(), "ranges.json", ranges.as_bytes());
    for (words, option, list) in [
        ("report", "--files-from", &list),
        ("plan LOG", "--files-from", &list),
        ("report LOG --fail-on global", "--allow", &allow),
        ("plan LOG", "--ip-ranges", &ranges),
    ] {
        let before = fs::read(list).unwrap();
        let log = log.to_str().unwrap();
        let words = words
            .split(' ')
            .map(|word| if word == "LOG" { log } else { word });
        let run = stscope("")
            .args(words)
            .arg(option)
            .arg(list)
            .arg("-o")
            .arg(list);
        run.run()
            .fails(&["--output", &format!("the list of {option}")]);
        assert_eq!(fs::read(list).unwrap(), before, "{option}");
    }
    // Results of yesterday are replaced, whatever they are.
    for name in ["old.json", "old.jsonl", "old.txt", "old.md", "old.csv"] {
        for command in ["report", "events", "plan"] {
            let file = dir.path().join(name);
            for _ in 0..2 {
                let run = stscope(command).arg(dir.path()).arg("-o").arg(&file);
                run.run().exits(0);
            }
        }
    }
}

#[test]
fn what_a_killed_run_has_left_is_counted_and_removed_by_the_next_that_writes_there() {
    let dir = tempfile::tempdir().unwrap();
    put(dir.path(), "log.json", &one_call());
    let path = dir.path().join("out.csv");
    let start = || {
        let partial = || {
            let names = names_in(dir.path());
            names.iter().filter(|name| name.ends_with(".part")).count()
        };
        let before = partial();
        let running = stscope("report - -o").arg(&path).input("").start();
        let begun = std::time::Instant::now();
        while partial() == before {
            assert!(
                begun.elapsed() < Duration::from_secs(20),
                "no partial file appears"
            );
            std::thread::sleep(Duration::from_millis(2));
        }
        // It is made a moment before it is locked.
        std::thread::sleep(Duration::from_millis(100));
        running
    };
    let read = || {
        let said = stscope("report --format json")
            .arg(dir.path())
            .run()
            .exits(0);
        let files = said.json()["coverage"]["files"].clone();
        (
            files["found"].clone(),
            files["skipped"]["not-a-log"].clone(),
        )
    };
    let mut alive = start();
    let _input = alive.stdin();
    assert_eq!(
        read(),
        (1.into(), 0.into()),
        "what is being written is nobody's file"
    );
    let mut killed = start();
    let _other = killed.stdin();
    killed.signal("KILL");
    killed.end();
    assert_eq!(read(), (2.into(), 1.into()));
    let run = stscope("report").arg(dir.path()).arg("-o").arg(&path);
    run.run().exits(0);
    let left = names_in(dir.path());
    assert_eq!(
        left.len(),
        3,
        "the one that is being written stays: {left:?}"
    );
    alive.signal("TERM");
    alive.end();
    assert_eq!(names_in(dir.path()), ["log.json", "out.csv"]);
}

/// A store, or a file that SQLite or an ingest makes beside one.
#[test]
fn no_result_takes_the_place_of_a_store_or_of_what_belongs_to_it() {
    let dir = tempfile::tempdir().unwrap();
    let store = dir.path().join("sts.db");
    let ingest = stscope("ingest -q --store").arg(&store).arg(SAMPLE);
    ingest.run().exits(0);
    let lock = fs::read(dir.path().join("sts.db.lock")).unwrap();
    symlink(&store, dir.path().join("week.csv")).unwrap();
    let before = fs::read(&store).unwrap();
    for name in [
        "sts.db",
        "sts.db.lock",
        "sts.db-wal",
        "sts.db-journal",
        "week.csv",
    ] {
        let place = dir.path().join(name);
        let of_store = || stscope("report --format csv --store").arg(&store);
        for run in [
            report("--format csv"),
            of_store(),
            stscope("trend --format csv --store").arg(&store),
            stscope("store check --format csv").arg(&store),
            stscope("query duckdb --files x"),
        ] {
            run.arg("--output")
                .arg(&place)
                .run()
                .fails(&["--output ", name]);
        }
        assert!(fs::read(&store).unwrap() == before, "{name}");
        assert!(
            fs::read(dir.path().join("sts.db.lock")).unwrap() == lock,
            "{name}"
        );
    }
    assert!(!dir.path().join("sts.db-wal").exists());
    // Beside what is no store, any name will do.
    put(dir.path(), "notes", b"none");
    let place = dir.path().join("notes.lock");
    report("--format csv --output").arg(place).run().exits(0);
}
