//! Columns of keys by name and type: how an answer reads the groups of its question.

use std::marker::PhantomData;

use chrono::NaiveDate;

use crate::sts::{Cause, EndpointKind};

/// A column of the keys of a question, and what its values are.
pub struct Column<T> {
    pub(super) at: usize,
    of: PhantomData<fn() -> T>,
}

impl<T> Column<T> {
    /// The column at this place of the key.
    pub const fn at(at: usize) -> Column<T> {
        Column {
            at,
            of: PhantomData,
        }
    }

    /// Its place in the key.
    pub const fn place(&self) -> usize {
        self.at
    }
}

/// What the values of a column are.
pub trait ColumnType {
    /// A value, as it is read from a group.
    type Value<'r>;

    /// Reads a value; `None` is what the records lack.
    fn read(text: Option<&str>) -> Self::Value<'_>;
}

/// Text, as it is in the record.
#[derive(Debug)]
pub enum Text {}

impl ColumnType for Text {
    type Value<'r> = Option<&'r str>;

    fn read(text: Option<&str>) -> Option<&str> {
        text
    }
}

/// [`YES`], or nothing.
#[derive(Debug)]
pub enum Flag {}

/// What a column of flags says yes by.
pub const YES: &str = "yes";

impl ColumnType for Flag {
    type Value<'r> = bool;

    fn read(text: Option<&str>) -> bool {
        text == Some(YES)
    }
}

impl ColumnType for NaiveDate {
    type Value<'r> = Option<NaiveDate>;

    fn read(text: Option<&str>) -> Option<NaiveDate> {
        text?.parse().ok()
    }
}

impl ColumnType for EndpointKind {
    type Value<'r> = Option<EndpointKind>;

    fn read(text: Option<&str>) -> Option<EndpointKind> {
        EndpointKind::find(text?)
    }
}

impl ColumnType for Cause {
    type Value<'r> = Option<Cause>;

    fn read(text: Option<&str>) -> Option<Cause> {
        Some(Cause::find(text?).unwrap_or(Cause::Unrecognised))
    }
}
