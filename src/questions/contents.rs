//! What is in a store, and what is wrong with it.
//!
//! Owns these answers, which a store gives and pages show. Refuses to know how a store keeps anything.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use crate::tally::{ChainRow, Summary};

/// What is in a store.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Contents {
    /// The version of its schema.
    pub version: i64,
    /// The days in which copies of a call are recognised.
    pub window: u32,
    /// The day before which everything is forgotten.
    pub kept_from: Option<NaiveDate>,
    /// The size of the file, in bytes.
    pub bytes: u64,
    /// How many of these are free.
    pub free_bytes: u64,
    /// Its days.
    pub days: Days,
    /// Accounts in the keys of the files read, those of forgotten days aside.
    pub key_accounts: BTreeSet<String>,
    /// Regions in those keys.
    pub key_regions: BTreeSet<String>,
    /// The files in the ledger by their outcome.
    pub files: BTreeMap<String, u64>,
    /// The calls, each counted once.
    pub calls: Summary,
    /// Calls that were forgotten, as they were delivered.
    pub forgotten: u64,
    /// Different groupings of calls.
    pub groupings: u64,
    /// Different callers of global calls.
    pub callers: u64,
    /// What follows from the digests it has read, chain by chain.
    pub chains: Vec<ChainRow>,
    /// What was read by runs that have not ended, or were killed, and when these began.
    pub unfinished: Vec<(String, String)>,
    /// The last runs, the newest first.
    pub runs: Vec<Run>,
}

/// The days of a store.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Days {
    /// The first day with calls or files.
    pub oldest: Option<NaiveDate>,
    /// The last one.
    pub newest: Option<NaiveDate>,
    /// Days with calls that may still get late files.
    pub open: u64,
    /// Days with calls that are closed.
    pub closed: u64,
    /// Days that are not over, or not read completely.
    pub incomplete: u64,
}

/// A run of `ingest`.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "as in the table")]
#[non_exhaustive]
pub struct Run {
    pub ended_at: String,
    pub files_known: u64,
    pub files_read: u64,
    pub files_damaged: u64,
    pub calls: u64,
    pub beyond_window: u64,
}

/// What a check found.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Checked {
    /// What is wrong.
    pub faults: Vec<Fault>,
    /// The rows that were compared with their checksums; `None` if the store is of an earlier release,
    /// which kept none.
    pub rows: Option<u64>,
}

/// Something that is wrong with a store.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fault {
    /// The check that noticed it: `sqlite`, `schema`, `checksum` or `figures`.
    pub check: &'static str,
    /// The table, if the fault is in one.
    pub table: Option<String>,
    /// The day, if the fault is in one.
    pub day: Option<String>,
    /// What is wrong.
    pub detail: String,
}
