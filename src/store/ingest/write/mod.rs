//! The one writer of what the threads of a scan have read.
//!
//! The row of a file in the ledger and its calls are written in one transaction. What becomes of copies
//! and changed files is for [`copies`](super::copies) to say, and what becomes of a call by its day for
//! [`Calls`].

mod calls;

use std::sync::mpsc::{Receiver, RecvTimeoutError};

use chrono::NaiveDate;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension as _, params, params_from_iter};

use self::calls::{Calls, Given};
use super::copies::Copies;
use super::distinct::RowHasher;
use super::folders::Folders;
use super::intake::{Delivery, Packet};
use super::ledger::{self, UNREAD};
use crate::cloudtrail::digest::Hash;
use crate::collections::Map;
use crate::input::{Trailer, Version};
use crate::store::chains::row::Piece;
use crate::store::chains::settle::note_log;
use crate::store::tables::batch::Batch;
use crate::store::tables::checksums::{self, Changes};
use crate::store::tables::insert::Insert;
use crate::store::tables::outcome::Outcome;
use crate::store::tables::schema;
use crate::tally::{LogContent, Scrutiny};

/// What was written.
#[derive(Default)]
pub(in crate::store) struct Written {
    /// Whether anything was.
    pub is_something: bool,
    pub replaced: u64,
    pub beyond_window: u64,
    /// Calls of days that are forgotten.
    pub forgotten: u64,
    /// Files that turned out to be copies of others read in the same run.
    pub copies: u64,
}

/// Writes into a store.
pub(in crate::store) struct Writer<'c> {
    connection: &'c Connection,
    /// The id that this run will have.
    run: i64,
    written: Written,
    folders: Folders,
    calls: Calls<'c>,
    /// Objects of S3 that were read in this run.
    objects: Map<u128, i64>,
    copies: Copies<'c>,
    add_file: Insert<'c>,
    /// The sums of rows that were added, until they are committed: to write them with each file would
    /// cost as much as the rows.
    added: Changes,
    /// Whether a digest was read, in this run or before.
    has_digests: bool,
    /// Whether the content of logs is hashed, and signatures are read.
    scrutiny: Scrutiny,
}

const ADD_FILE: &str = "INSERT OR IGNORE INTO file (folder, name, size, modified, checksum, length, outcome, same_as, \
     stage, detail, records_read, compressed, decompressed, records, sts_records, not_calls, folded, \
     beyond_window, not_understood) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, \
     ?15, ?16, ?17, ?18, ?19)";

/// The values of a row of `file` but its id, in the order of the columns.
type FileValues<'v> = [ValueRef<'v>; 19];

impl<'c> Writer<'c> {
    pub fn new(
        connection: &'c Connection,
        today: NaiveDate,
        hasher: RowHasher,
        scrutiny: Scrutiny,
    ) -> rusqlite::Result<Writer<'c>> {
        connection.set_prepared_statement_cache_capacity(64);
        let run = schema::next_run(connection)?;
        Ok(Writer {
            connection,
            run,
            written: Written::default(),
            folders: Folders::default(),
            calls: Calls::new(connection, today.to_string(), run, hasher)?,
            objects: Map::default(),
            copies: Copies::new(connection),
            add_file: Insert::new(connection, ADD_FILE)?,
            added: Changes::default(),
            has_digests: connection.query_row(
                "SELECT EXISTS (SELECT 1 FROM digest)",
                [],
                |row| row.get(0),
            )?,
            scrutiny,
        })
    }

    /// Writes everything that is sent. The last of it may not be committed yet.
    pub fn write_all(
        mut self,
        packets: Receiver<Vec<Packet>>,
        batch: &mut Batch<'c>,
    ) -> rusqlite::Result<Written> {
        loop {
            // No transaction is begun before something is to be written, or left open while nothing is
            // sent.
            let together = match batch.left() {
                None => packets.recv().map_err(RecvTimeoutError::from),
                Some(left) => packets.recv_timeout(left),
            };
            match together {
                Ok(together) => {
                    for packet in together {
                        if batch.is_due() {
                            self.commit(batch)?;
                        }
                        batch.begin()?;
                        self.write(packet)?;
                    }
                }
                Err(RecvTimeoutError::Timeout) => self.commit(batch)?,
                Err(RecvTimeoutError::Disconnected) => {
                    self.note_added()?;
                    return Ok(self.written);
                }
            }
        }
    }

    fn commit(&mut self, batch: &mut Batch<'c>) -> rusqlite::Result<()> {
        self.note_added()?;
        batch.commit()
    }

    /// Writes the sums of what was added: in its transaction, and before any of it is changed.
    fn note_added(&mut self) -> rusqlite::Result<()> {
        std::mem::take(&mut self.added).write(self.connection)
    }

    fn write(&mut self, packet: Packet) -> rusqlite::Result<()> {
        self.written.is_something = true;
        match packet {
            Packet::Read(delivery) => self.delivery(*delivery),
            Packet::Touched(id, version) => {
                self.note_added()?;
                self.connection
                    .prepare_cached("UPDATE file SET modified = ?2 WHERE id = ?1")?
                    .execute(params![id, version.changed])?;
                Ok(())
            }
            Packet::Copy {
                path,
                version,
                trailer,
                of,
                supersedes,
            } => self.copy(&path, version, trailer, of, supersedes),
        }
    }

    /// Writes the row of a file that is a copy of `of`. A damaged copy that is gone, whose place it
    /// takes, goes from the ledger.
    fn copy(
        &mut self,
        path: &str,
        version: Version,
        trailer: Trailer,
        of: i64,
        supersedes: Option<i64>,
    ) -> rusqlite::Result<()> {
        self.note_added()?;
        if let Some(id) = supersedes {
            self.copies.supersede(id, of)?;
        }
        let (folder, name) = self.place(path, 0)?;
        self.copies.write(folder, name, version, trailer, of)
    }

    /// Writes down that what was read is a copy of what was read of another file in this run.
    fn copy_of_new(&mut self, delivery: Delivery, of: i64) -> rusqlite::Result<()> {
        self.written.copies += 1;
        self.note_added()?;
        let (version, trailer) = (delivery.version, delivery.trailer);
        if let Some(id) = delivery.replaces {
            self.written.replaced += 1;
            let was_sound = self.scrutiny.hashes && self.is_sound(id)?;
            self.copies.become_copy(id, version, trailer, of)?;
            return self.evidence(id, delivery, was_sound);
        }
        if let Some(id) = delivery.supersedes {
            self.copies.supersede(id, of)?;
        }
        let (folder, name) = self.place(&delivery.path, 0)?;
        (self.copies).write_row(folder, name, version, trailer, of)?;
        Ok(())
    }

    fn delivery(&mut self, delivery: Delivery) -> rusqlite::Result<()> {
        self.calls.learn(&delivery, &mut self.added)?;
        let is_sound = delivery.content.damaged.is_none();
        let object =
            ledger::object(&delivery.path, delivery.version, delivery.trailer).filter(|_| is_sound);
        // Two copies of one object in the same run: neither thread knew of the other.
        if let Some(&of) = object.and_then(|object| self.objects.get(&object))
            && delivery.replaces != Some(of)
        {
            return self.copy_of_new(delivery, of);
        }
        let is_new = delivery.replaces.is_none() && delivery.supersedes.is_none();
        if !is_new {
            self.note_added()?;
        }
        let closed_calls = match (delivery.replaces, delivery.supersedes) {
            (Some(id), _) => {
                // A file that cannot be opened is tried again in every run.
                self.written.replaced += u64::from(delivery.version != UNREAD);
                self.copies.take_back(id)?
            }
            (None, Some(id)) => {
                let (folder, name) = self.place(&delivery.path, 0)?;
                self.copies.move_file(id, folder, name)?
            }
            (None, None) => 0,
        };
        let given = self.calls.sort_out(closed_calls, &delivery)?;
        self.written.forgotten += given.forgotten;
        self.written.beyond_window += given.late;
        let was_sound = match delivery.replaces {
            Some(id) => self.scrutiny.hashes && self.is_sound(id)?,
            None => false,
        };
        let id = self.file(&delivery, &given, is_new)?;
        if let Some(object) = object {
            self.objects.insert(object, id);
        }
        self.evidence(id, delivery, was_sound)?;
        self.calls.write(id, given.by_day, &mut self.added)
    }

    /// The id of the folder of a path, and the name in it.
    fn place<'p>(&mut self, path: &'p str, read_in: i64) -> rusqlite::Result<(i64, &'p str)> {
        let added = &mut self.added;
        (self.folders).place(self.connection, path, read_in, added)
    }

    /// Whether a file was read whole.
    fn is_sound(&self, file: i64) -> rusqlite::Result<bool> {
        let outcome = self
            .connection
            .prepare_cached("SELECT outcome = 'read' FROM file WHERE id = ?1")?
            .query_row([file], |row| row.get(0));
        Ok(outcome.optional()?.unwrap_or(false))
    }

    /// Writes a digest, or that a log was read. What the one says of the other is looked at when all is
    /// read.
    fn evidence(&mut self, file: i64, delivery: Delivery, was_sound: bool) -> rusqlite::Result<()> {
        let evidence = delivery.evidence;
        if self.has_digests && delivery.replaces.is_some() {
            self.connection
                .prepare_cached("DELETE FROM digest WHERE file = ?1")?
                .execute([file])?;
        }
        let name = || delivery.path.rsplit('/').next().unwrap_or_default();
        if self.scrutiny.hashes {
            let hash = match evidence.last_content() {
                Some(LogContent::Hashed(hash)) => Some(**hash),
                // No log has this hash.
                Some(LogContent::Spoilt(_)) => Some(Hash::default()),
                Some(LogContent::Unseen) | None => None,
            };
            note_log(self.connection, file, name(), hash.as_ref(), was_sound)?;
        } else if self.has_digests {
            note_log(self.connection, file, name(), None, false)?;
        }
        for digest in evidence.digests {
            self.has_digests = true;
            Piece::of(digest, file, self.scrutiny.signatures).write(self.connection)?;
        }
        Ok(())
    }

    /// Writes the row of a file, new or known.
    fn file(&mut self, delivery: &Delivery, given: &Given, is_new: bool) -> rusqlite::Result<i64> {
        let content = &delivery.content;
        let damaged = content.damaged.as_ref();
        let damaged_digest = delivery.evidence.damaged.first();
        let detail =
            (damaged.map(|file| &*file.detail)).or(damaged_digest.map(|digest| &*digest.detail));
        let outcome = match (damaged, content.skipped) {
            (Some(_), _) => Outcome::Damaged,
            (None, Some(reason)) => Outcome::Skipped(reason),
            (None, None) => Outcome::Read,
        };
        let read_in = if outcome == Outcome::Read {
            self.run
        } else {
            0
        };
        let (folder, name) = self.place(&delivery.path, read_in)?;
        if outcome == Outcome::Read {
            let added = &mut self.added;
            (self.folders).note_read(self.connection, folder, self.run, added)?;
        }
        let count = |count: u64| ValueRef::Integer(count.cast_signed());
        let text = |text: Option<&'static str>| text.map_or(ValueRef::Null, ValueRef::from);
        let row = [
            ValueRef::Integer(folder),
            ValueRef::from(name),
            count(delivery.version.size),
            ValueRef::Integer(delivery.version.changed),
            ValueRef::Integer(delivery.trailer.checksum.into()),
            ValueRef::Integer(delivery.trailer.length.into()),
            ValueRef::from(outcome.as_str()),
            ValueRef::Null, // same_as
            text(damaged.map(|file| file.stage.as_str())),
            detail.map_or(ValueRef::Null, ValueRef::from),
            count(damaged.map_or(0, |file| file.records_read)),
            count(content.bytes.compressed),
            count(content.bytes.decompressed),
            count(content.records),
            count(given.open + given.closed),
            count(content.not_calls),
            count(given.closed),
            count(given.late),
            count(content.not_understood),
        ];
        if is_new && let Some(id) = self.add_file(&row)? {
            return Ok(id);
        }
        // A row that is known, or was written in this run.
        self.note_added()?;
        if let Some(id) = self.change_file(&row)? {
            return Ok(id);
        }
        // It was known when the run began, and has gone.
        self.add_file(&row)?
            .ok_or(rusqlite::Error::QueryReturnedNoRows)
    }

    /// Adds the row of a file; `None` if there is one.
    fn add_file(&mut self, row: &FileValues<'_>) -> rusqlite::Result<Option<i64>> {
        if !self.add_file.row(row.iter().copied())? {
            return Ok(None);
        }
        let id = self.connection.last_insert_rowid();
        let values = std::iter::once(ValueRef::Integer(id)).chain(row.iter().copied());
        self.added.add("file", "", checksums::hash("file", values));
        Ok(Some(id))
    }

    /// Changes the row of a file; `None` if there is none.
    fn change_file(&mut self, row: &FileValues<'_>) -> rusqlite::Result<Option<i64>> {
        self.connection
            .prepare_cached(
                "UPDATE file SET size = ?3, modified = ?4, checksum = ?5, length = ?6, outcome = ?7, \
                 same_as = ?8, stage = ?9, detail = ?10, records_read = ?11, compressed = ?12, \
                 decompressed = ?13, records = ?14, sts_records = ?15, not_calls = ?16, folded = ?17, \
                 beyond_window = beyond_window + ?18, not_understood = ?19 \
                 WHERE folder = ?1 AND name = ?2 RETURNING id",
            )?
            .query_row(
                params_from_iter(row.iter().map(|&value| ToSqlOutput::Borrowed(value))),
                |row| row.get(0),
            )
            .optional()
    }
}
