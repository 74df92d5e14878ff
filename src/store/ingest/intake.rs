//! Between the scan and the writer: the calls of each file, with everything known of the file.
//!
//! There is one intake on every thread of a scan. It decides which files are read at all, and sends what
//! was read to the one writer, file by file. It writes nothing itself.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::path::Path;
use std::sync::mpsc::SyncSender;
use std::sync::{Mutex, PoisonError};

use super::agent_cache::AgentCache;
use super::distinct::{Distinct, RowHasher, Rows};
use super::ledger::{Ledger, UNREAD};
use super::rows;
use super::run::Ingested;
use crate::input::{Stamp, Trailer};
use crate::store::days::blob::SmallIds;
use crate::sts::{Call, Endpoint};
use crate::tally::{Candidate, Collector, Coverage, DamagedFile, Staged, Totals};

/// A message to the writer.
pub(in crate::store) enum Packet {
    /// A file was read.
    Read(Box<Delivery>),
    /// A file is unchanged, except for its stamp.
    Touched(i64, Stamp),
    /// A file is a copy of one that was read.
    Copy {
        path: String,
        stamp: Stamp,
        trailer: Trailer,
        of: i64,
        /// A damaged copy that is gone: this file takes its place.
        supersedes: Option<i64>,
    },
}

/// A file that was read, and what it gave.
pub(in crate::store) struct Delivery {
    pub path: String,
    pub stamp: Stamp,
    pub trailer: Trailer,
    /// Its id, if it was read before.
    pub replaces: Option<i64>,
    /// A damaged copy that is gone: this file takes its place.
    pub supersedes: Option<i64>,
    pub coverage: Coverage,
    /// The thread that gave the small ids of the candidates.
    pub worker: usize,
    /// Groupings the thread had not sent before, in the order of their small ids.
    pub groupings: Rows,
    /// Callers the thread had not sent before.
    pub callers: Rows,
    pub candidates: Vec<Candidate<SmallIds>>,
}

/// What is known of the file that is about to be read.
struct Coming {
    path: String,
    stamp: Stamp,
    trailer: Trailer,
    replaces: Option<i64>,
    supersedes: Option<i64>,
}

/// Takes the calls of one thread.
pub(in crate::store) struct Intake<'l> {
    ledger: &'l Ledger,
    sender: SyncSender<Vec<Packet>>,
    worker: usize,
    coming: Option<Coming>,
    candidates: Staged<Candidate<SmallIds>>,
    totals: Totals,
    groupings: Distinct,
    callers: Distinct,
    agent_cache: AgentCache,
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

/// SmallIds for threads.
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
            coming: None,
            candidates: Staged::default(),
            totals: Totals::default(),
            groupings: Distinct::new(hasher),
            callers: Distinct::new(hasher),
            agent_cache: AgentCache::default(),
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

    /// A folder that cannot be listed is kept as a file that cannot be read: an answer must not treat it
    /// as empty.
    fn unlisted(&self, coverage: &Coverage) -> Option<Coming> {
        let folder = coverage.damaged.first().map(|damaged| &damaged.path)?;
        Path::new(folder).is_dir().then(|| Coming {
            path: folder.clone(),
            stamp: UNREAD,
            trailer: NO_TRAILER,
            replaces: self.ledger.file(folder).map(|known| known.id),
            supersedes: None,
        })
    }

    fn known(&mut self) -> bool {
        self.ingested.known += 1;
        false
    }
}

impl Collector for Intake<'_> {
    type Mark = usize;

    fn wants_file(&mut self, folder: &Path, name: &OsStr) -> bool {
        self.coming = None;
        let path = folder.join(name);
        let name = text(&path);
        let Ok(Some(stamp)) = Stamp::of(&path) else {
            // It cannot be read now, and the next run tries again.
            self.coming = Some(Coming {
                replaces: self.ledger.file(&name).map(|known| known.id),
                path: name.into_owned(),
                stamp: UNREAD,
                trailer: NO_TRAILER,
                supersedes: None,
            });
            return true;
        };
        let before = self.ledger.file(&name).copied();
        if before.is_some_and(|known| known.stamp == stamp) {
            return self.known();
        }
        let mut coming = Coming {
            path: name.into_owned(),
            stamp,
            trailer: NO_TRAILER,
            replaces: before.map(|known| known.id),
            supersedes: None,
        };
        match Trailer::of(&path) {
            Ok(trailer) => coming.trailer = trailer,
            Err(_) => coming.stamp = UNREAD,
        }
        match before {
            Some(known)
                if known.is_sound
                    && known.stamp != UNREAD
                    && known.stamp.size == stamp.size
                    && known.trailer == coming.trailer =>
            {
                self.send(Packet::Touched(known.id, stamp));
                return self.known();
            }
            Some(_) => {}
            None => coming.supersedes = self.ledger.vanished_copy(&coming.path),
        }
        if let Some(of) = self.ledger.copied(&coming.path, stamp, coming.trailer) {
            self.ingested.same += 1;
            self.send(Packet::Copy {
                path: coming.path,
                stamp,
                trailer: coming.trailer,
                of,
                supersedes: coming.supersedes,
            });
            return self.known();
        }
        self.coming = Some(coming);
        true
    }

    fn take(&mut self, call: &Call<'_>, _wanted: bool) {
        let numbers = SmallIds {
            grouping: 0,
            caller: 0,
        };
        let mut candidate = Candidate::new(call, numbers, true);
        let (scratch, row) = (&mut self.scratch, &mut self.row);
        rows::grouping_row(
            call,
            candidate.is_disagreement(),
            &mut self.agent_cache,
            scratch,
            row,
        );
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

    fn end_file(&mut self, coverage: &mut Coverage) {
        let coverage = std::mem::take(coverage);
        self.ingested.coverage += coverage.clone();
        let candidates = self.candidates.take();
        let Some(mut coming) = self.coming.take().or_else(|| self.unlisted(&coverage)) else {
            self.ingested.passed_by += coverage.files.skipped_total();
            return; // something in a folder that is not a file
        };
        // The next run tries again, unless the damage is in the content of the file.
        if !coverage.damaged.iter().all(DamagedFile::is_of_content) {
            coming.stamp = UNREAD;
        }
        let delivery = Delivery {
            path: coming.path,
            stamp: coming.stamp,
            trailer: coming.trailer,
            replaces: coming.replaces,
            supersedes: coming.supersedes,
            coverage,
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

/// A path as text. Bytes that are no UTF-8 are written as `%XX`: two paths must not look alike.
fn text(path: &Path) -> Cow<'_, str> {
    if let Some(text) = path.to_str() {
        return match std::path::MAIN_SEPARATOR {
            '/' => Cow::Borrowed(text),
            other => Cow::Owned(text.replace(other, "/")),
        };
    }
    let mut text = String::new();
    for chunk in path.as_os_str().as_encoded_bytes().utf8_chunks() {
        text += chunk.valid();
        for byte in chunk.invalid() {
            text += &format!("%{byte:02X}");
        }
    }
    Cow::Owned(text)
}
