//! What becomes of an object outside a list of records, and of the record that it wraps: in an envelope,
//! or in a string.
//!
//! What the object says of itself, `found` has.

use std::collections::HashSet;
use std::sync::LazyLock;

use memchr::memmem::Finder;
use serde::de::IgnoredAny;
use serde_json::from_slice;

use super::encoded::is_encoded;
use super::event_ids::{event_ids, is_copy, own_ids};
use super::found::{Found, inside, is_nobodys, meant, sound};
use super::keys::{DETAIL, MESSAGE};
use super::marks::Marks;
use super::nest::{Nest, Step, json};
use super::reader::{Handler, Kept, Reading, Tally};
use super::sound::plain;
use super::text::unescape;
use super::window::{Passed, Window};
use crate::damage::{Damage, Stage};

/// AWS's key of a record's source.
const SOURCE: &[u8] = b"\"eventSource\"";
static ANOTHER_SOURCE: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new(SOURCE));

/// What CloudWatch Logs sends to see whether a destination is there.
const CONTROL_MESSAGE: &str = "CWL CONTROL MESSAGE";

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
                Kept::OfService => {
                    let own = || {
                        (whole.span.as_ref())
                            .map_or_else(HashSet::new, |span| own_ids(window.bytes(span)))
                    };
                    self.settle_trace(beside(window, found, None, own));
                }
                Kept::Other => {}
            }
        } else if whole.span.is_none() && found.may_hold_record() {
            self.too_large(whole.offset);
        } else if whole.span.is_some()
            && let Some(read) = self.settle_wrapped(window, found, nest)?
        {
            // Counted as what is in it, and what is beside it.
            let of_read = || ids_in(window, &read);
            self.settle_trace(beside(window, found, Some(&read), of_read));
        } else if has_lists {
            self.settle_trace(beside(window, found, None, HashSet::new));
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
        if let Some(read) = self.settle_wrapped(window, found, nest)? {
            let of_read = || ids_in(window, &read);
            self.settle_trace(beside(window, found, Some(&read), of_read));
        } else if has_lists {
            self.settle_trace(beside(window, found, None, HashSet::new));
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

    /// Reads the record that an object wraps. Says what of it was read, if there was any.
    pub(super) fn settle_wrapped(
        &mut self,
        window: &Window<'_>,
        found: &Found,
        nest: Nest,
    ) -> Step<Option<Passed>> {
        let mut wrappers: Vec<_> = found.wrappers.iter().collect();
        wrappers.sort_by_key(|(place, ..)| *place);
        for (place, first, value) in wrappers {
            let value = Passed {
                span: relocate(window, value),
                ..value.clone()
            };
            if *place == DETAIL && *first == b'{' && found.is_envelope {
                self.detail(window, &value, found.has_other_sender, nest.deeper());
                return Ok(Some(value));
            }
            let before = self.tally.clone();
            let is_read = match first {
                b'"' => self.text(window, &value, nest)?,
                _ => self.part(window, &value, *first, nest),
            };
            if is_read && self.tally.has_more_than(&before) {
                return Ok(Some(value));
            }
            self.tally = before;
        }
        Ok(None)
    }

    /// What an EventBridge envelope has: a record, or another event. Those of services have no names of a
    /// record, and those of others may have any.
    fn detail(&mut self, window: &Window<'_>, passed: &Passed, is_of_another: bool, nest: Nest) {
        let bytes = (passed.span.as_ref()).map_or(&b""[..], |span| window.bytes(span));
        let names_nobody = |reading: &mut Self| {
            // As almost none.
            let has_escapes = passed.marks.has(Marks::UNICODE_ESCAPE);
            (has_escapes || !reading.begins_with_source(bytes)) && is_nobodys(bytes)
        };
        if !is_of_another && names_nobody(self) {
            self.sound_value(window, passed, nest);
        } else {
            self.record_or_opened(window, passed, nest);
        }
    }

    /// Whether an object without escapes has a source by AWS's name, and no other after it that would count
    /// in its place. A quick look: of what it says no to nothing is known.
    fn begins_with_source(&mut self, object: &[u8]) -> bool {
        let mut window = Window::part(object, 0);
        window.step();
        loop {
            let Some(b'"') = window.skip_space() else {
                return false;
            };
            let is_source = window.ahead().starts_with(SOURCE);
            if window.pass_string().is_err() || window.skip_space() != Some(b':') {
                return false;
            }
            window.step();
            match window.skip_space() {
                Some(b'"') => {
                    let Ok(value) = window.pass_string() else {
                        return false;
                    };
                    if is_source {
                        let is_named =
                            meant(&window, &value).is_some_and(|text| text.ends_with(".com"));
                        return is_named && ANOTHER_SOURCE.find(window.ahead()).is_none();
                    }
                }
                Some(b'{' | b'[') => {
                    if self.pass_container(&mut window).is_err() {
                        return false;
                    }
                }
                _ => drop(window.pass_token()),
            }
            if window.skip_space() != Some(b',') {
                return false;
            }
            window.step();
        }
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
        if sound(inside, passed).is_some() && is_encoded(inside) {
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
            *place == MESSAGE
                && *first == b'"'
                && meant(window, &value).is_some_and(|text| text.starts_with(CONTROL_MESSAGE))
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

    /// Whether there is a record of the service in what was passed, as far as it is in memory. Only the
    /// bounds of that are known: what is no JSON inside may be a damaged record.
    #[cold]
    pub(super) fn has_traces(&self, window: &Window<'_>, passed: &Passed) -> bool {
        let Some(span) = &passed.span else {
            return false;
        };
        let (bytes, search) = (window.bytes(span), &self.reader.search);
        let plain = plain(bytes);
        search.is_named(&plain)
            || search.may_be_named(&plain) && from_slice::<IgnoredAny>(bytes).is_err()
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

/// Where there is a record of the service in an object beside what was `read` of it, that is no copy of a
/// record there: collectors of logs keep an event in several forms. What has no id is no copy.
fn beside(
    window: &Window<'_>,
    found: &Found,
    read: Option<&Passed>,
    ids_read: impl FnOnce() -> HashSet<Vec<u8>>,
) -> Option<u64> {
    let is_other = |passed: &&Passed| read.is_none_or(|read| read.offset != passed.offset);
    let mut others = found.traces.iter().filter(is_other).peekable();
    if others.peek().is_some() {
        let known = ids_read();
        // Of what has left memory nothing can be told either.
        let is_copy =
            |other: &Passed| bytes_of(window, other).is_some_and(|json| is_copy(json, &known));
        if let Some(another) = others.find(|other| !is_copy(other)) {
            return Some(another.offset);
        }
    }
    // Of what is encoded nothing can be told.
    let texts = (found.wrappers.iter()).filter(|(_, first, _)| *first == b'"');
    let encoded = |passed: &&Passed| {
        let text = bytes_of(window, passed).map(inside);
        text.is_some_and(|text| sound(text, passed).is_some() && is_encoded(text))
    };
    let mut encoded = texts
        .map(|(.., text)| text)
        .filter(is_other)
        .filter(encoded);
    encoded.next().map(|text| text.offset)
}

fn ids_in(window: &Window<'_>, passed: &Passed) -> HashSet<Vec<u8>> {
    bytes_of(window, passed).map_or_else(HashSet::new, event_ids)
}

/// What was passed, if it still is in memory.
fn bytes_of<'w>(window: &'w Window<'_>, passed: &Passed) -> Option<&'w [u8]> {
    let length = passed.span.as_ref()?.len() as u64;
    window.still_has(passed.offset..passed.offset + length)
}

/// The window may have moved since a member was passed; its offset in the stream stays.
fn relocate(window: &Window<'_>, passed: &Passed) -> Option<std::ops::Range<usize>> {
    let start = window.index_of(passed.offset);
    passed.span.as_ref().map(|span| start..start + span.len())
}
