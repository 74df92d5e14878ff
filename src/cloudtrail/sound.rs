//! JSON that is known to be sound, gone through without haste: members, elements, and what strings mean.
//!
//! Of what is not sound it tells something or nothing, and comes to an end.

use std::borrow::Cow;
use std::collections::HashMap;

use super::text::{has_sound_escapes, unescape};

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

#[cfg(test)]
mod tests {
    use super::*;

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
}
