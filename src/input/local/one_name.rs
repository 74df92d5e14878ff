//! The one name of a file, whatever links lead to it, and whether or not it is there.

use std::path::{Path, PathBuf};

/// The most links that are followed from one to the next, as on Linux.
const LINKS: usize = 40;

/// The folder that a path is in: of a name alone, the one that we are in.
pub(crate) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// The canonical name of a file; of one that is not there, that which it will have once it is. A slash after
/// it is dropped.
pub(crate) fn one_name(path: &Path) -> PathBuf {
    let mut path = path.to_owned();
    for _ in 0..LINKS {
        if let Ok(canonical) = path.canonicalize() {
            return canonical;
        }
        let Ok(target) = path.read_link() else { break };
        path = folder_of(&path).join(target);
    }
    match (folder_of(&path).canonicalize(), path.file_name()) {
        (Ok(folder), Some(name)) => folder.join(name),
        _ => std::path::absolute(&path).unwrap_or(path),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_not_there_has_the_name_it_will_have() {
        use std::os::unix::fs::symlink;
        let tree = tempfile::tempdir().unwrap();
        let dir = tree.path().canonicalize().unwrap();
        std::fs::create_dir(dir.join("a")).unwrap();
        symlink("a", dir.join("folder")).unwrap();
        symlink("second", dir.join("first")).unwrap();
        symlink("folder/file", dir.join("second")).unwrap();
        symlink("round", dir.join("round")).unwrap();
        let names = ["first", "second", "folder/file", "a/../folder/file"];
        for is_there in [false, true] {
            for name in names {
                assert_eq!(one_name(&dir.join(name)), dir.join("a/file"), "{name}");
            }
            if !is_there {
                std::fs::write(dir.join("first"), "").unwrap();
            }
        }
        // What cannot be followed keeps its name, and an end.
        assert_eq!(one_name(&dir.join("round")), dir.join("round"));
        assert_eq!(one_name(&dir.join("no/file")), dir.join("no/file"));
    }

    #[test]
    fn a_name_alone_is_in_the_folder_that_we_are_in() {
        assert_eq!(folder_of(Path::new("file")), Path::new("."));
        assert_eq!(folder_of(Path::new("/")), Path::new("."));
        assert_eq!(folder_of(Path::new("a/file")), Path::new("a"));
        let here = std::env::current_dir().unwrap();
        let name = "there is no file of this name";
        assert_eq!(
            one_name(Path::new(name)),
            here.canonicalize().unwrap().join(name)
        );
    }
}
