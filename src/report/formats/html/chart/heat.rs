//! What was read of each account, day by day, and the same in numbers.
//!
//! Owns the colour of a field, and that neighbours are drawn as one.

use std::io;

use chrono::NaiveDate;

use super::super::table::{number_cell, text_cell};
use super::super::writer::{Html, Line, Value};
use super::{DAMAGED, HATCH, LABELS, WIDTH, begin, dates_below, hatch, key, label, short};
use crate::report::page::Heat;
use crate::report::words::{count, counted};

/// From little to much.
const READ: [&str; 4] = ["#B5DAEE", "#7FBBDD", "#3D96C7", "#0072B2"];

type Days = (NaiveDate, NaiveDate);

pub(super) fn write(
    html: &mut Html<'_>,
    title: &str,
    columns: &[Days],
    rows: &[(String, Vec<Heat>)],
    more: u64,
) -> io::Result<()> {
    let (Some((first, end_of_first)), Some((_, last))) = (columns.first(), columns.last()) else {
        return Ok(());
    };
    let of_column = (*end_of_first - *first).num_days() + 1;
    let (each, not_read) = match of_column {
        1 => ("a column is a day".to_owned(), "not read"),
        days => (
            format!("a column is {days} days"),
            "not read (the lower half: some days of it)",
        ),
    };
    let grid = Grid::of(columns, rows);
    let accounts = counted(rows.len() as u64, "account");
    let faults = grid.faults();
    let description = format!("{accounts}, {first} to {last}; {each}. {faults}");
    begin(
        html,
        &format!("{title}: {each}"),
        &description,
        grid.height(),
    )?;
    hatch(html)?;
    grid.write_dates(html)?;
    grid.write_fields(html)?;
    grid.write_names(html)?;
    html.close("svg")?;
    html.line()?;
    key(
        html,
        &[
            (HATCH, not_read),
            (DAMAGED, "damaged"),
            (READ[0], "read, few records"),
            (READ[3], "read, many records"),
        ],
    )?;
    numbers(html, title, rows)?;
    if more > 0 {
        let text = format!(
            "… and {} more: the list read of --format json or xlsx has them.",
            counted(more, "account")
        );
        html.element("p", &[("class", Value::Word("note"))], &text)?;
    }
    Ok(())
}

/// Fields in rows and columns, and where they are, in whole pixels, which are sharp, and short to write.
struct Grid<'h> {
    columns: &'h [Days],
    rows: &'h [(String, Vec<Heat>)],
    /// The room for names, before the first column.
    before: u32,
    /// From a column to the next.
    width: u32,
    /// From a row to the next.
    step: u32,
}

/// The room for dates, above the first row.
const TOP: u32 = 18;
/// The id of an account needs less room than its name.
const OF_IDS: usize = 13;

impl<'h> Grid<'h> {
    fn of(columns: &'h [Days], rows: &'h [(String, Vec<Heat>)]) -> Grid<'h> {
        let is_of_ids = (rows.iter()).all(|(account, _)| account.chars().count() <= OF_IDS);
        let before = if is_of_ids { 110 } else { LABELS as u32 };
        Grid {
            columns,
            rows,
            before,
            width: ((WIDTH as u32 - before) / columns.len() as u32).clamp(1, 80),
            step: if rows.len() > 60 { 6 } else { 16 },
        }
    }

    fn top(&self, row: usize) -> u32 {
        TOP + self.step * row as u32
    }

    fn height(&self) -> f64 {
        f64::from(self.top(self.rows.len()) + 4)
    }

    /// In how many fields nothing was read, and in how many something was damaged, in words.
    fn faults(&self) -> String {
        let not_read = cells(self.rows).filter(|cell| **cell == Heat::NotRead);
        let damaged = cells(self.rows).filter(|cell| **cell == Heat::Damaged);
        format!(
            "Nothing was read in {} of {} fields, and something was damaged in {}.",
            count(not_read.count() as u64),
            count((self.rows.len() * self.columns.len()) as u64),
            count(damaged.count() as u64),
        )
    }

    fn write_dates(&self, html: &mut Html<'_>) -> io::Result<()> {
        for (left, anchor, at) in dates_below(self.width.into(), self.columns.len()) {
            // Of the last column the last day.
            let (first, last) = self.columns[at];
            let day = if at + 1 == self.columns.len() {
                last
            } else {
                first
            };
            let place = (f64::from(self.before) + left, 12.0);
            label(html, place, anchor, &day.to_string())?;
        }
        html.line()
    }

    fn write_fields(&self, html: &mut Html<'_>) -> io::Result<()> {
        let most = cells(self.rows)
            .map(|cell| records(*cell))
            .max()
            .unwrap_or(0);
        let full = self.step - 1;
        let (upper, lower) = (full / 2, full - full / 2);
        for (fill, is_of, begin, height) in [
            (HATCH, Is::NotRead, 0, full),
            // Of a week of which a day is missing, the lower half.
            (HATCH, Is::InPart, upper, lower),
            (DAMAGED, Is::Damaged, 0, full),
        ] {
            let is_of = |cell: Heat| Is::of(cell) == Some(is_of);
            path(html, fill, (begin, height), &self.fields(&is_of))?;
        }
        for (level, fill) in READ.into_iter().enumerate() {
            for (is_in_part, height) in [(false, full), (true, upper)] {
                let is_of = |cell: Heat| match cell {
                    Heat::Read(records) => !is_in_part && self::level(records, most) == level,
                    Heat::Partly(records) => is_in_part && self::level(records, most) == level,
                    Heat::NotRead | Heat::Damaged => false,
                };
                path(html, fill, (0, height), &self.fields(&is_of))?;
            }
        }
        Ok(())
    }

    /// The upper edges of the fields that something is true of. Neighbours are one line: so a page of a
    /// year stays small.
    fn fields(&self, is_of: &dyn Fn(Heat) -> bool) -> Vec<Line> {
        let mut lines = Vec::new();
        for (at, (_, cells)) in self.rows.iter().enumerate() {
            let mut begin = None;
            for place in 0..=cells.len() {
                match (begin, cells.get(place).is_some_and(|cell| is_of(*cell))) {
                    (None, true) => begin = Some(place),
                    (Some(start), false) => {
                        let left = self.before + self.width * start as u32;
                        let length = self.width * (place - start) as u32;
                        lines.push((left, self.top(at), length));
                        begin = None;
                    }
                    _ => {}
                }
            }
        }
        lines
    }

    /// Whose each row is. Where there is no room for the name of each, every tenth helps to find one: they
    /// are in order.
    fn write_names(&self, html: &mut Html<'_>) -> io::Result<()> {
        let (every, base) = if self.step > 10 { (1, 12) } else { (10, 8) };
        for (at, (account, _)) in self.rows.iter().enumerate().step_by(every) {
            let place = ((self.before - 6).into(), f64::from(self.top(at) + base));
            label(html, place, "end", &short(account))?;
        }
        html.line()
    }
}

fn cells(rows: &[(String, Vec<Heat>)]) -> impl Iterator<Item = &Heat> {
    rows.iter().flat_map(|(_, cells)| cells)
}

fn records(cell: Heat) -> u64 {
    match cell {
        Heat::Read(records) | Heat::Partly(records) => records,
        Heat::NotRead | Heat::Damaged => 0,
    }
}

/// What says that something is not read as it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Is {
    NotRead,
    InPart,
    Damaged,
}

impl Is {
    fn of(cell: Heat) -> Option<Is> {
        match cell {
            Heat::NotRead => Some(Is::NotRead),
            Heat::Partly(_) => Some(Is::InPart),
            Heat::Damaged => Some(Is::Damaged),
            Heat::Read(_) => None,
        }
    }
}

/// Which colour of [`READ`] so many records have: by the logarithm, as accounts differ by thousands.
fn level(records: u64, most: u64) -> usize {
    let part = ((records + 1) as f64).ln() / ((most + 1) as f64).ln().max(1.0);
    ((part * READ.len() as f64) as usize).min(READ.len() - 1)
}

/// Fields as strokes: a line needs a third of the letters of a rectangle.
fn path(
    html: &mut Html<'_>,
    stroke: &'static str,
    (begin, height): (u32, u32),
    lines: &[Line],
) -> io::Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    let middle = f64::from(begin) + f64::from(height) / 2.0;
    let attributes = [
        ("stroke", Value::Word(stroke)),
        ("stroke-width", Value::Number(height.into())),
        ("transform", Value::Down(middle)),
        ("d", Value::Lines(lines)),
    ];
    html.open("path", &attributes)?;
    html.close("path")?;
    html.line()
}

/// The same in numbers, account by account.
fn numbers(html: &mut Html<'_>, title: &str, rows: &[(String, Vec<Heat>)]) -> io::Result<()> {
    html.open("details", &[])?;
    html.element("summary", &[], &format!("{title}: the numbers"))?;
    html.open("table", &[])?;
    html.open("thead", &[])?;
    html.open("tr", &[])?;
    for (class, name) in [
        ("text", "account_id"),
        ("number", "columns read"),
        ("number", "in part"),
        ("number", "damaged"),
        ("number", "not read"),
        ("number", "records"),
    ] {
        let attributes = [("scope", Value::Word("col")), ("class", Value::Word(class))];
        html.element("th", &attributes, name)?;
    }
    html.close("tr")?;
    html.close("thead")?;
    html.open("tbody", &[])?;
    html.line()?;
    for (account, cells) in rows {
        html.open("tr", &[])?;
        text_cell(html, account)?;
        let number = |is: fn(&Heat) -> bool| cells.iter().filter(|cell| is(cell)).count() as u64;
        for number in [
            number(|cell| matches!(cell, Heat::Read(_))),
            number(|cell| matches!(cell, Heat::Partly(_))),
            number(|cell| matches!(cell, Heat::Damaged)),
            number(|cell| matches!(cell, Heat::NotRead)),
            cells.iter().map(|cell| records(*cell)).sum(),
        ] {
            number_cell(html, &count(number))?;
        }
        html.close("tr")?;
        html.line()?;
    }
    html.close("tbody")?;
    html.close("table")?;
    html.close("details")?;
    html.line()
}
