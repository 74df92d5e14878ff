//! The one who writes what the threads of a scan have read.
//!
//! A file's row in the ledger and its calls are written in one transaction.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError};

use chrono::NaiveDate;
use rusqlite::{Connection, OptionalExtension as _, params};

use super::batch::Batch;
use super::calls::{self, Kept};
use super::checksums::Changes;
use super::collect::{Delivery, Packet};
use super::content::{Content, copy_of};
use super::day::{NO_DAY, day_name, day_number, since_1970};
use super::hashed::{Map, Set};
use super::kinds::RowHasher;
use super::ledger::UNREAD;
use super::numbers::Numbers;
use super::sums::note_forgotten;
use super::{ledger, schema, sums};
use crate::aws::Key;
use crate::input::{Stamp, Trailer};

/// What was written.
#[derive(Default)]
pub(super) struct Written {
    pub replaced: u64,
    pub beyond_window: u64,
    /// Calls of days that are forgotten.
    pub forgotten: u64,
    /// Files that turned out to be copies of others read in the same run.
    pub same: u64,
    /// What could not be read to its end.
    pub unread: Vec<PathBuf>,
}

/// Writes into a store.
pub(super) struct Writer<'c> {
    connection: &'c Connection,
    today: String,
    /// The day, since 1970, before which everything is forgotten.
    kept_from: i64,
    /// The number that this run will have.
    run: i64,
    written: Written,
    folders: Map<String, i64>,
    /// The folders of which a file was read in this run.
    read_of: Set<i64>,
    /// Whether a day is closed.
    days: Map<i64, Day>,
    numbers: Numbers,
    /// Objects of S3 that were read in this run.
    objects: Map<u128, i64>,
    /// Files that have another place since this run: one for each, however many copies there are.
    moved: Set<i64>,
    /// Where what was in a file is, that has changed in this run.
    changed: Map<i64, Before>,
}

/// What was in a file before it changed.
enum Before {
    /// In another file, which was a copy of it.
    Is(i64),
    /// In no other file that is known yet.
    Held(Content),
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
    ) -> rusqlite::Result<Writer<'c>> {
        connection.set_prepared_statement_cache_capacity(64);
        let kept_from = schema::kept_from(connection)?;
        Ok(Writer {
            connection,
            today: today.to_string(),
            kept_from: kept_from.map_or(NO_DAY, since_1970),
            run: schema::next_run(connection)?,
            written: Written::default(),
            folders: Map::default(),
            read_of: Set::default(),
            days: Map::default(),
            numbers: Numbers::new(hasher),
            objects: Map::default(),
            moved: Set::default(),
            changed: Map::default(),
        })
    }

    /// Writes everything that comes. What came last may not be committed yet.
    pub fn write_all(
        mut self,
        packets: Receiver<Vec<Packet>>,
        batch: &mut Batch<'c>,
    ) -> rusqlite::Result<Written> {
        loop {
            // Nothing is begun before there is something to write, or left open while nothing comes.
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
            Packet::Touched(id, stamp) => {
                self.connection
                    .prepare_cached("UPDATE file SET modified = ?2 WHERE id = ?1")?
                    .execute(params![id, stamp.modified])?;
                Ok(())
            }
            Packet::Same {
                path,
                stamp,
                trailer,
                of,
                supersedes,
            } => {
                if let Some(id) = supersedes {
                    self.forget_file(id, of)?;
                }
                self.same(&path, stamp, trailer, of)
            }
        }
    }

    fn delivery(&mut self, delivery: Delivery) -> rusqlite::Result<()> {
        let (groupings, callers) = (&delivery.groupings, &delivery.callers);
        self.numbers
            .learn(self.connection, delivery.worker, groupings, callers)?;
        let is_sound = delivery.coverage.files.damaged == 0;
        let object =
            ledger::object(&delivery.path, delivery.stamp, delivery.trailer).filter(|_| is_sound);
        // Two copies of one object in the same run: nobody knew of the other.
        if let Some(&of) = object.and_then(|object| self.objects.get(&object))
            && delivery.replaces != Some(of)
        {
            self.written.same += 1;
            if let Some(id) = delivery.supersedes {
                self.forget_file(id, of)?;
            }
            return self.same(&delivery.path, delivery.stamp, delivery.trailer, of);
        }
        let folded = match (delivery.replaces, delivery.supersedes) {
            (Some(id), _) => {
                // One that cannot be opened is tried again every night.
                self.written.replaced += u64::from(delivery.stamp != UNREAD);
                self.take_back(id)?
            }
            (None, Some(id)) if !self.moved.contains(&id) => {
                // The same file at another place: what it gave to closed days is not given again.
                self.moved.insert(id);
                let (folder, name) = self.place(&delivery.path)?;
                self.connection
                    .prepare_cached("UPDATE file SET folder = ?2, name = ?3 WHERE id = ?1")?
                    .execute(params![id, folder, name])?;
                self.take_back(id)?
            }
            (None, _) => 0,
        };
        if delivery.stamp == UNREAD {
            self.written.unread.push(PathBuf::from(&delivery.path));
        }
        let id = self.file(&delivery)?;
        if let Some(object) = object {
            self.objects.insert(object, id);
        }
        self.claims(id, folded, delivery)
    }

    /// Takes back what a file gave. Gives the number of its calls that are folded, and stay.
    fn take_back(&mut self, id: i64) -> rusqlite::Result<u64> {
        let content = Content::of(self.connection, id)?;
        self.connection
            .prepare_cached(
                "UPDATE day SET is_stale = 1 WHERE is_closed = 0 AND day IN \
                 (SELECT day FROM calls WHERE file = ?1)",
            )?
            .execute([id])?;
        self.connection
            .prepare_cached("DELETE FROM calls WHERE file = ?1")?
            .execute([id])?;
        let copy = copy_of(self.connection, id)?;
        if let Some(content) = content {
            match copy {
                Some(copy) => {
                    content.give_to(self.connection, copy)?;
                    self.changed.insert(id, Before::Is(copy));
                }
                None => drop(self.changed.insert(id, Before::Held(content))),
            }
        }
        if let Some(copy) = copy {
            self.connection
                .prepare_cached("UPDATE file SET same_as = ?2 WHERE same_as = ?1")?
                .execute([id, copy])?;
        }
        let folded = self
            .connection
            .prepare_cached("SELECT folded FROM file WHERE id = ?1")?
            .query_row([id], |row| row.get(0))
            .optional()?;
        Ok(folded.unwrap_or(0))
    }

    /// Takes a file out of the ledger that is a copy of another now.
    fn forget_file(&mut self, id: i64, of: i64) -> rusqlite::Result<()> {
        if self.take_back(id)? > 0 {
            // Some of its calls are in sums for good, or forgotten, and its row with them.
            self.connection
                .prepare_cached(
                    "UPDATE file SET outcome = 'same', same_as = ?2, stage = NULL, detail = NULL, \
                     records_read = 0, compressed = 0, decompressed = 0, records = 0, \
                     not_calls = 0, not_understood = 0, sts_records = folded WHERE id = ?1",
                )?
                .execute([id, of])?;
            return Ok(());
        }
        self.connection
            .prepare_cached("DELETE FROM file WHERE id = ?1")?
            .execute([id])?;
        Ok(())
    }

    fn same(
        &mut self,
        path: &str,
        stamp: Stamp,
        trailer: Trailer,
        of: i64,
    ) -> rusqlite::Result<()> {
        let of = match self.changed.get(&of) {
            Some(&Before::Is(copy)) => copy,
            _ => of,
        };
        let (folder, name) = self.place(path)?;
        let before = self
            .connection
            .prepare_cached("SELECT id FROM file WHERE folder = ?1 AND name = ?2")?
            .query_row(params![folder, name], |row| row.get(0))
            .optional()?;
        if let Some(id) = before {
            // It was half of what it is a copy of now.
            self.forget_file(id, of)?;
        }
        let copy = self
            .connection
            .prepare_cached(
                "INSERT INTO file (folder, name, size, modified, checksum, length, outcome, same_as, \
                 records_read, compressed, decompressed, records, sts_records, not_calls, folded, \
                 beyond_window) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'same', ?7, 0, 0, 0, 0, 0, 0, 0, 0) \
                 ON CONFLICT (folder, name) DO UPDATE SET size = excluded.size, modified = \
                 excluded.modified, checksum = excluded.checksum, length = excluded.length \
                 RETURNING id",
            )?
            .query_row(
                params![
                    folder,
                    name,
                    stamp.size.cast_signed(),
                    stamp.modified,
                    trailer.checksum,
                    trailer.length,
                    of
                ],
                |row| row.get(0),
            )?;
        // What it is a copy of has changed in this run: it is the only one that holds this now.
        if let Some(Before::Held(content)) = self.changed.get(&of) {
            content.give_to(self.connection, copy)?;
            self.changed.insert(of, Before::Is(copy));
        }
        Ok(())
    }

    /// Writes the row of a file, new or known.
    fn file(&mut self, delivery: &Delivery) -> rusqlite::Result<i64> {
        let (folder, name) = self.place(&delivery.path)?;
        let coverage = &delivery.coverage;
        let damaged = coverage.damaged.first();
        let skipped = (coverage.files.skipped.iter()).find(|(_, count)| **count > 0);
        let outcome = match (damaged, skipped) {
            (Some(_), _) => "damaged",
            (None, Some((reason, _))) => reason.as_str(),
            (None, None) => "read",
        };
        if outcome == "read" && self.read_of.insert(folder) {
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
                    delivery.stamp.size.cast_signed(),
                    delivery.stamp.modified,
                    delivery.trailer.checksum,
                    delivery.trailer.length,
                    outcome,
                    damaged.map(|file| file.stage.as_str()),
                    damaged.map(|file| file.detail.as_str()),
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
    /// only sums. `folded` of the latter are in them already, from what the file was before: it is
    /// longer now, or mended, so these are the first. Of forgotten days calls are counted, and no more.
    fn claims(&mut self, file: i64, folded: u64, delivery: Delivery) -> rusqlite::Result<()> {
        let mut by_day: Map<i64, Vec<u8>> = Map::default();
        let mut forgotten_by_day: Map<i64, u64> = Map::default();
        let mut to_skip = folded;
        let (mut late, mut open) = (0, 0);
        let mut changes = Changes::default();
        let thread = delivery.worker;
        for claim in delivery.claims {
            let day = claim.time().map_or(NO_DAY, day_number);
            let kept = Kept {
                claim: claim.with(()),
                grouping: self.numbers.grouping(thread, claim.payload.grouping),
                caller: match claim.payload.caller {
                    0 => 0,
                    number => self.numbers.caller(thread, number - 1),
                },
            };
            let is_forgotten = day < self.kept_from && day != NO_DAY;
            if !is_forgotten && !self.is_closed(day)? {
                open += 1;
                calls::write(&kept, by_day.entry(day).or_default());
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
                (open + late + forgotten + folded).cast_signed(),
                (folded + late + forgotten).cast_signed(),
                late.cast_signed()
            ])?;
        Ok(())
    }

    /// Whether a day is closed. One that is new is opened, and its sums are behind from now on.
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
        self.days.insert(day, Day { name, is_closed });
        Ok(is_closed)
    }

    /// The folder's number, and the name in it.
    fn place<'p>(&mut self, path: &'p str) -> rusqlite::Result<(i64, &'p str)> {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        if let Some(&id) = self.folders.get(folder) {
            return Ok((id, name));
        }
        let known = self
            .connection
            .prepare_cached("SELECT id FROM folder WHERE path = ?1")?
            .query_row([folder], |row| row.get(0))
            .optional()?;
        let id = match known {
            Some(id) => id,
            None => {
                let key = Key::of_folder(Path::new(folder));
                self.connection
                    .prepare_cached(
                        "INSERT INTO folder (path, key_account, key_region, key_day) \
                         VALUES (?1, ?2, ?3, ?4)",
                    )?
                    .execute(params![
                        folder,
                        key.as_ref().map(|key| &key.account),
                        key.as_ref().map(|key| &key.region),
                        key.as_ref().map(|key| key.day.to_string())
                    ])?;
                self.connection.last_insert_rowid()
            }
        };
        self.folders.insert(folder.to_owned(), id);
        Ok((id, name))
    }
}

/// Adds a call to a day that is closed.
fn add_late(
    connection: &Connection,
    changes: &mut Changes,
    day: &str,
    kept: &Kept,
) -> rusqlite::Result<()> {
    let mut measures = crate::tally::Measures::default();
    measures.add(kept.claim.time(), kept.claim.is_error());
    sums::add(
        connection,
        changes,
        day,
        kept.grouping,
        kept.caller,
        &measures,
    )
}
