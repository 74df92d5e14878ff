//! The columns of keys: what can be told of a call beside its dimensions.
//!
//! What `--group-by` must not offer, as it means nothing for most calls, is a [`KeyColumn`] and no
//! [`Dimension`].

use std::fmt::Write as _;

use crate::sts::action::is_regional_only;
use crate::sts::is_own_name;
use crate::sts::tool::SENDS_PRESIGNED;
use crate::sts::{Dimension, Properties};
use crate::tally::YES;

/// What is added to a name that is only a label of the user's, though a tool of the table has the same
/// one. No word of a user agent has a bracket in it, so no name ends so.
pub(super) const AS_LABEL: &str = " (app)";

/// One column of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KeyColumn {
    /// Calls of this kind are not told apart here.
    Nothing,
    /// A dimension.
    Dimension(Dimension),
    /// The tool; a label that is a known tool's name by chance ends in [`AS_LABEL`].
    Program,
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
    /// `yes` if somebody else may have signed it, and sent it on.
    PerhapsPresigned,
}

impl KeyColumn {
    /// Its value for a call; `None` for what is absent.
    pub fn value<'s>(self, call: &'s impl Properties, scratch: &'s mut String) -> Option<&'s str> {
        match self {
            KeyColumn::Nothing => None,
            KeyColumn::Dimension(dimension) => call.value(dimension, scratch),
            KeyColumn::Program => match call.label_like_a_tool() {
                Some(label) => {
                    scratch.clear();
                    // Writing to a String cannot fail.
                    let _ = write!(scratch, "{label}{AS_LABEL}");
                    Some(scratch)
                }
                None => call.value(Dimension::Tool, scratch),
            },
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
            KeyColumn::PerhapsPresigned => {
                let is_presigned = call.value(Dimension::EventName, scratch)
                    == Some("GetCallerIdentity")
                    && call.value(Dimension::Tool, scratch) == Some(SENDS_PRESIGNED)
                    && call.label_like_a_tool().is_none();
                is_presigned.then_some(YES)
            }
        }
    }
}
