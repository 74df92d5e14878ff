//! `store check`: what is wrong with a store.

use crate::questions::Fault;
use crate::report::cell::Cell;
use crate::report::page::{List, Page};
use crate::report::sheet::{Label, Sheet};

/// The page of a check; `rows_checked` is how many rows of the store were held against their sums.
pub fn page<'p>(faults: Vec<Fault>, rows_checked: Option<u64>) -> Page<'p> {
    let is_sound = faults.is_empty();
    let rows = faults.into_iter().map(Ok);
    Page {
        head: vec![("sound", is_sound.into())],
        tail: vec![("rows_checked", rows_checked.into())],
        ..Page::new("stscope.check/1", List::new("faults", sheet(), rows, None))
    }
}

/// The columns.
pub fn sheet() -> Sheet<Fault> {
    Sheet::<Fault>::new()
        .col("check", Label::new("CHECK"), "what noticed it", |fault| {
            Cell::text(fault.check)
        })
        .col("table", Label::new("TABLE"), "the table", |fault| {
            Cell::some(fault.table.as_deref(), Cell::text)
        })
        .col("day", Label::new("DAY"), "the day", |fault| {
            Cell::some(fault.day.as_deref(), Cell::text)
        })
        .col(
            "detail",
            Label::new("WHAT IS WRONG").least(20),
            "what is wrong",
            |fault| Cell::text(fault.detail.as_str()),
        )
}
