//! JSON and gzip as base64, as Lambda, Kinesis and Firehose have messages.

use std::ops::Range;

use super::text::{has_sound_escapes, unescape};

/// Shorter ones are words.
const LEAST: usize = 16;

/// Whether the inside of a string, all of it, is base64 of JSON or of gzip.
pub(super) fn is_encoded(inside: &[u8]) -> bool {
    let raw = inside.trim_ascii_start();
    if !raw
        .iter()
        .take(LEAST)
        .all(|&byte| byte == b'\\' || is_of_base64(byte))
    {
        return false;
    }
    // Lines of base64 end somehow, and a slash may be escaped.
    let Some(text) = (std::str::from_utf8(raw).ok()).filter(|text| has_sound_escapes(text)) else {
        return false;
    };
    let text = unescape(text);
    let text = text.as_bytes().trim_ascii_start();
    text.len() >= LEAST && text.iter().all(|&byte| is_of_base64(byte)) && begins_as_either(text)
}

/// Whether what is encoded begins as JSON or gzip do.
fn begins_as_either(text: &[u8]) -> bool {
    let head = decode(text.iter().copied().take(64));
    let json = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&head);
    match json.trim_ascii_start() {
        [0x1f, 0x8b, 8, ..] => true,
        [b'{', rest @ ..] => matches!(rest.trim_ascii_start(), [] | [b'"' | b'}', ..]),
        [b'[', rest @ ..] => matches!(rest.trim_ascii_start(), [] | [b'{' | b'[' | b'"', ..]),
        rest => rest.starts_with(b"\"{"),
    }
}

/// The bytes that base64 stands for, in either alphabet; what is of none is passed over.
fn decode(text: impl Iterator<Item = u8>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let (mut held, mut bits) = (0u32, 0);
    for six in text.filter_map(value) {
        held = held << 6 | six;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits) as u8);
        }
    }
    bytes
}

fn value(byte: u8) -> Option<u32> {
    Some(u32::from(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    }))
}

fn is_of_base64(byte: u8) -> bool {
    value(byte).is_some() || b"=\t\n\r".contains(&byte)
}

/// The base64 of a text wherever among other bytes it stands: how it is written depends on how many are
/// before it. Letters that hold bits of what is around it are left out.
pub(super) fn forms(text: &[u8]) -> [Vec<u8>; 3] {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    [0, 1, 2].map(|before| {
        let bits = |at: usize| {
            let byte = at.checked_sub(8 * before).and_then(|at| text.get(at / 8));
            byte.map(|byte| usize::from(byte >> (7 - at % 8) & 1))
        };
        let letters = (0..(before + text.len()) * 8).step_by(6).map(|first| {
            (first..first + 6).try_fold(0, |letter, at| Some(letter << 1 | bits(at)?))
        });
        letters.flatten().map(|letter| LETTERS[letter]).collect()
    })
}

/// The letters of base64 around a place in a text where there is one.
pub(super) fn run_around(text: &[u8], at: usize) -> Range<usize> {
    let is_in = |byte: &&u8| value(**byte).is_some();
    let before = text[..at].iter().rev().take_while(is_in).count();
    let after = text[at..].iter().take_while(is_in).count();
    at - before..at + after
}

/// The bytes that letters of base64 stand for, from each of the first four on: what is before them may have been
/// given up.
pub(super) fn decoded(run: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    (0..run.len().min(4)).map(|from| decode(run[from..].iter().copied()))
}

/// Whether a text has a string in it that begins as gzip does as base64.
pub(super) fn has_gzip(text: &[u8]) -> bool {
    let mut begins = memchr::memmem::find_iter(text, b"\"H4sI");
    begins.any(|at| {
        let letters = text[at + 1..].iter().take(LEAST);
        letters.filter(|&&byte| value(byte).is_some()).count() == LEAST
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encode(bytes: &[u8]) -> String {
        let mut padded = bytes.to_vec();
        padded.resize(bytes.len().next_multiple_of(3), 0);
        String::from_utf8(forms(&padded)[0].clone()).unwrap()
    }

    #[test]
    fn what_is_encoded_is_told_by_how_it_begins() {
        for text in [
            r#"{"eventSource":"x"}"#,
            r#"[{"eventSource":"x"}]"#,
            "{\n  \"eventSource\": 1}",
            r#"  { "a": 1, "b": 2}"#,
            "\u{feff}{\"a\":1,\"b\":2}",
            r#""{\"eventSource\":1}""#,
            "{                 ",
        ] {
            assert!(is_encoded(encode(text.as_bytes()).as_bytes()), "{text}");
        }
        let gzip = encode(b"\x1f\x8b\x08\0\0\0\0\0\0\x03\x01\x02");
        assert!(gzip.starts_with("H4sI") && is_encoded(gzip.as_bytes()));
        assert!(is_encoded(br"\/\/H4sI".as_slice()) == false);
        assert!(is_encoded(b"\\neyJhIjoxLCJiIjoyfQ=="));
        for text in [
            "eyJhIjox",
            "abcdefghijklmnop",
            "eyJhIjoxLCJiIjoyfQ.abc",
            "a plain sentence of words",
            "sts.amazonaws.com",
            "",
        ] {
            assert!(!is_encoded(text.as_bytes()), "{text}");
        }
        assert!(!is_encoded(encode(b"{plain braces}").as_bytes()));
    }

    #[test]
    fn a_text_is_found_wherever_it_stands() {
        let name = b"sts.amazonaws.com";
        for before in ["", "a", "ab", "abc", "\u{e9}abcd"] {
            let text = format!("{{\"{before}\":\"sts.amazonaws.com\",\"x\":1}}");
            let encoded = format!("\"data\":\"{}\"", encode(text.as_bytes()));
            let found = forms(name)
                .iter()
                .find_map(|form| memchr::memmem::find(encoded.as_bytes(), form));
            let run = run_around(encoded.as_bytes(), found.expect(before));
            let mut runs = decoded(&encoded.as_bytes()[run]);
            assert!(runs.any(|run| run.starts_with(text.as_bytes())), "{before}");
        }
    }

    #[test]
    fn gzip_is_told_in_a_string_alone() {
        assert!(has_gzip(
            br#"{"rawData":"H4sIAAAAAAAAA6tWKkktLlGyUlBKSixS0lFQ"}"#
        ));
        assert!(!has_gzip(br#"{"rawData":"H4sI"}"#));
        assert!(!has_gzip(b"H4sIAAAAAAAAA6tWKkktLlGyUlBKSixS0lFQ"));
    }
}
