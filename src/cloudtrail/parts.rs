//! Parts of a sound record, by what their keys are: its source, and those in which there may be another record.

use super::keys::Key;
use super::sound::{Members, elements, meant, members};

/// The parts of a sound record, as they are written, in which AWS itself writes no other record. Lists
/// that are read for themselves are left out.
pub(super) fn foreign_parts(object: &[u8], is_read: impl Fn(&str, u8) -> bool) -> Vec<u8> {
    let mut parts = Vec::new();
    for (key, value) in Members::of(object) {
        let text = meant(key);
        let may_hide = Key::of(text.as_bytes()).may_hide();
        if may_hide && !is_read(&text, value.first().copied().unwrap_or_default()) {
            parts.extend_from_slice(key);
            parts.push(b':');
            parts.extend_from_slice(value);
            parts.push(b',');
        }
    }
    parts
}

/// Whether a sound record names a service as its source, by either name: as a text, or as the first of a
/// list.
pub(super) fn names_source(object: &[u8], service: &str) -> bool {
    members(object).any(|(key, value)| {
        let first = match value.first() {
            Some(b'[') => elements(value).next().unwrap_or_default(),
            _ => value,
        };
        matches!(Key::of(key.as_bytes()), Key::Source { .. })
            && first.first() == Some(&b'"')
            && meant(first) == service
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_that_callers_write_are_left_out() {
        let text = r#"{"a":1,"requestParameters":{"eventSource":"x"},"insightdetails":[],"Records":[2],"b":"]"}"#;
        let parts = foreign_parts(text.as_bytes(), |key, first| {
            key == "Records" && first == b'['
        });
        assert_eq!(String::from_utf8_lossy(&parts), r#""a":1,"b":"]","#);
    }

    #[test]
    fn a_source_is_named_by_either_name() {
        for (text, expected) in [
            (r#"{"eventSource":1,"eventSource":[ "x\u0079",2]}"#, true),
            (r#"{"eventSource":"a","eventsource":"xy"}"#, true),
            (r#"{"eventSource":"xy","eventSource":"a"}"#, false),
            (r#"{"eventSource":["x","xy"]}"#, false),
            (r#"{"eventSource":[]}"#, false),
            (r#"{"a":{"eventSource":"xy"}}"#, false),
        ] {
            assert_eq!(names_source(text.as_bytes(), "xy"), expected, "{text}");
        }
    }
}
