//! `--fail-on`: verdicts for pipelines.

use serde_json::{Value, json};

use super::harness::{DAMAGED, Run, SAMPLE, Said, number, stscope};
use super::logs::{call, log, put, regional_call, sample_of_eu_west_1};

/// Every command that has gates.
const COMMANDS: [&str; 3] = ["report", "events", "events --sort none"];

fn every(words: &str) -> impl Iterator<Item = Run> {
    COMMANDS
        .map(move |command| stscope(command).args(words.split_whitespace()))
        .into_iter()
}

/// A call that shows that us-east-1 is among the logs.
fn regional_call_of_us_east_1(number: u32) -> Value {
    let host = json!({ "clientProvidedHostHeader": "sts.us-east-1.amazonaws.com" });
    call(number, json!({ "tlsDetails": host }))
}

/// How many global calls of the sample a gate counts: those of AWS itself are set aside.
fn offences() -> u64 {
    let summary = &stscope("report --format json")
        .arg(SAMPLE)
        .run()
        .exits(0)
        .json()["summary"];
    assert!(
        number(&summary["global_aws_managed"]) > 0,
        "the sample shows nothing otherwise"
    );
    number(&summary["endpoints"]["global"]) - number(&summary["global_aws_managed"])
}

#[test]
fn global_calls_fail_the_gate_and_those_of_aws_itself_do_not_count() {
    let offences = offences();
    for run in every("--fail-on global") {
        let said = run.arg(SAMPLE).run().exits(1);
        said.says(&[
            &format!("--fail-on global: {offences} calls, 0 allowed"),
            "arn:aws:iam::111122223333:role/payments-batch",
            "--allow",
        ]);
    }
}

#[test]
fn a_gate_may_allow_some_calls() {
    let offences = offences();
    for (most, code) in [(0, 1), (offences - 1, 1), (offences, 0), (offences + 1, 0)] {
        for run in every(&format!("--fail-on global={most}")) {
            run.arg(SAMPLE).run().exits(code);
        }
    }
}

#[test]
fn unknown_calls_have_a_gate_of_their_own() {
    for run in every("--fail-on unknown") {
        run.arg(SAMPLE)
            .run()
            .exits(1)
            .says(&["--fail-on unknown: 1 call, 0 allowed"]);
    }
    for run in every("--fail-on unknown=1") {
        run.arg(SAMPLE).run().exits(0);
    }
    for words in [
        "--fail-on global=99,unknown",
        "--fail-on global=99 --fail-on unknown",
    ] {
        for run in every(words) {
            run.arg(SAMPLE).run().exits(1).says(&["--fail-on unknown"]);
        }
    }
}

#[test]
fn a_gate_judges_what_the_filters_leave() {
    for (filter, code) in [
        ("--where principal=*payments-batch", 1),
        (
            "--where principal!=arn:*:role/* --where principal!=*[0-9]*",
            1,
        ),
        ("--endpoint regional", 0),
        ("--where principal!=*", 2),
        ("--where endpoint!=global", 0),
        ("--until 2025-11-03T08:58:01Z", 0),
        ("--until 2025-11-03T08:58:02Z", 1),
    ] {
        for run in every(&format!("--fail-on global {filter}")) {
            run.arg(SAMPLE).run().exits(code);
        }
    }
}

#[test]
fn a_gate_that_the_filters_keep_from_failing_is_told_of() {
    const NOTE: &str =
        "leaves out every call with the endpoint global, so --fail-on cannot fail for one";
    for filter in [
        "--endpoint regional,unknown",
        "--where endpoint!=global",
        "--where endpoint=[r-z]*",
        "--where endpoint_variant=standard",
        "--where endpoint=global --endpoint regional",
    ] {
        for run in every(&format!("-q --fail-on global {filter}")) {
            run.arg(SAMPLE).run().exits(0).says(&[NOTE]);
        }
    }
    for filter in [
        "",
        "--endpoint global",
        "--where endpoint=glob*",
        "--where endpoint_variant!=fips",
    ] {
        for run in every(&format!("--fail-on global {filter}")) {
            let said = run.arg(SAMPLE).run().exits(1);
            assert!(!said.stderr.contains("cannot fail"), "{filter}: {said}");
        }
    }
}

#[test]
fn known_principals_are_forgiven() {
    let dir = tempfile::tempdir().unwrap();
    let list = |text: &str| put(dir.path(), "allow.txt", text.as_bytes());
    let count = offences();
    for (text, code, left) in [
        ("# nobody\n\n", 1, count),
        ("#*\n", 1, count),
        (
            "arn:aws:iam::111122223333:role/payments-batch\n",
            1,
            count - 4,
        ),
        (
            "  *payments-batch  \r\n# more\r\n*:role/crm-export",
            1,
            count - 6,
        ),
        ("payments-batch\n", 1, count),
        ("*\n", 0, 0),
        ("arn:*\nanonymous\n999988887777:*\n", 0, 0),
    ] {
        for run in every("--fail-on global --allow") {
            let said = run.arg(list(text)).arg(SAMPLE).run().exits(code);
            if code == 1 {
                let said = said.says(&[&format!("--fail-on global: {left} calls")]);
                assert_eq!(
                    said.stderr.contains("role/payments-batch"),
                    left == count,
                    "{said}"
                );
            }
        }
    }
}

#[test]
fn a_gate_that_saw_nothing_of_us_east_1_cannot_be_judged() {
    let cannot = ["--fail-on cannot be judged", "add logs of us-east-1"];
    for run in every("--quiet --fail-on global") {
        run.arg(sample_of_eu_west_1()).run().exits(2).says(&cannot);
    }
    for run in every("--fail-on unknown=5 --region eu-west-1") {
        run.arg(SAMPLE).run().exits(2).says(&cannot);
    }
    for run in every("--fail-on global -") {
        run.input(log(&[regional_call(1)]))
            .run()
            .exits(2)
            .says(&cannot);
    }
}

#[test]
fn a_record_or_a_key_of_us_east_1_is_enough_to_judge() {
    for region in ["us-east-1", "global"] {
        let host = json!({ "clientProvidedHostHeader": "sts.us-east-1.amazonaws.com" });
        let record = call(1, json!({ "awsRegion": region, "tlsDetails": host }));
        for run in every("--fail-on global -") {
            run.input(log(std::slice::from_ref(&record))).run().exits(0);
        }
    }
    let dir = tempfile::tempdir().unwrap();
    let key = "AWSLogs/111122223333/CloudTrail/us-east-1/2025/11/03/x.json";
    let other = call(1, json!({ "eventSource": "ec2.amazonaws.com" }));
    put(dir.path(), key, &log(&[other]));
    for run in every("--fail-on global") {
        run.arg(dir.path()).run().exits(0);
    }
}

#[test]
fn a_file_of_a_later_day_judges_no_earlier_one() {
    let dir = tempfile::tempdir().unwrap();
    let of = |region: &str, day: &str| {
        format!("AWSLogs/111122223333/CloudTrail/{region}/2025/11/{day}/x.json")
    };
    let at = |number: u32, region: &str, day: &str| {
        let time = format!("2025-11-{day}T10:00:00Z");
        let host = json!({ "clientProvidedHostHeader": "sts.eu-west-1.amazonaws.com" });
        call(
            number,
            json!({ "awsRegion": region, "eventTime": time, "tlsDetails": host }),
        )
    };
    put(
        dir.path(),
        of("eu-west-1", "06"),
        &log(&[at(1, "eu-west-1", "06")]),
    );
    // Read for what came late.
    put(
        dir.path(),
        of("us-east-1", "07"),
        &log(&[at(2, "us-east-1", "07")]),
    );
    let sixth = "--since 2025-11-06 --until 2025-11-07";
    for command in [
        "report",
        "events",
        "events --sort none",
        "trend",
        "overview",
    ] {
        let run = |options: &str| {
            let words = format!("{command} --format json --fail-on global {options}");
            stscope(&words).arg(dir.path()).run()
        };
        run(sixth).exits(2).says(&["--fail-on cannot be judged"]);
        run("--since 2025-11-06 --until 2025-11-08").exits(0);
    }
    stscope(&format!("report {sixth}"))
        .arg(dir.path())
        .run()
        .exits(0)
        .says(&["nothing of us-east-1 was read in the time"]);
}

#[test]
fn a_vpc_endpoints_own_log_of_us_east_1_lets_no_gate_judge() {
    let dir = tempfile::tempdir().unwrap();
    let of_endpoint = json!({ "eventCategory": "NetworkActivity", "eventType": "AwsVpceEvent" });
    let mut of_endpoint = call(1, of_endpoint);
    of_endpoint["awsRegion"] = json!("us-east-1");
    put(dir.path(), "a.json", &log(&[of_endpoint, regional_call(2)]));
    for run in every("--fail-on global") {
        run.arg(dir.path()).run().exits(2);
    }
    let store = dir.path().join("a.db");
    let ingest = stscope("ingest").arg(dir.path().join("a.json"));
    ingest.arg("--store").arg(&store).run().exits(0);
    let report = stscope("report --fail-on global --store").arg(&store);
    report.run().exits(2);
}

#[cfg(unix)]
#[test]
fn a_pattern_leads_through_links_and_over_none_that_leads_nowhere() {
    let dir = tempfile::tempdir().unwrap();
    put(
        dir.path(),
        "logs/a/1.json",
        &log(&[regional_call_of_us_east_1(1)]),
    );
    put(dir.path(), "disk/b/2.json", &log(&[call(2, json!({}))]));
    std::os::unix::fs::symlink("../disk", dir.path().join("logs/linked")).unwrap();
    for pattern in [
        "logs/**/*.json",
        "logs/*/*/*.json",
        "logs/**/b/*",
        "logs/**",
    ] {
        for run in every("--fail-on global") {
            run.arg(dir.path().join(pattern)).run().exits(1);
        }
    }
    std::fs::remove_dir_all(dir.path().join("disk")).unwrap();
    for pattern in ["logs/**/*.json", "logs/*/*.json", "logs/**"] {
        for run in every("--fail-on global") {
            let said = run.arg(dir.path().join(pattern)).run().exits(3);
            said.says(&["linked", "damaged (open)"]);
        }
    }
}

#[test]
fn a_failed_gate_wins_over_damage_and_a_passed_one_does_not() {
    for run in every("--fail-on global") {
        run.arg(DAMAGED)
            .run()
            .exits(1)
            .says(&["damaged (gzip)", "--fail-on global"]);
    }
    for run in every("--fail-on unknown") {
        run.arg(DAMAGED).run().exits(3);
    }
}

#[test]
fn a_gate_that_cannot_be_judged_wins_over_damage() {
    let dir = tempfile::tempdir().unwrap();
    put(dir.path(), "log.json", &log(&[regional_call(1)]));
    put(dir.path(), "cut.json", b"{\"Records\":[");
    for run in every("--fail-on global") {
        run.arg(dir.path())
            .run()
            .exits(2)
            .says(&["damaged (json)", "cannot be judged"]);
    }
}

#[test]
fn whatever_the_verdict_the_result_is_written() {
    for (path, code) in [(SAMPLE, 1), (DAMAGED, 1), (&sample_of_eu_west_1(), 2)] {
        for command in COMMANDS {
            let run = |words: &str| {
                let run = stscope(command)
                    .args(["--format=csv", "--threads=1"])
                    .arg(path);
                run.args(words.split_whitespace()).run()
            };
            assert_eq!(
                run("--fail-on global").exits(code).stdout,
                run("").stdout,
                "{command}"
            );
            assert_eq!(
                run("--fail-on global -q").exits(code).stdout,
                run("").stdout,
                "{command}"
            );
        }
    }
}

#[test]
fn a_gate_that_failed_says_so_even_in_a_quiet_run_and_one_that_holds_says_nothing() {
    let said = stscope("report -q --fail-on global")
        .arg(SAMPLE)
        .run()
        .exits(1);
    assert!(
        said.stderr.starts_with("stscope: --fail-on global"),
        "{said}"
    );
    stscope("report -q --fail-on global=99")
        .arg(SAMPLE)
        .run()
        .exits(0)
        .says_nothing();
}

#[test]
fn many_offenders_are_named_up_to_a_number_and_hostile_names_are_escaped() {
    let records: Vec<_> = (0..25)
        .map(|at| {
            let arn = format!("arn:aws:iam::111122223333:user/u{at:02}\u{1b}[31m");
            call(
                at,
                json!({ "userIdentity": { "type": "IAMUser", "arn": arn } }),
            )
        })
        .collect();
    let said = stscope("report -q --fail-on global -")
        .input(log(&records))
        .run()
        .exits(1);
    assert!(!said.stderr.contains('\u{1b}'), "{said}");
    assert!(said.stderr.contains("user/u19\\u{1b}[31m"), "{said}");
    said.says(&["25 calls", "and 5 more principals"]);
}

#[test]
fn remarks_and_a_byte_order_mark_in_the_allow_list_are_no_part_of_a_glob() {
    let dir = tempfile::tempdir().unwrap();
    let text = "\u{feff}arn:*\t# all of ours\nanonymous\n999988887777:* # partner\n";
    let list = put(dir.path(), "allow.txt", text.as_bytes());
    for run in every("--fail-on global --allow") {
        run.arg(&list).arg(SAMPLE).run().exits(0);
    }
}

#[test]
fn no_gate_passes_over_a_condition_that_may_be_a_typo() {
    for words in ["", "--endpoint global ", "--where sdk=boto3 "] {
        for run in every(&format!(
            "{words}--fail-on global --where principal=*role/chekout-api"
        )) {
            let said = run.arg(SAMPLE).run().exits(2);
            said.says(&[
                "--fail-on cannot be judged: --where principal=*role/chekout-api matched none",
                "may be a typo",
                "report --group-by principal",
            ]);
        }
    }
    // Nor is one that is of a length alone.
    for run in every("--fail-on global --where principal=?") {
        let said = run.arg(SAMPLE).run().exits(2);
        said.says(&["--where principal=? matched none"]);
    }
    // Nor over one that leaves nothing to judge.
    for condition in ["principal!=*", "event_name!=[A-Z]*"] {
        for run in every("--fail-on global --where") {
            run.arg(condition).arg(SAMPLE).run().exits(2).says(&[
                &format!("note: --where {condition} excluded every call"),
                &format!("--fail-on cannot be judged: --where {condition} excluded every call"),
            ]);
        }
    }
    // Nor where two that are meant as a choice both have to hold.
    for either in [
        "--where principal=*role/ledger --where principal=*role/crm-export",
        "--where sdk=boto3 --where sdk=botocore",
        "--where endpoint_region=eu-* --where endpoint_region=us-*",
    ] {
        for run in every(&format!("--fail-on global {either}")) {
            run.arg(SAMPLE)
                .run()
                .fails(&["all conditions must hold, and no call can meet both"]);
        }
    }
    // Which can hold together is for the calls to say, also once there is none.
    let both = "--where principal=*role/* --where principal=arn:*crm-export";
    for run in every(&format!("--fail-on global {both}")) {
        run.arg(SAMPLE).run().exits(1);
    }
    for run in every(&format!(
        "--fail-on global {both} --where error_code=AccessDenied"
    )) {
        run.arg(SAMPLE).run().exits(0);
    }
    // Nothing is hidden by a condition that excludes nothing.
    for run in every("--fail-on global --where principal!=nobody") {
        run.arg(SAMPLE).run().exits(1);
    }
}

#[test]
fn a_gate_passes_over_no_call_where_what_was_asked_for_can_be() {
    for words in [
        "--where sdk=aws-sdk-swift",
        "--where endpoint=other --where event_name=GetSessionToken",
        "--where endpoint_variant=fips",
        "--where day=2025-11-03 --where error_code=?* --endpoint unknown",
        "--endpoint aws-service",
    ] {
        for run in every(&format!("{words} --fail-on global")) {
            let said = run.arg(SAMPLE).run();
            assert!(said.status.code() == Some(0), "{words}: {said}");
        }
    }
}

/// No call of a day, and no log of it, look the same; and global calls are logged in us-east-1.
#[test]
fn a_gate_gives_no_verdict_on_a_time_or_a_region_of_which_it_sees_nothing() {
    for (words, why) in [
        ("--where day=2025-11-05", "nothing of us-east-1"),
        (
            "--where hour=2025-11-04T23",
            "logs of that time may not be here",
        ),
        ("--where day!=2025-11-0*", "nothing of us-east-1"),
        ("--where aws_region=global", "nothing of us-east-1"),
        ("--where aws_region=eu-west-1", "nothing of us-east-1"),
        ("--where aws_region!=[^e]*", "nothing of us-east-1"),
        (
            "--region us-east-1 --where aws_region=eu-*",
            "nothing of us-east-1",
        ),
    ] {
        for run in every(&format!("{words} --fail-on global=1000")) {
            run.arg(SAMPLE)
                .run()
                .exits(2)
                .says(&["cannot be judged", why]);
        }
    }
    for words in [
        "--where aws_region=us-*",
        "--where aws_region!=eu-west-1",
        "--where day=2025-11-03",
        "--where recipient_account_id=111122223333",
    ] {
        for run in every(&format!("{words} --fail-on global=1000")) {
            run.arg(SAMPLE).run().exits(0);
        }
    }
    // A Region that global calls are not of is told as an endpoint is.
    stscope("report --where endpoint_region=eu-west-1 --fail-on global")
        .arg(SAMPLE)
        .run()
        .exits(0)
        .says(&["leaves out every call with the endpoint global"]);
}

#[test]
fn calls_of_other_times_accounts_and_regions_meet_no_condition() {
    for words in [
        "--until 2025-11-03",
        "--account 444455556666",
        "--region us-east-1",
    ] {
        let records = [
            call(1, json!({})),
            call(
                2,
                json!({ "eventTime": "2025-11-02T00:00:00Z", "recipientAccountId": "444455556666" }),
            ),
            call(
                3,
                json!({ "eventName": "GetSessionToken", "awsRegion": "eu-west-1", "tlsDetails": {} }),
            ),
        ];
        let gate = |condition: &str| {
            stscope("report - --fail-on global=9 --where")
                .arg(condition)
                .args(words.split(' '))
                .input(log(&records))
                .run()
        };
        gate("event_name=AssumeRole").exits(0);
        gate("event_name=GetSessionToken").exits(2);
    }
}

#[test]
fn no_gate_passes_over_calls_without_a_time_where_a_time_is_asked_about() {
    let dir = tempfile::tempdir().unwrap();
    let untimed = call(1, json!({ "eventTime": "3 Nov 2025" }));
    put(
        dir.path(),
        "untimed.json",
        &log(&[untimed, regional_call(2)]),
    );
    put(
        dir.path(),
        "us-east-1.json",
        &log(&[regional_call_of_us_east_1(3)]),
    );
    for words in ["--since 2020-01-01", "--until 2099-01-01"] {
        for run in every(&format!("--fail-on global {words}")) {
            run.arg(dir.path())
                .run()
                .exits(2)
                .says(&["1 STS call has no eventTime", "ask without them"]);
        }
    }
    // A gate that fails wins, and without a time asked about the call counts.
    for words in [
        "--fail-on global",
        "--fail-on unknown,global=0 --where endpoint=global",
    ] {
        for run in every(words) {
            run.arg(dir.path()).run().exits(1);
        }
    }
    let run = stscope("report --format json")
        .arg(dir.path())
        .run()
        .exits(0);
    let run = run.says(&["note: 1 STS call has no eventTime", "1 without a time"]);
    assert_eq!(number(&run.json()["coverage"]["no_time"]), 1);
}

#[test]
fn a_gate_that_holds_over_what_was_not_understood_exits_with_3_and_one_that_fails_with_1() {
    let dir = tempfile::tempdir().unwrap();
    let mut file = json!({ "Records": [regional_call_of_us_east_1(1), { "body": "hello" }] });
    put(dir.path(), "log.json", file.to_string().as_bytes());
    for run in every("--fail-on global") {
        run.arg(dir.path())
            .run()
            .exits(3)
            .says(&["damaged (shape): 1 document or element of a list was not understood"]);
    }
    let message = json!({ "body": call(2, json!({})).to_string() });
    file = json!({ "Records": [regional_call(1), message, 7] });
    put(dir.path(), "log.json", file.to_string().as_bytes());
    for run in every("--fail-on global") {
        run.arg(dir.path()).run().exits(1);
    }
}

#[test]
fn parts_without_digests_say_how_they_would_have_them() {
    let dir = tempfile::tempdir().unwrap();
    let part = dir.path().join("a.part");
    let file = dir.path().join("a.json");
    let record = json!({
        "awsRegion": "us-east-1",
        "tlsDetails": { "clientProvidedHostHeader": "sts.us-east-1.amazonaws.com" },
    });
    std::fs::write(&file, log(&[call(1, record)])).unwrap();
    let map = stscope("map report").arg(&file).arg("-o").arg(&part);
    map.run().exits(0);
    let merge = stscope("merge --fail-on unknown --require complete").arg(&part);
    merge
        .run()
        .exits(2)
        .says(&["the parts keep no digests", "stscope map --require"]);
}

/// The table, the gauges and the gates say the same of whether a zero means anything.
#[test]
fn what_was_taken_back_is_no_log_of_us_east_1() {
    let global = call(1, json!({}));
    for (text, exit, can_judge) in [
        // Of a member that stands twice the last value stands.
        (format!("{{\"Records\":[{global}],\"Records\":[]}}"), 2, 0),
        (format!("{{\"Records\":[{global}]}}"), 1, 1),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let file = put(dir.path(), "a.json", text.as_bytes());
        let ask = |words: &str| stscope(words).arg(&file).run();
        assert_eq!(
            ask("report -q --fail-on global").status.code(),
            Some(exit),
            "{text}"
        );
        let gauges = ask("report -q --format openmetrics");
        let line = format!("stscope_report_can_judge {can_judge}\n");
        assert!(gauges.text().contains(&line), "{text}");
        let store = dir.path().join("sts.db");
        stscope("ingest -q --store").arg(&store).arg(&file).run();
        let stored = stscope("report -q --fail-on global --store")
            .arg(&store)
            .run();
        assert_eq!(stored.status.code(), Some(exit), "{text}");
    }
}

/// What of other accounts, days and Regions was read says nothing of those that a condition asks for.
#[test]
fn a_gate_gives_no_verdict_where_a_condition_asks_for_logs_that_were_not_read() {
    let dir = tempfile::tempdir().unwrap();
    let [keyed, flat] = ["keyed", "flat"].map(|name| dir.path().join(name));
    let mut other = regional_call(2);
    other["recipientAccountId"] = "444455556666".into();
    other["eventTime"] = "2025-11-04T10:00:00Z".into();
    for (key, record) in [
        (
            "111122223333/CloudTrail/us-east-1/2025/11/03",
            regional_call_of_us_east_1(1),
        ),
        ("444455556666/CloudTrail/eu-west-1/2025/11/04", other),
    ] {
        let folder = keyed.join("AWSLogs").join(key);
        std::fs::create_dir_all(&folder).unwrap();
        put(&folder, "log.json", &log(std::slice::from_ref(&record)));
        std::fs::create_dir_all(&flat).unwrap();
        put(&flat, format!("{}.json", &key[..12]), &log(&[record]));
    }
    for folder in [keyed, flat] {
        let part = dir.path().join("x.part");
        let store = dir.path().join("sts.db");
        let _ = std::fs::remove_file(&store);
        if cfg!(feature = "store") {
            let run = stscope("ingest -q --store").arg(&store);
            run.arg(&folder).run().exits(0);
        }
        for (condition, code) in [
            ("recipient_account_id=444455556666", 2),
            ("recipient_account_id!=111122223333", 2),
            ("recipient_account_id=111122223333", 0),
            ("recipient_account_id=[14]*", 0),
            ("day=2025-11-04", 2),
            ("day!=2025-11-03", 2),
            ("day=2025-11-03", 0),
            ("day=2025-11-*", 0),
            ("hour=2025-11-04T10", 2),
            ("hour=2025-11-03T10", 0),
        ] {
            let exits = |said: Said| match code {
                2 => said
                    .exits(2)
                    .says(&["cannot be judged: nothing of us-east-1"]),
                _ => said.exits(0),
            };
            for run in every("--fail-on global --where") {
                exits(run.arg(condition).arg(&folder).run());
            }
            let map = stscope("map report -q --where").arg(condition);
            map.arg(&folder).arg("-o").arg(&part).run().exits(0);
            exits(stscope("merge --fail-on global").arg(&part).run());
            let trend = |run: Run| {
                let rows = run.arg("--where").arg(condition).run().exits(0).rows();
                let is_known = rows.iter().any(|row| !row["global"].is_null());
                assert_eq!(is_known, code == 0, "{condition}: {rows:?}");
            };
            trend(stscope("trend --format json").arg(&folder));
            // A store knows no hours.
            if cfg!(feature = "store") && !condition.starts_with("hour") {
                let run = stscope("report --fail-on global --store").arg(&store);
                exits(run.arg("--where").arg(condition).run());
                trend(stscope("trend --format json --store").arg(&store));
            }
        }
    }
}

/// An account whose copy broke has none of the time, and older logs.
#[test]
fn accounts_with_older_logs_alone_are_named() {
    const SAID: &str = "no log of us-east-1, where global calls are logged, was read of";
    let dir = tempfile::tempdir().unwrap();
    let archive = dir.path().join("AWSLogs");
    let put_log = |account: &str, region: &str, day: &str| {
        let folder = archive.join(format!("{account}/CloudTrail/{region}/{day}"));
        put(&folder, "log.json", &log(&[]));
    };
    for day in ["2025/11/03", "2025/11/10"] {
        put_log("111122223333", "us-east-1", day);
    }
    put_log("444455556666", "us-east-1", "2025/11/03");
    put_log("444455556666", "eu-west-1", "2025/11/03");
    put_log("777788889999", "us-east-1", "2025/11/20");
    put_log("222233334444", "cn-north-1", "2025/11/03");
    let list = dir.path().join("list");
    let listed = stscope("map report --list -q").arg(&archive).run().exits(0);
    std::fs::write(&list, listed.text()).unwrap();
    let (part, store) = (dir.path().join("part"), dir.path().join("sts.db"));
    if cfg!(feature = "store") {
        let run = stscope("ingest -q --store").arg(&store);
        run.arg(&archive).run().exits(0);
    }
    let ask = |words: &str, piece: &str| {
        let gate = format!("report --fail-on global {words}");
        let mut all = vec![stscope(&gate).arg(&archive).run()];
        let mapped = stscope(&format!("map report -q {words} --manifest")).arg(&list);
        mapped.arg("-o").arg(&part).run().exits(0);
        all.push(stscope("merge --fail-on global").arg(&part).run());
        if cfg!(feature = "store") {
            all.push(stscope(&format!("{gate} --store")).arg(&store).run());
        }
        for said in all {
            let said = said.exits(0);
            match piece {
                "" => assert!(!said.stderr.contains(SAID), "{said}"),
                piece => assert!(said.stderr.contains(&format!("{SAID} {piece}")), "{said}"),
            }
        }
    };
    ask("", "");
    ask("--since 2025-11-03", "");
    ask(
        "--since 2025-11-05",
        "account 444455556666 in the time asked about; if the archive should have some",
    );
    ask(
        "--since 2025-11-05 --until 2025-11-12",
        "account 444455556666 in",
    );
    ask("--until 2025-11-12", "");
    ask("--since 2025-11-05 --account 111122223333,777788889999", "");
}

/// A gate judges the run as a whole; of which account it saw nothing is said.
#[test]
fn accounts_of_which_no_log_of_us_east_1_was_read_are_named() {
    const SAID: &str = "no log of us-east-1, where global calls are logged, was read of";
    let dir = tempfile::tempdir().unwrap();
    let archive = dir.path().join("AWSLogs");
    let put_log = |number: u32, account: &str, region: &str| {
        let mut record = regional_call(number);
        record["awsRegion"] = region.into();
        record["recipientAccountId"] = account.into();
        record["tlsDetails"]["clientProvidedHostHeader"] =
            format!("sts.{region}.amazonaws.com").into();
        let folder = archive.join(format!("{account}/CloudTrail/{region}/2025/11/03"));
        put(&folder, "log.json", &log(&[record]));
    };
    put_log(1, "111122223333", "us-east-1");
    put_log(2, "111122223333", "eu-west-1");
    // China has no global endpoint.
    put_log(3, "222233334444", "cn-north-1");
    let ask = |words: &str| stscope(words).arg(&archive).run().exits(0);
    let gate = "report --fail-on global";
    assert!(!ask(gate).stderr.contains(SAID));
    put_log(4, "444455556666", "eu-west-1");
    let named = |account: &str| format!("{SAID} {account}; if the archive should have some");
    for command in [gate, "plan", "events", "trend", "overview"] {
        ask(command).says(&[&named("account 444455556666")]);
    }
    let part = dir.path().join("a.part");
    let map = stscope("map report").arg(&archive).arg("-o").arg(&part);
    map.run().exits(0);
    let merged = stscope("merge").arg(&part).run().exits(0);
    merged.says(&[&named("account 444455556666")]);
    if cfg!(feature = "store") {
        let store = dir.path().join("sts.db");
        let run = stscope("ingest -q --store").arg(&store);
        run.arg(&archive).run().exits(0);
        let stored = stscope("report --store").arg(&store).run().exits(0);
        stored.says(&[&named("account 444455556666")]);
    }
    for narrower in [
        "--account 111122223333",
        "--region us-east-1",
        "--where recipient_account_id=111122223333",
        "--where account_id!=444455556666",
        "-q",
    ] {
        let said = ask(&format!("{gate} {narrower}"));
        assert!(!said.stderr.contains(SAID), "{narrower}: {said}");
    }
    for number in 5..9 {
        put_log(number, &format!("{number}").repeat(12), "eu-west-1");
    }
    let first = "accounts 444455556666, 555555555555, 666666666666 and 2 more";
    ask(gate).says(&[&named(first)]);
    // A damaged one is told for itself, and a gate on other endpoints needs none.
    let damaged = "555555555555/CloudTrail/us-east-1/2025/11/03/log.json";
    put(&archive, damaged, b"{");
    let said = stscope(gate).arg(&archive).run().exits(3);
    assert!(!said.stderr.contains("555555555555, "), "{said}");
    std::fs::remove_file(archive.join(damaged)).unwrap();
    let said = ask("report --endpoint regional");
    assert!(!said.stderr.contains(SAID), "{said}");
    put_log(9, "444455556666", "us-east-1");
    let rest = "accounts 555555555555, 666666666666, 777777777777 and 1 more";
    ask(gate).says(&[&named(rest)]);

    // What lies flat tells by its records alone, and a log without a call has none.
    let seen = put(
        dir.path(),
        "flat/b.json",
        &log(&[regional_call_of_us_east_1(2)]),
    );
    let mut other = regional_call(3);
    other["recipientAccountId"] = "444455556666".into();
    let flat = put(dir.path(), "flat/a.json", &log(&[other]));
    let said = stscope(gate).arg(&flat).arg(&seen).run().exits(0);
    assert!(!said.stderr.contains(SAID), "{said}");
}

/// A call that is left out because its record does not say whose it is may be one of those asked about.
#[test]
fn no_gate_passes_over_calls_of_nobody_knows_whose_log() {
    const ACCOUNT: &str = "--account 111122223333";
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("a.json");
    let store = dir.path().join("sts.db");
    let part = dir.path().join("a.part");
    let global = json!({ "awsRegion": "global" });
    // As pandas writes accounts, and what others write where there is none.
    let accounts = [
        json!(111_122_223_333_u64),
        Value::Null,
        json!("None"),
        json!("1111"),
    ];
    let of_accounts = accounts.map(|account| (json!({ "recipientAccountId": account }), ACCOUNT));
    for (changes, asked, code) in [
        (global.clone(), "--region us-east-1", 2),
        (global.clone(), "--where aws_region=us-east-1", 2),
        (global.clone(), "--where aws_region!=global", 2),
        (global.clone(), "--region us-east-1,global", 1),
        (global.clone(), "--account 111122223333", 1),
        (global, "--where aws_region=us-east-1 --endpoint unknown", 0),
        (json!({ "awsRegion": null }), "--region us-east-1", 2),
        (json!({ "awsRegion": "US-EAST-1" }), "--region us-east-1", 2),
        (
            json!({ "recipientAccountId": "444455556666", "awsRegion": null }),
            ACCOUNT,
            0,
        ),
        // Neither a time nor an account.
        (
            json!({ "recipientAccountId": null, "eventTime": "3 Nov 2025" }),
            "--account 111122223333 --since 2025-11-01",
            2,
        ),
        // It is of another day, whose log it may be in.
        (
            json!({ "recipientAccountId": null, "eventTime": "2025-10-03T10:00:00Z" }),
            "--where recipient_account_id=111122223333 --where day=2025-11-03",
            0,
        ),
        // No gate counts it.
        (
            json!({ "recipientAccountId": null, "tlsDetails": {
                "clientProvidedHostHeader": "sts.eu-west-1.amazonaws.com" } }),
            ACCOUNT,
            0,
        ),
    ]
    .into_iter()
    .chain(
        of_accounts
            .clone()
            .map(|(changes, asked)| (changes, asked, 2)),
    )
    .chain(
        of_accounts
            .clone()
            .map(|(changes, _)| (changes, "--since 2025-11-01", 1)),
    )
    .chain(
        of_accounts.map(|(changes, _)| (changes, "--where recipient_account_id=111122223333", 2)),
    ) {
        let records = [call(1, changes.clone()), regional_call_of_us_east_1(2)];
        std::fs::write(&file, log(&records)).unwrap();
        let ends = |said: Said| {
            let said = said.exits(code);
            if code == 2 {
                said.says(&["cannot be judged: 1 STS call names no account or no Region"]);
            }
        };
        for run in every(&format!("--fail-on global {asked}")) {
            ends(run.arg(&file).run());
        }
        let map = stscope(&format!("map report -q {asked}")).arg(&file);
        map.arg("-o").arg(&part).run().exits(0);
        ends(stscope("merge --fail-on global").arg(&part).run());
        if cfg!(feature = "store") {
            let _ = std::fs::remove_file(&store);
            let ingest = stscope("ingest -q --store").arg(&store);
            ingest.arg(&file).run().exits(0);
            let report = stscope(&format!("report --fail-on global {asked}"));
            ends(report.arg("--store").arg(&store).run());
        }
        let gauges = stscope(&format!("report -q --format openmetrics {asked}"));
        let gauges = gauges.arg(&file).run();
        // Of global calls nothing is told where others alone are asked about.
        let can_judge = code != 2 && !asked.contains("--endpoint unknown");
        let line = format!("stscope_report_can_judge {}\n", u8::from(can_judge));
        assert!(gauges.text().contains(&line), "{changes} {asked}");
    }
}

#[test]
fn a_condition_on_days_asks_for_a_time_as_since_does() {
    let dir = tempfile::tempdir().unwrap();
    let untimed = call(1, json!({ "eventTime": "3 Nov 2025 08:00" }));
    let records = [untimed, regional_call_of_us_east_1(2)];
    let file = put(dir.path(), "a.json", &log(&records));
    for (asked, code) in [
        ("", 1),
        ("--since 2025-11-03", 2),
        ("--where day=2025-11-03", 2),
        ("--where day=2025-11-*", 2),
        ("--where hour=2025-11-03T10", 2),
        ("--where day!=2025-11-04", 1),
    ] {
        for run in every(&format!("--fail-on global {asked}")) {
            let said = run.arg(&file).run().exits(code);
            if code == 2 {
                said.says(&["cannot be judged: 1 STS call has no eventTime"]);
            }
        }
        // What leaves out no call without a time.
        if asked.contains("!=") {
            let mut untimed = regional_call_of_us_east_1(1);
            untimed["eventTime"] = "3 Nov 2025".into();
            let records = [untimed, regional_call_of_us_east_1(2)];
            let file = put(dir.path(), "b.json", &log(&records));
            for run in every(&format!("--fail-on global {asked}")) {
                run.arg(&file).run().exits(0);
            }
        }
        let gauges = stscope(&format!("report -q --format openmetrics {asked}"));
        let line = format!("stscope_report_can_judge {}\n", u8::from(code != 2));
        let gauges = gauges.arg(&file).run();
        assert!(gauges.text().contains(&line), "{asked}");
    }
}
