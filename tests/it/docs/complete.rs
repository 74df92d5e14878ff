//! Lists that are written by hand have all that the code has, and nothing else.

use std::collections::BTreeSet;

use serde_json::Value;
use stscope::internals::questions::{RegionEvidence, RegionStatus};
use stscope::sts::Cause;
use stscope::sts::defaults::{DEFAULTS, DefaultEndpoint, Setting, WithoutRegion};

use super::pages::{all, first_cells, page, root, stscope, text, words};

#[test]
fn every_option_of_every_command_is_explained() {
    let commands = stscope::internals::cli::command();
    let names: Vec<&str> = commands.get_subcommands().map(|c| c.get_name()).collect();
    assert!(names.contains(&"report") && names.contains(&"events"));
    // In more words than those of the table that is made from the code.
    let pages = all().into_iter();
    let pages = pages
        .filter(|page| page.name.starts_with("docs/") && page.name != "docs/reference/options.md");
    let pages: String = pages.map(|page| page.text).collect();
    let overview = page("docs/reference/commands.md").text;
    for name in names {
        assert!(
            overview.contains(&format!("| `stscope {name}")),
            "the command {name}"
        );
        let help = text(stscope(root(), &[name.to_owned(), "--help".to_owned()]).stdout);
        let options: BTreeSet<&str> = help
            .split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'))
            .filter(|word| word.strip_prefix("--").is_some_and(|rest| !rest.is_empty()))
            .collect();
        assert!(options.contains("--help"), "{name}: {help}");
        for option in options {
            let forms = [format!("`{option}`"), format!("`{option} ")];
            assert!(
                forms.iter().any(|form| pages.contains(form)),
                "{option} of {name}"
            );
        }
    }
}

#[test]
fn every_status_of_regions_is_explained() {
    let statuses = RegionStatus::ALL.map(RegionStatus::as_str);
    assert_eq!(first_cells(&page("docs/regions.md").text), statuses.into());
}

#[test]
fn every_cause_and_evidence_is_explained() {
    let causes = Cause::ALL.map(Cause::as_str);
    let evidence = [
        RegionEvidence::ServingRegion,
        RegionEvidence::RegionalCalls,
        RegionEvidence::IpRanges,
    ];
    let names = causes
        .into_iter()
        .chain(evidence.map(RegionEvidence::as_str));
    assert_eq!(first_cells(&page("docs/plan.md").text), names.collect());
}

#[test]
fn every_sdk_is_named_with_what_it_does_by_default() {
    let page = page("docs/migrate.md");
    let chapter = page.section("## 3. Change the callers");
    let rows: Vec<Vec<&str>> = chapter
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| line.split(" | ").collect())
        .collect();
    let named = rows
        .iter()
        .skip(1)
        .flat_map(|row| row[0].split('`').skip(1).step_by(2));
    let all = DEFAULTS.iter().map(|row| row.sdk);
    assert_eq!(named.collect::<BTreeSet<_>>(), all.collect());
    for facts in DEFAULTS {
        let name = format!("`{}`", facts.sdk);
        let row = rows
            .iter()
            .find(|row| row[0].contains(&name))
            .expect("it is named");
        let default = match facts.endpoint {
            DefaultEndpoint::GlobalBelow(version) => format!("from {version}"),
            DefaultEndpoint::Global => "never".to_owned(),
            DefaultEndpoint::Regional => "always".to_owned(),
        };
        assert!(row[1].starts_with(&default), "{name}: {}", row[1]);
        let without_region = match facts.without_region {
            WithoutRegion::Global => "global",
            WithoutRegion::GlobalForAssumeRole => "`AssumeRole` and",
            WithoutRegion::UsEast1 => "us-east-1",
            WithoutRegion::Fails => "fails",
        };
        assert!(row[2].starts_with(without_region), "{name}: {}", row[2]);
        let setting = match facts.setting {
            Setting::Since(version) => version.to_string(),
            Setting::Never => String::new(),
        };
        assert!(row[3].contains(&setting), "{name}: {}", row[3]);
        assert_eq!(
            row[3].starts_with("none"),
            facts.setting == Setting::Never,
            "{name}"
        );
    }
}

#[test]
fn every_example_of_a_policy_is_json() {
    let mut count = 0;
    for page in all() {
        for block in page.blocks_of("json") {
            let lines = block.lines.iter().map(|(_, line)| format!("{line}\n"));
            let policy: Value = serde_json::from_str(&lines.collect::<String>()).expect("JSON");
            assert!(
                block.file.is_some() || policy["Version"] == "2012-10-17",
                "{}",
                page.name
            );
            count += 1;
        }
    }
    assert!(count >= 2, "the policies were not found");
}

/// Every key of a JSON value, with those it is under. Lists go by their first element.
fn keys(value: &Value, above: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                let key = if above.is_empty() {
                    key.clone()
                } else {
                    format!("{above}.{key}")
                };
                keys(value, &key, found);
            }
        }
        Value::Array(elements) => {
            found.insert(above.to_owned());
            if let Some(first @ Value::Object(_)) = elements.first() {
                keys(first, &format!("{above}[]"), found);
            }
        }
        _ => {
            found.insert(above.to_owned());
        }
    }
}

fn report() -> Value {
    let words = words("report sample-logs/damaged --format json");
    serde_json::from_slice(&stscope(root(), &words).stdout).expect("JSON")
}

#[test]
fn every_key_of_the_coverage_is_explained() {
    let mut found = BTreeSet::new();
    keys(&report()["coverage"], "", &mut found);
    let listed: BTreeSet<String> =
        first_cells(page("docs/reference/json.md").section("## Coverage"))
            .into_iter()
            .map(str::to_owned)
            .collect();
    assert_eq!(listed, found);
}

#[test]
fn every_key_of_the_report_is_explained() {
    let mut found = BTreeSet::new();
    for (key, value) in report().as_object().expect("an object") {
        match value {
            Value::Object(members) if key == "summary" => {
                found.extend(members.keys().map(|member| format!("summary.{member}")));
            }
            _ => {
                found.insert(key.clone());
            }
        }
    }
    let page = page("docs/reference/json.md");
    let (before, _) = page.text.split_once("\n## Coverage\n").expect("a section");
    let listed: BTreeSet<String> = first_cells(before).into_iter().map(str::to_owned).collect();
    assert_eq!(listed, found);
}
