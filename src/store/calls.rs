//! Calls of open days as bytes: what each claims to be, its grouping and its caller.
//!
//! 36 bytes for a call, 52 if it is a copy for another account; an index over them would take more
//! than they do.

use crate::tally::Candidate;

/// A call as it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kept {
    pub claim: Candidate<()>,
    /// The number in `grouping`.
    pub grouping: u32,
    /// The number in `caller`; 0 for none.
    pub caller: i64,
}

/// The highest bit of the grouping: a sharing follows.
const SHARED: u32 = 1 << 31;

/// The bytes of a call that is no copy for another account.
pub(super) const SIZE: usize = 36;

pub(super) fn write(kept: &Kept, into: &mut Vec<u8>) {
    let (event, shared) = (kept.claim.event(), kept.claim.shared());
    into.extend_from_slice(&event.to_le_bytes());
    into.extend_from_slice(&kept.claim.packed().to_le_bytes());
    let flag = if shared == 0 { 0 } else { SHARED };
    into.extend_from_slice(&(kept.grouping | flag).to_le_bytes());
    into.extend_from_slice(&kept.caller.to_le_bytes());
    if shared != 0 {
        into.extend_from_slice(&shared.to_le_bytes());
    }
}

/// The bytes of a call.
pub(super) fn size(kept: &Kept) -> usize {
    match kept.claim.shared() {
        0 => SIZE,
        _ => SIZE + 16,
    }
}

/// The calls in `bytes`. Bytes that are no calls end the sequence; the sums over the
/// rows vouch for them.
pub(super) fn read(mut bytes: &[u8]) -> impl Iterator<Item = Kept> {
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
            claim: Candidate::of_parts(event, shared, packed, ()),
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
            claim: Candidate::of_parts(event, shared, 0x1234_5678_9abc, ()),
            grouping: 0x7fff_ffff,
            caller,
        });
        let mut bytes = Vec::new();
        calls.iter().for_each(|kept| write(kept, &mut bytes));
        assert_eq!(bytes.len(), 2 * 36 + 2 * 52);
        assert_eq!(read(&bytes).collect::<Vec<_>>(), calls);
    }
}
