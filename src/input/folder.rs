//! A folder with files to be read, and what its path says of all of them.

use std::ffi::OsStr;
#[cfg(unix)]
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::key::{Key, KeyKind};

/// A folder in which files are read.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    key: Option<Key>,
    kind: Option<KeyKind>,
}

impl Folder {
    /// The folder at a path, which is not looked at.
    pub fn new(path: PathBuf) -> Folder {
        Folder {
            key: Key::of_folder(&path),
            kind: KeyKind::of_folder(&path),
            path,
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The key of its files.
    pub fn key(&self) -> Option<&Key> {
        self.key.as_ref()
    }

    /// What kind of file one of this name is, if it is none with a log's key. Anything in doubt is
    /// `None`: its content decides.
    pub fn kind_of(&self, name: &OsStr) -> Option<KeyKind> {
        if self.key.is_some() {
            return None;
        }
        KeyKind::of_name(name).or(self.kind)
    }
}

/// Names of files in one folder. On Unix they are in one piece of memory, each with a NUL behind it:
/// they are made on one thread and given back on another, which costs the more the more pieces.
#[derive(Debug, Default)]
pub struct Names {
    #[cfg(unix)]
    names: Vec<u8>,
    #[cfg(not(unix))]
    names: Vec<std::ffi::OsString>,
    count: usize,
}

impl Names {
    /// Adds the name of a file.
    pub fn push(&mut self, name: &OsStr) {
        #[cfg(unix)]
        {
            self.names.extend_from_slice(name.as_bytes());
            self.names.push(0);
        }
        #[cfg(not(unix))]
        self.names.push(name.to_owned());
        self.count += 1;
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The names in the order they were added.
    #[cfg(unix)]
    pub fn iter(&self) -> impl Iterator<Item = &OsStr> {
        let mut rest = self.names.as_slice();
        std::iter::from_fn(move || {
            let (name, behind) = rest.split_at(memchr::memchr(0, rest)?);
            rest = &behind[1..];
            Some(OsStr::from_bytes(name))
        })
    }

    /// The names in the order they were added.
    #[cfg(not(unix))]
    pub fn iter(&self) -> impl Iterator<Item = &OsStr> {
        self.names.iter().map(std::ffi::OsString::as_os_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_back_as_they_were_added() {
        let mut names = Names::default();
        assert!(names.is_empty() && names.iter().next().is_none());
        let given = ["a.json", "b c.gz", "..gz", "-", "\u{e9}"];
        for name in given {
            names.push(OsStr::new(name));
        }
        assert_eq!(names.len(), given.len());
        assert!(names.iter().eq(given.map(OsStr::new)));
    }

    #[test]
    fn the_kind_of_a_file_is_that_of_its_name_before_that_of_its_folder() {
        let name = OsStr::new("111122223333_CloudTrail-Insight_eu-west-1_2.json");
        let kind = |path: &str, name| Folder::new(path.into()).kind_of(name);
        let digests = "AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2024/01/02";
        assert_eq!(kind(digests, name), Some(KeyKind::Insight));
        assert_eq!(kind(digests, OsStr::new("x.json")), Some(KeyKind::Digest));
        assert_eq!(kind("", OsStr::new("x.json")), None);
        let logs = "AWSLogs/111122223333/CloudTrail/eu-west-1/2024/01/02";
        assert_eq!(kind(logs, name), None, "a log's key is believed");
    }
}
