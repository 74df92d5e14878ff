//! Why a store cannot be used.
//!
//! Owns what is wrong, in words. Refuses to know what was asked of the store, and what a person at a
//! terminal should do next.

use std::path::{Path, PathBuf};

use chrono::NaiveDate;

use super::place::beside;
use super::tables::schema::VERSION;
use crate::input::folder_of;
use crate::scan::ScanError;
use crate::shown::Shown;

/// Why a store cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The file does not exist.
    #[error("{}: there is no such file", Shown::path(.0))]
    Missing(PathBuf),
    /// It is a folder.
    #[error("{}: it is a folder", Shown::path(.0))]
    Folder(PathBuf),
    /// It is neither a file nor a folder: a FIFO, a device, a socket.
    #[error("{}: it is not a regular file", Shown::path(.0))]
    NotAFile(PathBuf),
    /// It is in S3.
    #[error("{}: a store is a file on this machine", Shown::path(.0))]
    Remote(PathBuf),
    /// It is empty: an ingest made it and wrote nothing.
    #[error("{}: it is empty: an earlier ingest was stopped before it wrote anything", Shown::path(.0))]
    NotBegun(PathBuf),
    /// The file with the name of its lock, the second path, is not a lock of ours.
    #[error("{}: {} is not a lock of stscope, and was left as it is", Shown::path(.0), Shown::path(.1))]
    ForeignLock(PathBuf, PathBuf),
    /// It has a second name, under which a run was killed.
    #[error("{}: a run that was killed called it {}", Shown::path(.0), Shown::path(.1))]
    OtherName(PathBuf, PathBuf),
    /// Its folder, the second path, does not exist.
    #[error("{}: there is no folder {}", Shown::path(.0), Shown::path(.1))]
    NoFolder(PathBuf, PathBuf),
    /// Its folder, the second path, cannot be written to.
    #[error("{}: the folder {} cannot be written to", Shown::path(.0), Shown::path(.1))]
    NotWritable(PathBuf, PathBuf, #[source] std::io::Error),
    /// The file is something other than a store.
    #[error("{}: it is not a store of stscope, and was left as it is", Shown::path(.0))]
    NoStore(PathBuf),
    /// It was written by a newer release, with this version of the schema.
    #[error(
        "{}: it was written by a newer stscope (schema {}; this one knows {VERSION}), and was left as \
         it is",
        Shown::path(.0), .1
    )]
    Newer(PathBuf, i64),
    /// It was opened to be asked, by [`Store::open`](super::Store::open).
    #[error("{}: it was opened to be asked, and is not written to", Shown::path(.0))]
    OpenedToAsk(PathBuf),
    /// The scan is to leave calls out. A file counts as read once it is in the store, with all its calls.
    #[error("{}: a store keeps all calls of a file, so a selection is for what is asked of it", Shown::path(.0))]
    Selection(PathBuf),
    /// It refuses to forget.
    #[error("{}: nothing was forgotten", Shown::path(.0))]
    NotForgotten(PathBuf, #[source] NotForgotten),
    /// Another ingest is at work.
    #[error("{}: another ingest is at work on it ({})", Shown::path(.0), .1)]
    Held(PathBuf, Holder),
    /// An error of the operating system.
    #[error("{}: it cannot be read or written", Shown::path(.0))]
    Io(PathBuf, #[source] std::io::Error),
    /// An error of SQLite. [`StoreError::sql_fault`] says what it means for the store.
    #[error("{}: SQLite failed", Shown::path(.0))]
    Sql(PathBuf, #[source] rusqlite::Error),
    /// The logs cannot be read.
    #[error(transparent)]
    Scan(#[from] ScanError),
}

/// Why a store does not forget.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotForgotten {
    /// The day is still to come.
    #[error("{0} is in the future, so all that is read until then would be forgotten at once")]
    Future(NaiveDate),
    /// No day would be left: the newest is the second one.
    #[error("every day in it is before {0}, and the newest is {1}")]
    NoDayLeft(NaiveDate, NaiveDate),
    /// It has no days.
    #[error("it has no days yet")]
    NoDays,
}

/// Who holds a store: the host, the process, and since when, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder(pub(super) String);

impl std::fmt::Display for Holder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// What an error of SQLite means for a store.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SqlFault {
    /// The disk is full, or fails. What was committed is kept.
    NoRoom,
    /// Another program writes to the store, or has read it for long.
    Busy,
    /// The file or its folder may not be read or written.
    NotPermitted,
    /// A run was killed and left this journal, which this user may not roll back.
    LeftHalfDone(PathBuf),
    /// What is in the file is not what was written.
    Damaged,
    /// Something else.
    Other,
}

impl StoreError {
    /// What an error of SQLite means; `None` of any other error.
    pub fn sql_fault(&self) -> Option<SqlFault> {
        use rusqlite::ErrorCode;
        let StoreError::Sql(path, error) = self else {
            return None;
        };
        Some(match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull | ErrorCode::SystemIoFailure) => SqlFault::NoRoom,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => SqlFault::Busy,
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
                match journal(path) {
                    journal if journal.exists() => SqlFault::LeftHalfDone(journal),
                    _ => SqlFault::NotPermitted,
                }
            }
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => SqlFault::Damaged,
            // A value of another type than its column: this program never writes one.
            None if is_odd_value(error) => SqlFault::Damaged,
            _ => SqlFault::Other,
        })
    }
}

fn is_odd_value(error: &rusqlite::Error) -> bool {
    use rusqlite::Error;
    matches!(
        error,
        Error::FromSqlConversionFailure(..)
            | Error::IntegralValueOutOfRange(..)
            | Error::InvalidColumnType(..)
            | Error::Utf8Error(..)
    )
}

/// The journal that SQLite writes next to a store, to roll back by it.
pub(super) fn journal(store: &Path) -> PathBuf {
    beside(store, "-journal")
}

/// Why no file can be made or opened for a store.
pub(super) fn place_fault(store: &Path, error: std::io::Error) -> StoreError {
    let folder = folder_of(store);
    match error.kind() {
        std::io::ErrorKind::NotFound if !folder.exists() => {
            StoreError::NoFolder(store.to_owned(), folder.to_owned())
        }
        std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => {
            StoreError::NotWritable(store.to_owned(), folder.to_owned(), error)
        }
        _ => StoreError::Io(store.to_owned(), error),
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::OpenFlags;

    use super::super::open::Store;
    use super::super::tables::connect::connect;
    use super::*;

    #[test]
    fn a_run_that_was_killed_is_told_from_a_want_of_permission() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sts.db");
        drop(Store::open_to_write(&path, None, false).unwrap());
        let ask = || connect(&path, OpenFlags::SQLITE_OPEN_READ_ONLY);
        assert!(ask().is_ok());
        // Whatever it contains, SQLite tries to roll back by it.
        std::fs::write(journal(&path), [0xd9; 512]).unwrap();
        let error = ask().err().unwrap();
        let left = SqlFault::LeftHalfDone(journal(&path));
        assert_eq!(error.sql_fault(), Some(left));
        std::fs::remove_file(journal(&path)).unwrap();
        assert_eq!(error.sql_fault(), Some(SqlFault::NotPermitted));
    }
}
