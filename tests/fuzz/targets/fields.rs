//! The values of a record's fields, by the library and by serde_json.

use serde_json::{Map, Value};
use stscope::cloudtrail::{Field, Record};

/// Where each field stands, as AWS documents it.
#[rustfmt::skip]
const PATHS: [(Field, &str); Field::COUNT] = [
    (Field::EventSource, "eventSource"),
    (Field::EventName, "eventName"),
    (Field::EventTime, "eventTime"),
    (Field::EventId, "eventID"),
    (Field::SharedEventId, "sharedEventID"),
    (Field::EventCategory, "eventCategory"),
    (Field::EventType, "eventType"),
    (Field::AwsRegion, "awsRegion"),
    (Field::SourceIpAddress, "sourceIPAddress"),
    (Field::UserAgent, "userAgent"),
    (Field::ErrorCode, "errorCode"),
    (Field::RecipientAccountId, "recipientAccountId"),
    (Field::VpcEndpointId, "vpcEndpointId"),
    (Field::OriginalEventId, "addendum.originalEventID"),
    (Field::ClientProvidedHostHeader, "tlsDetails.clientProvidedHostHeader"),
    (Field::TlsVersion, "tlsDetails.tlsVersion"),
    (Field::KeyExchange, "tlsDetails.keyExchange"),
    (Field::EndpointType, "additionalEventData.RequestDetails.endpointType"),
    (Field::AwsServingRegion, "additionalEventData.RequestDetails.awsServingRegion"),
    (Field::RoleArn, "requestParameters.roleArn"),
    (Field::PrincipalArn, "requestParameters.principalArn"),
    (Field::IssuedAccessKeyId, "responseElements.credentials.accessKeyId"),
    (Field::IdentityType, "userIdentity.type"),
    (Field::IdentityArn, "userIdentity.arn"),
    (Field::PrincipalId, "userIdentity.principalId"),
    (Field::AccountId, "userIdentity.accountId"),
    (Field::UserName, "userIdentity.userName"),
    (Field::InvokedBy, "userIdentity.invokedBy"),
    (Field::IdentityProvider, "userIdentity.identityProvider"),
    (Field::AccessKeyId, "userIdentity.accessKeyId"),
    (Field::SessionIssuerArn, "userIdentity.sessionContext.sessionIssuer.arn"),
    (Field::IdentityStoreArn, "userIdentity.onBehalfOf.identityStoreArn"),
    (Field::OnBehalfOfUserId, "userIdentity.onBehalfOf.userId"),
    (Field::IssuerType, "userIdentity.inScopeOf.issuerType"),
    (Field::CredentialsIssuedTo, "userIdentity.inScopeOf.credentialsIssuedTo"),
];

/// One record's values, in the order of [`PATHS`]; empty where there is none.
pub type Values = Vec<String>;

pub fn of_record(record: &Record<'_>) -> Values {
    let value = |(field, _)| record.get(field).unwrap_or_default().to_owned();
    PATHS.map(value).to_vec()
}

pub fn of_object(object: &Map<String, Value>) -> Values {
    let value = |(_, path): (_, &str)| text(object, path).unwrap_or_default().to_owned();
    PATHS.map(value).to_vec()
}

fn text<'o>(object: &'o Map<String, Value>, path: &str) -> Option<&'o str> {
    match path.split_once('.') {
        Some((place, rest)) => text(object.get(place)?.as_object()?, rest),
        None => object.get(path)?.as_str(),
    }
}
