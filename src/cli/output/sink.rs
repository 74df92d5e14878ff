//! A place for a result, together with how it is written.

use super::{Output, Writing};
use crate::cli::exit::Failure;
use crate::report::Page;

/// Where one page goes, opened before the long work.
pub(in crate::cli) struct Sink {
    pub writing: Writing,
    pub output: Output,
}

impl Sink {
    pub fn write(self, page: Page<'_>) -> Result<(), Failure> {
        self.writing.write(page, self.output)
    }
}
