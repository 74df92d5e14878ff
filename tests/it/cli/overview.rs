//! `overview`: everything in one pass, and each figure the one that the command of its own gives.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use super::harness::{DAMAGED, Run, SAMPLE, number, stscope, sum};
use super::logs::{call, log, one_call, put};
use super::trend::Nightly;
use super::verify;
use archive::bulk::{Archive, Options};

/// Holds an overview against the commands of its lists. `of` adds where to read, and how.
#[track_caller]
fn agrees(of: &dyn Fn(Run) -> Run) {
    let ask = |words: &str| of(stscope(words)).run().json();
    let overview = ask("overview -q --format json");
    let list = |name: &str| overview[name].as_array().unwrap().clone();
    assert_eq!(overview["schema"], "stscope.overview/1");

    let report = ask("report -q --format json --group-by account_id,endpoint");
    assert_eq!(overview["summary"], report["summary"]);
    assert_eq!(overview["coverage"], report["coverage"]);
    let mut by_account: BTreeMap<(String, String), u64> = BTreeMap::new();
    for group in report["groups"].as_array().unwrap() {
        let key = (
            group["account_id"].to_string(),
            group["endpoint"].as_str().unwrap().to_owned(),
        );
        by_account.insert(key, number(&group["calls"]));
    }
    let callers =
        ask("report -q --format json --endpoint global --group-by account_id,principal,sdk");
    for row in list("accounts") {
        for (endpoint, calls) in row["endpoints"].as_object().unwrap() {
            let key = (row["account_id"].to_string(), endpoint.clone());
            // Of an account whose logs of us-east-1 were not read, no zero is known.
            let calls = calls.as_u64().unwrap_or(0);
            assert_eq!(by_account.remove(&key).unwrap_or(0), calls, "{row}");
        }
        let mut principals: Vec<_> = (callers["groups"].as_array().unwrap().iter())
            .filter(|group| group["account_id"] == row["account_id"])
            .filter(|group| !matches!(group["sdk"].as_str(), Some("aws-internal" | "aws-service")))
            .map(|group| group["principal"].to_string())
            .collect();
        principals.sort();
        principals.dedup();
        assert_eq!(
            row["global_principals"].as_u64().unwrap_or(0),
            principals.len() as u64,
            "{row}"
        );
    }
    assert!(by_account.is_empty(), "{by_account:?}");

    let plan = ask("plan -q --format json");
    assert_eq!(overview["plan"], plan["rows"]);
    assert_eq!(overview["risks"], plan["risks"]);
    let calls_of = |rows: &[Value], sdk: &Value, version: &Value, cause: &Value| -> (u64, u64) {
        let mine = rows.iter().filter(|row| {
            (&row["sdk"], &row["sdk_version"], &row["cause"]) == (sdk, version, cause)
        });
        mine.fold((0, 0), |(calls, rows), row| {
            (calls + number(&row["calls"]), rows + 1)
        })
    };
    let rows = plan["rows"].as_array().unwrap();
    for row in list("sdks") {
        let expected = calls_of(rows, &row["sdk"], &row["sdk_version"], &row["cause"]);
        assert_eq!(
            (number(&row["calls"]), number(&row["principals"])),
            expected,
            "{row}"
        );
    }
    assert_eq!(sum(&list("sdks"), "calls"), sum(rows, "calls"));

    let regions = ask("regions -q --format json");
    assert_eq!(overview["regions"], regions["rows"]);
    assert_eq!(overview["window"], regions["window"]);
    assert_eq!(overview["of_no_region"], regions["of_no_region"]);

    let trend = ask("trend -q --format json");
    let days = list("days");
    let periods = trend["rows"].as_array().unwrap();
    assert_eq!(days.len(), periods.len());
    for (day, period) in days.iter().zip(periods) {
        assert_eq!(
            (&day["day"], &day["status"]),
            (&period["period"], &period["status"])
        );
        for (endpoint, calls) in day["endpoints"].as_object().unwrap() {
            assert_eq!(calls, &period[endpoint], "{day}");
        }
    }
    assert_eq!(overview["undated"], trend["undated"]);
}

/// What was read by day adds up to what was read.
#[track_caller]
fn adds_up(overview: &Value) {
    let read = overview["read"].as_array().unwrap();
    let coverage = &overview["coverage"];
    let files = &coverage["files"];
    assert_eq!(sum(read, "files"), number(&files["read"]));
    assert_eq!(sum(read, "damaged"), number(&files["damaged"]));
    assert_eq!(sum(read, "records"), number(&coverage["records"]));
    assert_eq!(sum(read, "sts_records"), number(&coverage["sts_records"]));
}

fn archive(logs: &Path) {
    let archive = Archive::new(Options {
        seed: 5,
        files: 120,
        records: 40,
        sts_share: 0.7,
        duplicates: 0.1,
        shared_pairs: 0.2,
        accounts: 3,
        principals: 40,
        days: 24,
        ..Options::default()
    });
    for file in 0..120 {
        let mut text = Vec::new();
        archive.write_file(file, &mut text);
        put(logs, archive.key(file), &text);
    }
}

#[test]
fn every_figure_is_the_one_that_its_own_command_gives() {
    for path in [SAMPLE, "sample-logs"] {
        agrees(&|run| run.arg(path));
    }
    agrees(&|run| {
        run.arg(SAMPLE)
            .args(["--since", "2025-11-04", "--account", "111122223333"])
    });
    let nightly = Nightly::new();
    archive(&nightly.logs());
    agrees(&|run| run.arg(nightly.logs()));
    agrees(&|run| {
        run.arg(nightly.logs())
            .args(["--region", "us-east-1", "--no-prune"])
    });
    nightly.ingest();
    agrees(&|run| run.arg("--store").arg(&nightly.store));
}

#[test]
fn what_was_read_by_day_adds_up_whatever_was_damaged() {
    for path in [SAMPLE, DAMAGED, "sample-logs"] {
        let said = stscope("overview -q --format json").arg(path).run();
        adds_up(&said.json());
        let one = stscope("overview -q --format json --threads 1")
            .arg(path)
            .run();
        assert_eq!(said.json(), one.json());
    }
    let nightly = Nightly::new();
    archive(&nightly.logs());
    let said = stscope("overview -q --format json")
        .arg(nightly.logs())
        .run();
    adds_up(&said.json());
    let read = said.json()["read"].as_array().unwrap().len();
    assert!(read > 24, "{read} lines");
}

#[test]
fn digests_say_the_same_as_verify() {
    let archive = verify::Archive::new();
    for spoil in [false, true] {
        if spoil {
            archive.remove_digests(1..2);
        }
        let overview = stscope("overview -q --format json")
            .arg(archive.root())
            .run()
            .json();
        let verify = stscope("verify -q --format json")
            .arg(archive.root())
            .run()
            .json();
        assert_eq!(overview["verify"], verify["rows"]);
    }
}

#[test]
fn logs_without_digests_are_the_same_rows_in_a_store() {
    let archive = verify::Archive::new();
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("sts.db");
    let log_of = |kind: &str, region: &str, content: &[u8]| {
        let unique = format!("gsk95lT7BC8z7K{:02}", kind.len());
        let name = format!("444455556666_{kind}_{region}_20251103T0905Z_{unique}.json");
        let path = format!("AWSLogs/444455556666/{kind}/{region}/2025/11/03/{name}");
        put(&archive.root(), path, content);
    };
    log_of("CloudTrail", "eu-west-2", &one_call());
    log_of("CloudTrail", "ap-south-1", b"{\"Records\":[{");
    log_of(
        "CloudTrail-NetworkActivity",
        "eu-west-2",
        b"{\"Records\":[]}",
    );
    log_of(
        "CloudTrail-NetworkActivity",
        "eu-north-1",
        b"{\"Records\":[]}",
    );
    log_of("CloudTrail-Insight", "eu-south-1", b"{\"Records\":[]}");
    stscope("ingest -q --store")
        .arg(&store)
        .arg(archive.root())
        .run();
    let rows = |run: Run| run.run().json()["verify"].clone();
    let of_logs = rows(stscope("overview -q --format json").arg(archive.root()));
    let of_store = rows(stscope("overview -q --format json --store").arg(&store));
    assert_eq!(of_logs, of_store);
    let unnamed = |region: &str| {
        let rows = of_logs.as_array().unwrap().iter();
        let mut of_pair = rows.filter(|row| row["account_id"] == "444455556666");
        (of_pair.find(|row| row["region"] == region)).map(|row| row["unnamed"].clone())
    };
    assert_eq!(unnamed("eu-west-2"), Some(2.into()));
    assert_eq!(unnamed("ap-south-1"), Some(1.into()));
    assert_eq!(unnamed("eu-north-1"), Some(1.into()));
    assert_eq!(unnamed("eu-south-1"), None);
}

#[test]
fn the_trend_of_logs_is_that_of_a_store_that_read_them() {
    let nightly = Nightly::new();
    archive(&nightly.logs());
    nightly.ingest();
    for words in [
        "trend -q --format json",
        "trend -q --format json --by week",
        "trend -q --format json --principal *role/*[0-4]*",
        "trend -q --format json --region us-east-1",
        "trend -q --format json --endpoint regional",
        "trend -q --format json --endpoint regional --region us-east-1 --by month",
    ] {
        let mut logs = stscope(words).arg(nightly.logs()).run().exits(0).rows();
        let mut store = nightly.ask(words).run().exits(0).rows();
        // A store knows when it read them, and so whether the last day was over.
        for rows in [&mut logs, &mut store] {
            rows.last_mut().unwrap()["status"] = Value::Null;
        }
        assert_eq!(logs, store, "{words}");
    }
}

#[test]
fn days_that_were_not_read_are_no_zeros_in_logs_either() {
    let nightly = Nightly::new();
    nightly.deliver("2025-11-03", "us-east-1", &["a", "b"]);
    nightly.deliver("2025-11-04", "eu-west-1", &["a"]);
    nightly.deliver("2025-11-06", "us-east-1", &["c"]);
    let rows = stscope("trend --format json")
        .arg(nightly.logs())
        .run()
        .exits(0);
    let rows = rows.says(&["2025-11-05", "add logs of these days"]).rows();
    let status: Vec<_> = rows
        .iter()
        .map(|row| row["status"].as_str().unwrap())
        .collect();
    assert_eq!(status, ["complete", "incomplete", "not-read", "incomplete"]);
    assert_eq!(rows[0]["global"], 2);
    assert_eq!(rows[1]["global"], Value::Null);
    assert_eq!(rows[1]["regional"], 1);
    assert_eq!(rows[2]["calls"], Value::Null);
    // A day of which an hour was not asked about is not complete.
    let overview = stscope("overview -q --format json --since 2025-11-03T06:00:00Z")
        .arg(nightly.logs())
        .run()
        .exits(0)
        .json();
    assert_eq!(overview["days"][0]["status"], "incomplete");
    assert_eq!(overview["days"][0]["endpoints"]["global"], 2);
}

#[test]
fn what_hides_calls_or_has_room_for_one_list_is_refused() {
    for (words, piece) in [
        ("--where sdk=boto3", "--where: it would hide calls"),
        ("--endpoint global", "--endpoint: it would hide calls"),
        ("--format csv", "several lists"),
        ("--format jsonl", "several lists"),
    ] {
        stscope(&format!("overview {SAMPLE} {words}"))
            .run()
            .fails(&[piece]);
    }
    stscope(&format!("trend {SAMPLE} --since 5h"))
        .run()
        .fails(&["--since 5h", "whole days"]);
    stscope(&format!("overview {SAMPLE} -q --fail-on global"))
        .run()
        .exits(1);
    stscope(&format!("trend {SAMPLE} -q --fail-on global"))
        .run()
        .exits(1);
}

#[test]
fn a_screen_is_no_wider_than_the_terminal() {
    for width in ["80", "120", "200"] {
        let said = stscope("overview -q sample-logs")
            .env("COLUMNS", width)
            .run()
            .exits(3);
        let widest = said.text().lines().map(|line| line.chars().count()).max();
        assert!(widest <= width.parse().ok(), "{said}");
        assert!(said.text().lines().count() < 50, "{said}");
    }
}

#[test]
fn an_account_whose_logs_of_us_east_1_were_not_read_has_no_zero() {
    let dir = tempfile::tempdir().unwrap();
    let of = |account: &str, region: &str, number: u32| {
        let arn = format!("arn:aws:iam::{account}:role/app");
        let record = call(
            number,
            serde_json::json!({
                "awsRegion": region,
                "recipientAccountId": account,
                "userIdentity": { "type": "Role", "arn": arn, "accountId": account },
                "tlsDetails": { "clientProvidedHostHeader": "sts.eu-west-1.amazonaws.com" },
            }),
        );
        let key = format!("AWSLogs/{account}/CloudTrail/{region}/2025/11/03/x.json");
        put(dir.path(), key, &log(&[record]));
    };
    of("111122223333", "us-east-1", 1);
    of("444455556666", "eu-west-1", 2);
    let ask = |words: &str| stscope(words).arg(dir.path()).run().exits(0);
    let overview = ask("overview --format json").json();
    let accounts = overview["accounts"].as_array().unwrap();
    let row = |id: &str| accounts.iter().find(|row| row["account_id"] == id).unwrap();
    let [seen, blind] = ["111122223333", "444455556666"].map(row);
    assert_eq!(seen["endpoints"]["global"], 0);
    assert_eq!(seen["global_share"], 0.0);
    assert_eq!(blind["endpoints"]["regional"], 1);
    for absent in [
        &blind["endpoints"]["global"],
        &blind["endpoints"]["unknown"],
        &blind["global_share"],
        &blind["global_principals"],
    ] {
        assert!(absent.is_null(), "{blind}");
    }
    let page = ask("overview --format html");
    assert!(page.text().contains("444455556666 (not read)"));
    assert!(page.text().contains(">not known</text>"), "{page}");
}

#[test]
fn what_was_not_understood_is_on_every_page_of_an_overview() {
    let dir = tempfile::tempdir().unwrap();
    let undated = call(1, serde_json::json!({ "eventTime": "soon" }));
    let odd = serde_json::json!({ "what": 1 });
    put(
        dir.path(),
        "log.json",
        &log(&[call(2, Value::Object(Default::default())), undated, odd]),
    );
    for format in ["table", "markdown", "html"] {
        let said = stscope(&format!("overview --format {format}"))
            .arg(dir.path())
            .run()
            .exits(3);
        for words in [
            "1 document or element not understood",
            "1 STS call without a readable time",
        ] {
            assert!(said.text().contains(words), "{said}");
        }
    }
}

#[test]
fn the_plan_and_the_regions_are_ordered_and_cut_as_by_their_own_commands() {
    let ask = |words: &str, options: &str| {
        let run = stscope(&format!("{words} -q --format json {options}"));
        run.arg(SAMPLE).run().json()
    };
    let all = ask("overview", "");
    for options in [
        "--sort group",
        "--sort last_event_time",
        "--sort calls --min-calls 2",
        "--min-calls 1000",
    ] {
        let mut some = ask("overview", options);
        for list in ["plan", "regions"] {
            let rows = some[list].take();
            assert_eq!(rows, ask(list, options)["rows"], "{list} {options}");
            some[list] = all[list].clone();
        }
        assert_eq!(some, all, "{options}");
    }
}
