//! Prefixes → their listings, one after the other, of which the next are begun before.
//!
//! A list may name many objects in S3. Each is a request or two, for which one would wait longer than for its content.

use std::collections::VecDeque;

use crate::input::Prefix;
use crate::input::s3::{Listing, S3Url};

/// How many listings are begun before they are read.
const AHEAD: usize = 16;

/// Prefixes in their order, and the listings that were begun.
pub(super) struct ListAhead<'p> {
    prefixes: &'p [Prefix],
    /// Of the first of them. What another begins with may be listed by that one, and is not begun.
    begun: VecDeque<Option<Listing>>,
    /// The last that none before it begins with.
    outer: Option<&'p S3Url>,
}

impl<'p> ListAhead<'p> {
    pub fn of(prefixes: &'p [Prefix]) -> ListAhead<'p> {
        ListAhead {
            prefixes,
            begun: VecDeque::with_capacity(AHEAD + 1),
            outer: None,
        }
    }

    /// The next prefix, and its listing if that was begun.
    pub fn next(
        &mut self,
        begin: impl Fn(&Prefix) -> Listing,
    ) -> Option<(&'p Prefix, Option<Listing>)> {
        let begun = self.begun.len();
        for prefix in self.prefixes.iter().take(AHEAD + 1).skip(begun) {
            let is_in_another = self.outer.is_some_and(|outer| outer.begins(&prefix.url));
            if !is_in_another {
                self.outer = Some(&prefix.url);
            }
            let is_certain = prefix.is_again || !is_in_another;
            self.begun.push_back(is_certain.then(|| begin(prefix)));
        }
        let (first, rest) = self.prefixes.split_first()?;
        self.prefixes = rest;
        Some((first, self.begun.pop_front().flatten()))
    }
}
