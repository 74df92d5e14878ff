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
        for list in page.lists {
            write!(out, ",\n\"{}\":[", list.key)?;
            let mut rows = list.rows;
            let columns = rows.columns();
            let mut separator = "\n";
            rows.each(&mut |cells| {
                out.write_all(separator.as_bytes())?;
                separator = ",\n";
                Ok(serde_json::to_writer(&mut *out, &Object(&columns, cells))?)
            })?;
            out.write_all(if separator == "\n" { b"]" } else { b"\n]" })?;
        }
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
        let mut map = serializer.serialize_map(None)?;
        let mut at = 0;
        while let Some(column) = self.0.get(at) {
            let Some(object) = column.within else {
                map.serialize_entry(column.name, &One(&self.1[at]))?;
                at += 1;
                continue;
            };
            // The members of an object follow one another.
            let inside = self.0[at..]
                .iter()
                .take_while(|one| one.within == Some(object));
            let columns: Vec<Column> = inside
                .map(|one| Column {
                    within: None,
                    ..*one
                })
                .collect();
            let cells = &self.1[at..at + columns.len()];
            map.serialize_entry(object, &Object(&columns, cells))?;
            at += columns.len();
        }
        map.end()
    }
}

/// A cell as a value.
struct One<'a>(&'a Cell<'a>);

impl Serialize for One<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Cell::Absent => serializer.serialize_unit(),
            Cell::Count(count) => serializer.serialize_u64(*count),
            Cell::Share(share) => serializer.serialize_f64(*share),
            Cell::Flag(flag) => serializer.serialize_bool(*flag),
            other => serializer.serialize_str(&other.shown()),
        }
    }
}
