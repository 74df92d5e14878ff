//! Adding to the tables of sums.

use rusqlite::{Connection, params};

use crate::sts::Time;
use crate::tally::Measures;

/// What a row of sums becomes when another is added to it.
macro_rules! add_to_sums {
    () => {
        "DO UPDATE SET calls = calls + excluded.calls, errors = errors + excluded.errors, \
         first_event_time = min(ifnull(first_event_time, excluded.first_event_time), \
         ifnull(excluded.first_event_time, first_event_time)), \
         last_event_time = max(ifnull(last_event_time, excluded.last_event_time), \
         ifnull(excluded.last_event_time, last_event_time))"
    };
}

/// Adds to the sums of a day.
pub(super) fn add(
    connection: &Connection,
    day: &str,
    grouping: u32,
    caller: i64,
    measures: &Measures,
) -> rusqlite::Result<()> {
    let [calls, errors, first, last] = columns(measures);
    connection
        .prepare_cached(concat!(
            "INSERT INTO daily (day, grouping, calls, errors, first_event_time, last_event_time) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (day, grouping) ",
            add_to_sums!()
        ))?
        .execute(params![day, grouping, calls, errors, first, last])?;
    if caller != 0 {
        connection
            .prepare_cached(concat!(
                "INSERT INTO daily_caller (day, grouping, caller, calls, errors, first_event_time, \
                 last_event_time) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) \
                 ON CONFLICT (day, grouping, caller) ",
                add_to_sums!()
            ))?
            .execute(params![day, grouping, caller, calls, errors, first, last])?;
    }
    Ok(())
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
