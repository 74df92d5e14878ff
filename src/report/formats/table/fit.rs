//! How wide each column of a table is, and what is cut where there is not room for all.

use super::cut::width;
use crate::report::sheet::Label;

/// The space between two columns.
pub(super) const GAP: usize = 2;
/// The least a column is cut to.
const LEAST: usize = 7;
/// The least where that is not enough, and of a label above figures.
const LEAST_LABEL: usize = 3;
/// From this width on there is room for times, not only days.
pub(super) const WIDE: usize = 110;

/// A column as it will be shown.
pub(super) struct Strip {
    pub label: Label,
    /// Its cells, harmless on a terminal.
    pub texts: Vec<String>,
    /// Whether it holds numbers.
    pub is_right: bool,
    /// Whether a cell that is cut would be wrong: a count, a share, a time, the id of an account.
    pub is_whole: bool,
}

impl Strip {
    /// The width of its widest cell.
    fn of_cells(&self) -> usize {
        self.texts.iter().map(|text| width(text)).max().unwrap_or(0)
    }

    /// The width of its widest text.
    fn natural(&self) -> usize {
        self.of_cells().max(width(self.label.text))
    }

    /// The least width that says anything: of some columns only the label may be cut.
    fn at_least(&self, least: usize) -> usize {
        match self.is_whole {
            true => self.of_cells().max(least.min(width(self.label.text))),
            false => least,
        }
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
    // Twenty dimensions were asked for, perhaps: then a few letters of each. Where not even that is
    // enough, lines are longer than the terminal is wide, as a figure that is cut is another figure.
    for least in [LEAST, LEAST_LABEL] {
        let leasts: Vec<usize> = strips.iter().map(|strip| strip.at_least(least)).collect();
        cut_widest(&mut widths, &leasts, room);
    }
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
