//! Paths → bytes: which files there are, and what is in them.
//!
//! `paths` turns what the user named into places to begin at, `local` lists and opens what is on this
//! machine, and `content` decompresses it; `names` and `endings` say what the name of a file tells. Nothing
//! here knows JSON, records or STS. Whatever cannot be read is handed on as such, never left out.

mod content;
mod endings;
mod folder;
mod ip_ranges;
mod left_out;
mod local;
mod manifest;
mod named;
mod names;
mod object;
mod paths;
mod piped;
#[cfg(feature = "s3")]
mod prefix;
#[cfg(feature = "s3")]
pub mod s3;
mod version;

pub use content::{Buffers, Limits, Opened, Stream, Trailer, of_bytes, of_reader};
pub(crate) use content::{is_compressed, is_other_service, sha256};
pub use folder::{Folder, Found, Names, Skip, Trust};
pub use ip_ranges::{IpRangesError, read_ip_ranges};
pub use left_out::{LeftOut, NotListed};
pub use local::{
    Directory, Links, PARTIAL, Raw, fetch, fetch_in, of_file, open, open_in, read_directory,
    read_directory_in_order, remove_left_over, standard_input,
};
pub(crate) use local::{folder_of, is_below, one_name};
pub use manifest::{Found as FoundObject, Line, Lines, Manifest, ManifestError, ManifestFault};
pub(crate) use manifest::{folder_and_name, is_in_hidden};
pub use named::Named;
pub(crate) use names::is_hidden;
pub use object::{Object, Place};
pub(crate) use paths::lines;
pub use paths::{PathError, Paths};
pub use piped::Piped;
#[cfg(feature = "s3")]
pub use prefix::{Prefix, Walk, walks_all_of};
pub use version::Version;

// Their public paths.
pub use crate::aws::{IpRanges, IpRangesFault, Key, KeyKind, Pruned, Pruning};
