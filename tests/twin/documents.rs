//! Sound JSON: whole documents, parsed by serde_json.

use serde_json::{Map, Value};

use super::shape::{Found, LISTS, Nest};
use super::tame;

/// What is in a text of one or more JSON documents; `None` if it is not sound from end to end.
pub fn read(text: &[u8]) -> Option<Found> {
    let mut found = Found::default();
    for document in split(text)? {
        value(&document, &mut found, Nest::default());
        if document.is_array() && found == Found::default() {
            found.containers += 1;
        }
    }
    Some(found)
}

/// Top-level values, one after the other.
fn split(text: &[u8]) -> Option<Vec<Value>> {
    if let Some(one) = tame::parse(text) {
        return Some(vec![one]);
    }
    // Several: cut where serde_json finds the end of each, so that each can be tamed by itself.
    let mut documents = Vec::new();
    let mut rest = past_space(text);
    while !rest.is_empty() {
        let mut stream =
            serde_json::Deserializer::from_slice(rest).into_iter::<serde::de::IgnoredAny>();
        stream.next()?.ok()?;
        let end = stream.byte_offset();
        documents.push(tame::parse(&rest[..end])?);
        rest = past_space(&rest[end..]);
    }
    Some(documents)
}

/// The text from the first byte on that is no white space of JSON, which has no form feed, and no byte
/// order mark.
fn past_space(mut text: &[u8]) -> &[u8] {
    loop {
        text = match text {
            [b' ' | b'\t' | b'\n' | b'\r', rest @ ..] | [0xef, 0xbb, 0xbf, rest @ ..] => rest,
            _ => return text,
        };
    }
}

/// One value, wherever it is.
pub fn value(value: &Value, found: &mut Found, nest: Nest) {
    match value {
        Value::Object(object) if nest.may_open() => {
            let has_lists = lists(object, found, nest);
            found.object(object, nest, has_lists);
        }
        Value::Array(items) if nest.may_open() => {
            for item in items {
                self::value(item, found, nest.deeper());
            }
        }
        Value::String(text) if found.text(text, nest) => {}
        _ => found.unknown(),
    }
}

/// The lists in an object. Says whether there are any.
pub fn lists(object: &Map<String, Value>, found: &mut Found, nest: Nest) -> bool {
    let mut has_lists = false;
    for list in LISTS {
        if let Some(Value::Array(elements)) = object.get(list) {
            has_lists = true;
            found.containers += 1;
            for element in elements {
                if list == "Records" {
                    found.element(element, nest.deeper());
                } else {
                    value(element, found, nest.deeper());
                }
            }
        }
    }
    let replaced = object.get(tame::REPLACED).and_then(Value::as_u64);
    for _ in 0..replaced.unwrap_or_default() {
        found.trace();
    }
    has_lists
}
