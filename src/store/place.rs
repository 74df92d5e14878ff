//! Where a store is: the file that its names lead to, and what may not be one.

use std::path::{Path, PathBuf};

use super::error::StoreError;

/// The most links that are followed from one to the next, as on Linux.
const LINKS: usize = 40;

/// Refuses what is there and is no file, without opening it: a FIFO would be waited for.
pub(super) fn refuse_no_file(path: &Path) -> Result<(), StoreError> {
    match path.metadata() {
        Ok(what) if what.is_dir() => Err(StoreError::Folder(path.to_owned())),
        Ok(what) if !what.is_file() => Err(StoreError::NotAFile(path.to_owned())),
        _ => Ok(()),
    }
}

/// The name for SQLite, to which `file:a.db?mode=memory`, `:memory:` and an empty name are no files.
pub(super) fn for_sqlite(path: &Path) -> PathBuf {
    match path.is_absolute() {
        true => path.to_owned(),
        false => Path::new(".").join(path),
    }
}

/// The one name of a file, be it there or not, whatever links lead to it.
pub(super) fn canonical(path: &Path) -> PathBuf {
    let mut path = path.to_owned();
    for _ in 0..LINKS {
        if let Ok(canonical) = path.canonicalize() {
            return canonical;
        }
        let Ok(to) = path.read_link() else { break };
        path = folder_of(&path).join(to);
    }
    let folder = folder_of(&path).canonicalize();
    match (folder, path.file_name()) {
        (Ok(folder), Some(name)) => folder.join(name),
        _ => path,
    }
}

/// The folder that a file is in.
pub(super) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// The name with something behind it.
pub(super) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// Whether two names are of one file.
#[cfg(unix)]
pub(super) fn is_one_file(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    match (one.metadata(), other.metadata()) {
        (Ok(one), Ok(other)) => (one.dev(), one.ino()) == (other.dev(), other.ino()),
        _ => false,
    }
}

/// Whether two names are of one file. Where a file cannot be told by a number, links are not told.
#[cfg(not(unix))]
pub(super) fn is_one_file(one: &Path, other: &Path) -> bool {
    canonical(one) == canonical(other)
}
