//! `stscope settle`

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};

use super::map::MOST_PARTS;
use crate::cli::args::PartFileArgs;
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::{Output, check_output, named_file};
use crate::cli::parts::sum;
use crate::cli::reading::Reading;
use crate::tally::{Rule, Settled, Unsettled, write_frame};

#[derive(Args)]
pub(super) struct SettleArgs {
    /// What copies are told by: first event, then shared
    #[arg(value_name = "RULE")]
    pub rule: By,
    /// Frames [default: standard input]
    #[arg(value_name = "FRAMES", default_value = "-", hide_default_value = true, value_hint = ValueHint::FilePath)]
    pub frames: Vec<PathBuf>,
    /// Write frames of N parts
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=MOST_PARTS))]
    pub parts: u32,
    #[command(flatten)]
    pub file: PartFileArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum By {
    /// eventID and recipientAccountId
    Event,
    /// sharedEventID
    Shared,
}

pub(super) const EXAMPLES: &str = "\
Examples:
  stscope settle event --parts 600 < part-17-of-all-tasks > frames
  stscope settle shared --parts 600 < frames-of-part-17 > settled";

pub(super) fn run(arguments: &SettleArgs) -> Result<Exit, Failure> {
    let file = named_file(arguments.file.path());
    check_output(file, &Reading::of_parts(&arguments.frames), &[])?;
    let output = Output::open(file)?;
    // A place without calls has no frames.
    let sum = sum(&arguments.frames)?;
    output.write(|out| {
        let Some((mut sum, numbers)) = sum else {
            return Ok(());
        };
        let rule = match arguments.rule {
            By::Event => Rule::Event,
            By::Shared => Rule::Shared,
        };
        let before = sum.settled();
        sum.settle(rule).map_err(|why| unsettled(rule, why))?;
        let home = numbers.first().copied().unwrap_or(0);
        if sum.settled() != before {
            sum.note_met(numbers);
        }
        sum.into_parts(arguments.parts, home, |number, part| {
            Ok(write_frame(number, &part, out)?)
        })
    })?;
    Ok(Exit::Done)
}

fn unsettled(rule: Rule, why: Unsettled) -> Failure {
    let (name, before) = match rule {
        Rule::Event => ("event", "map"),
        Rule::Shared => ("shared", "settle event"),
    };
    Failure::new(match why {
        Unsettled::Cut { fewest, most } => format!(
            "settle {name}: some of the frames are of {fewest} parts and some of {most}, so copies of one call \
             may have different numbers; run all of 'stscope {before}' again with one number of --parts"
        ),
        Unsettled::Turn(Settled::Open) => format!(
            "settle {name}: the frames are not settled by event yet; give them to 'stscope settle \
             event' first, and bring equal numbers together again"
        ),
        Unsettled::Turn(_) => {
            "settle: the frames are settled already; give them to 'stscope merge'".to_owned()
        }
    })
}
