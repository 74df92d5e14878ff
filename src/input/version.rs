//! What tells whether an object still has the content that was read.

use std::fs::{File, Metadata};
use std::io;
use std::path::Path;
use std::time::UNIX_EPOCH;

/// What changes whenever the content of an object does: while it stays, nobody looks at the content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version {
    /// Bytes.
    pub size: u64,
    /// Of a file, when it was written, in nanoseconds since 1970, or 0 where a file system does not tell;
    /// of an object in S3, a hash of its ETag and of when it was written.
    pub changed: i64,
}

impl Version {
    /// In place of that of an object which was not read to its end: none has it, so the object is tried again.
    pub const UNREAD: Version = Version {
        size: 0,
        changed: -1,
    };

    /// The version of a file, links followed. `None` for what is no file.
    ///
    /// # Errors
    /// What the system says.
    pub fn of_file(path: &Path) -> io::Result<Option<Version>> {
        Ok(Version::of(&path.metadata()?))
    }

    /// The version of a file that is open. It is looked at before the content is: what is written in
    /// between has another version then, and is read by the next run.
    pub fn of_open(file: &File) -> Option<Version> {
        Version::of(&file.metadata().ok()?)
    }

    /// The version that the system tells. `None` for what is no file.
    pub(super) fn of(metadata: &Metadata) -> Option<Version> {
        let since = |time: std::time::SystemTime| time.duration_since(UNIX_EPOCH).ok();
        let changed = (metadata.modified().ok().and_then(since))
            .and_then(|age| i64::try_from(age.as_nanos()).ok());
        metadata.is_file().then_some(Version {
            size: metadata.len(),
            changed: changed.unwrap_or(0),
        })
    }

    /// The version of an object as a listing tells it. The hash is kept in stores.
    #[cfg(feature = "s3")]
    pub fn of_s3(object: &super::s3::Object) -> Version {
        use std::hash::Hasher as _;
        let mut hasher = siphasher::sip::SipHasher13::new();
        hasher.write(object.etag.as_bytes());
        hasher.write_u8(0xff);
        let time = object.last_modified.map_or(0, |time| time.timestamp());
        hasher.write(&time.to_le_bytes());
        Version {
            size: object.size,
            // Never below zero: such a number says that a file was not read.
            changed: (hasher.finish() >> 1).cast_signed(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_file_has_a_version() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Version::of_file(folder.path()).unwrap().is_none());
        let file = folder.path().join("a");
        std::fs::write(&file, "abc").unwrap();
        assert_eq!(Version::of_file(&file).unwrap().unwrap().size, 3);
        assert!(Version::of_file(&folder.path().join("b")).is_err());
    }
}
