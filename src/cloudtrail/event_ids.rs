//! The ids of the events in a piece of JSON, however deep they are: what tells a copy of a record from another
//! record.

use std::collections::HashSet;

use memchr::memmem;

use super::normal::{meant, members, plain};
use super::text::letters;

/// All of them, in small letters.
pub(super) fn event_ids(json: &[u8]) -> HashSet<Vec<u8>> {
    let json = plain(json).to_ascii_lowercase();
    memmem::find_iter(&json, b"event")
        .filter_map(|at| value_of_id(&json[at + b"event".len()..]))
        .map(<[u8]>::to_vec)
        .collect()
}

/// That of a sound record itself. Several, where its key is written in several ways.
pub(super) fn own_ids(record: &[u8]) -> HashSet<Vec<u8>> {
    members(record)
        .filter(|(key, value)| letters(key) == "eventid" && value.first() == Some(&b'"'))
        .map(|(_, value)| meant(value).to_ascii_lowercase().into_bytes())
        .collect()
}

/// The value of a key of which `event` has been passed: `eventid`, `event_id`.
fn value_of_id(past: &[u8]) -> Option<&[u8]> {
    let past = match past {
        [b'_' | b'-' | b'.', past @ ..] => past,
        _ => past,
    };
    let past = past.strip_prefix(b"id")?;
    // The quotes of a text in a text are escaped.
    let between = |byte: &&u8| br#"\": "#.contains(*byte) || byte.is_ascii_whitespace();
    let (between, value) = past.split_at(past.iter().take_while(between).count());
    let length = (value.iter())
        .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'-')
        .count();
    (between.contains(&b'"') && length > 0).then_some(&value[..length])
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
            (r#"{"EventId":"e","eventid":"E"}"#, &["e"]),
            (
                r#"{"EVENTID":"e-F","event.id":"g","EVENT_ID":"h"}"#,
                &["e-f", "g", "h"],
            ),
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

    #[test]
    fn an_own_id_is_no_other_members() {
        for (record, expected) in [
            (r#"{"eventID":"A-1","x":{"eventID":"b"}}"#, &["a-1"][..]),
            (
                r#"{"event_id":"c","message":"{\"eventID\":\"d\"}"}"#,
                &["c"],
            ),
            (r#"{"eventID":null,"sharedEventID":"e"}"#, &[]),
        ] {
            let expected = expected.iter().map(|id| id.as_bytes().to_vec()).collect();
            assert_eq!(own_ids(record.as_bytes()), expected, "{record}");
        }
    }
}
