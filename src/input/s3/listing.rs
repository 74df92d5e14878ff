//! A listing, for whoever reads it.
//!
//! Owns what is told of a prefix, and that a listing which ended too early is an error. How it is put
//! together, `list` knows.

use std::vec;

use tokio::sync::mpsc::Receiver;
use tokio::task::AbortHandle;

use super::error::{Kind, S3Error};
use super::object::Object;
use crate::input::NotListed;

/// What a listing tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listed {
    /// An object.
    Object(Object),
    /// A key that only makes a folder show in a console: no bytes, and a slash at the end.
    FolderMarker(String),
    /// A prefix that was not listed, or not all of it, because nothing in it can matter.
    NotListed {
        /// The prefix.
        prefix: String,
        /// Why.
        why: NotListed,
    },
    /// A prefix that must not be listed, though some of what CloudTrail keeps below it may be, and was.
    Refused(S3Error),
}

/// The listing of a prefix while it goes on. Its order is that of the answers. An error ends it: what
/// came before it is not all that there is.
#[derive(Debug)]
pub struct Listing {
    batches: Receiver<Result<Vec<Listed>, S3Error>>,
    batch: vec::IntoIter<Listed>,
    task: AbortHandle,
    ended: bool,
}

impl Listing {
    /// A listing that a task hands out in batches, the last of them empty.
    pub(super) fn new(
        batches: Receiver<Result<Vec<Listed>, S3Error>>,
        task: AbortHandle,
    ) -> Listing {
        Listing {
            batches,
            batch: Vec::new().into_iter(),
            task,
            ended: false,
        }
    }
}

impl Iterator for Listing {
    type Item = Result<Listed, S3Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(listed) = self.batch.next() {
                return Some(Ok(listed));
            }
            if self.ended {
                return None;
            }
            match self.batches.blocking_recv() {
                // An empty batch is the end. Without it the task died, and nobody knows what is missing.
                Some(Ok(batch)) if batch.is_empty() => self.ended = true,
                Some(Ok(batch)) => self.batch = batch.into_iter(),
                Some(Err(error)) => {
                    self.ended = true;
                    return Some(Err(error));
                }
                None => {
                    self.ended = true;
                    let why = "the listing stopped before its end; run again".to_owned();
                    return Some(Err(S3Error::new("s3://", Kind::Machine(why))));
                }
            }
        }
    }
}

impl Drop for Listing {
    fn drop(&mut self) {
        self.task.abort();
    }
}
