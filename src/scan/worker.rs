//! Does what is next, on one thread: lists a folder, opens one object after another, and has it read.

use std::ffi::OsStr;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::admission::{Admission, admit};
use super::error::ScanError;
use super::pace::Samples;
use super::reading::Reading;
use super::run::Run;
use super::work::{Batch, Content, Fetched, Remark, Work};
use crate::aws::Key;
use crate::damage::Stage;
#[cfg(feature = "s3")]
use crate::input::s3::Body;
use crate::input::{
    self, Buffers, Directory, Folder, Object, Opened, Paths, Place, Raw, Trailer, Version,
};
use crate::tally::{Collector, Coverage, DamagedFile, File, FilesOfDay, SkipReason};

/// Objects that take longer are large: they are offered to other threads one by one, so that in the
/// end none waits long for another. A batch of smaller ones takes a millisecond.
const LARGE: Duration = Duration::from_micros(125);

/// What one thread has: memory for a file, and what reads it.
pub(super) struct Worker<'r, C> {
    run: &'r Run<'r>,
    here: Here,
    /// Apart from `reading`, which works on what is lent from here.
    buffers: Buffers,
    reading: Reading<'r, C>,
    samples: Samples,
    /// Whether the object before was large.
    are_large: bool,
}

/// What is known of an object that is opened.
#[derive(Default)]
struct Opening {
    version: Option<Version>,
    is_digest: bool,
    /// The signature that came with it from S3.
    signature: Option<Box<str>>,
}

/// The folder that a worker is in.
struct Here {
    folder: Arc<Folder>,
    /// Held open once a file of a walk is looked at here.
    directory: Option<Arc<Directory>>,
    /// Whether coverage has the key.
    is_noted: bool,
    /// What was read of it.
    files: FilesOfDay,
}

impl Here {
    fn new(folder: Arc<Folder>) -> Here {
        Here {
            folder,
            directory: None,
            is_noted: false,
            files: FilesOfDay::default(),
        }
    }

    /// The folder, held open.
    fn directory(&mut self) -> &Directory {
        let folder = &self.folder;
        self.directory.get_or_insert_with(|| folder.directory())
    }

    /// Notes what was read since `before`, and with the first file that was read the key of the folder.
    fn note<C: Collector>(&mut self, reading: &mut Reading<'_, C>, before: [u64; 4]) {
        let now = read_so_far(&reading.coverage);
        let [files, damaged, records, sts_records] = std::array::from_fn(|at| now[at] - before[at]);
        self.files += FilesOfDay::new(files, damaged, records, sts_records);
        if !self.is_noted
            && files > 0
            && let Some(key) = self.folder.key()
        {
            reading.note_key(key);
            self.is_noted = true;
        }
    }
}

impl<'r, C: Collector> Worker<'r, C> {
    pub fn new(run: &'r Run<'r>, collector: C) -> Self {
        let mut buffers = Buffers::default();
        buffers.trailers = run.known.is_some();
        let mut reading = Reading::new(run.scan, run.scrutiny, run.progress, collector);
        reading.hands_on = run.known.is_some();
        Worker {
            run,
            here: Here::new(Arc::new(Folder::new(PathBuf::new()))),
            buffers,
            reading,
            samples: Samples::default(),
            are_large: false,
        }
    }

    /// Works until there is nothing left. Gives what was collected, and what was read for it.
    pub fn work(mut self) -> C {
        let _guard = self.run.queue.stop_on_panic();
        while let Some((work, _producer)) = self.run.queue.next() {
            match work {
                Work::List(folder) => self.list(folder),
                Work::Read(batch) => self.batch(batch),
                Work::Fetched(fetched) => self.fetched(fetched),
                Work::Count(remark) => self.count(remark),
                Work::StandardInput => self.standard_input(),
            }
        }
        self.leave();
        let Reading {
            coverage,
            logs_read,
            days_read,
            matched,
            evidence,
            mut collector,
            ..
        } = self.reading;
        collector.totals().evidence += evidence;
        collector.totals().coverage += coverage;
        collector.totals().logs_read += logs_read;
        collector.totals().days_read += days_read;
        collector.totals().matched |= matched;
        collector
    }

    /// Queues what was named, and reads what finds no room in the queue.
    pub fn begin(&mut self, paths: &Paths) {
        let run = self.run;
        run.begin(&paths.named, &mut |batch| self.batch(batch));
        run.begin_manifest(&paths.manifest, &mut |batch| self.batch(batch));
        if paths.piped.is_some() {
            // Whoever reads the pipe waits for others to read what came through it.
            run.fail(ScanError::Threads("a second one is needed".into()));
        }
    }

    /// Counts what is not opened.
    fn count(&mut self, remark: Remark) {
        let files = remark.files();
        let coverage = &mut self.reading.coverage;
        coverage.files.found += files;
        match remark {
            Remark::Skipped(reason, files) => {
                *coverage.files.skipped.entry(reason).or_default() += files;
            }
            Remark::Pruned(pruned, files) => coverage.files.pruned.count(pruned, files),
            Remark::Unreadable(path, error) => {
                self.reading.damaged(&path, Stage::Open, error, 0);
                let key = Key::of_folder(&path);
                let files = FilesOfDay::new(0, 1, 0, 0);
                self.reading.days_read.see_files(key.as_ref(), files);
            }
        }
        self.reading.end_file(None);
        self.run.note_done(files);
        self.stop_if_over();
    }

    /// Lists a folder, and stays in it: its files are what is read next.
    fn list(&mut self, folder: PathBuf) {
        let folder = Arc::new(Folder::new(folder));
        let directory = folder.directory();
        self.run.list(&folder, &mut |batch| self.batch(batch));
        self.enter(&folder);
        self.here.directory = Some(directory);
    }

    /// Reads the objects of a batch, and before each of them what others have fetched.
    fn batch(&mut self, mut batch: Batch) {
        while let Some(at) = batch.take()
            && !self.run.queue.is_stopped()
        {
            while let Some(fetched) = self.run.queue.try_fetched() {
                self.fetched(fetched);
            }
            if self.are_large && batch.left() > 0 {
                let rest = batch.split_off();
                self.run.queue.give_back(rest);
            }
            self.enter(&batch.folder);
            self.object(&batch.object(at));
        }
    }

    /// Opens an object, if it is to be opened, and reads it.
    fn object(&mut self, object: &Object<'_>) {
        let run = self.run;
        let begin = self.samples.is_next().then(Instant::now);
        let here = &mut self.here;
        let admission = admit(object, run.known, run.scrutiny, || here.directory());
        if let Some(opening) = self.admitted(object, admission) {
            let limits = run.scan.limits;
            self.buffers.clock = begin;
            self.read(object, opening, |here, buffers, version| {
                let look = look(run, version);
                if object.was_named {
                    return input::open(&object.path(), &limits, buffers, look);
                }
                let path = object.folder.path();
                input::open_in(here.directory(), path, object.name, &limits, buffers, look)
            });
            if let (Some(begin), Some(read)) = (begin, self.buffers.clock.take()) {
                let work = read.elapsed();
                self.are_large = work > LARGE;
                self.samples.note(read - begin, work, &run.pace, &run.queue);
            }
        } else if let Some(begin) = begin {
            // What is known already was looked up all the same.
            let looked_up = begin.elapsed();
            (self.samples).note(looked_up, Duration::ZERO, &run.pace, &run.queue);
        }
        self.done();
    }

    /// Reads an object that somebody else has fetched.
    fn fetched(&mut self, mut fetched: Fetched) {
        let run = self.run;
        self.enter(&fetched.folder);
        let content = std::mem::replace(&mut fetched.content, Content::Nothing);
        let object = fetched.object();
        if let Some(opening) = self.admitted(&object, fetched.admission) {
            let limits = run.scan.limits;
            let begin = Instant::now();
            match content {
                Content::Nothing => self.read(&object, opening, |_, buffers, version| {
                    input::open(&object.path(), &limits, buffers, look(run, version))
                }),
                Content::File(Err(error)) => self.read(&object, opening, |_, _, _| Err(error)),
                Content::File(Ok(Raw::NotAFile)) => {
                    self.read(&object, opening, |_, _, _| Ok(Opened::NotAFile));
                }
                Content::File(Ok(Raw::Large(file))) => {
                    self.read(&object, opening, |_, buffers, version| {
                        input::of_file(file, &limits, buffers, look(run, version))
                    });
                }
                #[cfg(feature = "s3")]
                Content::S3(Err(error)) => self.read(&object, opening, |_, _, _| {
                    // The place is said beside it.
                    Err(io::Error::other(error.detail()))
                }),
                #[cfg(feature = "s3")]
                Content::S3(Ok(Body::Whole(mut bytes))) => {
                    let signature = bytes.signature.take();
                    let opening = Opening {
                        signature,
                        ..opening
                    };
                    self.read(&object, opening, |_, buffers, _| {
                        input::of_bytes(bytes, &limits, buffers)
                    });
                }
                #[cfg(feature = "s3")]
                Content::S3(Ok(Body::Stream(stream))) => {
                    self.read(&object, opening, |_, buffers, _| {
                        input::of_reader(Box::new(stream), &limits, buffers)
                    });
                }
                Content::File(Ok(Raw::Whole(bytes, told))) => {
                    self.read(&object, opening, |_, buffers, version| {
                        *version = version.or(told);
                        input::of_bytes(bytes, &limits, buffers)
                    });
                }
            }
            self.buffers.give_back();
            run.pace.worked(begin.elapsed());
        }
        let bytes = fetched.bytes;
        run.queue.release(bytes);
        self.done();
    }

    /// Reads standard input, which has no name.
    fn standard_input(&mut self) {
        self.enter(&Arc::new(Folder::new(PathBuf::new())));
        let folder = Arc::clone(&self.here.folder);
        let object = Object {
            place: Place::StandardInput,
            folder: &folder,
            name: OsStr::new("-"),
            was_named: true,
        };
        self.reading.coverage.files.found += 1;
        let limits = self.run.scan.limits;
        self.read(&object, Opening::default(), |_, buffers, _| {
            input::standard_input(&limits, buffers)
        });
        self.done();
    }

    /// Whether an object is opened, with its version if that was looked up. What is not opened is
    /// counted, except for what was counted on an earlier day.
    fn admitted(&mut self, object: &Object<'_>, admission: Admission) -> Option<Opening> {
        let (version, reason) = match admission {
            Admission::Known => return None,
            Admission::Open(version) | Admission::Digest(version) => (version, None),
            Admission::Skipped(version, reason) => (version, Some(reason)),
            Admission::ByName => (None, Some(SkipReason::ByName)),
        };
        self.reading.coverage.files.found += 1;
        let is_digest = matches!(admission, Admission::Digest(_));
        match (is_digest, self.run.keeps_names()) {
            (true, _) => self.run.keep_names(),
            (false, true) => self.reading.see_name(object),
            (false, false) => self.reading.evidence.miss_name(),
        }
        let Some(reason) = reason else {
            return Some(Opening {
                version,
                is_digest,
                signature: None,
            });
        };
        self.reading.skip(reason);
        self.reading.end_file(Some(&File {
            object,
            version,
            trailer: None,
        }));
        None
    }

    fn enter(&mut self, folder: &Arc<Folder>) {
        if !Arc::ptr_eq(&self.here.folder, folder) {
            self.leave();
            self.here = Here::new(Arc::clone(folder));
        }
    }

    /// Says what was read of a folder.
    fn leave(&mut self) {
        let files = std::mem::take(&mut self.here.files);
        let key = self.here.folder.key();
        self.reading.days_read.see_files(key, files);
    }

    /// Opens and reads; a panic on the way is this one object's damage. Opening it may tell its version.
    fn read(
        &mut self,
        object: &Object<'_>,
        opening: Opening,
        open: impl for<'b> FnOnce(
            &mut Here,
            &'b mut Buffers,
            &mut Option<Version>,
        ) -> io::Result<Opened<'b>>,
    ) {
        let Worker {
            run,
            buffers,
            reading,
            here,
            ..
        } = self;
        let before = read_so_far(&reading.coverage);
        let Opening {
            mut version,
            is_digest,
            signature,
        } = opening;
        let mut trailer = None;
        let result = catch_unwind(AssertUnwindSafe(|| {
            match open(here, buffers, &mut version) {
                Ok(mut opened) if is_digest => {
                    if reading.is_log_after_all(object, &mut opened) {
                        reading.see_name(object);
                        trailer = reading.log(object, opened);
                    } else {
                        reading.digest(object, opened, signature);
                    }
                }
                Err(error) if is_digest => {
                    reading.damaged_digest(object, Stage::Open, error.to_string());
                }
                Ok(opened) => {
                    if let (Some(known), Some(version), Opened::Whole { raw, .. }) =
                        (run.known, version, &opened)
                    {
                        let of_content = *trailer.insert(Trailer::of(raw));
                        if known.is_known_content(object, version, of_content) {
                            return;
                        }
                    }
                    trailer = trailer.or(reading.log(object, opened));
                }
                Err(error) => {
                    reading.damaged(&object.path(), Stage::Open, error.to_string(), 0);
                    reading.see_spoilt("it cannot be read");
                }
            }
        }));
        if result.is_err() {
            let [.., records_before, _] = before;
            let read = reading.coverage.records - records_before;
            let what = DamagedFile::OWN_FAULT.to_owned();
            reading.damaged(&object.path(), Stage::Record, what, read);
            reading.reset();
        }
        reading.logs_read.end_file();
        reading.days_read.end_file();
        here.note(reading, before);
        reading.end_file(Some(&File {
            object,
            version,
            trailer,
        }));
    }

    /// An object is done with, whatever became of it.
    fn done(&mut self) {
        self.run.note_done(1);
        self.stop_if_over();
    }

    /// Ends the run, if there is no use in reading on.
    fn stop_if_over(&mut self) {
        if self.run.scan.strict
            && let Some(file) = self.reading.coverage.damaged.last()
        {
            self.run.fail(ScanError::Damaged(file.clone()));
        }
        if self.reading.collector.is_closed() {
            self.run.queue.stop();
        }
    }
}

/// Tells the version of a file that is open, if somebody wants to know it and it was not looked up.
fn look(run: &Run<'_>, version: &mut Option<Version>) -> impl FnOnce(&std::fs::File) {
    let is_wanted = run.known.is_some() && version.is_none();
    move |file| {
        if is_wanted {
            *version = Version::of_open(file);
        }
    }
}

/// What the lines of [`DaysRead`](crate::tally::DaysRead) are made of: files, damaged files, records and
/// calls so far.
fn read_so_far(coverage: &Coverage) -> [u64; 4] {
    let files = &coverage.files;
    [
        files.read,
        files.damaged,
        coverage.records,
        coverage.sts_records,
    ]
}
