//! What was asked of S3, for coverage and progress.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};

/// What was asked. A request that was tried again counts each time, as it does on the bill.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Requests {
    /// Pages of listings, and what had to be asked to find a bucket's Region.
    pub list: u64,
    /// Objects.
    pub get: u64,
    /// Those among the two that were asked again after a fault.
    pub retried: u64,
}

/// What is going on, for a line of progress.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Activity {
    /// What was asked so far.
    pub requests: Requests,
    /// Objects that are being read now.
    pub in_flight: usize,
    /// Objects read so far: the rate is what this has grown by in a second.
    pub objects: u64,
    /// Bytes of them.
    pub bytes: u64,
}

#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) list: AtomicU64,
    pub(super) get: AtomicU64,
    pub(super) retried: AtomicU64,
    pub(super) in_flight: AtomicUsize,
    pub(super) objects: AtomicU64,
    pub(super) bytes: AtomicU64,
}

impl Counters {
    pub(super) fn requests(&self) -> Requests {
        Requests {
            list: self.list.load(Relaxed),
            get: self.get.load(Relaxed),
            retried: self.retried.load(Relaxed),
        }
    }

    pub(super) fn activity(&self) -> Activity {
        Activity {
            requests: self.requests(),
            in_flight: self.in_flight.load(Relaxed),
            objects: self.objects.load(Relaxed),
            bytes: self.bytes.load(Relaxed),
        }
    }
}
