//! Where a file is, told when something has to be said of it.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// A file's folder and its name in it. Put together only for a message: most files need none.
#[derive(Clone, Copy)]
pub(super) struct Location<'p> {
    pub folder: &'p Path,
    pub name: &'p OsStr,
}

impl Location<'_> {
    pub fn path(&self) -> PathBuf {
        self.folder.join(self.name)
    }
}

impl<'p> From<&'p Path> for Location<'p> {
    fn from(path: &'p Path) -> Self {
        Location {
            folder: Path::new(""),
            name: path.as_os_str(),
        }
    }
}
