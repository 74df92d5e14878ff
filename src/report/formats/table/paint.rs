//! Colours on a terminal.

use std::borrow::Cow;

use crate::report::formats::lines::Look;

/// Colours, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Paint {
    pub has_colours: bool,
}

impl Paint {
    pub fn paint(self, look: Look, text: &str) -> Cow<'_, str> {
        let code = match look {
            Look::Strong => "1",
            Look::Alarm => "1;31",
            Look::Calm => "32",
            Look::Plain => return Cow::Borrowed(text),
        };
        match self.has_colours {
            true => Cow::Owned(format!("\u{1b}[{code}m{text}\u{1b}[0m")),
            false => Cow::Borrowed(text),
        }
    }
}
