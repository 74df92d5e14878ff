//! Standard output: nothing but data, and what happens when it is closed or full.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;

use super::harness::{DAMAGED, SAMPLE, stscope};
use super::logs::one_call;

/// Everything that writes to standard output.
fn commands() -> Vec<String> {
    let mut commands: Vec<String> = ["endpoint", "endpoint sts.amazonaws.com", "man"]
        .into_iter()
        .chain(["completions bash", "completions zsh"])
        .map(str::to_owned)
        .collect();
    for format in ["table", "csv", "json", "jsonl"] {
        commands.push(format!("report {SAMPLE} --format {format}"));
        commands.push(format!("events {SAMPLE} --format {format}"));
        commands.push(format!("events {SAMPLE} --format {format} --sort none"));
    }
    commands
}

#[test]
fn a_closed_pipe_is_no_error() {
    for command in commands() {
        stscope(&command).start_unread().end().exits(0);
    }
}

#[test]
fn a_pipe_that_is_closed_for_certain_is_no_error() {
    for command in [
        "report -",
        "events - --format json",
        "events - --sort none --format csv",
    ] {
        let mut running = stscope(command).arg("-q").input("").start_unread();
        running.stdin().unwrap().write_all(&one_call()).unwrap();
        running.end().exits(0).says_nothing();
    }
}

#[cfg(target_os = "linux")] // which has a disk that is always full
#[test]
fn a_full_disk_is_said_and_ends_with_2() {
    let full = Path::new("/dev/full");
    let help = ["--help", "--version", "report --help"].map(str::to_owned);
    for command in commands().into_iter().chain(help) {
        let to = File::options().write(true).open(full).unwrap();
        let said = stscope(&command).stdout(to).run().exits(2);
        said.says(&["stscope: standard output: ", "--output"]);
    }
}

#[test]
fn messages_go_to_standard_error_and_data_to_standard_output() {
    let loud = stscope("report --format csv")
        .args([SAMPLE, DAMAGED])
        .run()
        .exits(3);
    assert!(loud.text().lines().all(|line| line.contains(',')), "{loud}");
    assert!(!loud.text().contains("stscope"), "{loud}");
    let quiet = stscope("report --format csv -q")
        .args([SAMPLE, DAMAGED])
        .run()
        .exits(3);
    assert_eq!(quiet.stdout, loud.stdout);
    let quiet = quiet.says(&["damaged"]);
    assert_eq!(
        quiet.stderr.lines().count() + 1,
        loud.stderr.lines().count()
    );
    stscope("report -q")
        .arg(SAMPLE)
        .run()
        .exits(0)
        .says_nothing();
}

#[test]
fn progress_goes_to_standard_error_only_when_it_is_asked_for_or_a_terminal() {
    let plain = stscope("report --format csv -q")
        .arg(SAMPLE)
        .run()
        .exits(0)
        .says_nothing();
    for progress in ["auto", "never", "always"] {
        let run = stscope("report --format csv -q --progress")
            .arg(progress)
            .arg(SAMPLE);
        assert_eq!(run.run().exits(0).stdout, plain.stdout, "{progress}");
    }
}

#[test]
fn a_dash_is_standard_output_for_the_output_option_too() {
    let plain = stscope("report --quiet").arg(SAMPLE).run().exits(0);
    let dashed = stscope("report --quiet -o -").arg(SAMPLE).run().exits(0);
    assert_eq!(plain.stdout, dashed.stdout);
}
