//! A manifest, or names with their contents → what is to be done with each object.
//!
//! Nothing is listed: names, keys and sizes are on the manifest. What a walk would pass by is passed by
//! and counted, as it was found and not named.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::BufRead;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError};

use flate2::Crc;

use super::admission::admit_version;
use super::error::ScanError;
use super::listing::WhenFull;
use super::run::Run;
use super::work::{BATCH, Batch, Content, Fetched, Remark};
use crate::aws::Pruned;
use crate::collections::Set;
use crate::input::{
    Folder, FoundObject, LeftOut, Line, Lines, Manifest, Names, Object, Piped, Place, Raw,
    folder_and_name, is_hidden, is_in_hidden,
};
#[cfg(feature = "s3")]
use crate::tally::Scrutiny;
use crate::tally::{PrunedFiles, SkipReason};

/// What is not opened, to be counted all at once.
#[derive(Default)]
pub(super) struct PassedBy {
    skipped: BTreeMap<SkipReason, u64>,
    pruned: PrunedFiles,
}

impl PassedBy {
    pub fn skip(&mut self, reason: SkipReason) {
        *self.skipped.entry(reason).or_default() += 1;
    }

    pub fn prune(&mut self, why: Pruned) {
        self.pruned.count(why, 1);
    }

    /// Has it counted.
    pub fn tell(self, run: &Run<'_>) {
        for (reason, objects) in self.skipped {
            run.remark(Remark::Skipped(reason, objects));
        }
        for (why, objects) in self.pruned.by_reason() {
            if objects > 0 {
                run.remark(Remark::Pruned(why, objects));
            }
        }
    }
}

fn checksum(content: &[u8]) -> u32 {
    let mut sum = Crc::new();
    sum.update(content);
    sum.sum()
}

/// Where the objects of a manifest are: mostly many after one another in one folder.
struct Here {
    folder: Arc<Folder>,
    passed: PassedBy,
}

impl Default for Here {
    fn default() -> Here {
        Here {
            folder: Arc::new(Folder::new(PathBuf::new())),
            passed: PassedBy::default(),
        }
    }
}

impl Here {
    /// Goes to this folder.
    fn enter(&mut self, path: &str) {
        if self.folder.path().as_os_str() != path {
            self.folder = Arc::new(Folder::new(path.into()));
        }
    }

    /// Whether an object on a manifest, of this name in this folder, is opened; counts it if not.
    fn opens(&mut self, run: &Run<'_>, name: &str, found: &FoundObject) -> bool {
        let path = &found.path;
        let is_url = path.contains("://");
        // A folder, or what stands for one in S3, where a file may be called so, too.
        if name.is_empty() && (!is_url || found.size == 0) {
            self.passed.skip(SkipReason::NotAFile);
        } else if is_hidden(name.as_ref()) || is_url && is_in_hidden(path) {
            self.passed.skip(SkipReason::NotALog);
        } else if let Some(skip) = self.folder.skips(name.as_ref()) {
            self.passed.skip(skip.into());
        } else if let Some(why) = run.prunes(&self.folder) {
            run.note_pruned(&self.folder, name.as_ref());
            self.passed.prune(why);
        } else {
            return true;
        }
        false
    }
}

/// Whether an object on a manifest is in S3, and none of this machine.
pub(super) fn is_in_s3(found: &FoundObject) -> bool {
    #[cfg(feature = "s3")]
    return crate::input::s3::S3Url::is_meant(&found.path);
    #[cfg(not(feature = "s3"))]
    {
        let _ = found;
        false
    }
}

impl Run<'_> {
    /// Queues what is on a manifest and on this machine.
    pub fn begin_manifest(&self, manifest: &Manifest, when_full: WhenFull<'_>) {
        if let Err(error) = (manifest.not_listed.iter()).try_for_each(|one| self.left_out(one)) {
            return self.fail(error);
        }
        let (mut here, mut names) = (Here::default(), Names::default());
        let mut push = |here: &Here, names: &mut Names| {
            if !names.is_empty() {
                let batch = Batch::new(Arc::clone(&here.folder), std::mem::take(names), false);
                self.note_found(batch.left() as u64);
                if let Err(batch) = self.queue.push_batch(batch) {
                    when_full(batch);
                }
            }
        };
        for found in manifest.found.iter().filter(|found| !is_in_s3(found)) {
            let (folder, name) = folder_and_name(&found.path);
            if here.folder.path().as_os_str() != folder {
                push(&here, &mut names);
                here.enter(folder);
            }
            if here.opens(self, name, found) {
                names.push(OsStr::new(name));
                if names.len() == BATCH {
                    push(&here, &mut names);
                }
            }
        }
        push(&here, &mut names);
        here.passed.tell(self);
    }

    /// Reads a manifest with contents to its end, and queues these as there is room.
    pub fn read_piped(&self, piped: &Piped) -> Result<(), ScanError> {
        let mut from = piped.from.lock().unwrap_or_else(PoisonError::into_inner);
        let mut lines = Lines::of(&mut *from as &mut dyn BufRead);
        let mut here = Here::default();
        let mut seen = Set::default();
        while let Some(line) = lines.next()? {
            if self.queue.is_stopped() {
                return Ok(());
            }
            let found = match line {
                Line::Object(found) => found,
                Line::NotListed(left_out) => {
                    self.left_out(&left_out)?;
                    continue;
                }
            };
            let number = Piped::number_of(&found.path);
            let (folder, name) = folder_and_name(&found.path);
            here.enter(folder);
            if !here.opens(self, name, &found) {
                piped.note(number);
                lines.skip_content(found.size)?;
                continue;
            }
            let bytes = self.queue.reserve(usize::try_from(found.size).unwrap_or(0));
            let mut content = Vec::new();
            lines.content(found.size, &mut content)?;
            // Each once, as without contents. A name alone may be that of many.
            if !seen.insert((number, checksum(&content))) {
                continue;
            }
            piped.note(number);
            self.note_found(1);
            // Its URL names it whole; as a path it is of no use here.
            let place = Place::Piped;
            let object = Object {
                place,
                folder: &here.folder,
                name: name.as_ref(),
                was_named: false,
            };
            let admission = admit_version(&object, None, self.known, self.scrutiny);
            self.queue.push_fetched(Fetched {
                folder: Arc::clone(&here.folder),
                name: name.into(),
                was_named: false,
                place,
                admission,
                content: Content::File(Ok(Raw::Whole(content, None))),
                bytes,
            });
        }
        here.passed.tell(self);
        Ok(())
    }

    /// Notes what a manifest lacks, if that is of no use for this run either.
    fn left_out(&self, left_out: &LeftOut) -> Result<(), ScanError> {
        match left_out.reason() {
            Some(reason) if left_out.is_of_no_use(&self.scan.pruning) => {
                self.not_listed([(reason.as_str().to_owned(), 1)].into());
                Ok(())
            }
            _ => Err(ScanError::LeftOut(left_out.clone())),
        }
    }

    /// How digests are looked at that nobody asked S3 for: each is a request.
    #[cfg(feature = "s3")]
    pub fn scrutiny_in_s3(&self) -> Scrutiny {
        Scrutiny {
            names: self.scrutiny.names && self.scrutiny.remote,
            ..self.scrutiny
        }
    }
}
