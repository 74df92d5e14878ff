//! One chain, from its first digest to its last: holes, restarts, what is missing, and what was changed.

use rayon::prelude::*;

use super::chains::{Chain, Chains, time};
use super::finding::{Finding, FindingKind};
use super::keys::{Keys, Signature};
use super::logs::{Found, Unnamed};
use super::{Asked, ChainRow, ChainStatus, HOUR, Signatures};
use crate::cloudtrail::digest::NamedLog;
use crate::sts::Time;
use crate::tally::{FoundDigest, LogContent};

/// The end of a download that no digest covers yet: an hour, and half an hour until it is delivered.
const NOT_YET: i64 = HOUR + HOUR / 2;

/// What is said of a chain.
pub(super) struct Judged {
    pub row: ChainRow,
    pub findings: Vec<Finding>,
}

/// Walks along a chain.
pub(super) fn judge(
    chain: &Chain<'_>,
    chains: &Chains<'_>,
    found: &Found<'_>,
    asked: &Asked<'_>,
    keys: &Keys,
) -> Judged {
    let mut judge = Judge {
        chain,
        chains,
        asked,
        row: row(chain),
        findings: Vec::new(),
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
    }
}

struct Judge<'j, 'e> {
    chain: &'j Chain<'e>,
    chains: &'j Chains<'e>,
    asked: &'j Asked<'j>,
    row: ChainRow,
    findings: Vec<Finding>,
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
        digests: chain.digests.len() as u64,
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

impl Judge<'_, '_> {
    fn find(&mut self, kind: FindingKind, detail: impl Into<String>) -> &mut Finding {
        let at = self.findings.len();
        self.findings.push(Finding {
            kind,
            account_id: self.row.account_id.clone(),
            region: self.row.region.clone(),
            trail: self.row.trail.clone(),
            from: None,
            until: None,
            path: None,
            detail: detail.into(),
        });
        &mut self.findings[at]
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
        for (path, detail) in &self.chain.damaged {
            self.find(FindingKind::DamagedDigest, detail).path = Some(path.clone());
        }
        for other in &self.chain.others {
            let detail = "a second file of this digest, with another content";
            self.find(FindingKind::DamagedDigest, detail).path = Some(path(other));
        }
    }

    /// Holds each digest against the one before it.
    fn links(&mut self) {
        for pair in self.chain.digests.windows(2) {
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
                    let finding = self.find(
                        FindingKind::Restart,
                        "the chain begins anew: no digest names what was delivered in between",
                    );
                    (finding.from, finding.until) = (Some(from), Some(end));
                    finding.path = Some(path(after));
                }
                continue;
            };
            let is_linked = previous.names(&before.digest);
            if is_linked && until == from {
                if previous.hash != Some(before.hash) && self.touches(from, end) {
                    let detail = format!(
                        "its previousDigestHashValue is not that of {}: one of the two was changed",
                        path(before)
                    );
                    let finding = self.find(FindingKind::WrongPreviousHash, detail);
                    (finding.from, finding.until) = (time(before.digest.start), Some(from));
                    finding.path = Some(path(after));
                }
                continue;
            }
            if !self.touches(from.min(until), until.max(from)) && from != until {
                continue;
            }
            let key = (!is_linked).then(|| previous.object.to_string());
            let detail = match &key {
                Some(key) => format!("the digest before {} is not here: {key}", path(after)),
                None => format!(
                    "{} starts at another time than the one before it ends",
                    path(after)
                ),
            };
            self.hole(from, until, detail, key);
        }
    }

    fn hole(&mut self, from: Time, until: Time, detail: String, key: Option<String>) {
        self.row.holes += 1;
        self.row.hole_hours += hours(from, until);
        let finding = self.find(FindingKind::Hole, detail);
        (finding.from, finding.until) = (Some(from), Some(until));
        finding.path = key;
    }

    /// Whether another trail has digests for all of a time.
    fn is_covered_beside(&self, from: Time, until: Time) -> bool {
        let mut beside = self.chains.beside(&self.chain.key);
        beside.any(|chain| {
            (chain.span()).is_some_and(|(start, end)| start <= from && later(end, NOT_YET) >= until)
        })
    }

    /// Holds both ends of the chain against the time that is asked about, or that the archive has logs of.
    fn ends(&mut self, unnamed: &[Unnamed<'_>]) {
        let (Some((start, end)), Some(first)) = (self.chain.span(), self.chain.digests.first())
        else {
            return;
        };
        if self.chain.key.is_backfill {
            return;
        }
        let is_starting = first.digest.previous.is_none();
        let times = || unnamed.iter().filter_map(Unnamed::time);
        // A starting digest proves nothing of its own hour.
        let (needed, covered) = match self.asked.selection.since {
            Some(since) => match (is_starting, time(first.digest.end)) {
                (true, Some(end)) => (Some(since), end),
                _ => (Some(since), start),
            },
            None => (times().min(), start),
        };
        if let Some(needed) = needed
            && needed < covered
            && !self.is_covered_beside(needed, covered)
        {
            let (detail, key) = match &first.digest.previous {
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
            };
            self.hole(needed, covered, detail, key);
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
            self.hole(end, needed, detail.to_owned(), None);
        }
    }

    /// The logs of the account and Region that are in no digest: said of its first chain.
    fn unnamed<'f>(&mut self, found: &Found<'f>) -> Vec<Unnamed<'f>> {
        let key = &self.chain.key;
        if key.is_backfill || key.account.is_empty() {
            return Vec::new();
        }
        let mut unnamed = found.unnamed(key.account, key.region);
        unnamed.retain(|one| {
            one.time()
                .is_none_or(|time| self.touches(later(time, -1), later(time, 1)))
        });
        let is_first = (self.chains.chains.iter())
            .find(|other| {
                !other.key.is_backfill
                    && (other.key.account, other.key.region) == (key.account, key.region)
            })
            .is_some_and(|first| std::ptr::eq(first, self.chain));
        if is_first {
            self.row.unnamed = unnamed.len() as u64;
            let end = self.row.last_digest_end;
            for one in &unnamed {
                let Some(place) = one.detail else { continue };
                let detail = match one.time() > end {
                    true => "in no digest that is here: it is newer than the newest of them",
                    false => {
                        "in no digest: of another trail, of a digest that is not here, or put there"
                    }
                };
                let (account, region) = (&self.row.account_id, &self.row.region);
                let usual = one.id.name(account, region);
                let path = place.path.text(usual.as_deref());
                let finding = self.find(FindingKind::Unnamed, detail);
                (finding.until, finding.path) = (one.time(), Some(path));
            }
        }
        unnamed
    }

    /// Looks for every log that is named and may matter.
    fn logs(&mut self, found: &Found<'_>) {
        for &digest in &self.chain.digests {
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

    fn log(&mut self, digest: &FoundDigest, log: &NamedLog, found: &Found<'_>) {
        let at = |seconds: u32| match seconds {
            0 => None,
            seconds => Time::from_millis(i64::from(seconds) * 1000),
        };
        if !found.has(log.id) {
            self.row.missing += 1;
            let object = log.object(&digest.digest);
            // There may be a million of them: the digest is told by its end.
            let detail = format!(
                "named by the digest of {}, and not here",
                digest.digest.end_text
            );
            let finding = self.find(FindingKind::Missing, detail);
            (finding.from, finding.until) = (at(log.oldest), at(log.newest));
            finding.path = Some(object);
            return;
        }
        if !self.asked.hashed {
            return;
        }
        let mut differs = None;
        for (of, detail) in found.details(log.id) {
            let why = match (&detail.content, &log.hash) {
                (LogContent::Spoilt(why), _) => why.as_ref(),
                (LogContent::Hashed(hash), Some(named)) if hash == named => continue,
                (LogContent::Hashed(_), Some(_)) => "its content is not what was delivered",
                _ => {
                    self.are_all_hashed = false;
                    continue;
                }
            };
            let usual = log.id.name(&of.account, &of.region);
            differs = Some((detail.path.text(usual.as_deref()), why.to_owned()));
        }
        if let Some((path, why)) = differs {
            self.row.differing += 1;
            let finding = self.find(FindingKind::Differs, why);
            (finding.from, finding.until) = (at(log.oldest), at(log.newest));
            finding.path = Some(path);
        }
    }

    /// Checks the signature of every digest: its own, if it came with it, and that in the next digest.
    fn signatures(&mut self, keys: &Keys) {
        let digests = &self.chain.digests;
        if keys.is_empty() || digests.is_empty() {
            return;
        }
        let check = |at: usize| {
            let one = digests[at];
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
            let finding = self.find(
                FindingKind::WrongSignature,
                "its signature is wrong: it was changed, or the one in the next digest was",
            );
            (finding.from, finding.until) = (time(one.digest.start), time(one.digest.end));
            finding.path = Some(path(one));
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
        let is_fault = |finding: &Finding| finding.kind != FindingKind::Unnamed;
        self.row.status = if self.findings.iter().any(is_fault) {
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
