//! Records as other programs write them anew, brought to AWS's own form: objects that are given as text
//! (exports of Athena, DuckDB and pandas), and keys in small letters (Athena, Hive, Spark).
//!
//! Everything here is for the few records that need it, and slow.

use std::borrow::Cow;
use std::collections::HashMap;

use super::keys::Key;
use super::nothing::is_nothing;
use super::parser::RecordParser;
use super::record::{Member, Place};
use super::text::{has_sound_escapes, unescape};

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
        let name = small.then(|| full_name(place, text)).flatten();
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

/// The parts of a sound record, as they are written, in which AWS itself writes no other record. Lists
/// that are read for themselves are left out.
pub(super) fn foreign_parts(object: &[u8], is_read: impl Fn(&str, u8) -> bool) -> Vec<u8> {
    let mut parts = Vec::new();
    for (key, value) in Members::of(object) {
        let text = meant(key);
        let may_hide = Key::of(text.as_bytes()).may_hide();
        if may_hide && !is_read(&text, value.first().copied().unwrap_or_default()) {
            parts.extend_from_slice(key);
            parts.push(b':');
            parts.extend_from_slice(value);
            parts.push(b',');
        }
    }
    parts
}

/// A piece of JSON in which what need not be escaped is not.
pub(super) fn plain(json: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr(b'\\', json).is_none() {
        return Cow::Borrowed(json);
    }
    let mut plain = Vec::with_capacity(json.len());
    let mut rest = json;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        plain.extend_from_slice(&rest[..at]);
        let escape = &rest[at..];
        let length = if escape.get(1) == Some(&b'u') { 6 } else { 2 };
        let (escape, past) = escape.split_at(length.min(escape.len()));
        rest = past;
        // What is no escape of JSON stays: nobody knows what it means.
        let text = std::str::from_utf8(escape)
            .ok()
            .filter(|text| has_sound_escapes(text));
        match text.map(unescape).unwrap_or_default().as_bytes() {
            [b'"'] => plain.extend_from_slice(b"\\\""),
            [byte] if *byte >= b' ' && *byte != b'\\' => plain.push(*byte),
            _ => plain.extend_from_slice(escape),
        }
    }
    plain.extend_from_slice(rest);
    Cow::Owned(plain)
}

/// Whether a sound record names a service as its source, by either name: as a text, or as the first of a
/// list.
pub(super) fn names_source(object: &[u8], service: &str) -> bool {
    members(object).any(|(key, value)| {
        let first = match value.first() {
            Some(b'[') => elements(value).next().unwrap_or_default(),
            _ => value,
        };
        matches!(Key::of(key.as_bytes()), Key::Source { .. })
            && first.first() == Some(&b'"')
            && meant(first) == service
    })
}

/// The text that a sound string means.
pub(super) fn meant(string: &[u8]) -> Cow<'_, str> {
    let inside = string.get(1..string.len() - 1).unwrap_or_default();
    std::str::from_utf8(inside).map_or(Cow::Borrowed(""), unescape)
}

/// The members of a sound object, by what their keys mean. Of a duplicate key the last value counts.
pub(super) fn members(object: &[u8]) -> impl Iterator<Item = (Cow<'_, str>, &[u8])> {
    let members: HashMap<_, _> = (Members::of(object))
        .map(|(key, value)| (meant(key), value))
        .collect();
    members.into_iter()
}

/// The members of a sound object: keys in their quotes, and values.
pub(super) struct Members<'t> {
    rest: &'t [u8],
}

impl<'t> Members<'t> {
    pub fn of(object: &'t [u8]) -> Members<'t> {
        let rest = object.trim_ascii();
        Members {
            rest: rest.get(1..).unwrap_or_default(),
        }
    }

    fn take(&mut self, length: usize) -> &'t [u8] {
        let (taken, rest) = self.rest.split_at(length.min(self.rest.len()));
        self.rest = rest;
        taken
    }

    /// Passes white space and this byte.
    fn pass(&mut self, byte: u8) {
        self.rest = self.rest.trim_ascii_start();
        if self.rest.first() == Some(&byte) {
            self.take(1);
        }
        self.rest = self.rest.trim_ascii_start();
    }
}

impl<'t> Iterator for Members<'t> {
    type Item = (&'t [u8], &'t [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        self.pass(b',');
        if self.rest.first() != Some(&b'"') {
            return None;
        }
        let key = self.take(end_of_value(self.rest));
        self.pass(b':');
        let value = self.take(end_of_value(self.rest));
        Some((key, value))
    }
}

/// The elements of a sound array.
pub(super) fn elements(array: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Members::of(array);
    std::iter::from_fn(move || {
        rest.pass(b',');
        match rest.rest.first() {
            None | Some(b']') => None,
            Some(_) => {
                let length = end_of_value(rest.rest);
                // Of what is not sound there may be no end.
                (length > 0).then(|| Members::take(&mut rest, length))
            }
        }
    })
}

/// How long the value is that sound JSON begins with.
fn end_of_value(text: &[u8]) -> usize {
    let (mut depth, mut in_string, mut is_escaped) = (0_usize, false, false);
    for (at, &byte) in text.iter().enumerate() {
        let ends = match byte {
            _ if is_escaped => false,
            b'"' => {
                in_string = !in_string;
                !in_string && depth == 0
            }
            _ if in_string => false,
            b'{' | b'[' => {
                depth += 1;
                false
            }
            // After a number or word.
            b'}' | b']' | b',' | b' ' | b'\t' | b'\n' | b'\r' if depth == 0 => return at,
            b'}' | b']' => {
                depth -= 1;
                depth == 0
            }
            _ => false,
        };
        is_escaped = in_string && byte == b'\\' && !is_escaped;
        if ends {
            return at + 1;
        }
    }
    text.len()
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

    #[test]
    fn an_array_has_its_elements() {
        for (array, expected) in [
            ("[]", &[][..]),
            (
                "[ 1 ,\"a,]\", [2] ,{\"b\":3} ]",
                &["1", "\"a,]\"", "[2]", "{\"b\":3}"],
            ),
            ("[null]", &["null"]),
            ("[1,}]", &["1"]),
        ] {
            let found: Vec<_> = elements(array.as_bytes())
                .map(String::from_utf8_lossy)
                .collect();
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn parts_that_callers_write_are_left_out() {
        let text = r#"{"a":1,"requestParameters":{"eventSource":"x"},"insightdetails":[],"Records":[2],"b":"]"}"#;
        let parts = foreign_parts(text.as_bytes(), |key, first| {
            key == "Records" && first == b'['
        });
        assert_eq!(String::from_utf8_lossy(&parts), r#""a":1,"b":"]","#);
    }

    #[test]
    fn a_source_is_named_by_either_name() {
        for (text, expected) in [
            (r#"{"eventSource":1,"eventSource":[ "x\u0079",2]}"#, true),
            (r#"{"eventSource":"a","eventsource":"xy"}"#, true),
            (r#"{"eventSource":"xy","eventSource":"a"}"#, false),
            (r#"{"eventSource":["x","xy"]}"#, false),
            (r#"{"eventSource":[]}"#, false),
            (r#"{"a":{"eventSource":"xy"}}"#, false),
        ] {
            assert_eq!(names_source(text.as_bytes(), "xy"), expected, "{text}");
        }
    }
}
