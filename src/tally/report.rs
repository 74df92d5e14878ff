//! The finished sums by group, in order: what every answer is made of.
//!
//! Owns the order of groups, and which columns are whose where several questions were asked in one
//! pass. Refuses to know what the columns mean.

use std::cmp::{Ordering, Reverse};
use std::sync::Arc;

use super::column::{Column, ColumnType};
use super::groups::{GroupId, Groups, Measures};
use super::interner::{Interner, Symbol};
use super::question::Question;
use super::totals::Totals;

/// One group of a report.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Group<'r> {
    /// The values of the columns of the question; `None` for what the records lack.
    pub values: Vec<Option<&'r str>>,
    /// What is measured.
    pub measures: Measures,
}

impl<'r> Group<'r> {
    /// The value of a column of the question that was asked.
    pub fn get<T: ColumnType>(&self, column: Column<T>) -> T::Value<'r> {
        T::read(self.values.get(column.place()).copied().flatten())
    }
}

/// A finished report: the groups in order, and what is known of all calls together.
pub struct Report<Q> {
    /// The summary, the coverage, and what gates ask.
    pub totals: Arc<Totals>,
    /// What was asked.
    pub question: Q,
    interner: Arc<Interner>,
    groups: Groups,
    order: Vec<GroupId>,
}

impl<Q: Question> Report<Q> {
    pub(super) fn new(
        question: Q,
        groups: Groups,
        interner: Arc<Interner>,
        totals: Arc<Totals>,
    ) -> Report<Q> {
        let order = groups.with_calls();
        let mut report = Report {
            totals,
            question,
            interner,
            groups,
            order,
        };
        report.sort_by_calls();
        report
    }

    /// The texts of the calls.
    pub(crate) fn interner(&self) -> &Interner {
        &self.interner
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
        let (groups, interner) = (&self.groups, &self.interner);
        self.order.sort_unstable_by(|&a, &b| -> Ordering {
            key(groups, a)
                .cmp(&key(groups, b))
                .then_with(|| groups.compare(interner, a, b))
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
                .map(|&symbol| (symbol != Symbol::ABSENT).then(|| self.interner.text(symbol)))
                .collect(),
            measures: *self.groups.measures(id),
        })
    }
}

impl<Q: Question> Report<Vec<Q>> {
    /// What each of the questions would have found alone, in the order they were asked.
    pub fn answers(&self) -> Vec<Report<Q>> {
        let mut start = 0;
        (self.question.iter())
            .map(|question| {
                let columns = start..start + question.width();
                start = columns.end;
                Report::new(
                    question.clone(),
                    self.groups.project(columns),
                    Arc::clone(&self.interner),
                    Arc::clone(&self.totals),
                )
            })
            .collect()
    }
}
