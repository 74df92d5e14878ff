//! Between the scan and the writer: the calls of each file, with everything known of the file.
//!
//! There is one intake on every thread of a scan. It sends what was read to the one writer, file by
//! file. It writes nothing itself.

use std::sync::mpsc::SyncSender;
use std::sync::{Mutex, PoisonError};

use super::distinct::{Distinct, RowHasher, Rows};
use super::ingested::Ingested;
use super::ledger::{Ledger, UNREAD};
use super::names::{split, text};
use super::rows;
use crate::damage::Stage;
use crate::input::{Trailer, Version};
use crate::store::tables::kept::SmallIds;
use crate::sts::{Call, Endpoint};
use crate::tally::{
    Bytes, Candidate, Collector, Coverage, DamagedFile, Evidence, File, SkipReason, Staged, Totals,
};

/// A message to the writer.
pub(in crate::store) enum Packet {
    /// A file was read.
    Read(Box<Delivery>),
    /// A file is unchanged, except for its version.
    Touched(i64, Version),
    /// A file is a copy of one that was read.
    Copy {
        path: String,
        version: Version,
        trailer: Trailer,
        of: i64,
        /// A damaged copy that is gone: this file takes its place.
        supersedes: Option<i64>,
    },
}

/// A file that was read, and what it gave.
pub(in crate::store) struct Delivery {
    pub path: String,
    pub version: Version,
    pub trailer: Trailer,
    /// Its id, if it was read before.
    pub replaces: Option<i64>,
    /// A damaged copy that is gone: this file takes its place.
    pub supersedes: Option<i64>,
    pub content: Content,
    /// A digest, or the hash of a log.
    pub evidence: Evidence,
    /// The thread that gave the small ids of the candidates.
    pub worker: usize,
    /// Groupings the thread had not sent before, in the order of their small ids.
    pub groupings: Rows,
    /// Callers the thread had not sent before.
    pub callers: Rows,
    pub candidates: Vec<Candidate<SmallIds>>,
}

/// What was in a file, and what became of it.
pub(in crate::store) struct Content {
    pub damaged: Option<DamagedFile>,
    pub skipped: Option<SkipReason>,
    pub bytes: Bytes,
    pub records: u64,
    pub not_calls: u64,
    pub not_understood: u64,
}

impl Content {
    fn of(coverage: &Coverage) -> Content {
        let skipped = (coverage.files.skipped.iter()).find(|(_, count)| **count > 0);
        Content {
            damaged: coverage.damaged.first().cloned(),
            skipped: skipped.map(|(&reason, _)| reason),
            bytes: coverage.bytes.clone(),
            records: coverage.records,
            not_calls: coverage.not_calls,
            not_understood: coverage.not_understood,
        }
    }
}

/// What is known of a file that was opened.
struct Coming {
    path: String,
    version: Version,
    trailer: Trailer,
    replaces: Option<i64>,
    supersedes: Option<i64>,
}

/// Takes the calls of one thread.
pub(in crate::store) struct Intake<'l> {
    ledger: &'l Ledger,
    sender: SyncSender<Vec<Packet>>,
    worker: usize,
    candidates: Staged<Candidate<SmallIds>>,
    totals: Totals,
    groupings: Distinct,
    callers: Distinct,
    scratch: String,
    row: Vec<u8>,
    ingested: Ingested,
    /// Waking the writer costs as much as reading a small file, so packets are sent together.
    waiting: Vec<Packet>,
    candidates_waiting: usize,
    is_closed: bool,
}

/// At most this many files are sent together, or fewer with this many candidates.
const TOGETHER: usize = 32;
const CANDIDATES_TOGETHER: usize = 1 << 11;

/// The number of the next thread.
pub(in crate::store) fn next_worker(workers: &Mutex<usize>) -> usize {
    let mut next = workers.lock().unwrap_or_else(PoisonError::into_inner);
    *next += 1;
    *next - 1
}

impl<'l> Intake<'l> {
    pub fn new(
        ledger: &'l Ledger,
        sender: SyncSender<Vec<Packet>>,
        worker: usize,
        hasher: RowHasher,
    ) -> Intake<'l> {
        Intake {
            ledger,
            sender,
            worker,
            candidates: Staged::default(),
            totals: Totals::default(),
            groupings: Distinct::new(hasher),
            callers: Distinct::new(hasher),
            scratch: String::new(),
            row: Vec::new(),
            ingested: Ingested::default(),
            waiting: Vec::new(),
            candidates_waiting: 0,
            is_closed: false,
        }
    }

    /// What was read, by all threads.
    pub fn finish(mut self) -> Ingested {
        self.send_waiting();
        self.ingested.coverage += self.totals.coverage;
        self.ingested
    }

    fn send(&mut self, packet: Packet) {
        self.waiting.push(packet);
        if self.waiting.len() == TOGETHER {
            self.send_waiting();
        }
    }

    fn send_waiting(&mut self) {
        self.candidates_waiting = 0;
        // A writer that takes nothing any more has failed, and reports why itself.
        let packets = std::mem::take(&mut self.waiting);
        self.is_closed |= self.sender.send(packets).is_err();
    }

    /// What cannot be looked at, a folder that cannot be listed or a link that leads nowhere, is kept as a
    /// file that cannot be read: an answer must not treat it as empty. What was read there before stays as it
    /// was. In S3 nobody would see that it is there again.
    fn unlisted(&self, coverage: &Coverage) -> Option<Coming> {
        let path = coverage.damaged.first().map(|damaged| &damaged.path)?;
        let (above, name) = split(path);
        // Nor by a name that is not its own, as one that is no UTF-8 has become.
        let is_of_this_machine = !path.starts_with("s3://") && !path.contains('\u{fffd}');
        if !is_of_this_machine || self.ledger.file(above, name).is_some() {
            return None;
        }
        Some(Coming {
            path: path.clone(),
            version: UNREAD,
            trailer: NO_TRAILER,
            replaces: None,
            supersedes: None,
        })
    }

    /// Whether a file that was read before is gone, or cannot be looked at, so that what was read of it stays.
    fn has_gone(&self, file: &File<'_>, coverage: &Coverage) -> bool {
        let is_unopened = |damaged: &DamagedFile| damaged.stage == Stage::Open;
        if file.version.is_some() || !coverage.damaged.iter().any(is_unopened) {
            return false;
        }
        let path = file.object.path();
        let path = text(&path);
        let (folder, name) = split(&path);
        let before = self.ledger.file(folder, name);
        before.is_some_and(|known| known.is_sound)
    }

    /// What is known of a file that was opened; `None` if its content was read before, which is written
    /// down here.
    fn coming(&mut self, file: &File<'_>) -> Option<Coming> {
        let path = text(&file.object.path()).into_owned();
        let (folder, name) = split(&path);
        let before = self.ledger.file(folder, name);
        let mut coming = Coming {
            path,
            // What cannot be looked up now is tried again by the next run.
            version: file.version.unwrap_or(UNREAD),
            trailer: file.trailer.unwrap_or(NO_TRAILER),
            replaces: before.map(|known| known.id),
            supersedes: None,
        };
        let (Some(version), Some(trailer)) = (file.version, file.trailer) else {
            return Some(coming);
        };
        if let Some(known) = before.filter(|known| known.has_content(version, trailer)) {
            self.send(Packet::Touched(known.id, version));
            self.ingested.known += 1;
            return None;
        }
        if before.is_none() {
            coming.supersedes = self.ledger.vanished_copy(&coming.path);
        }
        let (folder, name) = split(&coming.path);
        let Some(of) = self.ledger.copied(folder, name, version, trailer) else {
            return Some(coming);
        };
        self.ingested.known += 1;
        self.ingested.same += 1;
        self.send(Packet::Copy {
            path: coming.path,
            version,
            trailer,
            of,
            supersedes: coming.supersedes,
        });
        None
    }
}

impl Collector for Intake<'_> {
    type Mark = usize;

    fn take(&mut self, call: &Call<'_>, _wanted: bool) {
        let numbers = SmallIds {
            grouping: 0,
            caller: 0,
        };
        let mut candidate = Candidate::new(call, numbers, true);
        let (scratch, row) = (&mut self.scratch, &mut self.row);
        rows::grouping_row(call, candidate.is_disagreement(), scratch, row);
        candidate.payload.grouping = self.groupings.number(row);
        if matches!(call.endpoint(), Endpoint::Global) {
            rows::caller_row(call, scratch, row);
            candidate.payload.caller = 1 + self.callers.number(row);
        }
        self.candidates.push(candidate);
    }

    fn mark(&self) -> usize {
        self.candidates.mark()
    }

    fn rollback(&mut self, mark: usize) {
        drop(self.candidates.rollback(mark));
    }

    fn end_file(&mut self, file: Option<&File<'_>>, coverage: &mut Coverage) {
        let coverage = std::mem::take(coverage);
        let candidates = self.candidates.take();
        let evidence = std::mem::take(&mut self.totals.evidence);
        if file.is_some_and(|file| self.has_gone(file, &coverage)) {
            self.ingested.coverage += coverage;
            return;
        }
        let mut coming = match file {
            Some(file) => match self.coming(file) {
                Some(coming) => coming,
                // All of it was read before, and counted then.
                None => return,
            },
            None => match self.unlisted(&coverage) {
                Some(coming) => coming,
                None => {
                    // Something in a folder that is not a file.
                    self.ingested.passed_by += coverage.files.skipped_total();
                    self.ingested.coverage += coverage;
                    return;
                }
            },
        };
        // The next run tries again, unless the damage is in the content of the file.
        if !coverage.damaged.iter().all(DamagedFile::is_of_content) {
            coming.version = UNREAD;
        }
        // Coverage is too large to be cloned for each file.
        let content = Content::of(&coverage);
        self.ingested.coverage += coverage;
        let delivery = Delivery {
            path: coming.path,
            version: coming.version,
            trailer: coming.trailer,
            replaces: coming.replaces,
            supersedes: coming.supersedes,
            content,
            evidence,
            worker: self.worker,
            groupings: self.groupings.take_new(),
            callers: self.callers.take_new(),
            candidates,
        };
        self.candidates_waiting += delivery.candidates.len();
        self.send(Packet::Read(Box::new(delivery)));
        if self.candidates_waiting >= CANDIDATES_TOGETHER {
            self.send_waiting();
        }
    }

    fn totals(&mut self) -> &mut Totals {
        &mut self.totals
    }

    fn merge(&mut self, other: Self) {
        let theirs = other.finish();
        self.ingested.coverage += theirs.coverage;
        self.ingested.known += theirs.known;
        self.ingested.same += theirs.same;
        self.ingested.passed_by += theirs.passed_by;
    }

    fn is_closed(&self) -> bool {
        self.is_closed
    }
}

const NO_TRAILER: Trailer = Trailer {
    checksum: 0,
    length: 0,
};
