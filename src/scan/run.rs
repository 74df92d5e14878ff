//! One run of a scan: what its threads share.

use std::ffi::OsStr;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use chrono::NaiveDate;

use super::admission::Known;
use super::error::ScanError;
use super::pace::Pace;
use super::progress::Progress;
use super::queue::Queue;
use super::settings::Scan;
use crate::aws::{DigestKey, Key, LogName, Pruned};
use crate::input::{Folder, Links, Paths};
use crate::tally::{Evidence, LogsRead, NotListed, Scrutiny};

/// What the threads of a run share.
pub(super) struct Run<'s> {
    pub scan: &'s Scan,
    pub links: Links,
    pub progress: &'s Progress,
    pub known: Option<&'s dyn Known>,
    pub scrutiny: Scrutiny,
    /// Whether the names of files are noted: as soon as a digest may compare them.
    keeps_names: AtomicBool,
    pub queue: Queue,
    pub pace: Pace,
    /// Why the run ended before its end.
    failure: Mutex<Option<ScanError>>,
    /// What of S3 was not listed.
    not_listed: Mutex<NotListed>,
    /// What files tell that were left out.
    pruned: Mutex<FromPruned>,
}

/// What the place of a file tells that is left out for it.
pub(super) enum Told<'a> {
    /// There is a log from before the time asked about.
    EarlierLog(&'a Key),
    /// There is a digest from before the time asked about, of this day: its folder and its name.
    EarlierDigest(NaiveDate, &'a Folder, &'a OsStr),
    /// There is a log in a Region that is not asked about.
    OtherRegion(Option<&'a Key>, LogName<'a>),
}

/// What the places of all tell that were left out.
#[derive(Default)]
pub(super) struct FromPruned {
    pub evidence: Evidence,
    pub logs: LogsRead,
}

/// How a run ended, and what its threads have noted together.
pub(super) struct Ended {
    /// Why it ended before its end, if it did.
    pub failure: Option<ScanError>,
    pub not_listed: NotListed,
    pub pruned: FromPruned,
}

impl<'s> Run<'s> {
    pub fn new(
        scan: &'s Scan,
        paths: &Paths,
        progress: &'s Progress,
        known: Option<&'s dyn Known>,
    ) -> Run<'s> {
        let workers = match scan.threads {
            0 => thread::available_parallelism().map_or(1, NonZeroUsize::get),
            threads => threads,
        };
        let scrutiny = scan.scrutiny;
        let run = Run {
            scan,
            links: Links::of(paths),
            progress,
            known,
            scrutiny,
            // What is in S3 is not listed a second time for its names.
            keeps_names: AtomicBool::new(match known {
                // The ledger has them.
                Some(_) => scrutiny.hashes,
                None => scrutiny.needs_names() || has_s3(paths),
            }),
            queue: Queue::default(),
            pace: Pace::new(workers, scan.reads.map(NonZeroUsize::get)),
            failure: Mutex::new(None),
            not_listed: Mutex::default(),
            pruned: Mutex::default(),
        };
        if let Some(fetchers) = run.pace.fixed() {
            run.queue.want(fetchers);
        }
        run
    }

    /// Whether the names of files are noted.
    pub fn keeps_names(&self) -> bool {
        self.keeps_names.load(Ordering::Relaxed)
    }

    /// There is a digest, or a folder of digests: from here on, names are noted.
    pub fn keep_names(&self) {
        if self.known.is_some() {
            return;
        }
        self.keeps_names.store(true, Ordering::Relaxed);
    }

    /// Ends the run. The first who says why is believed.
    pub fn fail(&self, why: ScanError) {
        lock(&self.failure).get_or_insert(why);
        self.queue.stop();
    }

    /// How the run ended.
    pub fn end(self) -> Ended {
        Ended {
            failure: into_inner(self.failure),
            not_listed: into_inner(self.not_listed),
            pruned: into_inner(self.pruned),
        }
    }

    /// What the place of a file tells that is left out, if anything.
    pub fn told<'a>(&self, folder: &'a Folder, name: &'a OsStr) -> Option<Told<'a>> {
        let pruning = &self.scan.pruning;
        if let Some(key) = folder.earlier(pruning) {
            if folder.key().is_some() {
                return Some(Told::EarlierLog(key));
            }
            let digest = name.to_str().and_then(DigestKey::parse);
            let is_wanted = self.scrutiny.names && !digest.is_some_and(|key| key.is_backfill);
            return is_wanted.then_some(Told::EarlierDigest(key.day, folder, name));
        }
        if folder.pruned_by(pruning) != Some(Pruned::Region) {
            return None;
        }
        let log = name.to_str().and_then(LogName::parse)?;
        (log.is_of_events()).then_some(Told::OtherRegion(folder.key(), log))
    }

    /// Notes what the place of a file tells that is left out.
    pub fn note_pruned(&self, folder: &Folder, name: &OsStr) {
        let Some(told) = self.told(folder, name) else {
            return;
        };
        let mut pruned = lock(&self.pruned);
        match told {
            Told::EarlierLog(key) => pruned.logs.see_earlier(key),
            Told::EarlierDigest(day, folder, name) => {
                let path = folder.path().join(name);
                pruned.evidence.earlier.see(day, &path.to_string_lossy());
            }
            Told::OtherRegion(key, log) => {
                if let Some(key) = key.filter(|key| self.scan.selection.is_elsewhere(key)) {
                    pruned.logs.see_elsewhere(key);
                }
                // So far the logs of the account go.
                if self.scrutiny.names {
                    pruned.evidence.see_delivery(log.account, log.minute);
                }
            }
        }
    }

    /// Notes what of S3 was not listed.
    pub fn not_listed(&self, prefixes: NotListed) {
        let mut sum = lock(&self.not_listed);
        for (why, prefixes) in prefixes {
            *sum.entry(why).or_default() += prefixes;
        }
    }
}

#[cfg(feature = "s3")]
fn has_s3(paths: &Paths) -> bool {
    !paths.s3.is_empty() || !paths.manifest.found.is_empty()
}

#[cfg(not(feature = "s3"))]
fn has_s3(_: &Paths) -> bool {
    false
}

fn into_inner<T>(mutex: Mutex<T>) -> T {
    mutex.into_inner().unwrap_or_else(PoisonError::into_inner)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
