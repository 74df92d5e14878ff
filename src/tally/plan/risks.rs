//! What the logs show that can go wrong: today, with the global endpoint; tomorrow, on the way off it.
//!
//! A third risk would be told here, too: credentials that were issued at the global endpoint and used
//! in an opt-in Region, where only version 2 tokens are valid. Records of other services tell it, and
//! those are not read.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::super::groups::Measures;
use super::Counts;
use super::region::RegionEvidence;

/// What the logs show that can go wrong.
#[derive(Clone, Debug, Default)]
pub struct Risks<'r> {
    /// Callers that depend on us-east-1 from another Region; most calls first.
    pub cross_region: Vec<CrossRegion<'r>>,
    /// Where STS is deactivated and was called all the same; most calls first.
    pub refused: Vec<Refusal<'r>>,
}

impl Risks<'_> {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.cross_region.is_empty() && self.refused.is_empty()
    }

    /// Those that matter to the callers of some accounts, and what their STS refuses.
    pub(super) fn of_accounts(&self, is_of: impl Fn(Option<&str>) -> bool) -> Self {
        Risks {
            cross_region: (self.cross_region.iter())
                .filter(|one| is_of(one.account_id))
                .cloned()
                .collect(),
            refused: (self.refused.iter())
                .filter(|one| {
                    let mut callers = one.caller_accounts.iter();
                    is_of(one.account_id) || callers.any(|account| is_of(Some(account)))
                })
                .cloned()
                .collect(),
        }
    }
}

/// Global calls that were answered in us-east-1 for a caller that is elsewhere: they fail with
/// us-east-1, and cross the world to get there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CrossRegion<'r> {
    /// Who calls.
    pub principal: &'r str,
    /// Its account.
    pub account_id: Option<&'r str>,
    /// Where it is.
    pub caller_region: &'r str,
    /// What says so: its address, or else its Regional calls.
    pub region_evidence: RegionEvidence,
    /// The calls answered in us-east-1.
    pub measures: Measures,
}

/// Regional calls that were answered with `RegionDisabledException`: the account that issues the
/// credentials has STS deactivated in that Region. Whoever moves there without activating it fails.
#[derive(Clone, Debug)]
pub struct Refusal<'r> {
    /// The account that issues the credentials.
    pub account_id: Option<&'r str>,
    /// The Region.
    pub region: &'r str,
    /// The calls refused.
    pub measures: Measures,
    /// Who was refused, and how often; most calls first.
    pub callers: Vec<(&'r str, u64)>,
    caller_accounts: BTreeSet<&'r str>,
}

/// Risks as they are come upon.
#[derive(Default)]
pub(super) struct Found<'r> {
    cross_region: BTreeMap<CrossRegionKey<'r>, Measures>,
    refused: BTreeMap<(Option<&'r str>, &'r str), Refused<'r>>,
}

/// Principal, its account, its Region, and what says so.
type CrossRegionKey<'r> = (&'r str, Option<&'r str>, &'r str, RegionEvidence);

#[derive(Default)]
struct Refused<'r> {
    measures: Measures,
    callers: Counts<'r>,
    caller_accounts: BTreeSet<&'r str>,
}

impl<'r> Found<'r> {
    pub fn cross_region(&mut self, key: CrossRegionKey<'r>, measures: Measures) {
        *self.cross_region.entry(key).or_default() += measures;
    }

    pub fn refusal(
        &mut self,
        account_id: Option<&'r str>,
        region: &'r str,
        caller: (&'r str, Option<&'r str>),
        measures: Measures,
    ) {
        let refused = self.refused.entry((account_id, region)).or_default();
        refused.measures += measures;
        refused.callers.add(Some(caller.0), measures.calls);
        refused.caller_accounts.extend(caller.1);
    }

    /// Whether the STS of an account refuses calls in a Region.
    pub fn is_refused(&self, account_id: &str, region: &str) -> bool {
        self.refused.contains_key(&(Some(account_id), region))
    }

    pub fn in_order(self) -> Risks<'r> {
        // The maps are in the order of names, and what is sorted stably stays so.
        let mut cross_region: Vec<_> = (self.cross_region.into_iter())
            .map(
                |((principal, account_id, caller_region, region_evidence), measures)| CrossRegion {
                    principal,
                    account_id,
                    caller_region,
                    region_evidence,
                    measures,
                },
            )
            .collect();
        cross_region.sort_by_key(|one| Reverse(one.measures.calls));
        let mut refused: Vec<_> = (self.refused.into_iter())
            .map(|((account_id, region), refused)| Refusal {
                account_id,
                region,
                measures: refused.measures,
                callers: (refused.callers.first(usize::MAX).into_iter())
                    .map(|caller| (caller, refused.callers.0[caller]))
                    .collect(),
                caller_accounts: refused.caller_accounts,
            })
            .collect();
        refused.sort_by_key(|one| Reverse(one.measures.calls));
        Risks {
            cross_region,
            refused,
        }
    }
}
