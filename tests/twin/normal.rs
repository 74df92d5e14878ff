//! Records that other programs have written anew → as AWS writes them: objects given as text, and keys in
//! small letters.

use serde_json::{Map, Value};

use super::nothing::is_nothing;
use super::tame;

/// The objects of a record that matter: what each is in, and its key.
const OBJECTS: [(&str, &str); 12] = [
    ("", "addendum"),
    ("", "tlsDetails"),
    ("", "additionalEventData"),
    ("additionalEventData", "RequestDetails"),
    ("", "requestParameters"),
    ("", "responseElements"),
    ("responseElements", "credentials"),
    ("", "userIdentity"),
    ("userIdentity", "sessionContext"),
    ("sessionContext", "sessionIssuer"),
    ("userIdentity", "onBehalfOf"),
    ("userIdentity", "inScopeOf"),
];

/// What else matters in them.
const MEMBERS: [(&str, &[&str]); 11] = [
    (
        "",
        &[
            "eventVersion",
            "eventSource",
            "eventName",
            "eventTime",
            "eventID",
            "sharedEventID",
            "eventCategory",
            "eventType",
            "awsRegion",
            "sourceIPAddress",
            "userAgent",
            "errorCode",
            "recipientAccountId",
            "vpcEndpointId",
        ],
    ),
    ("addendum", &["originalEventID"]),
    (
        "tlsDetails",
        &["clientProvidedHostHeader", "tlsVersion", "keyExchange"],
    ),
    ("RequestDetails", &["endpointType", "awsServingRegion"]),
    ("requestParameters", &["roleArn", "principalArn"]),
    ("credentials", &["accessKeyId"]),
    (
        "userIdentity",
        &[
            "type",
            "arn",
            "principalId",
            "accountId",
            "userName",
            "invokedBy",
            "identityProvider",
            "accessKeyId",
        ],
    ),
    ("sessionIssuer", &["arn"]),
    ("onBehalfOf", &["identityStoreArn", "userId"]),
    ("inScopeOf", &["issuerType", "credentialsIssuedTo"]),
    ("sessionContext", &[]),
];

/// A record in AWS's own form; `None` if the text of an object is none. With `small`, names in small
/// letters stand for AWS's own where those are missing.
pub fn normal(record: &Map<String, Value>, small: bool) -> Option<Map<String, Value>> {
    of_object(record, "", small)
}

fn of_object(object: &Map<String, Value>, place: &str, small: bool) -> Option<Map<String, Value>> {
    let mut normal = Map::new();
    for (key, value) in object {
        let mut name = key.as_str();
        // Of these, small letters do in any record.
        let is_small = small || matches!(key.as_str(), "tlsdetails" | "clientprovidedhostheader");
        let has = |name: &str| object.get(name).is_some_and(|value| !is_nothing(value));
        if is_small && !names(place).any(|known| known == key) {
            let full = names(place).find(|known| known.to_ascii_lowercase() == *key);
            match full {
                Some(full) if has(full) => continue,
                full => name = full.unwrap_or(name),
            }
        } else if is_nothing(value)
            && (small || matches!(key.as_str(), "tlsDetails" | "clientProvidedHostHeader"))
            && has(&key.to_ascii_lowercase())
        {
            continue;
        }
        let is_object = OBJECTS.contains(&(place, name));
        let value = match value {
            Value::Object(inner) if is_object => Value::Object(of_object(inner, name, small)?),
            Value::String(text) if is_object && text.trim_ascii_start().starts_with('{') => {
                match tame::parse(text.as_bytes()) {
                    Some(Value::Object(inner)) => Value::Object(of_object(&inner, name, small)?),
                    _ => return None,
                }
            }
            other => other.clone(),
        };
        normal.insert(name.to_owned(), value);
    }
    Some(normal)
}

fn names(place: &str) -> impl Iterator<Item = &'static str> {
    let objects = OBJECTS.iter().filter(move |(outer, _)| *outer == place);
    let members = MEMBERS.iter().filter(move |(outer, _)| *outer == place);
    (objects.map(|(_, key)| *key)).chain(members.flat_map(|(_, keys)| keys.iter().copied()))
}
