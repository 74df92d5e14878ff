//! Shares files out over threads.
//!
//! Folders are listed by the same threads that read the files, so reading begins with the first
//! folder and the list of files is never in memory as a whole.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use rayon::Scope;

use super::progress::Progress;
use super::settings::Scan;
use super::worker::Worker;
use crate::input::{self, Found, Links, Named, Paths};
use crate::tally::{Collector, DamagedFile};

/// How many files are handed from one thread to another at a time.
const BATCH: usize = 32;
/// How many files may wait. A thread that lists a folder faster than the others read helps reading.
const MAX_QUEUED: usize = 1 << 16;

/// One run of a scan, as its threads share it.
pub(super) struct Run<'s, C> {
    scan: &'s Scan,
    workers: Vec<Mutex<Worker<'s, C>>>,
    links: Links,
    progress: &'s Progress,
    queued: AtomicUsize,
    stop: AtomicBool,
    first_damage: Mutex<Option<DamagedFile>>,
}

impl<'s, C: Collector> Run<'s, C> {
    pub fn new(
        scan: &'s Scan,
        progress: &'s Progress,
        paths: &Paths,
        threads: usize,
        new: impl Fn() -> C,
    ) -> Self {
        Run {
            scan,
            workers: (0..threads)
                .map(|_| Mutex::new(Worker::new(scan, progress, new())))
                .collect(),
            links: Links::new(paths.roots.clone()),
            progress,
            queued: AtomicUsize::new(0),
            stop: AtomicBool::new(false),
            first_damage: Mutex::new(None),
        }
    }

    /// What the threads collected; in a strict run that came upon damage, the first of it.
    pub fn finish(self) -> Result<impl Iterator<Item = C>, DamagedFile> {
        let damage = self.first_damage.into_inner();
        if let Some(file) = damage.unwrap_or_else(PoisonError::into_inner) {
            return Err(file);
        }
        Ok(self.workers.into_iter().map(|worker| {
            let worker = worker.into_inner();
            worker.unwrap_or_else(PoisonError::into_inner).finish()
        }))
    }

    /// Hands everything that was named to the threads of `scope`.
    pub fn start<'r>(&'r self, scope: &Scope<'r>, named: &[Named]) {
        let mut files = Vec::new();
        for one in named {
            match one.clone() {
                Named::Folder(folder) => self.spawn_folder(scope, folder),
                Named::File(path) => {
                    files.push(path);
                    if files.len() == BATCH {
                        self.spawn_files(scope, std::mem::take(&mut files), true);
                    }
                }
                Named::StandardInput => {
                    self.progress.found.fetch_add(1, Ordering::Relaxed);
                    scope.spawn(|_| self.with_worker(Worker::standard_input));
                }
                Named::Unreadable(path, error) => {
                    scope.spawn(move |_| self.unreadable(&path, &error));
                }
            }
        }
        self.spawn_files(scope, files, true);
    }

    fn spawn_folder<'r>(&'r self, scope: &Scope<'r>, folder: PathBuf) {
        self.progress.folders.fetch_add(1, Ordering::Relaxed);
        scope.spawn(move |scope| {
            self.folder(scope, &folder);
            self.progress.folders.fetch_sub(1, Ordering::Relaxed);
        });
    }

    fn folder<'r>(&'r self, scope: &Scope<'r>, folder: &Path) {
        let mut files = Vec::with_capacity(BATCH);
        input::read_directory(folder, &self.links, |found| {
            if self.stop.load(Ordering::Relaxed) {
                return;
            }
            match found {
                Found::Folder(path) => self.spawn_folder(scope, path),
                Found::File(path) => {
                    files.push(path);
                    if files.len() == BATCH {
                        self.spawn_files(scope, std::mem::take(&mut files), false);
                    }
                }
                Found::Skipped(skip) => {
                    self.progress.found.fetch_add(1, Ordering::Relaxed);
                    self.with_worker(|worker| worker.skipped(skip));
                    self.progress.done.fetch_add(1, Ordering::Relaxed);
                }
                Found::Unreadable(path, error) => self.unreadable(&path, &error.to_string()),
            }
        });
        self.spawn_files(scope, files, false);
    }

    fn spawn_files<'r>(&'r self, scope: &Scope<'r>, files: Vec<PathBuf>, named: bool) {
        let count = files.len();
        if count == 0 {
            return;
        }
        self.progress
            .found
            .fetch_add(count as u64, Ordering::Relaxed);
        if self.queued.fetch_add(count, Ordering::Relaxed) > MAX_QUEUED {
            self.files(&files, named);
        } else {
            scope.spawn(move |_| self.files(&files, named));
        }
    }

    fn files(&self, files: &[PathBuf], named: bool) {
        self.with_worker(|worker| {
            for path in files {
                if self.stop.load(Ordering::Relaxed) {
                    break;
                }
                worker.file(path, named);
                self.progress.done.fetch_add(1, Ordering::Relaxed);
                self.stop_if_strict(worker);
                if worker.is_closed() {
                    self.stop.store(true, Ordering::Relaxed);
                }
            }
        });
        self.queued.fetch_sub(files.len(), Ordering::Relaxed);
    }

    fn unreadable(&self, path: &Path, error: &str) {
        self.progress.found.fetch_add(1, Ordering::Relaxed);
        self.with_worker(|worker| {
            worker.unreadable(path, error);
            self.stop_if_strict(worker);
        });
        self.progress.done.fetch_add(1, Ordering::Relaxed);
    }

    fn stop_if_strict(&self, worker: &mut Worker<'s, C>) {
        if self.scan.strict
            && let Some(file) = worker.last_damaged()
        {
            let mut first = self
                .first_damage
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            first.get_or_insert_with(|| file.clone());
            self.stop.store(true, Ordering::Relaxed);
        }
    }

    /// The worker of this thread. Nobody else uses it, so the lock is never waited for.
    fn with_worker(&self, work: impl FnOnce(&mut Worker<'s, C>)) {
        let at = rayon::current_thread_index().unwrap_or(0);
        work(
            &mut self.workers[at]
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        );
    }
}
