//! Whether a call to STS is somewhere in a text, however deep in strings. Contract §4.

use std::io::Read as _;

use super::base64::{decoded, is_letter};

/// Whether it is in a text, plainly, as base64, or as gzip in base64; what is no sound gzip may have it.
pub fn are_in(text: &[u8]) -> bool {
    let chars: String = text.iter().map(|&byte| char::from(byte)).collect();
    let joined = joined(&chars);
    let runs: Vec<&str> = joined.split(|c| !is_letter(c)).collect();
    let is_encoded = runs.iter().any(|run| {
        (0..run.len().min(4)).any(|from| {
            let bytes = decoded(&run[from..]);
            let name = b"sts.amazonaws.com";
            bytes.windows(name.len()).any(|window| window == name) && are_plainly_in(&bytes)
        })
    });
    let is_zipped = joined.match_indices("\"H4sI").any(|(at, _)| {
        let run = joined[at + 1..].split(|c| !is_letter(c)).next();
        run.filter(|run| run.len() >= 16).is_some_and(|run| {
            let mut content = Vec::new();
            let bytes = decoded(run);
            let read = flate2::read::MultiGzDecoder::new(&bytes[..]).read_to_end(&mut content);
            read.is_err() || are_plainly_in(&content)
        })
    });
    is_encoded || is_zipped || are_plainly_in(text)
}

/// A text without the ends of lines that are escaped in it, and without backslashes before slashes.
fn joined(text: &str) -> String {
    let mut joined = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        joined += &rest[..at];
        let past = rest[at..].trim_start_matches('\\');
        if let Some(past) = past.strip_prefix(['n', 'r']) {
            rest = past;
        } else {
            if !past.starts_with('/') {
                joined += &rest[at..rest.len() - past.len()];
            }
            rest = past;
        }
    }
    joined + rest
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
