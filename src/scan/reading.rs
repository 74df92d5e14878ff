//! The content of a file → calls, and what became of the file.

use std::path::Path;
use std::sync::atomic::Ordering;

use super::calls::Calls;
use super::inflate_ahead::inflate_ahead;
use super::progress::Progress;
use super::settings::Scan;
use super::stranger::{self, Verdict};
use crate::aws::Key;
use crate::aws::region::is_opt_in;
use crate::cloudtrail::{Outcome, Reader, Shape, Window};
use crate::damage::{Damage, Stage};
use crate::input::{Object, Opened, Stream, Trailer, Trust};
use crate::source::Source;
use crate::sts::{Agents, EVENT_SOURCE};
use crate::tally::{
    Collector, Coverage, DamagedFile, DaysRead, Evidence, File, LogsRead, Matched, Scrutiny,
    SkipReason,
};

/// A reader, and what it has collected.
pub(super) struct Reading<'s, C> {
    scan: &'s Scan,
    pub(super) scrutiny: Scrutiny,
    pub(super) progress: &'s Progress,
    reader: Reader,
    pub coverage: Coverage,
    pub logs_read: LogsRead,
    pub days_read: DaysRead,
    pub matched: Matched,
    pub evidence: Evidence,
    /// Whether the collector gets the evidence file by file, with each of them.
    pub(super) hands_on: bool,
    pub collector: C,
    agents: Agents,
    scratch: String,
}

impl<'s, C: Collector> Reading<'s, C> {
    pub fn new(scan: &'s Scan, scrutiny: Scrutiny, progress: &'s Progress, collector: C) -> Self {
        Reading {
            scan,
            scrutiny,
            progress,
            reader: reader(scan),
            coverage: Coverage::default(),
            logs_read: LogsRead::default(),
            days_read: DaysRead::if_wanted(scan.days),
            matched: Matched::default(),
            evidence: Evidence::default(),
            hands_on: false,
            collector,
            agents: Agents::default(),
            scratch: String::new(),
        }
    }

    /// The file is done with, whatever became of it.
    pub fn end_file(&mut self, file: Option<&File<'_>>) {
        if self.hands_on && self.evidence.has_any() {
            self.collector.totals().evidence = std::mem::take(&mut self.evidence);
        }
        self.collector.end_file(file, &mut self.coverage);
    }

    /// A new reader in place of one that failed in the middle of a file.
    pub fn reset(&mut self) {
        self.reader = reader(self.scan);
    }

    /// Reads a file that was opened and is no digest. Gives its trailer, if it was a stream and that is
    /// wanted.
    pub fn log(&mut self, object: &Object<'_>, mut opened: Opened<'_>) -> Option<Trailer> {
        if self.scrutiny.alone {
            self.hash(object, opened);
            return None;
        }
        self.begin_hash(&mut opened);
        match stranger::tell(&mut opened, object.trust()) {
            Some(verdict) => self.told(object, opened, verdict),
            None => self.opened(object, opened),
        }
    }

    /// Reads a file that is not known to be no log. Gives its trailer, as [`log`](Reading::log) does.
    fn opened(&mut self, object: &Object<'_>, opened: Opened<'_>) -> Option<Trailer> {
        let mut trailer = None;
        let (outcome, damage) = match opened {
            Opened::NotAFile => {
                self.skip(SkipReason::NotAFile);
                return None;
            }
            Opened::Whole { content, raw } => {
                let compressed = raw.len() as u64;
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
                let outcome = inflate_ahead(&mut watched, |ahead| {
                    self.read(&mut Window::sliding(window, ahead, limit))
                });
                let damage = stream.finish();
                self.end_hash(&mut stream, damage.as_ref());
                self.coverage.bytes.compressed += stream.compressed();
                self.coverage.bytes.decompressed += stream.decompressed();
                trailer = stream.trailer();
                (outcome, damage)
            }
        };
        self.judge(object, outcome, damage);
        trailer
    }

    fn read(&mut self, window: &mut Window<'_>) -> Outcome {
        let mut calls = Calls {
            selection: &self.scan.selection,
            hosts: &self.scan.hosts,
            agents: &self.agents,
            trace_tokens: self.scan.trace_tokens,
            collector: &mut self.collector,
            coverage: &mut self.coverage,
            logs_read: &mut self.logs_read,
            days_read: &mut self.days_read,
            matched: &mut self.matched,
            scratch: &mut self.scratch,
            saw_us_east_1: false,
        };
        let outcome = self.reader.read(window, &mut calls);
        if calls.saw_us_east_1 {
            calls.collector.totals().see_us_east_1();
        }
        outcome
    }

    /// Says what became of a file that was opened and is no log. Gives its trailer, as
    /// [`log`](Reading::log) does.
    fn told(
        &mut self,
        object: &Object<'_>,
        opened: Opened<'_>,
        verdict: Verdict,
    ) -> Option<Trailer> {
        let compressed = opened.compressed();
        self.coverage.bytes.compressed += compressed;
        self.coverage.bytes.decompressed += opened.decompressed();
        self.progress.bytes.fetch_add(compressed, Ordering::Relaxed);
        match verdict {
            Verdict::Skip(reason) => self.skip(reason),
            Verdict::Damaged(damage) => {
                self.damaged(&object.path(), damage.stage, place(&damage), 0);
            }
        }
        match opened {
            Opened::Stream { mut stream, .. } => {
                self.end_hash(&mut stream, None);
                stream.trailer()
            }
            _ => None,
        }
    }

    /// Says what became of a file that was read.
    fn judge(&mut self, object: &Object<'_>, outcome: Outcome, stream_damage: Option<Damage>) {
        self.coverage.records += match outcome.shape {
            Shape::CloudTrail => outcome.records,
            _ => 0,
        };
        self.coverage.not_understood += outcome.not_understood;
        // A broken stream breaks the JSON in it, so its damage is the cause.
        let of_file = stream_damage.or(outcome.broken_json);
        if let Some(damage) = of_file.as_ref().or(outcome.broken_record.as_ref()) {
            let mut detail = place(damage);
            if damage.stage == Stage::Json {
                detail += "; what follows was not read";
            }
            let count = outcome.broken_records;
            match outcome.broken_record.as_ref().filter(|_| of_file.is_some()) {
                Some(first) => {
                    detail += &format!("; broken records before it: {count}, the first: ");
                    detail += &place(first);
                }
                None if count > 1 => detail += &format!("; {count} broken records in all"),
                None => {}
            }
            if let Some(first) = &outcome.first_not_understood {
                detail += "; ";
                detail += &not_understood(outcome.not_understood, first);
            }
            return self.damaged(&object.path(), damage.stage, detail, outcome.records);
        }
        if let Some(first) = &outcome.first_not_understood {
            let detail = not_understood(outcome.not_understood, first);
            return self.damaged(&object.path(), Stage::Shape, detail, outcome.records);
        }
        match outcome.shape {
            Shape::Digest => self.skip(SkipReason::Digest),
            Shape::Insight => self.skip(SkipReason::Insight),
            Shape::Other if object.trust() == Trust::CloudTrails => {
                let what = "JSON without a record or a list of any, which CloudTrail never writes; fetch it again";
                self.damaged(&object.path(), Stage::Shape, what.to_owned(), 0);
            }
            Shape::Other => self.skip(SkipReason::NotCloudtrail),
            Shape::Empty => self.skip(SkipReason::Empty),
            Shape::CloudTrail => self.coverage.files.read += 1,
        }
    }

    /// Notes what the key of a file says that was read.
    pub fn note_key(&mut self, key: &Key) {
        self.coverage.see_key(key);
        let selection = &self.scan.selection;
        if selection.covers(key) {
            self.logs_read.see(key);
            if selection.may_log_global_calls(key) {
                self.collector.totals().see_us_east_1();
            }
        } else if selection.is_elsewhere(key) {
            self.logs_read.see_elsewhere(key);
        }
    }

    pub fn skip(&mut self, reason: SkipReason) {
        *self.coverage.files.skipped.entry(reason).or_default() += 1;
    }

    pub fn damaged(&mut self, path: &Path, stage: Stage, detail: String, records_read: u64) {
        self.coverage.files.damaged += 1;
        self.logs_read
            .miss(path.parent().and_then(Key::of_folder).as_ref());
        let path = path.to_string_lossy().into_owned();
        self.coverage.damaged.push(DamagedFile {
            path,
            stage,
            detail,
            records_read,
        });
    }
}

/// What is wrong, and where.
pub(super) fn place(damage: &Damage) -> String {
    let of = match damage.stage {
        Stage::Gzip | Stage::Open => "file",
        Stage::Json | Stage::Record | Stage::Shape => "JSON",
    };
    format!("{}, at byte {} of the {of}", damage.what, damage.offset)
}

/// What was not understood: how much of it, and where the first is.
fn not_understood(count: u64, first: &Damage) -> String {
    let things = if count == 1 {
        "document or element of a list was"
    } else {
        "documents or elements of lists were"
    };
    format!(
        "{count} {things} not understood, the first: {}",
        place(first)
    )
}

/// What reads the records a scan asks for.
fn reader(scan: &Scan) -> Reader {
    let reader = Reader::new(scan.kernel, EVENT_SOURCE);
    if scan.trace_tokens {
        reader.with_regions(is_opt_in)
    } else {
        reader
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
