//! A glob pattern → the paths it matches, where the shell did not expand it.
//!
//! Names that are no UTF-8 match by what can be shown of them; the `glob` crate's own expansion
//! passes over them without a word, and a log that is passed over is a wrong answer.

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use glob::{MatchOptions, Pattern, PatternError};

use super::links::is_below;
use crate::globs::in_its_signs;
use crate::input::names::is_hidden;

/// As in a shell: a dot at the beginning must be written.
const OPTIONS: MatchOptions = MatchOptions {
    case_sensitive: true,
    require_literal_separator: true,
    require_literal_leading_dot: true,
};

/// What a pattern leads to: a path, or what is on the way and cannot be looked into.
pub(in crate::input) type Match = Result<PathBuf, (PathBuf, io::Error)>;

/// Expands a pattern; `**` as a folder matches any number of folders. Sorted.
///
/// # Errors
/// What is wrong with the pattern.
pub(in crate::input) fn expand(pattern: &str) -> Result<Vec<Match>, PatternError> {
    let mut found: Vec<Match> = vec![Ok(PathBuf::new())];
    for component in Path::new(pattern).components() {
        let text = component.as_os_str().to_str().unwrap_or_default();
        let is_literal =
            !matches!(component, Component::Normal(_)) || !text.contains(['*', '?', '[']);
        let matcher = if is_literal || text == "**" {
            None
        } else {
            Some(Pattern::new(&in_its_signs(text))?)
        };
        let mut next = Vec::new();
        for path in found {
            let path = match path.map(folder_at) {
                Ok(Ok(Some(path))) => path,
                Ok(Ok(None)) => continue,
                Ok(Err(unreadable)) | Err(unreadable) => {
                    next.push(Err(unreadable));
                    continue;
                }
            };
            match &matcher {
                None if is_literal => next.push(Ok(path.join(text))),
                None => folders_below(path, &mut next),
                Some(matcher) => entries(&path, matcher, &mut next),
            }
        }
        found = next;
    }
    let mut found: Vec<Match> = (found.into_iter())
        .filter_map(|found| match found {
            Ok(path) => there(path).transpose(),
            unreadable => Some(unreadable),
        })
        .collect();
    found.sort_by(|a, b| path_of(a).cmp(path_of(b)));
    // Of a link that leads nowhere it is said on the way, and once more if its own name matches.
    found.dedup_by(|a, b| path_of(a) == path_of(b));
    Ok(found)
}

fn path_of(found: &Match) -> &Path {
    match found {
        Ok(path) | Err((path, _)) => path,
    }
}

/// The path if there is something, be it a link that leads nowhere.
fn there(path: PathBuf) -> Result<Option<PathBuf>, (PathBuf, io::Error)> {
    match path.symlink_metadata() {
        Ok(_) => Ok(Some(path)),
        Err(error) if is_nothing(&error) => Ok(None),
        Err(error) => Err((path, error)),
    }
}

/// The path if it is that of a folder, in which something may match.
///
/// # Errors
/// Of a link that leads nowhere, which may have led to a folder, and of what cannot be looked at.
fn folder_at(path: PathBuf) -> Result<Option<PathBuf>, (PathBuf, io::Error)> {
    // Where we are: whether it can be listed is asked only if the pattern is of it.
    if path.as_os_str().is_empty() {
        return Ok(Some(path));
    }
    match path.metadata() {
        Ok(metadata) => Ok(metadata.is_dir().then_some(path)),
        Err(error) if is_nothing(&error) && !path.is_symlink() => Ok(None),
        Err(error) => Err((path, error)),
    }
}

fn is_nothing(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

/// A folder to be listed: that of no name is the one we are in.
fn listed(folder: &Path) -> &Path {
    if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    }
}

/// Everything in a folder whose name matches.
fn entries(folder: &Path, matcher: &Pattern, found: &mut Vec<Match>) {
    each_entry(listed(folder), found, |found, entry| {
        if matcher.matches_with(&entry.file_name().to_string_lossy(), OPTIONS) {
            found.push(Ok(folder.join(entry.file_name())));
        }
    });
}

/// A folder and all folders below it, each once: links are followed when everything else is found, and
/// not to what is found already.
fn folders_below(folder: PathBuf, found: &mut Vec<Match>) {
    let mut links = Vec::new();
    let mut roots: Vec<PathBuf> = fs::canonicalize(listed(&folder)).into_iter().collect();
    real_folders_below(folder, &mut links, found);
    let mut at = 0;
    while let Some(link) = links.get(at).cloned() {
        at += 1;
        match folder_at(link).map(|link| link.map(|link| (fs::canonicalize(&link), link))) {
            Ok(None) => {}
            Ok(Some((Ok(target), _))) if roots.iter().any(|root| is_below(&target, root)) => {}
            Ok(Some((Ok(target), link))) => {
                roots.push(target);
                real_folders_below(link, &mut links, found);
            }
            Ok(Some((Err(error), link))) => found.push(Err((link, error))),
            Err(unreadable) => found.push(Err(unreadable)),
        }
    }
}

/// The same without following links, which are noted.
fn real_folders_below(folder: PathBuf, links: &mut Vec<PathBuf>, found: &mut Vec<Match>) {
    found.push(Ok(folder.clone()));
    each_entry(listed(&folder), found, |found, entry| {
        let name = entry.file_name();
        if is_hidden(&name) {
            return;
        }
        let path = folder.join(name);
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => real_folders_below(path, links, found),
            Ok(kind) if kind.is_symlink() => links.push(path),
            Ok(_) => {}
            Err(error) => found.push(Err((path, error))),
        }
    });
}

fn each_entry(
    folder: &Path,
    found: &mut Vec<Match>,
    mut each: impl FnMut(&mut Vec<Match>, fs::DirEntry),
) {
    match fs::read_dir(folder) {
        Ok(entries) => {
            for entry in entries {
                match entry {
                    Ok(entry) => each(found, entry),
                    Err(error) => found.push(Err((folder.to_owned(), error))),
                }
            }
        }
        Err(error) => found.push(Err((folder.to_owned(), error))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_matches_what_a_shell_would_match() {
        let dir = tempfile::tempdir().unwrap();
        for file in [
            "a/x.gz",
            "a/y.json",
            "a/.hidden.gz",
            "b/c/z.gz",
            "b/.d/w.gz",
            "top.gz",
        ] {
            let path = dir.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let expand = |pattern: &str| -> Vec<String> {
            let pattern = dir.path().join(pattern);
            expand(pattern.to_str().unwrap())
                .unwrap()
                .into_iter()
                .map(|path| {
                    path.unwrap()
                        .strip_prefix(dir.path())
                        .unwrap()
                        .display()
                        .to_string()
                })
                .collect()
        };
        assert_eq!(expand("*/*.gz"), ["a/x.gz"]);
        assert_eq!(expand("a/.*.gz"), ["a/.hidden.gz"]);
        assert_eq!(expand("**/*.gz"), ["a/x.gz", "b/c/z.gz", "top.gz"]);
        assert_eq!(expand("[ab]/?.json"), ["a/y.json"]);
        assert_eq!(expand("*/nothing"), [""; 0]);
        assert!(super::expand("a/[").is_err());
    }

    #[test]
    fn a_fixed_name_is_no_match_where_there_is_none() {
        let dir = tempfile::tempdir().unwrap();
        for file in ["a/us/2025/x.gz", "a/eu/2025/y.gz", "b/us"] {
            let path = dir.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        for pattern in ["**/us/**/*.gz", "*/us/**/*.gz", "*/us/*/*.gz"] {
            let found = expand(dir.path().join(pattern).to_str().unwrap()).unwrap();
            let found: Vec<_> = found.iter().map(|path| path.as_ref().unwrap()).collect();
            assert_eq!(found, [&dir.path().join("a/us/2025/x.gz")], "{pattern}");
        }
        let nothing = expand(dir.path().join("*/nothing/**").to_str().unwrap());
        assert!(nothing.unwrap().is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_and_no_folder_is_found_twice() {
        use std::os::unix::fs::symlink;
        let dir = tempfile::tempdir().unwrap();
        let at = |path: &str| dir.path().join(path);
        for folder in ["logs/a", "logs/b", "outside/deep"] {
            fs::create_dir_all(at(folder)).unwrap();
        }
        for file in ["logs/a/1.gz", "outside/2.gz", "outside/deep/3.gz"] {
            fs::write(at(file), "").unwrap();
        }
        for (to, link) in [
            ("../../outside", "logs/a/disk"),
            ("../../outside", "logs/b/disk"),
            ("..", "logs/a/up"),
            ("../logs/b", "outside/back"),
            ("../../gone", "logs/b/gone"),
            ("1.gz", "logs/a/again.gz"),
        ] {
            symlink(to, at(link)).unwrap();
        }
        let expand = |pattern: &str| -> Vec<String> {
            let found = expand(at(pattern).to_str().unwrap()).unwrap();
            let name = |found: &Match| {
                let path = path_of(found).strip_prefix(dir.path()).unwrap();
                format!(
                    "{}{}",
                    if found.is_ok() { "" } else { "! " },
                    path.display()
                )
            };
            found.iter().map(name).collect()
        };
        // Which of two links to one folder is followed is not told.
        let found = expand("logs/**/*.gz");
        let real: Vec<_> = (found.iter())
            .filter_map(|path| fs::canonicalize(at(path)).ok())
            .collect();
        let once: std::collections::HashSet<_> = real.iter().collect();
        for path in ["logs/a/1.gz", "outside/2.gz", "outside/deep/3.gz"] {
            assert!(
                once.contains(&fs::canonicalize(at(path)).unwrap()),
                "{path} in {found:?}"
            );
        }
        // The link to a file is one more name of it.
        assert_eq!((real.len(), once.len()), (4, 3), "{found:?}");
        assert!(found.contains(&"! logs/b/gone".to_owned()), "{found:?}");
        assert_eq!(
            expand("logs/b/**/deep/*.gz"),
            ["logs/b/disk/deep/3.gz", "! logs/b/gone"]
        );
        // What is behind a link that leads nowhere nobody knows.
        for pattern in ["logs/*/gone/*.gz", "logs/b/*/x/*.gz", "logs/*/gone/x.gz"] {
            assert!(
                expand(pattern).contains(&"! logs/b/gone".to_owned()),
                "{pattern}"
            );
        }
        assert_eq!(expand("logs/b/g*"), ["logs/b/gone"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_name_that_is_no_utf8_is_not_passed_over() {
        use std::os::unix::ffi::OsStrExt as _;
        let dir = tempfile::tempdir().unwrap();
        let name = std::ffi::OsStr::from_bytes(b"caf\xe9.gz");
        fs::write(dir.path().join(name), "").unwrap();
        let found = expand(dir.path().join("*.gz").to_str().unwrap()).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(path_of(&found[0]).file_name(), Some(name));
    }
}
