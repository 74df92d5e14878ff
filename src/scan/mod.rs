//! Drives the reading: files over threads, records into collectors. Knows nothing of formats.
//!
//! From here to there: `run` walks folders and shares files out over threads, `worker` opens one
//! file after another on its thread, `reading` has its records read and says what became of it
//! (with `ahead`, if it is large; `stranger` tells what is no log),
//! `calls` passes on what is a call and is asked about.

mod ahead;
mod calls;
mod location;
mod progress;
mod reading;
mod run;
mod settings;
mod stranger;
mod worker;

use std::num::NonZeroUsize;
use std::path::PathBuf;

use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::input::{PathError, Paths};
use crate::questions::{self, AnyQuestion, Traced};
use crate::shown::Shown;
use crate::tally::{Collector, DamagedFile, Question, Tally};

pub use progress::Progress;
use run::Run;
pub use settings::Scan;

/// Why a scan gave nothing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScanError {
    /// A path leads nowhere.
    #[error(transparent)]
    Path(#[from] PathError),
    /// In a strict run, the first damaged file.
    #[error("{}: damaged ({}): {}", Shown::text(&.0.path), .0.stage.as_str(), Shown::text(&.0.detail))]
    Damaged(DamagedFile),
    /// The threads could not be started.
    #[error("not one thread can be started")]
    Threads(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Scan {
    /// Reads files and folders and sums their calls up.
    ///
    /// # Errors
    /// A path that leads nowhere; in a strict run, a damaged file. Damaged and unreadable files are
    /// otherwise no errors but part of the coverage.
    pub fn tally(&self, paths: &[PathBuf]) -> Result<questions::Tally, ScanError> {
        self.ask(&AnyQuestion::Groups(self.group_by.clone()), paths)
    }

    /// Reads files and folders and sums their calls up for any question.
    ///
    /// # Errors
    /// As [`Scan::tally`].
    pub fn ask<Q: Question>(&self, question: &Q, paths: &[PathBuf]) -> Result<Tally<Q>, ScanError> {
        let paths = Paths::resolve(paths, None)?;
        self.collect(&paths, &Progress::default(), || {
            Tally::of(question.clone(), &self.terms(), self.once)
        })
    }

    /// Reads files and folders for a plan that traces tokens, as if [`Scan::trace_tokens`] were set.
    ///
    /// # Errors
    /// As [`Scan::tally`].
    pub fn trace(&self, paths: &[PathBuf]) -> Result<Traced, ScanError> {
        let scan = Scan {
            trace_tokens: true,
            ..self.clone()
        };
        let paths = Paths::resolve(paths, None)?;
        scan.collect(&paths, &Progress::default(), || {
            Traced::new(&scan.terms(), scan.once)
        })
    }

    /// Reads what was named into collectors, one for each thread, and merges them.
    ///
    /// # Errors
    /// As [`Scan::tally`].
    pub fn collect<C: Collector>(
        &self,
        paths: &Paths,
        progress: &Progress,
        new: impl Fn() -> C,
    ) -> Result<C, ScanError> {
        let pool = self.pool()?;
        let new = || {
            let mut collector = new();
            collector.totals().terms = self.terms();
            collector
        };
        let run = Run::new(self, progress, paths, pool.current_num_threads(), &new);
        pool.in_place_scope(|scope| run.start(scope, &paths.named));
        let mut collectors = run.finish().map_err(ScanError::Damaged)?;
        let first = collectors.next().unwrap_or_else(new);
        Ok(collectors.fold(first, |mut sum, next| {
            sum.merge(next);
            sum
        }))
    }

    /// As many threads as are asked for and can be had.
    fn pool(&self) -> Result<ThreadPool, ScanError> {
        let build = |threads: usize| {
            ThreadPoolBuilder::new()
                .num_threads(threads)
                .thread_name(|n| format!("stscope-{n}"))
                .build()
        };
        let mut threads = match self.threads {
            0 => std::thread::available_parallelism().map_or(1, NonZeroUsize::get),
            threads => threads,
        };
        loop {
            match build(threads) {
                Ok(pool) => return Ok(pool),
                Err(_) if threads > 1 => threads /= 2,
                Err(error) => return Err(ScanError::Threads(error.into())),
            }
        }
    }
}
