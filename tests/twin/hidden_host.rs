//! Whether a record without a host has one all the same, in a form that is not read.

use serde_json::{Map, Value};

use super::tame;

const DEEPEST: usize = 16;

/// Whether one was read.
pub fn has_host(normal: &Map<String, Value>) -> bool {
    let details = normal.get("tlsDetails").and_then(Value::as_object);
    let host = details.and_then(|details| details.get("clientProvidedHostHeader"));
    host.and_then(Value::as_str)
        .is_some_and(|host| !host.is_empty())
}

/// Whether one was not, and is there.
pub fn is_hidden(record: &Map<String, Value>) -> bool {
    record
        .iter()
        .any(|(key, value)| match (key.as_str(), value) {
            ("tlsDetails" | "tlsdetails", Value::String(text)) => {
                let object = tame::parse(text.as_bytes()).filter(Value::is_object);
                object.map_or_else(|| says(value, 0), |object| is_in(&object))
            }
            ("tlsDetails" | "tlsdetails", Value::Array(_)) => says(value, 0),
            ("tlsDetails" | "tlsdetails", _) => is_in(value),
            // What a later value has replaced.
            (key, _) if key.starts_with('\0') => false,
            (key, _) if is_name(key) => says(value, 0),
            (key, _) => letters(key) == "tlsdetails" && is_in(value),
        })
}

fn is_in(value: &Value) -> bool {
    named(value)
        .iter()
        .any(|&(value, depth)| says(value, depth))
}

/// What is in a value under the name of the host; and texts with that name in them.
fn named(value: &Value) -> Vec<(&Value, usize)> {
    let mut found = Vec::new();
    let mut todo = vec![(value, 0)];
    while let Some((value, depth)) = todo.pop() {
        if depth == DEEPEST {
            continue;
        }
        match value {
            Value::Object(object) => {
                for (key, value) in object {
                    if is_name(key) {
                        found.push((value, depth + 1));
                    }
                    todo.push((value, depth + 1));
                }
            }
            Value::Array(array) => todo.extend(array.iter().map(|value| (value, depth + 1))),
            Value::String(text)
                if text.contains("eader") && letters(text).contains("clientprovidedhostheader") =>
            {
                found.push((value, depth));
            }
            _ => {}
        }
    }
    found
}

fn is_name(key: &str) -> bool {
    key.contains("eader") && letters(key).ends_with("clientprovidedhostheader")
}

/// Whether it is more than a word for nothing.
fn says(value: &Value, depth: usize) -> bool {
    match value {
        _ if depth == DEEPEST => false,
        Value::String(text) => {
            let text = text.trim().to_ascii_lowercase();
            !matches!(&*text, "" | "null" | "none" | "nan" | "-" | "\\n")
        }
        Value::Array(array) => array.iter().any(|value| says(value, depth + 1)),
        Value::Object(object) => object.values().any(|value| says(value, depth + 1)),
        _ => false,
    }
}

fn letters(text: &str) -> String {
    let mut text = text.to_ascii_lowercase();
    text.retain(|c| c.is_ascii_alphanumeric());
    text
}
