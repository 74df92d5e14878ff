//! Reads one file after another, on one thread: opens it, has its records read, and says what became
//! of it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::Ordering;

use super::calls::Calls;
use super::progress::Progress;
use super::settings::Scan;
use crate::cloudtrail::{Damage, Outcome, Reader, Shape, Source, Stage, Window};
use crate::input::{self, Buffers, Key, KeyKind, Opened, Pruned, Skip, Stream};
use crate::sts::EVENT_SOURCE;
use crate::tally::{Collector, Coverage, DamagedFile, SkipReason};

/// What one thread has: memory for a file, a reader, and what it has collected.
pub(super) struct Worker<'s, C> {
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
    pub fn new(scan: &'s Scan, progress: &'s Progress, collector: C) -> Self {
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

    /// What was collected, and what was read for it.
    pub fn finish(mut self) -> C {
        *self.collector.coverage() += self.coverage;
        self.collector
    }

    /// Whether there is no use in reading on.
    pub fn is_closed(&self) -> bool {
        self.collector.is_closed()
    }

    /// The file that was found damaged last.
    pub fn last_damaged(&self) -> Option<&DamagedFile> {
        self.coverage.damaged.last()
    }

    /// Counts what a walk came upon and does not read.
    pub fn skipped(&mut self, skip: Skip) {
        self.coverage.files.found += 1;
        self.skip(match skip {
            Skip::NotALog => SkipReason::NotALog,
            Skip::NotAFile => SkipReason::NotAFile,
        });
    }

    /// Counts what cannot be looked at.
    pub fn unreadable(&mut self, path: &Path, error: &str) {
        self.coverage.files.found += 1;
        self.damaged(path, Stage::Open, error.to_owned(), 0);
    }

    /// Reads one file, whatever it is.
    pub fn file(&mut self, path: &Path, named: bool) {
        self.coverage.files.found += 1;
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

    pub fn standard_input(&mut self) {
        self.coverage.files.found += 1;
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
        self.collector.end_file();
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
