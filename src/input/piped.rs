//! A manifest that comes with contents, through a pipe.
//!
//! Owns that it is read once, and the number by which one such reading is told from another. What its
//! lines mean, `manifest` says.

use std::fmt;
use std::io::BufRead;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use siphasher::sip::SipHasher13;

/// A manifest with contents, which is read once.
pub struct Piped {
    /// Where it comes from.
    pub from: Mutex<Box<dyn BufRead + Send>>,
    /// A number of the paths on it, whatever their order.
    number: AtomicU64,
}

impl Piped {
    pub(super) fn of(from: Box<dyn BufRead + Send>) -> Piped {
        Piped {
            from: Mutex::new(from),
            number: AtomicU64::new(0),
        }
    }

    /// A number of a path.
    pub fn number_of(path: &str) -> u64 {
        SipHasher13::new().hash(path.as_bytes())
    }

    /// Notes a path that is on it, by its number.
    pub fn note(&self, number: u64) {
        self.number.fetch_add(number, Ordering::Relaxed);
    }

    /// A number of the paths that were read, whatever their order.
    pub fn number(&self) -> u64 {
        self.number.load(Ordering::Relaxed)
    }
}

impl fmt::Debug for Piped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Piped").finish_non_exhaustive()
    }
}
