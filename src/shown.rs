//! Names and texts of strangers, as they may be shown on a terminal.
//!
//! A file may be called anything, `ESC [ 2 J` included. [`Shown`] is the one way from a path to text
//! in a message: it cannot be printed raw, and clippy forbids `Path::display`.

use std::borrow::Cow;
use std::fmt::{self, Write as _};
use std::path::Path;

/// A name or text that somebody else chose, with everything escaped that would move the cursor,
/// colour, hide or turn text.
///
/// ```
/// use std::path::Path;
/// use stscope::internals::report::escape::Shown;
/// assert_eq!(Shown::path(Path::new("a\u{1b}[2Jb")).to_string(), "a\\u{1b}[2Jb");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown<'a>(Cow<'a, str>);

impl<'a> Shown<'a> {
    /// The name of a file. What of it is no UTF-8 becomes U+FFFD.
    pub fn path(path: &'a Path) -> Shown<'a> {
        Shown(match path.to_string_lossy() {
            Cow::Borrowed(text) => for_terminal(text),
            Cow::Owned(text) => Cow::Owned(for_terminal(&text).into_owned()),
        })
    }

    /// A text.
    pub fn text(text: &'a str) -> Shown<'a> {
        Shown(for_terminal(text))
    }
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// For a terminal: characters that would move the cursor, colour, hide or turn text are shown as
/// escapes.
///
/// ```
/// use stscope::internals::report::escape::for_terminal;
/// assert_eq!(for_terminal("a\u{1b}[31mb\u{202e}c"), "a\\u{1b}[31mb\\u{202e}c");
/// ```
pub fn for_terminal(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_dangerous) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '\n' => safe.push_str("\\n"),
            '\r' => safe.push_str("\\r"),
            '\t' => safe.push_str("\\t"),
            c if is_dangerous(c) => {
                // Writing to a String cannot fail.
                let _ = write!(safe, "\\u{{{:x}}}", u32::from(c));
            }
            c => safe.push(c),
        }
    }
    Cow::Owned(safe)
}

/// Control characters, and those that change the direction of text or are not seen:
/// <https://www.unicode.org/reports/tr9/>, <https://trojansource.codes/>.
pub(crate) fn is_dangerous(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}' | '\u{ad}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_moves_or_turns_text_reaches_a_terminal() {
        for c in [
            '\0', '\u{7}', '\u{1b}', '\u{7f}', '\u{9b}', '\u{200f}', '\u{202e}', '\u{2066}',
        ] {
            let shown = for_terminal(&format!("a{c}b")).into_owned();
            assert!(shown.chars().all(|c| c.is_ascii_graphic()), "{shown:?}");
        }
        assert_eq!(for_terminal("Zoë 日本 a/b"), "Zoë 日本 a/b");
        assert_eq!(for_terminal("a\nb\tc"), "a\\nb\\tc");
    }

    #[cfg(unix)]
    #[test]
    fn a_name_is_shown_with_nothing_in_it_that_a_terminal_obeys() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt as _;
        let name = Path::new(OsStr::from_bytes(b"a\xff\x1b[2J\x9b\n.gz"));
        let shown = Shown::path(name).to_string();
        assert_eq!(shown, "a\u{fffd}\\u{1b}[2J\u{fffd}\\n.gz");
        assert_eq!(format!("{:>3}", Shown::text("x")), "  x");
    }
}
