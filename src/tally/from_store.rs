//! Calls that were kept from earlier runs, taken into a tally as if they were read now.
//!
//! Where they are kept is nothing to this file. Because the same [`Tally::finish`] resolves them, an
//! answer over what was kept is that over the files.

use super::condition::Matched;
use super::dedup::Candidate;
use super::groups::Measures;
use super::interner::Symbol;
use super::question::Question;
use super::selection::Selection;
use super::totals::Entry;
use super::{Coverage, DaysRead, LogsRead, Tally};
use crate::collections::Map;
use crate::sts::Properties;

/// What becomes of calls with some properties in common. Of millions of them twelve bytes each.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Verdict {
    /// The number of a [`Kind`].
    kind: u32,
    entry: Entry,
}

/// What verdicts have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Kind {
    /// Whether the account and the Region of the log are asked about.
    is_admitted: bool,
    /// Whether that is not known, and they are left out.
    is_misplaced: bool,
    /// Whether global calls would be logged beside them.
    is_of_us_east_1: bool,
    /// The conditions that match them, and those that let them pass.
    matched: Matched,
    /// Whose log of which Region has them.
    account: Symbol,
    region: Symbol,
}

/// The different kinds of verdicts that were given.
#[derive(Clone, Default)]
pub(super) struct Kinds {
    all: Vec<Kind>,
    /// Whether there was a call of the kind, in the time asked about.
    seen: Vec<bool>,
    numbers: Map<Kind, u32>,
}

impl Kinds {
    fn number(&mut self, kind: Kind) -> u32 {
        *self.numbers.entry(kind).or_insert_with(|| {
            self.all.push(kind);
            self.seen.push(false);
            self.all.len() as u32 - 1
        })
    }

    fn of(&self, verdict: Verdict) -> Kind {
        self.all[verdict.kind as usize]
    }
}

impl<Q: Question> Tally<Q> {
    /// What becomes of calls like this one, their time aside.
    pub(crate) fn verdict(&mut self, call: &impl Properties, selection: &Selection) -> Verdict {
        let is_admitted = selection.admits_log(call);
        let mut matched = Matched::default();
        let scratch = &mut self.scratch.text;
        let is_misplaced = selection.misplaces(call, scratch);
        let wanted = is_admitted && selection.wants(call, &mut matched, scratch);
        let is_of_us_east_1 =
            is_admitted && call.is_of_us_east_1() && selection.admits_its_log(call, scratch);
        let kind = self.scratch.kinds.number(Kind {
            is_admitted,
            is_misplaced,
            is_of_us_east_1,
            matched,
            account: (self.interner).intern(call.recipient_account_id().unwrap_or_default()),
            region: self.interner.intern(call.aws_region().unwrap_or_default()),
        });
        let mut verdict = Verdict {
            kind,
            entry: Entry::NONE,
        };
        if wanted {
            let group = self.group_of(call);
            let principal = call.value(crate::sts::Dimension::Principal, &mut self.scratch.text);
            verdict.entry = Entry {
                at: group,
                principal: self.interner.intern(principal.unwrap_or_default()),
            };
        }
        verdict
    }

    /// Takes a call that may be a copy of another.
    pub(crate) fn take_candidate(
        &mut self,
        kept: Candidate<()>,
        verdict: Verdict,
        selection: &Selection,
    ) {
        let kind = self.scratch.kinds.of(verdict);
        if kind.is_admitted && kept.time().is_none() {
            self.totals.coverage.no_time += 1;
        }
        if kind.is_misplaced && selection.may_admit_time(kept.time()) {
            self.totals.coverage.unplaced += 1;
        }
        if !kind.is_admitted || !selection.admits_time(kept.time()) {
            self.totals.coverage.filtered += 1;
            return;
        }
        self.see(verdict);
        self.keep(kept.with(verdict.entry));
    }

    /// Leaves out a call that cannot be of the time asked about.
    pub(crate) fn leave_out_candidate(&mut self) {
        self.totals.coverage.filtered += 1;
    }

    /// Takes calls that were counted once already. `like` has their properties; they are of one day,
    /// and that is asked about or not as a whole.
    pub(crate) fn take_sum(
        &mut self,
        like: Candidate<()>,
        verdict: Verdict,
        measures: Measures,
        is_day_admitted: bool,
    ) {
        let kind = self.scratch.kinds.of(verdict);
        if kind.is_misplaced && is_day_admitted {
            self.totals.coverage.unplaced += measures.calls;
        }
        if !kind.is_admitted || !is_day_admitted {
            self.totals.coverage.filtered += measures.calls;
            return;
        }
        self.see(verdict);
        let candidate = like.with(verdict.entry);
        if self.totals.add_many(&candidate, measures) {
            *self.groups.measures_mut(candidate.payload.at) += measures;
        }
    }

    /// Adds what was read for what was kept.
    pub(crate) fn add_read(
        &mut self,
        coverage: Coverage,
        logs_read: LogsRead,
        days_read: DaysRead,
    ) {
        self.totals.coverage += coverage;
        self.totals.logs_read += logs_read;
        self.totals.days_read += days_read;
    }

    /// Notes what a call says of what was read, by its kind.
    fn see(&mut self, verdict: Verdict) {
        if std::mem::replace(&mut self.scratch.kinds.seen[verdict.kind as usize], true) {
            return;
        }
        let kind = self.scratch.kinds.of(verdict);
        self.totals.matched |= kind.matched;
        if kind.is_of_us_east_1 {
            self.totals.see_us_east_1();
        }
        let [account, region] = [kind.account, kind.region].map(|text| self.interner.text(text));
        self.totals.logs_read.see_record(account, region);
        self.totals.logs_read.end_file();
    }
}
