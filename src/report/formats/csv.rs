//! CSV for spreadsheets and scripts: RFC 4180, but with `\n` at the end of lines.

use std::io::{self, Write};

use super::{Layout, Renderer, Room};
use crate::report::cell::Cell;
use crate::report::escape::for_spreadsheet;
use crate::report::page::Page;

pub(super) struct Csv;

impl Renderer for Csv {
    fn endings(&self) -> &'static [&'static str] {
        &["csv"]
    }

    fn room(&self) -> Room {
        Room::Rows
    }

    fn write(&self, page: Page<'_>, _layout: Layout, out: &mut dyn Write) -> io::Result<()> {
        let mut writer = csv::WriterBuilder::new()
            .terminator(csv::Terminator::Any(b'\n'))
            .flexible(true)
            .from_writer(out);
        for list in page.lists {
            let mut rows = list.rows;
            writer
                .write_record(rows.columns().iter().map(|column| column.name))
                .map_err(to_io)?;
            rows.each(&mut |cells| {
                for cell in cells {
                    match cell {
                        Cell::Text(text) | Cell::Account(text) => {
                            writer.write_field(for_spreadsheet(text).as_ref())
                        }
                        other => writer.write_field(other.shown().as_ref()),
                    }
                    .map_err(to_io)?;
                }
                writer.write_record(None::<&[u8]>).map_err(to_io)
            })?;
        }
        writer.flush()?;
        (page.coverage)().map(drop)
    }
}

fn to_io(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests_of_formats::{columns, written};
    use super::*;

    #[test]
    fn cells_are_quoted_neutralised_or_empty() {
        let rows = [
            vec![
                Cell::text("=x,\"y\""),
                Cell::Absent,
                Cell::Count(7),
                Cell::Flag(true),
            ],
            vec![
                Cell::text("two\nlines"),
                Cell::account("007"),
                Cell::Count(0),
                Cell::Absent,
            ],
        ];
        let expected = "a,b,c,d\n\"'=x,\"\"y\"\"\",,7,true\n\"two\nlines\",007,0,\n";
        assert_eq!(
            written(&Csv, columns(["a", "b", "c", "d"]), rows, None),
            expected
        );
    }
}
