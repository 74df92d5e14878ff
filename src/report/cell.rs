//! One value of a row, with its type: each format writes a type in its own way.

use std::borrow::Cow;

use chrono::NaiveDate;

use crate::sts::Time;

/// One value.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell<'a> {
    /// What a record lacks.
    Absent,
    /// Text, whoever chose it.
    Text(Cow<'a, str>),
    /// The id of an account: digits that are no number, as zeros in front count.
    Account(Cow<'a, str>),
    /// A count.
    Count(u64),
    /// A part of a whole, from 0 to 1.
    Share(f64),
    /// Yes or no.
    Flag(bool),
    /// An instant.
    Time(Time),
    /// A day (UTC).
    Day(NaiveDate),
}

impl<'a> Cell<'a> {
    /// Text.
    pub fn text(text: impl Into<Cow<'a, str>>) -> Cell<'a> {
        Cell::Text(text.into())
    }

    /// The id of an account.
    pub fn account(id: &'a str) -> Cell<'a> {
        Cell::Account(Cow::Borrowed(id))
    }

    /// What `cell` makes of a value, if there is one.
    pub fn some<T>(value: Option<T>, cell: impl Fn(T) -> Cell<'a>) -> Cell<'a> {
        value.map_or(Cell::Absent, cell)
    }

    /// Whether it is a number: these are written with their last digits below one another.
    pub fn is_number(&self) -> bool {
        matches!(self, Cell::Count(_) | Cell::Share(_))
    }

    /// The value as text, before any escaping.
    pub fn shown(&self) -> Cow<'_, str> {
        match self {
            Cell::Absent => Cow::Borrowed(""),
            Cell::Text(text) | Cell::Account(text) => Cow::Borrowed(text),
            Cell::Count(count) => Cow::Owned(count.to_string()),
            Cell::Share(share) => Cow::Owned(share.to_string()),
            Cell::Flag(flag) => Cow::Borrowed(if *flag { "true" } else { "false" }),
            Cell::Time(time) => Cow::Owned(time.to_string()),
            Cell::Day(day) => Cow::Owned(day.to_string()),
        }
    }
}
