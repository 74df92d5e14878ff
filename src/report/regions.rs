//! The Regional STS endpoints of accounts → rows of cells, and what is to be known beside them.

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::table::{count, plural};
use super::{Cell, Column, Label, Paint};
use crate::questions::{RegionRow, RegionStatus, Regions};
use crate::sts::Time;
use crate::tally::{Coverage, Selection, Summary};

/// The time that rows are judged by. A Region that is idle is idle in these logs.
#[derive(Clone, Debug)]
pub struct Window {
    accounts: Vec<String>,
    regions: Vec<String>,
    since: Option<Time>,
    until: Option<Time>,
    first_event: Option<Time>,
    last_event: Option<Time>,
    first_day: Option<NaiveDate>,
    last_day: Option<NaiveDate>,
}

impl Window {
    /// What was asked about, and what was read for it.
    pub fn new(selection: &Selection, coverage: &Coverage, summary: &Summary) -> Window {
        // What a store has forgotten is not asked about, whoever asks.
        let kept_from = coverage.kept_from.and_then(Time::of_midnight);
        Window {
            accounts: selection.accounts.clone(),
            regions: selection.regions.clone(),
            since: selection.since.max(kept_from),
            until: selection.until,
            first_event: summary.span.first,
            last_event: summary.span.last,
            first_day: coverage.key_first_day,
            last_day: coverage.key_last_day,
        }
    }

    /// As it stands in JSON.
    pub fn json(&self) -> Value {
        let time = |time: Option<Time>| time.map(|time| time.to_string());
        let day = |day: Option<NaiveDate>| day.map(|day| day.to_string());
        json!({
            "accounts": self.accounts,
            "regions": self.regions,
            "since": time(self.since),
            "until": time(self.until),
            "first_event_time": time(self.first_event),
            "last_event_time": time(self.last_event),
            "key_first_day": day(self.first_day),
            "key_last_day": day(self.last_day),
        })
    }

    /// In words: what was asked, whose files were read, and what calls they had.
    pub fn words(&self) -> Vec<String> {
        let span = |first: Option<String>, last: Option<String>| match (first, last) {
            (Some(first), Some(last)) if first == last => Some(first),
            (Some(first), Some(last)) => Some(format!("{first} to {last}")),
            _ => None,
        };
        let text = |time: Option<Time>| time.map(|time| time.to_string());
        let day = |day: Option<NaiveDate>| day.map(|day| day.to_string());
        let mut asked = Vec::new();
        if !self.accounts.is_empty() {
            asked.push(format!("logs of {} alone", self.accounts.join(", ")));
        }
        if !self.regions.is_empty() {
            asked.push(format!("logs of {} alone", self.regions.join(", ")));
        }
        asked.extend(match (text(self.since), text(self.until)) {
            (None, None) => None,
            (Some(since), None) => Some(format!("calls from {since} on")),
            (None, Some(until)) => Some(format!("calls before {until}")),
            (Some(since), Some(until)) => Some(format!("calls from {since} to before {until}")),
        });
        let files = match span(day(self.first_day), day(self.last_day)) {
            Some(days) => format!("log files of {days}"),
            None => "log files whose paths tell no day".to_owned(),
        };
        let calls = match span(text(self.first_event), text(self.last_event)) {
            Some(times) => format!("STS calls of {times}"),
            None => "no STS call with a time".to_owned(),
        };
        asked.extend([files, calls]);
        asked
    }
}

/// The columns of `regions`, in order.
pub fn region_columns() -> Vec<Column> {
    let label = |text| Some(Label::new(text));
    [
        ("account_id", label("ACCOUNT")),
        ("region", label("REGION")),
        ("region_name", Some(Label::new("NAME").least(16).spare(5))),
        ("enabled_by_default", Some(Label::new("DEFAULT").spare(4))),
        ("can_deactivate", Some(Label::new("CAN BE OFF").spare(4))),
        ("regional_calls", label("REGIONAL")),
        ("vpc_endpoint_calls", Some(Label::new("VIA VPCE").spare(2))),
        ("aws_service_calls", label("BY AWS")),
        ("callers", Some(Label::new("CALLERS").spare(1))),
        ("refused", label("REFUSED")),
        ("first_event_time", None),
        (
            "last_event_time",
            Some(Label {
                by_day: true,
                ..Label::new("LAST").spare(3)
            }),
        ),
        ("status", label("STATUS")),
    ]
    .map(|(name, label)| Column { name, label })
    .into()
}

/// The cells of a row, under [`region_columns`].
pub fn region_cells<'r>(row: &RegionRow<'r>) -> Vec<Cell<'r>> {
    let known = row.known();
    let flag = |flag: Option<bool>| flag.map_or(Cell::Absent, Cell::Flag);
    let name = known.map(|region| region.name);
    vec![
        Cell::text(row.account_id),
        Cell::text(Some(row.region)),
        Cell::text(name.filter(|name| !name.is_empty())),
        flag(known.and_then(|region| region.enabled_by_default())),
        flag(known.and_then(|region| region.can_deactivate())),
        Cell::Count(row.regional_calls),
        Cell::Count(row.vpc_endpoint_calls),
        Cell::Count(row.aws_service_calls),
        Cell::Count(row.callers),
        Cell::Count(row.refused),
        Cell::time(row.measures.first),
        Cell::time(row.measures.last),
        Cell::text(Some(row.status.as_str())),
    ]
}

/// Calls that belong to no Region, as they stand in JSON.
pub fn of_no_region_json(regions: &Regions<'_>) -> Value {
    let calls = regions.of_no_region.iter();
    calls
        .map(|(kind, &calls)| (kind.as_str().to_owned(), Value::from(calls)))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

/// What stands above the rows: what they are judged by, and how many have which status.
pub fn region_lines(regions: &Regions<'_>, window: &Window, paint: Paint) -> Vec<String> {
    let accounts = format!(
        "STS of {} {}, Region by Region, judged by",
        count(regions.accounts),
        plural(regions.accounts, "account")
    );
    let mut lines = vec![paint.strong(&accounts)];
    lines.extend(window.words().into_iter().map(|words| format!("  {words}")));
    lines.push(String::new());
    let with_status = RegionStatus::ALL.map(|status| (status, regions.with_status(status)));
    let digits = with_status.iter().map(|(_, rows)| count(*rows).len()).max();
    for (status, rows) in with_status {
        lines.push(format!(
            "  {:<9}  {:>2$}  {3}",
            status.as_str(),
            count(rows),
            digits.unwrap_or(1),
            meaning(status)
        ));
    }
    lines.push(String::new());
    lines
}

fn meaning(status: RegionStatus) -> &'static str {
    match status {
        RegionStatus::Refused => "deactivated, and called: activate it, or move the callers",
        RegionStatus::InUse => "called, be it by AWS services alone",
        RegionStatus::NotRead => "no log was read, or not all of one: nothing can be said",
        RegionStatus::Idle => "not called in these logs; it can be deactivated",
        RegionStatus::AlwaysOn => "not called in these logs; it cannot be deactivated",
        RegionStatus::OptIn => "not called in these logs; it comes with the Region",
    }
}

/// What stands below the rows: the calls that are in none of them, and what is in doubt.
pub fn region_notes(regions: &Regions<'_>, window: &Window) -> Vec<String> {
    let [global, regional, aws_service, other, unknown] = regions.of_no_region.values();
    let some = |number: u64, what: &str| match number {
        1 => format!("1 {what} call is"),
        _ => format!("{} {what} calls are", count(number)),
    };
    let mut notes = Vec::new();
    if global > 0 {
        let calls = some(global, "global");
        notes.push(format!(
            "{calls} in no row: deactivating a Region does not touch them."
        ));
    }
    if unknown > 0 {
        let calls = some(unknown, "unknown");
        notes.push(format!(
            "{calls} in no row: global, or Regional in us-east-1."
        ));
    }
    if other > 0 {
        let calls = some(other, "other");
        notes.push(format!(
            "{calls} in no row: by a proxy or a CNAME, and no Region is known."
        ));
    }
    if regional + aws_service > 0 {
        let calls = some(regional + aws_service, "Regional");
        notes.push(format!("{calls} in no row: no Region is known."));
    }
    if regions.by_other_names > 0 {
        let calls = some(regions.by_other_names, "other");
        notes.push(format!(
            "{calls} counted where logged: by a proxy or a CNAME."
        ));
    }
    if !window.accounts.is_empty() {
        notes.push(
            "Denied and refused calls from other accounts are in the logs of those alone."
                .to_owned(),
        );
    }
    if regions.damaged_anywhere > 0 {
        let number = regions.damaged_anywhere;
        notes.push(format!(
            "{} damaged {} may be of any account and Region, so nothing is called idle.",
            count(number),
            plural(number, "file")
        ));
    }
    notes
}
