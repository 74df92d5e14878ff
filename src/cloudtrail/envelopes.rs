//! Whatever records may be wrapped in: a way through documents, arrays and lists of records.
//!
//! The members of an object are gone through in `members`; what it is, and what it wraps, is decided in
//! `wrapped`.

use super::foreign::{HEAD, no_json};
use super::found::says_record;
use super::nest::{Nest, Step, json};
use super::reader::{Handler, Reading};
use super::text::is_scalar;
use super::window::{Passed, Window};
use crate::damage::{Damage, Stage};

/// What AWS's own records begin with. Few other things in a list do, and those hold no records.
const FIRST_MEMBER: &[u8; 16] = b"{\"eventVersion\":";

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
    pub(super) fn records(&mut self, window: &mut Window<'_>, nest: Nest) -> Step<bool> {
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
            self.record_or_opened(window, passed, nest);
        } else {
            self.sound_value(window, passed, nest);
        }
    }

    /// An object whose bounds are known: whatever records may be wrapped in, if it is sound.
    #[cold]
    pub(super) fn sound_value(&mut self, window: &Window<'_>, passed: &Passed, nest: Nest) {
        let bytes = (passed.span.as_ref()).map_or(&b""[..], |span| window.bytes(span));
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
