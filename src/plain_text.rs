//! Text that a person made with an editor or a shell, without what programs for Windows put around it.

use std::fmt;
use std::io;

/// The text is in UTF-16, as PowerShell 5 writes what is sent into a file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Utf16;

impl fmt::Display for Utf16 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it is text in UTF-16; save it as UTF-8")
    }
}

impl From<Utf16> for io::Error {
    fn from(error: Utf16) -> Self {
        io::Error::other(error.to_string())
    }
}

/// A text without the byte order mark that programs for Windows put before it.
///
/// # Errors
/// If it is in UTF-16.
pub(crate) fn plain_text(bytes: &[u8]) -> Result<&[u8], Utf16> {
    // Without a mark: every other byte of Latin letters is zero, which names that end in NUL are
    // only if each has one letter.
    let is_zero = |at: usize| bytes[at] == 0;
    let every_other = |first: usize| (0..8).all(|at| is_zero(at) == (at % 2 == first));
    let is_utf16 = bytes.starts_with(b"\xff\xfe")
        || bytes.starts_with(b"\xfe\xff")
        || (bytes.len() >= 8 && (every_other(0) || every_other(1)));
    if is_utf16 {
        return Err(Utf16);
    }
    Ok(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes))
}

/// Whether this is the beginning of a text in UTF-8, be it cut off within a letter.
pub(crate) fn begins_utf8(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).map_or_else(|error| error.error_len().is_none(), |_| true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_one_letter_that_end_in_nul_are_not_taken_for_utf_16() {
        assert_eq!(plain_text(b"a\0b\0"), Ok(&b"a\0b\0"[..]));
        for text in [
            &b"\xff\xfea\0"[..],
            b"\xfe\xff\0a",
            b"a\0b\0c\0d\0",
            b"\0a\0b\0c\0d",
        ] {
            assert_eq!(plain_text(text), Err(Utf16), "{text:?}");
        }
    }
}
