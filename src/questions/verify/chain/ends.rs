//! Both ends of a chain against what is asked about, or what the archive has logs of.
//!
//! Owns how far a chain has to reach, and where another trail's may stand in for it.

use super::super::HOUR;
use super::super::chains::{Chain, time};
use super::super::logs::Unnamed;
use super::judge::{Judge, later, path};
use super::order::end_of_first;
use crate::sts::Time;
use crate::tally::FoundDigest;

/// The end of a download that no digest covers yet: an hour, and half an hour until it is delivered.
const NOT_YET: i64 = HOUR + HOUR / 2;

/// From when on a chain says something, and until when.
type Reach = fn(&Chain<'_>) -> Option<(Time, Time)>;

/// What a chain proves by itself: a starting digest proves nothing of its own hour.
fn proven(chain: &Chain<'_>) -> Option<(Time, Time)> {
    let (_, end) = chain.span()?;
    Some((proves_from(chain.digests.first()?)?, end))
}

/// From when on the first digest of a chain proves something.
pub(crate) fn proves_from(first: &FoundDigest) -> Option<Time> {
    let start = time(first.digest.start);
    match &first.digest.previous {
        None => end_of_first(first).or(start),
        Some(_) => start,
    }
}

impl Judge<'_, '_> {
    /// Holds both ends of the chain against the time that is asked about, or that the archive has logs of.
    pub fn ends(&mut self, unnamed: &[Unnamed<'_>]) {
        let chain = self.chain;
        let times = || unnamed.iter().filter_map(Unnamed::time);
        if let Some(since) = self.asked.selection.since.filter(|_| chain.ended_before) {
            return self.end(since, times().max());
        }
        let (Some(span), Some(proven)) = (chain.span(), proven(chain)) else {
            return;
        };
        if chain.key.is_backfill {
            return;
        }
        self.beginning(span.0, proven.0, times().min());
        self.end(span.1, times().max());
    }

    /// What is left of a time, from its first hole to its last, where other trails have digests: none if they
    /// have them for all of it.
    fn uncovered_beside(
        &self,
        (mut from, mut until): (Time, Time),
        reach: Reach,
    ) -> Option<(Time, Time)> {
        let mut reaches: Vec<_> = self.chains.beside(self.at).filter_map(reach).collect();
        reaches.sort_unstable();
        for &(start, end) in &reaches {
            if start <= from {
                from = from.max(end);
            }
        }
        reaches.sort_unstable_by_key(|&(_, end)| end);
        for &(start, end) in reaches.iter().rev() {
            if end >= until {
                until = until.min(start);
            }
        }
        (from < until).then_some((from, until))
    }

    /// Holds the beginning against what is asked about, and the oldest log that no digest names.
    fn beginning(&mut self, start: Time, proves_from: Time, oldest: Option<Time>) {
        let selection = self.asked.selection;
        let goes_back = (self.asked.goes_back).filter(|one| one.has(&self.chain.key));
        let since = selection.since.max(goes_back.map(|one| one.from));
        // What is asked about before a time has no beginning, but its last hour, of which a chain that
        // begins later says nothing.
        let last_hour = selection.until.map(|until| later(until, -HOUR));
        let is_late = last_hour.filter(|last| *last < proves_from);
        // Of no time, chains are judged for what is here, from their first digests on.
        let (needed, covered, reach): (_, _, Reach) = match (since, is_late) {
            (Some(since), _) => (Some(since), proves_from, proven),
            (None, Some(last)) => {
                let oldest = oldest.map_or(last, |oldest| oldest.min(last));
                (Some(oldest), proves_from, proven)
            }
            (None, None) => (oldest, start, |chain| chain.span()),
        };
        // What comes after the time asked about need not be covered by another trail, which may have been
        // given up for this one.
        let covered = (self.asked_until()).map_or(covered, |until| covered.min(until));
        let Some(needed) = needed.filter(|needed| *needed < covered) else {
            return;
        };
        let Some((needed, covered)) = self.uncovered_beside((needed, covered), reach) else {
            return;
        };
        let Some(first) = self.chain.digests.first() else {
            return;
        };
        self.hole(needed, covered, || match &first.digest.previous {
            None => (
                "the chain begins here: no digest names what was delivered before".to_owned(),
                None,
            ),
            Some(previous) => (
                format!(
                    "the digest before {} is not here: {}",
                    path(first),
                    previous.object
                ),
                Some(previous.object.to_string()),
            ),
        });
    }

    /// Holds the end against what is asked about, or the newest log that no digest names, and the other
    /// chains of the trail.
    fn end(&mut self, end: Time, newest: Option<Time>) {
        let selection = self.asked.selection;
        // A chain that ends in the first hour of what is asked about says nothing of it, or too little.
        let too_early = selection.since.filter(|since| end < later(*since, HOUR));
        let (needed, newest) = match self.asked_until() {
            Some(until) => (Some(until), None),
            None => {
                let newest = newest.max(self.chains.goes_on_until(&self.chain.key));
                let due = newest.map(|newest| later(newest, -NOT_YET));
                // Where another trail took over, nothing may be between the two.
                let beside = self.chains.beside(self.at).filter_map(Chain::span);
                let due = due.max(beside.map(|(_, end)| end).max());
                (
                    due.max(selection.since.map(|since| later(since, HOUR))),
                    newest,
                )
            }
        };
        // What came before the time asked about need not be covered, either.
        let end = too_early.map_or(end, |since| end.max(since));
        let Some(needed) = needed.filter(|needed| end < *needed) else {
            return;
        };
        let Some((end, until)) = self.uncovered_beside((end, needed), proven) else {
            return;
        };
        // All until the newest log is in no digest, even if that of its last hour is not due.
        let until = match newest {
            Some(newest) if until == needed => until.max(newest),
            _ => until,
        };
        let detail = match (selection.until, too_early) {
            (Some(_), _) => {
                "the digests end before the time asked about does, and the hour after it in which its \
                 events are delivered"
            }
            (None, Some(_)) => "the digests end before the first hour of the time asked about does",
            (None, None) => {
                "the newest digests are not here: other chains of the trail or beside it, or logs of the \
                 account, go further"
            }
        };
        self.hole(end, until, || (detail.to_owned(), None));
    }
}
