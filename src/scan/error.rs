//! Why a scan gave nothing.

use std::io;
use std::path::PathBuf;

#[cfg(feature = "s3")]
use crate::input::s3::S3Error;
use crate::input::{LeftOut, ManifestError, NotListed, PathError};
use crate::shown::Shown;
use crate::tally::DamagedFile;

/// Why a scan gave nothing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScanError {
    /// A path leads nowhere.
    #[error(transparent)]
    Path(#[from] PathError),
    /// In a strict run, the first damaged file.
    #[error("{}: damaged ({}): {}", Shown::text(&.0.path), .0.stage.as_str(), Shown::text(&.0.detail))]
    Damaged(DamagedFile),
    /// The threads could not be started.
    #[error("not one thread can be started")]
    Threads(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A manifest with contents, part of which could not be read.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// A manifest leaves out a prefix that is asked about, or nobody knows why.
    #[error("the list leaves out {}", what(.0))]
    LeftOut(LeftOut),
    /// An object is read where it is named, and would be passed by on a list, where it is only found.
    #[error("{}: it is read where it is named, but on a list it would be passed by for its name", Shown::text(.0))]
    NamedAlone(String),
    /// Nobody knows what is there, so it cannot be on a list.
    #[error("{}: it cannot be listed", Shown::path(.0))]
    NotListable(PathBuf, #[source] io::Error),
    /// A name that no list can have, which is text.
    #[error("{}: a list cannot have a name that is no UTF-8", Shown::path(.0))]
    NotUtf8(PathBuf),
    /// Standard input, which cannot be on a list.
    #[error("standard input (-) has no name")]
    NoName,
    /// S3 gives nothing any more.
    #[cfg(feature = "s3")]
    #[error(transparent)]
    S3(#[from] S3Error),
}

fn what(left_out: &LeftOut) -> String {
    let prefix = Shown::text(&left_out.prefix);
    let what = match left_out.reason() {
        Some(NotListed::Before) => format!("what is before {prefix}, which"),
        Some(NotListed::After) => format!("{prefix} and what is after it, which"),
        Some(NotListed::Days) => format!("{prefix}, where days are that"),
        Some(NotListed::Account) => format!("{prefix}, an account that"),
        Some(NotListed::Region) => format!("{prefix}, a Region that"),
        _ => {
            let why = Shown::text(&left_out.why);
            return format!("{prefix}, for a reason that is not known, '{why}'");
        }
    };
    format!("{what} this run asks for")
}
