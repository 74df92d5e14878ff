//! `stscope map`

use std::hash::Hasher as _;
use std::io::IsTerminal as _;
use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};
use siphasher::sip::SipHasher13;

use super::report::{GroupingArgs, refuse_twice};
use super::trend::PrincipalArg;
use crate::cli::accounts;
use crate::cli::args::{FilterArgs, InputArgs, MessageArgs, PartFileArgs, Required};
use crate::cli::dry_run;
use crate::cli::exit::{Exit, Failure};
use crate::cli::manifest;
use crate::cli::messages::{Messages, coverage};
use crate::cli::output::{Output, check_output, named_file};
use crate::cli::parts::{Sum, write_part};
use crate::cli::progress::progress;
use crate::cli::reading::Reading;
use crate::cli::session::watched;
use crate::questions::{AnyQuestion, overview};
use crate::scan::Scan;
use crate::sts::Dimension;
use crate::tally::{Scrutiny, Tally, write_frame};

#[derive(Args)]
pub(super) struct MapArgs {
    /// The command whose answer it is a part of
    #[arg(value_name = "QUESTION")]
    pub question: Asked,
    #[command(flatten)]
    pub input: InputArgs,
    /// Read what was listed before, one a line: SIZE, tab, ETAG or nothing, tab, PATH; - for standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["paths", "files_from"], value_hint = ValueHint::FilePath, help_heading = "Input")]
    pub manifest: Option<PathBuf>,
    /// After each line of the manifest come the bytes of the file
    #[arg(long, requires = "manifest", help_heading = "Input")]
    pub contents: bool,
    /// Only list what there is to read, as a manifest
    #[arg(long, conflicts_with_all = ["manifest", "parts"], help_heading = "Input")]
    pub list: bool,
    #[command(flatten)]
    pub filter: FilterArgs,
    #[command(flatten)]
    pub principal: PrincipalArg,
    #[command(flatten)]
    pub grouping: GroupingArgs,
    /// Keep what 'merge --require' needs: what digests in S3 say, and to prove it, the hash of every log
    #[arg(long, value_name = "WHAT", help_heading = "Gates")]
    pub require: Option<Required>,
    /// Write frames of N parts, each with the calls that may be copies of one another
    #[arg(long, value_name = "N", help_heading = "Output", value_parser = clap::value_parser!(u32).range(1..=MOST_PARTS))]
    pub parts: Option<u32>,
    #[command(flatten, next_help_heading = "Output")]
    pub file: PartFileArgs,
    #[command(flatten)]
    pub messages: MessageArgs,
}

/// More parts than this are of no use: each has texts of its own.
pub(super) const MOST_PARTS: i64 = 1 << 20;

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Asked {
    Report,
    Plan,
    Regions,
    Trend,
    Overview,
}

impl Asked {
    /// The questions that the calls are read for.
    fn questions(self, grouping: &GroupingArgs) -> Vec<AnyQuestion> {
        match self {
            Asked::Report => vec![AnyQuestion::Groups(grouping.group_by.clone())],
            Asked::Plan => vec![AnyQuestion::Plan],
            Asked::Regions => vec![AnyQuestion::Regions],
            Asked::Trend => vec![AnyQuestion::Trend],
            Asked::Overview => overview::questions(),
        }
    }
}

pub(super) const EXAMPLES: &str = "\
Examples:
  stscope map report logs/111122223333/ -o 1.part
  stscope map plan --files-from keys.txt --since 2026-11-01 -o 7.part
  stscope map report --list s3://BUCKET/PREFIX/AWSLogs/ -o keys.tsv
  stscope map report --list /mnt/logs/AWSLogs -o files.tsv
  stscope map report --manifest - --parts 600 < some-keys.tsv > frames
  stscope merge *.part -o report.csv";

const WORDS: &str = "\
Damaged files, and that nothing was found, are in the part, and no failure here:
merge tells, and has the exit code for it. Give times, not ages, where tasks
begin at different times.";

const EXITS: &str = "\
Exit codes:
  0  done
  2  wrong usage, or a fatal error";

pub(super) fn help() -> String {
    format!("{EXAMPLES}\n\n{WORDS}\n\n{EXITS}")
}

pub(super) fn run(mut arguments: MapArgs) -> Result<Exit, Failure> {
    if arguments.input.s3.dry_run {
        return dry_run::run(
            &arguments.input,
            &arguments.filter,
            arguments.require,
            &arguments.messages,
        );
    }
    if arguments.contents && arguments.manifest.is_none() {
        return Err(Failure::new(
            "--contents: they come after the lines of a manifest; give --manifest, or leave it out",
        ));
    }
    refuse_what_hides_calls(&arguments)?;
    let condition = arguments.principal.take();
    if arguments.question == Asked::Trend {
        super::trend::whole_days(&mut arguments.filter)?;
        arguments.filter.conditions.extend(condition);
    } else if condition.is_some() {
        return Err(Failure::new(
            "--principal: it is an option of trend; write --where principal=GLOB",
        ));
    }
    refuse_what_no_part_has(&arguments)?;
    let messages = Messages::new(arguments.messages.quiet);
    let reading = resolve(&arguments, messages)?;
    let file = named_file(arguments.file.path());
    if file.is_none() && !arguments.list && std::io::stdout().is_terminal() {
        return Err(Failure::new(
            "a part is binary, and standard output is a terminal; give --output FILE",
        ));
    }
    check_output(
        file,
        &reading,
        &[
            ("--hosts", arguments.input.hosts.as_deref()),
            ("--manifest", arguments.manifest.as_deref()),
        ],
    )?;
    let output = Output::open(file)?;
    if arguments.list {
        return manifest::list(&reading, output, &arguments.messages);
    }
    let scan = &reading.scan;
    let questions = arguments.question.questions(&arguments.grouping);
    let new = || Tally::of(questions.clone(), &scan.terms(), scan.once);
    let mut tally: Sum = watched(progress(&arguments.messages), |progress| {
        scan.collect(&reading.paths, progress, new)
    })?;
    coverage::tell_part(tally.coverage(), messages);
    let list = list(&reading);
    tally.name_run(list);
    match arguments.parts {
        None => write_part(tally, output)?,
        // What is known of all goes where the list of paths says: a task that runs again has the same.
        Some(parts) => output.write(|out| {
            tally.into_parts(parts, list as u32, |number, part| {
                Ok(write_frame(number, &part, out)?)
            })
        })?,
    }
    Ok(Exit::Done)
}

/// Refuses groups that the question has not, and names of accounts, which no part keeps.
fn refuse_what_no_part_has(arguments: &MapArgs) -> Result<(), Failure> {
    let group_by = &arguments.grouping.group_by;
    refuse_twice(group_by)?;
    let is_grouped = *group_by != Scan::default().group_by;
    if is_grouped && arguments.question != Asked::Report {
        return Err(Failure::new(
            "--group-by: only a report can be grouped; leave it out",
        ));
    }
    if group_by.contains(&Dimension::AccountName) {
        return Err(accounts::not_in_a_part("--group-by"));
    }
    let conditions = &arguments.filter.conditions;
    if (conditions.iter()).any(|one| one.dimension == Dimension::AccountName) {
        return Err(accounts::not_in_a_part("--where"));
    }
    Ok(())
}

/// What is read, and how.
fn resolve(arguments: &MapArgs, messages: Messages) -> Result<Reading, Failure> {
    let mut reading = Reading::resolve_listed(
        &arguments.input,
        arguments.manifest.as_deref(),
        arguments.contents,
        &arguments.filter,
        messages,
    )?;
    let is_proof = arguments.require == Some(Required::Proved);
    // A chain of digests may be in many parts: whether it is whole is judged where all is together.
    reading.scan.scrutiny = Scrutiny {
        elsewhere: true,
        remote: arguments.require.is_some(),
        hashes: is_proof,
        places: is_proof,
        signatures: is_proof,
        ..reading.scan.scrutiny
    };
    reading.scan.days = matches!(arguments.question, Asked::Trend | Asked::Overview);
    Ok(reading)
}

/// A number of what was named, whatever its order.
fn list(reading: &Reading) -> u64 {
    let mut names: Vec<String> = (reading.paths.named.iter())
        .map(|named| format!("{named:?}"))
        .collect();
    #[cfg(feature = "s3")]
    names.extend(
        reading
            .paths
            .s3
            .iter()
            .map(|prefix| format!("{:?}", prefix.url)),
    );
    names.extend((reading.paths.manifest.found.iter()).map(|found| format!("{:?}", found.path)));
    names.sort();
    let mut hasher = SipHasher13::new();
    if let Some(piped) = &reading.paths.piped {
        hasher.write_u64(piped.number());
    }
    for name in names {
        hasher.write(name.as_bytes());
        hasher.write_u8(0xff);
    }
    hasher.finish()
}

fn refuse_what_hides_calls(arguments: &MapArgs) -> Result<(), Failure> {
    let has_endpoint = !arguments.filter.endpoint.is_empty();
    match arguments.question {
        Asked::Report | Asked::Trend => Ok(()),
        Asked::Plan if has_endpoint => Err(super::plan::no_endpoint()),
        Asked::Plan => Ok(()),
        Asked::Regions => super::regions::refuse_what_hides_calls(&arguments.filter),
        Asked::Overview => super::overview::refuse_what_hides_calls(&arguments.filter),
    }
}
