//! The finished sums by group: what `report` says, before any format.

use std::cmp::{Ordering, Reverse};

use super::groups::{GroupId, Groups, Measures};
use super::question::Question;
use super::symbols::Symbol;
use super::totals::Totals;

/// One group of a report.
#[derive(Clone, Debug)]
pub struct Group<'r> {
    /// The values of the dimensions, in the order asked, or of the columns of another question; `None` for what the records lack.
    pub values: Vec<Option<&'r str>>,
    /// What is measured.
    pub measures: Measures,
}

/// A finished report: the groups in order, and what is known of all calls together.
pub struct Report {
    /// The summary, the coverage, and what gates ask.
    pub totals: Totals,
    /// What was asked.
    pub question: Question,
    groups: Groups,
    order: Vec<GroupId>,
}

impl Report {
    pub(super) fn new(question: Question, groups: Groups, totals: Totals) -> Report {
        let order = groups.with_calls();
        let mut report = Report {
            totals,
            question,
            groups,
            order,
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
        let (groups, symbols) = (&self.groups, &self.totals.symbols);
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
                .map(|&symbol| (symbol != Symbol::ABSENT).then(|| self.totals.symbols.text(symbol)))
                .collect(),
            measures: *self.groups.measures(id),
        })
    }
}
