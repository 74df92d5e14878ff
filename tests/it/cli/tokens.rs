//! `plan --trace-tokens`: tokens of the global endpoint that are used in opt-in Regions.

use serde_json::{Value, json};

use super::harness::{Run, SAMPLE, Said, stscope};
use super::logs::{call, gzip, log, put};

/// A global call that was answered with this key.
fn issued(number: u32, key: &str) -> Value {
    let answer = json!({ "credentials": { "accessKeyId": key, "sessionToken": "TOKEN" } });
    call(number, json!({ "responseElements": answer }))
}

/// What another service logged of a call with this key.
fn used(key: &str, region: &str, day: u32) -> Value {
    json!({
        "eventVersion": "1.11",
        "eventTime": format!("2025-11-{day:02}T10:00:00Z"),
        "eventSource": "s3.amazonaws.com",
        "eventName": "GetObject",
        "awsRegion": region,
        "recipientAccountId": "111122223333",
        "userIdentity": { "type": "AssumedRole", "accessKeyId": key },
    })
}

fn trace(format: &str) -> Run {
    stscope("plan - --trace-tokens --format").arg(format)
}

/// The risk of tokens in the plan for a log file.
fn tokens_in(file: impl Into<Vec<u8>>) -> Value {
    let said = trace("json").input(file).run();
    said.json()["risks"]["opt_in_tokens"].clone()
}

fn tokens(records: &[Value]) -> Value {
    tokens_in(log(records))
}

/// The risk of one token of the role `app`, used once in Hong Kong.
fn one_token() -> Value {
    json!([{
        "principal": "arn:aws:iam::111122223333:role/app",
        "account_id": "111122223333",
        "tokens": 1,
        "regions": [{ "region": "ap-east-1", "tokens": 1 }],
        "first_event_time": "2025-11-04T10:00:00Z",
        "last_event_time": "2025-11-04T10:00:00Z",
    }])
}

#[test]
fn a_token_of_the_global_endpoint_that_is_used_in_an_opt_in_region_is_a_risk() {
    let records = [issued(1, "ASIA1"), used("ASIA1", "ap-east-1", 4)];
    assert_eq!(tokens(&records), one_token());
    // A use may be read before the call that issued the token.
    let [call, using] = records;
    assert_eq!(tokens(&[using.clone(), call.clone()]), one_token());
    // Delivered again, it is the same token.
    let again = [using.clone(), call.clone(), using, call];
    assert_eq!(tokens(&again), one_token());
}

#[test]
fn different_tokens_are_counted_and_not_their_uses() {
    let records = [
        issued(1, "ASIA1"),
        issued(2, "ASIA2"),
        issued(3, "ASIA3"),
        used("ASIA1", "me-south-1", 9),
        used("ASIA1", "me-south-1", 4),
        used("ASIA2", "me-south-1", 5),
        used("ASIA1", "af-south-1", 6),
        used("ASIA1", "zz-newest-9", 7),
        used("ASIA4", "me-south-1", 1),
    ];
    let expected = json!([{
        "principal": "arn:aws:iam::111122223333:role/app",
        "account_id": "111122223333",
        "tokens": 2,
        "regions": [
            { "region": "me-south-1", "tokens": 2 },
            { "region": "af-south-1", "tokens": 1 },
            { "region": "zz-newest-9", "tokens": 1 },
        ],
        "first_event_time": "2025-11-04T10:00:00Z",
        "last_event_time": "2025-11-09T10:00:00Z",
    }]);
    assert_eq!(tokens(&records), expected);
    let table = trace("table").input(log(&records)).run().exits(0);
    let words = table
        .text()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    let line = "only version 2 tokens are valid; those of Regional endpoints are valid everywhere: \
                2 tokens of arn:aws:iam::111122223333:role/app in me-south-1, af-south-1, zz-newest-9";
    assert!(words.contains(line), "{table}");
    let markdown = trace("markdown").input(log(&records)).run().exits(0);
    let item = "\n- 2 tokens of `arn:aws:iam::111122223333:role/app` in `me-south-1`, `af-south-1`, \
                `zz-newest-9`\n";
    assert!(markdown.text().contains(item), "{markdown}");
    assert!(markdown.text().contains("\n### Risks\n"), "{markdown}");
}

#[test]
fn an_sts_call_is_a_use_too() {
    let host = json!({ "clientProvidedHostHeader": "sts.ap-east-1.amazonaws.com" });
    let mut using = call(
        2,
        json!({
            "awsRegion": "ap-east-1", "tlsDetails": host, "eventTime": "2025-11-04T10:00:00Z",
        }),
    );
    using["userIdentity"]["accessKeyId"] = json!("ASIA1");
    assert_eq!(tokens(&[issued(1, "ASIA1"), using.clone()]), one_token());
    // Nor need it be a call: a VPC endpoint may have logged it.
    using["eventCategory"] = json!("NetworkActivity");
    assert_eq!(tokens(&[issued(1, "ASIA1"), using]), one_token());
}

#[test]
fn what_is_no_such_token_is_none() {
    let regional = |number, key: &str| {
        let host = json!({ "clientProvidedHostHeader": "sts.us-east-1.amazonaws.com" });
        let mut record = issued(number, key);
        record["tlsDetails"] = host;
        record
    };
    let odd = |key: Value| {
        let answer = json!({ "credentials": { "accessKeyId": key } });
        call(9, json!({ "responseElements": answer }))
    };
    let mut listed = used("ASIA1", "ap-east-1", 4);
    listed["userIdentity"]["accessKeyId"] = json!(["ASIA1"]);
    let mut elsewhere = used("-", "ap-east-1", 4);
    elsewhere["userIdentity"] = json!({ "sessionContext": { "accessKeyId": "ASIA1" } });
    elsewhere["requestParameters"] = json!({ "accessKeyId": "ASIA1" });
    for records in [
        [regional(1, "ASIA1"), used("ASIA1", "ap-east-1", 4)],
        [issued(1, "ASIA1"), used("ASIA2", "ap-east-1", 4)],
        [issued(1, "ASIA1"), used("asia1", "ap-east-1", 4)],
        [issued(1, "ASIA1"), used("ASIA1", "eu-west-1", 4)],
        [issued(1, "ASIA1"), used("ASIA1", "us-gov-west-1", 4)],
        [issued(1, "ASIA1"), used("ASIA1", "Hong Kong", 4)],
        [issued(1, "ASIA1"), used("ASIA1", "", 4)],
        [issued(1, ""), used("", "ap-east-1", 4)],
        [issued(1, "ASIA1"), listed],
        [issued(1, "ASIA1"), elsewhere],
        [odd(json!(1)), used("1", "ap-east-1", 4)],
        [odd(json!(["ASIA1"])), used("ASIA1", "ap-east-1", 4)],
        [odd(json!({"a": "ASIA1"})), used("ASIA1", "ap-east-1", 4)],
    ] {
        assert_eq!(tokens(&records), json!([]), "{records:?}");
    }
}

#[test]
fn members_are_read_however_they_are_written() {
    let using = |members: &str| {
        format!(
            r#"{{"eventSource":"s3.amazonaws.com","eventTime":"2025-11-04T10:00:00Z",{members}}}"#
        )
    };
    let identity = r#""userIdentity":{"accessKeyId":"ASIA1"}"#;
    for members in [
        format!(r#"{identity},"awsRegion":"ap-east-1""#),
        format!("{identity},\"awsRegion\"\n:\t\"ap-east-1\""),
        format!(r#"{identity},"aws\u0052egion":"ap-east-1""#),
        format!(r#"{identity},"awsRegion":"ap\u002deast\u002d1""#),
        format!(r#"{identity},"awsRegion":"\u0061p-east-1""#),
        format!(r#"{identity},"awsRegion":"us-east-1","awsRegion":"ap-east-1""#),
        format!(r#""a":{{"awsRegion":"us-east-1"}},{identity},"awsRegion":"ap-east-1""#),
        r#""awsRegion":"ap-east-1","userIdentity":{"accessKey\u0049d":"ASI\u0041""#.to_owned()
            + r#","accessKeyId":"ASIA1"}"#,
        format!(r#""awsRegion":"ap-east-1","userIdentity":{{"accessKeyId":"ASIA2"}},{identity}"#),
    ] {
        let text = format!(
            r#"{{"Records":[{},{}]}}"#,
            issued(1, "ASIA1"),
            using(&members)
        );
        assert_eq!(tokens_in(text), one_token(), "{members}");
    }
    for members in [
        format!(r#"{identity},"awsRegion":"ap-east-1","awsRegion":"us-east-1""#),
        format!(r#"{identity},"awsRegion":"ap-east-1","awsRegion":null"#),
        format!(r#"{identity},"a":{{"awsRegion":"ap-east-1"}}"#),
        format!(r#"{identity},"a":"\"awsRegion\":\"ap-east-1\"""#),
        format!(r#"{identity},"awsRegion":"ap-east-1","userIdentity":{{}}"#),
        format!(r#"{identity},"awsRegion":"ap-east-1","userIdentity":"ASIA1""#),
        format!(r#"{identity},"awsRegion":["ap-east-1"]"#),
    ] {
        let text = format!(
            r#"{{"Records":[{},{}]}}"#,
            issued(1, "ASIA1"),
            using(&members)
        );
        assert_eq!(tokens_in(text), json!([]), "{members}");
    }
    // Of an answer given twice the last stands.
    for (answers, expected) in [
        (
            r#""responseElements":{"credentials":{"accessKeyId":"ASIA1"}},"responseElements":null"#,
            json!([]),
        ),
        (
            r#""responseElements":{"credentials":{"accessKeyId":"ASIA1"},"credentials":{}}"#,
            json!([]),
        ),
        (
            r#""responseElements":null,"responseElements":{"credentials":{"accessKeyId":"ASIA1"}}"#,
            one_token(),
        ),
    ] {
        let calling = call(1, json!({}))
            .to_string()
            .replacen('{', &format!("{{{answers},"), 1);
        let text = format!(
            r#"{{"Records":[{calling},{}]}}"#,
            used("ASIA1", "ap-east-1", 4)
        );
        assert_eq!(tokens_in(text), expected, "{answers}");
    }
}

#[test]
fn what_is_taken_back_is_no_use_and_no_token() {
    let records = |records: &[Value]| json!(records).to_string();
    let (calling, using) = (issued(1, "ASIA1"), used("ASIA1", "ap-east-1", 4));
    let both = records(&[calling.clone(), using.clone()]);
    let [only_call, only_use] = [&calling, &using].map(|one| records(std::slice::from_ref(one)));
    for (text, expected) in [
        (
            format!(r#"{{"Records":{both},"Records":{both}}}"#),
            one_token(),
        ),
        (
            format!(r#"{{"Records":{both},"Records":{only_call}}}"#),
            json!([]),
        ),
        (
            format!(r#"{{"Records":{both},"Records":{only_use}}}"#),
            json!([]),
        ),
    ] {
        assert_eq!(tokens_in(text.clone()), expected, "{text}");
    }
    // A file of Insights alone is none of calls.
    let dir = tempfile::tempdir().unwrap();
    let mut insight = used("ASIA1", "ap-east-1", 4);
    insight["eventCategory"] = json!("Insight");
    put(dir.path(), "calls.json", &log(&[calling]));
    put(dir.path(), "insights.json", &log(&[insight]));
    let said = stscope("plan --trace-tokens --format json")
        .arg(dir.path())
        .run();
    assert_eq!(said.json()["risks"]["opt_in_tokens"], json!([]));
}

#[test]
fn what_was_whole_in_a_damaged_file_counts() {
    let whole = log(&[issued(1, "ASIA1"), used("ASIA1", "ap-east-1", 4)]);
    let cut = &whole[..whole.len() - 2];
    let said = trace("json").input(cut).run().exits(3);
    assert_eq!(said.json()["risks"]["opt_in_tokens"], one_token());
    // Inside records that are read something broken is noticed, and the others count.
    let text = String::from_utf8(whole).unwrap();
    let broken = r#"{"eventSource":"s3.amazonaws.com","awsRegion":"ap-east-1","a":nul},"#;
    let text = text.replacen('[', &format!("[{broken}"), 1);
    let said = trace("json").input(text.clone()).run().exits(3);
    assert_eq!(said.json()["risks"]["opt_in_tokens"], one_token());
    assert_eq!(said.json()["coverage"]["damaged"][0]["stage"], "record");
    let said = stscope("plan - --format json").input(text).run().exits(0);
    assert_eq!(said.json()["coverage"]["records"], 3);
}

#[test]
fn the_callers_own_copy_names_the_caller() {
    let mut callers = issued(1, "ASIA1");
    callers["sharedEventID"] = json!("shared");
    let mut targets = issued(2, "ASIA1");
    targets["sharedEventID"] = json!("shared");
    targets["userIdentity"] =
        json!({ "type": "AWSAccount", "accountId": "111122223333", "principalId": "AROA:s" });
    let using = used("ASIA1", "ap-east-1", 4);
    for records in [
        [callers.clone(), targets.clone(), using.clone()],
        [using.clone(), targets.clone(), callers.clone()],
    ] {
        assert_eq!(tokens(&records), one_token());
    }
    let found = tokens(&[targets, using]);
    assert_eq!(found[0]["principal"], "111122223333:AROA");
}

#[test]
fn filters_act_on_calls_and_uses() {
    let records = log(&[
        issued(1, "ASIA1"),
        used("ASIA1", "ap-east-1", 4),
        used("ASIA1", "me-south-1", 8),
    ]);
    let regions = |options: &str| -> Vec<String> {
        let run = trace("json").args(options.split_whitespace());
        let risks = run.input(records.clone()).run().exits(0).json()["risks"].clone();
        let found = risks["opt_in_tokens"].as_array().unwrap();
        let regions = found
            .iter()
            .flat_map(|one| one["regions"].as_array().unwrap());
        regions
            .map(|one| one["region"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(regions(""), ["ap-east-1", "me-south-1"]);
    assert_eq!(regions("--until 2025-11-08"), ["ap-east-1"]);
    assert_eq!(regions("--since 2025-11-04").len(), 0, "the token is older");
    assert_eq!(regions("--region us-east-1,me-south-1"), ["me-south-1"]);
    assert_eq!(regions("--region us-east-1").len(), 0);
    assert_eq!(regions("--account 444455556666").len(), 0);
    assert_eq!(regions("--where principal=*role/app").len(), 2);
    assert_eq!(regions("--where principal=*role/other").len(), 0);
}

#[test]
fn what_is_not_asked_for_is_not_known() {
    let records = log(&[issued(1, "ASIA1"), used("ASIA1", "ap-east-1", 4)]);
    let said = stscope("plan - --format json")
        .input(records)
        .run()
        .exits(0);
    assert_eq!(said.json()["risks"]["opt_in_tokens"], Value::Null);
    stscope("report - --trace-tokens").run().exits(2);
}

#[test]
fn a_format_of_rows_alone_leaves_the_count_to_standard_error() {
    let records = log(&[issued(1, "ASIA1"), used("ASIA1", "ap-east-1", 4)]);
    for format in ["csv", "jsonl"] {
        let said = trace(format).input(records.clone()).run().exits(0);
        said.says(&["note: 1 token of the global endpoint used in opt-in Regions; --format json"]);
        let run = trace(format).arg("--quiet").input(records.clone());
        run.run().exits(0).says_nothing();
    }
}

#[test]
fn that_nothing_was_found_is_said_with_what_could_be() {
    let says = |records: &[Value], remark: &str, note: &str| {
        let said = trace("table").input(log(records)).run().exits(0);
        let text = said.text().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains(remark), "{remark}\n{said}");
        assert_eq!(said.stderr.contains("note"), !note.is_empty(), "{said}");
        said.says(&[note]);
        let run = trace("table").arg("--quiet").input(log(records));
        run.run().exits(0).says_nothing();
    };
    let none = "No token of the global endpoint was seen in an opt-in Region.";
    says(
        &[issued(1, "ASIA1"), used("ASIA2", "ap-east-1", 4)],
        none,
        "",
    );
    let unread = "No token was traced, as nothing of an opt-in Region was read.";
    let note = "--trace-tokens: nothing of an opt-in Region was read";
    says(
        &[issued(1, "ASIA1"), used("ASIA1", "eu-west-1", 4)],
        unread,
        note,
    );
    let unanswered = "No token was traced, as no global call has an answer with credentials.";
    let note = "--trace-tokens: no global call has an answer with credentials";
    says(
        &[call(1, json!({})), used("ASIA1", "ap-east-1", 4)],
        unanswered,
        note,
    );
    says(
        &[used("ASIA1", "ap-east-1", 4)],
        "No global calls",
        "nothing of us-east-1 was read",
    );
    let untraced = stscope("plan -").input(log(&[issued(1, "ASIA1")])).run();
    assert!(!untraced.to_string().contains("oken"), "{untraced}");
    // Files that were read, or might have been, say more than the records in them.
    let dir = tempfile::tempdir().unwrap();
    put(dir.path(), "calls.json", &log(&[issued(1, "ASIA1")]));
    let key = "AWSLogs/111122223333/CloudTrail/ap-east-1/2025/11/04/\
               111122223333_CloudTrail_ap-east-1_20251104T0910Z_sQhGorOM2Z1kh27r.json.gz";
    put(dir.path(), key, &gzip(&log(&[])));
    let plan = |options: &str| -> Said {
        let run = stscope("plan --trace-tokens").args(options.split_whitespace());
        run.arg(dir.path()).run().exits(0)
    };
    assert!(!plan("").stderr.contains("note"));
    plan("--region us-east-1").says(&["nothing of an opt-in Region was read"]);
    plan("--region us-east-1 --no-prune").says(&["nothing of an opt-in Region was read"]);
}

#[test]
fn no_number_of_threads_and_no_order_changes_the_plan() {
    let dir = tempfile::tempdir().unwrap();
    for file in 0..40_u32 {
        let key = |number: u32| format!("ASIA{}", number % 8);
        let mut calling = issued(file, &key(file));
        let role = format!(
            "arn:aws:iam::111122223333:role/r{}",
            if file < 20 { file % 8 % 3 } else { 3 }
        );
        calling["userIdentity"]["sessionContext"]["sessionIssuer"]["arn"] = json!(role);
        let region = ["ap-east-1", "me-south-1", "eu-west-1"][file as usize % 3];
        let records = [calling, used(&key(file + 3), region, 1 + file % 28)];
        put(dir.path(), format!("{file}.json"), &log(&records));
    }
    let plan = |threads: &str| {
        let run = stscope("plan --trace-tokens --format json --threads").arg(threads);
        run.arg(dir.path()).run().exits(0)
    };
    let one = plan("1");
    assert!(
        one.json()["risks"]["opt_in_tokens"]
            .as_array()
            .unwrap()
            .len()
            > 1,
        "{one}"
    );
    for threads in ["2", "5"] {
        assert_eq!(plan(threads).text(), one.text());
    }
    let mut names: Vec<_> = (0..40)
        .map(|file| dir.path().join(format!("{file}.json")))
        .collect();
    names.reverse();
    let run = stscope("plan --trace-tokens --format json --threads 1").args(names);
    assert_eq!(run.run().exits(0).text(), one.text());
}

#[test]
fn the_file_of_an_account_has_the_tokens_of_its_principals() {
    let dir = tempfile::tempdir().unwrap();
    let mut other = issued(2, "ASIA2");
    other["userIdentity"]["accountId"] = json!("444455556666");
    other["userIdentity"]["sessionContext"]["sessionIssuer"]["arn"] =
        json!("arn:aws:iam::444455556666:role/other");
    let records = log(&[issued(1, "ASIA1"), other, used("ASIA1", "ap-east-1", 4)]);
    let run = stscope("plan - --trace-tokens --by account --format json --output-dir");
    run.arg(dir.path()).input(records).run().exits(0);
    let found = |account: &str| {
        let text = std::fs::read(dir.path().join(format!("{account}.json"))).unwrap();
        let document: Value = serde_json::from_slice(&text).unwrap();
        document["risks"]["opt_in_tokens"].clone()
    };
    assert_eq!(found("111122223333"), one_token());
    assert_eq!(found("444455556666"), json!([]));
}

#[test]
fn the_ids_of_keys_and_hostile_names_are_not_printed() {
    let mut calling = issued(1, "ASIASECRETKEY");
    let hostile = "arn:aws:iam::111122223333:role/\u{1b}[31m`<b>\u{202e}";
    calling["userIdentity"]["sessionContext"]["sessionIssuer"]["arn"] = json!(hostile);
    let records = log(&[calling, used("ASIASECRETKEY", "ap-east-1", 4)]);
    for format in ["table", "csv", "json", "jsonl", "markdown"] {
        let said = trace(format).input(records.clone()).run().exits(0);
        assert!(!said.to_string().contains("ASIASECRETKEY"), "{said}");
        assert!(!said.to_string().contains("TOKEN"), "{said}");
        if matches!(format, "table" | "markdown") {
            assert!(!said.text().contains(['\u{1b}', '\u{202e}']), "{said}");
        }
    }
    // The sample has no logs of opt-in Regions.
    let said = stscope("plan --trace-tokens").arg(SAMPLE).run().exits(0);
    said.says(&["note: --trace-tokens: nothing of an opt-in Region was read"]);
}
