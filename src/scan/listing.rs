//! A folder of this machine → what is to be done with what is in it.
//!
//! Folders are listed by the same threads that read the files, so reading begins with the first
//! folder, and the list of files is never in memory as a whole.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::run::Run;
use super::work::{BATCH, Batch, Remark, Work};
use crate::aws::Pruned;
use crate::input::{self, Folder, Found, Named, Names};
use crate::tally::SkipReason;

/// The folder that the digests of an account are delivered to.
const DIGESTS: &str = "CloudTrail-Digest";

/// What to do with a batch for which there is no room in the queue.
pub(super) type WhenFull<'w> = &'w mut dyn FnMut(Batch);

impl Run<'_> {
    /// Queues what was named on this machine. Whoever queues files reads those for which there is no
    /// room.
    pub fn begin(&self, named: &[Named], when_full: WhenFull<'_>) {
        let mut files: Option<Batch> = None;
        for one in named {
            match one {
                Named::Folder(folder) => self.push_folder(folder.clone()),
                Named::File(path) => self.push_named(&mut files, path, when_full),
                Named::StandardInput => {
                    self.note_found(1);
                    self.queue.push_other(Work::StandardInput);
                }
                Named::Unreadable(path, error) => {
                    self.remark(Remark::Unreadable(path.clone(), error.clone()));
                }
            }
        }
        if let Some(batch) = files {
            self.push_batch(batch, when_full);
        }
    }

    /// Adds a file to the batch before it, if it is of the same folder, or begins another.
    fn push_named(&self, files: &mut Option<Batch>, path: &Path, when_full: WhenFull<'_>) {
        let folder = path.parent().unwrap_or(Path::new(""));
        let name = path.file_name().unwrap_or_default();
        let before = (files.as_ref().map(|batch| &batch.folder))
            .filter(|before| before.path().as_os_str() == folder.as_os_str())
            .cloned();
        if let Some(batch) = files
            && before.is_some()
            && batch.left() < BATCH
        {
            return batch.names.push(name);
        }
        let folder = before.unwrap_or_else(|| Arc::new(Folder::new(folder.to_owned())));
        let mut names = Names::default();
        names.push(name);
        if let Some(full) = files.replace(Batch::new(folder, names, true)) {
            self.push_batch(full, when_full);
        }
    }

    /// Lists a folder, and queues what is in it.
    pub fn list(&self, folder: &Arc<Folder>, when_full: WhenFull<'_>) {
        let mut names = Names::default();
        let mut skipped = BTreeMap::<SkipReason, u64>::new();
        let pruned = self.prunes(folder);
        let mut pruned_files = 0;
        // Of a folder, the last that tells something is enough: of logs it is the newest by its name, and of
        // digests it is always the same one.
        let mut last: Option<OsString> = None;
        input::read_directory(folder, &self.links, |found| {
            if self.queue.is_stopped() {
                return;
            }
            match found {
                Found::Folder(path) => self.push_folder(path),
                Found::File(name) if pruned.is_some() => {
                    pruned_files += 1;
                    let is_later = last.as_deref().is_none_or(|last| name > last);
                    if is_later && self.told(folder, name).is_some() {
                        last = Some(name.to_owned());
                    }
                }
                Found::File(name) => {
                    names.push(name);
                    if names.len() == BATCH {
                        let names = std::mem::take(&mut names);
                        self.push_batch(Batch::new(Arc::clone(folder), names, false), when_full);
                    }
                }
                Found::Skipped(_, skip) => *skipped.entry(skip.into()).or_default() += 1,
                Found::Unreadable(path, error) => {
                    self.remark(Remark::Unreadable(path, error.to_string()));
                }
            }
        });
        self.push_batch(Batch::new(Arc::clone(folder), names, false), when_full);
        if let Some(pruned) = pruned.filter(|_| pruned_files > 0) {
            self.remark(Remark::Pruned(pruned, pruned_files));
        }
        if let Some(name) = last {
            self.note_pruned(folder, &name);
        }
        for (reason, files) in skipped {
            self.remark(Remark::Skipped(reason, files));
        }
        self.progress.folders.fetch_sub(1, Ordering::Relaxed);
    }

    fn push_folder(&self, folder: PathBuf) {
        // It is found before the logs beside it are, and before the digests in it.
        if self.scrutiny.names && folder.file_name().is_some_and(|name| name == DIGESTS) {
            self.keep_names();
        }
        self.progress.folders.fetch_add(1, Ordering::Relaxed);
        self.queue.push_folder(folder);
    }

    /// Queues files, unless their key says that they hold nothing of what was asked.
    fn push_batch(&self, batch: Batch, when_full: WhenFull<'_>) {
        let files = batch.left() as u64;
        if files == 0 {
            return;
        }
        if let Some(pruned) = self.prunes(&batch.folder) {
            for name in batch.names_left() {
                self.note_pruned(&batch.folder, name);
            }
            return self.remark(Remark::Pruned(pruned, files));
        }
        self.note_found(files);
        if let Err(batch) = self.queue.push_batch(batch) {
            when_full(batch);
        }
    }

    /// Why the files of a folder need not be read, if so.
    pub fn prunes(&self, folder: &Folder) -> Option<Pruned> {
        folder.pruned_by(&self.scan.pruning)
    }

    /// Queues files as soon as there is room for them: for a thread that reads nothing itself.
    pub fn push_when_there_is_room(&self, mut batch: Batch) {
        while !self.queue.is_stopped() {
            self.queue.wait_for_room();
            match self.queue.push_batch(batch) {
                Ok(()) => return,
                Err(full) => batch = full,
            }
        }
    }

    /// Has something counted.
    pub fn remark(&self, remark: Remark) {
        self.note_found(remark.files());
        self.queue.push_other(Work::Count(remark));
    }

    pub fn note_found(&self, files: u64) {
        self.progress.found.fetch_add(files, Ordering::Relaxed);
    }

    pub fn note_done(&self, files: u64) {
        self.progress.done.fetch_add(files, Ordering::Relaxed);
    }
}
