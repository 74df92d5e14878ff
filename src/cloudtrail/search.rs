//! Which records may be of the service looked for, found without reading them.
//!
//! A record is of the service if the value of its `eventSource` is the service's name. Then the key,
//! a colon and the name stand in its text, one behind the other, or some letter of them is escaped.
//! Nothing else is left out: the search may say "maybe" to too many records, never "no" to one.

use memchr::memmem::Finder;

use super::window::{Passed, Window};

/// The key that says which service a record is of.
const KEY: &[u8] = b"\"eventSource\"";

/// A search along one stream after the other.
pub(super) struct Search {
    /// The name of the service, quoted.
    needle: Finder<'static>,
    /// What begins an escape of an ASCII character.
    escape: Finder<'static>,
    place: Place,
}

/// How far a stream has been searched.
#[derive(Clone, Copy, Default)]
pub(super) struct Place {
    /// The offset of the first mention of the service that is not behind us…
    next: Option<u64>,
    /// …and how far the stream has been searched for one.
    searched: u64,
}

impl Search {
    pub fn new(service: &str) -> Search {
        Search {
            needle: Finder::new(&format!("\"{service}\"")).into_owned(),
            escape: Finder::new(b"\\u00"),
            place: Place::default(),
        }
    }

    /// Begins with another stream; gives the place in the one before, to come back to.
    pub fn begin(&mut self) -> Place {
        std::mem::take(&mut self.place)
    }

    /// Comes back to a stream.
    pub fn resume(&mut self, place: Place) {
        self.place = place;
    }

    /// Whether a record that was just passed may be of the service.
    #[inline]
    pub fn may_be_of_service(
        &mut self,
        window: &Window<'_>,
        passed: &Passed,
        record: &[u8],
    ) -> bool {
        self.is_named(window, passed.offset, passed.offset + record.len() as u64)
            || (passed.saw_unicode_escape && self.has_escaped_letter(record))
    }

    /// Whether `"eventSource":` and the service stand in these bytes of the stream, in whatever
    /// object. The stream is searched ahead, once.
    #[inline]
    fn is_named(&mut self, window: &Window<'_>, from: u64, to: u64) -> bool {
        let length = self.needle.needle().len() as u64;
        let mut resume = from.max(self.place.searched);
        loop {
            let at = match self.place.next {
                Some(at) if at >= from => at,
                _ if resume >= to => return false,
                _ => {
                    let haystack = window.in_memory(window.index_of(resume));
                    let found = self.needle.find(haystack).map(|at| resume + at as u64);
                    self.place.next = found;
                    // A mention may be cut by the end of what is in memory.
                    let searched = resume + haystack.len() as u64;
                    self.place.searched =
                        found.unwrap_or(searched.saturating_sub(length - 1)).max(to);
                    match found {
                        Some(at) => at,
                        None => return false,
                    }
                }
            };
            if at + length > to {
                return false;
            }
            let before = window.in_memory(window.index_of(from));
            if is_value_of_key(&before[..(at - from) as usize]) {
                return true;
            }
            self.place.next = None;
            resume = at + length;
        }
    }

    /// Whether some `\u` escape stands for a letter, digit or dot. Such a record may spell the key or
    /// the service in a way that a search does not find; the escapes AWS writes itself (`\u003c`)
    /// cannot.
    fn has_escaped_letter(&self, record: &[u8]) -> bool {
        self.escape.find_iter(record).any(|at| {
            record.get(at + 4..at + 6).is_some_and(|hex| {
                let hex = std::str::from_utf8(hex).ok();
                let code = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok());
                code.is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'.')
            })
        })
    }
}

/// Whether what stands before a value is its key, [`KEY`], and a colon.
fn is_value_of_key(before: &[u8]) -> bool {
    before
        .trim_ascii_end()
        .strip_suffix(b":")
        .is_some_and(|before| before.trim_ascii_end().ends_with(KEY))
}

#[cfg(test)]
mod tests {
    use super::super::kernel::Kernel;
    use super::*;

    /// Which of the records in an array may be of STS.
    fn found(json: &str) -> Vec<bool> {
        let mut buffer = json.as_bytes().to_vec();
        let mut window = Window::whole(&mut buffer, json.len());
        let mut search = Search::new("sts.amazonaws.com");
        let mut answers = Vec::new();
        while let Some(byte) = window.peek() {
            if byte != b'{' {
                window.step();
                continue;
            }
            let passed = window.pass_container(Kernel::detect()).unwrap();
            let record = window.bytes(passed.span.as_ref().unwrap());
            answers.push(search.may_be_of_service(&window, &passed, record));
        }
        answers
    }

    #[test]
    fn only_the_value_of_the_key_counts() {
        let of_sts = r#"{"eventSource" : "sts.amazonaws.com"}"#;
        for (record, expected) in [
            (of_sts, true),
            (r#"{"a":{"eventSource":"sts.amazonaws.com"}}"#, true),
            (
                r#"{"eventSource":"s3.amazonaws.com","invokedBy":"sts.amazonaws.com"}"#,
                false,
            ),
            (
                r#"{"policy":"{\"eventSource\":\"sts.amazonaws.com\"}"}"#,
                false,
            ),
            (r#"{"eventSource":"sts.amazonaws.com.evil"}"#, false),
            (
                r#"{"a":"sts.amazonaws.com","b":"sts.amazonaws.com","eventSource":"sts.amazonaws.com"}"#,
                true,
            ),
            (r#"{"event\u0053ource":"sts.amazonaws.com"}"#, true),
            (r#"{"eventSource":"sts\u002Eamazonaws.com"}"#, true),
            (
                r#"{"eventSource":"s3.amazonaws.com","a":"\u003c\u0026"}"#,
                false,
            ),
            (r#"{"eventSource":"s3.amazonaws.com","a":"\u00"}"#, false),
            (r#"{}"#, false),
        ] {
            // Between two that are, and two that are not: the search must neither stop nor lag.
            let json = format!("[{of_sts},{record},{{}},{record},{of_sts}]");
            assert_eq!(
                found(&json),
                [true, expected, false, expected, true],
                "{record}"
            );
        }
    }
}
