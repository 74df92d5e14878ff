//! `stscope ingest`

use std::path::PathBuf;

use chrono::{NaiveDate, Utc};
use clap::{Args, ValueHint};

use super::forget;
use crate::cli::args::{ListArgs, MessageArgs, S3Args, Typed, WaitArgs, WorkArgs};
use crate::cli::digests;
use crate::cli::dry_run;
use crate::cli::exit::{Exit, Failure};
use crate::cli::hosts;
use crate::cli::messages::{Messages, coverage};
use crate::cli::progress::progress;
use crate::cli::reading::{note_unused, reads, threads};
use crate::cli::session::watched;
use crate::input::{Named, Paths, one_name};
use crate::report::{count, plural};
use crate::scan::Scan;
use crate::shown::Shown;
use crate::store::{Ingested, Store};
use crate::tally::{Scrutiny, SkipReason};

#[derive(Args)]
pub(super) struct IngestArgs {
    /// A file, a folder (walked), a glob pattern, or s3://BUCKET/PREFIX
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub paths: Vec<PathBuf>,
    #[command(flatten)]
    pub list: ListArgs,
    /// The store, which is created if it does not exist
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub store: PathBuf,
    /// Recognise copies of a call for DAYS after its day, or after that day was first read; kept in
    /// the store [default: 14]
    #[arg(long, value_name = "DAYS", allow_negative_numbers = true)]
    pub window: Option<u32>,
    /// At the end, remove days older than this age: 400d, 57w; see 'stscope forget'
    #[arg(long, value_name = "AGE", value_parser = Typed(forget::kept_age))]
    pub keep: Option<NaiveDate>,
    /// Where your own host names lead: lines 'HOST-GLOB global' or 'HOST-GLOB regional REGION'; calls
    /// that the store holds already stay as they were counted
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub hosts: Option<PathBuf>,
    /// Compare the content of logs with the hashes in digests; 2 to 3 times as long
    #[arg(long)]
    pub hash: bool,
    /// Check the signatures of digests with the output of 'aws cloudtrail list-public-keys'
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub keys: Vec<PathBuf>,
    #[command(flatten)]
    pub waiting: WaitArgs,
    #[command(flatten)]
    pub work: WorkArgs,
    /// List everything in S3, not only the days of delivery from 34 before the last run on
    #[arg(long)]
    pub full: bool,
    #[command(flatten)]
    pub s3: S3Args,
    #[command(flatten)]
    pub messages: MessageArgs,
}

pub(super) const EXAMPLES: &str = "\
Examples:
  stscope ingest --store sts.db s3-logs/
  stscope ingest --store sts.db s3-logs/ --window 30 --quiet
  stscope ingest --store sts.db s3-logs/ --keep 400d
  stscope report --store sts.db --since 7d -o week.csv";

const WORDS: &str = "\
A file is read once: as long as its size and its modification time stay the
same, it is not opened again, and the same S3 object in another folder is known
by its key and its checksum. A file that has changed is read again, and what was
counted of it before is taken back. A run that is interrupted loses nothing: the
next one continues.";

const EXIT_CODES: &str = "\
Exit codes:
  0  done, even if nothing was new
  2  wrong usage, a fatal error, another run writes to the store, or no log file
     at all
  3  done, but some new files were damaged or unreadable (they are listed on
     standard error)";

pub(super) fn help() -> String {
    format!("{EXAMPLES}\n\n{WORDS}\n\n{EXIT_CODES}")
}

/// Says what there is to read that the store does not know. It makes no store, and changes none.
#[cfg_attr(not(feature = "s3"), allow(unused_mut))]
fn dry_run(arguments: &IngestArgs, mut paths: Paths, scan: &Scan) -> Result<Exit, Failure> {
    #[cfg(feature = "s3")]
    if arguments.store.exists() && paths.named.is_empty() {
        let store = Store::open(&arguments.store)?;
        if !arguments.full {
            store.narrow(&mut paths.s3)?;
        }
        store.ask_again(&mut paths.s3)?;
        return dry_run::tell_estimate(&paths, &arguments.messages, |shared| {
            Ok(store.estimate(scan, &paths, shared)?)
        });
    }
    dry_run::tell(&paths, scan, &arguments.messages)
}

pub(super) fn run(arguments: IngestArgs) -> Result<Exit, Failure> {
    let messages = Messages::new(arguments.messages.quiet);
    #[cfg_attr(not(feature = "s3"), allow(unused_mut))]
    let mut paths = paths(&arguments)?;
    note_unused(&arguments.s3, &paths, messages);
    let hosts = hosts::read(arguments.hosts.as_deref())?;
    let scan = Scan {
        hosts: hosts.clone(),
        threads: threads(arguments.work.threads, messages)?,
        reads: reads(arguments.work.reads)?,
        scrutiny: Scrutiny {
            names: true,
            remote: true,
            places: arguments.hash,
            hashes: arguments.hash,
            signatures: !arguments.keys.is_empty(),
            ..Scrutiny::default()
        },
        keys: digests::keys(&arguments.keys)?,
        #[cfg(feature = "s3")]
        s3: arguments.s3.options(),
        ..Scan::default()
    };
    messages.tell_waits();
    if arguments.s3.dry_run {
        return dry_run(&arguments, paths, &scan);
    }
    let mut store =
        Store::open_to_write(&arguments.store, arguments.window, arguments.waiting.wait)?;
    forget::tell_brought_up(&arguments.store, &store, messages);
    #[cfg(feature = "s3")]
    {
        if !arguments.full {
            store.narrow(&mut paths.s3)?;
        }
        store.ask_again(&mut paths.s3)?;
    }
    let ingested = watched(progress(&arguments.messages), |shared| {
        store.ingest(&scan, &paths, shared, Utc::now().date_naive())
    })?;
    // Digests may come by themselves: what they prove is kept.
    let digests = ingested.coverage.files.skipped[&SkipReason::Digest];
    let are_some_known =
        ingested.known > 0 || was_listed_before(&paths) || ingested.had_logs && digests > 0;
    let exit = if are_some_known && found(&ingested) == 0 {
        Exit::Done
    } else {
        coverage::tell_new(&ingested.coverage, are_some_known, messages)?
    };
    messages.tell_of(&arguments.store, &line(&ingested));
    if ingested.beyond_window > 0 {
        let calls = ingested.beyond_window;
        messages.note(&format!(
            "{} {} of days that are closed: counted, but copies of them can no \
             longer be told; widen --window if logs come as late as that",
            count(calls),
            plural(calls, "call"),
        ));
    }
    if ingested.coverage.sts_records > 0 {
        hosts::note_unused(&hosts, messages);
    }
    if let Some(before) = arguments.keep {
        forget::keep(&arguments.store, &mut store, before, messages)?;
    }
    Ok(exit)
}

/// Whether of some prefix only the last days were listed, as an earlier night has read the rest.
#[cfg(feature = "s3")]
fn was_listed_before(paths: &Paths) -> bool {
    paths.s3.iter().any(|prefix| prefix.from.is_some())
}

#[cfg(not(feature = "s3"))]
fn was_listed_before(_: &Paths) -> bool {
    false
}

/// Every file by its full name, which the ledger knows it by.
fn paths(arguments: &IngestArgs) -> Result<Paths, Failure> {
    if arguments.paths.is_empty() && arguments.list.files_from.is_none() {
        return Err(Failure::new(
            "no PATH given; name a folder of logs, or files",
        ));
    }
    let mut paths = Paths::resolve(&arguments.paths, arguments.list.files_from.as_deref())?;
    let full = |path: &mut PathBuf| {
        // What cannot be looked up is told of when it is to be read.
        if let Ok(canonical) = path.canonicalize() {
            *path = canonical;
        }
    };
    for named in &mut paths.named {
        match named {
            Named::Folder(path) => full(path),
            Named::File(path) => {
                if path.metadata().is_ok_and(|metadata| !metadata.is_file()) {
                    return Err(nameless(&Shown::path(path).to_string()));
                }
                full(path);
            }
            Named::StandardInput => return Err(nameless("-")),
            // By the name that it has once it is there.
            Named::Unreadable(path, _) => *path = one_name(path),
        }
    }
    // It would be kept as a damaged log, for good. The names of files are canonical by now: to have them
    // looked up once more would take as long again.
    let is_log = |store: PathBuf| {
        let is_named = |named: &Named| matches!(named, Named::File(path) if *path == store);
        paths.named.iter().any(is_named) || paths.walk_to(&store)
    };
    if arguments.store.canonicalize().is_ok_and(is_log) {
        return Err(Failure::new(format!(
            "--store {}: it is one of the logs to be read; name another file for the store",
            Shown::path(&arguments.store)
        )));
    }
    Ok(paths)
}

fn nameless(path: &str) -> Failure {
    Failure::new(format!(
        "{path}: a store knows what it has read by the names of files; write it to a file, and name \
         that"
    ))
}

/// Files that were read or tried, except those that a walk skips every night.
fn found(ingested: &Ingested) -> u64 {
    ingested.coverage.files.found - ingested.passed_by
}

/// What the store was given: each file is in one of the numbers.
fn line(ingested: &Ingested) -> String {
    let changed = ingested.replaced;
    let copies = ingested.same + ingested.same_read;
    let new = found(ingested) - changed - ingested.same_read;
    let mut line = format!(
        "{} {} new, {} known",
        count(new),
        plural(new, "file"),
        count(ingested.known - ingested.same)
    );
    if copies > 0 {
        let word = if copies == 1 { "copy" } else { "copies" };
        line += &format!(", {} {word} of others", count(copies));
    }
    if changed > 0 {
        line += &format!(", {} changed and read again", count(changed));
    }
    let calls = ingested.coverage.sts_records;
    line += &format!(
        "; {} {} read, copies included",
        count(calls),
        plural(calls, "call")
    );
    if ingested.forgotten > 0 {
        line += &format!(
            ", {} of days that are forgotten not counted",
            count(ingested.forgotten)
        );
    }
    if ingested.closed > 0 {
        let days = ingested.closed;
        line += &format!(", {} {} closed", count(days), plural(days, "day"));
    }
    line
}
