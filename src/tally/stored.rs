//! Calls that were kept from earlier runs, taken into a tally as if they were read now.
//!
//! Where they are kept is nothing to this file. Because the same [`Tally::finish`] settles them, an
//! answer over what was kept is that over the files.

use super::claims::Claim;
use super::condition::Matched;
use super::groups::Measures;
use super::selection::Selection;
use super::symbols::Symbol;
use super::{Coverage, Reach, Tally};
use crate::sts::Properties;

/// What becomes of calls with some properties in common.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    /// Whether the account and the Region of the log are asked about.
    is_admitted: bool,
    is_of_us_east_1: bool,
    /// The conditions that match them.
    matched: Matched,
    slot: u32,
    principal: u32,
}

impl Tally {
    /// What becomes of calls like this one, their time aside.
    pub(crate) fn place(&mut self, call: &impl Properties, selection: &Selection) -> Place {
        let is_admitted = selection.admits_log(call);
        let mut matched = Matched::default();
        let wanted = is_admitted && selection.wants(call, &mut matched, &mut self.scratch.text);
        let mut place = Place {
            is_admitted,
            is_of_us_east_1: call.is_of_us_east_1(),
            matched,
            slot: Claim::FILTERED,
            principal: Symbol::ABSENT.raw(),
        };
        if wanted {
            place.slot = self.group_of(call);
            let principal = call.value(crate::sts::Dimension::Principal, &mut self.scratch.text);
            let principal = self.totals.symbols.intern(principal.unwrap_or_default());
            place.principal = principal.raw();
        }
        place
    }

    /// Takes a call that may be a copy of another.
    pub(crate) fn take_kept(&mut self, kept: Claim, place: Place, selection: &Selection) {
        if place.is_admitted && kept.time().is_none() {
            self.totals.coverage.no_time += 1;
        }
        if !place.is_admitted || !selection.admits_time(kept.time()) {
            self.totals.coverage.filtered += 1;
            return;
        }
        self.see(place);
        self.keep(kept.placed(place.slot, place.principal));
    }

    /// Takes calls that were counted once already. `like` has their properties; they are of one day,
    /// and that is asked about or not as a whole.
    pub(crate) fn take_sum(
        &mut self,
        like: Claim,
        place: Place,
        measures: Measures,
        is_day_admitted: bool,
    ) {
        if !place.is_admitted || !is_day_admitted {
            self.totals.coverage.filtered += measures.calls;
            return;
        }
        self.see(place);
        let claim = like.placed(place.slot, place.principal);
        if self.totals.add_many(&claim, measures) {
            *self.groups.measures_mut(claim.slot) += measures;
        }
    }

    /// Adds what was read for what was kept.
    pub(crate) fn add_read(&mut self, coverage: Coverage, reach: Reach) {
        self.totals.coverage += coverage;
        self.totals.reach += reach;
    }

    fn see(&mut self, place: Place) {
        self.totals.matched |= place.matched;
        if place.is_of_us_east_1 {
            self.totals.see_us_east_1();
        }
    }
}
