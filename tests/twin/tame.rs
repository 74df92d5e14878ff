//! What serde_json refuses and CloudTrail's readers may not.

use std::borrow::Cow;

use serde_json::Value;

/// Parses one JSON value. Half of a surrogate pair stands for U+FFFD, and a number may be too large
/// for a float; serde_json refuses both.
pub fn parse(text: &[u8]) -> Option<Value> {
    serde_json::from_slice(&tame(text)).ok()
}

/// The same text, with nothing in it that serde_json refuses although it is JSON.
fn tame(text: &[u8]) -> Cow<'_, [u8]> {
    if !text.contains(&b'\\') && !text.iter().any(|byte| matches!(byte, b'e' | b'E')) {
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
                if is_too_large(&rest[..length]) {
                    tamed.push(b'0');
                    at += length;
                    continue;
                }
                length
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

/// The half of a surrogate pair whose escape stands at the beginning of `text`.
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

/// A number by its grammar, which is all that is looked at in what is ignored, and not by its size.
fn is_too_large(number: &[u8]) -> bool {
    serde_json::from_slice::<Value>(number).is_err()
        && serde_json::from_slice::<serde::de::IgnoredAny>(number).is_ok()
}
