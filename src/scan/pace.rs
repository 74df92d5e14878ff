//! How many reads in flight pay beside those of the workers: none on a warm cache, tens on a cold disk
//! or a network file system.
//!
//! Measured on 40,000 cold files of 3 KB: one read at a time 18.1 s; the same with `posix_fadvise` for the
//! next 32 files 16.5 s, as opening a cold file waits for its inode whatever is advised; 32 threads that
//! open and read 5.0 s. io_uring hands an open that would wait to a thread of the kernel's, too, and most
//! containers forbid it.
//!
//! A worker that waits for its reads is not reading logs. The time of reads and that of the work on
//! what was read say how many others should read for it.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use super::queue::Queue;

/// More do not help on any disk that was tried, and each has a stack.
pub(super) const MOST: usize = 64;
/// A read from the cache takes less. A disk as fast as that needs no fetchers.
const SLOW: Duration = Duration::from_micros(100);
/// Of so many samples in a row, half must be slow: a thread that had to wait for the processor is no
/// slow disk.
const SAMPLES: u32 = 8;
/// After so many reads of fetchers, their number is decided again.
const AGAIN: u64 = 64;
/// While nothing is slow, one file in so many is looked at.
const ONE_IN: u32 = 8;

/// What all threads of a run know of its reads.
pub(super) struct Pace {
    workers: usize,
    /// `--reads`
    fixed: Option<usize>,
    /// Of fetchers.
    reads: AtomicU64,
    read_time: AtomicU64,
    /// Of workers, on what was fetched.
    works: AtomicU64,
    work_time: AtomicU64,
    wanted: AtomicUsize,
}

impl Pace {
    /// For so many workers, and as many reads in flight as asked for.
    pub fn new(workers: usize, reads: Option<usize>) -> Pace {
        Pace {
            workers,
            fixed: reads.map(|reads| reads.saturating_sub(workers)),
            reads: AtomicU64::new(0),
            read_time: AtomicU64::new(0),
            works: AtomicU64::new(0),
            work_time: AtomicU64::new(0),
            wanted: AtomicUsize::new(0),
        }
    }

    /// How many workers are wanted.
    pub fn workers(&self) -> usize {
        self.workers
    }

    /// How many fetchers there are from the beginning, whatever is measured.
    pub fn fixed(&self) -> Option<usize> {
        self.fixed
    }

    /// How many fetchers are wanted now.
    pub fn wanted(&self) -> usize {
        self.wanted.load(Ordering::Relaxed)
    }

    /// Notes the reads of a worker that were slow. Whether fetchers are wanted for the first time.
    fn start_if_slow(&self, read: Duration, work: Duration, queue: &Queue) -> bool {
        self.fixed.is_none() && self.wanted() == 0 && self.want(read, work, queue)
    }

    /// Notes one read of a fetcher.
    pub fn fetched(&self, time: Duration, queue: &Queue) {
        self.read_time.fetch_add(nanos(time), Ordering::Relaxed);
        let reads = self.reads.fetch_add(1, Ordering::Relaxed) + 1;
        if self.fixed.is_some() || !reads.is_multiple_of(AGAIN) {
            return;
        }
        let take = |sum: &AtomicU64| sum.swap(0, Ordering::Relaxed);
        let read = take(&self.read_time) / take(&self.reads).max(1);
        if let Some(work) = take(&self.work_time).checked_div(take(&self.works)) {
            self.want(
                Duration::from_nanos(read),
                Duration::from_nanos(work),
                queue,
            );
        }
    }

    /// Notes the work on an object that was fetched.
    pub fn worked(&self, time: Duration) {
        self.works.fetch_add(1, Ordering::Relaxed);
        self.work_time.fetch_add(nanos(time), Ordering::Relaxed);
    }

    /// Says how many fetchers are wanted, if a read takes so long, and the work on what was read.
    fn want(&self, read: Duration, work: Duration, queue: &Queue) -> bool {
        let wanted = fetchers(self.workers, read, work);
        self.wanted.store(wanted, Ordering::Relaxed);
        queue.want(wanted);
        wanted > 0
    }
}

/// Whether somebody else should read: where the work takes four times as long or more, a worker that
/// reads itself loses a fifth at most.
fn is_slow(read: Duration, work: Duration) -> bool {
    read >= SLOW && read * 4 >= work
}

/// How many fetchers keep so many workers at work, with half as many again, as no two reads take the
/// same time, and two more for the beginning.
fn fetchers(workers: usize, read: Duration, work: Duration) -> usize {
    if !is_slow(read, work) {
        return 0;
    }
    let each = read.as_secs_f64() / work.as_secs_f64().max(1e-6);
    // Bounded, and not below zero.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss
    )]
    let wanted = (1.5 * workers as f64 * each).ceil().min(MOST as f64) as usize;
    (wanted + 2).min(MOST)
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// What one worker sees of its own reads.
#[derive(Default)]
pub(super) struct Samples {
    count: u32,
    slow: u32,
    read: Duration,
    work: Duration,
    /// Files since one was looked at; none is left out before the first few were fast.
    left_out: u32,
    has_been_fast: bool,
}

impl Samples {
    /// Whether the next read is looked at: two looks at the clock are a hundredth of a tiny file.
    pub fn is_next(&mut self) -> bool {
        self.left_out += 1;
        if self.has_been_fast && self.left_out < ONE_IN {
            return false;
        }
        self.left_out = 0;
        true
    }

    /// Notes a read. Whether fetchers are wanted from now on.
    pub fn note(&mut self, read: Duration, work: Duration, pace: &Pace, queue: &Queue) -> bool {
        let is_slow = is_slow(read, work);
        self.count += 1;
        self.slow += u32::from(is_slow);
        self.read += read;
        self.work += work;
        self.has_been_fast &= !is_slow;
        if self.count < SAMPLES {
            return false;
        }
        let (read, work) = (self.read / self.count, self.work / self.count);
        let are_slow = 2 * self.slow >= self.count;
        *self = Samples {
            has_been_fast: self.slow == 0,
            ..Samples::default()
        };
        are_slow && pace.start_if_slow(read, work, queue)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn micros(time: u64) -> Duration {
        Duration::from_micros(time)
    }

    #[test]
    fn nobody_fetches_from_a_warm_cache() {
        for (read, work) in [(9, 12), (60, 20), (150, 5000), (99, 1)] {
            assert_eq!(fetchers(2, micros(read), micros(work)), 0, "{read} {work}");
        }
    }

    #[test]
    fn the_slower_the_reads_the_more_are_in_flight() {
        assert_eq!(fetchers(2, micros(300), micros(30)), 32);
        assert_eq!(fetchers(2, micros(5000), micros(5000)), 5);
        assert_eq!(fetchers(2, micros(5000), micros(20)), MOST);
    }

    #[test]
    fn one_slow_read_is_no_slow_disk() {
        let (queue, pace) = (Queue::default(), Pace::new(2, None));
        let mut samples = Samples::default();
        for n in 0..800 {
            let read = if n % 3 == 0 { 4000 } else { 9 };
            assert!(!samples.note(micros(read), micros(20), &pace, &queue));
        }
        for n in 0..8 {
            let is_wanted = samples.note(micros(300), micros(20), &pace, &queue);
            // 800 is a multiple of the number of samples.
            assert_eq!(is_wanted, n == 7);
        }
        assert!(pace.wanted() > 30);
    }

    #[test]
    fn fetchers_go_when_their_reads_are_fast_again() {
        let (queue, pace) = (Queue::default(), Pace::new(2, None));
        assert!(pace.start_if_slow(micros(300), micros(20), &queue));
        pace.worked(micros(20));
        (0..AGAIN).for_each(|_| pace.fetched(micros(10), &queue));
        assert_eq!(pace.wanted(), 0);
        let fixed = Pace::new(2, Some(10));
        assert!(!fixed.start_if_slow(micros(300), micros(20), &queue));
        assert_eq!(fixed.fixed(), Some(8));
    }
}
