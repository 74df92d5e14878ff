//! How wide each column of a table is, and what is cut where there is not room for all.

use crate::report::sheet::Label;

/// The space between two columns.
pub(super) const GAP: usize = 2;
/// The least a column is cut to.
const LEAST: usize = 7;
/// From this width on there is room for times, not only days.
pub(super) const WIDE: usize = 110;

/// A column as it will be shown.
pub(super) struct Strip {
    pub label: Label,
    /// Its cells, harmless on a terminal.
    pub texts: Vec<String>,
    /// Whether it holds numbers.
    pub is_right: bool,
}

impl Strip {
    /// The width of its widest text.
    fn natural(&self) -> usize {
        let of_texts = self.texts.iter().map(|text| width(text)).max().unwrap_or(0);
        of_texts.max(width(self.label.text))
    }

    /// The least width that its label allows.
    fn least(&self) -> usize {
        self.natural().min(self.label.least)
    }
}

/// The columns that there is room for: the spare ones go first.
pub(super) fn with_room(mut strips: Vec<Strip>, room: usize) -> Vec<Strip> {
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

/// The width of each column, so that all of them fit. First those are cut whose label allows it, down
/// to what they need; if that is not enough, the widest.
pub(super) fn widths(strips: &[Strip], room: usize) -> Vec<usize> {
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
