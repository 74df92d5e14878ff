//! What is known of all calls of a run together, whatever else is done with each of them.
//!
//! Every collector has one; it is added up while logs are read, and completed when it is decided
//! what counts once. Knows nothing of groups and rows.

use serde::{Deserialize, Serialize};

use super::claims::{Claim, Claims, Dropped};
use super::condition::{Condition, Matched};
use super::coverage::Coverage;
use super::groups::Measures;
use super::reach::Reach;
use super::selection::Terms;
use super::sums::{Offender, Summary, Sums};
use super::symbols::{Renumbering, Symbol, Symbols};
use crate::sts::{Call, Endpoint};

/// What is known of all calls together: the figures at the top, who made the calls, and what was
/// read for it.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Totals {
    /// By what it is counted.
    pub terms: Terms,
    /// Which conditions have matched a call that was read.
    pub matched: Matched,
    /// What was read.
    pub coverage: Coverage,
    /// Whose logs that was.
    pub reach: Reach,
    /// The texts that claims and sums speak of: the principals, and what the collector adds.
    pub(super) symbols: Symbols,
    sums: Sums,
    /// Whether anything of us-east-1 was read: without it nothing can be said of global calls.
    saw_us_east_1: bool,
}

impl Totals {
    /// Notes a call of us-east-1, in the time, accounts and Regions asked about.
    pub fn see_us_east_1(&mut self) {
        self.saw_us_east_1 = true;
    }

    /// The claim of a call that would count in this slot; without one, the filters leave it out.
    pub(super) fn claim(&mut self, call: &Call<'_>, slot: Option<u32>, once: bool) -> Claim {
        let principal = match slot {
            Some(_) => self.symbols.intern(call.principal()),
            None => Symbol::ABSENT,
        };
        Claim::new(call, slot.unwrap_or(Claim::FILTERED), principal.raw(), once)
    }

    /// Adds a call that counts. Says whether the filters let it pass.
    pub(super) fn add(&mut self, claim: &Claim) -> bool {
        self.sums.add(claim)
    }

    /// Adds calls that count and have these properties in common. Says whether the filters let them
    /// pass.
    pub(super) fn add_many(&mut self, claim: &Claim, measures: Measures) -> bool {
        self.sums.add_many(claim, measures)
    }

    /// Takes in the totals of another collector.
    pub(super) fn absorb(&mut self, other: Totals) -> Renumbering {
        let renumbering = self.symbols.absorb(&other.symbols);
        self.sums.absorb(other.sums, &renumbering);
        self.coverage += other.coverage;
        self.reach += other.reach;
        self.matched |= other.matched;
        self.saw_us_east_1 |= other.saw_us_east_1;
        renumbering
    }

    /// All claims stand: what became of the calls goes into the coverage.
    pub(super) fn complete(&mut self, dropped: Dropped) {
        self.sums.complete(&mut self.coverage, dropped);
    }

    /// The conditions that have matched no call that was read.
    pub fn unmatched(&self) -> impl Iterator<Item = &Condition> {
        self.terms.selection.unmatched(self.matched)
    }

    /// The figures for the top of a report.
    pub fn summary(&self) -> Summary {
        self.sums.summary()
    }

    /// Whether anything was read that global calls would be logged in. Without it, their absence
    /// means nothing.
    pub fn can_judge_global_calls(&self) -> bool {
        self.saw_us_east_1 || self.coverage.key_regions.contains("us-east-1")
    }

    /// The principals with calls to an endpoint (global or unknown), AWS itself aside; most calls
    /// first.
    pub fn offenders(&self, endpoint: Endpoint<'_>) -> Vec<Offender<'_>> {
        self.sums.offenders(&self.symbols, endpoint)
    }
}

impl Claim {
    /// The same claim where another collector's texts and slots have these numbers.
    pub(super) fn renumber(&mut self, renumbering: &Renumbering, slot: impl FnOnce(u32) -> u32) {
        if self.slot != Claim::FILTERED {
            self.slot = slot(self.slot);
            self.principal = renumbering.of(Symbol::from_raw(self.principal)).raw();
        }
    }
}

impl Claims {
    /// Takes in the claims of another collector.
    pub(super) fn absorb(
        &mut self,
        mut other: Claims,
        renumbering: &Renumbering,
        slot: impl Fn(u32) -> u32,
    ) {
        for claim in other.iter_mut() {
            claim.renumber(renumbering, &slot);
        }
        self.append(other);
    }
}
