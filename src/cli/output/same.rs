//! Whether two names are of one file, through whatever links.

use std::path::Path;

/// Whether both paths lead to one file.
pub(in crate::cli) fn same_file(one: &Path, other: &Path) -> bool {
    let canonical = |path: &Path| path.canonicalize().ok();
    canonical(one).is_some_and(|one| canonical(other) == Some(one))
}
