//! What was read, and before that, what was not: a section that is missing must not be taken for a zero.

use std::io;

use super::table::text_cell;
use super::writer::{Html, Value};
use crate::report::missing::missing;
use crate::report::words::{count, counted};
use crate::tally::Coverage;

/// The most damaged files that are named.
const MOST_NAMED: usize = 100;
/// The most of them that are not folded away.
const MOST_AT_ONCE: usize = 5;

pub(super) fn write(html: &mut Html<'_>, read: &serde_json::Value) -> io::Result<()> {
    let Ok(coverage) = serde_json::from_value::<Coverage>(read.clone()) else {
        return Ok(()); // of a page that is about no files
    };
    let missing = missing(&coverage);
    let class = if missing.is_empty() { "calm" } else { "alarm" };
    html.open(
        "section",
        &[
            ("id", Value::Word("coverage")),
            ("class", Value::Word(class)),
        ],
    )?;
    html.line()?;
    html.element("h2", &[], "What was not read")?;
    html.line()?;
    match missing.is_empty() {
        true => html.element(
            "p",
            &[],
            "Every file that was found was read, or skipped for a reason that is named here.",
        )?,
        false => super::lines(html, &missing)?,
    }
    if coverage.digests.is_none() {
        let words = "There are no digests here: whether a log is missing is not known.";
        html.element("p", &[], words)?;
        html.line()?;
    }
    damaged(html, &coverage)?;
    html.element("p", &[], &words(&coverage))?;
    html.line()?;
    html.close("section")?;
    html.line()
}

/// What was read, in a line.
fn words(coverage: &Coverage) -> String {
    let files = &coverage.files;
    let mut words = format!(
        "{} of {} read",
        count(files.read),
        counted(files.found, "file")
    );
    let skipped: Vec<String> = (files.skipped.iter())
        .filter(|(_, number)| **number > 0)
        .map(|(reason, number)| format!("{} {}", count(*number), reason.as_str()))
        .collect();
    if !skipped.is_empty() {
        words += &format!(
            ", {} skipped ({})",
            count(files.skipped_total()),
            skipped.join(", ")
        );
    }
    words += &format!(
        "; {}, {} of STS",
        counted(coverage.records, "record"),
        count(coverage.sts_records)
    );
    let parts = [
        (coverage.calls, "counted"),
        (coverage.filtered, "filtered"),
        (coverage.duplicates, "delivered again"),
        (coverage.shared_copies, "logged in another account, too"),
    ];
    let parts: Vec<String> = (parts.into_iter())
        .filter(|(number, _)| *number > 0)
        .map(|(number, what)| format!("{} {what}", count(number)))
        .collect();
    if !parts.is_empty() {
        words += &format!(": {}", parts.join(", "));
    }
    words += ".";
    if let (Some(first), Some(last)) = (coverage.key_first_day, coverage.key_last_day) {
        words += &format!(
            " Delivered {first} to {last}, of {} and {}.",
            counted(coverage.key_accounts.len() as u64, "account"),
            counted(coverage.key_regions.len() as u64, "Region"),
        );
    }
    words
}

fn damaged(html: &mut Html<'_>, coverage: &Coverage) -> io::Result<()> {
    if coverage.damaged.is_empty() {
        return Ok(());
    }
    let is_long = coverage.damaged.len() > MOST_AT_ONCE;
    if is_long {
        html.open("details", &[])?;
        html.element("summary", &[], "The damaged files")?;
    }
    html.open(
        "div",
        &[
            ("class", Value::Word("scroll")),
            ("tabindex", Value::Number(0.0)),
            ("role", Value::Word("region")),
            ("aria-label", Value::Word("Damaged files")),
        ],
    )?;
    html.open("table", &[])?;
    html.open("thead", &[])?;
    html.open("tr", &[])?;
    for name in ["file", "stage", "what is wrong", "records_read"] {
        html.element("th", &[("scope", Value::Word("col"))], name)?;
    }
    html.close("tr")?;
    html.close("thead")?;
    html.open("tbody", &[])?;
    for file in coverage.damaged.iter().take(MOST_NAMED) {
        html.open("tr", &[])?;
        for text in [
            file.path.as_str(),
            file.stage.as_str(),
            file.detail.as_str(),
        ] {
            text_cell(html, text)?;
        }
        html.element(
            "td",
            &[("class", Value::Word("number"))],
            &count(file.records_read),
        )?;
        html.close("tr")?;
        html.line()?;
    }
    html.close("tbody")?;
    html.close("table")?;
    html.close("div")?;
    html.line()?;
    let more = coverage.damaged.len().saturating_sub(MOST_NAMED) as u64;
    if more > 0 {
        let text = format!("… and {} more; --format json lists them all.", count(more));
        html.element("p", &[("class", Value::Word("note"))], &text)?;
    }
    if is_long {
        html.close("details")?;
        html.line()?;
    }
    Ok(())
}
