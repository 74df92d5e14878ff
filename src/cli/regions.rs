//! `stscope regions`

use super::args::{GroupOrder, RegionsArgs};
use super::config::{Reading, Writing, check_output};
use super::exit::{Exit, Failure, say};
use super::gate::{Gates, conclude};
use super::output::Output;
use super::source;
use crate::questions::{AnyQuestion, Regions};
use crate::report::pages::regions::{self, Window};

pub(super) fn run(arguments: RegionsArgs) -> Result<Exit, Failure> {
    refuse_what_hides_calls(&arguments)?;
    let writing = Writing::resolve(&arguments.output)?;
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
    if !quiet && writing.format.has_rows_alone() {
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
    let page = regions::page(regions, &window, min_calls, writing.top, &totals.coverage);
    let written = output.write(|out| Ok(writing.format.write(page, writing.layout, out)?));
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
