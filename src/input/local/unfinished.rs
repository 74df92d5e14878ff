//! Results that are not finished, under names of their own beside their place.
//!
//! Whoever writes one holds a lock on it. One that nobody holds was left by a run that was killed.

use std::ffi::OsStr;
use std::fs::{self, File, TryLockError};
use std::path::Path;

/// How the names of results begin and end that are not finished.
pub const PARTIAL: (&str, &str) = (".stscope-", ".part");

/// Whether this is the name of one.
pub(super) fn is_partial(name: &OsStr) -> bool {
    let name = name.as_encoded_bytes();
    name.starts_with(PARTIAL.0.as_bytes()) && name.ends_with(PARTIAL.1.as_bytes())
}

/// Whether somebody is writing into it. Where files cannot be locked, nobody knows.
pub(super) fn is_held(file: &Path) -> bool {
    // A pipe of this name would be waited for.
    let is_file = fs::symlink_metadata(file).is_ok_and(|metadata| metadata.is_file());
    is_file
        && File::open(file)
            .is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
}

/// Removes what killed runs have left in a folder. What cannot be removed stays: it is in nobody's way.
pub fn remove_left_over(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        if is_partial(&entry.file_name()) && entry.file_type().is_ok_and(|kind| kind.is_file()) {
            let path = entry.path();
            // Held until it is gone: a run that has made it a moment ago waits for the lock, and
            // sees then that it has to make another.
            if let Ok(file) = File::open(&path)
                && file.try_lock().is_ok()
            {
                let _ = fs::remove_file(&path);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_nobody_holds_is_removed() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        for name in [
            ".stscope-held.part",
            ".stscope-left.part",
            ".stscope-x",
            "a.part",
        ] {
            fs::write(path(name), "x").unwrap();
        }
        let held = File::open(path(".stscope-held.part")).unwrap();
        held.lock().unwrap();
        assert!(is_held(&path(".stscope-held.part")));
        assert!(!is_held(&path(".stscope-left.part")) && !is_held(&path("none")));
        remove_left_over(dir.path());
        let is_there = |name: &str| path(name).exists();
        assert!(!is_there(".stscope-left.part"));
        assert!(
            [".stscope-held.part", ".stscope-x", "a.part"]
                .into_iter()
                .all(is_there)
        );
    }
}
