//! How a run ends.

use std::ffi::OsString;
use std::io;
use std::process::{ExitCode, Termination};

use clap::error::{ContextKind, ContextValue};

use super::advice;
use super::args::said;
use super::messages::{line, warn};
use crate::input::{IpRangesError, PathError};
use crate::scan::ScanError;
use crate::shown::for_terminal;
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

    /// Tells the user, and ends.
    pub fn report(self) -> Exit {
        match self {
            Failure::Message(message) => {
                warn(&message);
                Exit::Failed
            }
            Failure::ClosedPipe => Exit::Done,
        }
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

/// Ends after a wrong word on the command line, or after `--help`.
pub(super) fn usage(mut error: clap::Error, typed: &[OsString]) -> Exit {
    if let Some(what) = said(&error) {
        return Failure::new(what).report();
    }
    let is_harmless = |word: &OsString| {
        let word = word.to_string_lossy();
        for_terminal(&word) == word
    };
    if !error.use_stderr() || typed.iter().all(is_harmless) {
        // Writing help into a closed pipe is no error.
        let _ = error.print();
    } else {
        // clap repeats what was typed as it is, between its colours and the ends of its own lines.
        escape_context(&mut error);
        line(error.to_string().trim_end());
    }
    if error.use_stderr() {
        Exit::Failed
    } else {
        Exit::Done
    }
}

/// Escapes what was typed where an error repeats it.
fn escape_context(error: &mut clap::Error) {
    let safe = |text: &str| for_terminal(text).into_owned();
    let context: Vec<_> = (error.context())
        .filter(|(kind, _)| *kind != ContextKind::Usage)
        .map(|(kind, value)| (kind, value.clone()))
        .collect();
    for (kind, value) in context {
        let escaped = match value {
            ContextValue::String(text) => ContextValue::String(safe(&text)),
            ContextValue::Strings(texts) => {
                ContextValue::Strings(texts.iter().map(|text| safe(text)).collect())
            }
            ContextValue::StyledStr(text) => {
                ContextValue::StyledStr(safe(&text.to_string()).into())
            }
            ContextValue::StyledStrs(texts) => {
                let texts = texts.iter().map(|text| safe(&text.to_string()).into());
                ContextValue::StyledStrs(texts.collect())
            }
            other => other,
        };
        error.insert(kind, escaped);
    }
}
