//! Global versus Regional over time: calls by day, and periods made of days.
//!
//! Owns what calls are told apart by for it ([`columns`]), and what is said of a period of which
//! nothing, or not all, was read: a figure that nobody knows is no zero. Which days were read is told
//! from outside ([`Calendar`]), as a day without calls leaves no trace.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike as _, Days as Count, Months, NaiveDate};

use super::calendar::{Calendar, DaysOfCalls};
use super::key::KeyColumn;
use super::{AnyQuestion, Report};
use crate::sts::{ByEndpoint, Dimension, Endpoint, EndpointKind, Properties, sdk};
use crate::tally::{Column, DayAsked, Flag, Selection, Text};

/// How many columns a key has.
pub(super) const WIDTH: usize = 4;

// The columns.
const DAY: Column<NaiveDate> = Column::at(0);
const ENDPOINT: Column<EndpointKind> = Column::at(1);
const OF_US_EAST_1: Column<Flag> = Column::at(2);
/// Of global calls alone.
const PRINCIPAL: Column<Text> = Column::at(3);

const OF_GLOBAL: [KeyColumn; WIDTH] = {
    let mut columns = OF_OTHERS;
    columns[PRINCIPAL.place()] = KeyColumn::Dimension(Dimension::Principal);
    columns
};

const OF_OTHERS: [KeyColumn; WIDTH] = {
    let mut columns = [KeyColumn::Nothing; WIDTH];
    columns[DAY.place()] = KeyColumn::Dimension(Dimension::Day);
    columns[ENDPOINT.place()] = KeyColumn::Dimension(Dimension::Endpoint);
    columns[OF_US_EAST_1.place()] = KeyColumn::OfUsEast1;
    columns
};

/// The columns of the key of a call. AWS itself is no principal on the global endpoint.
pub(super) fn columns(call: &impl Properties) -> &'static [KeyColumn] {
    let is_aws_managed = || {
        let mut scratch = String::new(); // the name of an SDK needs none
        let sdk = call.value(Dimension::Sdk, &mut scratch);
        sdk.is_some_and(sdk::is_aws_managed)
    };
    match call.endpoint() {
        Endpoint::Global if !is_aws_managed() => &OF_GLOBAL,
        _ => &OF_OTHERS,
    }
}

/// The calls of a day.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct DayCalls<'r> {
    /// By endpoint.
    pub endpoints: ByEndpoint<u64>,
    /// Whether any of them is of us-east-1, where global calls are logged.
    pub is_of_us_east_1: bool,
    /// The principals with global calls, AWS itself aside, and how many each made.
    pub global_callers: BTreeMap<&'r str, u64>,
}

impl DayCalls<'_> {
    /// Whether anything of the day is logged in us-east-1, as global calls are.
    fn saw_us_east_1(&self) -> bool {
        self.is_of_us_east_1 || self.endpoints[EndpointKind::Global] > 0
    }
}

/// Calls by day.
#[derive(Clone, Debug, Default)]
pub struct CallsByDay<'r> {
    /// The days with calls.
    pub days: BTreeMap<NaiveDate, DayCalls<'r>>,
    /// Calls without a readable time.
    pub undated: u64,
}

impl<'r> CallsByDay<'r> {
    /// The groups of [`AnyQuestion::Trend`], by day.
    pub fn of(report: &'r Report) -> CallsByDay<'r> {
        let mut by_day = CallsByDay::default();
        assert_eq!(report.question, AnyQuestion::Trend);
        for group in report.groups() {
            let calls = group.measures.calls;
            let Some(day) = group.get(DAY) else {
                by_day.undated += calls;
                continue;
            };
            let of_day = by_day.days.entry(day).or_default();
            of_day.endpoints[group.get(ENDPOINT).unwrap_or(EndpointKind::Unknown)] += calls;
            of_day.is_of_us_east_1 |= group.get(OF_US_EAST_1);
            if let Some(principal) = group.get(PRINCIPAL) {
                *of_day.global_callers.entry(principal).or_default() += calls;
            }
        }
        by_day
    }
}

impl From<&CallsByDay<'_>> for DaysOfCalls {
    fn from(calls: &CallsByDay<'_>) -> DaysOfCalls {
        let days = (calls.days.iter()).map(|(day, of_day)| (*day, of_day.saw_us_east_1()));
        DaysOfCalls(days.collect())
    }
}

/// What a row is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Period {
    /// A day, in UTC.
    Day,
    /// Seven days from a Monday on, as ISO 8601 has it.
    Week,
    /// A month.
    Month,
}

impl Period {
    /// The first day of the period that a day is in.
    fn first_day(self, day: NaiveDate) -> NaiveDate {
        let back = match self {
            Period::Day => 0,
            Period::Week => day.weekday().num_days_from_monday(),
            Period::Month => day.day0(),
        };
        day.checked_sub_days(Count::new(back.into())).unwrap_or(day)
    }

    /// The first day of the next period.
    fn next(self, first_day: NaiveDate) -> Option<NaiveDate> {
        match self {
            Period::Day => first_day.succ_opt(),
            Period::Week => first_day.checked_add_days(Count::new(7)),
            Period::Month => first_day.checked_add_months(Months::new(1)),
        }
    }
}

/// How much of a period was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PeriodStatus {
    /// All of it.
    Complete,
    /// Not all of it: it is not over, or days of it are missing.
    Incomplete,
    /// Nothing.
    NotRead,
}

impl PeriodStatus {
    /// Its name in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            PeriodStatus::Complete => "complete",
            PeriodStatus::Incomplete => "incomplete",
            PeriodStatus::NotRead => "not-read",
        }
    }
}

/// A period.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct TrendRow {
    /// Its first day.
    pub period: NaiveDate,
    /// All calls; `None` where nothing was read.
    pub calls: Option<u64>,
    /// By endpoint; those that only logs of us-east-1 can show (global, unknown) are `None` where there
    /// were none of these.
    pub endpoints: ByEndpoint<Option<u64>>,
    /// Global / (global + regional); `None` if there are none, or it cannot be told.
    pub global_share: Option<f64>,
    /// Principals with global calls, AWS itself aside.
    pub global_principals: Option<u64>,
    /// Those of them that had none in the period before this one of which it is known.
    pub new_principals: Option<u64>,
    /// Those that had some then, and have none now.
    pub gone_principals: Option<u64>,
    /// How much of it was read.
    pub status: PeriodStatus,
}

/// Days that were not read, between days that were.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Gap {
    /// The first of them.
    pub first_day: NaiveDate,
    /// The last one.
    pub last_day: NaiveDate,
}

/// The longest gap, in periods, that has rows of its own. One wrong clock must not make a row for
/// every day since the year 1.
const MAX_GAP_ROWS: usize = 366;

/// Global versus Regional over time.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Trend {
    /// The periods, in order.
    pub rows: Vec<TrendRow>,
    /// The days that were not read.
    pub gaps: Vec<Gap>,
    /// Calls that are in no row, as they have no readable time.
    pub undated: u64,
}

impl Trend {
    /// The periods of what was asked about. `seen` are the days of calls whatever their principal: they
    /// tell which days were read.
    pub fn of(
        calls: &CallsByDay<'_>,
        seen: &DaysOfCalls,
        calendar: &Calendar,
        by: Period,
        selection: &Selection,
    ) -> Trend {
        let is_kept = |day: &NaiveDate| calendar.kept_from.is_none_or(|from| from <= *day);
        let read: BTreeSet<NaiveDate> = (calendar.keys.iter().filter(|day| is_kept(day)))
            .chain(seen.0.keys())
            .copied()
            .filter(|&day| selection.asks_of(day) != DayAsked::Nothing)
            .collect();
        let saw_us_east_1 = |day: &NaiveDate| {
            calendar.keys_of_us_east_1.contains(day)
                || seen.0.get(day).is_some_and(|&saw_us_east_1| saw_us_east_1)
        };
        let mut by_period: BTreeMap<NaiveDate, Vec<NaiveDate>> = BTreeMap::new();
        for &day in &read {
            by_period.entry(by.first_day(day)).or_default().push(day);
        }
        let mut trend = Trend {
            gaps: gaps(&read),
            undated: calls.undated,
            ..Trend::default()
        };
        let mut before: Option<BTreeSet<&str>> = None;
        let mut expected: Option<NaiveDate> = None;
        for (&period, days) in &by_period {
            trend.fill(expected, period, by);
            let end = by.next(period);
            expected = end;
            let is_whole = (period.iter_days())
                .take_while(|&day| end.is_none_or(|end| day < end))
                .all(|day| {
                    read.contains(&day)
                        && calendar.is_complete(day)
                        && saw_us_east_1(&day)
                        && selection.asks_of(day) == DayAsked::All
                });
            let status = if is_whole {
                PeriodStatus::Complete
            } else {
                PeriodStatus::Incomplete
            };
            let mut row = TrendRow::not_read(period);
            row.status = status;
            let mut endpoints = ByEndpoint::default();
            let mut callers: BTreeSet<&str> = BTreeSet::new();
            for of_day in days.iter().filter_map(|day| calls.days.get(day)) {
                endpoints += of_day.endpoints;
                callers.extend(of_day.global_callers.keys());
            }
            row.calls = Some(endpoints.total());
            row.endpoints = endpoints.map(Some);
            if days.iter().any(saw_us_east_1) {
                row.global_share = endpoints.global_share();
                row.global_principals = Some(callers.len() as u64);
                if let Some(before) = &before {
                    row.new_principals = Some(callers.difference(before).count() as u64);
                    row.gone_principals = Some(before.difference(&callers).count() as u64);
                }
                before = Some(callers);
            } else {
                row.endpoints[EndpointKind::Global] = None;
                row.endpoints[EndpointKind::Unknown] = None;
            }
            trend.rows.push(row);
        }
        trend
    }

    /// Rows for what is missing from `expected` up to `period`.
    fn fill(&mut self, expected: Option<NaiveDate>, period: NaiveDate, by: Period) {
        let missing = std::iter::successors(expected, |&day| by.next(day));
        let missing: Vec<_> = (missing.take_while(|&day| day < period))
            .take(MAX_GAP_ROWS + 1)
            .collect();
        if missing.len() <= MAX_GAP_ROWS {
            self.rows
                .extend(missing.into_iter().map(TrendRow::not_read));
        }
    }
}

impl TrendRow {
    fn not_read(period: NaiveDate) -> TrendRow {
        TrendRow {
            period,
            calls: None,
            endpoints: ByEndpoint::default(),
            global_share: None,
            global_principals: None,
            new_principals: None,
            gone_principals: None,
            status: PeriodStatus::NotRead,
        }
    }
}

fn gaps(read: &BTreeSet<NaiveDate>) -> Vec<Gap> {
    let pairs = read.iter().zip(read.iter().skip(1));
    pairs
        .filter_map(|(one, next)| {
            let (first_day, last_day) = (one.succ_opt()?, next.pred_opt()?);
            (first_day <= last_day).then_some(Gap {
                first_day,
                last_day,
            })
        })
        .collect()
}
