//! Gates for pipelines: which of them the calls of a report fail, and when nothing can be said.
//!
//! Owns the verdict. Refuses to know how a gate is typed, what a person is told of it, and what time it
//! is: the same report always gets the same verdict.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::aws::region::{Partition, US_EAST_1};
use crate::sts::{Endpoint, Time};
use crate::tally::{Condition, Coverage, Offender, Selection, Totals};

/// The most calls there may be to an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gate {
    /// The endpoint: global or unknown.
    pub endpoint: Endpoint<'static>,
    /// The most calls.
    pub most: u64,
}

/// A gate that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Failed<'r> {
    /// The gate.
    pub gate: Gate,
    /// Calls to its endpoint by principals that are not allowed.
    pub calls: u64,
    /// These principals, most calls first.
    pub offenders: Vec<Offender<'r>>,
}

/// Why there is no verdict: that no gate failed would mean nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoVerdict<'r> {
    /// Nothing was read of us-east-1, where global calls are logged.
    NothingOfUsEast1,
    /// This condition matched none of the calls read, and may be a typo.
    Unmatched(&'r Condition),
    /// This condition left out every call read, and may be a typo.
    Excluding(&'r Condition),
    /// Days from `since` on are asked about, and a store has forgotten those before `kept_from`.
    Forgotten {
        /// The first time asked about.
        since: Time,
        /// The first day that is known.
        kept_from: NaiveDate,
    },
    /// A time is asked about, and so many calls have none.
    NoTime(u64),
    /// Accounts or Regions are asked about, and so many calls do not say in whose log of which Region they
    /// are.
    Unplaced(u64),
}

/// Whether a global call would be seen if there were one.
pub fn can_judge(totals: &Totals, selection: &Selection) -> bool {
    totals.can_judge_global_calls() && selection.may_show_global_calls()
}

/// Whether that no global call is shown tells that there was none, where such calls were read: no condition
/// leaves all of them out, and none may be a typo.
pub fn tells_of_global(totals: &Totals, selection: &Selection) -> bool {
    selection.may_show(Endpoint::Global)
        && excluding(totals).is_none()
        && unmatched(totals).is_none()
        && undecided(totals, selection).is_none()
}

/// Accounts of which no log of us-east-1 was read, but logs of other Regions were, or were left out for them, or
/// there are some from before the time asked about; and of which no digest says that there was none. Where
/// the archive lacks these logs, their global calls are not known. Those whose calls the conditions leave out
/// are not among them.
///
/// Files whose places tell no account tell nothing of it either: what CloudTrail has logged in us-east-1
/// may be in any of them.
pub fn blind_accounts<'t>(totals: &'t Totals, selection: &Selection) -> Vec<&'t str> {
    if !selection.may_show(Endpoint::Global) {
        return Vec::new();
    }
    let logs = &totals.logs_read;
    // Damaged ones are told for themselves.
    let known = logs.read().chain(logs.silent()).chain(logs.damaged());
    let of_us_east_1: BTreeSet<&str> = known
        .filter(|(_, region)| *region == US_EAST_1)
        .map(|(account, _)| account)
        .collect();
    // Those of other partitions have no global endpoint.
    let has_key = |&(account, _): &(&str, &str)| totals.coverage.key_accounts.contains(account);
    let ended = logs.earlier().filter(|(_, region)| *region == US_EAST_1);
    let here = logs.read().filter(has_key).chain(logs.elsewhere());
    let blind: BTreeSet<&str> = (here.chain(ended))
        .filter(|(_, region)| Partition::of_region(region) == Partition::Aws)
        .map(|(account, _)| account)
        .filter(|account| !of_us_east_1.contains(account))
        .filter(|account| selection.may_show_account(account))
        .collect();
    blind.into_iter().collect()
}

/// A condition that matched none of the calls read and may be a typo. One that excludes may exclude
/// nothing: then more is judged, not less.
pub fn unmatched(totals: &Totals) -> Option<&Condition> {
    let mistyped = |one: &&Condition| !one.negated && one.may_be_mistyped();
    totals.unmatched().find(mistyped)
}

/// A condition that left out every call read, so that there is nothing to judge.
pub fn excluding(totals: &Totals) -> Option<&Condition> {
    let may_be_mistaken = |one: &&Condition| one.may_exclude_by_mistake();
    totals.excluding().find(may_be_mistaken)
}

/// The gates that failed; none if there are no gates.
///
/// # Errors
/// If nothing was read that could show global calls; if a condition matched none of the calls read, or left
/// out every one; or if the gates hold, and days are asked about that a store has forgotten, or some calls
/// are [`undecided`]: that is no verdict.
pub fn judge<'r>(
    gates: &[Gate],
    is_allowed: impl Fn(&str) -> bool,
    totals: &'r Totals,
    selection: &Selection,
) -> Result<Vec<Failed<'r>>, NoVerdict<'r>> {
    if gates.is_empty() {
        return Ok(Vec::new());
    }
    if !can_judge(totals, selection) {
        return Err(NoVerdict::NothingOfUsEast1);
    }
    if let Some(condition) = excluding(totals) {
        return Err(NoVerdict::Excluding(condition));
    }
    if let Some(condition) = unmatched(totals) {
        return Err(NoVerdict::Unmatched(condition));
    }
    let failed: Vec<Failed<'_>> = (gates.iter())
        .filter_map(|&gate| {
            let offenders: Vec<_> = (totals.offenders(gate.endpoint).into_iter())
                .filter(|offender| !is_allowed(offender.principal))
                .collect();
            let calls: u64 = offenders.iter().map(|offender| offender.calls).sum();
            (calls > gate.most).then_some(Failed {
                gate,
                calls,
                offenders,
            })
        })
        .collect();
    if !failed.is_empty() {
        return Ok(failed);
    }
    if let (Some(kept_from), Some(since)) = (totals.coverage.kept_from, selection.since)
        && Some(since) < Time::of_midnight(kept_from)
    {
        return Err(NoVerdict::Forgotten { since, kept_from });
    }
    match undecided(totals, selection) {
        Some(why) => Err(why),
        None => Ok(failed),
    }
}

/// Calls that the options leave out because nobody knows whether they are asked about: without them, that no
/// global call is shown means nothing.
pub fn undecided<'r>(totals: &Totals, selection: &Selection) -> Option<NoVerdict<'r>> {
    let Coverage {
        no_time, unplaced, ..
    } = totals.coverage;
    if no_time > 0 && selection.asks_for_time() {
        return Some(NoVerdict::NoTime(no_time));
    }
    (unplaced > 0).then_some(NoVerdict::Unplaced(unplaced))
}
