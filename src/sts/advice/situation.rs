//! What advice depends on.

use crate::sts::Cause;

/// What is known of a group of global calls with one cause.
#[derive(Clone, Copy, Debug)]
pub struct Situation<'a> {
    /// Why they went to the global endpoint.
    pub cause: Cause,
    /// The value of the `sdk` dimension; empty where there is none.
    pub sdk: &'a str,
    /// The value of the `sdk_version` dimension; empty where there is none.
    pub sdk_version: &'a str,
    /// The values of the `tool` dimension that most of them have, in the order of their advice.
    pub tools: &'a [&'a str],
    /// Whether some of them have another tool, or none.
    pub has_other_tools: bool,
    /// The principal that makes the calls.
    pub principal: &'a str,
    /// `userIdentity.type`; empty where the record lacks it.
    pub principal_type: &'a str,
    /// The caller's account; empty where nobody knows it.
    pub account_id: &'a str,
    /// The Region whose endpoint they should go to. What has not the shape of a Region is not used.
    pub recommended_region: Option<&'a str>,
    /// Other Regions that answered some of them.
    pub served_elsewhere: &'a [&'a str],
    /// Whether some of them came through a VPC endpoint.
    pub via_vpc_endpoint: bool,
    /// Whether some of them came from an IPv6 address.
    pub from_ipv6: bool,
    /// Whether some of them are of an action that the global endpoint does not have.
    pub regional_only_action: bool,
    /// How many of them went to a name of the user's own, a proxy's or a CNAME, that leads to the global
    /// endpoint.
    pub through_own_host: Share,
    /// How many of them were made by Lambda functions.
    pub in_lambda: Share,
    /// How many of those by Go's standard library are `GetCallerIdentity`.
    pub presigned: Share,
}

/// How many of some calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Share {
    /// None.
    None,
    /// Some, and not all.
    Some,
    /// All.
    All,
}

impl Share {
    /// So many of so many.
    pub fn of(calls: u64, all: u64) -> Share {
        match calls {
            0 => Share::None,
            calls if calls < all => Share::Some,
            _ => Share::All,
        }
    }
}
