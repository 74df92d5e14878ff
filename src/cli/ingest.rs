//! `stscope ingest`

use std::path::PathBuf;

use chrono::Utc;

use super::args::IngestArgs;
use super::config::threads;
use super::coverage;
use super::exit::{Exit, Failure, say, say_of};
use super::{forget, hosts, source};
use crate::input::{Named, Paths};
use crate::report::{count, plural};
use crate::scan::Scan;
use crate::shown::Shown;
use crate::store::{Ingested, Store};

pub(super) fn run(arguments: IngestArgs) -> Result<Exit, Failure> {
    let paths = paths(&arguments)?;
    let hosts = hosts::read(arguments.hosts.as_deref())?;
    let scan = Scan {
        hosts: hosts.clone(),
        threads: threads(arguments.threads, arguments.messages.quiet)?,
        ..Scan::default()
    };
    let keep = arguments
        .keep
        .as_deref()
        .map(forget::kept_age)
        .transpose()?;
    let mut store = Store::open_to_write(&arguments.store, arguments.window, arguments.wait)?;
    forget::tell_brought_up(&arguments.store, &store, arguments.messages.quiet);
    let ingested = source::watched(&arguments.messages, |shared| {
        store.ingest(&scan, &paths, shared, Utc::now().date_naive())
    })?;
    let quiet = arguments.messages.quiet;
    let is_nothing_new = ingested.known > 0 && come_upon(&ingested) == 0;
    let exit = if is_nothing_new {
        Exit::Done
    } else {
        coverage::tell_new(&ingested.coverage, ingested.known, quiet)?
    };
    if !quiet {
        say_of(&arguments.store, &line(&ingested));
    }
    if ingested.beyond_window > 0 && !quiet {
        let calls = ingested.beyond_window;
        say(&format!(
            "stscope: note: {} {} of days that are closed: counted, but copies of them can no \
             longer be told; widen --window if logs come as late as that",
            count(calls),
            plural(calls, "call"),
        ));
    }
    if ingested.coverage.sts_records > 0 {
        hosts::note_unused(&hosts, quiet);
    }
    if let Some(before) = keep {
        forget::keep(&arguments.store, &mut store, before, quiet)?;
    }
    Ok(exit)
}

/// Every file by its full name, which the ledger knows it by.
fn paths(arguments: &IngestArgs) -> Result<Paths, Failure> {
    if arguments.paths.is_empty() && arguments.files_from.is_none() {
        return Err(Failure::new(
            "no PATH given; name a folder of logs, or files",
        ));
    }
    let mut paths = Paths::resolve(&arguments.paths, arguments.files_from.as_deref())
        .map_err(|error| Failure::new(error.to_string()))?;
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
            Named::Unreadable(..) => {}
        }
    }
    Ok(paths)
}

fn nameless(path: &str) -> Failure {
    Failure::new(format!(
        "{path}: a store knows what it has read by the names of files; write it to a file, and name \
         that"
    ))
}

/// Files that were read or tried, but for what a walk passes by every night.
fn come_upon(ingested: &Ingested) -> u64 {
    ingested.coverage.files.found - ingested.passed_by
}

/// What the store was given: each file is in one of the numbers.
fn line(ingested: &Ingested) -> String {
    let changed = ingested.replaced;
    let copies = ingested.same + ingested.same_read;
    let new = come_upon(ingested) - changed - ingested.same_read;
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
