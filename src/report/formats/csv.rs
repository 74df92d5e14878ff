//! CSV for spreadsheets and scripts: RFC 4180, but with `\n` at the end of lines.

use std::io::{self, Write};

use crate::report::escape::for_spreadsheet;
use crate::report::{Cell, Column};

pub(in crate::report) fn write<'c>(
    out: &mut dyn Write,
    columns: &[Column],
    rows: impl Iterator<Item = io::Result<Vec<Cell<'c>>>>,
) -> io::Result<()> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::Any(b'\n'))
        .from_writer(out);
    writer
        .write_record(columns.iter().map(|column| column.name))
        .map_err(to_io)?;
    for cells in rows {
        for cell in &cells? {
            match cell {
                Cell::Text(text) => writer.write_field(for_spreadsheet(text).as_ref()),
                other => writer.write_field(other.shown().as_ref()),
            }
            .map_err(to_io)?;
        }
        writer.write_record(None::<&[u8]>).map_err(to_io)?;
    }
    writer.flush()
}

fn to_io(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_neutralised_or_empty() {
        let columns = ["a", "b", "c", "d"].map(|name| Column { name, label: None });
        let rows = [
            vec![
                Cell::text(Some("=x,\"y\"")),
                Cell::Absent,
                Cell::Count(7),
                Cell::Flag(true),
            ],
            vec![
                Cell::text(Some("two\nlines")),
                Cell::text(Some("007")),
                Cell::Count(0),
                Cell::Absent,
            ],
        ];
        let mut out = Vec::new();
        write(&mut out, &columns, rows.into_iter().map(Ok)).unwrap();
        let expected = "a,b,c,d\n\"'=x,\"\"y\"\"\",,7,true\n\"two\nlines\",007,0,\n";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}
