//! Traps made by hand, one a test: each is held against the twin by every way of reading, and
//! against the figures a person expects, lest both be wrong together.

mod bounds;
mod damage;
mod gzip;
mod hidden;
mod members;
mod shapes;

use twin::{Answer, Held, Way, held::assert_equal};

/// A call that went to the global endpoint, with more members at its end.
fn call(id: &str, more: &str) -> String {
    let comma = if more.is_empty() { "" } else { "," };
    format!(
        r#"{{"eventVersion":"1.11","eventSource":"sts.amazonaws.com","eventName":"AssumeRole","eventTime":"2025-11-03T10:00:00Z","awsRegion":"us-east-1","eventID":"{id}","recipientAccountId":"111122223333","userIdentity":{{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/ana"}},"tlsDetails":{{"clientProvidedHostHeader":"sts.amazonaws.com"}}{comma}{more}}}"#
    )
}

/// A record of another service.
fn other(more: &str) -> String {
    let comma = if more.is_empty() { "" } else { "," };
    format!(
        r#"{{"eventVersion":"1.11","eventSource":"s3.amazonaws.com","eventName":"GetObject","eventID":"other"{comma}{more}}}"#
    )
}

/// `{"Records":[…]}`
fn file(records: &[String]) -> String {
    format!(r#"{{"Records":[{}]}}"#, records.join(","))
}

/// A string of JSON that holds this text.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Holds a text, plain and gzipped, against the twin.
#[track_caller]
fn held(text: impl AsRef<[u8]>) -> Answer {
    let [plain, gzipped] = Held::plain_and_gzipped(text.as_ref());
    let answer = plain.is_equal();
    assert_eq!(answer, gzipped.is_equal());
    answer
}

/// The same, and these are its figures.
#[track_caller]
fn holds(text: impl AsRef<[u8]>, figures: &[(&str, u64)]) {
    let answer = held(text);
    for (name, count) in figures {
        let found = answer.figures.get(*name).copied().unwrap_or_default();
        assert_eq!(found, *count, "{name} of {answer:#?}");
    }
}

/// What stscope must say of a text whatever the twin thinks, by each of these ways.
#[track_caller]
fn says(text: impl AsRef<[u8]>, ways: &[Way], figures: &[(&str, u64)], damaged: &[&str]) {
    for held in Held::plain_and_gzipped(text.as_ref()) {
        for &way in ways {
            let report = held.report(way);
            let answer = twin::held::of_report(&report);
            for (name, count) in figures {
                let found = answer.figures.get(*name).copied().unwrap_or_default();
                assert_eq!(
                    found, *count,
                    "{name} by {way:?}: {:?}",
                    report.totals.coverage
                );
            }
            assert_eq!(
                answer.damaged, damaged,
                "{way:?}: {:?}",
                report.totals.coverage
            );
        }
    }
}

#[test]
fn the_twin_itself_counts_what_a_person_counts() {
    let two = file(&[call("a", ""), other(""), call("b", ""), call("a", "")]);
    holds(
        two,
        &[
            ("records", 4),
            ("sts_records", 3),
            ("duplicates", 1),
            ("calls", 2),
            ("endpoint global", 2),
        ],
    );
}

#[test]
fn files_of_all_kinds_at_once_give_one_answer_by_any_number_of_threads() {
    let texts = [
        file(&[call("a", ""), other("")]),
        file(&[call("a", "")]),
        r#"{"digestStartTime":"2025-11-03T10:00:00Z","logFiles":[]}"#.to_owned(),
        String::new(),
        r#"{"Records":[{"eventSource":"sts.amazonaws.com""#.to_owned(),
        "no JSON".to_owned(),
    ];
    let files = texts.iter().map(|text| text.as_bytes().to_vec()).collect();
    let held = Held::new(files);
    let expected = held.expected();
    for threads in [1, 2, 4] {
        let way = Way {
            threads,
            ..Way::all()[0]
        };
        assert_equal(&held.report(way), &expected, way);
    }
    assert_eq!(expected.figures["calls"], 1);
    assert_eq!(expected.figures["files.damaged"], 2);
}
