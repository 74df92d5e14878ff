//! What is done with the calls of a run, whatever that is.
//!
//! Owns the face that a scan sees of whoever takes its calls. Refuses to know what becomes of them.

use std::ffi::OsStr;
use std::path::Path;

use super::coverage::Coverage;
use super::totals::Totals;
use crate::sts::{Call, TokenUse};

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
    /// Whether this file is to be read; asked before it is opened.
    fn wants_file(&mut self, _folder: &Path, _name: &OsStr) -> bool {
        true
    }
    /// The file is done with: nothing of it is taken back any more. `coverage` is the thread's so far, which a
    /// collector that keeps each file's own may take.
    fn end_file(&mut self, coverage: &mut Coverage);
    /// What is known of all calls together so far.
    fn totals(&mut self) -> &mut Totals;
    /// Takes in what another thread collected.
    fn merge(&mut self, other: Self);
    /// Whether there is no use in reading on.
    fn is_closed(&self) -> bool {
        false
    }
}
