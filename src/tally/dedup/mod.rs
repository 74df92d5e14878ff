//! Counting once: what each delivered record may count as, and which of them survive.
//!
//! Owns the identity of a record and the rules by which copies are told. Refuses to know what a call
//! counts for: that is the payload, which comes back with each survivor.
//!
//! Every record with an id is one candidate. Nothing is decided before all of them are
//! known, so the outcome cannot depend on their order:
//!
//! 1. of candidates with one `eventID` and `recipientAccountId`, one survives;
//! 2. of those left with one `sharedEventID`, one survives, and the caller's own copy is preferred to
//!    the target account's, which does not name the role.
//!
//! <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html>

mod filter;
mod resolve;

use std::cmp::Ordering;

use siphasher::sip128::SipHasher13;

use crate::sts::{Call, Endpoint, EndpointKind, Time};
pub(crate) use filter::Filter;
pub(crate) use resolve::{Candidates, Dropped};

/// What a record says of itself, as far as counting needs it, and what it counts for if it survives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Candidate<P> {
    /// The event and the account that received it; 0: none, always counted.
    event: u128,
    /// The call it is a copy of; 0: none.
    shared: u128,
    /// The time and the properties of the call, packed: see [`Candidate::time`] and the flags.
    packed: u64,
    /// What it counts for. With eight bytes a candidate has 48, and 32 while it waits.
    pub payload: P,
}

/// Chosen once: results are written down and merged, so the hash must not change.
const KEYS: (u64, u64) = (0x7374_7363_6f70_6531, 0x636c_6169_6d73_2131);

// The bits of `packed`, below the time. A format: stores keep them, and partial results carry them.
// Whoever changes one raises `store::VERSION` and the number in `tally::partial::RULES`.
const ENDPOINT: u64 = 0b111;
const AWS_MANAGED: u64 = 1 << 3;
const VPC_ENDPOINT: u64 = 1 << 4;
const ERROR: u64 = 1 << 5;
const NO_ADDENDUM: u64 = 1 << 6;
// Above the former: who called matters more than what an addendum says, see `preference`.
const TARGET_COPY: u64 = 1 << 7;
const DISAGREEMENT: u64 = 1 << 8;
const GLOBAL_VIA_VPC: u64 = 1 << 9;
const FLAG_BITS: u32 = 10;

impl<P: Copy> Candidate<P> {
    /// How many of the lowest bits of [`Candidate::packed`] are properties; the time is above them.
    pub const FLAG_BITS: u32 = FLAG_BITS;
    /// All of these bits.
    pub const FLAGS: u64 = (1 << FLAG_BITS) - 1;

    /// The candidate of a call. With `once` off it has no identity and always counts.
    pub fn new(call: &Call<'_>, payload: P, once: bool) -> Candidate<P> {
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
        let flags = flags(
            call.endpoint(),
            || call.is_aws_managed(),
            call.is_through_vpc_endpoint(),
            call.decision().disagreement,
        ) | flag(call.is_error(), ERROR)
            | flag(call.is_target_copy(), TARGET_COPY)
            | flag(call.original_event_id().is_none(), NO_ADDENDUM);
        let time = call.time().map_or(0, |time| {
            1 + (time.millis() - Time::MIN.millis()).cast_unsigned()
        });
        Candidate {
            event,
            shared,
            packed: time << FLAG_BITS | flags,
            payload,
        }
    }

    /// A candidate of what [`Candidate::event`], [`Candidate::shared`] and [`Candidate::packed`] gave.
    pub fn of_parts(event: u128, shared: u128, packed: u64, payload: P) -> Candidate<P> {
        Candidate {
            event,
            shared,
            packed,
            payload,
        }
    }

    /// The properties of many calls that count, without their times.
    pub fn of_many(
        endpoint: Endpoint<'_>,
        is_aws_managed: bool,
        is_through_vpc_endpoint: bool,
        is_disagreement: bool,
        payload: P,
    ) -> Candidate<P> {
        let packed = flags(
            endpoint,
            || is_aws_managed,
            is_through_vpc_endpoint,
            is_disagreement,
        );
        Candidate::of_parts(0, 0, packed, payload)
    }

    /// The same candidate, counting for something else.
    #[must_use]
    pub fn with<Q>(self, payload: Q) -> Candidate<Q> {
        Candidate {
            event: self.event,
            shared: self.shared,
            packed: self.packed,
            payload,
        }
    }

    /// The time and the properties in one number, to be kept.
    pub fn packed(&self) -> u64 {
        self.packed
    }

    /// The time, 0 for none, and the properties, as they are packed.
    pub fn unpacked(&self) -> (u64, u64) {
        (self.packed >> FLAG_BITS, self.packed & Self::FLAGS)
    }

    /// The same candidate, when all that may be copies of it are known and there are none.
    #[must_use]
    pub fn alone(self) -> Candidate<P> {
        Candidate {
            event: 0,
            shared: 0,
            ..self
        }
    }

    /// Whether it counts whatever else there is.
    pub fn counts_alone(&self) -> bool {
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

    /// Where it went. Bits that no call has, as of a part that somebody made up, tell nothing.
    pub fn endpoint(&self) -> EndpointKind {
        match self.packed & ENDPOINT {
            0 => EndpointKind::Global,
            1 => EndpointKind::Regional,
            2 => EndpointKind::AwsService,
            3 => EndpointKind::Other,
            _ => EndpointKind::Unknown,
        }
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

    /// Global, and through a VPC endpoint: an STS interface endpoint answers Regional names only.
    pub fn is_global_via_vpc_endpoint(&self) -> bool {
        self.packed & GLOBAL_VIA_VPC != 0
    }

    /// Which of two candidates to the same thing is preferred: the caller's own copy, a record with an
    /// addendum, the earlier one; then any order that has nothing to do with the order of reading.
    fn preference(
        &self,
        other: &Candidate<P>,
        by_content: impl Fn(&Candidate<P>, &Candidate<P>) -> Ordering,
    ) -> Ordering {
        let rank = |candidate: &Candidate<P>| candidate.packed & (TARGET_COPY | NO_ADDENDUM);
        rank(self)
            .cmp(&rank(other))
            .then(self.packed.cmp(&other.packed))
            .then_with(|| by_content(self, other))
            .then(self.event.cmp(&other.event))
            .then(self.shared.cmp(&other.shared))
    }
}

/// What is told of a call by what calls are summed up by, too.
#[inline]
fn flags(
    endpoint: Endpoint<'_>,
    is_aws_managed: impl FnOnce() -> bool,
    is_through_vpc_endpoint: bool,
    is_disagreement: bool,
) -> u64 {
    let is_global = matches!(endpoint, Endpoint::Global);
    // Who made the call matters only where somebody might have to change it.
    let may_matter = is_global || matches!(endpoint, Endpoint::Unknown);
    endpoint.kind() as u64
        | flag(may_matter && is_aws_managed(), AWS_MANAGED)
        | flag(is_through_vpc_endpoint, VPC_ENDPOINT)
        | flag(is_disagreement, DISAGREEMENT)
        | flag(is_global && is_through_vpc_endpoint, GLOBAL_VIA_VPC)
}

fn flag(is_set: bool, bit: u64) -> u64 {
    if is_set { bit } else { 0 }
}

/// A hash of texts that is 0 for none: two different events share one with a chance of 2⁻¹²⁸.
pub(crate) fn hash(texts: &[&str]) -> u128 {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloudtrail::{Field, Record};

    fn candidate(fields: &[(Field, &'static str)], number: u32) -> Candidate<[u32; 2]> {
        let record = fields
            .iter()
            .fold(Record::default(), |record, &(field, value)| {
                record.with(field, value)
            });
        Candidate::new(&Call::new(&record, None), [number, 0], true)
    }

    fn survivors(candidates: &[Candidate<[u32; 2]>]) -> (Vec<u32>, Dropped) {
        let mut all = Candidates::default();
        candidates.iter().for_each(|&candidate| all.push(candidate));
        let mut numbers = Vec::new();
        let dropped = all.resolve(
            |a, b| a.payload.cmp(&b.payload),
            |candidate| numbers.push(candidate.payload[0]),
        );
        numbers.sort_unstable();
        (numbers, dropped)
    }

    #[test]
    fn a_candidate_is_48_bytes_and_32_while_it_waits() {
        assert_eq!(size_of::<Candidate<[u32; 2]>>(), 48);
        assert_eq!(Candidates::<[u32; 2]>::BYTES, 32);
    }

    #[test]
    fn the_properties_of_a_call_come_back_out_of_a_candidate() {
        for time in [
            "0000-01-01T00:00:00Z",
            "2026-11-01T00:00:00.123Z",
            "9999-12-31T23:59:59.999Z",
        ] {
            let candidate = candidate(
                &[
                    (Field::EventTime, time),
                    (Field::ErrorCode, "AccessDenied"),
                    (Field::EndpointType, "global"),
                    (Field::VpcEndpointId, "vpce-1"),
                    (Field::UserAgent, "AWS Internal"),
                ],
                7,
            );
            assert_eq!(candidate.time(), Time::parse(time), "{time}");
            assert_eq!(candidate.endpoint(), EndpointKind::Global);
            assert!(
                candidate.is_error()
                    && candidate.is_aws_managed()
                    && candidate.is_through_vpc_endpoint()
            );
            assert!(candidate.is_global_via_vpc_endpoint() && !candidate.is_disagreement());
        }
        assert_eq!(candidate(&[], 7).time(), None);
    }

    #[test]
    fn one_event_of_one_account_counts_once() {
        let a = |number| {
            candidate(
                &[(Field::EventId, "e"), (Field::RecipientAccountId, "1")],
                number,
            )
        };
        let elsewhere = candidate(
            &[(Field::EventId, "e"), (Field::RecipientAccountId, "2")],
            3,
        );
        let mended = candidate(
            &[
                (Field::EventId, "other"),
                (Field::RecipientAccountId, "1"),
                (Field::OriginalEventId, "e"),
            ],
            4,
        );
        assert_eq!(
            survivors(&[a(1), a(1)]),
            (
                vec![1],
                Dropped {
                    duplicates: 1,
                    shared_copies: 0
                }
            )
        );
        assert_eq!(survivors(&[a(2), a(1)]).0, survivors(&[a(1), a(2)]).0);
        assert_eq!(survivors(&[a(1), elsewhere]).0, [1, 3]);
        assert_eq!(survivors(&[a(1), mended]).0, [4], "what mends is preferred");
        assert!(candidate(&[], 0).counts_alone());
        assert!(
            candidate(&[(Field::SharedEventId, "s")], 0).counts_alone(),
            "no id: always counts"
        );
    }

    #[test]
    fn the_callers_copy_of_a_shared_event_survives() {
        let copy = |id, account, kind, number| {
            candidate(
                &[
                    (Field::EventId, id),
                    (Field::RecipientAccountId, account),
                    (Field::SharedEventId, "s"),
                    (Field::IdentityType, kind),
                ],
                number,
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
        assert_eq!(survivors(&[target, caller, target]), expected);
        assert_eq!(survivors(&[caller, target, caller]), expected);
        assert_eq!(survivors(&[target]).0, [2], "nobody else logged it");
    }

    #[test]
    fn the_callers_copy_survives_even_if_the_targets_was_mended() {
        let caller = candidate(
            &[
                (Field::EventId, "a"),
                (Field::RecipientAccountId, "1"),
                (Field::SharedEventId, "s"),
                (Field::IdentityType, "AssumedRole"),
            ],
            1,
        );
        let mended_target = candidate(
            &[
                (Field::EventId, "c"),
                (Field::OriginalEventId, "b"),
                (Field::RecipientAccountId, "2"),
                (Field::SharedEventId, "s"),
                (Field::IdentityType, "AWSAccount"),
            ],
            2,
        );
        assert_eq!(survivors(&[mended_target, caller]).0, [1]);
    }

    #[test]
    fn copies_that_name_different_sharings_resolve_alike_in_any_order() {
        let copy =
            |id, shared| candidate(&[(Field::EventId, id), (Field::SharedEventId, shared)], 1);
        let (one, other, shared) = (copy("a", "s"), copy("a", "t"), copy("b", "s"));
        assert_eq!(
            survivors(&[one, other, shared]),
            survivors(&[other, one, shared])
        );
    }

    #[test]
    fn many_candidates_resolve_as_few_do() {
        let ids: Vec<&'static str> = (0..20_000)
            .map(|n: u32| -> &'static str { format!("event-{}", n % 15_000).leak() })
            .collect();
        let candidates: Vec<Candidate<[u32; 2]>> = ids
            .iter()
            .map(|id| candidate(&[(Field::EventId, id)], 1))
            .collect();
        let (numbers, dropped) = survivors(&candidates);
        assert_eq!((numbers.len(), dropped.duplicates), (15_000, 5_000));
    }
}
