//! The finished sums: what a report says, before any format.

use std::cmp::{Ordering, Reverse};
use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::claims::Claim;
use super::coverage::Coverage;
use super::groups::{GroupId, Groups, Measures};
use super::symbols::{Renumbering, Symbol, Symbols};
use crate::sts::{Dimension, Endpoint};

const GLOBAL: usize = 0;
const REGIONAL: usize = 1;
const UNKNOWN: usize = 4;

/// Sums over all calls that count, whatever they are grouped by.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(super) struct Sums {
    endpoints: [u64; 5],
    all: Measures,
    global_aws_managed: u64,
    vpc_endpoint_calls: u64,
    disagreements: u64,
    global_via_vpc_endpoint: u64,
    filtered: u64,
    principals: HashMap<Symbol, PrincipalSums>,
}

/// Calls of one principal that a gate may ask about: those of AWS itself aside.
#[derive(Clone, Copy, Default, Serialize, Deserialize)]
struct PrincipalSums {
    global: u64,
    unknown: u64,
}

impl Sums {
    /// Adds a call that counts. Says whether it is in a group.
    pub fn add(&mut self, claim: &Claim) -> bool {
        if claim.slot == Claim::FILTERED {
            self.filtered += 1;
            return false;
        }
        let endpoint = claim.endpoint();
        self.endpoints[endpoint] += 1;
        self.all.add(claim.time(), claim.is_error());
        self.vpc_endpoint_calls += u64::from(claim.is_through_vpc_endpoint());
        self.disagreements += u64::from(claim.is_disagreement());
        self.global_via_vpc_endpoint += u64::from(claim.is_global_via_vpc_endpoint());
        let principal = self
            .principals
            .entry(Symbol::from_raw(claim.principal))
            .or_default();
        match (endpoint, claim.is_aws_managed()) {
            (GLOBAL, true) => self.global_aws_managed += 1,
            (GLOBAL, false) => principal.global += 1,
            (UNKNOWN, false) => principal.unknown += 1,
            _ => {}
        }
        true
    }

    /// Takes in the sums of another tally.
    pub fn absorb(&mut self, other: Sums, renumbering: &Renumbering) {
        for (mine, theirs) in self.endpoints.iter_mut().zip(other.endpoints) {
            *mine += theirs;
        }
        self.all += other.all;
        self.global_aws_managed += other.global_aws_managed;
        self.vpc_endpoint_calls += other.vpc_endpoint_calls;
        self.disagreements += other.disagreements;
        self.global_via_vpc_endpoint += other.global_via_vpc_endpoint;
        self.filtered += other.filtered;
        for (principal, theirs) in other.principals {
            let mine = self
                .principals
                .entry(renumbering.of(principal))
                .or_default();
            mine.global += theirs.global;
            mine.unknown += theirs.unknown;
        }
    }
}

/// The figures at the top of a report.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// Calls counted.
    pub calls: u64,
    /// Calls by endpoint, in the order of [`Endpoint::NAMES`].
    pub endpoints: [u64; 5],
    /// Global / (global + regional); `None` if there are none of either.
    pub global_share: Option<f64>,
    /// Different principals.
    pub principals: u64,
    /// Different principals with global calls, AWS itself aside.
    pub global_principals: u64,
    /// Global calls made by AWS itself.
    pub global_aws_managed: u64,
    /// Calls through a VPC endpoint.
    pub vpc_endpoint_calls: u64,
    /// Calls answered with an error.
    pub errors: u64,
    /// The first and last time of any call.
    pub span: Measures,
}

impl Summary {
    /// Global calls, those of AWS itself included.
    pub fn global(&self) -> u64 {
        self.endpoints[GLOBAL]
    }
}

/// One group of a report.
#[derive(Clone, Debug)]
pub struct Group<'r> {
    /// The values of the dimensions, in the order asked; `None` for what the records lack.
    pub values: Vec<Option<&'r str>>,
    /// What is measured.
    pub measures: Measures,
}

/// A principal with calls that a gate forbids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offender<'r> {
    /// The principal.
    pub principal: &'r str,
    /// Its calls of the forbidden kind.
    pub calls: u64,
}

/// A finished report: the summary, the groups in order, the coverage.
pub struct Report {
    /// The figures at the top.
    pub summary: Summary,
    /// The dimensions of the groups.
    pub group_by: Vec<Dimension>,
    /// What was read.
    pub coverage: Coverage,
    symbols: Symbols,
    groups: Groups,
    order: Vec<GroupId>,
    principals: HashMap<Symbol, PrincipalSums>,
    saw_us_east_1: bool,
}

impl Report {
    pub(super) fn new(
        group_by: Vec<Dimension>,
        symbols: Symbols,
        groups: Groups,
        sums: Sums,
        mut coverage: Coverage,
        saw_us_east_1: bool,
    ) -> Report {
        coverage.calls = sums.all.calls;
        coverage.filtered += sums.filtered;
        coverage.disagreements = sums.disagreements;
        coverage.global_via_vpc_endpoint = sums.global_via_vpc_endpoint;
        let (global, regional) = (sums.endpoints[GLOBAL], sums.endpoints[REGIONAL]);
        let either = global + regional;
        let summary = Summary {
            calls: sums.all.calls,
            endpoints: sums.endpoints,
            global_share: (either > 0).then(|| global as f64 / either as f64),
            principals: sums.principals.len() as u64,
            global_principals: sums.principals.values().filter(|p| p.global > 0).count() as u64,
            global_aws_managed: sums.global_aws_managed,
            vpc_endpoint_calls: sums.vpc_endpoint_calls,
            errors: sums.all.errors,
            span: sums.all,
        };
        let order = groups.with_calls();
        let principals = sums.principals;
        let mut report = Report {
            summary,
            group_by,
            coverage,
            symbols,
            groups,
            order,
            principals,
            saw_us_east_1,
        };
        report.sort_by_calls();
        report
    }

    /// Orders the groups by calls, the most first.
    pub fn sort_by_calls(&mut self) {
        self.sort(|groups, id| Reverse(groups.measures(id).calls));
    }

    /// Orders the groups by the time of their last call, the newest first.
    pub fn sort_by_last_event_time(&mut self) {
        self.sort(|groups, id| Reverse(groups.measures(id).last));
    }

    /// Orders the groups by their values alone.
    pub fn sort_by_group(&mut self) {
        self.sort(|_, _| ());
    }

    fn sort<K: Ord>(&mut self, key: impl Fn(&Groups, GroupId) -> K) {
        let (groups, symbols) = (&self.groups, &self.symbols);
        self.order.sort_unstable_by(|&a, &b| -> Ordering {
            key(groups, a)
                .cmp(&key(groups, b))
                .then_with(|| groups.compare(symbols, a, b))
        });
    }

    /// Leaves out groups with fewer calls. The summary stays.
    pub fn keep_min_calls(&mut self, calls: u64) {
        let groups = &self.groups;
        self.order.retain(|&id| groups.measures(id).calls >= calls);
    }

    /// How many groups there are.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether there is no group.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// The groups, in order.
    pub fn groups(&self) -> impl ExactSizeIterator<Item = Group<'_>> {
        self.order.iter().map(|&id| Group {
            values: (self.groups.key(id).iter())
                .map(|&symbol| (symbol != Symbol::ABSENT).then(|| self.symbols.text(symbol)))
                .collect(),
            measures: *self.groups.measures(id),
        })
    }

    /// Whether anything was read that global calls would be logged in. Without it, their absence
    /// means nothing.
    pub fn can_judge_global_calls(&self) -> bool {
        self.saw_us_east_1 || self.coverage.key_regions.contains("us-east-1")
    }

    /// The principals with calls to an endpoint (global or unknown), AWS itself aside; most calls
    /// first.
    pub fn offenders(&self, endpoint: Endpoint<'_>) -> Vec<Offender<'_>> {
        let calls = |sums: &PrincipalSums| match endpoint {
            Endpoint::Global => sums.global,
            Endpoint::Unknown => sums.unknown,
            _ => 0,
        };
        let mut offenders: Vec<_> = self
            .principals
            .iter()
            .map(|(&symbol, sums)| Offender {
                principal: self.symbols.text(symbol),
                calls: calls(sums),
            })
            .filter(|offender| offender.calls > 0)
            .collect();
        offenders.sort_by(|a, b| b.calls.cmp(&a.calls).then(a.principal.cmp(b.principal)));
        offenders
    }
}
