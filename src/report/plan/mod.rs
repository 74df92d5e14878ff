//! A plan → rows of cells for machines, and work lists for people.

mod markdown;
mod table;

use std::borrow::Cow;
use std::io::{self, Write};

use serde_json::{Value, json};

use super::table::{count, plural, time_text};
use super::{Cell, Column, Format, Frame, Layout, write};
use crate::questions::{Plan, PlanRow, TokenTrace};
use crate::sts::{Cause, Time};
use crate::tally::Summary;

/// The columns of `plan`, in order.
pub const PLAN_COLUMNS: [&str; 17] = [
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

/// What a plan was made of, besides itself.
pub struct PlanPage<'a> {
    /// The plan, in order.
    pub plan: &'a Plan<'a>,
    /// The sums over all calls that were asked about.
    pub summary: &'a Summary,
    /// Whether anything was read that global calls would be logged in.
    pub can_judge: bool,
    /// The most rows that are written.
    pub top: Option<u64>,
}

/// Writes a plan. `coverage` is what was read, for JSON.
///
/// # Errors
/// What writing gives.
pub fn write_plan(
    format: Format,
    out: &mut dyn Write,
    page: &PlanPage<'_>,
    layout: &Layout,
    coverage: Value,
) -> io::Result<()> {
    let rows = &page.plan.rows;
    let shown = (page.top).map_or(rows.len(), |top| rows.len().min(top as usize));
    let more = (rows.len() - shown) as u64;
    let layout = Layout {
        more,
        ..layout.clone()
    };
    let rows = &rows[..shown];
    match format {
        Format::Table => table::write(out, page, rows, &layout),
        Format::Markdown => markdown::write(out, page, rows, &layout),
        Format::Csv | Format::Json | Format::Jsonl => {
            let frame = Frame {
                schema: "stscope.plan/1",
                head: Vec::new(),
                list: "rows",
                tail: vec![("risks", risks_json(page.plan))],
            };
            let columns = PLAN_COLUMNS.map(|name| Column { name, label: None });
            let rows = rows.iter().map(|row| Ok(cells(row)));
            write(format, out, &columns, &frame, rows, &layout, || {
                Ok(Some(coverage))
            })
        }
    }
}

fn cells<'r>(row: &'r PlanRow<'_>) -> Vec<Cell<'r>> {
    let together = |values: &[&str]| match values {
        [] => Cell::Absent,
        values => Cell::Text(Cow::Owned(values.join(" "))),
    };
    vec![
        Cell::text(Some(row.principal)),
        Cell::text(row.principal_type),
        Cell::text(row.account_id),
        Cell::text(row.sdk),
        Cell::text(row.sdk_version),
        Cell::Count(row.measures.calls),
        Cell::Count(row.regional_calls),
        Cell::time(row.measures.first),
        Cell::time(row.measures.last),
        Cell::text(Some(row.cause.as_str())),
        Cell::text(row.recommended_region.map(|(region, _)| region)),
        Cell::text(row.recommended_region.map(|(_, by)| by.as_str())),
        Cell::text(Some(&row.fix)),
        together(&row.source_ip_addresses),
        together(&row.session_names),
        together(&row.in_scope_of),
        together(&row.tools),
    ]
}

/// The risks, as they stand in JSON.
fn risks_json(plan: &Plan<'_>) -> Value {
    let time = |time: Option<Time>| time.map(|time| time.to_string());
    let cross_region = plan.risks.cross_region.iter().map(|one| {
        json!({
            "principal": one.principal,
            "account_id": one.account_id,
            "caller_region": one.caller_region,
            "region_evidence": one.region_evidence.as_str(),
            "calls": one.measures.calls,
            "first_event_time": time(one.measures.first),
            "last_event_time": time(one.measures.last),
        })
    });
    let refused = plan.risks.refused.iter().map(|one| {
        let callers = one.callers.iter();
        let callers = callers.map(|(caller, calls)| json!({"principal": caller, "calls": calls}));
        json!({
            "account_id": one.account_id,
            "region": one.region,
            "calls": one.measures.calls,
            "first_event_time": time(one.measures.first),
            "last_event_time": time(one.measures.last),
            "callers": callers.collect::<Vec<_>>(),
        })
    });
    let opt_in_tokens = plan.risks.opt_in_tokens.as_ref().map(|trace| {
        let tokens = trace.in_opt_in_regions.iter().map(|one| {
            let regions = one.regions.iter();
            let regions =
                regions.map(|(region, tokens)| json!({"region": region, "tokens": tokens}));
            json!({
                "principal": one.principal,
                "account_id": one.account_id,
                "tokens": one.tokens,
                "regions": regions.collect::<Vec<_>>(),
                "first_event_time": time(one.first),
                "last_event_time": time(one.last),
            })
        });
        tokens.collect::<Vec<_>>()
    });
    json!({
        "cross_region": cross_region.collect::<Vec<_>>(),
        "refused": refused.collect::<Vec<_>>(),
        "opt_in_tokens": opt_in_tokens,
    })
}

/// What stands above a work list, in words: how much there is to do, or that there is nothing.
fn headline(page: &PlanPage<'_>) -> String {
    let plan = page.plan;
    let day = |time: Time| time_text(time, true);
    let span = |first: Option<Time>, last: Option<Time>| match (first.map(day), last.map(day)) {
        (Some(first), Some(last)) if first == last => format!(", {first}"),
        (Some(first), Some(last)) => format!(", {first} to {last}"),
        _ => String::new(),
    };
    let calls = plan.global.calls;
    if calls > 0 {
        return format!(
            "{} global STS {}, {} {} to change{}",
            count(calls),
            plural(calls, "call"),
            count(plan.principals),
            plural(plan.principals, "principal"),
            span(plan.global.first, plan.global.last),
        );
    }
    let all = page.summary.calls;
    let among = format!(
        "among {} STS {}{}",
        count(all),
        plural(all, "call"),
        span(page.summary.span.first, page.summary.span.last)
    );
    if page.can_judge {
        format!("No global calls {among}")
    } else {
        format!(
            "No global calls {among}, but that means nothing: nothing of us-east-1 was read, \
             where they are logged"
        )
    }
}

/// What else is to be known before a work list is read.
fn remarks(page: &PlanPage<'_>) -> Vec<String> {
    let mut remarks = Vec::new();
    if page.plan.aws_managed > 0 {
        remarks.push(format!(
            "{} of them by AWS itself: nothing to change.",
            count(page.plan.aws_managed)
        ));
    }
    let [.., other, unknown] = page.summary.endpoints.values();
    if other + unknown > 0 {
        remarks.push(format!(
            "Not in here, and perhaps global: {} {} by names that are not AWS's (other), {} that \
             could be either (unknown): stscope report --endpoint other,unknown",
            count(other),
            plural(other, "call"),
            count(unknown)
        ));
    }
    if page.plan.rows.is_empty() && page.plan.global.calls > 0 {
        remarks.push("No row has as many calls as --min-calls asks for.".to_owned());
    }
    remarks.extend(page.plan.risks.opt_in_tokens.as_ref().and_then(|trace| {
        let nothing = match trace {
            _ if page.plan.global.calls == 0 || !trace.in_opt_in_regions.is_empty() => return None,
            TokenTrace { issued: 0, .. } => {
                "No token was traced, as no global call has an answer with credentials."
            }
            TokenTrace {
                saw_opt_in_regions: false,
                ..
            } => "No token was traced, as nothing of an opt-in Region was read.",
            _ => "No token of the global endpoint was seen in an opt-in Region.",
        };
        Some(nothing.to_owned())
    }));
    remarks
}

/// The rows, those of one principal together: in the order of their first rows.
fn by_principal<'a, 'r>(rows: &'a [PlanRow<'r>]) -> Vec<Vec<&'a PlanRow<'r>>> {
    let mut places = std::collections::HashMap::new();
    let mut principals: Vec<Vec<&PlanRow<'_>>> = Vec::new();
    for row in rows {
        let place = *places.entry(row.principal).or_insert(principals.len());
        match principals.get_mut(place) {
            Some(rows) => rows.push(row),
            None => principals.push(vec![row]),
        }
    }
    principals
}

/// The most versions that are named; of more, the oldest and the newest.
const MAX_VERSIONS: usize = 6;

/// The SDK and its versions, each text made harmless by `name`.
fn agent(row: &PlanRow<'_>, name: impl Fn(&str) -> String) -> String {
    let Some(sdk) = row.sdk else {
        return "no user agent".to_owned();
    };
    let versions: Vec<&str> = row.versions.iter().copied().flatten().collect();
    let mut named: Vec<String> = versions.iter().map(|version| name(version)).collect();
    if let Some(unnamed) = versions.len().checked_sub(MAX_VERSIONS).filter(|&n| n > 0) {
        let oldest = MAX_VERSIONS / 2;
        named.splice(oldest..oldest + unnamed, [format!("{unnamed} more")]);
    }
    if !versions.is_empty() && row.versions.contains(&None) {
        named.push("no version".to_owned());
    }
    match named.is_empty() {
        true => name(sdk),
        false => format!("{} {}", name(sdk), named.join(", ")),
    }
}

/// The Region to go to, where there is somebody to go.
fn region_words(row: &PlanRow<'_>) -> Option<(String, &'static str)> {
    let (region, evidence) = row
        .recommended_region
        .filter(|_| row.cause != Cause::AwsManaged)?;
    Some((region.to_owned(), evidence.as_str()))
}

/// What helps to find the callers of a row; `name` makes the words of strangers harmless.
fn seen(row: &PlanRow<'_>, name: impl Fn(&str) -> String) -> Option<String> {
    let traces = [
        ("as", "as", &row.tools),
        ("from", "from", &row.source_ip_addresses),
        ("session", "sessions", &row.session_names),
        ("issued to", "issued to", &row.in_scope_of),
    ];
    let traces: Vec<String> = (traces.iter())
        .filter(|(.., values)| !values.is_empty())
        .map(|(one, several, values)| {
            let word = if values.len() == 1 { one } else { several };
            let values: Vec<_> = values.iter().map(|value| name(value)).collect();
            format!("{word} {}", values.join(", "))
        })
        .collect();
    (!traces.is_empty()).then(|| format!("Seen {}", traces.join("; ")))
}

/// The most risks of one kind that a work list names.
const MAX_RISKS: usize = 10;
/// The most callers that a refusal names, and the most Regions that tokens were used in.
const MAX_CALLERS: usize = 3;

/// Risks of one kind, in words.
struct RiskList {
    title: &'static str,
    lines: Vec<String>,
}

/// The risks in words; `name` makes the words of strangers harmless.
fn risk_lists(plan: &Plan<'_>, name: impl Fn(&str) -> String) -> Vec<RiskList> {
    let cut = |mut lines: Vec<String>| {
        let unnamed = lines.len().saturating_sub(MAX_RISKS) as u64;
        lines.truncate(MAX_RISKS);
        if unnamed > 0 {
            lines.push(format!(
                "and {} more; --format json has all",
                count(unnamed)
            ));
        }
        lines
    };
    let calls = |calls: u64| format!("{} {}", count(calls), plural(calls, "call"));
    let cross_region = plan.risks.cross_region.iter().map(|one| {
        format!(
            "{} of {} from {} ({})",
            calls(one.measures.calls),
            name(one.principal),
            one.caller_region,
            one.region_evidence.as_str()
        )
    });
    let refused = plan.risks.refused.iter().map(|one| {
        let callers = one.callers.iter().take(MAX_CALLERS);
        let mut callers: Vec<_> = callers.map(|(caller, _)| name(caller)).collect();
        let unnamed = one.callers.len().saturating_sub(MAX_CALLERS) as u64;
        if unnamed > 0 {
            callers.push(format!("{} more", count(unnamed)));
        }
        let account = match one.account_id {
            Some(account) => format!("account {}", name(account)),
            None => "an account that is not named".to_owned(),
        };
        format!(
            "{}: {} to {} by {}",
            account,
            calls(one.measures.calls),
            one.region,
            callers.join(", ")
        )
    });
    let traces = plan.risks.opt_in_tokens.iter();
    let tokens = traces
        .flat_map(|trace| &trace.in_opt_in_regions)
        .map(|one| {
            let regions = one.regions.iter().take(MAX_CALLERS);
            let mut regions: Vec<_> = regions.map(|(region, _)| name(region)).collect();
            let unnamed = one.regions.len().saturating_sub(MAX_CALLERS) as u64;
            if unnamed > 0 {
                regions.push(format!("{} more", count(unnamed)));
            }
            format!(
                "{} {} of {} in {}",
                count(one.tokens),
                plural(one.tokens, "token"),
                name(&one.principal),
                regions.join(", ")
            )
        });
    [
        RiskList {
            title: "Answered in us-east-1 for callers elsewhere, so these fail with us-east-1:",
            lines: cut(cross_region.collect()),
        },
        RiskList {
            title: "Refused, as STS is off in that Region for that account \
                    (RegionDisabledException); switch it on before anybody moves there:",
            lines: cut(refused.collect()),
        },
        RiskList {
            title: "Tokens of the global endpoint used in opt-in Regions, where only version 2 \
                    tokens are valid; those of Regional endpoints are valid everywhere:",
            lines: cut(tokens.collect()),
        },
    ]
    .into_iter()
    .filter(|list| !list.lines.is_empty())
    .collect()
}
