//! `plan`: who must change what, as rows for programs and as work to do for people (`work_list`).

use serde_json::{Value, json};

pub use super::work_list::PlanPage;
use super::{time_json, work_list};
use crate::questions::{Plan, PlanRow};
use crate::report::cell::Cell;
use crate::report::page::{Form, List, Page};
use crate::report::sheet::{Label, Sheet};

impl<'p> PlanPage<'p> {
    /// The page.
    pub fn page(self) -> Page<'p> {
        let rows = self.plan.rows.iter().map(Ok);
        let list = List {
            form: Form::WorkList(Box::new(move || work_list::of(&self))),
            ..List::new("rows", sheet(), rows, self.top)
        };
        let page = Page {
            tail: vec![("risks", risks_json(self.plan))],
            ..Page::new("stscope.plan/1", list)
        };
        page.covering(move || Ok(Some(self.coverage.clone())))
    }
}

/// The columns.
pub fn sheet<'p>() -> Sheet<&'p PlanRow<'p>> {
    fn together(values: &[&str]) -> Cell<'static> {
        match values {
            [] => Cell::Absent,
            values => Cell::text(values.join(" ")),
        }
    }
    Sheet::<&'p PlanRow<'p>>::new()
        .col(
            "principal",
            Label::new("PRINCIPAL").least(29),
            "the stable identity that called",
            |row| Cell::text(row.principal),
        )
        .col("principal_type", None, "userIdentity.type", |row| {
            Cell::some(row.principal_type, Cell::text)
        })
        .col(
            "account_id",
            Label::new("ACCOUNT").spare(4),
            "the caller's account",
            |row| Cell::some(row.account_id, Cell::account),
        )
        .col(
            "sdk",
            Label::new("SDK").spare(3),
            "the SDK or tool, from the user agent",
            |row| Cell::some(row.sdk, Cell::text),
        )
        .col("sdk_version", None, "its version", |row| {
            Cell::some(row.sdk_version, Cell::text)
        })
        .col("calls", Label::new("CALLS"), "its global calls", |row| {
            Cell::Count(row.measures.calls)
        })
        .col(
            "regional_calls",
            None,
            "the same principal's Regional calls",
            |row| Cell::Count(row.regional_calls),
        )
        .col(
            "first_event_time",
            None,
            "when the first global call was made",
            |row| Cell::some(row.measures.first, Cell::Time),
        )
        .col(
            "last_event_time",
            None,
            "when the last global call was made",
            |row| Cell::some(row.measures.last, Cell::Time),
        )
        .col(
            "cause",
            Label::new("CAUSE").spare(2),
            "why they go to the global endpoint",
            |row| Cell::text(row.cause.as_str()),
        )
        .col(
            "recommended_region",
            Label::new("TO REGION").spare(1),
            "the Region to go to",
            |row| Cell::some(row.recommended_region.map(|(region, _)| region), Cell::text),
        )
        .col("region_evidence", None, "what says so", |row| {
            Cell::some(
                row.recommended_region.map(|(_, by)| by.as_str()),
                Cell::text,
            )
        })
        .col("fix", None, "what to do", |row| {
            Cell::text(row.fix.as_str())
        })
        .col(
            "source_ip_addresses",
            None,
            "up to three addresses",
            |row| together(&row.source_ip_addresses),
        )
        .col("session_names", None, "up to three sessions", |row| {
            together(&row.session_names)
        })
        .col(
            "in_scope_of",
            None,
            "up to three things that credentials were issued to",
            |row| together(&row.in_scope_of),
        )
        .col(
            "tool",
            None,
            "up to three programs that the user agents name",
            |row| together(&row.tools),
        )
}

/// The risks, for programs.
pub(super) fn risks_json(plan: &Plan<'_>) -> Value {
    let cross_region = plan.risks.cross_region.iter().map(|one| {
        json!({
            "principal": one.principal,
            "account_id": one.account_id,
            "caller_region": one.caller_region,
            "region_evidence": one.region_evidence.as_str(),
            "calls": one.measures.calls,
            "first_event_time": time_json(one.measures.first),
            "last_event_time": time_json(one.measures.last),
        })
    });
    let refused = plan.risks.refused.iter().map(|one| {
        let callers = one.callers.iter();
        let callers = callers.map(|(caller, calls)| json!({"principal": caller, "calls": calls}));
        json!({
            "account_id": one.account_id,
            "region": one.region,
            "calls": one.measures.calls,
            "first_event_time": time_json(one.measures.first),
            "last_event_time": time_json(one.measures.last),
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
                "first_event_time": time_json(one.first),
                "last_event_time": time_json(one.last),
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
