//! What Regions are told apart by: whose STS was called in which of them, by whom, and in whose log
//! of which Region that stands.

use super::super::question::Part::{self, Dimension as D, Nothing};
use crate::sts::{Dimension, Endpoint, Properties};

/// How many columns a key has.
pub(in crate::tally) const WIDTH: usize = 8;

// Where each column stands.
pub(super) const ENDPOINT: usize = 0;
pub(super) const ISSUING_ACCOUNT: usize = 1;
/// The Region whose STS answered.
pub(super) const REGION: usize = 2;
pub(super) const PRINCIPAL: usize = 3;
pub(super) const REFUSED: usize = 4;
pub(super) const VIA_VPC_ENDPOINT: usize = 5;
/// The account in whose log the record is.
pub(super) const RECIPIENT: usize = 6;
/// The Region in whose log the record is.
pub(super) const AWS_REGION: usize = 7;

/// Of calls that belong to no Region.
const OF_NONE: [Part; WIDTH] = {
    let mut parts = [Nothing; WIDTH];
    parts[ENDPOINT] = D(Dimension::Endpoint);
    parts[ISSUING_ACCOUNT] = Part::IssuingAccount;
    parts[RECIPIENT] = D(Dimension::RecipientAccountId);
    parts[AWS_REGION] = D(Dimension::AwsRegion);
    parts
};

/// Of calls to a Region's own endpoint.
const OF_REGIONAL: [Part; WIDTH] = {
    let mut parts = OF_NONE;
    parts[REGION] = D(Dimension::EndpointRegion);
    parts[PRINCIPAL] = D(Dimension::Principal);
    parts[REFUSED] = Part::Refused;
    parts[VIA_VPC_ENDPOINT] = Part::ViaVpcEndpoint;
    parts
};

/// Of calls whose name says nothing of the Region, and the log does.
const OF_LOGGED: [Part; WIDTH] = {
    let mut parts = OF_REGIONAL;
    parts[REGION] = D(Dimension::AwsRegion);
    parts
};

/// The columns of the key of a call.
pub(in crate::tally) fn parts(call: &impl Properties) -> &'static [Part] {
    match call.endpoint() {
        Endpoint::Regional { .. } => &OF_REGIONAL,
        Endpoint::AwsService | Endpoint::Other => &OF_LOGGED,
        Endpoint::Global | Endpoint::Unknown => &OF_NONE,
    }
}
