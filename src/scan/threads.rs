//! The threads of a run: how they begin, and how they end.

use std::thread::{self, Builder, Scope, ScopedJoinHandle};

use super::error::ScanError;
use super::fetch::Fetcher;
#[cfg(feature = "s3")]
use super::remote::Remote;
use super::run::Run;
use super::worker::Worker;
use crate::input::Paths;
use crate::tally::Collector;

/// A fetcher has little more than a path on its stack.
const FETCHER_STACK: usize = 256 << 10;

/// Reads everything that was named. Gives what each worker collected.
///
/// Where the system starts fewer threads, fewer work: if need be, this one alone.
pub(super) fn read<C: Collector>(
    run: Run<'_>,
    paths: &Paths,
    new: impl Fn() -> C,
) -> Result<Vec<C>, ScanError> {
    #[cfg(feature = "s3")]
    let remote = Remote::connect(&run, paths)?;
    let mut collected = thread::scope(|scope| {
        let run = &run;
        // Nobody goes home before something was named.
        let first = run.queue.producer();
        #[cfg(feature = "s3")]
        if let Some(remote) = &remote
            && let Err(error) = remote.start(run, paths, scope)
        {
            run.fail(error);
        }
        let workers = start_workers(run, scope, &new);
        if workers.is_empty() {
            let mut worker = Worker::new(run, new());
            worker.begin(paths);
            drop(first);
            return vec![worker.work()];
        }
        // Beside what follows, which may wait for room for most of the run.
        let _ = Builder::new()
            .name("fetchers".into())
            .stack_size(FETCHER_STACK)
            .spawn_scoped(scope, move || start_fetchers(run, scope));
        queue_named(run, paths);
        drop(first);
        (workers.into_iter())
            .map(|worker| {
                // A bug must not be hidden.
                (worker.join()).unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            })
            .collect()
    });
    let ended = run.end();
    if let Some(why) = ended.failure {
        return Err(why);
    }
    if let Some(first) = collected.first_mut() {
        first.totals().evidence += ended.pruned.evidence;
        first.totals().logs_read += ended.pruned.logs;
        let coverage = &mut first.totals().coverage;
        coverage.not_listed = ended.not_listed;
        #[cfg(feature = "s3")]
        if let Some(remote) = &remote {
            coverage.requests = Some(remote.requests());
        }
    }
    Ok(collected)
}

/// As many workers as the system starts, of those that are wanted.
fn start_workers<'scope, C: Collector + 'scope>(
    run: &'scope Run<'scope>,
    scope: &'scope Scope<'scope, '_>,
    new: impl Fn() -> C,
) -> Vec<ScopedJoinHandle<'scope, C>> {
    (0..run.pace.workers())
        .map_while(|number| {
            let worker = Worker::new(run, new());
            let thread = Builder::new().name(format!("stscope-{number}"));
            thread.spawn_scoped(scope, || worker.work()).ok()
        })
        .collect()
}

/// Starts fetchers as they are wanted, until the run is over or no more threads are to be had.
fn start_fetchers<'scope>(run: &'scope Run<'scope>, scope: &'scope Scope<'scope, '_>) {
    let mut fetchers = 0;
    while run.queue.more_fetchers(fetchers) {
        let fetcher = Fetcher::new(run, fetchers);
        let thread = Builder::new()
            .name(format!("fetch-{fetchers}"))
            .stack_size(FETCHER_STACK);
        if thread.spawn_scoped(scope, || fetcher.work()).is_err() {
            return;
        }
        fetchers += 1;
    }
}

/// Queues what was named. Files for which there is no room wait until there is.
fn queue_named(run: &Run<'_>, paths: &Paths) {
    run.begin(&paths.named, &mut |batch| {
        run.push_when_there_is_room(batch);
    });
    run.begin_manifest(&paths.manifest, &mut |batch| {
        run.push_when_there_is_room(batch);
    });
    if let Some(piped) = &paths.piped
        && let Err(error) = run.read_piped(piped)
    {
        run.fail(error);
    }
}
