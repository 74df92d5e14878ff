//! Markdown to paste into a ticket: a table of GitHub's kind.
//! <https://github.github.com/gfm/#tables-extension->

pub(in crate::report) mod work_list;

use std::io::{self, Write};

use crate::report::count;
use crate::report::escape::markdown_code;
use crate::report::{Cell, Column, Layout};

pub(in crate::report) fn write<'c>(
    out: &mut dyn Write,
    columns: &[Column],
    rows: impl Iterator<Item = io::Result<Vec<Cell<'c>>>>,
    layout: &Layout,
) -> io::Result<()> {
    let mut rows = rows.peekable();
    if rows.peek().is_none() {
        return writeln!(out, "No {}.", layout.rows);
    }
    let mut rule = String::from("|");
    write!(out, "|")?;
    for (at, cells) in rows.enumerate() {
        let cells = cells?;
        if at == 0 {
            for (column, cell) in columns.iter().zip(&cells) {
                write!(out, " {} |", column.name)?;
                rule += match cell {
                    Cell::Count(_) | Cell::Share(_) => " ---: |",
                    _ => " --- |",
                };
            }
            write!(out, "\n{rule}\n")?;
        }
        write!(out, "|")?;
        for cell in &cells {
            let text = match cell {
                // A bar ends a cell, even one in code.
                Cell::Text(text) => markdown_code(text).replace('|', "\\|"),
                other => other.shown().into_owned(),
            };
            write!(out, " {text} |")?;
        }
        writeln!(out)?;
    }
    if layout.more > 0 {
        writeln!(out, "\n… and {} more {}.", count(layout.more), layout.rows)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Paint;

    #[test]
    fn a_cell_can_neither_leave_its_row_nor_be_taken_for_markup() {
        let columns = ["a", "b", "calls"].map(|name| Column { name, label: None });
        let layout = Layout {
            width: 80,
            more: 3,
            rows: "groups",
            paint: Paint(false),
        };
        let hostile = "x|y`` @all\n<img src=x> [a](http://b)";
        let rows = [vec![
            Cell::text(Some(hostile)),
            Cell::Absent,
            Cell::Count(7),
        ]];
        let mut out = Vec::new();
        write(&mut out, &columns, rows.into_iter().map(Ok), &layout).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "| a | b | calls |\n\
             | --- | --- | ---: |\n\
             | ```x\\|y`` @all\\n<img src=x> [a](http://b)``` |  | 7 |\n\
             \n… and 3 more groups.\n"
        );
    }
}
