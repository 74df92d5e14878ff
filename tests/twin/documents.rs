//! Sound JSON: whole documents, parsed by serde_json.

use serde_json::Value;

use super::shape::{Found, LISTS};
use super::tame;

/// What is in a text of one or more JSON documents; `None` if it is not sound from end to end.
pub fn read(text: &[u8]) -> Option<Found> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let mut found = Found::default();
    for document in split(text)? {
        match &document {
            Value::Array(items) if items.is_empty() => {
                let is_first = found == Found::default();
                found.containers += u64::from(is_first);
            }
            // Strings are opened in lists of strings, not where they stand alone.
            Value::String(_) => found.others += 1,
            document => value(document, &mut found, 0),
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

/// The text from the first byte on that is no white space of JSON, which has no form feed.
fn past_space(text: &[u8]) -> &[u8] {
    let is_space = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
    &text[text.iter().take_while(|byte| is_space(byte)).count()..]
}

/// One value outside `Records`.
pub fn value(value: &Value, found: &mut Found, nesting: usize) {
    match value {
        Value::Object(object) => {
            let mut is_container = false;
            for list in LISTS {
                if let Some(Value::Array(elements)) = object.get(list) {
                    is_container = true;
                    found.containers += 1;
                    for element in elements {
                        if list == "Records" {
                            found.element(element);
                        } else {
                            item(element, found, nesting);
                        }
                    }
                }
            }
            if !is_container {
                found.object(object, nesting);
            }
        }
        Value::Array(items) => items.iter().for_each(|one| item(one, found, nesting)),
        _ => found.others += 1,
    }
}

/// An element of a list that is not `Records`: an object of some shape, or a string with one in it.
fn item(element: &Value, found: &mut Found, nesting: usize) {
    match element {
        Value::Object(_) => value(element, found, nesting),
        Value::String(text) if found.text(text, nesting) => {}
        _ => found.others += 1,
    }
}
