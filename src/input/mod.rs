//! Paths → bytes: which files there are, what their S3 keys say, and what is in them.
//!
//! Knows nothing of JSON, but for AWS's list of its addresses. Whatever cannot be read is handed on
//! as such, never left out.

mod compressed;
mod decoder;
mod directory;
mod fingerprint;
mod folder;
mod ip_ranges;
mod libdeflate;
mod lz4;
mod names;
mod open;
mod other_service;
mod pages;
mod partial;
mod paths;
mod pattern;
mod walk;

pub use directory::Directory;
pub use fingerprint::{Stamp, Trailer};
pub use folder::{Folder, Names, Trust};
pub use ip_ranges::{IpRangesError, read_ip_ranges};
pub use open::{Buffers, Limits, Opened, Stream, open, open_in, standard_input};
pub(crate) use other_service::is_other_service;
pub use partial::{PARTIAL, remove_left_over};
pub(crate) use paths::lines;
pub use paths::{Named, PathError, Paths};
pub use walk::{Found, Links, Skip, read_directory};

// Their public paths.
pub use crate::aws::{IpRanges, IpRangesFault, Key, KeyKind, Pruned, Pruning};
