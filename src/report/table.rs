//! Tables for people: the summary in words, then rows cut to the width of the terminal.

use std::io::{self, Write};

use comfy_table::{CellAlignment, ContentArrangement, Table};

use super::escape::for_terminal;
use super::{Cell, Column};
use crate::tally::Summary;

/// How a table is laid out.
#[derive(Clone, Debug)]
pub struct Layout {
    /// The width of the terminal, in columns.
    pub width: usize,
    /// How many rows there are besides those that are written.
    pub more: u64,
    /// What they are called.
    pub rows: &'static str,
    /// Colours, where they are wanted.
    pub paint: Paint,
}

/// Colours, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paint(pub bool);

impl Paint {
    fn wrap(self, code: &str, text: &str) -> String {
        if self.0 {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }

    fn strong(self, text: &str) -> String {
        self.wrap("1", text)
    }

    fn alarm(self, text: &str) -> String {
        self.wrap("1;31", text)
    }

    fn calm(self, text: &str) -> String {
        self.wrap("32", text)
    }
}

/// Between two columns.
const GAP: usize = 2;
/// The least a column is cut to.
const LEAST: usize = 7;

pub(super) fn write<'c>(
    out: &mut dyn Write,
    columns: &[Column],
    rows: impl Iterator<Item = io::Result<Vec<Cell<'c>>>>,
    layout: &Layout,
) -> io::Result<()> {
    let rows = rows.collect::<io::Result<Vec<_>>>()?;
    if rows.is_empty() {
        return writeln!(out, "No {}.", layout.rows);
    }
    let shown: Vec<usize> = (0..columns.len())
        .filter(|&at| columns[at].label.is_some())
        // A column with nothing in it only takes room.
        .filter(|&at| rows.iter().any(|row| row[at] != Cell::Absent))
        .collect();
    let texts: Vec<Vec<String>> = rows
        .iter()
        .map(|row| shown.iter().map(|&at| cell_text(&row[at])).collect())
        .collect();
    let labels: Vec<&str> = shown.iter().filter_map(|&at| columns[at].label).collect();
    let widths = fit(&labels, &texts, layout.width);
    let mut table = Table::new();
    table.load_style(comfy_table::presets::NOTHING);
    table.set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(
        labels
            .iter()
            .zip(&widths)
            .map(|(label, &width)| shorten(label, width)),
    );
    for row in &texts {
        table.add_row(
            row.iter()
                .zip(&widths)
                .map(|(text, &width)| shorten(text, width)),
        );
    }
    for (at, &column) in shown.iter().enumerate() {
        if let Some(column_of_table) = table.column_mut(at) {
            column_of_table.set_padding((0, GAP as u16));
            if rows.iter().any(|row| matches!(row[column], Cell::Count(_))) {
                column_of_table.set_cell_alignment(CellAlignment::Right);
            }
        }
    }
    for (at, line) in table.lines().enumerate() {
        let line = line.trim_end();
        let line = if at == 0 {
            layout.paint.strong(line)
        } else {
            line.to_owned()
        };
        writeln!(out, "{line}")?;
    }
    if layout.more > 0 {
        writeln!(
            out,
            "… and {} more {}; --top 0 shows all",
            count(layout.more),
            layout.rows
        )?;
    }
    Ok(())
}

fn cell_text(cell: &Cell<'_>) -> String {
    match cell {
        Cell::Count(number) => count(*number),
        Cell::Flag(flag) => if *flag { "yes" } else { "no" }.to_owned(),
        // To the minute: a table is for people.
        Cell::Time(_) => cell
            .shown()
            .chars()
            .take(16)
            .collect::<String>()
            .replace('T', " "),
        other => for_terminal(&other.shown()).into_owned(),
    }
}

/// The width of each column, so that all of them fit: the widest are cut first.
fn fit(labels: &[&str], texts: &[Vec<String>], room: usize) -> Vec<usize> {
    let mut widths: Vec<usize> = labels
        .iter()
        .enumerate()
        .map(|(at, label)| {
            texts
                .iter()
                .map(|row| width(&row[at]))
                .max()
                .unwrap_or(0)
                .max(width(label))
        })
        .collect();
    let room = room.saturating_sub(GAP * widths.len().saturating_sub(1));
    loop {
        let total: usize = widths.iter().sum();
        let widest = widths.iter().copied().max().unwrap_or(0);
        if total <= room || widest <= LEAST {
            return widths;
        }
        // Cut all of the widest to the next widest, or as far as is needed.
        let next = widths
            .iter()
            .copied()
            .filter(|&w| w < widest)
            .max()
            .unwrap_or(0)
            .max(LEAST);
        let of_widest = widths.iter().filter(|&&w| w == widest).count();
        let needed = (total - room).div_ceil(of_widest);
        let cut = needed.min(widest - next).max(1);
        for w in widths.iter_mut().filter(|w| **w == widest) {
            *w -= cut;
        }
    }
}

fn width(text: &str) -> usize {
    unicode_width::UnicodeWidthStr::width(text)
}

/// Cuts a text in the middle: ARNs and hosts differ at both ends.
fn shorten(text: &str, room: usize) -> String {
    if width(text) <= room {
        return text.to_owned();
    }
    let room = room.saturating_sub(1);
    let (front, back) = (room / 2, room - room / 2);
    let take = |characters: &mut dyn Iterator<Item = char>, room: usize| -> String {
        let mut used = 0;
        characters
            .take_while(|&c| {
                used += unicode_width::UnicodeWidthChar::width(c).unwrap_or(0);
                used <= room
            })
            .collect()
    };
    let start = take(&mut text.chars(), front);
    let end: String = take(&mut text.chars().rev(), back).chars().rev().collect();
    format!("{start}…{end}")
}

/// A number with its thousands apart.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The summary in words, a line each.
pub fn summary_lines(summary: &Summary, can_judge: bool, paint: Paint) -> Vec<String> {
    let span = match (summary.span.first, summary.span.last) {
        (Some(first), Some(last)) => format!(", {first} to {last}"),
        _ => String::new(),
    };
    let mut lines = vec![
        paint.strong(&format!(
            "{} STS {}{span}",
            count(summary.calls),
            plural(summary.calls, "call")
        )),
        String::new(),
    ];
    let [global, regional, aws_service, other, unknown] = summary.endpoints;
    let digits = summary
        .endpoints
        .iter()
        .map(|&calls| count(calls).len())
        .max()
        .unwrap_or(1);
    let share = |share: Option<f64>| match share {
        Some(share) => format!("{:5.1} %", share * 100.0),
        None => "       ".to_owned(),
    };
    let mut line = |name: &str, calls: u64, share: String, words: String| {
        let line = format!("  {name:<11}  {:>digits$}  {share}  {words}", count(calls));
        lines.push(line.trim_end().to_owned());
    };
    let to_change = format!(
        "{} {} to change",
        count(summary.global_principals),
        plural(summary.global_principals, "principal")
    );
    line("global", global, share(summary.global_share), to_change);
    line(
        "regional",
        regional,
        share(summary.global_share.map(|share| 1.0 - share)),
        String::new(),
    );
    let nothing = || " ".repeat(7);
    line(
        "aws-service",
        aws_service,
        nothing(),
        "AWS on your behalf: nothing to change".into(),
    );
    line(
        "other",
        other,
        nothing(),
        "by a name that is not AWS's: a proxy, a CNAME".into(),
    );
    line(
        "unknown",
        unknown,
        nothing(),
        "logged in us-east-1 without a host: could be either".into(),
    );
    let painted = if global > 0 {
        paint.alarm(&lines[2])
    } else {
        paint.calm(&lines[2])
    };
    if can_judge {
        lines[2] = painted;
    }
    lines.push(String::new());
    let mut remarks = Vec::new();
    if summary.global_aws_managed > 0 {
        remarks.push(format!(
            "{} of the global by AWS itself",
            count(summary.global_aws_managed)
        ));
    }
    if summary.errors > 0 {
        remarks.push(format!("{} with an error", count(summary.errors)));
    }
    if summary.vpc_endpoint_calls > 0 {
        remarks.push(format!(
            "{} through a VPC endpoint",
            count(summary.vpc_endpoint_calls)
        ));
    }
    if !remarks.is_empty() {
        lines.push(format!("  {}.", remarks.join(", ")));
        lines.push(String::new());
    }
    lines
}

/// A noun for a number of things.
pub fn plural(number: u64, noun: &str) -> String {
    if number == 1 {
        noun.to_owned()
    } else {
        format!("{noun}s")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: Vec<Vec<Cell<'static>>>, width: usize) -> String {
        let columns = [
            ("host", Some("HOST")),
            ("hidden", None),
            ("empty", Some("EMPTY")),
            ("calls", Some("CALLS")),
        ]
        .map(|(name, label)| Column { name, label });
        let layout = Layout {
            width,
            more: 0,
            rows: "groups",
            paint: Paint(false),
        };
        let mut out = Vec::new();
        write(&mut out, &columns, rows.into_iter().map(Ok), &layout).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn row(host: &'static str, calls: u64) -> Vec<Cell<'static>> {
        vec![
            Cell::text(Some(host)),
            Cell::text(Some("no")),
            Cell::Absent,
            Cell::Count(calls),
        ]
    }

    #[test]
    fn numbers_stand_right_and_long_texts_are_cut_in_the_middle() {
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

    #[test]
    fn thousands_stand_apart() {
        for (number, text) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(count(number), text);
        }
    }
}
