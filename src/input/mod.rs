//! Paths → bytes: which files there are, and what is in them.
//!
//! `paths` turns what the user named into places to begin at, `local` lists and opens what is on this
//! machine, and `content` decompresses it; `names` says what the name of a file tells. Nothing here knows
//! JSON, records or STS. Whatever cannot be read is handed on as such, never left out.

mod content;
mod ip_ranges;
mod local;
mod names;
mod paths;
#[cfg(feature = "s3")]
pub mod s3;

pub(crate) use content::is_other_service;
pub use content::{Buffers, Limits, Opened, Stream};
pub use ip_ranges::{IpRangesError, read_ip_ranges};
pub use local::{
    Directory, Folder, Found, Links, Names, PARTIAL, Skip, Stamp, Trailer, Trust, open, open_in,
    read_directory, remove_left_over, standard_input,
};
pub(crate) use paths::lines;
pub use paths::{Named, PathError, Paths};

// Their public paths.
pub use crate::aws::{IpRanges, IpRangesFault, Key, KeyKind, Pruned, Pruning};
