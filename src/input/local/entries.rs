//! What is in a folder that is held open, as the system lists it: in no particular order.

use std::ffi::OsStr;
use std::fs::{self, FileType};
use std::io;
use std::path::Path;

use super::Directory;

/// What something in a folder is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    File,
    Folder,
    Link,
    /// A FIFO, a socket, a device.
    Other,
}

impl From<FileType> for Kind {
    fn from(kind: FileType) -> Kind {
        if kind.is_symlink() {
            Kind::Link
        } else if kind.is_dir() {
            Kind::Folder
        } else if kind.is_file() {
            Kind::File
        } else {
            Kind::Other
        }
    }
}

/// Lists a folder by its path. `each` has the names, and what they are, if that can be told.
fn list(folder: &Path, mut each: impl FnMut(&OsStr, io::Result<Kind>)) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        // Without this, a folder that goes away half-way would look complete.
        let entry = entry?;
        each(&entry.file_name(), entry.file_type().map(Kind::from));
    }
    Ok(())
}

#[cfg(not(target_os = "linux"))]
impl Directory {
    /// Lists the folder, the one that was opened. `each` has the names, and what they are, if that can
    /// be told.
    pub(super) fn list(
        &self,
        folder: &Path,
        each: impl FnMut(&OsStr, io::Result<Kind>),
    ) -> io::Result<()> {
        list(folder, each)
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::ffi::CStr;
    use std::mem::MaybeUninit;
    use std::os::unix::ffi::OsStrExt as _;

    use rustix::fd::OwnedFd;
    use rustix::fs::{AtFlags, FileType, RawDir, SeekFrom, seek, statat};
    use rustix::io::{Errno, retry_on_intr};

    use super::{Directory, Kind, OsStr, Path, io, list};

    /// As many bytes of names are asked for at a time: what the C library asks for.
    const TOGETHER: usize = 32 << 10;

    impl Directory {
        /// Lists the folder, the one that was opened. `each` has the names, and what they are, if that
        /// can be told.
        ///
        /// By its path it would be opened for a second time, and every name be copied twice: three
        /// percent of a night with nothing new.
        pub(in super::super) fn list(
            &self,
            folder: &Path,
            mut each: impl FnMut(&OsStr, io::Result<Kind>),
        ) -> io::Result<()> {
            let Some(handle) = &self.handle else {
                return list(folder, each); // which says what is wrong
            };
            seek(handle, SeekFrom::Start(0))?; // it may have been listed before
            let mut buffer = [MaybeUninit::uninit(); TOGETHER];
            let mut entries = RawDir::new(handle, &mut buffer);
            while let Some(entry) = entries.next() {
                let entry = match entry {
                    Err(Errno::INTR) => continue,
                    // Without this, a folder that goes away half-way would look complete.
                    entry => entry?,
                };
                let name = entry.file_name();
                if matches!(name.to_bytes(), b"." | b"..") {
                    continue;
                }
                let kind = kind(handle, name, entry.file_type());
                each(OsStr::from_bytes(name.to_bytes()), kind);
            }
            Ok(())
        }
    }

    /// What an entry is: not every file system says so in its listing.
    fn kind(directory: &OwnedFd, name: &CStr, told: FileType) -> io::Result<Kind> {
        let kind = match told {
            FileType::Unknown => {
                let stat = || statat(directory, name, AtFlags::SYMLINK_NOFOLLOW);
                FileType::from_raw_mode(retry_on_intr(stat)?.st_mode)
            }
            told => told,
        };
        Ok(match kind {
            FileType::RegularFile => Kind::File,
            FileType::Directory => Kind::Folder,
            FileType::Symlink => Kind::Link,
            _ => Kind::Other,
        })
    }

    #[cfg(test)]
    #[allow(clippy::unwrap_used, reason = "what fails here fails the test")]
    mod tests {
        use std::collections::BTreeMap;
        use std::ffi::{CString, OsString};
        use std::fs;
        use std::os::unix::fs::symlink;
        use std::os::unix::net::UnixListener;

        use super::*;

        #[test]
        fn a_folder_that_is_held_open_is_listed_as_by_its_path() {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path();
            // More than are asked for at a time.
            let long = "x".repeat(200);
            for number in 0..1_000 {
                fs::write(path.join(format!("{number}{long}")), "").unwrap();
            }
            fs::write(path.join(OsStr::from_bytes(b"\xff")), "").unwrap();
            fs::create_dir(path.join("folder")).unwrap();
            symlink("folder", path.join("link")).unwrap();
            let _socket = UnixListener::bind(path.join("socket")).unwrap();
            let mut by_path = BTreeMap::new();
            let mut note = |name: &OsStr, kind: io::Result<Kind>| {
                assert_eq!(by_path.insert(name.to_owned(), kind.unwrap()), None);
            };
            list(path, &mut note).unwrap();
            assert_eq!(by_path.len(), 1_004);
            let directory = Directory::open(path);
            for _ in 0..2 {
                let mut listed: BTreeMap<OsString, Kind> = BTreeMap::new();
                let note = |name: &OsStr, kind: io::Result<Kind>| {
                    assert_eq!(listed.insert(name.to_owned(), kind.unwrap()), None);
                };
                directory.list(path, note).unwrap();
                assert_eq!(listed, by_path);
            }
            let handle = directory.handle.as_ref().unwrap();
            for (name, expected) in by_path {
                let name = CString::new(name.as_bytes()).unwrap();
                assert_eq!(kind(handle, &name, FileType::Unknown).unwrap(), expected);
            }
            assert!(kind(handle, c"none", FileType::Unknown).is_err());
        }

        #[test]
        fn a_folder_that_cannot_be_listed_is_not_empty() {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("gone");
            let none = |_: &OsStr, _: io::Result<Kind>| unreachable!("there is nothing");
            assert!(Directory::open(&path).list(&path, none).is_err());
            fs::create_dir(&path).unwrap();
            let directory = Directory::open(&path);
            directory.list(&path, none).unwrap();
            fs::remove_dir(&path).unwrap();
            assert!(directory.list(&path, none).is_err());
        }
    }
}
