//! How a run ends: the exit code, and why there is no result.
//!
//! Refuses to print: see `ending`.

use std::io;
use std::process::{ExitCode, Termination};

use super::advice;
use crate::input::{IpRangesError, PathError};
use crate::scan::ScanError;
#[cfg(feature = "store")]
use crate::store::StoreError;

/// The exit codes, which scripts rely on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Done,
    /// A `--fail-on` gate failed.
    GateFailed,
    /// A usage error, a fatal one, a gate that cannot be judged, or nothing read.
    Failed,
    /// Done, but some input was damaged or unreadable.
    Damaged,
}

impl Exit {
    /// The number the shell sees.
    pub fn code(self) -> u8 {
        match self {
            Exit::Done => 0,
            Exit::GateFailed => 1,
            Exit::Failed => 2,
            Exit::Damaged => 3,
        }
    }
}

impl Termination for Exit {
    fn report(self) -> ExitCode {
        ExitCode::from(self.code())
    }
}

/// Why a command ended without its result.
pub(super) enum Failure {
    /// What to tell the user: what is wrong, and what to do next.
    Message(String),
    /// Whoever read standard output has enough.
    ClosedPipe,
}

impl Failure {
    /// Something the user can mend: what is wrong, and what to do next.
    pub fn new(message: impl Into<String>) -> Failure {
        Failure::Message(message.into())
    }
}

/// An error of standard output; other files say which they are.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            Failure::ClosedPipe
        } else {
            Failure::Message(format!(
                "standard output: {error}; free some room, or write to another place with --output"
            ))
        }
    }
}

#[cfg(feature = "store")]
impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Failure::Message(advice::store::of_store(&error))
    }
}

impl From<ScanError> for Failure {
    fn from(error: ScanError) -> Self {
        Failure::Message(advice::of_scan(&error))
    }
}

impl From<PathError> for Failure {
    fn from(error: PathError) -> Self {
        Failure::Message(advice::of_path(&error))
    }
}

impl From<IpRangesError> for Failure {
    fn from(error: IpRangesError) -> Self {
        Failure::Message(advice::of_ip_ranges(&error))
    }
}
