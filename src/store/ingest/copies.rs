//! What becomes of a file that changes, that has copies, or that is found in another place.
//!
//! Of two copies one is read, and the row of the other says so. If the first one changes, the other
//! still holds what was read: it is not read again, but becomes the one that was.

use rusqlite::{Connection, OptionalExtension as _, params};

use crate::collections::{Map, Set};
use crate::input::{Trailer, Version};
use crate::store::tables::checksums;
use crate::store::tables::file_row::{COLUMNS, FileRow};
use crate::store::tables::kept::{self, OF_FILE};
use crate::store::tables::outcome::Outcome;

/// The files that changed or moved in this run.
pub(in crate::store) struct Copies<'c> {
    connection: &'c Connection,
    /// Where the former content is of files that changed in this run, and which change it was of all. The id
    /// of a row that is removed may become that of another one, which has nothing to do with it.
    changed: Map<i64, (u64, Before)>,
    changes: u64,
    /// Files whose place another file has taken in this run: one each, however many copies there are.
    moved: Set<i64>,
}

/// What was in a file before it changed.
enum Before {
    /// Another file, which was or is a copy of it, has it now, from this change on.
    Is(i64, u64),
    /// No other known file has it yet.
    Held(Content),
}

impl<'c> Copies<'c> {
    pub fn new(connection: &'c Connection) -> Copies<'c> {
        Copies {
            connection,
            changed: Map::default(),
            changes: 0,
            moved: Set::default(),
        }
    }

    /// Takes back what a file gave. Returns the number of its calls that are in closed days, and stay.
    pub fn take_back(&mut self, id: i64) -> rusqlite::Result<u64> {
        let content = Content::of(self.connection, id)?;
        self.connection
            .prepare_cached(&format!(
                "UPDATE day SET is_stale = 1 WHERE is_closed = 0 AND day IN \
                 (SELECT day FROM calls WHERE {OF_FILE})"
            ))?
            .execute([id])?;
        self.connection
            .prepare_cached(&format!("DELETE FROM calls WHERE {OF_FILE}"))?
            .execute([id])?;
        let copy = copy_of(self.connection, id)?;
        if let Some(content) = content {
            let change = self.next_change();
            let before = match copy {
                Some(copy) => {
                    content.give_to(self.connection, copy)?;
                    Before::Is(copy, change)
                }
                None => Before::Held(content),
            };
            self.changed.insert(id, (change, before));
        }
        if let Some(copy) = copy {
            self.connection
                .prepare_cached("UPDATE file SET same_as = ?2 WHERE same_as = ?1")?
                .execute([id, copy])?;
        }
        let closed_calls = self
            .connection
            .prepare_cached("SELECT folded FROM file WHERE id = ?1")?
            .query_row([id], |row| row.get(0))
            .optional()?;
        Ok(closed_calls.unwrap_or(0))
    }

    /// A damaged file is gone, and a whole one was found in another place: the row goes along, so that
    /// what it gave to closed days is not given again. Returns the number of its calls that stay.
    pub fn move_file(&mut self, id: i64, folder: i64, name: &str) -> rusqlite::Result<u64> {
        if !self.moved.insert(id) {
            return Ok(0);
        }
        self.connection
            .prepare_cached("UPDATE file SET folder = ?2, name = ?3 WHERE id = ?1")?
            .execute(params![id, folder, name])?;
        self.take_back(id)
    }

    /// A damaged file is gone, and what it is a copy of was found in another place: it goes from the ledger,
    /// unless another file has taken its place.
    pub fn supersede(&mut self, id: i64, of: i64) -> rusqlite::Result<()> {
        if self.moved.insert(id) {
            self.forget_file(id, of)?;
        }
        Ok(())
    }

    /// Removes a file from the ledger that is a copy of another now. Says whether its row stays, as some of its
    /// calls are in closed days or forgotten.
    fn forget_file(&mut self, id: i64, of: i64) -> rusqlite::Result<bool> {
        if self.take_back(id)? > 0 {
            self.note_copy(id, of)?;
            return Ok(true);
        }
        self.connection
            .prepare_cached("DELETE FROM file WHERE id = ?1")?
            .execute([id])?;
        Ok(false)
    }

    /// Makes a file that changed a copy of what another holds now. Its row stays: what digests say goes by
    /// that.
    pub fn become_copy(
        &mut self,
        id: i64,
        version: Version,
        trailer: Trailer,
        of: i64,
    ) -> rusqlite::Result<()> {
        self.take_back(id)?;
        self.note_copy(id, of)?;
        self.set_version(id, version, trailer)
    }

    fn set_version(&self, id: i64, version: Version, trailer: Trailer) -> rusqlite::Result<()> {
        self.connection
            .prepare_cached(
                "UPDATE file SET size = ?2, modified = ?3, checksum = ?4, length = ?5 WHERE id = ?1",
            )?
            .execute(params![
                id,
                version.size.cast_signed(),
                version.changed,
                trailer.checksum,
                trailer.length
            ])?;
        Ok(())
    }

    fn note_copy(&self, id: i64, of: i64) -> rusqlite::Result<()> {
        self.connection
            .prepare_cached(
                "UPDATE file SET outcome = 'same', same_as = ?2, stage = NULL, detail = NULL, \
                 records_read = 0, compressed = 0, decompressed = 0, records = 0, not_calls = 0, \
                 not_understood = 0, sts_records = folded WHERE id = ?1",
            )?
            .execute([id, of])?;
        Ok(())
    }

    /// Writes the row of a copy of what a file held when the run began.
    pub fn write(
        &mut self,
        folder: i64,
        name: &str,
        version: Version,
        trailer: Trailer,
        of: i64,
    ) -> rusqlite::Result<()> {
        let (of, has_it) = self.holder(of);
        let copy = self.write_row(folder, name, version, trailer, of)?;
        // The file it is a copy of has changed in this run: the copy is the only one with the former content.
        if !has_it && let Some((_, Before::Held(content))) = self.changed.get(&of) {
            content.give_to(self.connection, copy)?;
            let now = self.next_change();
            if let Some((_, before)) = self.changed.get_mut(&of) {
                *before = Before::Is(copy, now);
            }
        }
        Ok(())
    }

    fn next_change(&mut self) -> u64 {
        self.changes += 1;
        self.changes
    }

    /// The file that has now what this one held when the run began, or had it last, and whether it has it.
    fn holder(&self, of: i64) -> (i64, bool) {
        let (mut holder, mut since) = (of, 0);
        // A file that changed before it got this content has it still.
        while let Some((_, before)) = self.changed.get(&holder).filter(|(at, _)| *at > since) {
            match before {
                Before::Is(copy, from) => (holder, since) = (*copy, *from),
                Before::Held(_) => return (holder, false),
            }
        }
        (holder, true)
    }

    /// Writes the row of a copy of what a file holds now. Gives its id.
    pub fn write_row(
        &mut self,
        folder: i64,
        name: &str,
        version: Version,
        trailer: Trailer,
        of: i64,
    ) -> rusqlite::Result<i64> {
        let before = self
            .connection
            .prepare_cached("SELECT id FROM file WHERE folder = ?1 AND name = ?2")?
            .query_row(params![folder, name], |row| row.get(0))
            .optional()?;
        // It was an incomplete copy before, or has changed.
        if let Some(id) = before
            && self.forget_file(id, of)?
        {
            self.set_version(id, version, trailer)?;
            return Ok(id);
        }
        self.add(folder, name, version, trailer, of)
    }
}

impl Copies<'_> {
    /// Adds the row of a copy that was not known.
    fn add(
        &self,
        folder: i64,
        name: &str,
        version: Version,
        trailer: Trailer,
        of: i64,
    ) -> rusqlite::Result<i64> {
        self.connection
            .prepare_cached(
                "INSERT INTO file (folder, name, size, modified, checksum, length, outcome, same_as, \
                 records_read, compressed, decompressed, records, sts_records, not_calls, folded, \
                 beyond_window) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0, 0, 0, 0, 0, 0, 0, 0)",
            )?
            .execute(params![
                folder,
                name,
                version.size.cast_signed(),
                version.changed,
                trailer.checksum,
                trailer.length,
                Outcome::Copy,
                of
            ])?;
        let id = self.connection.last_insert_rowid();
        checksums::note_new(self.connection, "file", id)?;
        Ok(id)
    }
}

/// What was in a file, and its calls of open days.
struct Content {
    outcome: Outcome,
    compressed: u64,
    decompressed: u64,
    records: u64,
    not_calls: u64,
    /// Calls of open days.
    open: u64,
    closed_calls: u64,
    /// The calls of open days, by day.
    calls: Vec<(String, Vec<u8>)>,
}

impl Content {
    /// What a whole file gave; `None` for a damaged file or a copy.
    fn of(connection: &Connection, file: i64) -> rusqlite::Result<Option<Content>> {
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
            .prepare_cached(&format!("SELECT day, calls FROM calls WHERE {OF_FILE}"))?
            .query_map([file], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_, _>>()?;
        Ok(Some(content))
    }

    /// Makes a copy the file that was read. Calls in closed days stay counted for the other file,
    /// but are not counted again if the copy changes.
    fn give_to(&self, connection: &Connection, copy: i64) -> rusqlite::Result<()> {
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
            kept::add_row(connection, day, copy, calls.clone())?;
        }
        Ok(())
    }
}

/// A file that is a copy of this one, if any; preferably one without calls in closed days.
fn copy_of(connection: &Connection, file: i64) -> rusqlite::Result<Option<i64>> {
    connection
        .prepare_cached("SELECT id FROM file WHERE same_as = ?1 ORDER BY folded > 0, id LIMIT 1")?
        .query_row([file], |row| row.get(0))
        .optional()
}
