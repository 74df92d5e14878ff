//! What the user named → where reading begins. Nothing named twice is read twice.
//!
//! Owns the meaning of PATH arguments and of lists of them. Does not open or list what they lead to.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fmt;
use std::fs;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use siphasher::sip::SipHasher13;

use super::folder::is_opened_in_a_walk;
use super::local::expand as expand_glob;
use super::manifest::{Found, Manifest, ManifestError};
#[cfg(feature = "s3")]
use super::s3::{S3Error, S3Url};
use crate::aws::Key;
use crate::plain_text::plain_text;
use crate::shown::Shown;
#[cfg(feature = "s3")]
use chrono::NaiveDate;

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

/// Everything the user named.
#[derive(Debug, Default)]
pub struct Paths {
    /// Where to begin; a folder inside another, or a file named twice, is here once.
    pub named: Vec<Named>,
    /// The canonical names of the folders.
    pub roots: Vec<PathBuf>,
    /// The canonical names of the files, if there are folders, too.
    pub files: HashSet<PathBuf>,
    /// What to read in S3; a prefix inside another is here once.
    #[cfg(feature = "s3")]
    pub s3: Vec<Prefix>,
    /// What a listing has found already.
    pub manifest: Manifest,
    /// Where such a listing comes from together with contents.
    pub piped: Option<Piped>,
}

/// A manifest with contents, which is read once.
pub struct Piped {
    /// Where it comes from.
    pub from: Mutex<Box<dyn BufRead + Send>>,
    /// A number of the paths on it, whatever their order.
    number: AtomicU64,
}

impl Piped {
    fn of(from: Box<dyn BufRead + Send>) -> Piped {
        Piped {
            from: Mutex::new(from),
            number: AtomicU64::new(0),
        }
    }

    /// Notes a path that is on it.
    pub fn note(&self, path: &str) {
        let number = SipHasher13::new().hash(path.as_bytes());
        self.number.fetch_add(number, Ordering::Relaxed);
    }

    /// A number of the paths that were read, whatever their order.
    pub fn number(&self) -> u64 {
        self.number.load(Ordering::Relaxed)
    }
}

impl fmt::Debug for Piped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Piped").finish_non_exhaustive()
    }
}

/// What to list in S3.
#[cfg(feature = "s3")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prefix {
    /// The bucket, and the beginning of the keys.
    pub url: S3Url,
    /// The first day of delivery that is listed, whatever is asked about; `None`: all of them.
    pub from: Option<NaiveDate>,
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
        Ok(Paths {
            #[cfg(feature = "s3")]
            s3: (prefixes(all.s3).into_iter())
                .map(|url| Prefix { url, from: None })
                .collect(),
            ..once(all.named)
        })
    }
}

impl Paths {
    /// What a manifest leads to. With contents, these follow the lines and are read with the run.
    ///
    /// # Errors
    /// If it cannot be read, or a line is none.
    pub fn of_manifest(path: &Path, has_contents: bool) -> Result<Paths, PathError> {
        let fail = |error: io::Error| PathError::List(path.to_owned(), error);
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
        let is_walked = self.roots.iter().any(|root| file.starts_with(root));
        is_named || (is_walked && file.parent().and_then(Key::of_folder).is_some())
    }
}

/// What was named, with whatever is named twice.
#[derive(Default)]
struct All {
    named: Vec<Named>,
    #[cfg(feature = "s3")]
    s3: Vec<S3Url>,
}

fn is_url(found: &Found) -> bool {
    found.path.contains("://")
}

fn expand(argument: &Path, all: &mut All) -> Result<(), PathError> {
    if argument.as_os_str() == "-" {
        all.named.push(Named::StandardInput);
        return Ok(());
    }
    if all.is_remote(argument)? {
        return Ok(());
    }
    let named = &mut all.named;
    match fs::metadata(argument) {
        Ok(metadata) => named.push(of_kind(argument.to_owned(), &metadata)),
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
        allow(clippy::unused_self, clippy::needless_pass_by_ref_mut)
    )]
    fn is_remote(&mut self, path: &Path) -> Result<bool, PathError> {
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
            self.s3.push(S3Url::parse(&text).map_err(PathError::S3)?);
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
        Ok(path) => listed(path),
        Err((folder, error)) => Named::Unreadable(folder, error.to_string()),
    }));
    if named.len() == before {
        Err(PathError::NoMatch(pattern.to_owned()))
    } else {
        Ok(())
    }
}

/// A path somebody else wrote down: if it is gone, that is one unreadable file.
fn listed(path: PathBuf) -> Named {
    match fs::metadata(&path) {
        Ok(metadata) => of_kind(path, &metadata),
        Err(error) => Named::Unreadable(path, error.to_string()),
    }
}

fn of_kind(path: PathBuf, metadata: &fs::Metadata) -> Named {
    if metadata.is_dir() {
        Named::Folder(path)
    } else {
        Named::File(path)
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
                if !all.is_remote(&path)? {
                    all.named.push(listed(path));
                }
            }
        }
    }
    Ok(())
}

#[cfg(unix)]
fn to_path(bytes: &[u8]) -> io::Result<PathBuf> {
    use std::os::unix::ffi::OsStrExt;
    Ok(PathBuf::from(OsStr::from_bytes(bytes)))
}

#[cfg(not(unix))]
fn to_path(bytes: &[u8]) -> io::Result<PathBuf> {
    String::from_utf8(bytes.to_vec())
        .map(PathBuf::from)
        .map_err(io::Error::other)
}

/// Leaves out what is named twice, or is in a folder that is walked anyway.
fn once(named: Vec<Named>) -> Paths {
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
    // Sorted, a folder comes before what is in it; a hidden one may come between.
    roots.sort();
    let mut outer: Vec<PathBuf> = Vec::new();
    for root in roots {
        if !outer.iter().any(|outer| is_walked_from(outer, &root)) {
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
                    .is_some_and(|folder| roots.iter().any(|root| is_walked_from(root, folder)))
                    && is_opened_in_a_walk(&path);
                !is_walked && seen.insert(path)
            }
            Named::StandardInput => true,
            Named::Unreadable(path, _) => seen.insert(path.clone()),
        })
        .collect();
    // Without a folder, no walk finds one of them.
    let is_file = |path: &PathBuf| !roots.is_empty() && !roots.contains(path);
    let files = seen.into_iter().filter(is_file).collect();
    Paths {
        named,
        roots,
        files,
        ..Paths::default()
    }
}

/// Leaves out what another prefix leads to: it is the beginning of whatever begins with it.
#[cfg(feature = "s3")]
fn prefixes(mut urls: Vec<S3Url>) -> Vec<S3Url> {
    urls.sort_by(|a, b| (&a.bucket, &a.prefix).cmp(&(&b.bucket, &b.prefix)));
    urls.dedup_by(|inner, outer| {
        inner.bucket == outer.bucket && inner.prefix.starts_with(&outer.prefix)
    });
    urls
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
            let folder = if folder.as_os_str().is_empty() {
                Path::new(".")
            } else {
                folder
            };
            self.canonical_folder = fs::canonicalize(folder).ok();
        }
        self.canonical_folder
            .as_ref()
            .map_or_else(|| canonical(path), |folder| folder.join(name))
    }
}

/// Whether a walk from `root` comes to `folder`: no hidden folder is between them.
fn is_walked_from(root: &Path, folder: &Path) -> bool {
    folder.strip_prefix(root).is_ok_and(|rest| {
        !rest
            .iter()
            .any(|part: &OsStr| part.as_encoded_bytes().starts_with(b"."))
    })
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

    #[cfg(unix)]
    #[test]
    fn a_file_has_one_name_whatever_way_leads_to_it() {
        use std::os::unix::fs::symlink;
        let tree = tree();
        let dir = tree.path();
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
        assert_eq!(
            resolve(
                dir,
                &["a/1.json", "a/link.json", "c/b/2.json", "a/b/2.json"]
            ),
            ["a/1.json", "c/b/2.json"]
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
