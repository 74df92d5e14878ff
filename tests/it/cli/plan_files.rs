//! `plan --by account`: a file for each account, each whole or not at all.

use std::fs;

use serde_json::{Value, json};

use super::harness::{DAMAGED, Run, SAMPLE, rows, stscope, sum};
use super::logs::{call, log, names_in, put};

fn plan_into(folder: &std::path::Path, options: &str) -> Run {
    stscope("plan --by account --output-dir")
        .arg(folder)
        .args(options.split_whitespace())
}

/// A global call of an account's.
fn call_of(number: u32, account: &str) -> Value {
    let mut record = call(number, json!({ "recipientAccountId": account }));
    record["userIdentity"] =
        json!({ "type": "Unknown", "principalId": format!("x{account}"), "accountId": account });
    record["userAgent"] = json!(format!("agent-{number}"));
    record
}

#[test]
fn each_account_has_its_rows_and_all_together_have_all() {
    let dir = tempfile::tempdir().unwrap();
    let said = plan_into(dir.path(), "--format json")
        .arg(SAMPLE)
        .run()
        .exits(0);
    assert_eq!(said.text(), "");
    let said =
        said.says(&["5 files written: 000011112222.json (5 rows), 111122223333.json (8 rows)"]);
    assert_eq!(
        names_in(dir.path()),
        [
            "000011112222.json",
            "111122223333.json",
            "444455556666.json",
            "999988887777.json",
            "no-account.json"
        ],
        "{said}"
    );
    let mut together = Vec::new();
    for name in names_in(dir.path()) {
        let document: Value =
            serde_json::from_slice(&fs::read(dir.path().join(&name)).unwrap()).unwrap();
        assert_eq!(document["schema"], "stscope.plan/1");
        let account = name.strip_suffix(".json").unwrap();
        for row in rows(&document) {
            // The account that has to change it: of a caller from elsewhere, the caller's.
            let expected = if account == "no-account" {
                "anonymous"
            } else {
                account
            };
            assert_eq!(row["account_id"], expected);
            together.push(row);
        }
        let refused = document["risks"]["refused"].as_array().unwrap();
        // Of the refusal, the account that refuses and the one whose call it was.
        let concerns = ["000011112222", "444455556666"].contains(&account);
        assert_eq!(refused.len(), usize::from(concerns), "{name}");
    }
    let whole = stscope("plan --format json")
        .arg(SAMPLE)
        .run()
        .exits(0)
        .rows();
    assert_eq!(sum(&together, "calls"), sum(&whole, "calls"));
    assert_eq!(together.len(), whole.len());
    assert!(whole.iter().all(|row| together.contains(row)));
}

#[test]
fn every_format_has_its_ending_and_a_headline_of_its_own() {
    let dir = tempfile::tempdir().unwrap();
    for (options, ending) in [
        ("", "txt"),
        ("--format table", "txt"),
        ("--format csv", "csv"),
        ("--format jsonl", "jsonl"),
        ("--format markdown", "md"),
    ] {
        let folder = dir.path().join(ending);
        plan_into(&folder, options).arg(SAMPLE).run().exits(0);
        assert!(
            folder.join(format!("444455556666.{ending}")).is_file(),
            "{options}"
        );
    }
    let table = fs::read_to_string(dir.path().join("txt/999988887777.txt")).unwrap();
    assert!(
        table.starts_with("1 global STS call, 1 principal to change, 2025-11-03\n"),
        "{table}"
    );
    assert!(!table.contains("111122223333:"), "{table}");
}

#[test]
fn a_file_holds_all_rows_unless_a_number_is_given() {
    let dir = tempfile::tempdir().unwrap();
    let records: Vec<Value> = (0..40)
        .map(|number| call_of(number, "111122223333"))
        .collect();
    let many = put(
        dir.path(),
        "many.json",
        &log(&(records
            .iter()
            .cloned()
            .enumerate()
            .map(|(at, mut record)| {
                record["userIdentity"]["principalId"] = json!(format!("x{at}"));
                record
            })
            .collect::<Vec<_>>())),
    );
    let folder = dir.path().join("plans");
    let principals = |options: &str| {
        plan_into(&folder, options).arg(&many).run().exits(0);
        let text = fs::read_to_string(folder.join("111122223333.txt")).unwrap();
        text.lines().filter(|line| line.starts_with('x')).count()
    };
    assert_eq!(principals(""), 40);
    assert_eq!(principals("--top 7"), 7);
}

#[test]
fn an_id_from_a_log_leads_nowhere_else() {
    let dir = tempfile::tempdir().unwrap();
    let ids = [
        "../../etc/passwd",
        "/tmp/x",
        "..",
        "11112222333",
        "1111222233334",
        "\u{661}11122223333",
        "",
    ];
    let records: Vec<Value> = (ids.iter().enumerate())
        .map(|(number, id)| call_of(number as u32, id))
        .collect();
    let folder = dir.path().join("a/b/plans");
    let run = plan_into(&folder, "--format json --quiet")
        .arg("-")
        .input(log(&records));
    run.run().exits(0).says_nothing();
    assert_eq!(names_in(&folder), ["no-account.json"]);
    assert_eq!(names_in(dir.path()), ["a"]);
    let document: Value =
        serde_json::from_slice(&fs::read(folder.join("no-account.json")).unwrap()).unwrap();
    assert_eq!(sum(&rows(&document), "calls"), ids.len() as u64);
}

#[test]
fn what_is_there_is_replaced_and_what_has_no_rows_any_more_is_left_and_named() {
    let dir = tempfile::tempdir().unwrap();
    let old = [
        "111122223333.csv",
        "123412341234.csv",
        "no-account.csv",
        "123412341234.txt",
        "notes.csv",
    ];
    for name in old {
        put(dir.path(), name, b"old");
    }
    let run = plan_into(dir.path(), "--format csv").arg("-");
    let said = run.input(log(&[call_of(1, "111122223333")])).run().exits(0);
    let said = said.says(&[
        "1 file written: 111122223333.csv (1 row)\n",
        "from an earlier run, and left as it was",
        ": 123412341234.csv, no-account.csv\n",
    ]);
    assert_eq!(names_in(dir.path()).len(), old.len(), "{said}");
    for name in old {
        let text = fs::read_to_string(dir.path().join(name)).unwrap();
        assert_eq!(text == "old", name != "111122223333.csv", "{name}");
    }
}

#[test]
fn no_work_is_no_file_and_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("plans");
    let here = call(
        1,
        json!({ "tlsDetails": { "clientProvidedHostHeader": "sts.us-east-1.amazonaws.com" } }),
    );
    let run = plan_into(&folder, "").arg("-").input(log(&[here]));
    run.run().exits(0).says(&[
        "note: no global calls among 1 STS call\n",
        "0 files written\n",
    ]);
    assert!(names_in(&folder).is_empty());
}

#[test]
fn options_that_do_not_go_together_are_errors() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("plans");
    let plan = |options: &[&str]| {
        let run = stscope("plan").arg(SAMPLE).args(options);
        run.run().exits(2)
    };
    let folder = folder.to_str().unwrap();
    plan(&["--by", "account"]).fails(&["--output-dir"]);
    plan(&["--output-dir", folder]).fails(&["--by"]);
    plan(&["--by", "account", "--output-dir", folder, "-o", "x.csv"])
        .fails(&["--output", "cannot be used"]);
    plan(&["--by", "principal", "--output-dir", folder]).fails(&["account"]);
    assert!(!dir.path().join("plans").exists());
    let file = put(dir.path(), "file", b"");
    plan(&["--by", "account", "--output-dir", file.to_str().unwrap()])
        .fails(&["--output-dir", "name a folder"]);
}

#[test]
fn no_list_that_was_given_is_replaced_by_a_plan() {
    let dir = tempfile::tempdir().unwrap();
    let logs = put(dir.path(), "logs.json", &log(&[call_of(1, "111122223333")]));
    for (option, format, list) in [
        ("--accounts", "csv", "id,name\n111122223333,a\n"),
        ("--allow", "table", "*:role/nobody\n"),
    ] {
        let ending = if format == "csv" { "csv" } else { "txt" };
        let name = format!("111122223333.{ending}");
        let file = put(dir.path(), &name, list.as_bytes());
        let run = plan_into(dir.path(), &format!("--fail-on global --format {format}"));
        let run = run.arg(&logs).arg(option).arg(&file);
        run.run()
            .fails(&["--output-dir", &format!("{name} is the list of {option}")]);
        assert_eq!(fs::read(&file).unwrap(), list.as_bytes());
    }
}

#[test]
fn no_log_is_replaced_by_a_plan() {
    let dir = tempfile::tempdir().unwrap();
    let before = log(&[call_of(1, "111122223333"), call_of(2, "000011112222")]);
    let path = put(dir.path(), "111122223333.json", &before);
    let run = plan_into(dir.path(), "--format json").arg(&path);
    run.run().fails(&[
        "--output-dir",
        "111122223333.json is one of the files to be read; name another folder",
    ]);
    assert_eq!(fs::read(&path).unwrap(), before);
    assert_eq!(names_in(dir.path()), ["111122223333.json"]);
    // Read through its folder, or by another run.
    let run = plan_into(dir.path(), "--format json").arg(dir.path());
    run.run()
        .fails(&["--output-dir", "111122223333.json holds CloudTrail records"]);
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn damage_and_gates_decide_on_the_exit_code_and_the_files_are_written() {
    let dir = tempfile::tempdir().unwrap();
    plan_into(dir.path(), "--quiet").arg(DAMAGED).run().exits(3);
    assert!(!names_in(dir.path()).is_empty());
    let gated = dir.path().join("gated");
    plan_into(&gated, "--fail-on global")
        .arg(SAMPLE)
        .run()
        .exits(1);
    assert_eq!(names_in(&gated).len(), 5);
    let strict = dir.path().join("strict");
    plan_into(&strict, "--strict").arg(DAMAGED).run().exits(2);
    assert!(names_in(&strict).is_empty());
}
