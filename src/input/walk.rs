//! What stands in a folder.
//!
//! Symbolic links are followed, but every file is given once: a link to something that is walked
//! anyway, or was given through another link, is passed over, so links cannot make loops or double
//! counts.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs::{self, FileType};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use super::folder::Folder;
use super::partial::{is_held, is_partial};

/// Something a walk came upon.
#[derive(Debug)]
pub enum Found<'n> {
    /// A folder to be walked in its turn.
    Folder(PathBuf),
    /// A file in the folder whose name may be that of a log.
    File(&'n OsStr),
    /// Something that is not read.
    Skipped(Skip),
    /// Something that cannot be looked at.
    Unreadable(PathBuf, io::Error),
}

/// Why something in a folder is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Skip {
    /// Its name is not that of a log.
    NotALog,
    /// Its name or key is that of another service's log.
    OtherService,
    /// A FIFO, a socket, a device.
    NotAFile,
}

/// What the symbolic links of a walk lead to, so that nothing is walked twice.
#[derive(Debug, Default)]
pub struct Links {
    targets: Mutex<Targets>,
    /// Whether files are given in another way, and whether a link led to a folder that may have them,
    /// too. Most walks have not both, and ask nobody for each file.
    has_files: AtomicBool,
    has_folders: AtomicBool,
}

#[derive(Debug, Default)]
struct Targets {
    /// The folders the walk began at, in full.
    roots: Vec<PathBuf>,
    /// Folders outside of them that links led to.
    folders: HashSet<PathBuf>,
    /// Files outside of them that links led to, or that were named.
    files: HashSet<PathBuf>,
}

impl Links {
    /// For a walk that begins at these folders, while these files are read for themselves. Their
    /// names are canonical.
    pub fn new(roots: Vec<PathBuf>, files: HashSet<PathBuf>) -> Links {
        Links {
            has_files: AtomicBool::new(!files.is_empty()),
            has_folders: AtomicBool::new(false),
            targets: Mutex::new(Targets {
                roots,
                files,
                ..Targets::default()
            }),
        }
    }

    fn targets(&self) -> std::sync::MutexGuard<'_, Targets> {
        self.targets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a link leads to; `None` if that is walked anyway.
    fn follow<'n>(&self, folder: &Folder, name: &'n OsStr) -> Option<Found<'n>> {
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
            return Some(Found::Skipped(Skip::NotAFile));
        }
        if let Some(skip) = folder.skips(name) {
            return Some(Found::Skipped(skip));
        }
        let given_anyway = targets.is_walked(&target) && is_opened_in_a_walk(&target);
        let is_new = !given_anyway && targets.files.insert(target);
        // A folder entered later has the lock after this, and sees it.
        self.has_files.fetch_or(is_new, Ordering::Relaxed);
        is_new.then_some(Found::File(name))
    }

    /// Whether a file that was come upon is given in another way: a link to it was followed, or it was
    /// named, before a link led to a folder around it.
    fn was_given(&self, folder: &Path, name: &OsStr) -> bool {
        self.has_files.load(Ordering::Relaxed)
            && self.has_folders.load(Ordering::Relaxed)
            && fs::canonicalize(folder)
                .is_ok_and(|folder| self.targets().files.contains(&folder.join(name)))
    }

    /// Whether a folder that was come upon in the walk is walked in its own right. Only once a link
    /// has led outside can that be.
    fn was_entered(&self, folder: &Path) -> bool {
        let targets = self.targets();
        !targets.folders.is_empty()
            && fs::canonicalize(folder).is_ok_and(|folder| {
                targets.folders.contains(&folder) || targets.roots.contains(&folder)
            })
    }
}

impl Targets {
    fn is_walked(&self, target: &Path) -> bool {
        let below = |root: &PathBuf| {
            target
                .strip_prefix(root)
                .is_ok_and(|rest| !rest.iter().any(is_hidden))
        };
        self.roots.iter().any(below) || self.folders.iter().any(below)
    }
}

/// Lists a folder. `each` is called for everything in it, in no particular order.
pub fn read_directory(folder: &Folder, links: &Links, mut each: impl FnMut(Found<'_>)) {
    let path = folder.path();
    let entries = match fs::read_dir(path) {
        Ok(entries) => entries,
        Err(error) => return each(Found::Unreadable(path.to_owned(), error)),
    };
    for entry in entries {
        let entry = match entry {
            Ok(entry) => entry,
            // Without this, a folder that goes away half-way would look complete.
            Err(error) => return each(Found::Unreadable(path.to_owned(), error)),
        };
        let name = entry.file_name();
        match entry.file_type() {
            Ok(kind) => {
                if let Some(found) = classify(folder, &name, kind, links) {
                    each(found);
                }
            }
            Err(error) => each(Found::Unreadable(path.join(name), error)),
        }
    }
}

fn classify<'n>(
    folder: &Folder,
    name: &'n OsStr,
    kind: FileType,
    links: &Links,
) -> Option<Found<'n>> {
    if is_hidden(name) {
        // A result that is being written is nobody's file yet.
        let is_nothing = is_partial(name) && is_held(&folder.path().join(name));
        return (!is_nothing).then_some(Found::Skipped(Skip::NotALog));
    }
    if kind.is_symlink() {
        return links.follow(folder, name);
    }
    if kind.is_dir() {
        let path = folder.path().join(name);
        return (!links.was_entered(&path)).then_some(Found::Folder(path));
    }
    if !kind.is_file() {
        return Some(Found::Skipped(Skip::NotAFile));
    }
    match folder.skips(name) {
        Some(skip) => Some(Found::Skipped(skip)),
        None => (!links.was_given(folder.path(), name)).then_some(Found::File(name)),
    }
}

/// Whether a walk that comes to a file opens it.
pub(super) fn is_opened_in_a_walk(file: &Path) -> bool {
    let (Some(folder), Some(name)) = (file.parent(), file.file_name()) else {
        return false;
    };
    !is_hidden(name) && Folder::new(folder.to_owned()).skips(name).is_none()
}

fn is_hidden(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(roots: &[&Path]) -> Vec<String> {
        let canonical = roots
            .iter()
            .map(|root| fs::canonicalize(root).unwrap())
            .collect();
        let links = Links::new(canonical, HashSet::new());
        let mut todo: Vec<PathBuf> = roots.iter().map(|root| root.to_path_buf()).collect();
        let mut found = Vec::new();
        while let Some(folder) = todo.pop() {
            read_directory(&Folder::new(folder), &links, |each| match each {
                Found::Folder(path) => todo.push(path),
                Found::File(name) => found.push(name.to_str().unwrap().to_owned()),
                Found::Skipped(reason) => found.push(format!("{reason:?}")),
                Found::Unreadable(path, _) => {
                    found.push(format!("! {}", path.file_name().unwrap().to_string_lossy()));
                }
            });
        }
        found.sort();
        found
    }

    #[cfg(unix)]
    #[test]
    fn links_lead_to_every_file_once_and_never_in_circles() {
        use std::os::unix::fs::symlink;
        let dir = tempfile::tempdir().unwrap();
        let (root, outside) = (dir.path().join("root"), dir.path().join("outside"));
        fs::create_dir_all(root.join("sub")).unwrap();
        fs::create_dir_all(outside.join("deep")).unwrap();
        for file in [
            "root/a.json",
            "root/sub/b.json",
            "outside/c.json",
            "outside/deep/d.json",
        ] {
            fs::write(dir.path().join(file), "x").unwrap();
        }
        fs::write(dir.path().join("e.json"), "x").unwrap();
        symlink(&root, root.join("sub/loop")).unwrap();
        symlink("..", root.join("up")).unwrap(); // leads above the root: to everything else
        symlink(root.join("a.json"), root.join("again.json")).unwrap();
        symlink(outside.join("deep"), root.join("deep1")).unwrap();
        symlink(outside.join("deep"), root.join("sub/deep2")).unwrap();
        symlink(dir.path().join("nowhere"), root.join("broken.json")).unwrap();
        let found = walk(&[&root]);
        for file in ["a.json", "b.json", "c.json", "d.json", "e.json"] {
            assert_eq!(
                found.iter().filter(|name| *name == file).count(),
                1,
                "{file} in {found:?}"
            );
        }
        assert!(found.contains(&"! broken.json".to_owned()), "{found:?}");
        assert!(!found.contains(&"again.json".to_owned()), "{found:?}");
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_file_and_what_is_hidden_is_skipped() {
        let dir = tempfile::tempdir().unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(dir.path().join("s.json")).unwrap();
        fs::create_dir(dir.path().join(".git")).unwrap();
        fs::write(dir.path().join(".git/HEAD"), "x").unwrap();
        fs::write(dir.path().join("notes.txt"), "x").unwrap();
        assert_eq!(walk(&[dir.path()]), ["NotAFile", "NotALog", "NotALog"]);
    }
}
