//! `stscope regions`

use crate::cli::args::{
    FilterArgs, GateArgs, GroupOrder, InputArgs, MessageArgs, OrderArgs, OutputArgs, StoreArgs,
    exit_help,
};
use crate::cli::count;
use crate::cli::exit::{Exit, Failure, say};
use crate::cli::gate::{Gates, conclude};
use crate::cli::output::Output;
use crate::cli::output::{Writing, check_output};
use crate::cli::reading::Reading;
use crate::questions::{AnyQuestion, Regions};
use crate::report::pages::regions::{self, Window};
use clap::Args;

#[derive(Args)]
#[command(mut_arg("endpoint", |arg| arg.hide(true)), mut_arg("conditions", |arg| arg.hide(true)))]
pub(super) struct RegionsArgs {
    #[command(flatten)]
    pub input: InputArgs,
    #[command(flatten)]
    pub store: StoreArgs,
    #[command(flatten)]
    pub filter: FilterArgs,
    #[command(flatten)]
    pub order: OrderArgs,
    #[command(flatten)]
    pub output: OutputArgs,
    #[command(flatten)]
    pub gate: GateArgs,
    #[command(flatten)]
    pub messages: MessageArgs,
}

pub(super) const EXAMPLES: &str = "\
Examples:
  stscope regions s3-logs/
  stscope regions s3-logs/ --account 111122223333 --since 90d
  stscope regions s3-logs/ --sort group -o regions.csv";

const WORDS: &str = "\
Status, the first that holds, of the account that issues the credentials (for AssumeRole the
account of the role) in a Region:
  refused    calls were answered with RegionDisabledException: STS is deactivated, and called
  in-use     it was called, be it by AWS services alone
  not-read   no log of it was read, or not all of one: nothing can be said
  idle       not called in these logs; enabled by default, and can be deactivated
  always-on  not called in these logs; cannot be deactivated
  opt-in     not called in these logs; STS comes with the Region

Calls to the global endpoint are of no Region: to deactivate one does not touch them.";

pub(super) fn help() -> String {
    format!("{EXAMPLES}\n\n{WORDS}\n\n{}", exit_help())
}

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

    let report = count::tally(&reading, &AnyQuestion::Regions, &arguments.messages)?.finish();

    let quiet = arguments.messages.quiet;
    let totals = &report.totals;
    let exit = count::tell(&reading, &totals.coverage, quiet)?;
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
