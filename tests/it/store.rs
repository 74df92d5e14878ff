//! A store says what one report over all files says, in whatever portions and order they come.
//!
//! `PROPTEST_CASES=500 cargo test --release --test it store::` looks longer.

#![allow(
    clippy::unwrap_used,
    reason = "a helper of a test that cannot go on fails the test"
)]

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use archive::bulk::{Archive, Options};
use chrono::{Days, NaiveDate};
use proptest::prelude::*;
use serde_json::json;
use stscope::internals::input::Paths;
use stscope::internals::questions::{AnyQuestion, Plan, RegionStatus, Regions};
use stscope::internals::tally::{Question, Report, Selection};
use stscope::store::{Ingested, Store, StoreError};
use stscope::sts::{Dimension, Time};
use stscope::{Progress, Scan};
use tempfile::TempDir;

const FILES: usize = 12;
const DAYS: usize = 5;

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(text).unwrap();
    gzip.finish().unwrap()
}

/// Calls without an id, calls that mend others, calls without a time, and pairs over midnight.
fn odd_file(number: usize) -> Vec<u8> {
    let records: Vec<_> = (0..12)
        .map(|n| {
            // A call and its copy for the other account, which stands in the next file.
            let pair = n + (number % 2) * 12;
            let mut record = json!({
                "eventTime": format!("2025-11-0{}T{}Z", 4 + (n + number) % 2,
                    if (n + number).is_multiple_of(2) { "23:59:59" } else { "00:00:00" }),
                "eventSource": "sts.amazonaws.com",
                "eventName": "AssumeRole",
                "awsRegion": "us-east-1",
                "eventID": format!("odd-{pair}"),
                "recipientAccountId": format!("11112222333{}", number % 2),
                "userAgent": "Boto3/1.28.57",
                "sourceIPAddress": format!("192.0.2.{n}"),
                "userIdentity": { "type": "IAMUser", "arn": format!("arn:aws:iam::111122223333:user/{n}") },
            });
            match n {
                0 | 1 => { record.as_object_mut().unwrap().remove("eventID"); }
                2 => { record["eventTime"] = json!("soon"); }
                3 => { record["addendum"] = json!({ "originalEventID": "odd-5" }); }
                6.. => {
                    record["sharedEventID"] = json!(format!("shared-{n}"));
                    if number % 2 == 1 {
                        record["userIdentity"] = json!({ "type": "AWSAccount", "accountId": "111122223330" });
                    }
                }
                _ => {}
            }
            record
        })
        .collect();
    json!({ "Records": records }).to_string().into_bytes()
}

/// Keys and files; the last two are damaged for ever.
static ARCHIVE: LazyLock<Vec<(String, Vec<u8>)>> = LazyLock::new(|| {
    let archive = Archive::new(Options {
        seed: 23,
        files: FILES,
        records: 40,
        sts_share: 0.6,
        duplicates: 0.1,
        shared_pairs: 0.3,
        accounts: 3,
        principals: 9,
        days: DAYS,
        ..Options::default()
    });
    let mut files: Vec<_> = (0..FILES)
        .map(|file| {
            let mut text = Vec::new();
            archive.write_file(file, &mut text);
            (archive.key(file) + ".gz", gzip(&text))
        })
        .collect();
    for number in 0..2 {
        let key = format!("AWSLogs/11112222333{number}/CloudTrail/us-east-1/2025/11/05/odd.json");
        files.push((key, odd_file(number)));
    }
    let cut = files[1].1.len() * 2 / 3;
    files[1].1.truncate(cut);
    let middle = files[3].1.len() / 2;
    files[3].1[middle] ^= 0x55;
    files
});

/// The day in a key: that of delivery.
fn day_of(key: &str) -> NaiveDate {
    let mut parts: Vec<_> = key.rsplit('/').skip(1).take(3).collect();
    parts.reverse();
    parts.join("-").parse().unwrap()
}

/// How one file comes.
#[derive(Clone, Debug)]
struct Arrival {
    night: usize,
    /// It is only half there for so many nights.
    half_for: usize,
    /// And also in another folder, from its night on.
    is_copied: bool,
    /// Which part of it is there at first.
    part: f64,
}

impl Arrival {
    /// What is there at first.
    fn part_of<'b>(&self, bytes: &'b [u8]) -> &'b [u8] {
        &bytes[..(bytes.len() as f64 * self.part) as usize]
    }
}

#[derive(Clone, Debug)]
struct Nights {
    arrivals: Vec<Arrival>,
    /// The night before which the folder gets another name.
    renamed: usize,
    threads: usize,
}

fn nights(most: usize) -> impl Strategy<Value = Nights> {
    let arrival = (
        0..most,
        prop_oneof![3 => Just(0), 1 => 1..3_usize],
        any::<bool>(),
        0.01..0.99,
    )
        .prop_map(|(night, half_for, is_copied, part)| Arrival {
            night,
            half_for,
            is_copied,
            part,
        });
    (
        proptest::collection::vec(arrival, FILES + 2),
        0..most + 2,
        1..4_usize,
    )
        .prop_map(|(arrivals, renamed, threads)| Nights {
            arrivals,
            renamed,
            threads,
        })
}

/// A folder of logs and a store.
struct Place {
    folder: TempDir,
    logs: PathBuf,
    window: u32,
}

impl Place {
    fn new(window: u32) -> Place {
        let folder = tempfile::tempdir().unwrap();
        let logs = folder.path().join("logs");
        fs::create_dir(&logs).unwrap();
        Place {
            folder,
            logs,
            window,
        }
    }

    fn put(&self, root: &Path, key: &str, bytes: &[u8]) {
        let path = root.join(key);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    fn store(&self) -> PathBuf {
        self.folder.path().join("store.db")
    }

    fn ingest(&self, folders: &[PathBuf], threads: usize, today: NaiveDate) -> Ingested {
        // Waits: a child that another test has just forked holds the lock of the last run until it is
        // the program.
        let mut store = Store::open_to_write(&self.store(), Some(self.window), true).unwrap();
        let paths = Paths::resolve(folders, None).unwrap();
        let scan = Scan {
            threads,
            ..Scan::default()
        };
        store
            .ingest(&scan, &paths, &Progress::default(), today)
            .unwrap()
    }

    /// Forgets, where there is anything to be left.
    fn forget(&self, before: NaiveDate, today: NaiveDate) {
        let mut store = Store::open_to_write(&self.store(), None, true).unwrap();
        match store.forget(before, today) {
            Ok(_) | Err(StoreError::NotForgotten(..)) => {}
            Err(error) => panic!("{error}"),
        }
        store.give_back_room(10).unwrap();
    }

    /// It is what was written, and its figures add up.
    fn assert_sound(&self) {
        let store = Store::open(&self.store()).unwrap();
        assert_eq!(store.check().unwrap().faults, []);
    }

    fn asked<Q: Question>(&self, question: &Q, selection: &Selection) -> Report<Q> {
        let store = Store::open(&self.store()).unwrap();
        store.tally(question, selection).unwrap().finish()
    }

    /// As `report PATH` does, without files that hold nothing of what is asked.
    fn scanned<Q: Question>(&self, question: &Q, selection: &Selection) -> Report<Q> {
        let scan = Scan {
            selection: selection.clone(),
            pruning: selection.pruning(),
            ..Scan::default()
        };
        scan.ask(question, std::slice::from_ref(&self.logs))
            .unwrap()
            .finish()
    }
}

/// The summary and the groups: what a user asked for.
fn answered<Q: Question>(report: &Report<Q>) -> String {
    let groups: Vec<_> = report.groups().collect();
    format!("{:#?}\n{groups:#?}", report.totals.summary())
}

fn planned(report: &Report<AnyQuestion>) -> String {
    format!("{:#?}", Plan::of(report, |_| None))
}

fn questions() -> Vec<AnyQuestion> {
    use Dimension as D;
    let groups = [
        vec![
            D::Endpoint,
            D::ClientProvidedHostHeader,
            D::VpcEndpointId,
            D::Principal,
        ],
        vec![
            D::Day,
            D::Sdk,
            D::SdkVersion,
            D::EndpointRegion,
            D::EndpointVariant,
            D::Evidence,
        ],
        vec![
            D::PrincipalType,
            D::AccountId,
            D::RecipientAccountId,
            D::AwsRegion,
            D::AwsServingRegion,
        ],
        vec![
            D::EventName,
            D::ErrorCode,
            D::RoleArn,
            D::InvokedBy,
            D::TlsVersion,
            D::KeyExchange,
        ],
    ];
    groups.map(AnyQuestion::Groups).into()
}

fn selections() -> Vec<Selection> {
    let condition = |dimension, pattern, negated| stscope::internals::tally::Condition {
        dimension,
        glob: stscope::internals::tally::glob(pattern).unwrap(),
        negated,
        names: None,
    };
    vec![
        Selection::default(),
        Selection {
            since: Time::parse("2025-11-04T00:00:00Z"),
            until: Time::parse("2025-11-06T00:00:00Z"),
            ..Selection::default()
        },
        Selection {
            endpoints: vec!["global".into(), "unknown".into()],
            conditions: vec![
                condition(Dimension::Principal, "*a*", false),
                condition(Dimension::Day, "*-05", true),
            ],
            ..Selection::default()
        },
    ]
}

/// Those that act before counting once, too.
fn selections_of_logs() -> Vec<Selection> {
    let mut selections = selections();
    let account = ARCHIVE[0]
        .0
        .split('/')
        .find(|part| part.len() == 12)
        .unwrap();
    selections.push(Selection {
        accounts: vec![account.to_owned(), "111122223331".into()],
        ..Selection::default()
    });
    selections.push(Selection {
        regions: vec!["us-east-1".into()],
        ..Selection::default()
    });
    selections
}

fn assert_equal(place: &Place, selections: &[Selection]) -> Result<(), TestCaseError> {
    place.assert_sound();
    for selection in selections {
        for question in questions() {
            let (asked, scanned) = (
                place.asked(&question, selection),
                place.scanned(&question, selection),
            );
            prop_assert_eq!(answered(&asked), answered(&scanned), "{:?}", question);
            let (kept, read) = (&asked.totals.coverage, &scanned.totals.coverage);
            prop_assert_eq!(
                kept.sts_records,
                kept.calls + kept.filtered + kept.duplicates + kept.shared_copies
            );
            prop_assert_eq!(&kept.files, &read.files);
            prop_assert_eq!((kept.records, &kept.bytes), (read.records, &read.bytes));
            prop_assert_eq!(kept.calls, read.calls);
            prop_assert_eq!(&kept.key_regions, &read.key_regions);
        }
        let (asked, scanned) = (
            place.asked(&AnyQuestion::Plan, selection),
            place.scanned(&AnyQuestion::Plan, selection),
        );
        prop_assert_eq!(planned(&asked), planned(&scanned));
        let (asked, scanned) = (
            place.asked(&AnyQuestion::Regions, selection),
            place.scanned(&AnyQuestion::Regions, selection),
        );
        assert_regions(&asked, &scanned)?;
        // All in one pass are what each is alone.
        let mut all = questions();
        all.extend([AnyQuestion::Plan, AnyQuestion::Regions, AnyQuestion::Trend]);
        for answer in place.asked(&all, selection).answers() {
            let alone = place.asked(&answer.question, selection);
            prop_assert_eq!(answered(&answer), answered(&alone), "{:?}", answer.question);
        }
    }
    Ok(())
}

/// The Regions of a store are those of its files. Calls without a time stay in a store, whatever their files
/// are pruned for, be it not for the time before the one asked about: beside them, nothing is idle.
fn assert_regions(
    asked: &Report<AnyQuestion>,
    scanned: &Report<AnyQuestion>,
) -> Result<(), TestCaseError> {
    let (found, mut expected) = (Regions::of(asked), Regions::of(scanned));
    prop_assert!(found.undated >= expected.undated);
    if found.undated > 0 {
        expected.undated = found.undated;
        for row in expected
            .rows
            .iter_mut()
            .filter(|row| row.measures.calls == 0)
        {
            row.status = RegionStatus::NotRead;
        }
    }
    prop_assert_eq!(format!("{found:#?}"), format!("{expected:#?}"));
    Ok(())
}

/// Of a store that has forgotten, the same as [`assert_equal`] over the files from that day on.
/// Without `is_exact`, half of a file was forgotten before the whole of it came under another name.
fn assert_equal_from(
    place: &Place,
    kept_from: NaiveDate,
    is_exact: bool,
) -> Result<(), TestCaseError> {
    place.assert_sound();
    let midnight = Time::of_midnight(kept_from);
    let with_a_day = stscope::internals::tally::Condition {
        dimension: Dimension::Day,
        glob: stscope::internals::tally::glob("?*").unwrap(),
        negated: false,
        names: None,
    };
    let all = place.scanned(&questions()[0], &Selection::default());
    for mut selection in selections() {
        // What has no time stays in a store, and is in no span of time.
        selection.conditions.push(with_a_day.clone());
        let asked_from = selection.clone();
        selection.since = selection.since.max(midnight);
        for question in questions() {
            let scanned = place.scanned(&question, &selection);
            for asked in [&asked_from, &selection] {
                let asked = place.asked(&question, asked);
                prop_assert_eq!(answered(&asked), answered(&scanned), "{:?}", question);
                let (kept, read) = (&asked.totals.coverage, &scanned.totals.coverage);
                prop_assert_eq!(kept.kept_from, Some(kept_from));
                prop_assert_eq!(
                    kept.sts_records,
                    kept.calls + kept.filtered + kept.duplicates + kept.shared_copies
                );
                let read_ever = kept.sts_records + kept.forgotten.unwrap();
                if is_exact {
                    prop_assert_eq!(read_ever, all.totals.coverage.sts_records);
                } else {
                    prop_assert!(read_ever >= all.totals.coverage.sts_records);
                }
                prop_assert_eq!(&kept.files, &read.files);
                prop_assert_eq!((kept.records, &kept.bytes), (read.records, &read.bytes));
                prop_assert_eq!(kept.calls, read.calls);
                prop_assert_eq!(&kept.key_regions, &read.key_regions);
            }
        }
        let scanned = place.scanned(&AnyQuestion::Plan, &selection);
        let asked = place.asked(&AnyQuestion::Plan, &asked_from);
        prop_assert_eq!(planned(&asked), planned(&scanned));
        let scanned = place.scanned(&AnyQuestion::Regions, &selection);
        // Of some accounts nothing is known but calls without a time.
        let asked = place.asked(&AnyQuestion::Regions, &selection);
        assert_regions(&asked, &scanned)?;
    }
    Ok(())
}

const NIGHTS: usize = 5;

fn today() -> NaiveDate {
    "2025-11-20".parse().unwrap()
}

/// All nights: what comes is ingested, and then the rest of the night's work is done. Gives the
/// folder of copies, too.
fn live_through(nights: &Nights, then: impl Fn(&Place, usize)) -> (Place, PathBuf) {
    let mut place = Place::new(14);
    let copies = place.folder.path().join("copies");
    fs::create_dir(&copies).unwrap();
    for night in 0..NIGHTS + 2 {
        if night == nights.renamed {
            let other = place.folder.path().join("renamed");
            fs::rename(&place.logs, &other).unwrap();
            place.logs = other;
        }
        arrive(&place, &copies, nights, night);
        place.ingest(
            &[place.logs.clone(), copies.clone()],
            nights.threads,
            today(),
        );
        then(&place, night);
    }
    (place, copies)
}

/// Of a file in a night, with one of two contents.
#[derive(Clone, Copy, Debug)]
enum State {
    Gone,
    Cut(usize),
    Whole(usize),
}

/// Sound, and of different calls.
fn any_content() -> impl Strategy<Value = usize> {
    prop_oneof![Just(0), Just(2)]
}

fn any_state() -> impl Strategy<Value = State> {
    prop_oneof![
        Just(State::Gone),
        any_content().prop_map(State::Cut),
        any_content().prop_map(State::Whole),
    ]
}

fn any_order() -> impl Strategy<Value = Vec<usize>> {
    Just(vec![0, 1, 2]).prop_shuffle()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn whatever_comes_in_whatever_portions_the_answer_is_that_over_all_files(nights in nights(NIGHTS)) {
        let (place, copies) = live_through(&nights, |_, _| {});
        assert_equal(&place, &selections_of_logs())?;
        let again = place.ingest(&[place.logs.clone(), copies], 2, today());
        prop_assert_eq!(again.coverage.files.found, 0);
    }

    #[test]
    fn days_that_close_change_no_answer_while_files_come_within_the_window(nights in nights(3)) {
        const WINDOW: u32 = 3;
        let place = Place::new(WINDOW);
        let first: NaiveDate = "2025-11-03".parse().unwrap();
        let mut closed = 0;
        for night in 0..DAYS + 3 + 2 * WINDOW as usize {
            let today = first + Days::new(night as u64);
            arrive_within(&place, &nights, today, WINDOW);
            let ingested = place.ingest(std::slice::from_ref(&place.logs), nights.threads, today);
            closed += ingested.closed;
            prop_assert_eq!(ingested.beyond_window, 0);
        }
        prop_assert!(closed >= DAYS as u64 - 1, "{} days closed", closed);
        assert_equal(&place, &selections())?;
        // A copy that was dropped is one of its day, and of no other.
        let dropped = |selection: &Selection| {
            let asked = place.asked(&AnyQuestion::Regions, selection);
            let coverage = &asked.totals.coverage;
            coverage.duplicates + coverage.shared_copies
        };
        let of_days = (first - Days::new(2)).iter_days().take(DAYS + 4).map(|day| Selection {
            since: Time::of_midnight(day),
            until: Time::of_midnight(day + Days::new(1)),
            ..Selection::default()
        });
        let of_days: u64 = of_days.map(|of_day| dropped(&of_day)).sum();
        prop_assert!(of_days <= dropped(&Selection::default()), "{}", of_days);
    }

    #[test]
    fn what_is_forgotten_leaves_the_answer_over_the_files_from_that_day_on(
        nights in nights(NIGHTS),
        forgets in proptest::collection::vec((0..NIGHTS + 2, 2..8_u32), 0..4),
    ) {
        let (place, copies) = live_through(&nights, |place, night| {
            for (_, day) in forgets.iter().filter(|(when, _)| *when == night) {
                place.forget(NaiveDate::from_ymd_opt(2025, 11, *day).unwrap(), today());
            }
        });
        let is_exact = !nights.arrivals.iter().any(|arrival| arrival.half_for > 0 && arrival.is_copied);
        match Store::open(&place.store()).unwrap().kept_from().unwrap() {
            Some(kept_from) => assert_equal_from(&place, kept_from, is_exact)?,
            None => assert_equal(&place, &selections())?,
        }
        let again = place.ingest(&[place.logs.clone(), copies], 2, today());
        prop_assert_eq!(again.coverage.files.found, 0);
    }

    /// Copies of one call lie on both sides of the midnight before the fifth: of a closed day they
    /// go with the one that counts, so nothing is forgotten up to there.
    #[test]
    fn days_that_were_closed_are_forgotten_as_others_are(
        nights in nights(3),
        forgets in proptest::collection::vec((0..14_u64, 1..8_u64), 1..4),
    ) {
        const WINDOW: u32 = 2;
        let place = Place::new(WINDOW);
        let first: NaiveDate = "2025-11-03".parse().unwrap();
        let fifth: NaiveDate = "2025-11-05".parse().unwrap();
        for night in 0..14 {
            let today = first + Days::new(night);
            arrive_within(&place, &nights, today, WINDOW);
            place.ingest(std::slice::from_ref(&place.logs), nights.threads, today);
            for (_, age) in forgets.iter().filter(|(when, _)| *when == night) {
                let before = today - Days::new(*age);
                if before != fifth {
                    place.forget(before, today);
                }
            }
        }
        match Store::open(&place.store()).unwrap().kept_from().unwrap() {
            Some(kept_from) => assert_equal_from(&place, kept_from, true)?,
            None => assert_equal(&place, &selections())?,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 72, ..ProptestConfig::default() })]

    /// Under one key in several folders, where what comes is cut, or goes and comes elsewhere: in the end all is
    /// whole.
    #[test]
    fn copies_that_are_cut_and_go_and_come_leave_what_the_files_hold(
        nights in proptest::collection::vec((proptest::collection::vec(any_state(), 3), any_order()), 1..5),
        last in proptest::collection::vec(any_content().prop_map(State::Whole), 3),
        threads in 1..3_usize,
    ) {
        let place = Place::new(14);
        let folders = ["a", "b", "c"].map(|name| place.logs.join(name));
        let key = &ARCHIVE[0].0;
        let last = (last, vec![0, 1, 2]);
        let question = &questions()[0];
        for (states, order) in nights.iter().chain([&last]) {
            for (folder, state) in folders.iter().zip(states) {
                let file = folder.join(key);
                let bytes = match *state {
                    State::Gone => {
                        fs::create_dir_all(folder).unwrap();
                        let _ = fs::remove_file(file);
                        continue;
                    }
                    State::Cut(content) => &ARCHIVE[content].1[..ARCHIVE[content].1.len() / 2],
                    State::Whole(content) => &ARCHIVE[content].1,
                };
                // What is there already is not touched.
                if fs::read(&file).ok().as_deref() != Some(bytes) {
                    place.put(folder, key, bytes);
                }
            }
            let named: Vec<PathBuf> = order.iter().map(|&at| folders[at].clone()).collect();
            place.ingest(&named, threads, today());
            place.assert_sound();
            // What is gone is still there, and nothing that is there is gone.
            let calls = |report: Report<_>| report.totals.summary().calls;
            let in_store = calls(place.asked(question, &Selection::default()));
            if states.iter().any(|state| !matches!(state, State::Gone)) {
                prop_assert!(in_store >= calls(place.scanned(question, &Selection::default())));
            }
        }
        let asked = place.asked(question, &Selection::default());
        let scanned = place.scanned(question, &Selection::default());
        prop_assert_eq!(answered(&asked), answered(&scanned));
        let again = place.ingest(&folders, threads, today());
        prop_assert_eq!(again.coverage.files.found, 0);
    }

    /// Under one key in several folders: copies that become each other, in one night or one after the other.
    #[test]
    fn copies_that_change_in_one_night_give_what_the_files_hold(
        nights in proptest::collection::vec((proptest::collection::vec(0..4_usize, 3), any_order()), 2..6),
        threads in 1..3_usize,
    ) {
        // Sound, and of different calls.
        const CONTENTS: [usize; 4] = [0, 2, 4, 5];
        let place = Place::new(14);
        let mut folders = ["a", "b", "c"].map(|name| place.logs.join(name));
        let key = &ARCHIVE[0].0;
        let mut held = [None; 3];
        for (night, order) in &nights {
            for ((folder, held), &content) in folders.iter().zip(&mut held).zip(night) {
                // What is there already is not touched.
                if held.replace(content) != Some(content) {
                    place.put(folder, key, &ARCHIVE[CONTENTS[content]].1);
                }
            }
            // Read one after the other in this order, if by one thread.
            let named: Vec<PathBuf> = order.iter().map(|&at| folders[at].clone()).collect();
            place.ingest(&named, threads, today());
            place.assert_sound();
            let question = &questions()[0];
            let asked = place.asked(question, &Selection::default());
            let scanned = place.scanned(question, &Selection::default());
            prop_assert_eq!(answered(&asked), answered(&scanned));
        }
        folders.reverse();
        let again = place.ingest(&folders, threads, today());
        prop_assert_eq!(again.coverage.files.found, 0);
    }
}

/// What comes today, so late at most that its day is open yet.
fn arrive_within(place: &Place, nights: &Nights, today: NaiveDate, window: u32) {
    for ((key, bytes), arrival) in ARCHIVE.iter().zip(&nights.arrivals) {
        // The day of the key is that of delivery, an hour or less after that of the calls.
        let day = day_of(key);
        let late = arrival.night.min(window as usize - 1) as u64;
        if today == day + Days::new(late) {
            place.put(&place.logs, key, bytes);
        } else if today == day && arrival.half_for > 0 {
            place.put(&place.logs, key, arrival.part_of(bytes));
        }
    }
}

/// What comes on a night.
fn arrive(place: &Place, copies: &Path, nights: &Nights, night: usize) {
    for ((key, bytes), arrival) in ARCHIVE.iter().zip(&nights.arrivals) {
        let whole = arrival.night + arrival.half_for;
        if night == whole {
            place.put(&place.logs, key, bytes);
        } else if night == arrival.night {
            place.put(&place.logs, key, arrival.part_of(bytes));
        }
        // A damaged file in two folders is two damaged files, in a report, too.
        let is_sound = !std::ptr::eq(bytes, &raw const ARCHIVE[1].1)
            && !std::ptr::eq(bytes, &raw const ARCHIVE[3].1);
        if night == arrival.night && arrival.is_copied && is_sound {
            place.put(copies, key, bytes);
        }
    }
}

/// The files would count as read, and what was left out would never come in.
#[test]
fn a_scan_that_leaves_calls_out_is_not_ingested_nor_any_where_a_store_is_asked() {
    let place = Place::new(0);
    place.put(&place.logs, &ARCHIVE[0].0, &ARCHIVE[0].1);
    let logs = std::slice::from_ref(&place.logs);
    let paths = Paths::resolve(logs, None).unwrap();
    for selection in selections() {
        let is_all = selection == Selection::default();
        let scan = Scan {
            selection,
            ..Scan::default()
        };
        let mut store = Store::open_to_write(&place.store(), Some(0), true).unwrap();
        let ingested = store.ingest(&scan, &paths, &Progress::default(), today());
        match is_all {
            true => drop(ingested.unwrap()),
            false => assert!(matches!(ingested, Err(StoreError::Selection(_)))),
        }
    }
    let mut asked = Store::open(&place.store()).unwrap();
    let ingested = asked.ingest(&Scan::default(), &paths, &Progress::default(), today());
    assert!(matches!(ingested, Err(StoreError::OpenedToAsk(_))));
    assert!(matches!(
        asked.forget(today(), today()),
        Err(StoreError::OpenedToAsk(_))
    ));
}

#[test]
fn what_comes_after_its_day_has_closed_counts_and_is_told() {
    let place = Place::new(0);
    place.put(&place.logs, &ARCHIVE[0].0, &ARCHIVE[0].1);
    let logs = std::slice::from_ref(&place.logs);
    assert_eq!(place.ingest(logs, 1, today()).closed, 0);
    assert!(place.ingest(logs, 1, today() + Days::new(1)).closed > 0);
    let question = &questions()[0];
    let before = place.asked(question, &Selection::default());
    // The same calls under another key: nobody can tell any more that they are.
    let key = ARCHIVE[0].0.replace(".json", "-again.json");
    place.put(&place.logs, &key, &ARCHIVE[0].1);
    let late = place.ingest(logs, 1, today() + Days::new(1));
    assert_eq!(late.beyond_window, late.coverage.sts_records);
    let after = place.asked(question, &Selection::default());
    let (before, after) = (&before.totals, &after.totals);
    assert_eq!(
        after.summary().calls,
        before.summary().calls + late.beyond_window
    );
    assert_eq!(after.coverage.beyond_window, Some(late.beyond_window));
}

#[test]
fn a_file_that_is_mended_after_its_day_has_closed_gives_only_what_is_new() {
    let place = Place::new(0);
    let (key, bytes) = &ARCHIVE[0];
    place.put(&place.logs, key, &bytes[..bytes.len() / 2]);
    let logs = std::slice::from_ref(&place.logs);
    let half = place.ingest(logs, 1, today());
    assert!(half.coverage.sts_records > 0);
    place.ingest(logs, 1, today() + Days::new(1));
    place.put(&place.logs, key, bytes);
    let mended = place.ingest(logs, 1, today() + Days::new(1));
    assert_eq!(mended.replaced, 1);
    assert_eq!(
        mended.beyond_window,
        mended.coverage.sts_records - half.coverage.sts_records
    );
    let question = &questions()[1];
    let asked = place.asked(question, &Selection::default());
    let scanned = place.scanned(question, &Selection::default());
    assert_eq!(
        asked.totals.coverage.sts_records,
        scanned.totals.coverage.sts_records
    );
}

/// Of two copies one changes: the other still counts, whenever it came.
#[test]
fn what_a_file_gave_before_it_changed_is_kept_if_there_is_a_copy_of_it() {
    let question = &questions()[0];
    let (key, whole) = &ARCHIVE[0];
    let half = &whole[..whole.len() / 2];
    // With many files between them in a walk, either may be met first.
    for comes_with_the_change in [false, true] {
        for (first, second) in [("a", "b"), ("b", "a")] {
            let place = Place::new(14);
            let (first, second) = (place.logs.join(first), place.logs.join(second));
            let logs = std::slice::from_ref(&place.logs);
            place.put(&first, key, whole);
            if !comes_with_the_change {
                place.put(&second, key, whole);
            }
            place.ingest(logs, 1, today());
            place.put(&first, key, half);
            place.put(&second, key, whole);
            place.ingest(logs, 1, today());
            let of_files = place.scanned(question, &Selection::default());
            let asked = place.asked(question, &Selection::default());
            assert_eq!(answered(&asked), answered(&of_files));
            // And it is one file among others, which may change, too.
            place.put(&second, key, half);
            place.put(&first, key, whole);
            place.ingest(logs, 1, today());
            let asked = place.asked(question, &Selection::default());
            assert_eq!(answered(&asked), answered(&of_files));
            let files = |report: &Report<AnyQuestion>| report.totals.coverage.files.clone();
            assert_eq!(files(&asked).read, files(&of_files).read);
            assert_eq!(
                asked.totals.coverage.sts_records,
                of_files.totals.coverage.sts_records
            );
        }
    }
}

#[test]
fn a_copy_without_a_time_counts_once_after_the_day_of_the_other_has_closed() {
    let question = &questions()[0];
    let place = Place::new(3);
    let logs = std::slice::from_ref(&place.logs);
    let record = |name: &str, more: serde_json::Value| {
        let mut record = json!({ "eventSource": "sts.amazonaws.com", "eventName": name,
            "recipientAccountId": "111122223333" });
        record
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        record
    };
    let time = "2025-11-05T10:00:00Z";
    let with_time = json!({ "Records": [
        record("AssumeRole", json!({ "eventID": "a", "eventTime": time })),
        record("AssumeRole", json!({ "eventID": "c", "eventTime": time,
            "addendum": { "originalEventID": "b" } })),
        record("GetCallerIdentity", json!({ "eventID": "d", "eventTime": time })),
    ]});
    let without = json!({ "Records": [
        record("AssumeRole", json!({ "eventID": "a" })),
        record("AssumeRole", json!({ "eventID": "b", "eventTime": "then" })),
    ]});
    let key = "AWSLogs/111122223333/CloudTrail/us-east-1/2025/11/05/";
    for (name, records) in [("a.json", with_time), ("b.json", without)] {
        place.put(
            &place.logs,
            &format!("{key}{name}"),
            records.to_string().as_bytes(),
        );
    }
    let first = place.ingest(logs, 1, "2025-11-06".parse().unwrap());
    assert_eq!(first.closed, 0);
    let later = place.ingest(logs, 1, "2025-11-16".parse().unwrap());
    assert_eq!((later.closed, later.beyond_window), (1, 0));
    let of_files = place.scanned(question, &Selection::default());
    let asked = place.asked(question, &Selection::default());
    assert_eq!(asked.totals.summary().calls, 3);
    assert_eq!(answered(&asked), answered(&of_files));
}

/// A row that is removed leaves its id to the next one. These three folders are of one key, and what is in them
/// goes round; whichever is read first, nothing is taken for what another row of that id held before.
#[test]
fn the_id_of_a_row_that_is_gone_may_be_anothers() {
    const CONTENTS: [usize; 4] = [0, 2, 4, 5];
    const NIGHTS: [[usize; 3]; 5] = [[3, 3, 0], [3, 0, 2], [0, 3, 3], [3, 3, 0], [2, 3, 0]];
    const ORDERS: [[usize; 3]; 6] = [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
    ];
    let key = &ARCHIVE[0].0;
    for (first, later) in (ORDERS.iter()).flat_map(|one| ORDERS.map(|other| (one, other))) {
        let place = Place::new(14);
        let folders = ["a", "b", "c"].map(|name| place.logs.join(name));
        let mut held = [None; 3];
        for (night, contents) in NIGHTS.iter().enumerate() {
            for ((folder, held), &content) in folders.iter().zip(&mut held).zip(contents) {
                if held.replace(content) != Some(content) {
                    place.put(folder, key, &ARCHIVE[CONTENTS[content]].1);
                }
            }
            let order = if night == 0 { *first } else { later };
            place.ingest(&order.map(|at| folders[at].clone()), 1, today());
            let asked = place.asked(&questions()[0], &Selection::default());
            let scanned = place.scanned(&questions()[0], &Selection::default());
            assert_eq!(
                answered(&asked),
                answered(&scanned),
                "{first:?} {later:?} {night}"
            );
        }
    }
}
