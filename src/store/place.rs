//! Where a store is: the one file that its names lead to, and the files next to it.
//!
//! Refuses to know what is in it.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::tables::schema::APPLICATION_ID;
use crate::input::one_name;
use crate::scan::SQLITE;

/// The ending of the name of a lock.
pub(super) const LOCK: &str = ".lock";

/// What follows the name of a store in those of the files next to it.
const BESIDE: [&str; 4] = [LOCK, "-journal", "-wal", "-shm"];

/// Whether a file is a store, or has the name of one that belongs to a store: nothing else may take
/// its place, whether it exists at the moment or not.
pub fn is_of_a_store(path: &Path) -> bool {
    let path = one_name(path);
    let name = path.as_os_str().to_string_lossy();
    let mut stores = BESIDE.iter().filter_map(|ending| name.strip_suffix(ending));
    is_store(&path) || stores.any(|store| is_store(Path::new(store)))
}

/// Whether a file begins as a store does.
fn is_store(path: &Path) -> bool {
    let mut head = [0; 72];
    let is_file = path.metadata().is_ok_and(|metadata| metadata.is_file());
    let mut read = || File::open(path)?.read_exact(&mut head);
    is_file
        && read().is_ok()
        && head.starts_with(SQLITE)
        && i64::from(u32::from_be_bytes([head[68], head[69], head[70], head[71]])) == APPLICATION_ID
}

/// The name to give to SQLite, for which `file:a.db?mode=memory`, `:memory:` and an empty name are not files.
pub(super) fn for_sqlite(path: &Path) -> PathBuf {
    match path.is_absolute() {
        true => path.to_owned(),
        false => Path::new(".").join(path),
    }
}

/// The name with an ending after it.
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

/// Whether two names are of one file. Without file numbers, hard links are not recognised.
#[cfg(not(unix))]
pub(super) fn is_one_file(one: &Path, other: &Path) -> bool {
    one_name(one) == one_name(other)
}
