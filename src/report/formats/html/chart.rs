//! Figures that are drawn, as SVG. Colours are attributes, so that they show where no style is allowed.
//!
//! What was not read is a hatch, never a pale colour that looks like little. Each chart has a title and
//! says in words what is in it; its numbers are in a table, too.

use std::io;

use super::writer::{Html, Line, Value};
use crate::report::page::{Bar, Chart, Heat, StackColumn};
use crate::report::words::{count, counted, percent};

/// Vermillion and blue of Okabe and Ito, which everybody can tell apart, on white and on black.
const GLOBAL: &str = "#D55E00";
const REGIONAL: &str = "#0072B2";
const DAMAGED: &str = "#CC79A7";
const HATCH: &str = "url(#not-read)";
/// From little to much.
const READ: [&str; 4] = ["#B5DAEE", "#7FBBDD", "#3D96C7", "#0072B2"];
const GREY: &str = "#767676";

const WIDTH: f64 = 960.0;

pub(super) fn write(html: &mut Html<'_>, chart: &Chart) -> io::Result<()> {
    // In a narrow window it scrolls, and what scrolls is reached by the keyboard.
    html.open("figure", &[("tabindex", Value::Number(0.0))])?;
    html.line()?;
    match chart {
        Chart::Stack { title, columns } => stack(html, title, columns)?,
        Chart::Bars { title, bars, more } => self::bars(html, title, bars, *more)?,
        Chart::Heat {
            title,
            columns,
            rows,
            more,
        } => heat(html, title, columns, rows, *more)?,
    }
    html.close("figure")?;
    html.line()
}

/// Begins a drawing with what it is in words.
fn begin(html: &mut Html<'_>, title: &str, description: &str, height: f64) -> io::Result<()> {
    html.element("figcaption", &[], title)?;
    html.open(
        "svg",
        &[
            ("viewBox", Value::Size(WIDTH, height)),
            ("width", Value::Number(WIDTH)),
            ("height", Value::Number(height)),
            ("role", Value::Word("img")),
        ],
    )?;
    html.element("title", &[], title)?;
    html.element("desc", &[], description)?;
    html.line()
}

/// The hatch: grey lines on nothing.
fn hatch(html: &mut Html<'_>) -> io::Result<()> {
    html.open("defs", &[])?;
    html.open(
        "pattern",
        &[
            ("id", Value::Word("not-read")),
            ("width", Value::Number(6.0)),
            ("height", Value::Number(6.0)),
            ("patternUnits", Value::Word("userSpaceOnUse")),
            ("patternTransform", Value::Word("rotate(45)")),
        ],
    )?;
    rect(html, (0.0, 0.0, 2.0, 6.0), GREY)?;
    html.close("pattern")?;
    html.close("defs")?;
    html.line()
}

/// Left, top, width and height.
type Rect = (f64, f64, f64, f64);

fn rect(
    html: &mut Html<'_>,
    (left, top, width, height): Rect,
    fill: &'static str,
) -> io::Result<()> {
    html.open(
        "rect",
        &[
            ("x", Value::Number(left)),
            ("y", Value::Number(top)),
            ("width", Value::Number(width)),
            ("height", Value::Number(height)),
            ("fill", Value::Word(fill)),
        ],
    )?;
    html.close("rect")
}

/// A text in a drawing, its end or its begin at the place.
fn label(
    html: &mut Html<'_>,
    (left, top): (f64, f64),
    anchor: &'static str,
    text: &str,
) -> io::Result<()> {
    html.element(
        "text",
        &[
            ("x", Value::Number(left)),
            ("y", Value::Number(top)),
            ("text-anchor", Value::Word(anchor)),
            ("font-size", Value::Number(12.0)),
            ("fill", Value::Word(GREY)),
            ("class", Value::Word("label")),
        ],
        text,
    )
}

/// What the colours mean.
fn key(html: &mut Html<'_>, entries: &[(&'static str, &'static str)]) -> io::Result<()> {
    html.open("p", &[("class", Value::Word("key"))])?;
    for (fill, words) in entries {
        html.open(
            "svg",
            &[
                ("viewBox", Value::Size(12.0, 12.0)),
                ("width", Value::Number(12.0)),
                ("height", Value::Number(12.0)),
                ("aria-hidden", Value::Word("true")),
            ],
        )?;
        rect(html, (0.0, 0.0, 12.0, 12.0), fill)?;
        html.close("svg")?;
        html.text(" ")?;
        html.text(words)?;
        html.text("  ")?;
    }
    html.close("p")?;
    html.line()
}

fn stack(html: &mut Html<'_>, title: &str, columns: &[StackColumn]) -> io::Result<()> {
    const LEFT: f64 = 70.0;
    const HEIGHT: f64 = 200.0;
    const TOP: f64 = 14.0;
    let total = |column: &StackColumn| column.global.unwrap_or(0) + column.regional.unwrap_or(0);
    let most = columns.iter().map(total).max().unwrap_or(0).max(1);
    let (first, last) = match columns {
        [first, .., last] => (first.label.as_str(), last.label.as_str()),
        [one] => (one.label.as_str(), one.label.as_str()),
        [] => return Ok(()),
    };
    let sum = |of: fn(&StackColumn) -> Option<u64>| columns.iter().filter_map(of).sum::<u64>();
    let description = format!(
        "{first} to {last}: {} global and {} Regional; the most in one column are {}.",
        counted(sum(|column| column.global), "call"),
        count(sum(|column| column.regional)),
        count(most)
    );
    begin(html, title, &description, TOP + HEIGHT + 24.0)?;
    hatch(html)?;
    label(html, (LEFT - 6.0, TOP + 10.0), "end", &count(most))?;
    label(html, (LEFT - 6.0, TOP + HEIGHT), "end", "0")?;
    rect(html, (LEFT, TOP + HEIGHT, WIDTH - LEFT, 1.0), GREY)?;
    html.line()?;
    let step = (WIDTH - LEFT) / columns.len() as f64;
    let (step, gap) = (step.min(60.0), if step > 4.0 { 1.0 } else { 0.0 });
    for (at, column) in columns.iter().enumerate() {
        let left = LEFT + step * at as f64;
        let width = step - gap;
        let height = |calls: u64| HEIGHT * calls as f64 / most as f64;
        html.open("g", &[])?;
        html.element("title", &[], &words(column))?;
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
    label(html, (LEFT, TOP + HEIGHT + 22.0), "start", first)?;
    if columns.len() > 1 {
        let end = (LEFT + step * columns.len() as f64).max(LEFT + 180.0);
        label(html, (end, TOP + HEIGHT + 22.0), "end", last)?;
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

fn words(column: &StackColumn) -> String {
    let calls = |calls: Option<u64>| calls.map_or("not known".to_owned(), count);
    let part = if column.is_whole {
        ""
    } else {
        " (not all of it was read)"
    };
    format!(
        "{}: global {}, Regional {}{part}",
        column.label,
        calls(column.global),
        calls(column.regional)
    )
}

fn bars(html: &mut Html<'_>, title: &str, bars: &[Bar], more: u64) -> io::Result<()> {
    const LEFT: f64 = 170.0;
    const RIGHT: f64 = 150.0;
    const STEP: f64 = 22.0;
    let most = bars
        .iter()
        .map(|bar| bar.global + bar.regional)
        .max()
        .unwrap_or(0)
        .max(1);
    let has_regional = bars.iter().any(|bar| bar.regional > 0);
    let description = format!(
        "{}, the most calls {}.",
        counted(bars.len() as u64, "bar"),
        count(most)
    );
    begin(html, title, &description, STEP * bars.len() as f64 + 4.0)?;
    for (at, bar) in bars.iter().enumerate() {
        let top = STEP * at as f64 + 2.0;
        let width = |calls: u64| (WIDTH - LEFT - RIGHT) * calls as f64 / most as f64;
        label(html, (LEFT - 8.0, top + 14.0), "end", &short(&bar.label))?;
        rect(html, (LEFT, top, width(bar.global), STEP - 4.0), GLOBAL)?;
        let left = LEFT + width(bar.global);
        rect(html, (left, top, width(bar.regional), STEP - 4.0), REGIONAL)?;
        let end = left + width(bar.regional) + 6.0;
        let figures = match (has_regional, bar.global + bar.regional) {
            (false, _) => count(bar.global),
            (true, 0) => "0".to_owned(),
            (true, all) => format!(
                "{} of {} ({})",
                count(bar.global),
                count(all),
                percent(bar.global as f64 / all as f64)
            ),
        };
        label(html, (end, top + 14.0), "start", &figures)?;
        html.line()?;
    }
    html.close("svg")?;
    html.line()?;
    let colours = [(GLOBAL, "global"), (REGIONAL, "Regional")];
    key(
        html,
        if has_regional {
            &colours
        } else {
            &colours[..1]
        },
    )?;
    if more > 0 {
        html.element(
            "p",
            &[("class", Value::Word("note"))],
            &format!("… and {} more.", count(more)),
        )?;
    }
    Ok(())
}

/// A label that fits before a bar.
fn short(text: &str) -> String {
    const MOST: usize = 24;
    let length = text.chars().count();
    if length <= MOST {
        return text.to_owned();
    }
    let front: String = text.chars().take(MOST / 2).collect();
    let back: String = text.chars().skip(length - (MOST / 2 - 1)).collect();
    format!("{front}…{back}")
}

type Days = (chrono::NaiveDate, chrono::NaiveDate);

fn heat(
    html: &mut Html<'_>,
    title: &str,
    columns: &[Days],
    rows: &[(String, Vec<Heat>)],
    more: u64,
) -> io::Result<()> {
    const LEFT: u32 = 110;
    const TOP: u32 = 18;
    let (Some((first, end_of_first)), Some((_, last))) = (columns.first(), columns.last()) else {
        return Ok(());
    };
    let step = if rows.len() > 60 { 6 } else { 16 };
    // In whole pixels, which are sharp, and short to write.
    let width = ((WIDTH as u32 - LEFT) / columns.len() as u32).clamp(1, 40);
    let of_column = (*end_of_first - *first).num_days() + 1;
    let each = match of_column {
        1 => "a column is a day".to_owned(),
        days => format!("a column is {days} days"),
    };
    let not_read: usize = cells(rows).filter(|cell| **cell == Heat::NotRead).count();
    let damaged: usize = cells(rows).filter(|cell| **cell == Heat::Damaged).count();
    let description = format!(
        "{}, {first} to {last}; {each}. Nothing was read in {} of {} fields, and something was damaged in \
         {}.",
        counted(rows.len() as u64, "account"),
        count(not_read as u64),
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
    label(html, (LEFT.into(), 12.0), "start", &first.to_string())?;
    if columns.len() > 1 {
        let end = (LEFT + width * columns.len() as u32).max(LEFT + 180);
        label(html, (end.into(), 12.0), "end", &last.to_string())?;
    }
    html.line()?;
    let most = cells(rows).map(|cell| records(*cell)).max().unwrap_or(0);
    let full = step - 1;
    let (upper, lower) = (full / 2, full - full / 2);
    let lines = |is_of: &dyn Fn(Heat) -> bool| fields(rows, is_of, (LEFT, width), (TOP, step));
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
            ((LEFT - 6).into(), f64::from(TOP + step * at as u32 + base)),
            "end",
            &short(account),
        )?;
    }
    html.line()?;
    html.close("svg")?;
    html.line()?;
    key(
        html,
        &[
            (HATCH, "not read (the lower half: a day of it)"),
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
