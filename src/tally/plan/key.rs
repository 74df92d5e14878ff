//! What a plan tells calls apart by: much of global calls, little of Regional ones, nothing of others.

use super::super::question::Part::{self, Dimension as D, Nothing};
use crate::sts::{Dimension, Endpoint, Properties};

/// How many columns a key has.
pub(in crate::tally) const WIDTH: usize = 16;

// Where each column stands.
pub(super) const ENDPOINT: usize = 0;
pub(super) const PRINCIPAL: usize = 1;
/// Of a global call the Region that answered, of a Regional one the Region called.
pub(super) const REGION: usize = 2;
pub(super) const ISSUING_ACCOUNT: usize = 3;
pub(super) const REFUSED: usize = 4;
pub(super) const ACCOUNT_ID: usize = 5;
pub(super) const PRINCIPAL_TYPE: usize = 6;
pub(super) const SDK: usize = 7;
pub(super) const SDK_VERSION: usize = 8;
pub(super) const CAUSE: usize = 9;
pub(super) const SOURCE_IP_ADDRESS: usize = 10;
pub(super) const SESSION_NAME: usize = 11;
pub(super) const IN_SCOPE_OF: usize = 12;
pub(super) const VIA_VPC_ENDPOINT: usize = 13;
pub(super) const TOOL: usize = 14;
pub(super) const REGIONAL_ONLY: usize = 15;

/// Of global calls, all that rows and risks are made of.
const OF_GLOBAL: [Part; WIDTH] = {
    let mut parts = [Nothing; WIDTH];
    parts[ENDPOINT] = D(Dimension::Endpoint);
    parts[PRINCIPAL] = D(Dimension::Principal);
    parts[REGION] = D(Dimension::AwsServingRegion);
    parts[ISSUING_ACCOUNT] = Part::IssuingAccount;
    parts[ACCOUNT_ID] = D(Dimension::AccountId);
    parts[PRINCIPAL_TYPE] = D(Dimension::PrincipalType);
    parts[SDK] = D(Dimension::Sdk);
    parts[SDK_VERSION] = D(Dimension::SdkVersion);
    parts[CAUSE] = Part::Cause;
    parts[SOURCE_IP_ADDRESS] = D(Dimension::SourceIpAddress);
    parts[SESSION_NAME] = D(Dimension::SessionName);
    parts[IN_SCOPE_OF] = D(Dimension::InScopeOf);
    parts[VIA_VPC_ENDPOINT] = Part::ViaVpcEndpoint;
    parts[TOOL] = D(Dimension::Tool);
    parts[REGIONAL_ONLY] = Part::RegionalOnlyAction;
    parts
};

/// Of Regional calls, who is at home where.
const OF_REGIONAL: [Part; WIDTH] = {
    let mut parts = [Nothing; WIDTH];
    parts[ENDPOINT] = D(Dimension::Endpoint);
    parts[PRINCIPAL] = D(Dimension::Principal);
    parts[REGION] = D(Dimension::EndpointRegion);
    parts
};

/// Of Regional calls that were refused as STS is deactivated there, whose STS and whose call, too.
const OF_REFUSED: [Part; WIDTH] = {
    let mut parts = OF_REGIONAL;
    parts[ISSUING_ACCOUNT] = Part::IssuingAccount;
    parts[REFUSED] = Part::Refused;
    parts[ACCOUNT_ID] = D(Dimension::AccountId);
    parts
};

/// The columns of the key of a call.
pub(in crate::tally) fn parts(call: &impl Properties) -> &'static [Part] {
    match call.endpoint() {
        Endpoint::Global => &OF_GLOBAL,
        Endpoint::Regional { .. } if call.is_refused() => &OF_REFUSED,
        Endpoint::Regional { .. } => &OF_REGIONAL,
        _ => &[Nothing; WIDTH],
    }
}
