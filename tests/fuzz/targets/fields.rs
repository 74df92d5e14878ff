//! The values of a record's fields, by the library and by serde_json.

use serde_json::{Map, Value};
use stscope::internals::cloudtrail::{Field, Record};

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
    let value = |(field, path)| written(path, record.get(field).unwrap_or_default());
    PATHS.map(value).to_vec()
}

pub fn of_object(object: &Map<String, Value>) -> Values {
    let value = |(_, path)| written(path, &text(object, path).unwrap_or_default());
    PATHS.map(value).to_vec()
}

/// A time may be a number, which serde_json does not keep as it is written.
fn written(path: &str, text: &str) -> String {
    let is_number = text.starts_with(|c: char| c == '-' || c.is_ascii_digit());
    match text.parse::<f64>() {
        Ok(number) if path == "eventTime" && is_number => {
            // The twin has 0 for what is too large, and may be off by the last bit.
            let number = if number.is_finite() { number } else { 0.0 };
            format!("{number:.10e}").replace("-0.0000000000e0", "0.0000000000e0")
        }
        _ => text.to_owned(),
    }
}

fn text(object: &Map<String, Value>, path: &str) -> Option<String> {
    match path.split_once('.') {
        Some((place, rest)) => text(member(object, place)?.as_object()?, rest),
        None => match member(object, path)? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) if path == "eventTime" => Some(number.to_string()),
            _ => None,
        },
    }
}

/// A member, which for some may be named in small letters.
fn member<'o>(object: &'o Map<String, Value>, name: &str) -> Option<&'o Value> {
    let is_free = matches!(name, "tlsDetails" | "clientProvidedHostHeader");
    let small = is_free.then(|| name.to_lowercase());
    (object.get(name)).or_else(|| object.get(&small?))
}
