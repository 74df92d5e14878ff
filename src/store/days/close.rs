//! The calls of a day, kept one by one → its sums.
//!
//! A day is closed when the window has passed since the end of the day, or since the store first read of
//! it, whichever is later: so an old archive that is read in portions is counted once, too. Its
//! candidates are resolved as those of a report are, and then deleted.

use chrono::{Days, NaiveDate};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, params};

use super::day::{day_name, day_number};
use super::resolve::{each_call, filter_of, identities, resolve};
use super::sums::{add, columns};
use crate::collections::{Map, Set};
use crate::store::tables::batch::Batch;
use crate::store::tables::checksums::{self, Changes, Sum};
use crate::store::tables::kept::{self, Kept};
use crate::tally::{Dropped, Measures};

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

/// Closes the days whose window is over. Returns how many.
pub(in crate::store) fn close_days(
    batch: &mut Batch<'_>,
    today: NaiveDate,
    window: u32,
) -> rusqlite::Result<u64> {
    let days = read_days(batch.step()?)?;
    let by_day: Map<NaiveDate, &Day> = days.iter().map(|day| (day.day, day)).collect();
    let mut closing: Set<NaiveDate> = Set::default();
    for day in days.iter().filter(|day| !day.is_closed) {
        // Copies of one call may be on both sides of midnight.
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
            close_day(batch.step()?, day.day, next)?;
        }
    }
    Ok(closing.len() as u64)
}

/// The days of the store, in order, except that of events without a time, which is never over.
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

/// Sums by day since 1970, grouping, caller.
type Sums = Map<(i64, u32, i64), Measures>;

fn close_day(
    connection: &Connection,
    day: NaiveDate,
    next: Option<NaiveDate>,
) -> rusqlite::Result<()> {
    let name = day.to_string();
    // Copies of one call may be on both sides of midnight, and one may lack a time.
    let mut linked = Linked::default();
    for other in next
        .map(|next| next.to_string())
        .into_iter()
        .chain([String::new()])
    {
        carry_over(connection, &name, &other, &mut linked)?;
    }
    let mut sums = Sums::default();
    let is_linked = |kept: &Kept| linked.has(kept);
    let dropped = resolve(connection, &name, is_linked, |kept| {
        let day = kept.candidate.time().map_or(0, day_number);
        sums.entry((day, kept.grouping, kept.caller))
            .or_default()
            .add(kept.candidate.time(), kept.candidate.is_error());
    })?;
    let mut closed_calls: Map<i64, u64> = Map::default();
    each_call(connection, &name, |file, kept| {
        *closed_calls.entry(file).or_default() += u64::from(!linked.has(&kept));
    })?;
    for (file, closed_calls) in closed_calls {
        connection
            .prepare_cached("UPDATE file SET folded = folded + ?2 WHERE id = ?1")?
            .execute(params![file, closed_calls.cast_signed()])?;
    }
    let mut changes = Changes::default();
    changes.take_day(connection, "daily", &name)?;
    connection.execute("DELETE FROM daily WHERE day = ?1", [&name])?;
    connection.execute("DELETE FROM calls WHERE day = ?1", [&name])?;
    let mut sums: Vec<_> = sums.into_iter().collect();
    sums.sort_unstable_by_key(|(of, _)| *of);
    for ((day, grouping, caller), measures) in sums {
        let day = day_name(day);
        add(connection, &mut changes, &day, grouping, caller, &measures)?;
    }
    changes.write(connection)?;
    note_resolved(connection, &name, true, dropped)
}

/// Brings the sums of open days up to what was read of them.
pub(in crate::store) fn sum_open_days(batch: &mut Batch<'_>) -> rusqlite::Result<()> {
    let stale: Vec<String> = batch
        .step()?
        .prepare("SELECT day FROM day WHERE is_stale = 1 AND is_closed = 0 ORDER BY day")?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for day in stale {
        sum_open_day(batch.step()?, &day)?;
    }
    Ok(())
}

fn sum_open_day(connection: &Connection, day: &str) -> rusqlite::Result<()> {
    let mut sums: Map<u32, Measures> = Map::default();
    let dropped = resolve(
        connection,
        day,
        |_| false,
        |kept| {
            sums.entry(kept.grouping)
                .or_default()
                .add(kept.candidate.time(), kept.candidate.is_error());
        },
    )?;
    let mut sums: Vec<_> = sums.into_iter().collect();
    // In the order of the table, so that rows are added at its end.
    sums.sort_unstable_by_key(|(grouping, _)| *grouping);
    connection.execute("DELETE FROM daily WHERE day = ?1", [day])?;
    let mut many = connection.prepare_cached(&insert_rows(AT_ONCE))?;
    let mut sum = Sum::default();
    for rows in sums.chunks(AT_ONCE) {
        let mut rest = None;
        let insert = match rows.len() {
            AT_ONCE => &mut many,
            fewer => rest.insert(connection.prepare_cached(&insert_rows(fewer))?),
        };
        insert.raw_bind_parameter(1, day)?;
        for (at, (grouping, measures)) in rows.iter().enumerate() {
            let [calls, errors, first, last] = columns(measures);
            let values = [Some((*grouping).into()), calls, errors, first, last];
            for (column, value) in values.into_iter().enumerate() {
                insert.raw_bind_parameter(2 + values.len() * at + column, value)?;
            }
            let values = values.map(|value| value.map_or(ValueRef::Null, ValueRef::Integer));
            let row = std::iter::once(ValueRef::from(day)).chain(values);
            sum.add(checksums::hash("daily", row));
        }
        insert.raw_execute()?;
    }
    checksums::set(connection, "daily", day, sum)?;
    note_resolved(connection, day, false, dropped)
}

/// How many rows of sums are added at once. In a table of this form alone, in memory, 20,000 rows took 0.3 µs
/// each, and one by one 0.5 µs.
const AT_ONCE: usize = 16;

/// Adds rows to `daily`, of the day that is bound first.
///
/// `OR FAIL` keeps no account of what a statement has changed, so that it could be taken back alone: a third of
/// its time. Where it fails, the whole transaction is taken back.
fn insert_rows(count: usize) -> String {
    let row = "(?1, ?, ?, ?, ?, ?)";
    format!(
        "INSERT OR FAIL INTO daily (day, grouping, calls, errors, first_event_time, last_event_time) VALUES {}",
        vec![row; count].join(", ")
    )
}

/// Notes that the sums of a day are up to date, and whether they are final.
fn note_resolved(
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

/// The identities of calls that have copies in a day that stays open.
#[derive(Default)]
struct Linked(Set<u128>);

impl Linked {
    fn has(&self, kept: &Kept) -> bool {
        !self.0.is_empty() && identities(kept).any(|id| self.0.contains(&id))
    }
}

/// Puts off calls that have copies in another day until that day closes. `linked` is put off already;
/// what is found is added to it.
fn carry_over(
    connection: &Connection,
    day: &str,
    other: &str,
    linked: &mut Linked,
) -> rusqlite::Result<()> {
    // First find the calls that may be linked, which takes little memory; then those that are.
    let Some(of_other) = filter_of(connection, other)? else {
        return Ok(());
    };
    let mut possible: Set<u128> = Set::default();
    each_call(connection, day, |_, kept| {
        if !linked.has(&kept) {
            possible.extend(identities(&kept).filter(|&id| of_other.may_have(id)));
        }
    })?;
    drop(of_other);
    let mut found = Linked::default();
    if possible.is_empty() {
        return Ok(());
    }
    each_call(connection, other, |_, kept| {
        let ids = identities(&kept).filter(|id| possible.contains(id));
        found.0.extend(ids);
    })?;
    // What is linked to something that is linked is linked, too.
    let mut before = 0;
    while found.0.len() > before {
        before = found.0.len();
        each_call(connection, day, |_, kept| {
            if found.has(&kept) {
                found.0.extend(identities(&kept));
            }
        })?;
    }
    if found.0.is_empty() {
        return Ok(());
    }
    let mut carried: Map<i64, Vec<Kept>> = Map::default();
    each_call(connection, day, |file, kept| {
        if found.has(&kept) && !linked.has(&kept) {
            carried.entry(file).or_default().push(kept);
        }
    })?;
    for (file, mut calls) in carried {
        let mut bytes = Vec::new();
        kept::write(&mut calls, &mut bytes);
        kept::add_row(connection, other, file, bytes)?;
    }
    connection.execute("UPDATE day SET is_stale = 1 WHERE day = ?1", [other])?;
    linked.0.extend(found.0);
    Ok(())
}
