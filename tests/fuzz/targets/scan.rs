//! Any bytes → an answer: files of any content, wrapped, damaged, named and asked about in any way,
//! come to what the twin says.
//!
//! Four bytes choose the way; what follows them is the content.

#![no_main]

mod doubt;

use std::collections::HashMap;
use std::path::Path;

use libfuzzer_sys::{Corpus, fuzz_target};
use stscope::Stage;
use stscope::internals::questions::Report;
use stscope::internals::tally::SkipReason;
use twin::held::{assert_equal, gzip, of_report};
use twin::question::GROUPINGS;
use twin::{Answer, Held, Question, Way, call, count};

/// Names that are read in a walk, and must change nothing.
const NAMES: [&str; 5] = [
    "log.json",
    "log.json.gz",
    "log",
    "log.ndjson",
    "AWSLogs/111122223333/CloudTrail/eu-west-1/2025/11/03/111122223333_CloudTrail_eu-west-1_20251103T0910Z_sQhGorOM2Z1kh27r.json.gz",
];

fuzz_target!(|input: &[u8]| -> Corpus {
    let Some((&[wrapping, place, way, asked], content)) = input.split_first_chunk() else {
        return Corpus::Reject;
    };
    if doubt::is_too_deep(content) || doubt::may_be_out_of_range(content) {
        return Corpus::Reject;
    }
    let place = |length: usize| length * usize::from(place) / 256;
    let is_set = |byte: u8, bit: u8| byte >> bit & 1 == 1;
    let parts = match (is_set(asked, 7), is_set(asked, 6)) {
        (true, _) => vec![
            &content[..place(content.len())],
            &content[place(content.len())..],
        ],
        (false, true) => vec![content; 2],
        (false, false) => vec![content],
    };
    let files = parts.iter().map(|part| wrapped(part, wrapping, place));
    let mut held = Held::new(files.collect());
    // The twin inflates a byte at a time, so it is asked to only where that matters.
    if is_sound(wrapping) && !parts.iter().any(|part| part.starts_with(GZIP)) {
        held.files = parts.iter().map(|part| part.to_vec()).collect();
    }
    let read: Vec<count::File> = held.files.iter().map(|file| count::file(file)).collect();
    let ways = Way::all();
    let way = Way {
        threads: 1 + usize::from(is_set(way, 7)),
        ..ways[usize::from(way & 15) % ways.len()]
    };
    held.question = Question {
        group_by: GROUPINGS[usize::from(asked & 7) % GROUPINGS.len()].to_vec(),
        once: is_set(asked, 5) && what_stands_is_certain(&read),
        ..Question::default()
    };
    rename(
        &mut held,
        NAMES[usize::from(wrapping >> 4) % NAMES.len()],
        is_set(asked, 4),
    );
    let report = held.report(way);
    let is_broken_off = !report.totals.coverage.damaged.is_empty();
    // What a file is by its name, or because it is no JSON at all, is told before the twin's part begins.
    let skipped = &report.totals.coverage.files.skipped;
    let is_told_by_name = held.files.iter().any(Vec::is_empty)
        // Nothing but white space, `{}` or `null` under a name of CloudTrail's own: a copy that failed.
        || report.totals.coverage.damaged.iter().any(|file| file.stage == Stage::Open)
        // Under such a name what is sound JSON and no log is damaged, too.
        || (report.totals.coverage.damaged.iter()).any(|file| file.detail.starts_with("JSON without"))
        || skipped[&SkipReason::OtherService] + skipped[&SkipReason::NotALog] > 0;
    if is_told_by_name {
        return Corpus::Keep;
    }
    // One bit of the codes is changed, and yet checksum and length are right: zlib, which the twin has, may
    // refuse a code that libdeflate reads.
    let damaged = &report.totals.coverage.damaged;
    if wrapping & 7 == FLIPPED
        && damaged.iter().all(|file| file.stage != Stage::Gzip)
        && (held.files.iter()).all(|file| place(file.len()) + TRAILER < file.len())
    {
        return Corpus::Keep;
    }
    let may_be_two = doubt::may_replace_a_source(content);
    if may_be_two || is_broken_off && doubt::may_replace_a_list(content) {
        return Corpus::Keep;
    }
    if read.iter().all(doubt::is_clear) && !is_given_up(&report) {
        hold(&report, held.expected(), &read, way);
    }
    Corpus::Keep
});

/// How [`wrapped`] changes a bit.
const FLIPPED: u8 = 5;

/// Bytes of checksum and length, at the end of a gzip file.
const TRAILER: usize = 8;

const GZIP: &[u8] = &[0x1f, 0x8b];

/// Whether [`wrapped`] leaves the content whole.
fn is_sound(how: u8) -> bool {
    matches!(how & 7, 0..=3 | 6)
}

/// A file with this content.
fn wrapped(content: &[u8], how: u8, place: impl Fn(usize) -> usize) -> Vec<u8> {
    let mut file = gzip(content);
    match how & 7 {
        0 | 1 => return content.to_vec(),
        2 => {}
        3 => {
            let (first, second) = content.split_at(place(content.len()));
            file = [gzip(first), gzip(second)].concat();
        }
        4 => file.truncate(place(file.len())),
        FLIPPED => {
            let at = place(file.len());
            file[at] ^= 1 << (at % 8);
        }
        6 => file.extend_from_slice(b"\0\0\0"),
        _ => file.extend_from_slice(b"\0\x1f\x8b"),
    }
    file
}

/// Gives the files this name, each in a folder of its own, and names them or the folder they are in.
fn rename(held: &mut Held, name: &str, is_walk: bool) {
    let folder = held.paths[0]
        .parent()
        .map(Path::to_path_buf)
        .expect("a folder");
    for (n, path) in held.paths.iter_mut().enumerate() {
        let new = folder.join(format!("part-{n}")).join(name);
        std::fs::create_dir_all(new.parent().expect("a folder")).expect("room for a folder");
        std::fs::rename(&path, &new).expect("a file may be renamed");
        *path = new;
    }
    if is_walk {
        held.paths = vec![folder];
    }
}

/// Which of two copies stands whose bodies differ is not promised.
fn what_stands_is_certain(files: &[count::File]) -> bool {
    let mut seen: HashMap<String, String> = HashMap::new();
    let calls = files.iter().flat_map(|file| &file.found.of_sts);
    calls
        .filter(|record| call::is_call(record))
        .map(call::of)
        .all(|call| {
            let is_targets = call.value("principal_type") == "AWSAccount";
            let event = call
                .event_id
                .as_ref()
                .map(|id| format!("{id} {}", call.value("recipient_account_id")));
            let shared = call
                .shared_event_id
                .as_ref()
                .map(|id| format!("{id} {is_targets} {}", call.mends_another));
            let body = format!("{call:?}");
            [event, shared]
                .into_iter()
                .flatten()
                .all(|copies| *seen.entry(copies).or_insert_with(|| body.clone()) == body)
        })
}

/// Whether some record was given up that the twin sees whole, or not at all.
fn is_given_up(report: &Report) -> bool {
    let mut damaged = report.totals.coverage.damaged.iter();
    damaged.any(|file| doubt::is_given_up(&file.detail))
}

/// Holds a report against the twin's answer.
fn hold(report: &Report, mut expected: Answer, files: &[count::File], way: Way) {
    // Inside records of other services damage need not be noticed.
    let broken = |answer: &Answer| {
        answer
            .damaged
            .iter()
            .filter(|&&stage| stage == "record")
            .count()
    };
    let unnoticed = broken(&expected).saturating_sub(broken(&of_report(report)));
    // Such a file may have something else that is noticed.
    let is_both = |file: &&count::File| file.found.broken > 0 && file.not_understood > 0;
    let mut both = files.iter().filter(is_both).count();
    for _ in 0..unnoticed {
        let at = expected.damaged.iter().position(|&stage| stage == "record");
        let at = at.expect("there are more");
        if both > 0 {
            both -= 1;
            expected.damaged[at] = "shape";
            continue;
        }
        expected.damaged.remove(at);
        *expected.figures.entry("files.read".to_owned()).or_default() += 1;
        *expected
            .figures
            .entry("files.damaged".to_owned())
            .or_default() -= 1;
    }
    expected.damaged.sort_unstable();
    expected.figures.retain(|_, count| *count > 0);
    assert_equal(report, &expected, way);
}
