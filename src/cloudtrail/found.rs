//! What an object says that it is, by its members.
//!
//! Owns which members tell a record from an envelope, a digest or a message. Reads no record: what becomes
//! of the object, `wrapped` decides.

use std::borrow::Cow;

use super::keys::{CLOUD_TRAIL_EVENT, DETAIL, Key, MESSAGE};
use super::marks::Marks;
use super::nothing::is_word;
use super::sound::{self, Members};
use super::text::{has_sound_escapes, unescape};
use super::window::{Passed, Window};
use crate::damage::Damage;

/// What the `eventSource` begins with of a message that Lambda was given.
const OF_LAMBDA: &str = "aws:";

/// What the `source` of an envelope begins with in which there is an event of AWS's.
const OF_AWS: &str = "aws.";

/// What the members of an object said of it.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// It had a list, even if something else under its key has replaced it.
    pub had_list: bool,
    pub members: usize,
    /// Its first member is `eventVersion`, as in AWS's own records.
    starts_as_record: bool,
    has_version: bool,
    has_name: bool,
    /// By AWS's name for it, and by that in small letters.
    sources: [Option<Source>; 2],
    pub is_digest: bool,
    pub is_envelope: bool,
    /// An envelope's, and not AWS.
    pub has_other_sender: bool,
    /// Members that say nothing but where other pages are.
    pub paging: usize,
    /// What may wrap a record: its place in the order, its first byte, and where it is.
    pub wrappers: Vec<(u8, u8, Passed)>,
    /// The members in which there is a record of the service.
    pub traces: Vec<Passed>,
    /// A value that is none, between sound bounds.
    pub broken: Option<Damage>,
    pub marks: Marks,
}

/// What an `eventSource` is that is a text, and no word for nothing. Any other says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    /// Of a message that Lambda was given.
    OfLambda,
    Other,
}

impl Source {
    /// Of the text that a string means. What is no sound text is a source all the same: the record is
    /// broken.
    fn of(text: Option<&str>) -> Option<Source> {
        match text {
            // As almost all end.
            Some(text) if !text.ends_with(".com") && is_word(text) => None,
            Some(text) if text.starts_with(OF_LAMBDA) => Some(Source::OfLambda),
            _ => Some(Source::Other),
        }
    }
}

impl Found {
    /// What tells of a sound object whether it is a record, and whose.
    fn of_sound(object: &[u8]) -> Found {
        let mut found = Found::default();
        for (key, value) in Members::of(object) {
            found.members += 1;
            let is_text = value.first() == Some(&b'"');
            let key = Key::of(sound::meant(key).as_bytes());
            found.see_own(key, || is_text.then(|| Some(sound::meant(value))));
        }
        found
    }

    pub fn is_record(&self) -> bool {
        match self.source() {
            Some(Source::Other) => true,
            Some(Source::OfLambda) => self.starts_as_record,
            None => false,
        }
    }

    /// Whether it is a record of which nothing tells whose it is.
    pub fn is_nobodys(&self) -> bool {
        self.has_version && self.has_name && self.source().is_none()
    }

    /// What its source is. The name in small letters stands for AWS's own where that says nothing.
    fn source(&self) -> Option<Source> {
        let [own, small] = self.sources;
        own.or(small)
    }

    /// Whether what cannot be looked at any more was a record most likely.
    pub fn may_hold_record(&self) -> bool {
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
            Key::Source { .. } | Key::Name | Key::Version => {
                self.see_own(key, || (first == b'"').then(|| meant(window, &value)));
            }
            Key::DetailType => self.is_envelope = true,
            Key::Sender => {
                let text = (first == b'"').then(|| meant(window, &value)).flatten();
                self.has_other_sender = text.is_some_and(|text| !text.starts_with(OF_AWS));
            }
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

    /// A member of a record's own, whose value is a string with this text, if it is sound.
    fn see_own<'t>(&mut self, key: Key, text: impl FnOnce() -> Option<Option<Cow<'t, str>>>) {
        match key {
            Key::Source { small } => {
                self.sources[usize::from(small)] =
                    text().and_then(|text| Source::of(text.as_deref()));
            }
            Key::Name => self.has_name = true,
            Key::Version => {
                self.has_version = true;
                self.starts_as_record |= self.members == 1;
            }
            _ => {}
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
                    Key::Source { .. } => {
                        let value = rest.trim_ascii_start();
                        let Some(value) = value.strip_prefix(b"\"") else {
                            return false;
                        };
                        let text = String::from_utf8_lossy(&value[..length_of_string(value)]);
                        return Source::of(Some(&unescape(&text))) == Some(Source::Other);
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }
    false
}

/// Whether a sound object is a record of which nothing tells whose it is.
pub(super) fn is_nobodys(object: &[u8]) -> bool {
    Found::of_sound(object).is_nobodys()
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

/// What of a string is between its quotes.
pub(super) fn inside(string: &[u8]) -> &[u8] {
    &string[1..string.len() - 1]
}

/// The inside of a string that is sound JSON, its escapes as they are written.
pub(super) fn sound<'t>(inside: &'t [u8], passed: &Passed) -> Option<&'t str> {
    let text = std::str::from_utf8(inside).ok()?;
    (!passed.marks.has(Marks::CONTROL) && has_sound_escapes(text)).then_some(text)
}

/// The text of a string, if it is sound and in memory.
pub(super) fn meant<'w>(window: &'w Window<'_>, passed: &Passed) -> Option<Cow<'w, str>> {
    let span = passed.span.as_ref()?;
    sound(inside(window.bytes(span)), passed).map(unescape)
}
