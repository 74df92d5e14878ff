//! Days that are no longer wanted → only the number of their calls.
//!
//! Owns the day before which a store knows nothing (`kept_from`). The ledger stays as it is, so files
//! are not read again. A forgotten call counts as a call of a closed day in the row of its file (the
//! column `folded`), so that a file that changes later gives only its new calls. `forgotten_day` has
//! the numbers, so that the figures add up.

use std::time::Duration;

use chrono::NaiveDate;
use rusqlite::{Connection, OptionalExtension as _, params};

use super::close;
use super::day::{day_name, day_number, since_1970};
use super::sums::note_forgotten;
use crate::collections::{Map, Set};
use crate::store::chains;
use crate::store::error::{NotForgotten, StoreError};
use crate::store::open::Store;
use crate::store::tables::batch::{Batch, COMMIT_EVERY};
use crate::store::tables::checksums::{self, Changes};
use crate::store::tables::kept::{self, Kept};
use crate::store::tables::schema;

/// What was forgotten.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Forgotten {
    /// The first day of which the store knows from now on.
    pub kept_from: NaiveDate,
    /// The days that were removed.
    pub days: u64,
    /// Their calls, copies included.
    pub calls: u64,
}

impl Store {
    /// The day before which everything is forgotten, if anything is.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn kept_from(&self) -> Result<Option<NaiveDate>, StoreError> {
        self.sql(schema::kept_from(&self.connection))
    }

    /// Forgets everything of the days before this one, for good: what comes of them later is not
    /// counted, either. The day can only move forward. `today` is the day of
    /// the run, in UTC.
    ///
    /// Days are forgotten one after the other, from the oldest on, each completely or not at all: whatever
    /// ends the run, the store is whole, and its `kept_from` is right.
    ///
    /// Calls without a readable time are of no day, and stay.
    ///
    /// # Errors
    /// If no day would be left, or the store cannot be written; what was committed is kept.
    pub fn forget(&mut self, before: NaiveDate, today: NaiveDate) -> Result<Forgotten, StoreError> {
        self.check_writable()?;
        if let Some(kept_from) = self.kept_from()?
            && kept_from >= before
        {
            return Ok(Forgotten {
                kept_from,
                days: 0,
                calls: 0,
            });
        }
        let refused = if before > today {
            Some(NotForgotten::Future(before))
        } else {
            let newest = self.sql(newest_day(&self.connection, today))?;
            match newest {
                Some(newest) if newest < before => Some(NotForgotten::NoDayLeft(before, newest)),
                Some(_) => None,
                None => Some(NotForgotten::NoDays),
            }
        };
        if let Some(refused) = refused {
            return Err(StoreError::NotForgotten(self.path.clone(), refused));
        }
        let forgotten = self.sql(forget_days(&self.connection, before, COMMIT_EVERY))?;
        let mut batch = Batch::new(&self.connection);
        self.sql(close::sum_open_days(&mut batch).and_then(|()| batch.commit()))?;
        Ok(forgotten)
    }
}

/// The newest day that is known of, by its calls or by files with its date: a call with a time in the
/// future does not count.
fn newest_day(connection: &Connection, today: NaiveDate) -> rusqlite::Result<Option<NaiveDate>> {
    let day: Option<String> = connection.query_row(
        "SELECT max(day) FROM (SELECT day FROM day WHERE day <> '' UNION ALL SELECT key_day FROM \
         folder WHERE EXISTS (SELECT 1 FROM file WHERE file.folder = folder.id AND outcome = 'read')) \
         WHERE day <= ?1",
        [today.to_string()],
        |row| row.get(0),
    )?;
    Ok(day.and_then(|day| day.parse().ok()))
}

fn forget_days(
    connection: &Connection,
    before: NaiveDate,
    commit_every: Duration,
) -> rusqlite::Result<Forgotten> {
    let days: Vec<(String, bool)> = connection
        .prepare("SELECT day, is_closed FROM day WHERE day <> '' AND day < ?1 ORDER BY day")?
        .query_map([before.to_string()], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    let mut forgotten = Forgotten {
        kept_from: before,
        days: 0,
        calls: 0,
    };
    let mut batch = Batch::of(connection, commit_every);
    batch.step()?;
    for (day, is_closed) in days {
        // Each commit has the right `kept_from`.
        if batch.is_due()
            && let Ok(kept_from) = day.parse()
        {
            forgotten.calls += move_cutoff(connection, kept_from)?;
            batch.commit()?;
            batch.step()?;
        }
        forgotten.days += 1;
        forgotten.calls += match is_closed {
            true => forget_sums(connection, &day)?,
            false => forget_calls(connection, &day, |_| false)?,
        };
        let mut changes = Changes::default();
        changes.take_day(connection, "daily", &day)?;
        changes.take_day(connection, "daily_caller", &day)?;
        changes.write(connection)?;
        for table in ["daily", "daily_caller", "day"] {
            connection.execute(&format!("DELETE FROM {table} WHERE day = ?1"), [&day])?;
        }
    }
    forgotten.calls += move_cutoff(connection, before)?;
    chains::standing::forget(connection, before)?;
    // In the transaction of the last days, so that a run that ends earlier does this the next time.
    sweep(connection)?;
    batch.commit()?;
    Ok(forgotten)
}

/// Notes that nothing is known of the days before this one, and takes out what of their calls waits
/// for a later day to close: of the first one that is open, as each day closes after the one before.
fn move_cutoff(connection: &Connection, kept_from: NaiveDate) -> rusqlite::Result<u64> {
    let first_open: Option<String> = connection
        .query_row(
            "SELECT day FROM day WHERE day >= ?1 AND is_closed = 0 ORDER BY day LIMIT 1",
            [kept_from.to_string()],
            |row| row.get(0),
        )
        .optional()?;
    let first = since_1970(kept_from);
    let is_kept =
        |kept: &Kept| (kept.candidate.time()).is_none_or(|time| day_number(time) >= first);
    let mut forgotten = match first_open {
        Some(day) => forget_calls(connection, &day, is_kept)?,
        None => 0,
    };
    // Among calls without a time there are copies of them that have one.
    forgotten += forget_calls(connection, "", is_kept)?;
    schema::set(connection, "kept_from", &kept_from.to_string())?;
    Ok(forgotten)
}

/// Notes the calls in the sums of a closed day as forgotten. Returns how many.
fn forget_sums(connection: &Connection, day: &str) -> rusqlite::Result<u64> {
    let calls: i64 = connection.query_row(
        "SELECT duplicates + shared_copies + (SELECT ifnull(sum(calls), 0) FROM daily WHERE day = ?1) \
         FROM day WHERE day = ?1",
        [day],
        |row| row.get(0),
    )?;
    note_forgotten(connection, day, calls.cast_unsigned())?;
    Ok(calls.cast_unsigned())
}

/// Forgets calls that wait for a day to close, except those that are kept. Returns how many.
fn forget_calls(
    connection: &Connection,
    day: &str,
    is_kept: impl Fn(&Kept) -> bool,
) -> rusqlite::Result<u64> {
    let mut by_day: Map<i64, u64> = Map::default();
    let files: Vec<i64> = connection
        .prepare_cached("SELECT file FROM calls WHERE day = ?1")?
        .query_map([day], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for file in files {
        let mut left = Vec::new();
        let mut forgotten = 0;
        connection
            .prepare_cached("SELECT calls FROM calls WHERE day = ?1 AND file = ?2")?
            .query_row(params![day, file], |row| {
                for kept in kept::read(row.get_ref(0)?.as_blob()?) {
                    if is_kept(&kept) {
                        left.push(kept);
                    } else {
                        forgotten += 1;
                        let time = kept.candidate.time();
                        *by_day.entry(time.map_or(0, day_number)).or_default() += 1;
                    }
                }
                Ok(())
            })?;
        if left.is_empty() {
            connection
                .prepare_cached("DELETE FROM calls WHERE day = ?1 AND file = ?2")?
                .execute(params![day, file])?;
        } else if forgotten > 0 {
            let mut bytes = Vec::new();
            kept::write(&mut left, &mut bytes);
            connection
                .prepare_cached("UPDATE calls SET calls = ?3 WHERE day = ?1 AND file = ?2")?
                .execute(params![day, file, bytes])?;
        }
        connection
            .prepare_cached("UPDATE file SET folded = folded + ?2 WHERE id = ?1 AND ?2 > 0")?
            .execute(params![file, forgotten])?;
    }
    if !by_day.is_empty() {
        connection.execute(
            "UPDATE day SET is_stale = 1 WHERE day = ?1 AND is_closed = 0",
            [day],
        )?;
    }
    for (&day, &calls) in &by_day {
        note_forgotten(connection, &day_name(day), calls)?;
    }
    Ok(by_day.values().sum())
}

/// Deletes the groupings and callers that nothing refers to any more.
fn sweep(connection: &Connection) -> rusqlite::Result<()> {
    let mut groupings: Set<i64> = Set::default();
    let mut callers: Set<i64> = Set::default();
    read_each(connection, "SELECT grouping FROM daily", |number| {
        groupings.insert(number);
    })?;
    read_each(connection, "SELECT caller FROM daily_caller", |number| {
        callers.insert(number);
    })?;
    {
        let mut all = connection.prepare("SELECT calls FROM calls")?;
        let mut rows = all.query([])?;
        while let Some(row) = rows.next()? {
            for kept in kept::read(row.get_ref(0)?.as_blob()?) {
                groupings.insert(kept.grouping.into());
                callers.insert(kept.caller);
            }
        }
    }
    for (table, used) in [("grouping", groupings), ("caller", callers)] {
        let mut unused = Vec::new();
        read_each(connection, &format!("SELECT id FROM {table}"), |number| {
            if !used.contains(&number) {
                unused.push(number);
            }
        })?;
        let mut changes = Changes::default();
        let row = checksums::of_row(table, table);
        let mut delete = connection.prepare(&format!(
            "DELETE FROM {table} WHERE id = ?1 RETURNING {row}"
        ))?;
        for number in unused {
            let row = delete.query_row([number], |row| row.get(0))?;
            if table == "grouping" {
                changes.take("grouping", "", row);
            }
        }
        changes.write(connection)?;
    }
    // Sums of days that are gone. A sum that is not zero, but has no rows, is a sign of damage, and stays.
    connection.execute("DELETE FROM checksum WHERE rows = 0 AND sum = 0", [])?;
    Ok(())
}

fn read_each(
    connection: &Connection,
    sql: &str,
    mut each: impl FnMut(i64),
) -> rusqlite::Result<()> {
    let mut all = connection.prepare(sql)?;
    let mut rows = all.query([])?;
    while let Some(row) = rows.next()? {
        each(row.get(0)?);
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "what fails here fails the test")]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::tally::Candidate;

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2025, 11, day).unwrap()
    }

    fn kept(of: NaiveDate, event: u128) -> Kept {
        let noon = crate::sts::Time::of_midnight(of).unwrap().millis() + 43_200_000;
        let since_0 = (noon - crate::sts::Time::MIN.millis()).cast_unsigned();
        Kept {
            candidate: Candidate::of_parts(event, 0, (1 + since_0) << 10, ()),
            grouping: 1,
            caller: 0,
        }
    }

    /// Nine days of which the first three are closed. Something of each open one has come over from
    /// the day before.
    fn nine_days(path: &Path) -> Store {
        let store = Store::open_to_write(path, None, false).unwrap();
        let sql = &store.connection;
        sql.execute_batch(
            "INSERT INTO grouping (id, endpoint) VALUES (1, 'global'), (2, 'other'); \
             INSERT INTO folder (id, path) VALUES (1, '/logs'); \
             INSERT INTO file (id, folder, name, size, modified, checksum, length, outcome, \
             records_read, compressed, decompressed, records, sts_records, not_calls, folded, \
             beyond_window) VALUES (1, 1, 'a', 1, 1, 0, 0, 'read', 0, 1, 1, 21, 21, 0, 9, 0)",
        )
        .unwrap();
        for n in 1..=9 {
            let name = day(n).to_string();
            let is_closed = n <= 3;
            sql.execute(
                "INSERT INTO day (day, first_seen, is_closed, is_stale, duplicates, shared_copies) \
                 VALUES (?1, ?1, ?2, 0, 0, 0)",
                params![name, is_closed],
            )
            .unwrap();
            let calls = if is_closed { 3 } else { 1 };
            sql.execute(
                "INSERT INTO daily (day, grouping, calls, errors, first_event_time, \
                 last_event_time) VALUES (?1, ?2, ?3, 0, 0, 0)",
                params![name, 1 + u32::from(n == 2), calls],
            )
            .unwrap();
            if !is_closed {
                let mut calls = [kept(day(n), n.into()), kept(day(n - 1), (100 + n).into())];
                let mut bytes = Vec::new();
                kept::write(&mut calls, &mut bytes);
                kept::add_row(sql, &name, 1, bytes).unwrap();
            }
        }
        store
    }

    fn state(store: &Store) -> Vec<String> {
        let mut rows = Vec::new();
        for sql in [
            "SELECT value FROM setting WHERE name = 'kept_from'",
            "SELECT id FROM grouping",
            "SELECT folded FROM file",
            "SELECT day || ' ' || is_stale FROM day",
            "SELECT day || ' ' || calls FROM daily",
            "SELECT day || ' ' || length(calls) FROM calls",
            "SELECT day || ' ' || calls FROM forgotten_day",
        ] {
            let mut all = store.connection.prepare(sql).unwrap();
            let of_table = all
                .query_map([], |row| row.get::<_, rusqlite::types::Value>(0))
                .unwrap();
            rows.extend(of_table.map(|value| format!("{:?}", value.unwrap())));
        }
        rows
    }

    #[test]
    fn days_that_are_forgotten_in_many_transactions_are_forgotten_as_in_one() {
        for before in 2..=9 {
            let folder = tempfile::tempdir().unwrap();
            let forget = |name: &str, commit_every| {
                let store = nine_days(&folder.path().join(name));
                let forgotten = forget_days(&store.connection, day(before), commit_every).unwrap();
                (forgotten, state(&store))
            };
            let (at_once, left) = forget("one", Duration::MAX);
            assert_eq!(
                (at_once.clone(), left),
                forget("many", Duration::ZERO),
                "{before}"
            );
            // All calls are somewhere: nine of closed days, two of each open one.
            let open: u32 = (4..before).map(|_| 2).sum();
            let closed = 3 * (before - 1).min(3);
            let came_over = u32::from(before >= 4);
            let forgotten = closed + open + came_over;
            assert_eq!(at_once.calls, u64::from(forgotten), "{before}");
        }
    }
}
