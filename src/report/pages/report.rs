//! `report`: groups of calls, and the summary of all of them.

use serde_json::Value;

use super::{gauges, summary};
use crate::questions::Report;
use crate::questions::verify::Standing;
use crate::report::cell::Cell;
use crate::report::page::{Block, List, Page};
use crate::report::sheet::{Label, Sheet};
use crate::report::words::too_few_calls;
use crate::sts::Dimension;
use crate::tally::Group;

/// What a zero is worth in a report.
#[derive(Clone, Copy, Debug)]
pub struct Worth<'s> {
    /// Whether a global call would have been seen.
    pub can_judge: bool,
    /// Whether there is no gate, or one that could be judged.
    pub is_judged: bool,
    /// What is known of the logs that were read.
    pub standing: Option<&'s Standing>,
}

/// The page of a report; `top` is the most groups it has, and `with_groups` says whether its gauges may have
/// labels of any dimension.
pub fn page<'p>(
    report: &'p Report,
    worth: Worth<'_>,
    top: Option<u64>,
    with_groups: bool,
) -> Page<'p> {
    let dimensions = report.question.dimensions();
    let summary = report.totals.summary();
    let names: Vec<Value> = dimensions.iter().map(|one| one.name().into()).collect();
    let groups = report.groups().map(Ok);
    let list = List {
        key: "groups",
        ..List::new("groups", sheet(dimensions), groups, top)
    };
    let Worth {
        can_judge,
        is_judged,
        standing,
    } = worth;
    let mut blocks = summary::blocks(&summary, can_judge, standing, &report.totals.coverage);
    if summary.calls > 0 && report.groups().len() == 0 {
        blocks.push(Block::Remarks(vec![too_few_calls("group")]));
    }
    let page = Page {
        head: vec![
            ("summary", summary::json(&summary)),
            ("group_by", names.into()),
        ],
        blocks,
        gauges: Some(Box::new(move || {
            let mut all = gauges::of_summary(&summary, can_judge, is_judged);
            if with_groups {
                all.extend(gauges::of_groups(report, top));
            }
            all.extend(gauges::of_coverage(&report.totals.coverage));
            all
        })),
        ..Page::new("stscope.report/1", list)
    };
    page.covering(move || Ok(Some(serde_json::to_value(&report.totals.coverage)?)))
}

/// The columns: the dimensions asked for, then what is measured.
pub fn sheet<'r>(dimensions: &[Dimension]) -> Sheet<Group<'r>> {
    let mut sheet = Sheet::<Group<'r>>::new();
    for (at, &dimension) in dimensions.iter().enumerate() {
        let (name, label, help) = (dimension.name(), label(dimension), dimension.help());
        sheet = match dimension {
            Dimension::AccountId | Dimension::RecipientAccountId => {
                sheet.col(name, label, help, move |group| {
                    Cell::some(group.values[at], Cell::account)
                })
            }
            _ => sheet.col(name, label, help, move |group| {
                Cell::some(group.values[at], Cell::text)
            }),
        };
    }
    sheet
        .col("calls", Label::new("CALLS"), "calls", |group| {
            Cell::Count(group.measures.calls)
        })
        .col(
            "errors",
            Label::new("ERRORS").spare(2),
            "calls with an error",
            |group| Cell::Count(group.measures.errors),
        )
        .col(
            "first_event_time",
            None,
            "when the first was made",
            |group| Cell::some(group.measures.first, Cell::Time),
        )
        .col(
            "last_event_time",
            Label::new("LAST").spare(1).by_day(),
            "when the last was made",
            |group| Cell::some(group.measures.last, Cell::Time),
        )
}

fn label(dimension: Dimension) -> Label {
    let label = Label::new(dimension.label());
    match dimension {
        Dimension::Principal | Dimension::RoleArn => label.least(40),
        Dimension::ClientProvidedHostHeader => Label::host(),
        Dimension::VpcEndpointId | Dimension::SessionName | Dimension::InScopeOf => label.least(10),
        Dimension::UserAgent => label.least(20),
        _ => label,
    }
}
