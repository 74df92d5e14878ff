//! One run of an ingest: the scan on its own threads, the writer on this one, and what remains to be
//! done when everything is read.
//!
//! Owns the order of these steps. Refuses to know what is in a file.

use std::path::Path;
use std::sync::Mutex;
use std::sync::mpsc::sync_channel;

use chrono::{NaiveDate, SecondsFormat, Utc};
use rusqlite::Connection;

use super::distinct::RowHasher;
use super::given::given;
use super::ingested::Ingested;
use super::intake::{self, Intake};
use super::ledger::Ledger;
use super::seen::Seen;
#[cfg(feature = "s3")]
use super::windows::note_listed;
use super::write::Writer;
use crate::aws::is_of_another_service;
use crate::collections::Set;
use crate::input::{Folder, Named, Paths, is_hidden};
use crate::questions::verify::Keys;
use crate::scan::{Progress, Scan, ScanError};
use crate::store::ask::calendar::judged_by_now;
use crate::store::chains::settle::settle;
use crate::store::days::{added, close};
use crate::store::error::StoreError;
use crate::store::open::Store;
use crate::store::tables::batch::Batch;
use crate::store::tables::checksums::Checksums;
use crate::store::tables::hosts;
use crate::store::tables::schema;
use crate::store::tables::unfinished::{self, Ended};
use crate::tally::Selection;

/// How many bundles of files may wait for the writer.
const QUEUE: usize = 8;

impl Store {
    /// Reads what is new below `paths`, and closes the days whose window is over. `today` is the day
    /// of the run, in UTC.
    ///
    /// Each file's ledger row and its calls are written together: however the run ends, the next one
    /// continues from there.
    ///
    /// # Errors
    /// If the store was opened to be asked; if the scan has a [`selection`](Scan::selection), for which
    /// [`pruning`](Scan::pruning) is there. If logs or the store cannot be used any more; what was written
    /// until then is kept.
    pub fn ingest(
        &mut self,
        scan: &Scan,
        paths: &Paths,
        progress: &Progress,
        today: NaiveDate,
    ) -> Result<Ingested, StoreError> {
        self.check_writable()?;
        if scan.selection != Selection::default() {
            return Err(StoreError::Selection(self.path.clone()));
        }
        let ledger = self.sql(self.sound_ledger())?;
        let had_logs = self.sql(has_logs(&self.connection))?;
        let seen = Seen::new(&ledger);
        let hasher = RowHasher::new();
        let (sender, packets) = sync_channel(QUEUE);
        let mut batch = Batch::new(&self.connection);
        let writer = Writer::new(&self.connection, today, hasher, scan.scrutiny);
        let writer = self.sql(writer)?;
        // However the run ends: who asks a store that it has left must not take a part of it for all.
        let given = given(paths);
        let noted = self.sql(unfinished::begin(&self.connection, &given))?;
        self.sql(hosts::note(&self.connection, &scan.hosts))?;
        let (scanned, written) = std::thread::scope(|scope| {
            let scanning = std::thread::Builder::new().spawn_scoped(scope, || {
                let workers = Mutex::new(0);
                // Dropped when the scan ends, which ends the writer.
                let sender = sender;
                let intake = || {
                    let worker = intake::next_worker(&workers);
                    Intake::new(&ledger, sender.clone(), worker, hasher)
                };
                scan.collect_new(paths, progress, Some(&seen), intake)
                    .map(Intake::finish)
            });
            let written = writer.write_all(packets, &mut batch);
            let scanned = match scanning {
                Ok(scanning) => scanning.join().unwrap_or_else(|panic| {
                    std::panic::resume_unwind(panic) // a bug in the scan must not be hidden
                }),
                Err(error) => Err(ScanError::Threads(error.into())),
            };
            (scanned, written)
        });
        // A writer that fails ends the scan, too, so its error is the cause.
        let written = self.sql(written)?;
        let mut ingested = match scanned {
            Ok(ingested) => ingested,
            Err(error) => {
                self.sql(batch.commit())?;
                if !written.is_something {
                    self.sql(unfinished::take_back(&self.connection, &noted))?;
                }
                return Err(StoreError::Scan(error));
            }
        };
        ingested.had_logs = had_logs;
        ingested.known += seen.not_opened();
        ingested.same_read = written.copies;
        ingested.replaced = written.replaced;
        ingested.beyond_window = written.beyond_window;
        ingested.coverage.beyond_window = Some(written.beyond_window);
        ingested.forgotten = written.forgotten;
        ingested.coverage.forget(written.forgotten);
        // What this run could not read, it has told as what it is now.
        let damaged = &ingested.coverage.damaged;
        let unread: Set<&Path> = damaged.iter().map(|file| Path::new(&file.path)).collect();
        let is_unread = |path: &Path| path.ancestors().any(|one| unread.contains(one));
        let seen = ledger
            .visible()
            .filter(|(_, path)| is_walked(paths, path) && !is_unread(path));
        let finished = forget_seen(&mut batch, seen);
        #[cfg(feature = "s3")]
        let finished = finished.and_then(|()| note_listed(&mut batch, &paths.s3, &unread, today));
        let paths = given.iter().map(|given| &given.path);
        let run = Ended {
            unread: (paths
                .filter(|path| unread.contains(Path::new(path)))
                .cloned())
            .collect(),
            given,
        };
        let finished =
            finished.and_then(|()| self.finish(&mut batch, &mut ingested, today, &scan.keys, &run));
        self.sql(finished)?;
        Ok(ingested)
    }

    /// What remains to be done when everything is read.
    fn finish(
        &self,
        batch: &mut Batch<'_>,
        ingested: &mut Ingested,
        today: NaiveDate,
        keys: &Keys,
        run: &Ended,
    ) -> rusqlite::Result<()> {
        let window = schema::window(&self.connection)?;
        ingested.closed = close::close_days(batch, today, window)?;
        close::sum_open_days(batch)?;
        settle(batch, keys)?;
        batch.step()?;
        self.note_run(ingested)?;
        unfinished::end(&self.connection, run)?;
        // What is judged takes a look at every folder.
        if !added::read(&self.connection)?.is_empty() {
            added::forget(&self.connection, judged_by_now(&self.connection)?)?;
        }
        batch.commit()
    }

    /// What was read before. Nothing is added to a store whose small tables are damaged.
    pub(super) fn sound_ledger(&self) -> rusqlite::Result<Ledger> {
        let checksums = Checksums::read(&self.connection)?;
        let small = [
            "setting",
            "folder",
            "day",
            "forgotten_day",
            "run",
            "digest",
            "digest_pair",
            "unnamed_log",
            "hole",
        ];
        checksums.verify(&self.connection, &small)?;
        Ledger::read(&self.connection, &checksums)
    }

    fn note_run(&self, ingested: &Ingested) -> rusqlite::Result<()> {
        let now = Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true);
        let coverage = &ingested.coverage;
        self.connection.execute(
            "INSERT INTO run (ended_at, files_known, files_read, files_damaged, calls, beyond_window, \
             coverage) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            rusqlite::params![
                now,
                ingested.known,
                coverage.files.read,
                coverage.files.damaged,
                coverage.sts_records,
                ingested.beyond_window,
                serde_json::to_string(coverage).unwrap_or_default(),
            ],
        )?;
        Ok(())
    }
}

/// Whether logs were read before. Who names a folder of digests in the beginning has named the wrong one.
fn has_logs(connection: &Connection) -> rusqlite::Result<bool> {
    let query = "SELECT EXISTS (SELECT 1 FROM file WHERE outcome = 'read')";
    connection.query_row(query, [], |row| row.get(0))
}

/// Whether a walk reads what has this name, or looks into it.
fn is_walked(paths: &Paths, path: &Path) -> bool {
    let is_reached = |root: &Path| {
        let below = path.strip_prefix(root);
        below.is_ok_and(|below| !below.iter().any(is_hidden))
    };
    let is_below = |named: &Named| matches!(named, Named::Folder(root) if is_reached(root));
    let services = &paths.services;
    let is_wanted = || match (path.is_dir(), path.parent(), path.file_name()) {
        (false, Some(folder), Some(name)) => {
            Folder::new(folder.to_owned()).is_read_in_a_walk(name, services)
        }
        _ => !is_of_another_service(path) || services.iter().any(|one| path.starts_with(one)),
    };
    paths.named.iter().any(is_below) && is_wanted()
}

/// Removes from the ledger what could not be looked at before, and what a walk came to now.
fn forget_seen<'l>(
    batch: &mut Batch<'_>,
    seen: impl Iterator<Item = (i64, &'l Path)>,
) -> rusqlite::Result<()> {
    for (id, _) in seen {
        batch
            .step()?
            // What came in its place and was read in this run stays.
            .prepare_cached(
                "DELETE FROM file WHERE id = ?1 AND outcome = 'damaged' AND records_read + sts_records = 0",
            )?
            .execute([id])?;
    }
    Ok(())
}
