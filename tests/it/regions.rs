//! The Regions of accounts, held against the slow twin: odd records, files with and without keys,
//! damaged or not, asked about in any way.

use std::path::PathBuf;

use archive::{odd, rng::SplitMix64};
use chrono::NaiveDate;
use proptest::prelude::*;
use stscope::internals::questions;
use stscope::sts::Time;
use twin::cases::cases;
use twin::held::gzip;
use twin::regions::{Key, Row, regions};
use twin::{Question, Way};

const ACCOUNTS: [&str; 4] = [
    "111122223333",
    "444455556666",
    "000011112222",
    "999988887777",
];
const REGIONS: [&str; 6] = [
    "us-east-1",
    "eu-west-1",
    "eu-north-1",
    "af-south-1",
    "cn-north-1",
    "us-gov-west-1",
];

/// Files, as they come in: some in S3's layout, some cut.
fn files(rng: &mut SplitMix64) -> Vec<(Key, Vec<u8>)> {
    (0..1 + rng.below(6))
        .map(|_| {
            let key = rng.chance(0.8).then(|| {
                let day = NaiveDate::from_ymd_opt(2025, 11, 1 + rng.below(30) as u32);
                (rng.pick(&ACCOUNTS), rng.pick(&REGIONS), day.expect("a day"))
            });
            let records = rng.below(6);
            let mut text = odd::document(rng, records).into_bytes();
            if rng.chance(0.15) {
                text.truncate(rng.below(text.len()));
            }
            let file = if rng.chance(0.5) { gzip(&text) } else { text };
            (key, file)
        })
        .collect()
}

fn question(rng: &mut SplitMix64) -> Question {
    let noon = |day: usize| 1_761_998_400_000 + 86_400_000 * day as i64; // of 1 November 2025
    let some = |rng: &mut SplitMix64, names: &[&str]| -> Vec<String> {
        match rng.below(4) {
            0 => vec![rng.pick(names).to_owned(), rng.pick(names).to_owned()],
            _ => Vec::new(),
        }
    };
    Question {
        once: rng.chance(0.8),
        since: rng.chance(0.3).then(|| noon(rng.below(12))),
        until: rng
            .chance(0.3)
            .then(|| noon(12 + rng.below(18)) - 43_200_000),
        accounts: some(rng, &ACCOUNTS),
        regions: some(rng, &REGIONS),
        ..Question::default()
    }
}

fn found(files: &[(Key, Vec<u8>)], question: &Question, way: Way) -> Vec<Row> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let paths: Vec<PathBuf> = (files.iter().enumerate())
        .map(|(number, (key, content))| {
            let place = match key {
                Some((account, region, day)) => {
                    let day = day.format("%Y/%m/%d");
                    format!("AWSLogs/{account}/CloudTrail/{region}/{day}/{number}.json.gz")
                }
                None => format!("{number}.json"),
            };
            let path = folder.path().join(place);
            let parent = path.parent().expect("a folder");
            std::fs::create_dir_all(parent).expect("room for a folder");
            std::fs::write(&path, content).expect("room for a file");
            path
        })
        .collect();
    let mut scan = question.scan();
    (scan.kernel, scan.limits, scan.threads) = (way.kernel, way.limits, way.threads);
    let report = (scan.ask(&questions::AnyQuestion::Regions, &paths))
        .expect("all paths exist")
        .finish();
    let mut regions = questions::Regions::of(&report);
    let in_rows: u64 = regions.rows.iter().map(|row| row.measures.calls).sum();
    let elsewhere: u64 = regions.of_no_region.total();
    assert_eq!(
        in_rows + elsewhere,
        report.totals.summary().calls,
        "no call is lost"
    );
    regions.sort_by_group();
    let millis = |time: Option<Time>| time.map(Time::millis);
    (regions.rows.iter())
        .map(|row| {
            let measured = [
                row.regional_calls,
                row.vpc_endpoint_calls,
                row.aws_service_calls,
                row.callers,
                row.refused,
            ];
            let account = row.account_id.unwrap_or_default().to_owned();
            let span = (millis(row.measures.first), millis(row.measures.last));
            (
                account,
                row.region.to_owned(),
                measured,
                span,
                row.status.as_str(),
            )
        })
        .collect()
}

proptest! {
    #![proptest_config(cases(128))]

    #[test]
    fn the_regions_of_accounts_are_those_of_the_twin(seed: u64, threads in 1..3_usize) {
        let mut rng = SplitMix64::of(&[seed]);
        let files = files(&mut rng);
        let question = question(&mut rng);
        let expected = regions(&files, &question);
        let way = Way { threads, ..Way::all()[0] };
        prop_assert_eq!(found(&files, &question, way), expected);
    }
}

#[test]
fn every_status_is_come_upon() {
    let mut statuses = std::collections::BTreeSet::new();
    for seed in 0..200 {
        let mut rng = SplitMix64::of(&[seed]);
        let files = files(&mut rng);
        let rows = regions(&files, &question(&mut rng));
        statuses.extend(rows.into_iter().map(|row| row.4));
    }
    let all = questions::RegionStatus::ALL.map(questions::RegionStatus::as_str);
    assert_eq!(statuses, all.into());
}
