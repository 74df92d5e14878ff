//! A figure that is drawn → a chart of Excel's own, over the cells of a sheet.

use rust_xlsxwriter::{Chart as Drawing, ChartType, Color};

use super::rows::Written;
use crate::report::page::Chart;

/// Vermillion and blue, which everybody can tell apart.
const GLOBAL: u32 = 0x00D5_5E00;
const REGIONAL: u32 = 0x0000_72B2;

/// The chart, if the sheet has what it shows. What was read has no chart of Excel's kind: its sheet has
/// the figures.
pub(super) fn of(chart: &Chart, written: &Written) -> Option<Drawing> {
    let (title, kind, most) = match chart {
        Chart::Stack { title, columns } => (title, ChartType::ColumnStacked, columns.len()),
        Chart::Bars { title, bars, .. } => (title, ChartType::BarStacked, bars.len()),
        Chart::Heat { .. } => return None,
    };
    let rows = written.first_rows().min(most as u32);
    let place = |name: &str| {
        let at = written
            .columns
            .iter()
            .position(|column| column.name == name)?;
        Some((name.to_owned(), at as u16))
    };
    let mut series: Vec<(String, u16)> = ["global", "regional"]
        .into_iter()
        .filter_map(place)
        .collect();
    if series.is_empty() {
        series.extend(place("calls"));
    }
    if rows == 0 || series.is_empty() {
        return None;
    }
    let sheet = written.names.first()?.as_str();
    let mut drawing = Drawing::new(kind);
    drawing.title().set_name(*title);
    for (name, at) in &series {
        let colour = if name == "regional" { REGIONAL } else { GLOBAL };
        // Of several columns that tell rows apart, the first two.
        let last_of_names = u16::from(
            written
                .columns
                .get(1)
                .is_some_and(|one| one.name == "sdk_version"),
        );
        drawing
            .add_series()
            .set_name(name.as_str())
            .set_categories((sheet, 1, 0, rows, last_of_names))
            .set_values((sheet, 1, *at, rows, *at))
            .set_format(rust_xlsxwriter::ChartFormat::new().set_solid_fill(
                rust_xlsxwriter::ChartSolidFill::new().set_color(Color::RGB(colour)),
            ));
    }
    if kind == ChartType::BarStacked {
        // The first on top, as in the sheet.
        drawing.y_axis().set_reverse();
    }
    drawing.set_width(900).set_height(360);
    Some(drawing)
}
