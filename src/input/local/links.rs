//! Symbolic links: they are followed, but every file is given once.
//!
//! A link to something that is walked anyway, or was given through another link, is passed over, so
//! links cannot make loops or double counts.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::input::Paths;
use crate::input::folder::{Folder, Found, Skip, is_in_named_service, is_read_in_a_walk};
use crate::input::names::is_hidden;

/// What the symbolic links of a walk lead to, so that nothing is walked twice.
#[derive(Debug, Default)]
pub struct Links {
    named: NamedFiles,
    targets: Mutex<Targets>,
    /// Whether files are given in another way, and whether a link led to a folder that may have them,
    /// too. Most walks have not both, and ask nobody for each file.
    has_files: AtomicBool,
    has_folders: AtomicBool,
}

/// Files that were named, in folders that are walked: they are read for themselves, as a walk passes them by.
#[derive(Debug, Default)]
struct NamedFiles {
    paths: HashSet<PathBuf>,
    /// Of a file that is called otherwise, nobody asks where it is.
    names: HashSet<OsString>,
}

impl NamedFiles {
    fn of(paths: &Paths) -> NamedFiles {
        let roots: HashSet<&Path> = paths.roots.iter().map(PathBuf::as_path).collect();
        let is_walked = |file: &&PathBuf| file.ancestors().any(|above| roots.contains(above));
        let files: HashSet<PathBuf> = paths.files.iter().filter(is_walked).cloned().collect();
        let names = files.iter().filter_map(|file| file.file_name());
        NamedFiles {
            names: names.map(OsStr::to_owned).collect(),
            paths: files,
        }
    }
}

#[derive(Debug, Default)]
struct Targets {
    /// The folders the walk began at, in full.
    roots: Vec<PathBuf>,
    /// Those of other services that were named.
    services: Vec<PathBuf>,
    /// Folders outside of them that links led to.
    folders: HashSet<PathBuf>,
    /// Files outside of them that links led to, or that were named.
    files: HashSet<PathBuf>,
}

impl Links {
    /// For a walk of what was named, while the files among it are read for themselves.
    pub fn of(paths: &Paths) -> Links {
        Links {
            named: NamedFiles::of(paths),
            has_files: AtomicBool::new(!paths.files.is_empty()),
            has_folders: AtomicBool::new(false),
            targets: Mutex::new(Targets {
                roots: paths.roots.clone(),
                services: paths.services.clone(),
                files: paths.files.clone(),
                ..Targets::default()
            }),
        }
    }

    fn targets(&self) -> std::sync::MutexGuard<'_, Targets> {
        self.targets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a file of a folder was named, and is read for itself.
    pub(super) fn was_named(&self, folder: &Path, name: &OsStr) -> bool {
        self.named.names.contains(name)
            && fs::canonicalize(folder)
                .is_ok_and(|folder| self.named.paths.contains(&folder.join(name)))
    }

    /// What a link leads to; `None` if that is walked anyway.
    pub(super) fn follow<'n>(&self, folder: &Folder, name: &'n OsStr) -> Option<Found<'n>> {
        let link = folder.path().join(name);
        // What leads nowhere may have led to a folder, whatever its name.
        let target = match fs::canonicalize(&link).and_then(|t| Ok((fs::metadata(&t)?, t))) {
            Ok(target) => target,
            Err(error) => return Some(Found::Unreadable(link, error)),
        };
        let (metadata, target) = target;
        let mut targets = self.targets();
        if metadata.is_dir() {
            let is_new = !targets.is_walked(&target) && targets.folders.insert(target);
            self.has_folders.fetch_or(is_new, Ordering::Relaxed);
            return is_new.then_some(Found::Folder(link));
        }
        if !metadata.is_file() {
            return Some(Found::Skipped(name, Skip::NotAFile));
        }
        if self.named.paths.contains(&target) {
            return None;
        }
        let skip = folder.skips(name);
        if let Some(skip) = skip.filter(|skip| !targets.name_service(folder, *skip)) {
            return Some(Found::Skipped(name, skip));
        }
        let given_anyway =
            targets.is_walked(&target) && is_read_in_a_walk(&target, &targets.services);
        let is_new = !given_anyway && targets.files.insert(target);
        // A folder entered later has the lock after this, and sees it.
        self.has_files.fetch_or(is_new, Ordering::Relaxed);
        is_new.then_some(Found::File(name))
    }

    /// Whether files of a folder would be skipped for the service in its key, which somebody has named.
    pub(super) fn name_service(&self, folder: &Folder, skip: Skip) -> bool {
        self.targets().name_service(folder, skip)
    }

    /// Whether a file that was found is given in another way: a link to it was followed, or it was
    /// named, before a link led to a folder around it.
    pub(super) fn was_given(&self, folder: &Path, name: &OsStr) -> bool {
        self.has_files.load(Ordering::Relaxed)
            && self.has_folders.load(Ordering::Relaxed)
            && fs::canonicalize(folder)
                .is_ok_and(|folder| self.targets().files.contains(&folder.join(name)))
    }

    /// Whether a folder that was found in the walk is walked in its own right. Only once a link
    /// has led outside can that be.
    pub(super) fn was_entered(&self, folder: &Path) -> bool {
        let targets = self.targets();
        !targets.folders.is_empty()
            && fs::canonicalize(folder).is_ok_and(|folder| {
                targets.folders.contains(&folder) || targets.roots.contains(&folder)
            })
    }
}

impl Targets {
    fn name_service(&self, folder: &Folder, skip: Skip) -> bool {
        if skip != Skip::OtherService || !folder.is_of_another_service() {
            return false;
        }
        !self.services.is_empty()
            && fs::canonicalize(folder.path())
                .is_ok_and(|folder| is_in_named_service(&folder, &self.services))
    }

    fn is_walked(&self, target: &Path) -> bool {
        let below = |root: &PathBuf| is_below(target, root);
        self.roots.iter().any(below) || self.folders.iter().any(below)
    }
}

/// Whether a walk of `root` comes to `target` without a link. Both names are canonical.
pub(crate) fn is_below(target: &Path, root: &Path) -> bool {
    (target.strip_prefix(root)).is_ok_and(|rest| !rest.iter().any(is_hidden))
}
