//! Sums that are kept from night to night, in one SQLite file.
//!
//! Owns the file's schema, the ledger of what was read, and what is needed to count each call once
//! across nights. Refuses to know the formats of reports; [`Scan`](crate::Scan) reads logs, and
//! a [`Tally`](crate::Tally) decides what counts.
//!
//! Five shelves: `tables` is what everything else rests on; `ingest` writes what a scan reads; `days`
//! makes sums of calls, and forgets them; `chains` says whether logs are missing; `ask` reads. `ingest` and
//! `ask` use `days` and `chains`, never one another.
//!
//! # What is kept
//!
//! A day that may still get late files is open: every call of it is kept as a candidate (some 22
//! bytes), with the file it came from, so that a file that changes can be taken back whole. Once a day
//! is older than the window it is closed: its candidates are resolved for good, and only sums by day
//! and grouping are kept. [`Store::forget`] removes whole days that are no longer wanted.
//!
//! # To ask a store
//!
//! [`Store::tally`] gives the [`Tally`](crate::tally::Tally) that the files would have given, for any
//! question and selection over kept dimensions ([`is_kept`]). It is exact, so a store answers
//! whatever a tally answers: group by `day` to follow a migration. The tables, which [`SCHEMA`]
//! explains, are for users who query the file themselves.

mod ask;
mod chains;
mod days;
mod error;
mod ingest;
mod lock;
mod open;
mod place;
mod tables;
mod waiting;

pub use days::forget::Forgotten;
pub use error::{Holder, NotForgotten, SqlFault, StoreError};
pub use ingest::ingested::Ingested;
pub use open::Store;
pub use place::is_of_a_store;
pub use tables::columns::is_kept;
pub use tables::schema::{SCHEMA, VERSION, WINDOW};
pub use tables::vacuum::Room;
pub use waiting::on_wait;

pub use crate::questions::{Checked, Contents, Days, Fault, Run};
