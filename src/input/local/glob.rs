//! A glob pattern → the paths it matches, where the shell did not expand it.
//!
//! Names that are no UTF-8 match by what can be shown of them; the `glob` crate's own expansion
//! passes over them without a word, and a log that is passed over is a wrong answer.

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use glob::{MatchOptions, Pattern, PatternError};

/// As in a shell: a dot at the beginning must be written.
const OPTIONS: MatchOptions = MatchOptions {
    case_sensitive: true,
    require_literal_separator: true,
    require_literal_leading_dot: true,
};

/// What a pattern leads to: a path, or a folder on the way that cannot be listed.
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
            Some(Pattern::new(text)?)
        };
        let mut next = Vec::new();
        for path in found {
            match (path, &matcher) {
                (Ok(path), None) if is_literal => next.push(Ok(path.join(text))),
                (Ok(path), None) => folders_below(path, &mut next),
                (Ok(path), Some(matcher)) => entries(&path, matcher, &mut next),
                (unreadable, _) => next.push(unreadable),
            }
        }
        found = next;
    }
    found.retain(|path| {
        path.as_ref()
            .map_or(true, |path| path.symlink_metadata().is_ok())
    });
    found.sort_by(|a, b| path_of(a).cmp(path_of(b)));
    Ok(found)
}

fn path_of(found: &Match) -> &Path {
    match found {
        Ok(path) | Err((path, _)) => path,
    }
}

/// Everything in a folder whose name matches.
fn entries(folder: &Path, matcher: &Pattern, found: &mut Vec<Match>) {
    let listed = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    if !listed.is_dir() {
        return;
    }
    each_entry(listed, found, |found, entry| {
        if matcher.matches_with(&entry.file_name().to_string_lossy(), OPTIONS) {
            found.push(Ok(folder.join(entry.file_name())));
        }
    });
}

/// A folder and all folders below it, without following links.
fn folders_below(folder: PathBuf, found: &mut Vec<Match>) {
    let listed = if folder.as_os_str().is_empty() {
        PathBuf::from(".")
    } else {
        folder.clone()
    };
    found.push(Ok(folder.clone()));
    each_entry(&listed, found, |found, entry| {
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if is_folder && !entry.file_name().as_encoded_bytes().starts_with(b".") {
            folders_below(folder.join(entry.file_name()), found);
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
