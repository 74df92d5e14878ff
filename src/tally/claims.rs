//! Counting once: what each delivered record claims to be, and which claims stand.
//!
//! Every record with an id is one claim of 48 bytes. Nothing is decided before all of them are
//! known, so the outcome cannot depend on their order:
//!
//! 1. of claims with one `eventID` and `recipientAccountId`, one stands;
//! 2. of those left with one `sharedEventID`, one stands, and the caller's own copy is preferred to
//!    the target account's, which does not name the role.
//!
//! <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html>

use std::cmp::Ordering;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use siphasher::sip128::SipHasher13;

use super::repeats::Repeats;
use crate::sts::{Call, Endpoint, Time};

/// What a record says of itself, as far as counting needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Claim {
    /// The event and the account that received it; 0: none, always counted.
    event: u128,
    /// The call it is a copy of; 0: none.
    shared: u128,
    /// The time and the properties of the call, packed: see [`Claim::time`] and the flags.
    packed: u64,
    /// The group, or row, it would count in; [`Claim::FILTERED`] if in none.
    pub slot: u32,
    /// The principal's symbol, for reports.
    pub principal: u32,
}

/// Chosen once: results are written down and merged, so the hash must not change.
const KEYS: (u64, u64) = (0x7374_7363_6f70_6531, 0x636c_6169_6d73_2131);

const ENDPOINT: u64 = 0b111;
const AWS_MANAGED: u64 = 1 << 3;
const VPC_ENDPOINT: u64 = 1 << 4;
const ERROR: u64 = 1 << 5;
const NOT_MENDED: u64 = 1 << 6;
// Above the former: who called matters more than what was mended, see `preference`.
const TARGET_COPY: u64 = 1 << 7;
const DISAGREEMENT: u64 = 1 << 8;
const GLOBAL_VIA_VPC: u64 = 1 << 9;
const FLAG_BITS: u32 = 10;

impl Claim {
    /// The slot of a call that the filters leave out.
    pub const FILTERED: u32 = u32::MAX;

    /// The claim of a call. With `once` off it has no identity and always counts.
    pub fn new(call: &Call<'_>, slot: u32, principal: u32, once: bool) -> Claim {
        use crate::cloudtrail::Field;
        let id = call.event_id().filter(|_| once);
        let event = id.map_or(0, |id| {
            hash(&[
                id,
                call.field(Field::RecipientAccountId).unwrap_or_default(),
            ])
        });
        let shared = id
            .and(call.field(Field::SharedEventId))
            .map_or(0, |shared| hash(&[shared]));
        let endpoint = call.endpoint();
        // Who made the call matters only where somebody might have to change it.
        let may_matter = matches!(endpoint, Endpoint::Global | Endpoint::Unknown);
        let flag = |on: bool, bit: u64| if on { bit } else { 0 };
        let flags = endpoint.index() as u64
            | flag(may_matter && call.is_aws_managed(), AWS_MANAGED)
            | flag(call.is_through_vpc_endpoint(), VPC_ENDPOINT)
            | flag(call.is_error(), ERROR)
            | flag(call.is_target_copy(), TARGET_COPY)
            | flag(call.original_event_id().is_none(), NOT_MENDED)
            | flag(call.decision().disagreement, DISAGREEMENT)
            | flag(call.is_global_via_vpc_endpoint(), GLOBAL_VIA_VPC);
        let time = call.time().map_or(0, |time| {
            1 + (time.millis() - Time::MIN.millis()).cast_unsigned()
        });
        Claim {
            event,
            shared,
            packed: time << FLAG_BITS | flags,
            slot,
            principal,
        }
    }

    /// A claim as it was kept: what [`Claim::event`], [`Claim::shared`] and [`Claim::packed`] gave.
    pub fn kept(event: u128, shared: u128, packed: u64) -> Claim {
        Claim {
            event,
            shared,
            packed,
            slot: Claim::FILTERED,
            principal: 0,
        }
    }

    /// The properties of many calls that count, without their times.
    pub fn of_many(
        endpoint: Endpoint<'_>,
        is_aws_managed: bool,
        is_through_vpc_endpoint: bool,
        is_disagreement: bool,
    ) -> Claim {
        let is_global = matches!(endpoint, Endpoint::Global);
        let may_matter = is_global || matches!(endpoint, Endpoint::Unknown);
        let flag = |on: bool, bit: u64| if on { bit } else { 0 };
        let packed = endpoint.index() as u64
            | flag(may_matter && is_aws_managed, AWS_MANAGED)
            | flag(is_through_vpc_endpoint, VPC_ENDPOINT)
            | flag(is_disagreement, DISAGREEMENT)
            | flag(is_global && is_through_vpc_endpoint, GLOBAL_VIA_VPC);
        Claim::kept(0, 0, packed)
    }

    /// The same claim to another slot.
    #[must_use]
    pub fn placed(mut self, slot: u32, principal: u32) -> Claim {
        (self.slot, self.principal) = (slot, principal);
        self
    }

    /// The time and the properties in one number, to be kept.
    pub fn packed(&self) -> u64 {
        self.packed
    }

    /// Whether it counts whatever else there is.
    pub fn stands_alone(&self) -> bool {
        self.event == 0
    }

    /// The identity of the delivery; 0 for none.
    pub fn event(&self) -> u128 {
        self.event
    }

    /// The identity of the call it is a copy of; 0 for none.
    pub fn shared(&self) -> u128 {
        self.shared
    }

    /// Whether it is the target account's copy.
    pub fn is_target_copy(&self) -> bool {
        self.packed & TARGET_COPY != 0
    }

    pub fn time(&self) -> Option<Time> {
        let millis = (self.packed >> FLAG_BITS).checked_sub(1)?;
        Time::from_millis(millis.cast_signed() + Time::MIN.millis())
    }

    /// The place of the endpoint in [`Endpoint::NAMES`].
    pub fn endpoint(&self) -> usize {
        (self.packed & ENDPOINT) as usize
    }

    pub fn is_aws_managed(&self) -> bool {
        self.packed & AWS_MANAGED != 0
    }

    pub fn is_through_vpc_endpoint(&self) -> bool {
        self.packed & VPC_ENDPOINT != 0
    }

    pub fn is_error(&self) -> bool {
        self.packed & ERROR != 0
    }

    pub fn is_disagreement(&self) -> bool {
        self.packed & DISAGREEMENT != 0
    }

    pub fn is_global_via_vpc_endpoint(&self) -> bool {
        self.packed & GLOBAL_VIA_VPC != 0
    }

    /// Which of two claims to the same thing is preferred: the caller's own copy, a mended record,
    /// the earlier one; then any order that has nothing to do with the order of reading.
    fn preference(
        &self,
        other: &Claim,
        by_content: impl Fn(&Claim, &Claim) -> Ordering,
    ) -> Ordering {
        let rank = |claim: &Claim| claim.packed & (TARGET_COPY | NOT_MENDED);
        rank(self)
            .cmp(&rank(other))
            .then(self.packed.cmp(&other.packed))
            .then_with(|| by_content(self, other))
            .then(self.event.cmp(&other.event))
            .then(self.shared.cmp(&other.shared))
    }
}

/// A hash of texts that is 0 for none: two different events share one with a chance of 2⁻¹²⁸.
pub(super) fn hash(texts: &[&str]) -> u128 {
    let hasher = SipHasher13::new_with_keys(KEYS.0, KEYS.1);
    let length = texts.iter().map(|text| text.len() + 1).sum();
    let mut bytes = [0; 128];
    let hash = if let Some(bytes) = bytes.get_mut(..length) {
        // The ids of AWS all fit: one call for all is half the work of one for each.
        let mut at = 0;
        for text in texts {
            bytes[at..at + text.len()].copy_from_slice(text.as_bytes());
            bytes[at + text.len()] = 0xff;
            at += text.len() + 1;
        }
        hasher.hash(bytes)
    } else {
        let texts = texts.iter().flat_map(|text| text.bytes().chain([0xff]));
        hasher.hash(&texts.collect::<Vec<u8>>())
    };
    hash.as_u128().max(1)
}

/// Claims that are not decided yet, in pieces that never move: 48 bytes each and hardly more.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct Claims(Vec<Vec<Claim>>);

/// What was decided besides the claims that stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Dropped {
    /// Records delivered more than once.
    pub duplicates: u64,
    /// Second copies of cross-account calls.
    pub shared_copies: u64,
}

impl Claims {
    /// The size of a piece, in claims: 768 KiB.
    const PIECE: usize = 1 << 14;
    /// How many claims are told from others at most, in 4 MiB: with far more all may have copies.
    const TOLD_APART: usize = 1 << 20;
    /// So few that it is not worth waking other threads to sort them.
    const FEW: usize = 1 << 12;

    pub fn push(&mut self, claim: Claim) {
        match self.0.last_mut() {
            Some(piece) if piece.len() < piece.capacity() => piece.push(claim),
            last => {
                // The first pieces are small: most archives of a single day need no more.
                let before = last.map_or(64, |piece| piece.capacity());
                let mut piece = Vec::with_capacity((before * 2).min(Self::PIECE));
                piece.push(claim);
                self.0.push(piece);
            }
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = &Claim> {
        self.0.iter().flatten()
    }

    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Claim> {
        self.0.iter_mut().flatten()
    }

    pub fn append(&mut self, other: Claims) {
        // The last piece of each may have room left; the order of pieces is of no meaning.
        self.0.splice(0..0, other.0);
    }

    pub fn len(&self) -> usize {
        self.0.iter().map(Vec::len).sum()
    }

    /// Decides which claims stand and hands them to `each`, in no order. `by_content` orders claims
    /// by what would be reported of them.
    pub fn settle(
        self,
        by_content: impl Fn(&Claim, &Claim) -> Ordering + Sync,
        mut each: impl FnMut(&Claim),
    ) -> Dropped {
        let mut dropped = Dropped::default();
        let mut shared = Claims::default();
        self.each_together(
            |claim| claim.event,
            &by_content,
            |copies| {
                dropped.duplicates += copies.len() as u64 - 1;
                // If any copy knows of a sharing, the one that stands does.
                let sharing = copies.iter().map(|claim| claim.shared).find(|&id| id != 0);
                let standing = Claim {
                    shared: sharing.unwrap_or(0),
                    ..copies[0]
                };
                if standing.shared == 0 {
                    each(&standing);
                } else {
                    shared.push(standing);
                }
            },
        );
        shared.each_together(
            |claim| claim.shared,
            &by_content,
            |copies| {
                dropped.shared_copies += copies.len() as u64 - 1;
                each(&copies[0]);
            },
        );
        dropped
    }

    /// Hands all claims to `each`, those with one identity together and the preferred one first.
    ///
    /// The pieces are freed while claims go their ways, so this needs hardly more memory than they do.
    fn each_together(
        self,
        identity: impl Fn(&Claim) -> u128 + Sync,
        by_content: &(impl Fn(&Claim, &Claim) -> Ordering + Sync),
        mut each: impl FnMut(&[Claim]),
    ) {
        // Most have no copy: the others only are sorted.
        let mut repeats = Repeats::with_room_for(self.len().min(Self::TOLD_APART));
        self.iter().for_each(|claim| repeats.note(identity(claim)));
        let may_repeat = |claim: &Claim| repeats.may_repeat(identity(claim));

        let part_of = |claim: &Claim| (identity(claim) >> (128 - 8)) as usize;
        let mut sizes = [0_usize; 1 << 8];
        for claim in self.iter().filter(|claim| may_repeat(claim)) {
            sizes[part_of(claim)] += 1;
        }
        let mut parts = sizes.map(Vec::with_capacity);
        for claim in self.0.into_iter().flatten() {
            if may_repeat(&claim) {
                parts[part_of(&claim)].push(claim);
            } else {
                each(&[claim]);
            }
        }
        let sort = |part: &mut Vec<Claim>| {
            part.sort_unstable_by(|a, b| {
                identity(a)
                    .cmp(&identity(b))
                    .then_with(|| a.preference(b, by_content))
            });
        };
        if sizes.iter().sum::<usize>() < Self::FEW {
            parts.iter_mut().for_each(sort);
        } else {
            parts.par_iter_mut().for_each(sort);
        }
        for part in parts {
            part.chunk_by(|a, b| identity(a) == identity(b))
                .for_each(&mut each);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloudtrail::{Field, Record};

    fn claim(fields: &[(Field, &'static str)], slot: u32) -> Claim {
        let record = fields
            .iter()
            .fold(Record::default(), |record, &(field, value)| {
                record.with(field, value)
            });
        Claim::new(&Call::new(&record, None), slot, 0, true)
    }

    fn standing(claims: &[Claim]) -> (Vec<u32>, Dropped) {
        let mut all = Claims::default();
        claims.iter().for_each(|&claim| all.push(claim));
        let mut slots = Vec::new();
        let dropped = all.settle(|a, b| a.slot.cmp(&b.slot), |claim| slots.push(claim.slot));
        slots.sort_unstable();
        (slots, dropped)
    }

    #[test]
    fn a_claim_is_48_bytes() {
        assert_eq!(size_of::<Claim>(), 48);
    }

    #[test]
    fn the_properties_of_a_call_come_back_out_of_a_claim() {
        for time in [
            "0000-01-01T00:00:00Z",
            "2026-11-01T00:00:00.123Z",
            "9999-12-31T23:59:59.999Z",
        ] {
            let claim = claim(
                &[
                    (Field::EventTime, time),
                    (Field::ErrorCode, "AccessDenied"),
                    (Field::EndpointType, "global"),
                    (Field::VpcEndpointId, "vpce-1"),
                    (Field::UserAgent, "AWS Internal"),
                ],
                7,
            );
            assert_eq!(claim.time(), Time::parse(time), "{time}");
            assert_eq!(Endpoint::NAMES[claim.endpoint()], "global");
            assert!(claim.is_error() && claim.is_aws_managed() && claim.is_through_vpc_endpoint());
            assert!(claim.is_global_via_vpc_endpoint() && !claim.is_disagreement());
        }
        assert_eq!(claim(&[], 7).time(), None);
    }

    #[test]
    fn one_event_of_one_account_counts_once() {
        let a = |slot| {
            claim(
                &[(Field::EventId, "e"), (Field::RecipientAccountId, "1")],
                slot,
            )
        };
        let elsewhere = claim(
            &[(Field::EventId, "e"), (Field::RecipientAccountId, "2")],
            3,
        );
        let mended = claim(
            &[
                (Field::EventId, "other"),
                (Field::RecipientAccountId, "1"),
                (Field::OriginalEventId, "e"),
            ],
            4,
        );
        assert_eq!(
            standing(&[a(1), a(1)]),
            (
                vec![1],
                Dropped {
                    duplicates: 1,
                    shared_copies: 0
                }
            )
        );
        assert_eq!(standing(&[a(2), a(1)]).0, standing(&[a(1), a(2)]).0);
        assert_eq!(standing(&[a(1), elsewhere]).0, [1, 3]);
        assert_eq!(standing(&[a(1), mended]).0, [4], "what mends is preferred");
        assert!(claim(&[], 0).stands_alone());
        assert!(
            claim(&[(Field::SharedEventId, "s")], 0).stands_alone(),
            "no id: always counts"
        );
    }

    #[test]
    fn the_callers_copy_of_a_shared_event_stands() {
        let copy = |id, account, kind, slot| {
            claim(
                &[
                    (Field::EventId, id),
                    (Field::RecipientAccountId, account),
                    (Field::SharedEventId, "s"),
                    (Field::IdentityType, kind),
                ],
                slot,
            )
        };
        let target = copy("b", "2", "AWSAccount", 2);
        let caller = copy("a", "1", "AssumedRole", 1);
        let expected = (
            vec![1],
            Dropped {
                duplicates: 1,
                shared_copies: 1,
            },
        );
        assert_eq!(standing(&[target, caller, target]), expected);
        assert_eq!(standing(&[caller, target, caller]), expected);
        assert_eq!(standing(&[target]).0, [2], "nobody else logged it");
    }

    #[test]
    fn the_callers_copy_stands_even_if_the_targets_was_mended() {
        let caller = claim(
            &[
                (Field::EventId, "a"),
                (Field::RecipientAccountId, "1"),
                (Field::SharedEventId, "s"),
                (Field::IdentityType, "AssumedRole"),
            ],
            1,
        );
        let mended_target = claim(
            &[
                (Field::EventId, "c"),
                (Field::OriginalEventId, "b"),
                (Field::RecipientAccountId, "2"),
                (Field::SharedEventId, "s"),
                (Field::IdentityType, "AWSAccount"),
            ],
            2,
        );
        assert_eq!(standing(&[mended_target, caller]).0, [1]);
    }

    #[test]
    fn copies_that_name_different_sharings_settle_alike_in_any_order() {
        let copy = |id, shared| claim(&[(Field::EventId, id), (Field::SharedEventId, shared)], 1);
        let (one, other, shared) = (copy("a", "s"), copy("a", "t"), copy("b", "s"));
        assert_eq!(
            standing(&[one, other, shared]),
            standing(&[other, one, shared])
        );
    }

    #[test]
    fn many_claims_settle_as_few_do() {
        let ids: Vec<&'static str> = (0..20_000)
            .map(|n: u32| -> &'static str { format!("event-{}", n % 15_000).leak() })
            .collect();
        let claims: Vec<Claim> = ids
            .iter()
            .map(|id| claim(&[(Field::EventId, id)], 1))
            .collect();
        let (slots, dropped) = standing(&claims);
        assert_eq!((slots.len(), dropped.duplicates), (15_000, 5_000));
    }
}
