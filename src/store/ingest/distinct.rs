//! What calls have in common, as distinct rows of texts: each is known by a hash, and sent to the writer
//! once.
//!
//! A row is its texts in the order of the columns, each followed by a byte that no text has. So a call
//! that is like others is looked up by one hash over one piece of memory. The texts are not kept: a known
//! row takes some 30 bytes in each thread.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, Hasher as _};

use foldhash::fast::RandomState;
use memchr::memchr_iter;
use rusqlite::types::ValueRef;
use siphasher::sip128::SipHasher13;

/// No byte of UTF-8.
const END: u8 = 0xff;

/// Appends a text to a row. An absent text is empty.
pub(in crate::store) fn push(row: &mut Vec<u8>, text: Option<&str>) {
    row.extend_from_slice(text.unwrap_or_default().as_bytes());
    row.push(END);
}

/// The texts of a row for SQLite; an absent text is NULL.
pub(in crate::store) fn columns(row: &[u8]) -> impl Iterator<Item = ValueRef<'_>> {
    let mut start = 0;
    memchr_iter(END, row).map(move |end| {
        let text = &row[start..end];
        start = end + 1;
        match text {
            [] => ValueRef::Null,
            text => ValueRef::Text(text),
        }
    })
}

/// The hash by which all threads of a run know a row. Two rows share one with a chance of 2⁻¹²⁸; the
/// keys are drawn for each run, because strangers choose the texts.
#[derive(Clone, Copy)]
pub(in crate::store) struct RowHasher(SipHasher13);

impl RowHasher {
    pub fn new() -> RowHasher {
        let draw = || {
            let random = std::hash::RandomState::new();
            random.build_hasher().finish()
        };
        RowHasher(SipHasher13::new_with_keys(draw(), draw()))
    }

    pub fn hash(&self, row: &[u8]) -> u128 {
        self.0.hash(row).as_u128()
    }
}

/// The distinct rows of one thread, in the order of their numbers.
pub(in crate::store) struct Distinct {
    hasher: RowHasher,
    numbers: HashMap<u128, u32, RandomState>,
    new: Rows,
}

impl Distinct {
    pub fn new(hasher: RowHasher) -> Distinct {
        Distinct {
            hasher,
            numbers: HashMap::default(),
            new: Rows::default(),
        }
    }

    /// The number of a row, new or known.
    pub fn number(&mut self, row: &[u8]) -> u32 {
        let hash = self.hasher.hash(row);
        let next = self.numbers.len() as u32;
        *self.numbers.entry(hash).or_insert_with(|| {
            self.new.push(hash, row);
            next
        })
    }

    /// The rows that were not taken before.
    pub fn take_new(&mut self) -> Rows {
        std::mem::take(&mut self.new)
    }
}

/// Rows one after the other, and their hashes.
#[derive(Default)]
pub(in crate::store) struct Rows {
    bytes: Vec<u8>,
    /// The hash of each, and where it ends.
    ends: Vec<(u128, usize)>,
}

impl Rows {
    fn push(&mut self, hash: u128, row: &[u8]) {
        self.bytes.extend_from_slice(row);
        self.ends.push((hash, self.bytes.len()));
    }

    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = (u128, &[u8])> {
        let mut start = 0;
        self.ends.iter().map(move |&(hash, end)| {
            let row = &self.bytes[start..end];
            start = end;
            (hash, row)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(texts: &[&str]) -> Vec<u8> {
        let mut row = Vec::new();
        for &text in texts {
            push(&mut row, (!text.is_empty()).then_some(text));
        }
        row
    }

    #[test]
    fn a_row_is_given_once_and_known_by_its_number_afterwards() {
        let mut distinct = Distinct::new(RowHasher::new());
        // Where one text ends and the next begins tells rows apart.
        let rows = [
            row(&["a", "", "bc"]),
            row(&["ab", "", "c"]),
            row(&["", "", ""]),
        ];
        let numbers = [0, 1, 0, 2].map(|at: usize| distinct.number(&rows[at]));
        assert_eq!(numbers, [0, 1, 0, 2]);
        let given: Vec<_> = distinct
            .take_new()
            .iter()
            .map(|(_, row)| row.to_vec())
            .collect();
        assert_eq!(given, rows);
        assert_eq!(distinct.number(&rows[1]), 1);
        assert!(distinct.take_new().is_empty());
    }

    #[test]
    fn what_a_row_lacks_is_null() {
        let row = row(&["a", "", "ü"]);
        let values: Vec<_> = columns(&row).collect();
        assert_eq!(values, ["a".into(), ValueRef::Null, "ü".into()]);
    }
}
