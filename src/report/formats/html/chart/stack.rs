//! Columns of global and Regional calls over time.
//!
//! Owns how a time of which nothing is known looks: never like few calls.

use std::io;

use super::super::writer::Html;
use super::draw::{GLOBAL, GREY, HATCH, REGIONAL, WIDTH, begin, hatch, key, label, rect};
use crate::report::page::StackColumn;
use crate::report::words::{count, counted};

pub(super) fn stack(html: &mut Html<'_>, title: &str, columns: &[StackColumn]) -> io::Result<()> {
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
