//! Rows → what is asked of a store.
//!
//! Owns the tally, the coverage, the calendar and the check of a store. Only reads.

pub(in crate::store) mod calendar;
pub(in crate::store) mod check;
pub(in crate::store) mod coverage;
pub(in crate::store) mod info;
pub(in crate::store) mod tally;
