//! Reads files for the workers, where reads take long: a thread that opens, reads and hands on, and does
//! nothing else.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::admission::{Admission, admit};
use super::run::Run;
use super::work::{Batch, Content, Fetched, Work};
use crate::input::{self, Directory, Folder, Object};
use crate::tally::DamagedFile;

/// A thread that reads for others.
pub(super) struct Fetcher<'r> {
    run: &'r Run<'r>,
    number: usize,
    /// Bytes of the bound that the object being read holds.
    reserved: u64,
    /// The folder that is held open.
    directory: Option<(Arc<Folder>, Arc<Directory>)>,
}

/// A larger file is read by a worker: it has work to do between reads.
const MOST: usize = 8 << 20;

impl<'r> Fetcher<'r> {
    pub fn new(run: &'r Run<'r>, number: usize) -> Fetcher<'r> {
        Fetcher {
            run,
            number,
            reserved: 0,
            directory: None,
        }
    }

    /// Fetches until there is nothing left.
    pub fn work(mut self) {
        let run = self.run;
        let _guard = run.queue.stop_on_panic();
        while let Some((work, _producer)) = run.queue.next_to_fetch(self.number) {
            match work {
                Work::List(folder) => {
                    run.list(&Arc::new(Folder::new(folder)), &mut |batch| {
                        run.push_when_there_is_room(batch)
                    });
                }
                Work::Read(batch) => self.batch(batch),
                // Only a worker does these.
                work => run.queue.push_other(work),
            }
        }
    }

    fn batch(&mut self, mut batch: Batch) {
        while let Some(at) = batch.take()
            && !self.run.queue.is_stopped()
        {
            let object = batch.object(at);
            // A panic is damage of this file, as it is in a worker.
            let fetched = catch_unwind(AssertUnwindSafe(|| self.object(&object, &batch.folder)));
            let (admission, content) = fetched.unwrap_or_else(|_| {
                let error = io::Error::other(DamagedFile::OWN_FAULT);
                (Admission::Open(None), Content::File(Err(error)))
            });
            let bytes = std::mem::take(&mut self.reserved);
            self.run.queue.push_fetched(Fetched {
                folder: Arc::clone(&batch.folder),
                name: object.name.to_owned(),
                was_named: object.was_named,
                place: object.place,
                admission,
                content,
                bytes,
            });
        }
    }

    /// Reads an object, if it is to be opened.
    fn object(&mut self, object: &Object<'_>, folder: &Arc<Folder>) -> (Admission, Content) {
        let run = self.run;
        let begin = Instant::now();
        let held = &mut self.directory;
        let admission = admit(object, run.known, run.scrutiny, || held_open(held, folder));
        if !matches!(admission, Admission::Open(_) | Admission::Digest(_)) {
            run.pace.fetched(begin.elapsed(), &run.queue);
            self.reserved = run.queue.reserve(0);
            return (admission, Content::Nothing);
        }
        let most = run.scan.limits.whole_file.min(MOST);
        let (reserved, mut waited) = (&mut self.reserved, Duration::ZERO);
        let room = |size| {
            let before = Instant::now();
            *reserved = run.queue.reserve(size);
            waited = before.elapsed();
        };
        let raw = if object.was_named {
            input::fetch(&object.path(), most, room)
        } else {
            let directory = held_open(&mut self.directory, folder);
            input::fetch_in(directory, folder.path(), object.name, most, room).map(Some)
        };
        run.pace
            .fetched(begin.elapsed().saturating_sub(waited), &run.queue);
        let content = match raw {
            Ok(Some(raw)) => Content::File(Ok(raw)),
            // Whether a FIFO has a writer, the worker knows.
            Ok(None) => Content::Nothing,
            Err(error) => Content::File(Err(error)),
        };
        (admission, content)
    }
}

/// A folder, held open in place of another.
fn held_open<'d>(
    held: &'d mut Option<(Arc<Folder>, Arc<Directory>)>,
    folder: &Arc<Folder>,
) -> &'d Directory {
    if !held.as_ref().is_some_and(|(of, _)| Arc::ptr_eq(of, folder)) {
        *held = None;
    }
    let open = || (Arc::clone(folder), folder.directory());
    &held.get_or_insert_with(open).1
}
