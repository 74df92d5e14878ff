//! Tables for people: the blocks in words, then rows cut to the width of the terminal.
//!
//! Owns colours ([`paint`]), widths ([`fit`]), and what is left out of long texts ([`cut`]). What strangers
//! chose is shown with escapes for whatever would move the cursor or turn the text.

mod cut;
mod fit;
mod paint;
mod work_list;

use std::io::{self, Write};

use self::cut::{shorten, shorten_all, width};
use self::fit::{GAP, Strip, WIDE};
use self::paint::Paint;
use super::lines::{self, Look};
use super::{Layout, Renderer, Room};
use crate::report::cell::Cell;
use crate::report::escape::for_terminal;
use crate::report::missing::damage;
use crate::report::page::{Block, Form, Page, Rows, WorkList};
use crate::report::words::{count, day, minute, of_number, percent};

pub(super) struct Table;

impl Renderer for Table {
    fn endings(&self) -> &'static [&'static str] {
        &["txt"]
    }

    fn room(&self) -> Room {
        Room::Words
    }

    fn is_for_terminals(&self) -> bool {
        true
    }

    /// Nothing is written before all is known: the widths are those of all rows.
    fn write(&self, page: Page<'_>, layout: Layout, out: &mut dyn Write) -> io::Result<()> {
        let paint = Paint {
            has_colours: layout.colours,
        };
        let are_several = page.lists.len() > 1;
        let mut bodies = Vec::new();
        for mut list in page.lists.into_iter().filter(|list| !list.is_detail) {
            let body = match list.form {
                Form::Lines => Body::Lines(Grid::of(list.rows.as_mut(), layout)?),
                Form::Paragraphs => Body::Paragraphs(paragraphs(list.rows.as_mut())?),
                Form::WorkList(work) => Body::WorkList(work()),
            };
            bodies.push((list.title, list.noun, list.blocks, body));
        }
        let mut notes = page.notes;
        notes.extend(damage((page.coverage)()?.as_ref(), &page.blocks));
        let blocks = |blocks: &[Block], out: &mut dyn Write| {
            (lines::of_blocks(blocks, layout).iter()).try_for_each(|(look, line)| {
                (wrapped(line, layout.width).iter())
                    .try_for_each(|line| writeln!(out, "{}", paint.paint(*look, line)))
            })
        };
        blocks(&page.blocks, out)?;
        for (at, (title, noun, of_list, body)) in bodies.into_iter().enumerate() {
            if at > 0 {
                writeln!(out)?;
            }
            if are_several {
                writeln!(out, "{}", paint.paint(Look::Strong, title))?;
            }
            blocks(&of_list, out)?;
            match body {
                Body::Lines(grid) => grid.write(noun, layout, paint, out)?,
                Body::Paragraphs(lines) => {
                    lines.iter().try_for_each(|line| writeln!(out, "{line}"))?;
                }
                Body::WorkList(work) => work_list::write(&work, noun, layout, paint, out)?,
            }
        }
        if !notes.is_empty() {
            writeln!(out)?;
            for note in &notes {
                writeln!(out, "{}", for_terminal(note))?;
            }
        }
        match page.legend {
            Some(legend) => writeln!(out, "\n{legend}"),
            None => Ok(()),
        }
    }
}

/// What is below the blocks.
enum Body<'p> {
    Lines(Grid),
    Paragraphs(Vec<String>),
    WorkList(WorkList<'p>),
}

/// The length of the id of an account. What is longer is none, but was where one should be.
const ACCOUNT: usize = 12;

/// Rows as columns of text.
struct Grid {
    strips: Vec<Strip>,
    rows: usize,
    more: u64,
}

impl Grid {
    fn of(rows: &mut dyn Rows, layout: Layout) -> io::Result<Grid> {
        let is_wide = layout.width >= WIDE;
        let mut strips: Vec<(usize, Strip)> = (rows.columns().iter().enumerate())
            .filter_map(|(at, column)| {
                let strip = Strip {
                    label: column.label?,
                    texts: Vec::new(),
                    is_right: false,
                    is_whole: true,
                };
                Some((at, strip))
            })
            .collect();
        // A column with nothing in it would only take room.
        let mut is_empty = vec![true; strips.len()];
        let mut number = 0;
        let more = rows.each(&mut |cells| {
            for ((at, strip), is_empty) in strips.iter_mut().zip(&mut is_empty) {
                let cell = &cells[*at];
                *is_empty &= *cell == Cell::Absent;
                strip.is_right |= cell.is_number();
                strip.is_whole &= match cell {
                    Cell::Text(_) => false,
                    Cell::Account(id) => id.len() <= ACCOUNT,
                    _ => true,
                };
                let by_day = strip.label.by_day && !is_wide;
                strip.texts.push(cell_text(cell, by_day));
            }
            number += 1;
            Ok(())
        })?;
        let strips = strips.into_iter().zip(is_empty);
        Ok(Grid {
            strips: strips
                .filter(|(_, is_empty)| !is_empty)
                .map(|((_, strip), _)| strip)
                .collect(),
            rows: number,
            more,
        })
    }

    fn write(
        self,
        noun: &str,
        layout: Layout,
        paint: Paint,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        if self.rows == 0 {
            return writeln!(out, "No {noun}.");
        }
        let strips = fit::with_room(self.strips, layout.width);
        let columns: Vec<Shown> = (strips.iter().zip(fit::widths(&strips, layout.width)))
            .map(|(strip, width)| Shown::of(strip, width))
            .collect();
        for line in 0..=self.rows {
            let look = if line == 0 { Look::Strong } else { Look::Plain };
            let text = columns.iter().fold(String::new(), |mut text, column| {
                column.add(line, &mut text);
                text
            });
            writeln!(out, "{}", paint.paint(look, text.trim_end()))?;
        }
        match rest(self.more, noun) {
            Some(rest) => {
                (wrapped(&rest, layout.width).iter()).try_for_each(|line| writeln!(out, "{line}"))
            }
            None => Ok(()),
        }
    }
}

/// A line of words as lines within the width of a terminal, the later ones further to the right.
fn wrapped(line: &str, room: usize) -> Vec<String> {
    if width(line) <= room {
        return vec![line.to_owned()];
    }
    let text = line.trim_start();
    let indent = &line[..line.len() - text.len()];
    let later = format!("{indent}  ");
    let options = textwrap::Options::new(room)
        .initial_indent(indent)
        .subsequent_indent(&later)
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
        .break_words(false);
    let lines = textwrap::wrap(text, options).into_iter();
    lines.map(|line| line.trim_end().to_owned()).collect()
}

/// A column cut to its width: the label, then the cells.
struct Shown {
    texts: Vec<String>,
    width: usize,
    is_right: bool,
}

impl Shown {
    fn of(strip: &Strip, room: usize) -> Shown {
        let label = shorten(strip.label.text, room, true);
        let cells = shorten_all(&strip.texts, room, strip.label.cut_end);
        let texts: Vec<String> = std::iter::once(label).chain(cells).collect();
        Shown {
            // A text that is cut between two wide characters is narrower than the room.
            width: texts.iter().map(|text| width(text)).max().unwrap_or(0),
            texts,
            is_right: strip.is_right,
        }
    }

    /// Adds a line of this column to a line of the table.
    fn add(&self, line: usize, table: &mut String) {
        let text = &self.texts[line];
        let pad = " ".repeat(self.width - width(text));
        let gap = " ".repeat(GAP);
        let parts = match self.is_right {
            true => [&pad, text, &gap],
            false => [text, &pad, &gap],
        };
        table.extend(parts.map(String::as_str));
    }
}

/// How much there is besides what is shown.
fn rest(more: u64, noun: &str) -> Option<String> {
    let noun = of_number(more, noun);
    (more > 0).then(|| format!("… and {} more {noun}; --top 0 shows all", count(more)))
}

fn cell_text(cell: &Cell<'_>, by_day: bool) -> String {
    match cell {
        Cell::Count(number) => count(*number),
        Cell::Share(share) => percent(*share),
        Cell::Flag(flag) => if *flag { "yes" } else { "no" }.to_owned(),
        Cell::Time(time) if by_day => day(*time),
        Cell::Time(time) => minute(*time),
        other => for_terminal(&other.shown()).into_owned(),
    }
}

/// A paragraph a row: the name of each column and its cell.
fn paragraphs(rows: &mut dyn Rows) -> io::Result<Vec<String>> {
    let columns = rows.columns();
    let names = columns.iter().map(|column| column.name.len());
    let names = names.max().unwrap_or(0);
    let mut lines = Vec::new();
    rows.each(&mut |cells| {
        for (column, cell) in columns.iter().zip(cells) {
            if *cell != Cell::Absent {
                let text = cell.shown();
                let text = for_terminal(&text);
                lines.push(format!("{:<names$}  {text}", column.name));
            }
        }
        lines.push(String::new());
        Ok(())
    })?;
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::super::tests_of_formats::{list, page, render};
    use super::*;
    use crate::report::sheet::{Label, Sheet};

    type Row = Vec<Cell<'static>>;

    fn table(rows: Vec<Row>, width: usize) -> String {
        let sheet = Sheet::<Row>::new()
            .col("host", Label::new("HOST"), "", |row| row[0].clone())
            .col("hidden", None, "", |row| row[1].clone())
            .col("empty", Label::new("EMPTY"), "", |row| row[2].clone())
            .col("calls", Label::new("CALLS"), "", |row| row[3].clone());
        render(&Table, page(list(sheet, rows, None)), width)
    }

    fn row(host: &'static str, calls: u64) -> Row {
        vec![
            Cell::text(host),
            Cell::text("no"),
            Cell::Absent,
            Cell::Count(calls),
        ]
    }

    #[test]
    fn numbers_are_lined_up_right_and_long_texts_are_cut_in_the_middle() {
        let rows = vec![row("sts.amazonaws.com", 1_234_567), row("a", 1)];
        assert_eq!(
            table(rows.clone(), 80),
            "HOST                   CALLS\nsts.amazonaws.com  1,234,567\na                          1\n"
        );
        let narrow = table(rows, 22);
        assert_eq!(narrow.lines().nth(1), Some("sts.a…s.com  1,234,567"));
        assert!(narrow.lines().all(|line| width(line) <= 22), "{narrow}");
    }

    #[test]
    fn figures_and_times_are_whole_where_names_are_cut() {
        let sheet = Sheet::<Row>::new()
            .col("name", Label::new("NAME"), "", |row| row[0].clone())
            .col("account", Label::new("ACCOUNT ID"), "", |row| {
                row[1].clone()
            })
            .col("calls", Label::new("REGIONAL CALLS"), "", |row| {
                row[2].clone()
            })
            .col("share", Label::new("SHARE"), "", |row| row[3].clone());
        let rows = vec![vec![
            Cell::text("a-long-name-of-a-role"),
            Cell::account("111122223333"),
            Cell::Count(1_234_567),
            Cell::Share(0.294),
        ]];
        assert_eq!(
            render(&Table, page(list(sheet, rows, None)), 42),
            "NAME       ACCOUNT ID    REGIONAL…   SHARE\n\
             a-lo…role  111122223333  1,234,567  29.4 %\n"
        );
    }

    #[test]
    fn words_are_broken_between_words() {
        let line = "  global  1  principals to change";
        assert_eq!(
            wrapped(line, 24),
            ["  global  1  principals", "    to change"]
        );
    }

    #[test]
    fn hostile_text_neither_moves_the_cursor_nor_breaks_the_columns() {
        let shown = table(
            vec![
                row("a\u{1b}[2J\u{202e}\nb", 1),
                row("日本語日本語日本語", 2),
            ],
            24,
        );
        assert!(!shown.contains(['\u{1b}', '\u{202e}']), "{shown:?}");
        assert!(shown.lines().all(|line| width(line) <= 24), "{shown}");
        assert_eq!(shown.lines().count(), 3);
    }
}
