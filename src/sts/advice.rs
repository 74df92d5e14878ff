//! What a person can do about calls to the global endpoint, in a sentence.
//!
//! Owns the wording. The facts behind it stand in [`super::defaults`]; who calls, from where and
//! why is the caller's to say.

use super::Cause;

/// What is known of a group of global calls with one cause.
#[derive(Clone, Copy, Debug)]
pub struct Situation<'a> {
    /// Why they went to the global endpoint.
    pub cause: Cause,
    /// The value of the `sdk` dimension; empty where there is none.
    pub sdk: &'a str,
    /// The value of the `sdk_version` dimension; empty where there is none.
    pub sdk_version: &'a str,
    /// The principal that makes the calls.
    pub principal: &'a str,
    /// `userIdentity.type`; empty where the record lacks it.
    pub principal_type: &'a str,
    /// The caller's account; empty where nobody knows it.
    pub account_id: &'a str,
    /// The Region whose endpoint they should go to. What has not the shape of a Region is not used.
    pub recommended_region: Option<&'a str>,
    /// Whether some of them came through a VPC endpoint.
    pub via_vpc_endpoint: bool,
}

/// What to do: one sentence, and remarks behind it.
pub fn fix(situation: &Situation<'_>) -> String {
    let region = situation.recommended_region.unwrap_or("the Region");
    format!("Set AWS_REGION={region} ({}).", situation.cause)
}
