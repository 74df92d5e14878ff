//! The rows of `trend`, and its lines above them.

use serde_json::{Value, json};

use super::table::{Layout, count, plural, width};
use super::{Cell, Column, Label};
use crate::questions::{PeriodStatus, Trend, TrendRow};
use crate::sts::{Endpoint, EndpointKind};

/// The columns of `trend`.
pub const TREND_COLUMNS: [&str; 12] = [
    "period",
    "calls",
    "global",
    "regional",
    "aws-service",
    "other",
    "unknown",
    "global_share",
    "global_principals",
    "new_principals",
    "gone_principals",
    "status",
];

/// The columns of `trend`, with their places in a table.
pub fn trend_columns() -> Vec<Column> {
    TREND_COLUMNS
        .into_iter()
        .map(|name| Column {
            name,
            label: Some(match name {
                "period" => Label::new("PERIOD"),
                "calls" => Label::new("CALLS"),
                "global" => Label::new("GLOBAL"),
                "regional" => Label::new("REGIONAL"),
                "aws-service" => Label::new("AWS").spare(2),
                "other" => Label::new("OTHER").spare(3),
                "unknown" => Label::new("UNKNOWN").spare(4),
                "global_share" => Label::new("SHARE"),
                "global_principals" => Label::new("CALLERS"),
                "new_principals" => Label::new("NEW"),
                "gone_principals" => Label::new("GONE"),
                _ => Label::new("STATUS"),
            }),
        })
        .collect()
}

/// The cells of a period, under [`trend_columns`].
pub fn trend_cells(row: &TrendRow) -> Vec<Cell<'static>> {
    let number = |number: Option<u64>| number.map_or(Cell::Absent, Cell::Count);
    let mut cells = vec![Cell::Text(row.period.to_string().into()), number(row.calls)];
    cells.extend(row.endpoints.map(number).values());
    cells.push(row.global_share.map_or(Cell::Absent, Cell::Share));
    cells.extend(
        [
            row.global_principals,
            row.new_principals,
            row.gone_principals,
        ]
        .map(number),
    );
    cells.push(Cell::Text(row.status.as_str().into()));
    cells
}

/// The gaps, as they stand in JSON.
pub fn trend_gaps_json(trend: &Trend) -> Value {
    let gaps = trend.gaps.iter().map(|gap| {
        json!({ "first_day": gap.first_day.to_string(), "last_day": gap.last_day.to_string() })
    });
    gaps.collect()
}

const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// Where nothing is known.
const NOT_KNOWN: char = '·';
const MAX_BARS: usize = 60;

/// The trend at a glance: the global share of the newest periods, or their calls where there are
/// neither global nor Regional ones.
pub fn trend_lines(trend: &Trend, layout: &Layout) -> Vec<String> {
    let rows = &trend.rows;
    let has_share = rows.iter().any(|row| row.global_share.is_some());
    let value = |row: &TrendRow| match has_share {
        true => row.global_share,
        false => row.calls.map(|calls| calls as f64),
    };
    let known: Vec<&TrendRow> = rows.iter().filter(|row| value(row).is_some()).collect();
    let (Some(first), Some(last)) = (known.first(), known.last()) else {
        return Vec::new();
    };
    let shown = |row: &TrendRow| match (has_share, row.global_share, row.calls) {
        (true, Some(share), _) => format!("{:.1} %", share * 100.0),
        (_, _, calls) => count(calls.unwrap_or(0)),
    };
    let name = if has_share { "global share" } else { "calls" };
    let ends = (shown(first), shown(last));
    let room = layout.width.min(80);
    let taken = width(name) + width(&ends.0) + width(&ends.1) + 10;
    let bars = room.saturating_sub(taken).clamp(1, MAX_BARS);
    let newest = &rows[rows.len().saturating_sub(bars)..];
    let begin = newest.iter().find(|row| value(row).is_some()).map(shown);
    let most = newest.iter().filter_map(value).fold(0.0, f64::max);
    let line: String = newest.iter().map(|row| bar(value(row), most)).collect();
    let total: u64 = rows.iter().filter_map(|row| row.calls).sum();
    let global: u64 = rows
        .iter()
        .filter_map(|row| row.endpoints[EndpointKind::Global])
        .sum();
    let periods = rows
        .iter()
        .filter(|row| row.status != PeriodStatus::NotRead);
    let periods = periods.count() as u64;
    vec![
        layout.paint.strong(&format!(
            "{} STS {}, {} {}, in {} {}",
            count(total),
            plural(total, "call"),
            count(global),
            Endpoint::Global.as_str(),
            count(periods),
            plural(periods, "period"),
        )),
        String::new(),
        format!("{name}  {} {line} {}", begin.unwrap_or_default(), ends.1),
        String::new(),
    ]
}

/// Nothing at all is told from next to nothing.
fn bar(value: Option<f64>, most: f64) -> char {
    match value {
        None => NOT_KNOWN,
        Some(value) if value <= 0.0 => BARS[0],
        Some(value) => BARS[1 + ((value / most) * 6.0).round() as usize],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_little_and_unknown_have_different_bars() {
        let bars: String = [Some(0.0), Some(0.001), Some(0.5), Some(1.0), None]
            .map(|value| bar(value, 1.0))
            .into_iter()
            .collect();
        assert_eq!(bars, "▁▂▅█·");
    }
}
