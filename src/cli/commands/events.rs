//! `stscope events`

use crate::cli::args::{
    FilterArgs, GateArgs, InputArgs, MessageArgs, OutputArgs, dimensions_help, exit_help,
};
use clap::{Args, ValueEnum};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};

use serde_json::Value;

use crate::cli::conditions::note_unmatched;
use crate::cli::exit::{Exit, Failure};
use crate::cli::gate::{Gates, can_judge, conclude, note_if_blind};
use crate::cli::hosts;
use crate::cli::messages::coverage;
use crate::cli::output::Output;
use crate::cli::output::{Writing, check_output};
use crate::cli::progress::Shown;
use crate::cli::progress::progress;
use crate::cli::reading::Reading;
use crate::questions::{EventLog, EventStream, Row};
use crate::report::pages;
use crate::scan::Progress;

#[derive(Args)]
pub(super) struct EventsArgs {
    #[command(flatten)]
    pub input: InputArgs,
    /// Understood to say why there is none
    #[arg(long, value_name = "FILE", hide = true)]
    pub store: Option<PathBuf>,
    #[command(flatten)]
    pub filter: FilterArgs,
    #[command(flatten)]
    pub output: OutputArgs,
    /// Order: newest first, or as they are read (starts at once, needs little memory)
    #[arg(
        long,
        value_name = "ORDER",
        default_value = "event_time",
        help_heading = "Output"
    )]
    pub sort: EventOrder,
    #[command(flatten)]
    pub gate: GateArgs,
    #[command(flatten)]
    pub messages: MessageArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum EventOrder {
    #[value(name = "event_time")]
    EventTime,
    None,
}

pub(super) const EXAMPLES: &str = "\
Examples:
  stscope events s3-logs/ --endpoint global --top 20
  stscope events s3-logs/ --where 'principal=*role/app' --format jsonl
  stscope events s3-logs/ --sort none --format csv | head";

pub(super) fn help() -> String {
    format!(
        "{EXAMPLES}\n\n{}\n{}",
        dimensions_help("--where"),
        exit_help()
    )
}

pub(super) fn run(arguments: EventsArgs) -> Result<Exit, Failure> {
    if arguments.store.is_some() {
        return Err(Failure::new(
            "--store: a store keeps sums and no calls one by one; name log files in its place",
        ));
    }
    let writing = Writing::resolve(&arguments.output)?;
    let gates = Gates::resolve(&arguments.gate)?;
    let reading = Reading::resolve(&arguments.input, &arguments.filter, &arguments.messages)?;
    if arguments.input.strict && arguments.sort == EventOrder::None && writing.output.is_none() {
        return Err(Failure::new(
            "--strict with --sort none: rows would be out before a damaged file is met; \
             write to a file with --output, or leave out --sort none",
        ));
    }
    check_output(
        &writing,
        &reading,
        &[("--allow", arguments.gate.allow.as_deref())],
    )?;
    let output = Output::open(writing.output.as_deref())?;
    let shared = Arc::new(Progress::default());
    // Progress and rows on one terminal would be a mess.
    let is_mixed = arguments.sort == EventOrder::None && writing.on_terminal;
    let shown = progress(&arguments.messages)
        .filter(|_| !is_mixed)
        .map(|terminal| Shown::start(Arc::clone(&shared), terminal));
    let quiet = arguments.messages.quiet;
    match arguments.sort {
        EventOrder::EventTime => sorted(&reading, writing, &gates, output, &shared, shown, quiet),
        EventOrder::None => streamed(&reading, writing, &gates, output, &shared, shown, quiet),
    }
}

/// The newest first: everything is read, then written.
fn sorted(
    reading: &Reading,
    writing: Writing,
    gates: &Gates,
    output: Output,
    shared: &Progress,
    shown: Option<Shown>,
    quiet: bool,
) -> Result<Exit, Failure> {
    let once = reading.scan.once;
    let log = reading
        .scan
        .collect(&reading.paths, shared, || EventLog::new(once))?;
    let mut events = log.finish().map_err(|error| temporary(&error))?;
    drop(shown);
    let exit = coverage::tell(&events.totals.coverage, quiet)?;
    hosts::note_unused(&reading.scan.hosts, quiet);
    let selection = &reading.scan.selection;
    let can_judge = can_judge(&events.totals, selection);
    note_if_blind(can_judge, &events.totals.summary(), quiet);
    note_unmatched(&events.totals, quiet);
    let verdict = gates.judge(&events.totals, selection);
    let coverage = serde_json::to_value(&events.totals.coverage).map_err(io::Error::from)?;
    let page = pages::events::page(events.rows(), writing.top).covering(|| Ok(Some(coverage)));
    let written = output.write(|out| Ok(writing.format.write(page, writing.layout, out)?));
    conclude(exit, verdict, written)
}

/// As they are read: rows are written on a thread of their own while others read.
fn streamed(
    reading: &Reading,
    writing: Writing,
    gates: &Gates,
    output: Output,
    shared: &Progress,
    shown: Option<Shown>,
    quiet: bool,
) -> Result<Exit, Failure> {
    let (sender, rows) = sync_channel(4096);
    let (tell, told) = sync_channel(1);
    std::thread::scope(|scope| {
        let writer = std::thread::Builder::new()
            .spawn_scoped(scope, move || write_rows(rows, &told, writing, output))
            .map_err(|error| {
                Failure::new(format!(
                    "--sort none: no thread can be started: {error}; raise the limit of processes \
                     (ulimit -u), or leave it out"
                ))
            })?;
        // Dropped by an early return, it tells the writer to throw away what it has.
        let tell = tell;
        let first = EventStream::new(reading.scan.once, sender);
        let streams = reading
            .scan
            .collect(&reading.paths, shared, || first.another());
        // With the last sender the rows end.
        drop(first);
        let streamed = streams?.finish().map_err(|error| temporary(&error))?;
        drop(shown);
        // Of a run that was cut short the coverage would be half the truth.
        let is_quiet = quiet || streamed.is_cut_short;
        let exit = coverage::tell(&streamed.totals.coverage, is_quiet)?;
        hosts::note_unused(&reading.scan.hosts, is_quiet);
        // From here on the writer may finish; without this, what it wrote is thrown away.
        let _ =
            tell.send(serde_json::to_value(&streamed.totals.coverage).map_err(io::Error::from)?);
        if streamed.is_cut_short && gates.are_asked() {
            return Err(Failure::new(
                "--fail-on cannot be judged: standard output was closed before all was read; \
                 write to a file with --output",
            ));
        }
        let selection = &reading.scan.selection;
        let can_judge = can_judge(&streamed.totals, selection);
        note_if_blind(can_judge, &streamed.totals.summary(), quiet);
        note_unmatched(&streamed.totals, is_quiet);
        let verdict = gates.judge(&streamed.totals, selection);
        let panicked = |_| Err(Failure::new("writing failed; please report this"));
        conclude(exit, verdict, writer.join().unwrap_or_else(panicked))
    })
}

fn write_rows(
    rows: Receiver<Row>,
    told: &Receiver<Value>,
    writing: Writing,
    output: Output,
) -> Result<(), Failure> {
    let coverage = || {
        told.recv()
            .map(Some)
            .map_err(|_| io::Error::other("the scan failed"))
    };
    let page = pages::events::page(rows.into_iter().map(Ok), writing.top).covering(coverage);
    output.write(|out| Ok(writing.format.write(page, writing.layout, out)?))
}

fn temporary(error: &io::Error) -> Failure {
    Failure::new(format!(
        "the temporary file for the rows: {error}; set TMPDIR to a folder with more room"
    ))
}
