//! Blocks as lines of plain text, for the formats that are read as lines.
//!
//! Owns where the words and figures of a block go, and that no line has anything in it that a terminal
//! would obey: names of strangers are in some. Colours are the table's own: a line only says what it is
//! ([`Look`]).

use std::borrow::Cow;

use super::Layout;
use crate::report::escape::for_terminal;
use crate::report::page::{Block, Figure, Tone};
use crate::report::words::{count, percent};

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    Plain,
    Strong,
    Alarm,
    Calm,
}

/// A line, and what it is.
pub(super) type Line = (Look, String);

/// The lines of some blocks; an empty one after each block.
pub(super) fn of_blocks(blocks: &[Block], layout: Layout) -> Vec<Line> {
    let mut lines = Vec::new();
    for block in blocks {
        match block {
            Block::Heading { text, details } => {
                lines.push((Look::Strong, text.clone()));
                lines.extend(details.iter().map(|detail| plain(format!("  {detail}"))));
            }
            Block::Figures {
                figures,
                with_shares,
            } => lines.extend(of_figures(figures, *with_shares)),
            Block::Read(remarks) | Block::Remarks(remarks) => lines.extend(of_remarks(remarks)),
            Block::Bars {
                name,
                values,
                are_shares,
            } => lines.extend(of_bars(name, values, *are_shares, layout.width).map(plain)),
            Block::Chart(_) => continue,
        }
        lines.push(plain(String::new()));
    }
    for (_, line) in &mut lines {
        if let Cow::Owned(harmless) = for_terminal(line) {
            *line = harmless;
        }
    }
    lines
}

fn plain(line: String) -> Line {
    (Look::Plain, line)
}

/// The width of a share, up to `100.0 %`.
const SHARE: usize = 7;

fn of_figures(figures: &[Figure], with_shares: bool) -> impl Iterator<Item = Line> {
    let most = |length: fn(&Figure) -> usize| figures.iter().map(length).max().unwrap_or(0);
    let name_width = most(|figure| figure.name.len());
    let digits = most(|figure| count(figure.count).len());
    figures.iter().map(move |figure| {
        let share = match with_shares {
            true => {
                let share = figure.share.map(percent).unwrap_or_default();
                format!("{share:>SHARE$}  ")
            }
            false => String::new(),
        };
        let look = match figure.tone {
            Tone::Plain => Look::Plain,
            Tone::Alarm => Look::Alarm,
            Tone::Calm => Look::Calm,
        };
        let line = format!(
            "  {:<name_width$}  {:>digits$}  {share}{}",
            figure.name,
            count(figure.count),
            figure.words
        );
        (look, line.trim_end().to_owned())
    })
}

/// The most columns of remarks that share a line.
const ONE_LINE: usize = 80;

fn of_remarks(remarks: &[String]) -> Vec<Line> {
    let one_line = format!("  {}.", remarks.join(", "));
    if one_line.len() <= ONE_LINE {
        return vec![plain(one_line)];
    }
    let each = remarks.iter().map(|remark| plain(format!("  {remark}")));
    each.collect()
}

const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// Where nothing is known.
const NOT_KNOWN: char = '·';
const MAX_BARS: usize = 60;
/// The widest line of bars.
const MAX_WIDTH: usize = 80;

/// The newest values as bars, between the first and the last of them.
fn of_bars(name: &str, values: &[Option<f64>], are_shares: bool, room: usize) -> Option<String> {
    let shown = |value: f64| match are_shares {
        true => percent(value),
        false => count(value as u64),
    };
    let known = || values.iter().copied().flatten();
    let (first, last) = (shown(known().next()?), shown(known().next_back()?));
    let taken = name.len() + first.len() + last.len() + 10;
    let bars = room.min(MAX_WIDTH).saturating_sub(taken).clamp(1, MAX_BARS);
    let newest = &values[values.len().saturating_sub(bars)..];
    let known = || newest.iter().copied().flatten();
    let begin = known().next().map(shown).unwrap_or_default();
    let most = known().fold(0.0, f64::max);
    let line: String = newest.iter().map(|value| bar(*value, most)).collect();
    Some(format!("{name}  {begin} {line} {last}"))
}

/// Nothing at all is told from next to nothing.
fn bar(value: Option<f64>, most: f64) -> char {
    match value {
        None => NOT_KNOWN,
        Some(value) if value <= 0.0 => BARS[0],
        Some(value) => BARS[1 + ((value / most) * 6.0).round() as usize],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_a_line_neither_ends_it_nor_moves_the_cursor() {
        let name = "a\u{1b}[2J\nb\u{202e}".to_owned();
        let heading = Block::Heading {
            text: name.clone(),
            details: vec![name.clone()],
        };
        let layout = Layout {
            width: 80,
            colours: false,
            is_terminal: false,
        };
        let lines = of_blocks(&[heading, Block::Remarks(vec![name])], layout);
        let shown = "a\\u{1b}[2J\\nb\\u{202e}";
        let lines: Vec<String> = lines.into_iter().map(|(_, line)| line).collect();
        let expected = [shown.to_owned(), format!("  {shown}"), String::new()];
        assert_eq!(lines[..3], expected);
        assert_eq!(lines[3..], [format!("  {shown}."), String::new()]);
    }

    #[test]
    fn nothing_little_and_unknown_have_different_bars() {
        let bars: String = [Some(0.0), Some(0.001), Some(0.5), Some(1.0), None]
            .map(|value| bar(value, 1.0))
            .into_iter()
            .collect();
        assert_eq!(bars, "▁▂▅█·");
    }
}
