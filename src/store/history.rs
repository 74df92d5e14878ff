//! Which days a store has read, and whether they are over.

use chrono::{DateTime, Duration, NaiveDate, Utc};
use rusqlite::Connection;

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
        self.sql(calendar(&self.connection, accounts))
    }

    /// The days with calls, whatever their files' keys say.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn days_of_calls(&self) -> Result<Vec<NaiveDate>, StoreError> {
        self.sql(days_of_calls(&self.connection))
    }
}

fn calendar(connection: &Connection, accounts: &[String]) -> rusqlite::Result<Calendar> {
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
