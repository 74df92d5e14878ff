//! `stscope merge`

use std::path::{Path, PathBuf};

use clap::{Args, ValueHint};

use super::{overview as commands_overview, plan, regions, report, trend};
use crate::cli::args::{AnswerArgs, OrderArgs, OutputArgs, exit_help};
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::{Output, Writing, check_output, named_file};
use crate::cli::parts::{check_files, check_whole, is_standard_input, sum, write_part};
use crate::cli::session::Session;
use crate::questions::{AnyQuestion, Period, overview};
use crate::tally::{Collector as _, Question as _};

#[derive(Args)]
pub(super) struct MergeArgs {
    /// What 'stscope map' or 'stscope settle' wrote; - for standard input
    #[arg(value_name = "PART", required = true, value_hint = ValueHint::FilePath)]
    pub parts: Vec<PathBuf>,
    /// Refuse parts that are not of N files in all, read or not: the lines of the list that was mapped
    #[arg(long, value_name = "N", help_heading = "Input")]
    pub files: Option<u64>,
    #[command(flatten)]
    pub plan: plan::MadeWith,
    /// Of a trend: the period of a row
    #[arg(long, value_name = "PERIOD", help_heading = "Groups")]
    pub period: Option<Period>,
    #[command(flatten)]
    pub order: OrderArgs,
    #[command(flatten)]
    pub answer: AnswerArgs,
}

pub(super) const EXAMPLES: &str = "\
Examples:
  stscope merge *.part
  stscope merge *.part --fail-on global --format json -o report.json
  stscope merge *.part --files $(wc -l < keys.tsv)
  stscope merge november/*.part -o november.part
  cat frames | stscope merge -";

const WORDS: &str = "\
Gives what the command would have given over all the files. Which calls count
was decided by map. With -o X.part it makes one part of all.";

pub(super) fn help() -> String {
    format!("{EXAMPLES}\n\n{WORDS}\n\n{}", exit_help())
}

pub(super) fn run(arguments: MergeArgs) -> Result<Exit, Failure> {
    let inputs = arguments
        .parts
        .iter()
        .filter(|path| is_standard_input(path));
    if inputs.count() > 1 {
        return Err(Failure::new(
            "standard input (-) is named twice; name it once",
        ));
    }
    if is_part(&arguments.answer.output) {
        return match arguments.answer.output.write.format {
            None => make_part(&arguments),
            Some(_) => Err(Failure::new(
                "--format: what is written to a name that ends in .part is a part; leave it out, or write to \
                 another name",
            )),
        };
    }
    let writing = Writing::resolve(&arguments.answer.output, true)?;
    let ip_ranges = arguments.plan.ip_ranges()?;
    let (mut session, sink) = Session::of_parts(
        &arguments.parts,
        &arguments.answer.gate,
        &arguments.answer.messages,
        writing,
        &[
            ("--ip-ranges", arguments.plan.ip_ranges.as_deref()),
            ("--accounts", arguments.answer.output.accounts.as_deref()),
        ],
    )?;
    let to = plan::Destination::open(sink, &arguments.plan, &arguments.answer.output)?;
    let mut tally = sum(&arguments.parts)?.ok_or_else(no_part)?.0;
    check_whole(&tally)?;
    check_files(&tally, arguments.files)?;
    let has_days = tally.question().contains(&AnyQuestion::Trend);
    session.adopt(tally.totals(), has_days)?;
    let finished = tally.finish();
    refuse_what_is_of_no_use(&arguments, &finished.question)?;
    if finished.question == overview::questions() {
        to.refuse_gauges()?;
        let mut sink = to.into_sink();
        commands_overview::prepare(&mut sink, arguments.answer.output.top)?;
        let order = &arguments.order;
        return commands_overview::answer(&finished, ip_ranges.as_ref(), &session, order, sink);
    }
    let mut answers = finished.answers();
    let (Some(answer), true) = (answers.pop(), answers.is_empty()) else {
        let name = finished.question.name();
        return Err(Failure::new(format!(
            "the parts answer '{name}', which no command of this release asks; use the one that made them"
        )));
    };
    if !matches!(answer.question, AnyQuestion::Groups(_) | AnyQuestion::Trend) {
        to.refuse_gauges()?;
    }
    let order = &arguments.order;
    match answer.question {
        AnyQuestion::Groups(_) | AnyQuestion::NamedGroups(..) => {
            report::answer(answer, &session, order, to.into_sink())
        }
        AnyQuestion::Regions => regions::answer(&answer, &session, order, to.into_sink()),
        AnyQuestion::Plan => {
            let counted = plan::Counted {
                report: &answer,
                trace: None,
                ip_ranges: ip_ranges.as_ref(),
            };
            plan::answer(counted, &session, order, to)
        }
        AnyQuestion::Trend => {
            let mut sink = to.into_sink();
            trend::prepare(&mut sink, arguments.answer.output.top);
            let period = arguments.period.unwrap_or(Period::Day);
            trend::answer(&answer, &session, period, order, sink)
        }
    }
}

/// Refuses what the answer of these parts has no use for.
fn refuse_what_is_of_no_use(
    arguments: &MergeArgs,
    question: &Vec<AnyQuestion>,
) -> Result<(), Failure> {
    let is_overview = *question == overview::questions();
    let is_of = |asked| matches!(question[..], [ref only] if *only == asked);
    let (is_plan, is_trend) = (is_of(AnyQuestion::Plan), is_of(AnyQuestion::Trend));
    for (option, is_meant) in [
        (arguments.plan.by_account(), is_plan),
        (arguments.plan.given(), is_plan || is_overview),
        (arguments.period.map(|_| "--period"), is_trend),
    ] {
        if let (Some(option), false) = (option, is_meant) {
            return Err(Failure::new(format!(
                "{option}: the parts answer '{}', which has no use for it; leave it out",
                question.name()
            )));
        }
    }
    Ok(())
}

/// Whether one part is to be made of all.
fn is_part(output: &OutputArgs) -> bool {
    let ending = output.write.file.path().and_then(Path::extension);
    ending.is_some_and(|ending| ending == "part")
}

fn make_part(arguments: &MergeArgs) -> Result<Exit, Failure> {
    if arguments.answer.output.accounts.is_some() {
        return Err(Failure::new(
            "--accounts: a part keeps no names; give it to the 'stscope merge' that makes the answer",
        ));
    }
    if !arguments.answer.gate.fail_on.is_empty() {
        return Err(Failure::new(
            "--fail-on: a part has no verdict; give it to the 'stscope merge' that makes the answer",
        ));
    }
    let of_answers = [
        arguments.plan.by_account(),
        arguments.plan.given(),
        arguments.period.map(|_| "--period"),
        arguments.order.given(),
        arguments.answer.output.top.map(|_| "--top"),
    ];
    if let Some(option) = of_answers.into_iter().flatten().next() {
        return Err(Failure::new(format!(
            "{option}: a part has no rows yet; give it to the 'stscope merge' that makes the answer"
        )));
    }
    let file = named_file(arguments.answer.output.write.file.path());
    let reading = crate::cli::reading::Reading::of_parts(&arguments.parts);
    check_output(file, &reading, &[])?;
    let output = Output::open(file)?;
    let mut tally = sum(&arguments.parts)?.ok_or_else(no_part)?.0;
    check_files(&tally, arguments.files)?;
    if tally.settled() != crate::tally::Settled::Open {
        // Nobody can tell copies across it and other parts any more.
        check_whole(&tally)?;
        tally.close();
    }
    write_part(tally, output)?;
    Ok(Exit::Done)
}

fn no_part() -> Failure {
    Failure::new("the input has no part in it; give what 'stscope map' or 'stscope settle' wrote")
}
