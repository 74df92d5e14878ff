//! What a file has given so far: its calls hold or fall together.
//!
//! Owns the memory of what may still be taken back. A reader goes on in a file before it knows whether
//! what it reads is sound, so it marks a place, and goes back to it if need be.

use std::collections::HashSet;
use std::hash::Hash;

/// Items of the file being read, in the order they were read.
#[derive(Clone, Debug)]
pub(crate) struct Staged<T>(Vec<T>);

/// How many items keep their memory for the next file: one huge file must not leave its own for good.
const ROOM: usize = 1 << 16;

impl<T> Default for Staged<T> {
    fn default() -> Self {
        Staged(Vec::new())
    }
}

impl<T> Staged<T> {
    /// Takes one more item of the file.
    #[inline]
    pub fn push(&mut self, item: T) {
        self.0.push(item);
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The place after the last item.
    pub fn mark(&self) -> usize {
        self.0.len()
    }

    /// Takes back, and gives back, every item since `mark`, which was made in the same file.
    pub fn rollback(&mut self, mark: usize) -> impl Iterator<Item = T> {
        let mark = mark.min(self.0.len());
        self.0.drain(mark..)
    }

    /// The file is read: hands its items on, one by one.
    pub fn commit(&mut self, each: impl FnMut(T)) {
        self.0.drain(..).for_each(each);
        self.0.shrink_to(ROOM);
    }

    /// The file is read: gives its items away, with their memory.
    pub fn take(&mut self) -> Vec<T> {
        std::mem::take(&mut self.0)
    }
}

/// The same of things of which each matters once, however often it comes: the Regions of records, for
/// example.
#[derive(Clone, Debug)]
pub(crate) struct StagedOnce<T> {
    /// What came last: most come again and again.
    last: Option<T>,
    staged: Staged<T>,
    seen: HashSet<T>,
}

impl<T> Default for StagedOnce<T> {
    fn default() -> Self {
        StagedOnce {
            last: None,
            staged: Staged::default(),
            seen: HashSet::new(),
        }
    }
}

impl<T: Clone + Eq + Hash> StagedOnce<T> {
    /// Whether this is what came last.
    #[inline]
    pub fn is_last(&self, is_it: impl FnOnce(&T) -> bool) -> bool {
        self.last.as_ref().is_some_and(is_it)
    }

    /// Takes something that is not what came last. What `is_news` denies was committed before.
    pub fn push(&mut self, item: T, is_news: bool) {
        self.last = Some(item.clone());
        if is_news && self.seen.insert(item.clone()) {
            self.staged.push(item);
        }
    }

    /// The place after the last item.
    pub fn mark(&self) -> usize {
        self.staged.mark()
    }

    /// Takes back what came since `mark`, which was made in the same file.
    pub fn rollback(&mut self, mark: usize) {
        for item in self.staged.rollback(mark) {
            self.seen.remove(&item);
        }
        self.last = None;
    }

    /// The file is read: hands what came on, each once.
    pub fn commit(&mut self, each: impl FnMut(T)) {
        if self.staged.len() > 0 {
            self.staged.commit(each);
            self.seen.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_back_is_never_handed_on() {
        let mut staged = Staged::default();
        staged.push(1);
        let mark = staged.mark();
        staged.push(2);
        staged.push(3);
        assert_eq!(staged.rollback(mark).collect::<Vec<_>>(), [2, 3]);
        staged.push(4);
        let mut kept = Vec::new();
        staged.commit(|item| kept.push(item));
        assert_eq!((kept, staged.len()), (vec![1, 4], 0));
    }

    #[test]
    fn a_rollback_nobody_looks_at_takes_back_all_the_same() {
        let mut staged = Staged::default();
        (0..5).for_each(|item| staged.push(item));
        drop(staged.rollback(2));
        assert_eq!(staged.take(), [0, 1]);
    }

    #[test]
    fn a_huge_file_leaves_no_memory_behind() {
        let mut staged = Staged::default();
        (0..4 * ROOM).for_each(|item| staged.push(item));
        staged.commit(drop);
        assert!(staged.0.capacity() <= ROOM);
    }

    #[test]
    fn what_matters_once_comes_again_after_it_was_taken_back() {
        let mut staged = StagedOnce::default();
        for item in [1, 1, 2, 1] {
            if !staged.is_last(|&last| last == item) {
                staged.push(item, true);
            }
        }
        assert!(staged.is_last(|&last| last == 1));
        let mark = staged.mark();
        staged.push(3, true);
        staged.push(4, false);
        staged.rollback(mark);
        assert!(!staged.is_last(|_| true));
        staged.push(3, true);
        let mut committed = Vec::new();
        staged.commit(|item| committed.push(item));
        assert_eq!(committed, [1, 2, 3]);
        staged.push(1, true);
        staged.commit(|item| committed.push(item));
        assert_eq!(committed, [1, 2, 3, 1]);
    }
}
