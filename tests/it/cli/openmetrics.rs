//! `--format openmetrics`: every line is one that Prometheus takes, and every figure is that of JSON.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::drawn::{HOSTILE, hostile_logs};
use super::harness::{DAMAGED, SAMPLE, number, stscope};
use super::logs::{call, log, put};

/// A figure: its name, its labels, and how much.
type Sample = (String, BTreeMap<String, String>, f64);

/// Reads gauges, and takes nothing that the format does not allow.
fn parse(text: &str) -> Vec<Sample> {
    let body = text.strip_suffix("# EOF\n").expect("an end");
    let mut samples: Vec<Sample> = Vec::new();
    let mut families = BTreeSet::new();
    let mut family = String::new();
    let mut unit = None;
    let mut has_help = false;
    for line in body.split_terminator('\n') {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            family = rest.strip_suffix(" gauge").expect(line).to_owned();
            assert!(families.insert(family.clone()), "{family} is there twice");
            (unit, has_help) = (None, false);
        } else if let Some(rest) = line.strip_prefix("# UNIT ") {
            let (name, of) = rest.split_once(' ').expect(line);
            assert_eq!(name, family);
            assert!(name.ends_with(&format!("_{of}")), "{line}");
            unit = Some(of);
        } else if let Some(rest) = line.strip_prefix("# HELP ") {
            let (name, help) = rest.split_once(' ').expect(line);
            assert_eq!(name, family);
            assert!(!help.is_empty() && !help.contains('\\'), "{line}");
            has_help = true;
        } else {
            assert!(has_help, "{line} has no help before it");
            let (name, rest) = line.split_at(family.len());
            assert_eq!(name, family);
            assert!(name.starts_with("stscope_"), "{name}");
            assert!(
                name.bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
            );
            assert!(unit.is_some() || !name.ends_with("_seconds"), "{name}");
            let (labels, value) = labels(rest);
            let value: f64 = value.strip_prefix(' ').expect(line).parse().expect(line);
            assert!(value.is_finite(), "{line}");
            let same = |one: &&Sample| one.0 == name && one.1 == labels;
            assert!(samples.iter().find(same).is_none(), "{line} is there twice");
            samples.push((name.to_owned(), labels, value));
        }
    }
    samples
}

/// The labels after a name, and what follows them.
fn labels(text: &str) -> (BTreeMap<String, String>, &str) {
    let mut labels = BTreeMap::new();
    let Some(mut rest) = text.strip_prefix('{') else {
        return (labels, text);
    };
    loop {
        let (name, after) = rest.split_once("=\"").expect(text);
        let mut value = String::new();
        let mut chars = after.char_indices();
        let end = loop {
            match chars.next().expect(text) {
                (at, '"') => break at,
                (_, '\\') => value.push(match chars.next().expect(text).1 {
                    'n' => '\n',
                    escaped @ ('\\' | '"') => escaped,
                    other => panic!("\\{other} in {text}"),
                }),
                (_, c) => value.push(c),
            }
        };
        assert_eq!(labels.insert(name.to_owned(), value), None, "{text}");
        rest = &after[end + 1..];
        match rest.strip_prefix(',') {
            Some(more) => rest = more,
            None => return (labels, rest.strip_prefix('}').expect(text)),
        }
    }
}

fn gauges(question: &str) -> Vec<Sample> {
    let said = stscope(question).args(["--format", "openmetrics"]).run();
    assert!(matches!(said.status.code(), Some(0 | 1 | 3)), "{said}");
    parse(said.text())
}

/// The figure of a name without labels, or with one.
fn figure(samples: &[Sample], name: &str, label: Option<(&str, &str)>) -> Option<f64> {
    let has = |one: &&Sample| {
        one.0 == name
            && label.is_none_or(|(label, value)| one.1.get(label).is_some_and(|is| is == value))
    };
    samples.iter().find(has).map(|one| one.2)
}

#[track_caller]
fn is(samples: &[Sample], name: &str, label: Option<(&str, &str)>, expected: &Value) {
    assert_eq!(
        figure(samples, name, label),
        expected.as_f64(),
        "{name} {label:?}"
    );
}

#[test]
fn a_report_has_the_figures_of_its_summary_and_of_what_was_read() {
    let question = format!("report {SAMPLE} {DAMAGED}");
    let json = stscope(&question).args(["--format", "json"]).run().json();
    let samples = gauges(&question);
    let (summary, coverage) = (&json["summary"], &json["coverage"]);
    for kind in ["global", "regional", "aws-service", "other", "unknown"] {
        let label = Some(("endpoint", kind));
        is(
            &samples,
            "stscope_report_calls",
            label,
            &summary["endpoints"][kind],
        );
    }
    is(
        &samples,
        "stscope_report_global_share_ratio",
        None,
        &summary["global_share"],
    );
    is(
        &samples,
        "stscope_report_global_principals",
        None,
        &summary["global_principals"],
    );
    is(&samples, "stscope_report_can_judge", None, &json!(1));
    for outcome in ["read", "damaged"] {
        let label = Some(("outcome", outcome));
        is(
            &samples,
            "stscope_report_files",
            label,
            &coverage["files"][outcome],
        );
    }
    is(
        &samples,
        "stscope_report_not_understood",
        None,
        &coverage["not_understood"],
    );
    let last = summary["last_event_time"].as_str().unwrap();
    let last = chrono::DateTime::parse_from_rfc3339(last)
        .unwrap()
        .timestamp_millis() as f64
        / 1000.0;
    is(
        &samples,
        "stscope_report_last_event_timestamp_seconds",
        None,
        &json!(last),
    );
    // Nobody asked for principals.
    let known = ["endpoint", "outcome", "reason", "status"];
    for (name, labels, _) in &samples {
        assert!(
            labels.keys().all(|label| known.contains(&label.as_str())),
            "{name} {labels:?}"
        );
    }
}

#[test]
fn a_zero_of_a_blind_run_can_be_told_from_a_zero() {
    let logs = super::logs::sample_of_eu_west_1();
    let samples = gauges(&format!("report {logs}"));
    is(
        &samples,
        "stscope_report_calls",
        Some(("endpoint", "global")),
        &json!(0),
    );
    is(&samples, "stscope_report_can_judge", None, &json!(0));
}

#[test]
fn a_gate_that_cannot_be_judged_is_no_calm_figure() {
    let gauge = |words: &str, exit: i32, can_judge: u8| {
        let said = stscope(&format!(
            "report {SAMPLE} --quiet --format openmetrics {words}"
        ))
        .run()
        .exits(exit);
        let line = format!("stscope_report_can_judge {can_judge}\n");
        assert!(said.text().contains(&line), "{words}: {said}");
    };
    let gate = "--fail-on global=1000";
    gauge(gate, 0, 1);
    gauge(
        &format!("{gate} --where principal=*nobody-of-that-name"),
        2,
        0,
    );
    // There are no digests.
    gauge(&format!("{gate} --require complete"), 2, 0);
    // Nor is a zero that nobody has judged.
    gauge("", 0, 1);
    gauge("--where principal=*nobody-of-that-name", 0, 0);
    gauge("--where principal!=*", 0, 0);
    gauge("--endpoint regional", 0, 0);
    gauge("--where endpoint!=global", 0, 0);
}

#[test]
fn dimensions_become_labels_where_somebody_asked_for_them() {
    let question = format!("report {SAMPLE} --group-by endpoint,sdk");
    let json = stscope(&question).args(["--format", "json"]).run().json();
    let groups = json["groups"].as_array().unwrap();
    let samples = gauges(&question);
    for group in groups {
        let text = |name: &str| group[name].as_str().unwrap_or_default().to_owned();
        let labels = BTreeMap::from(["endpoint", "sdk"].map(|name| (name.to_owned(), text(name))));
        let with = |name: &str| {
            let found = samples.iter().find(|one| one.0 == name && one.1 == labels);
            found.unwrap_or_else(|| panic!("{name} {labels:?}")).2
        };
        assert_eq!(
            with("stscope_report_group_calls"),
            number(&group["calls"]) as f64
        );
        assert_eq!(
            with("stscope_report_group_failed_calls"),
            number(&group["errors"]) as f64
        );
    }
    let of_groups = samples
        .iter()
        .filter(|one| one.0 == "stscope_report_group_calls");
    assert_eq!(of_groups.count(), groups.len());
    let top = gauges(&format!("{question} --top 2"));
    let of_groups = top
        .iter()
        .filter(|one| one.0 == "stscope_report_group_calls");
    assert_eq!(of_groups.count(), 2);
}

#[test]
fn what_records_lack_and_what_is_empty_in_them_are_one_figure() {
    let folder = tempfile::tempdir().unwrap();
    let calls = [
        call(1, json!({ "errorCode": "" })),
        call(2, json!({})),
        call(3, json!({ "errorCode": null })),
    ];
    put(folder.path(), "log.json", &log(&calls));
    let question = format!("report {} --group-by error_code", folder.path().display());
    let label = Some(("error_code", ""));
    is(
        &gauges(&question),
        "stscope_report_group_calls",
        label,
        &json!(3),
    );
}

#[test]
fn hostile_texts_come_back_and_forge_nothing() {
    let logs = hostile_logs();
    let question = format!(
        "report {} --group-by in_scope_of,principal_type",
        logs.path().display()
    );
    let samples = gauges(&question);
    for text in HOSTILE {
        let has = |one: &Sample| one.1.values().any(|value| value.contains(text));
        assert!(samples.iter().any(has), "{text}");
    }
    assert!(
        samples
            .iter()
            .all(|one| one.0.starts_with("stscope_report_"))
    );
}

#[test]
fn a_trend_has_the_newest_complete_day() {
    let question = format!("trend {SAMPLE}");
    let rows = stscope(&question).args(["--format", "json"]).run().rows();
    let newest = rows
        .iter()
        .rfind(|row| row["status"] == "complete")
        .unwrap();
    let samples = gauges(&question);
    for kind in ["global", "regional", "other"] {
        is(
            &samples,
            "stscope_trend_calls",
            Some(("endpoint", kind)),
            &newest[kind],
        );
    }
    is(
        &samples,
        "stscope_trend_global_principals",
        None,
        &newest["global_principals"],
    );
    let day = format!("{}T00:00:00Z", newest["period"].as_str().unwrap());
    let day = chrono::DateTime::parse_from_rfc3339(&day)
        .unwrap()
        .timestamp();
    is(
        &samples,
        "stscope_trend_period_start_timestamp_seconds",
        None,
        &json!(day as f64),
    );
    let complete = rows
        .iter()
        .filter(|row| row["status"] == "complete")
        .count();
    is(
        &samples,
        "stscope_trend_periods",
        Some(("status", "complete")),
        &json!(complete as f64),
    );
}

#[test]
fn a_trend_without_a_complete_day_has_no_figure_of_one() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "log.json", &log(&[call(1, json!({}))]));
    let samples = gauges(&format!("trend {}", folder.path().display()));
    is(
        &samples,
        "stscope_trend_periods",
        Some(("status", "complete")),
        &json!(0),
    );
    assert_eq!(figure(&samples, "stscope_trend_calls", None), None);
    is(
        &samples,
        "stscope_trend_files",
        Some(("outcome", "read")),
        &json!(1),
    );
}

#[test]
fn a_verification_counts_chains_and_what_was_found() {
    for logs in ["sample-logs/digests/whole", "sample-logs/digests/damaged"] {
        let question = format!("verify {logs}");
        let json = stscope(&question).args(["--format", "json"]).run().json();
        let samples = gauges(&question);
        for (list, name, label, values) in [
            (
                "rows",
                "stscope_verify_chains",
                "status",
                ["complete", "incomplete"],
            ),
            (
                "findings",
                "stscope_verify_findings",
                "kind",
                ["missing", "hole"],
            ),
        ] {
            let key = if list == "rows" { "status" } else { "kind" };
            let of = json[list].as_array().unwrap();
            for value in values {
                let expected = of.iter().filter(|one| one[key] == value).count();
                is(
                    &samples,
                    name,
                    Some((label, value)),
                    &json!(expected as f64),
                );
            }
        }
    }
}

#[test]
fn a_file_for_a_collector_is_asked_for_by_its_ending() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sts.prom");
    stscope(&format!("report {SAMPLE} -o"))
        .arg(&file)
        .run()
        .exits(0);
    assert!(!parse(&fs::read_to_string(&file).unwrap()).is_empty());
    // Nothing was read: what was there stays as it was.
    let nothing = tempfile::tempdir().unwrap();
    stscope("report -o")
        .arg(&file)
        .arg(nothing.path())
        .run()
        .exits(2);
    assert!(!parse(&fs::read_to_string(&file).unwrap()).is_empty());
}

#[test]
fn what_has_no_figures_says_who_has() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sts.prom");
    for question in ["plan", "regions", "overview", "events"] {
        let pieces = [
            "--format openmetrics",
            "no figures to watch",
            "stscope report",
        ];
        stscope(&format!("{question} {SAMPLE} --format openmetrics"))
            .run()
            .fails(&pieces);
        stscope(&format!("{question} {SAMPLE} -o"))
            .arg(&file)
            .run()
            .fails(&pieces);
        let help = stscope(&format!("{question} --help")).run().exits(0);
        assert!(!help.text().contains("openmetrics"), "{question}");
    }
    assert!(!file.exists());
}

/// The environment with Prometheus' own client, and with promtool.
fn of_prometheus() -> PathBuf {
    crate::environment::environment(
        "openmetrics-venv",
        "prometheus-client is",
        "tests/openmetrics/parse.py",
    )
}

fn promtool(folder: &Path, arguments: &[&str], stdin: Stdio) {
    let said = Command::new(of_prometheus().join("bin/promtool"))
        .args(arguments)
        .current_dir(folder)
        .stdin(stdin)
        .output()
        .unwrap();
    assert!(said.status.success(), "{arguments:?}: {said:?}");
}

/// The rules of the manual, on figures of a sound week, of a blind run, and where there are none.
#[test]
#[ignore = "needs promtool from Debian: .ci/run runs it"]
fn promtool_finds_nothing_in_the_figures_and_the_rules_of_the_manual_alert() {
    let folder = tempfile::tempdir().unwrap();
    let manual = fs::read_to_string("docs/nightly.md").unwrap();
    let (_, rules) = manual.split_once("```yaml\n").unwrap();
    let (rules, _) = rules.split_once("```").unwrap();
    put(folder.path(), "rules.yml", rules.as_bytes());
    promtool(
        folder.path(),
        &["check", "rules", "rules.yml"],
        Stdio::null(),
    );

    let series = |question: &str| {
        let said = stscope(question).args(["--format", "openmetrics"]).run();
        put(folder.path(), "sts.prom", &said.stdout);
        let figures = fs::File::open(folder.path().join("sts.prom")).unwrap();
        promtool(folder.path(), &["check", "metrics"], figures.into());
        let lines = said.text().lines().filter(|line| !line.starts_with('#'));
        let one = |line: &str| {
            let (figure, value) = line.rsplit_once(' ').unwrap();
            format!("      - {{ series: '{figure}', values: '{value}' }}\n")
        };
        lines.map(one).collect::<String>()
    };
    series(&format!("trend {SAMPLE}"));
    series("verify sample-logs/digests/damaged");
    series(&format!("report {SAMPLE} --group-by endpoint,sdk"));

    // What is said of an alert is for people: it is left out, as promtool would compare it.
    let is_bare = |line: &&str| {
        !["annotations:", "summary:"].contains(&line.trim().split(' ').next().unwrap())
    };
    let bare: Vec<&str> = rules.lines().filter(is_bare).collect();
    put(folder.path(), "bare.yml", bare.join("\n").as_bytes());
    let blind = super::logs::sample_of_eu_west_1();
    for (figures, alerts) in [
        (
            series(&format!("report {SAMPLE}")),
            [("GlobalStsCalls", "{}")].as_slice(),
        ),
        (
            series(&format!("report {blind}")),
            &[("StsLogsNotSeen", "{}")],
        ),
        (
            series(&format!("report {SAMPLE} {DAMAGED}")),
            &[
                ("GlobalStsCalls", "{}"),
                ("StsLogsNotSeen", "{ exp_labels: { outcome: damaged } }"),
            ],
        ),
        (String::new(), &[("StscopeHasNotRun", "{}")]),
    ] {
        let tests = [
            "GlobalStsCalls",
            "NewGlobalStsCallers",
            "StsLogsNotSeen",
            "StscopeHasNotRun",
        ]
        .map(|name| {
            let expected = alerts.iter().find(|(alert, _)| *alert == name);
            let expected = expected.map_or("", |(_, labels)| labels);
            format!("      - {{ alertname: {name}, eval_time: 0m, exp_alerts: [{expected}] }}\n")
        });
        let text = format!(
            "rule_files: [bare.yml]\ntests:\n  - interval: 1m\n    input_series:\n{figures}    \
             alert_rule_test:\n{}",
            tests.concat()
        );
        put(folder.path(), "test.yml", text.as_bytes());
        promtool(folder.path(), &["test", "rules", "test.yml"], Stdio::null());
    }
}

/// Prometheus' own client reads the same samples.
#[test]
#[ignore = "needs prometheus-client from PyPI: .ci/run runs it"]
fn the_parser_of_prometheus_reads_the_same() {
    let venv = of_prometheus();
    let hostile = hostile_logs();
    let hostile = hostile.path().display();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sts.prom");
    for question in [
        format!("report {SAMPLE} {DAMAGED}"),
        format!("report {hostile} --group-by user_agent,principal,session_name,source_ip_address"),
        format!("trend {SAMPLE}"),
        format!("trend {hostile}"),
        "verify sample-logs/digests/damaged".to_owned(),
    ] {
        let said = stscope(&question).args(["--format", "openmetrics"]).run();
        fs::write(&file, &said.stdout).unwrap();
        let python = std::process::Command::new(venv.join("bin/python"))
            .args(["tests/openmetrics/parse.py", "parse"])
            .args([&venv, &file])
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&python.stderr);
        assert!(python.status.success(), "{question}: {errors}");
        let theirs: Vec<Sample> = serde_json::from_slice(&python.stdout).unwrap();
        assert_eq!(theirs, parse(said.text()), "{question}");
    }
}
