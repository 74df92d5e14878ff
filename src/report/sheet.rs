//! A sheet: the columns of a page's rows, each with the cell that it makes of a row.
//!
//! One list says everything of a column, so that no two lists have to be kept in step. Knows no
//! format; what a format needs of a column ([`Label`], help) is kept with it.

use super::cell::Cell;

/// What a column makes of a row.
type CellOf<R> = Box<dyn for<'r> Fn(&'r R) -> Cell<'r>>;

/// A column of a sheet.
struct Col<R> {
    column: Column,
    cell: CellOf<R>,
}

/// What is known of a column besides its cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name in CSV, and its key in JSON.
    pub name: &'static str,
    /// Its place in a table; `None` keeps it out of tables.
    pub label: Option<Label>,
    /// What it holds, in a few words.
    pub help: &'static str,
    /// The object that it is a member of in JSON, if it is none of the row's own.
    pub within: Option<&'static str>,
}

/// A column's place in a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Label {
    /// The text above it.
    pub text: &'static str,
    /// How far it may be cut before others are cut further.
    pub least: usize,
    /// Where there is not room for all, the columns with the highest number are left out first; those
    /// with 0 never are.
    pub spare: u8,
    /// Whether the start is what matters, so that the end is cut and not the middle.
    pub cut_end: bool,
    /// Whether the day of an instant is enough where the terminal is narrow.
    pub by_day: bool,
}

impl Label {
    /// A column that is cut only where nothing else helps.
    pub const fn new(text: &'static str) -> Label {
        Label {
            text,
            least: usize::MAX,
            spare: 0,
            cut_end: false,
            by_day: false,
        }
    }

    /// A column of long texts.
    #[must_use]
    pub const fn least(self, least: usize) -> Label {
        Label { least, ..self }
    }

    /// A column that can be left out: see [`Label::spare`].
    #[must_use]
    pub const fn spare(self, spare: u8) -> Label {
        Label { spare, ..self }
    }

    /// A column of instants: see [`Label::by_day`].
    #[must_use]
    pub const fn by_day(self) -> Label {
        Label {
            by_day: true,
            ..self
        }
    }

    /// A column of hosts: the Region comes before the suffix.
    pub(super) const fn host() -> Label {
        Label {
            least: 17,
            cut_end: true,
            ..Label::new("HOST")
        }
    }
}

/// The columns of a page, in order.
pub struct Sheet<R>(Vec<Col<R>>);

impl<R> Default for Sheet<R> {
    fn default() -> Sheet<R> {
        Sheet(Vec::new())
    }
}

impl<R> Sheet<R> {
    /// A sheet without columns.
    pub fn new() -> Sheet<R> {
        Sheet::default()
    }

    /// The sheet with one more column.
    #[must_use]
    pub fn col(
        mut self,
        name: &'static str,
        label: impl Into<Option<Label>>,
        help: &'static str,
        cell: impl for<'r> Fn(&'r R) -> Cell<'r> + 'static,
    ) -> Sheet<R> {
        let column = Column {
            name,
            label: label.into(),
            help,
            within: None,
        };
        let cell = Box::new(cell);
        self.0.push(Col { column, cell });
        self
    }

    /// The sheet with its last column within an object in JSON.
    #[must_use]
    pub fn within(mut self, object: &'static str) -> Sheet<R> {
        if let Some(col) = self.0.last_mut() {
            col.column.within = Some(object);
        }
        self
    }

    /// The columns without what makes their cells.
    pub fn columns(&self) -> Vec<Column> {
        self.0.iter().map(|col| col.column).collect()
    }

    /// The names of the columns.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|col| col.column.name)
    }

    /// The cells of a row.
    pub fn cells<'r>(&self, row: &'r R) -> Vec<Cell<'r>> {
        self.0.iter().map(|col| (col.cell)(row)).collect()
    }
}
