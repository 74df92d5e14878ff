//! What was read, account by day, as a chart.
//!
//! Owns what a cell of it is. us-east-1 has a chart of its own: global calls are logged only there, so a
//! hole in it hides what is looked for.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};

use crate::report::page::{Block, Chart, Heat};
use crate::tally::DaysRead;

/// The most columns: beyond, a column is of several days.
const MOST_COLUMNS: usize = 120;
/// The most accounts.
const MOST_ROWS: usize = 500;
/// Files of so long a time have no chart: one wrong folder must not make a column for every week since
/// the year 1.
const MOST_DAYS: i64 = 20 * 366;

/// The charts of what was read; none if no path tells a day.
pub(super) fn charts(read: &DaysRead) -> Vec<Block> {
    let days = || read.by_key().map(|line| line.day);
    let (Some(first), Some(last)) = (days().min(), days().max()) else {
        return Vec::new();
    };
    let all = (last - first).num_days() + 1;
    if all > MOST_DAYS {
        return Vec::new();
    }
    let of_column = match all as usize {
        0..=MOST_COLUMNS => 1,
        // Whole weeks are known from calendars.
        all => all.div_ceil(MOST_COLUMNS).next_multiple_of(7),
    };
    let columns = columns(first, last, of_column as u64);
    [
        ("Logs of us-east-1, where global calls are", true),
        ("Logs of all other Regions", false),
    ]
    .into_iter()
    .filter_map(|(title, of_us_east_1)| {
        let (rows, more) = rows(read, &columns, of_column, of_us_east_1);
        (!rows.is_empty()).then(|| {
            Block::Chart(Chart::Heat {
                title,
                columns: columns.clone(),
                rows,
                more,
            })
        })
    })
    .collect()
}

fn columns(first: NaiveDate, last: NaiveDate, of_column: u64) -> Vec<(NaiveDate, NaiveDate)> {
    let starts = std::iter::successors(Some(first), |day| {
        day.checked_add_days(Days::new(of_column))
            .filter(|day| *day <= last)
    });
    let end = |start: NaiveDate| {
        let end = start.checked_add_days(Days::new(of_column - 1));
        end.map_or(last, |end| end.min(last))
    };
    starts.map(|start| (start, end(start))).collect()
}

/// A cell as it comes together.
#[derive(Clone, Default)]
struct Gathered {
    /// The days of which something was read.
    days: BTreeSet<NaiveDate>,
    records: u64,
    is_damaged: bool,
}

/// The rows, and how many accounts have none. Of all accounts of the archive, as one whose us-east-1 was
/// not read is what must be seen.
fn rows(
    read: &DaysRead,
    columns: &[(NaiveDate, NaiveDate)],
    of_column: usize,
    of_us_east_1: bool,
) -> (Vec<(String, Vec<Heat>)>, u64) {
    let mut accounts: BTreeMap<&str, Vec<Gathered>> = BTreeMap::new();
    for line in read.by_key() {
        let cells = accounts
            .entry(line.account_id)
            .or_insert_with(|| vec![Gathered::default(); columns.len()]);
        if (line.region == "us-east-1") != of_us_east_1 {
            continue;
        }
        let Some((first, _)) = columns.first() else {
            continue;
        };
        let at = (line.day - *first).num_days() as usize / of_column;
        if let Some(cell) = cells.get_mut(at) {
            cell.records += line.of_files.records;
            cell.is_damaged |= line.of_files.damaged > 0;
            if line.of_files.files > 0 {
                cell.days.insert(line.day);
            }
        }
    }
    let has_any =
        |cells: &Vec<Gathered>| (cells.iter()).any(|cell| !cell.days.is_empty() || cell.is_damaged);
    // Where nothing of us-east-1 was read, that is the news.
    if !of_us_east_1 && !accounts.values().any(has_any) {
        return (Vec::new(), 0);
    }
    let more = accounts.len().saturating_sub(MOST_ROWS) as u64;
    let rows = accounts
        .into_iter()
        .take(MOST_ROWS)
        .map(|(account, cells)| {
            let cells = cells.into_iter().zip(columns).map(|(cell, (start, end))| {
                let days = cell.days.len() as i64;
                if cell.is_damaged {
                    Heat::Damaged
                } else if days == 0 {
                    Heat::NotRead
                } else if days < (*end - *start).num_days() + 1 {
                    Heat::Partly(cell.records)
                } else {
                    Heat::Read(cell.records)
                }
            });
            (account.to_owned(), cells.collect())
        });
    (rows.collect(), more)
}
