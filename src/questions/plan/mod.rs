//! Who must change what: global calls by principal, SDK and cause, with what helps to find and to
//! move them.
//!
//! Owns what a plan tells calls apart by ([`columns`]) and what it makes of the groups ([`Plan::of`]).
//! Why a call went global and what to do about it is in [`crate::sts`]; formats are in
//! [`crate::report`].

mod key;
mod region;
mod risks;
mod rows;
mod seen;
mod together;

pub(super) use key::{WIDTH, columns};
pub use region::RegionEvidence;
pub use risks::{CrossRegion, Refusal, Risks};
pub use rows::{Plan, PlanRow};

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::Report;
use crate::sts::sdk;

/// Calls by one value; what records lack is not counted.
#[derive(Clone, Debug, Default)]
struct Counts<'r>(BTreeMap<&'r str, u64>);

impl<'r> Counts<'r> {
    fn add(&mut self, value: Option<&'r str>, calls: u64) {
        if let Some(value) = value {
            *self.0.entry(value).or_default() += calls;
        }
    }

    fn absorb(&mut self, other: &Counts<'r>) {
        for (value, calls) in &other.0 {
            self.add(Some(value), *calls);
        }
    }

    /// The value with the most calls; of equals the first by name.
    fn most(&self) -> Option<&'r str> {
        self.first(1).first().copied()
    }

    /// The values with the most calls, the most first; equals by name.
    fn first(&self, number: usize) -> Vec<&'r str> {
        let mut values: Vec<_> = self.0.iter().collect();
        // The map is in the order of names, and what is sorted stably stays so.
        values.sort_by_key(|(_, calls)| Reverse(**calls));
        values.truncate(number);
        values.into_iter().map(|(value, _)| *value).collect()
    }
}

/// The principals with global calls by account, AWS itself aside.
pub(super) fn global_callers(report: &Report) -> BTreeMap<Option<&str>, BTreeSet<&str>> {
    let mut callers: BTreeMap<Option<&str>, BTreeSet<&str>> = BTreeMap::new();
    for group in report.groups() {
        if group.get(key::CAUSE).is_some()
            && !group.get(key::SDK).is_some_and(sdk::is_aws_managed)
            && let Some(principal) = group.get(key::PRINCIPAL)
        {
            let of_account = callers.entry(group.get(key::ACCOUNT_ID)).or_default();
            of_account.insert(principal);
        }
    }
    callers
}
