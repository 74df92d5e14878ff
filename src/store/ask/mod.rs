//! Rows → answers about a store.
//!
//! Owns the tally, the coverage, the calendar, own host names, the contents and the check of a store. Never
//! writes.

pub(in crate::store) mod calendar;
pub(in crate::store) mod check;
pub(in crate::store) mod coverage;
pub(in crate::store) mod hosts;
pub(in crate::store) mod info;
pub(in crate::store) mod tally;
