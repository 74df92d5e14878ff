//! What is found out about a chain, while one goes along it.
//!
//! Owns how it is noted, and which times matter. Compares nothing.

use super::super::chains::{Chain, Chains, time};
use super::super::finding::{Finding, FindingKind};
use super::super::findings::{LogFinding, OfLog};
use super::super::{Asked, ChainRow, ChainStatus, HOUR, Signatures};
use crate::sts::Time;
use crate::tally::FoundDigest;

/// A chain, and what is said of it so far.
pub(super) struct Judge<'j, 'e> {
    /// The number of the chain.
    pub at: u32,
    pub chain: &'j Chain<'e>,
    pub chains: &'j Chains<'e>,
    pub asked: &'j Asked<'j>,
    pub row: ChainRow,
    pub findings: Vec<Finding>,
    pub of_logs: Vec<LogFinding<'e>>,
    /// Whether anything is wrong.
    pub is_faulty: bool,
    pub are_all_hashed: bool,
}

pub(super) fn row(chain: &Chain<'_>) -> ChainRow {
    let key = &chain.key;
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let span = chain.span();
    ChainRow {
        trail: some(key.trail).map(|trail| match key.is_backfill {
            true => format!("{trail} (backfill)"),
            false => trail,
        }),
        organization_id: some(key.organisation),
        is_backfill: key.is_backfill,
        digests: (chain.digests.iter())
            .map(|found| found.earlier.as_ref().map_or(1, |earlier| earlier.digests))
            .sum(),
        first_digest_start: span.map(|span| span.0),
        last_digest_end: span.map(|span| span.1),
        ..ChainRow::new(key.account, key.region)
    }
}

pub(super) fn later(time: Time, millis: i64) -> Time {
    Time::from_millis(time.millis() + millis).unwrap_or(time)
}

/// In whole hours, and at least one.
fn hours(from: Time, until: Time) -> u64 {
    let millis = until.millis() - from.millis();
    let hours = (millis + HOUR / 2) / HOUR;
    if millis <= 0 {
        0
    } else {
        hours.max(1).cast_unsigned()
    }
}

impl<'e> Judge<'_, 'e> {
    /// Notes that something is wrong with digests; what it is, where somebody wants to know it.
    pub fn find(
        &mut self,
        kind: FindingKind,
        times: (Option<Time>, Option<Time>),
        words: impl FnOnce() -> (String, Option<String>),
    ) {
        self.is_faulty = true;
        if self.asked.findings {
            let (detail, path) = words();
            self.findings.push(Finding {
                kind,
                account_id: self.row.account_id.clone(),
                region: self.row.region.clone(),
                trail: self.row.trail.clone(),
                from: times.0,
                until: times.1,
                path,
                detail,
            });
        }
    }

    /// Notes a time of which there is no digest.
    pub fn hole(
        &mut self,
        from: Time,
        until: Time,
        words: impl FnOnce() -> (String, Option<String>),
    ) {
        self.row.holes += 1;
        self.row.hole_hours += hours(from, until);
        // A digest that starts before the one before it ends is as little linked with it.
        let times = (Some(from.min(until)), Some(until.max(from)));
        self.find(FindingKind::Hole, times, words);
    }

    /// Notes what is to be said of a log, where somebody wants to know it.
    pub fn find_log(&mut self, what: OfLog<'e>) {
        self.is_faulty |= !matches!(what, OfLog::Unnamed { .. });
        if self.asked.findings {
            let chain = self.at;
            self.of_logs.push(LogFinding { chain, what });
        }
    }

    /// The last time that matters: what is asked about, and the hour in which it is delivered.
    pub fn asked_until(&self) -> Option<Time> {
        let until = self.asked.selection.until?;
        Some(later(until, HOUR))
    }

    pub fn touches(&self, from: Time, until: Time) -> bool {
        let since = self.asked.selection.since;
        since.is_none_or(|since| until > since) && self.asked_until().is_none_or(|end| from < end)
    }

    pub fn touches_digest(&self, found: &FoundDigest) -> bool {
        let (start, end) = (time(found.digest.start), time(found.digest.end));
        (start.zip(end)).is_none_or(|(start, end)| self.touches(start, end))
    }

    pub fn conclude(&mut self) {
        self.row.status = if self.is_faulty {
            ChainStatus::Incomplete
        } else if self.are_all_hashed && self.row.signatures == Signatures::Verified {
            ChainStatus::Proved
        } else {
            ChainStatus::Complete
        };
    }
}

/// Where a digest is.
pub(super) fn path(found: &FoundDigest) -> String {
    found.path.text(Some(found.digest.name()))
}
