//! What stands in a column where a row has no value: exports have many words for nothing.

use super::sound::{elements, meant, members};

/// Nobody writes nothing deeper than that.
const MAX_DEPTH: usize = 16;

/// As pandas, Hive, Athena, Spark, JavaScript, Go, spreadsheets and people write it, in small letters.
const WORDS: [&str; 29] = [
    "",
    "null",
    "<null>",
    "(null)",
    "none",
    "nil",
    "nan",
    "nat",
    "na",
    "n/a",
    "<na>",
    "undefined",
    "-",
    "--",
    "\\n",
    "0",
    "false",
    "#n/a",
    "<none>",
    "(none)",
    "[null]",
    "[none]",
    "<nil>",
    "(empty)",
    "empty",
    "missing",
    "unknown",
    "?",
    ".",
];

/// Whether a value of sound JSON says nothing.
pub(super) fn is_nothing(value: &[u8]) -> bool {
    says_nothing(value, 0)
}

fn says_nothing(value: &[u8], depth: usize) -> bool {
    let deeper = depth + 1;
    match value.first() {
        _ if depth == MAX_DEPTH => true,
        Some(b'"') => is_word(&meant(value)),
        Some(b'[') => elements(value).all(|element| says_nothing(element, deeper)),
        Some(b'{') => members(value).all(|(_, value)| says_nothing(value, deeper)),
        _ => matches!(value, b"null" | b"false"),
    }
}

/// Whether a text is a word for nothing. So is that of an empty list, or of an empty object.
pub(super) fn is_word(text: &str) -> bool {
    let text = text.trim();
    let inside = |open, close| text.strip_prefix(open)?.strip_suffix(close);
    let is_empty = |inside: Option<&str>| inside.is_some_and(|inside| inside.trim().is_empty());
    WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
        || is_empty(inside('[', ']'))
        || is_empty(inside('{', '}'))
}

/// A text that is no word for nothing. Ids of AWS are longer than any of these, and so are its names.
pub(crate) fn something(text: &str) -> Option<&str> {
    const LONGEST: usize = 16;
    (text.len() > LONGEST || !is_word(text)).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_for_nothing_are_known_in_any_letters() {
        for nothing in [
            "null",
            "false",
            "[]",
            "{}",
            "[null,\"\"]",
            r#"{"a":{"b":"None"}}"#,
            r#""""#,
            r#"" ""#,
            r#""NaN""#,
            r#""<NA>""#,
            r#""N/A""#,
            r#""\\N""#,
            r#""[]""#,
            r#""{ }""#,
            r#""undefin\u0065d""#,
            r##""#N/A""##,
            r#""Unknown""#,
            r#""[null]""#,
        ] {
            assert!(is_nothing(nothing.as_bytes()), "{nothing}");
        }
        for something in [
            "0",
            "true",
            "[[1]]",
            r#"{"a":"b"}"#,
            r#""h""#,
            r#""nan.example""#,
            r#""[x]""#,
            r#""{""#,
        ] {
            assert!(!is_nothing(something.as_bytes()), "{something}");
        }
        let deep = format!("{}1{}", "[".repeat(17), "]".repeat(17));
        assert!(is_nothing(deep.as_bytes()));
    }
}
