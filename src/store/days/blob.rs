//! Calls of open days as bytes: the candidate, the grouping and the caller of each.
//!
//! A call takes 36 bytes, or 52 if it is a copy for another account. As rows with an index over them,
//! calls would take more than twice that.

use crate::tally::Candidate;

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

/// The highest bit of the grouping: the id that shared copies have in common follows.
const SHARED: u32 = 1 << 31;

/// The bytes of a call that is not a copy for another account.
pub(in crate::store) const SIZE: usize = 36;

pub(in crate::store) fn write(kept: &Kept, into: &mut Vec<u8>) {
    let (event, shared) = (kept.candidate.event(), kept.candidate.shared());
    into.extend_from_slice(&event.to_le_bytes());
    into.extend_from_slice(&kept.candidate.packed().to_le_bytes());
    let flag = if shared == 0 { 0 } else { SHARED };
    into.extend_from_slice(&(kept.grouping | flag).to_le_bytes());
    into.extend_from_slice(&kept.caller.to_le_bytes());
    if shared != 0 {
        into.extend_from_slice(&shared.to_le_bytes());
    }
}

/// The bytes of a call.
pub(in crate::store) fn size(kept: &Kept) -> usize {
    match kept.candidate.shared() {
        0 => SIZE,
        _ => SIZE + 16,
    }
}

/// The calls in `bytes`. An incomplete call at the end is left out; the checksums
/// over the rows notice that.
pub(in crate::store) fn read(mut bytes: &[u8]) -> impl Iterator<Item = Kept> {
    std::iter::from_fn(move || {
        let event = u128::from_le_bytes(take(&mut bytes)?);
        let packed = u64::from_le_bytes(take(&mut bytes)?);
        let grouping = u32::from_le_bytes(take(&mut bytes)?);
        let caller = i64::from_le_bytes(take(&mut bytes)?);
        let shared = if grouping & SHARED == 0 {
            0
        } else {
            u128::from_le_bytes(take(&mut bytes)?)
        };
        Some(Kept {
            candidate: Candidate::of_parts(event, shared, packed, ()),
            grouping: grouping & !SHARED,
            caller,
        })
    })
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (first, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(*first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_come_back_from_their_bytes() {
        let calls = [
            (1, 0, 0),
            (u128::MAX, 7, -3),
            (0, 0, i64::MAX),
            (5, u128::MAX, 1),
        ];
        let calls = calls.map(|(event, shared, caller)| Kept {
            candidate: Candidate::of_parts(event, shared, 0x1234_5678_9abc, ()),
            grouping: 0x7fff_ffff,
            caller,
        });
        let mut bytes = Vec::new();
        calls.iter().for_each(|kept| write(kept, &mut bytes));
        assert_eq!(bytes.len(), 2 * 36 + 2 * 52);
        assert_eq!(read(&bytes).collect::<Vec<_>>(), calls);
    }
}
