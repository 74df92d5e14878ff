//! Conditions on single dimensions, and which of them some call has met.

use std::ops::BitOrAssign;
use std::sync::Arc;

use crate::aws::AccountNames;
use crate::sts::{Dimension, Glob, Possible, Properties, has_wildcards, possible};

/// `DIM=GLOB` or `DIM!=GLOB`. What a record lacks is matched as the empty text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// What is looked at.
    pub dimension: Dimension,
    /// What it is held against.
    pub glob: Glob,
    /// Whether it must not match.
    pub negated: bool,
    /// What accounts are called, for the dimension that is their name.
    pub names: Option<Arc<AccountNames>>,
}

impl Condition {
    /// Whether a call passes.
    pub(super) fn holds(&self, call: &impl Properties, scratch: &mut String) -> bool {
        self.matches(call, scratch) != self.negated
    }

    /// Whether a call with this value passes.
    pub(super) fn admits(&self, value: &str) -> bool {
        self.glob.matches(value) != self.negated
    }

    /// Whether the glob matches, be that wanted or not.
    pub(super) fn matches(&self, call: &impl Properties, scratch: &mut String) -> bool {
        let value = match &self.names {
            None => call.value(self.dimension, scratch),
            Some(names) => {
                let id = call.value(Dimension::AccountId, scratch);
                id.and_then(|id| names.name(id))
            }
        };
        self.glob.matches(value.unwrap_or_default())
    }

    /// Whether nothing follows from it, if it matches nothing: it is not certain that there is such a value,
    /// or that anything of such a time was read.
    pub fn may_be_mistyped(&self) -> bool {
        self.is_of_time() || possible(self.dimension, &self.glob) != Possible::Yes
    }

    /// Whether it asks for a time.
    pub fn is_of_time(&self) -> bool {
        matches!(self.dimension, Dimension::Day | Dimension::Hour)
    }

    /// Whether it asks whose log of which Region and time a call is in.
    pub(super) fn is_of_log(&self) -> bool {
        self.is_of_time() || self.is_of_place()
    }

    /// Whether it asks whose log of which Region a call is in.
    pub(super) fn is_of_place(&self) -> bool {
        matches!(
            self.dimension,
            Dimension::RecipientAccountId | Dimension::AwsRegion
        )
    }

    /// Whether it asks where a call went, or how that is known.
    #[cfg(all(feature = "cli", feature = "store"))]
    pub(super) fn is_of_endpoint(&self) -> bool {
        matches!(
            self.dimension,
            Dimension::Endpoint
                | Dimension::Evidence
                | Dimension::EndpointRegion
                | Dimension::EndpointVariant
        )
    }

    /// Whether nobody can want it, if it leaves out every call: it does not name a value that every call
    /// may well have, as `endpoint!=regional` does where all is done. That no account has a name may be due
    /// to the list.
    pub fn may_exclude_by_mistake(&self) -> bool {
        let is_doubtful = self.may_be_mistyped() || self.dimension == Dimension::AccountName;
        self.negated && (is_doubtful || has_wildcards(self.glob.as_str()))
    }
}

#[cfg(test)]
impl Condition {
    /// A condition without names of accounts.
    pub(super) fn of(dimension: Dimension, pattern: &str, negated: bool) -> Condition {
        Condition {
            dimension,
            glob: crate::sts::glob(pattern).unwrap(),
            negated,
            names: None,
        }
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
/// was read, and which have let one pass: of the time, accounts and Regions asked about, whatever the
/// other conditions say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Matched {
    pub(super) matched: u128,
    pub(super) held: u128,
}

impl Matched {
    /// The most conditions that are watched.
    pub const MOST: usize = u128::BITS as usize;

    /// Whether the condition at this place has. Those beyond [`Matched::MOST`] pass for it.
    pub fn has(self, place: usize) -> bool {
        place >= Matched::MOST || self.matched & (1 << place) != 0
    }

    /// Whether the condition at this place has let a call pass. Those beyond [`Matched::MOST`] pass
    /// for it.
    pub fn has_held(self, place: usize) -> bool {
        place >= Matched::MOST || self.held & (1 << place) != 0
    }

    /// Notes what a condition said of a call.
    pub(super) fn note(&mut self, place: usize, matches: bool, holds: bool) {
        if place < Matched::MOST {
            self.matched |= u128::from(matches) << place;
            self.held |= u128::from(holds) << place;
        }
    }

    /// Whether all of so many conditions have done both: then there is nothing left to look for.
    pub(super) fn is_full(self, conditions: usize) -> bool {
        (self.matched & self.held).count_ones() as usize >= conditions.min(Matched::MOST)
    }
}

impl BitOrAssign for Matched {
    fn bitor_assign(&mut self, other: Matched) {
        self.matched |= other.matched;
        self.held |= other.held;
    }
}
