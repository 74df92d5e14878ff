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
use std::sync::{Mutex, PoisonError};

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
    /// A FIFO, a socket, a device.
    NotAFile,
}

/// What the symbolic links of a walk lead to, so that nothing is walked twice.
#[derive(Debug, Default)]
pub struct Links(Mutex<Targets>);

#[derive(Debug, Default)]
struct Targets {
    /// The folders the walk began at, in full.
    roots: Vec<PathBuf>,
    /// Folders outside of them that links led to.
    folders: HashSet<PathBuf>,
    /// Files outside of them that links led to.
    files: HashSet<PathBuf>,
}

impl Links {
    /// For a walk that begins at these folders, whose names are canonical.
    pub fn new(roots: Vec<PathBuf>) -> Links {
        Links(Mutex::new(Targets {
            roots,
            ..Targets::default()
        }))
    }

    fn targets(&self) -> std::sync::MutexGuard<'_, Targets> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a link leads to; `None` if that is walked anyway.
    fn follow<'n>(&self, link: PathBuf, name: &'n OsStr) -> Option<Found<'n>> {
        let log_name = is_log_name(name);
        let target = match fs::canonicalize(&link).and_then(|t| Ok((fs::metadata(&t)?, t))) {
            Ok(target) => target,
            Err(_) if !log_name => return Some(Found::Skipped(Skip::NotALog)),
            Err(error) => return Some(Found::Unreadable(link, error)),
        };
        let (metadata, target) = target;
        let mut targets = self.targets();
        if metadata.is_dir() {
            let is_new = !targets.is_walked(&target) && targets.folders.insert(target);
            return is_new.then_some(Found::Folder(link));
        }
        if !metadata.is_file() {
            return Some(Found::Skipped(Skip::NotAFile));
        }
        if !log_name {
            return Some(Found::Skipped(Skip::NotALog));
        }
        let given_anyway =
            targets.is_walked(&target) && target.file_name().is_some_and(is_log_name);
        let is_new = !given_anyway && targets.files.insert(target);
        is_new.then_some(Found::File(name))
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
pub fn read_directory(folder: &Path, links: &Links, mut each: impl FnMut(Found<'_>)) {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => return each(Found::Unreadable(folder.to_owned(), error)),
    };
    for entry in entries {
        let entry = match entry {
            Ok(entry) => entry,
            // Without this, a folder that goes away half-way would look complete.
            Err(error) => return each(Found::Unreadable(folder.to_owned(), error)),
        };
        let name = entry.file_name();
        match entry.file_type() {
            Ok(kind) => {
                if let Some(found) = classify(folder, &name, kind, links) {
                    each(found);
                }
            }
            Err(error) => each(Found::Unreadable(folder.join(name), error)),
        }
    }
}

fn classify<'n>(
    folder: &Path,
    name: &'n OsStr,
    kind: FileType,
    links: &Links,
) -> Option<Found<'n>> {
    if is_our_own(name) {
        return None;
    }
    if is_hidden(name) {
        return Some(Found::Skipped(Skip::NotALog));
    }
    if kind.is_symlink() {
        return links.follow(folder.join(name), name);
    }
    if kind.is_dir() {
        let path = folder.join(name);
        return (!links.was_entered(&path)).then_some(Found::Folder(path));
    }
    Some(if !kind.is_file() {
        Found::Skipped(Skip::NotAFile)
    } else if is_log_name(name) {
        Found::File(name)
    } else {
        Found::Skipped(Skip::NotALog)
    })
}

fn is_hidden(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".")
}

/// How the names of results begin and end that are not finished. They are nobody's files yet.
pub const PARTIAL: (&str, &str) = (".stscope-", ".part");

fn is_our_own(name: &OsStr) -> bool {
    let name = name.as_encoded_bytes();
    name.starts_with(PARTIAL.0.as_bytes()) && name.ends_with(PARTIAL.1.as_bytes())
}

/// Whether a file of this name is read in a walk: by its ending, or because it has none.
pub(super) fn is_log_name(name: &OsStr) -> bool {
    const ENDINGS: [&[u8]; 5] = [b"gz", b"json", b"jsonl", b"ndjson", b"log"];
    let name = name.as_encoded_bytes();
    !name.starts_with(b".")
        && memchr::memrchr(b'.', name).is_none_or(|dot| {
            let ending = &name[dot + 1..];
            ENDINGS
                .iter()
                .any(|known| ending.eq_ignore_ascii_case(known))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(roots: &[&Path]) -> Vec<String> {
        let canonical = roots
            .iter()
            .map(|root| fs::canonicalize(root).unwrap())
            .collect();
        let links = Links::new(canonical);
        let mut todo: Vec<PathBuf> = roots.iter().map(|root| root.to_path_buf()).collect();
        let mut found = Vec::new();
        while let Some(folder) = todo.pop() {
            read_directory(&folder, &links, |each| match each {
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

    #[test]
    fn names_that_are_not_those_of_logs_are_skipped() {
        for (name, is_log) in [
            ("a.json.gz", true),
            ("a.JSON", true),
            ("a.jsonl", true),
            ("a.ndjson", true),
            ("a.log", true),
            ("000000", true),
            ("a.csv", false),
            ("a.gz.part", false),
            (".a.json", false),
            (".gz", false),
            ("a.", false),
        ] {
            assert_eq!(is_log_name(OsStr::new(name)), is_log, "{name}");
        }
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
