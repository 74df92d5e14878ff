//! The ledger → what was read for an answer, as a run over the files would say it.
//!
//! Files whose keys say that they hold nothing of what is asked are pruned, by the rule of a scan.
//! Their calls are in the store nevertheless: what came late still counts.

use rusqlite::{Connection, Row};

use super::checksums::{self, Checksums, Sum};
use super::schema;
use crate::aws::{Key, Pruned, Pruning};
use crate::damage::Stage;
use crate::tally::{Coverage, DamagedFile, LogsRead, Selection, SkipReason};

/// What was read for what is asked, and whose logs of which Regions that were.
pub(super) fn read(
    connection: &Connection,
    selection: &Selection,
    checksums: &Checksums,
) -> rusqlite::Result<(Coverage, LogsRead)> {
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
        reach: LogsRead::default(),
        selection,
        pruning,
        place: Place::default(),
    };
    // Files of a folder mostly stand together, so that its key is looked at but once.
    let mut all = connection.prepare(&format!(
        "SELECT folder, outcome, compressed, decompressed, records, sts_records, not_calls, \
         beyond_window, key_account, key_region, key_day, path, name, stage, detail, records_read, \
         not_understood, {} FROM file AS f CROSS JOIN folder ON folder.id = folder",
        match checksums.are_kept() {
            true => checksums::of_row("file", "f"),
            false => "0".to_owned(),
        }
    ))?;
    let mut rows = all.query([])?;
    let mut sum = Sum::default();
    while let Some(row) = rows.next()? {
        sum.add(row.get(17)?);
        files.add(row)?;
    }
    checksums.expect_all("file", sum)?;
    let Files {
        mut coverage,
        reach,
        ..
    } = files;
    coverage.damaged.sort();
    let forgotten: i64 = connection.query_row(
        "SELECT ifnull(sum(calls), 0) FROM forgotten_day",
        [],
        |row| row.get(0),
    )?;
    coverage.forget(forgotten.cast_unsigned());
    let dropped = connection.query_row(
        "SELECT ifnull(sum(duplicates), 0), ifnull(sum(shared_copies), 0) FROM day \
         WHERE is_closed = 1",
        [],
        |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)),
    )?;
    coverage.duplicates = dropped.0.cast_unsigned();
    coverage.shared_copies = dropped.1.cast_unsigned();
    Ok((coverage, reach))
}

struct Files<'s> {
    coverage: Coverage,
    reach: LogsRead,
    selection: &'s Selection,
    pruning: Pruning,
    place: Place,
}

/// The folder of the last file, and what holds for all files there.
#[derive(Default)]
struct Place {
    folder: Option<i64>,
    key: Option<Key>,
    pruned: Option<Pruned>,
    /// Whether coverage has the key.
    is_noted: bool,
}

impl Files<'_> {
    fn add(&mut self, row: &Row<'_>) -> rusqlite::Result<()> {
        let number = |at| row.get::<_, i64>(at).map(i64::cast_unsigned);
        let coverage = &mut self.coverage;
        // Calls are in the store whatever becomes of their files.
        coverage.sts_records += number(5)?;
        let beyond_window = coverage.beyond_window.get_or_insert(0);
        *beyond_window += number(7)?;
        let outcome = row.get_ref(1)?.as_str()?;
        if outcome == "same" {
            return Ok(());
        }
        coverage.files.found += 1;
        let folder = row.get(0)?;
        if self.place.folder != Some(folder) {
            let key = key_at(row, 8)?;
            self.place = Place {
                folder: Some(folder),
                pruned: key.as_ref().and_then(|key| self.pruning.prunes(key)),
                key,
                is_noted: false,
            };
        }
        let place = &mut self.place;
        if let Some(pruned) = place.pruned {
            coverage.files.pruned.count(pruned);
            return Ok(());
        }
        coverage.bytes.compressed += number(2)?;
        coverage.bytes.decompressed += number(3)?;
        coverage.records += number(4)?;
        coverage.not_calls += number(6)?;
        coverage.not_understood += number(16)?;
        match outcome {
            "read" => {
                coverage.files.read += 1;
                if let Some(key) = place.key.as_ref().filter(|_| !place.is_noted) {
                    place.is_noted = true;
                    coverage.see_key(key);
                    if self.selection.covers(key) {
                        self.reach.see(key);
                    }
                }
            }
            "damaged" => {
                coverage.files.damaged += 1;
                coverage.damaged.push(damaged_file(row)?);
                self.reach.miss(place.key.as_ref());
            }
            skipped => {
                let reason = SkipReason::ALL.iter().find(|one| one.as_str() == skipped);
                let reason = reason.copied().unwrap_or(SkipReason::NotALog);
                *coverage.files.skipped.entry(reason).or_default() += 1;
            }
        }
        Ok(())
    }
}

fn damaged_file(row: &Row<'_>) -> rusqlite::Result<DamagedFile> {
    let folder = row.get_ref(11)?.as_str()?;
    let name = row.get_ref(12)?.as_str()?;
    Ok(DamagedFile {
        path: format!("{folder}/{name}"),
        stage: stage(row.get_ref(13)?.as_str_or_null()?),
        detail: row.get::<_, Option<String>>(14)?.unwrap_or_default(),
        records_read: row.get::<_, i64>(15)?.cast_unsigned(),
    })
}

fn stage(name: Option<&str>) -> Stage {
    let known = Stage::ALL
        .into_iter()
        .find(|stage| Some(stage.as_str()) == name);
    known.unwrap_or(Stage::Open)
}

/// The key that stands in these three columns of a row: account, Region and day.
pub(super) fn key_at(row: &Row<'_>, first: usize) -> rusqlite::Result<Option<Key>> {
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
