//! The small parts of JSON: escapes in strings, and whether a number or word is valid.

use std::borrow::Cow;

/// The text that a string means. `inside` is what is between the quotes, its escapes known to be
/// sound. Half of a surrogate pair, which means nothing, becomes U+FFFD.
pub(crate) fn unescape(inside: &str) -> Cow<'_, str> {
    if memchr::memchr(b'\\', inside.as_bytes()).is_none() {
        return Cow::Borrowed(inside);
    }
    let mut text = String::with_capacity(inside.len());
    let mut rest = inside;
    while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
        text.push_str(&rest[..at]);
        let letter = rest.as_bytes().get(at + 1).copied().unwrap_or(b'\\');
        let mut length = 2;
        text.push(match letter {
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let (character, used) = unicode(&rest[at..]);
                length = used;
                character
            }
            other => char::from(other),
        });
        rest = rest.get(at + length..).unwrap_or_default();
    }
    text.push_str(rest);
    Cow::Owned(text)
}

/// Whether every backslash in the inside of a string begins an escape that JSON has.
pub(crate) fn has_sound_escapes(inside: &str) -> bool {
    let bytes = inside.as_bytes();
    let mut at = 0;
    while let Some(next) = memchr::memchr(b'\\', &bytes[at..]) {
        at += next;
        let length = escape_length(&bytes[at..]);
        if length == 0 {
            return false;
        }
        at += length;
    }
    true
}

/// The length of the escape that `bytes` begins with; 0 if JSON has no such escape.
pub(crate) fn escape_length(bytes: &[u8]) -> usize {
    match bytes {
        [
            _,
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't',
            ..,
        ] => 2,
        [_, b'u', a, b, c, d, ..] if [a, b, c, d].iter().all(|hex| hex.is_ascii_hexdigit()) => 6,
        _ => 0,
    }
}

/// Whether a control character is white space where JSON has any.
pub(crate) fn is_white_control(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | b'\r')
}

/// Whether `bytes`, which begin with `\u`, begin with the escape of a letter, a digit or a dot; or of a
/// quote, as .NET writes those of a record in a string.
pub(crate) fn escapes_letter(bytes: &[u8]) -> bool {
    let [_, _, b'0', b'0', high, low, ..] = *bytes else {
        return false;
    };
    let digit = |hex: u8| char::from(hex).to_digit(16);
    let (Some(high), Some(low)) = (digit(high), digit(low)) else {
        return false;
    };
    let byte = (high << 4 | low) as u8;
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'"')
}

/// The character of `\uXXXX`, or of two of them that are a surrogate pair, and the bytes it takes.
fn unicode(escape: &str) -> (char, usize) {
    let unit = |from: usize| {
        let hex = escape.get(from..from + 6)?.strip_prefix("\\u")?;
        u32::from_str_radix(hex, 16).ok()
    };
    let first = unit(0).unwrap_or(0xfffd);
    if (0xd800..0xdc00).contains(&first)
        && let Some(second) = unit(6).filter(|unit| (0xdc00..0xe000).contains(unit))
    {
        let code = 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00);
        return (char::from_u32(code).unwrap_or('\u{fffd}'), 12);
    }
    (char::from_u32(first).unwrap_or('\u{fffd}'), 6)
}

/// Whether `token` is a number, `true`, `false` or `null`.
pub(crate) fn is_scalar(token: &[u8]) -> bool {
    matches!(token, b"true" | b"false" | b"null") || is_number(token)
}

fn is_number(token: &[u8]) -> bool {
    let digits = |from: &[u8]| from.iter().take_while(|b| b.is_ascii_digit()).count();
    let mut rest = token.strip_prefix(b"-").unwrap_or(token);
    let whole = digits(rest);
    if whole == 0 || (whole > 1 && rest[0] == b'0') {
        return false;
    }
    rest = &rest[whole..];
    if let Some(fraction) = rest.strip_prefix(b".") {
        let count = digits(fraction);
        if count == 0 {
            return false;
        }
        rest = &fraction[count..];
    }
    if let [b'e' | b'E', exponent @ ..] = rest {
        let exponent = match exponent {
            [b'+' | b'-', digits @ ..] => digits,
            digits => digits,
        };
        let count = digits(exponent);
        if count == 0 {
            return false;
        }
        rest = &exponent[count..];
    }
    rest.is_empty()
}

/// The letters and digits of a name, in small letters: what all spellings of it have in common.
pub(super) fn letters(text: &str) -> String {
    text.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_lowercase())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn half_a_surrogate_pair_stands_for_nothing() {
        assert_eq!(unescape("a\\ud83d\\ude00b"), "a\u{1f600}b");
        for (lone, shown) in [
            ("\\ud83d", "\u{fffd}"),
            ("\\ude00x", "\u{fffd}x"),
            ("\\ud83d\\u0041", "\u{fffd}A"),
            ("\\ud83dé", "\u{fffd}é"),
        ] {
            assert_eq!(unescape(lone), shown);
        }
    }

    #[test]
    fn a_number_of_any_size_is_one() {
        assert!(is_scalar(b"1e310") && is_scalar(b"-0.0E-999") && is_scalar(&[b'9'; 500]));
    }

    proptest! {
        #[test]
        fn what_serde_escapes_is_unescaped(text: String) {
            let json = serde_json::to_string(&text).unwrap();
            prop_assert_eq!(unescape(&json[1..json.len() - 1]), text);
        }

        #[test]
        fn numbers_are_what_serde_says(text in "-?[0-9]{0,3}(\\.[0-9]{0,2})?([eE][+-]?[0-9]{0,2})?|[-+.0-9eE]{0,6}") {
            let serde = match serde_json::from_str::<serde_json::Value>(&text) {
                Ok(_) => true,
                // Sound JSON, and too large for a `Value`.
                Err(error) => error.to_string().starts_with("number out of range"),
            };
            prop_assert_eq!(is_scalar(text.as_bytes()), serde, "{}", text);
        }
    }
}
