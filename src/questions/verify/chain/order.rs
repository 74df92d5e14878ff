//! Each digest held against the one before it, and both ends of the chain against what is asked about.
//!
//! Owns what a hole is, and what a new beginning.

use super::super::HOUR;
use super::super::chains::{Chain, time};
use super::super::finding::FindingKind;
use super::super::logs::Unnamed;
use super::judge::{Judge, later, path};
use crate::sts::Time;
use crate::tally::FoundDigest;

/// The end of a download that no digest covers yet: an hour, and half an hour until it is delivered.
const NOT_YET: i64 = HOUR + HOUR / 2;

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

/// What a chain proves by itself: a starting digest proves nothing of its own hour.
fn proven(chain: &Chain<'_>) -> Option<(Time, Time)> {
    let (start, end) = chain.span()?;
    let first = chain.digests.first()?;
    let from = match &first.digest.previous {
        None => end_of_first(first).unwrap_or(start),
        Some(_) => start,
    };
    Some((from, end))
}

/// When the first digest ends of those that are taken for one: they begin with an hour, too.
fn end_of_first(found: &FoundDigest) -> Option<Time> {
    let end = time(found.digest.end)?;
    Some(match &found.earlier {
        Some(earlier) if earlier.digests > 1 => later(time(found.digest.start)?, HOUR).min(end),
        _ => end,
    })
}

impl Judge<'_, '_> {
    pub fn damaged(&mut self) {
        let (chain, never) = (self.chain, (None, None));
        for (path, detail) in &chain.damaged {
            let words = || ((*detail).to_owned(), Some(path.clone()));
            self.find(FindingKind::DamagedDigest, never, words);
        }
        for other in &chain.others {
            let detail = "a second file of this digest, with another content";
            let words = || (detail.to_owned(), Some(path(other)));
            self.find(FindingKind::DamagedDigest, never, words);
        }
    }

    /// Holds each digest against the one before it.
    pub fn links(&mut self) {
        let chain = self.chain;
        for pair in chain.digests.windows(2) {
            let [before, after] = pair else { continue };
            let (Some(from), Some(until), Some(end), Some(first_end)) = (
                time(before.digest.end),
                time(after.digest.start),
                time(after.digest.end),
                end_of_first(after),
            ) else {
                continue;
            };
            let Some(previous) = &after.digest.previous else {
                if self.touches(from, first_end) {
                    self.row.restarts += 1;
                    let detail =
                        "the chain begins anew: no digest names what was delivered in between";
                    let words = || (detail.to_owned(), Some(path(after)));
                    self.find(FindingKind::Restart, (Some(from), Some(first_end)), words);
                }
                continue;
            };
            let is_linked = previous.names(&before.digest);
            if is_linked && until == from {
                if previous.hash != Some(before.hash) && self.touches(from, end) {
                    let words = || {
                        let before = path(before);
                        let detail = format!(
                            "its previousDigestHashValue is not that of {before}: one of the two \
                             was changed"
                        );
                        (detail, Some(path(after)))
                    };
                    let times = (time(before.digest.start), Some(from));
                    self.find(FindingKind::WrongPreviousHash, times, words);
                }
                continue;
            }
            if !self.touches(from.min(until), until.max(from)) && from != until {
                continue;
            }
            self.hole(from, until, || {
                let key = (!is_linked).then(|| previous.object.to_string());
                let detail = match &key {
                    Some(key) => format!("the digest before {} is not here: {key}", path(after)),
                    None => format!(
                        "{} starts at another time than the one before it ends",
                        path(after)
                    ),
                };
                (detail, key)
            });
        }
    }

    fn hole(&mut self, from: Time, until: Time, words: impl FnOnce() -> (String, Option<String>)) {
        self.row.holes += 1;
        self.row.hole_hours += hours(from, until);
        // A digest that starts before the one before it ends is as little linked with it.
        let times = (Some(from.min(until)), Some(until.max(from)));
        self.find(FindingKind::Hole, times, words);
    }

    /// What is left of a time, from its first hole to its last, where other trails have digests: none if they
    /// have them for all of it.
    fn uncovered_beside(
        &self,
        (mut from, mut until): (Time, Time),
        reach: impl Fn(&Chain<'_>) -> Option<(Time, Time)>,
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

    /// Holds both ends of the chain against the time that is asked about, or that the archive has logs of.
    pub fn ends(&mut self, unnamed: &[Unnamed<'_>]) {
        let chain = self.chain;
        let (Some(span), Some(proven)) = (chain.span(), proven(chain)) else {
            return;
        };
        if chain.key.is_backfill {
            return;
        }
        let times = || unnamed.iter().filter_map(Unnamed::time);
        self.beginning(span.0, proven.0, times().min());
        self.end(span.1, times().max());
    }

    /// Holds the beginning against what is asked about, and the oldest log that no digest names.
    fn beginning(&mut self, start: Time, proves_from: Time, oldest: Option<Time>) {
        let selection = self.asked.selection;
        // What is asked about before a time has no beginning, but its last hour, of which a chain that
        // begins later says nothing.
        let last_hour = selection.until.map(|until| later(until, -HOUR));
        let is_late = last_hour.filter(|last| *last < proves_from);
        // Of no time, chains are judged for what is here, from their first digests on.
        type Reach = fn(&Chain<'_>) -> Option<(Time, Time)>;
        let (needed, covered, reach): (_, _, Reach) = match (selection.since, is_late) {
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
        let reach = match selection.since.or(selection.until) {
            Some(_) => proven,
            None => |chain: &Chain<'_>| chain.span(),
        };
        let Some((end, until)) = self.uncovered_beside((end, needed), reach) else {
            return;
        };
        // Up to the newest log nothing is covered, but of its last hour no digest is due.
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
                "the newest digests are not here: other chains of the trail, or logs of the account, \
                 go further"
            }
        };
        self.hole(end, until, || (detail.to_owned(), None));
    }
}
