//! Damaged JSON, byte by byte: whatever is whole before the damage.
//!
//! A record's bounds are its brackets, counted outside strings. Inside sound bounds a record is
//! parsed by serde_json, and is broken if that refuses it. Where the bounds themselves break, or
//! anything stands between records that may not, reading ends.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::shape::{Found, LISTS};
use super::tame;

/// What is in the text, and whether reading ended before its end.
pub fn read(text: &[u8]) -> (Found, bool) {
    let mut reading = Reading {
        text: text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text),
        at: 0,
        found: Found::default(),
        has_timestamps: false,
    };
    let is_damaged = reading.documents().is_none();
    (reading.found, is_damaged)
}

/// What is in a damaged text inside a string: one object, and nothing behind it.
pub fn text(text: &str, found: &mut Found, nesting: usize) {
    let mut reading = Reading {
        text: text.as_bytes(),
        at: 0,
        found: Found::default(),
        has_timestamps: false,
    };
    reading.next();
    let whole = reading.object(nesting);
    let is_broken = whole.is_none() || reading.next().is_some();
    found.add(&reading.found);
    found.broken += u64::from(is_broken);
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
    fn next(&mut self) -> Option<u8> {
        while matches!(self.text.get(self.at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
        self.text.get(self.at).copied()
    }

    fn documents(&mut self) -> Step {
        while let Some(byte) = self.next() {
            match byte {
                b'{' => self.object(0)?,
                b'[' => {
                    let is_first = self.found == Found::default();
                    self.items(0)?;
                    if is_first && self.found == Found::default() {
                        self.found.containers += 1;
                    }
                }
                _ if self.pass_timestamp() => match self.next() {
                    Some(b'{') => {
                        self.has_timestamps = true;
                        self.object(0)?;
                    }
                    _ => return None,
                },
                b'0'..=b'9' if self.has_timestamps => return None,
                _ => {
                    self.pass()?;
                    self.found.others += 1;
                }
            }
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

    /// An object or array. What kinds of brackets stand inside is not the list's concern, and a quote
    /// behind a backslash is none, even where no backslash may stand.
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
    fn records(&mut self) -> Step {
        self.elements(|reading| {
            let element = reading.pass()?;
            match tame::parse(element) {
                Some(value) => reading.found.element(&value),
                // What is no object is counted by its bounds alone.
                None if element[0] != b'{' => reading.found.records += 1,
                None => reading.found.broken += 1,
            }
            Some(())
        })
    }

    /// The elements of any other list.
    fn items(&mut self, nesting: usize) -> Step {
        self.elements(|reading| match reading.next()? {
            b'{' => reading.object(nesting),
            _ => {
                let element = reading.pass()?;
                match tame::parse(element) {
                    Some(Value::String(text)) if reading.found.text(&text, nesting) => {}
                    None if is_text_of_object(element) => reading.found.broken += 1,
                    _ => reading.found.others += 1,
                }
                Some(())
            }
        })
    }

    /// An object outside `Records`. The records of its lists are found even if it breaks off later.
    fn object(&mut self, nesting: usize) -> Step {
        let mut members = Members::default();
        let whole = self.members(&mut members, nesting);
        let place = |list: &str| LISTS.iter().position(|one| *one == list);
        members.lists.sort_by_key(|(list, _)| place(list));
        for (_, of_list) in &members.lists {
            self.found.add(of_list);
        }
        if whole.is_none() {
            members.salvage(&mut self.found, nesting);
            return None;
        }
        match (members.lists.is_empty(), members.has_bad_word) {
            (true, true) => self.found.broken += 1,
            (true, false) => members.settle(&mut self.found, nesting),
            // Beside lists of records a bad word is no record's damage.
            (false, true) => return None,
            (false, false) => {}
        }
        Some(())
    }

    fn members(&mut self, members: &mut Members<'t>, nesting: usize) -> Step {
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
            if self.next()? != b':' {
                return None;
            }
            self.at += 1;
            let first = self.next()?;
            match LISTS.into_iter().find(|&list| key.as_deref() == Some(list)) {
                Some(list) if first == b'[' => {
                    // Of a duplicate key the last value stands.
                    members.lists.retain(|(earlier, _)| *earlier != list);
                    let outer = std::mem::take(&mut self.found);
                    let whole = if list == "Records" {
                        self.records()
                    } else {
                        self.items(nesting)
                    };
                    let mut of_list = std::mem::replace(&mut self.found, outer);
                    of_list.containers += 1;
                    members.lists.push((list, of_list));
                    whole?;
                }
                _ => {
                    members
                        .lists
                        .retain(|(earlier, _)| key.as_deref() != Some(earlier));
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
                        Some(key) => members.replaced.extend(members.others.insert(key, value)),
                        None => members.has_bad_key = true,
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

/// What stands in an object outside `Records`.
#[derive(Default)]
struct Members<'t> {
    lists: Vec<(&'static str, Found)>,
    others: BTreeMap<String, &'t [u8]>,
    /// A value that was replaced by a later one must still be sound for a record to be whole.
    replaced: Vec<&'t [u8]>,
    /// A number or word that is none stands among the values.
    has_bad_word: bool,
    /// A string that is none stands among the keys.
    has_bad_key: bool,
}

impl Members<'_> {
    /// Of an object that breaks off: the record it wraps, if that was whole before.
    fn salvage(mut self, found: &mut Found, nesting: usize) {
        let has = |key: &str| self.others.contains_key(key);
        if !self.lists.is_empty() || has("eventSource") || has("eventVersion") {
            return;
        }
        self.others.retain(|key, _| {
            matches!(
                key.as_str(),
                "detail" | "detail-type" | "CloudTrailEvent" | "message"
            )
        });
        let others = found.others;
        self.settle(found, nesting);
        found.others = others;
    }

    /// Decides what an object without lists is. Only what is taken from it has to be sound.
    fn settle(self, found: &mut Found, nesting: usize) {
        let has = |key: &str| self.others.contains_key(key);
        let is_record = has("eventSource") || has("eventVersion");
        let mut sound = Map::new();
        let mut broken = Vec::new();
        for (key, value) in &self.others {
            match tame::parse(value) {
                Some(value) => drop(sound.insert(key.clone(), value)),
                // Of these it matters that they are there.
                None if ["detail-type", "digestStartTime"].contains(&key.as_str())
                    || (key == "CloudTrailEvent" && value.starts_with(b"\"")) =>
                {
                    drop(sound.insert(key.clone(), Value::from("")));
                    broken.push((key.as_str(), *value));
                }
                None => broken.push((key.as_str(), *value)),
            }
        }
        let holds_a_record = |&(key, value): &(&str, &[u8])| match key {
            "detail" => {
                let mentions = |text: &[u8]| value.windows(text.len()).any(|some| some == text);
                value.first() == Some(&b'{') && (has("detail-type") || mentions(b"eventSource"))
            }
            "CloudTrailEvent" => is_text_of_object(value),
            // Taken where the other is no string.
            "message" => {
                !sound.get("CloudTrailEvent").is_some_and(Value::is_string)
                    && is_text_of_object(value)
            }
            _ => false,
        };
        let is_unsound = |value: &&[u8]| tame::parse(value).is_none();
        let is_broken = if is_record {
            self.has_bad_key || !broken.is_empty() || self.replaced.iter().any(is_unsound)
        } else {
            broken.iter().any(holds_a_record)
        };
        if is_broken {
            found.broken += 1;
        } else {
            found.object(&sound, nesting);
        }
    }
}

/// Whether what is written here may be a string with an object in it: its bracket may be escaped.
fn is_text_of_object(text: &[u8]) -> bool {
    text.first() == Some(&b'"')
        && matches!(text[1..].trim_ascii_start().first(), Some(b'{' | b'\\'))
}
