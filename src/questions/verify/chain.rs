//! One chain, from its first digest to its last: holes, restarts, what is missing, and what was changed.

use rayon::prelude::*;

use super::chains::{Chain, Chains, time};
use super::finding::{Finding, FindingKind};
use super::findings::{LogFinding, OfLog};
use super::keys::{Keys, Signature};
use super::logs::{Found, Unnamed};
use super::{Asked, ChainRow, ChainStatus, HOUR, Signatures};
use crate::cloudtrail::digest::NamedLog;
use crate::sts::Time;
use crate::tally::{FoundDigest, FoundLogs, LogContent, LogDetail};

/// The end of a download that no digest covers yet: an hour, and half an hour until it is delivered.
const NOT_YET: i64 = HOUR + HOUR / 2;

/// What is said of a chain.
pub(super) struct Judged<'e> {
    pub row: ChainRow,
    pub findings: Vec<Finding>,
    pub of_logs: Vec<LogFinding<'e>>,
}

/// Walks along a chain.
pub(super) fn judge<'e>(
    at: u32,
    chains: &Chains<'e>,
    found: &Found<'e>,
    asked: &Asked<'_>,
    keys: &Keys,
) -> Judged<'e> {
    let chain = &chains.chains[at as usize];
    let mut judge = Judge {
        at,
        chain,
        chains,
        asked,
        row: row(chain),
        findings: Vec::new(),
        of_logs: Vec::new(),
        is_faulty: false,
        are_all_hashed: asked.hashed,
    };
    judge.damaged();
    if !chain.key.is_backfill {
        judge.links();
    }
    let unnamed = judge.unnamed(found);
    judge.ends(&unnamed);
    judge.logs(found);
    judge.signatures(keys);
    judge.conclude();
    Judged {
        row: judge.row,
        findings: judge.findings,
        of_logs: judge.of_logs,
    }
}

struct Judge<'j, 'e> {
    /// The number of the chain.
    at: u32,
    chain: &'j Chain<'e>,
    chains: &'j Chains<'e>,
    asked: &'j Asked<'j>,
    row: ChainRow,
    findings: Vec<Finding>,
    of_logs: Vec<LogFinding<'e>>,
    /// Whether anything is wrong.
    is_faulty: bool,
    are_all_hashed: bool,
}

fn row(chain: &Chain<'_>) -> ChainRow {
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

fn later(time: Time, millis: i64) -> Time {
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
    fn find(
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

    /// Notes what is to be said of a log, where somebody wants to know it.
    fn find_log(&mut self, what: OfLog<'e>) {
        self.is_faulty |= !matches!(what, OfLog::Unnamed { .. });
        if self.asked.findings {
            let chain = self.at;
            self.of_logs.push(LogFinding { chain, what });
        }
    }

    /// The last time that matters: what is asked about, and the hour in which it is delivered.
    fn asked_until(&self) -> Option<Time> {
        let until = self.asked.selection.until?;
        Some(later(until, HOUR))
    }

    fn touches(&self, from: Time, until: Time) -> bool {
        let since = self.asked.selection.since;
        since.is_none_or(|since| until > since) && self.asked_until().is_none_or(|end| from < end)
    }

    fn damaged(&mut self) {
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
    fn links(&mut self) {
        let chain = self.chain;
        for pair in chain.digests.windows(2) {
            let [before, after] = pair else { continue };
            let (Some(from), Some(until), Some(end)) = (
                time(before.digest.end),
                time(after.digest.start),
                time(after.digest.end),
            ) else {
                continue;
            };
            let Some(previous) = &after.digest.previous else {
                if self.touches(from, end) {
                    self.row.restarts += 1;
                    let detail =
                        "the chain begins anew: no digest names what was delivered in between";
                    let words = || (detail.to_owned(), Some(path(after)));
                    self.find(FindingKind::Restart, (Some(from), Some(end)), words);
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

    /// Whether another trail has digests for all of a time.
    fn is_covered_beside(&self, from: Time, until: Time) -> bool {
        let mut beside = self.chains.beside(self.at);
        beside.any(|chain| {
            (chain.span()).is_some_and(|(start, end)| start <= from && later(end, NOT_YET) >= until)
        })
    }

    /// Holds both ends of the chain against the time that is asked about, or that the archive has logs of.
    fn ends(&mut self, unnamed: &[Unnamed<'_>]) {
        let chain = self.chain;
        let (Some((start, end)), Some(first)) = (chain.span(), chain.digests.first()) else {
            return;
        };
        if self.chain.key.is_backfill {
            return;
        }
        let is_starting = first.digest.previous.is_none();
        let times = || unnamed.iter().filter_map(Unnamed::time);
        // A starting digest proves nothing of its own hour.
        let (needed, covered) = match self.asked.selection.since {
            Some(since) if is_starting => {
                let end = time(first.digest.end).unwrap_or(start);
                // Several that are taken for one begin with an hour, too.
                let end = match &first.earlier {
                    Some(earlier) if earlier.digests > 1 => later(start, HOUR).min(end),
                    _ => end,
                };
                (Some(since), end)
            }
            Some(since) => (Some(since), start),
            None => (times().min(), start),
        };
        if let Some(needed) = needed
            && needed < covered
            && !self.is_covered_beside(needed, covered)
        {
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
        let (needed, late) = match self.asked_until() {
            Some(until) => (Some(until), 0),
            None => {
                let of_trail = self.chains.end_of_trail(&self.chain.key);
                (times().max().max(of_trail), NOT_YET)
            }
        };
        if let Some(needed) = needed
            && later(end, late) < needed
            && !self.is_covered_beside(end, needed)
        {
            let detail = match self.asked.selection.until {
                Some(_) => {
                    "the digests end before the time asked about, and the hour after it in \
                     which its events are delivered"
                }
                None => {
                    "the newest digests are not here: other chains of the trail, or logs, go further"
                }
            };
            self.hole(end, needed, || (detail.to_owned(), None));
        }
    }

    /// The logs of the account and Region that are in no digest: said of its first chain.
    fn unnamed(&mut self, found: &Found<'e>) -> Vec<Unnamed<'e>> {
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
    fn logs(&mut self, found: &Found<'e>) {
        let chain = self.chain;
        for &digest in &chain.digests {
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

    fn touches_digest(&self, found: &FoundDigest) -> bool {
        let (start, end) = (time(found.digest.start), time(found.digest.end));
        (start.zip(end)).is_none_or(|(start, end)| self.touches(start, end))
    }

    fn is_asked(&self, log: &NamedLog) -> bool {
        let selection = self.asked.selection;
        let millis = |seconds: u32| i64::from(seconds) * 1000;
        let day = chrono::DateTime::from_timestamp(i64::from(log.id.minute()) * 60, 0)
            .map(|time| time.date_naive());
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
        let seconds = |seconds: u32| match seconds {
            0 => i64::from(log.id.minute()) * 60,
            seconds => i64::from(seconds),
        };
        let at = |seconds: i64| Time::from_millis(seconds * 1000);
        let times = (at(seconds(log.oldest)), at(seconds(log.newest)));
        let path = log.id.name(self.chain.key.account, self.chain.key.region);
        let words = || ("its content is not what was delivered".to_owned(), path);
        self.find(FindingKind::Differs, times, words);
    }

    /// Checks the signature of every digest: its own, if it came with it, and that in the next digest.
    fn signatures(&mut self, keys: &Keys) {
        let chain = self.chain;
        let digests = &chain.digests;
        let was_checked = digests.iter().any(|found| found.earlier.is_some());
        if keys.is_empty() && !was_checked || digests.is_empty() {
            return;
        }
        let check = |at: usize| {
            let one = digests[at];
            if let Some(earlier) = one.earlier.as_deref() {
                let is_newest = at + 1 == digests.len();
                return match earlier.signed {
                    _ if earlier.is_wrong => Signature::Wrong,
                    _ if !self.touches_digest(one) => Signature::Right,
                    0 => Signature::NoKey,
                    signed if signed + u64::from(is_newest) >= earlier.digests => Signature::Right,
                    _ => Signature::NoKey,
                };
            }
            if !one.digest.is_signed_as_known {
                return Signature::NoKey;
            }
            let next = digests
                .get(at + 1)
                .and_then(|next| next.digest.previous.as_ref());
            let next = next.filter(|previous| previous.names(&one.digest));
            let text = one.digest.signed_text(&one.hash);
            let signatures = next.map(|previous| &previous.signature);
            let mut known = Signature::NoKey;
            for signature in signatures.into_iter().chain(&one.signature) {
                match keys.check(&one.digest.fingerprint, &text, signature) {
                    Signature::Wrong => return Signature::Wrong,
                    Signature::Right => known = Signature::Right,
                    Signature::NoKey => {}
                }
            }
            known
        };
        let checked: Vec<Signature> = (0..digests.len()).into_par_iter().map(check).collect();
        for (&one, _) in (digests.iter().zip(&checked)).filter(|(_, one)| **one == Signature::Wrong)
        {
            let detail =
                "its signature is wrong: it was changed, or the one in the next digest was";
            let times = (time(one.digest.start), time(one.digest.end));
            let words = || (detail.to_owned(), Some(path(one)));
            self.find(FindingKind::WrongSignature, times, words);
        }
        let all_but_newest = &checked[..checked.len() - 1];
        let is_right = |one: &Signature| *one == Signature::Right;
        self.row.signatures = if checked.contains(&Signature::Wrong) {
            Signatures::Wrong
        } else if all_but_newest.iter().all(is_right) && checked.iter().any(is_right) {
            Signatures::Verified
        } else {
            Signatures::Unchecked
        };
    }

    fn conclude(&mut self) {
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
fn path(found: &FoundDigest) -> String {
    found.path.text(Some(found.digest.name()))
}
