//! Texts, groups and the calls in them, as bytes: few for each call, and the same ones whatever the
//! order of reading was.
//!
//! Owns the order they are written in, and what has to hold of them so that no bytes, whoever made
//! them, lead a tally astray: every number of a text or group is that of one that is there.
//!
//! Texts are in order, each without what it has in common with the one before. Groups are in the order
//! of their keys, each with its measures and its calls; calls are in order of time, and say what differs
//! from the call before. That takes some 22 bytes for a call, and 16 more where it may be a copy of
//! another account's: what is left are the hashes that copies are told by.

use super::bytes::{Broken, Reader, Written, write_text};
use crate::tally::groups::{GroupId, Groups, Measures};
use crate::tally::totals::Entry;
use crate::tally::{Candidate, Candidates, Interner, Symbol};

/// The most that a text has in common with the one before. Without a limit a few bytes could stand
/// for many.
const IN_COMMON: usize = 64;

pub(super) fn write_texts<'t>(texts: impl ExactSizeIterator<Item = &'t str>, into: &mut Vec<u8>) {
    texts.len().write(into);
    let mut before = "";
    for text in texts {
        let pairs = before.bytes().zip(text.bytes()).take(IN_COMMON);
        let mut common = pairs.take_while(|(one, other)| one == other).count();
        while !text.is_char_boundary(common) {
            common -= 1;
        }
        into.push(common as u8);
        write_text(&text[common..], into);
        before = text;
    }
}

pub(super) fn read_texts(from: &mut Reader<'_>) -> Result<Interner, Broken> {
    let mut interner = Interner::default();
    let mut text = String::new();
    for _ in 0..usize::read(from)? {
        let [common] = from.array()?;
        let common = usize::from(common);
        if common > IN_COMMON || !text.is_char_boundary(common) {
            return Err(Broken("a text has nothing to go on from"));
        }
        text.truncate(common);
        text.push_str(from.text()?);
        let before = interner.len();
        interner.intern(&text);
        if interner.len() == before {
            return Err(Broken("a text is there twice"));
        }
    }
    Ok(interner)
}

/// The symbol of a number, if it has a text.
pub(super) fn symbol(number: u32, interner: &Interner) -> Result<Symbol, Broken> {
    match number as usize <= interner.len() {
        true => Ok(Symbol::from_raw(number)),
        false => Err(Broken("a text is missing")),
    }
}

/// Writes groups, and the calls in each.
pub(super) struct GroupWriter {
    before: Vec<u32>,
    calls: CallWriter,
}

impl GroupWriter {
    /// For calls of which the first is at `base`: see [`base`].
    pub fn new(width: usize, base: u64, into: &mut Vec<u8>) -> GroupWriter {
        base.write(into);
        GroupWriter {
            before: vec![0; width],
            calls: CallWriter {
                base,
                flags: 0,
                principal: 0,
            },
        }
    }

    pub fn group(
        &mut self,
        key: &[u32],
        measures: &Measures,
        calls: &[Candidate<Entry>],
        into: &mut Vec<u8>,
    ) {
        let same = (self.before.iter().zip(key))
            .take_while(|(one, other)| one == other)
            .count();
        same.write(into);
        key[same..].iter().for_each(|number| number.write(into));
        self.before.copy_from_slice(key);
        measures.write(into);
        self.calls(calls, into);
    }

    /// Calls of one group, or those that the filters leave out.
    pub fn calls(&mut self, calls: &[Candidate<Entry>], into: &mut Vec<u8>) {
        calls.len().write(into);
        let mut before = self.calls.base;
        for call in calls {
            self.calls.write(call, &mut before, into);
        }
    }
}

/// The first time of any call.
pub(super) fn base(calls: &[Candidate<Entry>]) -> u64 {
    let times = calls.iter().map(|call| call.unpacked().0);
    times.filter(|&time| time != 0).min().unwrap_or(0)
}

/// A call has an identity of the call it is a copy of.
const SHARED: u8 = 1;
/// It has no time.
const NO_TIME: u8 = 1 << 1;
/// Its time differs from that of the call before by so many seconds, not milliseconds.
const SECONDS: u8 = 1 << 2;
/// Its flags are those of the call before.
const SAME_FLAGS: u8 = 1 << 3;
/// And so is its principal.
const SAME_PRINCIPAL: u8 = 1 << 4;

/// Milliseconds in a second.
const SECOND: u64 = 1_000;

struct CallWriter {
    base: u64,
    flags: u64,
    principal: u32,
}

impl CallWriter {
    fn write(&mut self, call: &Candidate<Entry>, before: &mut u64, into: &mut Vec<u8>) {
        let (time, flags) = call.unpacked();
        let principal = call.payload.principal.raw();
        let since = time.saturating_sub(*before);
        let flag = |is_set: bool, bit: u8| if is_set { bit } else { 0 };
        into.push(
            flag(call.shared() != 0, SHARED)
                | flag(time == 0, NO_TIME)
                | flag(time != 0 && since.is_multiple_of(SECOND), SECONDS)
                | flag(flags == self.flags, SAME_FLAGS)
                | flag(principal == self.principal, SAME_PRINCIPAL),
        );
        if time != 0 {
            match since.is_multiple_of(SECOND) {
                true => (since / SECOND).write(into),
                false => since.write(into),
            }
            *before = time;
        }
        if flags != self.flags {
            flags.write(into);
            self.flags = flags;
        }
        if principal != self.principal {
            principal.write(into);
            self.principal = principal;
        }
        into.extend_from_slice(&call.event().to_le_bytes());
        if call.shared() != 0 {
            into.extend_from_slice(&call.shared().to_le_bytes());
        }
    }
}

/// Reads groups, and the calls in each; then those that the filters leave out.
pub(super) fn read_groups(
    width: usize,
    interner: &Interner,
    from: &mut Reader<'_>,
) -> Result<(Groups, Candidates<Entry>), Broken> {
    let mut calls = CallReader {
        base: u64::read(from)?,
        flags: 0,
        principal: Symbol::ABSENT,
        open: Candidates::default(),
    };
    let mut groups = Groups::new(width);
    let mut key = vec![Symbol::ABSENT; width];
    for _ in 0..usize::read(from)? {
        let same = usize::read(from)?;
        let rest = (key.get_mut(same..)).ok_or(Broken("a group has more columns than it can"))?;
        for column in rest {
            *column = symbol(u32::read(from)?, interner)?;
        }
        let before = groups.len();
        let id = groups.id(&key);
        if groups.len() == before {
            return Err(Broken("a group is there twice"));
        }
        *groups.measures_mut(id) = Measures::read(from)?;
        calls.read(Some(id), interner, from)?;
    }
    calls.read(None, interner, from)?;
    Ok((groups, calls.open))
}

struct CallReader {
    base: u64,
    flags: u64,
    principal: Symbol,
    open: Candidates<Entry>,
}

impl CallReader {
    fn read(
        &mut self,
        group: Option<GroupId>,
        interner: &Interner,
        from: &mut Reader<'_>,
    ) -> Result<(), Broken> {
        let mut before = self.base;
        for _ in 0..usize::read(from)? {
            let [said] = from.array()?;
            if said & !(SHARED | NO_TIME | SECONDS | SAME_FLAGS | SAME_PRINCIPAL) != 0 {
                return Err(Broken("a call that says what is not known"));
            }
            let mut time = 0;
            if said & NO_TIME == 0 {
                let unit = if said & SECONDS != 0 { SECOND } else { 1 };
                time = (u64::read(from)?.checked_mul(unit))
                    .and_then(|since| since.checked_add(before))
                    .filter(|&time| time <= u64::MAX >> Candidate::<Entry>::FLAG_BITS)
                    .ok_or(Broken("a time is beyond all times"))?;
                before = time;
            }
            if said & SAME_FLAGS == 0 {
                self.flags = u64::read(from)?;
                if self.flags > Candidate::<Entry>::FLAGS {
                    return Err(Broken("a call with properties that are not known"));
                }
            }
            if said & SAME_PRINCIPAL == 0 {
                self.principal = symbol(u32::read(from)?, interner)?;
            }
            let event = u128::from_le_bytes(from.array()?);
            if event == 0 {
                return Err(Broken("a call without an identity"));
            }
            let shared = match said & SHARED {
                0 => 0,
                _ => u128::from_le_bytes(from.array()?),
            };
            let entry = group.map_or(Entry::NONE, |at| Entry {
                at,
                principal: self.principal,
            });
            let packed = time << Candidate::<Entry>::FLAG_BITS | self.flags;
            self.open
                .push(Candidate::of_parts(event, shared, packed, entry));
        }
        Ok(())
    }
}
