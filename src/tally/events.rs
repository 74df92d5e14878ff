//! Every call that counts, in order of time.
//!
//! In memory there are 48 bytes for each call to count it once, and some 24 to sort it; the rows
//! themselves go to a temporary file when they are many.

use std::cmp::{Ordering, Reverse};
use std::io;
use std::sync::{Mutex, PoisonError};

use super::claims::{Claim, Claims};
use super::coverage::Coverage;
use super::rows::{Row, RowStore};
use super::sums::{Offender, Summary, Sums};
use super::symbols::{Symbol, Symbols};
use super::{Collector, can_judge_global_calls};
use crate::sts::{Call, Endpoint, Time};

/// Collects the rows of calls.
pub struct EventLog {
    once: bool,
    /// The principals, for the sums.
    symbols: Symbols,
    sums: Sums,
    open: Claims,
    /// Rows that count for certain.
    standing: Vec<Standing>,
    stores: Vec<RowStore>,
    coverage: Coverage,
    saw_us_east_1: bool,
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
            symbols: Symbols::default(),
            sums: Sums::default(),
            open: Claims::default(),
            standing: Vec::new(),
            stores: vec![RowStore::default()],
            coverage: Coverage::default(),
            saw_us_east_1: false,
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
            symbols,
            mut sums,
            open,
            mut standing,
            mut stores,
            mut coverage,
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
            if sums.add(claim) {
                standing.push(Standing::of(claim));
            }
        });
        sums.complete(&mut coverage, dropped);
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
        let (summary, saw_us_east_1) = (sums.summary(), self.saw_us_east_1);
        Ok(Events {
            summary,
            coverage,
            standing,
            stores,
            symbols,
            sums,
            saw_us_east_1,
        })
    }
}

impl Collector for EventLog {
    type Mark = usize;

    fn take(&mut self, call: &Call<'_>, wanted: bool) {
        let (slot, principal) = if wanted {
            let store = &mut self.stores[0];
            let row = u32::try_from(store.len()).unwrap_or(Claim::FILTERED - 1);
            store.push(call, &mut self.scratch);
            (row, self.symbols.intern(call.principal()).raw())
        } else {
            (Claim::FILTERED, Symbol::ABSENT.raw())
        };
        self.staged
            .push(Claim::new(call, slot, principal, self.once));
    }

    fn mark(&self) -> usize {
        self.staged.len()
    }

    fn rollback(&mut self, mark: usize) {
        // Their rows stay behind, and nothing leads to them.
        self.staged.truncate(mark);
    }

    fn end_file(&mut self) {
        for claim in self.staged.drain(..) {
            if !claim.stands_alone() {
                self.open.push(claim);
            } else if self.sums.add(&claim) {
                self.standing.push(Standing::of(&claim));
            }
        }
    }

    fn coverage(&mut self) -> &mut Coverage {
        &mut self.coverage
    }

    fn see_us_east_1(&mut self) {
        self.saw_us_east_1 = true;
    }

    fn merge(&mut self, mut other: EventLog) {
        let renumbering = self.symbols.absorb(&other.symbols);
        let rows_before = self.stores.iter().map(RowStore::len).sum::<usize>() as u32;
        for claim in other
            .open
            .iter_mut()
            .filter(|claim| claim.slot != Claim::FILTERED)
        {
            claim.slot += rows_before;
            claim.principal = renumbering.of(Symbol::from_raw(claim.principal)).raw();
        }
        self.open.append(other.open);
        self.standing
            .extend(other.standing.iter().map(|one| Standing {
                row: one.row + rows_before,
                ..*one
            }));
        self.stores.append(&mut other.stores);
        self.sums.absorb(other.sums, &renumbering);
        self.coverage += other.coverage;
        self.saw_us_east_1 |= other.saw_us_east_1;
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
    /// The sums over them.
    pub summary: Summary,
    /// What was read.
    pub coverage: Coverage,
    standing: Vec<Standing>,
    stores: Stores,
    symbols: Symbols,
    sums: Sums,
    saw_us_east_1: bool,
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

    /// See [`super::Report::can_judge_global_calls`].
    pub fn can_judge_global_calls(&self) -> bool {
        can_judge_global_calls(self.saw_us_east_1, &self.coverage)
    }

    /// See [`super::Report::offenders`].
    pub fn offenders(&self, endpoint: Endpoint<'_>) -> Vec<Offender<'_>> {
        self.sums.offenders(&self.symbols, endpoint)
    }
}
