//! What a file gave, passed on to a copy of it.
//!
//! Of two copies one is read, and the other's row says so. If the first one changes, the other still
//! holds what was read: it is not read again, but becomes the one that was.

use rusqlite::{Connection, OptionalExtension as _, params};

use crate::store::tables::file_row::{COLUMNS, FileRow};
use crate::store::tables::outcome::Outcome;

/// What was in a file, and its calls of open days.
pub(in crate::store) struct Content {
    outcome: Outcome,
    compressed: u64,
    decompressed: u64,
    records: u64,
    not_calls: u64,
    /// Calls that are kept one by one.
    open: u64,
    closed_calls: u64,
    /// By day.
    calls: Vec<(String, Vec<u8>)>,
}

impl Content {
    /// What a file gave that is whole; `None` of one that is damaged, and of copies.
    pub fn of(connection: &Connection, file: i64) -> rusqlite::Result<Option<Content>> {
        let mut row = connection.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM file AS f WHERE id = ?1 AND outcome NOT IN ('damaged', 'same')"
        ))?;
        let content = row.query_row([file], |row| {
            let file = FileRow::from_row(row)?;
            Ok(Content {
                outcome: file.outcome,
                compressed: file.compressed,
                decompressed: file.decompressed,
                records: file.records,
                not_calls: file.not_calls,
                open: file.sts_records.saturating_sub(file.closed_calls),
                closed_calls: file.closed_calls,
                calls: Vec::new(),
            })
        });
        let Some(mut content) = content.optional()? else {
            return Ok(None);
        };
        content.calls = connection
            .prepare_cached("SELECT day, calls FROM calls WHERE file = ?1")?
            .query_map([file], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_, _>>()?;
        Ok(Some(content))
    }

    /// Makes a copy the file that was read. What is folded stays counted where it was, but is not
    /// counted again if the copy changes.
    pub fn give_to(&self, connection: &Connection, copy: i64) -> rusqlite::Result<()> {
        connection
            .prepare_cached(
                "UPDATE file SET outcome = ?2, same_as = NULL, compressed = ?3, decompressed = ?4, \
                 records = ?5, not_calls = ?6, sts_records = sts_records + ?7, \
                 folded = max(folded, ?8) WHERE id = ?1",
            )?
            .execute(params![
                copy,
                self.outcome,
                self.compressed.cast_signed(),
                self.decompressed.cast_signed(),
                self.records.cast_signed(),
                self.not_calls.cast_signed(),
                self.open.cast_signed(),
                self.closed_calls.cast_signed()
            ])?;
        for (day, calls) in &self.calls {
            connection
                .prepare_cached("INSERT INTO calls (file, day, calls) VALUES (?1, ?2, ?3)")?
                .execute(params![copy, day, calls])?;
        }
        Ok(())
    }
}

/// A file that is a copy of this one, if there is any: one of which nothing is in sums for good
/// rather than another.
pub(in crate::store) fn copy_of(
    connection: &Connection,
    file: i64,
) -> rusqlite::Result<Option<i64>> {
    connection
        .prepare_cached("SELECT id FROM file WHERE same_as = ?1 ORDER BY folded > 0, id LIMIT 1")?
        .query_row([file], |row| row.get(0))
        .optional()
}
