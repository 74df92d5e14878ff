//! Calls of a day, kept one by one → its sums.
//!
//! A day closes when a window of days has gone by since it was over, or since the store first read
//! of it, whichever is later: an old archive that comes in portions is counted once, too. Its claims
//! are settled as those of a report are, and then dropped.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::time::Instant;

use chrono::{Days, NaiveDate};
use foldhash::quality::RandomState;
use rusqlite::{Connection, params};

use super::calls::{self, Kept};
use super::read::{Grouping, Map, read_groupings};
use super::write::{COMMIT_EVERY, day_name, day_number};
use crate::tally::{Claim, Claims, Dropped, Measures};

type Set<T> = HashSet<T, RandomState>;

struct Day {
    day: NaiveDate,
    first_seen: NaiveDate,
    is_closed: bool,
}

impl Day {
    /// The window over this day is over.
    fn is_past(&self, today: NaiveDate, window: u32) -> bool {
        is_past(self.day.max(self.first_seen), today, window)
    }
}

fn is_past(from: NaiveDate, today: NaiveDate, window: u32) -> bool {
    let end = from.checked_add_days(Days::new(window.into()));
    end.is_some_and(|end| today > end)
}

/// Closes the days whose time has come, each in a transaction of its own. Gives how many.
pub(super) fn close_days(
    connection: &mut Connection,
    today: NaiveDate,
    window: u32,
) -> rusqlite::Result<u64> {
    let days = read_days(connection)?;
    let by_day: Map<NaiveDate, &Day> = days.iter().map(|day| (day.day, day)).collect();
    let mut closing: Set<NaiveDate> = Set::default();
    let mut groupings = None;
    for day in days.iter().filter(|day| !day.is_closed) {
        // Copies of one call may lie on both sides of midnight.
        let before = day.day.pred_opt().and_then(|before| by_day.get(&before));
        let after = day.day.succ_opt();
        let is_past_before =
            before.is_none_or(|before| before.is_closed || closing.contains(&before.day));
        let is_past_after = after.is_none_or(|after| match by_day.get(&after) {
            Some(after) => after.is_closed || after.is_past(today, window),
            None => is_past(after, today, window),
        });
        if day.is_past(today, window) && is_past_before && is_past_after {
            closing.insert(day.day);
            let next = after.filter(|after| by_day.get(after).is_some_and(|day| !day.is_closed));
            let groupings = match &mut groupings {
                Some(groupings) => groupings,
                none => none.insert(read_groupings(connection)?),
            };
            close_day(connection, day.day, next, groupings)?;
        }
    }
    Ok(closing.len() as u64)
}

/// The days of the store, in order, but for that of events without a time, which is never over.
fn read_days(connection: &Connection) -> rusqlite::Result<Vec<Day>> {
    let mut all = connection
        .prepare("SELECT day, first_seen, is_closed FROM day WHERE day <> '' ORDER BY day")?;
    let mut rows = all.query([])?;
    let mut days = Vec::new();
    while let Some(row) = rows.next()? {
        let date = |at| -> rusqlite::Result<Option<NaiveDate>> {
            Ok(row.get_ref(at)?.as_str()?.parse().ok())
        };
        if let (Some(day), Some(first_seen)) = (date(0)?, date(1)?) {
            days.push(Day {
                day,
                first_seen,
                is_closed: row.get(2)?,
            });
        }
    }
    Ok(days)
}

fn close_day(
    connection: &mut Connection,
    day: NaiveDate,
    next: Option<NaiveDate>,
    groupings: &Map<u32, Grouping>,
) -> rusqlite::Result<()> {
    let name = day.to_string();
    let transaction = connection.transaction()?;
    let mut files = read_calls(&transaction, &name)?;
    if let Some(next) = next {
        carry_over(&transaction, &mut files, &next.to_string())?;
    }
    transaction.execute("DELETE FROM daily WHERE day = ?1", [&name])?;
    transaction.execute("DELETE FROM calls WHERE day = ?1", [&name])?;
    for (file, kept) in &files {
        transaction
            .prepare_cached("UPDATE file SET folded = folded + ?2 WHERE id = ?1")?
            .execute(params![file, kept.len()])?;
    }
    let (sums, dropped) = settle(files.into_iter().flat_map(|(_, kept)| kept), groupings);
    for ((day, grouping, caller), measures) in sums {
        add(&transaction, &day_name(day), grouping, caller, &measures)?;
    }
    note_settled(&transaction, &name, true, dropped)?;
    transaction.commit()
}

/// Brings the sums of open days up to what was read of them.
pub(super) fn sum_open_days(connection: &Connection) -> rusqlite::Result<()> {
    let stale: Vec<String> = connection
        .prepare("SELECT day FROM day WHERE is_stale = 1 AND is_closed = 0 ORDER BY day")?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    if stale.is_empty() {
        return Ok(());
    }
    let groupings = read_groupings(connection)?;
    let mut transaction = connection.unchecked_transaction()?;
    let mut begun = Instant::now();
    for day in stale {
        // Each transaction costs the disk several waits; one without an end costs room.
        if begun.elapsed() > COMMIT_EVERY {
            transaction.commit()?;
            transaction = connection.unchecked_transaction()?;
            begun = Instant::now();
        }
        let files = read_calls(&transaction, &day)?;
        let (sums, dropped) = settle(files.into_iter().flat_map(|(_, kept)| kept), &groupings);
        let mut by_grouping: Map<u32, Measures> = Map::default();
        for ((_, grouping, _), measures) in sums {
            *by_grouping.entry(grouping).or_default() += measures;
        }
        let mut by_grouping: Vec<_> = by_grouping.into_iter().collect();
        by_grouping.sort_unstable_by_key(|(grouping, _)| *grouping);
        transaction.execute("DELETE FROM daily WHERE day = ?1", [&day])?;
        for (grouping, measures) in by_grouping {
            add(&transaction, &day, grouping, 0, &measures)?;
        }
        note_settled(&transaction, &day, false, dropped)?;
    }
    transaction.commit()
}

/// Notes that the sums of a day are up to date, and whether they are so for good.
fn note_settled(
    connection: &Connection,
    day: &str,
    is_closed: bool,
    dropped: Dropped,
) -> rusqlite::Result<()> {
    connection.execute(
        "UPDATE day SET is_closed = ?2, is_stale = 0, duplicates = ?3, shared_copies = ?4 \
         WHERE day = ?1",
        params![
            day,
            is_closed,
            dropped.duplicates.cast_signed(),
            dropped.shared_copies.cast_signed()
        ],
    )?;
    Ok(())
}

/// Calls of files.
type OfFiles = Vec<(i64, Vec<Kept>)>;

fn read_calls(connection: &Connection, day: &str) -> rusqlite::Result<OfFiles> {
    let mut all = connection.prepare_cached("SELECT file, calls FROM calls WHERE day = ?1")?;
    let mut rows = all.query([day])?;
    let mut files = Vec::new();
    while let Some(row) = rows.next()? {
        files.push((
            row.get(0)?,
            calls::read(row.get_ref(1)?.as_blob()?).collect(),
        ));
    }
    Ok(files)
}

/// Puts off what is of one call with something of the next day, until that day closes.
fn carry_over(connection: &Connection, files: &mut OfFiles, next: &str) -> rusqlite::Result<()> {
    let ids = |kept: &Kept| [kept.claim.event(), kept.claim.shared()];
    let of_next: Set<u128> = read_calls(connection, next)?
        .iter()
        .flat_map(|(_, kept)| kept.iter().flat_map(ids))
        .filter(|&id| id != 0)
        .collect();
    if of_next.is_empty() {
        return Ok(());
    }
    // What is linked to something that is linked is linked, too.
    let mut linked: Set<u128> = Set::default();
    loop {
        let before = linked.len();
        for kept in files.iter().flat_map(|(_, kept)| kept) {
            let ids = ids(kept);
            if (ids.iter()).any(|id| of_next.contains(id) || linked.contains(id)) {
                linked.extend(ids.into_iter().filter(|&id| id != 0));
            }
        }
        if linked.len() == before {
            break;
        }
    }
    let mut bytes = Vec::new();
    for (file, kept) in files.iter_mut() {
        bytes.clear();
        kept.retain(|kept| {
            let is_linked = ids(kept).iter().any(|id| linked.contains(id));
            if is_linked {
                calls::write(kept, &mut bytes);
            }
            !is_linked
        });
        if !bytes.is_empty() {
            connection
                .prepare_cached("INSERT INTO calls (file, day, calls) VALUES (?1, ?2, ?3)")?
                .execute(params![*file, next, bytes])?;
            connection.execute("UPDATE day SET is_stale = 1 WHERE day = ?1", [next])?;
        }
    }
    Ok(())
}

/// Sums by day since 1970, grouping, caller.
type Sums = Map<(i64, u32, i64), Measures>;

/// Decides what counts once, and sums up.
fn settle(kept: impl Iterator<Item = Kept>, groupings: &Map<u32, Grouping>) -> (Sums, Dropped) {
    let mut sums = Sums::default();
    // Claims have room for small numbers only.
    let mut callers = vec![0];
    let mut numbers: Map<i64, u32> = Map::default();
    let mut open = Claims::default();
    let mut count = |claim: &Claim, caller: i64| {
        let day = claim.time().map_or(0, day_number);
        sums.entry((day, claim.slot, caller))
            .or_default()
            .add(claim.time(), claim.is_error());
    };
    for kept in kept {
        let mut claim = kept.claim.placed(kept.grouping, 0);
        if claim.stands_alone() {
            count(&claim, kept.caller);
            continue;
        }
        if kept.caller != 0 {
            claim.principal = *numbers.entry(kept.caller).or_insert_with(|| {
                callers.push(kept.caller);
                callers.len() as u32 - 1
            });
        }
        open.push(claim);
    }
    // Where two deliveries differ, which one counts is not promised; but it is not chance either.
    let by_content = |a: &Claim, b: &Claim| {
        let caller = |claim: &Claim| callers[claim.principal as usize];
        let values = |claim: &Claim| groupings.get(&claim.slot).map(|grouping| &grouping.values);
        if a.slot == b.slot {
            Ordering::Equal
        } else {
            values(a).cmp(&values(b))
        }
        .then_with(|| caller(a).cmp(&caller(b)))
    };
    let dropped = open.settle(by_content, |claim| {
        count(claim, callers[claim.principal as usize]);
    });
    (sums, dropped)
}

/// Adds to the sums of a day.
pub(super) fn add(
    connection: &Connection,
    day: &str,
    grouping: u32,
    caller: i64,
    measures: &Measures,
) -> rusqlite::Result<()> {
    const UPDATE: &str = "calls = calls + excluded.calls, errors = errors + excluded.errors, \
        first_event_time = min(ifnull(first_event_time, excluded.first_event_time), \
        ifnull(excluded.first_event_time, first_event_time)), \
        last_event_time = max(ifnull(last_event_time, excluded.last_event_time), \
        ifnull(excluded.last_event_time, last_event_time))";
    let (calls, errors) = (measures.calls.cast_signed(), measures.errors.cast_signed());
    let first = measures.first.map(crate::sts::Time::millis);
    let last = measures.last.map(crate::sts::Time::millis);
    connection
        .prepare_cached(&format!(
            "INSERT INTO daily VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
             ON CONFLICT (day, grouping) DO UPDATE SET {UPDATE}"
        ))?
        .execute(params![day, grouping, calls, errors, first, last])?;
    if caller != 0 {
        connection
            .prepare_cached(&format!(
                "INSERT INTO daily_caller VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) \
                 ON CONFLICT (day, grouping, caller) DO UPDATE SET {UPDATE}"
            ))?
            .execute(params![day, grouping, caller, calls, errors, first, last])?;
    }
    Ok(())
}
