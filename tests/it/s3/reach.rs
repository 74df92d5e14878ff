//! What was named in S3 and is not there, must not be listed, or is named twice: none of it is a quiet zero.

use s3server::Server;
use serde_json::json;

use super::commands::ask;
use crate::cli::harness::stscope;
use crate::cli::logs::{call, gzip, log, regional_call};

/// A key of CloudTrail's, of this account.
fn key(account: &str) -> String {
    format!(
        "AWSLogs/{account}/CloudTrail/us-east-1/2025/11/03/{account}_CloudTrail_us-east-1_20251103T0005Z_a.json.gz"
    )
}

/// A Regional call where it is looked for, and a global one somewhere else.
fn with_global_call(server: &Server, at: &str) {
    let regional = gzip(&log(&[regional_call(1)]));
    server.put("trail", &key("111122223333"), regional);
    server.put("trail", at, gzip(&log(&[call(2, json!({}))])));
}

#[test]
fn what_must_not_be_listed_is_said_where_the_rest_is_read() {
    let server = Server::start();
    with_global_call(&server, &format!("prod/{}", key("222233334444")));
    server.change(|behaviour| behaviour.may_list = vec!["AWSLogs/".into()]);
    let said = ask(&server, "report s3://trail/ --format json")
        .run()
        .exits(3);
    assert!(
        said.stderr
            .contains("s3://trail/: damaged (open): access is denied"),
        "{}",
        said.stderr
    );
    let damaged = &said.json()["coverage"]["damaged"];
    assert_eq!(damaged[0]["path"], "s3://trail/");
    assert_eq!(damaged[0]["stage"], "open");
    // A manifest has no line for it, and a store would not know when it is to be listed.
    ask(&server, "map report --list s3://trail/")
        .run()
        .fails(&["s3:ListBucket"]);
    let folder = tempfile::tempdir().expect("a folder");
    let ingest = ask(&server, "ingest s3://trail/").arg("--store");
    let ingest = ingest.arg(folder.path().join("sts.db"));
    ingest.run().fails(&[
        "s3://trail/: access is denied",
        "give the prefix that is allowed",
    ]);
    let dry = ask(&server, "report --dry-run s3://trail/").run().exits(3);
    assert!(
        dry.text().contains("unreadable  s3://trail/"),
        "{}",
        dry.text()
    );
    // What may be listed is all that is named.
    ask(&server, "report s3://trail/AWSLogs/").run().exits(0);

    // Accounts may be elsewhere, too.
    server.change(|behaviour| behaviour.may_list = vec!["AWSLogs/111122223333/".into()]);
    let words = "report s3://trail/AWSLogs/ --account 111122223333,222233334444 --format json";
    server.change(|behaviour| behaviour.may_list.push("AWSLogs/222233334444/".into()));
    let said = ask(&server, words).run().exits(3);
    assert_eq!(
        said.json()["coverage"]["damaged"][0]["path"],
        "s3://trail/AWSLogs/"
    );
}

#[test]
fn a_path_in_s3_at_which_there_is_nothing_is_an_error_and_one_on_a_list_an_unreadable_file() {
    let server = Server::start();
    with_global_call(&server, &key("222233334444"));
    let sound = "s3://trail/AWSLogs/111122223333/";
    for (wrong, advice) in [
        ("s3://trail/AWSLogs/22223333444/", "check the name"),
        (
            "s3://trail/AWSLogs/222233334444/x.json.gz",
            "check the name",
        ),
        (
            "s3://trail/AWSLogs/222233334444/*",
            "in S3 a pattern is a name like any other",
        ),
    ] {
        for command in ["report", "verify", "map report --list"] {
            let said = ask(&server, command).args([sound, wrong]).run();
            said.fails(&[&format!("{wrong}: there is no object of that name"), advice]);
        }
        // A task of many has it in its part.
        let folder = tempfile::tempdir().expect("a folder");
        let part = folder.path().join("1.part");
        let map = ask(&server, "map report").args([sound, wrong]).arg("-o");
        map.arg(&part).run().exits(0);
        let merged = stscope("merge --format json").arg(&part).run().exits(3);
        assert_eq!(merged.json()["coverage"]["damaged"][0]["path"], wrong);
        let store = folder.path().join("sts.db");
        let ingest = ask(&server, "ingest").arg("--store").arg(&store);
        ingest.args([sound, wrong]).run().fails(&[wrong]);
        let list = folder.path().join("list");
        std::fs::write(&list, format!("{sound}\n{wrong}\n")).expect("a list");
        let listed = ask(&server, "report --format json")
            .arg("--files-from")
            .arg(&list);
        let said = listed.run().exits(3);
        let coverage = &said.json()["coverage"];
        assert_eq!(coverage["damaged"][0]["path"], wrong);
        assert_eq!(coverage["files"]["found"], 2);
    }
}

#[test]
fn a_region_at_which_there_is_nothing_is_no_region_that_was_left_out() {
    let server = Server::start();
    with_global_call(&server, &key("222233334444"));
    let sound = "s3://trail/AWSLogs/111122223333/";
    let region = "s3://trail/AWSLogs/333344445555/CloudTrail/us-east-1/";
    let one = key("222233334444").replace("T0005Z", "T0905Z");
    for (wrong, options) in [
        (region.to_owned(), "--since 2025-11-03"),
        (
            region.to_owned(),
            "--region eu-west-1,us-east-1 --until 2025-11-04",
        ),
        (
            region.replace("us-east-1/", "eu-west-1"),
            "--region us-east-1 --since 2025-11-01",
        ),
        (format!("{region}2025/11/"), "--since 2025-11-03"),
        (format!("{region}2025/*"), "--since 2025-11-03"),
        (format!("s3://trail/{one}"), "--since 2025-11-03"),
    ] {
        let words = format!("report --format json {options}");
        let said = ask(&server, &words).args([sound, &*wrong]).run();
        said.fails(&[&format!("{wrong}: there is no object")]);
    }
    // What is there and not asked about is left out.
    let there = "s3://trail/AWSLogs/222233334444/CloudTrail/us-east-1/";
    let words = "report --format json --since 2025-11-05 --no-dedup";
    let said = ask(&server, words).args([there]).run();
    said.fails(&["nothing was read", "widen --since"]);
}

#[test]
fn a_night_does_not_take_what_was_not_there_for_listed() {
    let server = Server::start();
    server.put(
        "trail",
        &key("111122223333"),
        gzip(&log(&[regional_call(1)])),
    );
    let folder = tempfile::tempdir().expect("a folder");
    let (list, store) = (folder.path().join("list"), folder.path().join("sts.db"));
    let accounts = ["111122223333", "222233334444"];
    let urls = accounts.map(|account| format!("s3://trail/AWSLogs/{account}/\n"));
    std::fs::write(&list, urls.concat()).expect("a list");
    let ingest = || {
        let words = ask(&server, "ingest").arg("--store").arg(&store);
        words.arg("--files-from").arg(&list).run()
    };
    for _ in 0..2 {
        ingest()
            .exits(3)
            .says(&["s3://trail/AWSLogs/222233334444/: damaged (open)"]);
    }
    let late = key("222233334444").replace("2025/11/03", "2024/11/03");
    server.put("trail", &late, gzip(&log(&[call(2, json!({}))])));
    ingest().exits(0).says(&["1 file new"]);
    ingest().exits(0).says(&["0 files new"]);
}

#[test]
fn each_prefix_that_is_named_is_read_once_however_they_begin() {
    let server = Server::start();
    for (number, folder) in ["prod/", "prod-old/", "prod/more/", "pre"]
        .into_iter()
        .enumerate()
    {
        let key = format!("{folder}{number}.json.gz");
        server.put("trail", &key, gzip(&log(&[call(number as u32, json!({}))])));
    }
    for (paths, files) in [
        ("s3://trail/prod s3://trail/prod-old/", 3),
        (
            "s3://trail/prod-old s3://trail/prod s3://trail/prod/more",
            3,
        ),
        (
            "s3://trail/prod/ s3://trail/prod/more/ s3://trail/prod/more/2.json.gz",
            2,
        ),
        ("s3://trail/prod s3://trail/prod/", 2),
        ("s3://trail/prod s3://trail/", 4),
        ("s3://trail/pre s3://trail/pre3.json.gz", 1),
        // Neither is a folder: keys that begin so.
        ("s3://trail/pr s3://trail/prod-old/ s3://trail/prod", 4),
    ] {
        let said = ask(&server, "report --format json")
            .args(paths.split(' '))
            .run()
            .exits(0);
        let json = said.json();
        assert_eq!(json["coverage"]["files"]["found"], files, "{paths}");
        assert_eq!(json["coverage"]["files"]["read"], files, "{paths}");
    }
}

#[test]
fn what_lies_beside_the_days_of_a_region_is_read_whatever_days_are_asked_about() {
    const REGION: &str = "AWSLogs/111122223333/CloudTrail/us-east-1";
    let server = Server::start();
    let keys = [
        "2025-11.json.gz",
        "11/03/b.json.gz",
        "2025/11/a-month.json.gz",
        "2025/11/3/c.json.gz",
        "2025/a-year.json.gz",
        "archive.json.gz",
        "by-hand/d.json.gz",
    ];
    for (number, key) in keys.iter().enumerate() {
        let file = gzip(&log(&[call(number as u32, json!({}))]));
        server.put("trail", &format!("{REGION}/{key}"), file);
    }
    server.put(
        "trail",
        &key("111122223333"),
        gzip(&log(&[call(99, json!({}))])),
    );
    let of_another_day = key("111122223333").replace("2025/11/03", "2025/09/03");
    server.put("trail", &of_another_day, gzip(&log(&[call(98, json!({}))])));
    for days in [
        "",
        "--since 2025-11-03",
        "--until 2025-11-04",
        "--since 2025-11-03 --until 2025-11-04",
        "--since 2025-11-03 --until 2027-01-01",
    ] {
        for page in [1000, 2] {
            server.change(|behaviour| behaviour.page = page);
            let words = format!("report --format json s3://trail/ {days}");
            let said = ask(&server, &words).run().exits(0);
            let json = said.json();
            let calls = json["summary"]["calls"].as_u64().expect("calls");
            let of_another_day = u64::from(!days.contains("--since"));
            assert_eq!(calls, keys.len() as u64 + 1 + of_another_day, "{words}");
            assert_eq!(json["coverage"]["files"]["read"], calls, "{words}");
        }
    }
}
