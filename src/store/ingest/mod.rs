//! A scan → rows.
//!
//! Owns the ledger, which files are read at all, and the rows that a file becomes. Refuses to know how
//! the sums of a day are made, and what is asked of a store.

pub(in crate::store) mod copies;
pub(in crate::store) mod distinct;
pub(in crate::store) mod folders;
mod given;
pub(in crate::store) mod ids;
mod index;
pub(in crate::store) mod ingested;
pub(in crate::store) mod intake;
pub(in crate::store) mod ledger;
mod names;
pub(in crate::store) mod rows;
pub(in crate::store) mod run;
mod seen;
#[cfg(feature = "s3")]
mod windows;
pub(in crate::store) mod write;
