//! The days that findings are of: what an answer over time, and a store, make of them.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate};

use super::{Finding, FindingKind, Verification};
use crate::sts::Time;
use crate::tally::Selection;

/// Days of which logs are missing or were changed, or may be, by account and Region.
pub(crate) type Holes = BTreeSet<(String, String, NaiveDate)>;

/// CloudTrail delivers nothing that is older than a month; who says so of the events of one log must not make
/// much work.
const LONGEST: i64 = 31 * 24 * 60 * 60 * 1000;

/// From when on the digests of an account and Region name logs, and until when.
type Spans<'v> = BTreeMap<(&'v str, &'v str), (Time, Time)>;

impl Verification<'_> {
    /// The days that are not whole. Before its first digest and after its last nothing is known of a chain,
    /// which is no hole; but where it was asked for what is since a time, digests from before it were not
    /// looked for.
    pub(crate) fn holes(&self, selection: &Selection) -> Holes {
        let spans = self.spans();
        let mut holes = Holes::new();
        for finding in self.findings.of_digests() {
            let account_region = (&*finding.account_id, &*finding.region);
            let span = spans.get(&account_region);
            let Some((from, until)) = span.and_then(|span| times_of(finding, *span, selection))
            else {
                continue;
            };
            let last = Time::from_millis(until.millis() - 1).unwrap_or(until);
            let last = last.max(from);
            holes.extend(days(from, last).map(|day| of(account_region, day)));
        }
        let mut before = None;
        for (whose, from, until) in self.findings.spoilt_logs() {
            let longest = Time::from_millis(until.millis() - LONGEST);
            let from = longest.map_or(from, |longest| from.max(longest));
            // A million logs of one day may be missing together.
            let one = Some((whose, day_of(from), day_of(until)));
            if before != one {
                holes.extend(days(from, until).map(|day| of(whose, day)));
                before = one;
            }
        }
        holes
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

fn of((account, region): (&str, &str), day: NaiveDate) -> (String, String, NaiveDate) {
    (account.to_owned(), region.to_owned(), day)
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

fn days(from: Time, until: Time) -> impl Iterator<Item = NaiveDate> {
    let days = day_of(from).into_iter().flat_map(|day| day.iter_days());
    days.take_while(move |day| Some(*day) <= day_of(until))
}

fn day_of(time: Time) -> Option<NaiveDate> {
    let time = DateTime::from_timestamp_millis(time.millis())?;
    Some(time.date_naive())
}
