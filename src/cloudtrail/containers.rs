//! Whatever records may be wrapped in: a way through documents, arrays, envelopes and texts.

use super::bounds::Marks;
use super::reader::{Handler, Reading, Tally};
use super::text::{has_sound_escapes, is_scalar, unescape};
use super::window::{Passed, Window};
use super::{Damage, Stage};

/// Text in strings in text in strings: EventBridge in CloudWatch Logs is two.
const MAX_NESTING: u8 = 3;

/// A member of an object outside records that says what the object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Key {
    /// `Records`: an array of records.
    Records,
    /// `Events`: the output of `lookup-events`.
    Events,
    /// `logEvents`: a CloudWatch Logs subscription.
    LogEvents,
    /// `events`: the output of `filter-log-events`.
    FilteredEvents,
    /// `detail`: the record in an EventBridge envelope.
    Detail,
    /// `detail-type`: this is an EventBridge envelope.
    DetailType,
    /// `CloudTrailEvent`: a string with a record in it.
    Text,
    /// `message`: the same, of an object that has no `CloudTrailEvent`.
    Message,
    /// `eventSource`, `eventVersion`: this is a record.
    EventMember,
    /// `digestStartTime`: this is a digest.
    Digest,
    Other,
}

impl Key {
    /// Whether an array under this key is a list of records, or of objects with records in them.
    fn is_of_list(self) -> bool {
        matches!(
            self,
            Key::Records | Key::Events | Key::LogEvents | Key::FilteredEvents
        )
    }

    fn of(name: &[u8]) -> Key {
        match name {
            b"Records" => Key::Records,
            b"Events" => Key::Events,
            b"logEvents" => Key::LogEvents,
            b"events" => Key::FilteredEvents,
            b"detail" => Key::Detail,
            b"detail-type" => Key::DetailType,
            b"CloudTrailEvent" => Key::Text,
            b"message" => Key::Message,
            b"eventSource" | b"eventVersion" => Key::EventMember,
            b"digestStartTime" => Key::Digest,
            _ => Key::Other,
        }
    }
}

type Step<T = ()> = Result<T, Damage>;

fn json(window: &Window<'_>, what: impl Into<String>) -> Damage {
    Damage::new(Stage::Json, window.offset(), what)
}

impl<H: Handler> Reading<'_, H> {
    /// Documents one after the other, with or without lines, to the end of the stream.
    pub(super) fn documents(&mut self, window: &mut Window<'_>) -> Step {
        window.skip_if(b"\xef\xbb\xbf");
        while let Some(byte) = window.skip_space() {
            match byte {
                b'{' => self.object(window, 0)?,
                b'[' => {
                    self.items(window, 0)?;
                    // An array without elements is one without records, not nothing.
                    self.tally.containers += u64::from(self.tally.is_nothing());
                }
                b'"' => {
                    window.pass_string()?;
                    self.tally.others += 1;
                }
                b'0'..=b'9' => self.number_or_timestamp(window)?,
                _ => self.scalar(window)?,
            }
            window.release();
        }
        Ok(())
    }

    /// A line of a CloudWatch Logs export begins with a timestamp; anything else is a number.
    fn number_or_timestamp(&mut self, window: &mut Window<'_>) -> Step {
        let start = window.offset();
        let mut token = window.pass_token();
        while window.peek() == Some(b':') {
            window.step();
            token.push(b':');
            token.extend(window.pass_token());
        }
        let is_timestamp = is_timestamp(&token);
        if is_timestamp && window.peek() == Some(b' ') {
            self.has_timestamps = true;
            return match window.skip_space() {
                Some(b'{') => self.object(window, 0),
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
        self.check_scalar(&token, start)
    }

    fn scalar(&mut self, window: &mut Window<'_>) -> Step {
        let start = window.offset();
        let first = window.ahead().first_chunk().copied();
        let token = window.pass_token();
        self.check_scalar(&token, start)
            .map_err(|damage| match first {
                Some(bytes) if start == 0 => Damage {
                    what: no_json(bytes),
                    ..damage
                },
                _ => damage,
            })
    }

    fn check_scalar(&mut self, token: &[u8], offset: u64) -> Step {
        if !is_scalar(token) {
            return Err(Damage::new(Stage::Json, offset, "bytes that are no JSON"));
        }
        self.tally.others += 1;
        Ok(())
    }

    /// The elements of an array that is no member of a container: records, envelopes, or strings
    /// with records in them (`lookup-events --query 'Events[].CloudTrailEvent'`).
    fn items(&mut self, window: &mut Window<'_>, nesting: u8) -> Step {
        self.elements(window, |reading, window, byte| match byte {
            b'{' => reading.object(window, nesting),
            b'"' => {
                let passed = window.pass_string()?;
                if passed.span.is_none() {
                    reading.too_large(passed.offset);
                } else if !reading.text(window, &passed, nesting)? {
                    reading.tally.others += 1;
                }
                Ok(())
            }
            _ => {
                reading.pass_value(window)?;
                reading.tally.others += 1;
                Ok(())
            }
        })
    }

    /// `Records`: every element is a record, whatever it looks like.
    fn records(&mut self, window: &mut Window<'_>) -> Step {
        self.reader.bounds.begin(window.offset() + 1);
        self.elements(window, |reading, window, byte| {
            match byte {
                b'{' => {
                    let mut passed = window.pass_container(&mut reading.reader.bounds)?;
                    loop {
                        reading.record(window, &passed);
                        match window.pass_sibling(&mut reading.reader.bounds) {
                            Some(sibling) => passed = sibling,
                            None => return Ok(()),
                        }
                    }
                }
                b'[' => {
                    window.pass_container(&mut reading.reader.bounds)?;
                }
                _ => reading.pass_value(window)?,
            }
            reading.tally.records += 1;
            Ok(())
        })
    }

    /// Goes through an array that begins here.
    #[inline]
    fn elements(
        &mut self,
        window: &mut Window<'_>,
        mut element: impl FnMut(&mut Self, &mut Window<'_>, u8) -> Step,
    ) -> Step {
        const CUT: &str = "an array without an end";
        window.step();
        let Some(mut byte) = window.skip_space() else {
            return Err(json(window, CUT));
        };
        if byte == b']' {
            window.step();
            return Ok(());
        }
        loop {
            element(self, window, byte)?;
            match window.skip_space() {
                Some(b',') => window.step(),
                Some(b']') => {
                    window.step();
                    return Ok(());
                }
                Some(_) => return Err(json(window, "no comma between two elements of an array")),
                None => return Err(json(window, CUT)),
            }
            byte = window.skip_space().ok_or_else(|| json(window, CUT))?;
        }
    }

    /// An object outside `Records`: goes through its members to learn what it is, and reads the
    /// records in it.
    fn object(&mut self, window: &mut Window<'_>, nesting: u8) -> Step {
        window.keep_from_here();
        let offset = window.offset();
        let mut found = Found::default();
        let passed = self.members(window, &mut found, nesting);
        let whole = Passed {
            span: window.kept(),
            offset,
            marks: found.marks,
        };
        window.release();
        match (passed, found.broken.take()) {
            (Err(damage), _) => {
                // A record that was whole before the envelope broke counts.
                if !found.is_record && !found.had_list && whole.span.is_some() {
                    self.settle_wrapped(window, &found, nesting)?;
                }
                Err(damage)
            }
            (Ok(true), None) => Ok(()),
            // Between lists of records this is no record's damage.
            (Ok(true), Some(damage)) => Err(Damage {
                stage: Stage::Json,
                ..damage
            }),
            (Ok(false), Some(damage)) => {
                self.broken(damage);
                Ok(())
            }
            (Ok(false), None) => self.settle(window, &whole, &found, nesting),
        }
    }

    /// Goes through the members of an object. Says whether a list of records stood among them, whose
    /// records are read then.
    fn members(&mut self, window: &mut Window<'_>, found: &mut Found, nesting: u8) -> Step<bool> {
        const CUT: &str = "an object without an end";
        // The lists in it, and what there was before each.
        let mut lists: Vec<(Key, H::Mark, Tally)> = Vec::new();
        window.step();
        let mut byte = window.skip_space();
        while byte != Some(b'}') {
            match byte {
                Some(b'"') => {}
                Some(_) => return Err(json(window, "no key where one must stand")),
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
            // Of a duplicate key the last value stands.
            if let Some((_, mark, tally)) = lists.pop_if(|(earlier, ..)| *earlier == key) {
                self.handler.rollback(mark);
                self.tally = tally;
            }
            if key.is_of_list() && value == b'[' {
                lists.push((key, self.handler.mark(), self.tally.clone()));
                self.tally.containers += 1;
                found.had_list = true;
                window.release();
                if key == Key::Records {
                    self.records(window)?;
                } else {
                    self.items(window, nesting)?;
                }
            } else {
                self.member(window, key, value, found)?;
            }
            match window.skip_space() {
                Some(b',') => window.step(),
                Some(b'}') => break,
                Some(_) => return Err(json(window, "no comma between two members")),
                None => return Err(json(window, CUT)),
            }
            byte = match window.skip_space() {
                Some(b'}') => return Err(json(window, "no key where one must stand")),
                byte => byte,
            };
        }
        window.step();
        Ok(!lists.is_empty())
    }

    fn key(&mut self, window: &mut Window<'_>, found: &mut Found) -> Step<Key> {
        let passed = window.pass_string()?;
        found.see(&passed);
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
        found.see(&passed);
        match key {
            Key::EventMember => found.is_record = true,
            Key::Digest => found.is_digest = true,
            Key::DetailType => found.is_envelope = true,
            Key::Detail => found.detail = (first == b'{').then_some(passed),
            Key::Text => found.text = (first == b'"').then_some(passed),
            Key::Message => found.message = (first == b'"').then_some(passed),
            _ => {}
        }
        Ok(())
    }

    /// Decides what a whole object was, from its members.
    fn settle(&mut self, window: &Window<'_>, whole: &Passed, found: &Found, nesting: u8) -> Step {
        if found.is_record {
            self.record(window, whole);
        } else if whole.span.is_none() && found.may_hold_record() {
            self.too_large(whole.offset);
        } else if whole.span.is_some() && self.settle_wrapped(window, found, nesting)? {
            // Counted as what is in it.
        } else if found.is_digest {
            self.tally.digests += 1;
        } else {
            self.tally.others += 1;
        }
        Ok(())
    }

    /// Reads the record that an object wraps. Says whether there was any.
    fn settle_wrapped(&mut self, window: &Window<'_>, found: &Found, nesting: u8) -> Step<bool> {
        if let Some(detail) = &found.detail {
            let detail = Passed {
                span: relocate(window, detail),
                ..detail.clone()
            };
            let is_record = found.is_envelope
                || detail.span.as_ref().is_some_and(|span| {
                    let bytes = window.bytes(span);
                    match self.reader.parser.parse(bytes) {
                        Ok(record) => record.get(super::Field::EventSource).is_some(),
                        Err(_) => memchr::memmem::find(bytes, b"eventSource").is_some(),
                    }
                });
            if is_record {
                self.record(window, &detail);
                return Ok(true);
            }
        }
        match found.text.as_ref().or(found.message.as_ref()) {
            Some(text) => {
                let text = Passed {
                    span: relocate(window, text),
                    ..text.clone()
                };
                self.text(window, &text, nesting)
            }
            None => Ok(false),
        }
    }

    /// JSON inside a string. Says whether the string held any.
    fn text(&mut self, window: &Window<'_>, passed: &Passed, nesting: u8) -> Step<bool> {
        let Some(span) = &passed.span else {
            return Ok(false);
        };
        let inside = &window.bytes(span)[1..span.len() - 1];
        if nesting == MAX_NESTING || !may_begin_object(inside) {
            return Ok(false);
        }
        let broken = |what: String| Damage::new(Stage::Record, passed.offset, what);
        let inside = match std::str::from_utf8(inside) {
            Ok(inside) if !passed.marks.has(Marks::CONTROL) && has_sound_escapes(inside) => inside,
            _ => {
                self.broken(broken("a string that is no sound JSON".to_owned()));
                return Ok(true);
            }
        };
        let mut buffer = std::mem::take(&mut self.reader.inner);
        buffer.clear();
        buffer.extend_from_slice(unescape(inside).as_bytes());
        let is_object = buffer.trim_ascii_start().starts_with(b"{");
        if is_object {
            // The string around it is whole, so this is one record's damage, not the stream's.
            if let Err(damage) = self.text_of_object(&buffer, passed.offset + 1, nesting) {
                self.broken(broken(format!("inside a string: {}", damage.what)));
            }
        }
        self.reader.inner = buffer;
        Ok(is_object)
    }

    /// The text of a string, which begins at `base` in the stream and must be one object.
    fn text_of_object(&mut self, text: &[u8], base: u64, nesting: u8) -> Step {
        let mut inner = Window::part(text, base);
        inner.skip_space();
        self.object(&mut inner, nesting + 1)?;
        match inner.skip_space() {
            None => Ok(()),
            Some(_) => Err(json(&inner, "something after the end of the record")),
        }
    }

    /// Passes an object or array that is no record among others.
    fn pass_container(&mut self, window: &mut Window<'_>) -> Step<Passed> {
        let bounds = &mut self.reader.bounds;
        bounds.begin_alone(window.offset());
        window.pass_container(bounds)
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

/// What the members of an object said of it.
#[derive(Debug, Default)]
struct Found {
    /// A list stood in it, be it replaced by something else under its key.
    had_list: bool,
    is_record: bool,
    is_digest: bool,
    is_envelope: bool,
    detail: Option<Passed>,
    text: Option<Passed>,
    message: Option<Passed>,
    /// A value that is none, between sound bounds.
    broken: Option<Damage>,
    marks: Marks,
}

impl Found {
    fn may_hold_record(&self) -> bool {
        self.is_envelope || self.detail.is_some() || self.text.is_some() || self.message.is_some()
    }

    fn see(&mut self, passed: &Passed) {
        self.marks |= passed.marks;
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

/// Whether the inside of a string may stand for an object. A letter may be escaped.
fn may_begin_object(inside: &[u8]) -> bool {
    matches!(inside.trim_ascii_start().first(), Some(b'{' | b'\\'))
}

/// The window may have moved since a member was passed; its offset in the stream stays.
fn relocate(window: &Window<'_>, passed: &Passed) -> Option<std::ops::Range<usize>> {
    let start = window.index_of(passed.offset);
    passed.span.as_ref().map(|span| start..start + span.len())
}

/// Names what begins with these bytes, where it is known.
fn no_json(first: [u8; 4]) -> String {
    let known = match first {
        [0x1f, 0x8b, ..] => "gzip inside gzip; decompress it once",
        [b'P', b'K', 3, 4] => "a ZIP archive; unpack it first",
        [0x28, 0xb5, 0x2f, 0xfd] => "Zstandard; decompress it first",
        [b'B', b'Z', b'h', _] => "bzip2; decompress it first",
        [0xfd, b'7', b'z', b'X'] => "xz; decompress it first",
        [b'P', b'A', b'R', b'1'] => "Parquet",
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "UTF-16; convert it to UTF-8 first",
        [b'<', ..] => "XML or HTML",
        _ => return "bytes that are no JSON".to_owned(),
    };
    format!("bytes that are no JSON ({known})")
}
