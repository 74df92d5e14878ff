//! What the logs show that can go wrong: today, with the global endpoint; tomorrow, on the way off it.
//!
//! Two risks are told by the calls themselves. The third, tokens of the global endpoint that are used
//! in opt-in Regions, where only those of version 2 are valid, is told by records of other services:
//! it is known only if these were read (see [`TokenTrace`]).

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::super::tokens::TokenTrace;
use super::Counts;
use super::region::RegionEvidence;
use crate::tally::Measures;

/// What the logs show that can go wrong.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Risks<'r> {
    /// Callers that depend on us-east-1 from another Region; most calls first.
    pub cross_region: Vec<CrossRegion<'r>>,
    /// Where STS is deactivated and was called all the same; most calls first.
    pub refused: Vec<Refusal<'r>>,
    /// Where tokens of the global endpoint were used; `None` if nobody looked.
    pub opt_in_tokens: Option<TokenTrace>,
}

impl Risks<'_> {
    /// Whether none was found.
    pub fn is_empty(&self) -> bool {
        let tokens = self.opt_in_tokens.as_ref();
        self.cross_region.is_empty()
            && self.refused.is_empty()
            && tokens.is_none_or(|trace| trace.in_opt_in_regions.is_empty())
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
            opt_in_tokens: self.opt_in_tokens.as_ref().map(|trace| TokenTrace {
                in_opt_in_regions: (trace.in_opt_in_regions.iter())
                    .filter(|one| is_of(one.account_id.as_deref()))
                    .cloned()
                    .collect(),
                ..*trace
            }),
        }
    }
}

/// Global calls that were answered in us-east-1 for a caller that is elsewhere: they fail with
/// us-east-1, and cross the world to get there.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
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
#[non_exhaustive]
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

/// Risks as they are found.
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
            opt_in_tokens: None,
        }
    }
}
