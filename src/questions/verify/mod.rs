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
mod finding;
mod findings;
mod keys;
mod logs;
mod standing;

use std::collections::BTreeSet;

use crate::aws::Pruning;
use crate::sts::Time;
use crate::tally::{DigestCoverage, Evidence, LogsRead, Selection};

pub use finding::{Finding, FindingKind};
pub use findings::Findings;
pub use keys::{KeyFault, Keys};
pub use standing::Standing;

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
}

/// How well it is known that a chain is whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChainStatus {
    /// Something is missing, or was changed.
    Incomplete,
    /// There are logs and no digests.
    Unknown,
    /// Nothing that is named is missing.
    Complete,
    /// The same, every log has the hash that is named, and digests are signed.
    Proved,
}

impl ChainStatus {
    /// Every status, the worst first.
    pub const ALL: [ChainStatus; 4] = [
        ChainStatus::Incomplete,
        ChainStatus::Unknown,
        ChainStatus::Complete,
        ChainStatus::Proved,
    ];

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            ChainStatus::Incomplete => "incomplete",
            ChainStatus::Unknown => "unknown",
            ChainStatus::Complete => "complete",
            ChainStatus::Proved => "proved",
        }
    }
}

/// What is known of the signatures of a chain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Signatures {
    /// Not all of them were checked.
    #[default]
    Unchecked,
    /// All are right, except that the newest digest's may be where nobody looked.
    Verified,
    /// At least one is wrong.
    Wrong,
}

impl Signatures {
    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Signatures::Unchecked => "unchecked",
            Signatures::Verified => "verified",
            Signatures::Wrong => "wrong",
        }
    }
}

/// A chain of digests, or logs of an account and Region without one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChainRow {
    /// The account whose logs are named.
    pub account_id: String,
    /// Their Region.
    pub region: String,
    /// The trail; `None` without digests.
    pub trail: Option<String>,
    /// The organisation of its trail.
    pub organization_id: Option<String>,
    /// Whether these digests name what others have left out. They are no sequence of hours.
    pub is_backfill: bool,
    /// Digests, copies not counted.
    pub digests: u64,
    /// From when on the first of them names logs.
    pub first_digest_start: Option<Time>,
    /// Until when the last does.
    pub last_digest_end: Option<Time>,
    /// Times of which no digest was found.
    pub holes: u64,
    /// Their length.
    pub hole_hours: u64,
    /// Digests that begin the chain anew.
    pub restarts: u64,
    /// Logs that are named.
    pub log_files: u64,
    /// Those that were not found.
    pub missing: u64,
    /// Those whose content is another.
    pub differing: u64,
    /// Logs of the account and Region that no digest names.
    pub unnamed: u64,
    /// What is known of the signatures.
    pub signatures: Signatures,
    /// What follows.
    pub status: ChainStatus,
}

impl ChainRow {
    /// The row of an account and Region of which nothing is known yet.
    fn new(account: &str, region: &str) -> ChainRow {
        ChainRow {
            account_id: account.to_owned(),
            region: region.to_owned(),
            trail: None,
            organization_id: None,
            is_backfill: false,
            digests: 0,
            first_digest_start: None,
            last_digest_end: None,
            holes: 0,
            hole_hours: 0,
            restarts: 0,
            log_files: 0,
            missing: 0,
            differing: 0,
            unnamed: 0,
            signatures: Signatures::Unchecked,
            status: ChainStatus::Unknown,
        }
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
        let chains = chains::of(evidence, asked.selection);
        let mut verification = Verification::default();
        for (at, _) in (0..).zip(&chains.chains) {
            let judged = chain::judge(at, &chains, &found, asked, keys);
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

    /// One row for each account and Region that has logs and no digest.
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
                || chains.has(account, region)
            {
                continue;
            }
            self.rows.push(ChainRow {
                unnamed: found.unnamed(account, region).len() as u64,
                ..ChainRow::new(account, region)
            });
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

    /// How many rows have a status.
    pub fn with_status(&self, status: ChainStatus) -> u64 {
        self.rows.iter().filter(|row| row.status == status).count() as u64
    }

    /// The figures for the coverage of a run. `None` if there are no digests.
    pub fn coverage(&self) -> Option<DigestCoverage> {
        let mut sum = DigestCoverage::default();
        for row in self
            .rows
            .iter()
            .filter(|row| row.status != ChainStatus::Unknown)
        {
            sum.chains += 1;
            match row.status {
                ChainStatus::Incomplete => sum.incomplete += 1,
                _ => sum.complete += 1,
            }
            sum.missing_logs += row.missing;
            sum.hole_hours += row.hole_hours;
        }
        (sum.chains > 0).then_some(sum)
    }

    /// What stands behind "no global call", for the accounts that were read.
    pub fn standing(&self, logs_read: &LogsRead) -> Standing {
        let accounts: BTreeSet<&str> = (logs_read.read().map(|(account, _)| account))
            .chain(self.rows.iter().map(|row| row.account_id.as_str()))
            .collect();
        Standing::of(&accounts, &self.rows)
    }

    /// Accounts and Regions where an unbroken chain says that nothing was delivered.
    pub fn silent(&self) -> impl Iterator<Item = (&str, &str)> {
        let is_empty = |row: &&ChainRow| {
            row.status >= ChainStatus::Complete
                && row.log_files == 0
                && row.unnamed == 0
                && row.digests > 0
                && !row.is_backfill
        };
        let rows = self.rows.iter().filter(is_empty);
        rows.map(|row| (row.account_id.as_str(), row.region.as_str()))
    }
}
