//! Markdown to paste into a ticket: a table of GitHub's kind, and lists to tick off.
//! <https://github.github.com/gfm/#tables-extension->
//!
//! What strangers chose goes into code spans, where nothing is markup, a mention or a link.

mod work_list;

use std::io::{self, Write};

use super::{Layout, Renderer, Room, lines};
use crate::report::cell::Cell;
use crate::report::escape::{for_terminal, markdown_code, markdown_prose};
use crate::report::missing::damage;
use crate::report::page::{Block, Form, List, Page, Rows};
use crate::report::sheet::Column;
use crate::report::words::{count, of_number, percent};

pub(super) struct Markdown;

impl Renderer for Markdown {
    fn endings(&self) -> &'static [&'static str] {
        &["md"]
    }

    fn room(&self) -> Room {
        Room::Words
    }

    fn write(&self, page: Page<'_>, layout: Layout, out: &mut dyn Write) -> io::Result<()> {
        if !page.title.is_empty() && page.lists.len() > 1 {
            writeln!(out, "# {}\n", page.title)?;
        }
        write_blocks(&page.blocks, layout, out)?;
        let are_several = page.lists.len() > 1;
        for (at, list) in page.lists.into_iter().enumerate() {
            if list.is_detail {
                continue;
            }
            if at > 0 {
                writeln!(out)?;
            }
            if are_several {
                writeln!(out, "## {}\n", list.title)?;
            }
            write_blocks(&list.blocks, layout, out)?;
            let List {
                noun, form, rows, ..
            } = list;
            match form {
                Form::WorkList(work) => work_list::write(&work(), noun, out)?,
                // Of several lists those columns are told that there is room for.
                Form::Lines | Form::Paragraphs => write_rows(rows, noun, are_several, out)?,
            }
        }
        let mut notes = page.notes;
        notes.extend(damage((page.coverage)()?.as_ref(), &page.blocks));
        if !notes.is_empty() {
            let prose = |note: &String| markdown_prose(&for_terminal(note));
            let notes: Vec<String> = notes.iter().map(prose).collect();
            writeln!(out, "\n{}", notes.join("\n"))?;
        }
        Ok(())
    }
}

/// Figures are lined up with spaces, so they go into a block of code.
fn write_blocks(blocks: &[Block], layout: Layout, out: &mut dyn Write) -> io::Result<()> {
    let lines = lines::of_blocks(blocks, layout).into_iter();
    if lines.len() == 0 {
        return Ok(());
    }
    let lines: Vec<String> = lines.map(|(_, line)| line).collect();
    writeln!(out, "```text\n{}\n```\n", lines.join("\n").trim_end())
}

fn write_rows(
    mut rows: Box<dyn Rows + '_>,
    noun: &str,
    are_labelled_alone: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    let columns = rows.columns();
    let is_shown = |column: &Column| !are_labelled_alone || column.label.is_some();
    let mut is_first = true;
    let more = rows.each(&mut |cells| {
        if is_first {
            is_first = false;
            write!(out, "|")?;
            let mut rule = String::from("|");
            for (column, cell) in columns.iter().zip(cells).filter(|(one, _)| is_shown(one)) {
                write!(out, " {} |", column.name)?;
                rule += if cell.is_number() {
                    " ---: |"
                } else {
                    " --- |"
                };
            }
            write!(out, "\n{rule}\n")?;
        }
        write!(out, "|")?;
        for (_, cell) in columns.iter().zip(cells).filter(|(one, _)| is_shown(one)) {
            let text = match cell {
                // A bar ends a cell, even one in code.
                Cell::Text(text) | Cell::Account(text) => markdown_code(text).replace('|', "\\|"),
                Cell::Share(share) if are_labelled_alone => percent(*share),
                other => other.shown().into_owned(),
            };
            write!(out, " {text} |")?;
        }
        writeln!(out)
    })?;
    if is_first {
        writeln!(out, "No {noun}.")?;
    }
    write_rest(more, noun, out)
}

/// How much there is besides what is shown.
fn write_rest(more: u64, noun: &str, out: &mut dyn Write) -> io::Result<()> {
    match more {
        0 => Ok(()),
        more => {
            let noun = of_number(more, noun);
            writeln!(out, "\n… and {} more {noun}.", count(more))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests_of_formats::{columns, written};
    use super::*;

    #[test]
    fn a_cell_can_neither_leave_its_row_nor_be_taken_for_markup() {
        let row = || {
            vec![
                Cell::text("x|y`` @all\n<img src=x> [a](http://b)"),
                Cell::Absent,
                Cell::Count(7),
            ]
        };
        let rows = [row(), row(), row(), row()];
        assert_eq!(
            written(&Markdown, columns(["a", "b", "calls"]), rows, Some(1)),
            "| a | b | calls |\n\
             | --- | --- | ---: |\n\
             | ```x\\|y`` @all\\n<img src=x> [a](http://b)``` |  | 7 |\n\
             \n… and 3 more groups.\n"
        );
    }
}
