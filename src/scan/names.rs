//! The names of files, of which nothing else is wanted.
//!
//! As long as a run comes to no digest, it notes no names: most archives have none. Where digests turn up
//! after logs were read, the folders are listed once more. That takes a microsecond or two a file.

use std::ffi::OsStr;
use std::path::Path;
use std::sync::Arc;

use super::settings::Scan;
use crate::input::{self, Folder, Found, Links, Named, Paths};
use crate::tally::Evidence;

/// The names of all that was named on this machine, except what is pruned.
pub(super) fn of(scan: &Scan, paths: &Paths) -> Evidence {
    let links = Links::of(paths);
    let mut evidence = Evidence::default();
    let mut folders = Vec::new();
    let mut here = Arc::new(Folder::new(Default::default()));
    for named in &paths.named {
        match named {
            Named::Folder(folder) => folders.push(folder.clone()),
            Named::File(path) => {
                let folder = path.parent().unwrap_or(Path::new(""));
                if here.path() != folder {
                    here = Arc::new(Folder::new(folder.to_owned()));
                }
                if let Some(name) = path.file_name() {
                    see(scan, &here, name, &mut evidence);
                }
            }
            Named::StandardInput | Named::Unreadable(..) => {}
        }
    }
    while let Some(folder) = folders.pop() {
        let folder = Arc::new(Folder::new(folder));
        input::read_directory(&folder, &links, |found| match found {
            Found::Folder(path) => folders.push(path),
            Found::File(name) => see(scan, &folder, name, &mut evidence),
            // What cannot be listed was damaged when it was to be read.
            Found::Skipped(..) | Found::Unreadable(..) => {}
        });
    }
    evidence
}

fn see(scan: &Scan, folder: &Arc<Folder>, name: &OsStr, evidence: &mut Evidence) {
    let is_pruned = || folder.pruned_by(&scan.pruning).is_some();
    if let Some(text) = name.to_str()
        && !folder.is_digest(name)
        && !is_pruned()
    {
        evidence.see(folder, text, false);
    }
}
