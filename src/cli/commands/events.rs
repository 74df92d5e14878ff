//! `stscope events`

use std::io;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, sync_channel};

use clap::{Args, ValueEnum};
use serde_json::Value;

use crate::cli::args::{
    AnswerArgs, FilterArgs, InputArgs, dimensions_help, exit_help, without_gauges,
};
use crate::cli::dry_run;
use crate::cli::exit::{Exit, Failure};
use crate::cli::gate::conclude;
use crate::cli::output::Sink;
use crate::cli::reading::Reading;
use crate::cli::session::{Asked, Session};
use crate::questions::{EventLog, EventStream, Row, StreamError};
use crate::report::pages;

#[derive(Args)]
#[command(mut_arg("format", without_gauges))]
pub(super) struct EventsArgs {
    #[command(flatten)]
    pub input: InputArgs,
    /// Understood to say why there is none
    #[arg(long, value_name = "FILE", hide = true)]
    pub store: Option<PathBuf>,
    #[command(flatten)]
    pub filter: FilterArgs,
    #[command(flatten)]
    pub answer: AnswerArgs,
    /// Order: newest first, or as they are read (starts at once, needs little memory)
    #[arg(
        long,
        value_name = "ORDER",
        default_value = "event_time",
        help_heading = "Output"
    )]
    pub sort: EventOrder,
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
    let asked = Asked::of_logs(&arguments.input, &arguments.filter, &arguments.answer);
    if asked.input.s3.dry_run {
        return dry_run::run_gated(&asked);
    }
    if arguments.store.is_some() {
        return Err(Failure::new(
            "--store: a store keeps sums and no calls one by one; name log files in its place",
        ));
    }
    let (mut session, sink) = Session::open(asked)?;
    if arguments.sort == EventOrder::EventTime {
        return sorted(&session, sink);
    }
    if arguments.input.strict && sink.writing.output.is_none() {
        return Err(Failure::new(
            "--strict with --sort none: rows would be out before a damaged file is met; \
             write to a file with --output, or leave out --sort none",
        ));
    }
    if sink.writing.layout.is_terminal {
        // Progress and rows on one terminal would be a mess.
        session.progress = None;
    }
    streamed(session, sink)
}

/// The newest first: everything is read, then written.
fn sorted(session: &Session, sink: Sink) -> Result<Exit, Failure> {
    let Reading { scan, paths, .. } = &session.reading;
    let events = session.watched(|progress| {
        let log = scan.collect(paths, progress, || EventLog::new(scan.once))?;
        log.finish().map_err(|error| temporary(&error))
    })?;
    let exit = session.tell_read(&events.totals.coverage)?;
    let is_blind = !session.can_judge(&events.totals) && events.totals.summary().global() == 0;
    let verdict = session.judge(&events.totals);
    let coverage = serde_json::to_value(&events.totals.coverage).map_err(io::Error::from)?;
    let written = events.write(|rows| {
        let mut page = pages::events::page(rows, sink.writing.top);
        if is_blind {
            page = pages::events::without_us_east_1(page);
        }
        sink.write(page.covering(|| Ok(Some(coverage))))
    });
    conclude(exit, verdict, written)
}

/// As they are read: rows are written on a thread of their own while others read.
fn streamed(mut session: Session, sink: Sink) -> Result<Exit, Failure> {
    let (sender, rows) = sync_channel(4096);
    let (tell, told) = sync_channel(1);
    std::thread::scope(|scope| {
        let writer = std::thread::Builder::new()
            .spawn_scoped(scope, move || write_rows(rows, &told, sink))
            .map_err(|error| {
                Failure::new(format!(
                    "--sort none: no thread can be started: {error}; raise the limit of processes \
                     (ulimit -u), or leave it out"
                ))
            })?;
        // Dropped by an early return, it tells the writer to throw away what it has.
        let tell = tell;
        let Reading { scan, paths, .. } = &session.reading;
        let streamed = session.watched(|progress| {
            let first = EventStream::new(scan.once, sender);
            let streams = scan.collect(paths, progress, || first.another());
            // With the last sender the rows end.
            drop(first);
            streams?.finish().map_err(|error| match error {
                StreamError::Temporary(error) => temporary(&error),
                StreamError::TakenBack => Failure::new(
                    "--sort none: rows were written of records that do not count, because a file has a \
                     second list that replaces the first; leave out --sort none",
                ),
            })
        })?;
        // Of a run that was cut short the coverage would be half the truth.
        let messages = session.messages;
        session.messages = messages.quiet_if(streamed.is_cut_short);
        let exit = session.tell_read(&streamed.totals.coverage)?;
        // From here on the writer may finish; without this, what it wrote is thrown away.
        let _ =
            tell.send(serde_json::to_value(&streamed.totals.coverage).map_err(io::Error::from)?);
        if streamed.is_cut_short && session.gates.are_asked() {
            return Err(Failure::new(
                "--fail-on cannot be judged: standard output was closed before all was read; \
                 write to a file with --output",
            ));
        }
        session.can_judge(&streamed.totals);
        let verdict = session.judge(&streamed.totals);
        let panicked = |_| Err(Failure::new("writing failed; please report this"));
        conclude(exit, verdict, writer.join().unwrap_or_else(panicked))
    })
}

fn write_rows(rows: Receiver<Row>, told: &Receiver<Value>, sink: Sink) -> Result<(), Failure> {
    let coverage = || {
        told.recv()
            .map(Some)
            .map_err(|_| io::Error::other("the scan failed"))
    };
    let page = pages::events::page(rows.into_iter().map(Ok), sink.writing.top).covering(coverage);
    sink.write(page)
}

fn temporary(error: &io::Error) -> Failure {
    Failure::new(format!(
        "the temporary file for the rows: {error}; set TMPDIR to a folder that is there and has room"
    ))
}
