//! The columns of keys: what can be told of a call beside its dimensions.
//!
//! What `--group-by` must not offer, as it means nothing for most calls, is a [`KeyColumn`] and no
//! [`Dimension`].

use crate::sts::action::is_regional_only;
use crate::sts::is_own_name;
use crate::sts::{Dimension, Properties};
use crate::tally::YES;

/// One column of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KeyColumn {
    /// Calls of this kind are not told apart here.
    Nothing,
    /// A dimension.
    Dimension(Dimension),
    /// Why it went to the global endpoint; means nothing for other calls.
    Cause,
    /// The account that issues the credentials, where STS may be deactivated.
    IssuingAccount,
    /// `yes` if STS is deactivated in the Region called.
    Refused,
    /// `yes` if it came through a VPC endpoint.
    ViaVpcEndpoint,
    /// `yes` if it went to a name of the user's own, wherever that leads.
    ThroughOwnHost,
    /// `yes` if it is of where global calls are logged.
    OfUsEast1,
    /// `yes` if the global endpoint does not have the action.
    RegionalOnlyAction,
}

impl KeyColumn {
    /// Its value for a call; `None` for what is absent.
    pub fn value<'s>(self, call: &'s impl Properties, scratch: &'s mut String) -> Option<&'s str> {
        match self {
            KeyColumn::Nothing => None,
            KeyColumn::Dimension(dimension) => call.value(dimension, scratch),
            KeyColumn::Cause => call.cause(),
            KeyColumn::IssuingAccount => call.issuing_account_id(),
            KeyColumn::Refused => call.is_refused().then_some(YES),
            KeyColumn::ViaVpcEndpoint => call.is_through_vpc_endpoint().then_some(YES),
            KeyColumn::ThroughOwnHost => {
                let host = call.value(Dimension::ClientProvidedHostHeader, scratch);
                host.is_some_and(is_own_name).then_some(YES)
            }
            KeyColumn::OfUsEast1 => call.is_of_us_east_1().then_some(YES),
            KeyColumn::RegionalOnlyAction => {
                let event_name = call.value(Dimension::EventName, scratch);
                event_name.is_some_and(is_regional_only).then_some(YES)
            }
        }
    }
}
