//! Calls → sums, for any question: groups, totals and coverage of a run.
//!
//! Owns counting: what is added up, what counts once, and how sums are merged and written down.
//! Refuses to know what is asked ([`Question`] tells the key of a call, see there how to ask another)
//! and what is made of the sums: that is [`questions`](crate::questions)' work.
//!
//! Everything here can be added. Files may be split over threads, machines or nights in any way and
//! come in any order: the sum is the same, counting once included, because nothing is decided before
//! [`Tally::finish`].

mod chain_row;
mod collector;
mod column;
mod condition;
mod coverage;
mod days_read;
mod dedup;
mod earlier;
mod evidence;
mod from_store;
mod groups;
mod interner;
mod logs_read;
mod misplaced;
mod partial;
mod question;
mod report;
mod selection;
mod settle;
mod staged;
mod terms;
mod totals;

use std::sync::Arc;

use crate::sts::{Call, Properties};

pub use crate::sts::{Glob, glob};
pub use chain_row::{ChainRow, ChainStatus, Signatures};
pub use collector::{Collector, File};
pub use column::{Column, ColumnType, Flag, Text, YES};
pub use condition::{Condition, Matched};
pub use coverage::{
    Bytes, Coverage, DamagedFile, DigestCoverage, Files, NotListed, PrunedFiles, Requests,
    SkipReason,
};
pub use days_read::{DayRead, DaysRead, FilesOfDay};
pub(crate) use dedup::{Candidate, Candidates, Dropped, Filter, hash};
pub use earlier::EarlierDigests;
pub use evidence::{
    DamagedDigest, Earlier, Evidence, FoundDigest, FoundLogs, FoundPath, LogContent, LogDetail,
    Looked, Scrutiny,
};
pub(crate) use from_store::Verdict;
pub use groups::Measures;
use groups::{GroupId, Groups};
pub(crate) use interner::{Interner, Remap, Symbol};
pub use logs_read::LogsRead;
pub use partial::{FORMAT, FrameError, Partial, PartialError, Parts, RULES, write_frame};
pub(crate) use partial::{Reader, Written, begins_as_part};
pub use question::Question;
pub use report::{Group, Report};
pub use selection::{DayAsked, Selection};
use settle::{Cut, Met};
pub use settle::{Rule, Settled, Unsettled};
pub(crate) use staged::Staged;
pub use terms::Terms;
pub(crate) use totals::Entry;
pub use totals::{Offender, Summary, Totals};

/// The sums of a run, or of many: calls by group, and what was read for it.
///
/// Tallies of the same question and by the same [`Terms`] can be merged, and written down as a
/// [`Partial`] to be merged later.
///
/// ```
/// use stscope::{AnyQuestion, Partial, Scan};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let scan = Scan::default();
/// let mut sum = scan.tally(&["sample-logs/AWSLogs/o-exampleorg/111122223333".into()])?;
/// let other = scan.tally(&["sample-logs/AWSLogs/o-exampleorg/444455556666".into()])?;
/// let part = Partial::of(&other);
/// sum.merge(Partial::from(part.as_bytes().to_vec()).tally::<AnyQuestion>()?)?;
/// let report = sum.finish();
/// let in_groups: u64 = report.groups().map(|group| group.measures.calls).sum();
/// assert_eq!(report.totals.summary().calls, in_groups);
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Tally<Q> {
    question: Q,
    once: bool,
    /// How far it is decided which of its calls are copies.
    settled: Settled,
    cut: Cut,
    met: Met,
    totals: Totals,
    /// The texts that keys, candidates and totals speak of.
    interner: Interner,
    groups: Groups,
    /// Calls that may turn out to be copies.
    open: Candidates<Entry>,
    /// Calls of the file being read, which may still be taken back.
    staged: Staged<Candidate<Entry>>,
    scratch: Scratch,
}

#[derive(Clone, Default)]
struct Scratch {
    key: Vec<Symbol>,
    text: String,
    kinds: from_store::Kinds,
}

/// Why two tallies have no sum.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Mismatch {
    /// They answer different questions.
    #[error("different questions: \"{ours}\" and \"{theirs}\"; count both by the same")]
    Question {
        /// That of the sum.
        ours: String,
        /// That of what was to be added.
        theirs: String,
    },
    /// Their calls were chosen, or classified, by different terms. Names the first field of the
    /// [`Selection`] by which they differ, or `hosts`.
    #[error("different selections of calls, by {0}; count both by the same")]
    Terms(&'static str),
    /// One counts every copy of a call, the other each call once.
    #[error("copies of calls counted in one of them, not in the other; count both by the same")]
    Once,
    /// In one it is decided further which calls are copies than in the other: copies across both could
    /// no longer be told.
    #[error("one of them is {}, the other {}; add those of one step alone", .ours.words(), .theirs.words())]
    Settled {
        /// How far the sum is.
        ours: Settled,
        /// How far what was to be added is.
        theirs: Settled,
    },
    /// In one of them, and so in both, all is decided.
    #[error(
        "it is decided which calls are copies, so calls of elsewhere can no longer be added; add \
             what was counted before that"
    )]
    Closed,
    /// Their calls were sent to different numbers of places, and settled there: copies across both have not
    /// met.
    #[error(
        "the frames of one were cut into {ours} parts before they were settled, those of the other into {theirs}, \
             so copies of one call count in both; run all of 'stscope map' again with one number of --parts"
    )]
    Cut {
        /// Into how many the frames of the sum were cut.
        ours: u32,
        /// Into how many those of what was to be added.
        theirs: u32,
    },
    /// Something that was read is in both.
    #[error("something that was read is in both, and would count twice; add each part once")]
    Twice,
}

impl<Q: Question> Tally<Q> {
    /// An empty tally of this question, for calls that are counted by these terms. With `once` off,
    /// copies are counted, too.
    pub fn of(question: Q, terms: &Terms, once: bool) -> Tally<Q> {
        Tally {
            groups: Groups::new(question.width()),
            question,
            once,
            settled: Settled::Open,
            cut: Cut::into(1),
            met: Met::default(),
            totals: Totals::by(terms.clone()),
            interner: Interner::default(),
            open: Candidates::default(),
            staged: Staged::default(),
            scratch: Scratch::default(),
        }
    }

    /// What was asked.
    pub(crate) fn question(&self) -> &Q {
        &self.question
    }

    /// Adds another tally of the same question and terms.
    ///
    /// # Errors
    /// If it is of another question, or by other terms.
    pub fn merge(&mut self, other: Tally<Q>) -> Result<(), Mismatch> {
        self.absorb(other).map(|_| ())
    }

    /// The same; gives the new numbers of the other's texts.
    pub(crate) fn absorb(&mut self, other: Tally<Q>) -> Result<Remap, Mismatch> {
        let (ours, theirs) = (self.question.name(), other.question.name());
        if ours != theirs {
            return Err(Mismatch::Question { ours, theirs });
        }
        if let Some(option) = self.totals.terms.differs_by(&other.totals.terms) {
            return Err(Mismatch::Terms(option));
        }
        if self.once != other.once {
            return Err(Mismatch::Once);
        }
        self.check_settled(&other)?;
        self.cut.add(other.cut);
        self.met.add(other.met);
        let remap = self.interner.absorb(&other.interner);
        self.totals.absorb(other.totals, &remap);
        let group_ids = self.groups.absorb(&other.groups, &remap);
        self.open
            .absorb(other.open, &remap, |group| group_ids[group as usize]);
        Ok(remap)
    }

    /// What was read so far; its counts of calls come with [`Tally::finish`].
    pub fn coverage(&self) -> &Coverage {
        &self.totals.coverage
    }

    /// Decides what counts once, and sums up.
    pub fn finish(mut self) -> Report<Q> {
        self.decide(Rule::Event);
        self.decide(Rule::Shared);
        let Tally {
            question,
            mut totals,
            interner,
            groups,
            ..
        } = self;
        // What was dropped is in the coverage already.
        totals.complete(Dropped::default(), &interner);
        Report::new(question, groups, Arc::new(interner), Arc::new(totals))
    }

    /// The texts of the calls so far.
    pub(crate) fn interner(&mut self) -> &mut Interner {
        &mut self.interner
    }

    /// A call that is not taken back any more: it counts, or waits for copies of it.
    #[inline]
    fn keep(&mut self, candidate: Candidate<Entry>) {
        if !candidate.counts_alone() {
            self.open.push(candidate);
        } else if self.totals.add(&candidate) {
            self.groups
                .measures_mut(candidate.payload.at)
                .add(candidate.time(), candidate.is_error());
        }
    }

    /// The number of the group a call belongs to.
    fn group_of(&mut self, call: &impl Properties) -> GroupId {
        let Scratch { key, text, .. } = &mut self.scratch;
        let interner = &mut self.interner;
        key.clear();
        self.question.key(call, text, |value| {
            key.push(match value {
                Some(value) => interner.intern(value),
                None => Symbol::ABSENT,
            });
        });
        debug_assert_eq!(key.len(), self.question.width());
        self.groups.id(key)
    }
}

impl<Q: Question> Collector for Tally<Q> {
    type Mark = usize;

    fn take(&mut self, call: &Call<'_>, wanted: bool) {
        let entry = match wanted {
            true => Entry::of(call, self.group_of(call), &mut self.interner),
            false => Entry::NONE,
        };
        self.staged.push(Candidate::new(call, entry, self.once));
    }

    fn mark(&self) -> usize {
        self.staged.mark()
    }

    fn rollback(&mut self, mark: usize) {
        drop(self.staged.rollback(mark));
    }

    fn end_file(&mut self, _file: Option<&File<'_>>, _coverage: &mut Coverage) {
        let mut staged = std::mem::take(&mut self.staged);
        staged.commit(|candidate| self.keep(candidate));
        self.staged = staged;
    }

    fn totals(&mut self) -> &mut Totals {
        &mut self.totals
    }

    fn merge(&mut self, other: Tally<Q>) {
        let merged = Tally::merge(self, other);
        // Else the calls of a thread would be lost without a word.
        assert_eq!(
            merged,
            Ok(()),
            "the threads of one run ask the same question"
        );
    }
}
