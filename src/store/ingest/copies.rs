//! What a file gave, passed on to a copy of it.
//!
//! Of two copies one is read, and the other's row says so. If the first one changes, the other still
//! holds what was read: it is not read again, but becomes the one that was.

use rusqlite::{Connection, OptionalExtension as _, params};

/// What was in a file, and its calls of open days.
pub(in crate::store) struct Content {
    outcome: String,
    compressed: i64,
    decompressed: i64,
    records: i64,
    not_calls: i64,
    /// Calls that are kept one by one.
    open: i64,
    folded: i64,
    /// By day.
    calls: Vec<(String, Vec<u8>)>,
}

impl Content {
    /// What a file gave that is whole; `None` of one that is damaged, and of copies.
    pub fn of(connection: &Connection, file: i64) -> rusqlite::Result<Option<Content>> {
        let mut row = connection.prepare_cached(
            "SELECT outcome, compressed, decompressed, records, not_calls, sts_records - folded, \
             folded FROM file WHERE id = ?1 AND outcome NOT IN ('damaged', 'same')",
        )?;
        let content = row.query_row([file], |row| {
            Ok(Content {
                outcome: row.get(0)?,
                compressed: row.get(1)?,
                decompressed: row.get(2)?,
                records: row.get(3)?,
                not_calls: row.get(4)?,
                open: row.get(5)?,
                folded: row.get(6)?,
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
                self.compressed,
                self.decompressed,
                self.records,
                self.not_calls,
                self.open,
                self.folded
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
