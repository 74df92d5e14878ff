//! `map`, `settle` and `merge`: what many runs found, made what one would have said.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::json;

use super::harness::{DAMAGED, SAMPLE, Said, stscope, sum};
use super::logs::{call, log, one_call, put};

/// Places of the sample that are read one by one, the digests of some apart from their logs.
const PIECES: [&str; 7] = [
    "sample-logs/AWSLogs/o-exampleorg/111122223333/CloudTrail-Digest",
    "sample-logs/digests",
    "sample-logs/AWSLogs/555566667777/CloudTrail",
    "sample-logs/AWSLogs/o-exampleorg/000011112222/CloudTrail",
    "sample-logs/AWSLogs/o-exampleorg/111122223333/CloudTrail",
    "sample-logs/AWSLogs/o-exampleorg/444455556666/CloudTrail",
    DAMAGED,
];

impl Said {
    fn code(&self) -> i32 {
        self.status.code().unwrap()
    }
}

/// A part of each piece.
fn map(question: &str, folder: &Path) -> Vec<String> {
    (PIECES.iter().enumerate())
        .map(|(at, piece)| {
            let part = folder.join(format!("{at}.part")).display().to_string();
            let said = stscope(&format!("map {question} {piece} -q -o"))
                .arg(&part)
                .run();
            assert_eq!(said.code(), 0, "{said}");
            part
        })
        .collect()
}

fn merge(parts: &[String], options: &str) -> Said {
    stscope("merge")
        .args(parts)
        .args(options.split_whitespace())
        .run()
}

#[test]
fn merged_parts_say_what_one_run_would_have_said_in_every_format() {
    for question in [
        "report",
        "plan",
        "regions",
        "report --group-by sdk,day",
        "report --no-dedup",
        "trend",
        "overview",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let mut parts = map(question, folder.path());
        for options in [
            "--format csv",
            "--format json",
            "--format jsonl",
            "--format markdown",
            "",
            "--sort last_event_time --top 3 --min-calls 2",
            "--fail-on global --quiet",
            "--fail-on unknown=100",
        ] {
            let whole = stscope(&format!("{question} {options}")).args(PIECES).run();
            let merged = merge(&parts, options);
            assert_eq!(merged.text(), whole.text(), "{question} {options}");
            assert_eq!(merged.code(), whole.code(), "{question} {options}");
            assert_eq!(merged.stderr, whole.stderr, "{question} {options}");
            parts.reverse();
        }
    }
}

#[test]
fn a_part_of_parts_is_a_part() {
    let folder = tempfile::tempdir().unwrap();
    let parts = map("report", folder.path());
    let some = folder.path().join("some.part").display().to_string();
    assert_eq!(merge(&parts[1..4], &format!("-o {some}")).code(), 0);
    let all = merge(
        &[&parts[4..], std::slice::from_ref(&some), &parts[..1]].concat(),
        "--format json",
    );
    assert_eq!(all.stdout, merge(&parts, "--format json").stdout);
    // The same would count twice.
    let twice = merge(&[some, parts[2].clone()], "");
    assert_eq!(twice.code(), 2);
    assert!(twice.stderr.contains("would count twice"), "{twice}");
}

#[test]
fn a_prefix_that_was_not_listed_is_a_line_of_the_list_too() {
    let folder = tempfile::tempdir().unwrap();
    let part = folder.path().join("a.part").display().to_string();
    let log = folder.path().join("a.json");
    std::fs::write(&log, one_call()).unwrap();
    let list = format!("5\t\t{}\n-\tdate\ts3://b12/2024/\n", log.display());
    stscope(&format!(
        "map report --since 2025-01-01 --manifest - -q -o {part}"
    ))
    .input(list)
    .run()
    .exits(0);
    let part = [part];
    assert_eq!(merge(&part, "--files 2").code(), 0);
    merge(&part, "--files 1").fails(&["--files 1", "of 2 lines"]);
}

#[test]
fn parts_of_other_files_than_were_listed_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let parts = map("report --no-dedup", folder.path());
    let whole = stscope("report --no-dedup --format json")
        .args(PIECES)
        .run();
    let found = whole.json()["coverage"]["files"]["found"].as_u64().unwrap();
    let listed = format!("--format json --files {found}");
    assert_eq!(merge(&parts, &listed).stdout, whole.stdout);
    // One is lost, as by a task that nobody missed: the others add up.
    merge(&parts[1..], &format!("--format json --files {found}"))
        .fails(&["--files", "a part is missing"]);
    let sum = folder.path().join("sum.part").display().to_string();
    merge(&parts[1..], &format!("-o {sum} --files {found}")).fails(&["--files"]);
    assert!(!Path::new(&sum).exists());
    assert_eq!(
        merge(&parts, &format!("-o {sum} --files {found}")).code(),
        0
    );
}

/// What a report finds in a piece, in frames of so many parts.
fn frames(piece: &str, parts: u32) -> Vec<u8> {
    let said = stscope(&format!("map report {piece} -q --parts {parts}")).run();
    said.exits(0).stdout.as_slice().to_vec()
}

/// Frames by their numbers.
fn by_part(frames: &[u8]) -> BTreeMap<u32, Vec<u8>> {
    let mut parts: BTreeMap<u32, Vec<u8>> = BTreeMap::new();
    let mut rest = frames;
    while let Some((number, after)) = rest.split_first_chunk() {
        let (length, _) = after.split_first_chunk().unwrap();
        let end = 12 + usize::try_from(u64::from_le_bytes(*length)).unwrap();
        let part = parts.entry(u32::from_le_bytes(*number)).or_default();
        part.extend_from_slice(&rest[..end]);
        rest = &rest[end..];
    }
    parts
}

fn settle(rule: &str, frames: &[u8], parts: u32) -> Vec<u8> {
    let mut settled = Vec::new();
    for frames in by_part(frames).into_values() {
        let said = stscope(&format!("settle {rule} --parts {parts}"))
            .input(frames)
            .run();
        assert_eq!(said.code(), 0, "{said}");
        settled.extend_from_slice(said.stdout.as_slice());
    }
    settled
}

#[test]
fn frames_that_are_settled_by_event_and_shared_give_the_same_answer() {
    for question in ["report", "plan", "regions"] {
        let whole = stscope(&format!("{question} --format json"))
            .args(PIECES)
            .run();
        let mut frames = Vec::new();
        for piece in PIECES {
            let map = || {
                stscope(&format!("map {question} --files-from - --parts 7 -q"))
                    .input(piece)
                    .run()
            };
            let said = map();
            assert_eq!(said.code(), 0, "{said}");
            assert_eq!(
                map().stdout.as_slice(),
                said.stdout.as_slice(),
                "a task that runs again sends the same"
            );
            frames.extend_from_slice(said.stdout.as_slice());
        }
        assert!(by_part(&frames).len() > 3);
        let by_event = settle("event", &frames, 5);
        let settled = settle("shared", &by_event, 5);
        let one = settle("shared", &settled, 1);
        for frames in [&frames, &by_event, &settled, &one] {
            let said = stscope("merge - --format json")
                .input(frames.as_slice())
                .run();
            assert_eq!(said.text(), whole.text(), "{question}");
            assert_eq!(said.code(), 3);
        }
        let some = by_part(&by_event).into_values().next().unwrap();
        for (frames, reason) in [
            (&some[..], "the parts do not add up"),
            (&frames[..frames.len() - 1], "is cut short"),
        ] {
            stscope("merge -").input(frames).run().fails(&[reason]);
        }
        let out_of_turn = stscope("settle shared --parts 2").input(frames).run();
        assert_eq!(out_of_turn.code(), 2);
        assert!(
            out_of_turn.stderr.contains("not settled by event yet"),
            "{out_of_turn}"
        );
    }
}

#[test]
fn what_is_asked_about_may_be_named_in_any_order() {
    let folder = tempfile::tempdir().unwrap();
    let asked = ["000011112222", "111122223333"];
    let options = |[first, second]: [&str; 2]| {
        format!("--account {first},{second} --account {first} --region us-east-1,eu-west-1")
    };
    let mut parts = Vec::new();
    for (name, options) in [
        ("1.part", options(asked)),
        (
            "2.part",
            options([asked[1], asked[0]]).replace("us-east-1,eu-west-1", "eu-west-1,us-east-1"),
        ),
    ] {
        let part = folder.path().join(name).display().to_string();
        let of = asked[parts.len()];
        let words = format!("map report {options} -q {SAMPLE}/o-exampleorg/{of} -o");
        let said = stscope(&words).arg(&part).run();
        assert_eq!(said.code(), 0, "{said}");
        parts.push(part);
    }
    let whole = stscope(&format!(
        "report {} -q --format json {SAMPLE}/o-exampleorg/{} {SAMPLE}/o-exampleorg/{}",
        options(asked),
        asked[0],
        asked[1]
    ))
    .run();
    assert_eq!(whole.code(), 0, "{whole}");
    assert_eq!(merge(&parts, "--format json").text(), whole.text());
    parts.reverse();
    assert_eq!(merge(&parts, "--format json").text(), whole.text());
}

#[test]
fn parts_that_have_no_sum_are_refused_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let ours = path("ours.part");
    let run = |words: &str, part: &str| {
        let said = stscope(&format!("map {words} -q -o")).arg(part).run();
        assert_eq!(said.code(), 0, "{said}");
    };
    run(&format!("report {SAMPLE}"), &ours);
    for (words, reason) in [
        ("plan", "different questions"),
        ("report --group-by sdk", "different questions"),
        (
            "report --since 2020-01-01",
            "different selections of calls, by since",
        ),
        (
            "report --no-dedup",
            "copies of calls counted in one of them",
        ),
    ] {
        let theirs = path("theirs.part");
        run(&format!("{words} {DAMAGED}"), &theirs);
        let said = merge(&[ours.clone(), theirs.clone()], "");
        assert_eq!(said.code(), 2, "{words}: {said}");
        assert!(
            said.stderr.contains(reason) && said.stderr.contains("theirs.part"),
            "{said}"
        );
    }
    let cut = path("cut.part");
    let bytes = std::fs::read(&ours).unwrap();
    std::fs::write(&cut, &bytes[..bytes.len() - 5]).unwrap();
    for (file, reason) in [
        (cut.as_str(), "cut short or changed"),
        ("README.md", "neither a part"),
        ("no-such.part", "check the path"),
    ] {
        let said = merge(&[file.to_owned()], "");
        assert_eq!(said.code(), 2, "{said}");
        assert!(
            said.stderr.contains(reason) && said.stderr.contains(file),
            "{said}"
        );
    }
    // A settled whole takes nothing more.
    let frames = stscope(&format!("map report {SAMPLE} --parts 1 -q")).run();
    let settled = settle("shared", &settle("event", frames.stdout.as_slice(), 1), 1);
    let closed = path("closed.part");
    let said = stscope("merge - -o").arg(&closed).input(settled).run();
    assert_eq!(said.code(), 0, "{said}");
    let alone = merge(std::slice::from_ref(&closed), "--format json");
    assert_eq!(alone.stdout, merge(&[ours], "--format json").stdout);
    let said = merge(&[closed.clone(), closed], "");
    assert!(
        said.code() == 2 && said.stderr.contains("can no longer be added"),
        "{said}"
    );
}

#[test]
fn a_trend_and_an_overview_are_made_of_parts_too() {
    let folder = tempfile::tempdir().unwrap();
    for (question, formats) in [
        ("trend", ["csv", "json", "markdown"]),
        ("overview", ["html", "json", "markdown"]),
    ] {
        let parts = map(question, folder.path());
        for format in formats {
            let whole = stscope(&format!("{question} --format {format}"))
                .args(PIECES)
                .run();
            let merged = merge(&parts, &format!("--format {format}"));
            assert_eq!(merged.text(), whole.text(), "{question} {format}");
            assert_eq!(merged.stderr, whole.stderr, "{question} {format}");
            assert_eq!(merged.code(), whole.code(), "{question} {format}");
        }
    }
    let parts = map("trend --since 2025-11-04", folder.path());
    let whole = stscope("trend --since 2025-11-04 --by week --format csv")
        .args(PIECES)
        .run();
    let merged = merge(&parts, "--period week --format csv");
    assert_eq!(merged.text(), whole.text());
    merge(&parts, "--ip-ranges Cargo.toml").fails(&["--ip-ranges"]);
    merge(&map("report", folder.path()), "--period week").fails(&["--period", "leave it out"]);
    merge(&map("overview", folder.path()), "--format csv").fails(&["--format", "several lists"]);
}

#[test]
fn a_trend_of_principals_is_made_of_parts_too() {
    let words = "--principal *role/crm-*";
    let dir = tempfile::tempdir().unwrap();
    let part = dir.path().join("part");
    let map = stscope(&format!("map trend -q {words} {SAMPLE} -o")).arg(&part);
    map.run().exits(0);
    let merged = stscope("merge --format json").arg(&part).run().exits(0);
    let whole = stscope(&format!("trend --format json {words} {SAMPLE}")).run();
    assert_eq!(merged.text(), whole.exits(0).text());
    assert_eq!(sum(&merged.rows(), "calls"), 5);
    stscope(&format!("map report {words} {SAMPLE}"))
        .run()
        .fails(&[
            "--principal: it is an option of trend",
            "--where principal=",
        ]);
}

#[test]
fn options_that_a_part_has_no_use_for_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let parts = map("report", folder.path());
    for (options, reason) in [
        ("--ip-ranges no-such.json", "no-such.json"),
        ("--fail-on global -o x.part", "a part has no verdict"),
        ("--format json -o x.part", "--format"),
        ("--period week -o x.part", "--period: a part has no rows"),
        ("--ip-ranges no-such.json -o x.part", "--ip-ranges"),
        ("--top 3 -o x.part", "--top"),
        ("--sort group -o x.part", "--sort"),
        ("--min-calls 2 -o x.part", "--min-calls"),
        (
            "--fail-on new-global",
            "needs what was read on earlier days",
        ),
    ] {
        let said = merge(&parts, options);
        assert!(said.code() == 2 && said.stderr.contains(reason), "{said}");
    }
    for (words, reason) in [
        ("map plan --endpoint global", "--endpoint"),
        ("map regions --where sdk=boto3", "--where"),
        ("map regions --group-by day", "--group-by"),
        ("map report --group-by sdk,sdk", "named twice"),
        ("map overview --endpoint global", "--endpoint"),
        ("map trends", "trends"),
    ] {
        let said = stscope(&format!("{words} {SAMPLE}")).run();
        assert!(said.code() == 2 && said.stderr.contains(reason), "{said}");
    }
}

#[test]
fn an_empty_file_is_no_part_and_a_place_without_frames_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (part, frames, empty) = (path("1.part"), path("frames"), path("2.part"));
    for (output, options) in [(&part, ""), (&frames, "--parts 4")] {
        let said = stscope(&format!("map report {SAMPLE} -q {options} -o"))
            .arg(output)
            .run();
        assert_eq!(said.code(), 0, "{said}");
    }
    std::fs::write(&empty, b"").unwrap();
    for parts in [[&part, &empty], [&empty, &part]] {
        let parts = parts.map(Clone::clone);
        merge(&parts, "").fails(&["2.part: there is nothing in it"]);
    }
    stscope("merge -")
        .arg(&part)
        .input("")
        .run()
        .fails(&["standard input: there is nothing in it"]);
    assert_eq!(
        merge(&[frames, empty], "--format csv").stdout,
        merge(&[part], "--format csv").stdout
    );
}

#[test]
fn settle_replaces_no_log_and_knows_standard_output() {
    let folder = tempfile::tempdir().unwrap();
    let frames = stscope(&format!("map report {SAMPLE} --parts 1 -q")).run();
    let log = folder.path().join("kept.json.gz");
    std::fs::copy(
        format!(
            "{}/cn-north-1/2025/11/04/555566667777_CloudTrail_cn-north-1_20251104T0340Z_eoTgWAoA4OEHbs1X.json.gz",
            PIECES[2]
        ),
        &log,
    )
    .unwrap();
    let before = std::fs::read(&log).unwrap();
    stscope("settle event --parts 1 -o")
        .arg(&log)
        .input(frames.stdout.as_slice())
        .run()
        .fails(&["--output", "write to another file"]);
    assert!(std::fs::read(&log).unwrap() == before);
    let own = folder.path().join("frames");
    std::fs::write(&own, &frames.stdout).unwrap();
    stscope("settle event --parts 1")
        .arg(&own)
        .arg("-o")
        .arg(&own)
        .run()
        .fails(&["one of the files to be read"]);
    let said = stscope("settle event --parts 1 -o -")
        .input(frames.stdout.as_slice())
        .run();
    assert_eq!(said.stdout, settle("event", &frames.stdout, 1));
    assert!(!Path::new("-").exists());
}

#[test]
fn frames_that_were_cut_in_different_ways_have_not_met() {
    let four = frames(PIECES[4], 4);
    let frames = [frames(PIECES[3], 4), frames(PIECES[4], 5)];
    stscope("settle event --parts 4")
        .input(frames.concat())
        .run()
        .fails(&["settle event", "of 4 parts and some of 5", "map' again"]);
    let in_four = by_part(&four).into_iter();
    let events = in_four.map(|(number, frames)| settle("event", &frames, 4 + 2 * (number % 2)));
    let events: Vec<Vec<u8>> = events.collect();
    stscope("settle shared --parts 4")
        .input(events.concat())
        .run()
        .fails(&["settle shared", "of 4 parts and some of 6", "event' again"]);
    // They need not meet before all is together: settled apart, both would count what both have.
    let four = by_part(&frames[0]).into_values().next().unwrap();
    let five = by_part(&frames[1]).into_values().last().unwrap();
    let [four, five] = [four, five].map(|frames| settle("event", &frames, 1));
    stscope("merge -")
        .input([four, five].concat())
        .run()
        .fails(&["into 4 parts", "into 5", "one number of --parts"]);
    // Where all is together, that is no matter.
    let whole = stscope(&format!("report --format csv {} {}", PIECES[3], PIECES[4])).run();
    let merged = stscope("merge - --format csv").input(frames.concat()).run();
    assert_eq!(merged.text(), whole.text());
}

#[test]
fn frames_of_one_number_that_were_settled_in_two_places_have_not_met() {
    let frames = [PIECES[3], PIECES[4]].map(|piece| frames(piece, 2));
    let reason = &["were settled in two places", "one 'stscope settle'"];
    // By task, where it should be by number.
    let apart = frames.each_ref().map(|frames| settle("event", frames, 2));
    stscope("settle shared --parts 2")
        .input(apart.concat())
        .run()
        .fails(reason);
    stscope("merge -").input(apart.concat()).run().fails(reason);
    let together = settle("event", &frames.concat(), 2);
    let by_part: Vec<_> = by_part(&together).into_values().collect();
    let twice = [
        settle("shared", &by_part[0], 2),
        settle("shared", &together, 2),
    ];
    stscope("merge -").input(twice.concat()).run().fails(reason);
    let whole = stscope(&format!("report --format csv {} {}", PIECES[3], PIECES[4])).run();
    for settled in [together.clone(), settle("shared", &together, 1)] {
        let merged = stscope("merge - --format csv").input(settled).run();
        assert_eq!(merged.text(), whole.text());
    }
}

/// In all there are as many calls as were read.
#[test]
fn a_frame_that_is_lost_is_told_where_another_is_there_twice() {
    let folder = tempfile::tempdir().unwrap();
    let records: Vec<_> = (0..12).map(|number| call(number, json!({}))).collect();
    put(folder.path(), "log.json", &log(&records));
    let whole = frames(&folder.path().display().to_string(), 6);
    let by_event = settle("event", &whole, 6);
    for frames in [whole, by_event.clone(), settle("shared", &by_event, 6)] {
        merge_frames(&frames).exits(0);
        let frames: Vec<_> = by_part(&frames).into_values().collect();
        for (lost, twice) in
            (0..frames.len()).flat_map(|one| (0..one).map(move |other| (one, other)))
        {
            let mut others = frames.clone();
            others[lost].clone_from(&frames[twice]);
            merge_frames(&others.concat()).exits(2);
        }
    }
}

/// Copies of its calls go to another place, and both would count.
#[test]
fn a_frame_with_another_number_than_its_calls_have_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let records: Vec<_> = (0..12).map(|number| call(number, json!({}))).collect();
    put(folder.path(), "log.json", &log(&records));
    let whole = frames(&folder.path().display().to_string(), 6);
    let by_part = by_part(&whole);
    assert!(by_part.len() > 3);
    let mut refused = 0;
    for (number, frame) in &by_part {
        let mut frame = frame.clone();
        frame[..4].copy_from_slice(&((number + 1) % 6).to_le_bytes());
        let said = stscope("settle event --parts 6").input(frame.clone()).run();
        if said.code() == 0 {
            continue;
        }
        let reason = format!(
            "a frame of number {} has calls of another",
            (number + 1) % 6
        );
        said.fails(&[&reason]);
        merge_frames(&frame).fails(&[&reason]);
        refused += 1;
    }
    // One may have no calls, but what is known of all.
    assert!(refused >= by_part.len() - 1, "{refused}");
}

fn merge_frames(frames: &[u8]) -> Said {
    stscope("merge - -q").input(frames).run()
}

#[test]
fn two_machines_that_read_as_much_of_other_calls_are_added_up() {
    let parts = [1, 2].map(|number| {
        let input = log(&[call(number, json!({}))]);
        let said = stscope("map report - -q -o -").input(input).run().exits(0);
        said.stdout.as_slice().to_vec()
    });
    let folder = tempfile::tempdir().unwrap();
    let paths = ["a.part", "b.part"].map(|name| folder.path().join(name));
    for (path, part) in paths.iter().zip(&parts) {
        std::fs::write(path, part).unwrap();
    }
    let said = stscope("merge --format csv").args(&paths).run().exits(0);
    assert!(said.text().contains(",2,"), "{said}");
    let said = stscope("merge").args([&paths[0], &paths[0]]).run();
    said.fails(&["would count twice"]);
}
