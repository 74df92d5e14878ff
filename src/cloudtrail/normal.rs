//! Records as other programs write them anew, brought to AWS's own form: objects that are given as text
//! (exports of Athena, DuckDB and pandas), and keys in small letters (Athena, Hive, Spark).
//!
//! Everything here is for the few records that need it, and slow.

use std::collections::HashMap;

use super::nothing::is_nothing;
use super::parser::RecordParser;
use super::record::{Member, Place};
use super::sound::{Members, meant};

/// The names that a [`Place`] knows.
const NAMES: [&str; 46] = [
    "RequestDetails",
    "accessKeyId",
    "accountId",
    "addendum",
    "additionalEventData",
    "arn",
    "awsRegion",
    "awsServingRegion",
    "clientProvidedHostHeader",
    "credentials",
    "credentialsIssuedTo",
    "endpointType",
    "errorCode",
    "eventCategory",
    "eventID",
    "eventName",
    "eventSource",
    "eventTime",
    "eventType",
    "identityProvider",
    "identityStoreArn",
    "inScopeOf",
    "invokedBy",
    "issuerType",
    "keyExchange",
    "onBehalfOf",
    "originalEventID",
    "principalArn",
    "principalId",
    "recipientAccountId",
    "requestParameters",
    "responseElements",
    "roleArn",
    "sessionContext",
    "sessionIssuer",
    "sharedEventID",
    "sourceIPAddress",
    "tlsDetails",
    "tlsVersion",
    "type",
    "userAgent",
    "userId",
    "userIdentity",
    "userName",
    "vpcEndpointId",
    "eventVersion",
];

/// The text of an object that is no sound JSON.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unsound;

/// A sound object with the text of every object of interest as that object. With `small`, keys in small
/// letters are taken for AWS's own where those are missing or say nothing, and left out where they are not:
/// tables that were put together have both columns.
pub(super) fn normal(
    object: &[u8],
    small: bool,
    parser: &mut RecordParser,
) -> Result<Vec<u8>, Unsound> {
    let mut normal = Vec::with_capacity(object.len() + 64);
    write(object, Place::Record, small, parser, &mut normal)?;
    Ok(normal)
}

fn write(
    object: &[u8],
    place: Place,
    small: bool,
    parser: &mut RecordParser,
    into: &mut Vec<u8>,
) -> Result<(), Unsound> {
    let members: Vec<_> = (Members::of(object))
        .map(|(key, value)| (key, meant(key), value))
        .collect();
    // Many members are no reason to be slow.
    let last: HashMap<&str, usize> = (members.iter().enumerate())
        .map(|(n, (_, text, _))| (&**text, n))
        .collect();
    let has = |name: &str| last.get(name).is_some_and(|&n| !is_nothing(members[n].2));
    let mut separator = b'{';
    for (n, (key, text, value)) in members.iter().enumerate() {
        // Of some, small letters do in any record.
        let may_be_small = small || place.member(text.to_ascii_lowercase().as_bytes()).is_some();
        let name = may_be_small.then(|| full_name(place, text)).flatten();
        let stands_for_another = name.is_some_and(|name| name != text);
        let is_told_by_another = match name {
            Some(name) if stands_for_another => has(name),
            Some(name) => is_nothing(value) && has(&name.to_ascii_lowercase()),
            None => false,
        };
        if is_told_by_another {
            continue;
        }
        into.push(std::mem::replace(&mut separator, b','));
        let mut member = place.member(text.as_bytes());
        match name.filter(|_| stands_for_another) {
            Some(name) => {
                member = place.member(name.as_bytes());
                into.extend_from_slice(b"\"");
                into.extend_from_slice(name.as_bytes());
                into.extend_from_slice(b"\"");
            }
            None => into.extend_from_slice(key),
        }
        into.push(b':');
        // Of a duplicate key the last value counts.
        if last[&**text] > n {
            into.extend_from_slice(value);
            continue;
        }
        match (member, value.first()) {
            (Some(Member::Place(inner)), Some(b'{')) => write(value, inner, small, parser, into)?,
            (Some(Member::Place(inner)), Some(b'"')) => {
                let text = meant(value);
                if text.trim_ascii_start().starts_with('{') {
                    parser.parse(text.as_bytes()).map_err(|_| Unsound)?;
                    write(text.as_bytes(), inner, small, parser, into)?;
                } else {
                    into.extend_from_slice(value);
                }
            }
            _ => into.extend_from_slice(value),
        }
    }
    if separator == b'{' {
        into.push(separator);
    }
    into.push(b'}');
    Ok(())
}

/// AWS's name for a key, or for one in small letters.
fn full_name(place: Place, key: &str) -> Option<&'static str> {
    let is_known = |name: &str| {
        let is_version = place == Place::Record && name == "eventVersion";
        place.member(name.as_bytes()).is_some() || is_version
    };
    let is_meant = |name: &&str| *name == key || name.to_ascii_lowercase() == key;
    (NAMES.into_iter()).find(|name| is_meant(name) && is_known(name))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::super::kernel::Kernel;
    use super::super::record::Field;
    use super::*;

    fn of(text: &str, small: bool) -> Result<String, Unsound> {
        let mut parser = RecordParser::new(Kernel::detect());
        assert!(parser.parse(text.as_bytes()).is_ok(), "{text}");
        normal(text.as_bytes(), small, &mut parser)
            .map(|normal| String::from_utf8(normal).expect("UTF-8"))
    }

    #[test]
    fn every_name_is_known_somewhere() {
        let places = [
            Place::Record,
            Place::Addendum,
            Place::TlsDetails,
            Place::AdditionalEventData,
            Place::RequestDetails,
            Place::RequestParameters,
            Place::ResponseElements,
            Place::Credentials,
            Place::UserIdentity,
            Place::SessionContext,
            Place::SessionIssuer,
            Place::OnBehalfOf,
            Place::InScopeOf,
        ];
        for name in NAMES {
            let is_known = |place: &Place| place.member(name.as_bytes()).is_some();
            assert!(
                places.iter().any(is_known) || name == "eventVersion",
                "{name}"
            );
        }
        // Nor is any member missing that a place knows.
        let mut members = Vec::new();
        for name in NAMES {
            let of_name = places
                .iter()
                .filter_map(|place| place.member(name.as_bytes()));
            members.extend(of_name);
        }
        let is_field = |member: &&Member| matches!(member, Member::Field(_));
        let fields: HashSet<String> = (members.iter().filter(is_field))
            .map(|field| format!("{field:?}"))
            .collect();
        assert_eq!(fields.len(), Field::COUNT);
        for place in places {
            let is_reached = members.contains(&Member::Place(place));
            assert!(is_reached || place == Place::Record, "{place:?}");
        }
    }

    #[test]
    fn objects_given_as_text_are_objects() {
        for (text, expected) in [
            ("{}", "{}"),
            (r#" { "a" : 1 , "b":[ {} ] } "#, r#"{"a":1,"b":[ {} ]}"#),
            (
                r#"{"tlsDetails":"{\"tlsVersion\":\"x\"}","a":"{\"b\":1}"}"#,
                r#"{"tlsDetails":{"tlsVersion":"x"},"a":"{\"b\":1}"}"#,
            ),
            (
                r#"{"userIdentity":{"sessionContext":"{\"sessionIssuer\":\"{}\"}"},"tlsDetails":"null"}"#,
                r#"{"userIdentity":{"sessionContext":{"sessionIssuer":{}}},"tlsDetails":"null"}"#,
            ),
            (
                r#"{"tlsDetails":" {\n}","additionalEventData":null}"#,
                r#"{"tlsDetails":{},"additionalEventData":null}"#,
            ),
        ] {
            assert_eq!(of(text, false).as_deref(), Ok(expected), "{text}");
        }
        assert_eq!(of(r#"{"tlsDetails":"{a=b}"}"#, false), Err(Unsound));
    }

    #[test]
    fn small_letters_stand_for_names_that_are_missing() {
        for (text, expected) in [
            (
                r#"{"eventsource":"a","useridentity":{"accountid":"b"}}"#,
                r#"{"eventSource":"a","userIdentity":{"accountId":"b"}}"#,
            ),
            (
                r#"{"eventsource":1,"eventSource":2,"roleArn":3,"rolearn":4}"#,
                r#"{"eventSource":2,"roleArn":3,"rolearn":4}"#,
            ),
            (
                r#"{"eventSource":null,"eventsource":1,"eventname":2,"eventName":""}"#,
                r#"{"eventSource":1,"eventName":2}"#,
            ),
            (
                r#"{"eventSource":null,"eventsource":"","tlsDetails":{"tlsVersion":1},"tlsdetails":null}"#,
                r#"{"eventSource":null,"eventSource":"","tlsDetails":{"tlsVersion":1}}"#,
            ),
            (
                r#"{"tlsdetails":{"clientProvidedHostHeader":null,"clientprovidedhostheader":1}}"#,
                r#"{"tlsDetails":{"clientProvidedHostHeader":1}}"#,
            ),
            (
                r#"{"additionaleventdata":"{\"requestdetails\":{\"endpointtype\":\"x\"}}"}"#,
                r#"{"additionalEventData":{"RequestDetails":{"endpointType":"x"}}}"#,
            ),
        ] {
            assert_eq!(of(text, true).as_deref(), Ok(expected), "{text}");
        }
    }
}
