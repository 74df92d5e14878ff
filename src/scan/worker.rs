//! Takes one file after another, on one thread: tells by its key whether to read it, opens it, and has
//! it read.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use super::progress::Progress;
use super::reading::Reading;
use super::settings::Scan;
use crate::cloudtrail::Stage;
use crate::input::{self, Buffers, Key, KeyKind, Opened, Pruned, Skip};
use crate::tally::{Collector, DamagedFile, SkipReason};

/// What one thread has: memory for a file, and what reads it.
pub(super) struct Worker<'s, C> {
    scan: &'s Scan,
    check_keys: bool,
    /// Apart from `reading`, which works on what is lent from here.
    buffers: Buffers,
    reading: Reading<'s, C>,
}

impl<'s, C: Collector> Worker<'s, C> {
    pub fn new(scan: &'s Scan, progress: &'s Progress, collector: C) -> Self {
        Worker {
            scan,
            check_keys: scan.pruning.is_needed(),
            buffers: Buffers::default(),
            reading: Reading::new(scan, progress, collector),
        }
    }

    /// What was collected, and what was read for it.
    pub fn finish(self) -> C {
        let Reading {
            coverage,
            reach,
            mut collector,
            ..
        } = self.reading;
        collector.totals().coverage += coverage;
        collector.totals().reach += reach;
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
            Skip::NotAFile => SkipReason::NotAFile,
        });
    }

    /// Counts what cannot be looked at.
    pub fn unreadable(&mut self, path: &Path, error: &str) {
        self.reading.coverage.files.found += 1;
        self.reading.damaged(path, Stage::Open, error.to_owned(), 0);
    }

    /// Reads one file, whatever it is.
    pub fn file(&mut self, path: &Path, named: bool) {
        self.reading.coverage.files.found += 1;
        let key = Key::of(path);
        if self.check_keys
            && let Some(pruned) = key.as_ref().and_then(|key| self.scan.pruning.prunes(key))
        {
            let files = &mut self.reading.coverage.files.pruned;
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
                KeyKind::Digest => return self.reading.skip(SkipReason::Digest),
                KeyKind::Insight => return self.reading.skip(SkipReason::Insight),
                KeyKind::Aggregated => return self.reading.skip(SkipReason::Aggregated),
            }
        }
        let limits = self.scan.limits;
        self.guarded(path, key.as_ref(), |buffers| {
            input::open(path, named, &limits, buffers)
        });
    }

    pub fn standard_input(&mut self) {
        self.reading.coverage.files.found += 1;
        let limits = self.scan.limits;
        self.guarded(Path::new("-"), None, |buffers| {
            input::standard_input(&limits, buffers)
        });
    }

    /// Opens and reads; a panic on the way is this one file's damage.
    fn guarded(
        &mut self,
        path: &Path,
        key: Option<&Key>,
        open: impl FnOnce(&mut Buffers) -> std::io::Result<Opened<'_>>,
    ) {
        let Worker {
            buffers, reading, ..
        } = self;
        let read_before = reading.coverage.records;
        let result = catch_unwind(AssertUnwindSafe(|| match open(buffers) {
            Ok(opened) => reading.opened(path, key, opened),
            Err(error) => reading.damaged(path, Stage::Open, error.to_string(), 0),
        }));
        if result.is_err() {
            let read = reading.coverage.records - read_before;
            let what = "stscope failed on this file; please report it with the file".to_owned();
            reading.damaged(path, Stage::Record, what, read);
            reading.reset();
        }
        reading.collector.end_file();
    }
}
