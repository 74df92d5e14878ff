//! Sums that are kept from night to night, in one SQLite file.
//!
//! Owns the file's schema, the ledger of what was read, and what is needed to count once across
//! nights. Knows nothing of formats; reading logs is [`Scan`]'s, deciding what counts is the
//! [`tally`](crate::tally)'s.
//!
//! # What is kept
//!
//! Of a day that may still get late files, every call is kept as what it claims to be
//! (some 36 bytes), with the file it came from: a file that changes is
//! taken back whole. Once a day is older than the window, its claims are settled for good and
//! folded into sums by day and grouping. Days that are no longer wanted are forgotten as a whole
//! ([`Store::forget`]).
//!
//! # To ask a store
//!
//! [`Store::tally`] gives the [`Tally`](crate::tally::Tally) that the files would have given, for any
//! question and selection over kept dimensions ([`is_kept`]). It is exact, so everything that can be
//! made of a tally can be made of a store: group by `day` to follow a migration. The tables, which
//! [`SCHEMA`] explains, are for users who query the file themselves.

mod agents;
mod batch;
mod calls;
mod check;
mod checksums;
mod close;
mod collect;
mod column;
mod content;
mod contents;
mod day;
mod error;
mod files;
mod forget;
mod grouping;
mod hashed;
mod history;
mod kinds;
mod ledger;
mod lock;
mod migrate;
mod numbers;
mod place;
mod read;
mod room;
mod schema;
mod settle;
mod sums;
mod write;

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::mpsc::sync_channel;

use chrono::{NaiveDate, SecondsFormat, Utc};
use rusqlite::{Connection, OpenFlags};

use crate::input::{Named, Paths};
use crate::scan::{Progress, Scan, ScanError};
use crate::tally::Coverage;

pub use check::{Checked, Fault};
pub use column::is_kept;
pub use contents::{Contents, Days, Run};
pub use error::StoreError;
pub use forget::{Forgotten, NotForgotten};
pub use lock::Holder;
pub use room::Room;
pub use schema::{SCHEMA, VERSION};

use batch::Batch;
use checksums::Checksums;
use collect::Intake;
use kinds::RowHasher;
use ledger::Ledger;
use lock::Lock;
use place::refuse_no_file;
use write::Writer;

/// The days in which copies of a call are recognised, unless a store says otherwise.
pub const WINDOW: u32 = 14;

/// How many bundles of files may wait to be written.
const QUEUE: usize = 8;

/// A store that is open.
pub struct Store {
    path: PathBuf,
    connection: Connection,
    /// Held while the store is written to.
    lock: Option<Lock>,
    /// The version it had when it was opened.
    version: i64,
}

/// What an ingest did.
#[derive(Clone, Debug, Default)]
pub struct Ingested {
    /// What was read now.
    pub coverage: Coverage,
    /// What a walk passes by every night, by its name or because it is no file.
    pub passed_by: u64,
    /// Files that were known, and not read again.
    pub known: u64,
    /// Of these, copies of files that are kept under another folder, found now.
    pub same: u64,
    /// Copies of other files of this run, that were read before anyone knew.
    pub same_read: u64,
    /// Files that were read before and have changed.
    pub replaced: u64,
    /// Calls of days that were closed already.
    pub beyond_window: u64,
    /// Calls of days that are forgotten: they are not counted.
    pub forgotten: u64,
    /// Days that were closed in the end.
    pub closed: u64,
}

impl Store {
    /// Opens a store to ask it. One of an earlier release is read as it is.
    ///
    /// # Errors
    /// If there is none, or it cannot be read.
    pub fn open(path: &Path) -> Result<Store, StoreError> {
        if !path.exists() {
            return Err(StoreError::Missing(path.to_owned()));
        }
        refuse_no_file(path)?;
        // An ingest that was killed has left a journal, and going back by it needs to write.
        let open = |flags| schema::connect(path, flags);
        let connection = open(OpenFlags::SQLITE_OPEN_READ_WRITE)
            .or_else(|_| open(OpenFlags::SQLITE_OPEN_READ_ONLY))?;
        let mut store = Store {
            path: path.to_owned(),
            connection,
            lock: None,
            version: VERSION,
        };
        match store.sql(schema::state(&store.connection))? {
            schema::State::Current => {}
            schema::State::Older(version) => {
                store.version = version;
                store.sql(migrate::stand_in(&store.connection, version))?;
            }
            schema::State::Newer(version) => {
                return Err(StoreError::Newer(path.to_owned(), version));
            }
            schema::State::Empty => return Err(StoreError::NotBegun(path.to_owned())),
            schema::State::Foreign => return Err(StoreError::NoStore(path.to_owned())),
            schema::State::Damaged => return Err(schema::wrong_version(path)),
        }
        store.sql(store.connection.pragma_update(None, "query_only", true))?;
        Ok(store)
    }

    /// Opens a store to write to it, and makes it if there is none. `window` is kept in it. One of an
    /// earlier release is brought up to this one.
    ///
    /// # Errors
    /// If the file is no store, or of a newer release: then it is untouched. If another ingest holds
    /// it and `wait` is not asked for.
    pub fn open_to_write(
        path: &Path,
        window: Option<u32>,
        wait: bool,
    ) -> Result<Store, StoreError> {
        refuse_no_file(path)?;
        schema::refuse_foreign(path)?;
        let mut lock = Lock::take(path, wait)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        let mut connection = schema::connect(path, flags)?;
        let sql = |error| StoreError::Sql(path.to_owned(), error);
        let mut version = VERSION;
        match schema::state(&connection).map_err(sql)? {
            schema::State::Current => {}
            schema::State::Older(older) => {
                version = older;
                schema::prepare_to_write(&connection).map_err(sql)?;
                migrate::bring_up(&mut connection, older).map_err(sql)?;
            }
            schema::State::Empty => schema::create(&mut connection).map_err(sql)?,
            schema::State::Newer(version) => {
                return Err(StoreError::Newer(path.to_owned(), version));
            }
            schema::State::Foreign => return Err(StoreError::NoStore(path.to_owned())),
            schema::State::Damaged => return Err(schema::wrong_version(path)),
        }
        schema::prepare_to_write(&connection).map_err(sql)?;
        checksums::keep_up(&connection).map_err(sql)?;
        lock.take_others(path, &mut connection)?;
        if let Some(days) = window {
            schema::set_window(&connection, days).map_err(sql)?;
        }
        Ok(Store {
            path: path.to_owned(),
            connection,
            lock: Some(lock),
            version,
        })
    }

    /// The version the store had when it was opened, if it was written by an earlier release.
    pub fn older_version(&self) -> Option<i64> {
        (self.version < VERSION).then_some(self.version)
    }

    /// Reads what is new below `paths`, and closes the days whose time has come. `today` is the day
    /// of the run, in UTC.
    ///
    /// Each file's ledger row and its calls are written together: whatever ends the run, the next one
    /// goes on from there.
    ///
    /// # Errors
    /// If logs or the store cannot be used any more; what was written until then stands.
    pub fn ingest(
        &mut self,
        scan: &Scan,
        paths: &Paths,
        progress: &Progress,
        today: NaiveDate,
    ) -> Result<Ingested, StoreError> {
        debug_assert!(self.lock.is_some(), "the store was opened to be asked");
        let ledger = self.sql(self.sound_ledger())?;
        let hasher = RowHasher::new();
        let (sender, packets) = sync_channel(QUEUE);
        let mut batch = Batch::new(&self.connection);
        let writer = self.sql(Writer::new(&self.connection, today, hasher))?;
        let (scanned, written) = std::thread::scope(|scope| {
            let scanning = std::thread::Builder::new().spawn_scoped(scope, || {
                let workers = Mutex::new(0);
                // Gone when the scan ends, and with it the writer's work.
                let sender = sender;
                let intake = || {
                    let worker = collect::next_worker(&workers);
                    Intake::new(&ledger, sender.clone(), worker, hasher)
                };
                scan.collect(paths, progress, intake).map(Intake::finish)
            });
            let written = writer.write_all(packets, &mut batch);
            let scanned = match scanning {
                Ok(scanning) => scanning.join().unwrap_or_else(|panic| {
                    std::panic::resume_unwind(panic) // the scan's own fault, not to be hidden
                }),
                Err(error) => Err(ScanError::Threads(error.to_string())),
            };
            (scanned, written)
        });
        // A writer that fails ends the scan, too, so its word is the cause.
        let written = self.sql(written)?;
        let mut ingested = match scanned {
            Ok(ingested) => ingested,
            Err(error) => {
                self.sql(batch.commit())?;
                return Err(StoreError::Scan(error));
            }
        };
        ingested.same_read = written.same;
        ingested.replaced = written.replaced;
        ingested.beyond_window = written.beyond_window;
        ingested.coverage.beyond_window = Some(written.beyond_window);
        ingested.forgotten = written.forgotten;
        ingested.coverage.forget(written.forgotten);
        let is_walked = |folder: &Path| {
            let is_named =
                |named: &Named| matches!(named, Named::Folder(one) if folder.starts_with(one));
            let is_unread = |unread: &PathBuf| folder.starts_with(unread);
            paths.named.iter().any(is_named) && !written.unread.iter().any(is_unread)
        };
        let listed = ledger.listed().filter(|(_, folder)| is_walked(folder));
        let finished = forget_listed(&mut batch, listed)
            .and_then(|()| self.finish(&mut batch, &mut ingested, today));
        self.sql(finished)?;
        Ok(ingested)
    }

    /// What is left to be done when everything is read.
    fn finish(
        &self,
        batch: &mut Batch<'_>,
        ingested: &mut Ingested,
        today: NaiveDate,
    ) -> rusqlite::Result<()> {
        let window = schema::window(&self.connection)?;
        ingested.closed = close::close_days(batch, today, window)?;
        close::sum_open_days(batch)?;
        batch.step()?;
        self.note_run(ingested)?;
        batch.commit()
    }

    /// What was read before. Nothing is built upon a store that is damaged where all else rests.
    fn sound_ledger(&self) -> rusqlite::Result<Ledger> {
        let checksums = Checksums::read(&self.connection)?;
        let small = ["setting", "folder", "day", "forgotten_day", "run"];
        checksums.verify(&self.connection, &small)?;
        Ledger::read(&self.connection, &checksums)
    }

    /// The sums to hold against what is read.
    fn checksums(&self) -> rusqlite::Result<Checksums> {
        match self.version < migrate::FIRST_WITH_CHECKSUMS {
            true => Ok(Checksums::none()),
            false => Checksums::read(&self.connection),
        }
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

    /// Names the store in an error of SQLite's.
    fn sql<T>(&self, result: rusqlite::Result<T>) -> Result<T, StoreError> {
        result.map_err(|error| StoreError::Sql(self.path.clone(), error))
    }
}

/// Takes folders out of the ledger that could not be listed, and were walked through now.
fn forget_listed<'l>(
    batch: &mut Batch<'_>,
    listed: impl Iterator<Item = (i64, &'l Path)>,
) -> rusqlite::Result<()> {
    for (id, _) in listed {
        batch
            .step()?
            .prepare_cached("DELETE FROM file WHERE id = ?1")?
            .execute([id])?;
    }
    Ok(())
}
