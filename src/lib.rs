//! Who still calls the global AWS STS endpoint, from CloudTrail logs.
//!
//! The data's way through this crate: [`input`] (paths → bytes) → [`cloudtrail`] (bytes → records) →
//! [`sts`] (records → calls) → [`tally`] (calls → sums) → [`questions`] (sums → answers) → [`report`]
//! (answers → bytes), driven by [`Scan`]. A [`store`] keeps the sums from night to night. Beside that
//! way is [`query`], which writes the question down for other engines.

// Names go through `Shown`; tests may print as they like.
#![cfg_attr(not(test), warn(clippy::disallowed_methods))]

#[doc(hidden)]
pub mod cli;
pub mod cloudtrail;
pub mod input;
pub mod query;
pub mod questions;
pub mod report;
mod scan;
mod shown;
pub mod store;
pub mod sts;
pub mod tally;

pub use scan::{Progress, Scan, ScanError};
