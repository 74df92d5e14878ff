//! What a file has given so far: its calls hold or fall together.
//!
//! Owns the memory of what may still be taken back. A reader goes on in a file before it knows whether
//! what it reads is sound, so it marks a place, and goes back to it if need be.

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
}
