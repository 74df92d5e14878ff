//! Calls that do not say in whose log of which Region they are, where that is asked.
//!
//! Owns which of them may be of those asked about: they are left out, and a zero without them means
//! nothing. Refuses to know what follows. AWS writes both members into every record since 2014; programs that
//! write records anew lose them, or make numbers of accounts.

use super::condition::Condition;
use super::selection::Selection;
use crate::aws::account::is_account_id;
use crate::aws::is_among;
use crate::aws::region::{US_EAST_1, is_region};
use crate::sts::{Dimension, Endpoint, Properties};

/// In whose log of which Region a call is, as far as its record says.
#[derive(Clone, Copy)]
struct Place<'c> {
    account: Option<&'c str>,
    region: Option<&'c str>,
}

impl<'c> Place<'c> {
    fn of(call: &'c impl Properties) -> Place<'c> {
        let region = match call.aws_region() {
            // Logged where calls of us-east-1 are.
            Some("global") => Some(US_EAST_1),
            region => region.filter(|region| is_region(region)),
        };
        Place {
            account: call.recipient_account_id().filter(|id| is_account_id(id)),
            region,
        }
    }

    /// What the record says of a dimension that is of the place; `None` of any other dimension.
    fn value(self, dimension: Dimension) -> Option<Option<&'c str>> {
        match dimension {
            Dimension::RecipientAccountId => Some(self.account),
            Dimension::AwsRegion => Some(self.region),
            _ => None,
        }
    }
}

impl Selection {
    /// Whether a call that a gate would count may be one of those asked about, and is left out for want of an
    /// account or a Region of its log. Of its time nothing is asked here.
    pub(crate) fn misplaces(&self, call: &impl Properties, scratch: &mut String) -> bool {
        let place = Place::of(call);
        let has_region = place.region.is_some() && place.region == call.aws_region();
        let is_whole = place.account.is_some() && has_region;
        let is_counted = matches!(call.endpoint(), Endpoint::Global | Endpoint::Unknown);
        !is_whole
            && is_counted
            && self.may_pass(call, place, scratch)
            && !self.passes_by_place(call, scratch)
    }

    fn may_pass(&self, call: &impl Properties, place: Place<'_>, scratch: &mut String) -> bool {
        let may_be =
            |list: &[String], value: Option<&str>| value.is_none_or(|value| is_among(list, value));
        let mut may_hold = |one: &Condition| {
            let is_unknown = match place.value(one.dimension) {
                Some(value) => value.is_none_or(|value| one.admits(value)),
                // Of a call without a time somebody else tells.
                None if one.is_of_time() => call.value(one.dimension, scratch).is_none(),
                None => false,
            };
            is_unknown || one.holds(call, scratch)
        };
        may_be(&self.accounts, place.account)
            && may_be(&self.regions, place.region)
            && is_among(&self.endpoints, call.endpoint().as_str())
            && self.conditions.iter().all(&mut may_hold)
    }

    /// Whether what is asked of accounts and Regions lets a call pass as it is.
    fn passes_by_place(&self, call: &impl Properties, scratch: &mut String) -> bool {
        let mut conditions = self.conditions.iter().filter(|one| one.is_of_place());
        self.admits_log(call) && conditions.all(|one| one.holds(call, scratch))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloudtrail::{Field, Record};
    use crate::sts::Call;

    const ACCOUNT: &str = "111122223333";

    fn misplaces(selection: &Selection, account: &str, region: &str, host: &str) -> bool {
        let record = Record::default()
            .with(Field::RecipientAccountId, account)
            .with(Field::AwsRegion, region)
            .with(Field::ClientProvidedHostHeader, host);
        let host = Call::host_of(&record);
        let call = Call::new(&record, host.as_ref());
        selection.misplaces(&call, &mut String::new())
    }

    #[test]
    fn calls_without_a_place_may_be_of_any() {
        const GLOBAL: &str = "sts.amazonaws.com";
        let listed = |accounts: &[&str], regions: &[&str]| {
            let owned = |list: &[&str]| list.iter().map(|&one| one.to_owned()).collect();
            Selection {
                accounts: owned(accounts),
                regions: owned(regions),
                ..Selection::default()
            }
        };
        let of_account = listed(&[ACCOUNT], &[]);
        let of_region = listed(&[], &["us-east-1"]);
        let of_both = listed(&[ACCOUNT], &["us-east-1"]);
        for (selection, account, region, host, expected) in [
            (&of_account, "", "us-east-1", GLOBAL, true),
            (&of_account, "None", "us-east-1", GLOBAL, true),
            (&of_account, "444455556666", "us-east-1", GLOBAL, false),
            (&of_account, "444455556666", "", GLOBAL, false),
            (&of_account, ACCOUNT, "", GLOBAL, false),
            (&of_region, ACCOUNT, "", GLOBAL, true),
            (&of_region, ACCOUNT, "global", GLOBAL, true),
            (&of_region, ACCOUNT, "eu-west-1", GLOBAL, false),
            (&of_both, "", "", GLOBAL, true),
            (&of_both, "", "eu-west-1", GLOBAL, false),
            (&of_both, "444455556666", "global", GLOBAL, false),
            // Where nothing is asked of a place, none is missed.
            (&Selection::default(), "", "", GLOBAL, false),
            // No gate counts a Regional call; an unknown one has a gate.
            (
                &of_account,
                "",
                "us-east-1",
                "sts.eu-west-1.amazonaws.com",
                false,
            ),
            (&of_account, "", "us-east-1", "", true),
        ] {
            let found = misplaces(selection, account, region, host);
            assert_eq!(found, expected, "{selection:?} {account} {region} {host}");
        }
    }

    #[test]
    fn conditions_are_asked_as_lists_are() {
        let account = Condition::of(Dimension::RecipientAccountId, ACCOUNT, false);
        let other = Condition::of(Dimension::RecipientAccountId, ACCOUNT, true);
        let name = Condition::of(Dimension::EventName, "Get*", false);
        for (conditions, account, expected) in [
            (vec![account.clone()], "", true),
            (vec![account.clone()], ACCOUNT, false),
            // It passes.
            (vec![other], "", false),
            // It would be left out anyway.
            (vec![account, name], "", false),
        ] {
            let selection = Selection {
                conditions,
                ..Selection::default()
            };
            let found = misplaces(&selection, account, "us-east-1", "sts.amazonaws.com");
            assert_eq!(found, expected, "{:?}", selection.conditions);
        }
    }
}
