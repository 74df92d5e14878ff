//! What was read before, in memory, where a run looks up every file it finds.

use std::hash::Hasher as _;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use siphasher::sip128::{Hasher128 as _, SipHasher13};

use super::index::{Entry, Index, Kind};
use crate::aws::Key;
use crate::collections::Map;
use crate::input::{Trailer, Version};
use crate::store::tables::checksums::{Checksums, Sum};
use crate::store::tables::file_row::{self, COLUMNS, FileRow};
use crate::store::tables::outcome::Outcome;
use crate::tally::SkipReason;

/// What is known of a file.
#[derive(Clone, Copy)]
pub(in crate::store) struct Known {
    pub id: i64,
    pub version: Version,
    pub trailer: Trailer,
    /// It was not damaged.
    pub is_sound: bool,
    /// It was skipped for the kind of file that it is.
    pub is_no_log: bool,
}

impl Known {
    fn of(file: &Entry) -> Known {
        Known {
            id: file.id,
            version: file.version,
            trailer: file.trailer,
            is_sound: file.kind != Kind::Damaged,
            is_no_log: file.kind == Kind::NoLog,
        }
    }

    /// Whether a file whose version has changed holds what it held before.
    pub fn has_content(&self, version: Version, trailer: Trailer) -> bool {
        self.is_sound
            && self.version != UNREAD
            && self.version.size == version.size
            && self.trailer == trailer
    }
}

/// The version of a file that was not read to its end.
pub(in crate::store) const UNREAD: Version = Version::UNREAD;

/// The files that are known.
#[derive(Default)]
pub(in crate::store) struct Ledger {
    index: Index,
    /// Objects of S3 of which a damaged copy was read, by their keys, and where it was.
    damaged: Map<String, (i64, PathBuf)>,
    /// What could not be opened or looked at, with its path: some may be folders.
    unopened: Vec<(i64, PathBuf)>,
}

impl Ledger {
    /// All that was read before, compared with its checksums.
    pub fn read(connection: &Connection, checksums: &Checksums) -> rusqlite::Result<Ledger> {
        let mut ledger = Ledger::default();
        let mut folders: Map<i64, u32> = Map::default();
        let mut all = connection.prepare("SELECT id, path FROM folder")?;
        let mut rows = all.query([])?;
        while let Some(row) = rows.next()? {
            let path = row.get_ref(1)?.as_str()?;
            folders.insert(row.get(0)?, ledger.index.add_folder(path));
        }
        let mut path_of = connection.prepare("SELECT path FROM folder WHERE id = ?1")?;
        let mut all = connection.prepare(&format!("SELECT {COLUMNS} FROM file AS f"))?;
        let mut rows = all.query([])?;
        let mut sum = Sum::default();
        let mut before = (0, None); // the ids of SQLite begin with 1
        while let Some(row) = rows.next()? {
            let values = file_row::values(row)?;
            sum.add(file_row::sum(values));
            let file = FileRow::of(&values)?;
            // Files of one folder were mostly read one after the other.
            if before.0 != file.folder {
                before = (file.folder, folders.get(&file.folder).copied());
            }
            let Some(folder) = before.1 else {
                continue; // its folder is gone
            };
            ledger.add(folder, &file);
            if file.outcome == Outcome::Damaged {
                let folder: String = path_of.query_row([file.folder], |row| row.get(0))?;
                ledger.add_damaged(format!("{folder}/{}", file.name), &file);
            }
        }
        checksums.expect_all("file", sum)?;
        ledger.index.finish();
        Ok(ledger)
    }

    fn add(&mut self, folder: u32, file: &FileRow<'_>) {
        let kind = match file.outcome {
            Outcome::Damaged => Kind::Damaged,
            Outcome::Copy => Kind::Copy,
            Outcome::Skipped(SkipReason::Digest | SkipReason::Insight | SkipReason::Aggregated) => {
                Kind::NoLog
            }
            _ => Kind::Whole,
        };
        let (version, trailer) = (file.version, file.trailer);
        (self.index).add(folder, file.name, kind, file.id, version, trailer);
    }

    fn add_damaged(&mut self, path: String, file: &FileRow<'_>) {
        if let Some(key) = Key::in_path(&path) {
            let place = (file.id, PathBuf::from(&path));
            self.damaged.insert(key.to_owned(), place);
        }
        if file.version == UNREAD {
            self.unopened.push((file.id, path.into()));
        }
    }

    /// Whether nothing was read before.
    pub fn is_empty(&self) -> bool {
        self.index.is_empty()
    }

    /// What is known of the file of this name in this folder.
    pub fn file(&self, folder: &str, name: &str) -> Option<Known> {
        self.index.file(folder, name).map(Known::of)
    }

    /// The file that was read of the same object of S3, if this one is a copy.
    pub fn copied(
        &self,
        folder: &str,
        name: &str,
        version: Version,
        trailer: Trailer,
    ) -> Option<i64> {
        if version == UNREAD {
            return None;
        }
        // Of several the last: its content is the one that was read last.
        (self.index.copies(folder, name))
            .filter(|file| file.kind != Kind::Copy)
            .map(Known::of)
            .filter(|known| known.has_content(version, trailer))
            .map(|known| known.id)
            .max()
    }

    /// What could not be opened or looked at before, and can be now.
    pub fn visible(&self) -> impl Iterator<Item = (i64, &Path)> {
        let unopened = self.unopened.iter().map(|(id, path)| (*id, &**path));
        unopened.filter(|(_, path)| match path.metadata() {
            Ok(metadata) if metadata.is_dir() => path.read_dir().is_ok(),
            Ok(_) => true,
            Err(_) => false,
        })
    }

    /// A damaged copy of the object under another folder that is gone from there: this file takes
    /// its place.
    pub fn vanished_copy(&self, path: &str) -> Option<i64> {
        if self.damaged.is_empty() {
            return None;
        }
        let (id, place) = self.damaged.get(Key::in_path(path)?)?;
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

/// The keys of these hashes are not drawn: whoever can choose the names of objects so that they collide
/// writes to the bucket anyway.
fn hash(parts: &[&[u8]]) -> u128 {
    let mut hasher = SipHasher13::new();
    for part in parts {
        hasher.write(part);
        hasher.write_u8(0xff);
    }
    hasher.finish128().as_u128()
}
