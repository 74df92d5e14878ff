//! JSON and gzip as base64, as Lambda, Kinesis and Firehose have messages.

use std::borrow::Cow;
use std::io::Read as _;
use std::ops::Range;

use flate2::bufread::MultiGzDecoder;

use super::text::{has_sound_escapes, unescape};
use crate::plain_text::begins_utf8;

/// Shorter ones are words.
const LEAST: usize = 16;

/// How much is inflated in a text: strangers may write bombs.
const MOST: u64 = 16 << 20;

/// How gzip begins.
const GZIP: &[u8] = &[0x1f, 0x8b, 8];

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

/// Whether what is encoded begins as JSON or gzip do. Hashes and other ids are letters of base64, too: of JSON
/// all must be text.
fn begins_as_either(text: &[u8]) -> bool {
    let head = decode(text.iter().copied().take(64));
    head.starts_with(GZIP) || (is_text(&head) && begins_as_json(&head))
}

fn begins_as_json(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    match text.trim_ascii_start() {
        [b'{', rest @ ..] => matches!(rest.trim_ascii_start(), [] | [b'"', ..]),
        [b'[', rest @ ..] => matches!(rest.trim_ascii_start(), [] | [b'{' | b'[' | b'"', ..]),
        rest => rest.starts_with(b"\"{"),
    }
}

/// Whether this is text, which may be cut off.
fn is_text(bytes: &[u8]) -> bool {
    let is_control = |&byte: &u8| byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r');
    !bytes.iter().any(is_control) && begins_utf8(bytes)
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

/// A text of JSON without the ends of lines in its strings, which base64 has after so many letters, and with
/// slashes as they are.
pub(super) fn unbroken(text: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr(b'\\', text).is_none() {
        return text.into();
    }
    let mut whole = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        whole.extend_from_slice(&rest[..at]);
        let slashes = rest[at..].iter().take_while(|&&byte| byte == b'\\').count();
        let (run, past) = rest[at..].split_at(slashes);
        match past {
            [b'n' | b'r', ..] => rest = &past[1..],
            [b'/', ..] => rest = past,
            _ => {
                whole.extend_from_slice(run);
                rest = past;
            }
        }
    }
    whole.extend_from_slice(rest);
    whole.into()
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

/// What strings of a text hold that are gzip as base64, one after the other: `None` for what cannot be told. More
/// than [`MOST`] is inflated of none.
pub(super) fn gunzipped(text: &[u8]) -> impl Iterator<Item = Option<Vec<u8>>> {
    let mut left = MOST;
    memchr::memmem::find_iter(text, b"\"H4sI")
        .map(|at| run_around(text, at + 1))
        .filter(|run| run.len() >= LEAST)
        .map(move |run| {
            let bytes = decode(text[run].iter().copied());
            let mut content = Vec::new();
            let inflated = MultiGzDecoder::new(&bytes[..])
                .take(left + 1)
                .read_to_end(&mut content);
            let length = content.len() as u64;
            left = left.saturating_sub(length);
            (inflated.is_ok() && left > 0).then_some(content)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encode(bytes: &[u8]) -> String {
        let mut padded = bytes.to_vec();
        padded.resize(bytes.len().next_multiple_of(3), b' ');
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
        assert!(!is_encoded(br"\/\/H4sI"));
        assert!(is_encoded(b"\\neyJhIjoxLCJiIjoyfQ=="));
        for text in [
            "eyJhIjox",
            "abcdefghijklmnop",
            "eyJhIjoxLCJiIjoyfQ.abc",
            // Hashes and ids, of which some begin as an object does.
            "e30f4c1a-1c2d-4e5f-8a9b-0c1d2e3f4a5b",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "e31d0d0b0a0d0b0a0d0b0a0d0b0a0d0b",
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
    fn gzip_in_strings_is_inflated_or_cannot_be_told() {
        // {"a":"sts"}
        let sound = "H4sIAAAAAAAC/6tWSlSyUiouKVaqBQAnKY7OCwAAAA==";
        let text = format!(
            r#"{{"a":"{sound}","b":"H4sI","c":"{}","d":{sound}}}"#,
            &sound[..24]
        );
        let found: Vec<_> = gunzipped(text.as_bytes()).collect();
        assert_eq!(found, [Some(br#"{"a":"sts"}"#.to_vec()), None]);
    }

    #[test]
    fn lines_are_joined() {
        let text = br#"{"a":"ab\nc\r\nd\\ne\/f\u0041\\"}"#;
        assert_eq!(&*unbroken(text), br#"{"a":"abcde/f\u0041\\"}"#);
        assert_eq!(&*unbroken(b"a"), b"a");
    }
}
