//! The calls of a day → its sums.
//!
//! Owns the calls that are kept one by one, when a day is closed, and when it is forgotten. Refuses to
//! know how calls are read and what is asked of a store.

pub(in crate::store) mod added;
pub(in crate::store) mod close;
pub(in crate::store) mod day;
pub(in crate::store) mod forget;
pub(in crate::store) mod resolve;
pub(in crate::store) mod sums;
