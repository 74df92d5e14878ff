//! Decides which of a day's calls count.
//!
//! Nearly every call is delivered once, and which ones may not be is told in a few bytes a call
//! ([`Filter`]). Only those are held in memory to be compared, so that a day needs no more room than
//! its copies and its sums do, however many calls it has.

use std::cmp::Ordering;

use rusqlite::Connection;

use super::calls::{self, Kept};
use super::collect::Numbers;
use super::grouping::{Grouping, read_grouping};
use super::hashed::{Map, Set};
use crate::tally::{Candidate, Candidates, Dropped, Filter};

/// Hands the calls of a day to `each`, with the number of the file each came from.
pub(super) fn each_call(
    connection: &Connection,
    day: &str,
    mut each: impl FnMut(i64, Kept),
) -> rusqlite::Result<()> {
    let mut all = connection.prepare_cached("SELECT file, calls FROM calls WHERE day = ?1")?;
    let mut rows = all.query([day])?;
    while let Some(row) = rows.next()? {
        let file = row.get(0)?;
        calls::read(row.get_ref(1)?.as_blob()?).for_each(|kept| each(file, kept));
    }
    Ok(())
}

/// Which identities among the calls of a day may occur more than once; `None` if there is no call.
pub(super) fn repeats_of(connection: &Connection, day: &str) -> rusqlite::Result<Option<Filter>> {
    let bytes: usize = connection
        .prepare_cached("SELECT ifnull(sum(length(calls)), 0) FROM calls WHERE day = ?1")?
        .query_row([day], |row| row.get(0))?;
    if bytes == 0 {
        return Ok(None);
    }
    let mut repeats = Filter::with_room_for(bytes / calls::SIZE);
    each_call(connection, day, |_, kept| {
        identities(&kept).for_each(|id| repeats.note(id));
    })?;
    Ok(Some(repeats))
}

/// What tells a call to be a copy of another.
pub(super) fn identities(kept: &Kept) -> impl Iterator<Item = u128> {
    let ids = [kept.claim.event(), kept.claim.shared()];
    ids.into_iter().filter(|&id| id != 0)
}

/// Hands those calls of a day to `each` that count; what is `put_off` does not take part.
pub(super) fn settle(
    connection: &Connection,
    day: &str,
    put_off: impl Fn(&Kept) -> bool,
    mut each: impl FnMut(&Kept),
) -> rusqlite::Result<Dropped> {
    let Some(repeats) = repeats_of(connection, day)? else {
        return Ok(Dropped::default());
    };
    let mut held = Candidates::<Numbers>::default();
    // Claims have room for small numbers only.
    let mut callers = vec![0];
    let mut numbers: Map<i64, u32> = Map::default();
    each_call(connection, day, |_, kept| {
        if put_off(&kept) {
            return;
        }
        if kept.claim.counts_alone() || !identities(&kept).any(|id| repeats.may_repeat(id)) {
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
        held.push(kept.claim.with(Numbers {
            grouping: kept.grouping,
            caller: number,
        }));
    })?;
    drop(repeats);
    let mut groupings: Map<u32, Grouping> = Map::default();
    for number in disputed(&held) {
        groupings.extend(read_grouping(connection, number)?.map(|grouping| (number, grouping)));
    }
    // Where two deliveries differ, which one counts is not promised; but it is not chance either.
    let by_content = |a: &Candidate<Numbers>, b: &Candidate<Numbers>| {
        let caller = |claim: &Candidate<Numbers>| callers[claim.payload.caller as usize];
        let values = |claim: &Candidate<Numbers>| {
            groupings
                .get(&claim.payload.grouping)
                .map(|grouping| &grouping.values)
        };
        if a.payload.grouping == b.payload.grouping {
            Ordering::Equal
        } else {
            values(a).cmp(&values(b))
        }
        .then_with(|| caller(a).cmp(&caller(b)))
    };
    Ok(held.resolve(by_content, |claim| {
        each(&Kept {
            claim: claim.with(()),
            grouping: claim.payload.grouping,
            caller: callers[claim.payload.caller as usize],
        });
    }))
}

/// The groupings that may be compared: of claims to one identity, where not all are of one grouping.
fn disputed(held: &Candidates<Numbers>) -> Set<u32> {
    let mut first: Map<u128, u32> = Map::default();
    let mut disputed = Set::default();
    for claim in held.iter() {
        for id in [claim.event(), claim.shared()] {
            if id == 0 {
                continue;
            }
            let first = *first.entry(id).or_insert(claim.payload.grouping);
            if first != claim.payload.grouping {
                disputed.extend([first, claim.payload.grouping]);
            }
        }
    }
    disputed
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{column, schema};
    use super::*;

    /// What counts, in an order that does not depend on who decided it.
    type Standing = (Vec<(u128, u32, i64)>, Dropped);

    fn sorted(mut standing: Vec<Kept>, dropped: Dropped) -> Standing {
        standing.sort_unstable_by_key(|kept| (kept.claim.event(), kept.grouping, kept.caller));
        let told = |kept: Kept| (kept.claim.event(), kept.grouping, kept.caller);
        (standing.into_iter().map(told).collect(), dropped)
    }

    /// All claims are held, and all groupings compared.
    fn settled_at_once(calls: &[Kept], value: impl Fn(u32) -> String + Sync) -> Standing {
        let mut held = Candidates::<Numbers>::default();
        let mut standing = Vec::new();
        for kept in calls {
            let claim = kept.claim.with(Numbers {
                grouping: kept.grouping,
                caller: kept.caller as u32,
            });
            if claim.counts_alone() {
                standing.push(*kept);
            } else {
                held.push(claim);
            }
        }
        let by_content = |a: &Candidate<Numbers>, b: &Candidate<Numbers>| {
            (value(a.payload.grouping).cmp(&value(b.payload.grouping)))
                .then(a.payload.caller.cmp(&b.payload.caller))
        };
        let dropped = held.resolve(by_content, |claim| {
            standing.push(Kept {
                claim: claim.with(()),
                grouping: claim.payload.grouping,
                caller: claim.payload.caller.into(),
            });
        });
        sorted(standing, dropped)
    }

    proptest! {
        #[test]
        fn a_day_settles_as_if_all_its_calls_were_held(
            calls in proptest::collection::vec(
                (0..30_u128, 0..4_u128, 0..3_u64, 1..5_u32, 0..3_i64), 0..80),
        ) {
            const SPREAD: u128 = 0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835;
            let calls: Vec<Kept> = (calls.into_iter())
                .map(|(event, shared, packed, grouping, caller)| Kept {
                    claim: Candidate::of_parts(
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
            connection.execute_batch(&column::grouping_table()).unwrap();
            for grouping in 1..5 {
                let sql = "INSERT INTO grouping (id, principal) VALUES (?1, ?2)";
                connection.execute(sql, (grouping, value(grouping))).unwrap();
            }
            connection.pragma_update(None, "foreign_keys", false).unwrap();
            for (file, calls) in calls.chunks(30).enumerate() {
                let mut bytes = Vec::new();
                calls.iter().for_each(|kept| calls::write(kept, &mut bytes));
                let sql = "INSERT INTO calls (file, day, calls) VALUES (?1, 'day', ?2)";
                connection.execute(sql, (file, bytes)).unwrap();
            }
            let mut standing = Vec::new();
            let dropped = settle(&connection, "day", |_| false, |kept| standing.push(*kept)).unwrap();
            prop_assert_eq!(sorted(standing, dropped), settled_at_once(&calls, value));
        }
    }
}
