//! What an object outside a list of records is, by its members, and the record that it wraps: in an
//! envelope, or in a string.

use super::ends::Marks;
use super::keys::{CLOUD_TRAIL_EVENT, DETAIL, Key, MESSAGE};
use super::nest::{Nest, Step, json};
use super::normal::plain;
use super::reader::{Handler, Kept, Reading, Tally};
use super::text::{has_sound_escapes, unescape};
use super::window::{Passed, Window};
use crate::damage::{Damage, Stage};

/// What CloudWatch Logs sends to see whether a destination is there.
const CONTROL_MESSAGE: &str = "CWL CONTROL MESSAGE";

/// What the `eventSource` begins with of a message that Lambda was given.
const OF_LAMBDA: &str = "aws:";

/// What the members of an object said of it.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// A list stood in it, be it replaced by something else under its key.
    pub had_list: bool,
    members: usize,
    /// Its first member is `eventVersion`, as in AWS's own records.
    starts_as_record: bool,
    has_version: bool,
    has_name: bool,
    source: Option<Source>,
    is_digest: bool,
    is_envelope: bool,
    /// Members that say nothing but where other pages are.
    paging: usize,
    /// What may wrap a record: its place in the order, its first byte, and where it is.
    wrappers: Vec<(u8, u8, Passed)>,
    /// The first other member in which there is a record of the service.
    trace: Option<u64>,
    /// The same of those.
    trace_in_wrapper: Option<u64>,
    /// A value that is none, between sound bounds.
    pub broken: Option<Damage>,
    pub marks: Marks,
}

/// What an `eventSource` is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    /// Of a message that Lambda was given.
    OfLambda,
    /// No string: it says nothing.
    NoText,
    Other,
}

impl Found {
    pub fn is_record(&self) -> bool {
        match self.source {
            Some(Source::Other) => true,
            Some(Source::OfLambda) => self.starts_as_record,
            Some(Source::NoText) | None => false,
        }
    }

    /// Whether it is a record of which nothing tells whose it is.
    fn is_nobodys(&self) -> bool {
        self.has_version && self.has_name && matches!(self.source, Some(Source::NoText) | None)
    }

    /// Whether what cannot be looked at any more was a record most likely.
    fn may_hold_record(&self) -> bool {
        self.is_envelope
            || (self.wrappers.iter())
                .any(|(key, ..)| [DETAIL, CLOUD_TRAIL_EVENT, MESSAGE].contains(key))
    }

    pub fn see_key(&mut self, key: &Passed) {
        self.marks |= key.marks;
        self.members += 1;
    }

    /// Nothing is known of what is written in a list.
    pub fn see_list(&mut self) {
        self.had_list = true;
        self.marks |= Marks::UNICODE_ESCAPE;
        self.marks |= Marks::ESCAPED_LETTER;
        self.marks |= Marks::CONTROL;
        self.marks |= Marks::SERVICE;
    }

    pub fn see_member(&mut self, window: &Window<'_>, key: Key, first: u8, value: Passed) {
        self.marks |= value.marks;
        match key {
            Key::Source => {
                self.source = Some(if first != b'"' {
                    Source::NoText
                } else if begins_with(window, &value, OF_LAMBDA) {
                    Source::OfLambda
                } else {
                    Source::Other
                });
            }
            Key::Name => self.has_name = true,
            Key::Version => {
                self.has_version = true;
                self.starts_as_record |= self.members == 1;
            }
            Key::DetailType => self.is_envelope = true,
            Key::Digest => self.is_digest = true,
            Key::Paging => self.paging += 1,
            Key::Wrapper(place) => {
                self.wrappers.retain(|(earlier, ..)| *earlier != place);
                if matches!(first, b'{' | b'[' | b'"') {
                    self.wrappers.push((place, first, value));
                }
            }
            Key::List(_) | Key::Free | Key::Other => {}
        }
    }

    /// Whether a member may have a record of the service in it.
    pub fn may_hide(key: Key, first: u8, value: &Passed) -> bool {
        let marks = value.marks;
        match first {
            b'{' | b'[' => {
                let is_marked = marks.has(Marks::SERVICE) || marks.has(Marks::OF_SERVICE);
                key.may_hide() && (is_marked || marks.has(Marks::ESCAPED_LETTER))
            }
            b'"' => key.may_hide() && marks.has(Marks::UNICODE_ESCAPE),
            _ => false,
        }
    }

    pub fn see_trace(&mut self, key: Key, offset: u64) {
        let trace = match key {
            Key::Wrapper(_) => &mut self.trace_in_wrapper,
            _ => &mut self.trace,
        };
        trace.get_or_insert(offset);
    }
}

impl<H: Handler> Reading<'_, H> {
    /// Decides what a whole object was, from its members.
    pub(super) fn settle(
        &mut self,
        window: &mut Window<'_>,
        whole: &Passed,
        found: &Found,
        nest: Nest,
        has_lists: bool,
    ) -> Step {
        if found.is_record() {
            match self.record(window, whole, true) {
                Kept::Hides => return self.settle_opened(window, whole, found, nest, has_lists),
                Kept::OfService => self.settle_trace(found.trace),
                Kept::Other => {}
            }
        } else if whole.span.is_none() && found.may_hold_record() {
            self.too_large(whole.offset);
        } else if whole.span.is_some() && self.settle_wrapped(window, found, nest)? {
            // Counted as what is in it. What else is in an envelope may be a copy.
            self.settle_trace(found.trace.filter(|_| has_lists));
        } else if has_lists {
            // Counted as what is in them, and what is beside them.
            self.settle_trace(found.trace.or(found.trace_in_wrapper));
        } else if found.is_nobodys() {
            self.not_understood(whole.offset);
        } else if found.is_digest {
            self.tally.digests += 1;
            self.look_for_traces(window, whole);
        } else if found.paging > 0 && found.paging == found.members
            || self.is_control_message(window, found)
        {
            self.tally.others += 1;
            self.look_for_traces(window, whole);
        } else {
            self.unknown(window, whole);
        }
        Ok(())
    }

    /// The same of an object that says it is a record, and has one of the service inside it.
    #[cold]
    pub(super) fn settle_opened(
        &mut self,
        window: &mut Window<'_>,
        whole: &Passed,
        found: &Found,
        nest: Nest,
        has_lists: bool,
    ) -> Step {
        if self.settle_wrapped(window, found, nest)? {
            self.settle_trace(found.trace);
        } else if has_lists {
            self.settle_trace(found.trace.or(found.trace_in_wrapper));
        } else {
            self.not_understood(whole.offset);
        }
        Ok(())
    }

    fn settle_trace(&mut self, trace: Option<u64>) {
        if let Some(at) = trace {
            self.not_understood(at);
        }
    }

    /// Reads the record that an object wraps. Says whether there was any.
    pub(super) fn settle_wrapped(
        &mut self,
        window: &Window<'_>,
        found: &Found,
        nest: Nest,
    ) -> Step<bool> {
        let mut wrappers: Vec<_> = found.wrappers.iter().collect();
        wrappers.sort_by_key(|(place, ..)| *place);
        for (place, first, value) in wrappers {
            let value = Passed {
                span: relocate(window, value),
                ..value.clone()
            };
            if *place == DETAIL && *first == b'{' && found.is_envelope {
                self.record_or_opened(window, &value, nest.deeper());
                return Ok(true);
            }
            let before = self.tally.clone();
            let is_read = match first {
                b'"' => self.text(window, &value, nest)?,
                _ => self.part(window, &value, *first, nest),
            };
            if is_read && self.tally.has_more_than(&before) {
                return Ok(true);
            }
            self.tally = before;
        }
        Ok(false)
    }

    /// A record, or what it hides.
    #[inline]
    pub(super) fn record_or_opened(&mut self, window: &Window<'_>, passed: &Passed, nest: Nest) {
        if self.record(window, passed, false) == Kept::Hides {
            self.opened(window, passed, nest);
        }
    }

    /// What says that it is a record, and has a record of the service inside it.
    #[cold]
    #[inline(never)]
    fn opened(&mut self, window: &Window<'_>, passed: &Passed, nest: Nest) {
        let bytes = (passed.span.as_ref()).map_or(&b""[..], |span| window.bytes(span));
        let mut inner = Window::part(bytes, passed.offset);
        if nest.may_open() {
            if let Err(damage) = self.inside(&mut inner, nest) {
                self.broken(damage);
            }
        } else {
            self.not_understood(passed.offset);
        }
        let past = passed.offset + bytes.len() as u64;
        self.reader.ends.begin(past);
    }

    /// An object or array under the key of a wrapper. Says whether it was read.
    fn part(&mut self, window: &Window<'_>, passed: &Passed, first: u8, nest: Nest) -> bool {
        let Some(span) = &passed.span else {
            return false;
        };
        let bytes = window.bytes(span);
        let parsed = match first {
            b'{' => self.reader.parser.parse(bytes).map(drop),
            _ => {
                let object = [b"{\"\":", bytes, b"}"].concat();
                self.reader.parser.parse(&object).map(drop)
            }
        };
        if let Err(error) = parsed {
            let is_of_record = memchr::memmem::find(bytes, b"eventSource").is_some();
            if is_of_record {
                self.broken(Damage::new(Stage::Record, passed.offset, error.what));
            }
            return is_of_record;
        }
        let mut inner = Window::part(bytes, passed.offset);
        if let Err(damage) = self.value(&mut inner, first, nest.deeper()) {
            self.broken(damage);
        }
        true
    }

    /// JSON inside a string. Says whether the string held any.
    pub(super) fn text(&mut self, window: &Window<'_>, passed: &Passed, nest: Nest) -> Step<bool> {
        let (Some(span), Some(nest)) = (&passed.span, nest.in_text()) else {
            return Ok(false);
        };
        let inside = inside(window.bytes(span));
        let first = inside.trim_ascii_start().first();
        if is_encoded(inside) {
            self.not_understood(passed.offset);
            return Ok(true);
        }
        if !matches!(first, Some(b'{' | b'[' | b'\\')) {
            return Ok(false);
        }
        let broken = |what: String| Damage::new(Stage::Record, passed.offset, what);
        let inside = match sound(inside, passed) {
            Some(inside) => inside,
            None if first == Some(&b'[') => return Ok(false),
            None => {
                self.broken(broken("a string that is no sound JSON".to_owned()));
                return Ok(true);
            }
        };
        let mut buffer = std::mem::take(&mut self.reader.inner);
        buffer.clear();
        buffer.extend_from_slice(unescape(inside).as_bytes());
        let base = passed.offset + 1;
        let is_read = match buffer.trim_ascii_start().first() {
            Some(b'{') => {
                // The string around it is whole, so this is one record's damage, not the stream's.
                if let Err(damage) = self.objects(&buffer, base, nest) {
                    self.broken(broken(format!("inside a string: {}", damage.what)));
                }
                true
            }
            Some(&first @ (b'[' | b'"')) => self.one_value(&buffer, base, first, nest),
            _ => false,
        };
        self.reader.inner = buffer;
        Ok(is_read)
    }

    /// The text of a string, which begins at `base` in the stream: one object, or more.
    fn objects(&mut self, text: &[u8], base: u64, nest: Nest) -> Step {
        let mut inner = Window::part(text, base);
        while let Some(byte) = inner.skip_space() {
            if byte != b'{' {
                return Err(json(&inner, "something after the end of the record"));
            }
            self.value(&mut inner, byte, nest)?;
        }
        Ok(())
    }

    /// The same of an array or a string. Much else begins like one: what is none is a text.
    fn one_value(&mut self, text: &[u8], base: u64, first: u8, nest: Nest) -> bool {
        let (mark, tally) = (self.handler.mark(), self.tally.clone());
        let mut inner = Window::part(text, base);
        let is_read = inner.skip_space() == Some(first)
            && self.value(&mut inner, first, nest).is_ok()
            && inner.skip_space().is_none();
        if !is_read {
            self.handler.rollback(mark);
            self.tally = tally;
        }
        is_read
    }

    /// Whether this is what CloudWatch Logs sends where nothing was logged.
    fn is_control_message(&self, window: &Window<'_>, found: &Found) -> bool {
        (found.wrappers.iter()).any(|(place, first, value)| {
            let value = Passed {
                span: relocate(window, value),
                ..value.clone()
            };
            *place == MESSAGE && *first == b'"' && begins_with(window, &value, CONTROL_MESSAGE)
        })
    }

    /// Something that is nothing known, and where it is.
    pub(super) fn unknown(&mut self, window: &mut Window<'_>, passed: &Passed) {
        self.unknown_scalar(passed.offset);
        self.look_for_traces(window, passed);
    }

    /// The same of something in which there is a record of the service, for all that is known.
    #[cold]
    pub(super) fn not_understood(&mut self, offset: u64) {
        self.unknown_scalar(offset);
        self.tally.traces += 1;
        if !self.tally.is_cloudtrail() {
            self.tally.first_trace.get_or_insert(offset);
        }
    }

    /// The same of what can hold no record.
    pub(super) fn unknown_scalar(&mut self, offset: u64) {
        self.tally.others += 1;
        self.tally.unknown += 1;
        self.tally.first_unknown.get_or_insert(offset);
    }

    /// Whether there is a record of the service in what was passed, as far as it is in memory.
    #[cold]
    pub(super) fn has_traces(&self, window: &Window<'_>, passed: &Passed) -> bool {
        (passed.span.as_ref())
            .is_some_and(|span| self.reader.search.is_named(&plain(window.bytes(span))))
    }

    /// What is given up of the next value is to be searched, as long as nothing has said yet that this
    /// is CloudTrail's.
    pub(super) fn watch(&self, window: &mut Window<'_>) {
        let is_open = !self.tally.is_cloudtrail();
        window.watch(is_open.then(|| self.reader.search.traces()));
    }

    /// Looks for records in what is none itself, while it may yet be taken for another kind of file.
    fn look_for_traces(&mut self, window: &mut Window<'_>, passed: &Passed) {
        if self.tally.is_cloudtrail() || self.tally.first_trace.is_some() {
            return;
        }
        let found = match &passed.span {
            Some(span) => self.reader.search.traces().are_in(window.bytes(span)),
            None => window.found_traces(),
        };
        if found {
            self.tally.first_trace = Some(passed.offset);
        }
    }
}

impl Tally {
    /// Whether anything was understood that was not `before`.
    fn has_more_than(&self, before: &Tally) -> bool {
        let known = |tally: &Tally| {
            [
                tally.records,
                tally.broken_records,
                tally.containers,
                tally.digests,
                tally.traces,
            ]
        };
        known(self) != known(before)
    }
}

/// What of a string is between its quotes.
fn inside(string: &[u8]) -> &[u8] {
    &string[1..string.len() - 1]
}

/// The inside of a string that is sound JSON, its escapes as they are written.
fn sound<'t>(inside: &'t [u8], passed: &Passed) -> Option<&'t str> {
    let text = std::str::from_utf8(inside).ok()?;
    (!passed.marks.has(Marks::CONTROL) && has_sound_escapes(text)).then_some(text)
}

/// Whether a string holds gzip or JSON as base64, as Lambda, Kinesis and Firehose have messages.
fn is_encoded(inside: &[u8]) -> bool {
    const LEAST: usize = 16;
    let raw = inside.trim_ascii_start();
    let begins = |text: &[u8]| text.starts_with(b"H4sI") || text.starts_with(b"eyJ");
    if !begins(raw) && raw.first() != Some(&b'\\') {
        return false;
    }
    // Lines of base64 end somehow, and a slash may be escaped.
    let Some(text) = (std::str::from_utf8(raw).ok()).filter(|text| has_sound_escapes(text)) else {
        return false;
    };
    let text = unescape(text);
    let text = text.as_bytes().trim_ascii_start();
    let of_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=-_\t\n\r".contains(byte);
    begins(text) && text.len() >= LEAST && text.iter().all(of_base64)
}

/// Whether the text of a string begins with this.
fn begins_with(window: &Window<'_>, passed: &Passed, prefix: &str) -> bool {
    let Some(span) = &passed.span else {
        return false;
    };
    sound(inside(window.bytes(span)), passed).is_some_and(|text| unescape(text).starts_with(prefix))
}

/// The window may have moved since a member was passed; its offset in the stream stays.
fn relocate(window: &Window<'_>, passed: &Passed) -> Option<std::ops::Range<usize>> {
    let start = window.index_of(passed.offset);
    passed.span.as_ref().map(|span| start..start + span.len())
}

/// Whether an object in `Records` says that it is a record, as far as its first `eventSource`. What is
/// no JSON says nothing.
///
/// A quick look: files of which other programs have sorted or indented the records are many. The text
/// of a string is not looked at, so a quote ends it unless a backslash is before it.
pub(super) fn says_record(object: &[u8]) -> bool {
    let mut depth = 0_usize;
    let mut rest = object;
    let mut members = 0;
    // The last string at the depth of the members, while nothing but a colon may follow a key.
    let mut last: Option<&[u8]> = None;
    while let Some((&byte, past)) = rest.split_first() {
        rest = past;
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'"' => {
                let length = length_of_string(past);
                let (string, past) = past.split_at(length);
                rest = past.get(1..).unwrap_or_default();
                last = (depth == 1).then_some(string);
                continue;
            }
            b':' if depth == 1 => {
                let Some(key) = last.take() else { continue };
                members += 1;
                match key_of(key) {
                    Key::Version if members == 1 => return true,
                    Key::Source => {
                        let value = rest.trim_ascii_start();
                        let Some(value) = value.strip_prefix(b"\"") else {
                            return false;
                        };
                        let text = String::from_utf8_lossy(&value[..length_of_string(value)]);
                        return !unescape(&text).starts_with(OF_LAMBDA);
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }
    false
}

fn key_of(inside: &[u8]) -> Key {
    match std::str::from_utf8(inside) {
        Ok(text) if has_sound_escapes(text) => Key::of(unescape(text).as_bytes()),
        _ => Key::Other,
    }
}

/// How long the rest of a string is, up to its quote.
fn length_of_string(text: &[u8]) -> usize {
    let mut at = 0;
    while let Some(next) = memchr::memchr2(b'"', b'\\', &text[at..]) {
        at += next;
        if text[at] == b'"' {
            return at;
        }
        at = (at + 2).min(text.len());
    }
    text.len()
}
