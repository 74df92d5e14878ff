//! Conditions on single dimensions, and which of them some call has met.

use std::ops::BitOrAssign;

use crate::sts::{Dimension, Glob, Possible, Properties, possible};

/// `DIM=GLOB` or `DIM!=GLOB`. What a record lacks is matched as the empty text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// What is looked at.
    pub dimension: Dimension,
    /// What it is held against.
    pub glob: Glob,
    /// Whether it must not match.
    pub negated: bool,
}

impl Condition {
    /// Whether a call passes.
    pub(super) fn holds(&self, call: &impl Properties, scratch: &mut String) -> bool {
        self.matches(call, scratch) != self.negated
    }

    /// Whether the glob matches, be that wanted or not.
    pub(super) fn matches(&self, call: &impl Properties, scratch: &mut String) -> bool {
        let value = call.value(self.dimension, scratch).unwrap_or_default();
        self.glob.matches(value)
    }

    /// Whether it may be a typo, if it matches nothing: it is not certain that there is such a value.
    pub fn may_be_mistyped(&self) -> bool {
        possible(self.dimension, &self.glob) != Possible::Yes
    }
}

/// As `--where` takes it.
impl std::fmt::Display for Condition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.negated { "!=" } else { "=" };
        write!(f, "{}{sign}{}", self.dimension.name(), self.glob)
    }
}

/// Which conditions of a [`Selection`](super::Selection), by their places, have matched a call that
/// was read: of the time, accounts and Regions asked about, whatever the other conditions say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Matched(pub(super) u128);

impl Matched {
    /// The most conditions that are watched.
    pub const MOST: usize = u128::BITS as usize;

    /// Whether the condition at this place has. Those beyond [`Matched::MOST`] pass for it.
    pub fn has(self, place: usize) -> bool {
        place >= Matched::MOST || self.0 & (1 << place) != 0
    }

    pub(super) fn note(&mut self, place: usize) {
        if place < Matched::MOST {
            self.0 |= 1 << place;
        }
    }

    /// Whether all of so many conditions have: then there is nothing left to look for.
    pub(super) fn is_full(self, conditions: usize) -> bool {
        self.0.count_ones() as usize >= conditions.min(Matched::MOST)
    }
}

impl BitOrAssign for Matched {
    fn bitor_assign(&mut self, other: Matched) {
        self.0 |= other.0;
    }
}
