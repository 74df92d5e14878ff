//! The calls of a file: those of open days are kept one by one, those of closed days go into sums.
//!
//! Owns what becomes of a call by its day, and the ids of what it refers to. Rows of files and what becomes
//! of copies are the writer's.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, params};

use crate::collections::Map;
use crate::store::days::added;
use crate::store::days::day::{NO_DAY, day_name, day_number, since_1970};
use crate::store::days::sums::{self, note_forgotten};
use crate::store::ingest::distinct::RowHasher;
use crate::store::ingest::ids::Ids;
use crate::store::ingest::intake::Delivery;
use crate::store::tables::checksums::Changes;
use crate::store::tables::insert::Insert;
use crate::store::tables::kept::{self, Kept};
use crate::store::tables::schema;

/// What the calls of a file are.
#[derive(Default)]
pub(super) struct Given {
    /// Those of open days: few days, and mostly one.
    pub by_day: Vec<(i64, Vec<Kept>)>,
    pub open: u64,
    /// Those that are in sums of closed days, or forgotten, now or before the file changed.
    pub closed: u64,
    /// Those of them that come too late.
    pub late: u64,
    /// Those of them whose days were forgotten before.
    pub forgotten: u64,
}

impl Given {
    fn of_day(&mut self, day: i64) -> &mut Vec<Kept> {
        let known = self.by_day.iter().rposition(|(known, _)| *known == day);
        let at = known.unwrap_or_else(|| {
            self.by_day.push((day, Vec::new()));
            self.by_day.len() - 1
        });
        &mut self.by_day[at].1
    }
}

/// Writes the calls of files.
pub(super) struct Calls<'c> {
    connection: &'c Connection,
    today: String,
    /// The id that this run will have.
    run: i64,
    /// The day, since 1970, before which everything is forgotten.
    kept_from: i64,
    days: Map<i64, Day>,
    ids: Ids,
    add: Insert<'c>,
}

/// A day of the store.
#[derive(Clone)]
struct Day {
    name: String,
    is_closed: bool,
}

const ADD: &str = "INSERT INTO calls (day, file, calls) VALUES (?1, ?2, ?3)";

impl<'c> Calls<'c> {
    pub fn new(
        connection: &'c Connection,
        today: String,
        run: i64,
        hasher: RowHasher,
    ) -> rusqlite::Result<Calls<'c>> {
        let kept_from = schema::kept_from(connection)?;
        Ok(Calls {
            connection,
            today,
            run,
            kept_from: kept_from.map_or(NO_DAY, since_1970),
            days: Map::default(),
            ids: Ids::new(hasher),
            add: Insert::new(connection, ADD)?,
        })
    }

    /// Gives ids to what a thread has sent for the first time. The sums of new rows are noted in `added`.
    pub fn learn(&mut self, delivery: &Delivery, added: &mut Changes) -> rusqlite::Result<()> {
        let (groupings, callers) = (&delivery.groupings, &delivery.callers);
        self.ids
            .learn(self.connection, delivery.worker, groupings, callers, added)
    }

    /// Tells the calls of a file apart. Those of open days are kept one by one; of closed days there are
    /// only sums. The first `closed_calls` of the latter are in these sums already, from the time before the file
    /// changed: a file that changes only gets longer, or whole. Calls of forgotten days are only
    /// counted.
    pub fn sort_out(&mut self, closed_calls: u64, delivery: &Delivery) -> rusqlite::Result<Given> {
        let mut given = Given::default();
        let mut forgotten_by_day: Map<i64, u64> = Map::default();
        let mut to_skip = closed_calls;
        let mut changes = Changes::default();
        let thread = delivery.worker;
        for candidate in &delivery.candidates {
            let day = candidate.time().map_or(NO_DAY, day_number);
            let kept = Kept {
                candidate: candidate.with(()),
                grouping: self.ids.grouping(thread, candidate.payload.grouping),
                caller: match candidate.payload.caller {
                    0 => 0,
                    number => self.ids.caller(thread, number - 1),
                },
            };
            let is_forgotten = day < self.kept_from && day != NO_DAY;
            if !is_forgotten && !self.is_closed(day)? {
                given.open += 1;
                given.of_day(day).push(kept);
            } else if to_skip > 0 {
                to_skip -= 1;
            } else if is_forgotten {
                *forgotten_by_day.entry(day).or_default() += 1;
            } else {
                given.late += 1;
                let name = self.days[&day].name.clone();
                add_late(self.connection, &mut changes, &name, &kept)?;
            }
        }
        changes.write(self.connection)?;
        for (day, calls) in forgotten_by_day {
            given.forgotten += calls;
            note_forgotten(self.connection, &day_name(day), calls)?;
        }
        given.closed = closed_calls + given.late + given.forgotten;
        Ok(given)
    }

    /// Writes the calls of a file that are of open days. The sums of their rows are noted in `added`.
    pub fn write(
        &mut self,
        file: i64,
        by_day: Vec<(i64, Vec<Kept>)>,
        added: &mut Changes,
    ) -> rusqlite::Result<()> {
        for (day, mut calls) in by_day {
            let mut bytes = Vec::new();
            kept::write(&mut calls, &mut bytes);
            let day = &*self.days[&day].name;
            let row = [day.into(), ValueRef::Integer(file), ValueRef::Blob(&bytes)];
            self.add.row(row)?;
            let row = kept::hash_of_row(day, file, &bytes);
            added.add("calls", day, row);
        }
        Ok(())
    }

    /// Whether a day is closed. A new day is opened, its sums are stale from now on, and gates judge it
    /// again.
    fn is_closed(&mut self, day: i64) -> rusqlite::Result<bool> {
        if let Some(known) = self.days.get(&day) {
            return Ok(known.is_closed);
        }
        let name = match day {
            NO_DAY => String::new(),
            day => day_name(day),
        };
        let is_closed = self
            .connection
            .prepare_cached(
                "INSERT INTO day (day, first_seen, is_closed, is_stale, duplicates, shared_copies, \
                 seen_in) VALUES (?1, ?2, 0, 1, 0, 0, ?3) ON CONFLICT (day) DO UPDATE SET \
                 is_stale = 1 - is_closed RETURNING is_closed",
            )?
            .query_row(params![name, self.today, self.run], |row| row.get(0))?;
        if day != NO_DAY {
            added::note(self.connection, &name, self.run)?;
        }
        self.days.insert(day, Day { name, is_closed });
        Ok(is_closed)
    }
}

/// Adds a late call to the sums of a closed day.
fn add_late(
    connection: &Connection,
    changes: &mut Changes,
    day: &str,
    kept: &Kept,
) -> rusqlite::Result<()> {
    let mut measures = crate::tally::Measures::default();
    measures.add(kept.candidate.time(), kept.candidate.is_error());
    sums::add(
        connection,
        changes,
        day,
        kept.grouping,
        kept.caller,
        &measures,
    )
}
