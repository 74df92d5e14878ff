//! A folder with files to be read, and what its path says of all of them.

use std::ffi::OsStr;
use std::io;
#[cfg(unix)]
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use chrono::NaiveDate;
#[cfg(unix)]
use smallvec::SmallVec;

use super::endings::Ending;
use super::local::Directory;
use super::names::{is_cloudtrails, is_hidden, is_test_file};
use crate::aws::{Key, KeyKind, Pruned, Pruning, is_of_another_service, is_of_cloudtrail};

/// A folder in which files are read.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    key: Option<Key>,
    kind: Option<KeyKind>,
    /// The key of its files, if they are digests.
    digests: Option<Key>,
    /// CloudTrail's own by its path.
    is_of_cloudtrail: bool,
    is_of_another_service: bool,
    /// Held open for as long as some thread is in it.
    directory: Mutex<Weak<Directory>>,
}

/// How much is known of a file by its name and key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// It is CloudTrail's own: whatever is not read of it is missing.
    CloudTrails,
    /// Its name is as good as that of a log.
    Log,
    /// Nothing: a name of any kind, whose content has to tell.
    Unknown,
}

/// Something that was found in a folder.
#[derive(Debug)]
pub enum Found<'n> {
    /// A folder to be walked in its turn.
    Folder(PathBuf),
    /// A file in the folder whose name may be that of a log.
    File(&'n OsStr),
    /// Something in the folder that is not read.
    Skipped(&'n OsStr, Skip),
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

impl Folder {
    /// The folder at a path, which is not looked at.
    pub fn new(path: PathBuf) -> Folder {
        let kind = KeyKind::of_folder(&path);
        Folder {
            key: Key::of_folder(&path),
            kind,
            digests: (kind == Some(KeyKind::Digest))
                .then(|| Key::of_digests(&path))
                .flatten(),
            is_of_cloudtrail: is_of_cloudtrail(&path),
            is_of_another_service: is_of_another_service(&path),
            directory: Mutex::default(),
            path,
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The folder, held open until nobody has this any more: threads that are in one folder open it once.
    pub fn directory(&self) -> Arc<Directory> {
        let mut held = (self.directory.lock()).unwrap_or_else(PoisonError::into_inner);
        held.upgrade().unwrap_or_else(|| {
            let directory = Arc::new(Directory::open(&self.path));
            *held = Arc::downgrade(&directory);
            directory
        })
    }

    /// The key of its files.
    pub fn key(&self) -> Option<&Key> {
        self.key.as_ref()
    }

    /// Why its files, logs or digests, need not be read; `None` if they must.
    pub fn pruned_by(&self, pruning: &Pruning) -> Option<Pruned> {
        match (&self.key, &self.digests) {
            (Some(key), _) => pruning.prunes(key),
            (None, Some(key)) => pruning.prunes_digest(key),
            (None, None) => None,
        }
    }

    /// The key of its logs or digests, if they are left out for being from before the time asked about.
    pub fn earlier(&self, pruning: &Pruning) -> Option<&Key> {
        let key = self.key.as_ref().or(self.digests.as_ref());
        key.filter(|key| pruning.is_before(key))
    }

    /// The day by which its files, logs or digests, are pruned.
    pub fn day(&self) -> Option<NaiveDate> {
        let key = self.key.as_ref().or(self.digests.as_ref());
        key.map(|key| key.day)
    }

    /// Whether a file of this name is a digest, whoever named it.
    pub fn is_digest(&self, name: &OsStr) -> bool {
        KeyKind::of_name(name).or(self.kind) == Some(KeyKind::Digest)
    }

    /// Whether a walk opens a file of this name, where these folders of other services were named.
    pub fn opens_in_a_walk(&self, name: &OsStr, services: &[PathBuf]) -> bool {
        let is_wanted =
            |skip| skip == Skip::OtherService && is_in_named_service(&self.path, services);
        !is_hidden(name) && self.skips(name).is_none_or(is_wanted)
    }

    /// Whether a walk reads a file of this name, where these folders of other services were named.
    pub fn is_read_in_a_walk(&self, name: &OsStr, services: &[PathBuf]) -> bool {
        self.opens_in_a_walk(name, services) && !self.says_no_log(name)
    }

    /// Whether the folder says of a file, whose name says nothing, that it is no log: that is believed in a walk,
    /// and not of a file that was named.
    pub fn says_no_log(&self, name: &OsStr) -> bool {
        let kind = self.kind_of(name);
        kind.is_some_and(|kind| kind != KeyKind::Log) && KeyKind::of_name(name).is_none()
    }

    /// Why a file of this name is not opened in a walk; `None` if it is. A name or key of CloudTrail's
    /// own is always opened.
    pub fn skips(&self, name: &OsStr) -> Option<Skip> {
        if self.is_of_cloudtrail {
            return None;
        }
        let ending = Ending::of(name);
        let is_test = !self.is_of_another_service && is_test_file(name);
        if ending == Ending::Log && !self.is_of_another_service && !is_test || is_cloudtrails(name)
        {
            None
        } else if self.is_of_another_service || is_test {
            Some(Skip::OtherService)
        } else {
            (ending == Ending::NotALog).then_some(Skip::NotALog)
        }
    }

    /// Whether its key is another service's.
    pub(crate) fn is_of_another_service(&self) -> bool {
        self.is_of_another_service
    }

    /// How much is known of a file of this name, which is opened.
    pub fn trust(&self, name: &OsStr) -> Trust {
        if self.is_of_cloudtrail || is_cloudtrails(name) {
            return Trust::CloudTrails;
        }
        match Ending::of(name) {
            Ending::Log => Trust::Log,
            _ => Trust::Unknown,
        }
    }

    /// What kind of file one of this name is: by the name, wherever it was put, and else by the folder. In a
    /// folder with a log's key all are logs. Anything in doubt is `None`: its content decides.
    pub fn kind_of(&self, name: &OsStr) -> Option<KeyKind> {
        match self.key {
            Some(_) => Some(KeyKind::Log),
            None => KeyKind::of_name(name).or(self.kind),
        }
    }
}

/// Whether a walk that comes to a file reads it, where these folders of other services were named.
pub(super) fn is_read_in_a_walk(file: &Path, services: &[PathBuf]) -> bool {
    let (Some(folder), Some(name)) = (file.parent(), file.file_name()) else {
        return false;
    };
    Folder::new(folder.to_owned()).is_read_in_a_walk(name, services)
}

/// Whether a folder is in one of those of other services that were named: whoever names a service by hand
/// wants its files read.
pub(super) fn is_in_named_service(folder: &Path, services: &[PathBuf]) -> bool {
    services.iter().any(|service| folder.starts_with(service))
}

/// Names of files in one folder. On Unix they are in one piece of memory: they are made on one thread
/// and given back on another, which costs the more the more pieces.
#[derive(Debug, Default)]
pub struct Names {
    #[cfg(unix)]
    names: Vec<u8>,
    /// Where each ends. A batch has a few of them.
    #[cfg(unix)]
    ends: SmallVec<[u32; 8]>,
    #[cfg(not(unix))]
    names: Vec<std::ffi::OsString>,
}

#[cfg(unix)]
impl Names {
    /// Adds the name of a file.
    pub fn push(&mut self, name: &OsStr) {
        self.names.extend_from_slice(name.as_bytes());
        self.ends.push(self.names.len() as u32);
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// The name of a number, in the order they were added.
    pub fn get(&self, number: usize) -> Option<&OsStr> {
        let end = *self.ends.get(number)? as usize;
        let begin = number
            .checked_sub(1)
            .map_or(0, |before| self.ends[before] as usize);
        Some(OsStr::from_bytes(&self.names[begin..end]))
    }
}

#[cfg(not(unix))]
impl Names {
    /// Adds the name of a file.
    pub fn push(&mut self, name: &OsStr) {
        self.names.push(name.to_owned());
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// The name of a number, in the order they were added.
    pub fn get(&self, number: usize) -> Option<&OsStr> {
        self.names.get(number).map(std::ffi::OsString::as_os_str)
    }
}

impl Names {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_back_as_they_were_added() {
        let mut names = Names::default();
        assert!(names.is_empty() && names.get(0).is_none());
        let given = ["a.json", "b c.gz", "..gz", "-", "\u{e9}"];
        for name in given {
            names.push(OsStr::new(name));
        }
        assert_eq!(names.len(), given.len());
        for (number, name) in given.into_iter().enumerate() {
            assert_eq!(names.get(number), Some(OsStr::new(name)));
        }
        assert!(names.get(given.len()).is_none());
    }

    #[test]
    fn a_folder_is_open_once_and_as_long_as_somebody_is_in_it() {
        let folder = Folder::new(std::env::temp_dir());
        let (one, other) = (folder.directory(), folder.directory());
        assert!(Arc::ptr_eq(&one, &other));
        drop(one);
        assert!(Arc::ptr_eq(&folder.directory(), &other));
        let closed = Arc::downgrade(&other);
        drop(other);
        assert!(closed.upgrade().is_none());
    }

    #[test]
    fn what_is_cloudtrails_own_is_always_opened() {
        let own = "111122223333_CloudTrail_us-east-1_20251103T0810Z_A.json.br";
        for (folder, name, skip) in [
            ("x", "a.json", None),
            ("x", "a.md", Some(Skip::NotALog)),
            ("x", "a.1", None),
            ("x", "aws-logs-write-test", Some(Skip::OtherService)),
            (
                "AWSLogs/111122223333",
                "ELBAccessLogTestFile",
                Some(Skip::OtherService),
            ),
            (
                "AWSLogs/111122223333/Config",
                "a.json",
                Some(Skip::OtherService),
            ),
            ("AWSLogs/111122223333/Config", own, None),
            ("AWSLogs/111122223333/CloudTrail/us-east-1", "a.md", None),
        ] {
            let skips = Folder::new(folder.into()).skips(OsStr::new(name));
            assert_eq!(skips, skip, "{folder}/{name}");
        }
        for (name, trust) in [
            (own, Trust::CloudTrails),
            ("a.gz", Trust::Log),
            ("a", Trust::Log),
            ("a.1", Trust::Unknown),
            ("a.json.br", Trust::Unknown),
        ] {
            let told = Folder::new("x".into()).trust(OsStr::new(name));
            assert_eq!(told, trust, "{name}");
        }
    }

    #[test]
    fn the_kind_of_a_file_is_that_of_its_name_before_that_of_its_folder() {
        let name = OsStr::new("111122223333_CloudTrail-Insight_eu-west-1_2.json");
        let kind = |path: &str, name| Folder::new(path.into()).kind_of(name);
        let digests = "AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2024/01/02";
        assert_eq!(kind(digests, name), Some(KeyKind::Insight));
        assert_eq!(kind(digests, OsStr::new("x.json")), Some(KeyKind::Digest));
        assert_eq!(kind("", OsStr::new("x.json")), None);
        let log = OsStr::new("111122223333_CloudTrail_eu-west-1_2.json");
        assert_eq!(kind(digests, log), Some(KeyKind::Log));
        assert!(!Folder::new(digests.into()).is_digest(log));
        let logs = "AWSLogs/111122223333/CloudTrail/eu-west-1/2024/01/02";
        assert_eq!(
            kind(logs, name),
            Some(KeyKind::Log),
            "a log's key is believed"
        );
    }
}
