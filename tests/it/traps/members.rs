//! Where members are, how they are spelled, and what is in them.

use super::{call, file, held, holds, other, quoted};

#[test]
fn an_event_source_in_request_parameters_is_not_that_of_the_record() {
    let nested = r#""requestParameters":{"eventSource":"sts.amazonaws.com"}"#;
    let records = [
        other(nested),
        format!(r#"{{{nested},"eventSource":"s3.amazonaws.com"}}"#),
    ];
    holds(file(&records), &[("records", 2), ("sts_records", 0)]);
    // Neither a source nor a version: that is no record, whatever is in it.
    holds(
        file(&[format!(r#"{{{nested}}}"#)]),
        &[("records", 0), ("not_understood", 1), ("files.damaged", 1)],
    );
    let sts = call(
        "a",
        r#""requestParameters":{"eventSource":"s3.amazonaws.com"}"#,
    );
    holds(file(&[sts]), &[("calls", 1)]);
}

#[test]
fn the_name_of_sts_in_strings_and_keys_makes_no_call() {
    let records = [
        other(r#""userAgent":"\"eventSource\":\"sts.amazonaws.com\"""#),
        other(r#""sts.amazonaws.com":"eventSource","eventSourceX":"sts.amazonaws.com""#),
        other(r#""eventName":"eventSource","b":["eventSource","sts.amazonaws.com"]"#),
        other(r#""c":[{"eventSource":"sts.amazonaws.com"}]"#),
        r#"{"eventSource":"ssts.amazonaws.com"}"#.to_owned(),
        r#"{"eventSource":"sts.amazonaws.com "}"#.to_owned(),
        r#"{"eventSource":"sts.amazonaws.com.evil.example"}"#.to_owned(),
    ];
    holds(
        file(&records),
        &[("records", 6), ("sts_records", 0), ("not_understood", 1)],
    );
}

#[test]
fn escapes_in_keys_and_values_are_read() {
    let escaped = |text: &str| -> String {
        text.chars()
            .map(|c| format!("\\u{:04X}", c as u32))
            .collect()
    };
    let (key, value) = (escaped("eventSource"), escaped("sts.amazonaws.com"));
    let records = [
        format!(r#"{{"{key}":"sts.amazonaws.com"}}"#),
        format!(r#"{{"eventSource":"{value}"}}"#),
        format!(
            r#"{{"{key}":"{value}","{}":{{}}}}"#,
            escaped("userIdentity")
        ),
        r#"{"event\u0053ource":"sts\u002eamazonaws.com"}"#.to_owned(),
        r#"{"eventSource":"sts.amazonaws.co\u006d","userAgent":"\"\\\/\b\f\n\r\t\ud83e\udd80"}"#
            .to_owned(),
    ];
    holds(file(&records), &[("records", 5), ("calls", 5)]);
    let document = format!(r#"{{"{}":[{}]}}"#, escaped("Records"), call("a", ""));
    holds(document, &[("calls", 1)]);
}

#[test]
fn half_a_surrogate_pair_does_not_break_a_record() {
    let records = [
        call("a", r#""userAgent":"\ud83d""#),
        call("b", r#""userAgent":"\ude00\ud83d\u0041\ud83d\\ude00""#),
        call("c", r#""\udfff":1"#),
    ];
    holds(file(&records), &[("calls", 3), ("files.read", 1)]);
}

#[test]
fn of_duplicate_keys_the_last_stands() {
    let records = [
        call("a", r#""eventSource":"s3.amazonaws.com""#),
        other(r#""eventSource":"sts.amazonaws.com""#),
        call("b", r#""eventSource":null"#),
        call("c", r#""event\u0053ource":"s3.amazonaws.com""#),
        call("d", r#""tlsDetails":{},"awsRegion":"eu-west-1""#),
        call(
            "e",
            r#""tlsDetails":null,"tlsDetails":{"clientProvidedHostHeader":"sts.eu-west-1.amazonaws.com"}"#,
        ),
        call(
            "f",
            r#""userIdentity":{"type":"Root"},"userIdentity":{"arn":"last"}"#,
        ),
    ];
    holds(
        file(&records),
        &[
            ("records", 7),
            ("calls", 4),
            ("endpoint global", 1),
            ("endpoint regional", 2),
        ],
    );
}

#[test]
fn members_may_stand_in_any_order() {
    let members = [
        r#""eventID":"a""#,
        r#""tlsDetails":{"clientProvidedHostHeader":"sts.amazonaws.com"}"#,
        r#""eventSource":"sts.amazonaws.com""#,
        r#""userIdentity":{"type":"Root","arn":"root"}"#,
        r#""errorCode":"AccessDenied""#,
    ];
    for turn in 0..members.len() {
        let mut members = members;
        members.rotate_left(turn);
        let record = format!("{{{}}}", members.join(","));
        holds(
            file(&[record]),
            &[("calls", 1), ("errors", 1), ("endpoint global", 1)],
        );
    }
}

#[test]
fn white_space_may_stand_between_any_two_tokens() {
    let record = call("a", r#""requestParameters":{"b":[1,true,{}]}"#);
    let spaced: String = record
        .split_inclusive(['{', '}', '[', ']', ',', ':'])
        .map(|piece| {
            let (text, sign) = piece.split_at(piece.len() - 1);
            // Colons stand in strings, too: there white space would change the text.
            if text.matches('"').count() % 2 == 1 || (text.is_empty() && sign == ":") {
                piece.to_owned()
            } else {
                format!("{text} \t\r\n {sign}\n")
            }
        })
        .collect();
    let spaced = spaced.replace("arn:\n", "arn:").replace(" \t\r\n :\n", ":");
    held(format!(
        " \r\n{{ \"Records\"\t:\n[ {record} ,\r\n{record} ] }}\n\n"
    ));
    held(format!("{{\"Records\":[{spaced}]}}"));
    let pretty: serde_json::Value =
        serde_json::from_str(&file(&[record, other("")])).expect("JSON");
    let pretty = serde_json::to_string_pretty(&pretty).expect("JSON");
    holds(&pretty, &[("records", 2), ("calls", 1), ("files.read", 1)]);
    holds(pretty.replace('\n', "\r\n"), &[("calls", 1)]);
}

#[test]
fn an_empty_string_is_as_absent_as_none() {
    let records = [
        call("", ""),
        call("", ""),
        call("a", r#""errorCode":"""#),
        call(
            "b",
            r#""tlsDetails":{"clientProvidedHostHeader":""},"awsRegion":"""#,
        ),
    ];
    holds(
        file(&records),
        &[
            ("calls", 4),
            ("errors", 0),
            ("duplicates", 0),
            ("endpoint unknown", 1),
        ],
    );
}

#[test]
fn arrays_and_nulls_where_objects_are_expected_are_as_if_absent() {
    for value in [
        "null",
        "[]",
        "[{}]",
        "\"text\"",
        "7",
        "true",
        r#"[{"clientProvidedHostHeader":"sts.amazonaws.com"}]"#,
    ] {
        let members = [
            "tlsDetails",
            "userIdentity",
            "requestParameters",
            "additionalEventData",
            "addendum",
        ]
        .map(|key| format!(r#""{key}":{value}"#))
        .join(",");
        // What may be a host is not passed over.
        let is_host = value.contains("text") || value.contains("sts");
        let figures = if is_host {
            [("calls", 0), ("files.damaged", 1)]
        } else {
            [("calls", 1), ("endpoint unknown", 1)]
        };
        holds(file(&[call("a", &members)]), &figures);
        let inner = format!(
            r#""additionalEventData":{{"RequestDetails":{value}}},"userIdentity":{{"type":"AssumedRole","sessionContext":{value},"inScopeOf":{value}}}"#
        );
        holds(
            file(&[call("a", &inner)]),
            &[("calls", 1), ("endpoint global", 1)],
        );
    }
}

#[test]
fn numbers_where_strings_are_expected_are_as_if_absent() {
    for value in ["7", "-1.5e300", "1e999", "true", "null", "{}", r#"["x"]"#] {
        let members = [
            "eventID",
            "eventTime",
            "errorCode",
            "awsRegion",
            "sharedEventID",
            "recipientAccountId",
        ]
        .map(|key| format!(r#""{key}":{value}"#))
        .join(",");
        let twice = [call("a", &members), call("a", &members)];
        holds(
            file(&twice),
            &[
                ("calls", 2),
                ("errors", 0),
                ("files.read", 1),
                ("no_time", 2),
            ],
        );
        let source = format!(r#""eventSource":{value}"#);
        holds(
            file(&[call("a", &source)]),
            &[("records", 1), ("sts_records", 0)],
        );
    }
}

#[test]
fn network_activity_and_insights_are_no_calls() {
    let records = [
        call("a", r#""eventCategory":"NetworkActivity""#),
        call("b", r#""eventCategory":"Insight""#),
        call("c", r#""eventType":"AwsCloudTrailInsight""#),
        call("d", r#""eventCategory":"Management""#),
        other(r#""eventCategory":"NetworkActivity""#),
    ];
    holds(
        file(&records),
        &[
            ("records", 5),
            ("not_calls", 3),
            ("sts_records", 1),
            ("calls", 1),
        ],
    );
}

#[test]
fn what_is_json_in_a_string_of_a_record_stays_a_string() {
    let inner = file(&[call("b", "")]);
    let record = call(
        "a",
        &format!(
            r#""requestParameters":{{"policy":{},"message":{}}}"#,
            quoted(&inner),
            quoted(&inner)
        ),
    );
    holds(file(&[record]), &[("records", 1), ("calls", 1)]);
}

/// What DuckDB, Athena, pandas and others make of a time.
#[test]
fn a_time_may_be_spelled_as_exports_do() {
    for time in [
        r#""2025-11-03 10:00:00+00""#,
        r#""2025-11-03 10:00:00+0000""#,
        r#""2025-11-03T10:00:00""#,
        r#""2025-11-03 10:00:00.000 UTC""#,
        r#""2025-11-03 10:00:00,000""#,
        r#""2025-11-03T12:00+02""#,
        r#""1762164000""#,
        "1762164000",
        "1762164000000",
        "1.762164e9",
        "1762164000000000000",
    ] {
        let record = call("a", &format!(r#""eventTime":{time}"#));
        let answer = held(file(&[record]));
        assert_eq!(answer.span.0, Some(1_762_164_000_000), "{time}");
        assert_eq!(answer.figures.get("no_time"), None, "{time}");
    }
    for time in [
        r#""yesterday""#,
        r#""2025-11-03""#,
        "20251103",
        "null",
        "-1",
        r#""""#,
        "1e400",
    ] {
        let record = call("a", &format!(r#""eventTime":{time}"#));
        holds(file(&[record]), &[("calls", 1), ("no_time", 1)]);
    }
}

/// However it is spelled, a call a moment before midnight is of the day that ends.
#[test]
fn what_is_finer_than_a_millisecond_is_cut_off() {
    for time in [
        r#""2025-11-03T23:59:59.9999Z""#,
        r#""2025-11-03 23:59:59,9999""#,
        "1762214399.9999",
        r#""1762214399.9999""#,
        "1762214399999.9",
        "1762214399999999",
        r#""1762214399999999999""#,
        "1.762214399999999e15",
        "1762214399999999.5",
        "1762214399.999999999999999",
    ] {
        let record = call("a", &format!(r#""eventTime":{time}"#));
        let answer = held(file(&[record]));
        assert_eq!(answer.span.0, Some(1_762_214_399_999), "{time}");
    }
}

#[test]
fn of_two_sources_the_first_says_that_it_is_a_record_and_the_last_whose() {
    for (first, last, calls) in [
        (r#""s3.amazonaws.com""#, "1", 0),
        ("1", r#""s3.amazonaws.com""#, 0),
        (
            r#"[1,{"eventSource":"sts.amazonaws.com"}]"#,
            r#""s3.amazonaws.com""#,
            0,
        ),
        ("1", r#""sts.amazonaws.com""#, 1),
        (r#""aws:sqs""#, r#""sts.amazonaws.com""#, 1),
        (r#""s3.amazonaws.com""#, r#""sts.amazonaws.com""#, 1),
        (r#""sts.amazonaws.com""#, r#""s3.amazonaws.com""#, 0),
    ] {
        let record = format!(r#"{{"eventSource":{first},"eventName":"A","eventSource":{last}}}"#);
        let figures = [("records", 1), ("calls", calls), ("not_understood", 0)];
        holds(file(&[record]), &figures);
    }
}

/// Exports have many words for nothing, and none of them is an id that two calls have in common.
#[test]
fn a_word_for_nothing_is_no_id_and_no_caller() {
    for word in ["None", "nan", "N/A", "-", "<NA>", "0"] {
        let shared = format!(r#""sharedEventID":"{word}""#);
        let calls = ["a", "b", "c"].map(|id| call(id, &shared));
        holds(file(&calls), &[("calls", 3), ("shared_copies", 0)]);
        let mends = format!(r#""addendum":{{"originalEventID":"{word}"}}"#);
        let calls = ["a", "b"].map(|id| call(id, &mends));
        holds(file(&calls), &[("calls", 2), ("duplicates", 0)]);
        let calls = [call(word, ""), call(word, "")];
        holds(file(&calls), &[("calls", 2), ("duplicates", 0)]);
        let invoked = format!(r#""userIdentity":{{"invokedBy":"{word}"}},"tlsDetails":null"#);
        for (region, endpoint) in [("global", "global"), ("us-east-1", "unknown")] {
            let record = call("a", &format!(r#"{invoked},"awsRegion":"{region}""#));
            holds(file(&[record]), &[(&format!("endpoint {endpoint}"), 1)]);
        }
    }
}

#[test]
fn what_is_the_name_of_no_region_tells_no_endpoint() {
    for (region, endpoint) in [
        ("None", "unknown"),
        ("US-EAST-1", "unknown"),
        ("aws-global", "unknown"),
        ("Global", "unknown"),
        ("us-east-1", "unknown"),
        ("eu-west-1", "regional"),
        ("mars-north-12", "regional"),
        ("global", "global"),
    ] {
        let record = call("a", &format!(r#""awsRegion":"{region}","tlsDetails":null"#));
        holds(file(&[record]), &[(&format!("endpoint {endpoint}"), 1)]);
    }
}

/// Of a name in both spellings, the one in small letters does not count, however broken it is.
#[test]
fn a_broken_text_in_small_letters_costs_no_call_that_has_the_object_itself() {
    let details = r#""tlsDetails":{"clientProvidedHostHeader":"sts.amazonaws.com"}"#;
    let host = r#""clientProvidedHostHeader":"sts.amazonaws.com""#;
    let broken = r#""tlsdetails":"{\"clientProvidedHostHeader\":""#;
    for members in [
        format!("{details},{broken}"),
        format!("{broken},{details}"),
        format!(r#""tlsDetails":"{{}}","tlsdetails":{{{host}}}"#),
        format!(r#""tlsDetails":{{{host},"clientprovidedhostheader":"h"}},{broken}"#),
    ] {
        let text = format!(r#"{{"eventSource":"sts.amazonaws.com","eventID":"a",{members}}}"#);
        holds(&text, &[("calls", 1), ("files.damaged", 0)]);
        holds(format!("{text}x"), &[("calls", 1), ("files.damaged", 1)]);
    }
    let text = format!(r#"{{"eventSource":"sts.amazonaws.com",{broken}}}"#);
    holds(text, &[("calls", 0), ("files.damaged", 1)]);
}
