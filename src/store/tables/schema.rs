//! The tables of a store, and its settings.
//!
//! Users query these tables, so a change of their meaning is a new [`VERSION`], and
//! [`migrate`](super::migrate) gets a step that brings older stores up to it.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rusqlite::{Connection, OptionalExtension as _};

use super::columns;

/// The version of the schema, in `PRAGMA user_version`.
pub const VERSION: i64 = 5;

/// The days in which copies of a call are recognised, unless a store says otherwise.
pub const WINDOW: u32 = 14;

/// What marks an SQLite file as a store, in `PRAGMA application_id`: "stsc".
pub(in crate::store) const APPLICATION_ID: i64 = 0x7374_7363;

/// The size of a page: most of what is written is rows of some hundred bytes, and blobs of kilobytes.
const PAGE: u32 = 8 * 1024;

/// The tables, except the columns of `grouping`, which are the kept dimensions. Remarks may change: they
/// are not compared.
pub const SCHEMA: &str = "
-- The settings: window_days; kept_from, the day before which everything is forgotten; the lock that
-- the last run held; hosts, the list that the last run was given with --hosts; for what a run has begun
-- to read and has not come to the end of, since when: 'unfinished /logs', or in S3 from a day on
-- 'unfinished-from 2026-11-01 s3://trail/'; and for each day that gates have
-- to judge again, as calls were added to it, the run that did so: 'added_to 2026-11-03'.
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

-- The ledger: every file that was found, and what became of it.
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

-- The days of events. A closed day is final: its sums change only by what comes too late.
CREATE TABLE day (
    day TEXT PRIMARY KEY,                  -- YYYY-MM-DD; empty: events without a time
    first_seen TEXT NOT NULL,              -- the day of the run that first read of it
    is_closed INTEGER NOT NULL,
    is_stale INTEGER NOT NULL,             -- daily lacks some of what was read of it
    duplicates INTEGER NOT NULL,
    shared_copies INTEGER NOT NULL,
    seen_in INTEGER NOT NULL DEFAULT 0     -- the run that first read of it
) WITHOUT ROWID;

-- Calls by day and grouping, each counted once. Of an open day, copies on both sides of midnight are
-- recognised only when it closes.
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

-- The calls of open days, as they were delivered: only stscope reads this. With rowids, as without them
-- rows of some kilobytes have pages of their own.
CREATE TABLE calls (
    day TEXT NOT NULL,
    file INTEGER NOT NULL,
    calls BLOB NOT NULL,
    PRIMARY KEY (day, file)
);
CREATE INDEX copies ON file (same_as) WHERE same_as IS NOT NULL;

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

-- What digests say: unbroken pieces of their chains. A single digest is one as long as something is to come of it.
CREATE TABLE digest (
    id INTEGER PRIMARY KEY,
    file INTEGER,                          -- of a single digest: the file that it was read from
    bucket TEXT NOT NULL,                  -- of the last digest: its bucket,
    object TEXT NOT NULL,                  -- its key,
    hash BLOB NOT NULL,                    -- and the hash of its content
    start_time INTEGER NOT NULL,           -- from when on the first names logs, in milliseconds since 1970
    end_time INTEGER NOT NULL,             -- until when the last does
    fingerprint TEXT NOT NULL,             -- the key that the last was signed with
    signed_text TEXT,                      -- what was signed, until its signature is found right
    signature TEXT,                        -- the signature that came with it
    previous_bucket TEXT,                  -- what the first says of the digest before it
    previous_object TEXT,
    previous_hash BLOB,
    previous_signature TEXT,
    digests INTEGER NOT NULL,              -- none of what was forgotten: its chain goes back to before kept_from
    signed INTEGER NOT NULL,               -- digests whose signatures are right
    is_wrong INTEGER NOT NULL,             -- one is wrong
    log_files INTEGER NOT NULL,            -- logs that are named and were read
    is_hashed INTEGER NOT NULL,            -- all of these have the hash that is named
    members BLOB NOT NULL,                 -- eight bytes of the hash of each digest
    logs BLOB NOT NULL,                    -- logs that are to come, or differ: only stscope reads this
    UNIQUE (object, bucket, hash)
);

-- The accounts and Regions with digests.
CREATE TABLE digest_pair (
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    PRIMARY KEY (account, region)
) WITHOUT ROWID;

-- Logs that no digest has named yet, and those whose content is not what was delivered.
CREATE TABLE unnamed_log (
    file INTEGER PRIMARY KEY,
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    minute INTEGER NOT NULL,               -- in its name: minutes since 1970
    id BLOB NOT NULL,                      -- what tells it from all others
    hash BLOB,                             -- of its content, if that was looked at
    is_named INTEGER NOT NULL              -- 1: named with another hash; 2: changed after it was named
);

-- Days of which logs are missing, or may be, as digests say.
CREATE TABLE hole (
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    day TEXT NOT NULL,
    PRIMARY KEY (account, region, day)
) WITHOUT ROWID;

-- For each table, and each day of those that have days: its rows, and a sum over what is in them, by
-- which a flipped bit is noticed.
CREATE TABLE checksum (
    of TEXT NOT NULL,
    day TEXT NOT NULL,
    rows INTEGER NOT NULL,
    sum INTEGER NOT NULL,
    PRIMARY KEY (of, day)
) WITHOUT ROWID;
";

/// The SQL of the tables, indexes and views, by their names. Comments and white space are left out, as
/// columns that were added later have neither.
pub(in crate::store) fn texts(
    connection: &Connection,
) -> rusqlite::Result<BTreeMap<String, String>> {
    let mut all = connection.prepare("SELECT type || ' ' || name, sql FROM main.sqlite_schema")?;
    let mut rows = all.query([])?;
    let mut texts = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let text: Option<String> = row.get(1)?;
        texts.insert(row.get(0)?, bare(&text.unwrap_or_default()));
    }
    Ok(texts)
}

/// The same of a new store.
pub(in crate::store) fn expected_texts() -> rusqlite::Result<BTreeMap<String, String>> {
    let connection = Connection::open_in_memory()?;
    connection.execute_batch(SCHEMA)?;
    connection.execute_batch(&columns::grouping_table())?;
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
pub(in crate::store) fn create(connection: &mut Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "page_size", PAGE)?;
    prepare_to_write(connection)?;
    let transaction = connection.transaction()?;
    transaction.execute_batch(SCHEMA)?;
    transaction.execute_batch(&columns::grouping_table())?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", VERSION)?;
    transaction.commit()
}

/// A rollback journal, never WAL: stores are kept on network file systems, where WAL's shared memory does
/// not work. <https://www.sqlite.org/wal.html>
///
/// SQLite need not look at foreign keys: what refers to a row is written with the id that the row was
/// given, and for each grouping that is forgotten it would read all sums. `Store::check` does look.
pub(in crate::store) fn prepare_to_write(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update_and_check(None, "journal_mode", "DELETE", |_| Ok(()))?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "cache_size", -16 * 1024)?;
    connection.pragma_update(None, "foreign_keys", false)?;
    connection.pragma_update(None, "temp_store", "MEMORY")
}

/// The day before which everything is forgotten.
pub(in crate::store) fn kept_from(connection: &Connection) -> rusqlite::Result<Option<NaiveDate>> {
    Ok(setting(connection, "kept_from")?.and_then(|day| day.parse().ok()))
}

pub(in crate::store) fn setting(
    connection: &Connection,
    name: &str,
) -> rusqlite::Result<Option<String>> {
    connection
        .query_row("SELECT value FROM setting WHERE name = ?1", [name], |row| {
            row.get(0)
        })
        .optional()
}

pub(in crate::store) fn set(
    connection: &Connection,
    name: &str,
    value: &str,
) -> rusqlite::Result<()> {
    connection.execute(
        "INSERT INTO setting (name, value) VALUES (?1, ?2) \
         ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE value <> excluded.value",
        [name, value],
    )?;
    Ok(())
}

pub(in crate::store) fn unset(connection: &Connection, name: &str) -> rusqlite::Result<()> {
    connection
        .prepare_cached("DELETE FROM setting WHERE name = ?1")?
        .execute([name])?;
    Ok(())
}

/// The number that the next run will have.
pub(in crate::store) fn next_run(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("SELECT ifnull(max(id), 0) + 1 FROM run", [], |row| {
        row.get(0)
    })
}

/// The days in which copies are recognised.
pub(in crate::store) fn window(connection: &Connection) -> rusqlite::Result<u32> {
    let value = setting(connection, "window_days")?;
    Ok(value.and_then(|days| days.parse().ok()).unwrap_or(WINDOW))
}

pub(in crate::store) fn set_window(connection: &Connection, days: u32) -> rusqlite::Result<()> {
    set(connection, "window_days", &days.to_string())
}
