//! Every call that counts, in order of time.
//!
//! In memory there are 48 bytes for each call to count it once, and some 24 to sort it; the rows
//! themselves go to a temporary file when they are many.

use std::cmp::{Ordering, Reverse};
use std::io;
use std::sync::{Mutex, PoisonError};

use super::claims::{Claim, Claims};
use super::rows::{Row, RowStore};
use super::totals::Totals;
use super::{Collector, Coverage};
use crate::sts::{Call, Time};

/// Collects the rows of calls.
pub struct EventLog {
    once: bool,
    totals: Totals,
    open: Claims,
    /// Rows that count for certain.
    standing: Vec<Standing>,
    stores: Vec<RowStore>,
    staged: Vec<Claim>,
    scratch: String,
}

/// A row that counts: when, and which.
#[derive(Clone, Copy)]
struct Standing {
    time: Option<Time>,
    row: u32,
}

impl Standing {
    fn of(claim: &Claim) -> Standing {
        Standing {
            time: claim.time(),
            row: claim.slot,
        }
    }
}

impl EventLog {
    /// An empty log. With `once` off, copies are rows of their own.
    pub fn new(once: bool) -> EventLog {
        EventLog {
            once,
            totals: Totals::default(),
            open: Claims::default(),
            standing: Vec::new(),
            stores: vec![RowStore::default()],
            staged: Vec::new(),
            scratch: String::new(),
        }
    }

    /// Decides what counts once, and orders the rows: the newest first, ties by event id.
    ///
    /// # Errors
    /// If the temporary file for the rows could not be written or read.
    pub fn finish(self) -> io::Result<Events> {
        let EventLog {
            mut totals,
            open,
            mut standing,
            mut stores,
            ..
        } = self;
        for store in &mut stores {
            store.check()?;
        }
        let stores = Mutex::new(Stores(stores));
        // Copies that differ are rare, so their rows may be read back to order them.
        let by_content = |a: &Claim, b: &Claim| -> Ordering {
            let row = |claim: &Claim| {
                let wanted = claim.slot != Claim::FILTERED;
                let mut stores = stores.lock().unwrap_or_else(PoisonError::into_inner);
                wanted.then(|| stores.read(claim.slot).ok()).flatten()
            };
            let (one, other) = (row(a), row(b));
            one.is_none()
                .cmp(&other.is_none())
                .then_with(|| one.cmp(&other))
        };
        let dropped = open.settle(by_content, |claim| {
            if totals.add(claim) {
                standing.push(Standing::of(claim));
            }
        });
        totals.complete(dropped);
        let mut stores = stores.into_inner().unwrap_or_else(PoisonError::into_inner);
        standing.sort_unstable_by_key(|one| Reverse(one.time));
        for same in standing
            .chunk_by_mut(|a, b| a.time == b.time)
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
            standing,
            stores,
        })
    }
}

impl Collector for EventLog {
    type Mark = usize;

    fn take(&mut self, call: &Call<'_>, wanted: bool) {
        let slot = wanted.then(|| {
            let store = &mut self.stores[0];
            let row = u32::try_from(store.len()).unwrap_or(Claim::FILTERED - 1);
            store.push(call, &mut self.scratch);
            row
        });
        self.staged.push(self.totals.claim(call, slot, self.once));
    }

    fn mark(&self) -> usize {
        self.staged.len()
    }

    fn rollback(&mut self, mark: usize) {
        // Their rows stay behind, and nothing leads to them.
        self.staged.truncate(mark);
    }

    fn end_file(&mut self, _coverage: &mut Coverage) {
        for claim in self.staged.drain(..) {
            if !claim.stands_alone() {
                self.open.push(claim);
            } else if self.totals.add(&claim) {
                self.standing.push(Standing::of(&claim));
            }
        }
    }

    fn totals(&mut self) -> &mut Totals {
        &mut self.totals
    }

    fn merge(&mut self, mut other: EventLog) {
        let renumbering = self.totals.absorb(other.totals);
        let rows_before = self.stores.iter().map(RowStore::len).sum::<usize>() as u32;
        self.open
            .absorb(other.open, &renumbering, |row| row + rows_before);
        self.standing
            .extend(other.standing.iter().map(|one| Standing {
                row: one.row + rows_before,
                ..*one
            }));
        self.stores.append(&mut other.stores);
    }
}

/// The rows of all threads, numbered through.
struct Stores(Vec<RowStore>);

impl Stores {
    fn read(&mut self, row: u32) -> io::Result<Row> {
        let mut at = row as usize;
        for store in &mut self.0 {
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
    standing: Vec<Standing>,
    stores: Stores,
}

impl Events {
    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.standing.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.standing.is_empty()
    }

    /// The rows, the newest first. What cannot be read back from the temporary file is an error.
    pub fn rows(&mut self) -> impl Iterator<Item = io::Result<Row>> {
        let stores = &mut self.stores;
        self.standing.iter().map(|one| stores.read(one.row))
    }
}
