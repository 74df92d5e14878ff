//! From the beginning of a value to what follows it.
//!
//! Owns what is known of a value that has been passed: its bytes, as far as they are still in memory, and
//! what there may be in it. Does not look at what it means.

use std::ops::Range;

use super::super::ends::Ends;
use super::super::marks::Marks;
use super::{More, Window};
use crate::damage::{Damage, Stage};

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

impl Window<'_> {
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
}

#[cfg(test)]
mod tests {
    use super::super::super::kernel::Kernel;
    use super::*;
    use crate::source::Source;

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
