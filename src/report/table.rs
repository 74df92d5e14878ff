//! Tables for people: the summary in words, then rows cut to the width of the terminal.

use std::io::{self, Write};

use comfy_table::{CellAlignment, ContentArrangement, Table};

use super::escape::for_terminal;
use super::{Cell, Column, Label};
use crate::sts::Time;
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

    pub(super) fn strong(self, text: &str) -> String {
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
/// From this width on there is room for times, not only days.
pub(super) const WIDE: usize = 110;

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
    let is_wide = layout.width >= WIDE;
    // A column with nothing in it only takes room.
    let is_empty = |at: usize| rows.iter().all(|row| row[at] == Cell::Absent);
    let candidates = columns
        .iter()
        .enumerate()
        .filter_map(|(at, column)| Some((at, column.label?)))
        .filter(|(at, _)| !is_empty(*at))
        .map(|(at, label)| {
            let by_day = label.by_day && !is_wide;
            let texts = rows.iter().map(|row| cell_text(&row[at], by_day)).collect();
            Strip { at, label, texts }
        });
    let shown = with_room(candidates.collect(), layout.width);
    let widths = fit(&shown, layout.width);
    let mut table = Table::new();
    table.load_style(comfy_table::presets::NOTHING);
    table.set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(
        shown
            .iter()
            .zip(&widths)
            .map(|(strip, &width)| shorten(strip.label.text, width, false)),
    );
    for row in 0..rows.len() {
        table.add_row(
            shown
                .iter()
                .zip(&widths)
                .map(|(strip, &width)| shorten(&strip.texts[row], width, strip.label.cut_end)),
        );
    }
    for (at, strip) in shown.iter().enumerate() {
        if let Some(column) = table.column_mut(at) {
            column.set_padding((0, GAP as u16));
            if rows
                .iter()
                .any(|row| matches!(row[strip.at], Cell::Count(_) | Cell::Share(_)))
            {
                column.set_cell_alignment(CellAlignment::Right);
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

fn cell_text(cell: &Cell<'_>, by_day: bool) -> String {
    match cell {
        Cell::Count(number) => count(*number),
        Cell::Share(share) => format!("{:.1} %", share * 100.0),
        Cell::Flag(flag) => if *flag { "yes" } else { "no" }.to_owned(),
        Cell::Time(time) => time_text(*time, by_day),
        other => for_terminal(&other.shown()).into_owned(),
    }
}

/// An instant to the minute at the most: a table is for people.
pub(super) fn time_text(time: Time, by_day: bool) -> String {
    let text = time.to_string();
    let kept = text.chars().take(if by_day { 10 } else { 16 });
    kept.collect::<String>().replace('T', " ")
}

/// A column as it will be shown.
struct Strip {
    /// Its place among the cells of a row.
    at: usize,
    label: Label,
    texts: Vec<String>,
}

impl Strip {
    /// The width of what is in it.
    fn natural(&self) -> usize {
        let of_texts = self.texts.iter().map(|text| width(text)).max().unwrap_or(0);
        of_texts.max(width(self.label.text))
    }

    /// The width it can do with.
    fn least(&self) -> usize {
        self.natural().min(self.label.least)
    }
}

/// The columns that there is room for: the spare ones go first.
fn with_room(mut strips: Vec<Strip>, room: usize) -> Vec<Strip> {
    loop {
        let needed: usize = strips.iter().map(|strip| strip.least() + GAP).sum();
        let most_spare = strips
            .iter()
            .map(|strip| strip.label.spare)
            .max()
            .unwrap_or(0);
        if needed <= room + GAP || most_spare == 0 {
            return strips;
        }
        strips.retain(|strip| strip.label.spare < most_spare);
    }
}

/// The width of each column, so that all of them fit. First those are cut that can bear it, down to
/// what they need; if that is not enough, the widest.
fn fit(strips: &[Strip], room: usize) -> Vec<usize> {
    let mut widths: Vec<usize> = strips.iter().map(Strip::natural).collect();
    let room = room.saturating_sub(GAP * widths.len().saturating_sub(1));
    let leasts: Vec<usize> = strips.iter().map(Strip::least).collect();
    cut_widest(&mut widths, &leasts, room);
    cut_widest(&mut widths, &vec![LEAST; strips.len()], room);
    // Twenty dimensions were asked for, perhaps: then a few letters of each.
    cut_widest(&mut widths, &vec![1; strips.len()], room);
    widths
}

/// Cuts the widest columns, one character after the other, until all fit or are at their least.
fn cut_widest(widths: &mut [usize], leasts: &[usize], room: usize) {
    while widths.iter().sum::<usize>() > room {
        let widest = widths
            .iter_mut()
            .zip(leasts)
            .filter(|(width, least)| **width > **least)
            .max_by_key(|(width, _)| **width);
        match widest {
            // A text of a megabyte is not cut character by character.
            Some((width, least)) if *width > 2 * room.max(*least) => *width = 2 * room.max(*least),
            Some((width, _)) => *width -= 1,
            None => return,
        }
    }
}

pub(super) fn width(text: &str) -> usize {
    unicode_width::UnicodeWidthStr::width(text)
}

/// Cuts a text in the middle, as ARNs differ at both ends, or at the end.
pub(super) fn shorten(text: &str, room: usize, cut_end: bool) -> String {
    if width(text) <= room {
        return text.to_owned();
    }
    // Of an ARN the account and the name are worth more than what all ARNs begin with.
    let text = text
        .strip_prefix("arn:")
        .and_then(|arn| arn.splitn(4, ':').nth(3))
        .unwrap_or(text);
    if width(text) <= room {
        return text.to_owned();
    }
    let room = room.saturating_sub(1);
    let (front, back) = if cut_end {
        (room, 0)
    } else {
        (room / 2, room - room / 2)
    };
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
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The summary in words, a line each.
pub fn summary_lines(summary: &Summary, can_judge: bool, paint: Paint) -> Vec<String> {
    // What was seen, was seen.
    let can_judge = can_judge || summary.global() > 0;
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
    let [global, regional, aws_service, other, unknown] = summary.endpoints.values();
    let digits = summary
        .endpoints
        .iter()
        .map(|(_, &calls)| count(calls).len())
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
    let global_share = summary.global_share.filter(|_| can_judge);
    let global_words = if can_judge {
        to_change(summary)
    } else {
        "cannot be told: nothing of us-east-1 was read".to_owned()
    };
    line(
        "global",
        global,
        share(summary.global_share.filter(|_| can_judge)),
        global_words,
    );
    line(
        "regional",
        regional,
        share(global_share.map(|share| 1.0 - share)),
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
        "not by a name of AWS: a proxy, a CNAME".into(),
    );
    line(
        "unknown",
        unknown,
        nothing(),
        "no host, in us-east-1: could be either".into(),
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
        let one_line = format!("  {}.", remarks.join(", "));
        if one_line.len() <= 80 {
            lines.push(one_line);
        } else {
            lines.extend(remarks.iter().map(|remark| format!("  {remark}")));
        }
        lines.push(String::new());
    }
    lines
}

fn to_change(summary: &Summary) -> String {
    let principals = plural(summary.global_principals, "principal");
    format!(
        "{} {principals} to change",
        count(summary.global_principals)
    )
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
            ("host", Some(Label::new("HOST"))),
            ("hidden", None),
            ("empty", Some(Label::new("EMPTY"))),
            ("calls", Some(Label::new("CALLS"))),
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
