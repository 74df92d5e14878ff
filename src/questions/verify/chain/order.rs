//! Each digest held against the one before it.
//!
//! Owns what a hole is between two of them, and what a new beginning.

use super::super::HOUR;
use super::super::chains::time;
use super::super::finding::FindingKind;
use super::judge::{Judge, later, path};
use crate::sts::Time;
use crate::tally::FoundDigest;

/// When the first digest ends of those that are taken for one: they begin with an hour, too.
pub(super) fn end_of_first(found: &FoundDigest) -> Option<Time> {
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
}
