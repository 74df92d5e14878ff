//! What was read before, held in memory while a run asks for every file it comes upon.
//!
//! 64 bytes a file or so: paths and keys are known by hashes of 128 bits.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use foldhash::fast::RandomState;
use rusqlite::Connection;
use siphasher::sip128::{Hasher128 as _, SipHasher13};
use std::hash::Hasher as _;

use super::checksums::{self, Checksums, Sum};
use crate::aws::Key;
use crate::input::{Stamp, Trailer};

/// What is known of a file.
#[derive(Clone, Copy)]
pub(super) struct Known {
    pub id: i64,
    pub stamp: Stamp,
    pub trailer: Trailer,
    /// Nothing was wrong with it.
    pub is_sound: bool,
}

/// The stamp of a file that was not read to its end: no file has it, so it is tried again.
pub(super) const UNREAD: Stamp = Stamp {
    size: 0,
    modified: -1,
};

/// The files that are known.
#[derive(Default)]
pub(super) struct Ledger {
    files: HashMap<u128, Known, RandomState>,
    /// Objects of S3 that were read, whatever the folder.
    objects: HashMap<u128, i64, RandomState>,
    /// Objects of S3 of which a damaged copy was read, and where it was.
    damaged: HashMap<u128, (i64, PathBuf), RandomState>,
    /// What could not be opened, and where it is: some may be folders.
    unopened: Vec<(i64, PathBuf)>,
}

impl Ledger {
    /// All that was read before, held against its sums.
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
            "SELECT id, folder, name, size, modified, checksum, length, outcome, {} FROM file AS f",
            checksums::of_row("file", "f")
        ))?;
        let mut rows = all.query([])?;
        let mut path = String::new();
        let mut sum = Sum::default();
        while let Some(row) = rows.next()? {
            sum.add(row.get(8)?);
            let Some(folder) = folders.get(&row.get(1)?) else {
                continue; // no file of ours
            };
            path.clear();
            path.push_str(folder);
            path.push('/');
            path.push_str(row.get_ref(2)?.as_str()?);
            let outcome = row.get_ref(7)?.as_str()?;
            let known = Known {
                id: row.get(0)?,
                stamp: Stamp {
                    size: row.get(3)?,
                    modified: row.get(4)?,
                },
                trailer: Trailer {
                    checksum: row.get(5)?,
                    length: row.get(6)?,
                },
                is_sound: outcome != "damaged",
            };
            if known.is_sound && outcome != "same" {
                if let Some(object) = object(&path, known.stamp, known.trailer) {
                    ledger.objects.insert(object, known.id);
                }
            } else if !known.is_sound
                && let Some(key) = Key::in_path(&path)
            {
                let place = (known.id, PathBuf::from(&path));
                ledger.damaged.insert(hash(&[key.as_bytes()]), place);
            }
            if !known.is_sound && known.stamp == UNREAD {
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

    /// The file that was read as a copy of this object of S3.
    pub fn same(&self, path: &str, stamp: Stamp, trailer: Trailer) -> Option<i64> {
        self.objects.get(&object(path, stamp, trailer)?).copied()
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
        (place != Path::new(path) && !place.exists()).then_some(*id)
    }
}

/// What tells one object of S3 from another: the key, and what stands at its end. `None` for a path
/// without a key, and where the end was not seen.
pub(super) fn object(path: &str, stamp: Stamp, trailer: Trailer) -> Option<u128> {
    let key = Key::in_path(path).filter(|_| stamp != UNREAD)?;
    Some(hash(&[
        key.as_bytes(),
        &stamp.size.to_le_bytes(),
        &trailer.checksum.to_le_bytes(),
        &trailer.length.to_le_bytes(),
    ]))
}

/// In memory only, so that the keys of the hash are of no matter.
fn hash(parts: &[&[u8]]) -> u128 {
    let mut hasher = SipHasher13::new();
    for part in parts {
        hasher.write(part);
        hasher.write_u8(0xff);
    }
    hasher.finish128().as_u128()
}
