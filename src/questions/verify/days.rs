//! The days that findings are of: what an answer over time, and a store, make of them.
//!
//! Owns which days are not whole. Takes no day twice, and none that logs cannot be of, whatever a digest says.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate};

use super::{Finding, FindingKind, Verification};
use crate::aws::{FIRST_DAY, LAST_DAY};
use crate::sts::Time;
use crate::tally::Selection;

/// Days of which logs are missing or were changed, or may be, by account and Region.
#[cfg(feature = "store")]
pub(crate) type Holes = BTreeSet<(String, String, NaiveDate)>;

/// CloudTrail delivers nothing that is older than a month; who says so of the events of one log must not make
/// much work.
const LONGEST: i64 = 31 * 24 * 60 * 60 * 1000;

/// From when on the digests of an account and Region name logs, and until when.
type Spans<'v> = BTreeMap<(&'v str, &'v str), (Time, Time)>;

/// Days without a gap that are not whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Run<W> {
    whose: W,
    first: NaiveDate,
    last: NaiveDate,
}

impl Verification<'_> {
    /// The days that are not whole. Before its first digest and after its last nothing is known of a chain,
    /// which is no hole; but where it was asked for what is since a time, digests from before it were not
    /// looked for.
    pub(crate) fn hole_days(&self, selection: &Selection) -> BTreeSet<NaiveDate> {
        let runs = self.runs(selection).into_iter();
        let runs = joined(
            runs.map(|run| Run {
                whose: (),
                first: run.first,
                last: run.last,
            })
            .collect(),
        );
        runs.iter().flat_map(Run::days).collect()
    }

    /// The same by account and Region.
    #[cfg(feature = "store")]
    pub(crate) fn holes(&self, selection: &Selection) -> Holes {
        let mut holes = Holes::new();
        for run in joined(self.runs(selection)) {
            let (account, region) = run.whose;
            holes.extend(
                run.days()
                    .map(|day| (account.to_owned(), region.to_owned(), day)),
            );
        }
        holes
    }

    fn runs(&self, selection: &Selection) -> Vec<Run<(&str, &str)>> {
        let spans = self.spans();
        let mut runs = Vec::new();
        for finding in self.findings.of_digests() {
            let whose = (&*finding.account_id, &*finding.region);
            let span = spans.get(&whose);
            let Some((from, until)) = span.and_then(|span| times_of(finding, *span, selection))
            else {
                continue;
            };
            let last = Time::from_millis(until.millis() - 1).unwrap_or(until);
            add(&mut runs, whose, from, last.max(from));
        }
        for (whose, from, until) in self.findings.spoilt_logs() {
            let longest = Time::from_millis(until.millis() - LONGEST);
            let from = longest.map_or(from, |longest| from.max(longest));
            add(&mut runs, whose, from, until);
        }
        runs
    }

    fn spans(&self) -> Spans<'_> {
        let mut spans = Spans::new();
        for row in &self.rows {
            if let (Some(start), Some(end)) = (row.first_digest_start, row.last_digest_end) {
                let span = (spans.entry((&*row.account_id, &*row.region))).or_insert((start, end));
                *span = (span.0.min(start), span.1.max(end));
            }
        }
        spans
    }
}

impl<W> Run<W> {
    fn days(&self) -> impl Iterator<Item = NaiveDate> + use<W> {
        let (first, last) = (self.first, self.last);
        first.iter_days().take_while(move |day| *day <= last)
    }
}

/// Adds the days of a time, as far as logs can be of them: a digest that names the year 1 or 9999 must not make
/// a million days. A million logs of one day may be missing together: they come one after the other.
fn add<W: PartialEq>(runs: &mut Vec<Run<W>>, whose: W, from: Time, until: Time) {
    let (Some(first), Some(last)) = (day_of(from), day_of(until)) else {
        return;
    };
    let (first, last) = (first.max(FIRST_DAY), last.min(LAST_DAY));
    match runs.last_mut() {
        _ if first > last => {}
        Some(run) if run.whose == whose && run.first <= first && first <= run.last => {
            run.last = run.last.max(last);
        }
        _ => runs.push(Run { whose, first, last }),
    }
}

/// Those that overlap in one, so that no day is gone through twice.
fn joined<W: Copy + Ord>(mut runs: Vec<Run<W>>) -> Vec<Run<W>> {
    runs.sort_unstable();
    runs.dedup_by(|next, run| {
        let overlaps = next.whose == run.whose && next.first <= run.last;
        if overlaps {
            run.last = run.last.max(next.last);
        }
        overlaps
    });
    runs
}

/// The time of which logs may be missing.
fn times_of(
    finding: &Finding,
    (start, end): (Time, Time),
    selection: &Selection,
) -> Option<(Time, Time)> {
    let (from, until) = (finding.from?, finding.until?);
    let is_moment = from == until; // a digest is missing between two that follow on each other
    let is_since = finding.kind == FindingKind::Hole
        && finding.path.is_some()
        && selection.since == Some(from);
    let from = match is_since {
        true => from,
        false => from.max(start),
    };
    let until = until.min(end);
    (from < until || is_moment && from <= until).then_some((from, until))
}

fn day_of(time: Time) -> Option<NaiveDate> {
    let time = DateTime::from_timestamp_millis(time.millis())?;
    Some(time.date_naive())
}

#[cfg(test)]
mod tests {
    use super::super::ChainRow;
    use super::super::findings::Whose;
    use super::*;

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap()
    }

    fn time(text: &str) -> Time {
        Time::parse(text).expect(text)
    }

    /// What follows from one hole in each of these accounts, whose chains begin and end with it.
    fn holes_of(holes: &[(&str, &str, &str)]) -> Verification<'static> {
        let mut verification = Verification::default();
        for (account, from, until) in holes {
            let (from, until) = (Some(time(from)), Some(time(until)));
            verification.rows.push(ChainRow {
                first_digest_start: from,
                last_digest_end: until,
                ..ChainRow::new(account, "us-east-1")
            });
            let finding = Finding {
                kind: FindingKind::Hole,
                account_id: (*account).to_owned(),
                region: "us-east-1".to_owned(),
                trail: None,
                from,
                until,
                path: None,
                detail: String::new(),
            };
            let whose = Whose {
                account_id: (*account).to_owned(),
                region: "us-east-1".to_owned(),
                trail: None,
            };
            verification.findings.add(whose, vec![finding], Vec::new());
        }
        verification
    }

    #[test]
    fn a_hole_from_the_year_one_or_to_the_last_year_ends_where_no_log_can_be_missing() {
        let ages = ("1", "0001-01-01T00:00:00Z", "2026-02-10T05:00:00Z");
        let future = ("2", "2026-02-12T00:00:00Z", "9999-12-31T00:00:00Z");
        let days = holes_of(&[ages, future]).hole_days(&Selection::default());
        assert_eq!(days.first(), Some(&FIRST_DAY));
        assert_eq!(days.last(), Some(&LAST_DAY));
        let has = |of_month| days.contains(&day(2026, 2, of_month));
        assert!(has(10) && !has(11) && has(12));
        let before = ("1", "0001-01-01T00:00:00Z", "2012-12-31T00:00:00Z");
        assert!(
            holes_of(&[before])
                .hole_days(&Selection::default())
                .is_empty()
        );
    }

    #[test]
    fn many_holes_of_the_same_days_are_gone_through_once() {
        let one = ("1", "2013-01-01T00:00:00Z", "2099-01-01T00:00:00Z");
        let other = ("2", "2014-01-01T00:00:00Z", "2098-01-01T00:00:00Z");
        let verification = holes_of(&[one, other].repeat(1000));
        let runs = joined(verification.runs(&Selection::default()));
        assert_eq!(runs.len(), 2);
        assert_eq!(
            (runs[0].first, runs[0].last),
            (FIRST_DAY, day(2098, 12, 31))
        );
    }

    #[cfg(feature = "store")]
    #[test]
    fn days_are_by_account_and_region_where_somebody_keeps_them_so() {
        let one = ("1", "2026-02-10T05:00:00Z", "2026-02-11T00:00:00Z");
        let other = ("2", "2026-02-11T05:00:00Z", "2026-02-12T05:00:00Z");
        let holes = holes_of(&[one, other, one]).holes(&Selection::default());
        let days: Vec<_> = (holes
            .iter()
            .map(|(account, _, day)| (&**account, day.to_string())))
        .collect();
        let of = |account, day: &str| (account, day.to_owned());
        assert_eq!(
            days,
            [
                of("1", "2026-02-10"),
                of("2", "2026-02-11"),
                of("2", "2026-02-12")
            ]
        );
    }
}
