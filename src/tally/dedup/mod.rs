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

mod candidate;
mod filter;
mod resolve;

pub(crate) use candidate::{Candidate, hash, traces};
pub(crate) use filter::Filter;
pub(crate) use resolve::{Candidates, Dropped};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloudtrail::{Field, Record};
    use crate::sts::{Call, EndpointKind, Time};

    fn candidate(fields: &[(Field, &'static str)], number: u32) -> Candidate<[u32; 2]> {
        let record = fields
            .iter()
            .fold(Record::default(), |record, &(field, value)| {
                record.with(field, value)
            });
        Candidate::new(&Call::new(&record, None), [number, 0], true)
    }

    fn survivors(candidates: &[Candidate<[u32; 2]>]) -> (Vec<u32>, Dropped) {
        survivors_by(candidates, |a, b| a.cmp(b))
    }

    /// The same where groups are in this order.
    fn survivors_by(
        candidates: &[Candidate<[u32; 2]>],
        order: impl Fn(&[u32; 2], &[u32; 2]) -> std::cmp::Ordering + Sync,
    ) -> (Vec<u32>, Dropped) {
        let mut all = Candidates::default();
        candidates.iter().for_each(|&candidate| all.push(candidate));
        let mut numbers = Vec::new();
        let dropped = all.resolve(
            |a, b| order(&a.payload, &b.payload),
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
        let addendum = candidate(
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
        assert_eq!(
            survivors(&[a(1), addendum]).0,
            [4],
            "an addendum is preferred"
        );
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

    /// What calls are grouped by puts groups in another order.
    #[test]
    fn which_of_two_target_copies_survives_does_not_depend_on_the_question() {
        let copy = |id, account, number| {
            candidate(
                &[
                    (Field::EventId, id),
                    (Field::RecipientAccountId, account),
                    (Field::SharedEventId, "s"),
                    (Field::IdentityType, "AWSAccount"),
                ],
                number,
            )
        };
        let both = [copy("a", "1", 1), copy("b", "2", 2)];
        let asked_otherwise = survivors_by(&both, |a, b| b.cmp(a));
        assert_eq!(survivors(&both), asked_otherwise);
    }

    #[test]
    fn the_callers_copy_survives_even_if_the_target_has_an_addendum() {
        let caller = candidate(
            &[
                (Field::EventId, "a"),
                (Field::RecipientAccountId, "1"),
                (Field::SharedEventId, "s"),
                (Field::IdentityType, "AssumedRole"),
            ],
            1,
        );
        let targets_addendum = candidate(
            &[
                (Field::EventId, "c"),
                (Field::OriginalEventId, "b"),
                (Field::RecipientAccountId, "2"),
                (Field::SharedEventId, "s"),
                (Field::IdentityType, "AWSAccount"),
            ],
            2,
        );
        assert_eq!(survivors(&[targets_addendum, caller]).0, [1]);
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
