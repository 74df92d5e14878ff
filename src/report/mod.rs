//! Groups and calls → rows → bytes, in every format.
//!
//! What is shown is a sheet: columns, and rows of cells. Each format is a file of its own and
//! knows nothing of where the rows come from; each medium has its own way of making hostile text
//! harmless (`escape`).

mod contents;
mod csv;
pub mod escape;
mod faults;
mod json;
mod markdown;
mod plan;
mod regions;
mod table;
mod trend;

use std::borrow::Cow;
use std::io::{self, Write};

use serde_json::Value;

use crate::questions::{EVENT_COLUMNS, Report, Row};
use crate::sts::{Dimension, Time};
use crate::tally::{Group, Summary};

pub use contents::{contents_json, contents_lines};
pub use faults::{fault_cells, fault_columns};
pub use plan::{PLAN_COLUMNS, PlanPage, write_plan};
pub use regions::{
    Window, of_no_region_json, region_cells, region_columns, region_lines, region_notes,
};
pub use table::{Layout, Paint, count, plural, summary_lines};
pub use trend::{TREND_COLUMNS, trend_cells, trend_columns, trend_gaps_json, trend_lines};

/// How rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people, on a terminal.
    Table,
    /// For spreadsheets: RFC 4180.
    Csv,
    /// One JSON object.
    Json,
    /// One JSON object a row.
    Jsonl,
    /// For tickets: GitHub's kind.
    Markdown,
}

impl Format {
    /// Whether it is made to be read, with what is to be known before the rows.
    pub fn is_for_people(self) -> bool {
        matches!(self, Format::Table | Format::Markdown)
    }

    /// The ending of a file of this format.
    pub fn extension(self) -> &'static str {
        match self {
            Format::Table => "txt",
            Format::Csv => "csv",
            Format::Json => "json",
            Format::Jsonl => "jsonl",
            Format::Markdown => "md",
        }
    }

    /// The format a file name asks for by its ending.
    pub fn of_extension(extension: &str) -> Option<Format> {
        Some(match extension.to_ascii_lowercase().as_str() {
            "txt" => Format::Table,
            "csv" => Format::Csv,
            "json" => Format::Json,
            "jsonl" | "ndjson" => Format::Jsonl,
            "md" => Format::Markdown,
            _ => return None,
        })
    }
}

/// A column of a sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name in CSV, and its key in JSON.
    pub name: &'static str,
    /// How it stands in a table; `None` keeps it out of tables.
    pub label: Option<Label>,
}

/// A column's place in a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Label {
    /// What stands above it.
    pub text: &'static str,
    /// How far it may be cut before others are cut further.
    pub least: usize,
    /// Where there is not room for all, the columns with the highest number are left out first; those
    /// with 0 never are.
    pub spare: u8,
    /// Whether what matters stands at the start, so that the end is cut and not the middle.
    pub cut_end: bool,
    /// Whether the day of an instant is enough where the terminal is narrow.
    pub by_day: bool,
}

impl Label {
    /// A column that is cut only where nothing else helps.
    pub const fn new(text: &'static str) -> Label {
        Label {
            text,
            least: usize::MAX,
            spare: 0,
            cut_end: false,
            by_day: false,
        }
    }

    /// A column of long texts.
    pub const fn least(self, least: usize) -> Label {
        Label { least, ..self }
    }

    /// A column of hosts: the Region stands before the suffix.
    const fn host() -> Label {
        Label {
            least: 17,
            cut_end: true,
            ..Label::new("HOST")
        }
    }

    /// A column that can be left out: see [`Label::spare`].
    pub const fn spare(self, spare: u8) -> Label {
        Label { spare, ..self }
    }
}

/// One value.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell<'a> {
    /// What a record lacks.
    Absent,
    /// Text, whoever chose it.
    Text(Cow<'a, str>),
    /// A count.
    Count(u64),
    /// A part of a whole, from 0 to 1.
    Share(f64),
    /// Yes or no.
    Flag(bool),
    /// An instant.
    Time(Time),
}

impl<'a> Cell<'a> {
    /// Text, or nothing.
    pub fn text(value: Option<&'a str>) -> Cell<'a> {
        value.map_or(Cell::Absent, |text| Cell::Text(Cow::Borrowed(text)))
    }

    /// An instant, or nothing.
    pub fn time(value: Option<Time>) -> Cell<'a> {
        value.map_or(Cell::Absent, Cell::Time)
    }

    /// The value as text, before any escaping.
    pub fn shown(&self) -> Cow<'_, str> {
        match self {
            Cell::Absent => Cow::Borrowed(""),
            Cell::Text(text) => Cow::Borrowed(text),
            Cell::Count(count) => Cow::Owned(count.to_string()),
            Cell::Share(share) => Cow::Owned(share.to_string()),
            Cell::Flag(flag) => Cow::Borrowed(if *flag { "true" } else { "false" }),
            Cell::Time(time) => Cow::Owned(time.to_string()),
        }
    }
}

/// What frames the rows in JSON: members before them, the name of their list, members behind it.
pub struct Frame<'a> {
    /// `stscope.report/1`
    pub schema: &'static str,
    /// Members between the schema and the list.
    pub head: Vec<(&'static str, Value)>,
    /// `groups` or `rows`.
    pub list: &'a str,
    /// Members between the list and the coverage.
    pub tail: Vec<(&'static str, Value)>,
}

/// Writes rows in a format that takes them one at a time. `coverage` is asked for after the last row.
///
/// # Errors
/// What writing gives, and what getting a row gives.
pub fn write<'c>(
    format: Format,
    out: &mut dyn Write,
    columns: &[Column],
    frame: &Frame<'_>,
    rows: impl Iterator<Item = io::Result<Vec<Cell<'c>>>>,
    layout: &Layout,
    coverage: impl FnOnce() -> io::Result<Option<Value>>,
) -> io::Result<()> {
    match format {
        Format::Csv => csv::write(out, columns, rows)?,
        Format::Jsonl => json::write_lines(out, columns, rows)?,
        Format::Json => return json::write_document(out, columns, frame, rows, coverage),
        Format::Table => table::write(out, columns, rows, layout)?,
        Format::Markdown => markdown::write(out, columns, rows, layout)?,
    }
    coverage().map(drop)
}

/// The columns of `report`: the dimensions asked for, then what is measured.
pub fn group_columns(report: &Report) -> Vec<Column> {
    let dimensions = report.question.dimensions().iter().map(|dimension| Column {
        name: dimension.name(),
        label: Some(match dimension {
            Dimension::Principal | Dimension::RoleArn => Label::new(dimension.label()).least(29),
            Dimension::ClientProvidedHostHeader => Label::host(),
            Dimension::VpcEndpointId | Dimension::SessionName | Dimension::InScopeOf => {
                Label::new(dimension.label()).least(10)
            }
            Dimension::UserAgent => Label::new(dimension.label()).least(20),
            _ => Label::new(dimension.label()),
        }),
    });
    let measures = [
        ("calls", Some(Label::new("CALLS"))),
        ("errors", Some(Label::new("ERRORS").spare(2))),
        ("first_event_time", None),
        (
            "last_event_time",
            Some(Label {
                by_day: true,
                ..Label::new("LAST").spare(1)
            }),
        ),
    ];
    dimensions
        .chain(measures.map(|(name, label)| Column { name, label }))
        .collect()
}

/// The cells of a group, under [`group_columns`].
pub fn group_cells<'r>(group: &Group<'r>) -> Vec<Cell<'r>> {
    let measures = group.measures;
    group
        .values
        .iter()
        .map(|value| Cell::text(*value))
        .chain([
            Cell::Count(measures.calls),
            Cell::Count(measures.errors),
            Cell::time(measures.first),
            Cell::time(measures.last),
        ])
        .collect()
}

/// The columns of `events`.
pub fn event_columns() -> Vec<Column> {
    EVENT_COLUMNS
        .into_iter()
        .map(|name| Column {
            name,
            // Of sixteen columns a terminal has room for these.
            label: match name {
                "event_time" => Some(Label::new("TIME")),
                "event_name" => Some(Label::new("CALL").spare(2)),
                "endpoint" => Some(Label::new("ENDPOINT")),
                "client_provided_host_header" => Some(Label::host().spare(1)),
                "principal" => Some(Label::new("PRINCIPAL").least(29)),
                "source_ip_address" => Some(Label::new("SOURCE").least(15).spare(4)),
                "sdk" => Some(Label::new("SDK")),
                "sdk_version" => Some(Label::new("VERSION").spare(3)),
                _ => None,
            },
        })
        .collect()
}

/// The cells of a call, under [`event_columns`].
pub fn event_cells(row: &Row) -> Vec<Cell<'static>> {
    let values = row.values().map(|value| match value {
        Some(text) => Cell::Text(Cow::Owned(text.to_owned())),
        None => Cell::Absent,
    });
    std::iter::once(Cell::time(row.time()))
        .chain(values)
        .collect()
}

/// The summary, as it stands in JSON.
pub fn summary_json(summary: &Summary) -> Value {
    let time = |time: Option<Time>| time.map(|time| time.to_string());
    let endpoints: serde_json::Map<String, Value> = (summary.endpoints.iter())
        .map(|(kind, &calls)| (kind.as_str().to_owned(), calls.into()))
        .collect();
    serde_json::json!({
        "calls": summary.calls,
        "endpoints": endpoints,
        "global_share": summary.global_share,
        "principals": summary.principals,
        "global_principals": summary.global_principals,
        "global_aws_managed": summary.global_aws_managed,
        "vpc_endpoint_calls": summary.vpc_endpoint_calls,
        "errors": summary.errors,
        "first_event_time": time(summary.span.first),
        "last_event_time": time(summary.span.last),
    })
}
