//! What is no JSON, in records and between them.

use super::{call, file, held, holds, other, quoted, says};
use twin::{Held, Way};

/// `Records` with these bytes as the second of four.
fn second(record: &[u8]) -> Vec<u8> {
    let mut text = format!(r#"{{"Records":[{},"#, call("a", "")).into_bytes();
    text.extend_from_slice(record);
    text.extend_from_slice(format!(",{},{}]}}", other(""), call("b", "")).as_bytes());
    text
}

#[test]
fn a_call_that_is_broken_inside_is_damage_and_reading_goes_on_behind_it() {
    for member in [
        r#""x":tru"#,
        r#""x":01"#,
        r#""x":[1,]"#,
        r#""x":{,}"#,
        r#""x":"\q""#,
        r#""x":"\u12G4""#,
        r#""x" 1"#,
        r#""x":1 "y":2"#,
        r#""x":{"y":[1}]"#,
        r#""x":+1"#,
        r#""x":.5"#,
        r#""x":'a'"#,
        r#""x":nan"#,
        r#"1:2"#,
        r#""x":"a""b""#,
    ] {
        let broken = call("broken", member);
        let text = second(broken.as_bytes());
        says(
            &text,
            &Way::all(),
            &[("calls", 2), ("records", 3), ("files.damaged", 1)],
            &["record"],
        );
    }
}

#[test]
fn what_is_broken_inside_a_record_of_another_service_need_not_be_noticed() {
    for member in [r#""x":tru"#, r#""x":[1,]"#, r#""x":"\q""#] {
        let text = second(other(member).as_bytes());
        says(
            &text,
            &Way::all(),
            &[("calls", 2), ("records", 4), ("files.read", 1)],
            &[],
        );
    }
}

#[test]
fn bytes_that_are_no_utf_8_are_damage_in_a_call_and_unnoticed_elsewhere() {
    for bytes in [
        &b"\xff"[..],
        b"\xc3",
        b"\xed\xa0\x80",
        b"\xf5\x80\x80\x80",
        b"\xc0\xaf",
    ] {
        let spoil = |record: String| {
            let at = record.find('@').expect("a place for the bytes");
            [
                &record.as_bytes()[..at],
                bytes,
                &record.as_bytes()[at + 1..],
            ]
            .concat()
        };
        let in_call = second(&spoil(call("c", r#""userAgent":"@""#)));
        says(
            in_call,
            &Way::all(),
            &[("calls", 2), ("records", 3), ("files.damaged", 1)],
            &["record"],
        );
        let in_key = second(&spoil(call("c", r#""@":1"#)));
        says(
            in_key,
            &Way::all(),
            &[("calls", 2), ("files.damaged", 1)],
            &["record"],
        );
        let elsewhere = second(&spoil(other(r#""userAgent":"@""#)));
        says(
            elsewhere,
            &Way::all(),
            &[("calls", 2), ("records", 4), ("files.read", 1)],
            &[],
        );
    }
}

#[test]
fn a_raw_control_character_breaks_the_record_it_stands_in() {
    for byte in [0, 1, 9, 10, 0x1f] {
        for record in [
            call("c", r#""userAgent":"@""#),
            other(r#""userAgent":"@""#),
            other(r#""@":1"#),
        ] {
            let text = second(
                record
                    .replace('@', &char::from(byte).to_string())
                    .as_bytes(),
            );
            let figures = [("calls", 2), ("records", 3), ("files.damaged", 1)];
            says(text, &Way::all(), &figures, &["record"]);
        }
    }
    let delete = second(call("c", "\"userAgent\":\"\u{7f}\u{85}\"").as_bytes());
    holds(delete, &[("calls", 3), ("files.read", 1)]);
}

#[test]
fn a_file_that_is_cut_anywhere_gives_its_whole_records() {
    let text = file(&[call("a", ""), other(r#""x":"}],\"""#), call("b", "")]);
    let lines = text[12..text.len() - 2].replace("},{", "}\n{");
    for text in [text, lines] {
        for length in (0..text.len()).step_by(7) {
            held(&text[..length]);
        }
    }
}

#[test]
fn a_list_that_is_not_closed_is_damage_behind_its_records() {
    let two = format!(r#"{{"Records":[{},{}"#, call("a", ""), call("b", ""));
    for end in ["", ",", "]", " ,\n", "]}}", "],", "],}", "}", "]} x", ",]}"] {
        holds(format!("{two}{end}"), &[("calls", 2), ("files.damaged", 1)]);
    }
}

#[test]
fn what_stands_between_records_ends_the_reading() {
    for between in [" ", "x", ",,", ":", ",x,", ",]"] {
        let text = format!(
            r#"{{"Records":[{}{between}{}]}}"#,
            call("a", ""),
            call("b", "")
        );
        holds(text, &[("calls", 1), ("files.damaged", 1)]);
    }
}

#[test]
fn bytes_that_are_no_json_are_damage_and_not_skipped() {
    for text in [
        "x",
        "<html>",
        "PK\u{3}\u{4}",
        "{",
        "[",
        "\"",
        "}",
        "]",
        ",",
        "tru",
        "nullnull",
        "\0",
        "\u{1}{}",
        "{}x",
        "1.",
        "-",
    ] {
        let answer = held(text);
        assert_eq!(answer.damaged, ["json"], "{text:?}");
    }
}

#[test]
fn a_broken_record_in_a_string_is_that_records_damage() {
    let broken = call("broken", r#""x":tru"#);
    let cut = call("cut", "").replace('}', "");
    for inner in [broken, cut] {
        let events = [call("a", ""), inner, call("b", "")]
            .map(|record| format!(r#"{{"CloudTrailEvent":{}}}"#, quoted(&record)));
        let text = format!(r#"{{"Events":[{}]}}"#, events.join(","));
        says(
            text,
            &Way::all(),
            &[("calls", 2), ("files.damaged", 1)],
            &["record"],
        );
    }
}

#[test]
fn a_record_whose_source_is_no_sound_text_is_a_record_all_the_same() {
    for record in [
        r#"{"eventSource":"st\q"}"#,
        r#"{"eventSourc\u0065":"st\q"}"#,
    ] {
        let message = format!(r#"{{"events":[{{"message":{}}}]}}"#, quoted(record));
        let is_noticed = record.contains("u0065");
        for text in [record.to_owned(), quoted(record), message] {
            match is_noticed {
                true => assert_eq!(held(&text).damaged, ["record"], "{text}"),
                // Of another service, as far as is looked.
                false => says(&text, &Way::all(), &[("records", 1)], &[]),
            }
        }
    }
}

#[test]
fn a_broken_record_in_an_envelope_is_that_records_damage() {
    let envelopes = [call("a", ""), call("broken", r#""x":tru"#), call("b", "")]
        .map(|record| format!(r#"{{"detail-type":"x","detail":{record}}}"#));
    says(
        envelopes.join("\n"),
        &Way::all(),
        &[("calls", 2), ("files.damaged", 1)],
        &["record"],
    );
}

#[test]
fn a_string_with_a_record_in_it_must_itself_be_sound() {
    for text in [r"\q", r"\u12G4", "\n", "\u{1}"] {
        let broken = quoted(&call("broken", "")).replacen("AssumeRole", text, 1);
        let text = format!(r#"{{"Events":[{{"CloudTrailEvent":{broken}}}]}}"#);
        says(
            text,
            &Way::all(),
            &[("calls", 0), ("files.damaged", 1)],
            &["record"],
        );
    }
}

#[test]
fn damage_in_a_string_is_where_it_stands_in_the_stream() {
    let before = "x".repeat(10_000);
    let text = format!(
        r#"{{"a":"{before}","Events":[{{"CloudTrailEvent":{}}}]}}"#,
        quoted(&call("broken", r#""requestParameters":{"x":tru}"#))
    );
    let report = Held::new(vec![text.into_bytes()]).report(Way::all()[0]);
    let detail = &report.totals.coverage.damaged[0].detail;
    let place = detail
        .split("byte ")
        .nth(1)
        .and_then(|rest| rest.split(' ').next());
    let place: usize = place.and_then(|place| place.parse().ok()).expect(detail);
    assert!(place > before.len(), "{detail}");
}
