//! Calls one by one, as they are read, in no fixed order.
//!
//! What is written cannot be taken back, so a target account's copy of a cross-account call waits
//! until everything is read: only then is it certain that the caller's own copy does not come.

use std::collections::HashSet;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Mutex, PoisonError};

use foldhash::quality::RandomState;

use super::row::Row;
use super::row_store::RowStore;
use crate::sts::Call;
use crate::tally::{
    Candidate, Collector, Coverage, Dropped, Entry, File, Interner, Staged, Totals,
};

/// A set of identities that threads share.
struct Seen(Vec<Mutex<HashSet<u128, RandomState>>>);

impl Seen {
    fn new() -> Seen {
        Seen((0..64).map(|_| Mutex::default()).collect())
    }

    /// Says whether the identity is new.
    fn insert(&self, identity: u128) -> bool {
        let shard = (identity >> 122) as usize;
        self.0[shard]
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(identity)
    }
}

/// Why the rows of a stream are not those of the calls that count.
#[derive(Debug, thiserror::Error)]
pub enum StreamError {
    /// A temporary file for rows could not be written or read.
    #[error("a temporary file for rows: {0}")]
    Temporary(#[from] io::Error),
    /// A file takes back records whose rows were sent: the last list of several counts, for example.
    #[error("records do not count whose rows were sent, as their file says otherwise later on")]
    TakenBack,
}

/// What the threads of a run share.
struct Shared {
    events: Seen,
    sharings: Seen,
    rows: SyncSender<Row>,
    /// Nobody takes rows any more.
    closed: AtomicBool,
}

/// Sends the rows of calls on as they come.
pub struct EventStream {
    once: bool,
    shared: Arc<Shared>,
    totals: Totals,
    interner: Interner,
    dropped: Dropped,
    /// Copies of target accounts that wait for the caller's own, and their rows.
    waiting: Vec<Candidate<Entry>>,
    waiting_rows: Vec<RowStore>,
    /// Calls of the file being read, and their rows.
    staged: Staged<Candidate<Entry>>,
    staged_rows: RowStore,
    /// How many calls of that file were sent before it was read to its end.
    sent: usize,
    /// What first went wrong.
    error: Option<StreamError>,
    text: String,
}

/// A file with more calls than this is sent on before it is read to the end. What was sent cannot be taken
/// back: should it turn out that it must be, that is an error.
const MAX_STAGED: usize = 1 << 14;

impl EventStream {
    /// A stream into `rows`. With `once` off, copies are rows of their own.
    pub fn new(once: bool, rows: SyncSender<Row>) -> EventStream {
        let (events, sharings) = (Seen::new(), Seen::new());
        let closed = AtomicBool::new(false);
        EventStream::sharing(
            once,
            Arc::new(Shared {
                events,
                sharings,
                rows,
                closed,
            }),
        )
    }

    /// One more collector into the same stream, for another thread.
    #[must_use]
    pub fn another(&self) -> EventStream {
        EventStream::sharing(self.once, Arc::clone(&self.shared))
    }

    fn sharing(once: bool, shared: Arc<Shared>) -> EventStream {
        EventStream {
            once,
            shared,
            totals: Totals::default(),
            interner: Interner::default(),
            dropped: Dropped::default(),
            waiting: Vec::new(),
            waiting_rows: vec![RowStore::default()],
            staged: Staged::default(),
            staged_rows: RowStore::default(),
            sent: 0,
            error: None,
            text: String::new(),
        }
    }

    /// Sends what has waited, if it counts, and sums up.
    ///
    /// # Errors
    /// If a temporary file for rows could not be written or read, or rows should not have been sent.
    pub fn finish(mut self) -> Result<Streamed, StreamError> {
        self.error.take().map_or(Ok(()), Err)?;
        let mut waiting = std::mem::take(&mut self.waiting).into_iter();
        for mut store in std::mem::take(&mut self.waiting_rows) {
            store.check()?;
            for at in 0..store.len() {
                let Some(candidate) = waiting.next() else {
                    break;
                };
                if self.shared.sharings.insert(candidate.shared()) {
                    self.count(&candidate, || store.read(at))?;
                } else {
                    self.dropped.shared_copies += 1;
                }
            }
        }
        let is_cut_short = self.is_closed();
        self.totals.complete(self.dropped, &self.interner);
        Ok(Streamed {
            is_cut_short,
            totals: self.totals,
        })
    }

    /// A call that counts: adds it up, and sends its row if it is asked about.
    fn count(
        &mut self,
        candidate: &Candidate<Entry>,
        row: impl FnOnce() -> io::Result<Row>,
    ) -> io::Result<()> {
        if self.totals.add(candidate) && self.shared.rows.send(row()?).is_err() {
            self.shared.closed.store(true, Ordering::Relaxed);
        }
        Ok(())
    }

    fn send_staged(&mut self) {
        // The error cannot leave here, and must not be lost: `finish` gives it.
        if let Err(error) = self.try_send_staged() {
            self.error.get_or_insert(error.into());
        }
    }

    fn try_send_staged(&mut self) -> io::Result<()> {
        let staged = self.staged.take();
        let mut rows = std::mem::take(&mut self.staged_rows);
        rows.check()?;
        for (at, candidate) in staged.iter().enumerate() {
            if !candidate.counts_alone() && !self.shared.events.insert(candidate.event()) {
                self.dropped.duplicates += 1;
            } else if candidate.counts_alone() || candidate.shared() == 0 {
                self.count(candidate, || rows.read(at))?;
            } else if candidate.is_target_copy() {
                self.waiting.push(*candidate);
                self.waiting_rows[0].push_row(&rows.read(at)?);
            } else if self.shared.sharings.insert(candidate.shared()) {
                self.count(candidate, || rows.read(at))?;
            } else {
                self.dropped.shared_copies += 1;
            }
        }
        Ok(())
    }
}

impl Collector for EventStream {
    type Mark = usize;

    fn take(&mut self, call: &Call<'_>, wanted: bool) {
        // The entry only says whether the call is asked about; rows go by their place.
        let entry = match wanted {
            true => Entry::of(call, 0, &mut self.interner),
            false => Entry::NONE,
        };
        self.staged.push(Candidate::new(call, entry, self.once));
        self.staged_rows.push(call, &mut self.text);
        if self.staged.len() == MAX_STAGED {
            self.sent += MAX_STAGED;
            self.send_staged();
        }
    }

    fn mark(&self) -> usize {
        self.sent + self.staged.mark()
    }

    fn rollback(&mut self, mark: usize) {
        if mark < self.sent {
            self.error.get_or_insert(StreamError::TakenBack);
        }
        let mark = mark.saturating_sub(self.sent);
        drop(self.staged.rollback(mark));
        self.staged_rows.truncate(mark);
    }

    fn end_file(&mut self, _file: Option<&File<'_>>, _coverage: &mut Coverage) {
        self.sent = 0;
        self.send_staged();
    }

    fn totals(&mut self) -> &mut Totals {
        &mut self.totals
    }

    fn merge(&mut self, mut other: EventStream) {
        let remap = self.interner.absorb(&other.interner);
        self.totals.absorb(other.totals, &remap);
        for candidate in &mut other.waiting {
            candidate.payload.renumber(&remap, |at| at);
        }
        self.error = self.error.take().or(other.error);
        self.waiting.append(&mut other.waiting);
        self.waiting_rows.append(&mut other.waiting_rows);
        self.dropped.duplicates += other.dropped.duplicates;
        self.dropped.shared_copies += other.dropped.shared_copies;
    }

    fn is_closed(&self) -> bool {
        self.shared.closed.load(Ordering::Relaxed)
    }
}

/// The sums over a stream that has ended.
pub struct Streamed {
    /// Nobody took the rows any more, and reading ended before its time.
    pub is_cut_short: bool,
    /// The summary, the coverage, and what gates ask.
    pub totals: Totals,
}
