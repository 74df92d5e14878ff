//! stscope held against its slow, obvious twin: odd records, damage at random, hand-made traps.
//!
//! `PROPTEST_CASES=2000 cargo test --release --test it held_equal` looks longer and deeper.

use archive::{odd, rng::SplitMix64};
use proptest::prelude::*;
use twin::cases::cases;
use twin::held::{assert_equal, gzip, of_report};
use twin::mutate::{changed, changes};
use twin::question::GROUPINGS;
use twin::{Held, Question, Way};

use crate::crowd;

fn question() -> impl Strategy<Value = Question> {
    proptest::sample::select(GROUPINGS.to_vec()).prop_map(|group_by| Question {
        group_by: group_by.to_vec(),
        ..Question::default()
    })
}

proptest! {
    #![proptest_config(cases(64))]

    #[test]
    fn odd_records_are_counted_as_by_the_twin(
        seed: u64,
        records in 0..12_usize,
        question in question(),
    ) {
        let text = odd::document(&mut SplitMix64::of(&[seed]), records);
        for held in Held::plain_and_gzipped(text.as_bytes()) {
            held.asked(&question).is_equal();
        }
    }

    #[test]
    fn the_plan_for_odd_records_is_the_twins(seed: u64, records in 0..40_usize, once: bool) {
        let text = odd::document(&mut SplitMix64::of(&[seed]), records);
        for held in Held::plain_and_gzipped(text.as_bytes()) {
            held.asked(&Question { once, ..Question::default() }).plan_is_equal(Way::all()[0]);
        }
    }

    #[test]
    fn the_plan_for_a_crowd_is_the_twins(seed: u64, records in 0..60_usize, threads in 1..3_usize) {
        let mut rng = SplitMix64::of(&[seed]);
        let files = (0..3).map(|_| crowd::document(&mut rng, records)).collect();
        Held::new(files).plan_is_equal(Way { threads, ..Way::all()[0] });
    }

    #[test]
    fn odd_files_delivered_twice_are_counted_once_by_any_number_of_threads(
        seed: u64,
        files in 1..6_usize,
        once: bool,
    ) {
        let mut rng = SplitMix64::of(&[seed]);
        let texts = (0..files).map(|_| odd::document(&mut rng, 4).into_bytes());
        let mut files: Vec<Vec<u8>> = texts.collect();
        files.extend_from_within(..files.len() / 2);
        files.iter_mut().step_by(2).for_each(|file| *file = gzip(file));
        let held = Held::new(files).asked(&Question { once, ..Question::default() });
        let expected = held.expected();
        for threads in [1, 2, 4] {
            let way = Way { threads, ..Way::all()[0] };
            assert_equal(&held.report(way), &expected, way);
        }
    }
}

proptest! {
    #![proptest_config(cases(128))]

    #[test]
    fn of_damaged_json_every_whole_record_counts(
        seed: u64,
        records in 0..6_usize,
        changes in changes(),
        question in question(),
    ) {
        let text = odd::document(&mut SplitMix64::of(&[seed]), records);
        hold_damaged(&changed(text.as_bytes(), &changes), question)?;
    }

    #[test]
    fn of_damaged_lines_every_whole_record_counts(
        seed: u64,
        records in 0..6_usize,
        changes in changes(),
        wrapping in 0..14_u8,
    ) {
        let mut rng = SplitMix64::of(&[seed]);
        let lines: Vec<String> = (0..records)
            .map(|_| {
                let record = odd::record(&mut rng);
                let quoted = serde_json::to_string(&record).unwrap();
                match wrapping {
                    0 => record,
                    1 => format!(r#"{{"detail-type":"AWS API Call via CloudTrail","detail":{record}}}"#),
                    2 => format!(r#"{{"Events":[{{"CloudTrailEvent":{quoted}}}]}}"#),
                    3 => format!(r#"{{"messageType":"DATA_MESSAGE","logEvents":[{{"message":{quoted}}}]}}"#),
                    4 => format!("[{quoted},{record}]"),
                    _ => wrapped(wrapping, &record, &quoted),
                }
            })
            .collect();
        hold_damaged(&changed(lines.join("\n").as_bytes(), &changes), Question::default())?;
    }

    #[test]
    fn of_damaged_gzip_every_whole_record_counts(
        seed: u64,
        records in 0..6_usize,
        changes in changes(),
    ) {
        let mut rng = SplitMix64::of(&[seed]);
        let members: Vec<Vec<u8>> = odd::document(&mut rng, records)
            .as_bytes()
            .chunks(1 + rng.below(8000))
            .map(gzip)
            .collect();
        let file = changed(&members.concat(), &changes);
        hold_damaged_file(file, Question { once: false, ..Question::default() })?;
    }
}

/// A record as other programs and services wrap it, or beside what is none.
fn wrapped(how: u8, record: &str, quoted: &str) -> String {
    match how {
        5 => quoted.to_owned(),
        6 => format!(r#"{{"Records":[{quoted},{record},[{record}],{{"a":1}}]}}"#),
        7 => format!(r#"{{"Records":[{{"body":{quoted},"eventSource":"aws:sqs"}}]}}"#),
        8 => format!(r#"{{"Records":[{{"Sns":{{"Message":{quoted}}}}},{{"body":"x"}}]}}"#),
        9 => format!(r#"{{"Events":[{{"CloudTrailEvent":{record}}}]}}"#),
        10 => format!(r#"{{"logEvents":[{{"message":[{record},{quoted}]}}],"log":{quoted}}}"#),
        11 => format!(r#"{{"events":[],"_source":{record},"nextToken":null}}"#),
        12 => record
            .replacen('{', r#"{"events":[],"#, 1)
            .replace("{\"events\":[],}", "{}"),
        _ => format!(r#"{{"things":[{record}],"text":{quoted}}}"#),
    }
}

/// Damage leaves copies of records whose bodies differ, and which of those stands is not promised:
/// all of them are counted.
fn hold_damaged(text: &[u8], question: Question) -> Result<(), TestCaseError> {
    for file in [text.to_vec(), gzip(text)] {
        let question = Question {
            once: false,
            ..question.clone()
        };
        hold_damaged_file(file, question)?;
    }
    Ok(())
}

fn hold_damaged_file(file: Vec<u8>, question: Question) -> Result<(), TestCaseError> {
    let twin::count::File {
        kind,
        damage,
        found,
        ..
    } = twin::count::file(&file);
    // Whether a broken record is an Insight nobody can say.
    let is_clear = found.broken == 0
        || (kind == twin::shape::Kind::CloudTrail && found.records > found.insights);
    let held = Held::new(vec![file]).asked(&question);
    let expected = held.expected();
    for way in Way::all() {
        let report = held.report(way);
        let found = of_report(&report);
        prop_assert_eq!(report.totals.coverage.files.found, 1);
        if !is_clear {
            continue;
        }
        match damage {
            // Inside records of other services damage need not be noticed.
            Some("record") => {
                let mut expected = expected.clone();
                if found.damaged.is_empty() {
                    expected.damaged.clear();
                    expected.figures.remove("files.damaged");
                    expected.figures.insert("files.read".to_owned(), 1);
                } else if expected.figures.contains_key("not_understood") {
                    // Then this is the file's damage.
                    expected.damaged.clone_from(&found.damaged);
                }
                assert_equal(&report, &expected, way);
            }
            _ => assert_equal(&report, &expected, way),
        }
    }
    Ok(())
}
