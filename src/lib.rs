//! Who still calls the global AWS STS endpoint, from CloudTrail logs.
//!
//! The data's way through this crate: [`input`] (paths → bytes) → [`cloudtrail`] (bytes → records) →
//! [`sts`] (records → calls) → [`tally`] (calls → sums) → [`questions`] (sums → answers) → [`report`]
//! (answers → bytes), driven by [`Scan`]. All of it may use the facts of AWS in [`aws`] and the kinds
//! of [`damage`]. A [`store`] keeps the sums from night to night. Beside that way is [`query`], which
//! writes the question down for other engines.

// What the program or the store alone use is unused without them; with both, unused code is named.
#![cfg_attr(
    not(all(feature = "cli", feature = "store")),
    allow(dead_code, unused_imports)
)]
// Names go through `Shown`; tests may print as they like.
#![cfg_attr(not(test), warn(clippy::disallowed_methods))]

pub mod aws;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod cli;
pub mod cloudtrail;
mod collections;
pub mod damage;
pub mod input;
mod plain_text;
pub mod query;
pub mod questions;
pub mod report;
mod scan;
mod shown;
mod source;
#[cfg(feature = "store")]
pub mod store;
pub mod sts;
pub mod tally;

pub use scan::{Progress, Scan, ScanError};
