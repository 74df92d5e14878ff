//! Globs over names of AWS's: of principals, hosts, Regions.

pub use glob::Pattern as Glob;

use crate::globs::in_its_signs;

/// Reads a glob in which `*` crosses `/` and `:`. Runs of `*` mean what one of them does, and `[^a]` what
/// `[!a]` does.
///
/// # Errors
/// What is wrong with the pattern.
pub fn glob(text: &str) -> Result<Glob, glob::PatternError> {
    let mut pattern = String::with_capacity(text.len());
    for c in in_its_signs(text).chars() {
        if !(c == '*' && pattern.ends_with('*')) {
            pattern.push(c);
        }
    }
    Glob::new(&pattern)
}

/// Whether something else than itself can match it.
pub(crate) fn has_wildcards(pattern: &str) -> bool {
    pattern.contains(['*', '?', '['])
}
