//! `trend`: global versus Regional, period by period.

use serde_json::{Value, json};

use super::gauges;
use crate::questions::{PeriodStatus, Trend, TrendRow};
use crate::report::cell::Cell;
use crate::report::page::{Block, Chart, List, Page, StackColumn};
use crate::report::sheet::{Label, Sheet};
use crate::report::words::{count, counted, too_few_calls};
use crate::sts::EndpointKind;
use crate::tally::Coverage;

/// The page of a trend. All that is said before the rows is of all periods; `rows` are those to be shown,
/// and of these `top` at the most.
pub fn page<'p>(
    trend: &'p Trend,
    rows: Vec<TrendRow>,
    top: Option<u64>,
    coverage: &'p Coverage,
) -> Page<'p> {
    let mut blocks = blocks(trend);
    if rows.is_empty() && !trend.rows.is_empty() {
        blocks.push(Block::Remarks(vec![too_few_calls("period")]));
    }
    let list = List::new("periods", sheet(), rows.into_iter().map(Ok), top);
    let page = Page {
        blocks,
        gauges: Some(Box::new(move || {
            let mut all = gauges::of_trend(trend);
            all.extend(gauges::of_coverage(coverage));
            all
        })),
        tail: vec![
            ("gaps", gaps_json(trend)),
            ("undated", trend.undated.into()),
        ],
        ..Page::new("stscope.trend/1", list)
    };
    page.covering(move || Ok(Some(serde_json::to_value(coverage)?)))
}

/// The columns.
pub fn sheet() -> Sheet<TrendRow> {
    fn number(number: Option<u64>) -> Cell<'static> {
        Cell::some(number, Cell::Count)
    }
    let mut sheet = Sheet::<TrendRow>::new()
        .col(
            "period",
            Label::new("PERIOD"),
            "the day, week or month",
            |row| Cell::Day(row.period),
        )
        .col("calls", Label::new("CALLS").spare(2), "calls", |row| {
            number(row.calls)
        });
    for kind in EndpointKind::ALL {
        let (label, help) = endpoint_column(kind);
        sheet = sheet.col(kind.as_str(), label, help, move |row| {
            number(row.endpoints[kind])
        });
    }
    sheet
        .col(
            "global_share",
            Label::new("SHARE"),
            "global of global and Regional",
            |row| Cell::some(row.global_share, Cell::Share),
        )
        .col(
            "global_principals",
            Label::new("CALLERS").spare(6),
            "principals with global calls",
            |row| number(row.global_principals),
        )
        .col(
            "new_principals",
            Label::new("NEW").spare(7),
            "those that had none the period before",
            |row| number(row.new_principals),
        )
        .col(
            "gone_principals",
            Label::new("GONE").spare(7),
            "those that had some then, and now none",
            |row| number(row.gone_principals),
        )
        .col(
            "status",
            Label::new("STATUS"),
            "how much of the period was read",
            |row| Cell::text(row.status.as_str()),
        )
}

fn gaps_json(trend: &Trend) -> Value {
    let gaps = trend.gaps.iter().map(|gap| {
        json!({ "first_day": gap.first_day.to_string(), "last_day": gap.last_day.to_string() })
    });
    gaps.collect()
}

/// The trend at a glance.
fn blocks(trend: &Trend) -> Vec<Block> {
    let rows = &trend.rows;
    let Some(bars) = bars(trend) else {
        return Vec::new();
    };
    let total: u64 = rows.iter().filter_map(|row| row.calls).sum();
    let is_read = |row: &&TrendRow| row.status != PeriodStatus::NotRead;
    let read: Vec<&TrendRow> = rows.iter().filter(is_read).collect();
    let periods = counted(read.len() as u64, "period");
    // Of the others it is not known: nothing of us-east-1 was read.
    let known = read
        .iter()
        .filter_map(|row| row.endpoints[EndpointKind::Global]);
    let blind = (read.len() - known.clone().count()) as u64;
    let calls = counted(total, "STS call");
    let (text, details) = if blind == read.len() as u64 {
        let why = "global calls: cannot be told, as nothing of us-east-1 was read";
        (format!("{calls} in {periods}"), vec![why.to_owned()])
    } else {
        let text = format!("{calls}, {} global, in {periods}", count(known.sum()));
        let blind = (blind > 0).then(|| {
            let blind = count(blind);
            format!(
                "{blind} of these without a log of us-east-1: global calls cannot be told there"
            )
        });
        (text, blind.into_iter().collect())
    };
    let mut blocks = vec![Block::Heading { text, details }, bars];
    blocks.extend(chart(trend));
    blocks
}

/// The global share of the newest periods, or their calls where no call is global or Regional.
pub(super) fn bars(trend: &Trend) -> Option<Block> {
    let rows = &trend.rows;
    let are_shares = rows.iter().any(|row| row.global_share.is_some());
    let value = |row: &TrendRow| match are_shares {
        true => row.global_share,
        false => row.calls.map(|calls| calls as f64),
    };
    let values: Vec<Option<f64>> = rows.iter().map(value).collect();
    values.iter().any(Option::is_some).then_some(Block::Bars {
        name: if are_shares { "global share" } else { "calls" },
        values,
        are_shares,
    })
}

/// Global and Regional calls over time.
pub(super) fn chart(trend: &Trend) -> Option<Block> {
    let columns = trend.rows.iter().map(|row| StackColumn {
        first_day: row.period,
        global: row.endpoints[EndpointKind::Global],
        regional: row.endpoints[EndpointKind::Regional],
        is_whole: row.status == PeriodStatus::Complete,
    });
    (!trend.rows.is_empty()).then(|| {
        Block::Chart(Chart::Stack {
            title: "Global and Regional calls over time",
            columns: columns.collect(),
        })
    })
}

/// The columns of days of an overview, which has other places for who calls.
pub(super) fn day_sheet() -> Sheet<TrendRow> {
    let mut sheet = Sheet::<TrendRow>::new().col("day", Label::new("DAY"), "the day, UTC", |row| {
        Cell::Day(row.period)
    });
    for kind in EndpointKind::ALL {
        let (label, help) = endpoint_column(kind);
        sheet = sheet
            .col(kind.as_str(), label, help, move |row| {
                Cell::some(row.endpoints[kind], Cell::Count)
            })
            .within("endpoints");
    }
    sheet.col(
        "status",
        Label::new("STATUS"),
        "how much of the day was read",
        |row| Cell::text(row.status.as_str()),
    )
}

/// The place of the calls to a kind of endpoint in a table, and what they are.
pub(super) fn endpoint_column(kind: EndpointKind) -> (Label, &'static str) {
    match kind {
        EndpointKind::Global => (Label::new("GLOBAL"), "calls to the global endpoint"),
        EndpointKind::Regional => (
            Label::new("REGIONAL").spare(1),
            "calls to Regional endpoints",
        ),
        EndpointKind::AwsService => (Label::new("AWS").spare(5), "calls by AWS on your behalf"),
        EndpointKind::Other => (
            Label::new("OTHER").spare(4),
            "calls by names that are not AWS's",
        ),
        EndpointKind::Unknown => (Label::new("UNKNOWN").spare(3), "calls that could be either"),
    }
}
