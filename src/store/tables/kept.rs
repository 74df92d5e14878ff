//! Calls of open days as bytes: the candidate, the grouping and the caller of each.
//!
//! Owns the format of the column `calls.calls`. A call takes some 22 bytes, or 38 if it is a copy for
//! another account: 16 are the hash that its copies are told by, and the rest says what differs from the
//! call before. As rows with an index over them, calls would take four times that.
//!
//! Calls are in runs: how many they are, the first time of any, then the calls in the order of their
//! groupings. What is read of a run does not depend on what is in front of it, so runs may follow one
//! another.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension as _, params};

use super::checksums::{self, Changes};
use crate::tally::{Candidate, Reader, Written as _};

/// A call as it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) struct Kept {
    pub candidate: Candidate<()>,
    /// The id in `grouping`.
    pub grouping: u32,
    /// The id in `caller`; 0 for none.
    pub caller: i64,
}

/// What takes the place of the ids of a grouping and a caller in memory: a candidate has room for small
/// numbers only.
#[derive(Clone, Copy, Debug)]
pub(in crate::store) struct SmallIds {
    /// Of the grouping.
    pub grouping: u32,
    /// Of the caller; they begin with 1, and 0 is none.
    pub caller: u32,
}

/// About as many bytes as a call takes, to make room for calls by their bytes.
pub(in crate::store) const BYTES: usize = 20;

// The first byte of a call says what follows. A format: to change it is another `schema::VERSION`.
/// It has an identity of the call it is a copy of.
const SHARED: u8 = 1;
/// It has no identity of its own.
const NO_EVENT: u8 = 1 << 1;
/// It has no time.
const NO_TIME: u8 = 1 << 2;
/// Its time differs by so many seconds, not milliseconds.
const SECONDS: u8 = 1 << 3;
/// Its grouping is that of the call before.
const SAME_GROUPING: u8 = 1 << 4;
/// And so are its flags.
const SAME_FLAGS: u8 = 1 << 5;
/// And so is its caller.
const SAME_CALLER: u8 = 1 << 6;
/// It has no caller.
const NO_CALLER: u8 = 1 << 7;

/// Milliseconds in a second.
const SECOND: u64 = 1_000;

const FLAG_BITS: u32 = Candidate::<()>::FLAG_BITS;
const FLAGS: u64 = Candidate::<()>::FLAGS;

/// What the next call may have in common with the one before.
#[derive(Clone, Copy, Default)]
struct Before {
    grouping: u32,
    flags: u64,
    caller: i64,
    time: u64,
}

/// Writes a run of calls. Their order in it is that of what they say, not that of reading.
pub(in crate::store) fn write(calls: &mut [Kept], into: &mut Vec<u8>) {
    if calls.is_empty() {
        return;
    }
    calls.sort_unstable_by_key(|kept| {
        let (time, flags) = kept.candidate.unpacked();
        let (event, shared) = (kept.candidate.event(), kept.candidate.shared());
        (kept.grouping, flags, kept.caller, time, event, shared)
    });
    let times = calls.iter().map(|kept| kept.candidate.unpacked().0);
    let base = times.filter(|&time| time != 0).min().unwrap_or(0);
    calls.len().write(into);
    base.write(into);
    let mut before = Before {
        time: base,
        ..Before::default()
    };
    for kept in calls {
        write_call(kept, base, &mut before, into);
    }
}

fn write_call(kept: &Kept, base: u64, before: &mut Before, into: &mut Vec<u8>) {
    let (time, flags) = kept.candidate.unpacked();
    let (event, shared) = (kept.candidate.event(), kept.candidate.shared());
    let is_same =
        (kept.grouping, flags, kept.caller) == (before.grouping, before.flags, before.caller);
    let since = time.saturating_sub(if is_same { before.time } else { base });
    let is_seconds = since.is_multiple_of(SECOND);
    let flag = |is_set: bool, bit: u8| if is_set { bit } else { 0 };
    into.push(
        flag(shared != 0, SHARED)
            | flag(event == 0, NO_EVENT)
            | flag(time == 0, NO_TIME)
            | flag(time != 0 && is_seconds, SECONDS)
            | flag(kept.grouping == before.grouping, SAME_GROUPING)
            | flag(flags == before.flags, SAME_FLAGS)
            | flag(kept.caller == before.caller, SAME_CALLER)
            | flag(kept.caller == 0, NO_CALLER),
    );
    if kept.grouping != before.grouping {
        (kept.grouping - before.grouping).write(into);
    }
    if flags != before.flags {
        flags.write(into);
    }
    // The ids of callers are hashes, too.
    if kept.caller != before.caller && kept.caller != 0 {
        into.extend_from_slice(&kept.caller.to_le_bytes());
    }
    if time != 0 {
        (if is_seconds { since / SECOND } else { since }).write(into);
    }
    if event != 0 {
        into.extend_from_slice(&event.to_le_bytes());
    }
    if shared != 0 {
        into.extend_from_slice(&shared.to_le_bytes());
    }
    *before = Before {
        grouping: kept.grouping,
        flags,
        caller: kept.caller,
        time: if time == 0 && is_same {
            before.time
        } else {
            time.max(base)
        },
    };
}

/// The calls in `bytes`.
pub(in crate::store) fn read(bytes: &[u8]) -> Calls<'_> {
    Calls {
        rest: Reader(bytes),
        left: 0,
        base: 0,
        before: Before::default(),
        is_broken: false,
    }
}

/// The rows of `calls` that are of a file: closed days have none, so few days are looked at.
pub(in crate::store) const OF_FILE: &str =
    "day IN (SELECT day FROM day WHERE is_closed = 0) AND file = ?1";

/// The hash of a row of `calls`.
pub(in crate::store) fn hash_of_row(day: &str, file: i64, calls: &[u8]) -> i64 {
    let row = [
        ValueRef::from(day),
        ValueRef::Integer(file),
        ValueRef::Blob(calls),
    ];
    checksums::hash("calls", row)
}

/// Adds calls to those of a file and a day.
pub(in crate::store) fn add_row(
    connection: &Connection,
    day: &str,
    file: i64,
    mut calls: Vec<u8>,
) -> rusqlite::Result<()> {
    let known: Option<Vec<u8>> = connection
        .prepare_cached("DELETE FROM calls WHERE day = ?1 AND file = ?2 RETURNING calls")?
        .query_row(params![day, file], |row| row.get(0))
        .optional()?;
    if let Some(mut known) = known {
        known.append(&mut calls);
        calls = known;
    }
    connection
        .prepare_cached("INSERT INTO calls (day, file, calls) VALUES (?1, ?2, ?3)")?
        .execute(params![day, file, calls])?;
    let mut changes = Changes::default();
    changes.add("calls", day, hash_of_row(day, file, &calls));
    changes.write(connection)
}

/// Calls that are read from bytes. Where these make no sense they end; the checksums over the rows notice
/// that.
pub(in crate::store) struct Calls<'b> {
    rest: Reader<'b>,
    /// Calls of the run that are still to come.
    left: u64,
    base: u64,
    before: Before,
    is_broken: bool,
}

impl Calls<'_> {
    /// Whether the bytes made sense as far as they were read.
    pub fn is_sound(&self) -> bool {
        !self.is_broken
    }

    fn call(&mut self) -> Option<Kept> {
        if self.left == 0 {
            self.left = number(&mut self.rest)?;
            self.base = number(&mut self.rest)?;
            self.before = Before {
                time: self.base,
                ..Before::default()
            };
        }
        self.left = self.left.checked_sub(1)?;
        let [said] = self.rest.array().ok()?;
        let mut is = self.before;
        if said & SAME_GROUPING == 0 {
            let more = u32::try_from(number(&mut self.rest)?).ok()?;
            is.grouping = is.grouping.checked_add(more)?;
        }
        if said & SAME_FLAGS == 0 {
            is.flags = number(&mut self.rest).filter(|&flags| flags <= FLAGS)?;
        }
        if said & NO_CALLER != 0 {
            is.caller = 0;
        } else if said & SAME_CALLER == 0 {
            is.caller = i64::from_le_bytes(self.rest.array().ok()?);
        }
        const ALL: u8 = SAME_GROUPING | SAME_FLAGS | SAME_CALLER;
        if said & ALL != ALL {
            is.time = self.base;
        }
        let mut time = 0;
        if said & NO_TIME == 0 {
            let unit = if said & SECONDS == 0 { 1 } else { SECOND };
            let since = number(&mut self.rest)?.checked_mul(unit)?;
            time = is.time.checked_add(since)?;
            if time > u64::MAX >> FLAG_BITS {
                return None;
            }
            is.time = time;
        }
        let mut hash = |is_there: bool| match is_there {
            true => Some(u128::from_le_bytes(self.rest.array().ok()?)),
            false => Some(0),
        };
        let (event, shared) = (hash(said & NO_EVENT == 0)?, hash(said & SHARED != 0)?);
        self.before = is;
        Some(Kept {
            candidate: Candidate::of_parts(event, shared, time << FLAG_BITS | is.flags, ()),
            grouping: is.grouping,
            caller: is.caller,
        })
    }
}

impl Iterator for Calls<'_> {
    type Item = Kept;

    fn next(&mut self) -> Option<Kept> {
        if self.is_broken || (self.left == 0 && self.rest.0.is_empty()) {
            return None;
        }
        let kept = self.call();
        self.is_broken = kept.is_none();
        kept
    }
}

fn number(from: &mut Reader<'_>) -> Option<u64> {
    u64::read(from).ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "what fails here fails the test")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Calls of all kinds, those of one grouping mostly at whole seconds.
    fn calls() -> impl Strategy<Value = Vec<Kept>> {
        let identity = || prop_oneof![Just(0), any::<u128>()];
        let time = prop_oneof![
            Just(0),
            (1..2_000_u64).prop_map(|second| 63_000_000_000_123 + second * SECOND),
            1..=u64::MAX >> (FLAG_BITS + 1),
        ];
        let call = (identity(), identity(), time, 0..=FLAGS, 0..9_u32, -1..3_i64).prop_map(
            |(event, shared, time, flags, grouping, caller)| Kept {
                candidate: Candidate::of_parts(event, shared, time << FLAG_BITS | flags, ()),
                grouping: grouping * 0x1c71_c71c,
                caller: caller.wrapping_mul(0x7777_7777_7777_7777),
            },
        );
        proptest::collection::vec(call, 0..40)
    }

    fn sorted(mut calls: Vec<Kept>) -> Vec<Kept> {
        write(&mut calls, &mut Vec::new());
        calls
    }

    proptest! {
        #[test]
        fn calls_come_back_from_their_bytes(mut one in calls(), mut other in calls()) {
            let mut bytes = Vec::new();
            write(&mut one, &mut bytes);
            write(&mut other, &mut bytes);
            let mut read = read(&bytes);
            let back: Vec<Kept> = read.by_ref().collect();
            prop_assert!(read.is_sound());
            prop_assert_eq!(back, [one, other].concat());
        }

        #[test]
        fn the_order_of_reading_is_not_in_the_bytes(calls in calls(), seed in any::<u64>()) {
            let mut shuffled = calls.clone();
            shuffled.sort_by_key(|kept| kept.candidate.packed().wrapping_mul(seed | 1));
            let (mut one, mut other) = (Vec::new(), Vec::new());
            write(&mut sorted(calls), &mut one);
            write(&mut shuffled, &mut other);
            prop_assert_eq!(one, other);
        }

        #[test]
        fn bytes_that_are_cut_or_changed_end(
            mut calls in calls(), cut in any::<prop::sample::Index>(), bit in 0..8_u32,
        ) {
            let mut bytes = Vec::new();
            write(&mut calls, &mut bytes);
            prop_assume!(!bytes.is_empty());
            let at = cut.index(bytes.len());
            let mut short = read(&bytes[..at]);
            prop_assert!(short.by_ref().count() < calls.len());
            prop_assert!(!short.is_sound() || at == 0);
            bytes[at] ^= 1 << bit;
            prop_assert!(read(&bytes).count() <= bytes.len());
        }
    }

    #[test]
    fn a_usual_call_takes_some_20_bytes() {
        let mut calls: Vec<Kept> = (0..1_000_u64)
            .map(|n| Kept {
                candidate: Candidate::of_parts(
                    u128::from(n + 1) << 64 | u128::MAX >> 64,
                    0,
                    ((63_000_000_000_000 + n * 7 % 900 * SECOND) << FLAG_BITS) | (n % 5 % 2),
                    (),
                ),
                grouping: 5_000 + (n * n % 300) as u32,
                caller: if n % 10 < 3 { (n % 50 + 1) as i64 } else { 0 },
            })
            .collect();
        let mut bytes = Vec::new();
        write(&mut calls, &mut bytes);
        let of_each = bytes.len() / calls.len();
        assert!((16..=22).contains(&of_each), "{of_each}");
    }
}
