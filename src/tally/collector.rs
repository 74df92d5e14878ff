//! What is done with the calls of a run, whatever that is.
//!
//! Owns the face that a scan sees of whoever takes its calls. Refuses to know what becomes of them.

use super::coverage::Coverage;
use super::totals::Totals;
use crate::input::{Object, Trailer, Version};
use crate::sts::{Call, TokenUse};

/// A file that was opened, or could not be.
#[derive(Debug)]
pub struct File<'f> {
    /// What it is known by.
    pub object: &'f Object<'f>,
    /// Its version before it was opened, if somebody keeps it in mind.
    pub version: Option<Version>,
    /// What is at its end, if somebody keeps it in mind and it was read so far.
    pub trailer: Option<Trailer>,
}

/// What is done with the calls of a run. One collector works on each thread; in the end they are
/// merged into one.
pub trait Collector: Send + Sized {
    /// A place in the sequence of calls.
    type Mark: Copy;
    /// Takes a call. `wanted` says whether the filters that act after counting once let it pass.
    fn take(&mut self, call: &Call<'_>, wanted: bool);
    /// Takes a record of any service that shows a token in use, if the scan traces tokens. STS calls
    /// come here besides.
    fn take_use(&mut self, _used: &TokenUse<'_>) {}
    /// The place after the last call.
    fn mark(&self) -> Self::Mark;
    /// Takes back every call and use since `mark`, which was made in the same file.
    fn rollback(&mut self, mark: Self::Mark);
    /// The file is done with: nothing of it is taken back any more. `file` is what was opened; `None` for
    /// what was only counted. `coverage` is the thread's so far, which a collector that keeps each file's
    /// own may take.
    fn end_file(&mut self, file: Option<&File<'_>>, coverage: &mut Coverage);
    /// What is known of all calls together so far.
    fn totals(&mut self) -> &mut Totals;
    /// Takes in what another thread collected.
    fn merge(&mut self, other: Self);
    /// Whether there is no use in reading on.
    fn is_closed(&self) -> bool {
        false
    }
}
