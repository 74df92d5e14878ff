//! One run of a scan: what its threads share, and how they begin and end.

use std::num::NonZeroUsize;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{self, Builder};

use super::ScanError;
use super::admission::Known;
use super::fetch::Fetcher;
use super::pace::Pace;
use super::progress::Progress;
use super::queue::Queue;
#[cfg(feature = "s3")]
use super::remote::Remote;
use super::settings::Scan;
use super::worker::Worker;
use crate::input::{Links, Paths};
use crate::tally::{Collector, NotListed, Scrutiny};

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

/// A fetcher has little more than a path on its stack.
const FETCHER_STACK: usize = 256 << 10;

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

    /// Reads everything that was named. Gives what each worker collected.
    ///
    /// Where the system starts fewer threads, fewer work: if need be, this one alone.
    pub fn read<C: Collector>(
        self,
        paths: &Paths,
        new: impl Fn() -> C,
    ) -> Result<Vec<C>, ScanError> {
        let run = &self;
        #[cfg(feature = "s3")]
        let remote = Remote::connect(run, &paths.s3)?;
        let mut collected = thread::scope(|scope| {
            // Nobody goes home before something was named.
            let first = run.queue.producer();
            #[cfg(feature = "s3")]
            if let Some(remote) = &remote
                && let Err(error) = remote.start(run, &paths.s3, scope)
            {
                run.fail(error);
            }
            let mut workers = Vec::new();
            for number in 0..run.pace.workers() {
                let worker = Worker::new(run, new());
                let thread = Builder::new().name(format!("stscope-{number}"));
                match thread.spawn_scoped(scope, || worker.work()) {
                    Ok(worker) => workers.push(worker),
                    Err(_) => break,
                }
            }
            let mut collected = Vec::new();
            if workers.is_empty() {
                let mut worker = Worker::new(run, new());
                worker.begin(&paths.named);
                drop(first);
                collected.push(worker.work());
            } else {
                // Files for which there is no room wait until there is.
                run.begin(&paths.named, &mut |batch| {
                    run.push_when_there_is_room(batch)
                });
                drop(first);
            }
            let mut fetchers = 0;
            while let Some(wanted) = run.queue.more_fetchers(fetchers) {
                let fetcher = Fetcher::new(run, fetchers);
                let thread = Builder::new()
                    .name(format!("fetch-{fetchers}"))
                    .stack_size(FETCHER_STACK);
                // Without another thread, those there are read.
                if thread.spawn_scoped(scope, || fetcher.work()).is_err() {
                    break;
                }
                fetchers += 1;
                debug_assert!(fetchers <= wanted);
            }
            for worker in workers {
                match worker.join() {
                    Ok(one) => collected.push(one),
                    // A bug must not be hidden.
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
            collected
        });
        if let Some(first) = collected.first_mut() {
            let coverage = &mut first.totals().coverage;
            coverage.not_listed = lock(&self.not_listed).clone();
            #[cfg(feature = "s3")]
            if let Some(remote) = &remote {
                coverage.requests = Some(remote.requests());
            }
        }
        let failure = self.failure.into_inner();
        match failure.unwrap_or_else(PoisonError::into_inner) {
            Some(why) => Err(why),
            None => Ok(collected),
        }
    }

    /// Ends the run. The first who says why is believed.
    pub fn fail(&self, why: ScanError) {
        lock(&self.failure).get_or_insert(why);
        self.queue.stop();
    }

    /// Notes what of S3 was not listed.
    #[cfg(feature = "s3")]
    pub fn not_listed(&self, prefixes: NotListed) {
        *lock(&self.not_listed) = prefixes;
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
