//! Which days a store has read, and whether they are over.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, NaiveDate, Utc};
use rusqlite::Connection;

use super::checksums::Checksums;
use super::files::key_at;
use super::{Store, StoreError, schema};
use crate::questions::Calendar;

/// Logs come within some five minutes of a call; so long after midnight the day before is over.
/// <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html>
const DELIVERY: Duration = Duration::hours(1);

impl Store {
    /// The days of which files of these accounts were read; of all, if none is named.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn calendar(&self, accounts: &[String]) -> Result<Calendar, StoreError> {
        self.sql(
            self.checksums()
                .and_then(|sums| calendar(&self.connection, accounts, &sums)),
        )
    }

    /// The complete days, and the number of the ingest that made each so, as far as is known: by it a
    /// file of the day was read for the first time, or it was over. 0 is before all that are known.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn completed(&self, accounts: &[String]) -> Result<BTreeMap<NaiveDate, i64>, StoreError> {
        let calendar = self.calendar(accounts)?;
        self.sql(completed(&self.connection, accounts, &calendar))
    }

    /// The days with calls, whatever their files' keys say.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn days_of_calls(&self) -> Result<Vec<NaiveDate>, StoreError> {
        self.sql(days_of_calls(&self.connection))
    }
}

fn calendar(
    connection: &Connection,
    accounts: &[String],
    checksums: &Checksums,
) -> rusqlite::Result<Calendar> {
    checksums.verify(connection, &["run"])?;
    let mut calendar = Calendar {
        all_have_keys: true,
        kept_from: schema::kept_from(connection)?,
        ..Calendar::default()
    };
    let mut all = connection.prepare(
        "SELECT key_account, key_region, key_day FROM folder WHERE id IN \
         (SELECT folder FROM file WHERE outcome = 'read')",
    )?;
    let mut rows = all.query([])?;
    while let Some(row) = rows.next()? {
        let Some(key) = key_at(row, 0)? else {
            calendar.all_have_keys = false;
            continue;
        };
        if accounts.is_empty() || accounts.contains(&key.account) {
            calendar.keys.insert(key.day);
            if key.region == "us-east-1" {
                calendar.keys_of_us_east_1.insert(key.day);
            }
        }
    }
    let last_run = last_run(connection)?;
    // A call from the future says nothing of when a day is over.
    let newest_call = (days_of_calls(connection)?.into_iter())
        .rfind(|&day| last_run.is_some_and(|run| day <= run.date_naive()));
    let by_run = last_run.map(|run| (run - DELIVERY).date_naive());
    calendar.over_before = calendar.keys.last().copied().max(newest_call).max(by_run);
    if let Some(kept_from) = calendar.kept_from {
        calendar.keys = calendar.keys.split_off(&kept_from);
        calendar.keys_of_us_east_1 = calendar.keys_of_us_east_1.split_off(&kept_from);
    }
    Ok(calendar)
}

/// The first run by which something was so.
type Since = BTreeMap<NaiveDate, i64>;

fn note(since: &mut Since, day: NaiveDate, run: i64) {
    let first = since.entry(day).or_insert(run);
    *first = run.min(*first);
}

fn completed(
    connection: &Connection,
    accounts: &[String],
    calendar: &Calendar,
) -> rusqlite::Result<BTreeMap<NaiveDate, i64>> {
    // Since when there is something of a day, and since when the days before one are over.
    let (mut read, mut over) = (Since::new(), Since::new());
    let mut all = connection.prepare(
        "SELECT key_account, key_region, key_day, read_in FROM folder WHERE read_in > 0",
    )?;
    let mut rows = all.query([])?;
    while let Some(row) = rows.next()? {
        if let Some(key) = key_at(row, 0)?
            && (accounts.is_empty() || accounts.contains(&key.account))
        {
            note(&mut read, key.day, row.get(3)?);
            note(&mut over, key.day, row.get(3)?);
        }
    }
    let last_run = last_run(connection)?.map(|run| run.date_naive());
    let mut all = connection.prepare("SELECT day, seen_in FROM day WHERE day <> ''")?;
    let mut rows = all.query([])?;
    while let Some(row) = rows.next()? {
        if let Ok(day) = row.get_ref(0)?.as_str()?.parse::<NaiveDate>()
            && Some(day) <= last_run
        {
            note(&mut over, day, row.get(1)?);
            if !calendar.all_have_keys {
                note(&mut read, day, row.get(1)?);
            }
        }
    }
    let mut all = connection.prepare("SELECT id, ended_at FROM run")?;
    let mut rows = all.query([])?;
    while let Some(row) = rows.next()? {
        if let Ok(ended) = row.get_ref(1)?.as_str()?.parse::<DateTime<Utc>>() {
            note(&mut over, (ended - DELIVERY).date_naive(), row.get(0)?);
        }
    }
    let mut days = calendar.keys.clone();
    days.extend(read.keys());
    let mut completed = BTreeMap::new();
    let mut later = over.into_iter().rev().peekable();
    let mut over_since = i64::MAX;
    for &day in days.iter().rev() {
        while let Some((_, run)) = later.next_if(|(of, _)| *of > day) {
            over_since = over_since.min(run);
        }
        if calendar.is_complete(day) && calendar.kept_from.is_none_or(|from| from <= day) {
            completed.insert(day, read.get(&day).copied().unwrap_or(0).max(over_since));
        }
    }
    Ok(completed)
}

fn last_run(connection: &Connection) -> rusqlite::Result<Option<DateTime<Utc>>> {
    let ended_at: Option<String> =
        connection.query_row("SELECT max(ended_at) FROM run", [], |row| row.get(0))?;
    Ok(ended_at.and_then(|time| time.parse().ok()))
}

fn days_of_calls(connection: &Connection) -> rusqlite::Result<Vec<NaiveDate>> {
    let mut all = connection.prepare("SELECT day FROM day WHERE day <> '' ORDER BY day")?;
    let mut rows = all.query([])?;
    let mut days = Vec::new();
    while let Some(row) = rows.next()? {
        days.extend(row.get_ref(0)?.as_str()?.parse::<NaiveDate>().ok());
    }
    Ok(days)
}
