//! Why a call went to the global endpoint, as far as its record tells.
//!
//! Owns the causes, in the order in which they are tried, and their names. Which of them a call has is
//! told by `judge`.

use std::fmt;

use serde::{Deserialize, Serialize};

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
