//! A plan as work to do: what each caller has to change, and what can go wrong.

use std::collections::HashMap;

use serde_json::Value;

use crate::questions::{Plan, PlanRow, TokenTrace};
use crate::report::page::{Caller, RiskList, Task, WorkList};
use crate::report::words::{Phrase, count, counted, day, span, too_few_calls};
use crate::sts::{Cause, Time};
use crate::tally::Summary;

/// What a page of a plan is made of.
#[derive(Clone, Copy)]
pub struct PlanPage<'p> {
    /// The plan, in order.
    pub plan: &'p Plan<'p>,
    /// The sums over all calls that were asked about.
    pub summary: &'p Summary,
    /// Whether anything was read that global calls would be logged in.
    pub can_judge: bool,
    /// Whether the plan is of some of the callers alone, and the sums are of all.
    pub is_of_some: bool,
    /// The most rows it has.
    pub top: Option<u64>,
    /// What was read.
    pub coverage: &'p Value,
}

/// The work of a plan.
pub(super) fn of<'p>(page: &PlanPage<'p>) -> WorkList<'p> {
    let rows = &page.plan.rows;
    let shown = page
        .top
        .map_or(rows.len(), |top| rows.len().min(top as usize));
    WorkList {
        headline: headline(page),
        remarks: remarks(page),
        callers: callers(&rows[..shown]),
        more: (rows.len() - shown) as u64,
        risks: risks(page.plan),
    }
}

/// How much there is to do, or that there is nothing.
fn headline(page: &PlanPage<'_>) -> String {
    let plan = page.plan;
    let days = |first: Option<Time>, last: Option<Time>| {
        let days = span(first.map(day), last.map(day));
        days.map(|days| format!(", {days}")).unwrap_or_default()
    };
    let calls = plan.global.calls;
    if calls > 0 {
        return format!(
            "{}, {} to change{}",
            counted(calls, "global STS call"),
            counted(plan.principals, "principal"),
            days(plan.global.first, plan.global.last),
        );
    }
    let all = page.summary.calls;
    let among = format!(
        "among {}{}",
        counted(all, "STS call"),
        days(page.summary.span.first, page.summary.span.last)
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

/// What else is to be known before the work begins.
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
        let kinds = [
            (other, "by names that are not AWS's (other)"),
            (unknown, "that could be either (unknown)"),
        ];
        let kinds: Vec<String> = (kinds.into_iter())
            .filter(|(calls, _)| *calls > 0)
            .map(|(calls, what)| format!("{} {what}", counted(calls, "call")))
            .collect();
        remarks.push(format!(
            "Not in here, and perhaps global: {}{}; 'report --endpoint other,unknown' of the same logs \
             shows them",
            if page.is_of_some {
                "of all accounts, "
            } else {
                ""
            },
            kinds.join(" and ")
        ));
    }
    if page.plan.rows.is_empty() && page.plan.global.calls > 0 {
        remarks.push(format!("{}.", too_few_calls("row")));
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
fn callers<'p>(rows: &'p [PlanRow<'p>]) -> Vec<Caller<'p>> {
    let mut places = HashMap::new();
    let mut callers: Vec<Caller<'p>> = Vec::new();
    for row in rows {
        let place = *places.entry(row.principal).or_insert(callers.len());
        if place == callers.len() {
            callers.push(Caller {
                principal: row.principal,
                principal_type: row.principal_type,
                account_id: row.account_id,
                account_name: None,
                regional_calls: row.regional_calls,
                tasks: Vec::new(),
            });
        }
        callers[place].tasks.push(task(row));
    }
    callers
}

fn task<'p>(row: &'p PlanRow<'p>) -> Task<'p> {
    Task {
        agent: agent(row),
        has_versions: row.versions.len() > 1,
        calls: row.measures.calls,
        last: row.measures.last,
        cause: row.cause,
        fix: &row.fix,
        // Of calls by AWS itself there is nobody who could go there.
        region: (row.recommended_region)
            .filter(|_| row.cause != Cause::AwsManaged)
            .map(|(region, evidence)| (region, evidence.as_str())),
        seen: seen(row),
    }
}

/// The most versions that are named; of more, the oldest and the newest.
const MAX_VERSIONS: usize = 6;

/// The SDK and its versions.
fn agent<'p>(row: &PlanRow<'p>) -> Phrase<'p> {
    let Some(sdk) = row.sdk else {
        return Phrase::of("no user agent");
    };
    let name = |name: &'p str| Phrase::default().name(name);
    let mut versions: Vec<_> = row.versions.iter().copied().flatten().map(name).collect();
    let has_version = !versions.is_empty();
    if let Some(unnamed) = versions.len().checked_sub(MAX_VERSIONS).filter(|&n| n > 0) {
        let oldest = MAX_VERSIONS / 2;
        let rest = Phrase::of(format!("{unnamed} more"));
        versions.splice(oldest..oldest + unnamed, [rest]);
    }
    if has_version && row.versions.contains(&None) {
        versions.push(Phrase::of("no version"));
    }
    match has_version {
        true => name(sdk).say(" ").then(Phrase::joined(versions, ", ")),
        false => name(sdk),
    }
}

/// What helps to find the callers of a row.
fn seen<'p>(row: &PlanRow<'p>) -> Option<Phrase<'p>> {
    let traces = [
        ("as ", "as ", &row.tools),
        ("from ", "from ", &row.source_ip_addresses),
        ("session ", "sessions ", &row.session_names),
        ("issued to ", "issued to ", &row.in_scope_of),
    ];
    let traces: Vec<Phrase<'p>> = (traces.into_iter())
        .filter(|(.., values)| !values.is_empty())
        .map(|(one, several, values)| {
            let word = if values.len() == 1 { one } else { several };
            Phrase::of(word).then(names(values.iter().copied()))
        })
        .collect();
    (!traces.is_empty()).then(|| Phrase::of("Seen ").then(Phrase::joined(traces, "; ")))
}

/// Strangers' words, with commas between them.
fn names<'p>(names: impl Iterator<Item = &'p str>) -> Phrase<'p> {
    Phrase::joined(names.map(|name| Phrase::default().name(name)), ", ")
}

/// The first few of some words of strangers', and how many more there are.
fn first_names<'p>(all: impl ExactSizeIterator<Item = &'p str>) -> Phrase<'p> {
    let unnamed = all.len().saturating_sub(MAX_NAMED) as u64;
    let some = names(all.take(MAX_NAMED));
    match unnamed {
        0 => some,
        unnamed => some.say(format!(", {} more", count(unnamed))),
    }
}

/// The most risks of one kind that are told.
const MAX_RISKS: usize = 10;
/// The most callers that a refusal names, and the most Regions that tokens were used in.
const MAX_NAMED: usize = 3;

/// The first few risks of a kind, and how many more there are.
fn first_risks<'p>(
    title: &'static str,
    all: impl ExactSizeIterator<Item = Phrase<'p>>,
) -> RiskList<'p> {
    let unnamed = all.len().saturating_sub(MAX_RISKS) as u64;
    let mut lines: Vec<Phrase<'p>> = all.take(MAX_RISKS).collect();
    if unnamed > 0 {
        let rest = format!("and {} more; --format json has all", count(unnamed));
        lines.push(Phrase::of(rest));
    }
    RiskList { title, lines }
}

/// What can go wrong.
fn risks<'p>(plan: &'p Plan<'p>) -> Vec<RiskList<'p>> {
    let cross_region = plan.risks.cross_region.iter().map(|one| {
        Phrase::of(format!("{} of ", counted(one.measures.calls, "call")))
            .name(one.principal)
            .say(format!(
                " from {} ({})",
                one.caller_region,
                one.region_evidence.as_str()
            ))
    });
    let refused = plan.risks.refused.iter().map(|one| {
        let account = match one.account_id {
            Some(account) => Phrase::of("account ").name(account),
            None => Phrase::of("an account that is not named"),
        };
        let calls = counted(one.measures.calls, "call");
        let callers = one.callers.iter().map(|(caller, _)| *caller);
        account
            .say(format!(": {calls} to {} by ", one.region))
            .then(first_names(callers))
    });
    let traced = plan.risks.opt_in_tokens.as_ref();
    let traced = traced.map_or(&[][..], |trace| &trace.in_opt_in_regions);
    let tokens = traced.iter().map(|one| {
        let regions = one.regions.iter().map(|(region, _)| region.as_str());
        Phrase::of(format!("{} of ", counted(one.tokens, "token")))
            .name(one.principal.as_str())
            .say(" in ")
            .then(first_names(regions))
    });
    [
        first_risks(
            "Answered in us-east-1 for callers elsewhere, so these fail with us-east-1:",
            cross_region,
        ),
        first_risks(
            "Refused, as STS is off in that Region for that account \
             (RegionDisabledException); switch it on before anybody moves there:",
            refused,
        ),
        first_risks(
            "Tokens of the global endpoint used in opt-in Regions, where only version 2 \
             tokens are valid; those of Regional endpoints are valid everywhere:",
            tokens,
        ),
    ]
    .into_iter()
    .filter(|list| !list.lines.is_empty())
    .collect()
}
