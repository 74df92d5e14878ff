//! JSON: one object with everything.

use std::io::{self, Write};

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::{Layout, Renderer, Room};
use crate::report::cell::Cell;
use crate::report::page::Page;
use crate::report::sheet::Column;

pub(super) struct Json;

impl Renderer for Json {
    fn endings(&self) -> &'static [&'static str] {
        &["json"]
    }

    fn room(&self) -> Room {
        Room::Members
    }

    /// Each row is on a line of its own, so that two reports can be compared by `diff`.
    fn write(&self, page: Page<'_>, _layout: Layout, out: &mut dyn Write) -> io::Result<()> {
        write!(out, "{{\"schema\":\"{}\"", page.schema)?;
        for (key, value) in &page.head {
            write!(out, ",\n\"{key}\":{value}")?;
        }
        write!(out, ",\n\"{}\":[", page.list.key)?;
        let mut rows = page.list.rows;
        let columns = rows.columns();
        let mut separator = "\n";
        rows.each(&mut |cells| {
            out.write_all(separator.as_bytes())?;
            separator = ",\n";
            Ok(serde_json::to_writer(&mut *out, &Object(&columns, cells))?)
        })?;
        out.write_all(if separator == "\n" { b"]" } else { b"\n]" })?;
        for (key, value) in &page.tail {
            write!(out, ",\n\"{key}\":{value}")?;
        }
        if let Some((key, elements)) = page.long {
            write!(out, ",\n\"{key}\":[")?;
            let mut separator = "\n";
            for element in elements {
                write!(out, "{separator}{element}")?;
                separator = ",\n";
            }
            out.write_all(if separator == "\n" { b"]" } else { b"\n]" })?;
        }
        if let Some(coverage) = (page.coverage)()? {
            write!(out, ",\n\"coverage\":{coverage}")?;
        }
        out.write_all(b"}\n")
    }
}

/// A row as an object, in the order of the columns.
pub(super) struct Object<'a>(pub &'a [Column], pub &'a [Cell<'a>]);

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
