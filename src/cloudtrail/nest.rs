//! How deep a value is in others, and what ends the reading of a document.

use super::window::Window;
use crate::damage::{Damage, Stage};

/// Text in strings in text in strings: EventBridge in SNS in SQS is three.
const MAX_TEXTS: u8 = 6;

/// Lists in objects in lists. Nothing that AWS writes has more than four.
const MAX_LEVELS: u8 = 32;

/// How deep a value is in others that are read.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Nest {
    texts: u8,
    levels: u8,
}

impl Nest {
    /// Of an element of an array, or of what an object wraps.
    pub fn deeper(self) -> Nest {
        Nest {
            levels: self.levels + 1,
            ..self
        }
    }

    /// Of what is written inside a string; `None` if it is not looked at any more.
    pub fn in_text(self) -> Option<Nest> {
        (self.texts < MAX_TEXTS && self.may_open()).then_some(Nest {
            texts: self.texts + 1,
            levels: self.levels + 1,
        })
    }

    /// Whether an array or object may be opened here.
    pub fn may_open(self) -> bool {
        self.levels < MAX_LEVELS
    }
}

pub(super) type Step<T = ()> = Result<T, Damage>;

pub(super) fn json(window: &Window<'_>, what: impl Into<String>) -> Damage {
    Damage::new(Stage::Json, window.offset(), what)
}
