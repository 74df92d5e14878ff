//! The four formats say the same; each is safe for the medium it is made for.

use serde_json::Value;

use super::harness::{DAMAGED, SAMPLE, column, rows, stscope};

/// Every dimension there is, as the program lists them for whoever mistypes one.
pub fn all_dimensions() -> Vec<String> {
    let said = stscope("report --group-by ?").arg(SAMPLE).run().exits(2);
    let (_, list) = said.stderr.split_once("[possible values: ").unwrap();
    let (list, _) = list.split_once(']').unwrap();
    let names = list.split(", ").filter(|one| *one != "account_name"); // needs --accounts
    let dimensions: Vec<String> = names.map(str::to_owned).collect();
    assert!(dimensions.len() > 20, "{dimensions:?}");
    dimensions
}

/// What is asked in every format.
fn questions() -> Vec<String> {
    let all = all_dimensions().join(",");
    vec![
        format!("report {SAMPLE}"),
        format!("report {SAMPLE} --group-by {all}"),
        format!("report {SAMPLE} --group-by user_agent,session_name --sort group --min-calls 1"),
        format!("report {SAMPLE} --where principal=nobody"),
        format!("report {SAMPLE} {DAMAGED} --sort last_event_time --top 7"),
        format!("plan {SAMPLE}"),
        format!("plan {SAMPLE} {DAMAGED} --sort group --min-calls 2"),
        format!("events {SAMPLE}"),
        format!("events {SAMPLE} --no-dedup --top 9"),
        "endpoint".to_owned(),
        "endpoint sts.amazonaws.com =x foo sts.eu-west-9.amazonaws.com".to_owned(),
    ]
}

fn in_format(question: &str, format: &str) -> Vec<u8> {
    let said = stscope(question).arg("--format").arg(format).run();
    assert!(matches!(said.status.code(), Some(0 | 3)), "{said}");
    said.stdout
}

#[test]
fn csv_says_cell_by_cell_what_json_says() {
    for question in questions() {
        let json: Value = serde_json::from_slice(&in_format(&question, "json")).unwrap();
        let rows = rows(&json);
        let csv = in_format(&question, "csv");
        let mut reader = csv::Reader::from_reader(csv.as_slice());
        let header = reader.headers().unwrap().clone();
        let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        assert_eq!(records.len(), rows.len(), "{question}");
        for (record, row) in records.iter().zip(&rows) {
            let object = row.as_object().unwrap();
            assert_eq!(
                object.keys().collect::<Vec<_>>(),
                header.iter().collect::<Vec<_>>(),
                "{question}"
            );
            for (cell, value) in record.iter().zip(object.values()) {
                let text = match value {
                    Value::Null => String::new(),
                    Value::String(text) => text.clone(),
                    other => other.to_string(),
                };
                let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
                let expected = if is_formula { format!("'{text}") } else { text };
                assert_eq!(cell, expected, "{question}");
            }
        }
    }
}

#[test]
fn jsonl_has_the_rows_of_json_a_line_each() {
    for question in questions() {
        let json: Value = serde_json::from_slice(&in_format(&question, "json")).unwrap();
        let jsonl = String::from_utf8(in_format(&question, "jsonl")).unwrap();
        assert!(jsonl.is_empty() || jsonl.ends_with('\n'), "{question}");
        let lines: Vec<Value> = jsonl
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(lines, rows(&json), "{question}");
    }
}

#[test]
fn json_names_its_schema_and_has_the_members_of_the_contract() {
    let report = stscope("report --format json")
        .arg(SAMPLE)
        .run()
        .exits(0)
        .json();
    let keys = |value: &Value| {
        value
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect::<Vec<_>>()
    };
    assert_eq!(report["schema"], "stscope.report/1");
    assert_eq!(
        keys(&report),
        ["schema", "summary", "group_by", "groups", "coverage"]
    );
    assert_eq!(
        keys(&report["summary"]),
        [
            "calls",
            "endpoints",
            "global_share",
            "principals",
            "global_principals",
            "global_aws_managed",
            "vpc_endpoint_calls",
            "errors",
            "first_event_time",
            "last_event_time"
        ]
    );
    let endpoints = ["global", "regional", "aws-service", "other", "unknown"];
    assert_eq!(keys(&report["summary"]["endpoints"]), endpoints);
    let events = stscope("events --format json")
        .arg(SAMPLE)
        .run()
        .exits(0)
        .json();
    assert_eq!(events["schema"], "stscope.events/1");
    assert_eq!(keys(&events), ["schema", "rows", "coverage"]);
    assert_eq!(
        stscope("endpoint --format json").run().json()["schema"],
        "stscope.endpoint/1"
    );
}

#[test]
fn columns_stand_in_the_order_that_was_asked_for() {
    let header = |question: &str| {
        let csv = String::from_utf8(in_format(question, "csv")).unwrap();
        csv.lines().next().unwrap().to_owned()
    };
    assert_eq!(
        header(&format!("report {SAMPLE}")),
        "endpoint,client_provided_host_header,vpc_endpoint_id,principal,\
         calls,errors,first_event_time,last_event_time"
    );
    assert_eq!(
        header(&format!("report {SAMPLE} --group-by sdk_version,day,sdk")),
        "sdk_version,day,sdk,calls,errors,first_event_time,last_event_time"
    );
    assert_eq!(
        header(&format!("events {SAMPLE}")),
        "event_time,recipient_account_id,event_name,endpoint,client_provided_host_header,\
         vpc_endpoint_id,aws_region,aws_serving_region,source_ip_address,event_id,principal,\
         user_identity_arn,sdk,sdk_version,user_agent,error_code,tool"
    );
}

#[test]
fn lines_of_csv_end_in_a_line_feed_alone() {
    let csv = in_format(&format!("report {SAMPLE}"), "csv");
    assert!(csv.ends_with(b"\n") && !csv.contains(&b'\r'));
}

#[test]
fn a_spreadsheet_runs_nothing_that_a_stranger_wrote() {
    let question = format!("report {SAMPLE} --group-by user_agent,session_name");
    let json: Value = serde_json::from_slice(&in_format(&question, "json")).unwrap();
    let agents = rows(&json);
    let hostile = column(&agents, "user_agent")
        .into_iter()
        .find(|agent| agent.starts_with('='));
    let hostile = hostile.expect("the sample has an agent that is a formula");
    let csv = in_format(&question, "csv");
    let mut reader = csv::Reader::from_reader(csv.as_slice());
    let cells: Vec<String> = reader
        .records()
        .flat_map(|record| {
            record
                .unwrap()
                .iter()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .collect();
    assert!(cells.contains(&format!("'{hostile}")));
    assert!(
        !cells
            .iter()
            .any(|cell| cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']))
    );
}

#[test]
fn a_table_shows_hostile_text_as_escapes() {
    for width in ["80", "500"] {
        for question in [
            format!("report {SAMPLE} --top 0 --group-by user_agent,session_name,principal"),
            format!("events {SAMPLE} --top 0"),
        ] {
            let said = stscope(&question).env("COLUMNS", width).run().exits(0);
            let harmless = |c: char| c == '\n' || c == '…' || (' '..='~').contains(&c);
            assert!(said.text().chars().all(harmless), "{said}");
            assert!(said.stderr.chars().all(harmless), "{said}");
            if width == "500" && question.contains("user_agent") {
                assert!(said.text().contains("\\u{202e}"), "{said}");
                assert!(said.text().contains("\\u{1b}"), "{said}");
            }
        }
    }
}

#[test]
fn no_line_of_a_table_is_wider_than_the_terminal() {
    for (columns, width) in [
        (None, 80),
        (Some("80"), 80),
        (Some("100"), 100),
        (Some("200"), 200),
    ] {
        for question in [
            format!("report {SAMPLE} --top 0"),
            format!("report {SAMPLE} --top 0 --group-by user_agent,role_arn,session_name"),
            format!("events {SAMPLE} --top 0"),
            "endpoint".to_owned(),
        ] {
            let mut run = stscope(&question);
            if let Some(columns) = columns {
                run = run.env("COLUMNS", columns);
            }
            let said = run.run().exits(0);
            for line in said.text().lines() {
                assert!(line.chars().count() <= width, "{width}: {line}");
                assert_eq!(
                    line,
                    line.trim_end(),
                    "nothing but space at the end of a line"
                );
            }
        }
    }
}

#[test]
fn without_a_terminal_there_are_no_colours() {
    for question in questions() {
        assert!(!in_format(&question, "table").contains(&0x1b), "{question}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_terminal_has_colours_unless_somebody_objects() {
    let has_colours = |name: &str, value: &str| {
        let run = stscope(&format!("report {SAMPLE} --quiet"));
        let said = run
            .env("TERM", "xterm")
            .env(name, value)
            .run_on_a_terminal();
        let said = said.exits(0);
        assert!(said.text().contains("52 STS calls"), "{said}");
        said.stdout.contains(&0x1b)
    };
    assert!(has_colours("NO_COLOR", ""), "an empty value is none");
    assert!(!has_colours("NO_COLOR", "1"));
    assert!(!has_colours("TERM", "dumb"));
}

#[test]
fn nothing_found_is_said_in_every_format() {
    let question = format!("report {SAMPLE} --where principal=nobody");
    let table = in_format(&question, "table");
    assert!(String::from_utf8(table).unwrap().ends_with("No groups.\n"));
    let few = in_format(&format!("report {SAMPLE} --min-calls 900"), "table");
    let few = String::from_utf8(few).unwrap();
    assert!(
        few.contains("No group has as many calls as --min-calls asks for.\n"),
        "{few}"
    );
    assert_eq!(in_format(&question, "jsonl"), b"");
    assert_eq!(
        in_format(&question, "csv")
            .iter()
            .filter(|&&b| b == b'\n')
            .count(),
        1
    );
    let json: Value = serde_json::from_slice(&in_format(&question, "json")).unwrap();
    assert_eq!(json["groups"], Value::Array(Vec::new()));
    assert_eq!(json["summary"]["global_share"], Value::Null);
    assert_eq!(json["summary"]["first_event_time"], Value::Null);
}

/// What a terminal gets to see. `None` where there is no `script` of util-linux to make one.
#[cfg(target_os = "linux")]
fn on_a_terminal(words: &str) -> Option<String> {
    use std::process::Command;

    let version = Command::new("script").arg("--version").output().ok()?;
    if !String::from_utf8_lossy(&version.stdout).contains("util-linux") {
        return None;
    }
    let mut command = Command::new("script");
    let program = env!("CARGO_BIN_EXE_stscope");
    command.args(["-qec", &format!("'{program}' {words}"), "/dev/null"]);
    let said = super::harness::Run::of(command)
        .env("TERM", "xterm")
        .run()
        .exits(0);
    Some(said.text().to_owned())
}

#[test]
#[cfg(target_os = "linux")]
fn markdown_has_no_colours_even_on_a_terminal() {
    for command in ["report", "regions", "plan", "events"] {
        let words = |format| format!("{command} {SAMPLE} --quiet --format {format}");
        let Some(table) = on_a_terminal(&words("table")) else {
            return;
        };
        assert!(table.contains("\x1b["), "{command}: {table}");
        let markdown = on_a_terminal(&words("markdown")).unwrap();
        assert!(!markdown.contains('\x1b'), "{command}: {markdown}");
    }
}
