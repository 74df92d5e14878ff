//! Paths → bytes: which files there are, what their S3 keys say, and what is in them.
//!
//! Knows nothing of JSON, but for AWS's list of its addresses. Whatever cannot be read is handed on
//! as such, never left out.

mod directory;
mod fingerprint;
mod folder;
mod gzip;
mod ip_ranges;
mod key;
mod libdeflate;
mod open;
mod pages;
mod paths;
mod pattern;
mod prune;
#[cfg(feature = "s3")]
pub mod s3;
mod walk;

pub use directory::Directory;
pub use fingerprint::{Stamp, Trailer};
pub use folder::{Folder, Names};
pub use ip_ranges::{IpRanges, IpRangesError, IpRangesFault};
pub use key::{Key, KeyKind};
pub use open::{Buffers, Limits, Opened, Stream, open, open_in, standard_input};
pub(crate) use paths::lines;
pub use paths::{Named, PathError, Paths};
pub use prune::{Pruned, Pruning};
pub use walk::{Found, Links, PARTIAL, Skip, read_directory};
