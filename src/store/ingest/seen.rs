//! What a scan asks of the ledger before it opens a file.

use std::sync::atomic::{AtomicU64, Ordering};

use super::ledger::Ledger;
use super::names::of_object;
use crate::input::{Object, Trailer, Version};
use crate::scan;

/// What a run asks before it opens a file, and how often the answer was that it need not.
pub(in crate::store) struct Seen<'l> {
    ledger: &'l Ledger,
    known: AtomicU64,
}

impl<'l> Seen<'l> {
    pub fn new(ledger: &'l Ledger) -> Seen<'l> {
        Seen {
            ledger,
            known: AtomicU64::new(0),
        }
    }

    /// Files that were not opened.
    pub fn known(self) -> u64 {
        self.known.into_inner()
    }
}

impl scan::Known for Seen<'_> {
    fn version(&self, object: &Object<'_>) -> Option<Version> {
        if self.ledger.is_empty() {
            return None;
        }
        let (folder, name) = of_object(object);
        let known = self.ledger.file(&folder, &name);
        known.map(|known| known.version)
    }

    fn note_known(&self) {
        self.known.fetch_add(1, Ordering::Relaxed);
    }

    fn is_known_content(&self, object: &Object<'_>, version: Version, trailer: Trailer) -> bool {
        if self.ledger.is_empty() {
            return false;
        }
        let (folder, name) = of_object(object);
        let known = self.ledger.file(&folder, &name);
        known.is_some_and(|known| known.has_content(version, trailer))
            || (self.ledger.copied(&folder, &name, version, trailer)).is_some()
    }
}
