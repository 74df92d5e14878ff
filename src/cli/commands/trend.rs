//! `stscope trend`

use crate::cli::args::{FormatName, exit_help};
use chrono::NaiveDate;
use clap::{Args, ValueEnum, ValueHint};
use std::path::PathBuf;

use crate::cli::conditions::parse_glob;
use crate::cli::exit::{Exit, Failure};
use crate::cli::gate::note_if_blind;
use crate::cli::messages::Messages;
use crate::cli::messages::coverage;
use crate::cli::output::Output;
use crate::cli::output::{Writing, same_file};
use crate::cli::reading::note_forgotten;
use crate::cli::reading::{check_accounts, check_kept_days};
use crate::cli::time;
use crate::cli::time::period;
use crate::questions::{AnyQuestion, CallsByDay, Period, Trend};
use crate::report::{count, pages, plural};
use crate::shown::Shown;
use crate::store::Store;
use crate::sts::{Dimension, Time};
use crate::tally::{Condition, Selection};

#[derive(Args)]
pub(super) struct TrendArgs {
    /// A store made by 'stscope ingest'
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub store: PathBuf,
    /// The period of a row; a week begins on Monday and is named by that day
    #[arg(long, value_name = "PERIOD", default_value = "day")]
    pub by: PeriodName,
    /// Show days from T on: 2026-11-01, or an age: 7d, 2w
    #[arg(long, value_name = "T")]
    pub since: Option<String>,
    /// Show days before T
    #[arg(long, value_name = "T")]
    pub until: Option<String>,
    /// Count calls of these principals only; * crosses / and :
    #[arg(long, value_name = "GLOB")]
    pub principal: Option<String>,
    /// Count records received by these accounts (recipientAccountId)
    #[arg(long, value_name = "A,...", value_delimiter = ',')]
    pub account: Vec<String>,
    /// Output format [default: table, or by the ending of --output]
    #[arg(long, value_name = "FORMAT", help_heading = "Output")]
    pub format: Option<FormatName>,
    /// Write to FILE, which appears whole or not at all
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Output")]
    pub output: Option<PathBuf>,
    /// Print only errors and damaged files on standard error
    #[arg(short, long, help_heading = "Messages")]
    pub quiet: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum PeriodName {
    Day,
    Week,
    Month,
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
        arguments.since.as_deref(),
        arguments.until.as_deref(),
        time::parse_day,
    )?;
    check_accounts(&arguments.account)?;
    let all = Selection {
        since,
        until,
        accounts: arguments.account.clone(),
        ..Selection::default()
    };
    let of_principal = arguments.principal.as_deref().map(|pattern| {
        let glob =
            parse_glob(pattern).map_err(|error| Failure::new(format!("--principal: {error}")))?;
        Ok::<_, Failure>(Selection {
            conditions: vec![Condition {
                dimension: Dimension::Principal,
                glob,
                negated: false,
            }],
            ..all.clone()
        })
    });
    let of_principal = of_principal.transpose()?;
    Messages::new(arguments.quiet).tell_waits();
    let store = Store::open(&arguments.store)?;
    check_kept_days(&arguments.store, &store, until)?;
    if let Some(output) = &writing.output
        && same_file(output, &arguments.store)
    {
        let message = format!(
            "--output {}: it is the store; write to another file",
            Shown::path(output)
        );
        return Err(Failure::new(message));
    }
    let output = Output::open(writing.output.as_deref())?;

    let calendar = store.calendar(&all.accounts)?;
    let seen = store.tally(&AnyQuestion::Trend, &all)?.finish();
    let asked = match &of_principal {
        Some(selection) => Some(store.tally(&AnyQuestion::Trend, selection)?.finish()),
        None => None,
    };
    let report = asked.as_ref().unwrap_or(&seen);

    let messages = Messages::new(arguments.quiet);
    note_forgotten(&report.totals.coverage, &all, messages);
    let exit = coverage::tell_stored(&report.totals.coverage, messages)?;
    note_if_blind(
        seen.totals.can_judge_global_calls(),
        &seen.totals.summary(),
        messages,
    );
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
        arguments.by.into(),
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
    output.write(|out| Ok(writing.format.write(page, writing.layout, out)?))?;
    Ok(exit)
}

impl From<PeriodName> for Period {
    fn from(name: PeriodName) -> Period {
        match name {
            PeriodName::Day => Period::Day,
            PeriodName::Week => Period::Week,
            PeriodName::Month => Period::Month,
        }
    }
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
