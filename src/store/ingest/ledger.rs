//! What was read before, in memory, where a run looks up every file it finds.
//!
//! Some 57 bytes a file: a night with nothing new must not need the memory of a large archive's names.
//! Paths are known by hashes of 128 bits, keys of S3 by 64 bits together with the content. The keys of
//! these hashes are drawn for each run, because strangers may choose names.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use hashbrown::HashTable;
use rusqlite::Connection;
use siphasher::sip128::{Hasher128 as _, SipHasher13};
use std::hash::{BuildHasher as _, Hasher as _};

use crate::aws::Key;
use crate::collections::Map;
use crate::input::{Object, Trailer, Version};
use crate::scan;
use crate::store::tables::checksums::{Checksums, Sum};
use crate::store::tables::file_row::{self, COLUMNS, FileRow};
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
    fn version(&self, object: &Object<'_>) -> Option<Version> {
        if self.ledger.is_empty() {
            return None;
        }
        let known = self.ledger.file(&text(&object.path()));
        known.map(|known| known.version)
    }

    fn note_known(&self) {
        self.known.fetch_add(1, Ordering::Relaxed);
    }

    fn is_known_content(&self, object: &Object<'_>, version: Version, trailer: Trailer) -> bool {
        if self.ledger.is_empty() {
            return false;
        }
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
    hasher: Hasher,
    /// In the order of the hashes of their paths.
    files: Vec<Entry>,
    /// Where the files begin whose hashes begin alike: two to four do. A hash table takes ten times the
    /// memory. More files than a `u32` counts fit into no memory.
    starts: Vec<u32>,
    /// Objects of S3 that were read, whatever the folder. Made when something new is found.
    by_key: OnceLock<HashTable<u32>>,
    /// Objects of S3 of which a damaged copy was read, and where it was.
    damaged: Map<u64, (i64, PathBuf)>,
    /// What could not be opened, with its path: some may be folders.
    unopened: Vec<(i64, PathBuf)>,
}

/// A file: 56 bytes.
struct Entry {
    /// The hash of its path.
    path: [u64; 2],
    /// The hash of its key in S3, if it was read from there; 0 for none.
    key: u64,
    /// The id in the store; below zero for a damaged file.
    id: i64,
    size: u64,
    changed: i64,
    trailer: Trailer,
}

impl Entry {
    fn known(&self) -> Known {
        Known {
            id: self.id.wrapping_abs(),
            version: Version {
                size: self.size,
                changed: self.changed,
            },
            trailer: self.trailer,
            is_sound: self.id > 0,
        }
    }

    fn has(&self, version: Version, trailer: Trailer) -> bool {
        self.size == version.size && self.trailer == trailer
    }
}

/// Hashes names, by keys of its own.
struct Hasher(SipHasher13);

impl Default for Hasher {
    fn default() -> Hasher {
        let draw = || std::hash::RandomState::new().build_hasher().finish();
        Hasher(SipHasher13::new_with_keys(draw(), draw()))
    }
}

impl Hasher {
    fn path(&self, path: &str) -> [u64; 2] {
        let hash = self.0.hash(path.as_bytes());
        [hash.h1, hash.h2]
    }

    fn key(&self, key: &str) -> u64 {
        self.path(key)[0].max(1)
    }
}

impl Ledger {
    /// All that was read before, compared with its checksums.
    pub fn read(connection: &Connection, checksums: &Checksums) -> rusqlite::Result<Ledger> {
        let mut folders: Map<i64, String> = Map::default();
        let mut all = connection.prepare("SELECT id, path FROM folder")?;
        let mut rows = all.query([])?;
        while let Some(row) = rows.next()? {
            folders.insert(row.get(0)?, row.get(1)?);
        }
        let count: usize =
            connection.query_row("SELECT count(*) FROM file", [], |row| row.get(0))?;
        let mut ledger = Ledger::default();
        ledger.files.reserve_exact(count);
        let mut all = connection.prepare(&format!("SELECT {COLUMNS} FROM file AS f"))?;
        let mut rows = all.query([])?;
        let mut path = String::new();
        let mut sum = Sum::default();
        while let Some(row) = rows.next()? {
            let values = file_row::values(row)?;
            sum.add(file_row::sum(values));
            let file = FileRow::of(&values)?;
            let Some(folder) = folders.get(&file.folder) else {
                continue; // its folder is gone
            };
            path.clear();
            path.push_str(folder);
            path.push('/');
            path.push_str(file.name);
            ledger.add(&path, &file);
        }
        checksums.expect_all("file", sum)?;
        ledger.index();
        Ok(ledger)
    }

    fn add(&mut self, path: &str, file: &FileRow<'_>) {
        let is_sound = file.outcome != Outcome::Damaged;
        let mut key = 0;
        if is_sound && file.outcome != Outcome::Copy && file.version != UNREAD {
            key = Key::in_path(path).map_or(0, |key| self.hasher.key(key));
        } else if !is_sound && let Some(key) = Key::in_path(path) {
            let place = (file.id, PathBuf::from(path));
            self.damaged.insert(self.hasher.key(key), place);
        }
        if !is_sound && file.version == UNREAD {
            self.unopened.push((file.id, PathBuf::from(path)));
        }
        self.files.push(Entry {
            path: self.hasher.path(path),
            key,
            // The ids of SQLite begin with 1.
            id: if is_sound {
                file.id
            } else {
                file.id.wrapping_neg()
            },
            size: file.version.size,
            changed: file.version.changed,
            trailer: file.trailer,
        });
    }

    /// Looks up paths from now on.
    fn index(&mut self) {
        self.files.sort_unstable_by_key(|file| file.path);
        let beginnings = (self.files.len() / 4).next_power_of_two();
        self.starts = vec![0; beginnings + 1];
        for file in &self.files {
            self.starts[beginning(file.path, beginnings) + 1] += 1;
        }
        for at in 1..self.starts.len() {
            self.starts[at] += self.starts[at - 1];
        }
    }

    /// Whether nothing was read before: then no path need be made to be looked up.
    fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// What is known of the file of this path.
    pub fn file(&self, path: &str) -> Option<Known> {
        if self.is_empty() {
            return None;
        }
        let path = self.hasher.path(path);
        let at = beginning(path, self.starts.len() - 1);
        let alike = self.starts[at] as usize..self.starts[at + 1] as usize;
        let found = self.files[alike].iter().find(|file| file.path == path)?;
        Some(found.known())
    }

    /// The file that was read of the same object of S3, if this one is a copy.
    pub fn copied(&self, path: &str, version: Version, trailer: Trailer) -> Option<i64> {
        if self.is_empty() {
            return None;
        }
        let key = Key::in_path(path).filter(|_| version != UNREAD)?;
        let key = self.hasher.key(key);
        let entry = |at: &u32| &self.files[*at as usize];
        let by_key = self.by_key.get_or_init(|| {
            let with_keys = self.files.iter().filter(|file| file.key != 0);
            let mut by_key = HashTable::with_capacity(with_keys.count());
            for (at, file) in self.files.iter().enumerate() {
                if file.key != 0 {
                    by_key.insert_unique(file.key, at as u32, |at| entry(at).key);
                }
            }
            by_key
        });
        // Of several the last: its content is the one that was read last.
        let same = by_key.iter_hash(key).map(entry);
        same.filter(|file| file.key == key && file.has(version, trailer))
            .map(|file| file.known().id)
            .max()
    }

    /// The folders that could not be listed before, and can be now.
    pub fn listed(&self) -> impl Iterator<Item = (i64, &Path)> {
        let unopened = self.unopened.iter().map(|(id, path)| (*id, &**path));
        unopened.filter(|(_, path)| path.is_dir() && path.read_dir().is_ok())
    }

    /// A damaged copy of the object under another folder that is gone from there: this file takes
    /// its place.
    pub fn vanished_copy(&self, path: &str) -> Option<i64> {
        if self.damaged.is_empty() {
            return None;
        }
        let (id, place) = (self.damaged).get(&self.hasher.key(Key::in_path(path)?))?;
        // What is in S3 is not gone for not being on this machine.
        let is_gone = !place.starts_with("s3:") && !place.exists();
        (place != Path::new(path) && is_gone).then_some(*id)
    }
}

/// The place of a hash among so many beginnings, a power of two.
fn beginning(path: [u64; 2], beginnings: usize) -> usize {
    let bits = beginnings.trailing_zeros();
    // No more than there are beginnings.
    path[0].checked_shr(64 - bits).unwrap_or(0) as usize
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_found_among_any_number_of_others() {
        for count in [1, 2, 3, 4, 7, 8, 9, 1000] {
            let mut ledger = Ledger::default();
            for id in 1..=count {
                ledger.files.push(Entry {
                    path: ledger.hasher.path(&format!("a/{id}")),
                    key: 0,
                    id,
                    size: 0,
                    changed: 0,
                    trailer: Trailer {
                        checksum: 0,
                        length: 0,
                    },
                });
            }
            ledger.index();
            for id in 1..=count {
                let found = ledger.file(&format!("a/{id}")).map(|known| known.id);
                assert_eq!(found, Some(id), "of {count}");
            }
            assert!(ledger.file("a/0").is_none());
        }
    }

    #[test]
    fn a_file_is_56_bytes() {
        assert_eq!(size_of::<Entry>(), 56);
    }
}
