//! A scan → rows.
//!
//! Owns what is read at all, the ledger, and the rows of a file. Refuses to know how a day is summed
//! up, and what is asked of a store.

pub(in crate::store) mod agent_cache;
pub(in crate::store) mod copies;
pub(in crate::store) mod distinct;
pub(in crate::store) mod folders;
pub(in crate::store) mod ids;
pub(in crate::store) mod intake;
pub(in crate::store) mod ledger;
pub(in crate::store) mod rows;
pub(in crate::store) mod run;
pub(in crate::store) mod write;
