//! A tally that traces tokens besides: for a plan that is to say which tokens of the global endpoint
//! were used where those of version 1 are not valid.

use super::tokens::{self, TokenTrace, Tokens};
use super::{AnyQuestion, Report, Tally};
use crate::sts::{Call, TokenUse};
use crate::tally::{Collector, Coverage, File, Terms, Totals};

/// Sums up calls for a plan, and traces the tokens they were given. A scan has to be told to read
/// what was done with them: see [`Scan::trace`](crate::Scan::trace).
pub struct Traced {
    tally: Tally,
    tokens: Tokens,
}

impl Traced {
    /// An empty tally. With `once` off, copies of calls are counted, too; tokens never are.
    pub fn new(terms: &Terms, once: bool) -> Traced {
        Traced {
            tally: Tally::of(AnyQuestion::Plan, terms, once),
            tokens: Tokens::default(),
        }
    }

    /// Decides what counts once and which tokens were used, and sums up.
    pub fn finish(self) -> (Report, TokenTrace) {
        let report = self.tally.finish();
        let trace = self
            .tokens
            .finish(report.interner(), &report.totals.coverage);
        (report, trace)
    }
}

impl Collector for Traced {
    type Mark = (usize, tokens::Mark);

    fn take(&mut self, call: &Call<'_>, wanted: bool) {
        self.tally.take(call, wanted);
        let interner = self.tally.interner();
        self.tokens.issue(call, wanted, interner);
    }

    fn take_use(&mut self, used: &TokenUse<'_>) {
        let interner = self.tally.interner();
        self.tokens.take_use(used, interner);
    }

    fn mark(&self) -> Self::Mark {
        (self.tally.mark(), self.tokens.mark())
    }

    fn rollback(&mut self, (of_tally, of_tokens): Self::Mark) {
        self.tally.rollback(of_tally);
        self.tokens.rollback(of_tokens);
    }

    fn end_file(&mut self, file: Option<&File<'_>>, coverage: &mut Coverage) {
        self.tally.end_file(file, coverage);
        self.tokens.end_file(self.tally.interner());
    }

    fn totals(&mut self) -> &mut Totals {
        self.tally.totals()
    }

    fn merge(&mut self, other: Traced) {
        // Else the calls of a thread would be lost without a word.
        let remap =
            (self.tally.absorb(other.tally)).expect("the threads of one run ask the same question");
        let interner = self.tally.interner();
        self.tokens.absorb(other.tokens, &remap, interner);
    }
}
