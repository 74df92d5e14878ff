//! What may be named as input, on every system.

use serde_json::{Value, json};

use super::harness::{Run, SAMPLE, column, number, rows, stscope, sum};
use super::logs::{call, gzip, log, one_call, put, regional_call, sample_of_eu_west_1};

fn report(words: &str) -> Run {
    stscope("report --format json").args(words.split_whitespace())
}

/// Found, read and calls.
fn figures(document: &Value) -> (u64, u64, u64) {
    let coverage = &document["coverage"];
    let files = &coverage["files"];
    (
        number(&files["found"]),
        number(&files["read"]),
        number(&coverage["calls"]),
    )
}

/// Two logs of one call each, side by side and one below the other.
fn tree() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    put(dir.path(), "a/1.json", &log(&[call(1, json!({}))]));
    put(
        dir.path(),
        "a/b/2.json.gz",
        &gzip(&log(&[regional_call(2)])),
    );
    dir
}

#[test]
fn standard_input_is_read_whatever_it_is() {
    let (plain, zipped) = (one_call(), gzip(&one_call()));
    let two_members = [
        gzip(&log(&[call(1, json!({}))])),
        gzip(&log(&[call(2, json!({}))])),
    ];
    for (bytes, calls) in [
        (plain.clone(), 1),
        (zipped, 1),
        (two_members.concat(), 2),
        ([b"\xef\xbb\xbf".as_slice(), &plain].concat(), 1),
        (call(1, json!({})).to_string().into_bytes(), 1),
        (
            json!([call(1, json!({})), call(2, json!({}))])
                .to_string()
                .into_bytes(),
            2,
        ),
        (
            format!("{}\n{}\n", call(1, json!({})), call(2, json!({}))).into_bytes(),
            2,
        ),
        (
            serde_json::to_vec_pretty(&json!({ "Records": [call(1, json!({}))] })).unwrap(),
            1,
        ),
    ] {
        let document = report("-").input(bytes).run().exits(0).json();
        assert_eq!(figures(&document), (1, 1, calls));
        let events = stscope("events - --sort none --format json");
        let bytes = log(&[call(1, json!({}))]);
        assert_eq!(events.input(bytes).run().exits(0).rows().len(), 1);
    }
}

#[test]
fn nothing_on_standard_input_is_no_success() {
    for bytes in [Vec::new(), gzip(b"")] {
        report("-")
            .input(bytes)
            .run()
            .fails(&["nothing was read", "1 empty"]);
    }
    report("-")
        .input("hello")
        .run()
        .exits(3)
        .says(&["-: damaged (json)"]);
}

#[test]
fn a_sound_document_of_another_kind_is_skipped() {
    report("-")
        .input("{\"a\":1}")
        .run()
        .fails(&["1 not-cloudtrail", "CloudTrail log files"]);
}

#[test]
fn a_list_of_files_is_read_line_by_line_or_by_nul_bytes() {
    let dir = tree();
    let (one, two) = (
        dir.path().join("a/1.json"),
        dir.path().join("a/b/2.json.gz"),
    );
    for end in ["\n", "\r\n", "\0"] {
        let text = format!("{}{end}{end}{}{end}", one.display(), two.display());
        let list = put(dir.path(), "list.txt", text.as_bytes());
        let document = report("--files-from").arg(&list).run().exits(0).json();
        assert_eq!(figures(&document), (2, 2, 2), "{end:?}");
        let document = report("--files-from -").input(text).run().exits(0).json();
        assert_eq!(figures(&document), (2, 2, 2), "{end:?}");
    }
    // The last line needs no end.
    let document = report("--files-from -")
        .input(one.display().to_string())
        .run()
        .json();
    assert_eq!(figures(&document), (1, 1, 1));
}

#[test]
fn a_list_adds_to_the_paths_and_may_name_folders_and_standard_input() {
    let dir = tree();
    let list = put(
        dir.path(),
        "list.txt",
        dir.path().join("a/b").display().to_string().as_bytes(),
    );
    let run = report("--files-from")
        .arg(&list)
        .arg(dir.path().join("a/1.json"));
    assert_eq!(figures(&run.run().exits(0).json()), (2, 2, 2));
    let list = put(dir.path(), "dash.txt", b"-\n");
    let run = report("--files-from")
        .arg(&list)
        .input(log(&[call(7, json!({}))]));
    assert_eq!(figures(&run.run().exits(0).json()), (1, 1, 1));
}

#[test]
fn what_a_list_names_and_is_gone_is_damage_and_the_rest_is_read() {
    let dir = tree();
    let text = format!("{}\ngone.json\n", dir.path().join("a/1.json").display());
    let said = report("--files-from -").input(text).run().exits(3);
    let said = said.says(&["gone.json: damaged (open)"]);
    assert_eq!(figures(&said.json()), (2, 1, 1));
    report("--files-from -")
        .input("gone.json\n")
        .run()
        .exits(2)
        .says(&["nothing was read"]);
}

#[test]
fn a_list_that_cannot_be_read_or_is_empty_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    report("--files-from /nowhere")
        .run()
        .fails(&["--files-from /nowhere", "one path a line"]);
    report("--files-from")
        .arg(dir.path())
        .run()
        .fails(&["--files-from", "one path a line"]);
    report("--files-from -")
        .input("\n\n")
        .run()
        .fails(&["nothing was read"]);
}

#[test]
fn standard_input_cannot_be_named_twice() {
    for words in ["- -", "- --files-from -"] {
        report(words)
            .input(one_call())
            .run()
            .fails(&["standard input (-)", "name it once"]);
    }
}

#[test]
fn a_pattern_is_expanded_where_the_shell_did_not() {
    let dir = tree();
    let pattern = |pattern: &str| dir.path().join(pattern).display().to_string();
    for (text, files) in [
        ("a/*.json", 1),
        ("a/**/*", 2),
        ("*", 2),
        ("a/[0-9].jso?", 1),
    ] {
        let document = report("").arg(pattern(text)).run().exits(0).json();
        assert_eq!(
            number(&document["coverage"]["files"]["read"]),
            files,
            "{text}"
        );
    }
    report("")
        .arg(pattern("a/*.xml"))
        .run()
        .fails(&["*.xml", "check it"]);
    report("")
        .arg(pattern("a/[0"))
        .run()
        .fails(&["[0", "no glob pattern", "[[]"]);
}

#[test]
fn a_file_that_is_there_is_not_taken_for_a_pattern() {
    let dir = tempfile::tempdir().unwrap();
    let file = put(dir.path(), "a[1].json", &one_call());
    assert_eq!(
        figures(&report("").arg(file).run().exits(0).json()),
        (1, 1, 1)
    );
}

#[test]
fn what_is_named_twice_is_read_once() {
    let dir = tree();
    let folder = dir.path().join("a");
    let names = |names: &[&str]| {
        let paths = names.iter().map(|name| folder.join(name));
        figures(&report("--no-dedup").args(paths).run().exits(0).json())
    };
    assert_eq!(names(&["1.json", "1.json"]), (1, 1, 1));
    assert_eq!(names(&["1.json", "b/../1.json"]), (1, 1, 1));
    assert_eq!(names(&["", ""]), (2, 2, 2));
    assert_eq!(names(&["", "b"]), (2, 2, 2));
    assert_eq!(names(&["b", ""]), (2, 2, 2));
    assert_eq!(names(&["1.json", "", "b/2.json.gz", "b"]), (2, 2, 2));
    assert_eq!(names(&["*.json", "1.json"]), (1, 1, 1));
}

#[test]
fn a_file_that_is_named_is_read_whatever_its_name_and_a_walk_goes_by_names() {
    let dir = tempfile::tempdir().unwrap();
    for (at, name) in ["x.md", ".hidden.json", "x.csv", "x.json", "x", "x.LOG"]
        .iter()
        .enumerate()
    {
        put(dir.path(), name, &log(&[call(at as u32, json!({}))]));
    }
    put(dir.path(), ".folder/x.json", &one_call());
    for name in ["x.md", ".hidden.json", "x.csv"] {
        let document = report("").arg(dir.path().join(name)).run().exits(0).json();
        assert_eq!(figures(&document), (1, 1, 1), "{name}");
    }
    let document = report("").arg(dir.path()).run().exits(0).json();
    assert_eq!(figures(&document), (7, 3, 3));
    assert_eq!(
        number(&document["coverage"]["files"]["skipped"]["not-a-log"]),
        4
    );
}

/// So with what has the place or the name of a digest, and is none.
#[test]
fn a_log_that_is_named_is_read_where_a_digest_would_be() {
    let folder = "AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2025/11/03";
    let name = "111122223333_CloudTrail-Digest_us-east-1_t_us-east-1_20251103T080000Z.json.gz";
    let calls = gzip(&one_call());
    for name in ["x.json.gz", name] {
        let dir = tempfile::tempdir().unwrap();
        let path = put(dir.path(), format!("{folder}/{name}"), &calls);
        let said = report("").arg(&path).run().exits(0);
        assert_eq!(figures(&said.json()), (1, 1, 1), "{name}");
        let (part, store) = (dir.path().join("part"), dir.path().join("sts.db"));
        if cfg!(feature = "store") {
            stscope("ingest -q --store")
                .arg(&store)
                .arg(&path)
                .run()
                .exits(0);
            let stored = stscope("report --format json --store").arg(&store).run();
            assert_eq!(figures(&stored.exits(0).json()), (1, 1, 1), "{name}");
        }
        stscope("map report -q -o")
            .arg(&part)
            .arg(&path)
            .run()
            .exits(0);
        stscope("merge -q --fail-on global")
            .arg(&part)
            .run()
            .exits(1);
        // A walk goes by the place, and so does whoever looks for digests.
        let said = report("").arg(dir.path().join("AWSLogs")).run().exits(2);
        assert!(said.stderr.contains("1 skipped (1 digest)"), "{said}");
        stscope("verify").arg(&path).run().exits(1);
    }
    // However it is compressed, and whatever is wrong with it.
    let twice = [gzip(&one_call()), gzip(&log(&[call(2, json!({}))]))].concat();
    let cut = &twice[..twice.len() - 20];
    for (content, exit) in [(twice.as_slice(), 0), (cut, 3)] {
        let dir = tempfile::tempdir().unwrap();
        let path = put(dir.path(), format!("{folder}/{name}"), content);
        let said = report("--no-dedup").arg(&path).run().exits(exit);
        assert!(sum(&said.rows(), "calls") >= 1, "{said}");
    }
    // What is no log either is a digest that cannot be read.
    let dir = tempfile::tempdir().unwrap();
    let path = put(dir.path(), format!("{folder}/{name}"), &gzip(b"{}"));
    let said = report("").arg(&path).run().exits(2);
    assert!(said.stderr.contains("1 skipped (1 digest)"), "{said}");
}

/// rsync puts a dot before the name of what it copies, and leaves it where it is interrupted.
#[test]
fn a_log_whose_copy_was_not_finished_is_not_passed_by_for_its_dot() {
    let dir = tempfile::tempdir().unwrap();
    let name = "111122223333_CloudTrail_us-east-1_20251103T1000Z_AbCdEfGhIjKlMnOp.json.gz";
    let regional = json!({ "clientProvidedHostHeader": "sts.us-east-1.amazonaws.com" });
    let beside = log(&[call(1, json!({ "tlsDetails": regional }))]);
    let whole = gzip(&log(&[call(2, json!({}))]));
    for folder in [
        "flat",
        "AWSLogs/111122223333/CloudTrail/us-east-1/2025/11/03",
    ] {
        let folder = dir.path().join(folder);
        let at = |name: &str, content: &[u8]| put(&folder, name, content);
        let gate = || report("--fail-on global").arg(&folder).run();
        at("x.json", &beside);
        at(&format!("._{name}"), b"what macOS keeps beside a file");
        gate().exits(0);
        let copy = at(&format!(".{name}.Xy12Zw"), &whole);
        gate().exits(1);
        at(&format!(".{name}.Xy12Zw"), &whole[..whole.len() / 2]);
        gate().exits(3).says(&["damaged (gzip)"]);
        std::fs::remove_file(copy).unwrap();
        at(name, &whole);
        gate().exits(1);
    }
}

#[test]
fn a_path_that_leads_nowhere_is_an_error_that_names_it() {
    report("/nowhere/logs")
        .run()
        .fails(&["/nowhere/logs", "check the path"]);
    report("")
        .arg(SAMPLE)
        .arg("/nowhere")
        .run()
        .fails(&["/nowhere", "check the path"]);
    report("").run().fails(&["no PATH given", "name files"]);
    stscope("events")
        .run()
        .fails(&["no PATH given", "name files"]);
}

#[test]
fn a_folder_in_another_services_place_is_read_where_it_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let account = dir.path().join("AWSLogs/111122223333");
    put(&account, "backup/a/1.json", &log(&[call(1, json!({}))]));
    put(&account, "Config/2.json", &log(&[call(2, json!({}))]));
    let of = |paths: &[&str]| {
        let paths = paths.iter().map(|path| account.join(path));
        figures(&report("").args(paths).run().json())
    };
    assert_eq!(of(&["backup"]), (1, 1, 1));
    assert_eq!(of(&["backup/a"]), (1, 1, 1));
    assert_eq!(of(&["Config", "backup"]), (2, 2, 2));
    put(&account, "3.json", &log(&[call(3, json!({}))]));
    assert_eq!(of(&["."]), (3, 1, 1));
}

#[test]
fn json_of_another_kind_is_damage_under_a_name_of_cloudtrails_and_passed_over_elsewhere() {
    for content in [
        r#"{"message":"SlowDown"}"#,
        r#"{"Error":{"Code":"AccessDenied","Message":"no"},"RequestId":"0123456789abcdef"}"#,
        r#"{"Records":null}"#,
        "5",
        r#""<html>""#,
    ] {
        for compressed in [content.as_bytes().to_vec(), gzip(content.as_bytes())] {
            for (name, code) in [
                (
                    "111122223333_CloudTrail_us-east-1_20251103T0810Z_A.json.gz",
                    3,
                ),
                (
                    "AWSLogs/111122223333/CloudTrail/us-east-1/2025/11/03/a.json.gz",
                    3,
                ),
                ("a.json.gz", 0),
            ] {
                let dir = tempfile::tempdir().unwrap();
                put(dir.path(), name, &compressed);
                put(dir.path(), "b.json", &log(&[call(1, json!({}))]));
                let said = report("").arg(dir.path()).run().exits(code);
                match code {
                    0 => assert_eq!(
                        said.json()["coverage"]["files"]["skipped"]["not-cloudtrail"],
                        1
                    ),
                    _ => drop(said.says(&["damaged (shape)", "fetch it again", name])),
                }
            }
        }
    }
}

#[test]
fn a_file_of_cloudtrails_with_nothing_in_it_is_a_failed_copy() {
    for content in ["\n", "{}", " { }\n", "null"] {
        for compressed in [content.as_bytes().to_vec(), gzip(content.as_bytes())] {
            let dir = tempfile::tempdir().unwrap();
            let name = "111122223333_CloudTrail_us-east-1_20251103T0810Z_A.json.gz";
            put(dir.path(), name, &compressed);
            put(dir.path(), "b.json", &log(&[call(1, json!({}))]));
            let said = report("").arg(dir.path()).run();
            said.exits(3)
                .says(&["damaged (open)", "a copy that failed", name]);
        }
    }
}

#[test]
fn nothing_read_is_never_a_success() {
    let dir = tempfile::tempdir().unwrap();
    let beside = format!("{SAMPLE}/o-exampleorg/111122223333");
    for command in ["report", "events", "events --sort none"] {
        stscope(command)
            .arg(dir.path())
            .run()
            .fails(&["nothing was read", "there are no files"]);
        let digests = format!("{beside}/CloudTrail-Digest");
        let said = stscope(command).arg(digests).run();
        said.fails(&["nothing was read", "1 digest", "CloudTrail log files"]);
        let said = stscope(command).args([format!("{beside}/Config")]).run();
        // Somebody has named it, so it is looked at.
        said.fails(&["nothing was read", "1 empty, 1 not-cloudtrail"]);
        let said = stscope(command)
            .args(["--since", "2026-01-01"])
            .arg(sample_of_eu_west_1())
            .run();
        said.fails(&[
            "nothing was read",
            "pruned",
            "by date",
            "--since",
            "--no-prune",
        ]);
        let run = stscope(command)
            .args(["--account", "999999999999"])
            .arg(sample_of_eu_west_1());
        run.run()
            .fails(&["nothing was read", "by account", "--account", "--no-prune"]);
        let run = stscope(command)
            .args(["--region", "us-east-1"])
            .arg(sample_of_eu_west_1());
        run.run()
            .fails(&["nothing was read", "by Region", "--region", "--no-prune"]);
    }
}

#[test]
fn keys_of_the_files_read_are_told() {
    let coverage = &report(SAMPLE).run().exits(0).json()["coverage"];
    let accounts = [
        "000011112222",
        "111122223333",
        "444455556666",
        "555566667777",
    ];
    assert_eq!(coverage["key_accounts"], json!(accounts));
    assert_eq!(
        coverage["key_regions"],
        json!(["cn-north-1", "eu-north-1", "eu-west-1", "us-east-1"])
    );
    assert_eq!(coverage["key_first_day"], "2025-11-03");
    assert_eq!(coverage["key_last_day"], "2025-11-04");
    let dir = tree();
    let coverage = &report("").arg(dir.path()).run().exits(0).json()["coverage"];
    assert_eq!(coverage["key_accounts"], json!([]));
    assert_eq!(coverage["key_first_day"], Value::Null);
}

#[test]
fn a_note_says_that_without_us_east_1_no_global_call_means_nothing() {
    for command in ["report", "events", "events --sort none"] {
        let said = stscope(command).arg(sample_of_eu_west_1()).run().exits(0);
        said.says(&["note: nothing of us-east-1 was read"]);
        let said = stscope(command).arg(SAMPLE).run().exits(0);
        assert!(!said.stderr.contains("note:"), "{said}");
    }
}

/// Who is given the page does not see what was said beside it.
#[test]
fn a_page_of_calls_says_that_without_us_east_1_no_global_call_means_nothing() {
    for (format, says) in [
        ("table", true),
        ("markdown", true),
        ("html", true),
        ("csv", false),
    ] {
        for (logs, is_blind) in [(sample_of_eu_west_1(), true), (SAMPLE.to_owned(), false)] {
            let said = stscope(&format!("events --format {format}"))
                .arg(logs)
                .run()
                .exits(0);
            let words = "that none is shown means nothing";
            assert_eq!(said.text().contains(words), says && is_blind, "{said}");
        }
    }
}

#[test]
fn many_records_in_one_file_and_many_files_are_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let records: Vec<Value> = (0..50).map(|number| call(number, json!({}))).collect();
    put(dir.path(), "one/all.json", &log(&records));
    for (at, record) in records.iter().enumerate() {
        put(
            dir.path(),
            format!("many/{at}.json"),
            record.to_string().as_bytes(),
        );
    }
    let groups = |folder: &str| {
        rows(
            &report("")
                .arg(dir.path().join(folder))
                .run()
                .exits(0)
                .json(),
        )
    };
    assert_eq!(groups("one"), groups("many"));
    assert_eq!(sum(&groups("one"), "calls"), 50);
    assert_eq!(column(&groups("one"), "endpoint"), ["global"]);
}

#[test]
fn a_broken_record_is_told_beside_the_broken_stream_it_stood_in() {
    let dir = tempfile::tempdir().unwrap();
    let broken = r#"{"eventSource":"sts.amazonaws.com","eventName":Assume}"#;
    let text = format!(r#"{{"Records":[{broken},{}]}}"#, call(1, json!({})));
    let mut file = gzip(text.as_bytes());
    let checksum = file.len() - 8;
    file[checksum] ^= 1;
    put(dir.path(), "1.json.gz", &file);
    let said = report("").arg(dir.path()).run().exits(3).says(&[
        "damaged (gzip)",
        "broken records before it: 1, the first: no JSON value, at byte 59 of the JSON",
    ]);
    let document = said.json();
    assert_eq!(figures(&document), (1, 0, 1));
}

#[test]
fn json_of_another_kind_with_a_call_in_it_is_damaged_and_without_one_skipped() {
    let things = json!({ "things": [call(1, json!({}))] }).to_string();
    let run = report("-").input(things.into_bytes()).run().exits(3);
    let run = run.says(&[
        "damaged (shape)",
        "JSON of an unknown shape with a record of STS in it",
    ]);
    assert_eq!(number(&run.json()["coverage"]["not_understood"]), 1);
    let policy = json!({ "Principal": { "Service": "sts.amazonaws.com" } }).to_string();
    report("-")
        .input(policy.into_bytes())
        .run()
        .exits(2)
        .says(&["1 not-cloudtrail"]);
}

#[test]
fn what_cannot_be_read_is_named_with_what_to_do() {
    for (bytes, word) in [
        (
            &b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n"[..],
            "git lfs pull",
        ),
        (b"7z\xbc\xaf\x27\x1c\0\x04", "7z"),
        (b"\0\0\0\0\0\0\0\0", "NUL bytes"),
        (b"age-encryption.org/v1\n-> X25519 x\n", "age"),
        (b"-----BEGIN PGP MESSAGE-----\n", "gpg --decrypt"),
    ] {
        report("-")
            .input(bytes.to_vec())
            .run()
            .exits(3)
            .says(&[word]);
    }
}

#[test]
fn lists_from_windows_are_read_and_utf16_is_named() {
    let dir = tree();
    let one = dir.path().join("a/1.json");
    let list = |text: &str| {
        let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        [
            format!("\u{feff}{text}").into_bytes(),
            format!("\u{feff}{}", text.replace('\n', "\r\n")).into_bytes(),
            [b"\xff\xfe", &utf16[..]].concat(),
            utf16,
        ]
    };
    let ranges =
        r#"{"prefixes":[{"ip_prefix":"192.0.2.0/24","region":"eu-west-1","service":"EC2"}]}"#;
    let principal = "arn:aws:iam::111122223333:*\n";
    for (words, option, lists) in [
        (
            "report",
            "--files-from",
            list(&format!("{}\n", one.display())),
        ),
        ("report LOG --fail-on global", "--allow", list(principal)),
        ("plan LOG", "--ip-ranges", list(&format!("{ranges}\n"))),
    ] {
        for (at, text) in lists.iter().enumerate() {
            let path = put(dir.path(), "list.md", text);
            let words = words.split(' ').map(|word| match word {
                "LOG" => one.as_os_str(),
                word => word.as_ref(),
            });
            let said = stscope("").args(words).arg(option).arg(&path).run();
            if at < 2 {
                said.exits(0);
            } else {
                said.fails(&[option, "list.md", "UTF-16; save it as UTF-8"]);
            }
        }
    }
}

#[cfg(not(feature = "s3"))]
#[test]
fn what_is_in_s3_is_an_error_that_says_what_to_do() {
    for run in [
        report("s3://logs/AWSLogs/"),
        report("S3://logs/*"),
        report("--files-from -").input("s3://logs/AWSLogs/x.json.gz\n"),
        stscope("ingest --store x.db s3a://logs/AWSLogs"),
    ] {
        run.run()
            .fails(&["://logs/", "aws s3 sync", "name DIR", "feature s3"]);
    }
}

#[test]
fn a_name_that_tells_nothing_is_told_by_content() {
    let dir = tempfile::tempdir().unwrap();
    let record = |at: u32| log(&[call(at, json!({}))]);
    for (at, name) in [
        "sec.cloudtrail-1-2025-11-03-08-00-00-0a1b2c3d",
        "cloudtrail.log-20251103",
        "trail.json.1",
        "trail.2025.11.03",
        "trail.txt",
    ]
    .into_iter()
    .enumerate()
    {
        put(dir.path(), name, &record(at as u32));
    }
    put(dir.path(), "packed.1", &gzip(&record(9)));
    put(
        dir.path(),
        "app.log.1",
        b"Nov  3 08:00:00 host program: text\n",
    );
    put(dir.path(), "settings.old", b"[section]\na = 1\n");
    put(dir.path(), "a.parquet", b"PAR1");
    let document = report("").arg(dir.path()).run().exits(0).json();
    assert_eq!(figures(&document), (9, 6, 6));
    let skipped = &document["coverage"]["files"]["skipped"];
    assert_eq!(number(&skipped["not-a-log"]), 3);

    let own = "111122223333_CloudTrail_us-east-1_20251103T0810Z_A.json";
    for (name, content, stage) in [
        // What may hold records, and what may be anything.
        (
            "dump.sqlite-dump",
            &b"INSERT {\"eventSource\": sts.amazonaws.com}"[..],
            "json",
        ),
        ("all.tar", b"PK\x03\x04\x00", "json"),
        ("trail.json.br", b"\x8b\x00\x80", "json"),
        ("trail.2025.11.04", b"\x00\x00\x00\x00", "json"),
        ("part-0000.c000", b"PAR1\x15\x04\x15", "json"),
        (&format!("{own}.md"), b"# Text", "json"),
        (&format!("{own}.gz"), b"", "open"),
        (
            "AWSLogs/111122223333/CloudTrail/us-east-1/2025/11/03/x",
            b"",
            "open",
        ),
    ] {
        let file = put(dir.path(), name, content);
        let said = report("").arg(dir.path()).run().exits(3);
        said.says(&[&format!("{name}: damaged ({stage})")]);
        std::fs::remove_file(file).unwrap();
    }
    let file = put(dir.path(), "nothing.gz", b"");
    let document = report("").arg(dir.path()).run().exits(0).json();
    assert_eq!(
        number(&document["coverage"]["files"]["skipped"]["empty"]),
        1
    );
    std::fs::remove_file(file).unwrap();
}

#[test]
fn what_other_services_write_into_the_same_bucket_is_no_fault() {
    let dir = tempfile::tempdir().unwrap();
    let key = "AWSLogs/111122223333";
    let day = "us-east-1/2025/11/03";
    let log = one_call();
    put(dir.path(), format!("{key}/CloudTrail/{day}/x.json"), &log);
    let flow = b"version account-id interface-id srcaddr\n2 111122223333 eni-0a 10.0.0.1\n";
    let of_lb = b"https 2025-11-03T08:00:00.000000Z app/lb/0 198.51.100.7:5000 10.0.0.1:80 0.0\n";
    let skipped = [
        (format!("{key}/Config/ConfigWritabilityCheckFile"), &b""[..]),
        (
            format!("{key}/ELBAccessLogTestFile"),
            b"Enable AccessLog for ELB: lb",
        ),
        (
            "exports/aws-logs-write-test".to_owned(),
            b"Permission Check Successful",
        ),
        (
            format!("{key}/vpcflowlogs/{day}/not-even-gzip.log.gz"),
            b"\x1f\x8b",
        ),
        ("flow/1.log.gz".to_owned(), &gzip(flow)),
        (
            "lb/1.log.gz".to_owned(),
            &[gzip(of_lb), gzip(of_lb)].concat(),
        ),
        (
            "s3/2025-11-03-08-15-23-0123456789ABCDEF".to_owned(),
            b"abc bucket [03/Nov/2025:08:00:00 +0000] 198.51.100.7 - R REST.GET.OBJECT k\n",
        ),
        (
            "cdn/E1.2025-11-03-08.ab.gz".to_owned(),
            &gzip(b"#Version: 1.0\n#Fields: date\n"),
        ),
    ];
    for (name, content) in &skipped {
        put(dir.path(), name, content);
    }
    let document = report("").arg(dir.path()).run().exits(0).json();
    assert_eq!(figures(&document), (9, 1, 1));
    let reasons = &document["coverage"]["files"]["skipped"];
    assert_eq!(number(&reasons["other-service"]), 8);
    let regions = stscope("regions --format json")
        .arg(dir.path())
        .run()
        .exits(0);
    let read = regions
        .rows()
        .iter()
        .any(|row| row["region"] == "us-east-1" && row["status"] != "not-read");
    assert!(read, "{regions}");
    let store = dir.path().join("sts.db");
    for _ in 0..2 {
        stscope("ingest --store")
            .arg(&store)
            .arg(dir.path())
            .run()
            .exits(0);
    }
    // Named, it is read; and under a name of CloudTrail's own nothing is passed over.
    let named = dir.path().join(&skipped[3].0);
    report("")
        .arg(named)
        .run()
        .exits(3)
        .says(&["damaged (gzip)"]);
    let own = "111122223333_CloudTrail_us-east-1_20251103T0810Z_A.json";
    put(dir.path(), format!("{key}/vpcflowlogs/{own}"), flow);
    report("")
        .arg(dir.path())
        .run()
        .exits(3)
        .says(&[own, "damaged (json)"]);
    // Records among such lines are not lost in silence.
    let mixed = [flow, &log[..]].concat();
    let file = put(dir.path(), "mixed.log", &mixed);
    report("").arg(file).run().says(&["damaged (json)"]);
}

#[test]
fn logs_that_were_compressed_anew_are_read_and_their_damage_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let text = log(&(0..60).map(|at| call(at, json!({}))).collect::<Vec<_>>());
    let zstd = |text: &[u8]| {
        let mut file = vec![0; zstd_safe::compress_bound(text.len())];
        let length = zstd_safe::compress(&mut file[..], text, 3).unwrap();
        file.truncate(length);
        file
    };
    use std::io::Write as _;
    let mut bzip2 = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    bzip2.write_all(&text).unwrap();
    let mut xz = liblzma::write::XzEncoder::new(Vec::new(), 1);
    xz.write_all(&text).unwrap();
    let mut lz4 = lz4_flex::frame::FrameEncoder::new(Vec::new());
    lz4.write_all(&text).unwrap();
    for (name, file) in [
        ("zstd", zstd(&text)),
        ("bzip2", bzip2.finish().unwrap()),
        ("xz", xz.finish().unwrap()),
        ("lz4", lz4.finish().unwrap()),
    ] {
        // Told by content, whatever its name.
        let path = put(dir.path(), "trail.json.gz", &file);
        let document = report("").arg(dir.path()).run().exits(0).json();
        assert_eq!(figures(&document), (1, 1, 60), "{name}");
        let bytes = &document["coverage"]["bytes"];
        assert_eq!(number(&bytes["compressed"]), file.len() as u64);
        assert_eq!(number(&bytes["decompressed"]), text.len() as u64);
        let document = report("-").input(file.clone()).run().exits(0).json();
        assert_eq!(figures(&document), (1, 1, 60), "{name}");
        let twice = [&file[..], &file].concat();
        let document = report("- --no-dedup").input(twice).run().exits(0).json();
        assert_eq!(figures(&document), (1, 1, 120), "{name}");
        let cut = &file[..file.len() - 5];
        put(dir.path(), "trail.json.gz", cut);
        let said = report("").arg(dir.path()).run().exits(3);
        said.says(&["damaged (gzip)", &format!("the {name} stream is cut")]);
        std::fs::remove_file(path).unwrap();
    }
    let members = [zstd(&text[..1000]), zstd(&text[1000..])].concat();
    let document = report("-").input(members).run().exits(0).json();
    assert_eq!(figures(&document), (1, 1, 60));
}

#[test]
fn a_log_that_was_put_among_digests_or_insights_is_read_by_its_own_name() {
    for kind in [
        "CloudTrail-Digest",
        "CloudTrail-Insight",
        "CloudTrail-Aggregated",
    ] {
        let dir = tempfile::tempdir().unwrap();
        let folder = format!("AWSLogs/111122223333/{kind}/us-east-1/2025/11/03");
        let name = "111122223333_CloudTrail_us-east-1_20251103T0905Z_0aZ9bY8cX7dW6eV5.json";
        put(dir.path(), format!("{folder}/{name}"), &one_call());
        let said = report("").arg(dir.path()).run().exits(0);
        assert_eq!(figures(&said.json()), (1, 1, 1), "{kind}");
        let said = stscope("trend --format csv").arg(dir.path()).run();
        assert_eq!(said.exits(0).text().lines().count(), 2, "{kind}");
        // What is called otherwise is what the folder says.
        put(
            dir.path(),
            format!("{folder}/x.json"),
            &log(&[regional_call(2)]),
        );
        let said = report("").arg(dir.path()).run().exits(0);
        assert_eq!(figures(&said.json()), (2, 1, 1), "{kind}");
        // Whoever names it has it read.
        let (outer, named) = (dir.path(), dir.path().join(format!("{folder}/x.json")));
        for paths in [[outer, &named], [&named, outer]] {
            let said = report("").args(paths).run().exits(0);
            assert_eq!(figures(&said.json()), (2, 2, 2), "{kind}");
        }
        // A list does not say what was named.
        let list = stscope("map report --list").arg(&named).run().exits(2);
        list.says(&["x.json", "on a list it would be passed by"]);
    }
}
