//! The part of a stream that is in memory: all of a small file, a sliding piece of a large one.
//!
//! Owns that memory and how it moves on. Does not know what records are wrapped in; how a value is passed,
//! `pass` knows.

mod pass;

use std::ops::Range;
use std::sync::Arc;

use super::traces::Traces;
use crate::source::Source;

pub(crate) use pass::Passed;

/// The smallest window: enough to search a few blocks of it and keep what is after them.
const LEAST: usize = 256;

/// How much of a stream is kept for objects whose lists are being read. A record may have a list that
/// is none of records; more than this no such list has.
const MOST_AROUND: usize = 1 << 20;

/// How much is looked at again with what follows it: the name of a service, its key and their escapes.
const OVERLAP: usize = 4096;

/// A place in a stream, and what can be seen from there.
pub struct Window<'b> {
    memory: Memory<'b>,
    /// How much of the memory is input.
    filled: usize,
    /// The next byte to look at.
    at: usize,
    /// What must stay in memory, from here on.
    keep: Option<usize>,
    /// Where the outermost object begins that a list is being read of: it stays in memory while that
    /// costs nothing.
    around: Option<usize>,
    /// What is searched for in what is given up, as nobody can look at it later.
    watched: Option<Arc<Traces>>,
    /// How far, in the stream, what was given up has been searched, and whether something was found.
    searched: Option<(u64, bool)>,
    /// The offset in the stream of the first byte in memory.
    base: u64,
    source: Option<&'b mut dyn Source>,
}

enum Memory<'b> {
    /// A stream that is in memory as a whole.
    Whole(&'b [u8]),
    /// A piece of one, that grows to `limit` for a record: a larger one cannot be read.
    Sliding {
        buffer: &'b mut Vec<u8>,
        limit: usize,
    },
}

impl Memory<'_> {
    #[inline]
    fn bytes(&self) -> &[u8] {
        match self {
            Memory::Whole(bytes) => bytes,
            Memory::Sliding { buffer, .. } => buffer,
        }
    }
}

enum More {
    Yes,
    End,
    /// What must be kept fills the window.
    Full,
}

impl<'b> Window<'b> {
    /// The whole of a stream, already in memory.
    pub fn whole(bytes: &'b [u8]) -> Window<'b> {
        Window::part(bytes, 0)
    }

    /// A part of a stream that begins at `base`, already in memory.
    pub(crate) fn part(bytes: &'b [u8], base: u64) -> Window<'b> {
        Window {
            memory: Memory::Whole(bytes),
            filled: bytes.len(),
            at: 0,
            keep: None,
            around: None,
            watched: None,
            searched: None,
            base,
            source: None,
        }
    }

    /// A stream of any length, of which at most `limit` bytes are kept in memory at a time.
    /// `buffer` lends its memory, at least 256 bytes of it.
    pub fn sliding(
        buffer: &'b mut Vec<u8>,
        source: &'b mut dyn Source,
        limit: usize,
    ) -> Window<'b> {
        let limit = limit.max(LEAST);
        buffer.resize(buffer.len().clamp(LEAST, limit), 0);
        Window {
            memory: Memory::Sliding { buffer, limit },
            filled: 0,
            at: 0,
            keep: None,
            around: None,
            watched: None,
            searched: None,
            base: 0,
            source: Some(source),
        }
    }

    fn bytes_of_memory(&self) -> &[u8] {
        &self.memory.bytes()[..self.filled]
    }

    /// The offset in the stream of the next byte to look at.
    pub(crate) fn offset(&self) -> u64 {
        self.base + self.at as u64
    }

    /// What of the stream is in memory, from the next byte on.
    pub(crate) fn ahead(&self) -> &[u8] {
        &self.bytes_of_memory()[self.at..]
    }

    /// Bytes of a span that was just passed.
    pub(crate) fn bytes(&self, span: &Range<usize>) -> &[u8] {
        &self.memory.bytes()[span.clone()]
    }

    /// What is at this place in the stream, if it still is in memory.
    pub(crate) fn still_has(&self, place: Range<u64>) -> Option<&[u8]> {
        let start = usize::try_from(place.start.checked_sub(self.base)?).ok()?;
        let end = usize::try_from(place.end.checked_sub(self.base)?).ok()?;
        self.bytes_of_memory().get(start..end)
    }

    /// The place in memory of an offset of the stream.
    pub(crate) fn index_of(&self, offset: u64) -> usize {
        offset.saturating_sub(self.base) as usize
    }

    /// Keeps everything from here on in memory, until [`Window::release`].
    pub(crate) fn keep_from_here(&mut self) {
        self.keep = Some(self.at);
    }

    /// What was kept, if all of it still is.
    pub(crate) fn kept(&self) -> Option<Range<usize>> {
        self.keep.map(|keep| keep..self.at)
    }

    /// What was kept is not needed any more.
    pub(crate) fn release(&mut self) {
        self.keep = None;
    }

    /// What is kept for an object is set aside while a list in it is read, whose elements keep what they
    /// are. Says whether the object is the outermost of such.
    pub(crate) fn set_aside(&mut self) -> bool {
        self.watch(None);
        let is_outermost = self.around.is_none();
        if is_outermost {
            self.around = self.keep;
        }
        self.keep = None;
        is_outermost
    }

    /// The list is read: the object that begins at this offset of the stream is kept again, if it still
    /// is in memory.
    pub(crate) fn take_back(&mut self, offset: u64, is_outermost: bool) {
        self.keep = self.around.map(|_| self.index_of(offset));
        if is_outermost {
            self.around = None;
        }
    }

    /// Searches what is given up of the next value, if there is something to search for.
    pub(super) fn watch(&mut self, traces: Option<Arc<Traces>>) {
        self.watched = traces;
        self.searched = None;
    }

    /// The value has been passed. Says whether traces were found in what was given up of it.
    pub(crate) fn found_traces(&mut self) -> bool {
        if self.searched.is_some() {
            self.search_lost(self.at);
        }
        let found = self.searched.is_some_and(|(_, found)| found);
        self.watch(None);
        found
    }

    /// What must stay in memory is too much, and is given up.
    #[cold]
    fn give_up(&mut self) {
        let begin = self.keep.take();
        if let (Some(begin), Some(_), None) = (begin, &self.watched, self.searched) {
            self.searched = Some((self.base + begin as u64, false));
        }
    }

    /// Searches what was given up, from where the search has come to, up to this place in memory.
    #[cold]
    fn search_lost(&mut self, up_to: usize) {
        let (Some(traces), Some((from, found))) = (&self.watched, self.searched) else {
            self.searched = None;
            return;
        };
        let from = self.index_of(from).min(up_to);
        let found = found || traces.are_in(&self.memory.bytes()[from..up_to]);
        let overlap = OVERLAP.min((up_to - from) / 2);
        self.searched = Some((self.base + (up_to - overlap) as u64, found));
    }

    /// Makes sure that so many bytes from here on are in memory, if there are as many.
    pub(crate) fn see(&mut self, count: usize) {
        while self.filled - self.at < count && self.fill() {}
    }

    /// The next byte, without passing it.
    #[inline]
    pub(crate) fn peek(&mut self) -> Option<u8> {
        if self.at == self.filled && !self.fill() {
            return None;
        }
        self.bytes_of_memory().get(self.at).copied()
    }

    /// Goes on by one byte, which was seen by [`Window::peek`].
    #[inline]
    pub(crate) fn step(&mut self) {
        self.at += 1;
    }

    /// Passes white space and gives the first byte that is none.
    #[inline]
    pub(crate) fn skip_space(&mut self) -> Option<u8> {
        loop {
            match self.peek()? {
                b' ' | b'\t' | b'\n' | b'\r' => self.at += 1,
                byte => return Some(byte),
            }
        }
    }

    /// Passes `prefix` if it is here.
    pub(crate) fn skip_if(&mut self, prefix: &[u8]) -> bool {
        self.see(prefix.len());
        let found = self.ahead().starts_with(prefix);
        if found {
            self.at += prefix.len();
        }
        found
    }

    /// Gets more bytes at any price: if what is kept fills the window, it is given up.
    #[cold]
    fn fill(&mut self) -> bool {
        match self.more() {
            More::Yes => true,
            More::End => false,
            More::Full => {
                self.give_up();
                self.at = self.filled;
                matches!(self.more(), More::Yes)
            }
        }
    }

    fn more(&mut self) -> More {
        if self.searched.is_some() && self.filled == self.memory.bytes().len() {
            self.search_lost(self.filled);
        }
        let (Memory::Sliding { buffer, limit }, Some(source)) =
            (&mut self.memory, &mut self.source)
        else {
            return More::End;
        };
        if self.filled == buffer.len() {
            // Only what is before the kept parts and this place can go.
            let mut from = self.keep.unwrap_or(self.at).min(self.at);
            if let Some(around) = self.around {
                if around == 0 && buffer.len() >= MOST_AROUND.min(*limit) {
                    self.around = None;
                } else {
                    from = from.min(around);
                }
            }
            if let Some((searched, _)) = self.searched {
                from = from.min((searched - self.base) as usize);
            }
            if from > 0 {
                buffer.copy_within(from..self.filled, 0);
                self.base += from as u64;
                self.filled -= from;
                self.at -= from;
                self.keep = self.keep.map(|keep| keep - from);
                self.around = self.around.map(|around| around - from);
            } else if buffer.len() < *limit {
                let larger = buffer.len().saturating_mul(2).min(*limit);
                buffer.resize(larger, 0);
            } else {
                return More::Full;
            }
        }
        match source.read(&mut buffer[self.filled..]) {
            0 => {
                self.source = None;
                More::End
            }
            count => {
                self.filled += count;
                More::Yes
            }
        }
    }
}
