//! What Regions are told apart by: whose STS was called in which of them, by whom, and in whose log
//! of which Region that is.

use super::super::key::KeyColumn::{self, Dimension as D, Nothing};
use crate::sts::{Dimension, Endpoint, EndpointKind, Properties};
use crate::tally::{Column, Flag, Text};

/// How many columns a key has.
pub(in crate::questions) const WIDTH: usize = 8;

// The columns.
pub(super) const ENDPOINT: Column<EndpointKind> = Column::at(0);
pub(super) const ISSUING_ACCOUNT: Column<Text> = Column::at(1);
/// The Region whose STS answered.
pub(super) const REGION: Column<Text> = Column::at(2);
pub(super) const PRINCIPAL: Column<Text> = Column::at(3);
pub(super) const REFUSED: Column<Flag> = Column::at(4);
pub(super) const VIA_VPC_ENDPOINT: Column<Flag> = Column::at(5);
/// The account in whose log the record is.
pub(super) const RECIPIENT: Column<Text> = Column::at(6);
/// The Region in whose log the record is.
pub(super) const AWS_REGION: Column<Text> = Column::at(7);

/// Of calls that belong to no Region.
const OF_NONE: [KeyColumn; WIDTH] = {
    let mut columns = [Nothing; WIDTH];
    columns[ENDPOINT.place()] = D(Dimension::Endpoint);
    columns[ISSUING_ACCOUNT.place()] = KeyColumn::IssuingAccount;
    columns[RECIPIENT.place()] = D(Dimension::RecipientAccountId);
    columns[AWS_REGION.place()] = D(Dimension::AwsRegion);
    columns
};

/// Of calls to a Region's own endpoint.
const OF_REGIONAL: [KeyColumn; WIDTH] = {
    let mut columns = OF_NONE;
    columns[REGION.place()] = D(Dimension::EndpointRegion);
    columns[PRINCIPAL.place()] = D(Dimension::Principal);
    columns[REFUSED.place()] = KeyColumn::Refused;
    columns[VIA_VPC_ENDPOINT.place()] = KeyColumn::ViaVpcEndpoint;
    columns
};

/// Of calls whose name says nothing of the Region, and the log does.
const OF_LOGGED: [KeyColumn; WIDTH] = {
    let mut columns = OF_REGIONAL;
    columns[REGION.place()] = D(Dimension::AwsRegion);
    columns
};

/// The columns of the key of a call.
pub(in crate::questions) fn columns(call: &impl Properties) -> &'static [KeyColumn] {
    match call.endpoint() {
        Endpoint::Regional { .. } => &OF_REGIONAL,
        Endpoint::AwsService | Endpoint::Other => &OF_LOGGED,
        Endpoint::Global | Endpoint::Unknown => &OF_NONE,
    }
}
