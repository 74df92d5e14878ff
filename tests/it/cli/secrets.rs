//! Session tokens and secret keys never leave the logs.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use super::formats::all_dimensions;
use super::harness::{SAMPLE, stscope};
use super::logs::{decompressed, files_below};

/// Every session token and secret key of the sample.
fn secrets() -> BTreeSet<String> {
    fn gather(value: &Value, secrets: &mut BTreeSet<String>) {
        match value {
            Value::Array(list) => list.iter().for_each(|value| gather(value, secrets)),
            Value::Object(object) => {
                for (name, value) in object {
                    match value {
                        Value::String(text)
                            if name == "sessionToken" || name.starts_with("secretAccess") =>
                        {
                            secrets.insert(text.clone());
                        }
                        value => gather(value, secrets),
                    }
                }
            }
            _ => {}
        }
    }
    let mut secrets = BTreeSet::new();
    for file in files_below(SAMPLE.as_ref()) {
        if let Ok(value) = serde_json::from_slice(&decompressed(&fs::read(file).unwrap())) {
            gather(&value, &mut secrets);
        }
    }
    secrets
}

#[test]
fn no_output_has_a_session_token_or_a_secret_key() {
    let secrets = secrets();
    assert!(!secrets.is_empty(), "the sample has tokens to look for");
    let all = all_dimensions().join(",");
    let mut questions = vec![format!("events {SAMPLE} --fail-on global")];
    for format in ["table", "csv", "json", "jsonl", "markdown"] {
        for question in [
            format!("report {SAMPLE} --top 0"),
            format!("report {SAMPLE} --top 0 --group-by {all}"),
            format!("report {SAMPLE} --no-dedup --fail-on global"),
            format!("plan {SAMPLE} --top 0 --trace-tokens"),
            format!("events {SAMPLE} --top 0 --no-dedup"),
            format!("events {SAMPLE} --top 0 --sort none"),
        ] {
            questions.push(format!("{question} --format {format}"));
        }
    }
    for question in questions {
        let said = stscope(&question).env("COLUMNS", "100000").run();
        let text = said.to_string();
        assert!(
            text.contains("AssumeRole") || text.contains("role/"),
            "{question} says something"
        );
        for secret in &secrets {
            assert!(!text.contains(secret.as_str()), "{question}");
        }
    }
}
