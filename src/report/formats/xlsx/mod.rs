//! Workbooks for Excel and its like: a summary, then a sheet for each list.
//!
//! Owns what a cell becomes. Text is always written as text, whatever it begins with, so nothing that a
//! stranger chose is ever a formula; ids of accounts keep their zeros, and times are dates. Rows go to a
//! temporary file as they come, so a million of them take no more memory than one.

mod chart;
mod rows;
mod summary;

use std::io::{self, Seek as _, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, XlsxError};

use super::{Layout, Renderer, Room};
use crate::report::page::{Block, Form, List, Page};

pub(super) struct Xlsx;

impl Renderer for Xlsx {
    fn endings(&self) -> &'static [&'static str] {
        &["xlsx"]
    }

    fn room(&self) -> Room {
        Room::Members
    }

    fn write(&self, page: Page<'_>, _layout: Layout, out: &mut dyn Write) -> io::Result<()> {
        // The library panics where its temporary file takes no more.
        catch_unwind(AssertUnwindSafe(|| workbook(page, out))).unwrap_or_else(|_| {
            Err(io::Error::other(
                "the workbook was not made, for what is said above; see that TMPDIR is there and has room",
            ))
        })
    }
}

fn workbook(page: Page<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut book = Workbook::new();
    // The same page is the same bytes, whenever it is written.
    let created = ExcelDateTime::from_ymd(2000, 1, 1).map_err(|error| broken(&error))?;
    let properties = DocProperties::new()
        .set_title(&page.title)
        .set_creation_datetime(&created);
    book.set_properties(&properties);
    let styles = Styles::new();
    // First, as that is what one sees; filled last, when all is known.
    book.add_worksheet()
        .set_name(summary::NAME)
        .map_err(|error| broken(&error))?;
    let are_several = page.lists.len() > 1;
    let mut charts = Vec::new();
    let mut sheets = Vec::new();
    let mut of_lists = Vec::new();
    for (at, list) in page.lists.into_iter().enumerate() {
        let name = match are_several {
            true => list.key.to_owned(),
            false => list.noun.to_owned(),
        };
        let List {
            mut rows,
            blocks,
            title,
            noun,
            form,
            work,
            ..
        } = list;
        let written = rows::write(&mut book, &name, rows.as_mut(), &styles)?;
        let drawn = blocks.iter().chain(page.blocks.iter().filter(|_| at == 0));
        charts.extend(drawn.filter_map(|block| match block {
            Block::Chart(chart) => chart::of(chart, &written),
            _ => None,
        }));
        sheets.push((if title.is_empty() { noun } else { title }, written));
        let work = match (work, form) {
            (Some(work), _) | (None, Form::WorkList(work)) => Some(work()),
            (None, Form::Lines | Form::Paragraphs) => None,
        };
        of_lists.push((title, blocks, work));
    }
    let coverage = (page.coverage)()?;
    let sheet = book
        .worksheet_from_index(0)
        .map_err(|error| broken(&error))?;
    let mut summary = summary::Summary::new(sheet, &styles);
    summary
        .title(&page.title)
        .and_then(|()| summary.blocks(&page.blocks))
        .and_then(|()| {
            (of_lists.iter()).try_for_each(|(title, blocks, work)| {
                summary.of_list(title, blocks)?;
                work.iter().try_for_each(|work| summary.work(title, work))
            })
        })
        .and_then(|()| summary.lines(&page.notes))
        .and_then(|()| summary.sheets(&sheets))
        .and_then(|()| summary.coverage(coverage.as_ref()))
        .and_then(|()| summary.charts(charts))
        .map_err(|error| broken(&error))?;
    // Zip writes what is not known yet of its parts after them, so no file has to be gone back in; but
    // the writer wants to be sent to threads.
    let mut file = tempfile::tempfile()?;
    book.save_to_writer(io::BufWriter::new(&mut file))
        .map_err(|error| broken(&error))?;
    file.rewind()?;
    io::copy(&mut file, out).map(drop)
}

/// How cells look.
struct Styles {
    head: Format,
    strong: Format,
    alarm: Format,
    text: Format,
    count: Format,
    share: Format,
    time: Format,
    day: Format,
}

impl Styles {
    fn new() -> Styles {
        let format = |code: &str| Format::new().set_num_format(code);
        Styles {
            head: Format::new().set_bold().set_background_color(0x00DD_E6ED),
            strong: Format::new().set_bold(),
            alarm: Format::new().set_bold().set_font_color(0x00B2_4A00),
            text: format("@"),
            count: format("#,##0"),
            share: format("0.0%"),
            time: format("yyyy-mm-dd hh:mm:ss\" UTC\""),
            day: format("yyyy-mm-dd"),
        }
    }
}

/// What is wrong with a workbook, as what is wrong with its writing.
fn broken(error: &XlsxError) -> io::Error {
    match error {
        XlsxError::IoError(error) => io::Error::new(error.kind(), error.to_string()),
        other => io::Error::other(format!(
            "the workbook, of which parts are written to the folder that TMPDIR names: {other}"
        )),
    }
}
