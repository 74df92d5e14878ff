//! What serde_json refuses and CloudTrail's readers may not.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::shape::LISTS;

/// Parses one JSON value. Half of a surrogate pair stands for U+FFFD, and a number may be too large
/// for a float; serde_json refuses both.
pub fn parse(text: &[u8]) -> Option<Value> {
    let tree = serde_json::from_slice::<Tree>(&tame(text)).ok()?;
    Some(tree.0)
}

/// The key under which an object says how many lists with something in them were replaced in it by a
/// later value of their key.
pub const REPLACED: &str = "\0replaced";

/// The key under which an object keeps its first `eventSource`, where there is a later one.
pub const FIRST_SOURCE: &str = "\0first source";

/// What the keys begin with of members that a later value has replaced, and in which there is a record
/// of STS.
const TRACE: &str = "\0trace ";

/// What the keys begin with of ids that a later one has replaced: what has several is a copy of a record only by all
/// of them.
const FORMER_ID: &str = "\0former ";

/// Keeps a member that a later value has replaced, if there is a record of STS in it, or it says itself
/// that it is of STS, or it is an id.
pub fn keep_traces(key: &str, before: Option<Value>, object: &mut Map<String, Value>) {
    let Some(before) = before else { return };
    // Each of several under a key of its own.
    let count = object.len();
    let member = Value::Object(Map::from_iter([(key.to_owned(), before.clone())]));
    if super::traces::are_in(member.to_string().as_bytes()) {
        object.insert(format!("{TRACE}{count} {key}"), member);
    } else if super::hidden::letters(key) == "eventid" {
        object.insert(format!("{FORMER_ID}{count} {key}"), before);
    }
}

/// Whether a key is one of these, and no member's.
pub fn is_note(key: &str) -> bool {
    [REPLACED, FIRST_SOURCE].contains(&key)
        || [TRACE, FORMER_ID].iter().any(|note| key.starts_with(note))
}

/// A member as it was written, be it replaced.
pub fn written<'m>(key: &'m str, value: &'m Value) -> (&'m str, &'m Value) {
    if key == FIRST_SOURCE {
        return ("eventSource", value);
    }
    let replaced = key
        .strip_prefix(TRACE)
        .and_then(|note| note.split_once(' '));
    match replaced {
        Some((_, name)) => (name, &value[name]),
        None => (key, value),
    }
}

/// A value of which nothing is lost without a word.
struct Tree(Value);

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Tree, D::Error> {
        from.deserialize_any(TreeVisitor).map(Tree)
    }
}

struct TreeVisitor;

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        while let Some(Tree(element)) = elements.next_element()? {
            array.push(element);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        let mut replaced = 0;
        while let Some((key, Tree(value))) = members.next_entry::<String, Tree>()? {
            let (is_list, name) = (LISTS.contains(&key.as_str()), key.clone());
            let before = object.insert(key, value);
            let had_elements = before
                .as_ref()
                .and_then(Value::as_array)
                .is_some_and(|list| !list.is_empty());
            replaced += u64::from(is_list && had_elements);
            if let Some(before) = before.clone().filter(|_| name == "eventSource") {
                object.entry(FIRST_SOURCE.to_owned()).or_insert(before);
            }
            let is_list = is_list && before.as_ref().is_some_and(Value::is_array);
            keep_traces(&name, before.filter(|_| !is_list), &mut object);
        }
        if replaced > 0 {
            object.insert(REPLACED.to_owned(), replaced.into());
        }
        Ok(Value::Object(object))
    }
}

/// The same text, with nothing in it that serde_json refuses although it is JSON.
fn tame(text: &[u8]) -> Cow<'_, [u8]> {
    if !text
        .iter()
        .any(|byte| matches!(byte, b'\\' | b'e' | b'E' | b'.'))
    {
        return Cow::Borrowed(text);
    }
    let mut tamed = Vec::with_capacity(text.len());
    let mut at = 0;
    let mut in_string = false;
    while at < text.len() {
        let rest = &text[at..];
        let length = match rest[0] {
            b'"' => {
                in_string = !in_string;
                1
            }
            b'\\' if in_string => match (surrogate(rest), rest.get(6..).and_then(surrogate)) {
                (Some(Half::High), Some(Half::Low)) => 12,
                (Some(_), _) => {
                    tamed.extend_from_slice(b"\\ufffd");
                    at += 6;
                    continue;
                }
                (None, _) => 2.min(rest.len()),
            },
            b'-' | b'0'..=b'9' if !in_string => {
                let length = rest
                    .iter()
                    .take_while(|b| b"+-.eE0123456789".contains(b))
                    .count();
                let number = &rest[..length];
                tamed.extend_from_slice(match is_too_large(number) {
                    true => b"0",
                    false => as_precise_as_a_float(number),
                });
                at += length;
                continue;
            }
            _ => 1,
        };
        tamed.extend_from_slice(&rest[..length]);
        at += length;
    }
    Cow::Owned(tamed)
}

#[derive(Clone, Copy, PartialEq)]
enum Half {
    High,
    Low,
}

/// The half of a surrogate pair whose escape is at the beginning of `text`.
fn surrogate(text: &[u8]) -> Option<Half> {
    let digits = text.strip_prefix(b"\\u")?.get(..4)?;
    let digits = std::str::from_utf8(digits).ok()?;
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    match u32::from_str_radix(digits, 16).ok()? {
        0xd800..0xdc00 => Some(Half::High),
        0xdc00..0xe000 => Some(Half::Low),
        _ => None,
    }
}

/// A number without the last digits of its fraction, if it has more than a float keeps.
fn as_precise_as_a_float(number: &[u8]) -> &[u8] {
    const DIGITS: usize = 15;
    let Some(point) = number.iter().position(|&byte| byte == b'.') else {
        return number;
    };
    let has_exponent = number.iter().any(|byte| matches!(byte, b'e' | b'E'));
    match DIGITS.saturating_sub(point) {
        _ if has_exponent || number.len() <= DIGITS + 1 => number,
        _ if serde_json::from_slice::<Value>(number).is_err() => number,
        0 => &number[..point],
        kept => &number[..=point + kept],
    }
}

/// A number by its grammar, which is all that is looked at in what is ignored, and not by its size.
fn is_too_large(number: &[u8]) -> bool {
    serde_json::from_slice::<Value>(number).is_err()
        && serde_json::from_slice::<serde::de::IgnoredAny>(number).is_ok()
}
