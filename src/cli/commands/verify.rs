//! `stscope verify`

use std::path::PathBuf;

use clap::{Args, ValueHint};

use crate::cli::args::{FilterArgs, InputArgs, MessageArgs, OutputArgs};
use crate::cli::digests;
use crate::cli::exit::{Exit, Failure};
use crate::cli::messages::warn;
use crate::cli::output::Sink;
use crate::cli::session::Session;
use crate::questions::AnyQuestion;
use crate::questions::verify::{ChainStatus, Verification};
use crate::report::pages;
use crate::report::pages::verify::Told;
use crate::report::{Format, counted};
use crate::shown::for_terminal;
use crate::tally::{Collector as _, DigestCoverage, Scrutiny, Tally};

#[derive(Args)]
#[command(
    mut_arg("paths", |arg| arg
        .help("A file, a folder (walked), a glob pattern, or s3://BUCKET/PREFIX")),
    mut_arg("endpoint", |arg| arg.hide(true)),
    mut_arg("conditions", |arg| arg.hide(true)),
    mut_arg("no_dedup", |arg| arg.hide(true)),
    mut_arg("hosts", |arg| arg.hide(true)),
    mut_arg("dry_run", |arg| arg.hide(true))
)]
pub(super) struct VerifyArgs {
    #[command(flatten)]
    pub input: InputArgs,
    #[command(flatten)]
    pub digests: DigestArgs,
    #[command(flatten)]
    pub filter: FilterArgs,
    #[command(flatten)]
    pub output: OutputArgs,
    #[command(flatten)]
    pub messages: MessageArgs,
}

/// How closely it is looked.
#[derive(Args)]
#[command(next_help_heading = "Digests")]
pub(super) struct DigestArgs {
    /// Read every log and compare its hash, too; without it, names alone are compared
    #[arg(long)]
    pub hash: bool,
    /// Check signatures with the keys in FILE, the output of 'aws cloudtrail list-public-keys'
    /// (repeatable)
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub keys: Vec<PathBuf>,
    /// Print the keys of the logs and digests that are named and not here, one a line, and nothing else
    #[arg(long, conflicts_with_all = ["format", "top"])]
    pub missing_only: bool,
}

pub(super) const EXAMPLES: &str = "\
Examples:
  stscope verify s3-logs/
  stscope verify s3-logs/ --hash --keys keys.json --since 7d
  stscope verify s3://trail-bucket/AWSLogs/ --region us-east-1
  stscope verify s3-logs/ --missing-only | while read -r key; do
    aws s3 cp \"s3://trail-bucket/$key\" \"s3-logs/$key\"; done";

const WORDS: &str = "\
Status of a chain (an account, a Region and a trail), the first that holds:
  incomplete  a log that is named is missing or was changed, an hour has no
              digest, the chain begins anew, a signature is wrong, or a digest
              cannot be read
  unknown     there are logs and no digests
  proved      nothing is missing; every hash is right (--hash); every digest is
              signed (--keys), the newest aside, whose signature is in S3 alone
  complete    nothing is missing by name, or not all hashes and signatures were
              checked

An event is covered where the chain goes on for an hour after it. Digests say
what a trail delivered: what its event selectors leave out, and accounts without
a trail, are in no digest.

Exit codes:
  0  every chain is complete or proved
  1  a chain is incomplete
  2  wrong usage, a fatal error, or there are no digests
  3  as 0, but some input was damaged or unreadable (it is listed on standard
     error)";

pub(super) fn help() -> String {
    format!("{EXAMPLES}\n\n{WORDS}")
}

pub(super) fn run(arguments: VerifyArgs) -> Result<Exit, Failure> {
    refuse_what_is_not_asked(&arguments)?;
    refuse_what_has_no_name(&arguments.input)?;
    let keys = digests::keys(&arguments.digests.keys)?;
    let (mut session, sink) = Session::of_logs(
        &arguments.input,
        &arguments.filter,
        &arguments.output,
        &arguments.messages,
        &arguments.digests.keys,
    )?;
    session.reading.scan.scrutiny = Scrutiny {
        names: true,
        places: true,
        hashes: arguments.digests.hash,
        signatures: !keys.is_empty(),
        alone: true,
        elsewhere: false,
        remote: true,
    };
    session.reading.scan.keys = keys;
    let scan = &session.reading.scan;
    let nothing = AnyQuestion::Groups(Vec::new());
    let new = || Tally::of(nothing.clone(), &scan.terms(), scan.once);
    let mut tally =
        session.watched(|progress| scan.collect(&session.reading.paths, progress, new))?;
    let evidence = std::mem::take(&mut tally.totals().evidence);
    let verification = scan.verify(&evidence);
    tally.totals().coverage.digests = DigestCoverage::of(&verification.rows);
    let report = tally.finish();
    let totals = &report.totals;
    let read = session.tell_verified(&totals.coverage);
    let mut rows = verification.rows.iter();
    let is_judged = rows.any(|row| row.status != ChainStatus::Unknown);
    if verification.rows.is_empty() {
        return Err(nothing_to_judge(&verification));
    }
    if arguments.digests.missing_only {
        write_missing(&verification, sink)?;
    } else {
        let standing = verification.standing(&totals.logs_read, &session.selection().accounts);
        if sink.writing.format.has_rows_alone() {
            session
                .messages
                .tell(&format!("logs of us-east-1: {}", standing.words()));
        }
        let top = sink.writing.top;
        let format = sink.writing.format;
        let told = match format {
            Format::Html | Format::Xlsx => Told::List,
            _ if format.is_for_people() || format.has_rows_alone() => Told::Lines,
            _ => Told::Member,
        };
        let page = pages::verify::page(&verification, &standing, top, told, &totals.coverage);
        match sink.write(page) {
            Err(Failure::ClosedPipe) | Ok(()) => {}
            Err(failure) => return Err(failure),
        }
    }
    match (is_judged, verification.is_incomplete()) {
        // Whose logs they are was written all the same.
        (false, _) => Err(nothing_to_judge(&verification)),
        (true, true) => Ok(Exit::GateFailed),
        (true, false) => Ok(read),
    }
}

/// Whoever pipes these names to a program that copies makes paths of them: none leads out of its folder.
fn write_missing(verification: &Verification<'_>, sink: Sink) -> Result<(), Failure> {
    let (mut left_out, mut first) = (0, None);
    let written = sink.output.write(|out| {
        for key in verification.findings.missing() {
            // A key with a line end in it would be two lines, and two other files.
            let key = for_terminal(&key);
            if key.starts_with('/') || key.split('/').any(|part| part == "..") {
                left_out += 1;
                first.get_or_insert_with(|| key.to_string());
            } else {
                writeln!(out, "{key}")?;
            }
        }
        Ok(())
    });
    if let Some(first) = first {
        warn(&format!(
            "--missing-only: left out {} that would lead out of a folder, and that no trail delivers: {first}",
            counted(left_out, "key")
        ));
    }
    match written {
        Err(Failure::ClosedPipe) => Ok(()),
        written => written,
    }
}

fn nothing_to_judge(verification: &Verification<'_>) -> Failure {
    let logs = match verification.rows.len() {
        0 => "no logs and no digests",
        _ => "logs and no digests",
    };
    Failure::new(format!(
        "nothing can be judged: there are {logs} in the time, accounts and Regions asked about, by the \
         names that CloudTrail gives them; copy the folders CloudTrail-Digest along with the logs, or \
         enable log file validation of the trail"
    ))
}

/// Digests and logs are told apart, and found in one another, by their names.
fn refuse_what_has_no_name(input: &InputArgs) -> Result<(), Failure> {
    match input.paths.iter().any(|path| path.as_os_str() == "-") {
        true => Err(Failure::new(
            "-: verify knows digests and logs by the names that CloudTrail gives them; write it to a \
             file of that name, and name that",
        )),
        false => Ok(()),
    }
}

/// What says which calls are counted says nothing here.
fn refuse_what_is_not_asked(arguments: &VerifyArgs) -> Result<(), Failure> {
    let option = if !arguments.filter.endpoint.is_empty() {
        "--endpoint"
    } else if !arguments.filter.conditions.is_empty() {
        "--where"
    } else if arguments.input.hosts.is_some() {
        "--hosts"
    } else if arguments.input.no_dedup {
        "--no-dedup"
    } else if arguments.input.s3.dry_run {
        "--dry-run"
    } else {
        return Ok(());
    };
    Err(Failure::new(format!(
        "{option}: it is about reading calls, and verify reads none; leave it out"
    )))
}
