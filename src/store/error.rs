//! Why a store cannot be used, and what to do about it.
//!
//! Owns the messages. Refuses to know what was asked of the store.

use std::path::{Path, PathBuf};

use chrono::NaiveDate;

use super::place::{beside, folder_of};
use super::tables::schema::VERSION;
use crate::scan::ScanError;
use crate::shown::Shown;

/// Why a store cannot be used.
#[derive(Debug)]
pub enum StoreError {
    /// The file does not exist.
    Missing(PathBuf),
    /// It is a folder.
    Folder(PathBuf),
    /// It is neither a file nor a folder: a FIFO, a device, a socket.
    NotAFile(PathBuf),
    /// It is in S3.
    Remote(PathBuf),
    /// It is empty: an ingest made it and wrote nothing.
    NotBegun(PathBuf),
    /// The file with the name of its lock is not a lock of ours.
    ForeignLock(PathBuf, PathBuf),
    /// It has a second name, under which a run was killed.
    OtherName(PathBuf, PathBuf),
    /// Its folder does not exist.
    NoFolder(PathBuf, PathBuf),
    /// Its folder cannot be written to.
    NotWritable(PathBuf, PathBuf, std::io::Error),
    /// The file is something other than a store.
    NoStore(PathBuf),
    /// It was written by a newer release.
    Newer(PathBuf, i64),
    /// It refuses to forget.
    NotForgotten(PathBuf, NotForgotten),
    /// Another ingest is at work.
    Held(PathBuf, Holder),
    /// An error of the operating system.
    Io(PathBuf, std::io::Error),
    /// An error of SQLite.
    Sql(PathBuf, rusqlite::Error),
    /// The logs cannot be read.
    Scan(ScanError),
}

/// Why a store does not forget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotForgotten {
    /// The day is still to come.
    Future(NaiveDate),
    /// No day would be left. With the newest day, if there is any.
    NoDayLeft(NaiveDate, Option<NaiveDate>),
}

impl std::fmt::Display for NotForgotten {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            NotForgotten::Future(before) => write!(
                f,
                "{before} is in the future, so all that is read until then would be forgotten at once; \
                 name a day that has begun (UTC)"
            ),
            NotForgotten::NoDayLeft(before, Some(newest)) => write!(
                f,
                "every day in it is before {before}, and the newest is {newest}; name a day up to \
                 {newest}, or start again with another file"
            ),
            NotForgotten::NoDayLeft(..) => f.write_str("it has no days yet; ingest logs first"),
        }
    }
}

/// Who holds a store: the host, the process, and since when, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder(pub(super) String);

impl std::fmt::Display for Holder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::fmt::Display for StoreError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        use rusqlite::ErrorCode;
        match self {
            StoreError::Missing(path) => write!(
                f,
                "--store {}: there is no such file; 'stscope ingest --store FILE PATH' makes one",
                Shown::path(path)
            ),
            StoreError::Folder(path) => write!(
                f,
                "--store {}: it is a folder; name a file, such as {}",
                Shown::path(path),
                Shown::path(&path.join("sts.db"))
            ),
            StoreError::NotAFile(path) => write!(
                f,
                "--store {}: it is not a regular file; name one, such as sts.db",
                Shown::path(path)
            ),
            StoreError::Remote(path) => write!(
                f,
                "--store {}: a store is a file on this machine; name one, such as sts.db, and copy it to \
                 S3 between runs",
                Shown::path(path)
            ),
            StoreError::NotBegun(path) => write!(
                f,
                "--store {}: it is empty: an earlier ingest was stopped before it wrote anything; \
                 make room on the disk, and run 'stscope ingest' again",
                Shown::path(path)
            ),
            StoreError::ForeignLock(path, lock) => write!(
                f,
                "--store {}: {} is not a lock of stscope, and was left as it is; move it away, or name \
                 another store",
                Shown::path(path),
                Shown::path(lock)
            ),
            StoreError::OtherName(path, name) => write!(
                f,
                "--store {}: a run that was killed called it {}; run 'stscope ingest' under that name \
                 first, which repairs it",
                Shown::path(path),
                Shown::path(name)
            ),
            StoreError::NoFolder(path, folder) => write!(
                f,
                "--store {}: there is no folder {}; make it, or name a file in another",
                Shown::path(path),
                Shown::path(folder)
            ),
            StoreError::NotWritable(path, folder, error) => write!(
                f,
                "--store {}: {error}; see that you may write in the folder {}, or name a file in \
                 another",
                Shown::path(path),
                Shown::path(folder)
            ),
            StoreError::NoStore(path) => write!(
                f,
                "--store {}: it is not a store of stscope, and was left as it is; name another file",
                Shown::path(path)
            ),
            StoreError::Newer(path, version) => write!(
                f,
                "--store {}: it was written by a newer stscope (schema {version}; this one knows \
                 {VERSION}), and was left as it is; use that release",
                Shown::path(path)
            ),
            StoreError::NotForgotten(path, why) => write!(
                f,
                "--store {}: nothing was forgotten: {why}",
                Shown::path(path)
            ),
            StoreError::Held(path, holder) => write!(
                f,
                "--store {}: another ingest is at work on it ({holder}); wait for its end, or give \
                 --wait",
                Shown::path(path)
            ),
            StoreError::Io(path, error) => write!(
                f,
                "--store {}: {error}; check the folder, its permissions and the room on the disk",
                Shown::path(path)
            ),
            StoreError::Sql(path, error) if is_left_half_done(path, error) => write!(
                f,
                "--store {}: a run was killed, and left {}; the next 'stscope ingest' by a user who may \
                 write here repairs it",
                Shown::path(path),
                Shown::path(&journal(path))
            ),
            StoreError::Sql(path, error) => {
                let advice = match error.sqlite_error_code() {
                    Some(ErrorCode::DiskFull | ErrorCode::SystemIoFailure) => {
                        "what was committed is kept; make room on the disk and run it again"
                    }
                    Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                        "another ingest is at work on it, or a program has been reading it for long; wait \
                         for its end, and run this again"
                    }
                    Some(
                        ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied,
                    ) => "check its permissions and those of its folder",
                    Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => DAMAGED,
                    // A value of another type than its column: this program never writes one.
                    None if is_odd_value(error) => DAMAGED,
                    _ => "run it again; if that does not help, ingest into a new file",
                };
                write!(f, "--store {}: {error}; {advice}", Shown::path(path))
            }
            StoreError::Scan(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for StoreError {}

const DAMAGED: &str = "it is damaged; 'stscope store check' says where; restore a backup, or ingest \
                       into a new file";

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

/// Whether a killed run has left a journal that this user may not roll back.
fn is_left_half_done(store: &Path, error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode;
    let is_for_want_of_permission = matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied)
    );
    is_for_want_of_permission && journal(store).exists()
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
    fn a_user_who_may_not_write_is_told_of_the_run_that_was_killed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sts.db");
        drop(Store::open_to_write(&path, None, false).unwrap());
        let ask = || connect(&path, OpenFlags::SQLITE_OPEN_READ_ONLY);
        assert!(ask().is_ok());
        // Whatever it contains, SQLite tries to roll back by it.
        std::fs::write(journal(&path), [0xd9; 512]).unwrap();
        let error = ask().err().unwrap().to_string();
        for piece in [
            "a run was killed",
            "sts.db-journal",
            "the next 'stscope ingest'",
        ] {
            assert!(error.contains(piece), "{error}");
        }
    }
}
