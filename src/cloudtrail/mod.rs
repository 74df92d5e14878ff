//! Bytes → one borrowed record at a time.
//!
//! Somebody who knows JSON and no AWS can read this: what records are wrapped in (`envelopes`, `members` and
//! `wrapped`, for the [`Reader`]), where a record ends (`ends`, on top of the vector code in `kernel`), what
//! there may be in it (`marks`), which records may matter (`search`), their strings (`strings`), and their
//! members ([`RecordParser`] → [`Record`], in `parser`); and what a `digest` names. Nothing here knows what
//! STS is, or where the bytes come from.

pub mod digest;
mod encoded;
mod ends;
mod envelopes;
mod event_ids;
mod foreign;
mod found;
mod hidden;
mod kernel;
mod keys;
mod marks;
mod members;
mod nest;
mod normal;
mod nothing;
mod parser;
mod parts;
mod reader;
mod record;
mod record_error;
mod search;
mod sound;
mod strings;
mod text;
mod traces;
mod window;
mod wrapped;

pub(crate) use foreign::Foreign;
pub use kernel::Kernel;
pub(crate) use nothing::something;
pub use parser::RecordParser;
pub use reader::{Handler, Outcome, Reader, Shape};
pub use record::{Field, Member, Place, Record};
pub use record_error::RecordError;
pub use window::Window;

// Their public paths.
pub use crate::damage::{Damage, Stage};
pub use crate::source::Source;
