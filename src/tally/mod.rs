//! Calls → groups and coverage: the sums of a run.
//!
//! Everything here can be added. Files may be split over threads, machines or nights in any way and
//! come in any order: the sum is the same, counting once included, because nothing is decided before
//! [`Tally::finish`].

mod claims;
mod condition;
mod coverage;
mod events;
mod groups;
mod plan;
mod question;
mod reach;
mod regions;
mod repeats;
mod report;
mod rows;
mod selection;
mod stored;
mod stream;
mod sums;
mod symbols;
mod tokens;
mod totals;
mod traced;
mod trend;

use std::ffi::OsStr;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::sts::{Call, Dimension, Properties, TokenUse};
pub use crate::sts::{Glob, glob};

pub(crate) use claims::{Claim, Claims, Dropped};
pub use condition::{Condition, Matched};
pub use coverage::{Bytes, Coverage, DamagedFile, Files, PrunedFiles, SkipReason};
pub use events::{EventLog, Events};
pub use groups::Measures;
pub use plan::{CrossRegion, Plan, PlanRow, Refusal, RegionEvidence, Risks};
pub use question::Question;
pub use reach::Reach;
pub use regions::{RegionRow, RegionStatus, Regions};
pub(crate) use repeats::Repeats;
pub use report::{Group, Report};
pub use rows::{EVENT_COLUMNS, Row};
pub use selection::{Selection, Terms};
pub use stream::{EventStream, Streamed};
pub use sums::{Offender, Summary};
pub use tokens::{OptInTokens, TokenTrace};
pub use totals::Totals;
pub use traced::Traced;
pub use trend::{Calendar, CallsByDay, DayCalls, Gap, Period, PeriodStatus, Trend, TrendRow};

use groups::{GroupId, Groups};
pub(crate) use stored::Place;
use symbols::Renumbering;
pub(crate) use symbols::Symbol;

/// What is done with the calls of a run. One collector works on each thread; in the end they are
/// merged into one.
pub trait Collector: Send + Sized {
    /// A place in the sequence of calls.
    type Mark: Copy;
    /// Takes a call. `wanted` says whether the filters that act after counting once let it pass.
    fn take(&mut self, call: &Call<'_>, wanted: bool);
    /// Takes a record of any service that shows a token in use, if the scan traces tokens. STS calls
    /// come here besides.
    fn take_use(&mut self, _used: &TokenUse<'_>) {}
    /// The place behind the last call.
    fn mark(&self) -> Self::Mark;
    /// Takes back every call and use since `mark`, which was made in the same file.
    fn rollback(&mut self, mark: Self::Mark);
    /// Whether this file is to be read; asked before it is opened.
    fn wants_file(&mut self, _folder: &Path, _name: &OsStr) -> bool {
        true
    }
    /// The file is done with: what it gave stands. `coverage` is the thread's so far, which a
    /// collector that keeps each file's own may take.
    fn end_file(&mut self, coverage: &mut Coverage);
    /// What is known of all calls together so far.
    fn totals(&mut self) -> &mut Totals;
    /// Takes in what another thread collected.
    fn merge(&mut self, other: Self);
    /// Whether there is no use in reading on.
    fn is_closed(&self) -> bool {
        false
    }
}

/// The sums of a run, or of many: calls by group, and what was read for it.
///
/// Tallies of the same question and by the same [`Terms`] can be merged, and written down (`serde`)
/// to be merged later.
///
/// ```
/// use stscope::{Scan, tally::Tally};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let scan = Scan::default();
/// let mut sum = scan.tally(&["sample-logs/AWSLogs/o-exampleorg/111122223333".into()])?;
/// let other = scan.tally(&["sample-logs/AWSLogs/o-exampleorg/444455556666".into()])?;
/// let other: Tally = serde_json::from_str(&serde_json::to_string(&other)?)?;
/// sum.merge(other)?;
/// let report = sum.finish();
/// let in_groups: u64 = report.groups().map(|group| group.measures.calls).sum();
/// assert_eq!(report.totals.summary().calls, in_groups);
/// # Ok(()) }
/// ```
#[derive(Clone, Serialize, Deserialize)]
pub struct Tally {
    question: Question,
    once: bool,
    totals: Totals,
    groups: Groups,
    /// Calls that may turn out to be copies.
    open: Claims,
    /// Calls of the file being read, which may still be taken back.
    #[serde(skip)]
    staged: Vec<Claim>,
    #[serde(skip)]
    scratch: Scratch,
}

#[derive(Clone, Default)]
struct Scratch {
    key: Vec<Symbol>,
    text: String,
}

/// Two tallies that do not answer the same question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DifferentQuestions {
    /// What they differ in first: `question`, `once`, a member of the [`Selection`], or `hosts`.
    pub part: &'static str,
}

impl std::fmt::Display for DifferentQuestions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "these tallies differ in {}, and have no sum; count both by the same",
            self.part
        )
    }
}

impl std::error::Error for DifferentQuestions {}

impl Tally {
    /// An empty tally by these dimensions. With `once` off, copies are counted, too.
    pub fn new(group_by: &[Dimension], once: bool) -> Tally {
        Tally::of(Question::Groups(group_by.to_vec()), once)
    }

    /// An empty tally of this question. With `once` off, copies are counted, too.
    pub fn of(question: Question, once: bool) -> Tally {
        Tally {
            groups: Groups::new(question.width()),
            question,
            once,
            totals: Totals::default(),
            open: Claims::default(),
            staged: Vec::new(),
            scratch: Scratch::default(),
        }
    }

    /// The same, to be counted by these terms: it can be merged with what a scan by them gave.
    #[must_use]
    pub fn by(mut self, terms: Terms) -> Tally {
        self.totals.terms = terms;
        self
    }

    /// Adds another tally of the same question and terms.
    ///
    /// # Errors
    /// If it is of another question, or by other terms.
    pub fn merge(&mut self, other: Tally) -> Result<(), DifferentQuestions> {
        self.absorb(other).map(|_| ())
    }

    /// The same; gives the new numbers of the other's texts.
    fn absorb(&mut self, other: Tally) -> Result<Renumbering, DifferentQuestions> {
        let part = if self.question != other.question {
            Some("question")
        } else if self.once != other.once {
            Some("once")
        } else {
            self.totals.terms.difference(&other.totals.terms)
        };
        if let Some(part) = part {
            return Err(DifferentQuestions { part });
        }
        let renumbering = self.totals.absorb(other.totals);
        let group_ids = self.groups.absorb(&other.groups, &renumbering);
        self.open
            .absorb(other.open, &renumbering, |slot| group_ids[slot as usize]);
        Ok(renumbering)
    }

    /// What was read so far; its counts of calls come with [`Tally::finish`].
    pub fn coverage(&self) -> &Coverage {
        &self.totals.coverage
    }

    /// Decides what counts once, and sums up.
    pub fn finish(self) -> Report {
        let Tally {
            question,
            mut totals,
            mut groups,
            open,
            ..
        } = self;
        // Texts are compared while sums are added to.
        let symbols = std::mem::take(&mut totals.symbols);
        let mut counted = Vec::new();
        // Groups are compared by their keys while claims are settled, so measures wait.
        let dropped = {
            let by_content = |a: &Claim, b: &Claim| {
                let in_group =
                    |claim: &Claim| (claim.slot != Claim::FILTERED).then_some(claim.slot);
                let principal = |claim: &Claim| symbols.text(Symbol::from_raw(claim.principal));
                match (in_group(a), in_group(b)) {
                    (Some(one), Some(other)) => groups.compare(&symbols, one, other),
                    // A copy that is asked about goes before one that is not.
                    (one, other) => other.is_some().cmp(&one.is_some()),
                }
                .then_with(|| principal(a).cmp(principal(b)))
            };
            counted.resize(groups.len(), Measures::default());
            open.settle(by_content, |claim| {
                if totals.add(claim) {
                    counted[claim.slot as usize].add(claim.time(), claim.is_error());
                }
            })
        };
        for (id, measures) in counted.into_iter().enumerate() {
            *groups.measures_mut(id as GroupId) += measures;
        }
        totals.symbols = symbols;
        totals.complete(dropped);
        Report::new(question, groups, totals)
    }

    /// A call that stands: it counts, or waits for copies of it.
    #[inline]
    fn keep(&mut self, claim: Claim) {
        if !claim.stands_alone() {
            self.open.push(claim);
        } else if self.totals.add(&claim) {
            self.groups
                .measures_mut(claim.slot)
                .add(claim.time(), claim.is_error());
        }
    }

    /// The number of the group a call belongs to.
    fn group_of(&mut self, call: &impl Properties) -> GroupId {
        let Scratch { key, text } = &mut self.scratch;
        self.question.key(call, &mut self.totals.symbols, text, key);
        self.groups.id(key)
    }
}

impl Collector for Tally {
    type Mark = usize;

    fn take(&mut self, call: &Call<'_>, wanted: bool) {
        let slot = wanted.then(|| self.group_of(call));
        self.staged.push(self.totals.claim(call, slot, self.once));
    }

    fn mark(&self) -> usize {
        self.staged.len()
    }

    fn rollback(&mut self, mark: usize) {
        self.staged.truncate(mark);
    }

    fn end_file(&mut self, _coverage: &mut Coverage) {
        let mut staged = std::mem::take(&mut self.staged);
        for claim in staged.drain(..) {
            self.keep(claim);
        }
        // One huge file must not leave its memory behind.
        staged.shrink_to(1 << 16);
        self.staged = staged;
    }

    fn totals(&mut self) -> &mut Totals {
        &mut self.totals
    }

    fn merge(&mut self, other: Tally) {
        // The threads of one run ask the same question.
        let merged = Tally::merge(self, other);
        debug_assert_eq!(merged, Ok(()));
    }
}
