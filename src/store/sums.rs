//! Adding to the tables of sums.

use rusqlite::{Connection, OptionalExtension as _, params};

use super::checksums::{self, Changes};
use crate::sts::Time;
use crate::tally::Measures;

/// What a row of sums becomes when another is added to it.
const ADD: &str = "DO UPDATE SET calls = calls + excluded.calls, errors = errors + excluded.errors, \
                   first_event_time = min(ifnull(first_event_time, excluded.first_event_time), \
                   ifnull(excluded.first_event_time, first_event_time)), \
                   last_event_time = max(ifnull(last_event_time, excluded.last_event_time), \
                   ifnull(excluded.last_event_time, last_event_time))";

/// Adds to the sums of a day.
pub(super) fn add(
    connection: &Connection,
    changes: &mut Changes,
    day: &str,
    grouping: u32,
    caller: i64,
    measures: &Measures,
) -> rusqlite::Result<()> {
    let [calls, errors, first, last] = columns(measures);
    let was = connection
        .prepare_cached(&format!(
            "SELECT {} FROM daily AS t WHERE day = ?1 AND grouping = ?2",
            checksums::of_row("daily", "t")
        ))?
        .query_row(params![day, grouping], |row| row.get(0))
        .optional()?;
    let is = connection
        .prepare_cached(&format!(
            "INSERT INTO daily (day, grouping, calls, errors, first_event_time, last_event_time) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (day, grouping) {ADD} RETURNING {}",
            checksums::of_row("daily", "daily")
        ))?
        .query_row(params![day, grouping, calls, errors, first, last], |row| {
            row.get(0)
        })?;
    note(changes, "daily", day, was, is);
    if caller != 0 {
        let was = connection
            .prepare_cached(&format!(
                "SELECT {} FROM daily_caller AS t WHERE day = ?1 AND grouping = ?2 AND caller = ?3",
                checksums::of_row("daily_caller", "t")
            ))?
            .query_row(params![day, grouping, caller], |row| row.get(0))
            .optional()?;
        let is = connection
            .prepare_cached(&format!(
                "INSERT INTO daily_caller (day, grouping, caller, calls, errors, first_event_time, \
                 last_event_time) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) \
                 ON CONFLICT (day, grouping, caller) {ADD} RETURNING {}",
                checksums::of_row("daily_caller", "daily_caller")
            ))?
            .query_row(
                params![day, grouping, caller, calls, errors, first, last],
                |row| row.get(0),
            )?;
        note(changes, "daily_caller", day, was, is);
    }
    Ok(())
}

fn note(changes: &mut Changes, table: &'static str, day: &str, was: Option<i64>, is: i64) {
    if let Some(was) = was {
        changes.take(table, day, was);
    }
    changes.add(table, day, is);
}

/// Calls, errors, and the times of the first and the last.
pub(super) fn columns(measures: &Measures) -> [Option<i64>; 4] {
    [
        Some(measures.calls.cast_signed()),
        Some(measures.errors.cast_signed()),
        measures.first.map(Time::millis),
        measures.last.map(Time::millis),
    ]
}

/// Counts calls of a day as forgotten.
pub(super) fn note_forgotten(
    connection: &Connection,
    day: &str,
    calls: u64,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO forgotten_day (day, calls) VALUES (?1, ?2) \
             ON CONFLICT (day) DO UPDATE SET calls = calls + excluded.calls",
        )?
        .execute(params![day, calls.cast_signed()])?;
    Ok(())
}
