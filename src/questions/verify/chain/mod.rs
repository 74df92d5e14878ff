//! One chain, from its first digest to its last: holes, restarts, what is missing, and what was changed.
//!
//! Owns the order in which that is looked at; each look is a file, and all of them note what they find in
//! `judge`.

mod ends;
mod judge;
mod of_logs;
mod order;
mod signed;

#[cfg(feature = "store")]
pub(crate) use ends::proves_from;
use judge::{Judge, row};

use super::chains::Chains;
use super::finding::Finding;
use super::findings::LogFinding;
use super::keys::Keys;
use super::logs::Found;
use super::{Asked, ChainRow};

/// What is said of a chain.
pub(super) struct Judged<'e> {
    pub row: ChainRow,
    pub findings: Vec<Finding>,
    pub of_logs: Vec<LogFinding<'e>>,
    /// Whether it ended before the time asked about, of which nothing is missing.
    pub is_of_no_use: bool,
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
        is_of_no_use: chain.ended_before && !judge.is_faulty,
        row: judge.row,
        findings: judge.findings,
        of_logs: judge.of_logs,
    }
}
