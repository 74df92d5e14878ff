//! What exports write where there is nothing.

use serde_json::Value;

use super::tame;

const DEEPEST: usize = 16;

/// Whether a value says nothing.
pub fn is_nothing(value: &Value) -> bool {
    is_nothing_at(value, 0)
}

fn is_nothing_at(value: &Value, depth: usize) -> bool {
    match value {
        _ if depth == DEEPEST => true,
        Value::Null | Value::Bool(false) => true,
        Value::Bool(true) | Value::Number(_) => false,
        Value::String(text) => is_word(text),
        Value::Array(array) => array.iter().all(|value| is_nothing_at(value, depth + 1)),
        Value::Object(object) => (object.iter())
            .filter(|(key, _)| !tame::is_note(key))
            .all(|(_, value)| is_nothing_at(value, depth + 1)),
    }
}

/// Whether a text is one of the words for nothing.
pub fn is_word(text: &str) -> bool {
    let word = text.trim().to_ascii_lowercase();
    let empty: String = word.chars().filter(|c| !c.is_whitespace()).collect();
    matches!(&*empty, "" | "[]" | "{}")
        || matches!(
            &*word,
            "null"
                | "<null>"
                | "(null)"
                | "none"
                | "nil"
                | "nan"
                | "nat"
                | "na"
                | "n/a"
                | "<na>"
                | "undefined"
                | "-"
                | "--"
                | "\\n"
                | "0"
                | "false"
                | "#n/a"
                | "<none>"
                | "(none)"
                | "[null]"
                | "[none]"
                | "<nil>"
                | "(empty)"
                | "empty"
                | "missing"
                | "unknown"
                | "?"
                | "."
        )
}
