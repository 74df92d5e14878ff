//! What is read, and how: what was typed → what it means, decided once, before any log is opened.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use super::args::{FilterArgs, InputArgs, S3Args};
use super::exit::Failure;
use super::messages::Messages;
use super::stored::{Stored, check_kept};
use super::time::{Moment, now, period};
use super::{conditions, hosts};
use crate::aws::Pruning;
use crate::aws::region::Region;
use crate::input::{Named, Paths};
use crate::scan::Scan;
use crate::sts::Time;
use crate::tally::{Coverage, Selection};

/// How to read, resolved.
pub(super) struct Reading {
    pub paths: Paths,
    pub scan: Scan,
    /// The list that paths were taken from.
    pub files_from: Option<PathBuf>,
    /// What is read in place of paths.
    pub store: Option<Stored>,
}

impl Reading {
    pub fn resolve(
        input: &InputArgs,
        filter: &FilterArgs,
        messages: Messages,
    ) -> Result<Reading, Failure> {
        Reading::resolve_listed(input, None, false, filter, messages)
    }

    /// The same, where what is read may have been listed before.
    pub fn resolve_listed(
        input: &InputArgs,
        manifest: Option<&Path>,
        has_contents: bool,
        filter: &FilterArgs,
        messages: Messages,
    ) -> Result<Reading, Failure> {
        if input.paths.is_empty() && input.list.files_from.is_none() && manifest.is_none() {
            return Err(Failure::new(
                "no PATH given; name files, a folder of logs, s3://BUCKET/PREFIX, or - for standard input",
            ));
        }
        let selection = selection(filter, Moment::time)?;
        note_typos(filter, &selection, messages);
        let pruning = if input.no_prune {
            Pruning::default()
        } else {
            selection.pruning()
        };
        let paths = match manifest {
            Some(manifest) => Paths::of_manifest(manifest, has_contents)?,
            None => Paths::resolve(&input.paths, input.list.files_from.as_deref())?,
        };
        note_unused(&input.s3, &paths, messages);
        let scan = Scan {
            selection,
            hosts: hosts::read(input.hosts.as_deref())?,
            pruning,
            once: !input.no_dedup,
            threads: threads(input.work.threads, messages)?,
            strict: input.strict,
            reads: reads(input.work.reads)?,
            #[cfg(feature = "s3")]
            s3: input.s3.options(),
            ..Scan::default()
        };
        Ok(Reading {
            paths,
            scan,
            files_from: input.list.files_from.clone(),
            store: None,
        })
    }

    /// Reads a store, if one is named, else files.
    pub fn resolve_any(
        input: &InputArgs,
        store: Option<&Path>,
        filter: &FilterArgs,
        messages: Messages,
    ) -> Result<Reading, Failure> {
        let Some(path) = store else {
            return Reading::resolve(input, filter, messages);
        };
        if input.no_dedup {
            return Err(Failure::new(
                "--no-dedup: a store counts every call once, and of days long ago no copies are left; \
                 leave it out, or name log files in place of --store",
            ));
        }
        if input.hosts.is_some() {
            return Err(Failure::new(
                "--hosts: a store keeps what was decided when the logs were read; give it to 'stscope \
                 ingest', or name log files in place of --store",
            ));
        }
        let selection = selection(filter, Moment::day)?;
        for condition in &selection.conditions {
            check_kept("--where", condition.dimension)?;
        }
        note_typos(filter, &selection, messages);
        messages.tell_waits();
        Reading::of_store(path, selection)
    }

    /// Reads no logs.
    pub fn of_nothing() -> Reading {
        Reading::of_parts(&[])
    }

    /// Reads parts of an answer.
    pub fn of_parts(parts: &[PathBuf]) -> Reading {
        Reading {
            paths: Paths {
                named: parts.iter().cloned().map(Named::File).collect(),
                ..Paths::default()
            },
            scan: Scan::default(),
            files_from: None,
            store: None,
        }
    }

    /// Reads a store.
    pub fn of_store(path: &Path, selection: Selection) -> Result<Reading, Failure> {
        let store = Stored::open(path, selection.until)?;
        Ok(Reading {
            paths: Paths::default(),
            files_from: None,
            scan: Scan {
                selection,
                ..Scan::default()
            },
            store: Some(store),
        })
    }

    /// Whether a file is the store that is read.
    pub fn is_store(&self, file: &Path) -> bool {
        (self.store.as_ref()).is_some_and(|store| store.is(file))
    }

    /// Whether a file is one of those that are read.
    pub fn leads_to(&self, file: &Path) -> bool {
        self.paths.lead_to(file) || self.is_store(file)
    }
}

/// More threads than this and than four for each core wait for one another, and each takes memory.
const USEFUL_THREADS: usize = 16;

/// `--threads`: 0 means one for each core.
pub(super) fn threads(asked: Option<NonZeroUsize>, messages: Messages) -> Result<usize, Failure> {
    let Some(asked) = asked.map(NonZeroUsize::get) else {
        return Ok(0);
    };
    if asked > 1 << 16 {
        return Err(Failure::new(format!(
            "--threads {asked}: no machine has so many; leave it out for one for each core"
        )));
    }
    let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let most = USEFUL_THREADS.max(4 * cores);
    if asked > most {
        messages.note(&format!(
            "--threads {asked}: on this machine more than {most} do not help; {most} are used"
        ));
    }
    Ok(asked.min(most))
}

/// `--reads`
pub(super) fn reads(asked: Option<NonZeroUsize>) -> Result<Option<NonZeroUsize>, Failure> {
    if let Some(reads) = asked
        && reads.get() > MOST_READS
    {
        return Err(Failure::new(format!(
            "--reads {reads}: nothing answers so many at once; {MOST_READS} are the most, and left out \
             the run finds out how many pay"
        )));
    }
    Ok(asked)
}

/// More than any disk or bucket has use for.
const MOST_READS: usize = 1024;

/// Says which options for S3 have nothing to act on: whoever gave them meant an `s3://` URL, perhaps.
pub(super) fn note_unused(s3: &S3Args, paths: &Paths, messages: Messages) {
    let given = s3.given();
    if !given.is_empty() && !paths.may_be_in_s3() {
        messages.note(&format!(
            "{}: nothing that is read is in S3; name it as s3://BUCKET/PREFIX, or leave that out",
            given.join(", ")
        ));
    }
}

fn selection(
    filter: &FilterArgs,
    meant: fn(&Moment) -> Result<Time, String>,
) -> Result<Selection, Failure> {
    let (since, until) = period(filter.since.as_ref(), filter.until.as_ref(), meant)?;
    conditions::check_number(&filter.conditions)?;
    conditions::check_choice(&filter.conditions)?;
    Ok(Selection {
        since,
        until,
        accounts: in_order(&filter.account),
        regions: in_order(&filter.region),
        endpoints: in_order(filter.endpoint.iter().map(|kind| kind.as_str())),
        conditions: filter.conditions.clone(),
    })
}

/// Each once: two tasks that are given the same in another order are asked the same.
fn in_order(given: impl IntoIterator<Item = impl ToString>) -> Vec<String> {
    let given: BTreeSet<String> = given.into_iter().map(|one| one.to_string()).collect();
    given.into_iter().collect()
}

/// Names that may be right, but probably are not.
fn note_typos(filter: &FilterArgs, selection: &Selection, messages: Messages) {
    for region in filter.region.iter().filter(|region| *region != "global") {
        if Region::find(region).is_none() {
            messages.note(&format!(
                "--region {region} is no Region this release knows of"
            ));
        }
    }
    if selection.since.is_some_and(|since| since > now()) {
        messages.note("--since is in the future");
    }
}

/// Says from which day on a store knows, where days before it are asked about.
pub(super) fn note_forgotten(coverage: &Coverage, selection: &Selection, messages: Messages) {
    if let Some(kept_from) = coverage.kept_from
        && (selection.since).is_none_or(|since| Some(since) < Time::of_midnight(kept_from))
    {
        messages.note(&format!(
            "the days before {kept_from} are forgotten: nothing is known of them"
        ));
    }
}
