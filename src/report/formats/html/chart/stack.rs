//! Columns of global and Regional calls over time.
//!
//! Owns how many there are (where periods are too many, weeks of them are one), and how a time of which
//! nothing is known looks: never like few calls.

use std::io;

use chrono::NaiveDate;

use super::super::writer::Html;
use super::{GLOBAL, GREY, HATCH, REGIONAL, WIDTH, begin, dates_below, hatch, key, label, rect};
use crate::report::page::StackColumn;
use crate::report::words::{count, counted};

/// A column as it is drawn: of one period, or of several that have no room for themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stacked {
    first_day: NaiveDate,
    /// The first day of its last period.
    last_day: NaiveDate,
    global: Option<u64>,
    regional: Option<u64>,
    is_whole: bool,
}

impl Stacked {
    fn of(column: &StackColumn) -> Stacked {
        Stacked {
            first_day: column.first_day,
            last_day: column.first_day,
            global: column.global,
            regional: column.regional,
            is_whole: column.is_whole,
        }
    }

    fn add(&mut self, column: &StackColumn) {
        // What is known of some of it; that it is not all is marked.
        let sum = |a: Option<u64>, b: Option<u64>| match (a, b) {
            (None, None) => None,
            (a, b) => Some(a.unwrap_or(0) + b.unwrap_or(0)),
        };
        self.last_day = column.first_day;
        self.global = sum(self.global, column.global);
        self.regional = sum(self.regional, column.regional);
        self.is_whole &= column.is_whole;
    }

    fn total(&self) -> u64 {
        self.global.unwrap_or(0) + self.regional.unwrap_or(0)
    }

    fn label(&self) -> String {
        match self.first_day == self.last_day {
            true => self.first_day.to_string(),
            false => format!("{} to {}", self.first_day, self.last_day),
        }
    }

    fn words(&self) -> String {
        let calls = |calls: Option<u64>| calls.map_or("not known".to_owned(), count);
        let part = if self.is_whole {
            ""
        } else {
            " (not all of it was read)"
        };
        format!(
            "{}: global {}, Regional {}{part}",
            self.label(),
            calls(self.global),
            calls(self.regional)
        )
    }
}

/// The most columns: thinner ones run into each other, and nobody sees a day in them.
const MOST_STACKED: usize = 180;

/// The columns as they are drawn, and how many days are in each, if it is not one period: of days or weeks
/// that are too many, whole weeks.
fn joined(columns: &[StackColumn]) -> (Vec<Stacked>, Option<i64>) {
    let days = |from: &StackColumn, to: &StackColumn| (to.first_day - from.first_day).num_days();
    let (Some(first), Some(last)) = (columns.first(), columns.last()) else {
        return (Vec::new(), None);
    };
    let is_of_months = columns.windows(2).all(|two| days(&two[0], &two[1]) >= 28);
    if columns.len() <= MOST_STACKED || is_of_months {
        return (columns.iter().map(Stacked::of).collect(), None);
    }
    let each = (days(first, last) as usize + 1)
        .div_ceil(MOST_STACKED)
        .next_multiple_of(7) as i64;
    let mut stacked: Vec<Stacked> = Vec::new();
    for column in columns {
        match stacked.last_mut() {
            Some(one) if (column.first_day - one.first_day).num_days() < each => one.add(column),
            _ => stacked.push(Stacked::of(column)),
        }
    }
    (stacked, Some(each))
}

pub(super) fn write(html: &mut Html<'_>, title: &str, columns: &[StackColumn]) -> io::Result<()> {
    const LEFT: f64 = 70.0;
    const HEIGHT: f64 = 200.0;
    const TOP: f64 = 14.0;
    const WIDEST: f64 = 120.0;
    let (columns, days) = joined(columns);
    let (Some(first), Some(last)) = (columns.first(), columns.last()) else {
        return Ok(());
    };
    let most = columns.iter().map(Stacked::total).max().unwrap_or(0).max(1);
    let sum = |of: fn(&Stacked) -> Option<u64>| columns.iter().filter_map(of).sum::<u64>();
    // Where nothing of us-east-1 was read it is not known.
    let global = match columns.iter().any(|column| column.global.is_some()) {
        true => format!("{} global", counted(sum(|column| column.global), "call")),
        false => "an unknown number of calls global".to_owned(),
    };
    let description = format!(
        "{} to {}: {global} and {} Regional; the most in one column are {}.",
        first.first_day,
        last.last_day,
        count(sum(|column| column.regional)),
        count(most)
    );
    let title = match days {
        None => title.to_owned(),
        Some(days) => format!("{title}: a column is {days} days"),
    };
    begin(html, &title, &description, TOP + HEIGHT + 24.0)?;
    hatch(html)?;
    label(html, (LEFT - 6.0, TOP + 10.0), "end", &count(most))?;
    label(html, (LEFT - 6.0, TOP + HEIGHT), "end", "0")?;
    let step = ((WIDTH - LEFT) / columns.len() as f64).min(WIDEST);
    let all = step * columns.len() as f64;
    rect(html, (LEFT, TOP + HEIGHT, all, 1.0), GREY)?;
    html.line()?;
    let gap = if step > 4.0 { 1.0 } else { 0.0 };
    for (at, column) in columns.iter().enumerate() {
        let left = LEFT + step * at as f64;
        let width = step - gap;
        let height = |calls: u64| HEIGHT * calls as f64 / most as f64;
        html.open("g", &[])?;
        html.element("title", &[], &column.words())?;
        let (regional, global) = (column.regional.unwrap_or(0), column.global.unwrap_or(0));
        let top = TOP + HEIGHT - height(regional);
        if regional > 0 {
            rect(html, (left, top, width, height(regional)), REGIONAL)?;
        }
        match column.global {
            // Nobody knows how many there were: up to the top.
            None => rect(html, (left, TOP, width, top - TOP), HATCH)?,
            Some(0) => {}
            Some(_) => rect(
                html,
                (left, top - height(global), width, height(global)),
                GLOBAL,
            )?,
        }
        if !column.is_whole {
            rect(html, (left, TOP + HEIGHT + 3.0, width, 4.0), HATCH)?;
        }
        html.close("g")?;
        html.line()?;
    }
    let below = TOP + HEIGHT + 22.0;
    let dates: Vec<String> = (columns.iter())
        .map(|column| column.first_day.to_string())
        .collect();
    for (left, anchor, at) in dates_below(step, columns.len()) {
        label(html, (LEFT + left, below), anchor, &dates[at])?;
    }
    html.close("svg")?;
    html.line()?;
    key(
        html,
        &[
            (GLOBAL, "global"),
            (REGIONAL, "Regional"),
            (HATCH, "not read, or not all of it"),
        ],
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(number: u64) -> NaiveDate {
        NaiveDate::from_ymd_opt(2025, 1, 1).unwrap() + chrono::Days::new(number)
    }

    fn column(number: u64, global: Option<u64>, is_whole: bool) -> StackColumn {
        StackColumn {
            first_day: day(number),
            global,
            regional: Some(1),
            is_whole,
        }
    }

    #[test]
    fn days_that_are_too_many_are_joined_to_weeks_and_no_call_is_lost() {
        let columns: Vec<_> = (0..400)
            .map(|number| column(number, (number != 8).then_some(2), number != 8))
            .collect();
        let (stacked, days) = joined(&columns);
        assert_eq!((stacked.len(), days), (58, Some(7)));
        assert_eq!(stacked.iter().map(Stacked::total).sum::<u64>(), 1198);
        assert_eq!(stacked[0].label(), "2025-01-01 to 2025-01-07");
        assert!(stacked[0].is_whole && !stacked[1].is_whole);
        assert_eq!(stacked[1].global, Some(12));
        let few: Vec<_> = columns.into_iter().take(MOST_STACKED).collect();
        assert_eq!(joined(&few).1, None);
        assert_eq!(joined(&few).0.len(), MOST_STACKED);
    }

    #[test]
    fn a_week_of_which_no_day_is_known_is_not_a_zero() {
        let columns: Vec<_> = (0..400)
            .map(|number| column(number, (number >= 7).then_some(0), number >= 7))
            .collect();
        let (stacked, _) = joined(&columns);
        assert_eq!(stacked[0].global, None);
        assert_eq!(stacked[1].global, Some(0));
    }

    #[test]
    fn months_stay_months() {
        let columns: Vec<_> = (0..300).map(|at| column(30 * at, Some(1), true)).collect();
        assert_eq!(joined(&columns).0.len(), 300);
    }
}
