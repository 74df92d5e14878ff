//! A page: all that is said in answer to a question, as data.
//!
//! Owns what a page can hold. A page knows no format, and a format knows no page: it knows blocks,
//! rows of typed cells, and notes. So a new format shows every page, and a new page is shown in
//! every format.

use std::io;

use chrono::NaiveDate;
use serde_json::Value;

use super::cell::Cell;
use super::gauge::Gauge;
use super::sheet::{Column, Sheet};
use super::words::Phrase;
use crate::sts::{Cause, Time};

/// What is said in answer to a question.
pub struct Page<'p> {
    /// The name and version of its form in JSON: `stscope.report/1`.
    pub schema: &'static str,
    /// For programs: members of the JSON object before the rows.
    pub head: Vec<Member>,
    /// For people: what is to be known before the rows.
    pub blocks: Vec<Block>,
    /// What it is called, where it has a title.
    pub title: String,
    /// The rows: one list, or several of an overview.
    pub lists: Vec<List<'p>>,
    /// For programs: members of the JSON object after the rows.
    pub tail: Vec<Member>,
    /// For programs: a list after these, of which one element is in memory at a time.
    pub long: Option<Long<'p>>,
    /// For people: what is to be known after the rows, a line each.
    pub notes: Vec<String>,
    /// For people: what the labels of a table mean.
    pub legend: Option<&'static str>,
    /// For programs that watch figures; made only where they are written. `None` if it has none.
    pub gauges: Option<Gauges<'p>>,
    /// What was read.
    pub coverage: Coverage<'p>,
}

/// What makes the gauges of a page.
pub type Gauges<'p> = Box<dyn FnOnce() -> Vec<Gauge> + 'p>;

/// A member of a JSON object.
pub type Member = (&'static str, Value);

/// A member of a JSON object that is a long list.
pub type Long<'p> = (&'static str, Box<dyn Iterator<Item = Value> + 'p>);

/// Tells, once the last row is written, what was read; `None` if a page is about nothing that is read.
/// An error means that the rows are not the whole answer.
pub type Coverage<'p> = Box<dyn FnOnce() -> io::Result<Option<Value>> + 'p>;

impl<'p> Page<'p> {
    /// A page of rows and nothing else.
    pub fn new(schema: &'static str, list: List<'p>) -> Page<'p> {
        Page {
            schema,
            head: Vec::new(),
            blocks: Vec::new(),
            title: schema.replace("/1", "").replace(".", " "),
            lists: vec![list],
            tail: Vec::new(),
            long: None,
            notes: Vec::new(),
            legend: None,
            gauges: None,
            coverage: Box::new(|| Ok(None)),
        }
    }

    /// The same page, with what was read.
    #[must_use]
    pub fn covering(
        mut self,
        coverage: impl FnOnce() -> io::Result<Option<Value>> + 'p,
    ) -> Page<'p> {
        self.coverage = Box::new(coverage);
        self
    }
}

/// A part of a page before its rows.
#[derive(Clone, Debug)]
pub enum Block {
    /// What the page is about, and on what it rests.
    Heading {
        /// The most important line of the page.
        text: String,
        /// Lines that belong to it.
        details: Vec<String>,
    },
    /// Figures, one below the other.
    Figures {
        /// The figures.
        figures: Vec<Figure>,
        /// Whether they are parts of a whole.
        with_shares: bool,
    },
    /// Short remarks.
    Remarks(Vec<String>),
    /// What was read, for a format that does not say it otherwise.
    Read(Vec<String>),
    /// A figure over time.
    Bars {
        /// What it is.
        name: &'static str,
        /// Its values, the oldest first; `None` where it is not known.
        values: Vec<Option<f64>>,
        /// Whether the values are shares, and not counts.
        are_shares: bool,
    },
    /// A figure that is drawn, where a format can draw. What it shows is in words or in rows, too.
    Chart(Chart),
}

/// A figure that is drawn.
#[derive(Clone, Debug)]
pub enum Chart {
    /// Global and Regional calls over time, one upon the other.
    Stack {
        /// What it shows.
        title: &'static str,
        /// The periods, the oldest first.
        columns: Vec<StackColumn>,
    },
    /// Calls by what makes them, one below the other.
    Bars {
        /// What it shows.
        title: &'static str,
        /// The bars.
        bars: Vec<Bar>,
        /// How many there are besides.
        more: u64,
    },
    /// How much was read, account by day.
    Heat {
        /// What it shows.
        title: &'static str,
        /// The first and the last day of each column.
        columns: Vec<(NaiveDate, NaiveDate)>,
        /// The accounts, each with its cells.
        rows: Vec<(String, Vec<Heat>)>,
        /// How many there are besides.
        more: u64,
    },
}

/// A period in a chart.
#[derive(Clone, Debug)]
pub struct StackColumn {
    /// The first day of the period.
    pub first_day: NaiveDate,
    /// The global calls; `None` where it is not known.
    pub global: Option<u64>,
    /// The Regional ones.
    pub regional: Option<u64>,
    /// Whether all of it was read.
    pub is_whole: bool,
}

/// A bar in a chart.
#[derive(Clone, Debug)]
pub struct Bar {
    /// What it is of.
    pub label: String,
    /// The global calls; `None` where nothing is known of them.
    pub global: Option<u64>,
    /// The Regional ones.
    pub regional: u64,
}

/// How much was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heat {
    /// Nothing.
    NotRead,
    /// Something was damaged.
    Damaged,
    /// Some days of it were read, and others not.
    Partly(u64),
    /// So many records.
    Read(u64),
}

/// A count with a name.
#[derive(Clone, Debug)]
pub struct Figure {
    /// What is counted.
    pub name: &'static str,
    /// How many.
    pub count: u64,
    /// Its part of the whole.
    pub share: Option<f64>,
    /// What it means.
    pub words: String,
    /// How it is to be taken.
    pub tone: Tone,
}

/// How a figure is to be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// As it is.
    Plain,
    /// There is something to do.
    Alarm,
    /// All is well.
    Calm,
}

/// The rows of a page.
pub struct List<'p> {
    /// Its key in JSON: `groups` or `rows`.
    pub key: &'static str,
    /// What several rows are called.
    pub noun: &'static str,
    /// How people see it.
    pub form: Form<'p>,
    /// The rows.
    pub rows: Box<dyn Rows + 'p>,
    /// What it is called, if it is one of several.
    pub title: &'static str,
    /// What is to be known of it before its rows.
    pub blocks: Vec<Block>,
    /// Whether lines of text have no room for it.
    pub is_detail: bool,
    /// Whether its blocks are enough where there are drawings: of its rows there may be millions.
    pub is_drawn: bool,
    /// Its rows as work to do, where they are lines elsewhere.
    pub work: Option<WorkOf<'p>>,
}

/// What makes work of rows.
pub type WorkOf<'p> = Box<dyn FnOnce() -> WorkList<'p> + 'p>;

/// How people see the rows. Programs get rows of cells whatever the form.
pub enum Form<'p> {
    /// A row a line, under labels.
    Lines,
    /// As lines; in a plain table, a paragraph a row, with the name of each column before its cell.
    Paragraphs,
    /// As work to do, caller by caller; made only where it is shown.
    WorkList(WorkOf<'p>),
}

/// Rows of cells, whatever they are made of. They come one after the other, and no more of them are
/// in memory than whoever takes them keeps.
pub trait Rows {
    /// The columns.
    fn columns(&self) -> Vec<Column>;

    /// Hands over each row, down to the last that is asked for, and tells how many more there are.
    ///
    /// # Errors
    /// What `take` gives, and what getting a row gives.
    fn each(&mut self, take: &mut dyn FnMut(&[Cell<'_>]) -> io::Result<()>) -> io::Result<u64>;
}

impl<'p> List<'p> {
    /// The rows of a sheet: the first `top` of them, or all.
    pub fn new<R: 'p>(
        noun: &'static str,
        sheet: Sheet<R>,
        rows: impl IntoIterator<Item = io::Result<R>, IntoIter: 'p>,
        top: Option<u64>,
    ) -> List<'p> {
        List {
            key: "rows",
            noun,
            form: Form::Lines,
            rows: Box::new(Taken {
                sheet,
                rows: rows.into_iter(),
                top: top.unwrap_or(u64::MAX),
            }),
            title: "",
            blocks: Vec::new(),
            is_detail: false,
            is_drawn: false,
            work: None,
        }
    }
}

/// The first rows of an iterator.
struct Taken<R, I> {
    sheet: Sheet<R>,
    rows: I,
    top: u64,
}

impl<R, I: Iterator<Item = io::Result<R>>> Rows for Taken<R, I> {
    fn columns(&self) -> Vec<Column> {
        self.sheet.columns()
    }

    fn each(&mut self, take: &mut dyn FnMut(&[Cell<'_>]) -> io::Result<()>) -> io::Result<u64> {
        let mut left = self.top;
        while left > 0 {
            let Some(row) = self.rows.next() else {
                return Ok(0);
            };
            take(&self.sheet.cells(&row?))?;
            left -= 1;
        }
        // Where the number is known, nothing more is made. A stream is read to its end: whoever fills
        // it would wait for ever, or its coverage would be short.
        match self.rows.size_hint() {
            (least, Some(most)) if least == most => Ok(most as u64),
            _ => Ok(self.rows.by_ref().count() as u64),
        }
    }
}

/// Work to do, caller by caller.
#[derive(Clone, Debug)]
pub struct WorkList<'p> {
    /// How much there is to do, or that there is nothing.
    pub headline: String,
    /// What else is to be known before the work begins.
    pub remarks: Vec<String>,
    /// Who has something to do.
    pub callers: Vec<Caller<'p>>,
    /// How many rows there are besides those that became tasks.
    pub more: u64,
    /// What can go wrong, by kind.
    pub risks: Vec<RiskList<'p>>,
}

/// A caller, and what it has to do.
#[derive(Clone, Debug)]
pub struct Caller<'p> {
    /// Who it is.
    pub principal: &'p str,
    /// What kind of caller.
    pub principal_type: Option<&'p str>,
    /// Its account.
    pub account_id: Option<&'p str>,
    /// What that is called.
    pub account_name: Option<String>,
    /// Its calls that are right already.
    pub regional_calls: u64,
    /// What it has to do.
    pub tasks: Vec<Task<'p>>,
}

/// One thing to do.
#[derive(Clone, Debug)]
pub struct Task<'p> {
    /// The SDK and its versions.
    pub agent: Phrase<'p>,
    /// Whether these are several versions.
    pub has_versions: bool,
    /// The calls that it is about.
    pub calls: u64,
    /// The last of them.
    pub last: Option<Time>,
    /// Why they go to the global endpoint.
    pub cause: Cause,
    /// What to do.
    pub fix: &'p str,
    /// The Region to go to, and what says so.
    pub region: Option<(&'p str, &'static str)>,
    /// What helps to find the callers.
    pub seen: Option<Phrase<'p>>,
}

/// Risks of one kind.
#[derive(Clone, Debug)]
pub struct RiskList<'p> {
    /// What can go wrong.
    pub title: &'static str,
    /// Where.
    pub lines: Vec<Phrase<'p>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(rows: impl Iterator<Item = u64>, top: u64) -> (Vec<u64>, u64) {
        let sheet = Sheet::<u64>::new().col("row", None, "", |row| Cell::Count(*row));
        let mut list = List::new("rows", sheet, rows.map(Ok), Some(top));
        let mut taken = Vec::new();
        let each = list.rows.each(&mut |cells| {
            taken.extend(cells.iter().filter_map(|cell| match cell {
                Cell::Count(row) => Some(*row),
                _ => None,
            }));
            Ok(())
        });
        let more = each.unwrap();
        (taken, more)
    }

    #[test]
    fn rows_whose_number_is_known_are_not_made_to_be_counted() {
        let rows = (0..1000).inspect(|&row| assert!(row < 2, "{row} was made"));
        assert_eq!(taken(rows, 2), (vec![0, 1], 998));
        assert_eq!(taken(0..2, 2), (vec![0, 1], 0));
    }

    #[test]
    fn a_stream_is_read_to_its_end_whatever_is_asked_for() {
        let (sender, receiver) = std::sync::mpsc::sync_channel(1);
        let writer = std::thread::spawn(move || (0..100).all(|row| sender.send(row).is_ok()));
        assert_eq!(taken(receiver.into_iter(), 2), (vec![0, 1], 98));
        assert!(writer.join().unwrap());
    }
}
