//! What a tally is asked: what its calls are told apart by.
//!
//! Owns the keys of groups. Counting once, taking back, merging and writing down are the tally's and
//! the same for every question; what is made of the groups in the end is for whoever asked.
//!
//! # To ask another question
//!
//! 1. Give [`Question`] a variant, and a file of its own with a list of [`Part`]s for each kind of
//!    call that matters; all lists have one length, and the same column at the same place. Tell apart
//!    no more than the answer needs: every different key is a group in memory. Calls that do not
//!    matter all have one key ([`Part::Nothing`] everywhere) and count in the totals alone.
//! 2. Say in [`Question::width`] and [`Question::parts`] which lists those are.
//! 3. In that file, fold the groups of the finished [`Report`](super::Report), whose values stand in
//!    the order of the parts, into rows: a pure function that reads nothing and prints nothing.
//!
//! What `--group-by` must not offer, as it means nothing for most calls, is a [`Part`] and no
//! [`Dimension`].

use serde::{Deserialize, Serialize};

use super::symbols::{Symbol, Symbols};
use super::{plan, regions, trend};
use crate::sts::action::is_regional_only;
use crate::sts::{Dimension, Properties};

/// What the calls of a tally are told apart by. Tallies of one question can be added.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Question {
    /// Groups by these dimensions.
    Groups(Vec<Dimension>),
    /// Who must change what: see [`Plan`](super::Plan).
    Plan,
    /// Which Regional endpoints the accounts use: see [`Regions`](super::Regions).
    Regions,
    /// Global versus Regional by day: see [`Trend`](super::Trend).
    Trend,
}

/// One column of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Calls of this kind are not told apart here.
    Nothing,
    /// A dimension.
    Dimension(Dimension),
    /// Why it went to the global endpoint; means nothing for other calls.
    Cause,
    /// The account that issues the credentials, where STS may be deactivated.
    IssuingAccount,
    /// `yes` if STS is deactivated in the Region called.
    Refused,
    /// `yes` if it came through a VPC endpoint.
    ViaVpcEndpoint,
    /// `yes` if it is of where global calls are logged.
    OfUsEast1,
    /// `yes` if the global endpoint does not have the action.
    RegionalOnlyAction,
}

impl Part {
    fn value<'s>(self, call: &'s impl Properties, scratch: &'s mut String) -> Option<&'s str> {
        match self {
            Part::Nothing => None,
            Part::Dimension(dimension) => call.value(dimension, scratch),
            Part::Cause => call.cause(),
            Part::IssuingAccount => call.issuing_account_id(),
            Part::Refused => call.is_refused().then_some(YES),
            Part::ViaVpcEndpoint => call.is_through_vpc_endpoint().then_some(YES),
            Part::OfUsEast1 => call.is_of_us_east_1().then_some(YES),
            Part::RegionalOnlyAction => {
                let event_name = call.value(Dimension::EventName, scratch);
                event_name.is_some_and(is_regional_only).then_some(YES)
            }
        }
    }
}

/// The value of a part that says yes or nothing.
pub(super) const YES: &str = "yes";

impl Question {
    /// How many columns a key has.
    pub(super) fn width(&self) -> usize {
        match self {
            Question::Groups(dimensions) => dimensions.len(),
            Question::Plan => plan::WIDTH,
            Question::Regions => regions::WIDTH,
            Question::Trend => trend::WIDTH,
        }
    }

    /// The columns of the key of a call, but for groups by dimensions.
    fn parts(&self, call: &impl Properties) -> &'static [Part] {
        match self {
            Question::Groups(_) => &[],
            Question::Plan => plan::parts(call),
            Question::Regions => regions::parts(call),
            Question::Trend => trend::parts(call),
        }
    }

    /// The dimensions grouped by, if it is that what is asked.
    pub fn dimensions(&self) -> &[Dimension] {
        match self {
            Question::Groups(dimensions) => dimensions,
            Question::Plan | Question::Regions | Question::Trend => &[],
        }
    }

    /// Whether calls of two days are told apart.
    pub(crate) fn tells_days(&self) -> bool {
        match self {
            Question::Groups(dimensions) => dimensions.contains(&Dimension::Day),
            Question::Plan | Question::Regions => false,
            Question::Trend => true,
        }
    }

    /// Puts the key of a call into `key`.
    pub(super) fn key(
        &self,
        call: &impl Properties,
        symbols: &mut Symbols,
        scratch: &mut String,
        key: &mut Vec<Symbol>,
    ) {
        key.clear();
        let mut push = |part: Part| {
            key.push(match part.value(call, scratch) {
                Some(value) => symbols.intern(value),
                None => Symbol::ABSENT,
            });
        };
        match self {
            Question::Groups(dimensions) => dimensions
                .iter()
                .for_each(|&dimension| push(Part::Dimension(dimension))),
            other => other.parts(call).iter().for_each(|&part| push(part)),
        }
        debug_assert_eq!(key.len(), self.width());
    }
}
