//! What was read of each account, day by day, and the same in numbers.
//!
//! Owns the colour of a field, and that neighbours are drawn as one.

use std::io;

use chrono::NaiveDate;

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
    const TOP: u32 = 18;
    let (Some((first, end_of_first)), Some((_, last))) = (columns.first(), columns.last()) else {
        return Ok(());
    };
    // The id of an account needs less room than its name.
    const OF_IDS: usize = 13;
    let is_of_ids = (rows.iter()).all(|(account, _)| account.chars().count() <= OF_IDS);
    let before = if is_of_ids { 110 } else { LABELS as u32 };
    let step = if rows.len() > 60 { 6 } else { 16 };
    // In whole pixels, which are sharp, and short to write.
    let width = ((WIDTH as u32 - before) / columns.len() as u32).clamp(1, 80);
    let of_column = (*end_of_first - *first).num_days() + 1;
    let each = match of_column {
        1 => "a column is a day".to_owned(),
        days => format!("a column is {days} days"),
    };
    let fields_not_read = cells(rows).filter(|cell| **cell == Heat::NotRead).count();
    let damaged: usize = cells(rows).filter(|cell| **cell == Heat::Damaged).count();
    let description = format!(
        "{}, {first} to {last}; {each}. Nothing was read in {} of {} fields, and something was damaged in \
         {}.",
        counted(rows.len() as u64, "account"),
        count(fields_not_read as u64),
        count((rows.len() * columns.len()) as u64),
        count(damaged as u64),
    );
    begin(
        html,
        &format!("{title}: {each}"),
        &description,
        f64::from(TOP + step * rows.len() as u32 + 4),
    )?;
    hatch(html)?;
    for (left, anchor, at) in dates_below(width.into(), columns.len()) {
        // Of the last column the last day.
        let day = match at + 1 == columns.len() {
            true => *last,
            false => columns[at].0,
        };
        label(
            html,
            (f64::from(before) + left, 12.0),
            anchor,
            &day.to_string(),
        )?;
    }
    html.line()?;
    let most = cells(rows).map(|cell| records(*cell)).max().unwrap_or(0);
    let full = step - 1;
    let (upper, lower) = (full / 2, full - full / 2);
    let lines = |is_of: &dyn Fn(Heat) -> bool| fields(rows, is_of, (before, width), (TOP, step));
    for (fill, is_of, begin, height) in [
        (HATCH, Is::NotRead, 0, full),
        // Of a week of which a day is missing, the lower half.
        (HATCH, Is::InPart, upper, lower),
        (DAMAGED, Is::Damaged, 0, full),
    ] {
        let is_of = |cell: Heat| Is::of(cell) == Some(is_of);
        path(html, fill, (begin, height), &lines(&is_of))?;
    }
    for (level, fill) in READ.into_iter().enumerate() {
        for (is_in_part, height) in [(false, full), (true, upper)] {
            let is_of = |cell: Heat| match cell {
                Heat::Read(records) => !is_in_part && self::level(records, most) == level,
                Heat::Partly(records) => is_in_part && self::level(records, most) == level,
                Heat::NotRead | Heat::Damaged => false,
            };
            path(html, fill, (0, height), &lines(&is_of))?;
        }
    }
    // Where there is no room for the name of each, every tenth helps to find one: they are in order.
    let (every, base) = if step > 10 { (1, 12) } else { (10, 8) };
    for (at, (account, _)) in rows.iter().enumerate().step_by(every) {
        label(
            html,
            (
                (before - 6).into(),
                f64::from(TOP + step * at as u32 + base),
            ),
            "end",
            &short(account),
        )?;
    }
    html.line()?;
    html.close("svg")?;
    html.line()?;
    let not_read = match of_column {
        1 => "not read",
        _ => "not read (the lower half: some days of it)",
    };
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

/// The upper edges of the fields that something is true of. Neighbours are one line: so a page of a year
/// stays small.
fn fields(
    rows: &[(String, Vec<Heat>)],
    is_of: &dyn Fn(Heat) -> bool,
    (left, width): (u32, u32),
    (top, step): (u32, u32),
) -> Vec<Line> {
    let mut lines = Vec::new();
    for (at, (_, cells)) in rows.iter().enumerate() {
        let mut begin = None;
        for place in 0..=cells.len() {
            match (begin, cells.get(place).is_some_and(|cell| is_of(*cell))) {
                (None, true) => begin = Some(place),
                (Some(start), false) => {
                    let left = left + width * start as u32;
                    let length = width * (place - start) as u32;
                    lines.push((left, top + step * at as u32, length));
                    begin = None;
                }
                _ => {}
            }
        }
    }
    lines
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
        html.open("td", &[])?;
        html.name(account)?;
        html.close("td")?;
        let number = |is: fn(&Heat) -> bool| cells.iter().filter(|cell| is(cell)).count() as u64;
        for number in [
            number(|cell| matches!(cell, Heat::Read(_))),
            number(|cell| matches!(cell, Heat::Partly(_))),
            number(|cell| matches!(cell, Heat::Damaged)),
            number(|cell| matches!(cell, Heat::NotRead)),
            cells.iter().map(|cell| records(*cell)).sum(),
        ] {
            html.element("td", &[("class", Value::Word("number"))], &count(number))?;
        }
        html.close("tr")?;
        html.line()?;
    }
    html.close("tbody")?;
    html.close("table")?;
    html.close("details")?;
    html.line()
}
