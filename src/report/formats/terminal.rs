//! Formats for programs on a terminal: what it would obey → JSON's escapes.
//!
//! Owns what becomes of control characters, and of those that hide or turn text, in formats that keep
//! them: in a file they are data, and nothing else shows what a session was called. In JSON the escape
//! means the same character.

use std::char::REPLACEMENT_CHARACTER;
use std::fmt::Write as _;
use std::io::{self, Write};

use crate::shown::is_dangerous;

/// Escapes what is written through it.
pub(super) struct ForTerminal<'w> {
    out: &'w mut dyn Write,
    /// The first bytes of a character whose others are not written yet.
    begun: Vec<u8>,
    escaped: String,
}

impl<'w> ForTerminal<'w> {
    pub fn new(out: &'w mut dyn Write) -> ForTerminal<'w> {
        ForTerminal {
            out,
            begun: Vec::new(),
            escaped: String::new(),
        }
    }

    /// Writes that a character was begun and never ended, if one was.
    pub fn finish(self) -> io::Result<()> {
        if !self.begun.is_empty() {
            write!(self.out, "{REPLACEMENT_CHARACTER}")?;
        }
        self.out.flush()
    }
}

impl Write for ForTerminal<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut pieces = std::mem::take(&mut self.begun);
        pieces.extend_from_slice(bytes);
        self.escaped.clear();
        let mut chunks = pieces.utf8_chunks().peekable();
        while let Some(chunk) = chunks.next() {
            for c in chunk.valid().chars() {
                match c {
                    '\n' => self.escaped.push('\n'),
                    c if is_dangerous(c) => {
                        for unit in c.encode_utf16(&mut [0; 2]) {
                            // Writing to a String cannot fail.
                            let _ = write!(self.escaped, "\\u{unit:04x}");
                        }
                    }
                    c => self.escaped.push(c),
                }
            }
            let invalid = chunk.invalid();
            match std::str::from_utf8(invalid) {
                Ok(_) => {} // nothing is invalid
                Err(error) if chunks.peek().is_none() && error.error_len().is_none() => {
                    self.begun.extend_from_slice(invalid);
                }
                Err(_) => self.escaped.push(REPLACEMENT_CHARACTER),
            }
        }
        self.out.write_all(self.escaped.as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn through(pieces: &[&[u8]]) -> String {
        let mut out = Vec::new();
        let mut terminal = ForTerminal::new(&mut out);
        for piece in pieces {
            terminal.write_all(piece).unwrap();
        }
        terminal.finish().unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn nothing_that_a_terminal_obeys_gets_through_but_ends_of_lines() {
        let text = "a\u{1b}[2J,\u{9b}b\u{202e}\r\n\u{e0041}\u{7f}é日";
        let safe = "a\\u001b[2J,\\u009bb\\u202e\\u000d\n\\udb40\\udc41\\u007fé日";
        assert_eq!(through(&[text.as_bytes()]), safe);
        // However the bytes are cut.
        let bytes: Vec<&[u8]> = text.as_bytes().chunks(1).collect();
        assert_eq!(through(&bytes), safe);
    }

    #[test]
    fn json_means_what_it_meant() {
        let text = "a\u{9b}b\u{202e}c\u{e0041}";
        let json = serde_json::to_vec(&text).unwrap();
        let shown = through(&[&json]);
        assert!(shown.is_ascii());
        assert_eq!(serde_json::from_str::<String>(&shown).unwrap(), text);
    }

    #[test]
    fn bytes_that_are_no_text_are_replaced() {
        assert_eq!(through(&[b"a\xffb", b"\xe6\x97"]), "a\u{fffd}b\u{fffd}");
    }
}
