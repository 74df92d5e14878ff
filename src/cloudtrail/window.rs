//! The part of a stream that is in memory: all of a small file, a sliding piece of a large one.

use std::ops::Range;

use super::bounds::Bounds;
use super::kernel::Kernel;
use super::{Damage, Stage};

/// Where more bytes come from. What went wrong with it is the source's to remember: to a reader an
/// error is an end.
pub trait Source {
    /// Puts bytes at the start of `into` and says how many; 0 at the end.
    fn read(&mut self, into: &mut [u8]) -> usize;
}

/// A place in a stream, and what can be seen from there.
pub struct Window<'b> {
    buffer: &'b mut Vec<u8>,
    /// How much of `buffer` is input.
    filled: usize,
    /// The next byte to look at.
    at: usize,
    /// What must stay in memory, from here on.
    keep: Option<usize>,
    /// The offset of `buffer[0]` in the stream.
    base: u64,
    source: Option<&'b mut dyn Source>,
    /// The most that may be kept: a record that is larger cannot be read.
    limit: usize,
}

/// An object, array or string that has been passed.
#[derive(Clone, Debug)]
pub(crate) struct Passed {
    /// Its bytes in the window, until the window moves on; `None` if they were too many to keep.
    pub span: Option<Range<usize>>,
    /// Where it begins in the stream.
    pub offset: u64,
    /// There may be a `\u` escape in it.
    pub saw_unicode_escape: bool,
    /// There is a control character in it where JSON allows none.
    pub saw_control: bool,
}

enum More {
    Yes,
    End,
    /// What must be kept fills the window.
    Full,
}

impl<'b> Window<'b> {
    /// The whole of a stream, already in memory: the first `length` bytes of `buffer`.
    pub fn whole(buffer: &'b mut Vec<u8>, length: usize) -> Window<'b> {
        let filled = length.min(buffer.len());
        Window {
            buffer,
            filled,
            at: 0,
            keep: None,
            base: 0,
            source: None,
            limit: filled,
        }
    }

    /// A part of a stream that begins at `base`, already in memory.
    pub(crate) fn part(buffer: &'b mut Vec<u8>, base: u64) -> Window<'b> {
        let length = buffer.len();
        Window {
            base,
            ..Window::whole(buffer, length)
        }
    }

    /// A stream of any length, of which at most `limit` bytes are kept in memory at a time.
    /// `buffer` lends its memory, at least 64 bytes of it.
    pub fn sliding(
        buffer: &'b mut Vec<u8>,
        source: &'b mut dyn Source,
        limit: usize,
    ) -> Window<'b> {
        buffer.resize(buffer.len().clamp(64, limit.max(64)), 0);
        Window {
            buffer,
            filled: 0,
            at: 0,
            keep: None,
            base: 0,
            source: Some(source),
            limit,
        }
    }

    /// The offset in the stream of the next byte to look at.
    pub(crate) fn offset(&self) -> u64 {
        self.base + self.at as u64
    }

    /// What of the stream is in memory, from the next byte on.
    pub(crate) fn ahead(&self) -> &[u8] {
        &self.buffer[self.at..self.filled]
    }

    /// Bytes of a span that was just passed.
    pub(crate) fn bytes(&self, span: &Range<usize>) -> &[u8] {
        &self.buffer[span.clone()]
    }

    /// Everything in memory behind `from`.
    pub(crate) fn in_memory(&self, from: usize) -> &[u8] {
        &self.buffer[from..self.filled]
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

    /// Nothing behind this place is needed any more.
    pub(crate) fn release(&mut self) {
        self.keep = None;
    }

    /// The next byte, without passing it.
    #[inline]
    pub(crate) fn peek(&mut self) -> Option<u8> {
        if self.at == self.filled && !self.fill() {
            return None;
        }
        Some(self.buffer[self.at])
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

    /// Passes `prefix` if it stands here.
    pub(crate) fn skip_if(&mut self, prefix: &[u8]) -> bool {
        while self.filled - self.at < prefix.len() && self.fill() {}
        let found = self.ahead().starts_with(prefix);
        if found {
            self.at += prefix.len();
        }
        found
    }

    /// Passes the object or array that begins here, which was seen by [`Window::peek`].
    #[inline]
    pub(crate) fn pass_container(&mut self, kernel: Kernel) -> Result<Passed, Damage> {
        let offset = self.offset();
        let mut bounds = Bounds::default();
        let mut fed = self.at;
        let opening = self.buffer[self.at];
        let held = self.keep.is_some();
        if !held {
            self.keep = Some(self.at);
        }
        let end = loop {
            if let Some(length) = bounds.feed(kernel, &self.buffer[fed..self.filled]) {
                break fed + length;
            }
            let to_feed = self.base + self.filled as u64;
            if !self.fill_keeping() {
                let what = if opening == b'{' {
                    "an object"
                } else {
                    "an array"
                };
                return Err(Damage::new(
                    Stage::Json,
                    offset,
                    format!("{what} without an end"),
                ));
            }
            fed = self.index_of(to_feed);
        };
        self.at = end;
        if self.buffer[end - 1] != opening + 2 {
            let at = self.offset() - 1;
            return Err(Damage::new(
                Stage::Json,
                at,
                "a bracket closed by one of another kind",
            ));
        }
        Ok(self.passed(offset, held, bounds.saw_unicode_escape, bounds.saw_control))
    }

    /// Passes the string that begins here, which was seen by [`Window::peek`].
    pub(crate) fn pass_string(&mut self) -> Result<Passed, Damage> {
        let offset = self.offset();
        let held = self.keep.is_some();
        if !held {
            self.keep = Some(self.at);
        }
        let (mut saw_unicode_escape, mut saw_control) = (false, false);
        self.at += 1;
        loop {
            let ahead = &self.buffer[self.at..self.filled];
            let plain = memchr::memchr2(b'"', b'\\', ahead);
            saw_control |= ahead[..plain.unwrap_or(ahead.len())]
                .iter()
                .any(|&b| b < 0x20);
            let stop = plain.map(|n| ahead[n]);
            self.at += plain.map_or(ahead.len(), |n| n + 1);
            match stop {
                Some(b'"') => {
                    return Ok(self.passed(offset, held, saw_unicode_escape, saw_control));
                }
                Some(_) => {
                    saw_unicode_escape = true;
                    if self.at == self.filled && !self.fill_keeping() {
                        break;
                    }
                    self.at += 1;
                }
                None if self.fill_keeping() => {}
                None => break,
            }
        }
        Err(Damage::new(Stage::Json, offset, "a string without an end"))
    }

    /// Passes bytes up to the next bracket, comma, colon, quote or white space: a number or word, or
    /// what stands in place of one. Gives at most its first 64 KiB.
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

    fn passed(
        &mut self,
        offset: u64,
        held: bool,
        saw_unicode_escape: bool,
        saw_control: bool,
    ) -> Passed {
        let start = self.index_of(offset);
        let span = self.keep.is_some().then_some(start..self.at);
        if !held {
            self.keep = None;
        }
        Passed {
            span,
            offset,
            saw_unicode_escape,
            saw_control,
        }
    }

    /// Gets more bytes at any price: if what is kept fills the window, it is given up.
    #[cold]
    fn fill_keeping(&mut self) -> bool {
        match self.more() {
            More::Yes => true,
            More::End => false,
            More::Full => {
                self.keep = None;
                self.at = self.filled;
                matches!(self.more(), More::Yes)
            }
        }
    }

    #[cold]
    fn fill(&mut self) -> bool {
        self.fill_keeping()
    }

    fn more(&mut self) -> More {
        let Some(source) = &mut self.source else {
            return More::End;
        };
        // Only what stands before the kept part and this place can go.
        let from = self.keep.unwrap_or(self.at).min(self.at);
        if self.filled == self.buffer.len() {
            if from > 0 {
                self.buffer.copy_within(from..self.filled, 0);
                self.base += from as u64;
                self.filled -= from;
                self.at -= from;
                self.keep = self.keep.map(|keep| keep - from);
            } else if self.buffer.len() < self.limit {
                let larger = self.buffer.len().saturating_mul(2).min(self.limit);
                self.buffer.resize(larger, 0);
            } else {
                return More::Full;
            }
        }
        match source.read(&mut self.buffer[self.filled..]) {
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
    use super::*;

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
            let passed = window.pass_container(Kernel::detect()).unwrap();
            let span = passed.span.expect("small enough to keep");
            assert_eq!(window.bytes(&span), &text.as_bytes()[2..313], "{drop}");
            assert!(!passed.saw_unicode_escape && !passed.saw_control);
            assert_eq!(window.skip_space(), Some(b'"'));
            let passed = window.pass_string().unwrap();
            assert_eq!(window.bytes(&passed.span.unwrap()), b"\"s\\\\\"");
            assert_eq!(window.skip_space(), Some(b't'));
            assert_eq!(window.pass_token(), b"tail");
            assert_eq!((window.peek(), window.offset()), (None, text.len() as u64));
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
        assert_eq!(window.pass_container(Kernel::detect()).unwrap().span, None);
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
            let mut bytes = text.as_bytes().to_vec();
            let mut window = Window::whole(&mut bytes, text.len());
            let damage = match window.skip_space() {
                Some(b'"') => window.pass_string().unwrap_err(),
                _ => window.pass_container(Kernel::detect()).unwrap_err(),
            };
            assert_eq!(
                (damage.stage, damage.offset),
                (Stage::Json, offset),
                "{text}"
            );
        }
    }
}
