//! The logs that digests name, and those that they do not.
//!
//! Owns which of them are missing, which differ, and which need not be looked for.

use super::super::finding::FindingKind;
use super::super::findings::OfLog;
use super::super::logs::{Found, Unnamed, delivered};
use super::judge::{Judge, later};
use crate::cloudtrail::digest::NamedLog;
use crate::sts::Time;
use crate::tally::{FoundDigest, FoundLogs, LogContent, LogDetail};

impl<'e> Judge<'_, 'e> {
    /// The logs of the account and Region that are in no digest: said of its first chain.
    pub fn unnamed(&mut self, found: &Found<'e>) -> Vec<Unnamed<'e>> {
        let key = &self.chain.key;
        if key.is_backfill || key.account.is_empty() {
            return Vec::new();
        }
        let mut unnamed = found.unnamed(key.account, key.region);
        unnamed.retain(|one| {
            one.time()
                .is_none_or(|time| self.touches(later(time, -1), later(time, 1)))
        });
        if self.chains.first_of_hours(key) == Some(self.at) {
            self.row.unnamed = unnamed.len() as u64;
            let end = self.row.last_digest_end;
            for one in &unnamed {
                if let Some(detail) = one.detail {
                    self.find_log(OfLog::Unnamed {
                        id: one.id,
                        detail,
                        is_newer: one.time() > end,
                    });
                }
            }
        }
        unnamed
    }

    /// Looks for every log that is named and may matter.
    pub fn logs(&mut self, found: &Found<'e>) {
        let chain = self.chain;
        for &digest in chain.digests.iter().chain(&chain.late) {
            if let Some(earlier) = digest.earlier.as_deref()
                && self.touches_digest(digest)
            {
                self.row.log_files += earlier.log_files;
                self.are_all_hashed &= earlier.is_hashed;
            }
            for log in &digest.digest.logs {
                if self.is_asked(log) {
                    self.row.log_files += 1;
                    self.log(digest, log, found);
                }
            }
        }
    }

    fn is_asked(&self, log: &NamedLog) -> bool {
        let selection = self.asked.selection;
        let millis = |seconds: u32| i64::from(seconds) * 1000;
        let day = log.id.delivered().map(|time| time.date_naive());
        // What the options leave out is not missing.
        let is_pruned = day.is_some_and(|day| self.asked.pruning.leaves_out_day(day));
        let is_before = (selection.since)
            .is_some_and(|since| log.newest != 0 && millis(log.newest) + 999 < since.millis());
        let is_after = (selection.until)
            .is_some_and(|until| log.oldest != 0 && millis(log.oldest) >= until.millis());
        !is_pruned && !is_before && !is_after
    }

    fn log(&mut self, digest: &'e FoundDigest, log: &'e NamedLog, found: &Found<'e>) {
        if let Some(earlier) = digest.earlier.as_deref()
            && earlier.differing.contains(&log.id)
        {
            self.row.differing += 1;
            self.find_earlier(log);
            return;
        }
        if !found.has(log.id) {
            self.row.missing += 1;
            self.find_log(OfLog::Missing { digest, log });
            return;
        }
        if !self.asked.hashed {
            return;
        }
        let mut differing: Vec<(&'e FoundLogs, &'e LogDetail)> = Vec::new();
        let mut is_seen = false;
        for (of, detail) in found.details(log.id) {
            is_seen = true;
            match (&detail.content, &log.hash) {
                (LogContent::Hashed(hash), Some(named)) if hash == named => {}
                (LogContent::Spoilt(_), _) | (LogContent::Hashed(_), Some(_)) => {
                    differing.push((of, detail));
                }
                _ => self.are_all_hashed = false,
            }
        }
        self.are_all_hashed &= is_seen;
        let path = |(of, detail): &(&FoundLogs, &LogDetail)| {
            let usual = log.id.name(&of.account, &of.region);
            detail.path.text(usual.as_deref())
        };
        // Of several copies always the same, whoever read it first.
        let one = match &differing[..] {
            [one] => Some(*one),
            more => more.iter().min_by_key(|copy| path(copy)).copied(),
        };
        if let Some((of, detail)) = one {
            self.row.differing += 1;
            self.find_log(OfLog::Differs { log, of, detail });
        }
    }

    /// A log that differs is only known by its name.
    fn find_earlier(&mut self, log: &NamedLog) {
        let at = |seconds: u32| match seconds {
            0 => delivered(log.id),
            seconds => Time::from_millis(i64::from(seconds) * 1000),
        };
        let times = (at(log.oldest), at(log.newest));
        let path = log.id.name(self.chain.key.account, self.chain.key.region);
        let words = || ("its content is not what was delivered".to_owned(), path);
        self.find(FindingKind::Differs, times, words);
    }
}
