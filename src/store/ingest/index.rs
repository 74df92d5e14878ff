//! The files that are known, in memory, by folder and name: 56 bytes a file.
//!
//! A night with nothing new must not need the memory of a large archive's names, nor wait for memory
//! with every file: the files of a folder are beside one another, and a walk asks for one after the
//! other. Folders and names are known by hashes of 128 bits, by keys drawn for each run, because strangers
//! may choose names.

use std::hash::{BuildHasher as _, Hasher as _};
use std::ops::Range;

use hashbrown::HashTable;
use siphasher::sip128::SipHasher13;

use crate::aws::Key;
use crate::input::{Trailer, Version};

/// A file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    /// The hash of its name.
    name: Hash,
    /// Which of the folders it is in, in the order in which they were added.
    folder: u32,
    pub kind: Kind,
    pub id: i64,
    pub version: Version,
    pub trailer: Trailer,
}

/// What was read of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// All of it.
    Whole,
    /// Nothing: it is a copy.
    Copy,
    /// Not all.
    Damaged,
    /// It is a digest, or has Insights or aggregated events, by its name, its folder or what is in it.
    NoLog,
}

/// Halves, because one number of 128 bits must lie where an entry would be larger for it.
type Hash = [u64; 2];

struct Folder {
    path: Hash,
    /// Where its files begin. They end where those of the next begin.
    first: u32,
}

/// Files, by folder and name. More than a `u32` counts fit into no memory.
#[derive(Default)]
pub(super) struct Index {
    hasher: Hasher,
    folders: Vec<Folder>,
    /// The folders, to be found by their paths.
    by_path: HashTable<u32>,
    /// The folders that have a key in S3, by its hash: those of copies of one bucket have the same.
    by_key: Vec<(u64, u32)>,
    /// In the order of their folders, and in each of the hashes of their names.
    files: Vec<Entry>,
    /// Where the files begin that hash to about the same place, see [`place`]: some four do. A
    /// hash table takes ten times the memory.
    starts: Vec<u32>,
}

/// Files to one of the `starts`.
const TOGETHER: usize = 4;

impl Index {
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Adds a folder, and gives its number.
    pub fn add_folder(&mut self, path: &str) -> u32 {
        let number = self.folders.len() as u32;
        if let Some(key) = Key::in_folder(path) {
            self.by_key.push((self.hasher.hash(key)[0], number));
        }
        let path = self.hasher.hash(path);
        self.folders.push(Folder { path, first: 0 });
        let folders = &self.folders;
        (self.by_path).insert_unique(path[0], number, |&at| folders[at as usize].path[0]);
        number
    }

    /// Adds a file to a folder that was added.
    pub fn add(
        &mut self,
        folder: u32,
        name: &str,
        kind: Kind,
        id: i64,
        version: Version,
        trailer: Trailer,
    ) {
        self.files.push(Entry {
            name: self.hasher.hash(name),
            folder,
            kind,
            id,
            version,
            trailer,
        });
    }

    /// Finds files from now on: all were added.
    pub fn finish(&mut self) {
        self.by_key.sort_unstable();
        self.files
            .sort_unstable_by_key(|file| (file.folder, file.name));
        let mut files = self.files.iter().map(|file| file.folder).peekable();
        let mut first = 0;
        for (number, folder) in self.folders.iter_mut().enumerate() {
            folder.first = first;
            while files.next_if_eq(&(number as u32)).is_some() {
                first += 1;
            }
        }
        self.starts = vec![0; self.files.len() / TOGETHER + 2];
        for file in &self.files {
            let place = place(file.name, self.files_of(file.folder));
            self.starts[place / TOGETHER + 1] += 1;
        }
        for at in 1..self.starts.len() {
            self.starts[at] += self.starts[at - 1];
        }
    }

    /// The file of this name in this folder.
    pub fn file(&self, folder: &str, name: &str) -> Option<&Entry> {
        let path = self.hasher.hash(folder);
        let is_it = |&at: &u32| self.folders[at as usize].path == path;
        let folder = self.by_path.find(path[0], is_it)?;
        self.file_in(*folder, self.hasher.hash(name))
    }

    /// The files of this name in all folders that have the same key in S3 as this one.
    pub fn copies(&self, folder: &str, name: &str) -> impl Iterator<Item = &Entry> {
        let name = self.hasher.hash(name);
        let key = Key::in_folder(folder).map(|key| self.hasher.hash(key)[0]);
        let first = self.by_key.partition_point(|(one, _)| Some(*one) < key);
        (self.by_key[first..].iter())
            .take_while(move |(one, _)| Some(*one) == key)
            .filter_map(move |(_, folder)| self.file_in(*folder, name))
    }

    fn file_in(&self, folder: u32, name: Hash) -> Option<&Entry> {
        let at = place(name, self.files_of(folder)) / TOGETHER;
        let alike = self.starts[at] as usize..self.starts[at + 1] as usize;
        let is_it = |file: &&Entry| file.name == name && file.folder == folder;
        self.files[alike].iter().find(is_it)
    }

    fn files_of(&self, folder: u32) -> Range<usize> {
        let first = |at: usize| match self.folders.get(at) {
            Some(folder) => folder.first as usize,
            None => self.files.len(),
        };
        first(folder as usize)..first(folder as usize + 1)
    }
}

/// About where a name is in its folder: hashes are as far apart as they are in the order of their sizes.
fn place(name: Hash, files: Range<usize>) -> usize {
    let share = u128::from(name[0]) * files.len() as u128;
    // Less than there are files.
    files.start + (share >> 64) as usize
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
    fn hash(&self, text: &str) -> Hash {
        let hash = self.0.hash(text.as_bytes());
        [hash.h1, hash.h2]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VERSION: Version = Version {
        size: 1,
        changed: 1,
    };
    const TRAILER: Trailer = Trailer {
        checksum: 0,
        length: 0,
    };

    /// So many files in each of some folders, with ids one after the other.
    fn index(folders: &[(&str, i64)]) -> Index {
        let mut index = Index::default();
        let mut id = 0;
        for (path, files) in folders {
            let folder = index.add_folder(path);
            for name in 0..*files {
                id += 1;
                index.add(folder, &name.to_string(), Kind::Whole, id, VERSION, TRAILER);
            }
        }
        index.finish();
        index
    }

    #[test]
    fn files_are_found_in_any_number_of_folders_among_any_number_of_others() {
        for counts in [
            [0, 0, 0],
            [1, 0, 0],
            [0, 0, 1],
            [2, 3, 4],
            [1000, 1, 0],
            [7, 0, 900],
            [0, 5000, 3],
        ] {
            let folders = [("", counts[0]), ("a", counts[1]), ("a/b", counts[2])];
            let index = index(&folders);
            let mut id = 0;
            for (folder, files) in folders {
                for name in 0..files {
                    id += 1;
                    let found = index.file(folder, &name.to_string());
                    assert_eq!(found.map(|file| file.id), Some(id), "of {counts:?}");
                }
                assert!(index.file(folder, &files.to_string()).is_none());
            }
            assert!(index.file("b", "0").is_none());
            assert_eq!(index.is_empty(), id == 0);
        }
    }

    #[test]
    fn copies_are_the_files_of_that_key_in_any_folder() {
        let index = index(&[
            ("x/AWSLogs/1", 2),
            ("s3://b/AWSLogs/1", 3),
            ("AWSLogs/2", 1),
            ("x/AWSLogs", 1),
            ("AWSLogs", 1),
            ("x", 1),
        ]);
        let ids = |folder, name| {
            let mut ids: Vec<i64> = index.copies(folder, name).map(|file| file.id).collect();
            ids.sort_unstable();
            ids
        };
        assert_eq!(ids("y/AWSLogs/1", "1"), [2, 4]);
        assert_eq!(ids("AWSLogs/1", "2"), [5]);
        assert_eq!(ids("AWSLogs/2", "0"), [6]);
        assert_eq!(ids("y/AWSLogs", "0"), [7, 8]);
        assert_eq!(ids("AWSLogs/3", "0"), [] as [i64; 0]);
        assert_eq!(ids("x", "0"), [] as [i64; 0]);
    }

    #[test]
    fn a_file_is_56_bytes() {
        assert_eq!(size_of::<Entry>(), 56);
    }
}
