//! Calls → the rows and risks of a plan, one after the other and all from the start. Contract §5.2.

use std::collections::{BTreeMap, BTreeSet};

use stscope::internals::questions::Plan;

use super::agent;
use super::call::{Call, KeyUse, is_region};
use super::count::Readings;
use super::question::Question;

/// Columns and values of a row, except `fix`, which is words. Numbers and times are text, too.
pub type Row = BTreeMap<&'static str, String>;

/// The rows in order, and the risks, each a line.
#[derive(Debug, PartialEq)]
pub struct Expected {
    pub rows: Vec<Row>,
    pub cross_region: Vec<String>,
    pub refused: Vec<String>,
    /// In order; nothing if tokens are not traced.
    pub opt_in_tokens: Option<Vec<String>>,
}

/// A made-up list of addresses: the Region follows from the text.
pub fn region_of<'r>(address: &str) -> Option<&'r str> {
    let sum: usize = address.bytes().map(usize::from).sum();
    [
        Some("eu-west-1"),
        Some("us-east-1"),
        Some("eu-central-1"),
        None,
        Some("NOT A REGION"),
    ][sum % 5]
}

/// The plan for what was read.
pub fn expected(readings: &Readings, question: &Question) -> Expected {
    let calls = readings.counted(question);
    let of = |endpoint| {
        calls
            .iter()
            .filter(move |call| call.value("endpoint") == endpoint)
    };
    let mut groups: BTreeMap<[String; 4], Vec<&Call>> = BTreeMap::new();
    for call in of("global") {
        let [principal, sdk, version] =
            ["principal", "sdk", "sdk_version"].map(|name| call.value(name).to_owned());
        let key = [principal, sdk, version, agent::cause(call).to_owned()];
        groups.entry(key).or_default().push(call);
    }
    let mut rows: Vec<Row> = Vec::new();
    for ([principal, sdk, version, cause], global) in &groups {
        let regional: Vec<&Call> = of("regional")
            .filter(|call| call.value("principal") == principal)
            .collect();
        let (region, evidence) = recommended(global, &regional);
        let values = |name| {
            let values = global.iter().map(|call| call.value(name));
            most(values.filter(|value| !value.is_empty()))
        };
        let first_of = |name| values(name).first().cloned().unwrap_or_default();
        let three = |name| {
            let mut values = values(name);
            values.truncate(3);
            values.join(" ")
        };
        let times = || global.iter().filter_map(|call| call.time);
        let time = |time: Option<i64>| time.map_or(String::new(), |time| time.to_string());
        rows.push(BTreeMap::from([
            ("principal", principal.clone()),
            ("principal_type", first_of("principal_type")),
            ("account_id", first_of("account_id")),
            ("sdk", sdk.clone()),
            ("sdk_version", version.clone()),
            ("calls", global.len().to_string()),
            ("regional_calls", regional.len().to_string()),
            ("first_event_time", time(times().min())),
            ("last_event_time", time(times().max())),
            ("cause", cause.clone()),
            ("recommended_region", region),
            ("region_evidence", evidence.to_owned()),
            ("source_ip_addresses", three("source_ip_address")),
            ("session_names", three("session_name")),
            ("in_scope_of", three("in_scope_of")),
            ("tool", three("tool")),
        ]));
    }
    // The map is in the order of names, and what is sorted stably stays so.
    rows.sort_by_key(|row| std::cmp::Reverse(row["calls"].parse::<u64>().expect("a number")));

    let far = of("global").filter_map(|call| {
        let is_managed = ["aws-internal", "aws-service"].contains(&call.value("sdk"));
        let is_foreign = call.value("principal_type") == "AWSAccount";
        if call.value("aws_serving_region") != "us-east-1" || (is_managed && !is_foreign) {
            return None;
        }
        let address = Some(call.value("source_ip_address")).filter(|address| !address.is_empty());
        let by_address = address
            .and_then(region_of)
            .filter(|region| is_region(region));
        let principal = call.value("principal");
        let (region, evidence) = match by_address {
            Some(region) => (region.to_owned(), "ip-ranges"),
            None => (
                at_home(of("regional").filter(|c| c.value("principal") == principal))?,
                "regional-calls",
            ),
        };
        let account = call.value("account_id");
        (region != "us-east-1").then(|| format!("{principal}|{account}|{region}|{evidence}"))
    });
    let refused = of("regional").filter_map(|call| {
        let region = call.value("endpoint_region");
        (call.value("error_code") == "RegionDisabledException" && is_region(region)).then(|| {
            format!(
                "{}|{region}|{}",
                call.issuing_account(),
                call.value("principal")
            )
        })
    });
    Expected {
        rows,
        cross_region: counted(far),
        refused: counted(refused),
        opt_in_tokens: Some(opt_in_tokens(readings, question)),
    }
}

/// Tokens of the global endpoint in opt-in Regions: who asked for them, how many, where and when.
fn opt_in_tokens(readings: &Readings, question: &Question) -> Vec<String> {
    let mut issued: BTreeMap<&String, Vec<(&Call, bool)>> = BTreeMap::new();
    let delivered = readings.delivered(question);
    for (call, is_wanted) in &delivered {
        if let Some(key) = &call.issued_key
            && call.value("endpoint") == "global"
        {
            issued.entry(key).or_default().push((call, *is_wanted));
        }
    }
    let mut of_caller: BTreeMap<(&str, &str), Vec<&KeyUse>> = BTreeMap::new();
    for (key, calls) in issued {
        let caller =
            |call: &Call| [call.value("principal"), call.value("account_id")].map(str::to_owned);
        let (call, is_wanted) = (calls.into_iter())
            .min_by_key(|(call, is_wanted)| {
                let is_target_copy = call.value("principal_type") == "AWSAccount";
                (is_target_copy, !is_wanted, caller(call))
            })
            .expect("at least one call");
        let uses = readings.uses(question).into_iter();
        let uses = uses.filter(|one| one.key == *key && one.is_in_opt_in_region());
        if is_wanted {
            let caller = (call.value("principal"), call.value("account_id"));
            of_caller.entry(caller).or_default().extend(uses);
        }
    }
    let mut lines = Vec::new();
    for ((principal, account), uses) in of_caller {
        let keys_in = |region: Option<&str>| {
            let uses = uses
                .iter()
                .filter(|one| region.is_none_or(|region| one.region == region));
            uses.map(|one| &one.key).collect::<BTreeSet<_>>().len()
        };
        let regions: BTreeSet<&str> = uses.iter().map(|one| one.region.as_str()).collect();
        let mut regions: Vec<(usize, &str)> = regions
            .into_iter()
            .map(|one| (keys_in(Some(one)), one))
            .collect();
        regions.sort_by_key(|(keys, _)| std::cmp::Reverse(*keys));
        let times = || uses.iter().filter_map(|one| one.time);
        let (first, last) = (times().min(), times().max());
        if !uses.is_empty() {
            lines.push((
                std::cmp::Reverse(keys_in(None)),
                format!(
                    "{principal}|{account}|{}|{regions:?}|{first:?}|{last:?}",
                    keys_in(None)
                ),
            ));
        }
    }
    // The map is in the order of names, and what is sorted stably stays so.
    lines.sort_by_key(|(tokens, _)| *tokens);
    lines.into_iter().map(|(_, line)| line).collect()
}

fn recommended(global: &[&Call], regional: &[&Call]) -> (String, &'static str) {
    let serving = || global.iter().map(|call| call.value("aws_serving_region"));
    let nearby = most(serving().filter(|region| *region != "us-east-1" && is_region(region)));
    if let Some(region) = nearby.first() {
        return (region.clone(), "serving-region");
    }
    if let Some(region) = at_home(regional.iter().copied()) {
        return (region, "regional-calls");
    }
    let mut addresses: Vec<&str> = (global.iter())
        .map(|call| call.value("source_ip_address"))
        .filter(|address| !address.is_empty())
        .collect();
    addresses.sort_unstable();
    addresses.dedup();
    let regions = addresses.into_iter().filter_map(region_of);
    if let Some(region) = most(regions.filter(|region| is_region(region))).first() {
        return (region.clone(), "ip-ranges");
    }
    if serving().any(|region| region == "us-east-1") {
        return ("us-east-1".to_owned(), "serving-region");
    }
    (String::new(), "")
}

/// The Region that most of some Regional calls went to.
fn at_home<'c>(regional: impl Iterator<Item = &'c Call>) -> Option<String> {
    let regions = regional.map(|call| call.value("endpoint_region"));
    most(regions.filter(|region| is_region(region)))
        .first()
        .cloned()
}

/// Values, the most frequent first, equals by name.
fn most<'v>(values: impl Iterator<Item = &'v str>) -> Vec<String> {
    let mut counts: BTreeMap<&str, i64> = BTreeMap::new();
    values.for_each(|value| *counts.entry(value).or_default() += 1);
    let mut counts: Vec<(i64, &str)> = counts.into_iter().map(|(value, n)| (-n, value)).collect();
    counts.sort_unstable();
    counts
        .into_iter()
        .map(|(_, value)| value.to_owned())
        .collect()
}

/// Lines with how often they occur, in the order of the lines.
fn counted(lines: impl Iterator<Item = String>) -> Vec<String> {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    lines.for_each(|line| *counts.entry(line).or_default() += 1);
    (counts.into_iter())
        .map(|(line, count)| format!("{line}|{count}"))
        .collect()
}

/// stscope's plan in the twin's words.
pub fn of_plan(plan: &Plan<'_>) -> Expected {
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    let time = |time: Option<stscope::sts::Time>| {
        time.map_or(String::new(), |time| time.millis().to_string())
    };
    let rows = plan.rows.iter().map(|row| {
        assert!(!row.fix.is_empty(), "{row:?}");
        BTreeMap::from([
            ("principal", row.principal.to_owned()),
            ("principal_type", text(row.principal_type)),
            ("account_id", text(row.account_id)),
            ("sdk", text(row.sdk)),
            ("sdk_version", text(row.sdk_version)),
            ("calls", row.measures.calls.to_string()),
            ("regional_calls", row.regional_calls.to_string()),
            ("first_event_time", time(row.measures.first)),
            ("last_event_time", time(row.measures.last)),
            ("cause", row.cause.to_string()),
            (
                "recommended_region",
                text(row.recommended_region.map(|(region, _)| region)),
            ),
            (
                "region_evidence",
                text(row.recommended_region.map(|(_, by)| by.as_str())),
            ),
            ("source_ip_addresses", row.source_ip_addresses.join(" ")),
            ("session_names", row.session_names.join(" ")),
            ("in_scope_of", row.in_scope_of.join(" ")),
            ("tool", row.tools.join(" ")),
        ])
    });
    let mut cross_region: Vec<String> = (plan.risks.cross_region.iter())
        .map(|one| {
            format!(
                "{}|{}|{}|{}|{}",
                one.principal,
                text(one.account_id),
                one.caller_region,
                one.region_evidence.as_str(),
                one.measures.calls
            )
        })
        .collect();
    cross_region.sort();
    let mut refused: Vec<String> = (plan.risks.refused.iter())
        .flat_map(|one| {
            let sum: u64 = one.callers.iter().map(|(_, calls)| calls).sum();
            assert_eq!(sum, one.measures.calls);
            (one.callers.iter()).map(move |(caller, calls)| {
                format!("{}|{}|{caller}|{calls}", text(one.account_id), one.region)
            })
        })
        .collect();
    refused.sort();
    let opt_in_tokens = plan.risks.opt_in_tokens.as_ref().map(|trace| {
        let tokens = trace.in_opt_in_regions.iter().map(|one| {
            let regions: Vec<_> = (one.regions.iter())
                .map(|(region, tokens)| (*tokens, region))
                .collect();
            let [first, last] =
                [one.first, one.last].map(|time| time.map(stscope::sts::Time::millis));
            format!(
                "{}|{}|{}|{regions:?}|{first:?}|{last:?}",
                one.principal,
                one.account_id.as_deref().unwrap_or_default(),
                one.tokens
            )
        });
        tokens.collect()
    });
    Expected {
        rows: rows.collect(),
        cross_region,
        refused,
        opt_in_tokens,
    }
}

/// Fails unless a plan says what the twin says.
pub fn assert_equal(plan: &Plan<'_>, expected: &Expected) {
    let found = of_plan(plan);
    for (found, expected) in found.rows.iter().zip(&expected.rows) {
        assert_eq!(found, expected, "a row");
    }
    let expected_tokens = (found.opt_in_tokens.as_ref()).and(expected.opt_in_tokens.as_ref());
    assert_eq!(found.opt_in_tokens.as_ref(), expected_tokens);
    assert_eq!(found.cross_region, expected.cross_region);
    assert_eq!(found.refused, expected.refused);
    assert_eq!(found.rows, expected.rows);
}
