//! The part of a stream that is in memory: all of a small file, a sliding piece of a large one.
//!
//! Owns that memory and how it moves on. Does not know what records are wrapped in.

use std::ops::Range;
use std::sync::Arc;

use super::ends::{Ends, Marks};
use super::traces::Traces;
use crate::damage::{Damage, Stage};
use crate::source::Source;

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

/// An object, array or string that has been passed.
#[derive(Clone, Debug)]
pub(crate) struct Passed {
    /// Its bytes in the window, until the window moves on; `None` if they were too many to keep.
    pub span: Option<Range<usize>>,
    /// Where it begins in the stream.
    pub offset: u64,
    /// What there may be in it.
    pub marks: Marks,
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

    /// Passes the object or array that begins here, which was seen by [`Window::peek`]. `ends` has
    /// begun here, or at an object before it in the same array.
    #[inline]
    pub(crate) fn pass_container(&mut self, ends: &mut Ends) -> Result<Passed, Damage> {
        let offset = self.offset();
        let opening = self.memory.bytes()[self.at];
        let held = self.keep.is_some();
        if !held {
            self.keep = Some(self.at);
        }
        if ends.is_over() {
            // It saw the end of the array where this reader sees an element: it cannot be, and must
            // not be believed.
            ends.begin_alone(offset);
        } else if !ends.has_next() && ends.searched() < offset {
            // The window has moved on between two elements, past what was left unsearched: commas
            // and white space, of which nothing has to be known.
            ends.begin(offset);
        }
        let end = loop {
            if let Some(end) = ends.next() {
                break end;
            }
            if !self.search(ends) {
                let what = if opening == b'{' {
                    "an object"
                } else {
                    "an array"
                };
                let what = format!("{what} without an end");
                return Err(self.not_passed(held, Damage::new(Stage::Json, offset, what)));
            }
        };
        self.at = self.index_of(end.offset);
        if self.memory.bytes()[self.at - 1] != opening + 2 {
            let what = "a bracket closed by one of another kind";
            let damage = Damage::new(Stage::Json, end.offset - 1, what);
            return Err(self.not_passed(held, damage));
        }
        Ok(self.passed(offset, held, end.marks))
    }

    /// Passes a comma and the object after it, if both are here, with nothing between them and
    /// the end already found: most elements of an array follow one another like this. Otherwise
    /// nothing is passed, and nothing is said of what is here.
    #[inline]
    pub(crate) fn pass_sibling(&mut self, ends: &mut Ends) -> Option<Passed> {
        let end = ends.peek()?;
        let span = self.at + 1..self.index_of(end.offset);
        let [b',', b'{', .., b'}'] = self.bytes_of_memory().get(self.at..span.end)? else {
            return None;
        };
        ends.next();
        self.at = span.end;
        Some(Passed {
            offset: self.base + span.start as u64,
            span: Some(span),
            marks: end.marks,
        })
    }

    /// Searches on for ends, in more of the stream if need be. `false` if there is no more of it.
    #[inline]
    fn search(&mut self, ends: &mut Ends) -> bool {
        let mut is_last = self.source.is_none();
        loop {
            let unseen = self.index_of(ends.searched());
            ends.search(&self.bytes_of_memory()[unseen..], is_last);
            if ends.has_next() {
                return true;
            }
            if self.source.is_none() && is_last {
                return false;
            }
            match self.more() {
                More::Yes => is_last = false,
                More::End => is_last = true,
                // A record that just fits ends in the bytes that were left.
                More::Full if !is_last => is_last = true,
                More::Full => {
                    self.give_up();
                    self.at = self.index_of(ends.searched());
                    is_last = false;
                }
            }
        }
    }

    /// Passes the string that begins here, which was seen by [`Window::peek`].
    pub(crate) fn pass_string(&mut self) -> Result<Passed, Damage> {
        let offset = self.offset();
        let held = self.keep.is_some();
        if !held {
            self.keep = Some(self.at);
        }
        let mut marks = Marks::SERVICE;
        self.at += 1;
        loop {
            let ahead = self.ahead();
            let plain = memchr::memchr2(b'"', b'\\', ahead);
            if ahead[..plain.unwrap_or(ahead.len())]
                .iter()
                .any(|&b| b < 0x20)
            {
                marks |= Marks::CONTROL;
            }
            let stop = plain.map(|n| ahead[n]);
            self.at += plain.map_or(ahead.len(), |n| n + 1);
            match stop {
                Some(b'"') => {
                    return Ok(self.passed(offset, held, marks));
                }
                Some(_) => {
                    marks |= Marks::UNICODE_ESCAPE;
                    marks |= Marks::ESCAPED_LETTER;
                    if self.at == self.filled && !self.fill() {
                        break;
                    }
                    self.at += 1;
                }
                None if self.fill() => {}
                None => break,
            }
        }
        let damage = Damage::new(Stage::Json, offset, "a string without an end");
        Err(self.not_passed(held, damage))
    }

    /// Passes bytes up to the next bracket, comma, colon, quote or white space: a number or word, or
    /// what is in place of one. Gives at most its first 64 KiB.
    pub(crate) fn pass_token(&mut self) -> Vec<u8> {
        let mut token = Vec::new();
        while let Some(byte) = self.peek() {
            if byte <= 0x20 || b"{}[],:\"".contains(&byte) {
                break;
            }
            if token.len() < 1 << 16 {
                token.push(byte);
            }
            self.at += 1;
        }
        token
    }

    /// What was kept for a value that broke off is kept no more: what is around it was given up
    /// before, and must not be taken for whole.
    #[cold]
    fn not_passed(&mut self, held: bool, damage: Damage) -> Damage {
        if !held {
            self.keep = None;
        }
        damage
    }

    fn passed(&mut self, offset: u64, held: bool, marks: Marks) -> Passed {
        let start = self.index_of(offset);
        let span = self.keep.is_some().then_some(start..self.at);
        if !held {
            self.keep = None;
        }
        Passed {
            span,
            offset,
            marks,
        }
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

#[cfg(test)]
mod tests {
    use super::super::kernel::Kernel;
    use super::*;

    /// Passes a container on its own.
    fn pass(window: &mut Window<'_>) -> Result<Passed, Damage> {
        let mut ends = Ends::new(Kernel::detect(), "sts.amazonaws.com");
        ends.begin_alone(window.offset());
        window.pass_container(&mut ends)
    }

    /// Gives a few bytes at a time.
    struct Drops<'a>(&'a [u8], usize);

    impl Source for Drops<'_> {
        fn read(&mut self, into: &mut [u8]) -> usize {
            let count = self.0.len().min(self.1).min(into.len());
            into[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            count
        }
    }

    #[test]
    fn a_value_may_come_in_any_number_of_pieces() {
        let text = format!("  {{\"a\":\"{}\\\"}}\"}}  \"s\\\\\" tail", "x".repeat(300));
        for drop in [1, 2, 3, 7, 64, 1000] {
            let mut buffer = Vec::new();
            let mut source = Drops(text.as_bytes(), drop);
            let mut window = Window::sliding(&mut buffer, &mut source, 1024);
            assert_eq!(window.skip_space(), Some(b'{'));
            let passed = pass(&mut window).unwrap();
            let span = passed.span.expect("small enough to keep");
            assert_eq!(window.bytes(&span), &text.as_bytes()[2..313], "{drop}");
            assert!(!passed.marks.has(Marks::UNICODE_ESCAPE) && !passed.marks.has(Marks::CONTROL));
            assert_eq!(window.skip_space(), Some(b'"'));
            let passed = window.pass_string().unwrap();
            assert_eq!(window.bytes(&passed.span.unwrap()), b"\"s\\\\\"");
            assert_eq!(window.skip_space(), Some(b't'));
            assert_eq!(window.pass_token(), b"tail");
            assert_eq!((window.peek(), window.offset()), (None, text.len() as u64));
        }
    }

    #[test]
    fn what_breaks_off_leaves_nothing_kept_that_was_not_before() {
        for text in ["{\"a\":[1,2}", "{\"a\":[1,2", "\"a"] {
            for is_kept in [false, true] {
                let mut window = Window::whole(text.as_bytes());
                if is_kept {
                    window.keep_from_here();
                }
                match window.peek() {
                    Some(b'"') => drop(window.pass_string().unwrap_err()),
                    _ => drop(pass(&mut window).unwrap_err()),
                }
                assert_eq!(window.kept().is_some(), is_kept, "{text}");
            }
        }
    }

    #[test]
    fn elements_may_stand_any_way_apart() {
        for gap in [0, 10, 100, 1000] {
            for drop in [1, 56, 64, 256] {
                let element = format!("{{\"a\":\"{}\"}},{}", "x".repeat(70), " ".repeat(gap));
                let text = element.repeat(20);
                let (mut buffer, mut source) = (Vec::new(), Drops(text.as_bytes(), drop));
                let mut window = Window::sliding(&mut buffer, &mut source, 256);
                let mut ends = Ends::new(Kernel::detect(), "sts.amazonaws.com");
                ends.begin(0);
                for _ in 0..20 {
                    assert_eq!(window.skip_space(), Some(b'{'), "{gap} {drop}");
                    let span = window.pass_container(&mut ends).unwrap().span.unwrap();
                    assert!(window.bytes(&span).ends_with(b"x\"}"), "{gap} {drop}");
                    assert_eq!(window.skip_space(), Some(b','));
                    window.step();
                }
                assert_eq!(window.skip_space(), None);
            }
        }
    }

    #[test]
    fn what_is_too_large_to_keep_is_passed_without_being_kept() {
        let text = format!(
            "{{\"a\":\"{}\"}} \"{}\" 1",
            "x".repeat(3000),
            "y".repeat(3000)
        );
        let mut buffer = Vec::new();
        let mut source = Drops(text.as_bytes(), 100);
        let mut window = Window::sliding(&mut buffer, &mut source, 256);
        assert_eq!(window.skip_space(), Some(b'{'));
        assert_eq!(pass(&mut window).unwrap().span, None);
        assert_eq!(window.skip_space(), Some(b'"'));
        assert_eq!(window.pass_string().unwrap().span, None);
        assert_eq!(window.skip_space(), Some(b'1'));
        assert!(buffer.len() <= 256);
    }

    #[test]
    fn a_value_that_is_cut_or_closed_wrongly_is_damage_where_it_stands() {
        for (text, offset) in [
            (" {\"a\":[1,2", 1),
            (" {\"a\":1]", 7),
            (" \"abc", 1),
            (" \"ab\\", 1),
        ] {
            let mut window = Window::whole(text.as_bytes());
            let damage = match window.skip_space() {
                Some(b'"') => window.pass_string().unwrap_err(),
                _ => pass(&mut window).unwrap_err(),
            };
            assert_eq!(
                (damage.stage, damage.offset),
                (Stage::Json, offset),
                "{text}"
            );
        }
    }
}
