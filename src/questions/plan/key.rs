//! What a plan tells calls apart by: much of global calls, little of Regional ones, nothing of others.

use super::super::key::KeyColumn::{self, Dimension as D, Nothing};
use crate::sts::{Cause, Dimension, Endpoint, EndpointKind, Properties};
use crate::tally::{Column, Flag, Text};

/// How many columns a key has.
pub(in crate::questions) const WIDTH: usize = 18;

// The columns.
pub(super) const ENDPOINT: Column<EndpointKind> = Column::at(0);
pub(super) const PRINCIPAL: Column<Text> = Column::at(1);
/// Of a global call the Region that answered, of a Regional one the Region called.
pub(super) const REGION: Column<Text> = Column::at(2);
pub(super) const ISSUING_ACCOUNT: Column<Text> = Column::at(3);
pub(super) const REFUSED: Column<Flag> = Column::at(4);
pub(super) const ACCOUNT_ID: Column<Text> = Column::at(5);
pub(super) const PRINCIPAL_TYPE: Column<Text> = Column::at(6);
pub(super) const SDK: Column<Text> = Column::at(7);
pub(super) const SDK_VERSION: Column<Text> = Column::at(8);
pub(super) const CAUSE: Column<Cause> = Column::at(9);
pub(super) const SOURCE_IP_ADDRESS: Column<Text> = Column::at(10);
pub(super) const SESSION_NAME: Column<Text> = Column::at(11);
pub(super) const IN_SCOPE_OF: Column<Text> = Column::at(12);
pub(super) const VIA_VPC_ENDPOINT: Column<Flag> = Column::at(13);
pub(super) const TOOL: Column<Text> = Column::at(14);
pub(super) const REGIONAL_ONLY: Column<Flag> = Column::at(15);
pub(super) const THROUGH_OWN_HOST: Column<Flag> = Column::at(16);
pub(super) const PERHAPS_PRESIGNED: Column<Flag> = Column::at(17);

/// Of global calls, all that rows and risks are made of.
const OF_GLOBAL: [KeyColumn; WIDTH] = {
    let mut columns = [Nothing; WIDTH];
    columns[ENDPOINT.place()] = D(Dimension::Endpoint);
    columns[PRINCIPAL.place()] = D(Dimension::Principal);
    columns[REGION.place()] = D(Dimension::AwsServingRegion);
    columns[ISSUING_ACCOUNT.place()] = KeyColumn::IssuingAccount;
    columns[ACCOUNT_ID.place()] = D(Dimension::AccountId);
    columns[PRINCIPAL_TYPE.place()] = D(Dimension::PrincipalType);
    columns[SDK.place()] = D(Dimension::Sdk);
    columns[SDK_VERSION.place()] = D(Dimension::SdkVersion);
    columns[CAUSE.place()] = KeyColumn::Cause;
    columns[SOURCE_IP_ADDRESS.place()] = D(Dimension::SourceIpAddress);
    columns[SESSION_NAME.place()] = D(Dimension::SessionName);
    columns[IN_SCOPE_OF.place()] = D(Dimension::InScopeOf);
    columns[VIA_VPC_ENDPOINT.place()] = KeyColumn::ViaVpcEndpoint;
    columns[TOOL.place()] = KeyColumn::Program;
    columns[REGIONAL_ONLY.place()] = KeyColumn::RegionalOnlyAction;
    columns[THROUGH_OWN_HOST.place()] = KeyColumn::ThroughOwnHost;
    columns[PERHAPS_PRESIGNED.place()] = KeyColumn::PerhapsPresigned;
    columns
};

/// Of Regional calls, who is at home where.
const OF_REGIONAL: [KeyColumn; WIDTH] = {
    let mut columns = [Nothing; WIDTH];
    columns[ENDPOINT.place()] = D(Dimension::Endpoint);
    columns[PRINCIPAL.place()] = D(Dimension::Principal);
    columns[REGION.place()] = D(Dimension::EndpointRegion);
    columns
};

/// Of Regional calls that were refused as STS is deactivated there, whose STS and whose call, too.
const OF_REFUSED: [KeyColumn; WIDTH] = {
    let mut columns = OF_REGIONAL;
    columns[ISSUING_ACCOUNT.place()] = KeyColumn::IssuingAccount;
    columns[REFUSED.place()] = KeyColumn::Refused;
    columns[ACCOUNT_ID.place()] = D(Dimension::AccountId);
    columns
};

/// The columns of the key of a call.
pub(in crate::questions) fn columns(call: &impl Properties) -> &'static [KeyColumn] {
    match call.endpoint() {
        Endpoint::Global => &OF_GLOBAL,
        Endpoint::Regional { .. } if call.is_refused() => &OF_REFUSED,
        Endpoint::Regional { .. } => &OF_REGIONAL,
        _ => &[Nothing; WIDTH],
    }
}
