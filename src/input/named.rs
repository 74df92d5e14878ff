//! Where reading begins, each place once.
//!
//! Owns what a place is, and which of several are one: by canonical names, and by what a walk through a
//! folder comes to. Does not know how a user writes them.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::folder::is_read_in_a_walk;
use super::local::{folder_of, is_below};
use crate::aws::is_of_another_service;

/// Somewhere to begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    /// A folder, to be walked.
    Folder(PathBuf),
    /// A file, to be read whatever its name.
    File(PathBuf),
    /// `-`
    StandardInput,
    /// Something on a list or matched by a pattern that cannot be looked at.
    Unreadable(PathBuf, String),
}

impl Named {
    /// A path somebody else wrote down: if it is gone, that is one unreadable file.
    pub(super) fn listed(path: PathBuf) -> Named {
        match fs::metadata(&path) {
            Ok(metadata) => Named::of_kind(path, &metadata),
            Err(error) => Named::Unreadable(path, error.to_string()),
        }
    }

    pub(super) fn of_kind(path: PathBuf, metadata: &fs::Metadata) -> Named {
        if metadata.is_dir() {
            Named::Folder(path)
        } else {
            Named::File(path)
        }
    }
}

/// Places, each once.
pub(super) struct Once {
    pub named: Vec<Named>,
    /// The canonical names of the folders.
    pub roots: Vec<PathBuf>,
    /// The canonical names of the files, if there are folders, too.
    pub files: HashSet<PathBuf>,
    /// The canonical names of the folders that are another service's, also of those in other folders.
    pub services: Vec<PathBuf>,
}

/// Leaves out what is named twice, or is in a folder that is walked anyway.
pub(super) fn once(named: Vec<Named>) -> Once {
    let mut files = CanonicalFiles::default();
    let mut roots: Vec<PathBuf> = named
        .iter()
        .filter_map(|one| {
            if let Named::Folder(path) = one {
                Some(canonical(path))
            } else {
                None
            }
        })
        .collect();
    let is_service = |root: &&PathBuf| is_of_another_service(root);
    let services: Vec<PathBuf> = roots.iter().filter(is_service).cloned().collect();
    // Sorted, a folder comes before what is in it; a hidden one may come between.
    roots.sort();
    let mut outer: Vec<PathBuf> = Vec::new();
    for root in roots {
        if !outer.iter().any(|outer| is_below(&root, outer)) {
            outer.push(root);
        }
    }
    let roots = outer;
    let mut seen = HashSet::new();
    let named = named
        .into_iter()
        .filter(|one| match one {
            Named::Folder(path) => {
                let path = canonical(path);
                roots.contains(&path) && seen.insert(path)
            }
            Named::File(path) => {
                let path = files.canonical(path);
                let is_walked = path
                    .parent()
                    .is_some_and(|folder| roots.iter().any(|root| is_below(folder, root)))
                    && is_read_in_a_walk(&path, &services);
                !is_walked && seen.insert(path)
            }
            Named::StandardInput => {
                // Beside another name of it, or of the file that it is.
                !cfg!(unix) || seen.insert(canonical(Path::new("/dev/stdin")))
            }
            Named::Unreadable(path, _) => seen.insert(path.clone()),
        })
        .collect();
    // Without a folder, no walk finds one of them.
    let is_file = |path: &PathBuf| !roots.is_empty() && !roots.contains(path);
    let files = seen.into_iter().filter(is_file).collect();
    Once {
        named,
        roots,
        files,
        services,
    }
}

fn canonical(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

/// Canonical names of one file after another, which a shell lists folder by folder.
#[derive(Default)]
struct CanonicalFiles {
    folder: PathBuf,
    canonical_folder: Option<PathBuf>,
}

impl CanonicalFiles {
    /// The system goes through a path part by part, so it is asked for each folder, not for each
    /// file: a dozen calls for one.
    fn canonical(&mut self, path: &Path) -> PathBuf {
        // Elsewhere the canonical name may be spelled in other letters, small or capital.
        let is_as_spelled = cfg!(target_os = "linux")
            && fs::symlink_metadata(path).is_ok_and(|metadata| !metadata.is_symlink());
        let (true, Some(folder), Some(name)) = (is_as_spelled, path.parent(), path.file_name())
        else {
            return canonical(path);
        };
        if self.canonical_folder.is_none() || self.folder.as_os_str() != folder.as_os_str() {
            folder.clone_into(&mut self.folder);
            self.canonical_folder = fs::canonicalize(folder_of(path)).ok();
        }
        self.canonical_folder
            .as_ref()
            .map_or_else(|| canonical(path), |folder| folder.join(name))
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_one_name_whatever_way_leads_to_it() {
        use std::os::unix::fs::symlink;
        let tree = tempfile::tempdir().unwrap();
        let dir = tree.path();
        fs::create_dir_all(dir.join("a/b")).unwrap();
        fs::create_dir_all(dir.join("c")).unwrap();
        for file in ["a/1.json", "a/b/2.json"] {
            fs::write(dir.join(file), "{}").unwrap();
        }
        symlink("1.json", dir.join("a/link.json")).unwrap();
        symlink(dir.join("a/b"), dir.join("c/b")).unwrap();
        let mut files = CanonicalFiles::default();
        for path in [
            "a/1.json",
            "a/link.json",
            "a/b/../1.json",
            "c/b/../1.json",
            "c/b/2.json",
            "a/b/2.json",
            "a/none.json",
            "a/b/./2.json",
        ] {
            let path = dir.join(path);
            assert_eq!(
                files.canonical(&path),
                canonical(&path),
                "{}",
                path.display()
            );
        }
        let here = Path::new("Cargo.toml");
        assert_eq!(files.canonical(here), canonical(here));
        let named = ["a/1.json", "a/link.json", "c/b/2.json", "a/b/2.json"];
        let once = once(named.map(|name| Named::File(dir.join(name))).into());
        let files = ["a/1.json", "c/b/2.json"].map(|name| Named::File(dir.join(name)));
        assert_eq!(once.named, files);
    }
}
