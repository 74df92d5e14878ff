//! What the twin cannot say, or says otherwise than stscope must.

use twin::count;
use twin::shape::Kind;

/// Levels that serde_json refuses; stscope ends at 65,536.
const TOO_DEEP: usize = 128;

/// Whether some value in the text, or in a string of it, may be too deep for the twin.
pub fn is_too_deep(text: &[u8]) -> bool {
    let (mut depth, mut in_string, mut is_escaped) = (0_usize, false, false);
    // Brackets in one string, spelled plainly or by an escape: at most so deep is what it holds.
    let mut in_this_string = 0;
    for &byte in text {
        match byte {
            b'"' if !is_escaped => {
                in_string = !in_string;
                in_this_string = 0;
            }
            b'{' | b'[' if in_string => in_this_string += 1,
            b'u' if in_string && is_escaped => in_this_string += 1,
            b'{' | b'[' => depth += 1,
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth.max(in_this_string) >= TOO_DEEP {
            return true;
        }
        is_escaped = byte == b'\\' && !is_escaped;
    }
    false
}

/// Whether some number in the text, or in a string of it, may be out of the range of a `f64`, which ends at
/// 10³⁰⁸: JSON has such numbers, and serde_json refuses them.
pub fn may_be_out_of_range(text: &[u8]) -> bool {
    const DIGITS: usize = 200;
    let digits = |from: &[u8]| from.iter().take_while(|byte| byte.is_ascii_digit()).count();
    (0..text.len()).any(|at| match text[at..] {
        [b'e' | b'E', b'+', ref exponent @ ..] | [b'e' | b'E', ref exponent @ ..] => {
            digits(exponent) > 2
        }
        // Not again for every digit of it.
        [b'0'..=b'9', ..] if at == 0 || !text[at - 1].is_ascii_digit() => {
            digits(&text[at..]) > DIGITS
        }
        _ => false,
    })
}

/// Whether it is certain what the file is. Whether a broken record is an Insight nobody can say.
pub fn is_clear(file: &count::File) -> bool {
    let found = &file.found;
    found.broken == 0 || (file.kind == Kind::CloudTrail && found.records > found.insights)
}

/// Whether this is said of a record that was given up. An object whose list of records was replaced
/// by a later value is no longer in memory: damage to stscope, and not to the twin, which sees what
/// stands.
pub fn is_given_up(damage: &str) -> bool {
    damage.contains("too large")
}

/// Whether some list of records may be replaced by a later value of its key, however it is spelled.
/// What else such an object held is not in memory where it breaks off: damage to stscope, and to the
/// twin damage with something whole in it.
pub fn may_replace_a_list(text: &[u8]) -> bool {
    const KEYS: [&str; 4] = ["Records", "Events", "logEvents", "events"];
    let plain = plain(text);
    KEYS.iter()
        .any(|key| plain.matches(&format!("\"{key}\"")).count() > 1)
}

/// Whether some element of `Records` may have two sources, one of them of what Lambda is given or no text.
/// Of such an element stscope believes the first, and the twin the last.
pub fn may_replace_a_source(text: &[u8]) -> bool {
    let plain = plain(text);
    let small = plain.to_lowercase();
    let mut values = small.split("\"eventsource\"").skip(1);
    let is_text = |behind: &str| {
        let value = behind.trim_start().strip_prefix(':');
        value.is_some_and(|value| value.trim_start().starts_with('"'))
    };
    let may_be_none = small.contains("\"aws:") || values.clone().any(|behind| !is_text(behind));
    may_be_none && values.nth(1).is_some()
}

/// The text with its escapes undone.
pub fn plain(text: &[u8]) -> String {
    let mut plain: Vec<char> = String::from_utf8_lossy(text).chars().collect();
    // Strings in strings in strings.
    for _ in 0..7 {
        plain = without_escapes(&plain);
    }
    plain.into_iter().collect()
}

fn without_escapes(text: &[char]) -> Vec<char> {
    let mut plain = Vec::new();
    let mut rest = text;
    while let Some((&first, behind)) = rest.split_first() {
        rest = behind;
        plain.push(match (first, behind) {
            ('\\', ['u', '0', '0', high, low, ..]) => {
                rest = &behind[5..];
                let code = [high, low].map(|hex| hex.to_digit(16).unwrap_or(0));
                char::from((code[0] << 4 | code[1]) as u8)
            }
            ('\\', [other, ..]) => {
                rest = &behind[1..];
                *other
            }
            _ => first,
        });
    }
    plain
}
