//! Synthetic CloudTrail archives: the same bytes on every machine, for ever.
//!
//! - [`bulk`] makes realistic archives of any size, for measuring;
//! - [`odd`] makes records of every odd shape, for tests;
//! - [`digests`] makes chains of digests, signed with a key of its own;
//! - [`sample`] makes the small archive committed as `sample-logs/`.
//!
//! Nothing here comes from a real log, and nothing here knows stscope.

#![allow(
    missing_docs,
    reason = "not published: names and types say what is left to say"
)]

pub mod agents;
pub mod bulk;
pub mod clock;
pub mod digests;
pub mod ids;
pub mod json;
pub mod key;
pub mod odd;
pub mod population;
pub mod record;
pub mod rng;
pub mod sample;
