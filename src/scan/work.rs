//! What is to be done: folders to be listed, batches of objects to be read, what others have fetched, and
//! what is counted and not opened.
//!
//! Owns how objects are handed from one thread to another. Refuses to know when, and to whom.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::sync::Arc;

use super::admission::Admission;
use crate::aws::Pruned;
use crate::input::{Folder, Names, Object, Place, Raw};
use crate::tally::SkipReason;

/// How many objects are handed from one thread to another at a time.
pub(super) const BATCH: usize = 8;

/// Something to be done by a worker.
pub(super) enum Work {
    /// A folder is to be listed.
    List(PathBuf),
    /// Objects are to be read.
    Read(Batch),
    /// An object was fetched and is to be read.
    Fetched(Fetched),
    /// Something is to be counted.
    Count(Remark),
    /// Standard input is to be read.
    StandardInput,
}

/// Objects of one folder on this machine.
pub(super) struct Batch {
    pub folder: Arc<Folder>,
    pub names: Names,
    pub was_named: bool,
    /// How many of them are taken.
    taken: usize,
}

impl Batch {
    pub fn new(folder: Arc<Folder>, names: Names, was_named: bool) -> Batch {
        Batch {
            folder,
            names,
            was_named,
            taken: 0,
        }
    }

    /// The number of the next object.
    pub fn take(&mut self) -> Option<usize> {
        (self.taken < self.names.len()).then(|| {
            self.taken += 1;
            self.taken - 1
        })
    }

    /// How many are left.
    pub fn left(&self) -> usize {
        self.names.len() - self.taken
    }

    /// The names of the objects that were not taken.
    pub fn names_left(&self) -> impl Iterator<Item = &OsStr> {
        (self.taken..self.names.len()).filter_map(|at| self.names.get(at))
    }

    /// The object of a number that was taken.
    pub fn object(&self, at: usize) -> Object<'_> {
        Object {
            place: Place::Local,
            folder: &self.folder,
            name: self.names.get(at).unwrap_or(OsStr::new("")),
            was_named: self.was_named,
        }
    }

    /// The rest of a batch: what is taken from it later is not in this one any more.
    pub fn split_off(&mut self) -> Batch {
        let mut names = Names::default();
        self.names_left().for_each(|name| names.push(name));
        self.taken = self.names.len();
        Batch::new(Arc::clone(&self.folder), names, self.was_named)
    }
}

/// An object that somebody else has fetched.
pub(super) struct Fetched {
    pub folder: Arc<Folder>,
    pub name: OsString,
    pub was_named: bool,
    pub place: Place,
    pub admission: Admission,
    pub content: Content,
    /// Bytes that it holds of the bound, until a worker is done with it.
    pub bytes: u64,
}

impl Fetched {
    pub fn object(&self) -> Object<'_> {
        Object {
            place: self.place,
            folder: &self.folder,
            name: &self.name,
            was_named: self.was_named,
        }
    }
}

/// What was fetched of an object.
pub(super) enum Content {
    /// Nothing: it is not opened, or the worker opens it itself.
    Nothing,
    /// A file, or why it cannot be read.
    File(std::io::Result<Raw>),
    /// An object in S3, or why it cannot be read.
    #[cfg(feature = "s3")]
    S3(Result<crate::input::s3::Body, crate::input::s3::S3Error>),
}

/// Something that was found and is not opened.
pub(super) enum Remark {
    /// Objects that are no logs by their names or for what they are.
    Skipped(SkipReason, u64),
    /// Objects whose key says that they hold nothing of what was asked.
    Pruned(Pruned, u64),
    /// Something that cannot be looked at.
    Unreadable(PathBuf, String),
}

impl Remark {
    /// How many objects it is about.
    pub fn files(&self) -> u64 {
        match self {
            Remark::Skipped(_, files) | Remark::Pruned(_, files) => *files,
            Remark::Unreadable(..) => 1,
        }
    }
}
