//! `stscope report`

use crate::cli::args::{
    FilterArgs, GateArgs, GroupOrder, InputArgs, MessageArgs, OrderArgs, OutputArgs, StoreArgs,
    dimensions_help, exit_help,
};
use crate::cli::conditions::{dimension, note_unmatched};
use crate::cli::count;
use crate::cli::exit::{Exit, Failure};
use crate::cli::gate::{Gates, can_judge, conclude, note_if_blind};
use crate::cli::output::Output;
use crate::cli::output::{Writing, check_output};
use crate::cli::reading::{Reading, check_kept};
use clap::Args;

use crate::questions::AnyQuestion;
use crate::report::pages;
use crate::sts::Dimension;

#[derive(Args)]
pub(super) struct ReportArgs {
    #[command(flatten)]
    pub input: InputArgs,
    #[command(flatten)]
    pub store: StoreArgs,
    #[command(flatten)]
    pub filter: FilterArgs,
    #[command(flatten)]
    pub grouping: GroupingArgs,
    #[command(flatten)]
    pub order: OrderArgs,
    #[command(flatten)]
    pub output: OutputArgs,
    #[command(flatten)]
    pub gate: GateArgs,
    #[command(flatten)]
    pub messages: MessageArgs,
}

/// How to group.
#[derive(Args)]
#[command(next_help_heading = "Groups")]
pub(super) struct GroupingArgs {
    /// Group by these dimensions (--help lists them) [default: endpoint,
    /// client_provided_host_header, vpc_endpoint_id, principal]
    #[arg(
        long,
        value_name = "DIM,...",
        value_delimiter = ',',
        default_value = "endpoint,client_provided_host_header,vpc_endpoint_id,principal",
        hide_default_value = true,
        hide_possible_values = true,
        value_parser = clap::builder::PossibleValuesParser::new(
            Dimension::all().map(Dimension::name).collect::<Vec<_>>()
        )
    )]
    pub group_by: Vec<String>,
}

pub(super) const EXAMPLES: &str = "\
Examples:
  stscope report s3-logs/
  stscope report s3-logs/ --endpoint global --group-by principal,sdk,sdk_version
  stscope report s3-logs/ --where 'principal=*role/ci-*' --since 2026-11-01 -o ci.csv
  stscope report s3-logs/ --fail-on global --allow known.txt --quiet
  aws s3 cp s3://trail/AWSLogs/.../x.json.gz - | stscope report -";

pub(super) fn help() -> String {
    format!(
        "{EXAMPLES}\n\n{}\n{}",
        dimensions_help("--group-by and --where"),
        exit_help()
    )
}

pub(super) fn run(arguments: ReportArgs) -> Result<Exit, Failure> {
    let writing = Writing::resolve(&arguments.output)?;
    let gates = match arguments.store.store {
        Some(_) => Gates::of_store(&arguments.gate)?,
        None => Gates::resolve(&arguments.gate)?,
    };
    let group_by = group_by(&arguments.grouping.group_by)?;
    let reading = Reading::resolve_any(
        &arguments.input,
        &arguments.store,
        &arguments.filter,
        &arguments.messages,
    )?;
    if reading.store.is_some() {
        for &dimension in &group_by {
            check_kept("--group-by", dimension)?;
        }
    }
    check_output(
        &writing,
        &reading,
        &[
            ("--allow", arguments.gate.allow.as_deref()),
            ("--hosts", arguments.input.hosts.as_deref()),
        ],
    )?;
    let output = Output::open(writing.output.as_deref())?;

    let question = AnyQuestion::Groups(group_by);
    let mut report = count::tally(&reading, &question, &arguments.messages)?.finish();

    let quiet = arguments.messages.quiet;
    let exit = match count::tell(&reading, &report.totals.coverage, quiet) {
        Ok(exit) => exit,
        Err(nothing) => return judge_nothing(nothing, &gates, &reading, quiet),
    };
    match arguments.order.sort {
        GroupOrder::Calls => {}
        GroupOrder::LastEventTime => report.sort_by_last_event_time(),
        GroupOrder::Group => report.sort_by_group(),
    }
    report.keep_min_calls(arguments.order.min_calls);
    let selection = &reading.scan.selection;
    let can_judge = can_judge(&report.totals, selection);
    note_if_blind(can_judge, &report.totals.summary(), quiet);
    note_unmatched(&report.totals, quiet);
    let verdict = gates.judge(&report.totals, selection);
    let verdict = match &reading.store {
        Some((_, store)) => gates.judge_new(store, selection, verdict, quiet),
        None => verdict,
    };
    let page = pages::report::page(&report, can_judge, writing.top);
    let written = output.write(|out| Ok(writing.format.write(page, writing.layout, out)?));
    conclude(exit, verdict, written)
}

/// The end of a report that has nothing to say: the gate on new callers has days of its own.
fn judge_nothing(
    nothing: Failure,
    gates: &Gates,
    reading: &Reading,
    quiet: bool,
) -> Result<Exit, Failure> {
    if let Some((_, store)) = &reading.store
        && let Ok(Exit::GateFailed) =
            gates.judge_new(store, &reading.scan.selection, Ok(Exit::Done), quiet)
    {
        nothing.report();
        return Ok(Exit::GateFailed);
    }
    Err(nothing)
}

fn group_by(names: &[String]) -> Result<Vec<Dimension>, Failure> {
    let mut dimensions = Vec::new();
    for name in names {
        let dimension = dimension(name).map_err(Failure::new)?;
        if dimensions.contains(&dimension) {
            let message = format!("--group-by {name}: it is named twice; name it once");
            return Err(Failure::new(message));
        }
        dimensions.push(dimension);
    }
    Ok(dimensions)
}
