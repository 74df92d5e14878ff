//! `stscope trend`

use crate::cli::args::{Typed, account, exit_help};
use chrono::NaiveDate;
use clap::{Args, ValueHint};
use std::path::PathBuf;

use crate::cli::conditions::parse_glob;
use crate::cli::exit::{Exit, Failure};
use crate::cli::gate::conclude;
use crate::cli::messages::Messages;
use crate::cli::output::Writing;
use crate::cli::session::Session;
use crate::cli::time::{Moment, period};
use crate::questions::{AnyQuestion, CallsByDay, Period, Trend};
use crate::report::{Format, count, pages, plural};
use crate::sts::{Dimension, Time};
use crate::tally::{Condition, Glob, Selection};

#[derive(Args)]
pub(super) struct TrendArgs {
    /// A store made by 'stscope ingest'
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub store: PathBuf,
    /// The period of a row; a week begins on Monday and is named by that day
    #[arg(long, value_name = "PERIOD", default_value = "day")]
    pub by: Period,
    /// Show days from T on: 2026-11-01, or an age: 7d, 2w
    #[arg(long, value_name = "T", value_parser = Typed(Moment::parse_day))]
    pub since: Option<Moment>,
    /// Show days before T
    #[arg(long, value_name = "T", value_parser = Typed(Moment::parse_day))]
    pub until: Option<Moment>,
    /// Count calls of these principals only; * crosses / and :
    #[arg(long, value_name = "GLOB", value_parser = Typed(parse_glob))]
    pub principal: Option<Glob>,
    /// Count records received by these accounts (recipientAccountId)
    #[arg(long, value_name = "A,...", value_delimiter = ',', value_parser = Typed(account))]
    pub account: Vec<String>,
    /// Output format [default: table, or by the ending of --output]
    #[arg(long, value_name = "FORMAT", help_heading = "Output")]
    pub format: Option<Format>,
    /// Write to FILE, which appears whole or not at all
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Output")]
    pub output: Option<PathBuf>,
    /// Print only errors and damaged files on standard error
    #[arg(short, long, help_heading = "Messages")]
    pub quiet: bool,
}

pub(super) const EXAMPLES: &str = "\
Examples:
  stscope trend --store sts.db
  stscope trend --store sts.db --by week --since 26w -o trend.csv
  stscope trend --store sts.db --principal '*:role/payments-*'";

const WORDS: &str = "\
Status of a period:
  complete    all of it was read
  incomplete  it is not over, or not all of its days were read, or nothing of us-east-1
  not-read    nothing of it was read: its figures are empty, which is not zero";

pub(super) fn help() -> String {
    format!("{EXAMPLES}\n\n{WORDS}\n\n{}", exit_help())
}

pub(super) fn run(arguments: TrendArgs) -> Result<Exit, Failure> {
    let writing = Writing::plain(arguments.format, arguments.output.as_deref())?;
    let (since, until) = period(
        arguments.since.as_ref(),
        arguments.until.as_ref(),
        Moment::time,
    )?;
    let all = Selection {
        since,
        until,
        accounts: arguments.account.clone(),
        ..Selection::default()
    };
    let of_principal = arguments.principal.map(|glob| Selection {
        conditions: vec![Condition {
            dimension: Dimension::Principal,
            glob,
            negated: false,
        }],
        ..all.clone()
    });
    let messages = Messages::new(arguments.quiet);
    messages.tell_waits();
    let (session, sink) = Session::of_store(&arguments.store, all, writing, messages)?;
    let all = session.selection();
    let store = session.stored()?;
    let calendar = store.calendar(&all.accounts)?;
    let seen = session.count(&AnyQuestion::Trend)?.finish();
    let asked = match &of_principal {
        Some(selection) => Some(store.tally(&AnyQuestion::Trend, selection)?.finish()),
        None => None,
    };
    let report = asked.as_ref().unwrap_or(&seen);

    let exit = session.tell_read(&report.totals.coverage)?;
    session.can_judge(&seen.totals);
    if report.totals.unmatched().any(Condition::may_be_mistyped) {
        messages.note(
            "--principal matched none of the calls read; see what there is with 'stscope \
             report --store FILE --group-by principal'",
        );
    }
    let admits = |day: NaiveDate| all.admits_time(Time::of_midnight(day));
    let trend = Trend::of(
        &CallsByDay::of(report),
        &CallsByDay::of(&seen),
        &calendar,
        arguments.by,
        admits,
    );
    if trend.rows.is_empty() {
        return Err(Failure::new(
            "no period: the store knows of no day in the time and of the accounts asked about; widen \
             --since, --until and --account, or ingest logs of it",
        ));
    }
    note_gaps(&trend, messages);
    note_undated(seen.totals.coverage.no_time, messages);
    let page = pages::trend::page(&trend, &report.totals.coverage);
    conclude(exit, Ok(Exit::Done), sink.write(page))
}

/// The most gaps that are named.
const MAX_NAMED: usize = 5;

/// A gap must not be taken for days without calls.
fn note_gaps(trend: &Trend, messages: Messages) {
    if !trend.gaps.is_empty() {
        let mut names: Vec<String> = (trend.gaps.iter().take(MAX_NAMED))
            .map(|gap| match gap.first_day == gap.last_day {
                true => gap.first_day.to_string(),
                false => format!("{} to {}", gap.first_day, gap.last_day),
            })
            .collect();
        let unnamed = trend.gaps.len().saturating_sub(MAX_NAMED);
        if unnamed > 0 {
            names.push(format!("and {} more", count(unnamed as u64)));
        }
        messages.note(&format!(
            "nothing was read of {}; ingest these days, or take them as not known",
            names.join(", ")
        ));
    }
}

/// Whatever days are asked about, such a call may be of one of them.
fn note_undated(calls: u64, messages: Messages) {
    if calls > 0 {
        messages.note(&format!(
            "{} {} without a readable time, copies included, in no period",
            count(calls),
            plural(calls, "call")
        ));
    }
}
