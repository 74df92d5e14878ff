//! What a scan asks of the ledger before it opens a file.

use std::sync::atomic::{AtomicU64, Ordering};

use super::ledger::{Known, Ledger};
use super::names::of_object;
use crate::input::{Object, Trailer, Version};
use crate::scan;

/// What a run asks before it opens a file, and how often the answer was that it need not.
pub(in crate::store) struct Seen<'l> {
    ledger: &'l Ledger,
    not_opened: AtomicU64,
}

impl<'l> Seen<'l> {
    pub fn new(ledger: &'l Ledger) -> Seen<'l> {
        Seen {
            ledger,
            not_opened: AtomicU64::new(0),
        }
    }

    /// What is known of an object. Whoever names it wants it read, though a walk has passed it by for its folder.
    fn known(&self, object: &Object<'_>) -> Option<Known> {
        let (folder, name) = of_object(object);
        let known = self.ledger.file(&folder, &name)?;
        let is_wanted = || object.was_named && object.folder.says_no_log(object.name);
        (!known.is_no_log || !is_wanted()).then_some(known)
    }

    /// Files that were not opened.
    pub fn not_opened(self) -> u64 {
        self.not_opened.into_inner()
    }
}

impl scan::Known for Seen<'_> {
    fn version(&self, object: &Object<'_>) -> Option<Version> {
        if self.ledger.is_empty() {
            return None;
        }
        self.known(object).map(|known| known.version)
    }

    fn note_known(&self) {
        self.not_opened.fetch_add(1, Ordering::Relaxed);
    }

    fn is_known_content(&self, object: &Object<'_>, version: Version, trailer: Trailer) -> bool {
        if self.ledger.is_empty() {
            return false;
        }
        let (folder, name) = of_object(object);
        self.known(object)
            .is_some_and(|known| known.has_content(version, trailer))
            || (self.ledger.copied(&folder, &name, version, trailer)).is_some()
    }
}
