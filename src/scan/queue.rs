//! What is to be done (`work`), between the threads of a run.
//!
//! Owns who waits for what, and when all is done. Refuses to know what is in an object.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::work::{BATCH, Batch, Fetched, Work};

/// How many objects may wait. Whoever lists a folder faster than the others read helps reading.
const MOST_WAITING: usize = 1 << 16;
/// How many bytes may wait that were fetched, or be about to.
const MOST_BYTES: u64 = 32 << 20;
/// What an object that was fetched costs beside its bytes.
const BESIDE: u64 = 1 << 10;

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
