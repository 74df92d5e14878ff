//! What is in a store, for the people who keep it.

use std::collections::BTreeMap;

use rusqlite::Connection;

use crate::questions::{
    AnyQuestion, CallsByDay, Contents, Days, DaysOfCalls, Period, PeriodStatus, Run, Trend,
};
use crate::store::error::StoreError;
use crate::store::open::Store;
use crate::store::tables::schema;
use crate::store::tables::unfinished;
use crate::store::tables::vacuum::Pages;
use crate::tally::Selection;

/// The most runs that are listed.
const RUNS: u32 = 5;

impl Store {
    /// What is in the store.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn contents(&self) -> Result<Contents, StoreError> {
        let all = Selection::default();
        let tally = self.closed_tally(&AnyQuestion::Trend, &all, false)?;
        let report = tally.finish();
        let mut calendar = self.calendar(&[])?;
        let coverage = &report.totals.coverage;
        calendar.note_damage(coverage, &all);
        let calls = CallsByDay::of(&report);
        let seen = DaysOfCalls::from(&calls);
        let trend = Trend::of(&calls, &seen, &calendar, Period::Day, &all);
        let mut known = calendar.keys.clone();
        known.extend(self.days_of_calls()?);
        let connection = &self.connection;
        let pages = self.sql(Pages::of(connection))?;
        let count = |sql: &str| self.sql(count(connection, sql));
        Ok(Contents {
            version: self.version,
            window: self.sql(schema::window(connection))?,
            kept_from: coverage.kept_from,
            bytes: pages.all * pages.size,
            free_bytes: pages.free * pages.size,
            days: Days {
                oldest: known.first().copied(),
                newest: known.last().copied(),
                open: count("SELECT count(*) FROM day WHERE day <> '' AND is_closed = 0")?,
                closed: count("SELECT count(*) FROM day WHERE day <> '' AND is_closed = 1")?,
                incomplete: (trend.rows.iter())
                    .filter(|row| row.status == PeriodStatus::Incomplete)
                    .count() as u64,
            },
            key_accounts: coverage.key_accounts.clone(),
            key_regions: coverage.key_regions.clone(),
            files: self.sql(files(connection))?,
            calls: report.totals.summary(),
            forgotten: coverage.forgotten.unwrap_or(0),
            groupings: count("SELECT count(*) FROM grouping")?,
            callers: count("SELECT count(*) FROM caller")?,
            chains: report.totals.chains.clone(),
            unfinished: (self.sql(unfinished::all(connection))?.into_iter())
                .map(|one| (one.path, one.since))
                .collect(),
            runs: self.sql(runs(connection))?,
        })
    }
}

fn count(connection: &Connection, sql: &str) -> rusqlite::Result<u64> {
    connection.query_row(sql, [], |row| row.get::<_, i64>(0).map(i64::cast_unsigned))
}

fn files(connection: &Connection) -> rusqlite::Result<BTreeMap<String, u64>> {
    let mut all = connection.prepare("SELECT outcome, count(*) FROM file GROUP BY outcome")?;
    let rows = all.query_map([], |row| {
        Ok((row.get(0)?, row.get::<_, i64>(1)?.cast_unsigned()))
    })?;
    rows.collect()
}

fn runs(connection: &Connection) -> rusqlite::Result<Vec<Run>> {
    let mut all = connection.prepare(
        "SELECT ended_at, files_known, files_read, files_damaged, calls, beyond_window FROM run \
         ORDER BY id DESC LIMIT ?1",
    )?;
    let rows = all.query_map([RUNS], |row| {
        let number = |at| row.get::<_, i64>(at).map(i64::cast_unsigned);
        Ok(Run {
            ended_at: row.get(0)?,
            files_known: number(1)?,
            files_read: number(2)?,
            files_damaged: number(3)?,
            calls: number(4)?,
            beyond_window: number(5)?,
        })
    })?;
    rows.collect()
}
