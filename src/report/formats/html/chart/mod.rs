//! Figures that are drawn, as SVG. Colours are attributes, so that they show where no style is allowed.
//!
//! Owns which chart is drawn how; each kind has a file. What was not read is a hatch, never a pale colour
//! that looks like little. Each chart has a title and says in words what is in it; its numbers are in a
//! table, too.

mod bars;
mod draw;
mod heat;
mod stack;

use std::io;

use super::writer::{Html, Value};
use crate::report::page::Chart;

use bars::bars;
use heat::heat;
use stack::stack;

pub(super) fn write(html: &mut Html<'_>, chart: &Chart) -> io::Result<()> {
    // In a narrow window it scrolls, and what scrolls is reached by the keyboard.
    html.open("figure", &[("tabindex", Value::Number(0.0))])?;
    html.line()?;
    match chart {
        Chart::Stack { title, columns } => stack(html, title, columns)?,
        Chart::Bars { title, bars, more } => self::bars(html, title, bars, *more)?,
        Chart::Heat {
            title,
            columns,
            rows,
            more,
        } => heat(html, title, columns, rows, *more)?,
    }
    html.close("figure")?;
    html.line()
}
