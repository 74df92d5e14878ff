//! Decides which of a day's calls count.
//!
//! Nearly every call is delivered once, and a [`Filter`] tells in little memory which ones may not be.
//! Only those are kept in memory to be compared, so that a day needs no more memory than its copies and
//! its sums do, however many calls it has.

use std::cmp::Ordering;

use rusqlite::Connection;

use crate::collections::{Map, Set};
use crate::store::tables::grouping::Groupings;
use crate::store::tables::kept::{self, Kept, SmallIds};
use crate::tally::{Candidate, Candidates, Dropped, Filter};

/// Hands the calls of a day to `each`, with the id of the file each came from.
pub(in crate::store) fn each_call(
    connection: &Connection,
    day: &str,
    mut each: impl FnMut(i64, Kept),
) -> rusqlite::Result<()> {
    each_row(connection, day, |file, calls| {
        kept::read(calls).for_each(|kept| each(file, kept));
    })
}

/// Hands the calls of a day to `each` as they are kept, file by file.
fn each_row(
    connection: &Connection,
    day: &str,
    mut each: impl FnMut(i64, &[u8]),
) -> rusqlite::Result<()> {
    let mut all = connection.prepare_cached("SELECT file, calls FROM calls WHERE day = ?1")?;
    let mut rows = all.query([day])?;
    while let Some(row) = rows.next()? {
        each(row.get(0)?, row.get_ref(1)?.as_blob()?);
    }
    Ok(())
}

/// Which identities among the calls of a day may occur more than once; `None` if the day has no calls.
pub(in crate::store) fn filter_of(
    connection: &Connection,
    day: &str,
) -> rusqlite::Result<Option<Filter>> {
    let bytes: usize = connection
        .prepare_cached("SELECT ifnull(sum(length(calls)), 0) FROM calls WHERE day = ?1")?
        .query_row([day], |row| row.get(0))?;
    if bytes == 0 {
        return Ok(None);
    }
    let mut filter = Filter::with_room_for(bytes / kept::BYTES);
    each_row(connection, day, |_, calls| note(&mut filter, calls))?;
    Ok(Some(filter))
}

/// The same of all open days together.
pub(in crate::store) fn filter_of_all(connection: &Connection) -> rusqlite::Result<Option<Filter>> {
    let bytes: usize = connection.query_row(
        "SELECT ifnull(sum(length(calls)), 0) FROM calls",
        [],
        |row| row.get(0),
    )?;
    if bytes == 0 {
        return Ok(None);
    }
    let mut filter = Filter::with_room_for(bytes / kept::BYTES);
    let mut all = connection.prepare("SELECT calls FROM calls")?;
    let mut rows = all.query([])?;
    while let Some(row) = rows.next()? {
        note(&mut filter, row.get_ref(0)?.as_blob()?);
    }
    Ok(Some(filter))
}

/// How many calls a filter is asked about at once. The filter is larger than any cache: where nothing comes
/// between the questions, the processor waits for many answers in the time of one. `report` over ten
/// million calls took 6.5 s with the work on a call between them, and takes 4.6 s.
const AT_ONCE: usize = 128;

/// Notes the identities of a row's calls.
fn note(filter: &mut Filter, calls: &[u8]) {
    let mut calls = kept::read(calls);
    let mut some = Vec::new();
    while take_some(&mut calls, &mut some) {
        for kept in &some {
            identities(kept).for_each(|id| filter.note(id));
        }
    }
}

/// Hands the calls of a row to `each`, with whether one may have a copy.
pub(in crate::store) fn each_told(filter: &Filter, calls: &[u8], mut each: impl FnMut(Kept, bool)) {
    let mut calls = kept::read(calls);
    let (mut some, mut told) = (Vec::new(), Vec::new());
    while take_some(&mut calls, &mut some) {
        told.clear();
        told.extend((some.iter()).map(|kept| identities(kept).any(|id| filter.may_repeat(id))));
        for (&kept, &may_repeat) in some.iter().zip(&told) {
            each(kept, may_repeat);
        }
    }
}

/// Takes the next calls; says whether there are any.
fn take_some(calls: &mut kept::Calls<'_>, some: &mut Vec<Kept>) -> bool {
    some.clear();
    some.extend(calls.by_ref().take(AT_ONCE));
    !some.is_empty()
}

/// The ids that a call shares with its copies.
pub(in crate::store) fn identities(kept: &Kept) -> impl Iterator<Item = u128> {
    let ids = [kept.candidate.event(), kept.candidate.shared()];
    ids.into_iter().filter(|&id| id != 0)
}

/// Hands those calls of a day to `each` that count; calls that are `put_off` are left out.
pub(in crate::store) fn resolve(
    connection: &Connection,
    day: &str,
    put_off: impl Fn(&Kept) -> bool,
    mut each: impl FnMut(&Kept),
) -> rusqlite::Result<Dropped> {
    let Some(filter) = filter_of(connection, day)? else {
        return Ok(Dropped::default());
    };
    let mut candidates = Candidates::<SmallIds>::default();
    // A payload has room for 32 bits, so callers get numbers of their own.
    let mut callers = vec![0];
    let mut numbers: Map<i64, u32> = Map::default();
    let mut take = |kept: Kept, may_repeat: bool| {
        if put_off(&kept) {
            return;
        }
        if kept.candidate.counts_alone() || !may_repeat {
            each(&kept);
            return;
        }
        let number = match kept.caller {
            0 => 0,
            caller => *numbers.entry(caller).or_insert_with(|| {
                callers.push(caller);
                callers.len() as u32 - 1
            }),
        };
        candidates.push(kept.candidate.with(SmallIds {
            grouping: kept.grouping,
            caller: number,
        }));
    };
    each_row(connection, day, |_, calls| {
        each_told(&filter, calls, &mut take)
    })?;
    drop(filter);
    let groupings = Groupings::read_some(connection, disputed(&candidates))?;
    // Where two deliveries differ, which one counts is not promised, but it is the same on every run.
    let by_content = |a: &Candidate<SmallIds>, b: &Candidate<SmallIds>| {
        let caller = |candidate: &Candidate<SmallIds>| callers[candidate.payload.caller as usize];
        let grouping = |candidate: &Candidate<SmallIds>| groupings.get(candidate.payload.grouping);
        if a.payload.grouping == b.payload.grouping {
            Ordering::Equal
        } else {
            match (grouping(a), grouping(b)) {
                (Some(a), Some(b)) => a.compare(&b),
                (a, b) => a.is_some().cmp(&b.is_some()),
            }
        }
        .then_with(|| caller(a).cmp(&caller(b)))
    };
    Ok(candidates.resolve(by_content, |candidate| {
        each(&Kept {
            candidate: candidate.with(()),
            grouping: candidate.payload.grouping,
            caller: callers[candidate.payload.caller as usize],
        });
    }))
}

/// The groupings that may be compared: of candidates to one identity, where not all are of one grouping.
fn disputed(candidates: &Candidates<SmallIds>) -> Set<u32> {
    let mut first: Map<u128, u32> = Map::default();
    let mut disputed = Set::default();
    for candidate in candidates.iter() {
        for id in [candidate.event(), candidate.shared()] {
            if id == 0 {
                continue;
            }
            let first = *first.entry(id).or_insert(candidate.payload.grouping);
            if first != candidate.payload.grouping {
                disputed.extend([first, candidate.payload.grouping]);
            }
        }
    }
    disputed
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::store::tables::{columns, schema};

    /// What counts, in an order that does not depend on who decided it.
    type Survivors = (Vec<(u128, u32, i64)>, Dropped);

    fn sorted(mut survivors: Vec<Kept>, dropped: Dropped) -> Survivors {
        survivors.sort_unstable_by_key(|kept| (kept.candidate.event(), kept.grouping, kept.caller));
        let told = |kept: Kept| (kept.candidate.event(), kept.grouping, kept.caller);
        (survivors.into_iter().map(told).collect(), dropped)
    }

    /// Every call is compared, and every grouping.
    fn resolved_at_once(calls: &[Kept], value: impl Fn(u32) -> String + Sync) -> Survivors {
        let mut candidates = Candidates::<SmallIds>::default();
        let mut survivors = Vec::new();
        for kept in calls {
            let candidate = kept.candidate.with(SmallIds {
                grouping: kept.grouping,
                caller: kept.caller as u32,
            });
            if candidate.counts_alone() {
                survivors.push(*kept);
            } else {
                candidates.push(candidate);
            }
        }
        let by_content = |a: &Candidate<SmallIds>, b: &Candidate<SmallIds>| {
            (value(a.payload.grouping).cmp(&value(b.payload.grouping)))
                .then(a.payload.caller.cmp(&b.payload.caller))
        };
        let dropped = candidates.resolve(by_content, |candidate| {
            survivors.push(Kept {
                candidate: candidate.with(()),
                grouping: candidate.payload.grouping,
                caller: candidate.payload.caller.into(),
            });
        });
        sorted(survivors, dropped)
    }

    proptest! {
        #[test]
        fn a_day_is_resolved_as_if_all_its_calls_were_held(
            calls in proptest::collection::vec(
                (0..30_u128, 0..4_u128, 0..3_u64, 1..5_u32, 0..3_i64), 0..80),
        ) {
            const SPREAD: u128 = 0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835;
            let calls: Vec<Kept> = (calls.into_iter())
                .map(|(event, shared, packed, grouping, caller)| Kept {
                    candidate: Candidate::of_parts(
                        event.wrapping_mul(SPREAD),
                        if event % 3 == 0 { shared.wrapping_mul(!SPREAD) } else { 0 },
                        packed << 6,
                        (),
                    ),
                    grouping,
                    caller,
                })
                .collect();
            // The order of the values is not that of the numbers.
            let value = |grouping: u32| format!("value-{}", 10 - grouping);
            let connection = Connection::open_in_memory().unwrap();
            connection.execute_batch(schema::SCHEMA).unwrap();
            connection.execute_batch(&columns::grouping_table()).unwrap();
            for grouping in 1..5 {
                let sql = "INSERT INTO grouping (id, principal) VALUES (?1, ?2)";
                connection.execute(sql, (grouping, value(grouping))).unwrap();
            }
            connection.pragma_update(None, "foreign_keys", false).unwrap();
            for (file, calls) in calls.chunks(30).enumerate() {
                let mut bytes = Vec::new();
                kept::write(&mut calls.to_vec(), &mut bytes);
                let sql = "INSERT INTO calls (file, day, calls) VALUES (?1, 'day', ?2)";
                connection.execute(sql, (file, bytes)).unwrap();
            }
            let mut survivors = Vec::new();
            let dropped = resolve(&connection, "day", |_| false, |kept| survivors.push(*kept)).unwrap();
            prop_assert_eq!(sorted(survivors, dropped), resolved_at_once(&calls, value));
        }
    }
}
