//! What follows from the digests of a run, chain by chain.
//!
//! Owns a row for each chain, and the figures that are sums of these rows. How a chain is judged is for
//! [`questions::verify`](crate::questions::verify).

use super::coverage::DigestCoverage;
use crate::sts::Time;

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
    pub(crate) fn new(account: &str, region: &str) -> ChainRow {
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

impl DigestCoverage {
    /// The figures of these chains. `None` if there are no digests.
    pub(crate) fn of(rows: &[ChainRow]) -> Option<DigestCoverage> {
        let mut sum = DigestCoverage::default();
        for row in rows.iter().filter(|row| row.status != ChainStatus::Unknown) {
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
}

/// Accounts and Regions where an unbroken chain says that nothing was delivered.
pub(crate) fn silent(rows: &[ChainRow]) -> impl Iterator<Item = (&str, &str)> {
    let is_empty = |row: &&ChainRow| {
        row.status >= ChainStatus::Complete
            && row.log_files == 0
            && row.unnamed == 0
            && row.digests > 0
            && !row.is_backfill
    };
    let rows = rows.iter().filter(is_empty);
    rows.map(|row| (row.account_id.as_str(), row.region.as_str()))
}
