//! The ledger → what was read for an answer, as a run over the files would report it.
//!
//! Files are pruned by the rule of a scan: if their keys say that they have nothing that is asked for.
//! Their late calls are in the store nevertheless, and count.

use rusqlite::{Connection, Row};

use crate::aws::{Key, LogName, Pruned, Pruning};
use crate::collections::Map;
use crate::damage::Stage;
use crate::store::days::day::midnight;
use crate::store::tables::checksums::{Checksums, Sum};
use crate::store::tables::file_row::{self, COLUMNS, FileRow, WIDTH};
use crate::store::tables::outcome::Outcome;
use crate::store::tables::schema;
use crate::store::tables::unfinished;
use crate::tally::{Coverage, DamagedFile, DaysRead, FilesOfDay, LogsRead, Selection, SkipReason};

/// What was read for an answer, and of which accounts and Regions.
pub(in crate::store) struct WhatWasRead {
    pub coverage: Coverage,
    pub logs_read: LogsRead,
    pub days_read: DaysRead,
    /// Whether a log would show the global calls that are asked about.
    pub saw_us_east_1: bool,
    /// How many logs there are of each account and Region, as far as keys tell.
    pub logs: LogsOfPairs,
}

/// Reads the ledger.
pub(in crate::store) fn read(
    connection: &Connection,
    selection: &Selection,
    checksums: &Checksums,
    days: bool,
) -> rusqlite::Result<WhatWasRead> {
    checksums.verify(connection, &["setting", "folder", "forgotten_day", "day"])?;
    let coverage = Coverage {
        beyond_window: Some(0),
        kept_from: schema::kept_from(connection)?,
        ..Coverage::default()
    };
    let mut pruning = selection.pruning();
    pruning.first_day = pruning.first_day.max(coverage.kept_from);
    let mut files = Files {
        coverage,
        logs_read: LogsRead::default(),
        days_read: DaysRead::if_wanted(days),
        saw_us_east_1: false,
        logs: LogsOfPairs::default(),
        selection,
        asked: selection.pruning(),
        pruning,
        place: Place::default(),
    };
    // Most files of a folder follow one another, so its key is looked at once.
    let mut all = connection.prepare(&format!(
        "SELECT {COLUMNS}, key_account, key_region, key_day, path FROM file AS f CROSS JOIN folder \
         ON folder.id = folder"
    ))?;
    let mut rows = all.query([])?;
    let mut sum = Sum::default();
    while let Some(row) = rows.next()? {
        let values = file_row::values(row)?;
        if checksums.are_kept() {
            sum.add(file_row::sum(values));
        }
        files.add(&FileRow::of(&values)?, row)?;
    }
    checksums.expect_all("file", sum)?;
    files.leave();
    for one in unfinished::all(connection)? {
        files.note_unfinished(one.path, &one.since);
    }
    let Files {
        mut coverage,
        logs_read,
        days_read,
        saw_us_east_1,
        logs,
        ..
    } = files;
    coverage.damaged.sort();
    let forgotten: i64 = connection.query_row(
        "SELECT ifnull(sum(calls), 0) FROM forgotten_day",
        [],
        |row| row.get(0),
    )?;
    coverage.forget(forgotten.cast_unsigned());
    count_dropped(connection, selection, &mut coverage)?;
    Ok(WhatWasRead {
        coverage,
        logs_read,
        days_read,
        saw_us_east_1,
        logs,
    })
}

/// Counts the copies that were dropped when days closed: those of other days than are asked about as filtered.
fn count_dropped(
    connection: &Connection,
    selection: &Selection,
    coverage: &mut Coverage,
) -> rusqlite::Result<()> {
    let mut all =
        connection.prepare("SELECT day, duplicates, shared_copies FROM day WHERE is_closed = 1")?;
    let mut rows = all.query([])?;
    while let Some(row) = rows.next()? {
        let day = row.get_ref(0)?.as_str()?;
        let [duplicates, shared_copies] =
            [row.get(1)?, row.get::<_, i64>(2)?].map(i64::cast_unsigned);
        if selection.admits_time(midnight(day)) {
            coverage.duplicates += duplicates;
            coverage.shared_copies += shared_copies;
        } else {
            coverage.filtered += duplicates + shared_copies;
        }
    }
    Ok(())
}

/// By account and Region.
pub(in crate::store) type LogsOfPairs = Map<(String, String), u64>;

struct Files<'s> {
    coverage: Coverage,
    logs_read: LogsRead,
    days_read: DaysRead,
    saw_us_east_1: bool,
    logs: LogsOfPairs,
    selection: &'s Selection,
    /// What is asked about, be it forgotten or not.
    asked: Pruning,
    pruning: Pruning,
    place: Place,
}

/// The folder of the last file, and what is true of all files in it.
#[derive(Default)]
struct Place {
    folder: Option<i64>,
    key: Option<Key>,
    pruned: Option<Pruned>,
    /// Whether the coverage has the key, or the logs read have what was left out.
    is_noted: bool,
    /// Logs in it.
    logs: u64,
}

impl Files<'_> {
    fn add(&mut self, file: &FileRow<'_>, row: &Row<'_>) -> rusqlite::Result<()> {
        let coverage = &mut self.coverage;
        // Calls are in the store whatever the outcome of their files.
        coverage.sts_records += file.sts_records;
        let beyond_window = coverage.beyond_window.get_or_insert(0);
        *beyond_window += file.beyond_window;
        if file.outcome == Outcome::Copy {
            return Ok(());
        }
        coverage.files.found += 1;
        if self.place.folder != Some(file.folder) {
            self.leave();
            let key = key_at(row, WIDTH)?;
            self.place = Place {
                folder: Some(file.folder),
                pruned: key.as_ref().and_then(|key| self.pruning.prunes(key)),
                key,
                ..Place::default()
            };
        }
        let coverage = &mut self.coverage;
        let place = &mut self.place;
        if let Some(pruned) = place.pruned {
            coverage.files.pruned.count(pruned, 1);
            if let Some(key) = place.key.as_ref().filter(|_| !place.is_noted) {
                let is_log = || LogName::parse(file.name).is_some_and(|log| log.is_of_events());
                if self.asked.is_before(key) {
                    self.logs_read.see_earlier(key);
                    place.is_noted = true;
                } else if pruned == Pruned::Region && self.selection.is_elsewhere(key) && is_log() {
                    self.logs_read.see_elsewhere(key);
                    place.is_noted = true;
                }
            }
            return Ok(());
        }
        coverage.bytes.compressed += file.compressed;
        coverage.bytes.decompressed += file.decompressed;
        coverage.records += file.records;
        coverage.not_calls += file.not_calls;
        coverage.not_understood += file.not_understood;
        let [read, damaged] =
            [Outcome::Read, Outcome::Damaged].map(|one| u64::from(one == file.outcome));
        let files = FilesOfDay::new(read, damaged, file.records, file.sts_records);
        self.days_read.see_files(place.key.as_ref(), files);
        let is_empty = file.outcome == Outcome::Skipped(SkipReason::Empty);
        let logs = read + damaged + u64::from(is_empty);
        if place.key.is_some() {
            place.logs += logs;
        } else if logs > 0
            && let Some(log) = LogName::parse(file.name).filter(LogName::is_of_events)
        {
            // Such as those of a network's endpoints, whose keys prune nothing.
            let pair = (log.account.to_owned(), log.region.to_owned());
            *self.logs.entry(pair).or_default() += logs;
        }
        match file.outcome {
            Outcome::Copy => {}
            Outcome::Read => {
                coverage.files.read += 1;
                if let Some(key) = place.key.as_ref().filter(|_| !place.is_noted) {
                    place.is_noted = true;
                    coverage.see_key(key);
                    if self.selection.covers(key) {
                        self.logs_read.see(key);
                        self.saw_us_east_1 |= self.selection.may_log_global_calls(key);
                    } else if self.selection.is_elsewhere(key) {
                        self.logs_read.see_elsewhere(key);
                    }
                }
            }
            Outcome::Damaged => {
                coverage.files.damaged += 1;
                coverage.damaged.push(damaged_file(file, row)?);
                self.logs_read.miss(place.key.as_ref());
            }
            Outcome::Skipped(reason) => {
                *coverage.files.skipped.entry(reason).or_default() += 1;
            }
        }
        Ok(())
    }
}

impl Files<'_> {
    /// Counts what an ingest was given as damaged: nobody knows which files of it are not in the store, or
    /// not yet.
    fn note_unfinished(&mut self, input: String, since: &str) {
        let coverage = &mut self.coverage;
        coverage.files.found += 1;
        coverage.files.damaged += 1;
        coverage.damaged.push(DamagedFile {
            path: input,
            stage: Stage::Open,
            detail: format!(
                "the ingest of it that began at {since} has not ended, so files are missing; wait for it, or \
                 run 'stscope ingest' on it again if it goes on no more"
            ),
            records_read: 0,
        });
        self.logs_read.miss(None);
        let files = FilesOfDay::new(0, 1, 0, 0);
        self.days_read.see_files(None, files);
    }

    /// Notes how many logs the last folder has.
    fn leave(&mut self) {
        let Place { key, logs, .. } = std::mem::take(&mut self.place);
        if let Some(key) = key.filter(|_| logs > 0) {
            *self.logs.entry((key.account, key.region)).or_default() += logs;
        }
    }
}

fn damaged_file(file: &FileRow<'_>, row: &Row<'_>) -> rusqlite::Result<DamagedFile> {
    let (folder, name) = (row.get_ref(WIDTH + 3)?.as_str()?, file.name);
    Ok(DamagedFile {
        path: format!("{folder}/{name}"),
        stage: stage(file.stage),
        detail: file.detail.unwrap_or_default().to_owned(),
        records_read: file.records_read,
    })
}

fn stage(name: Option<&str>) -> Stage {
    let known = Stage::ALL
        .into_iter()
        .find(|stage| Some(stage.as_str()) == name);
    known.unwrap_or(Stage::Open)
}

/// The key in three columns of a row, from `first` on: account, Region and day.
pub(in crate::store) fn key_at(row: &Row<'_>, first: usize) -> rusqlite::Result<Option<Key>> {
    let day = row.get_ref(first + 2)?.as_str_or_null()?;
    let day = day.and_then(|day| day.parse().ok());
    let key = (row.get(first)?, row.get(first + 1)?, day);
    Ok(match key {
        (Some(account), Some(region), Some(day)) => Some(Key {
            account,
            region,
            day,
        }),
        _ => None,
    })
}
