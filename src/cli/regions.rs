//! `stscope regions`

use std::io::Write;

use super::args::{GroupOrder, RegionsArgs};
use super::config::{Reading, Writing, check_output};
use super::exit::{Exit, Failure, say};
use super::gate::{Gates, conclude};
use super::output::Output;
use super::source;
use crate::questions::{AnyQuestion, Regions};
use crate::report::{
    Format, Frame, Window, of_no_region_json, region_cells, region_columns, region_lines,
    region_notes, write,
};
use crate::tally::Totals;

pub(super) fn run(arguments: RegionsArgs) -> Result<Exit, Failure> {
    refuse_what_hides_calls(&arguments)?;
    let mut writing = Writing::resolve(&arguments.output, "rows")?;
    let gates = Gates::resolve(&arguments.gate)?;
    let reading = Reading::resolve_any(
        &arguments.input,
        &arguments.store,
        &arguments.filter,
        &arguments.messages,
    )?;
    check_output(
        &writing,
        &reading,
        &[("--allow", arguments.gate.allow.as_deref())],
    )?;
    let output = Output::open(writing.output.as_deref())?;

    let report = source::tally(&reading, &AnyQuestion::Regions, &arguments.messages)?.finish();

    let quiet = arguments.messages.quiet;
    let totals = &report.totals;
    let exit = source::tell(&reading, &totals.coverage, quiet)?;
    let selection = &reading.scan.selection;
    let window = Window::new(selection, &totals.coverage, &totals.summary());
    if !quiet && matches!(writing.format, Format::Csv | Format::Jsonl) {
        say(&format!("stscope: judged by {}", window.words().join(", ")));
    }
    let mut regions = Regions::of(&report);
    match arguments.order.sort {
        GroupOrder::Calls => {}
        GroupOrder::LastEventTime => regions.sort_by_last_event_time(),
        GroupOrder::Group => regions.sort_by_group(),
    }
    let verdict = gates.judge(totals, selection);
    let min_calls = arguments.order.min_calls;
    let written = output.write(|out| print(regions, min_calls, &window, totals, &mut writing, out));
    conclude(exit, verdict, written)
}

/// A Region must not look idle because its calls were not asked about.
fn refuse_what_hides_calls(arguments: &RegionsArgs) -> Result<(), Failure> {
    let option = if !arguments.filter.endpoint.is_empty() {
        "--endpoint"
    } else if !arguments.filter.conditions.is_empty() {
        "--where"
    } else {
        return Ok(());
    };
    Err(Failure::new(format!(
        "{option}: it would hide calls, and a Region that is in use would look idle; leave it out, \
         or use 'stscope report {option} ... --group-by recipient_account_id,endpoint_region'"
    )))
}

fn print(
    mut regions: Regions<'_>,
    min_calls: u64,
    window: &Window,
    totals: &Totals,
    writing: &mut Writing,
    out: &mut dyn Write,
) -> Result<(), Failure> {
    // What is said of all rows is said before some are left out.
    let lines = region_lines(&regions, window, writing.layout.paint);
    let notes = region_notes(&regions, window);
    let frame = Frame {
        schema: "stscope.regions/1",
        head: vec![
            ("window", window.json()),
            ("of_no_region", of_no_region_json(&regions)),
        ],
        list: "rows",
        tail: Vec::new(),
    };
    regions.keep_min_calls(min_calls);
    let rows = &regions.rows;
    let top = writing
        .top
        .map_or(rows.len(), |top| rows.len().min(top as usize));
    writing.layout.more = (rows.len() - top) as u64;
    match writing.format {
        Format::Table => {
            for line in lines {
                writeln!(out, "{line}")?;
            }
        }
        Format::Markdown => writeln!(out, "```text\n{}\n```\n", lines.join("\n").trim_end())?,
        _ => {}
    }
    write(
        writing.format,
        out,
        &region_columns(),
        &frame,
        rows[..top].iter().map(|row| Ok(region_cells(row))),
        &writing.layout,
        || Ok(Some(serde_json::to_value(&totals.coverage)?)),
    )?;
    if writing.format.is_for_people() && !notes.is_empty() {
        writeln!(out)?;
        for note in notes {
            writeln!(out, "{note}")?;
        }
    }
    Ok(())
}
