//! Rows as a table. Whoever allows the script can sort and filter it.

use std::io;

use super::rest;
use super::writer::{Html, Value};
use crate::report::cell::Cell;
use crate::report::page::Rows;
use crate::report::words::{count, percent};

/// The most columns that fit a sheet of paper that stands upright.
const MOST_UPRIGHT: usize = 12;
/// The most characters of a cell that is not broken: a host, an address, the id of an endpoint.
const MOST_ON_A_LINE: usize = 30;

/// The most rows of a table: a browser takes seconds to sort more than some thousands. What is asked
/// for by `--top` is less, or meant.
pub(super) fn write(
    html: &mut Html<'_>,
    rows: &mut dyn Rows,
    title: &'static str,
    noun: &str,
) -> io::Result<()> {
    let columns = rows.columns();
    let mut is_first = true;
    let more = rows.each(&mut |cells| {
        if is_first {
            is_first = false;
            // On paper nothing scrolls: what has many columns takes it across.
            let class = match columns.len() {
                0..=MOST_UPRIGHT => "scroll",
                _ => "scroll wide",
            };
            // What scrolls is reached by the keyboard.
            html.open(
                "div",
                &[
                    ("class", Value::Word(class)),
                    ("tabindex", Value::Number(0.0)),
                    ("role", Value::Word("region")),
                    ("aria-label", Value::Word(title)),
                ],
            )?;
            html.open("table", &[])?;
            html.line()?;
            html.open("thead", &[])?;
            html.open("tr", &[])?;
            for (column, cell) in columns.iter().zip(cells) {
                let class = if cell.is_number() { "number" } else { "text" };
                let attributes = [
                    ("scope", Value::Word("col")),
                    ("class", Value::Word(class)),
                    ("title", Value::Word(column.help)),
                ];
                html.open("th", &attributes)?;
                html.long_word(column.name)?;
                html.close("th")?;
            }
            html.close("tr")?;
            html.close("thead")?;
            html.line()?;
            html.open("tbody", &[])?;
            html.line()?;
        }
        html.open("tr", &[])?;
        for cell in cells {
            match cell {
                Cell::Absent => html.element("td", &[], "")?,
                Cell::Count(number) => number_cell(html, &count(*number))?,
                Cell::Share(share) => number_cell(html, &percent(*share))?,
                Cell::Flag(flag) => html.element("td", &[], if *flag { "yes" } else { "no" })?,
                Cell::Time(_) | Cell::Day(_) => {
                    html.element("td", &[("class", Value::Word("time"))], &cell.shown())?;
                }
                Cell::Text(text) | Cell::Account(text) => text_cell(html, text)?,
            }
        }
        html.close("tr")?;
        html.line()
    })?;
    match is_first {
        true => html.element("p", &[], &format!("No {noun}."))?,
        false => {
            html.close("tbody")?;
            html.close("table")?;
            html.close("div")?;
        }
    }
    html.line()?;
    rest(html, more, noun)
}

/// A cell of a stranger's text: where it is long it may be broken anywhere, else nowhere.
pub(super) fn text_cell(html: &mut Html<'_>, text: &str) -> io::Result<()> {
    match text.chars().nth(MOST_ON_A_LINE) {
        None => html.open("td", &[])?,
        Some(_) => html.open("td", &[("class", Value::Word("long"))])?,
    }
    html.name(text)?;
    html.close("td")
}

pub(super) fn number_cell(html: &mut Html<'_>, text: &str) -> io::Result<()> {
    html.element("td", &[("class", Value::Word("number"))], text)
}
