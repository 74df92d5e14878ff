//! A record as far as counting needs it, in 48 bytes: which event it is of, and what its call is.
//!
//! Owns how that is packed, which is a format, and which of two copies is preferred.

use std::cmp::Ordering;

use siphasher::sip128::SipHasher13;

use crate::cloudtrail::something;
use crate::sts::{Call, Endpoint, EndpointKind, Time};

/// What a record says of itself, as far as counting needs it, and what it counts for if it survives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Candidate<P> {
    /// The event and the account that received it; 0: none, always counted.
    pub(super) event: u128,
    /// The call it is a copy of; 0: none.
    pub(super) shared: u128,
    /// The time and the properties of the call, packed: see [`Candidate::time`] and the flags.
    pub(super) packed: u64,
    /// What it counts for. With eight bytes a candidate has 48, and 32 while it waits.
    pub payload: P,
}

/// The sum of the traces of candidates, whatever their order.
pub(crate) fn traces<P: Copy>(candidates: impl Iterator<Item = Candidate<P>>) -> u64 {
    candidates.fold(0, |sum, one| sum.wrapping_add(one.trace()))
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
            .and_then(something)
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

    /// A number that tells it from others, to be added up: a sum that is right has each of them once.
    fn trace(&self) -> u64 {
        // Odd, so that no bit of a factor is lost.
        const FACTORS: [u64; 2] = [0x9e37_79b9_7f4a_7c15, 0xbf58_476d_1ce4_e5b9];
        (self.event as u64)
            .wrapping_add((self.shared as u64).wrapping_mul(FACTORS[0]))
            .wrapping_add(self.packed.wrapping_mul(FACTORS[1]))
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
    pub(super) fn preference(
        &self,
        other: &Candidate<P>,
        by_content: impl Fn(&Candidate<P>, &Candidate<P>) -> Ordering,
    ) -> Ordering {
        let rank = |candidate: &Candidate<P>| candidate.packed & (TARGET_COPY | NO_ADDENDUM);
        rank(self)
            .cmp(&rank(other))
            .then(self.packed.cmp(&other.packed))
            // Two copies of a call are two events: so whatever is asked, the same one counts.
            .then(self.event.cmp(&other.event))
            .then_with(|| by_content(self, other))
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
