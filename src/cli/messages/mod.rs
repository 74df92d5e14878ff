//! What is said on standard error, and whether: the one place that knows `--quiet`.
//!
//! Owns how a line begins and that nothing in it is obeyed by a terminal. What is said is decided by
//! who says it; the words on what was read are in `coverage`.

pub(super) mod coverage;

use std::io::{self, Write as _};
use std::path::Path;

use crate::shown::{Shown, for_terminal};

/// Says things on standard error, or not.
#[derive(Clone, Copy)]
pub(super) struct Messages {
    quiet: bool,
}

impl Messages {
    pub fn new(quiet: bool) -> Messages {
        Messages { quiet }
    }

    /// The same, and quiet if it has to be.
    #[must_use]
    pub fn quiet_if(self, quiet: bool) -> Messages {
        Messages::new(self.quiet || quiet)
    }

    /// What the reader of the result should know: a doubt, a gap, an option without effect.
    pub fn note(self, text: &str) {
        self.tell(&format!("note: {text}"));
    }

    /// What was done.
    pub fn tell(self, text: &str) {
        if !self.quiet {
            warn(text);
        }
    }

    /// Says from now on when another process holds the store: a run that is silent for long looks dead.
    pub fn tell_waits(self) {
        #[cfg(feature = "store")]
        crate::store::on_wait(move |store| {
            self.tell_of(
                store,
                "another process holds it; waiting until that lets go of it",
            );
        });
    }

    /// What was done to a file, such as a store.
    pub fn tell_of(self, path: &Path, what: &str) {
        self.tell(&of(path, what));
    }
}

/// What is wrong, said whether `--quiet` was given or not. It is one line: what was typed or read may
/// be repeated in it, and makes no others.
pub(super) fn warn(text: &str) {
    line(&format!("stscope: {}", for_terminal(text)));
}

/// The same of a file.
pub(super) fn warn_of(path: &Path, what: &str) {
    warn(&of(path, what));
}

/// A line that goes on with what was said before. If standard error is closed, nobody wants to know;
/// `eprintln!` would panic.
pub(super) fn line(text: &str) {
    let _ = writeln!(io::stderr(), "{}", harmless(text));
}

fn of(path: &Path, what: &str) -> String {
    format!("{}: {what}", Shown::path(path))
}

/// A text of one line or more, with everything escaped but the ends of its lines: what was typed or
/// read may be repeated in it.
fn harmless(text: &str) -> String {
    let lines: Vec<_> = text.split('\n').map(for_terminal).collect();
    lines.join("\n")
}
