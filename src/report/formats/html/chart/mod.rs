//! Figures that are drawn, as SVG. Colours are attributes, so that they show where no style is allowed.
//!
//! Owns which chart is drawn how; each kind has a file. What was not read is a hatch, never a pale colour
//! that looks like little. Each chart has a title and says in words what is in it; its numbers are in a
//! table, too.

mod heat;
mod stack;

use std::io;

use super::writer::{Html, Value};
use crate::report::escape::for_terminal;
use crate::report::page::{Bar, Chart};
use crate::report::words::{count, counted, percent};

/// Vermillion and blue of Okabe and Ito, which everybody can tell apart, on white and on black.
const GLOBAL: &str = "#D55E00";
const REGIONAL: &str = "#0072B2";
const DAMAGED: &str = "#CC79A7";
const HATCH: &str = "url(#not-read)";
const GREY: &str = "#767676";

const WIDTH: f64 = 960.0;

pub(super) fn write(html: &mut Html<'_>, chart: &Chart) -> io::Result<()> {
    // In a narrow window it scrolls, and what scrolls is reached by the keyboard.
    html.open("figure", &[("tabindex", Value::Number(0.0))])?;
    html.line()?;
    match chart {
        Chart::Stack { title, columns } => stack::write(html, title, columns)?,
        Chart::Bars { title, bars, more } => self::bars(html, title, bars, *more)?,
        Chart::Heat {
            title,
            columns,
            rows,
            more,
        } => heat::write(html, title, columns, rows, *more)?,
    }
    html.close("figure")?;
    html.line()
}

/// Begins a drawing with what it is in words.
fn begin(html: &mut Html<'_>, title: &str, description: &str, height: f64) -> io::Result<()> {
    html.element("figcaption", &[], title)?;
    html.open(
        "svg",
        &[
            ("viewBox", Value::Size(WIDTH, height)),
            ("width", Value::Number(WIDTH)),
            ("height", Value::Number(height)),
            ("role", Value::Word("img")),
        ],
    )?;
    html.element("title", &[], title)?;
    html.element("desc", &[], description)?;
    html.line()
}

/// The hatch: grey lines on nothing.
fn hatch(html: &mut Html<'_>) -> io::Result<()> {
    html.open("defs", &[])?;
    html.open(
        "pattern",
        &[
            ("id", Value::Word("not-read")),
            ("width", Value::Number(6.0)),
            ("height", Value::Number(6.0)),
            ("patternUnits", Value::Word("userSpaceOnUse")),
            ("patternTransform", Value::Word("rotate(45)")),
        ],
    )?;
    rect(html, (0.0, 0.0, 2.0, 6.0), GREY)?;
    html.close("pattern")?;
    html.close("defs")?;
    html.line()
}

/// Left, top, width and height.
type Rect = (f64, f64, f64, f64);

fn rect(
    html: &mut Html<'_>,
    (left, top, width, height): Rect,
    fill: &'static str,
) -> io::Result<()> {
    html.open(
        "rect",
        &[
            ("x", Value::Number(left)),
            ("y", Value::Number(top)),
            ("width", Value::Number(width)),
            ("height", Value::Number(height)),
            ("fill", Value::Word(fill)),
        ],
    )?;
    html.close("rect")
}

/// A text in a drawing, its end or its begin at the place.
fn label(
    html: &mut Html<'_>,
    (left, top): (f64, f64),
    anchor: &'static str,
    text: &str,
) -> io::Result<()> {
    html.element(
        "text",
        &[
            ("x", Value::Number(left)),
            ("y", Value::Number(top)),
            ("text-anchor", Value::Word(anchor)),
            ("font-size", Value::Number(12.0)),
            ("fill", Value::Word(GREY)),
            ("class", Value::Word("label")),
        ],
        text,
    )
}

/// What the colours mean.
fn key(html: &mut Html<'_>, entries: &[(&'static str, &'static str)]) -> io::Result<()> {
    html.open("p", &[("class", Value::Word("key"))])?;
    for (fill, words) in entries {
        html.open("span", &[])?;
        html.open(
            "svg",
            &[
                ("viewBox", Value::Size(12.0, 12.0)),
                ("width", Value::Number(12.0)),
                ("height", Value::Number(12.0)),
                ("aria-hidden", Value::Word("true")),
            ],
        )?;
        rect(html, (0.0, 0.0, 12.0, 12.0), fill)?;
        html.close("svg")?;
        html.text(" ")?;
        html.text(words)?;
        html.close("span")?;
        html.text(" ")?;
    }
    html.close("p")?;
    html.line()
}

/// Which columns have their date below them, and where: each, if there is room, else the first, the last and
/// some between them.
fn dates_below(step: f64, columns: usize) -> Vec<(f64, &'static str, usize)> {
    /// The width of a date, and some space.
    const DATE: f64 = 78.0;
    let middle = |at: usize| step * (at as f64 + 0.5);
    if step >= DATE {
        let each = (0..columns).map(|at| (middle(at), "middle", at));
        return each.collect();
    }
    let all = step * columns as f64;
    let mut dates = vec![(0.0, "start", 0)];
    if all < 2.0 * DATE {
        return dates;
    }
    // Some five between them, which have more room than they need.
    let every = (1.5 * DATE / step).ceil().max(columns as f64 / 6.0) as usize;
    let between = (every..columns).step_by(every.max(1));
    let has_room = |at: &usize| middle(*at) > 1.5 * DATE && middle(*at) < all - 1.5 * DATE;
    dates.extend(
        between
            .filter(has_room)
            .map(|at| (middle(at), "middle", at)),
    );
    dates.push((all, "end", columns - 1));
    dates
}

fn bars(html: &mut Html<'_>, title: &str, bars: &[Bar], more: u64) -> io::Result<()> {
    const LEFT: f64 = LABELS;
    const RIGHT: f64 = 150.0;
    const STEP: f64 = 22.0;
    let most = bars
        .iter()
        .map(|bar| bar.global.unwrap_or(0) + bar.regional)
        .max()
        .unwrap_or(0)
        .max(1);
    let has_regional = bars.iter().any(|bar| bar.regional > 0);
    let description = format!(
        "{}, the most calls {}.",
        counted(bars.len() as u64, "bar"),
        count(most)
    );
    begin(html, title, &description, STEP * bars.len() as f64 + 4.0)?;
    for (at, bar) in bars.iter().enumerate() {
        let top = STEP * at as f64 + 2.0;
        let width = |calls: u64| (WIDTH - LEFT - RIGHT) * calls as f64 / most as f64;
        label(html, (LEFT - 8.0, top + 14.0), "end", &short(&bar.label))?;
        let global = width(bar.global.unwrap_or(0));
        rect(html, (LEFT, top, global, STEP - 4.0), GLOBAL)?;
        let left = LEFT + global;
        rect(html, (left, top, width(bar.regional), STEP - 4.0), REGIONAL)?;
        let end = left + width(bar.regional) + 6.0;
        let figures = match bar.global {
            None => "not known".to_owned(),
            Some(global) => match global + bar.regional {
                _ if !has_regional => count(global),
                0 => "0".to_owned(),
                all => format!(
                    "{} of {} ({})",
                    count(global),
                    count(all),
                    percent(global as f64 / all as f64)
                ),
            },
        };
        label(html, (end, top + 14.0), "start", &figures)?;
        html.line()?;
    }
    html.close("svg")?;
    html.line()?;
    let colours = [(GLOBAL, "global"), (REGIONAL, "Regional")];
    key(
        html,
        if has_regional {
            &colours
        } else {
            &colours[..1]
        },
    )?;
    if more > 0 {
        html.element(
            "p",
            &[("class", Value::Word("note"))],
            &format!("… and {} more.", count(more)),
        )?;
    }
    Ok(())
}

/// The room for labels before bars and fields.
const LABELS: f64 = 190.0;
/// The most characters that fit there: figures have eight pixels each, and most letters less.
const MOST_BEFORE: usize = 23;

/// A label that fits before a bar, as it will be shown.
fn short(text: &str) -> String {
    let text = for_terminal(text);
    let length = text.chars().count();
    if length <= MOST_BEFORE {
        return text.into_owned();
    }
    let front: String = text.chars().take(MOST_BEFORE / 2).collect();
    let back: String = (text.chars().skip(length - MOST_BEFORE / 2)).collect();
    format!("{front}…{back}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_in_place_of_a_character_has_to_fit_too() {
        assert_eq!(short("555566667777 (not read)"), "555566667777 (not read)");
        for text in ["\u{202e}".repeat(20), "x".repeat(24), "a\u{0}b".repeat(9)] {
            let label = short(&text);
            assert!(label.contains('…'));
            assert_eq!(label.chars().count(), MOST_BEFORE, "{label}");
        }
    }

    #[test]
    fn no_date_below_a_chart_touches_another() {
        for columns in 1..=200 {
            let step = (890.0 / columns as f64).min(120.0);
            let mut end = f64::MIN;
            for (left, anchor, at) in dates_below(step, columns) {
                assert!(at < columns);
                // Ten letters of some seven pixels.
                let begin = match anchor {
                    "start" => left,
                    "middle" => left - 35.0,
                    _ => left - 70.0,
                };
                assert!(begin > end, "{columns}: {left}");
                assert!(begin >= -35.0 && begin + 70.0 <= 895.0, "{columns}: {left}");
                end = begin + 70.0;
            }
        }
    }
}
