//! `--accounts FILE`: the names of accounts beside their ids.

use std::path::PathBuf;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::harness::{SAMPLE, number, stscope};
use super::logs::{call, log, put};
use super::store::{folder, ingest};

/// A table of names of accounts of the sample, one hostile, and one account left out.
fn names() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let csv = "\u{feff}id,name,owner\r\n000011112222,Payments,Ann\r\n111122223333,\"=cmd|<b>\u{1b}[2J\",Bob\r\n";
    let file = put(folder.path(), "accounts.csv", csv.as_bytes());
    (folder, file)
}

fn json_of(question: &str, accounts: &PathBuf) -> Value {
    let said = stscope(question).arg("--accounts").arg(accounts);
    said.args(["--format", "json"]).run().json()
}

/// The calls by name, as the ids of a report give them.
fn by_name(name_of: impl Fn(&str) -> Option<&'static str>) -> Vec<(Option<&'static str>, u64)> {
    let report = stscope(&format!(
        "report {SAMPLE} --group-by account_id --format json"
    ));
    let mut sums: Vec<(Option<&str>, u64)> = Vec::new();
    for group in report.run().json()["groups"].as_array().unwrap() {
        let name = group["account_id"].as_str().and_then(&name_of);
        match sums.iter_mut().find(|(one, _)| *one == name) {
            Some((_, calls)) => *calls += number(&group["calls"]),
            None => sums.push((name, number(&group["calls"]))),
        }
    }
    sums.sort_unstable();
    sums
}

#[test]
fn calls_are_grouped_by_the_name_of_their_account_in_logs_and_in_a_store() {
    let (_folder, file) = names();
    let expected = by_name(|id| match id {
        "000011112222" => Some("Payments"),
        "111122223333" => Some("=cmd|<b>\u{1b}[2J"),
        _ => None,
    });
    let (_stored, store) = folder();
    ingest(&store, SAMPLE).exits(0);
    for from in [SAMPLE.to_owned(), format!("--store {}", store.display())] {
        let json = json_of(&format!("report -q {from} --group-by account_name"), &file);
        let mut groups: Vec<(Option<&str>, u64)> = (json["groups"].as_array().unwrap().iter())
            .map(|group| (group["account_name"].as_str(), number(&group["calls"])))
            .collect();
        groups.sort_unstable();
        assert_eq!(groups, expected, "{from}");
    }
    // Two accounts of one name are one group.
    let folder = tempfile::tempdir().unwrap();
    let both = "id,name\n000011112222,both\n111122223333,both\n";
    let file = put(folder.path(), "both.csv", both.as_bytes());
    let json = json_of(&format!("report {SAMPLE} --group-by account_name"), &file);
    let expected = by_name(|id| {
        ["000011112222", "111122223333"]
            .contains(&id)
            .then_some("both")
    });
    let groups = json["groups"].as_array().unwrap();
    assert_eq!(groups.len(), expected.len());
    let both = groups
        .iter()
        .find(|group| group["account_name"] == "both")
        .unwrap();
    assert!(expected.contains(&(Some("both"), number(&both["calls"]))));
}

#[test]
fn calls_are_chosen_by_the_name_of_their_account() {
    let (_folder, file) = names();
    let calls = |condition: &str| {
        let question = format!("report -q {SAMPLE} --where {condition}");
        number(&json_of(&question, &file)["summary"]["calls"])
    };
    let all = by_name(|_| None)[0].1;
    let payments = by_name(|id| (id == "000011112222").then_some("Payments"))[1].1;
    assert!(payments > 0 && payments < all);
    assert_eq!(calls("account_name=Pay*"), payments);
    assert_eq!(calls("account_name!=Pay*"), all - payments);
    assert_eq!(calls("account_name=*"), all);
}

/// It may be the list of others.
#[test]
fn no_gate_passes_by_names_of_which_a_list_has_none() {
    let folder = tempfile::tempdir().unwrap();
    let of_others = put(
        folder.path(),
        "others.csv",
        b"id,name\n999900009999,Other\n",
    );
    for (condition, said) in [
        ("account_name=?*", "matched none of the calls"),
        ("account_name=Other", "matched none of the calls"),
        ("account_name!=", "excluded every call"),
    ] {
        let gate = || stscope("report --fail-on global --where").arg(condition);
        let judged = |list: &PathBuf| gate().arg(SAMPLE).arg("--accounts").arg(list).run();
        judged(&of_others).exits(2).says(&[said]);
    }
    let (_folder, file) = names();
    let gate = stscope("report --fail-on global --where account_name=?* --accounts");
    gate.arg(&file).arg(SAMPLE).run().exits(1);
}

#[test]
fn names_stand_beside_ids_where_people_read_and_in_a_last_column_for_programs() {
    let (_folder, file) = names();
    let written = |words: &str| {
        let said = stscope(words)
            .arg("--accounts")
            .arg(&file)
            .env("COLUMNS", "200")
            .run();
        assert!(said.status.success(), "{said}");
        said.text().to_owned()
    };
    let table = written(&format!("report {SAMPLE} --group-by account_id"));
    assert!(table.contains("000011112222 Payments"), "{table}");
    assert!(!table.contains('\u{1b}'), "{table}");
    for format in ["table", "markdown", "html"] {
        let plan = written(&format!("plan {SAMPLE} --top 0 --format {format}"));
        assert!(plan.contains("Payments"), "{format}: {plan}");
        assert!(
            !plan.contains('\u{1b}') && !plan.contains("<b>\u{1b}"),
            "{format}"
        );
    }
    for command in ["plan", "regions"] {
        let csv = written(&format!("{command} {SAMPLE} --format csv"));
        let mut reader = csv::Reader::from_reader(csv.as_bytes());
        let header = reader.headers().unwrap().clone();
        assert_eq!(header.iter().next_back(), Some("account_name"));
        let id = header.iter().position(|name| name == "account_id").unwrap();
        for record in reader.records().map(Result::unwrap) {
            let expected = match &record[id] {
                "000011112222" => "Payments",
                "111122223333" => "'=cmd|<b>\u{1b}[2J",
                _ => "",
            };
            assert_eq!(record.iter().next_back(), Some(expected), "{record:?}");
        }
    }
    let json = json_of(&format!("overview {SAMPLE}"), &file);
    for list in ["accounts", "plan", "regions"] {
        let rows = json[list].as_array().unwrap();
        let of = |row: &&Value| row["account_id"] == "000011112222";
        let row = rows.iter().find(of).unwrap_or_else(|| panic!("{list}"));
        assert_eq!(row["account_name"], "Payments");
        assert_eq!(
            row.as_object().unwrap().keys().next_back().unwrap(),
            "account_name"
        );
    }
}

#[test]
fn a_plan_for_an_owner_says_what_the_file_says_of_the_account() {
    let (_folder, file) = names();
    let out = tempfile::tempdir().unwrap();
    for (format, ending) in [("markdown", "md"), ("json", "json"), ("table", "txt")] {
        stscope(&format!(
            "plan -q {SAMPLE} --by account --format {format} --output-dir"
        ))
        .arg(out.path())
        .arg("--accounts")
        .arg(&file)
        .run()
        .exits(0);
        let file = out.path().join(format!("000011112222.{ending}"));
        let text = std::fs::read_to_string(file).unwrap();
        if format == "json" {
            let json: Value = serde_json::from_str(&text).unwrap();
            let expected = json!({ "id": "000011112222", "name": "Payments", "owner": "Ann" });
            assert_eq!(json["account"], expected);
        } else {
            for word in ["Payments", "owner", "Ann"] {
                assert!(text.contains(word), "{format}: {text}");
            }
        }
    }
}

#[test]
fn what_is_merged_has_the_names_of_whoever_merges() {
    let (_folder, file) = names();
    let folder = tempfile::tempdir().unwrap();
    let part = folder.path().join("1.part");
    stscope(&format!("map plan {SAMPLE} -o"))
        .arg(&part)
        .run()
        .exits(0);
    let merged = stscope("merge --format csv")
        .arg(&part)
        .arg("--accounts")
        .arg(&file);
    let plain = stscope(&format!("plan {SAMPLE} --format csv"))
        .arg("--accounts")
        .arg(&file);
    assert_eq!(merged.run().text(), plain.run().text());
    for words in ["--group-by account_name", "--where account_name=x"] {
        let said = stscope(&format!("map report {SAMPLE} {words} -o"))
            .arg(&part)
            .run();
        said.fails(&["account_name", "'stscope merge'"]);
    }
    let other = folder.path().join("2.part");
    let said = stscope("merge -o")
        .arg(&other)
        .arg(&part)
        .arg("--accounts")
        .arg(&file)
        .run();
    said.fails(&["--accounts", "the 'stscope merge' that makes the answer"]);
}

#[test]
fn what_is_wrong_with_the_names_is_said_before_any_log_is_read() {
    for words in ["--group-by account_name", "--where account_name=x"] {
        let said = stscope(&format!("report {SAMPLE} {words}")).run();
        said.fails(&["account_name", "give --accounts FILE"]);
    }
    let folder = tempfile::tempdir().unwrap();
    let once = log(&[call(1, json!({}))]);
    put(folder.path(), "logs/log.json", &once);
    let utf16: Vec<u8> = "id,name\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    for (content, piece) in [
        (&b"id;name\n"[..], "no header"),
        (b"id,name\n11112222,x\n", "'11112222' is no account id"),
        (
            b"id,name\n000011112222,x\n000011112222,y\n",
            "is there twice",
        ),
        (b"{\"Accounts\":[", "broken JSON"),
        (b"id,name\n\x1b[2J,y\n", "\\u{1b}"),
        (&utf16, "UTF-16"),
    ] {
        let file = put(folder.path(), "accounts", content);
        let said = stscope("report").arg(folder.path().join("logs"));
        let said = said.arg("--accounts").arg(&file).run();
        said.fails(&["--accounts ", piece, "list-accounts"]);
    }
    let file = folder.path().join("accounts");
    let said = stscope("report --format csv -o")
        .arg(&file)
        .arg(folder.path().join("logs"));
    std::fs::write(&file, "id,name\n000011112222,x\n").unwrap();
    let said = said.arg("--accounts").arg(&file).run();
    said.fails(&["--output", "--accounts"]);
}
