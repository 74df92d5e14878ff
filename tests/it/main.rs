//! What stscope does as a whole, in one program: one to link, and tests of all modules at a time.

mod advice;
mod agents;
mod crowd;
mod docs;
mod environment;
mod gate;
mod held_equal;
mod properties;
mod query;
mod region_table;
mod regions;
#[cfg(feature = "s3")]
mod s3;
mod spark;
mod store;
mod traps;
mod verify;

/// The program as a user meets it: what is typed, and what comes back on standard output, on
/// standard error and as the exit code.
#[allow(
    clippy::unwrap_used,
    reason = "a helper of a test that cannot go on fails the test"
)]
mod cli {
    mod accounts;
    mod contents;
    pub mod drawn;
    mod endpoint;
    mod events;
    mod filters;
    mod forget;
    mod formats;
    mod gates;
    pub mod harness;
    mod help;
    mod inputs;
    mod lists;
    pub mod logs;
    mod manifests;
    mod migrate;
    mod openmetrics;
    mod options;
    #[cfg(unix)]
    mod output;
    mod overview;
    mod pages;
    mod parts;
    mod plan;
    mod plan_files;
    #[cfg(unix)]
    mod pruning;
    mod query;
    mod regions;
    mod sample;
    mod secrets;
    mod sizes;
    mod sorting;
    mod sound;
    #[cfg(unix)]
    mod special;
    #[cfg(unix)]
    mod stdout;
    mod store;
    mod store_pruning;
    mod store_words;
    mod sums;
    mod threads;
    mod tokens;
    mod trend;
    pub mod verify;
    mod verify_by_awscli;
    mod verify_days;
    mod verify_faults;
    mod verify_store;
}
