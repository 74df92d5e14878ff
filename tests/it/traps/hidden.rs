//! Records where nobody looks for them: in others, beside lists, and as other programs write them.

use super::{call, file, holds, other, quoted};

/// What is said of one thing that was not understood, and of no call.
const ONE_UNKNOWN: [(&str, u64); 4] = [
    ("records", 0),
    ("calls", 0),
    ("not_understood", 1),
    ("files.damaged", 1),
];

const ONE_CALL: [(&str, u64); 4] = [
    ("records", 1),
    ("calls", 1),
    ("endpoint global", 1),
    ("files.read", 1),
];

/// Ways to begin an object that says it is a record, or may be one.
const BEGINNINGS: [&str; 4] = [
    r#""eventVersion":"1.08""#,
    r#""eventSource":"custom.example""#,
    r#""eventVersion":"1.08","eventSource":"s3.amazonaws.com""#,
    r#""id":7,"eventSource":"s3.amazonaws.com","eventVersion":"1.08""#,
];

#[test]
fn a_record_around_a_call_is_none_of_another_service() {
    let record = call("a", "");
    for (value, begins) in [record.clone(), quoted(&record), quoted(&quoted(&record))]
        .iter()
        .flat_map(|value| BEGINNINGS.map(|begins| (value, begins)))
    {
        for key in ["eventData", "detail", "message", "body"] {
            let around = format!(r#"{{{begins},"{key}":{value}}}"#);
            holds(&around, &ONE_CALL);
            holds(file(std::slice::from_ref(&around)), &ONE_CALL);
            holds(format!("[{around}]"), &ONE_CALL);
            let envelope = format!(r#"{{"detail-type":"x","detail":{around}}}"#);
            holds(&envelope, &ONE_CALL);
            holds(
                format!(r#"{{"events":[{{"message":{}}}]}}"#, quoted(&around)),
                &ONE_CALL,
            );
        }
        for key in ["more", "eventDatum", "payloads"] {
            let around = format!(r#"{{{begins},"{key}":[{value}]}}"#);
            holds(&around, &ONE_UNKNOWN);
            holds(file(std::slice::from_ref(&around)), &ONE_UNKNOWN);
            let two = [("calls", 1), ("records", 2), ("not_understood", 1)];
            holds(file(&[call("b", ""), around.clone(), other("")]), &two);
            holds([call("b", ""), around, other("")].join("\n"), &two);
        }
    }
}

#[test]
fn quotes_may_be_escaped_as_dot_net_does() {
    let text = call("a", "").replace('"', r"\u0022");
    let around = format!(r#"{{"eventVersion":"1","eventSource":"x","message":"{text}"}}"#);
    holds(file(std::slice::from_ref(&around)), &ONE_CALL);
    holds(around, &ONE_CALL);
}

#[test]
fn a_call_in_another_list_of_a_record_is_read_where_it_is_known() {
    let around = format!(
        r#"{{"eventVersion":"1","eventSource":"x","Records":[{}]}}"#,
        call("a", "")
    );
    holds(&around, &[("calls", 1), ("records", 2), ("files.read", 1)]);
    holds(file(&[around]), &ONE_CALL);
}

#[test]
fn what_aws_writes_in_records_of_other_services_hides_no_call() {
    let named = r#"{"eventSource":"sts.amazonaws.com","eventName":"AssumeRole"}"#;
    for more in [
        format!(r#""eventCategory":"Insight","insightDetails":{named}"#),
        format!(r#""eventType":"AwsCloudTrailInsight","x":{named}"#),
        format!(r#""insightDetails":{named}"#),
        format!(r#""requestParameters":{named}"#),
        format!(r#""responseElements":{{"event":{}}}"#, quoted(named)),
        format!(r#""requestParameters":{{"eventPattern":{}}}"#, quoted(r#"{"eventSource":["sts.amazonaws.com"]}"#)),
        r#""requestParameters":{"lookupAttributes":[{"attributeKey":"EventSource","attributeValue":"sts.amazonaws.com"}]}"#.to_owned(),
        r#""userIdentity":{"type":"AWSService","invokedBy":"sts.amazonaws.com"}"#.to_owned(),
        r#""eventSources":["sts.amazonaws.com"]"#.to_owned(),
        r#""a\u0022eventSource":"sts.amazonaws.com""#.to_owned(),
        r#""a\"eventSource":"sts.amazonaws.com""#.to_owned(),
    ] {
        let record = other(&more);
        let figures = [("records", 2), ("calls", 1), ("files.read", 1)];
        holds(file(&[call("a", ""), record.clone()]), &figures);
        holds([call("a", ""), record].join("\n"), &figures);
    }
}

#[test]
fn what_is_beside_a_list_is_looked_at() {
    let record = call("a", "");
    let in_string = quoted(&record);
    for list in ["Records", "Events", "events", "logEvents"] {
        for (key, value) in [
            ("more", format!("[{record}]")),
            ("more", format!("{{\"x\":{in_string}}}")),
            ("more", quoted(&in_string)),
            ("payload", format!("{{\"x\":{record}}}")),
        ] {
            for text in [
                format!(r#"{{"{list}":[],"{key}":{value}}}"#),
                format!(r#"{{"{key}":{value},"{list}":[]}}"#),
            ] {
                holds(text, &ONE_UNKNOWN);
            }
        }
        for text in [
            format!(r#"{{"{list}":[],"detail":{record}}}"#),
            format!(r#"{{"detail":{in_string},"{list}":[]}}"#),
        ] {
            holds(text, &ONE_CALL);
        }
    }
    let both = format!(
        r#"{{"Records":[{record}],"detail":{},"x":[{record}]}}"#,
        call("b", "")
    );
    holds(both, &[("calls", 2), ("not_understood", 1)]);
    let objects = format!(r#"{{"Records":[{record}],"Events":{{"x":[{record}]}}}}"#);
    holds(objects, &[("calls", 1), ("not_understood", 1)]);
    let quiet = format!(r#"{{"Records":[{record}],"x":{{"y":"\"eventSource\""}}}}"#);
    holds(quiet, &[("calls", 1), ("files.read", 1)]);
    // No JSON inside, between sound bounds: it may have been a record.
    let broken =
        format!(r#"{{"Records":[{record}],"x":[{{\"eventSource":"sts.amazonaws.com","y}}]}}"#);
    holds(broken, &[("calls", 1), ("not_understood", 1)]);
    let named = format!(r#"{{"Records":[{record}],"x":{{"y\"eventSource":"sts.amazonaws.com"}}}}"#);
    holds(named, &[("calls", 1), ("files.read", 1)]);
}

#[test]
fn what_is_beside_the_members_of_a_call_is_looked_at() {
    let without_id = |record: String| record.replace(r#""eventID""#, r#""id""#);
    for key in ["detail", "message", "x"] {
        for (beside, count) in [
            (call("b", ""), 1),
            (without_id(call("b", "")), 1),
            (without_id(call("a", "")), 1),
            (
                without_id(call("a", "")).replace("eventTime", "event_time"),
                1,
            ),
            (call("a_2", ""), 1),
            (call("a", ""), 0),
            (
                r#"{"eventSource":"sts.amazonaws.com","sourcetype":"x"}"#.to_owned(),
                0,
            ),
            (
                r#"{"eventSource":["sts.amazonaws.com"],"eventID":[ "a" ]}"#.to_owned(),
                0,
            ),
            (without_id(call("b", r#""sharedEventID":"a""#)), 1),
            (call("a", "").replace("eventID", "EVENT_ID"), 0),
        ] {
            for beside in [&beside, &quoted(&beside)] {
                let text = call("a", &format!(r#""{key}":{beside}"#));
                holds(text, &[("calls", 1), ("not_understood", count)]);
            }
        }
    }
    let encoded = r#""data":"eyJldmVudFZlcnNpb24iOiIxLjExIiwiZXZlbnRTb3VyY2UiOiJzdHMifQ""#;
    for text in [
        call("a", encoded),
        format!(r#"{{"message":{},{encoded}}}"#, call("a", "")),
        format!(r#"{{"Records":[{}],{encoded}}}"#, call("a", "")),
    ] {
        holds(text, &[("calls", 1), ("not_understood", 1)]);
    }
}

#[test]
fn a_record_that_does_not_say_whose_it_is_is_named() {
    for source in [
        "",
        r#""eventSource":["sts.amazonaws.com"],"#,
        r#""eventSource":7,"#,
        r#""eventSource":null,"#,
        r#""eventSource":{"a":"sts.amazonaws.com"},"#,
        r#""eventSource":"","#,
        r#""eventSource":"Non\u0065","#,
        r#""eventSource":" - ","eventsource":"","#,
    ] {
        let record = call("a", "").replace(r#""eventSource":"sts.amazonaws.com","#, source);
        assert!(!record.contains(r#""eventSource":"sts"#));
        holds(&record, &ONE_UNKNOWN);
        holds(format!("[{record}]"), &ONE_UNKNOWN);
        holds(
            format!(r#"{{"CloudTrailEvent":{}}}"#, quoted(&record)),
            &ONE_UNKNOWN,
        );
        let lines = [call("b", ""), record.clone()].join("\n");
        holds(lines, &[("calls", 1), ("not_understood", 1)]);
        let envelope = format!(r#"{{"source":"aws.sts","detail-type":"x","detail":{record}}}"#);
        holds(&envelope, &ONE_UNKNOWN);
        let envelopes = file(&[envelope.replace(&record, &call("b", "")), envelope]);
        holds(envelopes, &[("calls", 1), ("not_understood", 1)]);
        let turned = record.replacen(r#""eventVersion":"1.11","#, "", 1);
        let turned = turned.replacen('}', r#"},"eventVersion":"1.11""#, 1);
        holds(
            file(&[turned, call("b", "")]),
            &[("calls", 1), ("not_understood", 1)],
        );
    }
    let wrapped = r#"{"detail-type":"x","detail":{"eventVersion":"1","eventName":"n","message":"#;
    let wrapped = format!("{wrapped}{}}}}}", call("a", ""));
    holds(wrapped, &ONE_CALL);
    for of_another in [
        r#"{"detail-type":"x","detail":{"eventName":"n","state":"running"}}"#,
        r#"{"detail-type":"x","source":"my.shop","detail":{"eventVersion":"1","eventName":"n"}}"#,
    ] {
        holds(of_another, &[("records", 1), ("not_understood", 0)]);
    }
    let list = call("a", "").replace(r#":"sts.amazonaws.com","#, r#":[ "sts.amazonaws.com"],"#);
    for record in [list.clone(), list.replace("sts.", r"st\u0073.")] {
        holds(
            file(&[record, call("b", "")]),
            &[("calls", 1), ("not_understood", 1)],
        );
    }
    let pattern = r#"{"source":["aws.sts"],"detail":{"eventSource":["sts.amazonaws.com"]}}"#;
    holds(pattern, &[("files.skipped NotCloudtrail", 1)]);
}

/// As exports of Athena, DuckDB and pandas have them.
#[test]
fn objects_given_as_text_are_read() {
    let text = r#"{"eventVersion":"1.11","eventSource":"sts.amazonaws.com","eventName":"AssumeRole","eventTime":"2025-11-03T10:00:00Z","awsRegion":"us-east-1","recipientAccountId":"111122223333","userIdentity":"{\"type\":\"AssumedRole\",\"sessionContext\":{\"sessionIssuer\":\"{\\\"arn\\\":\\\"arn:aws:iam::111122223333:role/a\\\"}\"}}","requestParameters":" {\"roleArn\":\"arn:aws:iam::111122223333:role/b\"}","tlsDetails":"{\"clientProvidedHostHeader\":\"sts.amazonaws.com\"}","additionalEventData":"null","responseElements":""}"#;
    let principals = [("principals", 1), ("global_principals", 1)];
    for text in [text.to_owned(), file(&[text.to_owned()]), quoted(text)] {
        holds(&text, &ONE_CALL);
        holds(&text, &principals);
    }
    let typed = text.replace(
        "\"null\"",
        r#""{\"RequestDetails\":\"{\\\"endpointType\\\":\\\"regional\\\"}\"}""#,
    );
    holds(
        file(&[typed]),
        &[("endpoint regional", 1), ("disagreements", 1)],
    );
    for unsound in ["{clientProvidedHostHeader=sts.amazonaws.com}", "{'a': 1}"] {
        let record = call("a", "").replace(
            r#"{"clientProvidedHostHeader":"sts.amazonaws.com"}"#,
            &quoted(unsound),
        );
        holds(
            file(&[record, call("b", "")]),
            &[("calls", 1), ("files.damaged", 1)],
        );
    }
    // A broken Insight is no record, and must not hide a call among the others.
    let insight = r#"{"eventCategory":"Insight","eventSource":"sts.amazonaws.com"}"#;
    let broken = insight.replace('}', r#","userIdentity":"{a=b}"}"#);
    let insight = insight.to_owned();
    holds(
        file(&[broken, call("a", ""), insight.clone(), insight]),
        &[("calls", 1), ("records", 3), ("files.damaged", 1)],
    );
    let of_another = other(r#""userIdentity":"{a=b}""#);
    holds(file(&[of_another]), &[("records", 1), ("files.read", 1)]);
}

/// As Athena, Hive and Spark write them.
#[test]
fn names_in_small_letters_are_read() {
    let names = [
        "eventVersion",
        "eventSource",
        "eventName",
        "eventTime",
        "awsRegion",
        "eventID",
        "recipientAccountId",
        "userIdentity",
        "tlsDetails",
        "clientProvidedHostHeader",
    ];
    let small = |record: String| {
        names.iter().fold(record, |record, name| {
            record.replace(
                &format!("\"{name}\""),
                &format!("\"{}\"", name.to_ascii_lowercase()),
            )
        })
    };
    let record = small(call("a", ""));
    for text in [
        record.clone(),
        file(std::slice::from_ref(&record)),
        quoted(&record),
        format!("[{record}]"),
    ] {
        holds(&text, &ONE_CALL);
        holds(&text, &[("global_principals", 1)]);
    }
    let lines = [record, small(other("")), small(call("b", ""))];
    let figures = [("records", 3), ("calls", 2), ("files.read", 1)];
    holds(lines.join("\n"), &figures);
    holds(file(&lines), &figures);
    // Spark keeps the case of columns, and not that of what is in them.
    let inside = call("a", "").replace("clientProvidedHostHeader", "clientprovidedhostheader");
    holds(file(&[inside]), &ONE_CALL);
    let column = call("a", "").replace("tlsDetails", "tlsdetails");
    holds(file(&[column]), &ONE_CALL);
}

/// As pandas writes one table of two that were put together, of which one has names in small letters.
#[test]
fn names_in_small_letters_stand_for_those_that_say_nothing() {
    let tls = r#"{"clientProvidedHostHeader":"sts.amazonaws.com"}"#;
    for nothing in [
        "null",
        "false",
        "[]",
        "{}",
        "[null]",
        r#""""#,
        r#"" ""#,
        r#""nan""#,
        r#""NaT""#,
        r#""None""#,
        r#""<NA>""#,
        r#""N/A""#,
        r#""\\N""#,
        r#""-""#,
        r#""[]""#,
        r#""undefined""#,
    ] {
        let of_other_table = format!(r#""eventsource":{nothing},"tlsdetails":{nothing}"#);
        let own = call("a", &of_other_table);
        let record = call("b", "").replace(
            r#""eventSource":"sts.amazonaws.com""#,
            &format!(r#""eventSource":{nothing},"eventsource":"sts.amazonaws.com""#),
        );
        let behind = call("c", &format!(r#""eventSource":{nothing}"#)).replacen(
            r#""eventSource""#,
            r#""eventsource""#,
            1,
        );
        let host = call("d", &format!(r#""tlsDetails":{nothing}"#)).replacen(
            r#""tlsDetails""#,
            r#""tlsdetails""#,
            1,
        );
        let inside = call("e", "").replace(
            tls,
            &tls.replace('}', &format!(r#","clientprovidedhostheader":{nothing}}}"#)),
        );
        let records = [own, record, behind, host, inside];
        let figures = [("calls", 5), ("endpoint global", 5), ("files.read", 1)];
        holds(records.join("\n"), &figures);
        holds(file(&records), &figures);
        holds(format!("[{}]", records.join(",")), &figures);
        let events = records.map(|record| {
            let text = quoted(&record);
            format!(r#"{{"CloudTrailEvent":{text}}}"#)
        });
        holds(format!(r#"{{"Events":[{}]}}"#, events.join(",")), &figures);
    }
}

/// Of two that do not agree, or cannot be read, that of STS must not be lost.
#[test]
fn a_source_that_is_not_taken_is_named_where_it_is_sts() {
    let two = r#""eventSource":"s3.amazonaws.com","eventsource":"#;
    for more in [
        format!(r#"{two}"sts.amazonaws.com""#),
        format!(r#"{two}["sts.amazonaws.com"]"#),
        r#""eventSource":7,"eventsource":"sts.amazonaws.com""#.to_owned(),
        r#""eventSource":null,"eventsource":"sts.amazonaws.com","tlsDetails":"{,""#.to_owned(),
        r#""eventSource":"x","eventSource":["sts.amazonaws.com"]"#.to_owned(),
    ] {
        let record = format!(r#"{{"eventVersion":"1.11","eventName":"AssumeRole",{more}}}"#);
        let figures = [("calls", 1), ("not_understood", 1), ("files.damaged", 1)];
        holds(file(&[call("a", ""), record.clone()]), &figures);
        holds(
            [&*call("a", ""), &*record].join("\n"),
            &[("calls", 1), ("files.damaged", 1)],
        );
    }
    let replaced = r#"{"eventVersion":"1.11","eventSource":"sts.amazonaws.com","eventSource":"s3.amazonaws.com"}"#;
    holds(
        file(&[replaced.to_owned()]),
        &[("records", 1), ("files.read", 1)],
    );
}

/// Collectors of logs keep an event in several forms, and searches give one beside the other.
#[test]
fn a_record_beside_the_one_that_was_read_is_named_unless_it_is_a_copy() {
    let (one, another) = (call("a", ""), call("b", ""));
    let around = |first: &str, second: &str| {
        [
            format!(r#"{{"_source":{first},"inner_hits":{{"all":{{"hits":[{second}]}}}}}}"#),
            format!(
                r#"{{"message":{},"log":{}}}"#,
                quoted(first),
                quoted(second)
            ),
            format!(r#"{{"log":{second},"message":{}}}"#, quoted(first)),
            format!(r#"{{"detail":{first},"message":{}}}"#, quoted(second)),
            format!(
                r#"{{"CloudTrailEvent":{},"more":{}}}"#,
                quoted(first),
                quoted(second)
            ),
            format!(r#"{{"hits":{{"hits":[{{"_source":{first}}}]}},"aggregations":[{second}]}}"#),
        ]
    };
    for text in around(&one, &another) {
        let lost = [("calls", 1), ("not_understood", 1), ("files.damaged", 1)];
        holds(&text, &lost);
        holds(format!("{text}\n{text}"), &[("not_understood", 2)]);
    }
    for text in around(&other(""), &another) {
        holds(text, &[("records", 1), ("calls", 0), ("files.damaged", 1)]);
    }
    let copy = one.replace("eventID", "event_id");
    for text in around(&one, &one).into_iter().chain(around(&one, &copy)) {
        holds(&text, &ONE_CALL);
        holds(&text, &[("not_understood", 0), ("files.read", 1)]);
    }
}

/// The parser of a record believes the last of two ids. What has another before it may be another call.
#[test]
fn a_record_of_two_ids_is_no_copy_of_one_that_has_the_last_of_them() {
    let inner = |first: &str| call("a", "").replacen('{', &format!(r#"{{"eventID":"{first}","#), 1);
    let around = |inner: &str| {
        let beside = format!(r#""copy":{inner}"#);
        [
            call("a", &beside),
            format!(r#"{{"detail":{},{beside}}}"#, call("a", "")),
            format!(r#"{{"message":{},{beside}}}"#, quoted(&call("a", ""))),
        ]
    };
    for text in around(&inner("b")) {
        holds(&text, &[("calls", 1), ("not_understood", 1)]);
        // And so where the file breaks off behind it.
        holds(
            format!("{text}\n{{\"x\":\n"),
            &[("calls", 1), ("not_understood", 1)],
        );
    }
    for text in around(&inner("a")) {
        holds(
            &text,
            &[("calls", 1), ("not_understood", 0), ("files.read", 1)],
        );
    }
}

/// As Lambda, Kinesis and Firehose are given messages.
#[test]
fn what_is_encoded_is_named() {
    let gzip = "H4sIAAAAAAAAA6tWKkpNLUhNUbJSKi4pVtJRSsxLTEktKlGqBQAxqnTsFwAAAA==";
    let json = "eyJldmVudFZlcnNpb24iOiIxLjExIiwiZXZlbnRTb3VyY2UiOiJzdHMifQ";
    for data in [gzip, json] {
        for text in [
            format!(r#"{{"awslogs":{{"data":"{data}"}}}}"#),
            format!(r#"{{"records":[{{"recordId":"1","data":"{data}"}}]}}"#),
            format!(r#"{{"records":[{{"kinesis":{{"data":"{data}"}}}}]}}"#),
            format!(r#"{{"data":"{data}"}}"#),
            format!(r#"{{"Records":[{{"Data":"{data}"}}]}}"#),
            format!(r#"{{"Messages":[{{"Body":"{data}"}}]}}"#),
            format!(r#"["{data}"]"#),
        ] {
            holds(text, &ONE_UNKNOWN);
        }
    }
    let lines = format!(r"\n{}\r\n{}\u000a", &json[..20], &json[20..]);
    holds(format!(r#"{{"data":"{lines}"}}"#), &ONE_UNKNOWN);
    for data in [
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
        r"eyJldeABCDEF\u000d\b24i",
        r"eyJldmVudFZlcnNpb24\u00e9",
        // Base64 of what is no text.
        "eyJldmVudFZlcnNpb87i",
        "eyJ9",
        "text",
    ] {
        let text = format!(r#"{{"data":"{data}"}}"#);
        holds(text, &[("files.skipped NotCloudtrail", 1)]);
    }
}

#[test]
fn what_a_later_value_replaces_is_looked_at() {
    let around = other(&format!(r#""x":{},"x":1"#, call("a", "")));
    holds(&around, &ONE_UNKNOWN);
    holds(file(std::slice::from_ref(&around)), &ONE_UNKNOWN);
    let beside = format!(r#"{{"Records":[],"x":[{}],"x":1}}"#, call("a", ""));
    holds(beside, &ONE_UNKNOWN);
    let inner = r#""x":{"eventSource":"sts.amazonaws.com","eventSource":"a"}"#;
    holds(other(inner), &ONE_UNKNOWN);
    holds(format!(r#"{{"Records":[],{inner}}}"#), &ONE_UNKNOWN);
    let source = other(inner).replace(r#""x":{"#, r#""userIdentity":{"#);
    holds(source, &[("records", 1), ("files.read", 1)]);
    // An object given as text that is no sound JSON breaks a call only if it counts.
    let text = r#""tlsDetails":"{a=b}""#;
    let mended = call("a", "").replacen('{', &format!("{{{text},"), 1);
    holds(file(&[mended]), &ONE_CALL);
    let spoiled = call("a", text);
    holds(file(&[spoiled]), &[("calls", 0), ("files.damaged", 1)]);
}

/// As pandas, Spark, PowerShell and others write records anew. Endpoints that are lost must not look as if
/// nothing were there.
#[test]
fn a_host_in_a_form_that_is_not_read_breaks_the_record() {
    let without = |more: &str| {
        let host = r#""tlsDetails":{"clientProvidedHostHeader":"sts.amazonaws.com"}"#;
        call("a", "").replace(host, more)
    };
    let lost = [("records", 1), ("calls", 1), ("files.damaged", 1)];
    for hidden in [
        r#""tlsDetails.clientProvidedHostHeader":"sts.amazonaws.com""#,
        r#""tlsdetails_clientprovidedhostheader":"sts.amazonaws.com""#,
        r#""tlsDetails.clientProvidedHostH\u0065ader":"sts.amazonaws.com""#,
        r#""tlsDetails":"@{tlsVersion=TLSv1.3; clientProvidedHostHeader=sts.amazonaws.com}""#,
        r#""tlsDetails":"[TLSv1.3, c, sts.amazonaws.com]""#,
        r#""tlsDetails":["TLSv1.3","sts.amazonaws.com"]"#,
        r#""tlsDetails":[{"key":"clientProvidedHostHeader","value":"sts.amazonaws.com"}]"#,
        r#""tlsDetails":{"clientProvidedHostHeader":["sts.amazonaws.com"]}"#,
        r#""tlsDetails":{"client_provided_host_header":"sts.amazonaws.com"}"#,
        r#""tlsDetails":{"struct":{"clientProvidedHostHeader":"sts.amazonaws.com"}}"#,
        r#""tlsDetails":"\"{\\\"clientProvidedHostHeader\\\":\\\"sts.amazonaws.com\\\"}\"""#,
        r#""tls_details":{"clientProvidedHostHeader":"sts.amazonaws.com"}"#,
        r#""tlsDetails_clientProvidedHostHeader_s":"sts.amazonaws.com""#,
        r#""TlsDetails":"@{tlsVersion=TLSv1.3; host=sts.amazonaws.com}""#,
        r#""tls_details":["TLSv1.3","c","sts.amazonaws.com"]"#,
        r#""tlsDetails":{"_1":"TLSv1.3","_2":"c","_3":"sts.amazonaws.com"}"#,
        r#""tlsd\u0065tails":{"_1":"TLSv1.3","_2":"c","_3":"sts.amazonaws.com"}"#,
        r#""attributes":{"tlsDetails":{"clientProvidedHostHeader":"sts.amazonaws.com"}}"#,
        r#""message":"tlsDetails={clientProvidedHostHeader=sts.amazonaws.com}""#,
        r#""additionalEventData":{"RequestDetails":"@{endpointType=global; awsServingRegion=us-east-1}"}"#,
        r#""additionalEventData":"{RequestDetails={endpointType=global}}""#,
        r#""additionalEventData.RequestDetails.endpointType":"global""#,
        r#""additionalEventData_RequestDetails_\u0065ndpointType":"global""#,
        r#""additionaleventdata":{"RequestDetails":{"endpoint_type":"global"}}"#,
    ] {
        let record = without(hidden);
        holds(file(&[record.clone(), call("b", "")]), &lost);
        holds([&*record, &*call("b", "")].join("\n"), &lost);
        let small = record.replace("eventSource", "eventsource");
        holds(file(&[small, call("b", "")]), &lost);
    }
    // The text of no object beside an object, and names in small letters.
    let beside = r#""tlsDetails":{"tlsVersion":"TLSv1.3"},"tlsdetails":"{\"a\":[}""#;
    let small = without(beside).replace("eventSource", "eventsource");
    holds(file(&[small, call("b", "")]), &lost);
    for plain in [
        r#""tlsDetails":null"#,
        r#""tlsDetails":"None""#,
        r#""tlsDetails":"N/A""#,
        r#""tlsDetails":"[]""#,
        r#""tlsDetails":{"_1":null,"_2":"nan"}"#,
        r#""TlsDetails":"undefined""#,
        r#""tlsDetails.tlsVersion":"TLSv1.3""#,
        r#""additionalEventData":{"RequestDetails":{"endpointType":""}}"#,
        r#""requestParameters":{"endpointType":"global"}"#,
        r#""tlsDetails":{"tlsVersion":"TLSv1.3"}"#,
        r#""tlsDetails":"{\"tlsVersion\":\"TLSv1.3\"}""#,
        r#""tlsDetails.clientProvidedHostHeader":null"#,
        r#""userAgent":"clientProvidedHostHeader=sts.amazonaws.com""#,
        r#""requestParameters":{"clientProvidedHostHeader":"sts.amazonaws.com"}"#,
    ] {
        let figures = [("calls", 1), ("endpoint unknown", 1), ("files.read", 1)];
        holds(file(&[without(plain)]), &figures);
    }
    // A raw copy that has no host either, and words that only name one.
    for beside in [
        format!(
            r#""event":{{"original":{}}}"#,
            quoted(&without(
                r#""tlsDetails":{"clientProvidedHostHeader":null}"#
            ))
        ),
        r#""tags":["no_tlsDetails.clientProvidedHostHeader"]"#.to_owned(),
        r#""vpcEndpointType":"Interface""#.to_owned(),
    ] {
        let figures = [("calls", 1), ("endpoint unknown", 1), ("files.read", 1)];
        holds(without(&beside), &figures);
    }
    // Beside what a program has taken out of a record there is the record.
    let parts = without(r#""a":1"#);
    for raw in ["_raw", "@message", "message"] {
        let text = parts.replace(
            r#""a":1"#,
            &format!(r#""{raw}":{}"#, quoted(&call("a", ""))),
        );
        holds(&text, &ONE_CALL);
        holds(format!(r#"{{"preview":false,"result":{text}}}"#), &ONE_CALL);
        holds(file(std::slice::from_ref(&text)), &ONE_CALL);
        let of_another = text.replace(r#""eventID":"a""#, r#""eventID":"b""#);
        let figures = [("calls", 0), ("files.damaged", 1)];
        holds(file(&[of_another]), &figures);
    }
    // What is in an object of AWS's own, in small letters, is read.
    let small = r#""additionaleventdata":{"requestdetails":{"endpointtype":"global"}}"#;
    holds(file(&[without(small)]), &ONE_CALL);
    // With a host where it belongs, nothing else is asked.
    holds(
        file(&[call("a", r#""tls_details":["sts.amazonaws.com"]"#)]),
        &ONE_CALL,
    );
}

#[test]
fn the_name_of_sts_alone_is_no_source() {
    for name in ["sts.amazonaws.com", r"sts\u002eamazonaws.com"] {
        for value in [
            format!("\"{name}\""),
            format!("[\"{name}\"]"),
            format!("[ [\"{name}\"]]"),
            quoted(&format!("[\"{name}\"]")),
        ] {
            holds(call("a", &format!(r#""x":{value}"#)), &ONE_CALL);
            let beside = format!(r#"{{"Records":[{}],"x":{value}}}"#, call("a", ""));
            holds(beside, &ONE_CALL);
        }
    }
}

#[test]
fn what_is_broken_beside_a_list_is_looked_at_as_well() {
    let escaped = r#"{"e\u0076entSource":"\u0073ts.amazonaws.com" "x"}"#;
    for text in [
        format!(r#"{{"events":[],"_source":{escaped}}}"#),
        format!(r#"{{"events":[],"x":{escaped}}}"#),
        format!(r#"{{"events":[],"x\y":{}}}"#, call("a", "")),
    ] {
        holds(text, &ONE_UNKNOWN);
    }
    let mut text = format!(r#"{{"events":[],"x?":{}}}"#, call("a", "")).into_bytes();
    let at = text.iter().position(|byte| *byte == b'?').unwrap();
    text[at] = 0x80;
    holds(text, &ONE_UNKNOWN);
}

/// A member of AWS's own is known by its name as AWS writes it, or in small letters.
#[test]
fn a_name_in_other_letters_is_not_of_aws() {
    for (name, count) in [
        ("userAgenT", 1),
        ("USERAGENT", 1),
        ("userAgent", 0),
        ("useragent", 0),
    ] {
        let text = format!(r#"{{"{name}":"\"eventSource\":\"sts.amazonaws.com\"","events":[]}}"#);
        holds(text, &[("not_understood", count)]);
    }
    let inside = r#"{"Records":[{"eventVersion":"1","iNsightDetails":{"eventSource":"sts.amazonaws.com"}}]}"#;
    holds(inside, &[("not_understood", 1)]);
}

/// CloudTrail's own verdict goes before a name that tells nothing.
#[test]
fn an_endpoint_type_beside_a_host_that_is_none_of_awss_is_not_lost() {
    let hosts = |host: &str| format!(r#""tlsDetails":{{"clientProvidedHostHeader":"{host}"}}"#);
    let proxy = hosts("proxy.corp.example");
    let alike = ["sts.aws.corp.example", "sts.amazonaws.com.proxy.example"].map(hosts);
    for details in [
        r#""additionalEventData":{"requestDetails":{"endpointType":"global"}}"#,
        r#""additionalEventData.RequestDetails.endpointType":"global""#,
        r#""additionalEventData":{"RequestDetails":{"endpoint_type":"global"}}"#,
        r#""additionalEventData":[{"RequestDetails":{"endpointType":"global"}}]"#,
    ] {
        for host in alike.iter().chain([&proxy]) {
            let record = call("a", &format!("{host},{details}"));
            holds(file(&[record]), &[("calls", 0), ("files.damaged", 1)]);
        }
        // A name of AWS's tells.
        let own = hosts("sts.eu-west-1.amazonaws.com");
        let record = call("a", &format!("{own},{details}"));
        holds(file(&[record]), &[("calls", 1), ("endpoint regional", 1)]);
    }
    let small = r#""additionalEventData":{"RequestDetails":{"endpointtype":"global"}}"#;
    let record = call("a", &format!("{proxy},{small}"));
    holds(file(&[record]), &[("calls", 1), ("endpoint global", 1)]);
    let none = r#""additionalEventData":{"RequestDetails":{"endpointType":null}}"#;
    let record = call("a", &format!("{proxy},{none}"));
    holds(file(&[record]), &[("calls", 1), ("endpoint other", 1)]);
}
