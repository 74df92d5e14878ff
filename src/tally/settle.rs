//! Deciding what counts once, one rule at a time.
//!
//! Owns how far that is decided in a tally, and what may still be added to it. Whoever has all
//! deliveries of an event in one place may apply the first rule to them, wherever other events are; then
//! the same of the second rule and the copies of a call. What comes out is a tally like any other.
//!
//! [`Tally::finish`] applies both. To apply a rule again changes nothing, as nobody has a rival any
//! more, so what is split up, decided piece by piece and merged again gives the same answer.

use std::collections::BTreeSet;

use super::coverage::Coverage;
use super::dedup::{Candidate, hash, traces};
use super::groups::{GroupId, Measures};
use super::question::Question;
use super::totals::Entry;
use super::{Mismatch, Tally};

/// What copies are told by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Of the deliveries of one event (`eventID`) one counts.
    Event,
    /// Of the copies of one call (`sharedEventID`) one counts.
    Shared,
}

/// How far it is decided which calls of a tally are copies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Settled {
    /// Nothing is decided but of calls without an identity: anything can be added.
    #[default]
    Open,
    /// By the first rule. What is added has to be another piece of the same whole.
    ByEvent,
    /// By both rules; the same holds.
    ByShared,
    /// By both rules, and the whole is together: nothing can be added.
    Closed,
}

impl Settled {
    pub(super) const ALL: [Settled; 4] = [
        Settled::Open,
        Settled::ByEvent,
        Settled::ByShared,
        Settled::Closed,
    ];

    /// In words, after "it is".
    pub(super) fn words(self) -> &'static str {
        match self {
            Settled::Open => "not settled yet",
            Settled::ByEvent => "settled by event",
            Settled::ByShared => "settled by event and shared",
            Settled::Closed => "settled and complete",
        }
    }
}

/// Into how many places calls were sent, those that may be copies of one another to the same: the fewest
/// and the most, where several tallies were added up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cut {
    pub fewest: u32,
    pub most: u32,
}

impl Cut {
    /// Into so many. What was never cut is in one.
    pub fn into(places: u32) -> Cut {
        Cut {
            fewest: places,
            most: places,
        }
    }

    /// Of what is added up.
    pub fn add(&mut self, other: Cut) {
        self.fewest = self.fewest.min(other.fewest);
        self.most = self.most.max(other.most);
    }
}

/// The numbers of the frames that the last rule was applied to: all of each have met.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Met {
    /// Of how many parts these are numbers.
    pub of: u32,
    pub numbers: BTreeSet<u32>,
}

impl Met {
    /// Of what is added up.
    pub fn add(&mut self, other: Met) {
        self.of = self.of.max(other.of);
        self.numbers.extend(other.numbers);
    }
}

/// Why a rule cannot be applied to a tally.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unsettled {
    /// It is not the turn of that rule. Says how far it is decided.
    Turn(Settled),
    /// Its pieces were cut into different numbers of parts, so equal numbers of these have not met all
    /// copies of their calls.
    Cut {
        /// The least of these numbers.
        fewest: u32,
        /// The greatest.
        most: u32,
    },
}

/// What was asked of S3 is left out: to ask again is no other run.
fn number_of_run(list: u64, coverage: &Coverage, calls: u64) -> u64 {
    let read = Coverage {
        requests: None,
        ..coverage.clone()
    };
    let hash = hash(&[&list.to_string(), &format!("{read:?}"), &calls.to_string()]);
    // As far as numbers are written in a part.
    (hash >> 64) as u64 >> 11
}

impl<Q: Question> Tally<Q> {
    /// How far it is decided which calls are copies.
    pub fn settled(&self) -> Settled {
        self.settled
    }

    /// Applies one of the rules to calls whose rivals are all here.
    ///
    /// # Errors
    /// If it is not that rule's turn, or if rivals may be elsewhere.
    pub fn settle(&mut self, rule: Rule) -> Result<(), Unsettled> {
        let (before, after) = match rule {
            Rule::Event => (Settled::Open, Settled::ByEvent),
            Rule::Shared => (Settled::ByEvent, Settled::ByShared),
        };
        // What has gone through the last rule has no rivals, so that may be applied to its sums.
        if self.settled != before && self.settled != after {
            return Err(Unsettled::Turn(self.settled));
        }
        let Cut { fewest, most } = self.cut;
        if self.settled == before && fewest != most {
            return Err(Unsettled::Cut { fewest, most });
        }
        self.decide(rule);
        self.settled = after;
        Ok(())
    }

    /// Notes the numbers of the frames that a rule was applied to: all frames of each were here.
    #[cfg(feature = "cli")]
    pub(crate) fn note_met(&mut self, numbers: BTreeSet<u32>) {
        let of = self.cut.most;
        self.met = Met { of, numbers };
    }

    /// The numbers of the frames that the last rule was applied to.
    #[cfg(feature = "cli")]
    pub(crate) fn met(&self) -> &BTreeSet<u32> {
        &self.met.numbers
    }

    /// Takes a tally in which something was decided for whole: nothing can be added from now on.
    pub(crate) fn close(&mut self) {
        if self.settled != Settled::Open {
            self.decide(Rule::Shared);
            self.settled = Settled::Closed;
            self.met = Met::default();
        }
    }

    /// All that is taken from now on is of one whole, to which nothing can be added.
    pub(crate) fn allow_nothing_more(&mut self) {
        self.settled = Settled::Closed;
    }

    /// Notes which run over which list of paths it is of, by a number of that list, so that it is added
    /// once alone. Two lists of one name on two machines differ in what was read.
    pub(crate) fn name_run(&mut self, list: u64) {
        let coverage = &self.totals.coverage;
        if coverage.files.found > 0 {
            let calls = traces(self.open.iter());
            self.totals
                .runs
                .insert(number_of_run(list, coverage, calls));
        }
    }

    pub(super) fn check_settled(&self, other: &Tally<Q>) -> Result<(), Mismatch> {
        if self.settled != other.settled {
            return Err(Mismatch::Settled {
                ours: self.settled,
                theirs: other.settled,
            });
        }
        if self.settled == Settled::Closed {
            return Err(Mismatch::Closed);
        }
        let (ours, theirs) = (self.met.of, other.met.of);
        if ours != 0 && theirs != 0 && ours != theirs {
            return Err(Mismatch::Cut { ours, theirs });
        }
        match self.totals.runs.is_disjoint(&other.totals.runs) {
            true => Ok(()),
            false => Err(Mismatch::Twice),
        }
    }

    /// Whether no call is in a part that was not added up, or was added up twice.
    #[cfg(feature = "cli")]
    pub(crate) fn is_together(&self) -> bool {
        self.totals.elsewhere == 0
    }

    /// How many of the records of STS that were read are in it, as what they count or were dropped for;
    /// the whole has them all.
    pub(crate) fn accounted_for(&self) -> u64 {
        let coverage = &self.totals.coverage;
        let dropped = coverage.filtered + coverage.duplicates + coverage.shared_copies;
        self.totals.all.calls + self.totals.filtered + dropped + self.open.len() as u64
    }

    pub(super) fn decide(&mut self, rule: Rule) {
        let open = std::mem::take(&mut self.open);
        if open.is_empty() {
            return;
        }
        let Tally {
            totals,
            interner,
            groups,
            ..
        } = self;
        let mut counted = vec![Measures::default(); groups.len()];
        // Groups are compared by their keys while candidates are resolved, so measures wait.
        {
            let by_content = |a: &Candidate<Entry>, b: &Candidate<Entry>| {
                let principal =
                    |candidate: &Candidate<Entry>| interner.text(candidate.payload.principal);
                match (a.payload.wanted(), b.payload.wanted()) {
                    (Some(one), Some(other)) => groups.compare(interner, one, other),
                    // A copy that is asked about goes before one that is not.
                    (one, other) => other.is_some().cmp(&one.is_some()),
                }
                .then_with(|| principal(a).cmp(principal(b)))
            };
            let (mut duplicates, mut shared_copies) = (0, 0);
            let each = |candidate: &Candidate<Entry>| {
                if totals.add(candidate) {
                    counted[candidate.payload.at as usize]
                        .add(candidate.time(), candidate.is_error());
                }
            };
            match rule {
                Rule::Event => {
                    (self.open, duplicates) = open.resolve_events(&by_content, each);
                }
                Rule::Shared => shared_copies = open.resolve_shared(&by_content, each),
            }
            totals.coverage.duplicates += duplicates;
            totals.coverage.shared_copies += shared_copies;
        }
        for (id, measures) in counted.into_iter().enumerate() {
            *groups.measures_mut(id as GroupId) += measures;
        }
    }
}
