//! Sums that are kept from night to night, in one SQLite file.
//!
//! Owns the file's schema, the ledger of what was read, and what is needed to count once across
//! nights. Knows nothing of formats; reading logs is [`Scan`](crate::Scan)'s, deciding what counts is the
//! [`tally`](crate::tally)'s.
//!
//! # What is kept
//!
//! Of a day that may still get late files, every call is kept as what it claims to be
//! (some 36 bytes), with the file it came from: a file that changes is
//! taken back whole. Once a day is older than the window, its claims are settled for good and
//! folded into sums by day and grouping. Days that are no longer wanted are forgotten as a whole
//! ([`Store::forget`]).
//!
//! # To ask a store
//!
//! [`Store::tally`] gives the [`Tally`](crate::tally::Tally) that the files would have given, for any
//! question and selection over kept dimensions ([`is_kept`]). It is exact, so everything that can be
//! made of a tally can be made of a store: group by `day` to follow a migration. The tables, which
//! [`SCHEMA`] explains, are for users who query the file themselves.

mod ask;
mod days;
mod error;
mod ingest;
mod lock;
mod open;
mod place;
mod tables;

pub use ask::check::{Checked, Fault};
pub use ask::info::{Contents, Days, Run};
pub use days::forget::Forgotten;
pub use error::{Holder, NotForgotten, StoreError};
pub use ingest::run::Ingested;
pub use open::Store;
pub use tables::columns::is_kept;
pub use tables::schema::{SCHEMA, VERSION, WINDOW};
pub use tables::vacuum::Room;
