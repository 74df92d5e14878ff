//! Chains of digests with anything taken out of them, held against the twin.

use std::collections::BTreeSet;
use std::fs;

use archive::clock::START;
use archive::digests::{Digest, HOUR, Log, Signer, Trail};
use proptest::prelude::*;
use serde_json::Value;
use stscope::internals::report::pages::verify;
use stscope::{AnyQuestion, ChainStatus, FindingKind, Scan, Scrutiny};
use twin::cases::cases;
use twin::verify::{Chain, chain};

/// What happens in an hour, and what is left of it in the archive.
#[derive(Clone, Debug)]
struct Hour {
    logs: Vec<bool>,
    is_kept: bool,
    begins_anew: bool,
}

fn hour() -> impl Strategy<Value = Hour> {
    let logs = proptest::collection::vec(proptest::bool::weighted(0.95), 0..3);
    let (kept, anew) = (proptest::bool::weighted(0.8), proptest::bool::weighted(0.1));
    (logs, kept, anew).prop_map(|(logs, is_kept, begins_anew)| Hour {
        logs,
        is_kept,
        begins_anew,
    })
}

/// The digests and names that are in the archive.
fn archive_of(hours: &[Hour]) -> (Vec<Digest>, BTreeSet<String>) {
    let (signer, trail) = (Signer::default(), Trail::of("111122223333", "us-east-1"));
    let (mut kept, mut names, mut last) = (Vec::new(), BTreeSet::new(), None);
    for (at, hour) in (0..).zip(hours) {
        let start = START + at * HOUR;
        let logs: Vec<Log> = (0..hour.logs.len())
            .map(|number| Log {
                key: trail.log_key(
                    start + 1200 * number as i64,
                    &format!("L{at:05}x{number:09}"),
                ),
                content: Vec::new(),
                events: (start, start),
            })
            .collect();
        let previous = last.as_ref().filter(|_| !hour.begins_anew);
        let digest = trail.digest(&signer, (start, start + HOUR), &logs, previous);
        for (log, _) in logs.iter().zip(&hour.logs).filter(|(_, is_kept)| **is_kept) {
            names.insert(log.key.rsplit('/').next().expect("a name").to_owned());
        }
        if hour.is_kept {
            kept.push(digest.clone());
        }
        last = Some(digest);
    }
    (kept, names)
}

/// What stscope says of an archive in one folder, with so many threads.
fn said(digests: &[Digest], names: &BTreeSet<String>, alone: bool, threads: usize) -> Chain {
    let folder = tempfile::tempdir().expect("a folder");
    for digest in digests {
        let name = digest.key.rsplit('/').next().expect("a name");
        fs::write(folder.path().join(name), digest.file()).expect("a file");
    }
    for name in names {
        fs::write(folder.path().join(name), "{\"Records\":[]}").expect("a file");
    }
    let scan = Scan {
        threads,
        scrutiny: Scrutiny {
            names: true,
            alone,
            places: alone,
            ..Scrutiny::default()
        },
        ..Scan::default()
    };
    let report = scan
        .ask(
            &AnyQuestion::Groups(Vec::new()),
            &[folder.path().to_owned()],
        )
        .expect("it reads")
        .finish();
    let verification = scan.verify(&report.totals.evidence);
    let [row] = &verification.rows[..] else {
        panic!("{:?}", verification.rows)
    };
    Chain {
        digests: row.digests,
        holes: row.holes,
        hole_hours: row.hole_hours,
        restarts: row.restarts,
        log_files: row.log_files,
        missing: row.missing,
        unnamed: row.unnamed,
        is_whole: row.status >= ChainStatus::Complete,
    }
}

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn what_is_left_of_a_chain_is_judged_as_by_the_twin(
        hours in proptest::collection::vec(hour(), 1..10),
        alone: bool,
        threads in 1..3_usize,
    ) {
        let (digests, names) = archive_of(&hours);
        prop_assume!(!digests.is_empty());
        let values: Vec<Value> = (digests.iter())
            .map(|digest| serde_json::from_str(&digest.content).expect("JSON"))
            .collect();
        prop_assert_eq!(said(&digests, &names, alone, threads), chain(&values, &names));
    }
}

/// What is between two headings of the page on `verify`.
fn section(heading: &str) -> &'static str {
    let page = include_str!("../../docs/verify.md");
    let (_, inside) = page.split_once(heading).expect(heading);
    inside
        .split_once("\n## ")
        .map_or(inside, |(inside, _)| inside)
}

/// The first cells of the rows of the tables in a section.
fn first_cells(section: &str) -> BTreeSet<&str> {
    let cells = section.lines().filter_map(|line| line.strip_prefix("| `"));
    cells
        .filter_map(|rest| Some(rest.split_once('`')?.0))
        .collect()
}

#[test]
fn every_column_status_and_kind_of_finding_is_in_the_manual() {
    let names: BTreeSet<&str> = verify::sheet().names().collect();
    assert_eq!(first_cells(section("\n## Columns\n")), names);
    let meanings = section("\n## What a status means\n");
    let statuses = ChainStatus::ALL.map(ChainStatus::as_str);
    assert_eq!(first_cells(meanings), statuses.into());
    for kind in FindingKind::ALL.map(FindingKind::as_str) {
        assert!(meanings.contains(&format!("`{kind}`")), "{kind}");
    }
}
