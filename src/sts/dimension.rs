//! What calls can be grouped and filtered by, and what each of these means.

use serde::{Deserialize, Serialize};

/// One property of a call, by its name in `--group-by`, `--where` and the columns of reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "each is explained by `Dimension::help`")]
pub enum Dimension {
    Endpoint,
    Evidence,
    EndpointRegion,
    EndpointVariant,
    ClientProvidedHostHeader,
    VpcEndpointId,
    Principal,
    PrincipalType,
    AccountId,
    RecipientAccountId,
    AwsRegion,
    AwsServingRegion,
    EventName,
    ErrorCode,
    RoleArn,
    InvokedBy,
    Sdk,
    SdkVersion,
    UserAgent,
    SourceIpAddress,
    TlsVersion,
    KeyExchange,
    Day,
    Hour,
    SessionName,
    InScopeOf,
    Tool,
    AccountName,
}

use Dimension as D;

/// Every dimension, with its name and its meaning.
#[rustfmt::skip]
const TABLE: &[(Dimension, &str, &str)] = &[
    (D::Endpoint, "endpoint", "global, regional, aws-service, other or unknown"),
    (D::Evidence, "evidence", "what decided: endpoint-type, host-header, host-map, caller, aws-region, none"),
    (D::EndpointRegion, "endpoint_region", "of a regional call: the Region in the host, else awsRegion"),
    (D::EndpointVariant, "endpoint_variant", "standard, fips, dualstack, fips-dualstack or vpce"),
    (D::ClientProvidedHostHeader, "client_provided_host_header", "the host the client asked for, without port, in lower case"),
    (D::VpcEndpointId, "vpc_endpoint_id", "the VPC endpoint (PrivateLink) the call came through"),
    (D::Principal, "principal", "the stable identity behind the call: a role, not its sessions"),
    (D::PrincipalType, "principal_type", "userIdentity.type"),
    (D::AccountId, "account_id", "the caller's account"),
    (D::RecipientAccountId, "recipient_account_id", "the account whose log the record is in"),
    (D::AwsRegion, "aws_region", "awsRegion of the record; us-east-1 for every global call"),
    (D::AwsServingRegion, "aws_serving_region", "the Region that answered"),
    (D::EventName, "event_name", "the STS action: AssumeRole, GetCallerIdentity, ..."),
    (D::ErrorCode, "error_code", "the error answered, if any"),
    (D::RoleArn, "role_arn", "the role asked for (requestParameters.roleArn)"),
    (D::InvokedBy, "invoked_by", "the AWS service that made the call for the caller"),
    (D::Sdk, "sdk", "the SDK, from the user agent"),
    (D::SdkVersion, "sdk_version", "its version"),
    (D::UserAgent, "user_agent", "the user agent, whole"),
    (D::SourceIpAddress, "source_ip_address", "where the call came from: an address or a service's name"),
    (D::TlsVersion, "tls_version", "tlsDetails.tlsVersion"),
    (D::KeyExchange, "key_exchange", "tlsDetails.keyExchange"),
    (D::Day, "day", "YYYY-MM-DD, UTC"),
    (D::Hour, "hour", "YYYY-MM-DDTHH, UTC"),
    (D::SessionName, "session_name", "the session behind the principal: an instance, a function, a person"),
    (D::InScopeOf, "in_scope_of", "what the credentials were issued to: a Lambda function, an instance, ..."),
    (D::Tool, "tool", "the program that the user agent names: terraform, aws-cdk, ..., else app/NAME"),
    (D::AccountName, "account_name", "what the caller's account is called in the file of --accounts"),
];

impl Dimension {
    /// Every dimension that a record tells, in the order of the documentation.
    pub fn all() -> impl Iterator<Item = Dimension> {
        Dimension::with_names().filter(|&one| one != D::AccountName)
    }

    /// The same, and what is told by names from elsewhere.
    pub fn with_names() -> impl Iterator<Item = Dimension> {
        TABLE.iter().map(|&(dimension, _, _)| dimension)
    }

    /// The dimension of this name.
    pub fn find(name: &str) -> Option<Dimension> {
        Dimension::with_names().find(|dimension| dimension.name() == name)
    }

    /// Its name in options, columns and keys.
    pub fn name(self) -> &'static str {
        TABLE[self as usize].1
    }

    /// The heading above it in a table.
    pub fn label(self) -> &'static str {
        match self {
            D::Endpoint => "ENDPOINT",
            D::Evidence => "EVIDENCE",
            D::EndpointRegion => "ENDPOINT REGION",
            D::EndpointVariant => "VARIANT",
            D::ClientProvidedHostHeader => "HOST",
            D::VpcEndpointId => "VPCE",
            D::Principal => "PRINCIPAL",
            D::PrincipalType => "TYPE",
            D::AccountId => "ACCOUNT",
            D::RecipientAccountId => "RECIPIENT",
            D::AwsRegion => "AWS REGION",
            D::AwsServingRegion => "SERVED IN",
            D::EventName => "CALL",
            D::ErrorCode => "ERROR",
            D::RoleArn => "ROLE",
            D::InvokedBy => "INVOKED BY",
            D::Sdk => "SDK",
            D::SdkVersion => "VERSION",
            D::UserAgent => "USER AGENT",
            D::SourceIpAddress => "SOURCE",
            D::TlsVersion => "TLS",
            D::KeyExchange => "KEY EXCHANGE",
            D::Day => "DAY",
            D::Hour => "HOUR",
            D::SessionName => "SESSION",
            D::InScopeOf => "IN SCOPE OF",
            D::Tool => "TOOL",
            D::AccountName => "ACCOUNT NAME",
        }
    }

    /// What it means, in a line.
    pub fn help(self) -> &'static str {
        TABLE[self as usize].2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_enum() {
        for (at, &(dimension, name, _)) in TABLE.iter().enumerate() {
            assert_eq!(dimension as usize, at, "{name}");
            assert_eq!(Dimension::find(name), Some(dimension));
        }
        assert_eq!(TABLE.len(), Dimension::AccountName as usize + 1);
    }
}
