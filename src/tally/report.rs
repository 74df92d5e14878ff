//! The finished sums by group: what `report` says, before any format.

use std::cmp::{Ordering, Reverse};

use super::can_judge_global_calls;
use super::coverage::Coverage;
use super::groups::{GroupId, Groups, Measures};
use super::sums::{Offender, Summary, Sums};
use super::symbols::{Symbol, Symbols};
use crate::sts::{Dimension, Endpoint};

/// One group of a report.
#[derive(Clone, Debug)]
pub struct Group<'r> {
    /// The values of the dimensions, in the order asked; `None` for what the records lack.
    pub values: Vec<Option<&'r str>>,
    /// What is measured.
    pub measures: Measures,
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
    sums: Sums,
    saw_us_east_1: bool,
}

impl Report {
    pub(super) fn new(
        group_by: Vec<Dimension>,
        symbols: Symbols,
        groups: Groups,
        sums: Sums,
        coverage: Coverage,
        saw_us_east_1: bool,
    ) -> Report {
        let (summary, order) = (sums.summary(), groups.with_calls());
        let mut report = Report {
            summary,
            group_by,
            coverage,
            symbols,
            groups,
            order,
            sums,
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
        can_judge_global_calls(self.saw_us_east_1, &self.coverage)
    }

    /// The principals with calls to an endpoint (global or unknown), AWS itself aside; most calls
    /// first.
    pub fn offenders(&self, endpoint: Endpoint<'_>) -> Vec<Offender<'_>> {
        self.sums.offenders(&self.symbols, endpoint)
    }
}
