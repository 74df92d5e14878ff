//! Damaged JSON, byte by byte: whatever is whole before the damage.
//!
//! A record's bounds are its brackets, counted outside strings. Inside sound bounds a record is
//! parsed by serde_json, and is broken if that refuses it. Where the bounds themselves break, or
//! something is between records that must not be, reading ends.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::shape::{
    Found, Kept, LISTS, Nest, PAGING, Says, WRAPPERS, event_ids, get, is_control, is_copy,
    is_encoded, may_hide, own_ids, says, source,
};
use super::tame;

/// What is in the text, and whether reading ended before its end.
pub fn read(text: &[u8]) -> (Found, bool) {
    let mut reading = Reading::new(text);
    let is_damaged = reading.documents().is_none();
    (reading.found, is_damaged)
}

/// What is in a damaged text inside a string: objects, and nothing else.
pub fn objects(text: &str, found: &mut Found, nest: Nest) {
    let mut reading = Reading::new(text.as_bytes());
    let is_broken = loop {
        match reading.next() {
            Some(b'{') if reading.value(nest).is_some() => {}
            None => break false,
            _ => break true,
        }
    };
    found.add(&reading.found);
    found.broken += u64::from(is_broken);
}

/// The same of an array or a string, which is a text like others unless its bounds are sound.
pub fn one_value(text: &str, found: &mut Found, nest: Nest) -> bool {
    let mut reading = Reading::new(text.as_bytes());
    let is_sound = reading.value(nest).is_some() && reading.next().is_none();
    if is_sound {
        found.add(&reading.found);
    }
    is_sound
}

struct Reading<'t> {
    text: &'t [u8],
    at: usize,
    found: Found,
    /// Lines of an export were read: a number is what is left of another one.
    has_timestamps: bool,
}

/// `None`: the JSON is damaged here.
type Step<T = ()> = Option<T>;

impl<'t> Reading<'t> {
    fn new(text: &'t [u8]) -> Reading<'t> {
        Reading {
            text,
            at: 0,
            found: Found::default(),
            has_timestamps: false,
        }
    }

    fn next(&mut self) -> Option<u8> {
        while matches!(self.text.get(self.at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
        self.text.get(self.at).copied()
    }

    fn documents(&mut self) -> Step {
        while let Some(byte) = self.next() {
            match byte {
                b'[' => {
                    self.value(Nest::default())?;
                    if self.found == Found::default() {
                        self.found.containers += 1;
                    }
                }
                0xef if self.text[self.at..].starts_with(b"\xef\xbb\xbf") => self.at += 3,
                _ if self.pass_timestamp() => match self.next() {
                    Some(b'{') => {
                        self.has_timestamps = true;
                        self.object(Nest::default())?;
                    }
                    _ => return None,
                },
                b'0'..=b'9' if self.has_timestamps => return None,
                _ => self.value(Nest::default())?,
            }
        }
        Some(())
    }

    /// Any value that is no record in a list of them.
    fn value(&mut self, nest: Nest) -> Step {
        match self.next()? {
            b'{' if nest.may_open() => return self.object(nest),
            b'[' if nest.may_open() => {
                return self.elements(|reading| reading.value(nest.deeper()));
            }
            _ => {}
        }
        let value = self.pass()?;
        match value[0] {
            b'"' => match tame::parse(value) {
                Some(Value::String(text)) if self.found.text(&text, nest) => {}
                None if is_text_of_object(value, nest) => self.found.broken += 1,
                _ => self.found.unknown(),
            },
            _ => self.found.unknown(),
        }
        Some(())
    }

    /// `2025-11-03T10:00:00.123Z `, as lines of a CloudWatch Logs export begin.
    fn pass_timestamp(&mut self) -> bool {
        const PATTERN: &[u8] = b"dddd-dd-ddTdd:dd:dd";
        let rest = &self.text[self.at..];
        let fits = rest.len() > PATTERN.len()
            && (PATTERN.iter().zip(rest)).all(|(pattern, byte)| match pattern {
                b'd' => byte.is_ascii_digit(),
                other => other == byte,
            });
        let length = rest.iter().position(|&byte| byte == b' ');
        match length {
            Some(length)
                if fits
                    && rest[..length]
                        .iter()
                        .all(|b| b"-T:.Z+0123456789".contains(b)) =>
            {
                self.at += length;
                true
            }
            _ => false,
        }
    }

    /// One value, by its bounds.
    fn pass(&mut self) -> Step<&'t [u8]> {
        let start = self.at;
        match *self.text.get(self.at)? {
            b'"' => self.pass_string()?,
            b'{' | b'[' => self.pass_container()?,
            _ => self.pass_scalar()?,
        }
        Some(&self.text[start..self.at])
    }

    /// An object or array. What kinds of brackets are inside is not the list's concern, and a quote
    /// after a backslash is none, even where a backslash is not allowed.
    fn pass_container(&mut self) -> Step {
        let opening = self.text[self.at];
        let (mut depth, mut in_string, mut is_escaped) = (0, false, false);
        loop {
            let byte = *self.text.get(self.at)?;
            self.at += 1;
            match byte {
                b'"' if !is_escaped => in_string = !in_string,
                b'{' | b'[' if !in_string => depth += 1,
                b'}' | b']' if !in_string => depth -= 1,
                _ => {}
            }
            is_escaped = byte == b'\\' && !is_escaped;
            if depth == 0 {
                return (byte == opening + 2).then_some(());
            }
        }
    }

    fn pass_string(&mut self) -> Step {
        self.at += 1;
        loop {
            match *self.text.get(self.at)? {
                b'"' => {
                    self.at += 1;
                    return Some(());
                }
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
    }

    /// A number or a word.
    fn pass_scalar(&mut self) -> Step {
        let length = self.length_of_word();
        tame::parse(&self.text[self.at..self.at + length])?;
        self.at += length;
        Some(())
    }

    fn length_of_word(&self) -> usize {
        let rest = &self.text[self.at..];
        let is_end = |byte: &u8| *byte <= b' ' || b"{}[],:\"".contains(byte);
        rest.iter().position(is_end).unwrap_or(rest.len())
    }

    /// Goes through a list that begins here.
    fn elements(&mut self, mut element: impl FnMut(&mut Self) -> Step) -> Step {
        self.at += 1;
        if self.next()? == b']' {
            self.at += 1;
            return Some(());
        }
        loop {
            self.next()?;
            element(self)?;
            let separator = self.next()?;
            self.at += 1;
            match separator {
                b',' => {}
                b']' => return Some(()),
                _ => return None,
            }
        }
    }

    /// The elements of `Records`.
    fn records(&mut self, nest: Nest) -> Step {
        self.elements(|reading| {
            if reading.next()? != b'{' {
                return reading.value(nest);
            }
            match tame::parse(reading.pass()?) {
                Some(value) => reading.found.element(&value, nest),
                None => reading.found.broken += 1,
            }
            Some(())
        })
    }

    /// An object outside `Records`. The records of its lists are found even if it breaks off later.
    fn object(&mut self, nest: Nest) -> Step {
        let mut members = Members::default();
        let whole = self.members(&mut members, nest);
        let place = |list: &str| LISTS.iter().position(|one| *one == list);
        members.lists.sort_by_key(|(list, ..)| place(list));
        for (_, of_list, _) in &members.lists {
            self.found.add(of_list);
        }
        for _ in 0..members.replaced_lists {
            self.found.trace();
        }
        if whole.is_none() {
            members.salvage(&mut self.found, nest);
            return None;
        }
        match (members.lists.is_empty(), members.has_bad_word) {
            (true, true) => self.found.broken += 1,
            // Beside lists of records a bad word is no record's damage.
            (false, true) => return None,
            (_, false) => members.settle(&mut self.found, nest),
        }
        Some(())
    }

    fn members(&mut self, members: &mut Members<'t>, nest: Nest) -> Step {
        self.at += 1;
        if self.next()? == b'}' {
            self.at += 1;
            return Some(());
        }
        loop {
            if self.next()? != b'"' {
                return None;
            }
            let key = self.pass()?;
            let key = match tame::parse(key) {
                Some(Value::String(key)) => Some(key),
                _ => None,
            };
            if members.first.is_none() {
                members.first = Some(key.clone().unwrap_or_default());
            }
            members.count += 1;
            let is_paging = key.as_deref().is_some_and(|key| PAGING.contains(&key));
            members.paging += usize::from(is_paging);
            if self.next()? != b':' {
                return None;
            }
            self.at += 1;
            let first = self.next()?;
            match LISTS.into_iter().find(|&list| key.as_deref() == Some(list)) {
                Some(list) if first == b'[' => {
                    // Of a duplicate key the last value counts.
                    members.replace(list);
                    let outer = std::mem::take(&mut self.found);
                    let start = self.at;
                    let whole = if list == "Records" {
                        self.records(nest.deeper())
                    } else {
                        self.elements(|reading| reading.value(nest.deeper()))
                    };
                    let mut of_list = std::mem::replace(&mut self.found, outer);
                    of_list.containers += 1;
                    let elements = self.text.get(start + 1..).unwrap_or_default();
                    let is_empty = elements.trim_ascii_start().starts_with(b"]");
                    members.lists.push((list, of_list, !is_empty));
                    whole?;
                    members.of_lists.push(&self.text[start..self.at]);
                }
                _ => {
                    members.replace(key.as_deref().unwrap_or_default());
                    let value = if matches!(first, b'"' | b'{' | b'[') {
                        self.pass()?
                    } else {
                        let start = self.at;
                        self.at += self.length_of_word();
                        let word = &self.text[start..self.at];
                        members.has_bad_word |= tame::parse(word).is_none();
                        word
                    };
                    match key {
                        Some(key) => {
                            let before = members.others.insert(key.clone(), value);
                            members.replaced.extend(before.map(|before| (key, before)));
                        }
                        None => {
                            members.has_bad_key = true;
                            members.replaced.push((String::new(), value));
                        }
                    }
                }
            }
            let separator = self.next()?;
            self.at += 1;
            match separator {
                b',' => {}
                b'}' => return Some(()),
                _ => return None,
            }
        }
    }
}

/// What is in an object outside `Records`.
#[derive(Default)]
struct Members<'t> {
    /// The name of the first.
    first: Option<String>,
    count: usize,
    paging: usize,
    /// With whether there is anything in them.
    lists: Vec<(&'static str, Found, bool)>,
    replaced_lists: usize,
    /// Lists, as they are written.
    of_lists: Vec<&'t [u8]>,
    others: BTreeMap<String, &'t [u8]>,
    /// A value that was replaced by a later one must still be sound for a record to be whole. Or one
    /// whose key is no sound text.
    replaced: Vec<(String, &'t [u8])>,
    /// A number or word that is none is among the values.
    has_bad_word: bool,
    /// A string that is none is among the keys.
    has_bad_key: bool,
}

impl Members<'_> {
    fn get(&self, key: &str) -> Option<&[u8]> {
        self.others.get(key).copied()
    }

    /// A value takes the place of a list that was read before.
    fn replace(&mut self, key: &str) {
        let replaced = self
            .lists
            .iter()
            .filter(|(earlier, _, has_elements)| *earlier == key && *has_elements);
        self.replaced_lists += replaced.count();
        self.lists.retain(|(earlier, ..)| *earlier != key);
    }

    fn says(&self) -> Says {
        let member = |name: &str| get(name, |name| self.get(name));
        // What is no sound text is a source all the same.
        let source = source(|name| {
            let source = self.get(name)?;
            match tame::parse(source) {
                None if source.starts_with(b"\"") => Some(Value::from("unsound")),
                other => other,
            }
        });
        says(
            self.first.as_deref(),
            source.as_ref(),
            member("eventVersion").is_some(),
            member("eventName").is_some(),
        )
    }

    /// Whether there is a record of STS beside what was read, and no copy of one with a known id.
    fn has_another(&self, read: Option<&str>, known: &[String]) -> bool {
        // The ids of what is broken are known as they are written.
        let of_broken =
            (read.and_then(|key| self.get(key))).is_some_and(|value| tame::parse(value).is_none());
        let replaced = self.replaced.iter().map(|(key, value)| (key, value));
        (self.others.iter().map(|other| (other, true)))
            .chain(replaced.map(|other| (other, false)))
            .any(|((key, value), counts)| {
                let (mut text, has_traces) = plain(value);
                if of_broken {
                    text = as_written(value);
                }
                let is_encoded = tame::parse(value)
                    .is_some_and(|value| value.as_str().is_some_and(is_encoded))
                    && WRAPPERS.contains(&key.as_str())
                    && counts;
                !(counts && read == Some(key))
                    && (may_hide(key) && has_traces && !is_copy(&text, known) || is_encoded)
            })
    }

    /// The ids of the records in what was read under a key.
    fn ids_in(&self, read: &str) -> Vec<String> {
        event_ids(&plain(self.get(read).unwrap_or_default()).0)
    }

    /// Of an object that breaks off: the record it wraps, if that was whole before.
    fn salvage(self, found: &mut Found, nest: Nest) {
        if self.lists.is_empty() && self.says() != Says::Record {
            self.wrapped(found, nest);
        }
    }

    /// Decides what an object is whose lists have been read. Only what is taken from it has to be sound.
    fn settle(self, found: &mut Found, nest: Nest) {
        let says = self.says();
        if says == Says::Record {
            let replaced = self.replaced.iter().map(|(_, value)| value);
            let mut values = self.others.values().chain(replaced);
            let mut lists = self.of_lists.iter();
            let is_unsound = |value: &&[u8]| tame::parse(value).is_none();
            if self.has_bad_key || values.any(is_unsound) || lists.any(is_unsound) {
                found.broken += 1;
                return;
            }
            let mut sound: Map<String, Value> = (self.others.iter())
                .filter_map(|(key, value)| Some((key.clone(), tame::parse(value)?)))
                .collect();
            for (key, value) in &self.replaced {
                tame::keep_traces(key, tame::parse(value), &mut sound);
            }
            match found.record(&sound, true) {
                Kept::OfSts => found.trace_if(self.has_another(None, &own_ids(&sound))),
                Kept::Other => {}
                Kept::Hides => {
                    if let Some(read) = self.wrapped(found, nest) {
                        found.trace_if(self.has_another(Some(read), &self.ids_in(read)));
                    } else if self.lists.is_empty() || self.has_another(None, &[]) {
                        found.trace();
                    }
                }
            }
            return;
        }
        let has_lists = !self.lists.is_empty();
        if let Some(read) = self.wrapped(found, nest) {
            return found.trace_if(self.has_another(Some(read), &self.ids_in(read)));
        }
        if has_lists {
            return found.trace_if(self.has_another(None, &[]));
        }
        let message = self.get("message").and_then(tame::parse);
        let message = message.as_ref().and_then(Value::as_str);
        if says == Says::Nobodys {
            found.trace();
        } else if self.get("digestStartTime").is_some() {
            found.digests += 1;
        } else if self.paging > 0 && self.paging == self.count || is_control(message) {
            found.others += 1;
        } else {
            found.unknown();
        }
    }

    /// The record that an object wraps, if there is any: the key that was read.
    fn wrapped(&self, found: &mut Found, nest: Nest) -> Option<&'static str> {
        for key in WRAPPERS {
            let Some(raw) = self.get(key) else { continue };
            let value = tame::parse(raw);
            let is_envelope = key == "detail" && self.get("detail-type").is_some();
            let is_broken = match (raw.first().copied().unwrap_or_default(), &value) {
                (b'{', Some(Value::Object(detail))) if is_envelope => {
                    let sender = self.get("source").and_then(tame::parse);
                    found.detail(detail, sender.as_ref(), nest.deeper());
                    return Some(key);
                }
                (b'{', None) if is_envelope => true,
                (b'{' | b'[', None) => raw.windows(11).any(|some| some == b"eventSource"),
                (b'"', None) => is_text_of_object(raw, nest),
                _ => false,
            };
            if is_broken {
                found.broken += 1;
                return Some(key);
            }
            if value.is_some_and(|value| found.wrapped(&value, nest)) {
                return Some(key);
            }
        }
        None
    }
}

/// A piece of JSON as it is searched, sound or not, and whether there is a record of STS in it.
fn plain(value: &[u8]) -> (String, bool) {
    match tame::parse(value) {
        Some(value) => {
            let text = value.to_string();
            let has_traces = super::traces::are_whole_in(&text);
            (text, has_traces)
        }
        None => {
            let text = as_written(value);
            let has_traces = super::traces::may_be_in(&text);
            (text, has_traces)
        }
    }
}

fn as_written(value: &[u8]) -> String {
    String::from_utf8_lossy(&without_escapes(value)).into_owned()
}

/// Broken JSON with every printable character of ASCII as it is, where its escape is not needed.
fn without_escapes(text: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let length = match text[at..] {
            [b'\\', b'u', ..] => 6,
            [b'\\', ..] => 2,
            _ => 1,
        };
        let written = &text[at..(at + length).min(text.len())];
        let quoted = [b"\"", written, b"\""].concat();
        let meant = match (written, serde_json::from_slice::<String>(&quoted)) {
            ([b'\\', ..], Ok(text)) => (text.len() == 1).then(|| text.as_bytes()[0]),
            _ => None,
        };
        match meant {
            Some(byte @ b' '..=0x7f) if !b"\"\\".contains(&byte) => plain.push(byte),
            Some(b'"') => plain.extend_from_slice(b"\\\""),
            _ => plain.extend_from_slice(written),
        }
        at += length;
    }
    plain
}

/// Whether what is written here may be a string with an object in it: its bracket may be escaped.
fn is_text_of_object(text: &[u8], nest: Nest) -> bool {
    nest.in_text().is_some()
        && text.first() == Some(&b'"')
        && matches!(text[1..].trim_ascii_start().first(), Some(b'{' | b'\\'))
}
