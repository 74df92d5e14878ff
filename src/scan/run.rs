//! One run of a scan: what its threads share.

use std::num::NonZeroUsize;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use super::admission::Known;
use super::error::ScanError;
use super::pace::Pace;
use super::progress::Progress;
use super::queue::Queue;
use super::settings::Scan;
use crate::input::{Links, Paths};
use crate::tally::{NotListed, Scrutiny};

/// What the threads of a run share.
pub(super) struct Run<'s> {
    pub scan: &'s Scan,
    pub links: Links,
    pub progress: &'s Progress,
    pub known: Option<&'s dyn Known>,
    pub scrutiny: Scrutiny,
    pub queue: Queue,
    pub pace: Pace,
    /// Why the run ended before its end.
    failure: Mutex<Option<ScanError>>,
    /// What of S3 was not listed.
    not_listed: Mutex<NotListed>,
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
        let run = Run {
            scan,
            links: Links::new(paths.roots.clone(), paths.files.clone()),
            progress,
            known,
            // What was read before would be missing.
            scrutiny: match known {
                Some(_) => Scrutiny::default(),
                None => scan.scrutiny,
            },
            queue: Queue::default(),
            pace: Pace::new(workers, scan.reads.map(NonZeroUsize::get)),
            failure: Mutex::new(None),
            not_listed: Mutex::default(),
        };
        if let Some(fetchers) = run.pace.fixed() {
            run.queue.want(fetchers);
        }
        run
    }

    /// Ends the run. The first who says why is believed.
    pub fn fail(&self, why: ScanError) {
        lock(&self.failure).get_or_insert(why);
        self.queue.stop();
    }

    /// Why the run ended before its end, if it did, and what of S3 was not listed.
    pub fn end(self) -> (Option<ScanError>, NotListed) {
        let failure = self.failure.into_inner();
        let not_listed = self.not_listed.into_inner();
        (
            failure.unwrap_or_else(PoisonError::into_inner),
            not_listed.unwrap_or_else(PoisonError::into_inner),
        )
    }

    /// Notes what of S3 was not listed.
    pub fn not_listed(&self, prefixes: NotListed) {
        let mut sum = lock(&self.not_listed);
        for (why, prefixes) in prefixes {
            *sum.entry(why).or_default() += prefixes;
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
