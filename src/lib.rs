//! Who still calls the global AWS STS endpoint, from CloudTrail logs.
//!
//! ```
//! use stscope::Scan;
//! # fn main() -> Result<(), stscope::ScanError> {
//! let report = Scan::default().tally(&["sample-logs/AWSLogs".into()])?.finish();
//! let summary = report.totals.summary();
//! println!("{} of {} calls are global", summary.global(), summary.calls);
//! assert!(report.totals.can_judge_global_calls());
//! # Ok(()) }
//! ```
//!
//! A [`Scan`] says how logs are read, and reads them. Its answer is a [`Tally`], which can be added to
//! others, and written down as a [`Partial`]; [`Tally::finish`] decides which calls count once, and
//! gives the [`Report`]: groups of calls, and the [`Totals`] with their [`Coverage`]. What was not read
//! or not understood is a figure there: look at it before a zero is believed.
//!
//! [`AnyQuestion`] has the questions, and [`Scan::ask`] asks one or several. [`Plan::of`],
//! [`Regions::of`] and [`Trend::of`] make rows of the answers. What a host, a user agent or a principal
//! is, [`sts`] tells, without any logs.
#![cfg_attr(
    feature = "store",
    doc = "A [`Store`] keeps sums from night to night, and answers as the logs would."
)]
//!
//! # Features
//!
//! `cli` (the program), `store` (SQLite) and `s3` (reads `s3://`) are on by default; a user of the library
//! who needs none of them sets `default-features = false`.
//!
//! # Units and errors
//!
//! Times are UTC, in milliseconds; sizes are bytes; days are days in UTC. An error says what is wrong
//! and keeps its cause as `source()`. A damaged file is no error: it is in the [`Coverage`].

// The data's way through this crate: `input` (paths → bytes) → `cloudtrail` (bytes → records) → `sts`
// (records → calls) → `tally` (calls → sums) → `questions` (sums → answers) → `report` (answers →
// bytes), driven by `scan`. All of it may use the facts of AWS in `aws` and the kinds of `damage`.

// What the program or the store alone use is unused without them; with both, unused code is named.
#![cfg_attr(
    not(all(feature = "cli", feature = "store")),
    allow(dead_code, unused_imports)
)]
// Names go through `Shown`; tests may print as they like.
#![cfg_attr(not(test), warn(clippy::disallowed_methods))]
#![warn(missing_docs)]

mod ahead;
mod aws;
#[cfg(feature = "cli")]
mod cli;
mod cloudtrail;
mod collections;
mod damage;
mod globs;
mod input;
mod plain_text;
mod query;
mod questions;
mod report;
mod scan;
mod shown;
mod source;
#[cfg(feature = "store")]
pub mod store;
pub mod sts;
mod tally;

pub use aws::{IpRanges, IpRangesFault, Pruned, Pruning};
pub use cloudtrail::Kernel;
pub use damage::Stage;
#[cfg(feature = "s3")]
pub use input::Prefix;
#[cfg(feature = "s3")]
pub use input::s3::{S3Error, S3Options, S3Url};
pub use input::{Limits, Named, Object, PathError, Paths, Place, Trailer, Version};
pub use questions::verify::{
    ChainRow, ChainStatus, Finding, FindingKind, Findings, KeyFault, Keys, Signatures, Standing,
    Verification,
};
pub use questions::{
    AnyQuestion, Calendar, CallsByDay, CrossRegion, DayCalls, DaysOfCalls, Gap, OptInTokens,
    Period, PeriodStatus, Plan, PlanRow, Refusal, RegionEvidence, RegionRow, RegionStatus, Regions,
    Risks, TokenTrace, Traced, Trend, TrendRow,
};
pub use scan::{Progress, Scan, ScanError};
#[cfg(feature = "store")]
pub use store::{Store, StoreError};
pub use tally::{
    Bytes, Collector, Column, ColumnType, Condition, Coverage, DamagedFile, DayAsked, DayRead,
    DaysRead, DigestCoverage, Evidence, File, Files, FilesOfDay, Group, LogsRead, Matched,
    Measures, Mismatch, NotListed, Offender, Partial, PartialError, PrunedFiles, Question, Report,
    Requests, Scrutiny, Selection, SkipReason, Summary, Tally, Terms, Totals,
};

/// The rooms of this crate as they are, for its own program, tests, benches and fuzzing. No release
/// promises anything of what is in here.
#[doc(hidden)]
#[allow(missing_docs, reason = "each room has its own")]
pub mod internals {
    pub mod aws {
        pub use crate::aws::*;
    }
    #[cfg(feature = "cli")]
    pub mod cli {
        pub use crate::cli::*;
    }
    pub mod cloudtrail {
        pub use crate::cloudtrail::*;
    }
    pub mod input {
        pub use crate::input::*;
    }
    pub mod query {
        pub use crate::query::*;
    }
    pub mod questions {
        pub use crate::questions::*;
    }
    pub mod report {
        pub use crate::report::*;
    }
    pub mod tally {
        pub use crate::tally::*;
    }
}
