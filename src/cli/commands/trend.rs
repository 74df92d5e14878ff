//! `stscope trend`

use std::cmp::Reverse;

use clap::{Arg, Args};

use crate::cli::args::{
    AnswerArgs, FilterArgs, GroupOrder, OrderArgs, SourceArgs, Typed, exit_help,
};
use crate::cli::conditions::parse_glob;
use crate::cli::dry_run;
use crate::cli::exit::{Exit, Failure};
use crate::cli::gate::conclude;
use crate::cli::messages::Messages;
use crate::cli::output::Sink;
use crate::cli::session::{Asked, Session};
use crate::questions::{AnyQuestion, CallsByDay, Period, Report, Trend, TrendRow};
use crate::report::escape::for_terminal;
use crate::report::{count, first_of, pages, plural};
use crate::sts::{Dimension, Possible, possible};
use crate::tally::{Condition, Glob};

#[derive(Args)]
#[command(
    mut_arg("sort", in_time),
    mut_arg("top", all_of_them),
    mut_arg("accounts", for_conditions)
)]
pub(super) struct TrendArgs {
    #[command(flatten)]
    pub source: SourceArgs,
    /// The period of a row; a week begins on Monday and is named by that day
    #[arg(
        long,
        value_name = "PERIOD",
        default_value = "day",
        help_heading = "Groups"
    )]
    pub by: Period,
    #[command(flatten)]
    pub filter: FilterArgs,
    #[command(flatten)]
    pub principal: PrincipalArg,
    #[command(flatten)]
    pub order: OrderArgs,
    #[command(flatten)]
    pub answer: AnswerArgs,
}

/// A row is a period, and what comes first in time is read first.
fn in_time(sort: Arg) -> Arg {
    sort.help("Order: by time (group), the newest first, or most calls first [default: group]")
}

fn all_of_them(top: Arg) -> Arg {
    top.help("Show the first N periods; 0 shows all [default: all]")
}

/// No row is of an account.
fn for_conditions(accounts: Arg) -> Arg {
    accounts.help_heading("Filters").help(
        "Names of accounts for --where account_name, from the JSON of 'aws organizations list-accounts' \
         or CSV with a header 'id,name'",
    )
}

pub(super) const EXAMPLES: &str = "\
Examples:
  stscope trend s3-logs/
  stscope trend --store sts.db --by week --since 26w -o trend.csv
  stscope trend --store sts.db --principal '*:role/payments-*'";

const WORDS: &str = "\
Status of a period:
  complete    all of it was read
  incomplete  it is not over, or not all of its days were read, or nothing of
              us-east-1; or, by digests (see 'stscope help verify'), logs of it
              are missing or may be
  not-read    nothing of it was read: its figures are empty, which is not zero";

pub(super) fn help() -> String {
    format!("{EXAMPLES}\n\n{WORDS}\n\n{}", exit_help())
}

pub(super) fn run(mut arguments: TrendArgs) -> Result<Exit, Failure> {
    let asked = Asked::of(&arguments.source, &arguments.filter, &arguments.answer);
    if asked.input.s3.dry_run {
        return dry_run::run_gated(&asked);
    }
    whole_days(&mut arguments.filter)?;
    (arguments.filter.conditions).extend(arguments.principal.take());
    let (mut session, mut sink) = Session::open(Asked {
        has_gauges: true,
        has_new_global: true,
        ..Asked::of(&arguments.source, &arguments.filter, &arguments.answer)
    })?;
    // A store knows its days without that.
    session.reading.scan.days = session.reading.store.is_none();
    let report = session.count(&AnyQuestion::Trend)?.finish();
    prepare(&mut sink, arguments.answer.output.top);
    answer(&report, &session, arguments.by, &arguments.order, sink)
}

/// Has a screen show all periods, if nothing else is asked for.
pub(super) fn prepare(sink: &mut Sink, top: Option<u64>) {
    if top.is_none() {
        sink.writing.top = None;
    }
}

/// `--principal`, which is short for a condition.
#[derive(Args)]
pub(super) struct PrincipalArg {
    /// Count calls of these principals only; * crosses / and :
    #[arg(long, value_name = "GLOB", value_parser = Typed(of_principal), help_heading = "Filters")]
    pub principal: Option<Glob>,
}

impl PrincipalArg {
    /// The condition, if it was given.
    pub fn take(&mut self) -> Option<Condition> {
        self.principal.take().map(|glob| Condition {
            dimension: Dimension::Principal,
            glob,
            negated: false,
            names: None,
        })
    }
}

/// What no principal can be is no filter.
fn of_principal(glob: &str) -> Result<Glob, String> {
    let glob = parse_glob(glob)?;
    match possible(Dimension::Principal, &glob) {
        Possible::Never => Err(format!(
            "no principal is like '{}'; give a glob such as '*:role/NAME'",
            for_terminal(glob.as_str())
        )),
        _ => Ok(glob),
    }
}

/// Periods are of whole days.
pub(super) fn whole_days(filter: &mut FilterArgs) -> Result<(), Failure> {
    for (option, moment) in [
        ("--since", &mut filter.since),
        ("--until", &mut filter.until),
    ] {
        if let Some(typed) = moment {
            let day = typed
                .whole_day()
                .map_err(|error| Failure::new(format!("{option} {typed}: {error}")))?;
            *typed = day;
        }
    }
    Ok(())
}

/// The end of a trend, whether it is of logs, of a store or of parts.
pub(super) fn answer(
    report: &Report,
    session: &Session,
    by: Period,
    order: &OrderArgs,
    sink: Sink,
) -> Result<Exit, Failure> {
    let totals = &report.totals;
    let exit = session.tell_read(&totals.coverage)?;
    let calls = CallsByDay::of(report);
    let (calendar, seen) = session.days(totals, &calls)?;
    session.can_judge(totals);
    let verdict = session.judge(totals);
    let selection = session.selection();
    let trend = Trend::of(&calls, &seen, &calendar, by, selection);
    if trend.rows.is_empty() {
        return Err(Failure::new(match session.reading.store {
            Some(_) => {
                "no period: the store knows of no day in the time and of the accounts asked about; \
                 widen --since, --until and --account, or ingest logs of it"
            }
            None => {
                "no period: no file with a day in its path and no call was read in the time and of the \
                 accounts asked about; widen --since, --until and --account, or name more logs"
            }
        }));
    }
    note_gaps(&trend, session.reading.store.is_some(), session.messages);
    note_undated(totals.coverage.no_time, session.messages);
    let rows = ordered(&trend, order);
    let page = pages::trend::page(&trend, rows, sink.writing.top, &totals.coverage);
    conclude(exit, verdict, sink.write(page))
}

/// The rows that are asked for, in the order that is. How many calls a period has of which nothing was
/// read nobody knows: it is not left out, and comes after those of which it is known.
fn ordered(trend: &Trend, order: &OrderArgs) -> Vec<TrendRow> {
    let is_kept = |row: &&TrendRow| row.calls.is_none_or(|calls| calls >= order.min_calls);
    let mut rows: Vec<TrendRow> = trend.rows.iter().filter(is_kept).cloned().collect();
    match order.sort.unwrap_or(GroupOrder::Group) {
        GroupOrder::Group => {}
        GroupOrder::LastEventTime => rows.reverse(),
        GroupOrder::Calls => rows.sort_by_key(|row| Reverse(row.calls)),
    }
    rows
}

/// The most gaps that are named.
const MAX_NAMED: usize = 5;

/// A gap must not be taken for days without calls.
pub(super) fn note_gaps(trend: &Trend, is_stored: bool, messages: Messages) {
    if !trend.gaps.is_empty() {
        let names = (trend.gaps.iter()).map(|gap| match gap.first_day == gap.last_day {
            true => gap.first_day.to_string(),
            false => format!("{} to {}", gap.first_day, gap.last_day),
        });
        let how = if is_stored { "ingest" } else { "add logs of" };
        messages.note(&format!(
            "nothing was read of {}; {how} these days, or take them as not known",
            first_of(names, MAX_NAMED)
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
