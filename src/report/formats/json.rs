//! JSON: one object with everything, or one object a line.

use std::io::{self, Write};

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

use crate::report::{Cell, Column, Frame};

/// A row as an object, in the order of the columns.
struct Object<'a>(&'a [Column], &'a [Cell<'a>]);

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (column, cell) in self.0.iter().zip(self.1) {
            match cell {
                Cell::Absent => map.serialize_entry(column.name, &())?,
                Cell::Count(count) => map.serialize_entry(column.name, count)?,
                Cell::Share(share) => map.serialize_entry(column.name, share)?,
                Cell::Flag(flag) => map.serialize_entry(column.name, flag)?,
                other => map.serialize_entry(column.name, other.shown().as_ref())?,
            }
        }
        map.end()
    }
}

pub(in crate::report) fn write_lines<'c>(
    out: &mut dyn Write,
    columns: &[Column],
    rows: impl Iterator<Item = io::Result<Vec<Cell<'c>>>>,
) -> io::Result<()> {
    for cells in rows {
        serde_json::to_writer(&mut *out, &Object(columns, &cells?))?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

/// One object, with each row on a line of its own, so that two reports can be compared by `diff`.
pub(in crate::report) fn write_document<'c>(
    out: &mut dyn Write,
    columns: &[Column],
    frame: &Frame<'_>,
    rows: impl Iterator<Item = io::Result<Vec<Cell<'c>>>>,
    coverage: impl FnOnce() -> io::Result<Option<Value>>,
) -> io::Result<()> {
    write!(out, "{{\"schema\":\"{}\"", frame.schema)?;
    for (key, value) in &frame.head {
        write!(out, ",\n\"{key}\":{value}")?;
    }
    write!(out, ",\n\"{}\":[", frame.list)?;
    let mut separator = "\n";
    for cells in rows {
        out.write_all(separator.as_bytes())?;
        separator = ",\n";
        serde_json::to_writer(&mut *out, &Object(columns, &cells?))?;
    }
    out.write_all(if separator == "\n" { b"]" } else { b"\n]" })?;
    for (key, value) in &frame.tail {
        write!(out, ",\n\"{key}\":{value}")?;
    }
    if let Some(coverage) = coverage()? {
        write!(out, ",\n\"coverage\":{coverage}")?;
    }
    out.write_all(b"}\n")
}
