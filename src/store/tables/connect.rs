//! A path → a connection, if the file is a store or may become one.
//!
//! Owns what tells a store from other files, and its version. Refuses to know what is in its tables.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use super::checksums;
use super::kept_fixed;
use super::migrate::FIRST_WITH_RUNS;
use super::schema::{APPLICATION_ID, VERSION};
use crate::store::error::{StoreError, journal};
use crate::store::place::for_sqlite;
use crate::store::waiting::wait_for_others;

/// What a file is to this release.
pub(in crate::store) enum State {
    /// It is empty.
    Empty,
    /// A store.
    Current,
    /// A store of an earlier release.
    Older(i64),
    /// A store of a later release.
    Newer(i64),
    /// A store whose version is not that of its tables.
    Damaged,
    /// Another database.
    Foreign,
}

/// Refuses a file that is not an SQLite database. SQLite does not open it, as that might write to it.
pub(in crate::store) fn refuse_foreign(path: &Path) -> Result<(), StoreError> {
    let mut head = Vec::new();
    match File::open(path) {
        Ok(file) => {
            let read = file.take(16).read_to_end(&mut head);
            read.map_err(|error| StoreError::Io(path.to_owned(), error))?;
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(StoreError::Io(path.to_owned(), error)),
    }
    // With a journal, the file is only what a killed run left of it.
    if head.is_empty() || journal(path).exists() {
        return Ok(());
    }
    if head != *b"SQLite format 3\0" {
        return Err(StoreError::NoStore(path.to_owned()));
    }
    let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    match state(&connection).map_err(|error| StoreError::Sql(path.to_owned(), error))? {
        State::Foreign => Err(StoreError::NoStore(path.to_owned())),
        State::Newer(version) => Err(StoreError::Newer(path.to_owned(), version)),
        State::Damaged => Err(wrong_version(path)),
        State::Empty | State::Current | State::Older(_) => Ok(()),
    }
}

pub(in crate::store) fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, StoreError> {
    let fail = |error| StoreError::Sql(path.to_owned(), error);
    let connection =
        Connection::open_with_flags(for_sqlite(path), flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)
            .map_err(fail)?;
    wait_for_others(&connection, path).map_err(fail)?;
    checksums::teach(&connection).map_err(fail)?;
    kept_fixed::teach(&connection).map_err(fail)?;
    // The first statement that reads the file: here a journal is rolled back, or cannot be.
    match connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| {
        row.get::<_, i64>(0)
    }) {
        Ok(_) => Ok(connection),
        Err(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::NotADatabase) => {
            Err(StoreError::NoStore(path.to_owned()))
        }
        Err(error) => Err(fail(error)),
    }
}

pub(in crate::store) fn wrong_version(path: &Path) -> StoreError {
    let what = Some("its version is not that of its tables".to_owned());
    let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT);
    StoreError::Sql(path.to_owned(), rusqlite::Error::SqliteFailure(code, what))
}

pub(in crate::store) fn state(connection: &Connection) -> rusqlite::Result<State> {
    let pragma = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let (application, version) = (pragma("application_id")?, pragma("user_version")?);
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    Ok(match (application, version, tables) {
        (0, 0, 0) => State::Empty,
        (APPLICATION_ID, VERSION, _) => State::Current,
        (APPLICATION_ID, older @ 1..VERSION, _) => {
            // A store that claims to be older would not have its checksums verified.
            let mut is_damaged = false;
            for (table, first) in [("forgotten_day", 2), ("checksum", 3), ("digest", 4)] {
                let has_table = connection.table_exists(Some("main"), table)?;
                is_damaged |= has_table != (older >= first);
            }
            let has_ids = connection.column_exists(Some("main"), "calls", "id")?;
            is_damaged |= has_ids == (older >= FIRST_WITH_RUNS);
            match is_damaged {
                true => State::Damaged,
                false => State::Older(older),
            }
        }
        (APPLICATION_ID, newer, _) if newer > VERSION => State::Newer(newer),
        _ => State::Foreign,
    })
}

/// Refuses what is not a regular file, or not on this machine. It is not opened, as opening a FIFO
/// would wait.
pub(in crate::store) fn refuse_no_file(path: &Path) -> Result<(), StoreError> {
    if path.to_str().is_some_and(|path| path.starts_with("s3://")) {
        return Err(StoreError::Remote(path.to_owned()));
    }
    match path.metadata() {
        Ok(what) if what.is_dir() => Err(StoreError::Folder(path.to_owned())),
        Ok(what) if !what.is_file() => Err(StoreError::NotAFile(path.to_owned())),
        _ => Ok(()),
    }
}
