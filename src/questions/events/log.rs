//! Every call that counts, in order of time.
//!
//! In memory there are 32 bytes for each call to count it once, 12 to sort it, and 2 that lead to its
//! row; the rows themselves go to a temporary file when they are many.

use std::cmp::{Ordering, Reverse};
use std::io;

use super::row::Row;
use super::row_store::RowStore;
use super::rows_ahead::{EventRows, read_ahead};
use crate::sts::{Call, Time};
use crate::tally::{
    Candidate, Candidates, Collector, Coverage, Entry, File, Interner, Staged, Totals,
};

/// Collects the rows of calls.
pub struct EventLog {
    once: bool,
    totals: Totals,
    interner: Interner,
    open: Candidates<Entry>,
    /// Rows that count for certain.
    survivors: Vec<Survivor>,
    stores: Vec<RowStore>,
    staged: Staged<Candidate<Entry>>,
    text: String,
}

/// A row that counts: when, and which. Of millions of them twelve bytes each, not twenty-four.
#[derive(Clone, Copy)]
#[repr(C, packed(4))]
struct Survivor {
    /// In milliseconds; before all others where it is not known.
    time: i64,
    row: u32,
}

impl Survivor {
    fn of(candidate: &Candidate<Entry>) -> Survivor {
        Survivor {
            time: candidate.time().map_or(i64::MIN, Time::millis),
            row: candidate.payload.at,
        }
    }
}

impl EventLog {
    /// An empty log. With `once` off, copies are rows of their own.
    pub fn new(once: bool) -> EventLog {
        EventLog {
            once,
            totals: Totals::default(),
            interner: Interner::default(),
            open: Candidates::default(),
            survivors: Vec::new(),
            stores: vec![RowStore::default()],
            staged: Staged::default(),
            text: String::new(),
        }
    }

    /// Decides what counts once, and orders the rows: the newest first, ties by event id.
    ///
    /// # Errors
    /// If the temporary file for the rows could not be written or read.
    pub fn finish(self) -> io::Result<Events> {
        let EventLog {
            mut totals,
            interner,
            open,
            mut survivors,
            mut stores,
            ..
        } = self;
        for store in &mut stores {
            store.check()?;
        }
        let stores = Stores(stores);
        // Copies that differ are rare, so their rows may be read back to order them.
        let by_content = |a: &Candidate<Entry>, b: &Candidate<Entry>| -> Ordering {
            let row = |candidate: &Candidate<Entry>| stores.read(candidate.payload.wanted()?).ok();
            let (one, other) = (row(a), row(b));
            one.is_none()
                .cmp(&other.is_none())
                .then_with(|| one.cmp(&other))
        };
        let dropped = open.resolve(by_content, |candidate| {
            if totals.add(candidate) {
                survivors.push(Survivor::of(candidate));
            }
        });
        totals.complete(dropped, &interner);
        survivors.sort_unstable_by_key(|one| Reverse(one.time));
        for same in survivors
            .chunk_by_mut(|a, b| { a.time } == { b.time })
            .filter(|same| same.len() > 1)
        {
            let mut rows = same
                .iter()
                .map(|one| Ok((stores.read(one.row)?, *one)))
                .collect::<io::Result<Vec<_>>>()?;
            rows.sort_unstable_by(|a, b| a.0.tie_breaker().cmp(&b.0.tie_breaker()));
            for (place, (_, one)) in same.iter_mut().zip(rows) {
                *place = one;
            }
        }
        Ok(Events {
            totals,
            survivors,
            stores,
        })
    }
}

impl Collector for EventLog {
    type Mark = usize;

    fn take(&mut self, call: &Call<'_>, wanted: bool) {
        let mut entry = Entry::NONE;
        if wanted {
            let store = &mut self.stores[0];
            let row = u32::try_from(store.len()).unwrap_or(Entry::FILTERED - 1);
            store.push(call, &mut self.text);
            entry = Entry::of(call, row, &mut self.interner);
        }
        self.staged.push(Candidate::new(call, entry, self.once));
    }

    fn mark(&self) -> usize {
        self.staged.mark()
    }

    fn rollback(&mut self, mark: usize) {
        // Their rows are still there, and nothing leads to them.
        drop(self.staged.rollback(mark));
    }

    fn end_file(&mut self, _file: Option<&File<'_>>, _coverage: &mut Coverage) {
        let (totals, open, survivors) = (&mut self.totals, &mut self.open, &mut self.survivors);
        self.staged.commit(|candidate| {
            if !candidate.counts_alone() {
                open.push(candidate);
            } else if totals.add(&candidate) {
                survivors.push(Survivor::of(&candidate));
            }
        });
    }

    fn totals(&mut self) -> &mut Totals {
        &mut self.totals
    }

    fn merge(&mut self, mut other: EventLog) {
        let remap = self.interner.absorb(&other.interner);
        self.totals.absorb(other.totals, &remap);
        let rows_before = self.stores.iter().map(RowStore::len).sum::<usize>() as u32;
        self.open
            .absorb(other.open, &remap, |row| row + rows_before);
        self.survivors
            .extend(other.survivors.iter().map(|one| Survivor {
                row: one.row + rows_before,
                ..*one
            }));
        self.stores.append(&mut other.stores);
    }
}

/// The rows of all threads, numbered through.
struct Stores(Vec<RowStore>);

impl Stores {
    fn read(&self, row: u32) -> io::Result<Row> {
        let mut at = row as usize;
        for store in &self.0 {
            if at < store.len() {
                return store.read(at);
            }
            at -= store.len();
        }
        Err(io::Error::other("a row that was never written"))
    }
}

/// Every call that counts, in order.
pub struct Events {
    /// The summary, the coverage, and what gates ask.
    pub totals: Totals,
    survivors: Vec<Survivor>,
    stores: Stores,
}

impl Events {
    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.survivors.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.survivors.is_empty()
    }

    /// Has `write` write the rows, the newest first, which another thread reads ahead of it. What cannot be
    /// read back from the temporary file is an error.
    pub fn write<T>(&self, write: impl FnOnce(EventRows<'_>) -> T) -> T {
        let rows = self.survivors.iter().map(|one| self.stores.read(one.row));
        read_ahead(rows, write)
    }
}
