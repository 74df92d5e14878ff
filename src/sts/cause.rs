//! Why a call went to the global endpoint, as far as its record tells.
//!
//! Owns the order in which causes are tried. What an SDK does by default is in
//! [`super::defaults`], what to do about it in [`super::advice`].

use std::fmt;

use serde::{Deserialize, Serialize};

use super::defaults::Defaults;
use super::{Call, agent, tool};
use crate::cloudtrail::Field;

/// Why a call went to the global endpoint; the first that applies, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Cause {
    /// The caller lives in another account, which has to change it.
    AnotherAccount,
    /// AWS itself makes the call.
    AwsManaged,
    /// The SDK says that an endpoint URL is configured.
    EndpointOverride,
    /// This SDK at this version goes global unless told otherwise, or may, and the tool it is in does
    /// not tell it so.
    SdkDefault,
    /// The SDK is Regional by default and goes global where no Region is configured.
    NoRegion,
    /// The SDK is Regional by default and never falls back: an endpoint, or the Region `aws-global`,
    /// is set in code or configuration. Also of whatever SDK where the call went to a name of the user's
    /// own: no SDK does that by default.
    ExplicitEndpoint,
    /// The user agent tells nothing.
    Unrecognised,
}

impl Cause {
    /// Every cause, in the order in which they are tried.
    pub const ALL: [Cause; 7] = [
        Cause::AnotherAccount,
        Cause::AwsManaged,
        Cause::EndpointOverride,
        Cause::SdkDefault,
        Cause::NoRegion,
        Cause::ExplicitEndpoint,
        Cause::Unrecognised,
    ];

    /// The cause of a global call. Of any other call it says what the cause would have been.
    ///
    /// It depends on the user agent, the action, whose copy it is, on whether the call came from inside
    /// AWS, and on whether it went to a name of the user's own, alone: causes are remembered by these.
    pub fn of(call: &Call<'_>) -> Cause {
        if call.is_target_copy() {
            return Cause::AnotherAccount;
        }
        let is_mapped = call.is_through_own_host();
        let (Some(user_agent), Some(sdk)) = (call.field(Field::UserAgent), call.sdk()) else {
            return match is_mapped {
                true => Cause::ExplicitEndpoint,
                false => Cause::Unrecognised,
            };
        };
        if sdk.is_aws_managed() {
            return Cause::AwsManaged;
        }
        let event_name = call.field(Field::EventName);
        let defaults = Defaults::of(sdk.name);
        if agent::has_metric(user_agent, agent::ENDPOINT_OVERRIDE) {
            let overrides_itself =
                defaults.is_some_and(|row| row.overrides_itself_without_region(event_name));
            return match overrides_itself && !is_mapped {
                true => Cause::NoRegion,
                false => Cause::EndpointOverride,
            };
        }
        if is_mapped {
            return Cause::ExplicitEndpoint;
        }
        let tool = || tool::find(user_agent).map(|(tool, _)| tool);
        let Some(defaults) = defaults else {
            return tool().map_or(Cause::Unrecognised, |tool| tool.cause(event_name));
        };
        if defaults.agent_goes_global(user_agent, &sdk) {
            match tool() {
                Some(tool) if tool.forces(sdk.name) => Cause::ExplicitEndpoint,
                _ => Cause::SdkDefault,
            }
        } else if defaults.goes_global_without_region(event_name) {
            Cause::NoRegion
        } else {
            Cause::ExplicitEndpoint
        }
    }

    /// Its name in columns and keys.
    pub fn as_str(self) -> &'static str {
        match self {
            Cause::AnotherAccount => "another-account",
            Cause::AwsManaged => "aws-managed",
            Cause::EndpointOverride => "endpoint-override",
            Cause::SdkDefault => "sdk-default",
            Cause::NoRegion => "no-region",
            Cause::ExplicitEndpoint => "explicit-endpoint",
            Cause::Unrecognised => "unrecognised",
        }
    }

    /// The cause of this name.
    pub fn find(name: &str) -> Option<Cause> {
        Cause::ALL.into_iter().find(|cause| cause.as_str() == name)
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
