//! What is wrong with a store, as rows.

use super::{Cell, Column, Label};
use crate::store::Fault;

/// The columns of `store check`.
pub fn fault_columns() -> Vec<Column> {
    let column = |name, label| Column {
        name,
        label: Some(label),
    };
    vec![
        column("check", Label::new("CHECK")),
        column("table", Label::new("TABLE")),
        column("day", Label::new("DAY")),
        column("detail", Label::new("WHAT IS WRONG").least(20)),
    ]
}

/// The cells of a fault, under [`fault_columns`].
pub fn fault_cells(fault: &Fault) -> Vec<Cell<'_>> {
    vec![
        Cell::text(Some(fault.check)),
        Cell::text(fault.table.as_deref()),
        Cell::text(fault.day.as_deref()),
        Cell::text(Some(&fault.detail)),
    ]
}
