//! The rows of a list → sheets: as many as Excel's limit of rows makes of them.

use std::borrow::Cow;
use std::io;

use chrono::{Datelike as _, NaiveDate};
use rust_xlsxwriter::{IgnoreError, Workbook, Worksheet, XlsxError};

use super::{Styles, broken};
use crate::report::cell::Cell;
use crate::report::escape::for_terminal;
use crate::report::page::Rows;
use crate::report::sheet::Column;
use crate::sts::Time;

/// The most rows of a sheet, the header included.
const MOST_ROWS: u32 = 1_048_576;
/// The most units of UTF-16 of a cell.
const MOST_UNITS: usize = 32_767;
/// What is put after a text that was cut.
const CUT: &str = " … (cut)";
/// The widest column, in characters.
const WIDEST: usize = 60;

/// Sheets that were written.
pub(super) struct Written {
    /// The names, those of further ones with a number.
    pub names: Vec<String>,
    pub columns: Vec<Column>,
    /// How many rows there are in all of them, and besides.
    pub rows: u64,
    pub more: u64,
}

impl Written {
    /// The rows of the first sheet.
    pub fn first_rows(&self) -> u32 {
        self.rows.min(u64::from(MOST_ROWS - 1)) as u32
    }
}

pub(super) fn write(
    book: &mut Workbook,
    name: &str,
    rows: &mut dyn Rows,
    styles: &Styles,
) -> io::Result<Written> {
    write_split(book, name, rows, styles, MOST_ROWS)
}

fn write_split(
    book: &mut Workbook,
    name: &str,
    rows: &mut dyn Rows,
    styles: &Styles,
    most_rows: u32,
) -> io::Result<Written> {
    let mut filling = Filling {
        book,
        styles,
        columns: rows.columns(),
        names: Vec::new(),
        row: 0,
        widths: Vec::new(),
        has_ids: Vec::new(),
    };
    let begun = filling.begin(name);
    begun.map_err(|error| broken(&error))?;
    let mut number = 0;
    let more = rows.each(&mut |cells| {
        number += 1;
        let has_room = match filling.row < most_rows {
            true => Ok(()),
            false => filling.finish().and_then(|()| filling.begin(name)),
        };
        let added = has_room.and_then(|()| filling.add(cells));
        added.map_err(|error| broken(&error))
    })?;
    filling.finish().map_err(|error| broken(&error))?;
    Ok(Written {
        names: filling.names,
        columns: filling.columns,
        rows: number,
        more,
    })
}

/// The sheets of a list as they are filled.
struct Filling<'b> {
    book: &'b mut Workbook,
    styles: &'b Styles,
    columns: Vec<Column>,
    names: Vec<String>,
    /// The next row of the sheet that is being filled.
    row: u32,
    widths: Vec<usize>,
    /// The columns with ids, which Excel would call numbers stored as text.
    has_ids: Vec<bool>,
}

impl Filling<'_> {
    /// Begins a sheet, with the names of the columns.
    fn begin(&mut self, name: &str) -> Result<(), XlsxError> {
        let name = match self.names.len() {
            0 => name.to_owned(),
            before => format!("{name} {}", before + 1),
        };
        let sheet = self.book.add_worksheet_with_constant_memory()?;
        sheet.set_name(&name)?;
        for (at, column) in (0..).zip(&self.columns) {
            sheet.write_string_with_format(0, at, column.name, &self.styles.head)?;
        }
        sheet
            .set_freeze_panes(1, 0)?
            .set_repeat_rows(0, 0)?
            .set_landscape()
            .set_print_fit_to_pages(1, 0);
        self.names.push(name);
        self.row = 1;
        self.widths = (self.columns.iter().map(|column| column.name.len() + 3)).collect();
        self.has_ids = vec![false; self.columns.len()];
        Ok(())
    }

    /// The sheet that is being filled: the last of the book.
    fn sheet(&mut self) -> Result<&mut Worksheet, XlsxError> {
        let last = self.book.worksheets().len() - 1;
        self.book.worksheet_from_index(last)
    }

    fn add(&mut self, cells: &[Cell<'_>]) -> Result<(), XlsxError> {
        let (row, styles) = (self.row, self.styles);
        self.row += 1;
        for (at, cell) in cells.iter().enumerate() {
            let width = match cell {
                Cell::Time(_) => 23,
                Cell::Day(_) => 11,
                other => other.shown().len().min(WIDEST),
            };
            self.widths[at] = self.widths[at].max(width + 1);
            self.has_ids[at] |= matches!(cell, Cell::Account(_));
        }
        let sheet = self.sheet()?;
        for (at, cell) in (0..).zip(cells) {
            write_cell(sheet, row, at, cell, styles)?;
        }
        Ok(())
    }

    /// Ends a sheet: what goes for all of its rows.
    fn finish(&mut self) -> Result<(), XlsxError> {
        let (last_row, widths) = (self.row - 1, std::mem::take(&mut self.widths));
        let has_ids = std::mem::take(&mut self.has_ids);
        let last_column = (self.columns.len().max(1) - 1) as u16;
        let sheet = self.sheet()?;
        for (at, width) in (0..).zip(widths) {
            sheet.set_column_width(at, width.min(WIDEST) as f64)?;
        }
        if last_row > 0 {
            sheet.autofilter(0, 0, last_row, last_column)?;
            for (at, _) in (0..).zip(has_ids).filter(|(_, has_ids)| *has_ids) {
                sheet.ignore_error_range(1, at, last_row, at, IgnoreError::NumberStoredAsText)?;
            }
        }
        Ok(())
    }
}

/// Writes a cell by its type. What is absent is no cell.
pub(super) fn write_cell(
    sheet: &mut Worksheet,
    row: u32,
    at: u16,
    cell: &Cell<'_>,
    styles: &Styles,
) -> Result<(), XlsxError> {
    match cell {
        Cell::Absent => return Ok(()),
        Cell::Text(text) | Cell::Account(text) => {
            sheet.write_string_with_format(row, at, fitting(text), &styles.text)?
        }
        Cell::Count(number) => {
            sheet.write_number_with_format(row, at, *number as f64, &styles.count)?
        }
        Cell::Share(share) => sheet.write_number_with_format(row, at, *share, &styles.share)?,
        // LibreOffice reads a boolean as the formula =TRUE(), and there is to be none.
        Cell::Flag(flag) => {
            let word = if *flag { "yes" } else { "no" };
            sheet.write_string_with_format(row, at, word, &styles.text)?
        }
        Cell::Time(time) => match serial(*time) {
            Some(serial) => sheet.write_number_with_format(row, at, serial, &styles.time)?,
            None => sheet.write_string_with_format(row, at, time.to_string(), &styles.text)?,
        },
        Cell::Day(day) => match serial_of_day(*day) {
            Some(serial) => sheet.write_number_with_format(row, at, serial, &styles.day)?,
            None => sheet.write_string_with_format(row, at, day.to_string(), &styles.text)?,
        },
    };
    Ok(())
}

/// What Excel counts days from, in days before 1970. It takes 1900 for a leap year, so that this goes for
/// days from March 1900 on alone.
const EPOCH: f64 = 25_569.0;

fn serial(time: Time) -> Option<f64> {
    (1901..=9999)
        .contains(&time.year())
        .then(|| time.millis() as f64 / Time::DAY as f64 + EPOCH)
}

fn serial_of_day(day: NaiveDate) -> Option<f64> {
    (1901..=9999)
        .contains(&day.year())
        .then(|| f64::from(day.to_epoch_days()) + EPOCH)
}

/// A text as a cell takes it: control and bidirectional characters are shown, and it is cut where Excel
/// would take the workbook for broken.
pub(super) fn fitting(text: &str) -> Cow<'_, str> {
    let text = for_terminal(text);
    // As many bytes as that are never more units.
    if text.len() <= MOST_UNITS || text.encode_utf16().count() <= MOST_UNITS {
        return text;
    }
    let room = MOST_UNITS - CUT.encode_utf16().count();
    let mut used = 0;
    let kept = text.chars().take_while(|c| {
        used += c.len_utf16();
        used <= room
    });
    Cow::Owned(kept.chain(CUT.chars()).collect())
}

#[cfg(test)]
mod tests {
    use super::super::super::tests_of_formats::{columns, list};
    use super::*;

    #[test]
    fn a_text_that_is_too_long_is_cut_with_a_mark() {
        assert_eq!(fitting("=1+1"), "=1+1");
        for text in ["x".repeat(40_000), "\u{1f600}".repeat(20_000)] {
            let cut = fitting(&text);
            assert!(cut.ends_with(CUT));
            assert!((MOST_UNITS - 1..=MOST_UNITS).contains(&cut.encode_utf16().count()));
        }
        let just = "é".repeat(MOST_UNITS);
        assert_eq!(fitting(&just), just);
    }

    #[test]
    fn rows_beyond_the_limit_go_to_another_sheet() {
        let mut book = Workbook::new();
        let rows = (0..5).map(|number| vec![Cell::Count(number)]);
        let mut list = list(columns(["a"]), rows, Some(4));
        let styles = Styles::new();
        let written = write_split(&mut book, "calls", list.rows.as_mut(), &styles, 3).unwrap();
        assert_eq!(written.names, ["calls", "calls 2"]);
        assert_eq!((written.rows, written.more), (4, 1));
    }

    #[test]
    fn times_are_days_since_1900_and_others_text() {
        let time = |text: &str| Time::parse(text).unwrap();
        assert_eq!(serial(time("2025-11-03T12:00:00Z")), Some(45_964.5));
        assert_eq!(serial(time("1899-01-01T00:00:00Z")), None);
        assert_eq!(serial_of_day("2025-11-03".parse().unwrap()), Some(45_964.0));
    }
}
