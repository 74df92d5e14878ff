//! A bar for each of some accounts or SDKs, in the order they come.
//!
//! Owns how long a bar is, and what is written beside it.

use std::io;

use super::super::writer::{Html, Value};
use super::draw::{GLOBAL, REGIONAL, WIDTH, begin, key, label, rect, short};
use crate::report::page::Bar;
use crate::report::words::{count, counted, percent};

pub(super) fn bars(html: &mut Html<'_>, title: &str, bars: &[Bar], more: u64) -> io::Result<()> {
    const LEFT: f64 = 170.0;
    const RIGHT: f64 = 150.0;
    const STEP: f64 = 22.0;
    let most = bars
        .iter()
        .map(|bar| bar.global + bar.regional)
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
        rect(html, (LEFT, top, width(bar.global), STEP - 4.0), GLOBAL)?;
        let left = LEFT + width(bar.global);
        rect(html, (left, top, width(bar.regional), STEP - 4.0), REGIONAL)?;
        let end = left + width(bar.regional) + 6.0;
        let figures = match (has_regional, bar.global + bar.regional) {
            (false, _) => count(bar.global),
            (true, 0) => "0".to_owned(),
            (true, all) => format!(
                "{} of {} ({})",
                count(bar.global),
                count(all),
                percent(bar.global as f64 / all as f64)
            ),
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
