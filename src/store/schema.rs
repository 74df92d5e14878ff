//! The tables of a store, and which files are stores at all.
//!
//! Users query these tables, so a change of their meaning is a new [`VERSION`], and
//! [`migrate`](super::migrate) gets a step that brings older stores there.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::time::Duration;

use chrono::NaiveDate;
use rusqlite::{Connection, OpenFlags, OptionalExtension as _};

use super::error::{StoreError, journal};
use super::place::for_sqlite;
use super::{WINDOW, checksums, column};

/// The version of the schema, in `PRAGMA user_version`.
pub const VERSION: i64 = 3;

/// What says that an SQLite file is a store, in `PRAGMA application_id`: "stsc".
const APPLICATION_ID: i64 = 0x7374_7363;

/// The size of a page: most of what is written is rows of some hundred bytes, and blobs of kilobytes.
const PAGE: u32 = 8 * 1024;

/// The tables, but for the columns of `grouping`, which are the kept dimensions.
pub const SCHEMA: &str = "
-- What the store was told: window_days, and kept_from, before which days are forgotten; and the lock
-- that the last run held.
CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- The folders of files, and what they say as parts of an S3 key.
CREATE TABLE folder (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,
    key_account TEXT,
    key_region TEXT,
    key_day TEXT,
    read_in INTEGER NOT NULL DEFAULT 0     -- the run that first read a file of it; 0 for none
);

-- The ledger: every file that was come upon, and what became of it.
CREATE TABLE file (
    id INTEGER PRIMARY KEY,
    folder INTEGER NOT NULL REFERENCES folder (id),
    name TEXT NOT NULL,
    size INTEGER NOT NULL,
    modified INTEGER NOT NULL,             -- nanoseconds since 1970
    checksum INTEGER NOT NULL,             -- the end of the gzip file
    length INTEGER NOT NULL,
    outcome TEXT NOT NULL,                 -- read, damaged, same, or why it was skipped
    same_as INTEGER,                       -- of a copy: the file that was read
    stage TEXT,                            -- of a damaged file: how far it came,
    detail TEXT,                           -- what is wrong,
    records_read INTEGER NOT NULL,         -- and the whole records before that
    compressed INTEGER NOT NULL,
    decompressed INTEGER NOT NULL,
    records INTEGER NOT NULL,
    sts_records INTEGER NOT NULL,
    not_calls INTEGER NOT NULL,
    folded INTEGER NOT NULL,               -- calls that are in sums of closed days,
    beyond_window INTEGER NOT NULL,        -- and those of them that came too late
    not_understood INTEGER NOT NULL DEFAULT 0, -- documents and elements that are no records
    UNIQUE (folder, name)
);

-- The days of events. A closed one is settled: its sums change only by what comes too late.
CREATE TABLE day (
    day TEXT PRIMARY KEY,                  -- YYYY-MM-DD; empty: events without a time
    first_seen TEXT NOT NULL,              -- the day of the run that first read of it
    is_closed INTEGER NOT NULL,
    is_stale INTEGER NOT NULL,             -- daily is behind what was read of it
    duplicates INTEGER NOT NULL,
    shared_copies INTEGER NOT NULL,
    seen_in INTEGER NOT NULL DEFAULT 0     -- the run that first read of it
) WITHOUT ROWID;

-- Calls by day and grouping, each counted once. Of an open day, copies on both sides of midnight are
-- told only when it closes.
CREATE TABLE daily (
    day TEXT NOT NULL,
    grouping INTEGER NOT NULL REFERENCES grouping (id),
    calls INTEGER NOT NULL,
    errors INTEGER NOT NULL,
    first_event_time INTEGER,              -- milliseconds since 1970
    last_event_time INTEGER,
    PRIMARY KEY (day, grouping)
) WITHOUT ROWID;

-- Of closed days, the global calls of daily by where they came from.
CREATE TABLE daily_caller (
    day TEXT NOT NULL,
    grouping INTEGER NOT NULL REFERENCES grouping (id),
    caller INTEGER NOT NULL REFERENCES caller (id),
    calls INTEGER NOT NULL,
    errors INTEGER NOT NULL,
    first_event_time INTEGER,
    last_event_time INTEGER,
    PRIMARY KEY (day, grouping, caller)
) WITHOUT ROWID;

-- Where global calls came from.
CREATE TABLE caller (
    id INTEGER PRIMARY KEY,
    source_ip_address TEXT,
    session_name TEXT,
    in_scope_of TEXT
);

-- The calls of open days, as they were delivered: not for others to read.
CREATE TABLE calls (
    id INTEGER PRIMARY KEY,
    file INTEGER NOT NULL REFERENCES file (id),
    day TEXT NOT NULL,
    calls BLOB NOT NULL
);
CREATE INDEX copies ON file (same_as) WHERE same_as IS NOT NULL;
CREATE INDEX calls_of_file ON calls (file);
CREATE INDEX calls_of_day ON calls (day);

-- Days that were forgotten, and how many calls of them were read, copies included.
CREATE TABLE forgotten_day (
    day TEXT PRIMARY KEY,
    calls INTEGER NOT NULL
) WITHOUT ROWID;

-- What each run read.
CREATE TABLE run (
    id INTEGER PRIMARY KEY,
    ended_at TEXT NOT NULL,
    files_known INTEGER NOT NULL,
    files_read INTEGER NOT NULL,
    files_damaged INTEGER NOT NULL,
    calls INTEGER NOT NULL,                -- as delivered, copies included
    beyond_window INTEGER NOT NULL,
    coverage TEXT NOT NULL                 -- JSON
);

-- For each table, and each day of those that have days: its rows, and a sum over what is in them, by
-- which it is noticed if a bit has flipped.
CREATE TABLE checksum (
    of TEXT NOT NULL,
    day TEXT NOT NULL,
    rows INTEGER NOT NULL,
    sum INTEGER NOT NULL,
    PRIMARY KEY (of, day)
) WITHOUT ROWID;
";

/// What a file is to this release.
pub(super) enum State {
    /// Nothing is in it yet.
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

/// Refuses what is no SQLite database without opening it as one, which might write to it.
pub(super) fn refuse_foreign(path: &Path) -> Result<(), StoreError> {
    let mut head = Vec::new();
    match File::open(path) {
        Ok(file) => {
            let read = file.take(16).read_to_end(&mut head);
            read.map_err(|error| StoreError::Io(path.to_owned(), error))?;
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(StoreError::Io(path.to_owned(), error)),
    }
    // With a journal, what stands in the file is only what a killed run left of it.
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

pub(super) fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, StoreError> {
    let fail = |error| StoreError::Sql(path.to_owned(), error);
    let connection =
        Connection::open_with_flags(for_sqlite(path), flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)
            .map_err(fail)?;
    connection
        .busy_timeout(Duration::from_secs(60))
        .map_err(fail)?;
    checksums::teach(&connection).map_err(fail)?;
    // The first thing that reads the file: a journal is gone back by here, or cannot be.
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

pub(super) fn wrong_version(path: &Path) -> StoreError {
    let what = Some("its version is not that of its tables".to_owned());
    let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT);
    StoreError::Sql(path.to_owned(), rusqlite::Error::SqliteFailure(code, what))
}

pub(super) fn state(connection: &Connection) -> rusqlite::Result<State> {
    let pragma = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let (application, version) = (pragma("application_id")?, pragma("user_version")?);
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    Ok(match (application, version, tables) {
        (0, 0, 0) => State::Empty,
        (APPLICATION_ID, VERSION, _) => State::Current,
        (APPLICATION_ID, older @ 1..VERSION, _) => {
            // Without its sums, nothing would be noticed.
            let has_sums = connection.table_exists(Some("main"), "checksum")?;
            let has_forgotten = connection.table_exists(Some("main"), "forgotten_day")?;
            match has_sums || has_forgotten != (older > 1) {
                true => State::Damaged,
                false => State::Older(older),
            }
        }
        (APPLICATION_ID, newer, _) if newer > VERSION => State::Newer(newer),
        _ => State::Foreign,
    })
}

/// What the tables, indexes and views are made of, by their names. Remarks and room do not matter,
/// as columns that came later have neither.
pub(super) fn texts(connection: &Connection) -> rusqlite::Result<BTreeMap<String, String>> {
    let mut all = connection.prepare("SELECT type || ' ' || name, sql FROM main.sqlite_schema")?;
    let mut rows = all.query([])?;
    let mut texts = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let text: Option<String> = row.get(1)?;
        texts.insert(row.get(0)?, bare(&text.unwrap_or_default()));
    }
    Ok(texts)
}

/// The same of a store that has just been made.
pub(super) fn expected_texts() -> rusqlite::Result<BTreeMap<String, String>> {
    let connection = Connection::open_in_memory()?;
    connection.execute_batch(SCHEMA)?;
    connection.execute_batch(&column::grouping_table())?;
    texts(&connection)
}

fn bare(sql: &str) -> String {
    let lines = sql
        .lines()
        .map(|line| line.split("--").next().unwrap_or(line));
    let mut text: String = lines.collect();
    text.retain(|c| !c.is_whitespace());
    text
}

/// Makes the tables: all, or none.
pub(super) fn create(connection: &mut Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "page_size", PAGE)?;
    prepare_to_write(connection)?;
    let transaction = connection.transaction()?;
    transaction.execute_batch(SCHEMA)?;
    transaction.execute_batch(&column::grouping_table())?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", VERSION)?;
    transaction.commit()
}

/// A rollback journal, never WAL: stores lie on network file systems, where WAL's shared memory does
/// not work. <https://www.sqlite.org/wal.html>
pub(super) fn prepare_to_write(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update_and_check(None, "journal_mode", "DELETE", |_| Ok(()))?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "cache_size", -16 * 1024)?;
    connection.pragma_update(None, "temp_store", "MEMORY")
}

/// The day before which everything is forgotten.
pub(super) fn kept_from(connection: &Connection) -> rusqlite::Result<Option<NaiveDate>> {
    Ok(setting(connection, "kept_from")?.and_then(|day| day.parse().ok()))
}

pub(super) fn setting(connection: &Connection, name: &str) -> rusqlite::Result<Option<String>> {
    connection
        .query_row("SELECT value FROM setting WHERE name = ?1", [name], |row| {
            row.get(0)
        })
        .optional()
}

pub(super) fn set(connection: &Connection, name: &str, value: &str) -> rusqlite::Result<()> {
    connection.execute(
        "INSERT INTO setting (name, value) VALUES (?1, ?2) \
         ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE value <> excluded.value",
        [name, value],
    )?;
    Ok(())
}

/// The number that the next run will have.
pub(super) fn next_run(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("SELECT ifnull(max(id), 0) + 1 FROM run", [], |row| {
        row.get(0)
    })
}

/// The days in which copies are recognised.
pub(super) fn window(connection: &Connection) -> rusqlite::Result<u32> {
    let value = setting(connection, "window_days")?;
    Ok(value.and_then(|days| days.parse().ok()).unwrap_or(WINDOW))
}

pub(super) fn set_window(connection: &Connection, days: u32) -> rusqlite::Result<()> {
    set(connection, "window_days", &days.to_string())
}
