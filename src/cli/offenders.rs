//! Principals that a gate is about: who is allowed, and how the others are named.

use std::path::Path;

use super::exit::Failure;
use super::messages::line;
use crate::input::lines;
use crate::report::{count, escape::for_terminal, plural};
use crate::shown::Shown;
use crate::tally::{Glob, Offender, glob};

/// The most offenders that are named.
const MAX_NAMED: usize = 20;

/// The principals that the gates ignore.
#[derive(Default)]
pub(super) struct Allowed(Vec<Glob>);

impl Allowed {
    /// Reads a file with one glob a line.
    pub fn read(path: &Path) -> Result<Allowed, Failure> {
        let fail = |what: String| Failure::new(format!("--allow {}: {what}", Shown::path(path)));
        let globs: Result<Vec<Glob>, Failure> = lines(path)
            .map_err(|error| fail(format!("{error}; give a file with one glob a line")))?
            .iter()
            // Comments after a glob.
            .map(|line| without_comment(line).trim())
            .filter(|line| !line.is_empty())
            .map(|line| {
                glob(line).map_err(|error| {
                    fail(format!(
                        "'{line}' is not a glob ({error}); write a literal [ as [[]"
                    ))
                })
            })
            .collect();
        Ok(Allowed(globs?))
    }

    pub fn allows(&self, principal: &str) -> bool {
        self.0.iter().any(|glob| glob.matches(principal))
    }
}

/// A line up to a `#` at the beginning of a word.
fn without_comment(line: &str) -> &str {
    let mut signs = line.match_indices('#').map(|(at, _)| &line[..at]);
    let before = signs.find(|before| before.chars().next_back().is_none_or(char::is_whitespace));
    before.unwrap_or(line)
}

/// Names those with the most calls.
pub(super) fn tell_offenders(offenders: &[Offender<'_>]) {
    for offender in offenders.iter().take(MAX_NAMED) {
        line(&format!(
            "  {:>9}  {}",
            count(offender.calls),
            for_terminal(offender.principal)
        ));
    }
    let unnamed = offenders.len().saturating_sub(MAX_NAMED) as u64;
    if unnamed > 0 {
        line(&format!(
            "  and {} more {}",
            count(unnamed),
            plural(unnamed, "principal")
        ));
    }
}
