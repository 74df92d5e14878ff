//! Bytes → one borrowed record at a time.
//!
//! Somebody who knows JSON and no AWS can read this: what records are wrapped in (`containers`, for
//! the [`Reader`]), the bounds of a record (`bounds`, on top of the vector code in `kernel`), which
//! of them may matter (`search`), their strings (`strings`), and their members ([`RecordParser`] →
//! [`Record`]). Nothing here knows what STS is, or where the bytes come from.

mod bounds;
mod containers;
mod foreign;
mod kernel;
mod keys;
mod reader;
mod record;
mod search;
mod strings;
mod text;
mod traces;
mod walk;
mod window;
mod wrapped;

pub use kernel::Kernel;
pub use reader::{Handler, Outcome, Reader, Shape};
pub use record::{Field, Member, Place, Record};
pub use walk::{RecordError, RecordParser};
pub use window::Window;

// Their public paths.
pub use crate::damage::{Damage, Stage};
pub use crate::source::Source;
