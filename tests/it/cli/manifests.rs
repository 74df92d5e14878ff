//! `map --manifest`: what was listed before, with and without its contents.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::harness::{DAMAGED, SAMPLE, Said, stscope};
#[cfg(unix)]
use super::logs::fifo;
use super::logs::{call, files_below, log, one_call, put};

/// Lines of a manifest of all files below a folder, each with its contents if these come along.
fn manifest(folder: &str, has_contents: bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    for path in files_below(Path::new(folder)) {
        let content = fs::read(&path).unwrap();
        bytes.extend(format!("{}\t\t{}\n", content.len(), path.display()).into_bytes());
        if has_contents {
            bytes.extend(content);
        }
    }
    bytes
}

fn map(question: &str, manifest: Vec<u8>, options: &str) -> Said {
    stscope(&format!("map {question} --manifest - -q {options}"))
        .input(manifest)
        .run()
        .exits(0)
}

fn answer(part: &Said, options: &str) -> Said {
    stscope(&format!("merge - {options}"))
        .input(part.stdout.as_slice())
        .run()
}

#[test]
fn what_was_listed_before_gives_what_a_walk_gives() {
    for folder in [SAMPLE, DAMAGED, "sample-logs"] {
        for question in [
            "report",
            "plan",
            "regions",
            "report --since 2025-11-04 --account 111122223333",
        ] {
            let whole = stscope(&format!("{question} {folder} --format json")).run();
            for has_contents in [false, true] {
                for parts in ["", "--parts 3"] {
                    let options = match has_contents {
                        true => format!("--contents {parts}"),
                        false => parts.to_owned(),
                    };
                    let part = map(question, manifest(folder, has_contents), &options);
                    let said = answer(&part, "--format json");
                    assert_eq!(said.text(), whole.text(), "{folder} {question} {options}");
                    assert_eq!(said.status, whole.status);
                    let again = map(question, manifest(folder, has_contents), &options);
                    assert_eq!(again.stdout.as_slice(), part.stdout.as_slice());
                }
            }
        }
    }
}

#[cfg(unix)]
#[test]
fn a_fifo_is_skipped_and_not_waited_for() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("fifo.json");
    fifo(&path);
    let log = put(dir.path(), "log.json", &one_call());
    let lines = format!("0\t\t{}\n1\t\t{}\n", path.display(), log.display());
    for reads in ["", "--reads 3"] {
        let part = map("report", lines.clone().into(), reads);
        let document = answer(&part, "--format json").exits(0).json();
        let files = &document["coverage"]["files"];
        assert_eq!(files["skipped"]["not-a-file"], 1, "{reads}");
        assert_eq!(files["read"], 1, "{reads}");
    }
}

#[test]
fn a_path_that_is_no_text_is_refused_with_what_to_do() {
    stscope("map report --manifest - -q")
        .input(b"3\t\tlogs/\xff.json\n".to_vec())
        .run()
        .fails(&[
            "line 1 of the manifest: a path that is no UTF-8",
            "leave it out",
        ]);
}

#[test]
fn what_a_walk_passes_by_is_counted_and_not_read() {
    let passed = "0\t\tx/.hidden.json\n5\t\tx/notes.md\n";
    for (manifest, options) in [
        (passed.to_owned(), ""),
        (passed.replace(".md\n", ".md\nabcde"), "--contents"),
    ] {
        let said = answer(&map("report", manifest.into(), options), "--format json");
        assert!(said.status.code() == Some(2), "{said}");
        assert!(said.stderr.contains("2 not-a-log"), "{said}");
    }
    let log = format!("{SAMPLE}/../sample.md");
    let part = map(
        "report --since 2000-01-01",
        format!(
            "0\t\t{log}\n-\tdate\ts3://b12/x/\n-\tdate\ts3://b12/y/\n{}",
            String::from_utf8(manifest(SAMPLE, false)).unwrap()
        )
        .into(),
        "",
    );
    let said: Value = answer(&part, "--format json").json();
    assert_eq!(said["coverage"]["files"]["skipped"]["not-a-log"], 1);
    assert_eq!(said["coverage"]["not_listed"]["date"], 2);
}

/// A list that was made for a narrower question says nothing of what it lacks.
#[test]
fn what_was_left_out_for_another_question_is_an_error() {
    let log = one_call();
    for (why, options, is_read) in [
        ("date", "", false),
        ("date", "--account 111122223333", false),
        ("date", "--since 2025-11-01", true),
        ("date", "--until 2025-12-01", true),
        ("date", "--since 2025-11-01 --no-prune", false),
        ("account", "--region us-east-1", false),
        ("account", "--account 111122223333", true),
        ("region", "", false),
        ("region", "--region us-east-1", false),
        ("region", "--region us-east-1 --since 2025-11-01", true),
        ("digest", "", true),
        ("other-service", "", true),
        ("denied", "", false),
    ] {
        let lines = format!("{}\t\tlogs/x.json\n", log.len());
        let left_out = format!("-\t{why}\ts3://trail/x/\n");
        for (contents, input) in [
            ("", format!("0\t\tgone.json\n{left_out}").into_bytes()),
            (
                "--contents",
                [left_out.as_bytes(), lines.as_bytes(), &log].concat(),
            ),
        ] {
            let said = stscope(&format!("map report --manifest - -q {options} {contents}"))
                .input(input)
                .run();
            match is_read {
                true => said.exits(0),
                false => said.fails(&["--manifest", "leaves out s3://trail/x/", "list anew"]),
            };
        }
    }
}

#[cfg(unix)]
#[test]
fn a_folder_on_a_list_of_files_is_damage() {
    let dir = tempfile::tempdir().unwrap();
    let inner = dir.path().join("folder");
    fs::create_dir(&inner).unwrap();
    put(&inner, "log.json", &one_call());
    std::os::unix::fs::symlink("folder", dir.path().join("link")).unwrap();
    for name in ["folder", "link", "folder/"] {
        let line = format!("0\t\t{}/{name}\n", dir.path().display());
        for reads in ["", "--reads 3"] {
            let said = answer(
                &map("report", line.clone().into(), reads),
                "--fail-on global",
            );
            let said = said.exits(2).says(&["damaged (open)", "a folder"]);
            assert!(said.stderr.contains("list the files in it"), "{said}");
        }
    }
}

#[test]
fn a_path_twice_on_a_manifest_is_read_once() {
    let dir = tempfile::tempdir().unwrap();
    let record = call(1, json!({ "eventID": null }));
    put(dir.path(), "log.json", &log(&[record]));
    let folder = dir.path().display().to_string();
    for has_contents in [false, true] {
        let lines = manifest(&folder, has_contents).repeat(2);
        let options = if has_contents { "--contents" } else { "" };
        let said = answer(&map("report", lines, options), "--format json --files 1");
        assert_eq!(said.exits(0).json()["coverage"]["files"]["read"], 1);
    }
    // A name alone may be that of many files.
    let [one, other] = [1, 2].map(|number| log(&[call(number, json!({}))]));
    let line = |log: &[u8]| format!("{}\t\tevents.json\n", log.len()).into_bytes();
    let lines = [line(&one), one, line(&other), other].concat();
    let said = answer(&map("report", lines, "--contents"), "--format json");
    assert_eq!(said.exits(0).json()["summary"]["calls"], 2);
}

#[test]
fn a_manifest_that_is_none_is_an_error_and_no_empty_part() {
    for (manifest, options, reasons) in [
        (
            "logs/a.json\n",
            "",
            [
                "--manifest -: line 1 of the manifest: not SIZE",
                "map --list",
            ],
        ),
        (
            "3\t\ta.json\nab",
            "--contents",
            ["line 1 of the manifest: 2 of 3 bytes", "--contents"],
        ),
        (
            "3\t\ta.json\n{} x",
            "--contents",
            ["line 2 of the manifest: not SIZE", "--contents"],
        ),
    ] {
        stscope(&format!("map report --manifest - {options}"))
            .input(manifest)
            .run()
            .fails(&reasons);
    }
    stscope("map report --manifest -")
        .input(b"\xff\xfe1\0\t\0\t\0a\0\n\0".to_vec())
        .run()
        .fails(&["it is text in UTF-16; save it as UTF-8"]);
    stscope("map report --contents sample-logs")
        .run()
        .fails(&["--contents", "give --manifest"]);
    stscope("map report --manifest no-such.tsv")
        .run()
        .fails(&["no-such.tsv"]);
    // What is gone by now is damage, as in a list of paths.
    let part = map("report", b"3\t\tgone/a.json\n".to_vec(), "");
    let said = answer(&part, "");
    assert!(
        said.stderr.contains("gone/a.json: damaged (open)"),
        "{said}"
    );
}
