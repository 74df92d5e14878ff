//! A wrong word on the command line: exit code 2, no output, and a message that helps.

use super::harness::{DAMAGED, SAMPLE, stscope};
use super::logs::{names_in, put};

/// What is typed, and what the message has to say of it.
const WRONG: &[(&[&str], &[&str])] = &[
    (
        &["--since", "yesterday"],
        &["--since yesterday", "2026-11-01T12:00:00Z", "36h, 7d, 2w"],
    ),
    (
        &["--since", "2025-13-01"],
        &["--since 2025-13-01", "give a date"],
    ),
    (
        &["--since", "2025-11-4"],
        &["--since 2025-11-4", "give a date"],
    ),
    (
        &["--since", "2025-11-04T00:00:00"],
        &["--since", "a time with its zone"],
    ),
    (&["--since", "7m"], &["--since 7m", "36h, 7d, 2w"]),
    (&["--since=-7d"], &["--since -7d", "36h, 7d, 2w"]),
    (&["--until", "-7d"], &["--until -7d", "36h, 7d, 2w"]),
    (&["--since", ""], &["--since", "give a date"]),
    (&["--since", "99999999999w"], &["--since 99999999999w"]),
    (
        &["--until", "04.11.2025"],
        &["--until 04.11.2025", "give a date"],
    ),
    (
        &["--since", "2025-11-04", "--until", "2025-11-03"],
        &[
            "--since 2025-11-04",
            "--until 2025-11-03",
            "exchange the two",
        ],
    ),
    (
        &["--since", "2025-11-04", "--until", "2025-11-04"],
        &["is not before --until", "name a later one"],
    ),
    (
        &["--account", "1112222"],
        &["--account 1112222", "twelve digits"],
    ),
    (
        &["--account", "111122223333,x"],
        &["--account x", "twelve digits"],
    ),
    (&["--account", ""], &["--account"]),
    (
        &["--region", "ireland"],
        &["--region ireland", "stscope endpoint"],
    ),
    (&["--region", "eu-west-1,"], &["--region"]),
    (
        &["--endpoint", "worldwide"],
        &["--endpoint", "possible values: global, regional"],
    ),
    (
        &["--where", "principal"],
        &["--where principal", "DIM=GLOB"],
    ),
    (
        &["--where", "role=x"],
        &["--where role=x", "no dimension 'role'", "principal"],
    ),
    (
        &["--where", "principal=[a"],
        &["--where principal=[a", "[[]"],
    ),
    (&["--where", "=x"], &["--where =x", "no dimension"]),
    (
        &["--fail-on", "regional"],
        &["--fail-on regional", "global=N"],
    ),
    (
        &["--fail-on", "global=many"],
        &["--fail-on global=many", "global=N"],
    ),
    (
        &["--fail-on", "global=-1"],
        &["--fail-on global=-1", "global=N"],
    ),
    (
        &["--fail-on", "global=0.5"],
        &["--fail-on global=0.5", "global=N"],
    ),
    (&["--fail-on", ""], &["--fail-on"]),
    (
        &["--fail-on", "global", "--allow", "/nowhere"],
        &["--allow /nowhere", "one glob a line"],
    ),
    (&["--allow", "/nowhere"], &["--fail-on", "--help"]),
    (
        &["--threads", "0"],
        &["--threads 0: 1 is the least", "for one for each core"],
    ),
    (&["--threads", "many"], &["--threads many: no number"]),
    (&["--threads=-1"], &["--threads -1: no number"]),
    (
        &["--reads", "0"],
        &["--reads 0: 1 is the least", "one file after the other"],
    ),
    (&["--reads", "1e99"], &["--reads 1e99: no number"]),
    (
        &["--format", "xml"],
        &["--format", "possible values: table, csv, json, jsonl"],
    ),
    (&["--top", "few"], &["--top", "--help"]),
    (&["--top=-1"], &["--top", "--help"]),
    (&["--sort", "size"], &["--sort", "possible values"]),
    (
        &["--progress", "sometimes"],
        &["--progress", "auto, always, never"],
    ),
    (
        &["--files-from", "/nowhere"],
        &["--files-from /nowhere", "one path a line"],
    ),
    (&["--no-such-option"], &["--no-such-option", "--help"]),
    (&["--quiet=yes"], &["--quiet", "--help"]),
];

const WRONG_FOR_REPORT: &[(&[&str], &[&str])] = &[
    (
        &["--group-by", "role"],
        &["--group-by", "possible values: endpoint, evidence"],
    ),
    (&["--group-by", ""], &["--group-by", "possible values"]),
    (&["--group-by", "sdk,"], &["--group-by", "possible values"]),
    (&["--min-calls", "few"], &["--min-calls", "--help"]),
    (&["--min-calls=-1"], &["--min-calls", "--help"]),
];

#[test]
fn a_wrong_value_ends_with_2_and_a_message_that_names_the_option_and_the_way_on() {
    let dir = tempfile::tempdir().unwrap();
    let both = WRONG
        .iter()
        .flat_map(|wrong| [("report", wrong), ("events", wrong)]);
    for (command, (typed, pieces)) in
        both.chain(WRONG_FOR_REPORT.iter().map(|wrong| ("report", wrong)))
    {
        let run = stscope(command).args(*typed).arg(SAMPLE);
        run.args(["-o"])
            .arg(dir.path().join("out.csv"))
            .run()
            .fails(pieces);
        assert!(names_in(dir.path()).is_empty(), "{typed:?} leaves a file");
    }
}

#[test]
fn a_wrong_glob_in_an_allow_list_names_the_line() {
    let dir = tempfile::tempdir().unwrap();
    let list = put(dir.path(), "allow.txt", b"# known\n*role/app\n[oops\n");
    let run = stscope("report --fail-on global --allow")
        .arg(&list)
        .arg(SAMPLE);
    run.run().fails(&["--allow", "allow.txt", "[oops", "[[]"]);
}

#[test]
fn words_that_are_no_commands_are_errors_and_no_words_at_all_give_help() {
    stscope("reprot")
        .run()
        .fails(&["reprot", "report", "--help"]);
    stscope("")
        .run()
        .fails(&["Usage:", "report", "events", "endpoint", "Exit codes"]);
    stscope("completions tcsh")
        .run()
        .fails(&["tcsh", "bash", "zsh"]);
    stscope("completions").run().fails(&["<SHELL>", "--help"]);
    stscope("events --group-by sdk")
        .arg(SAMPLE)
        .run()
        .fails(&["--group-by", "an option of report, map"]);
    stscope("events --min-calls 2")
        .arg(SAMPLE)
        .run()
        .fails(&["--min-calls", "an option of report, overview, plan"]);
    // Spelled like one of its own.
    stscope("report --topp 2")
        .arg(SAMPLE)
        .run()
        .fails(&["--topp", "'--top'"]);
}

#[test]
fn a_strict_run_ends_at_the_first_damaged_file_without_a_report() {
    for format in ["table", "csv", "json", "jsonl"] {
        for command in ["report", "events"] {
            let run = stscope(command)
                .args(["--strict", "--format", format])
                .args([SAMPLE, DAMAGED]);
            let said = run.run().fails(&[DAMAGED, "damaged (", "without --strict"]);
            assert_eq!(said.stderr.lines().count(), 1, "{said}");
        }
    }
    // Rows that are out cannot be taken back.
    let streamed = stscope("events --strict --sort none").args([SAMPLE, DAMAGED]);
    streamed
        .run()
        .fails(&["--strict with --sort none", "--output"]);
    let plain = stscope("report").arg(SAMPLE).run().exits(0);
    assert_eq!(
        stscope("report --strict").arg(SAMPLE).run().exits(0).stdout,
        plain.stdout
    );
}

#[test]
fn a_strict_run_takes_a_path_that_is_gone_for_damage() {
    let dir = tempfile::tempdir().unwrap();
    let list = put(
        dir.path(),
        "list",
        format!("{SAMPLE}\ngone.json\n").as_bytes(),
    );
    let run = stscope("report --strict --files-from").arg(&list);
    run.run()
        .fails(&["gone.json: damaged (open)", "without --strict"]);
}

#[test]
fn what_is_probably_a_slip_is_noted() {
    let said = stscope("report --region eu-west-9").arg(SAMPLE).run();
    said.says(&["note: --region eu-west-9 is no Region this release knows of"]);
    let said = stscope("report --since 2999-01-01").arg(SAMPLE).run();
    said.says(&["note: --since is in the future"]);
    let said = stscope("report -q --region eu-west-9").arg(SAMPLE).run();
    assert!(!said.stderr.contains("note:"), "{said}");
}

#[test]
fn options_for_s3_beside_local_paths_alone_are_no_silent_mistake() {
    let asked = "report --format json --profile logs --no-sign-request";
    let said = stscope(asked).args([SAMPLE]).run().exits(0);
    let note =
        "note: --profile, --no-sign-request: nothing that is read is in S3; name it as s3://";
    assert!(said.stderr.contains(note), "{said}");
    let said = stscope(asked).args([SAMPLE, "--quiet"]).run().exits(0);
    assert_eq!(said.stderr, "");
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("sts.db");
    let ingest = stscope("ingest --request-payer requester --store").args([&store]);
    let said = ingest.args([SAMPLE]).run().exits(0);
    let note = "note: --request-payer: nothing that is read is in S3";
    assert!(said.stderr.contains(note), "{said}");
}
