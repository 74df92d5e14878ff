//! The ids of the events in a piece of JSON, however deep they are: what tells a copy of a record from another
//! record.

use std::collections::HashSet;

use memchr::memmem;

use super::normal::plain;

/// All of them.
pub(super) fn event_ids(json: &[u8]) -> HashSet<Vec<u8>> {
    let json = plain(json);
    memmem::find_iter(&json, b"vent")
        .filter_map(|at| value_of_id(&json[at + "vent".len()..]))
        .map(<[u8]>::to_vec)
        .collect()
}

/// The value of a key of which `event`, or `Event`, has been passed: `eventID`, `event_id`.
fn value_of_id(past: &[u8]) -> Option<&[u8]> {
    let past = past.strip_prefix(b"_").unwrap_or(past);
    let (id, past) = past.split_at_checked(2)?;
    // The quotes of a text in a text are escaped.
    let between = |byte: &&u8| br#"\": "#.contains(*byte) || byte.is_ascii_whitespace();
    let (between, value) = past.split_at(past.iter().take_while(between).count());
    let length = (value.iter())
        .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'-')
        .count();
    let is_id = id.eq_ignore_ascii_case(b"id") && between.contains(&b'"') && length > 0;
    is_id.then_some(&value[..length])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_found_in_texts_in_texts() {
        for (json, expected) in [
            (
                r#"{"eventID":"a-1","x":{"eventID" : "b"}}"#,
                &["a-1", "b"][..],
            ),
            (r#"{"message":"{\"eventID\":\"c\"}"}"#, &["c"]),
            (
                r#"{"message":"{\u0022eventID\u0022:\u0022c\u0022}"}"#,
                &["c"],
            ),
            (r#""{\"m\":\"{\\\"event_id\\\":\\\"d\\\"}\"}""#, &["d"]),
            (r#"{"EventId":"e","eventid":"e"}"#, &["e"]),
            (
                r#"{"eventID":"","eventID":null,"eventIdentity":"f","eventID":7}"#,
                &["null", "7"],
            ),
            (r#"{"eventI"#, &[]),
            ("", &[]),
        ] {
            let found = event_ids(json.as_bytes());
            let expected = expected.iter().map(|id| id.as_bytes().to_vec()).collect();
            assert_eq!(found, expected, "{json}");
        }
    }
}
