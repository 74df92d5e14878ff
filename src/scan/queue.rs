//! What is to be done, between the threads of a run: folders to be listed, batches of objects to be
//! read, and what others have fetched.
//!
//! Owns who waits for what, and when all is done. Refuses to know what is in an object.

use std::collections::VecDeque;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::admission::Admission;
use crate::aws::Pruned;
use crate::input::{Folder, Names, Object, Place, Raw};
use crate::tally::SkipReason;

/// How many objects are handed from one thread to another at a time.
pub(super) const BATCH: usize = 8;
/// How many objects may wait. Whoever lists a folder faster than the others read helps reading.
const MOST_WAITING: usize = 1 << 16;
/// How many bytes may wait that were fetched, or be about to.
const MOST_BYTES: u64 = 32 << 20;
/// What an object that was fetched costs beside its bytes.
const BESIDE: u64 = 1 << 10;

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

    /// The object of a number that was taken.
    pub fn object(&self, at: usize) -> Object<'_> {
        Object {
            place: Place::Local,
            folder: &self.folder,
            name: self.names.iter().nth(at).unwrap_or(OsStr::new("")),
            was_named: self.was_named,
        }
    }

    /// The rest of a batch: what is taken from it later is not in this one any more.
    pub fn split_off(&mut self) -> Batch {
        let mut names = Names::default();
        self.names
            .iter()
            .skip(self.taken)
            .for_each(|name| names.push(name));
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

/// The queue.
#[derive(Default)]
pub(super) struct Queue {
    state: Mutex<State>,
    /// For workers: there is something to do, or all is done.
    work: Signal,
    /// For fetchers that are wanted: there is something to fetch, or all is done.
    fetch: Signal,
    /// For fetchers that are not wanted yet, and for whoever starts them.
    parked: Signal,
    /// For fetchers: there may be room for what they are about to read.
    room: Signal,
    /// How many wait that were fetched, for whoever only wants to know whether there are any.
    fetched: AtomicUsize,
    is_stopped: AtomicBool,
}

/// Something to wait for. Where nobody waits, nobody is woken: a `Condvar` asks the system each time. Of
/// 40,000 tiny files that was 712,643 calls (`strace -f -c -e trace=futex`), and is 2,911.
#[derive(Default)]
struct Signal {
    condvar: Condvar,
    waiting: AtomicUsize,
}

impl Signal {
    /// Waits. Whoever changes the state has the lock before it looks at who waits, so it misses nobody.
    fn wait<'s>(&self, state: MutexGuard<'s, State>) -> MutexGuard<'s, State> {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        let state = (self.condvar.wait(state)).unwrap_or_else(PoisonError::into_inner);
        self.waiting.fetch_sub(1, Ordering::Relaxed);
        state
    }

    fn notify_one(&self) {
        if self.waiting.load(Ordering::Relaxed) > 0 {
            self.condvar.notify_one();
        }
    }

    fn notify_all(&self) {
        if self.waiting.load(Ordering::Relaxed) > 0 {
            self.condvar.notify_all();
        }
    }
}

#[derive(Default)]
struct State {
    folders: Vec<PathBuf>,
    batches: VecDeque<Batch>,
    fetched: VecDeque<Fetched>,
    /// What takes no time, or cannot be shared out.
    others: Vec<Work>,
    /// Objects in all batches.
    objects: usize,
    /// Bytes that were fetched, or will be as soon as they come.
    bytes: u64,
    /// Those who may still bring something to do.
    producers: usize,
    /// How many reads in flight are wanted beside those of the workers.
    wanted: usize,
}

/// Somebody who may still bring something to do. Until it is dropped, nobody goes home.
pub(super) struct Producer<'q>(&'q Queue);

impl Drop for Producer<'_> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.producers -= 1;
        if state.is_done() {
            self.0.wake_all();
        }
    }
}

/// Ends the run if its thread panics.
pub(super) struct StopOnPanic<'q>(&'q Queue);

impl Drop for StopOnPanic<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.stop();
        }
    }
}

impl State {
    fn is_done(&self) -> bool {
        self.producers == 0
            && self.folders.is_empty()
            && self.batches.is_empty()
            && self.fetched.is_empty()
            && self.others.is_empty()
    }
}

impl Queue {
    /// Says that something may still come.
    pub fn producer(&self) -> Producer<'_> {
        self.lock().producers += 1;
        Producer(self)
    }

    /// Ends the run: what waits is not done any more.
    pub fn stop(&self) {
        self.is_stopped.store(true, Ordering::Relaxed);
        let mut state = self.lock();
        // Bodies from S3 hold the room that whoever fetches waits for: it would wait for ever.
        let dropped = std::mem::take(&mut state.fetched);
        self.fetched.store(0, Ordering::Relaxed);
        self.wake_all();
        drop(state);
        drop(dropped);
    }

    fn wake_all(&self) {
        for waiting in [&self.work, &self.fetch, &self.parked, &self.room] {
            waiting.notify_all();
        }
    }

    /// Ends the run if this thread panics before the guard is dropped: nobody would do its work.
    pub fn stop_on_panic(&self) -> StopOnPanic<'_> {
        StopOnPanic(self)
    }

    pub fn is_stopped(&self) -> bool {
        self.is_stopped.load(Ordering::Relaxed)
    }

    pub fn push_folder(&self, folder: PathBuf) {
        self.lock().folders.push(folder);
        self.work.notify_one();
        self.fetch.notify_one();
    }

    /// Queues objects; gives them back if too many wait already.
    pub fn push_batch(&self, batch: Batch) -> Result<(), Batch> {
        let mut state = self.lock();
        if state.objects > MOST_WAITING {
            return Err(batch);
        }
        state.objects += batch.left();
        state.batches.push_back(batch);
        drop(state);
        self.work.notify_one();
        self.fetch.notify_one();
        Ok(())
    }

    /// Gives the rest of a batch to whoever has time. It is the first to be taken.
    pub fn give_back(&self, batch: Batch) {
        let mut state = self.lock();
        state.objects += batch.left();
        state.batches.push_front(batch);
        drop(state);
        self.work.notify_one();
    }

    pub fn push_other(&self, work: Work) {
        self.lock().others.push(work);
        self.work.notify_one();
    }

    pub fn push_fetched(&self, fetched: Fetched) {
        let mut state = self.lock();
        if self.is_stopped() {
            return;
        }
        state.fetched.push_back(fetched);
        self.fetched.fetch_add(1, Ordering::Relaxed);
        drop(state);
        self.work.notify_one();
    }

    /// What a worker does next; waits for it. What can bring more to do comes with who says so.
    pub fn next(&self) -> Option<(Work, Option<Producer<'_>>)> {
        let mut state = self.lock();
        loop {
            if self.is_stopped() || state.is_done() {
                self.wake_all();
                return None;
            }
            if let Some(fetched) = self.pop_fetched(&mut state) {
                return Some((Work::Fetched(fetched), None));
            }
            if let Some(other) = state.others.pop() {
                return Some((other, None));
            }
            let work = match state.pop_batch() {
                Some(batch) => Some(Work::Read(batch)),
                None => state.folders.pop().map(Work::List),
            };
            if let Some(work) = work {
                state.producers += 1;
                return Some((work, Some(Producer(self))));
            }
            state = self.work.wait(state);
        }
    }

    /// Something that was fetched, if there is anything.
    pub fn try_fetched(&self) -> Option<Fetched> {
        if self.fetched.load(Ordering::Relaxed) == 0 {
            return None;
        }
        self.pop_fetched(&mut self.lock())
    }

    fn pop_fetched(&self, state: &mut State) -> Option<Fetched> {
        let fetched = state.fetched.pop_front()?;
        self.fetched.fetch_sub(1, Ordering::Relaxed);
        Some(fetched)
    }

    /// What the fetcher of a number does next; waits for it, and while fewer fetchers are wanted.
    pub fn next_to_fetch(&self, number: usize) -> Option<(Work, Producer<'_>)> {
        let mut state = self.lock();
        loop {
            if self.is_stopped() || state.is_done() {
                return None;
            }
            if number >= state.wanted {
                // It may have been woken in place of one that is wanted.
                self.fetch.notify_one();
                state = self.parked.wait(state);
                continue;
            }
            // A folder that is listed late holds up all that is in it.
            let is_short = state.objects < BATCH * state.wanted;
            let folder = is_short.then(|| state.folders.pop()).flatten();
            let work = match folder {
                Some(folder) => Some(Work::List(folder)),
                None => state.pop_batch().map(Work::Read),
            };
            if let Some(work) = work {
                state.producers += 1;
                return Some((work, Producer(self)));
            }
            state = self.fetch.wait(state);
        }
    }

    /// Waits until more fetchers are wanted than there are, or all is done. Whether it is the former.
    pub fn more_fetchers(&self, there_are: usize) -> bool {
        let mut state = self.lock();
        loop {
            if self.is_stopped() || state.is_done() {
                return false;
            }
            if state.wanted > there_are {
                return true;
            }
            state = self.parked.wait(state);
        }
    }

    /// How many fetchers are wanted.
    pub fn want(&self, fetchers: usize) {
        self.lock().wanted = fetchers;
        self.parked.notify_all();
    }

    /// Waits until so many bytes more may be held; gives what they count as.
    pub fn reserve(&self, bytes: usize) -> u64 {
        let bytes = bytes as u64 + BESIDE;
        let mut state = self.lock();
        // A fetcher holds far less than that at a time, so this never waits for itself.
        while state.bytes > 0 && state.bytes + bytes > MOST_BYTES && !self.is_stopped() {
            state = self.room.wait(state);
        }
        state.bytes += bytes;
        // There may be room for another one: each that is woken wakes the next.
        if state.bytes < MOST_BYTES {
            self.room.notify_one();
        }
        bytes
    }

    /// Bytes are held no more.
    pub fn release(&self, bytes: u64) {
        if bytes > 0 {
            self.lock().bytes -= bytes;
            self.room.notify_one();
        }
    }

    /// Waits until more objects may wait. Only for those that read nothing themselves. It polls: there is
    /// room after every batch, and waking somebody for each would cost more.
    pub fn wait_for_room(&self) {
        while self.lock().objects > MOST_WAITING && !self.is_stopped() {
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn pop_batch(&mut self) -> Option<Batch> {
        let batch = self.batches.pop_front()?;
        self.objects -= batch.left();
        Some(batch)
    }
}
