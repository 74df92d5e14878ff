//! What the user named → where reading begins. Nothing named twice is read twice.
//!
//! Owns the meaning of PATH arguments and of lists of them. What is one place under two names, `named`
//! says. Does not open or list what they lead to.

use std::collections::HashSet;
use std::fs;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use super::local::expand as expand_glob;
use super::manifest::{Found, Manifest, ManifestError};
use super::named::{Named, Once, once};
use super::piped::Piped;
#[cfg(feature = "s3")]
use super::prefix::{self, Prefix};
#[cfg(feature = "s3")]
use super::s3::{S3Error, S3Url};
use crate::aws::Key;
use crate::plain_text::plain_text;
use crate::shown::Shown;

/// Everything the user named.
#[derive(Debug, Default)]
pub struct Paths {
    /// Where to begin; a folder inside another, or a file named twice, is here once.
    pub named: Vec<Named>,
    /// The canonical names of the folders.
    pub roots: Vec<PathBuf>,
    /// The canonical names of the files, if there are folders, too.
    pub files: HashSet<PathBuf>,
    /// The canonical names of the folders that are another service's, also of those in other folders.
    pub services: Vec<PathBuf>,
    /// What to read in S3, each place once; what one begins with comes before it.
    #[cfg(feature = "s3")]
    pub s3: Vec<Prefix>,
    /// What a listing has found already.
    pub manifest: Manifest,
    /// Where such a listing comes from together with contents.
    pub piped: Option<Piped>,
}

/// A path that cannot be what the user meant.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PathError {
    /// There is nothing of that name.
    #[error("{}: it cannot be looked up", Shown::path(.0))]
    Missing(PathBuf, #[source] io::Error),
    /// A glob pattern that matches nothing.
    #[error("{}: no file matches this pattern", Shown::text(.0))]
    NoMatch(String),
    /// A glob pattern that is none.
    #[error("{}: no glob pattern", Shown::text(.0))]
    BadPattern(String, #[source] Box<dyn std::error::Error + Send + Sync>),
    /// A list of paths that cannot be read.
    #[error("{}: the list of paths cannot be read", Shown::path(.0))]
    List(PathBuf, #[source] io::Error),
    /// A manifest that cannot be opened.
    #[error("{}: the manifest cannot be opened", Shown::path(.0))]
    NoManifest(PathBuf, #[source] io::Error),
    /// A manifest that cannot be used.
    #[error("{}: it cannot be used", Shown::path(.0))]
    Manifest(PathBuf, #[source] ManifestError),
    /// Standard input is named twice.
    #[error("standard input (-) is named twice")]
    InputTwice,
    /// Something in S3, which this build does not read, or in a spelling of other programs.
    #[error("{}: this is not read", Shown::text(.0))]
    Remote(String),
    /// What cannot be a place in S3.
    #[cfg(feature = "s3")]
    #[error(transparent)]
    S3(#[from] S3Error),
}

impl Paths {
    /// Resolves PATH arguments, and the list of `--files-from` if there is one.
    ///
    /// # Errors
    /// A path or pattern that leads nowhere. What a list names and is gone by now is not an error
    /// here but an unreadable file.
    pub fn resolve(arguments: &[PathBuf], list: Option<&Path>) -> Result<Paths, PathError> {
        let mut all = All::default();
        for argument in arguments {
            expand(argument, &mut all)?;
        }
        if let Some(list) = list {
            read_list(list, &mut all)?;
        }
        let inputs = (all.named)
            .iter()
            .filter(|one| **one == Named::StandardInput)
            .count();
        if inputs + usize::from(list == Some(Path::new("-"))) > 1 {
            return Err(PathError::InputTwice);
        }
        let Once {
            named,
            roots,
            files,
            services,
        } = once(all.named);
        Ok(Paths {
            named,
            roots,
            files,
            services,
            #[cfg(feature = "s3")]
            s3: prefix::once(all.s3),
            ..Paths::default()
        })
    }
}

impl Paths {
    /// What a manifest leads to. With contents, these follow the lines and are read with the run.
    ///
    /// # Errors
    /// If it cannot be read, or a line is none.
    pub fn of_manifest(path: &Path, has_contents: bool) -> Result<Paths, PathError> {
        let fail = |error: io::Error| PathError::NoManifest(path.to_owned(), error);
        let from: Box<dyn BufRead + Send> = match path == Path::new("-") {
            true => Box::new(BufReader::new(io::stdin())),
            false => Box::new(BufReader::new(fs::File::open(path).map_err(fail)?)),
        };
        if has_contents {
            return Ok(Paths {
                piped: Some(Piped::of(from)),
                ..Paths::default()
            });
        }
        let manifest =
            Manifest::read(from).map_err(|error| PathError::Manifest(path.to_owned(), error))?;
        Ok(Paths {
            manifest,
            ..Paths::default()
        })
    }

    /// Whether all of it is in S3.
    pub fn are_in_s3(&self) -> bool {
        self.named.is_empty() && self.piped.is_none() && self.manifest.found.iter().all(is_url)
    }

    /// Whether any of it is in S3, or may be.
    pub fn may_be_in_s3(&self) -> bool {
        #[cfg(feature = "s3")]
        if !self.s3.is_empty() {
            return true;
        }
        self.piped.is_some() || self.manifest.found.iter().any(is_url)
    }

    /// Whether a file is one of those that will be read: named, or a log by its key in a folder
    /// that is walked.
    pub fn lead_to(&self, file: &Path) -> bool {
        let Ok(file) = fs::canonicalize(file) else {
            return false;
        };
        let is_named = self.named.iter().any(|one| match one {
            Named::File(path) => fs::canonicalize(path).is_ok_and(|path| path == file),
            _ => false,
        });
        is_named || self.walk_to(&file)
    }

    /// Whether a file, whose path is canonical, is a log by its key in a folder that is walked.
    pub fn walk_to(&self, file: &Path) -> bool {
        let is_walked = self.roots.iter().any(|root| file.starts_with(root));
        is_walked && file.parent().and_then(Key::of_folder).is_some()
    }
}

/// What was named, with whatever is named twice.
#[derive(Default)]
struct All {
    named: Vec<Named>,
    #[cfg(feature = "s3")]
    s3: Vec<Prefix>,
}

fn is_url(found: &Found) -> bool {
    found.path.contains("://")
}

fn expand(argument: &Path, all: &mut All) -> Result<(), PathError> {
    if argument.as_os_str() == "-" {
        all.named.push(Named::StandardInput);
        return Ok(());
    }
    if all.is_remote(argument, false)? {
        return Ok(());
    }
    let named = &mut all.named;
    match fs::metadata(argument) {
        Ok(metadata) => named.push(Named::of_kind(argument.to_owned(), &metadata)),
        Err(error) => match argument
            .to_str()
            .filter(|text| text.contains(['*', '?', '[']))
        {
            Some(pattern) => expand_pattern(pattern, named)?,
            None if error.kind() == io::ErrorKind::PermissionDenied => {
                named.push(Named::Unreadable(argument.to_owned(), error.to_string()));
            }
            None => return Err(PathError::Missing(argument.to_owned(), error)),
        },
    }
    Ok(())
}

impl All {
    /// Whether a path names something in S3, which is noted then. A file may have any name, but nobody has
    /// a folder `s3:`.
    #[cfg_attr(
        not(feature = "s3"),
        allow(
            unused_variables,
            clippy::unused_self,
            clippy::needless_pass_by_ref_mut
        )
    )]
    fn is_remote(&mut self, path: &Path, was_listed: bool) -> Result<bool, PathError> {
        let text = path.to_string_lossy();
        let is_remote = ["s3://", "s3a://", "s3n://"].iter().any(|scheme| {
            text.get(..scheme.len())
                .is_some_and(|it| it.eq_ignore_ascii_case(scheme))
        });
        if !is_remote || path.exists() {
            return Ok(false);
        }
        #[cfg(feature = "s3")]
        if S3Url::is_meant(&text) {
            self.s3.push(Prefix {
                url: S3Url::parse(&text).map_err(PathError::S3)?,
                from: None,
                was_listed,
                is_again: false,
            });
            return Ok(true);
        }
        Err(PathError::Remote(text.into_owned()))
    }
}

fn expand_pattern(pattern: &str, named: &mut Vec<Named>) -> Result<(), PathError> {
    let before = named.len();
    let matches = expand_glob(pattern)
        .map_err(|error| PathError::BadPattern(pattern.to_owned(), error.into()))?;
    named.extend(matches.into_iter().map(|found| match found {
        Ok(path) => Named::listed(path),
        Err((folder, error)) => Named::Unreadable(folder, error.to_string()),
    }));
    if named.len() == before {
        Err(PathError::NoMatch(pattern.to_owned()))
    } else {
        Ok(())
    }
}

/// Reads a list of paths, one a line; ended by NUL bytes if it has any (`find -print0`).
fn read_list(list: &Path, all: &mut All) -> Result<(), PathError> {
    let fail = |error: io::Error| PathError::List(list.to_owned(), error);
    let reader: Box<dyn Read> = if list.as_os_str() == "-" {
        Box::new(io::stdin())
    } else {
        Box::new(fs::File::open(list).map_err(fail)?)
    };
    let mut text = Vec::new();
    BufReader::new(reader)
        .read_to_end(&mut text)
        .map_err(fail)?;
    let text = plain_text(&text).map_err(|error| fail(error.into()))?;
    let end = if text.contains(&0) { 0 } else { b'\n' };
    for line in text.split(|&b| b == end) {
        let line = if end == b'\n' {
            line.strip_suffix(b"\r").unwrap_or(line)
        } else {
            line
        };
        match line {
            b"" => {}
            b"-" => all.named.push(Named::StandardInput),
            path => {
                let path = to_path(path).map_err(fail)?;
                if !all.is_remote(&path, true)? {
                    all.named.push(Named::listed(path));
                }
            }
        }
    }
    Ok(())
}

#[cfg(unix)]
fn to_path(bytes: &[u8]) -> io::Result<PathBuf> {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    Ok(PathBuf::from(OsStr::from_bytes(bytes)))
}

#[cfg(not(unix))]
fn to_path(bytes: &[u8]) -> io::Result<PathBuf> {
    String::from_utf8(bytes.to_vec())
        .map(PathBuf::from)
        .map_err(io::Error::other)
}

/// Reads lines for other lists the user gives.
pub(crate) fn lines(path: &Path) -> io::Result<Vec<String>> {
    plain_text(&fs::read(path)?)?.lines().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree() -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for folder in ["a/b", "a/.hidden", "c"] {
            fs::create_dir_all(dir.path().join(folder)).unwrap();
        }
        for file in [
            "a/1.json",
            "a/b/2.json",
            "a/b/notes.txt",
            "a/.hidden/3.json",
            "c/4.json",
        ] {
            fs::write(dir.path().join(file), "{}").unwrap();
        }
        dir
    }

    fn resolve(dir: &Path, names: &[&str]) -> Vec<String> {
        let arguments: Vec<PathBuf> = names.iter().map(|name| dir.join(name)).collect();
        let mut paths: Vec<String> = Paths::resolve(&arguments, None)
            .unwrap()
            .named
            .into_iter()
            .map(|one| match one {
                Named::Folder(path) | Named::File(path) | Named::Unreadable(path, _) => {
                    path.strip_prefix(dir).unwrap().display().to_string()
                }
                Named::StandardInput => "-".into(),
            })
            .collect();
        paths.sort();
        paths
    }

    #[test]
    fn what_is_named_twice_is_read_once() {
        let tree = tree();
        let dir = tree.path();
        assert_eq!(
            resolve(dir, &["a", "a/", "a/b", "c/../a"]),
            ["a/"].map(|_| "a")
        );
        assert_eq!(resolve(dir, &["a/b", "a"]), ["a"]);
        assert_eq!(
            resolve(dir, &["a", "a/1.json", "c/4.json", "c/4.json"]),
            ["a", "c/4.json"]
        );
        let kept = ["a", "a/.hidden", "a/b/notes.txt"];
        assert_eq!(resolve(dir, &kept), kept, "a walk does not come to these");
        let hidden = ["a", "a/.hidden"];
        assert_eq!(resolve(dir, &["a", "a/.hidden", "a/b"]), hidden);
        assert_eq!(
            resolve(dir, &["a/*.json", "*/4.json"]),
            ["a/1.json", "c/4.json"]
        );
    }

    #[test]
    fn a_path_that_leads_nowhere_is_an_error() {
        let tree = tree();
        let fails = |name: &str| Paths::resolve(&[tree.path().join(name)], None).unwrap_err();
        assert!(matches!(fails("nothing"), PathError::Missing(..)));
        assert!(matches!(fails("a/*.gz"), PathError::NoMatch(_)));
        assert!(matches!(fails("a/[x"), PathError::BadPattern(..)));
        let twice = Paths::resolve(&["-".into(), "-".into()], None).unwrap_err();
        assert!(matches!(twice, PathError::InputTwice));
    }

    #[test]
    fn a_list_may_end_its_lines_with_nul_and_name_what_is_gone() {
        let tree = tree();
        let list = tree.path().join("list");
        let one = tree.path().join("a/1.json");
        let gone = tree.path().join("gone.json");
        for end in ["\n", "\r\n", "\0"] {
            let mark = if end == "\0" { "" } else { "\u{feff}" };
            let text = format!("{mark}{}{end}{end}{}{end}", one.display(), gone.display());
            fs::write(&list, text).unwrap();
            let named = Paths::resolve(&[], Some(&list)).unwrap().named;
            assert_eq!(named[0], Named::File(one.clone()), "{end:?}");
            assert!(matches!(&named[1], Named::Unreadable(path, _) if *path == gone));
        }
        assert!(matches!(
            Paths::resolve(&[], Some(&tree.path().join("none"))),
            Err(PathError::List(..))
        ));
    }
}
