//! Records that are large or deep.

use super::{call, file, held, holds, other, quoted, says};
use twin::Way;

/// Streams alone, and with room for records of so many bytes.
fn limited(record: usize) -> Vec<Way> {
    Way::with_record_limit(record)
}

#[test]
fn a_record_of_more_than_a_megabyte_is_read() {
    let text = "x\\\"{".repeat(400_000);
    let large = call(
        "a",
        &format!(r#""requestParameters":{{"policy":"{text}"}}"#),
    );
    assert!(large.len() > 1 << 20);
    holds(
        file(&[call("b", ""), large, call("c", "")]),
        &[("calls", 3), ("files.read", 1)],
    );
}

#[test]
fn a_record_too_large_to_be_read_is_damage_and_its_neighbours_count() {
    let large = call("a", &format!(r#""userAgent":"{}""#, "x".repeat(5000)));
    for large in [large, other(&format!(r#""b":[{}1]"#, "[],".repeat(2000)))] {
        let text = file(&[call("b", ""), large, call("c", ""), other("")]);
        says(
            text,
            &limited(4096),
            &[("calls", 2), ("records", 3), ("files.damaged", 1)],
            &["record"],
        );
    }
}

#[test]
fn the_limit_is_the_largest_record_that_is_read() {
    let of_length = |length: usize| {
        let empty = call("a", r#""userAgent":"""#).len();
        call(
            "a",
            &format!(r#""userAgent":"{}""#, "x".repeat(length - empty)),
        )
    };
    for (length, calls) in [(4095, 3), (4096, 3), (4097, 2)] {
        let records = [call("b", ""), of_length(length), call("c", "")];
        let damaged: &[&str] = if calls == 3 { &[] } else { &["record"] };
        says(file(&records), &limited(4096), &[("calls", calls)], damaged);
        says(
            records.join("\n"),
            &limited(4096),
            &[("calls", calls)],
            damaged,
        );
    }
}

#[test]
fn what_is_large_beside_records_is_passed_over() {
    let large = "y".repeat(10_000);
    let text = format!(
        r#"{{"a":"{large}","{large}":{{"b":["{large}"]}},"Records":[{}],"z":["{large}"]}}"#,
        call("a", "")
    );
    says(
        text,
        &limited(4096),
        &[("calls", 1), ("files.read", 1)],
        &[],
    );
}

#[test]
fn ten_thousand_levels_are_read() {
    let deep = |open: &str, close: &str| {
        format!(
            r#""requestParameters":{}1{}"#,
            open.repeat(10_000),
            close.repeat(10_000)
        )
    };
    for members in [
        deep("[", "]"),
        deep(r#"{"a":"#, "}"),
        deep(r#"[{"a":"#, "}]"),
    ] {
        let text = file(&[
            call("b", ""),
            call("a", &members),
            other(&members),
            call("c", ""),
        ]);
        says(
            &text,
            &Way::all(),
            &[("calls", 3), ("records", 4), ("files.read", 1)],
            &[],
        );
        let lines = [call("b", ""), call("a", &members)].join("\n");
        says(lines, &Way::all(), &[("calls", 2), ("files.read", 1)], &[]);
    }
    let deep_list = "[".repeat(10_000) + &"]".repeat(10_000);
    says(
        deep_list,
        &Way::all(),
        &[("files.skipped NotCloudtrail", 1)],
        &[],
    );
}

#[test]
fn structure_may_fall_on_any_place_of_a_block() {
    for pad in 0..140 {
        let pad = "x".repeat(pad);
        let record = call("a", &format!(r#""p{pad}":"\\\"{{[","q":"{pad}\\""#));
        held(format!(
            r#"{{"m":"{pad}","Records":[{record},{}]}}"#,
            call("b", "")
        ));
    }
}

#[test]
fn a_wrapping_too_large_to_be_read_is_damage() {
    let large = call("large", &format!(r#""userAgent":"{}""#, "x".repeat(5000)));
    for wrapped in [
        format!(r#"{{"detail-type":"x","detail":{large}}}"#),
        format!(r#"{{"Events":[{{"CloudTrailEvent":{}}}]}}"#, quoted(&large)),
        format!("[{}]", quoted(&large)),
    ] {
        let text = [call("a", ""), wrapped, call("b", "")].join("\n");
        says(
            text,
            &limited(4096),
            &[("calls", 2), ("files.damaged", 1)],
            &["record"],
        );
    }
}

#[test]
fn a_number_may_have_any_number_of_digits() {
    for digits in 60..70 {
        let number = format!("{}.5", "1".repeat(digits));
        let call = call("a", "");
        holds(
            format!(r#"{{"a":{number},"Records":[{call}]}}"#),
            &[("calls", 1), ("files.read", 1)],
        );
        holds(
            format!("{call} {number}"),
            &[("calls", 1), ("not_understood", 1)],
        );
        holds(
            format!(r#"{{"Records":[{call},{number}]}}"#),
            &[("calls", 1), ("not_understood", 1)],
        );
        let no_number = format!("{}x", "1".repeat(digits));
        holds(
            format!(r#"{{"a":{no_number},"Records":[{call}]}}"#),
            &[("files.damaged", 1)],
        );
    }
}

#[test]
fn lists_in_lists_are_opened_up_to_a_depth_and_no_stack_is_large_enough_for_all() {
    let nested = |open: &str, close: &str, depth: usize| {
        open.repeat(depth) + &call("a", "") + &close.repeat(depth)
    };
    for (open, close) in [
        ("[", "]"),
        (r#"{"Events":["#, "]}"),
        (r#"{"Records":["#, "]}"),
    ] {
        holds(nested(open, close, 8), &[("calls", 1), ("files.read", 1)]);
        holds(nested(open, close, 31), &[("calls", 1), ("files.read", 1)]);
        // At the cap it is named, as lists are known, or by the call in it.
        for depth in [40, 60] {
            holds(
                nested(open, close, depth),
                &[("calls", 0), ("not_understood", 1), ("files.damaged", 1)],
            );
        }
        let deep = nested(open, close, 20_000);
        says(deep, &Way::all(), &[("not_understood", 1)], &["shape"]);
    }
}

#[test]
fn a_call_in_json_of_another_kind_is_named_however_large_that_is() {
    let pad = "z".repeat(9_000);
    let text = format!(r#"{{"a":"{pad}","items":[{}],"b":"{pad}"}}"#, call("a", ""));
    says(text, &limited(4096), &[("not_understood", 1)], &["shape"]);
    let none = format!(r#"{{"a":"{pad}","items":[{}],"b":"{pad}"}}"#, other(""));
    says(
        none,
        &limited(4096),
        &[("files.skipped NotCloudtrail", 1)],
        &[],
    );
    // Behind it there is a log, of which nothing is missed.
    let text = format!("{{\"a\":\"{pad}\"}}\n{}", call("a", ""));
    says(
        text,
        &limited(4096),
        &[("calls", 1), ("not_understood", 1)],
        &["shape"],
    );
}
