//! What every drawing is made of: its frame, rectangles, labels and the key to its colours.
//!
//! Owns colours and sizes that charts have in common. Knows no chart.

use std::io;

use super::super::writer::{Html, Value};

/// Vermillion and blue of Okabe and Ito, which everybody can tell apart, on white and on black.
pub(super) const GLOBAL: &str = "#D55E00";
pub(super) const REGIONAL: &str = "#0072B2";
pub(super) const HATCH: &str = "url(#not-read)";
pub(super) const GREY: &str = "#767676";

pub(super) const WIDTH: f64 = 960.0;

/// Begins a drawing with what it is in words.
pub(super) fn begin(
    html: &mut Html<'_>,
    title: &str,
    description: &str,
    height: f64,
) -> io::Result<()> {
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
pub(super) fn hatch(html: &mut Html<'_>) -> io::Result<()> {
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
pub(super) type Rect = (f64, f64, f64, f64);

pub(super) fn rect(
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
pub(super) fn label(
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
pub(super) fn key(html: &mut Html<'_>, entries: &[(&'static str, &'static str)]) -> io::Result<()> {
    html.open("p", &[("class", Value::Word("key"))])?;
    for (fill, words) in entries {
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
        html.text("  ")?;
    }
    html.close("p")?;
    html.line()
}

/// A label that fits before a bar.
pub(super) fn short(text: &str) -> String {
    const MOST: usize = 24;
    let length = text.chars().count();
    if length <= MOST {
        return text.to_owned();
    }
    let front: String = text.chars().take(MOST / 2).collect();
    let back: String = text.chars().skip(length - (MOST / 2 - 1)).collect();
    format!("{front}…{back}")
}
