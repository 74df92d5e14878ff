//! Shares files out over threads.
//!
//! Folders are listed by the same threads that read the files, so reading begins with the first
//! folder and the list of files is never in memory as a whole.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rayon::Scope;

use super::progress::Progress;
use super::settings::Scan;
use super::worker::Worker;
use crate::input::{self, Folder, Found, Links, Named, Names, Paths};
use crate::tally::{Collector, DamagedFile};

/// How many files are handed from one thread to another at a time.
const BATCH: usize = 8;
/// How long small files take at most, a batch of them together. Large ones are offered to other
/// threads one by one, so that in the end none waits long for another.
const SMALL: Duration = Duration::from_millis(1);
/// How many files may wait. A thread that lists a folder faster than the others read helps reading.
const MAX_QUEUED: usize = 1 << 16;

/// Files that are handed on together.
enum Batch {
    Named(Vec<PathBuf>),
    Walked(Arc<Folder>, Names),
}

impl Batch {
    fn len(&self) -> usize {
        match self {
            Batch::Named(paths) => paths.len(),
            Batch::Walked(_, names) => names.len(),
        }
    }
}

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
            links: Links::new(paths.roots.clone(), paths.files.clone()),
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
                        self.spawn_files(scope, Batch::Named(std::mem::take(&mut files)));
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
        self.spawn_files(scope, Batch::Named(files));
    }

    fn spawn_folder<'r>(&'r self, scope: &Scope<'r>, folder: PathBuf) {
        self.progress.folders.fetch_add(1, Ordering::Relaxed);
        scope.spawn(move |scope| {
            self.folder(scope, Arc::new(Folder::new(folder)));
            self.progress.folders.fetch_sub(1, Ordering::Relaxed);
        });
    }

    fn folder<'r>(&'r self, scope: &Scope<'r>, folder: Arc<Folder>) {
        let mut names = Names::default();
        input::read_directory(&folder, &self.links, |found| {
            if self.stop.load(Ordering::Relaxed) {
                return;
            }
            match found {
                Found::Folder(path) => self.spawn_folder(scope, path),
                Found::File(name) => {
                    names.push(name);
                    if names.len() == BATCH {
                        let names = std::mem::take(&mut names);
                        self.spawn_files(scope, Batch::Walked(Arc::clone(&folder), names));
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
        self.spawn_files(scope, Batch::Walked(folder, names));
    }

    fn spawn_files<'r>(&'r self, scope: &Scope<'r>, files: Batch) {
        let count = files.len();
        if count == 0 {
            return;
        }
        self.progress
            .found
            .fetch_add(count as u64, Ordering::Relaxed);
        if self.queued.fetch_add(count, Ordering::Relaxed) > MAX_QUEUED {
            self.files(scope, Arc::new(files), 0..count, false);
        } else {
            scope.spawn(move |scope| self.files(scope, Arc::new(files), 0..count, false));
        }
    }

    /// Reads some files of a batch.
    fn files<'r>(
        &'r self,
        scope: &Scope<'r>,
        files: Arc<Batch>,
        mut range: Range<usize>,
        mut are_large: bool,
    ) {
        let begin = Instant::now();
        let mut count = 0;
        self.with_worker(|worker| {
            while let Some(at) = range.next() {
                let may_wait = self.queued.load(Ordering::Relaxed) <= MAX_QUEUED;
                if are_large && may_wait && !range.is_empty() {
                    // Not after this one is read: a thread goes on with what it offered last, and
                    // would have taken it back before any other had woken up.
                    let (files, rest) = (Arc::clone(&files), std::mem::take(&mut range));
                    scope.spawn(move |scope| self.files(scope, files, rest, true));
                }
                if !self.stop.load(Ordering::Relaxed) {
                    self.file(worker, &files, at);
                }
                count += 1;
                are_large |= begin.elapsed() > SMALL;
            }
        });
        self.queued.fetch_sub(count, Ordering::Relaxed);
    }

    fn file(&self, worker: &mut Worker<'s, C>, files: &Batch, at: usize) {
        match files {
            Batch::Named(paths) => worker.named(&paths[at]),
            Batch::Walked(folder, names) => {
                if let Some(name) = names.iter().nth(at) {
                    worker.walked(folder, name);
                }
            }
        }
        self.progress.done.fetch_add(1, Ordering::Relaxed);
        self.stop_if_strict(worker);
        if worker.is_closed() {
            self.stop.store(true, Ordering::Relaxed);
        }
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

    /// The worker of this thread. Hardly anybody else uses it: only the thread that began the run,
    /// if more files were named than may wait.
    fn with_worker(&self, work: impl FnOnce(&mut Worker<'s, C>)) {
        let at = rayon::current_thread_index().unwrap_or(0);
        work(
            &mut self.workers[at]
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        );
    }
}
