//! The tables of a store, and what all statements on them need.
//!
//! Owns the schema and its versions, the kept dimensions as columns, calls as bytes, the sums over rows,
//! and transactions. Refuses to know who writes to the tables and who asks them.

pub(in crate::store) mod batch;
pub(in crate::store) mod checksums;
pub(in crate::store) mod columns;
pub(in crate::store) mod connect;
pub(in crate::store) mod file_row;
pub(in crate::store) mod grouping;
pub(in crate::store) mod hosts;
pub(in crate::store) mod insert;
pub(in crate::store) mod kept;
pub(in crate::store) mod kept_fixed;
pub(in crate::store) mod migrate;
pub(in crate::store) mod outcome;
pub(in crate::store) mod schema;
pub(in crate::store) mod unfinished;
pub(in crate::store) mod vacuum;
