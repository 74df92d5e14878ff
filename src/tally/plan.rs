//! Who must change what: global calls by principal, SDK and cause, with what helps to find and move
//! them.

use super::question::Part::{self, Dimension as D, Nothing};
use crate::sts::{Call, Dimension, Endpoint};

/// How many columns a key has.
pub(super) const WIDTH: usize = 14;

/// Of global calls, all that the rows are made of.
const GLOBAL: [Part; WIDTH] = [
    D(Dimension::Endpoint),
    D(Dimension::Principal),
    D(Dimension::AwsServingRegion),
    Part::IssuingAccount,
    Nothing,
    D(Dimension::PrincipalType),
    D(Dimension::AccountId),
    D(Dimension::Sdk),
    D(Dimension::SdkVersion),
    Part::Cause,
    D(Dimension::SourceIpAddress),
    D(Dimension::SessionName),
    D(Dimension::InScopeOf),
    Part::ViaVpcEndpoint,
];

/// Of Regional calls, who is at home where.
const REGIONAL: [Part; WIDTH] = [
    D(Dimension::Endpoint),
    D(Dimension::Principal),
    D(Dimension::EndpointRegion),
    Nothing,
    Nothing,
    Nothing,
    Nothing,
    Nothing,
    Nothing,
    Nothing,
    Nothing,
    Nothing,
    Nothing,
    Nothing,
];

/// Of Regional calls that were refused because STS is deactivated there, whose STS that is, too.
const REFUSED: [Part; WIDTH] = {
    let mut parts = REGIONAL;
    parts[3] = Part::IssuingAccount;
    parts[4] = Part::Refused;
    parts
};

/// The columns of the key of a call.
pub(super) fn parts(call: &Call<'_>) -> &'static [Part] {
    match call.endpoint() {
        Endpoint::Global => &GLOBAL,
        Endpoint::Regional { .. } if call.is_refused() => &REFUSED,
        Endpoint::Regional { .. } => &REGIONAL,
        _ => &[Nothing; WIDTH],
    }
}
