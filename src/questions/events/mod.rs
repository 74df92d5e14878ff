//! Every call that counts, one by one: in order of time ([`EventLog`]), or as they are read
//! ([`EventStream`]).
//!
//! Owns the rows of calls, in memory and in temporary files, and what is sent when. What counts once
//! is the tally's to say.

mod log;
mod row;
mod row_store;
mod rows_ahead;
mod stream;

pub use log::{EventLog, Events};
pub use row::{EVENT_COLUMNS, Row};
pub use rows_ahead::EventRows;
pub use stream::{EventStream, StreamError, Streamed};
