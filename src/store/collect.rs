//! Between the scan and the writer: each file's calls, with everything known of the file.
//!
//! Works on every thread of a scan; decides which files are read at all, and sends what was read on
//! to the one writer, file by file.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::path::Path;
use std::sync::mpsc::SyncSender;
use std::sync::{Mutex, PoisonError};

use super::agents::Agents;
use super::kinds::{Kinds, RowHasher, Rows};
use super::ledger::{Ledger, UNREAD};
use super::{Ingested, column};
use crate::input::{Stamp, Trailer};
use crate::sts::{Call, Endpoint};
use crate::tally::{Candidate, Collector, Coverage, DamagedFile, Staged, Totals};

/// What the writer is told.
pub(super) enum Packet {
    /// A file was read.
    Read(Box<Delivery>),
    /// A file is what it was, but its stamp is new.
    Touched(i64, Stamp),
    /// A file is a copy of one that was read.
    Same {
        path: String,
        stamp: Stamp,
        trailer: Trailer,
        of: i64,
        /// A damaged copy that is gone, and whose place it takes.
        supersedes: Option<i64>,
    },
}

/// A file that was read, and what it gave.
pub(super) struct Delivery {
    pub path: String,
    pub stamp: Stamp,
    pub trailer: Trailer,
    /// The number under which it was read before, and what that gave.
    pub replaces: Option<i64>,
    /// A damaged copy that is gone, and whose place it takes.
    pub supersedes: Option<i64>,
    pub coverage: Coverage,
    /// The thread whose numbers the claims speak of.
    pub worker: usize,
    /// Groupings the thread had not sent before, in the order of their numbers.
    pub groupings: Rows,
    /// Callers the thread had not sent before.
    pub callers: Rows,
    pub claims: Vec<Candidate<Numbers>>,
}

/// The payload of calls on their way to the writer: numbers of the thread that read them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Numbers {
    /// Of the grouping.
    pub grouping: u32,
    /// Of the caller; they begin with 1, and 0 is none.
    pub caller: u32,
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
pub(super) struct Intake<'l> {
    ledger: &'l Ledger,
    sender: SyncSender<Vec<Packet>>,
    worker: usize,
    coming: Option<Coming>,
    claims: Staged<Candidate<Numbers>>,
    totals: Totals,
    groupings: Kinds,
    callers: Kinds,
    agents: Agents,
    scratch: String,
    row: Vec<u8>,
    ingested: Ingested,
    /// What is sent together: waking the writer costs as much as reading a small file.
    waiting: Vec<Packet>,
    claims_waiting: usize,
    is_closed: bool,
}

/// The most files that are sent together, and the claims in them that are enough.
const TOGETHER: usize = 32;
const CLAIMS_TOGETHER: usize = 1 << 11;

/// Numbers for threads.
pub(super) fn next_worker(workers: &Mutex<usize>) -> usize {
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
            claims: Staged::default(),
            totals: Totals::default(),
            groupings: Kinds::new(hasher),
            callers: Kinds::new(hasher),
            agents: Agents::default(),
            scratch: String::new(),
            row: Vec::new(),
            ingested: Ingested::default(),
            waiting: Vec::new(),
            claims_waiting: 0,
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
        self.claims_waiting = 0;
        // A writer that takes nothing any more has failed, and says itself why.
        let packets = std::mem::take(&mut self.waiting);
        self.is_closed |= self.sender.send(packets).is_err();
    }

    /// A folder that cannot be listed, as a file that cannot be read: what is in it must not be
    /// taken for nothing by whoever asks the store.
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
            // It cannot be read now, and the next night it is tried again.
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
        if let Some(of) = self.ledger.same(&coming.path, stamp, coming.trailer) {
            self.ingested.same += 1;
            self.send(Packet::Same {
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
        let numbers = Numbers {
            grouping: 0,
            caller: 0,
        };
        let mut claim = Candidate::new(call, numbers, true);
        let (scratch, row) = (&mut self.scratch, &mut self.row);
        column::grouping_row(
            call,
            claim.is_disagreement(),
            &mut self.agents,
            scratch,
            row,
        );
        claim.payload.grouping = self.groupings.number(row);
        if matches!(call.endpoint(), Endpoint::Global) {
            column::caller_row(call, scratch, row);
            claim.payload.caller = 1 + self.callers.number(row);
        }
        self.claims.push(claim);
    }

    fn mark(&self) -> usize {
        self.claims.mark()
    }

    fn rollback(&mut self, mark: usize) {
        drop(self.claims.rollback(mark));
    }

    fn end_file(&mut self, coverage: &mut Coverage) {
        let coverage = std::mem::take(coverage);
        self.ingested.coverage += coverage.clone();
        let claims = self.claims.take();
        let Some(mut coming) = self.coming.take().or_else(|| self.unlisted(&coverage)) else {
            self.ingested.passed_by += coverage.files.skipped_total();
            return; // something in a folder that is no file
        };
        // What is wrong may have passed by the next night, unless it is in what the file has in it.
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
            claims,
        };
        self.claims_waiting += delivery.claims.len();
        self.send(Packet::Read(Box::new(delivery)));
        if self.claims_waiting >= CLAIMS_TOGETHER {
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
