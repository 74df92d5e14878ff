//! What digests say of the logs in a store, from night to night.
//!
//! Owns the tables `digest`, `unnamed_log` and `hole`. A digest comes up to some hours after the logs that
//! it names, so it may be read a night later than they are. `row` is how a digest is kept, `settle` looks
//! for what digests name when a run has read everything, and `standing` says what follows: with the same
//! [`Verification`](crate::Verification) as over files. `forgotten` says of which chains
//! digests were forgotten. Refuses to know how a chain is judged.
//!
//! # What is kept
//!
//! Of a digest whose logs were all read, and that goes on where another ends, nothing more is to come: both
//! become one row, a *piece* of the chain. So a chain without a break is one row, or one for the time
//! in which it is proved and one for the time in which it is complete, however long it is. Of each digest in it eight
//! bytes of its hash are kept, so that a copy of one is told. The content of a log is kept as a hash
//! until a digest names it.

mod forgotten;
pub(in crate::store) mod row;
pub(in crate::store) mod settle;
pub(in crate::store) mod standing;
