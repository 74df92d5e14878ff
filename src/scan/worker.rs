//! Takes one file after another, on one thread: tells by its key whether to read it, opens it, and has
//! it read.

use std::ffi::OsStr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::location::Location;
use super::progress::Progress;
use super::reading::Reading;
use super::settings::Scan;
use super::stranger;
use crate::aws::{KeyKind, Pruned, Pruning};
use crate::damage::Stage;
use crate::input::{self, Buffers, Directory, Folder, Opened, Skip, Trust};
use crate::tally::{Collector, DamagedFile, SkipReason};

/// What one thread has: memory for a file, and what reads it.
pub(super) struct Worker<'s, C> {
    scan: &'s Scan,
    place: Place,
    /// Apart from `reading`, which works on what is lent from here.
    buffers: Buffers,
    reading: Reading<'s, C>,
}

impl<'s, C: Collector> Worker<'s, C> {
    pub fn new(scan: &'s Scan, progress: &'s Progress, collector: C) -> Self {
        Worker {
            scan,
            place: Place::new(Arc::new(Folder::new(PathBuf::new())), &scan.pruning),
            buffers: Buffers::default(),
            reading: Reading::new(scan, progress, collector),
        }
    }

    /// What was collected, and what was read for it.
    pub fn finish(self) -> C {
        let Reading {
            coverage,
            logs_read,
            matched,
            mut collector,
            ..
        } = self.reading;
        collector.totals().coverage += coverage;
        collector.totals().logs_read += logs_read;
        collector.totals().matched |= matched;
        collector
    }

    /// Whether there is no use in reading on.
    pub fn is_closed(&self) -> bool {
        self.reading.collector.is_closed()
    }

    /// The file that was found damaged last.
    pub fn last_damaged(&self) -> Option<&DamagedFile> {
        self.reading.coverage.damaged.last()
    }

    /// Counts what a walk came upon and does not read.
    pub fn skipped(&mut self, skip: Skip) {
        self.reading.coverage.files.found += 1;
        self.reading.skip(match skip {
            Skip::NotALog => SkipReason::NotALog,
            Skip::OtherService => SkipReason::OtherService,
            Skip::NotAFile => SkipReason::NotAFile,
        });
        self.reading.end_file();
    }

    /// Counts what cannot be looked at.
    pub fn unreadable(&mut self, path: &Path, error: &str) {
        self.reading.coverage.files.found += 1;
        self.reading
            .damaged(path.into(), Stage::Open, error.to_owned(), 0);
        self.reading.end_file();
    }

    /// Reads a file that the user named, unless the collector does not want it.
    pub fn named(&mut self, path: &Path) {
        if self.wants_file(path.into()) {
            self.read_named(path);
            self.reading.end_file();
        }
    }

    fn wants_file(&mut self, location: Location<'_>) -> bool {
        let Location { folder, name } = location;
        self.reading.collector.wants_file(folder, name)
    }

    fn read_named(&mut self, path: &Path) {
        let folder = path.parent().unwrap_or(Path::new(""));
        if self.place.folder.path() != folder {
            self.enter(Arc::new(Folder::new(folder.to_owned())));
        }
        self.reading.coverage.files.found += 1;
        if self.is_pruned() {
            return;
        }
        let limits = self.scan.limits;
        let name = path.file_name().unwrap_or_default();
        // Whoever names a file says that it is a log.
        let trust = match self.place.folder.trust(name) {
            Trust::CloudTrails => Trust::CloudTrails,
            _ => Trust::Log,
        };
        self.guarded(path.into(), trust, |_, buffers| {
            input::open(path, &limits, buffers)
        });
    }

    /// Reads a file that a walk came upon, unless the collector does not want it.
    pub fn walked(&mut self, folder: &Arc<Folder>, name: &OsStr) {
        let path = folder.path();
        if self.wants_file(Location { folder: path, name }) {
            self.read_walked(folder, name);
            self.reading.end_file();
        }
    }

    fn read_walked(&mut self, folder: &Arc<Folder>, name: &OsStr) {
        if !Arc::ptr_eq(&self.place.folder, folder) {
            self.enter(Arc::clone(folder));
        }
        self.reading.coverage.files.found += 1;
        if self.is_pruned() {
            return;
        }
        match folder.kind_of(name) {
            None => {}
            Some(KeyKind::Digest) => return self.reading.skip(SkipReason::Digest),
            Some(KeyKind::Insight) => return self.reading.skip(SkipReason::Insight),
            Some(KeyKind::Aggregated) => return self.reading.skip(SkipReason::Aggregated),
        }
        let limits = self.scan.limits;
        let path = folder.path();
        let location = Location { folder: path, name };
        self.guarded(location, folder.trust(name), |place, buffers| {
            let directory = place.directory.get_or_insert_with(|| Directory::open(path));
            input::open_in(directory, path, name, &limits, buffers)
        });
    }

    pub fn standard_input(&mut self) {
        self.enter(Arc::new(Folder::new(PathBuf::new())));
        self.reading.coverage.files.found += 1;
        let limits = self.scan.limits;
        self.guarded(Path::new("-").into(), Trust::Log, |_, buffers| {
            input::standard_input(&limits, buffers)
        });
        self.reading.end_file();
    }

    fn enter(&mut self, folder: Arc<Folder>) {
        self.place = Place::new(folder, &self.scan.pruning);
    }

    /// Whether a file of this place need not be read; if so, it is counted.
    fn is_pruned(&mut self) -> bool {
        if let Some(pruned) = self.place.pruned {
            self.reading.coverage.files.pruned.count(pruned);
        }
        self.place.pruned.is_some()
    }

    /// Opens and reads; a panic on the way is this one file's damage.
    fn guarded(
        &mut self,
        location: Location<'_>,
        trust: Trust,
        open: impl for<'b> FnOnce(&mut Place, &'b mut Buffers) -> std::io::Result<Opened<'b>>,
    ) {
        let Worker {
            buffers,
            reading,
            place,
            ..
        } = self;
        let (records_before, read_before) = (reading.coverage.records, reading.coverage.files.read);
        let result = catch_unwind(AssertUnwindSafe(|| match open(place, buffers) {
            Ok(mut opened) => match stranger::tell(&mut opened, trust) {
                Some(verdict) => reading.told(location, &opened, verdict),
                None => reading.opened(location, opened),
            },
            Err(error) => reading.damaged(location, Stage::Open, error.to_string(), 0),
        }));
        if result.is_err() {
            let read = reading.coverage.records - records_before;
            let what = DamagedFile::OWN_FAULT.to_owned();
            reading.damaged(location, Stage::Record, what, read);
            reading.reset();
        }
        reading.logs_read.end_file();
        if !place.is_noted
            && reading.coverage.files.read > read_before
            && let Some(key) = place.folder.key()
        {
            reading.note_key(key);
            place.is_noted = true;
        }
    }
}

/// Where a worker is, and what holds for all files there.
struct Place {
    folder: Arc<Folder>,
    /// Held open once a file of a walk is read here.
    directory: Option<Directory>,
    pruned: Option<Pruned>,
    /// Whether coverage has the key.
    is_noted: bool,
}

impl Place {
    fn new(folder: Arc<Folder>, pruning: &Pruning) -> Place {
        Place {
            pruned: folder.key().and_then(|key| pruning.prunes(key)),
            folder,
            directory: None,
            is_noted: false,
        }
    }
}
