//! Chains of digests with anything taken out of them, held against the twin.

use std::collections::BTreeSet;
use std::fs;

use archive::clock::START;
use archive::digests::{Digest, HOUR, Log, Signer, Trail};
use proptest::prelude::*;
use serde_json::Value;
use stscope::internals::report::pages::verify;
use stscope::sts::Time;
use stscope::{AnyQuestion, ChainRow, ChainStatus, FindingKind, Scan, Scrutiny, Selection};
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

/// What stscope says of each chain of an archive in one folder, with so many threads, about some time.
fn rows(
    digests: &[Digest],
    names: &BTreeSet<String>,
    alone: bool,
    threads: usize,
    selection: Selection,
) -> Vec<ChainRow> {
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
        selection,
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
    scan.verify(&report.totals.evidence).rows
}

/// The same of an archive of one chain.
fn said(
    digests: &[Digest],
    names: &BTreeSet<String>,
    alone: bool,
    threads: usize,
    selection: Selection,
) -> Chain {
    let rows = rows(digests, names, alone, threads, selection);
    let [row] = &rows[..] else { panic!("{rows:?}") };
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
        let said = said(&digests, &names, alone, threads, Selection::default());
        prop_assert_eq!(said, chain(&values, &names));
    }

    #[test]
    fn a_chain_is_whole_for_a_time_of_which_each_hour_has_a_digest(
        hours in proptest::collection::vec(hour(), 1..10),
        alone: bool,
        since in proptest::option::of(-6..24_i64),
        length in proptest::option::of(1..16_i64),
    ) {
        // Without logs, it is digests alone that tell.
        let hours: Vec<Hour> = (hours.into_iter())
            .map(|hour| Hour { logs: Vec::new(), ..hour })
            .collect();
        let (digests, names) = archive_of(&hours);
        prop_assume!(!digests.is_empty());
        let until = length.map(|length| since.unwrap_or(6) + length);
        let time = |halves: i64| Time::from_millis((START + halves * HOUR / 2) * 1000);
        let selection = Selection {
            since: since.and_then(time),
            until: until.and_then(time),
            ..Selection::default()
        };
        let said = said(&digests, &names, alone, 1, selection);
        prop_assert_eq!(said.is_whole, is_whole(&hours, since, until), "{:?}", said);
    }
}

/// The hours in which a trail wrote digests, of which those from some time on are in the archive.
#[derive(Clone, Debug)]
struct Reach {
    begins: i64,
    kept_from: i64,
    ends: i64,
}

fn reach() -> impl Strategy<Value = Reach> {
    (0..8_i64, 0..3_i64, 1..9_i64).prop_map(|(begins, lost, kept)| Reach {
        begins,
        kept_from: begins + lost,
        ends: begins + lost + kept,
    })
}

impl Reach {
    fn digests(&self, name: &str) -> Vec<Digest> {
        let trail = Trail {
            name: name.to_owned(),
            ..Trail::of("111122223333", "us-east-1")
        };
        let hours = vec![Vec::new(); (self.ends - self.begins) as usize];
        let start = START + self.begins * HOUR;
        let chain = trail.chain(&Signer::default(), start, &hours);
        chain[(self.kept_from - self.begins) as usize..].to_vec()
    }

    /// A digest that names none before it proves nothing of its own hour.
    fn proves(&self, hour: i64) -> bool {
        let from = self.kept_from + i64::from(self.kept_from == self.begins);
        (from..self.ends).contains(&hour)
    }
}

proptest! {
    #![proptest_config(cases(96))]

    #[test]
    fn trails_of_an_account_are_whole_for_a_time_of_which_one_of_them_proves_each_hour(
        trails in proptest::collection::vec(reach(), 1..4),
        since in -2..20_i64,
        length in 1..16_i64,
    ) {
        let digests: Vec<Digest> = (trails.iter().zip(["one", "two", "three"]))
            .flat_map(|(trail, name)| trail.digests(name))
            .collect();
        let time = |halves: i64| Time::from_millis((START + halves * HOUR / 2) * 1000);
        let selection = Selection {
            since: time(since),
            until: time(since + length),
            ..Selection::default()
        };
        let rows = rows(&digests, &BTreeSet::new(), false, 1, selection);
        let are_whole = rows.iter().all(|row| row.status >= ChainStatus::Complete);
        // And the hour after it.
        let mut hours = (since..since + length + 2).map(|half| half.div_euclid(2));
        let is_proven = hours.all(|hour| trails.iter().any(|trail| trail.proves(hour)));
        prop_assert_eq!(are_whole, is_proven, "{:?}", rows);
    }

    /// Of no time, what is here is judged: from the first digest of all, whose own hour nobody has to prove,
    /// to the last.
    #[test]
    fn trails_of_an_account_are_whole_if_one_of_them_proves_each_hour_between_their_digests(
        trails in proptest::collection::vec(reach(), 1..4),
    ) {
        let digests: Vec<Digest> = (trails.iter().zip(["one", "two", "three"]))
            .flat_map(|(trail, name)| trail.digests(name))
            .collect();
        let rows = rows(&digests, &BTreeSet::new(), false, 1, Selection::default());
        let are_whole = rows.iter().all(|row| row.status >= ChainStatus::Complete);
        let first = trails.iter().map(|trail| trail.kept_from).min().unwrap();
        let end = trails.iter().map(|trail| trail.ends).max().unwrap();
        let mut hours = first + 1..end;
        let is_proven = hours.all(|hour| trails.iter().any(|trail| trail.proves(hour)));
        prop_assert_eq!(are_whole, is_proven, "{:?}", rows);
    }
}

/// Whether each hour of a time, and the one after it, has a digest that names the one before it. Where the
/// time has no beginning, it begins with the first digest, and where it has no end, it ends with the last;
/// but at least its last or its first hour is asked about. Both ends are in half hours.
fn is_whole(hours: &[Hour], since: Option<i64>, until: Option<i64>) -> bool {
    let begins_anew = |hour: i64| hour == 0 || hours[hour as usize].begins_anew;
    let is_kept = |hour: i64| (hours.get(hour as usize)).is_some_and(|hour| hour.is_kept);
    let (first, last) = {
        let mut kept = (0..hours.len() as i64).filter(|hour| is_kept(*hour));
        let first = kept.next().expect("a digest");
        (first, kept.next_back().unwrap_or(first))
    };
    let begin = match (since, until) {
        (Some(since), _) => since.div_euclid(2),
        (None, Some(until)) if until - 2 < 2 * (first + i64::from(begins_anew(first))) => {
            return false;
        }
        // Its own hour is no part of what a first digest has to prove.
        (None, _) => first + 1,
    };
    let end = match (since, until) {
        // The last half hour of an hour more.
        (_, Some(until)) => (until + 1).div_euclid(2),
        (Some(since), None) => last.max((since + 1).div_euclid(2)),
        (None, None) => last,
    };
    (begin..=end).all(|hour| hour >= 0 && is_kept(hour) && !begins_anew(hour))
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
