//! Sums over all calls that count, whatever they are grouped by, and what a gate asks of them.

use std::collections::HashMap;

use foldhash::quality::RandomState;
use serde::{Deserialize, Serialize};

use super::claims::{Claim, Dropped};
use super::coverage::Coverage;
use super::groups::Measures;
use super::symbols::{Renumbering, Symbol, Symbols};
use crate::sts::Endpoint;

const GLOBAL: usize = 0;
const REGIONAL: usize = 1;
const UNKNOWN: usize = 4;

/// Sums over all calls that count.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(super) struct Sums {
    endpoints: [u64; 5],
    all: Measures,
    global_aws_managed: u64,
    vpc_endpoint_calls: u64,
    disagreements: u64,
    global_via_vpc_endpoint: u64,
    filtered: u64,
    principals: HashMap<Symbol, PrincipalSums, RandomState>,
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
        let mut one = Measures::default();
        one.add(claim.time(), claim.is_error());
        self.add_many(claim, one)
    }

    /// Adds calls that count and have these properties in common. Says whether they are in a group.
    pub fn add_many(&mut self, claim: &Claim, measures: Measures) -> bool {
        let calls = measures.calls;
        if claim.slot == Claim::FILTERED {
            self.filtered += calls;
            return false;
        }
        let of = |property: bool| if property { calls } else { 0 };
        let endpoint = claim.endpoint();
        self.endpoints[endpoint] += calls;
        self.all += measures;
        self.vpc_endpoint_calls += of(claim.is_through_vpc_endpoint());
        self.disagreements += of(claim.is_disagreement());
        self.global_via_vpc_endpoint += of(claim.is_global_via_vpc_endpoint());
        let principal = self
            .principals
            .entry(Symbol::from_raw(claim.principal))
            .or_default();
        match (endpoint, claim.is_aws_managed()) {
            (GLOBAL, true) => self.global_aws_managed += calls,
            (GLOBAL, false) => principal.global += calls,
            (UNKNOWN, false) => principal.unknown += calls,
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

    /// The figures for the top of a report.
    pub fn summary(&self) -> Summary {
        let (global, regional) = (self.endpoints[GLOBAL], self.endpoints[REGIONAL]);
        let either = global + regional;
        Summary {
            calls: self.all.calls,
            endpoints: self.endpoints,
            global_share: (either > 0).then(|| global as f64 / either as f64),
            principals: self.principals.len() as u64,
            global_principals: self.principals.values().filter(|p| p.global > 0).count() as u64,
            global_aws_managed: self.global_aws_managed,
            vpc_endpoint_calls: self.vpc_endpoint_calls,
            errors: self.all.errors,
            span: self.all,
        }
    }

    /// Puts into the coverage what became of the calls.
    pub fn complete(&self, coverage: &mut Coverage, dropped: Dropped) {
        coverage.calls = self.all.calls;
        coverage.filtered += self.filtered;
        // A store has counted some of its copies before.
        coverage.duplicates += dropped.duplicates;
        coverage.shared_copies += dropped.shared_copies;
        coverage.disagreements = self.disagreements;
        coverage.global_via_vpc_endpoint = self.global_via_vpc_endpoint;
    }

    /// The principals with calls to an endpoint (global or unknown), AWS itself aside; most calls
    /// first.
    pub fn offenders<'s>(&self, symbols: &'s Symbols, endpoint: Endpoint<'_>) -> Vec<Offender<'s>> {
        let calls = |sums: &PrincipalSums| match endpoint {
            Endpoint::Global => sums.global,
            Endpoint::Unknown => sums.unknown,
            _ => 0,
        };
        let mut offenders: Vec<_> = self
            .principals
            .iter()
            .map(|(&symbol, sums)| Offender {
                principal: symbols.text(symbol),
                calls: calls(sums),
            })
            .filter(|offender| offender.calls > 0)
            .collect();
        offenders.sort_by(|a, b| b.calls.cmp(&a.calls).then(a.principal.cmp(b.principal)));
        offenders
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

/// A principal with calls that a gate forbids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offender<'r> {
    /// The principal.
    pub principal: &'r str,
    /// Its calls of the forbidden kind.
    pub calls: u64,
}
