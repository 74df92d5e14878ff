//! Drives the reading: files over threads, records into collectors.
//!
//! Knows nothing of formats. Folders are listed by the same threads that read the files, so reading
//! begins with the first folder and the list of files is never in memory as a whole.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use rayon::{Scope, ThreadPool, ThreadPoolBuilder};

use crate::cloudtrail::{
    Damage, Field, Handler, Kernel, Outcome, Reader, Record, Shape, Source, Stage, Window,
};
use crate::input::{
    self, Buffers, Found, Key, KeyKind, Limits, Links, Named, Opened, PathError, Paths, Pruned,
    Pruning, Skip, Stream,
};
use crate::sts::{self, Call, Dimension, EVENT_SOURCE, Kind};
use crate::tally::{Collector, Coverage, DamagedFile, Question, Selection, SkipReason, Tally};

/// How logs are read. The default reads everything, on all cores.
///
/// ```
/// use stscope::Scan;
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let report = Scan::default().tally(&["sample-logs/AWSLogs".into()])?.finish();
/// let summary = report.totals.summary();
/// println!("{} of {} calls are global", summary.global(), summary.calls);
/// assert_eq!(report.totals.coverage.files.damaged, 0);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Scan {
    /// Which calls are asked about.
    pub selection: Selection,
    /// Which files need not be read.
    pub pruning: Pruning,
    /// What calls are grouped by in [`Scan::tally`].
    pub group_by: Vec<Dimension>,
    /// Whether copies of a call count once.
    pub once: bool,
    /// Threads; 0: one for each core.
    pub threads: usize,
    /// Whether the first damaged file ends the run.
    pub strict: bool,
    /// What may be held in memory.
    pub limits: Limits,
    /// The vector code in use.
    pub kernel: Kernel,
}

impl Default for Scan {
    fn default() -> Self {
        Scan {
            selection: Selection::default(),
            pruning: Pruning::default(),
            group_by: vec![
                Dimension::Endpoint,
                Dimension::ClientProvidedHostHeader,
                Dimension::VpcEndpointId,
                Dimension::Principal,
            ],
            once: true,
            threads: 0,
            strict: false,
            limits: Limits::default(),
            kernel: Kernel::detect(),
        }
    }
}

/// Why a scan gave nothing.
#[derive(Debug)]
pub enum ScanError {
    /// A path leads nowhere.
    Path(PathError),
    /// In a strict run, the first damaged file.
    Damaged(DamagedFile),
    /// The threads could not be started.
    Threads(String),
}

impl std::fmt::Display for ScanError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            ScanError::Path(error) => error.fmt(f),
            ScanError::Damaged(file) => write!(
                f,
                "{}: damaged ({}): {}; run without --strict to read the rest",
                file.path,
                file.stage.as_str(),
                file.detail
            ),
            ScanError::Threads(error) => {
                write!(
                    f,
                    "--threads: cannot start the threads: {error}; ask for fewer"
                )
            }
        }
    }
}

impl std::error::Error for ScanError {}

impl From<PathError> for ScanError {
    fn from(error: PathError) -> Self {
        ScanError::Path(error)
    }
}

/// How far a scan has come; read by whoever shows it.
#[derive(Debug, Default)]
pub struct Progress {
    /// Files come upon.
    pub found: AtomicU64,
    /// Files done with, read or not.
    pub done: AtomicU64,
    /// Bytes read from files.
    pub bytes: AtomicU64,
    /// Folders that are not listed yet.
    pub folders: AtomicUsize,
}

impl Scan {
    /// Reads files and folders and sums their calls up.
    ///
    /// # Errors
    /// A path that leads nowhere; in a strict run, a damaged file. Damaged and unreadable files are
    /// otherwise no errors but part of the coverage.
    pub fn tally(&self, paths: &[PathBuf]) -> Result<Tally, ScanError> {
        self.ask(&Question::Groups(self.group_by.clone()), paths)
    }

    /// Reads files and folders and sums their calls up for any question.
    ///
    /// # Errors
    /// As [`Scan::tally`].
    pub fn ask(&self, question: &Question, paths: &[PathBuf]) -> Result<Tally, ScanError> {
        let paths = Paths::resolve(paths, None)?;
        self.collect(&paths, &Progress::default(), || {
            Tally::of(question.clone(), self.once)
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
        let workers = (0..pool.current_num_threads())
            .map(|_| Mutex::new(Worker::new(self, progress, new())))
            .collect();
        let run = Run {
            scan: self,
            workers,
            links: Links::new(paths.roots.clone()),
            progress,
            queued: AtomicUsize::new(0),
            stop: AtomicBool::new(false),
            first_damage: Mutex::new(None),
        };
        pool.in_place_scope(|scope| run.start(scope, &paths.named));
        if let Some(file) = run
            .first_damage
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
        {
            return Err(ScanError::Damaged(file));
        }
        let mut workers = run.workers.into_iter().map(|worker| {
            let worker = worker.into_inner().unwrap_or_else(PoisonError::into_inner);
            let mut collector = worker.collector;
            collector.totals().coverage += worker.coverage;
            collector
        });
        let first = workers.next().unwrap_or_else(new);
        Ok(workers.fold(first, |mut sum, next| {
            sum.merge(next);
            sum
        }))
    }

    fn pool(&self) -> Result<ThreadPool, ScanError> {
        ThreadPoolBuilder::new()
            .num_threads(self.threads)
            .thread_name(|n| format!("stscope-{n}"))
            .build()
            .map_err(|error| ScanError::Threads(error.to_string()))
    }
}

/// How many files are handed from one thread to another at a time.
const BATCH: usize = 32;
/// How many files may wait. A thread that lists a folder faster than the others read helps reading.
const MAX_QUEUED: usize = 1 << 16;

/// One run of a scan, as its threads share it.
struct Run<'s, C> {
    scan: &'s Scan,
    workers: Vec<Mutex<Worker<'s, C>>>,
    links: Links,
    progress: &'s Progress,
    queued: AtomicUsize,
    stop: AtomicBool,
    first_damage: Mutex<Option<DamagedFile>>,
}

impl<'s, C: Collector> Run<'s, C> {
    fn start<'r>(&'r self, scope: &Scope<'r>, named: &[Named]) {
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
                    self.with_worker(|worker| {
                        worker.coverage.files.found += 1;
                        worker.skip(match skip {
                            Skip::NotALog => SkipReason::NotALog,
                            Skip::NotAFile => SkipReason::NotAFile,
                        });
                        worker.collector.end_file(&mut worker.coverage);
                    });
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
                if worker.collector.is_closed() {
                    self.stop.store(true, Ordering::Relaxed);
                }
            }
        });
        self.queued.fetch_sub(files.len(), Ordering::Relaxed);
    }

    fn unreadable(&self, path: &Path, error: &str) {
        self.progress.found.fetch_add(1, Ordering::Relaxed);
        self.with_worker(|worker| {
            worker.coverage.files.found += 1;
            worker.damaged(path, Stage::Open, error.to_owned(), 0);
            self.stop_if_strict(worker);
            worker.collector.end_file(&mut worker.coverage);
        });
        self.progress.done.fetch_add(1, Ordering::Relaxed);
    }

    fn stop_if_strict(&self, worker: &mut Worker<'s, C>) {
        if self.scan.strict
            && let Some(file) = worker.coverage.damaged.last()
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

/// What one thread has: memory for a file, a reader, and what it has collected.
struct Worker<'s, C> {
    scan: &'s Scan,
    progress: &'s Progress,
    check_keys: bool,
    buffers: Buffers,
    reader: Reader,
    coverage: Coverage,
    collector: C,
    scratch: String,
}

impl<'s, C: Collector> Worker<'s, C> {
    fn new(scan: &'s Scan, progress: &'s Progress, collector: C) -> Self {
        Worker {
            scan,
            progress,
            check_keys: scan.pruning.is_needed(),
            buffers: Buffers::default(),
            reader: Reader::new(scan.kernel, EVENT_SOURCE),
            coverage: Coverage::default(),
            collector,
            scratch: String::new(),
        }
    }

    /// Reads one file, whatever it is, unless it is not wanted.
    fn file(&mut self, path: &Path, named: bool) {
        if self.collector.wants_file(path) {
            self.coverage.files.found += 1;
            self.wanted_file(path, named);
            self.collector.end_file(&mut self.coverage);
        }
    }

    fn wanted_file(&mut self, path: &Path, named: bool) {
        let key = Key::of(path);
        if self.check_keys
            && let Some(pruned) = key.as_ref().and_then(|key| self.scan.pruning.prunes(key))
        {
            let files = &mut self.coverage.files.pruned;
            match pruned {
                Pruned::Date => files.date += 1,
                Pruned::Account => files.account += 1,
                Pruned::Region => files.region += 1,
            }
            return;
        }
        if key.is_none() && !named {
            match KeyKind::of(path) {
                KeyKind::CloudTrail => {}
                KeyKind::Digest => return self.skip(SkipReason::Digest),
                KeyKind::Insight => return self.skip(SkipReason::Insight),
                KeyKind::Aggregated => return self.skip(SkipReason::Aggregated),
            }
        }
        let limits = self.scan.limits;
        self.guarded(path, key.as_ref(), |buffers| {
            input::open(path, named, &limits, buffers)
        });
    }

    fn standard_input(&mut self) {
        self.coverage.files.found += 1;
        let limits = self.scan.limits;
        self.guarded(Path::new("-"), None, |buffers| {
            input::standard_input(&limits, buffers)
        });
        self.collector.end_file(&mut self.coverage);
    }

    /// Opens and reads; a panic on the way is this one file's damage.
    fn guarded(
        &mut self,
        path: &Path,
        key: Option<&Key>,
        open: impl FnOnce(&mut Buffers) -> std::io::Result<Opened<'_>>,
    ) {
        let mut buffers = std::mem::take(&mut self.buffers);
        let read_before = self.coverage.records;
        let result = catch_unwind(AssertUnwindSafe(|| match open(&mut buffers) {
            Ok(opened) => self.opened(path, key, opened),
            Err(error) => self.damaged(path, Stage::Open, error.to_string(), 0),
        }));
        self.buffers = buffers;
        if result.is_err() {
            let read = self.coverage.records - read_before;
            let what = "stscope failed on this file; please report it with the file".to_owned();
            self.damaged(path, Stage::Record, what, read);
            self.reader = Reader::new(self.scan.kernel, EVENT_SOURCE);
        }
    }

    fn opened(&mut self, path: &Path, key: Option<&Key>, opened: Opened<'_>) {
        let (outcome, damage) = match opened {
            Opened::NotAFile => return self.skip(SkipReason::NotAFile),
            Opened::Whole {
                content,
                compressed,
            } => {
                self.coverage.bytes.compressed += compressed;
                self.coverage.bytes.decompressed += content.len() as u64;
                self.progress.bytes.fetch_add(compressed, Ordering::Relaxed);
                (self.read(&mut Window::whole(content)), None)
            }
            Opened::Stream { mut stream, window } => {
                let limit = self.scan.limits.record;
                let mut watched = Watched {
                    stream: &mut stream,
                    progress: self.progress,
                };
                let outcome = self.read(&mut Window::sliding(window, &mut watched, limit));
                let damage = stream.finish();
                self.coverage.bytes.compressed += stream.compressed();
                self.coverage.bytes.decompressed += stream.decompressed();
                (outcome, damage)
            }
        };
        self.judge(path, key, outcome, damage);
    }

    fn read(&mut self, window: &mut Window<'_>) -> Outcome {
        let mut calls = Calls {
            selection: &self.scan.selection,
            collector: &mut self.collector,
            coverage: &mut self.coverage,
            scratch: &mut self.scratch,
        };
        self.reader.read(window, &mut calls)
    }

    /// Says what became of a file that was read.
    fn judge(
        &mut self,
        path: &Path,
        key: Option<&Key>,
        outcome: Outcome,
        stream_damage: Option<Damage>,
    ) {
        self.coverage.records += match outcome.shape {
            Shape::CloudTrail => outcome.records,
            _ => 0,
        };
        // A broken stream breaks the JSON in it, so its damage is the cause.
        let damage = stream_damage
            .or(outcome.broken_json)
            .or(outcome.broken_record);
        if let Some(damage) = damage {
            let of = match damage.stage {
                Stage::Gzip | Stage::Open => "file",
                Stage::Json | Stage::Record => "JSON",
            };
            let mut detail = format!("{}, at byte {} of the {of}", damage.what, damage.offset);
            if damage.stage == Stage::Json {
                detail += "; what follows was not read";
            }
            if outcome.broken_records > 1 {
                detail += &format!("; {} broken records in all", outcome.broken_records);
            }
            return self.damaged(path, damage.stage, detail, outcome.records);
        }
        match outcome.shape {
            Shape::Digest => self.skip(SkipReason::Digest),
            Shape::Insight => self.skip(SkipReason::Insight),
            Shape::Other => self.skip(SkipReason::NotCloudtrail),
            Shape::Empty => self.skip(SkipReason::Empty),
            Shape::CloudTrail => {
                self.coverage.files.read += 1;
                if let Some(key) = key {
                    self.note_key(key);
                }
            }
        }
    }

    fn note_key(&mut self, key: &Key) {
        let coverage = &mut self.coverage;
        if !coverage.key_accounts.contains(&key.account) {
            coverage.key_accounts.insert(key.account.clone());
        }
        if !coverage.key_regions.contains(&key.region) {
            coverage.key_regions.insert(key.region.clone());
        }
        coverage.key_last_day = coverage.key_last_day.max(Some(key.day));
        coverage.key_first_day = Some(coverage.key_first_day.map_or(key.day, |d| d.min(key.day)));
    }

    fn skip(&mut self, reason: SkipReason) {
        *self.coverage.files.skipped.entry(reason).or_default() += 1;
    }

    fn damaged(&mut self, path: &Path, stage: Stage, detail: String, records_read: u64) {
        self.coverage.files.damaged += 1;
        let path = path.to_string_lossy().into_owned();
        self.coverage.damaged.push(DamagedFile {
            path,
            stage,
            detail,
            records_read,
        });
    }
}

/// A stream whose progress can be seen while it is read: it may be gigabytes.
struct Watched<'w, 'b> {
    stream: &'w mut Stream<'b>,
    progress: &'w Progress,
}

impl Source for Watched<'_, '_> {
    fn read(&mut self, into: &mut [u8]) -> usize {
        let before = self.stream.compressed();
        let count = self.stream.read(into);
        let taken = self.stream.compressed() - before;
        self.progress.bytes.fetch_add(taken, Ordering::Relaxed);
        count
    }
}

/// Between the reader of JSON and the collector of calls: what is a call, and is it asked about?
struct Calls<'w, C> {
    selection: &'w Selection,
    collector: &'w mut C,
    coverage: &'w mut Coverage,
    scratch: &'w mut String,
}

impl<C: Collector> Handler for Calls<'_, C> {
    /// The counts of records, and the collector's place.
    type Mark = ([u64; 3], C::Mark);

    fn record(&mut self, record: &Record<'_>) {
        match sts::kind(record) {
            None => {}
            Some(Kind::NotACall) => self.coverage.not_calls += 1,
            Some(Kind::Call) => {
                let host = Call::host_of(record);
                let call = Call::new(record, host.as_ref());
                self.coverage.sts_records += 1;
                if self.selection.admits(&call) {
                    if matches!(record.get(Field::AwsRegion), Some("us-east-1" | "global")) {
                        self.collector.totals().see_us_east_1();
                    }
                    let wanted = self.selection.wants(&call, self.scratch);
                    self.collector.take(&call, wanted);
                } else {
                    self.coverage.filtered += 1;
                }
            }
        }
    }

    fn mark(&self) -> Self::Mark {
        let Coverage {
            sts_records,
            not_calls,
            filtered,
            ..
        } = *self.coverage;
        ([sts_records, not_calls, filtered], self.collector.mark())
    }

    fn rollback(&mut self, ([sts_records, not_calls, filtered], mark): Self::Mark) {
        self.coverage.sts_records = sts_records;
        self.coverage.not_calls = not_calls;
        self.coverage.filtered = filtered;
        self.collector.rollback(mark);
    }
}
