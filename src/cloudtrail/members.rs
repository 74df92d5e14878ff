//! A way through the members of an object, with the lists of records among them.
//!
//! Owns the order of members: which of several of one name counts, and what is taken back with a list that
//! is replaced. What the object is, they tell `found`.

use std::ops::Range;

use smallvec::SmallVec;

use super::found::Found;
use super::keys::{Key, List};
use super::marks::Marks;
use super::nest::{Nest, Step, json};
use super::reader::{Handler, Reading, Tally};
use super::text::{has_sound_escapes, is_scalar, unescape};
use super::window::{Passed, Window};
use crate::damage::{Damage, Stage};

/// Almost every file is an object with one list, for which no memory is asked.
type Lists<M> = SmallVec<[ListRead<M>; 1]>;

/// A list in an object, and what there was before it.
struct ListRead<M> {
    list: List,
    mark: M,
    tally: Tally,
    /// In the stream.
    place: Range<u64>,
    has_elements: bool,
    /// Lists with elements that were replaced after this one: what is counted of them is counted again
    /// where this one is taken back.
    replaced_after: u64,
}

impl<H: Handler> Reading<'_, H> {
    /// An object outside `Records`: goes through its members to learn what it is, and reads the
    /// records in it.
    pub(super) fn object(&mut self, window: &mut Window<'_>, nest: Nest) -> Step {
        window.keep_from_here();
        self.watch(window);
        let offset = window.offset();
        let mut found = Found::default();
        let passed = self.members(window, &mut found, nest);
        let whole = Passed {
            span: window.kept(),
            offset,
            marks: found.marks,
        };
        window.release();
        match (passed, found.broken.take()) {
            (Err(damage), _) => {
                // A record that was whole before the envelope broke counts.
                if !found.is_record() && !found.had_list && whole.span.is_some() {
                    self.settle_wrapped(window, &found, nest)?;
                }
                Err(damage)
            }
            // Between lists of records this is no record's damage.
            (Ok(true), Some(damage)) => Err(Damage {
                stage: Stage::Json,
                ..damage
            }),
            (Ok(false), Some(damage)) => {
                self.broken(damage);
                Ok(())
            }
            (Ok(has_lists), None) => self.settle(window, &whole, &found, nest, has_lists),
        }
    }

    /// What is inside an object that says it is a record and is none.
    pub(super) fn inside(&mut self, window: &mut Window<'_>, nest: Nest) -> Step {
        window.keep_from_here();
        let offset = window.offset();
        let mut found = Found::default();
        let has_lists = self.members(window, &mut found, nest)?;
        let whole = Passed {
            span: window.kept(),
            offset,
            marks: found.marks,
        };
        self.settle_opened(window, &whole, &found, nest, has_lists)
    }

    /// Goes through the members of an object. Says whether a list of records was among them, whose
    /// records are read then.
    fn members(&mut self, window: &mut Window<'_>, found: &mut Found, nest: Nest) -> Step<bool> {
        const CUT: &str = "an object without an end";
        let offset = window.offset();
        let mut lists = Lists::new();
        window.step();
        let mut byte = window.skip_space();
        while byte != Some(b'}') {
            match byte {
                Some(b'"') => {}
                Some(_) => return Err(json(window, "no key where there must be one")),
                None => return Err(json(window, CUT)),
            }
            let key = self.key(window, found)?;
            if window.skip_space() != Some(b':') {
                return Err(json(window, "no colon after a key"));
            }
            window.step();
            let Some(value) = window.skip_space() else {
                return Err(json(window, CUT));
            };
            if !lists.is_empty() {
                self.replace(window, key, &mut lists, nest)?;
            }
            match key {
                Key::List(list) if value == b'[' => {
                    found.see_list();
                    let is_outermost = window.set_aside();
                    self.list(window, list, &mut lists, nest)?;
                    window.take_back(offset, is_outermost);
                }
                _ => self.member(window, key, value, found)?,
            }
            match window.skip_space() {
                Some(b',') => window.step(),
                Some(b'}') => break,
                Some(_) => return Err(json(window, "no comma between two members")),
                None => return Err(json(window, CUT)),
            }
            byte = match window.skip_space() {
                Some(b'}') => return Err(json(window, "no key where there must be one")),
                byte => byte,
            };
        }
        window.step();
        Ok(!lists.is_empty())
    }

    /// Reads the list that begins here.
    fn list(
        &mut self,
        window: &mut Window<'_>,
        list: List,
        lists: &mut Lists<H::Mark>,
        nest: Nest,
    ) -> Step {
        let start = window.offset();
        lists.push(ListRead {
            list,
            mark: self.handler.mark(),
            tally: self.tally.clone(),
            place: start..start,
            has_elements: false,
            replaced_after: 0,
        });
        self.tally.containers += 1;
        let has_elements = match list {
            List::Records => self.records(window, nest.deeper())?,
            _ => self.items(window, nest.deeper())?,
        };
        if let Some(read) = lists.last_mut() {
            read.place.end = window.offset();
            read.has_elements = has_elements;
        }
        Ok(())
    }

    /// Of a duplicate key the last value counts: a list that was read under it before is taken back,
    /// and that there was one is said. Lists after it are read again.
    #[cold]
    #[inline(never)]
    fn replace(
        &mut self,
        window: &Window<'_>,
        key: Key,
        lists: &mut Lists<H::Mark>,
        nest: Nest,
    ) -> Step {
        let Some(place) = (lists.iter()).position(|earlier| Key::List(earlier.list) == key) else {
            return Ok(());
        };
        let later: Vec<_> = lists.drain(place + 1..).collect();
        if let Some(replaced) = lists.pop() {
            self.handler.rollback(replaced.mark);
            self.tally = replaced.tally;
            let before: u64 = later.iter().map(|list| list.replaced_after).sum();
            let count = u64::from(replaced.has_elements) + replaced.replaced_after + before;
            (0..count).for_each(|_| self.not_understood(replaced.place.start));
            if let Some(last) = lists.last_mut() {
                last.replaced_after += count;
            }
        }
        for ListRead { list, place, .. } in later {
            let Some(bytes) = window.still_has(place.clone()) else {
                self.not_understood(place.start);
                continue;
            };
            self.list(&mut Window::part(bytes, place.start), list, lists, nest)?;
        }
        Ok(())
    }

    fn key(&mut self, window: &mut Window<'_>, found: &mut Found) -> Step<Key> {
        let passed = window.pass_string()?;
        found.see_key(&passed);
        let Some(span) = &passed.span else {
            return Ok(Key::Other);
        };
        let inside = &window.bytes(span)[1..span.len() - 1];
        Ok(match std::str::from_utf8(inside) {
            Ok(text) if !has_sound_escapes(text) => Key::Other,
            Ok(text) if passed.marks.has(Marks::UNICODE_ESCAPE) => {
                Key::of(unescape(text).as_bytes())
            }
            _ => Key::of(inside),
        })
    }

    /// Passes the value of a member and notes what it says of the object.
    fn member(&mut self, window: &mut Window<'_>, key: Key, first: u8, found: &mut Found) -> Step {
        let passed = match first {
            b'{' | b'[' => self.pass_container(window)?,
            b'"' => window.pass_string()?,
            _ => {
                let start = window.offset();
                let token = window.pass_token();
                if !is_scalar(&token) {
                    // Its bounds are sound: one record's damage, if no more follows.
                    found
                        .broken
                        .get_or_insert(Damage::new(Stage::Record, start, "no JSON value"));
                }
                Passed {
                    span: None,
                    offset: start,
                    marks: Marks::default(),
                }
            }
        };
        if Found::may_hide(key, first, &passed) && self.has_traces(window, &passed) {
            found.traces.push(passed.clone());
        }
        found.see_member(window, key, first, passed);
        Ok(())
    }
}
