//! The days that a store has read, and whether they are over.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration, NaiveDate, Utc};
use rusqlite::Connection;

use super::coverage::key_at;
use crate::aws::is_among;
use crate::aws::region::US_EAST_1;
use crate::questions::Calendar;
use crate::store::chains::standing::read_holes;
use crate::store::days::added;
use crate::store::error::StoreError;
use crate::store::open::Store;
use crate::store::tables::checksums::Checksums;
use crate::store::tables::schema;
use crate::tally::Selection;

/// Logs are delivered within about five minutes of a call; this long after midnight, the day before is
/// over.
/// <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html>
const DELIVERY: Duration = Duration::hours(1);

impl Store {
    /// The days of which files of these accounts were read; of all accounts, if none is named.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn calendar(&self, accounts: &[String]) -> Result<Calendar, StoreError> {
        self.calendar_of(&Selection {
            accounts: accounts.to_vec(),
            ..Selection::default()
        })
    }

    /// The same of files of the accounts and Regions asked about, of any time.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn calendar_of(&self, selection: &Selection) -> Result<Calendar, StoreError> {
        self.sql(
            self.checksums()
                .and_then(|sums| calendar(&self.connection, selection, &sums)),
        )
    }

    /// The days that are over, each with the number of the ingest that completed it: it was the first to read
    /// a file of the day, or the first after the day was over. 0 means an ingest before all that
    /// are known.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn completed(&self, accounts: &[String]) -> Result<Completed, StoreError> {
        let calendar = self.calendar(accounts)?;
        self.sql(completed(&self.connection, accounts, &calendar))
    }

    /// The days that are here to which calls were added after gates had judged them, or may have, with the
    /// number of the last ingest that did so.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn added_to(&self, completed: &Completed) -> Result<BTreeMap<NaiveDate, i64>, StoreError> {
        let mut days = self.sql(added::read(&self.connection))?;
        days.retain(|day, run| *run > completed.judged && completed.days.contains_key(day));
        Ok(days)
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
    selection: &Selection,
    checksums: &Checksums,
) -> rusqlite::Result<Calendar> {
    checksums.verify(connection, &["run", "hole"])?;
    let mut calendar = Calendar {
        all_calls_have_keys: true,
        kept_from: schema::kept_from(connection)?,
        ..Calendar::default()
    };
    let mut all = connection.prepare(
        "SELECT key_account, key_region, key_day FROM folder WHERE EXISTS \
         (SELECT 1 FROM file WHERE file.folder = folder.id AND iif(key_day IS NULL, \
         outcome IN ('read', 'damaged') AND sts_records > 0, outcome = 'read'))",
    )?;
    let mut rows = all.query([])?;
    while let Some(row) = rows.next()? {
        let Some(key) = key_at(row, 0)? else {
            calendar.all_calls_have_keys = false;
            continue;
        };
        if selection.lists_log(&key.account, &key.region) {
            calendar.keys.insert(key.day);
            if selection.may_log_global_calls(&key) {
                calendar.keys_of_us_east_1.insert(key.day);
            }
        }
    }
    for (account, region, day) in read_holes(connection)? {
        if selection.lists_log(&account, &region) {
            calendar.holes.insert(day);
            if region == US_EAST_1 {
                calendar.holes_of_us_east_1.insert(day);
            }
        }
    }
    let last_run = last_run(connection)?;
    // A call with a time in the future says nothing about when a day is over.
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

/// The days that are over, each with the number of the ingest that completed it.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Completed {
    /// Those of which files were read.
    pub days: BTreeMap<NaiveDate, i64>,
    /// Those of which there are calls alone, and no file: what is called just before midnight is in a file of
    /// the next day.
    pub by_calls: BTreeMap<NaiveDate, i64>,
    /// The last ingest that completed days, after which gates were asked, and after which others completed
    /// more. One that ended with damage stops a chain of commands before its gate.
    pub judged: i64,
}

/// By day, the first run by which something was true.
type Since = BTreeMap<NaiveDate, i64>;

fn note(since: &mut Since, day: NaiveDate, run: i64) {
    let first = since.entry(day).or_insert(run);
    *first = run.min(*first);
}

fn completed(
    connection: &Connection,
    accounts: &[String],
    calendar: &Calendar,
) -> rusqlite::Result<Completed> {
    // The first run that read something of a day, and the first by which all days before one were over.
    let (mut read, mut over, mut called) = (Since::new(), Since::new(), Since::new());
    let mut all = connection.prepare(
        "SELECT key_account, key_region, key_day, read_in FROM folder WHERE read_in > 0",
    )?;
    let mut rows = all.query([])?;
    while let Some(row) = rows.next()? {
        if let Some(key) = key_at(row, 0)?
            && is_among(accounts, &key.account)
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
            note(&mut called, day, row.get(1)?);
        }
    }
    let mut undamaged = BTreeSet::new();
    let mut all = connection.prepare("SELECT id, ended_at, files_damaged FROM run")?;
    let mut rows = all.query([])?;
    while let Some(row) = rows.next()? {
        if row.get::<_, i64>(2)? == 0 {
            undamaged.insert(row.get(0)?);
        }
        if let Ok(ended) = row.get_ref(1)?.as_str()?.parse::<DateTime<Utc>>() {
            note(&mut over, (ended - DELIVERY).date_naive(), row.get(0)?);
        }
    }
    if !calendar.all_calls_have_keys {
        for (&day, &run) in &called {
            note(&mut read, day, run);
        }
    }
    let mut days = calendar.keys.clone();
    days.extend(read.keys().chain(called.keys()));
    let mut completed = Completed::default();
    let mut later = over.into_iter().rev().peekable();
    let mut over_since = i64::MAX;
    for &day in days.iter().rev() {
        while let Some((_, run)) = later.next_if(|(of, _)| *of > day) {
            over_since = over_since.min(run);
        }
        let of = |since: &Since| since.get(&day).copied().unwrap_or(0).max(over_since);
        if calendar.is_here(day) {
            completed.days.insert(day, of(&read));
        } else if calendar.is_over(day) && called.contains_key(&day) {
            completed.by_calls.insert(day, of(&called));
        }
    }
    completed.judged = judged_up_to(&completed.days, &undamaged);
    Ok(completed)
}

/// See [`Completed::judged`]. What a store began with is the past.
fn judged_up_to(completed: &BTreeMap<NaiveDate, i64>, undamaged: &BTreeSet<i64>) -> i64 {
    let runs: BTreeSet<i64> = completed.values().copied().collect();
    let mut next = runs.last().copied().unwrap_or(0);
    for &run in runs.iter().rev().skip(1) {
        if undamaged.range(run..next).next().is_some() {
            return run;
        }
        next = run;
    }
    next
}

/// The same by all accounts.
pub(in crate::store) fn judged_by_now(connection: &Connection) -> rusqlite::Result<i64> {
    let calendar = calendar(connection, &Selection::default(), &Checksums::none())?;
    Ok(completed(connection, &[], &calendar)?.judged)
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
