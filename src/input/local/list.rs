//! What is in a folder: one listing.

use std::ffi::OsStr;
use std::io;

use super::entries::Kind;
use super::links::Links;
use super::unfinished::{is_held, is_partial};
use crate::input::folder::{Folder, Found, Skip};
use crate::input::names::is_hidden;

/// Lists a folder. `each` is called for everything in it, in no particular order.
pub fn read_directory(folder: &Folder, links: &Links, mut each: impl FnMut(Found<'_>)) {
    let entry = |name: &OsStr, kind| pass_on(folder, name, kind, links, &mut each);
    let listed = folder.directory().list(folder.path(), entry);
    if let Err(error) = listed {
        each(Found::Unreadable(folder.path().to_owned(), error));
    }
}

/// The same in the order of names, so that of several links to one place it is always the same that is
/// followed.
pub fn read_directory_in_order(folder: &Folder, links: &Links, mut each: impl FnMut(Found<'_>)) {
    let mut entries = Vec::new();
    let listed = (folder.directory()).list(folder.path(), |name, kind| {
        entries.push((name.to_owned(), kind));
    });
    entries.sort_by(|(one, _), (other, _)| one.cmp(other));
    for (name, kind) in entries {
        pass_on(folder, &name, kind, links, &mut each);
    }
    if let Err(error) = listed {
        each(Found::Unreadable(folder.path().to_owned(), error));
    }
}

fn pass_on(
    folder: &Folder,
    name: &OsStr,
    kind: io::Result<Kind>,
    links: &Links,
    each: &mut impl FnMut(Found<'_>),
) {
    match kind {
        Ok(kind) => {
            if let Some(found) = classify(folder, name, kind, links) {
                each(found);
            }
        }
        Err(error) => each(Found::Unreadable(folder.path().join(name), error)),
    }
}

fn classify<'n>(folder: &Folder, name: &'n OsStr, kind: Kind, links: &Links) -> Option<Found<'n>> {
    if matches!(kind, Kind::File) && links.was_named(folder.path(), name) {
        return None;
    }
    if is_hidden(name) {
        // A result that is being written is nobody's file yet.
        let is_nothing = is_partial(name) && is_held(&folder.path().join(name));
        return (!is_nothing).then_some(Found::Skipped(name, Skip::NotALog));
    }
    match kind {
        Kind::Link => return links.follow(folder, name),
        Kind::Folder => {
            let path = folder.path().join(name);
            return (!links.was_entered(&path)).then_some(Found::Folder(path));
        }
        Kind::Other => return Some(Found::Skipped(name, Skip::NotAFile)),
        Kind::File => {}
    }
    match folder
        .skips(name)
        .filter(|skip| !links.name_service(folder, *skip))
    {
        Some(skip) => Some(Found::Skipped(name, skip)),
        None => (!links.was_given(folder.path(), name)).then_some(Found::File(name)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::Paths;
    use std::fs;
    use std::path::{Path, PathBuf};

    fn walk(roots: &[&Path]) -> Vec<String> {
        let canonical = roots.iter().map(|root| fs::canonicalize(root).unwrap());
        let links = Links::of(&Paths {
            roots: canonical.collect(),
            ..Paths::default()
        });
        let mut todo: Vec<PathBuf> = roots.iter().map(|root| root.to_path_buf()).collect();
        let mut found = Vec::new();
        while let Some(folder) = todo.pop() {
            read_directory(&Folder::new(folder), &links, |each| match each {
                Found::Folder(path) => todo.push(path),
                Found::File(name) => found.push(name.to_str().unwrap().to_owned()),
                Found::Skipped(_, reason) => found.push(format!("{reason:?}")),
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
