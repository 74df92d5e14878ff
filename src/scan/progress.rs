//! How far a scan has come, for whoever watches it from another thread.

use std::sync::atomic::{AtomicU64, AtomicUsize};

/// How far a scan has come; read by whoever shows it.
#[derive(Debug, Default)]
pub struct Progress {
    /// Files found.
    pub found: AtomicU64,
    /// Files done with, read or not.
    pub done: AtomicU64,
    /// Bytes read from files.
    pub bytes: AtomicU64,
    /// Requests to S3.
    pub requests: AtomicU64,
    /// Reads of S3 that are in flight.
    pub in_flight: AtomicU64,
    /// Folders that are not listed yet.
    pub folders: AtomicUsize,
}
