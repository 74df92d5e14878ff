//! Whatever records come wrapped in. Contract §4.

use super::{call, file, holds, other, quoted};

/// What is told of two calls and another record, in whatever shape.
const TWO_AND_ANOTHER: [(&str, u64); 4] = [
    ("records", 3),
    ("sts_records", 2),
    ("calls", 2),
    ("files.read", 1),
];

fn three() -> [String; 3] {
    [call("a", ""), other(""), call("b", "")]
}

#[test]
fn records_may_stand_first_last_or_in_the_middle() {
    let list = format!(r#""Records":[{}]"#, three().join(","));
    for text in [
        format!("{{{list}}}"),
        format!(r#"{{{list},"nextToken":null}}"#),
        format!(r#"{{"a":{{"Records":[1]}},"b":"\"Records\":[","c":[{{}}],{list}}}"#),
        format!(r#"{{"a":-1.5e3,{list},"z":true}}"#),
    ] {
        holds(text, &TWO_AND_ANOTHER);
    }
}

#[test]
fn of_two_lists_of_records_the_last_stands() {
    let [first, _, last] = three();
    let twice = format!(r#"{{"Records":[{first},{first}],"x":1,"Records":[{last}]}}"#);
    let one = [
        ("records", 1),
        ("calls", 1),
        ("duplicates", 0),
        ("not_understood", 1),
    ];
    holds(twice, &one);
    let emptied = format!(r#"{{"Records":[{first}],"\u0052ecords":[]}}"#);
    holds(
        emptied,
        &[("records", 0), ("not_understood", 1), ("files.damaged", 1)],
    );
    let filled = format!(r#"{{"Records":[],"Records":[{last}]}}"#);
    holds(filled, &[("calls", 1), ("files.read", 1)]);
    let three_times =
        format!(r#"{{"Records":[{first}],"Records":[{last},{last}],"Records":[{first}]}}"#);
    holds(
        three_times,
        &[
            ("records", 1),
            ("calls", 1),
            ("duplicates", 0),
            ("not_understood", 2),
        ],
    );
}

#[test]
fn a_record_in_one_of_several_replaced_values_is_not_lost() {
    let [first, _, last] = three();
    let like_one = quoted(r#"eventSource":"sts.amazonaws.com"#);
    for members in [
        format!(r#""a":{first},"a":{like_one},"a":1"#),
        format!(r#""a":{like_one},"a":{first},"a":{like_one},"a":null"#),
    ] {
        let text = format!(r#"{{{members},"Records":[{last}]}}"#);
        holds(text, &[("calls", 1), ("not_understood", 1)]);
    }
    let inside = r#"{"d":{"eventSource":"sts.amazonaws.com","eventSource":""},"eventSource":"."}"#;
    holds(inside, &[("records", 0), ("not_understood", 1)]);
    let none = format!(r#"{{"a":{like_one},"a":{like_one},"a":1,"Records":[{last}]}}"#);
    holds(none, &[("calls", 1), ("not_understood", 0)]);
}

#[test]
fn a_list_between_two_of_one_key_stands() {
    let [first, _, last] = three();
    let event = format!(r#"{{"CloudTrailEvent":{}}}"#, quoted(&call("c", "")));
    for (between, calls) in [(format!("[{event}]"), 2), ("[]".to_owned(), 1)] {
        let text = format!(
            r#"{{"Records":[{first}],"Events":{between},"x":1,"Records":[{last}],"events":[]}}"#
        );
        holds(text, &[("calls", calls), ("not_understood", 1)]);
    }
    let crossed = format!(
        r#"{{"Records":[{first}],"Events":[{event}],"Records":[{last}],"Events":[{event},{event}]}}"#
    );
    holds(
        crossed,
        &[("calls", 2), ("duplicates", 1), ("not_understood", 2)],
    );
    let replaced = format!(r#"{{"Records":[{first}],"Events":[{event}],"Records":null}}"#);
    holds(replaced, &[("calls", 1), ("not_understood", 1)]);
}

#[test]
fn a_list_of_records_that_something_else_replaces_does_not_stand() {
    for last in ["7", "null", "{}", "\"text\""] {
        let text = format!(r#"{{"Records":[{}],"Records":{last}}}"#, call("a", ""));
        holds(
            text,
            &[("calls", 0), ("not_understood", 2), ("files.damaged", 1)],
        );
    }
}

#[test]
fn lists_under_different_keys_all_stand() {
    let event = |id: &str| format!(r#"{{"CloudTrailEvent":{}}}"#, quoted(&call(id, "")));
    let (a, b) = (event("a"), event("b"));
    holds(
        format!(r#"{{"Events":[{a}],"logEvents":[{b}]}}"#),
        &[("calls", 2)],
    );
    holds(
        format!(r#"{{"Events":[{a}],"events":[{b}]}}"#),
        &[("calls", 2)],
    );
}

#[test]
fn elements_of_records_that_are_no_records_are_counted_and_named() {
    let text = format!(
        r#"{{"Records":[null,1,"x",[{}],{{}},true,{}]}}"#,
        call("b", ""),
        call("a", "")
    );
    holds(
        text,
        &[
            ("records", 2),
            ("calls", 2),
            ("not_understood", 5),
            ("files.damaged", 1),
        ],
    );
}

#[test]
fn records_that_are_no_list_are_no_container() {
    for value in ["null", "{}", "7", "\"[]\""] {
        holds(
            format!(r#"{{"Records":{value}}}"#),
            &[("files.skipped NotCloudtrail", 1)],
        );
    }
    holds(r#"{"Records":[]}"#, &[("files.read", 1), ("records", 0)]);
}

#[test]
fn an_array_of_records_is_read() {
    holds(format!("[{}]", three().join(" , ")), &TWO_AND_ANOTHER);
    holds("[]", &[("files.read", 1), ("records", 0)]);
    holds("[1]", &[("files.skipped NotCloudtrail", 1)]);
}

#[test]
fn an_array_of_files_is_read() {
    let [a, b, c] = three();
    holds(
        format!("[{},{}]", file(&[a, b]), file(&[c])),
        &TWO_AND_ANOTHER,
    );
}

#[test]
fn a_record_in_a_string_may_begin_with_white_space_or_an_escape() {
    for start in ["\\n{", "\\t \\r\\n{", "\\u007b", "\\u0020{", " \\n{"] {
        let text = quoted(&call("a", "")).replacen('{', start, 1);
        holds(format!("[{text}]"), &[("calls", 1), ("files.read", 1)]);
        let event = format!(r#"{{"Events":[{{"CloudTrailEvent":{text}}}]}}"#);
        holds(event, &[("calls", 1), ("files.read", 1)]);
    }
}

#[test]
fn an_array_of_strings_with_records_in_them_is_read() {
    let strings = three().map(|record| quoted(&record));
    holds(format!("[{}]", strings.join(",")), &TWO_AND_ANOTHER);
    let spaced = three().map(|record| quoted(&format!(" {record}\n")));
    holds(format!("[{}]", spaced.join(",")), &TWO_AND_ANOTHER);
}

#[test]
fn a_single_record_is_read() {
    holds(
        call("a", ""),
        &[("records", 1), ("calls", 1), ("files.read", 1)],
    );
    holds(
        other(""),
        &[("records", 1), ("calls", 0), ("files.read", 1)],
    );
}

#[test]
fn json_lines_and_concatenated_records_are_read() {
    for between in ["\n", "\r\n", "", " ", "\n\n\n"] {
        holds(three().join(between), &TWO_AND_ANOTHER);
        holds(three().join(between) + "\n", &TWO_AND_ANOTHER);
    }
    let [a, b, c] = three();
    holds(file(&[a, b]) + &file(&[c]), &TWO_AND_ANOTHER);
}

#[test]
fn lookup_events_output_is_read() {
    let events = three().map(|record| {
        format!(
            r#"{{"EventId":"x","EventSource":"sts.amazonaws.com","Resources":[],"CloudTrailEvent":{}}}"#,
            quoted(&record)
        )
    });
    let list = format!(r#""Events":[{}]"#, events.join(","));
    holds(format!("{{{list}}}"), &TWO_AND_ANOTHER);
    holds(format!(r#"{{{list},"NextToken":"abc"}}"#), &TWO_AND_ANOTHER);
    holds(events.join("\n"), &TWO_AND_ANOTHER);
    holds(r#"{"Events":[]}"#, &[("files.read", 1), ("records", 0)]);
}

#[test]
fn event_bridge_envelopes_are_read() {
    let envelope = |record: &String| {
        format!(
            r#"{{"version":"0","id":"x","detail-type":"AWS API Call via CloudTrail","source":"aws.sts","resources":[],"detail":{record}}}"#
        )
    };
    let envelopes = three().each_ref().map(envelope);
    holds(
        &envelopes[0],
        &[("records", 1), ("calls", 1), ("files.read", 1)],
    );
    for between in ["", "\n"] {
        holds(envelopes.join(between), &TWO_AND_ANOTHER);
    }
    holds(format!("[{}]", envelopes.join(",")), &TWO_AND_ANOTHER);
    let first = three().map(|record| format!(r#"{{"detail":{record},"detail-type":"x"}}"#));
    holds(first.join("\n"), &TWO_AND_ANOTHER);
    let bare = three().map(|record| format!(r#"{{"detail":{record}}}"#));
    holds(bare.join("\n"), &TWO_AND_ANOTHER);
}

#[test]
fn cloudwatch_subscriptions_are_read_and_their_control_messages_are_not() {
    let events = three().map(|record| {
        format!(
            r#"{{"id":"1","timestamp":1,"message":{}}}"#,
            quoted(&record)
        )
    });
    let document = |kind: &str, events: &str| {
        format!(
            r#"{{"messageType":"{kind}","owner":"111122223333","logGroup":"CloudTrail","subscriptionFilters":["f"],"logEvents":[{events}]}}"#
        )
    };
    let control = document(
        "CONTROL_MESSAGE",
        r#"{"id":"","timestamp":1,"message":"CWL CONTROL MESSAGE: Checking health of destination Firehose."}"#,
    );
    let all = document("DATA_MESSAGE", &events.join(","));
    holds(&all, &TWO_AND_ANOTHER);
    holds(&control, &[("calls", 0), ("files.damaged", 0)]);
    holds(
        format!("{control}{all}\n{control}"),
        &[("calls", 2), ("sts_records", 2), ("files.read", 1)],
    );
}

#[test]
fn event_bridge_in_cloudwatch_is_text_in_text() {
    let envelope = format!(r#"{{"detail-type":"x","detail":{}}}"#, call("a", ""));
    let text = format!(r#"{{"logEvents":[{{"message":{}}}]}}"#, quoted(&envelope));
    holds(&text, &[("calls", 1), ("files.read", 1)]);
    let deeper = format!(r#"{{"events":[{{"message":{}}}]}}"#, quoted(&text));
    holds(deeper, &[("calls", 1), ("files.read", 1)]);
}

#[test]
fn lines_of_a_cloudwatch_export_are_read() {
    for time in [
        "2025-11-03T10:00:00.123Z",
        "2025-11-03T10:00:00Z",
        "2025-11-03T10:00:00.000+00:00",
    ] {
        let lines = three().map(|record| format!("{time} {record}\n"));
        holds(lines.concat(), &[("records", 3), ("calls", 2)]);
    }
}

#[test]
fn a_whole_file_of_insights_is_skipped() {
    let insight = other(r#""eventCategory":"Insight","insightDetails":{"state":"Start"}"#);
    holds(
        file(&[insight.clone(), insight.clone()]),
        &[("files.skipped Insight", 1), ("records", 0)],
    );
    let of_sts = call("a", r#""eventType":"AwsCloudTrailInsight""#);
    holds(
        file(std::slice::from_ref(&of_sts)),
        &[("files.skipped Insight", 1), ("not_calls", 0)],
    );
    let mixed = file(&[insight.clone(), of_sts, call("b", "")]);
    holds(
        mixed,
        &[
            ("records", 3),
            ("not_calls", 1),
            ("calls", 1),
            ("files.read", 1),
        ],
    );
    holds(
        file(&[call("b", ""), insight]),
        &[("records", 2), ("calls", 1)],
    );
}

#[test]
fn an_insight_may_be_spelled_with_escapes() {
    let escaped = call("a", r#""event\u0043ategory":"\u0049nsight""#);
    holds(file(&[escaped]), &[("files.skipped Insight", 1)]);
}

#[test]
fn a_digest_is_skipped() {
    let digest = r#"{"awsAccountId":"111122223333","digestStartTime":"2025-11-03T10:00:00Z","logFiles":[{"s3Object":"a"}]}"#;
    holds(digest, &[("files.skipped Digest", 1), ("records", 0)]);
}

#[test]
fn a_config_snapshot_and_other_sound_json_are_not_cloudtrail() {
    for text in [
        r#"{"fileVersion":"1.0","configSnapshotId":"x","configurationItems":[{"resourceType":"AWS::IAM::Role","configuration":{"assumeRolePolicyDocument":"{\"StringEquals\":{\"oidc:aud\":\"sts.amazonaws.com\"}}"}}]}"#,
        "{}",
        "null",
        "\"text\"",
        "17",
        "-1.5e7 true",
        r#"{"a":1}{"b":2}"#,
        r#"{"level":"info","message":"started"}"#,
    ] {
        holds(text, &[("files.skipped NotCloudtrail", 1), ("records", 0)]);
    }
}

#[test]
fn other_objects_beside_records_are_no_records() {
    let text = format!("{{\"a\":1}}\n{}\n7\n", call("a", ""));
    holds(
        text,
        &[
            ("records", 1),
            ("calls", 1),
            ("not_understood", 2),
            ("files.damaged", 1),
        ],
    );
}

#[test]
fn nothing_and_white_space_are_empty() {
    for text in ["", " ", "\n\n", " \t\r\n", "\u{feff}", "\u{feff}\n"] {
        holds(text, &[("files.skipped Empty", 1), ("files.damaged", 0)]);
    }
}

#[test]
fn a_byte_order_mark_is_passed_over() {
    holds(format!("\u{feff}{}", file(&three())), &TWO_AND_ANOTHER);
    holds(format!("\u{feff}{}", three().join("\n")), &TWO_AND_ANOTHER);
    // Files put one behind the other keep theirs.
    let [a, b, c] = three();
    holds(
        format!(
            "\u{feff}\u{feff}{}\u{feff}\n\u{feff}{}\u{feff}",
            file(&[a, b]),
            file(&[c])
        ),
        &TWO_AND_ANOTHER,
    );
    holds(
        format!("{}\u{feff}x", file(&three())),
        &[("files.damaged", 1)],
    );
}

#[test]
fn a_message_beside_a_record_in_a_string_does_not_replace_it() {
    let record = quoted(&call("a", ""));
    for message in ["null", "\"hi\"", "\"{}\"", "{}"] {
        for text in [
            format!(r#"{{"Events":[{{"CloudTrailEvent":{record},"message":{message}}}]}}"#),
            format!(r#"{{"Events":[{{"message":{message},"CloudTrailEvent":{record}}}]}}"#),
        ] {
            holds(text, &[("calls", 1), ("files.read", 1)]);
        }
    }
}

#[test]
fn a_detail_without_a_type_is_a_record_if_it_has_a_source() {
    let escaped = r#"{"detail":{"event\u0053ource":"sts.amazonaws.com","eventID":"a"}}"#;
    holds(escaped, &[("calls", 1), ("records", 1)]);
    let text = r#"{"detail":{"a":"eventSource"}}"#;
    holds(text, &[("records", 0), ("files.skipped NotCloudtrail", 1)]);
}

#[test]
fn a_key_with_an_escape_that_json_lacks_names_nothing() {
    let text = format!(r#"{{"Rec\ords":[{}]}}"#, call("a", ""));
    holds(
        text,
        &[("calls", 0), ("not_understood", 1), ("files.damaged", 1)],
    );
}

/// What jq's `fromjson` makes of AWS's strings, and how AWS's own documentation prints them.
#[test]
fn where_aws_writes_a_string_there_may_be_the_record() {
    for (list, key) in [
        ("Events", "CloudTrailEvent"),
        ("events", "message"),
        ("logEvents", "message"),
        ("Records", "body"),
        ("Records", "Message"),
    ] {
        let wrap = |record: &String| format!(r#"{{"id":"1","{key}":{record}}}"#);
        let file = |records: [String; 3]| format!(r#"{{"{list}":[{}]}}"#, records.join(","));
        holds(file(three().each_ref().map(wrap)), &TWO_AND_ANOTHER);
        holds(
            file(three().map(|one| wrap(&quoted(&one)))),
            &TWO_AND_ANOTHER,
        );
        let envelope = |record: String| format!(r#"{{"detail-type":"x","detail":{record}}}"#);
        holds(
            file(three().map(|one| wrap(&envelope(one)))),
            &TWO_AND_ANOTHER,
        );
        let all = format!("[{}]", three().join(","));
        let one = format!(r#"{{"{list}":[{{"{key}":{all}}}]}}"#);
        holds(one, &TWO_AND_ANOTHER);
    }
}

#[test]
fn strings_one_a_line_are_read() {
    holds(
        three().map(|record| quoted(&record)).join("\n"),
        &TWO_AND_ANOTHER,
    );
    let twice = three().map(|record| quoted(&quoted(&record)));
    holds(twice.join("\n"), &TWO_AND_ANOTHER);
    holds(quoted(&file(&three())), &TWO_AND_ANOTHER);
    holds(quoted(&three().join("\n")), &TWO_AND_ANOTHER);
    holds(
        quoted(&format!("[{}]", three().join(","))),
        &TWO_AND_ANOTHER,
    );
    holds(
        format!("\"hello\"\n{}", call("a", "")),
        &[("calls", 1), ("not_understood", 1)],
    );
}

#[test]
fn messages_of_sqs_and_sns_are_read() {
    let sns = |text: &str| {
        format!(
            r#"{{"EventSource":"aws:sns","EventVersion":"1.0","Sns":{{"Type":"Notification","Message":{}}}}}"#,
            quoted(text)
        )
    };
    let sqs = |text: &str| {
        format!(
            r#"{{"messageId":"m","body":{},"attributes":{{}},"eventSource":"aws:sqs","awsRegion":"us-east-1"}}"#,
            quoted(text)
        )
    };
    let envelope = |record: &String| format!(r#"{{"detail-type":"x","detail":{record}}}"#);
    let received = |text: &str| format!(r#"{{"MessageId":"m","Body":{}}}"#, quoted(text));
    let list = |key: &str, of: [String; 3]| format!(r#"{{"{key}":[{}]}}"#, of.join(","));
    holds(
        list("Records", three().map(|one| sqs(&one))),
        &TWO_AND_ANOTHER,
    );
    holds(
        list("Records", three().map(|one| sns(&envelope(&one)))),
        &TWO_AND_ANOTHER,
    );
    let in_both = |one: String| {
        let notification = format!(r#"{{"Type":"Notification","Message":{}}}"#, quoted(&one));
        sqs(&notification)
    };
    holds(list("Records", three().map(in_both)), &TWO_AND_ANOTHER);
    holds(
        list("Messages", three().map(|one| received(&one))),
        &TWO_AND_ANOTHER,
    );
    holds(sqs(&call("a", "")), &[("calls", 1), ("files.read", 1)]);
}

#[test]
fn a_message_that_cannot_be_read_is_counted_and_named() {
    let kinesis = r#"{"kinesis":{"data":"eyJldmVudFNvdXJjZSI6"},"eventSource":"aws:kinesis","awsRegion":"us-east-1"}"#;
    let text = format!(r#"{{"Records":[{kinesis},{},{kinesis}]}}"#, call("a", ""));
    holds(
        text,
        &[
            ("records", 1),
            ("calls", 1),
            ("not_understood", 2),
            ("files.damaged", 1),
        ],
    );
    let hello = r#"{"body":"hello","eventSource":"aws:sqs"}"#;
    holds(
        format!(r#"{{"Records":[{hello}]}}"#),
        &[("not_understood", 1), ("records", 0)],
    );
}

#[test]
fn records_sorted_or_indented_by_other_programs_are_records() {
    let sorted = r#"{"awsRegion":"us-east-1","eventID":"a","eventName":"x","eventSource":"sts.amazonaws.com","eventVersion":"1.08"}"#;
    let spaced = "{\n  \"eventVersion\" : \"1.08\",\n \"eventSource\": \"s3.amazonaws.com\" }";
    let escaped = r#"{"a":"\"eventSource\":\"aws:sqs\"","event\u0053ource":"s3.amazonaws.com"}"#;
    let text = format!(r#"{{"Records":[{sorted},{spaced},{escaped}]}}"#);
    holds(text, &[("records", 3), ("calls", 1), ("files.read", 1)]);
}

#[test]
fn lines_of_log_shippers_are_read() {
    for wrap in [
        |record: &str| format!(r#"{{"date":1,"log":{}}}"#, quoted(record)),
        |record: &str| {
            format!(
                r#"{{"stream":"stdout","log":{}}}"#,
                quoted(&format!("{record}\n"))
            )
        },
        |record: &str| format!(r#"{{"_index":"a","_id":"1","_source":{record}}}"#),
        |record: &str| {
            format!(
                r#"{{"@timestamp":"x","event":{{"original":{}}}}}"#,
                quoted(record)
            )
        },
        |record: &str| {
            format!(
                r#"{{"message":"AssumeRole","event":{{"original":{}}}}}"#,
                quoted(record)
            )
        },
        |record: &str| format!(r#"{{"time":1,"sourcetype":"aws:cloudtrail","event":{record}}}"#),
        |record: &str| {
            format!(
                r#"{{"preview":false,"result":{{"_raw":{}}}}}"#,
                quoted(record)
            )
        },
    ] {
        let lines = three().map(|record| wrap(&record));
        holds(lines.join("\n"), &TWO_AND_ANOTHER);
        holds(
            format!(r#"{{"hits":{{"total":3,"hits":[{}]}}}}"#, lines.join(",")),
            &TWO_AND_ANOTHER,
        );
    }
}

#[test]
fn a_record_with_a_list_in_it_is_read_and_so_is_the_list() {
    for key in ["Records", "Events", "events", "logEvents"] {
        for list in ["[]", "[],\"x\":1"] {
            let more = format!(r#""{key}":{list}"#);
            holds(call("a", &more), &[("calls", 1), ("files.read", 1)]);
            let first = call("a", "").replacen('{', &format!("{{{more},"), 1);
            holds(first, &[("calls", 1), ("files.read", 1)]);
            let envelope = format!(r#"{{"detail-type":"x","detail":{},{more}}}"#, call("a", ""));
            holds(envelope, &[("calls", 1), ("files.read", 1)]);
        }
        let filled = call("a", &format!(r#""{key}":[{},7]"#, call("b", "")));
        holds(filled, &[("calls", 2), ("not_understood", 1)]);
        let replaced = call("a", &format!(r#""{key}":[],"{key}":1"#));
        holds(replaced, &[("calls", 1), ("files.read", 1)]);
    }
}

#[test]
fn json_of_another_kind_with_a_call_in_it_is_named() {
    let record = call("a", "");
    for text in [
        format!(r#"{{"things":[{record}]}}"#),
        format!(
            r#"{{"results":[[{{"field":"@message","value":{}}}]]}}"#,
            quoted(&record)
        ),
        format!(r#"{{"a":{}}}"#, quoted(&quoted(&quoted(&record)))),
        r#"{"b":{"event\u0053ource" : "sts\u002eamazonaws.com"}}"#.to_owned(),
        r#"{"configurationItems":[{"configuration":{"eventSource":"sts.amazonaws.com"}}]}"#
            .to_owned(),
    ] {
        holds(
            text,
            &[("records", 0), ("not_understood", 1), ("files.damaged", 1)],
        );
    }
}

#[test]
fn pages_and_control_messages_hold_no_record() {
    let control =
        r#"{"id":"","message":"CWL CONTROL MESSAGE: Checking health of destination Firehose."}"#;
    for text in [
        r#"{"NextToken":"abc"}"#,
        r#"{"nextToken":"a","ResponseMetadata":{}}"#,
        control,
    ] {
        holds(
            format!("{}\n{text}", call("a", "")),
            &[("calls", 1), ("files.read", 1)],
        );
        holds(text, &[("files.skipped NotCloudtrail", 1)]);
    }
}

#[test]
fn a_text_that_only_begins_like_json_is_a_text() {
    for message in ["[INFO] started", "[1] done", "\"quoted\" word", "[{]"] {
        let text = format!(r#"{{"events":[{{"message":{}}}]}}"#, quoted(message));
        holds(
            text,
            &[("not_understood", 1), ("records", 0), ("files.damaged", 1)],
        );
        let alone = format!(r#"{{"message":{}}}"#, quoted(message));
        holds(alone, &[("files.skipped NotCloudtrail", 1)]);
    }
}

/// A list that is taken back takes with it what was said of lists after it, and they are read again.
#[test]
fn what_was_replaced_is_counted_however_the_lists_are_mixed() {
    for (lists, count) in [
        (
            r#""Records":[{"a":1}],"Events":[1],"Events":[0],"Records":[]"#,
            3,
        ),
        (
            r#""Records":[{"a":1}],"Events":[1],"Events":5,"Records":[]"#,
            2,
        ),
        (
            r#""events":[1],"Records":[1],"Events":[1],"Events":[],"Records":[],"events":[]"#,
            3,
        ),
        (
            r#""events":[],"Records":[1],"Events":[1],"Events":[0],"Records":[],"events":[]"#,
            3,
        ),
    ] {
        holds(format!("{{{lists}}}"), &[("not_understood", count)]);
    }
}
