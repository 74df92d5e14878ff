//! What was read before, in memory, where a run looks up every file it finds.
//!
//! Some 64 bytes a file: paths and keys are known by hashes of 128 bits.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use foldhash::fast::RandomState;
use rusqlite::Connection;
use siphasher::sip128::{Hasher128 as _, SipHasher13};
use std::hash::Hasher as _;

use crate::aws::Key;
use crate::input::{Object, Trailer, Version};
use crate::scan;
use crate::store::tables::checksums::{self, Checksums, Sum};
use crate::store::tables::file_row::{COLUMNS, FileRow, WIDTH};
use crate::store::tables::outcome::Outcome;

/// What is known of a file.
#[derive(Clone, Copy)]
pub(in crate::store) struct Known {
    pub id: i64,
    pub version: Version,
    pub trailer: Trailer,
    /// It was not damaged.
    pub is_sound: bool,
}

impl Known {
    /// Whether a file whose version has changed holds what it held before.
    pub fn has_content(&self, version: Version, trailer: Trailer) -> bool {
        self.is_sound
            && self.version != UNREAD
            && self.version.size == version.size
            && self.trailer == trailer
    }
}

/// What a run asks before it opens a file, and how often the answer was that it need not.
pub(in crate::store) struct Seen<'l> {
    ledger: &'l Ledger,
    known: AtomicU64,
}

impl<'l> Seen<'l> {
    pub fn new(ledger: &'l Ledger) -> Seen<'l> {
        Seen {
            ledger,
            known: AtomicU64::new(0),
        }
    }

    /// Files that were not opened.
    pub fn known(self) -> u64 {
        self.known.into_inner()
    }
}

impl scan::Known for Seen<'_> {
    fn is_known(&self, object: &Object<'_>, version: Version) -> bool {
        let known = self.ledger.file(&text(&object.path()));
        let is_known = known.is_some_and(|known| known.version == version);
        self.known.fetch_add(u64::from(is_known), Ordering::Relaxed);
        is_known
    }

    fn is_known_content(&self, object: &Object<'_>, version: Version, trailer: Trailer) -> bool {
        let path = object.path();
        let path = text(&path);
        let known = self.ledger.file(&path);
        known.is_some_and(|known| known.has_content(version, trailer))
            || self.ledger.copied(&path, version, trailer).is_some()
    }
}

/// The version of a file that was not read to its end: no file has it, so the file is tried again.
pub(in crate::store) const UNREAD: Version = Version {
    size: 0,
    changed: -1,
};

/// The files that are known.
#[derive(Default)]
pub(in crate::store) struct Ledger {
    files: HashMap<u128, Known, RandomState>,
    /// Objects of S3 that were read, whatever the folder.
    objects: HashMap<u128, i64, RandomState>,
    /// Objects of S3 of which a damaged copy was read, and where it was.
    damaged: HashMap<u128, (i64, PathBuf), RandomState>,
    /// What could not be opened, with its path: some may be folders.
    unopened: Vec<(i64, PathBuf)>,
}

impl Ledger {
    /// All that was read before, compared with its checksums.
    pub fn read(connection: &Connection, checksums: &Checksums) -> rusqlite::Result<Ledger> {
        let mut folders: HashMap<i64, String, RandomState> = HashMap::default();
        let mut all = connection.prepare("SELECT id, path FROM folder")?;
        let mut rows = all.query([])?;
        while let Some(row) = rows.next()? {
            folders.insert(row.get(0)?, row.get(1)?);
        }
        let count: usize =
            connection.query_row("SELECT count(*) FROM file", [], |row| row.get(0))?;
        let mut ledger = Ledger::default();
        ledger.files.reserve(count);
        ledger.objects.reserve(count);
        let mut all = connection.prepare(&format!(
            "SELECT {COLUMNS}, {} FROM file AS f",
            checksums::of_row("file", "f")
        ))?;
        let mut rows = all.query([])?;
        let mut path = String::new();
        let mut sum = Sum::default();
        while let Some(row) = rows.next()? {
            sum.add(row.get(WIDTH)?);
            let file = FileRow::from_row(row)?;
            let Some(folder) = folders.get(&file.folder) else {
                continue; // its folder is gone
            };
            path.clear();
            path.push_str(folder);
            path.push('/');
            path.push_str(file.name);
            let known = Known {
                id: file.id,
                version: file.version,
                trailer: file.trailer,
                is_sound: file.outcome != Outcome::Damaged,
            };
            if known.is_sound && file.outcome != Outcome::Copy {
                if let Some(object) = object(&path, known.version, known.trailer) {
                    ledger.objects.insert(object, known.id);
                }
            } else if !known.is_sound
                && let Some(key) = Key::in_path(&path)
            {
                let place = (known.id, PathBuf::from(&path));
                ledger.damaged.insert(hash(&[key.as_bytes()]), place);
            }
            if !known.is_sound && known.version == UNREAD {
                ledger.unopened.push((known.id, PathBuf::from(&path)));
            }
            ledger.files.insert(hash(&[path.as_bytes()]), known);
        }
        checksums.expect_all("file", sum)?;
        Ok(ledger)
    }

    /// What is known of the file of this path.
    pub fn file(&self, path: &str) -> Option<&Known> {
        self.files.get(&hash(&[path.as_bytes()]))
    }

    /// The file that was read of the same object of S3, if this one is a copy.
    pub fn copied(&self, path: &str, version: Version, trailer: Trailer) -> Option<i64> {
        self.objects.get(&object(path, version, trailer)?).copied()
    }

    /// The folders that could not be listed before, and can be now.
    pub fn listed(&self) -> impl Iterator<Item = (i64, &Path)> {
        let unopened = self.unopened.iter().map(|(id, path)| (*id, &**path));
        unopened.filter(|(_, path)| path.is_dir() && path.read_dir().is_ok())
    }

    /// A damaged copy of the object under another folder that is gone from there: this file takes
    /// its place.
    pub fn vanished_copy(&self, path: &str) -> Option<i64> {
        let key = Key::in_path(path).filter(|_| !self.damaged.is_empty())?;
        let (id, place) = self.damaged.get(&hash(&[key.as_bytes()]))?;
        // What is in S3 is not gone for not being on this machine.
        let is_gone = !place.starts_with("s3:") && !place.exists();
        (place != Path::new(path) && is_gone).then_some(*id)
    }
}

/// What identifies an object of S3: the key, the size, and the trailer. `None` for a path without a key,
/// and if the trailer was not read.
pub(in crate::store) fn object(path: &str, version: Version, trailer: Trailer) -> Option<u128> {
    let key = Key::in_path(path).filter(|_| version != UNREAD)?;
    Some(hash(&[
        key.as_bytes(),
        &version.size.to_le_bytes(),
        &trailer.checksum.to_le_bytes(),
        &trailer.length.to_le_bytes(),
    ]))
}

/// The hashes are in memory only, so their keys do not matter.
fn hash(parts: &[&[u8]]) -> u128 {
    let mut hasher = SipHasher13::new();
    for part in parts {
        hasher.write(part);
        hasher.write_u8(0xff);
    }
    hasher.finish128().as_u128()
}

/// A path as the ledger knows it. Bytes that are no UTF-8 are written as `%XX`: two paths must not look alike.
pub(super) fn text(path: &Path) -> Cow<'_, str> {
    if let Some(text) = path.to_str() {
        return match std::path::MAIN_SEPARATOR {
            '/' => Cow::Borrowed(text),
            other => Cow::Owned(text.replace(other, "/")),
        };
    }
    let mut text = String::new();
    for chunk in path.as_os_str().as_encoded_bytes().utf8_chunks() {
        text += chunk.valid();
        for byte in chunk.invalid() {
            text += &format!("%{byte:02X}");
        }
    }
    Cow::Owned(text)
}
