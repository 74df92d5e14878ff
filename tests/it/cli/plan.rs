//! `plan`: who must change what, and what can go wrong.

use serde_json::{Value, json};

use super::harness::{DAMAGED, Run, SAMPLE, column, number, rows, stscope, sum};
use super::logs::{call, gzip, log, put, regional_call, sample_of_eu_west_1};

const COLUMNS: [&str; 17] = [
    "principal",
    "principal_type",
    "account_id",
    "sdk",
    "sdk_version",
    "calls",
    "regional_calls",
    "first_event_time",
    "last_event_time",
    "cause",
    "recommended_region",
    "region_evidence",
    "fix",
    "source_ip_addresses",
    "session_names",
    "in_scope_of",
    "tool",
];

/// AWS's list, with prefixes for documentation.
const IP_RANGES: &str = r#"{"syncToken":"1","createDate":"2025-11-01-00-00-00","prefixes":[
    {"ip_prefix":"198.51.100.0/24","region":"eu-central-1","service":"EC2","network_border_group":"eu-central-1"},
    {"ip_prefix":"192.0.2.0/24","region":"ap-east-1","service":"EC2","network_border_group":"ap-east-1"}
  ],"ipv6_prefixes":[]}"#;

/// A plan for these records, from standard input.
fn plan_for(records: &[Value]) -> Run {
    stscope("plan - --format json").input(log(records))
}

/// A global call that this Region answered.
fn served_in(number: u32, region: &str) -> Value {
    let details =
        json!({ "RequestDetails": { "endpointType": "global", "awsServingRegion": region } });
    call(number, json!({ "additionalEventData": details }))
}

fn refused(number: u32, region: &str, account: &str) -> Value {
    call(
        number,
        json!({
            "awsRegion": region,
            "errorCode": "RegionDisabledException",
            "requestParameters": { "roleArn": format!("arn:aws:iam::{account}:role/x") },
            "tlsDetails": { "clientProvidedHostHeader": format!("sts.{region}.amazonaws.com") },
        }),
    )
}

#[test]
fn the_columns_are_those_that_scripts_rely_on() {
    let document = stscope("plan --format json")
        .arg(SAMPLE)
        .run()
        .exits(0)
        .json();
    let keys: Vec<&String> = document.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["schema", "rows", "risks", "coverage"]);
    assert_eq!(document["schema"], "stscope.plan/1");
    for row in rows(&document) {
        let keys: Vec<&String> = row.as_object().unwrap().keys().collect();
        assert_eq!(keys, COLUMNS);
    }
    let csv = stscope("plan --format csv").arg(SAMPLE).run().exits(0);
    assert_eq!(csv.text().lines().next().unwrap(), COLUMNS.join(","));
}

#[test]
fn the_rows_hold_every_global_call_once() {
    let plan = stscope("plan --format json")
        .arg(SAMPLE)
        .run()
        .exits(0)
        .rows();
    let report = stscope("report --format json")
        .arg(SAMPLE)
        .run()
        .exits(0)
        .json();
    let global = &report["summary"]["endpoints"]["global"];
    assert_eq!(sum(&plan, "calls"), number(global));
    let mut keys: Vec<[&str; 4]> = (plan.iter())
        .map(|row| {
            ["principal", "sdk", "sdk_version", "cause"].map(|key| row[key].as_str().unwrap_or(""))
        })
        .collect();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), plan.len());
    assert!(column(&plan, "fix").iter().all(|fix| !fix.is_empty()));
}

#[test]
fn a_row_tells_where_its_callers_are_and_where_they_should_go() {
    let scope = json!({
        "issuerType": "AWS::Lambda::Function",
        "credentialsIssuedTo": "arn:aws:lambda:eu-west-1:111122223333:function:f",
    });
    let mut first = served_in(1, "eu-west-1");
    first["userIdentity"]["inScopeOf"] = scope;
    let mut records = vec![first, served_in(2, "us-east-1"), served_in(3, "us-east-1")];
    records[2]["sourceIPAddress"] = json!("192.0.2.9");
    records.extend([regional_call(4), regional_call(5)]);
    let row = &plan_for(&records).run().exits(0).rows()[0];
    let expected = json!({
        "principal": "arn:aws:iam::111122223333:role/app",
        "principal_type": "AssumedRole",
        "account_id": "111122223333",
        "sdk": "boto3",
        "sdk_version": "1.28.57",
        "calls": 3,
        "regional_calls": 2,
        "first_event_time": "2025-11-03T10:00:00Z",
        "last_event_time": "2025-11-03T10:00:00Z",
        "cause": "sdk-default",
        "recommended_region": "eu-west-1",
        "region_evidence": "serving-region",
        "fix": row["fix"],
        "source_ip_addresses": "192.0.2.1 192.0.2.9",
        "session_names": "session",
        "in_scope_of": "AWS::Lambda::Function arn:aws:lambda:eu-west-1:111122223333:function:f",
        "tool": null,
    });
    assert_eq!(row, &expected);
    assert!(row["fix"].as_str().unwrap().contains("eu-west-1"));
}

#[test]
fn the_most_frequent_type_and_account_stand_for_a_row_whose_records_differ() {
    let with = |number: u32, kind: &str, account: &str| {
        let mut record = call(number, json!({}));
        record["userIdentity"]["type"] = json!(kind);
        record["userIdentity"]["accountId"] = json!(account);
        record["userIdentity"]["arn"] = json!("arn:aws:iam::111122223333:role/app");
        record
    };
    let table = [
        (vec![("Role", "2"), ("Directory", "1")], ("Directory", "1")),
        (
            vec![("Role", "2"), ("Directory", "1"), ("Role", "2")],
            ("Role", "2"),
        ),
        (vec![("Role", ""), ("Role", ""), ("", "3")], ("Role", "3")),
    ];
    for (records, (kind, account)) in table {
        let records: Vec<Value> = (records.iter().enumerate())
            .map(|(number, (kind, account))| with(number as u32, kind, account))
            .collect();
        let rows = plan_for(&records).run().exits(0).rows();
        assert_eq!(rows.len(), 1, "{rows:?}");
        assert_eq!(rows[0]["principal_type"], kind);
        // Where no record names the account, the principal's ARN does.
        let found = rows[0]["account_id"].as_str().unwrap();
        assert!(found == account || found == "111122223333", "{found}");
    }
}

#[test]
fn ip_ranges_tell_the_region_of_callers_that_nothing_else_tells() {
    let dir = tempfile::tempdir().unwrap();
    let ranges = put(dir.path(), "ip-ranges.json", IP_RANGES.as_bytes());
    let region = |records: &[Value]| {
        let said = plan_for(records)
            .arg("--ip-ranges")
            .arg(&ranges)
            .run()
            .exits(0);
        let row = said.rows()[0].clone();
        let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
        (text("recommended_region"), text("region_evidence"))
    };
    let of = |region: &str, evidence: &str| (region.to_owned(), evidence.to_owned());
    assert_eq!(region(&[call(1, json!({}))]), of("ap-east-1", "ip-ranges"));
    assert_eq!(
        region(&[call(1, json!({})), regional_call(2)]),
        of("eu-west-1", "regional-calls")
    );
    assert_eq!(
        region(&[served_in(1, "eu-north-1")]),
        of("eu-north-1", "serving-region")
    );
    let from_home = call(1, json!({ "sourceIPAddress": "10.0.0.1" }));
    assert_eq!(region(&[from_home]), of("", ""));
    assert!(
        plan_for(&[call(1, json!({}))]).run().exits(0).rows()[0]["recommended_region"].is_null()
    );
}

#[test]
fn a_wrong_list_of_addresses_is_an_error_before_anything_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let none = put(dir.path(), "none.json", b"{\"prefixes\": 7}");
    for path in [none, dir.path().join("missing.json")] {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let run = stscope("plan").arg(SAMPLE).arg("--ip-ranges").arg(&path);
        run.run().fails(&["stscope: --ip-ranges ", &name]);
    }
}

#[test]
fn callers_that_us_east_1_answers_from_elsewhere_are_a_risk() {
    let dir = tempfile::tempdir().unwrap();
    let ranges = put(dir.path(), "ip-ranges.json", IP_RANGES.as_bytes());
    let far = [
        served_in(1, "us-east-1"),
        served_in(2, "us-east-1"),
        regional_call(3),
    ];
    let risks = |run: Run| run.run().exits(0).json()["risks"]["cross_region"].clone();
    let expected = |region: &str, evidence: &str| {
        json!([{
            "principal": "arn:aws:iam::111122223333:role/app",
            "account_id": "111122223333",
            "caller_region": region,
            "region_evidence": evidence,
            "calls": 2,
            "first_event_time": "2025-11-03T10:00:00Z",
            "last_event_time": "2025-11-03T10:00:00Z",
        }])
    };
    assert_eq!(
        risks(plan_for(&far)),
        expected("eu-west-1", "regional-calls")
    );
    // Where an address tells, it tells more than where else the principal calls.
    let by_address = plan_for(&far).arg("--ip-ranges").arg(&ranges);
    assert_eq!(risks(by_address), expected("ap-east-1", "ip-ranges"));
    for no_risk in [
        vec![served_in(1, "us-east-1")],
        vec![served_in(1, "eu-north-1"), regional_call(2)],
        vec![call(1, json!({})), regional_call(2)],
    ] {
        assert_eq!(risks(plan_for(&no_risk)), json!([]), "{no_risk:?}");
    }
    let table = stscope("plan -").input(log(&far)).run().exits(0);
    let line = "  2 calls of arn:aws:iam::111122223333:role/app from eu-west-1 (regional-calls)";
    assert!(table.text().contains(line), "{table}");
}

#[test]
fn a_region_that_refuses_is_a_risk_and_a_warning_where_it_is_recommended() {
    let global = |number: u32, account: &str| {
        let mut record = served_in(number, "eu-north-1");
        record["requestParameters"] =
            json!({ "roleArn": format!("arn:aws:iam::{account}:role/x") });
        record
    };
    let records = [
        global(1, "000011112222"),
        refused(2, "eu-north-1", "000011112222"),
        refused(3, "eu-north-1", "000011112222"),
        refused(4, "eu-west-3", "444455556666"),
    ];
    let said = plan_for(&records).run().exits(0);
    let refusal = |account: &str, region: &str, calls: u32| {
        json!({
            "account_id": account,
            "region": region,
            "calls": calls,
            "first_event_time": "2025-11-03T10:00:00Z",
            "last_event_time": "2025-11-03T10:00:00Z",
            "callers": [{ "principal": "arn:aws:iam::111122223333:role/app", "calls": calls }],
        })
    };
    let expected = json!([
        refusal("000011112222", "eu-north-1", 2),
        refusal("444455556666", "eu-west-3", 1),
    ]);
    assert_eq!(said.json()["risks"]["refused"], expected);
    let fix = |said: &super::harness::Said| said.rows()[0]["fix"].as_str().unwrap().to_owned();
    let warning =
        "First activate STS in eu-north-1 in account 000011112222: calls there were refused.";
    assert!(fix(&said).ends_with(warning), "{said}");
    // The account that would issue these credentials refuses nothing there.
    let others = [
        global(1, "444455556666"),
        refused(2, "eu-north-1", "000011112222"),
    ];
    assert!(!fix(&plan_for(&others).run().exits(0)).contains("activate"));
    let table = stscope("plan -").input(log(&records)).run().exits(0);
    assert!(
        table
            .text()
            .contains("  account 000011112222: 2 calls to eu-north-1 by"),
        "{table}"
    );
}

#[test]
fn what_aws_itself_calls_is_named_and_no_work() {
    let record = call(1, json!({ "userAgent": "AWS Internal" }));
    let said = plan_for(std::slice::from_ref(&record)).run().exits(0);
    assert_eq!(said.rows()[0]["cause"], "aws-managed");
    let table = stscope("plan -").input(log(&[record])).run().exits(0);
    let text = table.text();
    assert!(
        text.starts_with("1 global STS call, 0 principals to change, 2025-11-03\n"),
        "{table}"
    );
    assert!(
        text.contains("1 of them by AWS itself: nothing to change."),
        "{table}"
    );
}

#[test]
fn an_empty_plan_says_so_with_what_was_read() {
    let dir = tempfile::tempdir().unwrap();
    // A call of us-east-1 that is not global.
    let here = call(
        1,
        json!({ "tlsDetails": { "clientProvidedHostHeader": "sts.us-east-1.amazonaws.com" } }),
    );
    let path = put(dir.path(), "log.json", &log(&[here, regional_call(2)]));
    let table = stscope("plan").arg(&path).run().exits(0);
    assert_eq!(
        table.text(),
        "No global calls among 2 STS calls, 2025-11-03\n"
    );
    let table = table.says(&["1 of 1 file read", "2 records"]);
    assert!(!table.stderr.contains("note"), "{table}");
    let markdown = stscope("plan --format markdown").arg(&path).run().exits(0);
    assert_eq!(
        markdown.text(),
        "## No global calls among 2 STS calls, 2025-11-03\n"
    );
    for format in ["csv", "json", "jsonl"] {
        let said = stscope("plan --format")
            .arg(format)
            .arg(&path)
            .run()
            .exits(0);
        let said = said.says(&["stscope: note: no global calls among 2 STS calls\n"]);
        match format {
            "csv" => assert_eq!(said.text().lines().count(), 1),
            "json" => assert!(said.rows().is_empty()),
            _ => assert_eq!(said.text(), ""),
        }
        let run = stscope("plan --quiet --format").arg(format).arg(&path);
        run.run().exits(0).says_nothing();
    }
}

#[test]
fn nothing_is_promised_where_global_calls_could_not_be_seen() {
    let said = stscope("plan").arg(sample_of_eu_west_1()).run().exits(0);
    let text = said.text().replace('\n', " ");
    assert!(
        text.contains("but that means nothing: nothing of us-east-1 was read"),
        "{said}"
    );
    said.says(&["note: nothing of us-east-1 was read"]);
    let run = stscope("plan --fail-on global").arg(sample_of_eu_west_1());
    run.run().exits(2).says(&["--fail-on cannot be judged"]);
    let dir = tempfile::tempdir().unwrap();
    stscope("plan")
        .arg(dir.path())
        .run()
        .fails(&["nothing was read"]);
}

#[test]
fn what_may_be_global_and_is_not_in_the_plan_is_said() {
    let text = stscope("plan")
        .arg(SAMPLE)
        .run()
        .exits(0)
        .text()
        .replace('\n', " ");
    assert!(text.contains(
        "3 calls by names that are not AWS's (other) and 1 call that could be either (unknown)"
    ));
    let only_global = stscope("plan -")
        .input(log(&[call(1, json!({}))]))
        .run()
        .exits(0);
    assert!(!only_global.text().contains("Not in here"), "{only_global}");
    let note = "STS calls, 4 are other or unknown, and perhaps global";
    for (format, is_noted) in [
        ("csv", true),
        ("json", true),
        ("jsonl", true),
        ("table", false),
        ("html", false),
    ] {
        let run = |input: &str| stscope(&format!("plan --format {format}")).arg(input).run();
        let said = run(SAMPLE).exits(0);
        assert_eq!(said.stderr.contains(note), is_noted, "{format} {said}");
    }
}

#[test]
fn an_endpoint_is_not_to_be_chosen() {
    let run = stscope("plan --endpoint global").arg(SAMPLE);
    run.run()
        .fails(&["stscope: --endpoint: ", "use 'stscope report --endpoint'"]);
}

#[test]
fn gates_judge_as_those_of_report_do() {
    let said = |options: &str, code: i32| {
        let run = stscope("plan --format csv")
            .arg(SAMPLE)
            .args(options.split_whitespace());
        run.run().exits(code)
    };
    let failed = said("--fail-on global", 1).says(&["--fail-on global: 22 calls, 0 allowed"]);
    assert!(
        failed.text().lines().count() > 10,
        "the plan is written all the same"
    );
    said("--fail-on global=22", 0);
    said("--fail-on unknown", 1);
    let dir = tempfile::tempdir().unwrap();
    let allow = put(dir.path(), "allow.txt", b"*\n");
    let run = stscope("plan --fail-on global --allow")
        .arg(&allow)
        .arg(SAMPLE);
    run.run().exits(0);
}

#[test]
fn filters_act_on_the_plan_and_on_regional_calls() {
    let rows = |options: &str| {
        let run = stscope("plan --format json")
            .arg(SAMPLE)
            .args(options.split_whitespace());
        run.run().exits(0).rows()
    };
    let all = rows("");
    let of_account = rows("--account 444455556666");
    assert!(!of_account.is_empty() && of_account.len() < all.len());
    let boto = rows("--where sdk=boto3");
    assert_eq!(column(&boto, "sdk"), ["boto3"]);
    assert!(sum(&all, "regional_calls") > 0);
    assert_eq!(sum(&rows("--where endpoint=global"), "regional_calls"), 0);
    assert!(sum(&rows("--until 2025-11-04"), "calls") < sum(&all, "calls"));
    assert!(sum(&rows("--no-dedup"), "calls") > sum(&all, "calls"));
}

#[test]
fn rows_are_sorted_cut_and_left_out_and_the_headline_stays() {
    let lines = |options: &str| -> Vec<String> {
        let run = stscope("plan --format csv")
            .arg(SAMPLE)
            .args(options.split_whitespace());
        let said = run.run().exits(0);
        said.text().lines().skip(1).map(str::to_owned).collect()
    };
    let all = lines("");
    assert_eq!(lines("--top 3"), all[..3]);
    assert_eq!(lines("--top 0"), all);
    assert_eq!(lines("--min-calls 2"), all[..2]);
    let mut by_name = all.clone();
    by_name.sort_by(|a, b| a.split(',').take(1).cmp(b.split(',').take(1)));
    let principals = |lines: &[String]| -> Vec<String> {
        lines
            .iter()
            .map(|line| line.split(',').next().unwrap().to_owned())
            .collect()
    };
    assert_eq!(principals(&lines("--sort group")), principals(&by_name));
    let times = lines("--sort last_event_time");
    let last = |line: &String| line.split(',').nth(8).unwrap().to_owned();
    assert!(
        times.iter().map(last).is_sorted_by(|a, b| a >= b),
        "{times:?}"
    );
    let headline = |options: &str| {
        let run = stscope("plan").arg(SAMPLE).args(options.split_whitespace());
        run.run().exits(0).text().lines().next().unwrap().to_owned()
    };
    let whole = headline("");
    for options in ["--top 1", "--min-calls 2", "--sort group"] {
        assert_eq!(headline(options), whole, "{options}");
    }
    let none = stscope("plan --min-calls 1000").arg(SAMPLE).run().exits(0);
    assert!(none.text().starts_with(&whole), "{none}");
    assert!(none.text().contains("No row has as many calls"), "{none}");
    let cut = stscope("plan --top 2").arg(SAMPLE).run().exits(0);
    assert!(
        cut.text()
            .contains("\n… and 17 more rows; --top 0 shows all\n"),
        "{cut}"
    );
}

#[test]
fn a_damaged_file_ends_with_3_and_what_was_whole_is_planned() {
    let said = stscope("plan --format json").arg(DAMAGED).run().exits(3);
    assert!(!said.rows().is_empty());
    stscope("plan --strict")
        .arg(DAMAGED)
        .run()
        .fails(&["damaged"]);
    let dir = tempfile::tempdir().unwrap();
    let whole = gzip(&log(&[call(1, json!({}))]));
    put(dir.path(), "cut.json.gz", &whole[..whole.len() - 4]);
    let said = stscope("plan --format json").arg(dir.path()).run().exits(3);
    assert_eq!(sum(&said.rows(), "calls"), 1);
}

/// The tools of a row are named, those with the most calls first, and their settings come first in
/// what to do; they make no rows of their own.
#[test]
fn the_tools_of_a_row_are_named_and_their_settings_come_first() {
    let by = |n, words: &str| {
        let agent = format!("aws-sdk-go/1.44.122 (go1.18.10; linux; amd64) {words}");
        call(n, json!({ "userAgent": agent }))
    };
    let terraform = "APN/1.0 HashiCorp/1.0 Terraform/1.5.6";
    let records = [
        by(1, "external-secrets"),
        by(2, terraform),
        by(3, terraform),
        by(4, "app/ledger"),
        by(5, ""),
        by(6, "kops/1.28.0"),
    ];
    let rows = plan_for(&records).run().exits(0).rows();
    let of = |name: &str| -> Vec<String> {
        let cell = |row: &serde_json::Value| row[name].as_str().unwrap_or("").to_owned();
        rows.iter().map(cell).collect()
    };
    assert_eq!(of("cause"), ["sdk-default", "explicit-endpoint"]);
    assert_eq!(of("tool"), ["terraform external-secrets ledger", "kops"]);
    let fixes = of("fix");
    assert!(
        fixes[0].starts_with("In Terraform, set sts_region"),
        "{}",
        fixes[0]
    );
    let places = [
        "In Terraform",
        "Take AWS_STS_ENDPOINT out of external-secrets' deployment",
        "Set AWS_STS_REGIONAL_ENDPOINTS=regional and AWS_REGION",
    ];
    let places = places.map(|words| fixes[0].find(words).expect(words));
    assert!(places.is_sorted(), "{}", fixes[0]);
    assert!(
        fixes[1].starts_with("kOps asks for the Regional endpoint itself"),
        "{}",
        fixes[1]
    );
    let seen = stscope("plan -").input(log(&records)).run().exits(0);
    let words = "Seen as terraform, external-secrets, ledger; from ";
    assert!(seen.text().contains(words), "{seen}");
}

/// Somebody who tries a key that he has found is told of, be it with the fewest calls.
#[test]
fn a_found_key_is_told_before_what_to_move() {
    let by = |n, words: &str| call(n, json!({ "userAgent": format!("{words}/1.0") }));
    let mut records = vec![by(1, "trufflehog")];
    for (at, words) in ["rusoto", "object_store", "aws-fluent-bit-plugin"]
        .iter()
        .enumerate()
    {
        let first = 10 * (at as u32 + 1);
        records.extend((first..first + 2).map(|n| by(n, words)));
    }
    let rows = plan_for(&records).run().exits(0).rows();
    let row = rows
        .iter()
        .find(|row| row["cause"] == "explicit-endpoint")
        .unwrap();
    assert_eq!(row["calls"], 7);
    assert_eq!(row["tool"], "aws-fluent-bit-plugin object_store rusoto");
    let fix = row["fix"].as_str().unwrap();
    assert!(
        fix.starts_with("This is no caller to move: TruffleHog"),
        "{fix}"
    );
    assert!(
        fix.contains("Fluent Bit") && fix.contains("Rusoto"),
        "{fix}"
    );
}

/// A presigned URL and minio-go have one agent; the action tells them apart.
#[test]
fn gos_own_client_is_told_apart_by_the_action() {
    let by = |n, event: &str| {
        call(
            n,
            json!({ "userAgent": "Go-http-client/1.1", "eventName": event }),
        )
    };
    let records = [
        by(1, "GetCallerIdentity"),
        by(2, "AssumeRoleWithWebIdentity"),
    ];
    let rows = plan_for(&records).run().exits(0).rows();
    let fixes: Vec<_> = rows
        .iter()
        .map(|row| (row["cause"].as_str().unwrap(), row["fix"].as_str().unwrap()))
        .collect();
    assert_eq!(rows.len(), 2);
    let fix = |cause| fixes.iter().find(|(one, _)| *one == cause).expect(cause).1;
    assert!(
        fix("unrecognised").contains("presigned URL")
            && fix("unrecognised").contains("sts_endpoint")
    );
    assert!(fix("no-region").starts_with("Set AWS_REGION to "));
    assert!(rows.iter().all(|row| row["tool"] == "go-http-client"));
    // No other action is sent on.
    let fix = |records: &[Value]| {
        let rows = plan_for(records).run().exits(0).rows();
        rows[0]["fix"].as_str().unwrap().to_owned()
    };
    assert!(!fix(&[by(1, "AssumeRole")]).contains("presigned"));
    let mixed = fix(&[by(1, "AssumeRole"), by(2, "GetCallerIdentity")]);
    assert!(
        mixed.contains("presigned") && mixed.contains("other actions"),
        "{mixed}"
    );
}

/// What a customer calls his program (`app/NAME`) may be what a tool is called.
#[test]
fn a_label_that_is_a_tools_name_is_not_advised_as_that_tool() {
    for label in [
        "trufflehog",
        "object_store",
        "coral",
        "vault",
        "hadoop",
        "terraform",
        "go-http-client",
    ] {
        let of = |number, app: &str| {
            let agent = format!("Boto3/1.28.57 md/Botocore#1.31.57 ua/2.0{app}");
            call(number, json!({ "userAgent": agent }))
        };
        let plain = &plan_for(&[of(1, "")]).run().exits(0).rows()[0];
        let labelled = &plan_for(&[of(1, &format!(" app/{label}"))])
            .run()
            .exits(0)
            .rows()[0];
        assert_eq!(labelled["tool"], label);
        assert_eq!(labelled["fix"], plain["fix"]);
        // A word of its own is the tool's, and both together are one name.
        let both = [of(1, &format!(" app/{label}")), of(2, &format!(" {label}"))];
        let both = &plan_for(&both).run().exits(0).rows()[0];
        assert_eq!((&both["tool"], &both["calls"]), (&json!(label), &json!(2)));
    }
}

/// Lambda is told by what the credentials were issued to, which a store keeps, and agents it does not.
#[test]
fn functions_are_told_what_lambda_lets_them_set() {
    let mut by_scope = call(2, json!({}));
    by_scope["userIdentity"]["inScopeOf"] = json!({
        "issuerType": "AWS::Lambda::Function",
        "credentialsIssuedTo": "arn:aws:lambda:eu-west-1:111122223333:function:f",
    });
    let rows = plan_for(&[by_scope]).run().exits(0).rows();
    let fix = rows[0]["fix"].as_str().unwrap();
    let start = "Set AWS_STS_REGIONAL_ENDPOINTS=regional in the function's environment";
    assert!(fix.starts_with(start), "{fix}");
}

#[test]
fn a_principal_that_several_regions_answer_is_told_of_all() {
    let records = [
        served_in(1, "eu-west-1"),
        served_in(2, "eu-west-1"),
        served_in(3, "us-west-2"),
        served_in(4, "us-east-1"),
    ];
    let row = &plan_for(&records).run().exits(0).rows()[0];
    assert_eq!(row["recommended_region"], "eu-west-1");
    let fix = row["fix"].as_str().unwrap();
    let said =
        "Some of these calls were answered in us-west-2: for callers there, use that Region.";
    assert!(fix.ends_with(said), "{fix}");
}

#[test]
fn a_global_call_that_cannot_be_one_is_remarked() {
    let ipv6 = call(1, json!({ "sourceIPAddress": "2001:db8::7" }));
    let mapped = call(2, json!({ "sourceIPAddress": "::ffff:192.0.2.1" }));
    let root = call(3, json!({ "eventName": "AssumeRoot" }));
    for (record, word) in [
        (ipv6, Some("IPv6 source")),
        (mapped, None),
        (root, Some("AssumeRoot, ")),
    ] {
        let rows = plan_for(&[record]).run().exits(0).rows();
        let fix = rows[0]["fix"].as_str().unwrap();
        assert_eq!(
            fix.contains("of your own in between"),
            word.is_some(),
            "{fix}"
        );
        assert!(word.is_none_or(|word| fix.contains(word)), "{fix}");
    }
}

#[test]
fn the_table_is_a_work_list_by_principal() {
    let two = call(
        2,
        json!({ "userAgent": "aws-sdk-go/1.44.122 (go1.18.10; linux; amd64)" }),
    );
    let records = [
        served_in(1, "eu-west-1"),
        two,
        regional_call(3),
        call(
            4,
            json!({ "userAgent": "AWS Internal", "userIdentity": { "type": "Root", "arn": "arn:aws:iam::444455556666:root" } }),
        ),
    ];
    let said = stscope("plan -").input(log(&records)).run().exits(0);
    insta::assert_snapshot!(
        said,
        @r"
    exit 0
    --- standard output
    3 global STS calls, 1 principal to change, 2025-11-03
    1 of them by AWS itself: nothing to change.

    arn:aws:iam::111122223333:role/app
      AssumedRole, account 111122223333, and 1 Regional call
      aws-sdk-go-v1 1.44.122  1 call  last 2025-11-03  sdk-default
          Set AWS_STS_REGIONAL_ENDPOINTS=regional and AWS_REGION=eu-west-1, or in
          its profile in ~/.aws/config sts_regional_endpoints = regional and region
          = eu-west-1 with AWS_SDK_LOAD_CONFIG=1, which has all of that file read,
          or in its code STSRegionalEndpoint: endpoints.RegionalSTSEndpoint in
          aws.Config; after a move to the AWS SDK for Go version 2 the Region is
          enough. If it has a Region already, keep that and leave AWS_REGION out,
          which would move its calls to other services, too. First take
          sts.amazonaws.com out of its code and configuration, if it is there: with
          the setting, or a Region where there was none, such calls fail with
          SignatureDoesNotMatch. AWS no longer supports version 1: move to version
          2.
          Region: eu-west-1 (regional-calls)
          Seen from 192.0.2.1; session session
      boto3 1.28.57           1 call  last 2025-11-03  sdk-default
          Set AWS_STS_REGIONAL_ENDPOINTS=regional and AWS_DEFAULT_REGION=eu-west-1
          (Boto3 ignores AWS_REGION), or in its profile in ~/.aws/config
          sts_regional_endpoints = regional and region = eu-west-1, or in its code
          endpoint_url and region_name in boto3.client('sts'); after an upgrade to
          Boto3 1.40.0 or later the Region is enough. If it has a Region already,
          keep that and leave AWS_DEFAULT_REGION out, which would move its calls to
          other services, too. First take sts.amazonaws.com out of its code and
          configuration, if it is there: with the setting, or a Region where there
          was none, such calls fail with SignatureDoesNotMatch.
          Region: eu-west-1 (serving-region)
          Seen from 192.0.2.1; session session

    arn:aws:iam::444455556666:root
      Root, account 444455556666
      aws-internal            1 call  last 2025-11-03  aws-managed
          Nothing to do: AWS makes these calls itself.
          Seen from 192.0.2.1
    --- standard error
    stscope: 1 of 1 file read; 2.24 KiB (2.24 KiB of JSON), 4 records
    "
    );
}

#[test]
fn no_line_of_a_table_is_wider_than_the_terminal_but_for_one_long_word() {
    for width in [40, 80, 120] {
        let columns = width.to_string();
        let said = stscope("plan --top 0")
            .arg(SAMPLE)
            .env("COLUMNS", &columns)
            .run()
            .exits(0);
        for line in said.text().lines() {
            // An ARN that is longer stays whole, on a line of its own.
            let is_one_word = !line.trim_start().contains(' ');
            assert!(
                line.chars().count() <= width || is_one_word,
                "{line}\n{said}"
            );
        }
    }
}

/// A caller that chose everything it could to do harm.
fn hostile() -> Vec<u8> {
    let evil = "=x|`a`` @all\n<img src=x>\u{202e}[l](http://e)\u{1b}[2J# ";
    log(&[call(
        1,
        json!({
            "sourceIPAddress": evil,
            "userAgent": format!("Boto3/{}", evil.replace(' ', "_")),
            "userIdentity": {
                "type": evil,
                "accountId": evil,
                "arn": evil,
                "principalId": format!("x:{evil}"),
                "inScopeOf": { "issuerType": evil, "credentialsIssuedTo": evil },
            },
        }),
    )])
}

#[test]
fn hostile_text_neither_moves_a_cursor_nor_becomes_a_formula_or_markup() {
    let said = |format: &str| {
        let run = stscope("plan --top 0 --format")
            .arg(format)
            .arg("-")
            .input(hostile());
        run.run().exits(0).text().to_owned()
    };
    for format in ["table", "markdown"] {
        let text = said(format);
        assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text:?}");
    }
    for cell in csv::Reader::from_reader(said("csv").as_bytes()).records() {
        let record = cell.unwrap();
        assert!(
            record.iter().all(|cell| !cell.starts_with('=')),
            "{record:?}"
        );
    }
    // Outside code spans nothing is left of it.
    let markdown = said("markdown");
    let outside = outside_code(&markdown);
    for mark in ["|", "@", "<", "img", "http", "=x", "\\u{"] {
        assert!(!outside.contains(mark), "{mark}: {outside}");
    }
    let is_known = |line: &&str| {
        ["## ", "### ", "- [ ] ", "  - ", ""]
            .iter()
            .any(|start| line.starts_with(start))
    };
    assert!(markdown.lines().all(|line| is_known(&line)), "{markdown}");
}

/// What of a Markdown text is not code, by the rules of CommonMark.
fn outside_code(text: &str) -> String {
    let mut outside = String::new();
    let mut rest = text;
    while let Some(start) = rest.find('`') {
        outside += &rest[..start];
        let run = rest[start..].len() - rest[start..].trim_start_matches('`').len();
        let fence = "`".repeat(run);
        let inside = &rest[start + run..];
        // The end is a run of just as many.
        let mut at = 0;
        let end = loop {
            let found = at
                + inside[at..]
                    .find(&fence)
                    .unwrap_or_else(|| panic!("open: {inside}"));
            let long = inside[found..].len() - inside[found..].trim_start_matches('`').len();
            if long == run {
                break found;
            }
            at = found + long;
        };
        rest = &inside[end + run..];
    }
    outside + rest
}

/// Calls of one principal by these versions of one SDK, one of each, and one more by the first.
fn of_versions(versions: &[&str]) -> Vec<u8> {
    let again = versions.first().into_iter().chain(versions);
    let records: Vec<Value> = (again.enumerate())
        .map(|(at, version)| {
            let second = format!("2025-11-03T10:00:{:02}Z", at);
            call(
                at as u32,
                json!({
                    "userAgent": format!("aws-sdk-go/{version} (go1.18; linux; amd64)"),
                    "eventTime": second,
                    "sourceIPAddress": format!("192.0.2.{}", at % 2),
                }),
            )
        })
        .collect();
    log(&records)
}

#[test]
fn rows_that_differ_in_version_alone_stand_together_for_people() {
    let logs = of_versions(&["1.44.157", "1.44.20", "1.44.261"]);
    let plan = |words: &str| {
        let run = stscope(&format!("plan - {words}")).env("COLUMNS", "100");
        run.input(logs.clone()).run()
    };
    let table = plan("").exits(0);
    let line = "  aws-sdk-go-v1 1.44.20, 1.44.157, 1.44.261  4 calls  last 2025-11-03  sdk-default";
    assert!(table.text().contains(line), "{table}");
    assert_eq!(
        table.text().matches("AWS_STS_REGIONAL_ENDPOINTS").count(),
        1
    );
    assert!(
        table.text().contains("Seen from 192.0.2.0, 192.0.2.1;"),
        "{table}"
    );
    let markdown = plan("--format markdown").exits(0);
    let item = "- [ ] `aws-sdk-go-v1 1.44.20, 1.44.157, 1.44.261`, 4 calls, last 2025-11-03";
    assert!(markdown.text().contains(item), "{markdown}");
    assert_eq!(markdown.text().matches("- [ ]").count(), 1);
    // Machines get a row each.
    let rows = plan("--format json").exits(0).rows();
    assert_eq!(
        column(&rows, "sdk_version"),
        ["1.44.157", "1.44.20", "1.44.261"]
    );
    assert_eq!(plan("--format csv").exits(0).text().lines().count(), 4);
    assert_eq!(plan("--format jsonl").exits(0).text().lines().count(), 3);
    // What is cut and left out is what is shown.
    let one = plan("--top 1").exits(0);
    assert!(
        one.text().contains(line) && !one.text().contains("more rows"),
        "{one}"
    );
    assert!(plan("--min-calls 4").exits(0).text().contains(line));
    assert!(!plan("--min-calls 5").exits(0).text().contains("aws-sdk-go"));
}

#[test]
fn other_advice_is_another_row_and_many_versions_are_counted() {
    // The first of these knows no setting yet, so that something else is to be done.
    let versions = [
        "1.10.1", "1.30.9", "1.30.10", "1.30.11", "1.31.1", "1.31.2", "1.31.3", "1.32.4", "1.44.0",
    ];
    let said = stscope("plan -")
        .input(of_versions(&versions))
        .run()
        .exits(0);
    let text = said.text();
    assert!(text.contains("\n  aws-sdk-go-v1 1.10.1  "), "{text}");
    let shortened = "aws-sdk-go-v1 1.30.9, 1.30.10, 1.30.11, 2 more, 1.31.3, 1.32.4, 1.44.0";
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains(shortened), "{text}");
    for width in ["40", "80"] {
        let run = stscope("plan -")
            .input(of_versions(&versions))
            .env("COLUMNS", width);
        let said = run.run().exits(0);
        let width: usize = width.parse().unwrap();
        let wide = said
            .text()
            .lines()
            .find(|line| line.len() > width && line.trim().contains(' '));
        assert_eq!(wide, None, "{said}");
    }
}
