//! The ids of the events in a piece of JSON, however deep they are: what tells a copy of a record from another
//! record.

use std::collections::HashSet;

use memchr::memmem;

use super::sound::{meant, members, plain};
use super::text::letters;

/// All of them, in small letters.
pub(super) fn event_ids(json: &[u8]) -> HashSet<Vec<u8>> {
    ids_in(&plain(json).to_ascii_lowercase()).collect()
}

/// Whether all the records in a piece of JSON are copies of those with these ids, as far as it tells. What
/// has no id is none; but beside a record what has no time and no version either is a label or a summary.
pub(super) fn is_copy(json: &[u8], known: &HashSet<Vec<u8>>) -> bool {
    const OF_RECORDS: [&[u8]; 4] = [
        b"eventtime",
        b"event_time",
        b"eventversion",
        b"event_version",
    ];
    let json = plain(json).to_ascii_lowercase();
    let mut ids = ids_in(&json).peekable();
    match ids.peek() {
        Some(_) => ids.all(|id| known.contains(&id)),
        None => {
            let mut names = OF_RECORDS.iter();
            let is_record = names.any(|name| memmem::find(&json, name).is_some());
            !known.is_empty() && !is_record
        }
    }
}

fn ids_in(json: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    memmem::find_iter(json, b"event")
        // The ids of other things end alike: sharedEventID.
        .filter(|at| {
            !at.checked_sub(1)
                .is_some_and(|before| json[before].is_ascii_alphanumeric())
        })
        .filter_map(|at| value_of_id(&json[at + b"event".len()..]))
        .map(<[u8]>::to_vec)
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
    // The quotes of a text in a text are escaped; and searches give lists of one.
    let between = |byte: &&u8| br#"\": ["#.contains(*byte) || byte.is_ascii_whitespace();
    let (between, value) = past.split_at(past.iter().take_while(between).count());
    if !between.contains(&b'"') {
        return None;
    }
    let length = (value.iter())
        .take_while(|byte| !br#"\",]}"#.contains(*byte) && !byte.is_ascii_whitespace())
        .count();
    (length > 0).then_some(&value[..length])
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
            (
                r#"{"fields":{"eventID":[ "a_1" ]},"sharedEventID":"b"}"#,
                &["a_1"],
            ),
            (r#"{"detail.eventID":"a","parentEventId":"b"}"#, &["a"]),
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

    #[test]
    fn a_copy_has_the_same_id_or_is_no_record() {
        let known = HashSet::from([b"a".to_vec()]);
        for (json, expected) in [
            (r#"{"eventID":"A"}"#, true),
            (r#"{"eventID":["a"]}"#, true),
            (r#"[{"eventID":"a"},{"eventID":"b"}]"#, false),
            (r#"{"eventSource":"x","eventTime":"y"}"#, false),
            (r#"{"event_source":"x","EVENT_VERSION":"y"}"#, false),
            (r#"{"eventSource":"x","sourcetype":"y"}"#, true),
        ] {
            assert_eq!(is_copy(json.as_bytes(), &known), expected, "{json}");
        }
    }

    /// Strangers write these.
    #[test]
    fn a_text_of_names_without_values_takes_no_time() {
        assert_eq!(event_ids(&b"eventid".repeat(1 << 20)).len(), 0);
    }
}
