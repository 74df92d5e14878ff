//! Whether a call to STS is somewhere in a text, however deep in strings. Contract §4.

use super::base64::{decoded, is_letter};

/// Whether it is in a text, plainly or as base64; and whether gzip may have it.
pub fn are_in(text: &[u8]) -> bool {
    let chars: String = text.iter().map(|&byte| char::from(byte)).collect();
    let has_gzip = chars.match_indices("\"H4sI").any(|(at, _)| {
        let letters: Vec<char> = chars[at + 1..].chars().take(16).collect();
        letters.len() == 16 && letters.into_iter().all(is_letter)
    });
    let mut runs = chars.split(|c| !is_letter(c));
    let is_encoded = runs.any(|run| {
        (0..run.len().min(4)).any(|from| {
            let bytes = decoded(&run[from..]);
            let name = b"sts.amazonaws.com";
            bytes.windows(name.len()).any(|window| window == name) && are_plainly_in(&bytes)
        })
    });
    has_gzip || is_encoded || are_plainly_in(text)
}

/// Whether, with all its escapes undone, `"eventSource":"sts.amazonaws.com"` is in it, the key in
/// capitals or not, with underscores or without.
fn are_plainly_in(text: &[u8]) -> bool {
    // Byte by byte: what is no UTF-8 does not matter.
    let mut plain: Vec<char> = text.iter().map(|&byte| char::from(byte)).collect();
    for _ in 0..8 {
        plain = undone(&plain);
    }
    let plain: String = plain.into_iter().collect();
    let is_space = |c| matches!(c, ' ' | '\t' | '\n' | '\r');
    (plain.match_indices("\"sts.amazonaws.com\"")).any(|(at, _)| {
        let before = plain[..at].trim_end_matches(is_space).strip_suffix(':');
        let key = before.and_then(|text| text.trim_end_matches(is_space).strip_suffix('"'));
        let key = key.and_then(|key| key.rsplit_once('"'));
        key.is_some_and(|(_, key)| key.replace('_', "").eq_ignore_ascii_case("eventsource"))
    })
}

/// Backslashes and what they escape as the character meant, where it is one of ASCII.
fn undone(text: &[char]) -> Vec<char> {
    let mut plain = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let slashes = text[at..].iter().take_while(|&&c| c == '\\').count();
        let behind = &text[at + slashes..];
        let (meant, length) = match (slashes, behind) {
            (0, _) => (Some(text[at]), 1),
            (_, ['u', '0', '0', high @ '0'..='7', low, ..]) if low.is_ascii_hexdigit() => {
                let digit = |c: &char| c.to_digit(16).expect("a digit");
                (char::from_u32(digit(high) * 16 + digit(low)), slashes + 5)
            }
            (_, ['n' | 'r' | 't', ..]) => (Some(' '), slashes + 1),
            (_, [c @ ('"' | '/'), ..]) => (Some(*c), slashes + 1),
            _ => {
                plain.extend_from_slice(&text[at..at + slashes]);
                (None, slashes)
            }
        };
        plain.extend(meant);
        at += length;
    }
    plain
}

/// Whether it may be in something between sound bounds that is no JSON: as [`are_whole_in`] has it, or in so
/// many words, whatever is before them.
pub fn may_be_in(text: &str) -> bool {
    let is_space = |c| matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0c');
    let is_plain = text.match_indices("\"sts.amazonaws.com\"").any(|(at, _)| {
        let before = text[..at].trim_end_matches(is_space).strip_suffix(':');
        before.is_some_and(|key| key.trim_end_matches(is_space).ends_with("\"eventSource\""))
    });
    is_plain || are_whole_in(text)
}

/// Whether it is in a piece of JSON as it would be in a record there, or in one in a string: all quotes
/// escaped alike. A list may begin with the name, too.
pub fn are_whole_in(json: &str) -> bool {
    json.match_indices("sts.amazonaws.com").any(|(at, name)| {
        let split = |text: &str| {
            let rest = text.trim_end_matches('\\');
            (rest.to_owned(), text.len() - rest.len())
        };
        let is_space = |c| matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0c');
        let behind = &json[at + name.len()..];
        let Some(before) = json[..at].strip_suffix('"') else {
            return false;
        };
        let (before, depth) = split(before);
        if !behind.starts_with(&("\\".repeat(depth) + "\"")) {
            return false;
        }
        let mut before = before.trim_end_matches(is_space);
        if depth == 0 {
            before = before
                .strip_suffix('[')
                .unwrap_or(before)
                .trim_end_matches(is_space);
        }
        let key = before
            .strip_suffix(':')
            .map(|text| text.trim_end_matches(is_space));
        let Some(key) = key.and_then(|key| key.strip_suffix('"')) else {
            return false;
        };
        let (key, depth_of_key) = split(key);
        let Some((before, key)) = key.rsplit_once('"') else {
            return false;
        };
        depth_of_key == depth
            && split(before).1 == depth
            && key.replace('_', "").eq_ignore_ascii_case("eventsource")
    })
}
