//! What an ingest did.

use crate::tally::Coverage;

/// What an ingest did.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Ingested {
    /// What was read now.
    pub coverage: Coverage,
    /// What every walk passes by, for its name or because it is not a file.
    pub passed_by: u64,
    /// Whether logs were read on earlier nights.
    pub had_logs: bool,
    /// Known files, which were not read again.
    pub known: u64,
    /// Of these, new copies of files that are known under another folder.
    pub same: u64,
    /// Copies of other files of this run that were read before this was known.
    pub same_read: u64,
    /// Files that were read before and have changed.
    pub replaced: u64,
    /// Calls of days that had been closed before.
    pub beyond_window: u64,
    /// Calls of days that are forgotten: they are not counted.
    pub forgotten: u64,
    /// Days that were closed at the end of the run.
    pub closed: u64,
}
