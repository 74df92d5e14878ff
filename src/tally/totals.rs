//! What is known of all calls of a run together, whatever else is done with each of them.
//!
//! Every collector has one; it is added up while logs are read, and completed when it is decided
//! what counts once. Owns the figures at the top of every answer and what a gate asks. Refuses to know
//! groups and rows, and whose texts the principals are: the interner is the collector's.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use foldhash::quality::RandomState;

use super::chain_row::{ChainRow, silent};
use super::condition::{Condition, Matched};
use super::coverage::{Coverage, DigestCoverage};
use super::days_read::DaysRead;
use super::dedup::{Candidate, Candidates, Dropped};
use super::evidence::Evidence;
use super::groups::Measures;
use super::interner::{Interner, Remap, Symbol};
use super::logs_read::LogsRead;
use super::terms::Terms;
use crate::sts::{ByEndpoint, Call, Endpoint, EndpointKind};

/// Where a call is entered if it survives: the payload of the candidates of a tally, and of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The number of its group, or row; [`Entry::FILTERED`] for none.
    pub at: u32,
    /// Who called, in the texts of the collector.
    pub principal: Symbol,
}

impl Entry {
    /// The number of what a call that the filters leave out is entered in.
    pub const FILTERED: u32 = u32::MAX;
    /// The entry of a call that the filters leave out.
    pub const NONE: Entry = Entry {
        at: Entry::FILTERED,
        principal: Symbol::ABSENT,
    };

    /// The entry of a call in this group or row.
    pub fn of(call: &Call<'_>, at: u32, interner: &mut Interner) -> Entry {
        Entry {
            at,
            principal: interner.intern(call.principal()),
        }
    }

    /// The group or row; `None` for a call that the filters leave out.
    pub fn wanted(self) -> Option<u32> {
        (self.at != Entry::FILTERED).then_some(self.at)
    }
}

/// What is known of all calls together: the figures at the top, who made the calls, and what was
/// read for it.
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct Totals {
    /// By what it is counted.
    pub terms: Terms,
    /// Which conditions have matched a call that was read, and which have let one pass.
    pub matched: Matched,
    /// What was read.
    pub coverage: Coverage,
    /// Whose logs that was.
    pub logs_read: LogsRead,
    /// Of which days.
    pub days_read: DaysRead,
    /// Digests, and what they may name.
    pub evidence: Evidence,
    /// What follows from them, chain by chain; known once everything is read.
    pub chains: Vec<ChainRow>,
    /// Days of which logs are missing, or may be, as digests say; none if nobody asked for days.
    pub holes: BTreeSet<NaiveDate>,
    /// Whether anything of us-east-1 was read: without it nothing can be said of global calls.
    pub(super) saw_us_east_1: bool,
    pub(super) endpoints: ByEndpoint<u64>,
    pub(super) all: Measures,
    pub(super) global_aws_managed: u64,
    pub(super) vpc_endpoint_calls: u64,
    pub(super) disagreements: u64,
    pub(super) global_via_vpc_endpoint: u64,
    pub(super) filtered: u64,
    pub(super) principals: HashMap<Symbol, PrincipalSums, RandomState>,
    /// The sum of the traces of calls that are in other parts of the same, less that of those that came
    /// from there. Of a whole it is 0.
    pub(super) elsewhere: u64,
    /// What was read, by numbers that no two runs over different logs share: so that nothing is added
    /// twice. Empty where nobody has given any.
    pub(super) runs: BTreeSet<u64>,
    /// Principals by name that a gate may ask about; known once the totals are complete.
    pub(super) callers: Vec<(Box<str>, PrincipalSums)>,
}

/// Calls of one principal that a gate may ask about: those of AWS itself aside.
#[derive(Clone, Copy, Default)]
pub(super) struct PrincipalSums {
    pub global: u64,
    pub unknown: u64,
}

impl Totals {
    /// Nothing yet, to be counted by these terms.
    pub fn by(terms: Terms) -> Totals {
        Totals {
            terms,
            ..Totals::default()
        }
    }

    /// Notes a call of us-east-1, or a whole log, in the time, accounts and Regions asked about, be it by
    /// conditions.
    pub fn see_us_east_1(&mut self) {
        self.saw_us_east_1 = true;
    }

    /// Notes what follows from digests.
    pub(crate) fn note_chains(&mut self, chains: Vec<ChainRow>) {
        self.coverage.digests = DigestCoverage::of(&chains);
        for (account, region) in silent(&chains) {
            self.logs_read.see_silence(account, region);
        }
        self.chains = chains;
    }

    /// Adds a call that counts. Says whether the filters let it pass.
    pub(crate) fn add(&mut self, candidate: &Candidate<Entry>) -> bool {
        let mut one = Measures::default();
        one.add(candidate.time(), candidate.is_error());
        self.add_many(candidate, one)
    }

    /// Adds calls that count and have these properties in common. Says whether the filters let them
    /// pass.
    pub(super) fn add_many(&mut self, candidate: &Candidate<Entry>, measures: Measures) -> bool {
        let calls = measures.calls;
        if candidate.payload.at == Entry::FILTERED {
            self.filtered += calls;
            return false;
        }
        let of = |property: bool| if property { calls } else { 0 };
        let endpoint = candidate.endpoint();
        self.endpoints[endpoint] += calls;
        self.all += measures;
        self.vpc_endpoint_calls += of(candidate.is_through_vpc_endpoint());
        self.disagreements += of(candidate.is_disagreement());
        self.global_via_vpc_endpoint += of(candidate.is_global_via_vpc_endpoint());
        let principal = (self.principals)
            .entry(candidate.payload.principal)
            .or_default();
        match (endpoint, candidate.is_aws_managed()) {
            (EndpointKind::Global, true) => self.global_aws_managed += calls,
            (EndpointKind::Global, false) => principal.global += calls,
            (EndpointKind::Unknown, false) => principal.unknown += calls,
            _ => {}
        }
        true
    }

    /// Takes in the totals of another collector, whose texts have these numbers here.
    pub(crate) fn absorb(&mut self, other: Totals, remap: &Remap) {
        self.terms.hosts.absorb_found(&other.terms.hosts);
        self.runs.extend(other.runs);
        self.elsewhere = self.elsewhere.wrapping_add(other.elsewhere);
        self.coverage += other.coverage;
        self.logs_read += other.logs_read;
        self.days_read += other.days_read;
        self.evidence += other.evidence;
        self.matched |= other.matched;
        self.saw_us_east_1 |= other.saw_us_east_1;
        self.endpoints += other.endpoints;
        self.all += other.all;
        self.global_aws_managed += other.global_aws_managed;
        self.vpc_endpoint_calls += other.vpc_endpoint_calls;
        self.disagreements += other.disagreements;
        self.global_via_vpc_endpoint += other.global_via_vpc_endpoint;
        self.filtered += other.filtered;
        for (principal, theirs) in other.principals {
            let mine = self.principals.entry(remap.of(principal)).or_default();
            mine.global += theirs.global;
            mine.unknown += theirs.unknown;
        }
    }

    /// It is decided what counts: what became of the calls goes into the coverage, and the principals
    /// get their names.
    pub(crate) fn complete(&mut self, dropped: Dropped, interner: &Interner) {
        let coverage = &mut self.coverage;
        coverage.calls = self.all.calls;
        coverage.filtered += self.filtered;
        // A store has counted some of its copies before.
        coverage.duplicates += dropped.duplicates;
        coverage.shared_copies += dropped.shared_copies;
        coverage.disagreements = self.disagreements;
        coverage.global_via_vpc_endpoint = self.global_via_vpc_endpoint;
        self.callers = (self.principals.iter())
            .filter(|(_, sums)| sums.global > 0 || sums.unknown > 0)
            .map(|(&symbol, sums)| (interner.text(symbol).into(), *sums))
            .collect();
    }

    /// The conditions that have matched no call that was read.
    pub fn unmatched(&self) -> impl Iterator<Item = &Condition> {
        self.terms.selection.unmatched(self.matched)
    }

    /// The conditions that have left out every call that was read.
    pub fn excluding(&self) -> impl Iterator<Item = &Condition> {
        self.terms.selection.excluding(self.matched)
    }

    /// The figures for the top of a report.
    pub fn summary(&self) -> Summary {
        Summary {
            calls: self.all.calls,
            endpoints: self.endpoints,
            global_share: self.endpoints.global_share(),
            principals: self.principals.len() as u64,
            global_principals: self.principals.values().filter(|p| p.global > 0).count() as u64,
            global_aws_managed: self.global_aws_managed,
            vpc_endpoint_calls: self.vpc_endpoint_calls,
            errors: self.all.errors,
            span: self.all,
        }
    }

    /// Whether anything was read that global calls would be logged in, of the time asked about. Without
    /// it, their absence means nothing. Files of a later day are read for what came late, and do not count.
    pub fn can_judge_global_calls(&self) -> bool {
        self.saw_us_east_1
    }

    /// The principals with calls to an endpoint (global or unknown), AWS itself aside; most calls
    /// first. Known once it is decided what counts.
    pub fn offenders(&self, endpoint: Endpoint<'_>) -> Vec<Offender<'_>> {
        let calls = |sums: &PrincipalSums| match endpoint {
            Endpoint::Global => sums.global,
            Endpoint::Unknown => sums.unknown,
            _ => 0,
        };
        let mut offenders: Vec<_> = (self.callers.iter())
            .map(|(principal, sums)| Offender {
                principal,
                calls: calls(sums),
            })
            .filter(|offender| offender.calls > 0)
            .collect();
        offenders.sort_by(|a, b| b.calls.cmp(&a.calls).then(a.principal.cmp(b.principal)));
        offenders
    }
}

impl Entry {
    /// The same entry where another collector's texts and groups, or rows, have these numbers.
    pub(crate) fn renumber(&mut self, remap: &Remap, at: impl FnOnce(u32) -> u32) {
        if let Some(old) = self.wanted() {
            *self = Entry {
                at: at(old),
                principal: remap.of(self.principal),
            };
        }
    }
}

impl Candidates<Entry> {
    /// Takes in the candidates of another collector.
    pub(crate) fn absorb(
        &mut self,
        mut other: Candidates<Entry>,
        remap: &Remap,
        at: impl Fn(u32) -> u32,
    ) {
        for entry in other.payloads_mut() {
            entry.renumber(remap, &at);
        }
        self.append(other);
    }
}

/// The figures at the top of a report.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Summary {
    /// Calls counted.
    pub calls: u64,
    /// Calls by endpoint.
    pub endpoints: ByEndpoint<u64>,
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
        self.endpoints[EndpointKind::Global]
    }
}

/// A principal with calls that a gate forbids.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Offender<'r> {
    /// The principal.
    pub principal: &'r str,
    /// Its calls of the forbidden kind.
    pub calls: u64,
}
