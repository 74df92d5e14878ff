//! JSON lines: one object a row, and nothing else.

use std::io::{self, Write};

use super::json::Object;
use super::{Layout, Renderer, Room};
use crate::report::page::Page;

pub(super) struct Jsonl;

impl Renderer for Jsonl {
    fn endings(&self) -> &'static [&'static str] {
        &["jsonl", "ndjson"]
    }

    fn room(&self) -> Room {
        Room::Rows
    }

    fn write(&self, page: Page<'_>, _layout: Layout, out: &mut dyn Write) -> io::Result<()> {
        for list in page.lists {
            let mut rows = list.rows;
            let columns = rows.columns();
            rows.each(&mut |cells| {
                serde_json::to_writer(&mut *out, &Object(&columns, cells))?;
                out.write_all(b"\n")
            })?;
        }
        (page.coverage)().map(drop)
    }
}
