//! What holds of every archive: sums do not depend on how the work is split, figures add up,
//! pruning changes no answer.
//!
//! `PROPTEST_CASES=500 cargo test --release --test it properties` looks longer and deeper.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::LazyLock;

use archive::bulk::{Archive, Options};
use archive::clock::{DAY, START};
use chrono::DateTime;
use proptest::prelude::*;
use stscope::internals::input::Pruning;
use stscope::internals::questions::{AnyQuestion, CallsByDay, Plan, Regions, Report};
use stscope::internals::tally::{self, Mismatch, Partial, PartialError, Tally, Terms};
use stscope::{Paths, Progress, Scan, sts::Dimension};
use tempfile::TempDir;
use twin::cases::cases;
use twin::mutate::{Change, changed, changes};
use twin::{Question, Way};

use crate::crowd;

const FILES: usize = 16;
const DAYS: i64 = 7;

/// Files in S3's layout, with many duplicates and cross-account pairs.
struct Logs {
    folder: TempDir,
    paths: Vec<PathBuf>,
    files: Vec<Vec<u8>>,
}

impl Logs {
    fn new(files: Vec<(String, Vec<u8>)>) -> Logs {
        let folder = tempfile::tempdir().expect("a folder for the files of a test");
        let mut paths = Vec::new();
        for (key, file) in &files {
            let path = folder.path().join(key);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            std::fs::write(&path, file).expect("room for the files of a test");
            paths.push(path);
        }
        Logs {
            folder,
            paths,
            files: files.into_iter().map(|(_, file)| file).collect(),
        }
    }
}

/// Keys and gzipped files.
static ARCHIVE: LazyLock<Vec<(String, Vec<u8>)>> = LazyLock::new(|| {
    let archive = Archive::new(Options {
        seed: 7,
        files: FILES,
        records: 40,
        sts_share: 0.5,
        duplicates: 0.1,
        shared_pairs: 0.2,
        accounts: 4,
        principals: 12,
        days: DAYS as usize,
        ..Options::default()
    });
    (0..FILES)
        .map(|file| {
            let mut text = Vec::new();
            archive.write_file(file, &mut text);
            (archive.key(file) + ".gz", twin::held::gzip(&text))
        })
        .collect()
});

static LOGS: LazyLock<Logs> = LazyLock::new(|| Logs::new(ARCHIVE.clone()));

/// What the twin reads in them.
static TWIN: LazyLock<twin::count::Readings> = LazyLock::new(|| twin::count::read(&LOGS.files));

/// Files of callers that are much alike, for plans.
static CROWD: LazyLock<Logs> = LazyLock::new(|| {
    let mut rng = archive::rng::SplitMix64::of(&[11]);
    let document = |file| (format!("{file}.json"), crowd::document(&mut rng, 30));
    Logs::new((0..FILES).map(document).collect())
});

static CROWD_TWIN: LazyLock<twin::count::Readings> =
    LazyLock::new(|| twin::count::read(&CROWD.files));

/// Accounts and Regions of the archive, as its keys have them.
fn in_keys(part: usize) -> Vec<String> {
    let mut names: Vec<String> = (ARCHIVE.iter())
        .filter_map(|(key, _)| key.split('/').nth(part).map(str::to_owned))
        .collect();
    names.sort();
    names.dedup();
    names
}

/// Everything a report says, as text.
fn rendered(report: &Report) -> String {
    let mut text = format!("{:#?}\n", report.totals.summary());
    for group in report.groups() {
        // A String takes whatever is written to it.
        let _ = writeln!(text, "{group:?}");
    }
    text + &serde_json::to_string_pretty(&report.totals.coverage).expect("a coverage is JSON")
}

/// The summary and the groups alone: what a user asked for.
fn answered(report: &Report) -> String {
    let groups: Vec<_> = report.groups().collect();
    format!("{:#?}\n{groups:#?}", report.totals.summary())
}

fn adds_up(report: &Report) -> Result<(), TestCaseError> {
    let (coverage, summary) = (&report.totals.coverage, &report.totals.summary());
    let files = &coverage.files;
    prop_assert_eq!(
        files.found,
        files.read + files.pruned.total() + files.skipped_total() + files.damaged
    );
    prop_assert_eq!(files.damaged, coverage.damaged.len() as u64);
    prop_assert_eq!(
        coverage.sts_records,
        coverage.calls + coverage.filtered + coverage.duplicates + coverage.shared_copies
    );
    prop_assert!(coverage.sts_records + coverage.not_calls <= coverage.records);
    let groups = |of: fn(&stscope::internals::tally::Measures) -> u64| -> u64 {
        report.groups().map(|group| of(&group.measures)).sum()
    };
    prop_assert_eq!(groups(|of| of.calls), summary.calls);
    prop_assert_eq!(groups(|of| of.errors), summary.errors);
    prop_assert_eq!(summary.endpoints.total(), summary.calls);
    prop_assert_eq!(coverage.calls, summary.calls);
    Ok(())
}

/// Dimensions in some number; two of three groupings are of several.
fn group_by() -> impl Strategy<Value = Vec<&'static str>> {
    proptest::sample::select(vec![
        Question::default().group_by,
        vec!["recipient_account_id", "aws_region"],
        vec!["day", "endpoint_region", "error_code", "session_name"],
        vec!["evidence", "endpoint_region", "endpoint"],
    ])
}

/// Any of the options that leave something out, most of them absent most of the time.
fn question() -> impl Strategy<Value = Question> {
    // Bounds fall on events' own times as often as between them.
    let time = || {
        let between = (START - DAY..START + (DAYS + 1) * DAY).prop_map(|at| at * 1000);
        let bound = prop_oneof![between, proptest::sample::select(TWIN.times())];
        proptest::option::weighted(0.4, bound)
    };
    let some = |names: Vec<String>| prop_oneof![2 => Just(Vec::new()), 1 => proptest::sample::subsequence(names, 1..=2)];
    let endpoints = vec!["global", "regional", "aws-service", "other", "unknown"];
    let endpoints =
        prop_oneof![2 => Just(Vec::new()), 1 => proptest::sample::subsequence(endpoints, 1..=2)];
    let condition = (
        proptest::sample::select(vec![
            ("principal", "*role/*1*"),
            ("principal_type", "A*"),
            ("principal", "*nobody*"),
            ("endpoint_region", "eu-*"),
            ("event_name", "AssumeRole"),
            ("error_code", ""),
            ("client_provided_host_header", "sts.*.amazonaws.com"),
            ("user_agent", "*oto*"),
            ("recipient_account_id", "*3*"),
        ]),
        any::<bool>(),
    )
        .prop_map(|((dimension, pattern), negated)| (dimension, pattern.to_owned(), negated));
    let conditions = proptest::collection::vec(condition, 0..3);
    let leads_to = (
        proptest::sample::select(vec![
            "*",
            "*.proxy.example",
            "sts-proxy.corp.example",
            "10.*",
        ]),
        proptest::sample::select(vec![None, Some("us-east-1"), Some("eu-central-1")]),
    )
        .prop_map(|(host, region)| (host.to_owned(), region.map(str::to_owned)));
    let hosts = proptest::collection::vec(leads_to, 0..3);
    // …/AWSLogs/o-…/ACCOUNT/CloudTrail/REGION/…
    let names = (some(in_keys(2)), some(in_keys(4)));
    (
        group_by(),
        any::<bool>(),
        time(),
        time(),
        names,
        endpoints,
        conditions,
        hosts,
    )
        .prop_map(
            |(group_by, once, since, until, (accounts, regions), endpoints, conditions, hosts)| {
                Question {
                    group_by,
                    once,
                    since,
                    until,
                    accounts,
                    regions,
                    endpoints,
                    conditions,
                    hosts,
                }
            },
        )
}

/// The pruning that goes with a question.
fn pruning(question: &Question) -> Pruning {
    let day = |time: Option<i64>| Some(DateTime::from_timestamp_millis(time?)?.date_naive());
    Pruning {
        first_day: day(question.since),
        until_day: day(question.until),
        accounts: question.accounts.clone(),
        regions: question.regions.clone(),
    }
}

/// Which part each file goes to, the threads of each part, in which order they are summed, and
/// which are written down in between.
#[derive(Clone, Debug)]
struct Split {
    part_of: Vec<usize>,
    threads: Vec<usize>,
    order: Vec<usize>,
    written_down: Vec<bool>,
}

fn split() -> impl Strategy<Value = Split> {
    (1..5_usize).prop_flat_map(|parts| {
        (
            proptest::collection::vec(0..parts, FILES),
            proptest::collection::vec(1..4_usize, parts),
            Just((0..parts).collect::<Vec<_>>()).prop_shuffle(),
            proptest::collection::vec(any::<bool>(), parts),
        )
            .prop_map(|(part_of, threads, order, written_down)| Split {
                part_of,
                threads,
                order,
                written_down,
            })
    })
}

fn written_and_read<Q: tally::Question>(tally: &Tally<Q>) -> Tally<Q> {
    let part = Partial::of(tally);
    let part = Partial::from(part.as_bytes().to_vec());
    part.tally().expect("what was written can be read again")
}

fn scan_of_parts(scan: &Scan, logs: &Logs, split: &Split) -> Tally<AnyQuestion> {
    ask_parts(
        &AnyQuestion::Groups(scan.group_by.clone()),
        scan,
        logs,
        split,
    )
}

fn ask_parts<Q: tally::Question>(
    question: &Q,
    scan: &Scan,
    logs: &Logs,
    split: &Split,
) -> Tally<Q> {
    let mut parts: Vec<Option<Tally<Q>>> = (split.threads.iter().enumerate())
        .map(|(part, &threads)| {
            let mut paths = Vec::new();
            for (path, &of) in logs.paths.iter().zip(&split.part_of) {
                if of == part {
                    paths.push(path.clone());
                }
            }
            if paths.is_empty() {
                return Some(Tally::of(question.clone(), &scan.terms(), scan.once));
            }
            let scan = Scan {
                threads,
                ..scan.clone()
            };
            Some(scan.ask(question, &paths).expect("all paths exist"))
        })
        .collect();
    let mut sum = Tally::of(question.clone(), &scan.terms(), scan.once);
    for (&part, &written_down) in split.order.iter().zip(&split.written_down) {
        let tally = parts[part].take().expect("each part once");
        let tally = if written_down {
            written_and_read(&tally)
        } else {
            tally
        };
        sum.merge(tally).expect("the same question");
        if written_down {
            sum = written_and_read(&sum);
        }
    }
    sum
}

fn in_parts(tally: Tally<AnyQuestion>, parts: u32, home: u32) -> Vec<(u32, Partial)> {
    let mut all = Vec::new();
    let into = tally.into_parts(parts, home, |number, part| {
        all.push((number, part));
        Ok::<_, std::convert::Infallible>(())
    });
    into.expect("nothing fails");
    all
}

fn sum_of(parts: impl Iterator<Item = Partial>) -> Tally<AnyQuestion> {
    let mut tallies = parts.map(|part| part.tally().expect("what was written can be read"));
    let mut sum = tallies.next().expect("a part at the least");
    tallies.for_each(|tally| sum.merge(tally).expect("parts of one whole"));
    sum
}

/// What is made of the groups of a question, as text.
fn made_of(report: &Report) -> String {
    match report.question {
        AnyQuestion::Groups(_) => String::new(),
        AnyQuestion::Plan => format!("{:#?}", Plan::of(report, twin::plan::region_of)),
        AnyQuestion::Regions => format!("{:#?}", Regions::of(report)),
        AnyQuestion::Trend => format!("{:#?}", CallsByDay::of(report)),
        ref new => panic!("nothing is made of {new:?}; make something, to compare it"),
    }
}

/// Damage to a few files.
fn damages() -> impl Strategy<Value = Vec<(usize, Vec<Change>)>> {
    proptest::collection::vec((0..FILES, changes()), 0..4)
}

fn damaged_logs(damages: &[(usize, Vec<Change>)]) -> Logs {
    let mut files = ARCHIVE.clone();
    for (file, changes) in damages {
        files[*file].1 = changed(&files[*file].1, changes);
    }
    Logs::new(files)
}

#[test]
fn the_archive_of_these_tests_has_duplicates_and_pairs() {
    let report = Scan::default()
        .tally(&LOGS.paths)
        .expect("all paths exist")
        .finish();
    let coverage = &report.totals.coverage;
    assert!(
        coverage.duplicates > 5 && coverage.shared_copies > 5,
        "{coverage:?}"
    );
    assert!(report.totals.summary().global() > 5 && report.totals.summary().principals > 5);
    assert!(in_keys(2).len() > 2 && in_keys(4).len() > 2);
    assert_eq!(
        coverage.key_accounts.iter().cloned().collect::<Vec<_>>(),
        in_keys(2)
    );
}

#[test]
fn the_crowd_of_these_tests_has_work_and_risks_of_every_kind() {
    let expected = twin::plan::expected(&CROWD_TWIN, &Question::default());
    let all = |column: &str| -> BTreeSet<&str> {
        expected
            .rows
            .iter()
            .map(|row| row[column].as_str())
            .collect()
    };
    let causes = stscope::sts::Cause::ALL.map(|cause| cause.as_str());
    assert_eq!(all("cause"), BTreeSet::from(causes));
    let evidence = ["serving-region", "regional-calls", "ip-ranges"];
    assert!(all("region_evidence").is_superset(&BTreeSet::from(evidence)));
    assert!(
        expected
            .rows
            .iter()
            .any(|row| row["session_names"].contains(' '))
    );
    assert!(
        expected
            .rows
            .windows(2)
            .any(|two| two[0]["calls"] == two[1]["calls"])
    );
    assert!(expected.cross_region.len() > 2 && expected.refused.len() > 2);
    assert!(
        expected
            .opt_in_tokens
            .is_some_and(|tokens| tokens.len() > 2)
    );
}

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn any_split_of_the_files_gives_the_same_report(question in question(), split in split()) {
        let scan = question.scan();
        let whole = scan.tally(&LOGS.paths).expect("all paths exist").finish();
        let parts = scan_of_parts(&scan, &LOGS, &split).finish();
        prop_assert_eq!(rendered(&parts), rendered(&whole));
    }

    #[test]
    fn parts_that_are_settled_where_their_calls_meet_give_the_same_report(
        question in question(),
        split in split(),
        parts in 1..9_u32,
        damages in damages(),
    ) {
        let logs = damaged_logs(&damages);
        let scan = question.scan();
        let whole = scan.tally(&logs.paths).expect("all paths exist").finish();
        let asked = AnyQuestion::Groups(scan.group_by.clone());
        let tasks = split.order.iter().filter_map(|&task| {
            let of_task = logs.paths.iter().zip(&split.part_of).filter(|&(_, &of)| of == task);
            let paths: Vec<_> = of_task.map(|(path, _)| path.clone()).collect();
            let threads = split.threads[task];
            let scan = Scan { threads, ..scan.clone() };
            let run = || scan.ask(&asked, &paths).expect("all paths exist");
            (!paths.is_empty()).then(|| (run(), run()))
        });
        let mut frames = Vec::new();
        for (task, (once, again)) in (0..).zip(tasks) {
            let sent = in_parts(once, parts, task);
            // Threads finish in another order each time.
            prop_assert_eq!(&in_parts(again, parts, task), &sent);
            frames.extend(sent);
        }
        for rule in [tally::Rule::Event, tally::Rule::Shared] {
            let mut places: BTreeMap<u32, Vec<Partial>> = BTreeMap::new();
            for (number, part) in std::mem::take(&mut frames) {
                places.entry(number).or_default().push(part);
            }
            for (number, together) in places {
                let mut sum = sum_of(together.into_iter().rev());
                sum.settle(rule).expect("its turn");
                frames.extend(in_parts(sum, parts, number));
            }
        }
        let answer = sum_of(frames.into_iter().map(|(_, part)| part)).finish();
        prop_assert_eq!(rendered(&answer), rendered(&whole));
    }

    #[test]
    fn any_split_of_damaged_files_gives_the_same_report(
        damages in damages(),
        question in question(),
        split in split(),
    ) {
        let logs = damaged_logs(&damages);
        let scan = question.scan();
        let whole = scan.tally(&logs.paths).expect("all paths exist").finish();
        adds_up(&whole)?;
        let parts = scan_of_parts(&scan, &logs, &split).finish();
        prop_assert_eq!(rendered(&parts), rendered(&whole));
        let folder = scan.tally(&[logs.folder.path().to_owned()]).expect("it exists").finish();
        prop_assert_eq!(rendered(&folder), rendered(&whole));
    }

    #[test]
    fn every_selection_is_the_twins_and_adds_up(question in question(), threads in 1..5_usize) {
        let way = Way { threads, ..Way::all()[0] };
        let scan = Scan { threads, ..question.scan() };
        let report = scan.tally(&LOGS.paths).expect("all paths exist").finish();
        adds_up(&report)?;
        twin::held::assert_equal(&report, &TWIN.answer(&question), way);
        let unmatched = |place: &usize| !report.totals.matched.has(*place);
        let unmatched: Vec<usize> = (0..question.conditions.len()).filter(unmatched).collect();
        prop_assert_eq!(unmatched, TWIN.unmatched(&question));
        let matched = report.totals.matched;
        let excluding: Vec<usize> = (question.conditions.iter().enumerate())
            .filter(|(place, (_, _, negated))| {
                *negated && matched.has(*place) && !matched.has_held(*place)
            })
            .map(|(place, _)| place)
            .collect();
        prop_assert_eq!(excluding, TWIN.excluding(&question));
    }

    #[test]
    fn the_plan_of_any_split_is_the_twins(question in question(), split in split()) {
        let plan_of = |logs| ask_parts(&AnyQuestion::Plan, &question.scan(), logs, &split).finish();
        let report = plan_of(&CROWD);
        adds_up(&report)?;
        let plan = Plan::of(&report, twin::plan::region_of);
        twin::plan::assert_equal(&plan, &twin::plan::expected(&CROWD_TWIN, &question));
        let report = plan_of(&LOGS);
        adds_up(&report)?;
        let plan = Plan::of(&report, twin::plan::region_of);
        twin::plan::assert_equal(&plan, &twin::plan::expected(&TWIN, &question));
        let scan = Scan { threads: split.threads[0], ..question.scan() };
        let (traced, tokens) = scan.trace(&CROWD.paths).expect("all paths exist").finish();
        adds_up(&traced)?;
        let traced = Plan::of(&traced, twin::plan::region_of).with_tokens(Some(tokens));
        twin::plan::assert_equal(&traced, &twin::plan::expected(&CROWD_TWIN, &question));
        prop_assert_eq!(plan.global.calls, report.totals.summary().global());
        prop_assert_eq!(plan.principals, report.totals.summary().global_principals);
        prop_assert_eq!(plan.aws_managed, report.totals.summary().global_aws_managed);
    }

    #[test]
    fn several_questions_in_one_pass_are_answered_as_each_alone(
        question in question(),
        split in split(),
        number in 0..5_usize,
    ) {
        let scan = question.scan();
        let mut all = vec![
            AnyQuestion::Groups(scan.group_by.clone()),
            AnyQuestion::Plan,
            AnyQuestion::Regions,
            AnyQuestion::Trend,
        ];
        all.rotate_left(number % 4);
        all.truncate(number);
        for logs in [&*LOGS, &*CROWD] {
            let together = ask_parts(&all, &scan, logs, &split).finish();
            let answers = together.answers();
            prop_assert_eq!(answers.len(), all.len());
            for (answer, question) in answers.iter().zip(&all) {
                let alone = ask_parts(question, &scan, logs, &split).finish();
                prop_assert_eq!(&answer.question, question);
                prop_assert_eq!(rendered(answer), rendered(&alone));
                prop_assert_eq!(made_of(answer), made_of(&alone));
            }
        }
    }

    #[test]
    fn no_part_that_was_cut_or_changed_is_read(
        question in question(),
        at in any::<prop::sample::Index>(),
        bit in 0..8_u8,
    ) {
        let tally = question.scan().tally(&LOGS.paths).expect("all paths exist");
        let mut bytes = Partial::of(&tally).as_bytes().to_vec();
        let at = at.index(bytes.len());
        let cut = Partial::from(bytes[..at].to_vec());
        prop_assert!(cut.tally::<AnyQuestion>().is_err());
        bytes[at] ^= 1 << bit;
        let changed = Partial::from(bytes).tally::<AnyQuestion>().err();
        prop_assert!(changed.is_some());
        if at >= 10 {
            prop_assert_eq!(changed, Some(PartialError::Damaged));
        }
    }

    #[test]
    fn pruning_changes_no_answer(question in question()) {
        let scan = question.scan();
        let all = scan.tally(&LOGS.paths).expect("all paths exist").finish();
        let pruned = Scan { pruning: pruning(&question), ..scan };
        let pruned = pruned.tally(&LOGS.paths).expect("all paths exist").finish();
        adds_up(&pruned)?;
        // In this archive nothing is delivered later than minutes after it happened.
        prop_assert_eq!(answered(&pruned), answered(&all));
        prop_assert!(pruned.totals.coverage.files.read <= all.totals.coverage.files.read);
        prop_assert_eq!(pruned.totals.coverage.disagreements, all.totals.coverage.disagreements);
    }

    #[test]
    fn figures_add_up_whatever_is_damaged_pruned_and_left_out(
        damages in damages(),
        question in question(),
    ) {
        let logs = damaged_logs(&damages);
        let scan = Scan { pruning: pruning(&question), ..question.scan() };
        adds_up(&scan.tally(&logs.paths).expect("all paths exist").finish())?;
    }
}

#[test]
fn what_is_delivered_more_than_two_days_late_is_all_that_pruning_can_lose() {
    let event = DateTime::from_timestamp(START + 10 * 3600, 0).expect("a time");
    let record = |id: u32| {
        let time = event.to_rfc3339();
        format!(
            r#"{{"eventSource":"sts.amazonaws.com","eventID":"{id}","eventTime":"{time}","awsRegion":"us-east-1"}}"#
        )
    };
    let files = (0..6).map(|late| {
        let day = (event + chrono::Days::new(late)).format("%Y/%m/%d");
        let key = format!("AWSLogs/111122223333/CloudTrail/us-east-1/{day}/{late}.json");
        (
            key,
            format!(r#"{{"Records":[{}]}}"#, record(late as u32)).into_bytes(),
        )
    });
    let logs = Logs::new(files.collect());
    let question = Question {
        since: Some((START + 9 * 3600) * 1000),
        until: Some((START + 11 * 3600) * 1000),
        ..Question::default()
    };
    let scan = Scan {
        pruning: pruning(&question),
        ..question.scan()
    };
    let report = scan.tally(&logs.paths).expect("all paths exist").finish();
    assert_eq!(
        (
            report.totals.summary().calls,
            report.totals.coverage.files.pruned.date
        ),
        (3, 3)
    );
}

#[test]
fn a_tally_without_dimensions_can_be_written_down() {
    let scan = Scan {
        group_by: Vec::new(),
        ..Scan::default()
    };
    let tally = scan.tally(&LOGS.paths).expect("all paths exist");
    let again = written_and_read(&tally);
    assert_eq!(rendered(&again.finish()), rendered(&tally.finish()));
}

#[test]
fn threads_whose_calls_have_no_sum_stop_the_run_and_drop_none() {
    let scan = Scan {
        threads: 2,
        ..Scan::default()
    };
    let paths = Paths::resolve(&LOGS.paths, None).expect("all paths exist");
    let questions = Cell::new(vec![AnyQuestion::Plan, AnyQuestion::Regions]);
    let new = || {
        let mut left = questions.take();
        let question = left.pop().expect("a collector for each of two threads");
        questions.set(left);
        Tally::of(question, &Terms::default(), scan.once)
    };
    let run = || scan.collect(&paths, &Progress::default(), new).map(drop);
    let panic = catch_unwind(AssertUnwindSafe(run)).expect_err("there is no sum");
    let said = panic.downcast_ref::<String>().expect("words");
    assert!(
        said.contains("the threads of one run ask the same question"),
        "{said}"
    );
}

#[test]
fn tallies_of_different_questions_have_no_sum() {
    let by = |dimension, once| {
        let question = AnyQuestion::Groups(vec![dimension]);
        Tally::of(question, &Terms::default(), once)
    };
    let mut tally = by(Dimension::Principal, true);
    assert_eq!(tally.merge(by(Dimension::Principal, true)), Ok(()));
    let fault = tally.merge(by(Dimension::Endpoint, true));
    assert!(matches!(fault, Err(Mismatch::Question { .. })), "{fault:?}");
    let fault = tally.merge(by(Dimension::Principal, false));
    assert_eq!(fault, Err(Mismatch::Once));
}

#[test]
fn tallies_by_different_terms_have_no_sum() {
    let scan = |question: Question| question.scan();
    let all = Question::default();
    let whole = scan(all.clone())
        .tally(&LOGS.paths)
        .expect("all paths exist");
    for (question, field) in [
        (
            Question {
                since: Some(0),
                ..all.clone()
            },
            "since",
        ),
        (
            Question {
                until: Some(START * 1000),
                ..all.clone()
            },
            "until",
        ),
        (
            Question {
                accounts: vec!["111122223333".into()],
                ..all.clone()
            },
            "accounts",
        ),
        (
            Question {
                regions: vec!["us-east-1".into()],
                ..all.clone()
            },
            "regions",
        ),
        (
            Question {
                endpoints: vec!["global"],
                ..all.clone()
            },
            "endpoints",
        ),
        (
            Question {
                conditions: vec![("principal", "*".into(), false)],
                ..all.clone()
            },
            "conditions",
        ),
        (
            Question {
                hosts: vec![("*".into(), None)],
                ..all.clone()
            },
            "hosts",
        ),
    ] {
        let tally = scan(question).tally(&LOGS.paths).expect("all paths exist");
        for tally in [written_and_read(&tally), tally] {
            let error = whole.clone().merge(tally).expect_err("other terms");
            assert_eq!(error, Mismatch::Terms(field));
            assert!(error.to_string().contains(field), "{error}");
        }
    }
}

#[test]
fn a_part_of_another_question_is_named() {
    let plan = Tally::of(AnyQuestion::Plan, &Terms::default(), true);
    let part = Partial::of(&plan);
    // A list of one question is that question.
    assert!(part.tally::<Vec<AnyQuestion>>().is_ok());
    let two = Tally::of(
        vec![AnyQuestion::Plan, AnyQuestion::Trend],
        &Terms::default(),
        true,
    );
    let part = Partial::of(&two);
    let fault = part.tally::<AnyQuestion>().err();
    assert_eq!(fault, Some(PartialError::Question("plan + trend".into())));
    let fault = Partial::from(b"{\"Records\":[]}".to_vec()).tally::<AnyQuestion>();
    assert_eq!(fault.err(), Some(PartialError::NotAPart));
}
