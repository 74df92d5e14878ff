//! Whatever records may be wrapped in: a way through documents, arrays and lists of records.
//!
//! What an object is, and what it wraps, is decided in `wrapped`.

use std::ops::Range;

use smallvec::SmallVec;

use super::ends::Marks;
use super::foreign::{HEAD, no_json};
use super::keys::{Key, List};
use super::nest::{Nest, Step, json};
use super::reader::{Handler, Reading, Tally};
use super::text::{has_sound_escapes, is_scalar, unescape};
use super::window::{Passed, Window};
use super::wrapped::{Found, says_record};
use crate::damage::{Damage, Stage};

/// What AWS's own records begin with. Few other things in a list do, and those hold no records.
const FIRST_MEMBER: &[u8; 16] = b"{\"eventVersion\":";

/// Almost every file is an object with one list, for which no memory is asked.
type Lists<M> = SmallVec<[ListRead<M>; 1]>;

/// A list in an object, and what there was before it.
struct ListRead<M> {
    list: List,
    mark: M,
    tally: Tally,
    /// In the stream.
    place: Range<u64>,
    has_elements: bool,
    /// Lists with elements that were replaced after this one: what is counted of them is counted again
    /// where this one is taken back.
    replaced_after: u64,
}

impl<H: Handler> Reading<'_, H> {
    /// Documents one after the other, with or without lines, to the end of the stream.
    pub(super) fn documents(&mut self, window: &mut Window<'_>) -> Step {
        let nest = Nest::default();
        while let Some(byte) = window.skip_space() {
            match byte {
                b'[' => {
                    self.items(window, nest.deeper())?;
                    // An array without elements is one without records, not nothing.
                    self.tally.containers += u64::from(self.tally.is_nothing());
                }
                b'{' | b'"' => self.value(window, byte, nest)?,
                b'0'..=b'9' => self.number_or_timestamp(window)?,
                // Files put one after the other keep theirs.
                0xef if window.skip_if(b"\xef\xbb\xbf") => {}
                _ => self.scalar(window)?,
            }
            window.release();
        }
        Ok(())
    }

    /// A line of a CloudWatch Logs export begins with a timestamp; anything else is a number.
    fn number_or_timestamp(&mut self, window: &mut Window<'_>) -> Step {
        let (start, head) = head(window);
        let mut token = window.pass_token();
        let length = token.len();
        while window.peek() == Some(b':') {
            window.step();
            token.push(b':');
            token.extend(window.pass_token());
        }
        let is_timestamp = is_timestamp(&token);
        if is_timestamp && window.peek() == Some(b' ') {
            self.has_timestamps = true;
            return match window.skip_space() {
                Some(b'{') => self.object(window, Nest::default()),
                _ => Err(json(window, "no JSON object after a timestamp")),
            };
        }
        if self.has_timestamps {
            return Err(Damage::new(
                Stage::Json,
                start,
                "a line that is cut in its timestamp",
            ));
        }
        if length < token.len() && is_scalar(&token[..length]) {
            // A number before a colon where none is allowed.
            self.unknown_scalar(start);
        }
        self.check_scalar(&token, start, &head)
    }

    fn scalar(&mut self, window: &mut Window<'_>) -> Step {
        let (start, head) = head(window);
        let token = window.pass_token();
        self.check_scalar(&token, start, &head)
    }

    fn check_scalar(&mut self, token: &[u8], offset: u64, head: &[u8]) -> Step {
        if !is_scalar(token) {
            return Err(Damage::new(Stage::Json, offset, no_json(head)));
        }
        self.unknown_scalar(offset);
        Ok(())
    }

    /// A value outside `Records`, or one in it that is no object: whatever records may be wrapped in.
    pub(super) fn value(&mut self, window: &mut Window<'_>, first: u8, nest: Nest) -> Step {
        match first {
            b'{' if nest.may_open() => self.object(window, nest),
            b'[' if nest.may_open() => self.items(window, nest.deeper()).map(drop),
            b'{' | b'[' => {
                self.watch(window);
                let passed = self.pass_container(window)?;
                self.unknown(window, &passed);
                Ok(())
            }
            b'"' => {
                let passed = window.pass_string()?;
                if passed.span.is_none() {
                    self.too_large(passed.offset);
                } else if !self.text(window, &passed, nest)? {
                    self.unknown(window, &passed);
                }
                Ok(())
            }
            _ => {
                let start = window.offset();
                self.pass_value(window)?;
                self.unknown_scalar(start);
                Ok(())
            }
        }
    }

    /// The elements of an array: records, envelopes, strings with records in them
    /// (`lookup-events --query 'Events[].CloudTrailEvent'`), or arrays of such.
    pub(super) fn items(&mut self, window: &mut Window<'_>, nest: Nest) -> Step<bool> {
        self.elements(window, |reading, window, byte| {
            reading.value(window, byte, nest)
        })
    }

    /// `Records`: almost every element is a record, and in CloudTrail's own files every one.
    fn records(&mut self, window: &mut Window<'_>, nest: Nest) -> Step<bool> {
        self.reader.ends.begin(window.offset() + 1);
        self.elements(window, |reading, window, byte| {
            if byte == b'{' {
                let mut passed = window.pass_container(&mut reading.reader.ends)?;
                loop {
                    reading.element(window, &passed, nest);
                    match window.pass_sibling(&mut reading.reader.ends) {
                        Some(sibling) => passed = sibling,
                        None => return Ok(()),
                    }
                }
            }
            reading.value(window, byte, nest)?;
            // What was opened has its own bounds.
            reading.reader.ends.begin(window.offset());
            Ok(())
        })
    }

    /// An object in `Records`.
    #[inline]
    fn element(&mut self, window: &Window<'_>, passed: &Passed, nest: Nest) {
        match &passed.span {
            Some(span) if window.bytes(span).first_chunk() != Some(FIRST_MEMBER) => {
                self.doubtful(window, passed, nest);
            }
            _ => self.record_or_opened(window, passed, nest),
        }
    }

    /// An object in `Records` that AWS did not write there, or not so: a record, a message that holds
    /// one, or nothing known.
    #[cold]
    #[inline(never)]
    fn doubtful(&mut self, window: &Window<'_>, passed: &Passed, nest: Nest) {
        let bytes = passed
            .span
            .as_ref()
            .map_or(&b""[..], |span| window.bytes(span));
        if says_record(bytes) {
            return self.record_or_opened(window, passed, nest);
        }
        match self.reader.parser.parse(bytes) {
            Ok(_) => {
                let mut inner = Window::part(bytes, passed.offset);
                if let Err(damage) = self.value(&mut inner, b'{', nest) {
                    self.broken(damage);
                }
                let past = passed.offset + bytes.len() as u64;
                self.reader.ends.begin(past);
            }
            Err(error) => {
                let at = passed.offset + error.at as u64;
                self.broken(Damage::new(Stage::Record, at, error.what));
            }
        }
    }

    /// Goes through an array that begins here. Says whether there is anything in it.
    #[inline]
    fn elements(
        &mut self,
        window: &mut Window<'_>,
        mut element: impl FnMut(&mut Self, &mut Window<'_>, u8) -> Step,
    ) -> Step<bool> {
        const CUT: &str = "an array without an end";
        window.step();
        let Some(mut byte) = window.skip_space() else {
            return Err(json(window, CUT));
        };
        if byte == b']' {
            window.step();
            return Ok(false);
        }
        loop {
            element(self, window, byte)?;
            match window.skip_space() {
                Some(b',') => window.step(),
                Some(b']') => {
                    window.step();
                    return Ok(true);
                }
                Some(_) => return Err(json(window, "no comma between two elements of an array")),
                None => return Err(json(window, CUT)),
            }
            byte = window.skip_space().ok_or_else(|| json(window, CUT))?;
        }
    }

    /// An object outside `Records`: goes through its members to learn what it is, and reads the
    /// records in it.
    fn object(&mut self, window: &mut Window<'_>, nest: Nest) -> Step {
        window.keep_from_here();
        self.watch(window);
        let offset = window.offset();
        let mut found = Found::default();
        let passed = self.members(window, &mut found, nest);
        let whole = Passed {
            span: window.kept(),
            offset,
            marks: found.marks,
        };
        window.release();
        match (passed, found.broken.take()) {
            (Err(damage), _) => {
                // A record that was whole before the envelope broke counts.
                if !found.is_record() && !found.had_list && whole.span.is_some() {
                    self.settle_wrapped(window, &found, nest)?;
                }
                Err(damage)
            }
            // Between lists of records this is no record's damage.
            (Ok(true), Some(damage)) => Err(Damage {
                stage: Stage::Json,
                ..damage
            }),
            (Ok(false), Some(damage)) => {
                self.broken(damage);
                Ok(())
            }
            (Ok(has_lists), None) => self.settle(window, &whole, &found, nest, has_lists),
        }
    }

    /// What is inside an object that says it is a record and is none.
    pub(super) fn inside(&mut self, window: &mut Window<'_>, nest: Nest) -> Step {
        window.keep_from_here();
        let offset = window.offset();
        let mut found = Found::default();
        let has_lists = self.members(window, &mut found, nest)?;
        let whole = Passed {
            span: window.kept(),
            offset,
            marks: found.marks,
        };
        self.settle_opened(window, &whole, &found, nest, has_lists)
    }

    /// Goes through the members of an object. Says whether a list of records stood among them, whose
    /// records are read then.
    fn members(&mut self, window: &mut Window<'_>, found: &mut Found, nest: Nest) -> Step<bool> {
        const CUT: &str = "an object without an end";
        let offset = window.offset();
        let mut lists = Lists::new();
        window.step();
        let mut byte = window.skip_space();
        while byte != Some(b'}') {
            match byte {
                Some(b'"') => {}
                Some(_) => return Err(json(window, "no key where there must be one")),
                None => return Err(json(window, CUT)),
            }
            let key = self.key(window, found)?;
            if window.skip_space() != Some(b':') {
                return Err(json(window, "no colon after a key"));
            }
            window.step();
            let Some(value) = window.skip_space() else {
                return Err(json(window, CUT));
            };
            if !lists.is_empty() {
                self.replace(window, key, &mut lists, nest)?;
            }
            match key {
                Key::List(list) if value == b'[' => {
                    found.see_list();
                    let is_outermost = window.set_aside();
                    self.list(window, list, &mut lists, nest)?;
                    window.take_back(offset, is_outermost);
                }
                _ => self.member(window, key, value, found)?,
            }
            match window.skip_space() {
                Some(b',') => window.step(),
                Some(b'}') => break,
                Some(_) => return Err(json(window, "no comma between two members")),
                None => return Err(json(window, CUT)),
            }
            byte = match window.skip_space() {
                Some(b'}') => return Err(json(window, "no key where there must be one")),
                byte => byte,
            };
        }
        window.step();
        Ok(!lists.is_empty())
    }

    /// Reads the list that begins here.
    fn list(
        &mut self,
        window: &mut Window<'_>,
        list: List,
        lists: &mut Lists<H::Mark>,
        nest: Nest,
    ) -> Step {
        let start = window.offset();
        lists.push(ListRead {
            list,
            mark: self.handler.mark(),
            tally: self.tally.clone(),
            place: start..start,
            has_elements: false,
            replaced_after: 0,
        });
        self.tally.containers += 1;
        let has_elements = match list {
            List::Records => self.records(window, nest.deeper())?,
            _ => self.items(window, nest.deeper())?,
        };
        if let Some(read) = lists.last_mut() {
            read.place.end = window.offset();
            read.has_elements = has_elements;
        }
        Ok(())
    }

    /// Of a duplicate key the last value counts: a list that was read under it before is taken back,
    /// and that there was one is said. Lists after it are read again.
    #[cold]
    #[inline(never)]
    fn replace(
        &mut self,
        window: &Window<'_>,
        key: Key,
        lists: &mut Lists<H::Mark>,
        nest: Nest,
    ) -> Step {
        let Some(place) = (lists.iter()).position(|earlier| Key::List(earlier.list) == key) else {
            return Ok(());
        };
        let later: Vec<_> = lists.drain(place + 1..).collect();
        if let Some(replaced) = lists.pop() {
            self.handler.rollback(replaced.mark);
            self.tally = replaced.tally;
            let before: u64 = later.iter().map(|list| list.replaced_after).sum();
            let count = u64::from(replaced.has_elements) + replaced.replaced_after + before;
            (0..count).for_each(|_| self.not_understood(replaced.place.start));
            if let Some(last) = lists.last_mut() {
                last.replaced_after += count;
            }
        }
        for ListRead { list, place, .. } in later {
            let Some(bytes) = window.still_has(place.clone()) else {
                self.not_understood(place.start);
                continue;
            };
            self.list(&mut Window::part(bytes, place.start), list, lists, nest)?;
        }
        Ok(())
    }

    fn key(&mut self, window: &mut Window<'_>, found: &mut Found) -> Step<Key> {
        let passed = window.pass_string()?;
        found.see_key(&passed);
        let Some(span) = &passed.span else {
            return Ok(Key::Other);
        };
        let inside = &window.bytes(span)[1..span.len() - 1];
        Ok(match std::str::from_utf8(inside) {
            Ok(text) if !has_sound_escapes(text) => Key::Other,
            Ok(text) if passed.marks.has(Marks::UNICODE_ESCAPE) => {
                Key::of(unescape(text).as_bytes())
            }
            _ => Key::of(inside),
        })
    }

    /// Passes the value of a member and notes what it says of the object.
    fn member(&mut self, window: &mut Window<'_>, key: Key, first: u8, found: &mut Found) -> Step {
        let passed = match first {
            b'{' | b'[' => self.pass_container(window)?,
            b'"' => window.pass_string()?,
            _ => {
                let start = window.offset();
                let token = window.pass_token();
                if !is_scalar(&token) {
                    // Its bounds are sound: one record's damage, if no more follows.
                    found
                        .broken
                        .get_or_insert(Damage::new(Stage::Record, start, "no JSON value"));
                }
                Passed {
                    span: None,
                    offset: start,
                    marks: Marks::default(),
                }
            }
        };
        if Found::may_hide(key, first, &passed) && self.has_traces(window, &passed) {
            found.see_trace(key, passed.offset);
        }
        found.see_member(window, key, first, passed);
        Ok(())
    }

    /// Passes an object or array that is no record among others.
    pub(super) fn pass_container(&mut self, window: &mut Window<'_>) -> Step<Passed> {
        let ends = &mut self.reader.ends;
        ends.begin_alone(window.offset());
        window.pass_container(ends)
    }

    /// Passes any value that is of no interest.
    fn pass_value(&mut self, window: &mut Window<'_>) -> Step {
        match window.peek() {
            Some(b'{' | b'[') => self.pass_container(window).map(drop),
            Some(b'"') => window.pass_string().map(drop),
            _ => {
                let start = window.offset();
                let token = window.pass_token();
                if is_scalar(&token) {
                    Ok(())
                } else {
                    Err(Damage::new(Stage::Json, start, "no JSON value"))
                }
            }
        }
    }
}

/// Whether these bytes have the form of `2026-11-21T10:00:00.000Z`.
fn is_timestamp(token: &[u8]) -> bool {
    const FORM: &[u8] = b"dddd-dd-ddTdd:dd:dd";
    token.len() >= FORM.len()
        && token.iter().all(|byte| b"-T:.Z+0123456789".contains(byte))
        && FORM.iter().zip(token).all(|(form, byte)| match form {
            b'd' => byte.is_ascii_digit(),
            other => other == byte,
        })
}

/// Where a document begins, and what the first one begins with: whether it is JSON is not known yet.
fn head(window: &mut Window<'_>) -> (u64, Vec<u8>) {
    let start = window.offset();
    let is_nul = window.peek() == Some(0);
    if start > 0 && !is_nul {
        return (start, Vec::new());
    }
    window.see(HEAD);
    let ahead = window.ahead();
    (start, ahead[..ahead.len().min(HEAD)].to_vec())
}
