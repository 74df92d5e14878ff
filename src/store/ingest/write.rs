//! The one writer of what the threads of a scan have read.
//!
//! The row of a file in the ledger and its calls are written in one transaction. What becomes of copies
//! and changed files is for [`copies`](super::copies) to say.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError};

use chrono::NaiveDate;
use rusqlite::{Connection, params};

use super::copies::Copies;
use super::distinct::RowHasher;
use super::folders::Folders;
use super::ids::Ids;
use super::intake::{Delivery, Packet};
use super::ledger::{self, UNREAD};
use crate::cloudtrail::digest::Hash;
use crate::collections::{Map, Set};
use crate::input::{Trailer, Version};
use crate::store::chains::row::Piece;
use crate::store::chains::settle::note_log;
use crate::store::days::added;
use crate::store::days::blob::{self, Kept};
use crate::store::days::day::{NO_DAY, day_name, day_number, since_1970};
use crate::store::days::sums::{self, note_forgotten};
use crate::store::tables::batch::Batch;
use crate::store::tables::checksums::Changes;
use crate::store::tables::outcome::Outcome;
use crate::store::tables::schema;
use crate::tally::{DamagedDigest, Evidence, LogContent};

/// What was written.
#[derive(Default)]
pub(in crate::store) struct Written {
    pub replaced: u64,
    pub beyond_window: u64,
    /// Calls of days that are forgotten.
    pub forgotten: u64,
    /// Files that turned out to be copies of others read in the same run.
    pub copies: u64,
    /// Files that could not be read to their end.
    pub unread: Vec<PathBuf>,
}

/// Writes into a store.
pub(in crate::store) struct Writer<'c> {
    connection: &'c Connection,
    today: String,
    /// The day, since 1970, before which everything is forgotten.
    kept_from: i64,
    /// The id that this run will have.
    run: i64,
    written: Written,
    folders: Folders,
    /// The folders of which a file was read in this run.
    read_of: Set<i64>,
    /// Whether a day is closed.
    days: Map<i64, Day>,
    ids: Ids,
    /// Objects of S3 that were read in this run.
    objects: Map<u128, i64>,
    copies: Copies<'c>,
    /// Whether a digest was read, in this run or before.
    has_digests: bool,
    /// Whether the content of logs is hashed.
    hashes: bool,
}

#[derive(Clone)]
struct Day {
    name: String,
    is_closed: bool,
}

impl<'c> Writer<'c> {
    pub fn new(
        connection: &'c Connection,
        today: NaiveDate,
        hasher: RowHasher,
        hashes: bool,
    ) -> rusqlite::Result<Writer<'c>> {
        connection.set_prepared_statement_cache_capacity(64);
        let kept_from = schema::kept_from(connection)?;
        Ok(Writer {
            connection,
            today: today.to_string(),
            kept_from: kept_from.map_or(NO_DAY, since_1970),
            run: schema::next_run(connection)?,
            written: Written::default(),
            folders: Folders::default(),
            read_of: Set::default(),
            days: Map::default(),
            ids: Ids::new(hasher),
            objects: Map::default(),
            copies: Copies::new(connection),
            has_digests: connection.query_row(
                "SELECT EXISTS (SELECT 1 FROM digest)",
                [],
                |row| row.get(0),
            )?,
            hashes,
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
                        batch.step()?;
                        self.write(packet)?;
                    }
                }
                Err(RecvTimeoutError::Timeout) => batch.commit()?,
                Err(RecvTimeoutError::Disconnected) => return Ok(self.written),
            }
        }
    }

    fn write(&mut self, packet: Packet) -> rusqlite::Result<()> {
        match packet {
            Packet::Read(delivery) => self.delivery(*delivery),
            Packet::Touched(id, version) => {
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
        if let Some(id) = supersedes {
            self.copies.forget_file(id, of)?;
        }
        let (folder, name) = self.folders.place(self.connection, path)?;
        self.copies.write(folder, name, version, trailer, of)
    }

    fn delivery(&mut self, delivery: Delivery) -> rusqlite::Result<()> {
        let (groupings, callers) = (&delivery.groupings, &delivery.callers);
        self.ids
            .learn(self.connection, delivery.worker, groupings, callers)?;
        let is_sound = delivery.coverage.files.damaged == 0;
        let object =
            ledger::object(&delivery.path, delivery.version, delivery.trailer).filter(|_| is_sound);
        // Two copies of one object in the same run: neither thread knew of the other.
        if let Some(&of) = object.and_then(|object| self.objects.get(&object))
            && delivery.replaces != Some(of)
        {
            self.written.copies += 1;
            let (version, trailer) = (delivery.version, delivery.trailer);
            return self.copy(&delivery.path, version, trailer, of, delivery.supersedes);
        }
        let closed_calls = match (delivery.replaces, delivery.supersedes) {
            (Some(id), _) => {
                // A file that cannot be opened is tried again in every run.
                self.written.replaced += u64::from(delivery.version != UNREAD);
                self.copies.take_back(id)?
            }
            (None, Some(id)) => {
                let (folder, name) = self.folders.place(self.connection, &delivery.path)?;
                self.copies.move_file(id, folder, name)?
            }
            (None, None) => 0,
        };
        if delivery.version == UNREAD {
            self.written.unread.push(PathBuf::from(&delivery.path));
        }
        let was_sound = match delivery.replaces {
            Some(id) if self.hashes => self.is_sound(id)?,
            _ => false,
        };
        let mut delivery = delivery;
        let evidence = std::mem::take(&mut delivery.evidence);
        let id = self.file(&delivery, evidence.damaged.first())?;
        if let Some(object) = object {
            self.objects.insert(object, id);
        }
        self.evidence(id, &delivery, evidence, was_sound)?;
        self.candidates(id, closed_calls, delivery)
    }

    /// Whether a file was read whole.
    fn is_sound(&self, file: i64) -> rusqlite::Result<bool> {
        self.connection
            .prepare_cached("SELECT outcome = 'read' FROM file WHERE id = ?1")?
            .query_row([file], |row| row.get(0))
    }

    /// Writes a digest, or that a log was read. What the one says of the other is looked at when all is
    /// read.
    fn evidence(
        &mut self,
        file: i64,
        delivery: &Delivery,
        evidence: Evidence,
        was_sound: bool,
    ) -> rusqlite::Result<()> {
        if self.has_digests && delivery.replaces.is_some() {
            self.connection
                .prepare_cached("DELETE FROM digest WHERE file = ?1")?
                .execute([file])?;
        }
        let name = delivery.path.rsplit('/').next().unwrap_or_default();
        if self.hashes {
            let hash = match evidence.last_content() {
                Some(LogContent::Hashed(hash)) => Some(**hash),
                // No log has this hash.
                Some(LogContent::Spoilt(_)) => Some(Hash::default()),
                Some(LogContent::Unseen) | None => None,
            };
            note_log(self.connection, file, name, hash.as_ref(), was_sound)?;
        } else if self.has_digests {
            note_log(self.connection, file, name, None, false)?;
        }
        for digest in evidence.digests {
            self.has_digests = true;
            Piece::of(digest, file).write(self.connection)?;
        }
        Ok(())
    }

    /// Writes the row of a file, new or known.
    fn file(
        &mut self,
        delivery: &Delivery,
        damaged_digest: Option<&DamagedDigest>,
    ) -> rusqlite::Result<i64> {
        let (folder, name) = self.folders.place(self.connection, &delivery.path)?;
        let coverage = &delivery.coverage;
        let damaged = coverage.damaged.first();
        let skipped = (coverage.files.skipped.iter()).find(|(_, count)| **count > 0);
        let outcome = match (damaged, skipped) {
            (Some(_), _) => Outcome::Damaged,
            (None, Some((&reason, _))) => Outcome::Skipped(reason),
            (None, None) => Outcome::Read,
        };
        if outcome == Outcome::Read && self.read_of.insert(folder) {
            self.connection
                .prepare_cached("UPDATE folder SET read_in = ?2 WHERE id = ?1 AND read_in = 0")?
                .execute([folder, self.run])?;
        }
        self.connection
            .prepare_cached(
                "INSERT INTO file (folder, name, size, modified, checksum, length, outcome, stage, \
                 detail, records_read, compressed, decompressed, records, sts_records, not_calls, \
                 folded, beyond_window, not_understood) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, \
                 ?10, ?11, ?12, ?13, 0, ?14, 0, 0, ?15) ON CONFLICT (folder, name) DO UPDATE SET \
                 size = excluded.size, modified = excluded.modified, checksum = excluded.checksum, \
                 length = excluded.length, outcome = excluded.outcome, same_as = NULL, stage = \
                 excluded.stage, detail = excluded.detail, records_read = excluded.records_read, \
                 compressed = excluded.compressed, decompressed = excluded.decompressed, records = \
                 excluded.records, not_calls = excluded.not_calls, not_understood = \
                 excluded.not_understood RETURNING id",
            )?
            .query_row(
                params![
                    folder,
                    name,
                    delivery.version.size.cast_signed(),
                    delivery.version.changed,
                    delivery.trailer.checksum,
                    delivery.trailer.length,
                    outcome,
                    damaged.map(|file| file.stage.as_str()),
                    (damaged.map(|file| file.detail.as_str()))
                        .or(damaged_digest.map(|digest| digest.detail.as_str())),
                    damaged.map_or(0, |file| file.records_read).cast_signed(),
                    coverage.bytes.compressed.cast_signed(),
                    coverage.bytes.decompressed.cast_signed(),
                    coverage.records.cast_signed(),
                    coverage.not_calls.cast_signed(),
                    coverage.not_understood.cast_signed(),
                ],
                |row| row.get(0),
            )
    }

    /// Writes the calls of a file. Those of open days are kept one by one; of closed days there are
    /// only sums. The first `closed_calls` of the latter are in these sums already, from the time before the file
    /// changed: a file that changes only gets longer, or whole. Calls of forgotten days are only
    /// counted.
    fn candidates(
        &mut self,
        file: i64,
        closed_calls: u64,
        delivery: Delivery,
    ) -> rusqlite::Result<()> {
        let mut by_day: Map<i64, Vec<u8>> = Map::default();
        let mut forgotten_by_day: Map<i64, u64> = Map::default();
        let mut to_skip = closed_calls;
        let (mut late, mut open) = (0, 0);
        let mut changes = Changes::default();
        let thread = delivery.worker;
        for candidate in delivery.candidates {
            let day = candidate.time().map_or(NO_DAY, day_number);
            let kept = Kept {
                candidate: candidate.with(()),
                grouping: self.ids.grouping(thread, candidate.payload.grouping),
                caller: match candidate.payload.caller {
                    0 => 0,
                    number => self.ids.caller(thread, number - 1),
                },
            };
            let is_forgotten = day < self.kept_from && day != NO_DAY;
            if !is_forgotten && !self.is_closed(day)? {
                open += 1;
                blob::write(&kept, by_day.entry(day).or_default());
            } else if to_skip > 0 {
                to_skip -= 1;
            } else if is_forgotten {
                *forgotten_by_day.entry(day).or_default() += 1;
            } else {
                late += 1;
                let name = self.days[&day].name.clone();
                add_late(self.connection, &mut changes, &name, &kept)?;
            }
        }
        changes.write(self.connection)?;
        for (day, calls) in by_day {
            self.connection
                .prepare_cached("INSERT INTO calls (file, day, calls) VALUES (?1, ?2, ?3)")?
                .execute(params![file, self.days[&day].name, calls])?;
        }
        let mut forgotten = 0;
        for (day, calls) in forgotten_by_day {
            forgotten += calls;
            note_forgotten(self.connection, &day_name(day), calls)?;
        }
        self.written.forgotten += forgotten;
        self.written.beyond_window += late;
        self.connection
            .prepare_cached(
                "UPDATE file SET sts_records = ?2, folded = ?3, beyond_window = beyond_window + ?4 \
                 WHERE id = ?1",
            )?
            .execute(params![
                file,
                (open + late + forgotten + closed_calls).cast_signed(),
                (closed_calls + late + forgotten).cast_signed(),
                late.cast_signed()
            ])?;
        Ok(())
    }

    /// Whether a day is closed. A new day is opened, its sums are stale from now on, and gates judge it
    /// again.
    fn is_closed(&mut self, day: i64) -> rusqlite::Result<bool> {
        if let Some(known) = self.days.get(&day) {
            return Ok(known.is_closed);
        }
        let name = match day {
            NO_DAY => String::new(),
            day => day_name(day),
        };
        let is_closed = self
            .connection
            .prepare_cached(
                "INSERT INTO day (day, first_seen, is_closed, is_stale, duplicates, shared_copies, \
                 seen_in) VALUES (?1, ?2, 0, 1, 0, 0, ?3) ON CONFLICT (day) DO UPDATE SET \
                 is_stale = 1 - is_closed RETURNING is_closed",
            )?
            .query_row(params![name, self.today, self.run], |row| row.get(0))?;
        if day != NO_DAY {
            added::note(self.connection, &name, self.run)?;
        }
        self.days.insert(day, Day { name, is_closed });
        Ok(is_closed)
    }
}

/// Adds a late call to the sums of a closed day.
fn add_late(
    connection: &Connection,
    changes: &mut Changes,
    day: &str,
    kept: &Kept,
) -> rusqlite::Result<()> {
    let mut measures = crate::tally::Measures::default();
    measures.add(kept.candidate.time(), kept.candidate.is_error());
    sums::add(
        connection,
        changes,
        day,
        kept.grouping,
        kept.caller,
        &measures,
    )
}
