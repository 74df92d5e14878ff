//! What is wrong inside a record, and where.

/// What is wrong inside a record whose bounds are sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordError {
    /// Where, in bytes from the record's first.
    pub at: usize,
    /// What is there.
    pub what: &'static str,
}

impl RecordError {
    pub(crate) fn new(at: usize, what: &'static str) -> RecordError {
        RecordError { at, what }
    }
}
