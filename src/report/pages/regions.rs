//! `regions`: which Regional STS endpoints each account uses, and by what that is judged.

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::time_json;
use crate::aws::region::Region;
use crate::questions::{RegionRow, RegionStatus, Regions};
use crate::report::cell::Cell;
use crate::report::page::{Block, Figure, List, Page, Tone};
use crate::report::sheet::{Label, Sheet};
use crate::report::words::{count, counted, span, too_few_calls};
use crate::sts::Time;
use crate::tally::{Coverage, Selection, Summary};

/// The page of some Regions: those with at least `min_calls`, and of these `top` at the most.
pub fn page<'p>(
    mut regions: Regions<'p>,
    window: &Window,
    min_calls: u64,
    top: Option<u64>,
    coverage: &'p Coverage,
) -> Page<'p> {
    // What is said of all rows is said before some are left out.
    let mut blocks = blocks(&regions, window);
    let notes = notes(&regions, window);
    let head = vec![
        ("window", window.json()),
        ("of_no_region", of_no_region_json(&regions)),
        ("by_other_names", regions.by_other_names.into()),
    ];
    let all = regions.rows.len();
    regions.keep_min_calls(min_calls);
    if regions.rows.is_empty() && all > 0 {
        blocks.push(Block::Remarks(vec![too_few_calls("row")]));
    }
    let rows = regions.rows.into_iter().map(Ok);
    let page = Page {
        head,
        blocks,
        notes,
        ..Page::new("stscope.regions/1", List::new("rows", sheet(), rows, top))
    };
    page.covering(move || Ok(Some(serde_json::to_value(coverage)?)))
}

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

    /// For programs.
    pub(super) fn json(&self) -> Value {
        let day = |day: Option<NaiveDate>| day.map(|day| day.to_string());
        json!({
            "accounts": self.accounts,
            "regions": self.regions,
            "since": time_json(self.since),
            "until": time_json(self.until),
            "first_event_time": time_json(self.first_event),
            "last_event_time": time_json(self.last_event),
            "key_first_day": day(self.first_day),
            "key_last_day": day(self.last_day),
        })
    }

    /// In words: what was asked, whose files were read, and what calls they had.
    pub fn words(&self) -> Vec<String> {
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

/// The columns.
pub fn sheet<'r>() -> Sheet<RegionRow<'r>> {
    fn known(row: &RegionRow<'_>, flag: impl Fn(&Region) -> Option<bool>) -> Cell<'static> {
        Cell::some(row.known().and_then(flag), Cell::Flag)
    }
    Sheet::<RegionRow<'r>>::new()
        .col(
            "account_id",
            Label::new("ACCOUNT"),
            "the account that issues the credentials",
            |row| Cell::some(row.account_id, Cell::account),
        )
        .col("region", Label::new("REGION"), "the Region", |row| {
            Cell::text(row.region)
        })
        .col(
            "region_name",
            Label::new("NAME").least(16).spare(7),
            "its name",
            |row| {
                let name = row.known().map(|region| region.name);
                Cell::some(name.filter(|name| !name.is_empty()), Cell::text)
            },
        )
        .col(
            "enabled_by_default",
            Label::new("DEFAULT").spare(6),
            "whether every account has the Region",
            |row| known(row, Region::enabled_by_default),
        )
        .col(
            "can_deactivate",
            Label::new("CAN BE OFF").spare(6),
            "whether STS can be deactivated there",
            |row| known(row, Region::can_deactivate),
        )
        .col(
            "regional_calls",
            Label::new("REGIONAL").spare(1),
            "calls to the Region's own endpoint",
            |row| Cell::Count(row.regional_calls),
        )
        .col(
            "vpc_endpoint_calls",
            Label::new("VIA VPCE").spare(4),
            "calls through a VPC endpoint",
            |row| Cell::Count(row.vpc_endpoint_calls),
        )
        .col(
            "aws_service_calls",
            Label::new("BY AWS").spare(2),
            "calls by AWS services on the account's behalf",
            |row| Cell::Count(row.aws_service_calls),
        )
        .col(
            "callers",
            Label::new("CALLERS").spare(3),
            "the different principals that called",
            |row| Cell::Count(row.callers),
        )
        .col(
            "refused",
            Label::new("REFUSED").spare(2),
            "calls refused, as STS is deactivated there",
            |row| Cell::Count(row.refused),
        )
        .col(
            "first_event_time",
            None,
            "when the first call was made",
            |row| Cell::some(row.measures.first, Cell::Time),
        )
        .col(
            "last_event_time",
            Label::new("LAST").spare(5).by_day(),
            "when the last call was made",
            |row| Cell::some(row.measures.last, Cell::Time),
        )
        .col(
            "status",
            Label::new("STATUS"),
            "what follows for the account's STS in the Region",
            |row| Cell::text(row.status.as_str()),
        )
}

/// Calls that belong to no Region, for programs.
pub(super) fn of_no_region_json(regions: &Regions<'_>) -> Value {
    let calls = regions.of_no_region.iter();
    calls
        .map(|(kind, &calls)| (kind.as_str().to_owned(), Value::from(calls)))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

/// By what the rows are judged, and how many have which status.
pub(super) fn blocks(regions: &Regions<'_>, window: &Window) -> Vec<Block> {
    let accounts = counted(regions.accounts, "account");
    let figures = RegionStatus::ALL.map(|status| Figure {
        name: status.as_str(),
        count: regions.with_status(status),
        share: None,
        words: meaning(status).to_owned(),
        tone: Tone::Plain,
    });
    vec![
        Block::Heading {
            text: format!("STS of {accounts}, Region by Region, judged by"),
            details: window.words(),
        },
        Block::Figures {
            figures: figures.into(),
            with_shares: false,
        },
    ]
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

/// What is to be known after the rows: the calls that are in none of them, and what is in doubt.
fn notes(regions: &Regions<'_>, window: &Window) -> Vec<String> {
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
    if regions.silent > 0 {
        notes.push(format!(
            "{} judged by digests that name no log: the trail may leave such calls out (event selectors).",
            regions_of_accounts(regions.silent, "was", "were")
        ));
    }
    if regions.incomplete > 0 {
        notes.push(format!(
            "{} not read, as digests say that logs are missing: 'stscope verify' says which.",
            regions_of_accounts(regions.incomplete, "counts as", "count as")
        ));
    }
    if regions.damaged_anywhere > 0 {
        let number = regions.damaged_anywhere;
        notes.push(format!(
            "{} may be of any account and Region, so nothing is called idle.",
            counted(number, "damaged file")
        ));
    }
    if regions.undated > 0 {
        notes.push(format!(
            "{} without a readable time may be of the time asked about, so nothing is called idle.",
            counted(regions.undated, "call")
        ));
    }
    notes
}

/// `1 account's Region was`, or `2 accounts' Regions were`.
fn regions_of_accounts(number: u64, of_one: &str, of_many: &str) -> String {
    match number {
        1 => format!("1 account's Region {of_one}"),
        many => format!("{} accounts' Regions {of_many}", count(many)),
    }
}
