//! Is anything missing? What a run has found, held against the digests that it found.
//!
//! Owns what follows from digests: chains, findings, and what is proved. Refuses to read anything, and to
//! know what time it is: the same evidence always gives the same answer.
//!
//! CloudTrail writes a digest each hour for each Region of a trail, also when nothing happened. It names
//! every log that was delivered in that hour, and the digest before it. `chains` puts digests in their
//! order, `chain` walks along one, `logs` looks for what is named, and `keys` checks signatures.

mod chain;
mod chains;
mod days;
mod finding;
mod findings;
mod keys;
mod logs;
mod standing;

use std::collections::BTreeSet;

use crate::aws::{DigestKey, Pruning};
use crate::sts::Time;
use crate::tally::{Evidence, LogsRead, Selection};

#[cfg(feature = "store")]
pub(crate) use chain::proves_from;
#[cfg(feature = "store")]
pub(crate) use days::Holes;
pub use finding::{Finding, FindingKind};
pub use findings::Findings;
#[cfg(feature = "store")]
pub(crate) use keys::Signature;
pub use keys::{KeyFault, Keys};
pub use standing::Standing;

pub use crate::tally::{ChainRow, ChainStatus, Signatures};

use findings::Whose;
use logs::Found;

/// Within an hour, events are delivered, except stragglers; then a digest names them.
const HOUR: i64 = 60 * 60 * 1000;

/// What is asked about.
#[derive(Clone, Debug)]
pub struct Asked<'a> {
    /// The time, accounts and Regions.
    pub selection: &'a Selection,
    /// What was left out for it.
    pub pruning: &'a Pruning,
    /// Whether the content of logs was hashed.
    pub hashed: bool,
    /// Whether somebody wants to know each finding, and not their number alone.
    pub findings: bool,
    /// Whose digests were forgotten.
    pub goes_back: Option<&'a GoesBack<'a>>,
}

/// The accounts and Regions of which digests were read and forgotten. Their chains did not all begin later, so they
/// must cover all the time that is known.
#[derive(Clone, Debug)]
pub struct GoesBack<'k> {
    /// From when on digests are known.
    pub from: Time,
    /// The accounts and Regions of the forgotten digests. Whichever trail goes on for them, one has to.
    pub pairs: BTreeSet<(&'k str, &'k str)>,
}

impl GoesBack<'_> {
    /// Whether a chain is of one of these.
    pub fn has(&self, key: &DigestKey<'_>) -> bool {
        self.pairs.contains(&(key.account, key.region))
    }
}

/// What follows from the digests of a run.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Verification<'e> {
    /// The chains: the worst first, then by account, Region and trail.
    pub rows: Vec<ChainRow>,
    /// What is wrong with them, and what is to be known; none where nobody wants to know it.
    pub findings: Findings<'e>,
}

impl<'e> Verification<'e> {
    /// Judges what was found.
    pub fn of(evidence: &'e Evidence, asked: &Asked<'_>, keys: &Keys) -> Verification<'e> {
        let found = Found::of(evidence);
        let chains = chains::of(evidence, asked);
        let mut verification = Verification::default();
        for (at, _) in (0..).zip(&chains.chains) {
            let judged = chain::judge(at, &chains, &found, asked, keys);
            // What ended before the time asked about is told where something of that time is missing.
            if judged.is_of_no_use {
                continue;
            }
            let whose = Whose {
                account_id: judged.row.account_id.clone(),
                region: judged.row.region.clone(),
                trail: judged.row.trail.clone(),
            };
            verification.rows.push(judged.row);
            (verification.findings).add(whose, judged.findings, judged.of_logs);
        }
        verification.add_logs_without_digests(&chains, &found, asked);
        verification.sort();
        verification
    }

    /// One row for each account and Region that has logs and no digest, or only those of a backfill, which
    /// names the logs of some days and says nothing of others.
    fn add_logs_without_digests(
        &mut self,
        chains: &chains::Chains<'_>,
        found: &Found<'_>,
        asked: &Asked<'_>,
    ) {
        for logs in found.by_pair() {
            let (account, region) = (&*logs.account, &*logs.region);
            if account.is_empty()
                || !chains::is_asked(asked.selection, account, region)
                || chains.has_hourly(account, region)
            {
                continue;
            }
            let unnamed = found.unnamed(account, region).len() as u64;
            if unnamed > 0 || !chains.has(account, region) {
                self.rows.push(ChainRow {
                    unnamed,
                    ..ChainRow::new(account, region)
                });
            }
        }
    }

    fn sort(&mut self) {
        self.rows.sort_by(|a, b| {
            let key = |row: &ChainRow| {
                (
                    row.status,
                    row.account_id.clone(),
                    row.region.clone(),
                    row.trail.clone(),
                )
            };
            (key(a), a.is_backfill, a.first_digest_start).cmp(&(
                key(b),
                b.is_backfill,
                b.first_digest_start,
            ))
        });
        self.findings.sort();
    }

    /// Whether any of the chains is not whole.
    pub fn is_incomplete(&self) -> bool {
        self.rows
            .iter()
            .any(|row| row.status == ChainStatus::Incomplete)
    }

    /// What "no global call" rests on, for the accounts that were read, and those that were named.
    pub fn standing(&self, logs_read: &LogsRead, named: &[String]) -> Standing {
        Standing::behind(logs_read, &self.rows, named)
    }
}
