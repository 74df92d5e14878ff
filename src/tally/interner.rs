//! Texts that occur over and over, each kept once and known by a number.
//!
//! Owns the memory of texts. Refuses to know whose they are: every collector has an interner of its own,
//! and a [`Remap`] leads from the numbers of one to those of another.

use std::hash::BuildHasher as _;
use std::ops::Range;

use foldhash::quality::RandomState;
use hashbrown::HashTable;

/// The number of a text in its [`Interner`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Symbol(u32);

impl Symbol {
    /// What a record lacks: the empty text.
    pub const ABSENT: Symbol = Symbol(0);

    /// The number itself, for places where every byte counts.
    pub fn raw(self) -> u32 {
        self.0
    }

    /// The symbol of a number that [`Symbol::raw`] gave.
    pub fn from_raw(raw: u32) -> Symbol {
        Symbol(raw)
    }
}

/// A set of texts. They are chosen by strangers, so the hash is seeded.
#[derive(Clone)]
pub struct Interner {
    text: String,
    /// Where each text ends in `text`; it begins where the one before ends.
    ends: Vec<u64>,
    table: HashTable<u32>,
    hasher: RandomState,
    /// Numbers that were given last, by [`cache_slot`]: calls that follow one another are alike.
    cache: [u32; CACHED],
}

const CACHED: usize = 32;

impl Default for Interner {
    fn default() -> Self {
        Interner {
            text: String::new(),
            ends: vec![0],
            table: HashTable::new(),
            hasher: RandomState::default(),
            cache: [0; CACHED],
        }
    }
}

impl Interner {
    /// The number of `text`, new or known.
    pub fn intern(&mut self, text: &str) -> Symbol {
        if text.is_empty() {
            return Symbol::ABSENT;
        }
        let cache_slot = cache_slot(text);
        let recent = self.cache[cache_slot];
        if bytes(&self.text, &self.ends, recent) == text.as_bytes() {
            return Symbol(recent);
        }
        let symbol = self.look_up(text);
        self.cache[cache_slot] = symbol.0;
        symbol
    }

    fn look_up(&mut self, text: &str) -> Symbol {
        let hash = self.hasher.hash_one(text);
        let Interner {
            text: all,
            ends,
            table,
            hasher,
            ..
        } = self;
        let entry = table.entry(
            hash,
            |&at| bytes(all, ends, at) == text.as_bytes(),
            |&at| hasher.hash_one(slice(all, ends, at)),
        );
        match entry {
            hashbrown::hash_table::Entry::Occupied(known) => Symbol(*known.get()),
            hashbrown::hash_table::Entry::Vacant(vacant) => {
                // Four thousand million texts do not fit into the memory of any machine.
                let at = u32::try_from(ends.len()).unwrap_or(u32::MAX);
                vacant.insert(at);
                all.push_str(text);
                ends.push(all.len() as u64);
                Symbol(at)
            }
        }
    }

    /// The text of a number.
    pub fn text(&self, symbol: Symbol) -> &str {
        slice(&self.text, &self.ends, symbol.0)
    }

    /// How many texts there are, without the empty one.
    pub fn len(&self) -> usize {
        self.ends.len() - 1
    }

    /// The texts, in the order of their numbers, without the empty one.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (1..self.ends.len()).map(|at| slice(&self.text, &self.ends, at as u32))
    }

    /// Takes in the texts of another set; gives the new number for each of its numbers.
    pub fn absorb(&mut self, other: &Interner) -> Remap {
        Remap(
            std::iter::once(Symbol::ABSENT)
                .chain(other.iter().map(|text| self.intern(text)))
                .collect(),
        )
    }
}

/// Where a text is kept among the recent ones: by its length and its last byte.
fn cache_slot(text: &str) -> usize {
    let last = text.as_bytes().last().copied().unwrap_or_default();
    (text.len() + usize::from(last)) % CACHED
}

fn slice<'a>(text: &'a str, ends: &[u64], at: u32) -> &'a str {
    &text[range(ends, at)]
}

/// The same to be compared, without a look at where characters begin.
fn bytes<'a>(text: &'a str, ends: &[u64], at: u32) -> &'a [u8] {
    &text.as_bytes()[range(ends, at)]
}

fn range(ends: &[u64], at: u32) -> Range<usize> {
    let at = at as usize;
    let start = if at == 0 { 0 } else { ends[at - 1] };
    start as usize..ends[at] as usize
}

/// From the numbers of one set of texts to those of another.
pub struct Remap(Vec<Symbol>);

impl Remap {
    /// The new number.
    pub fn of(&self, old: Symbol) -> Symbol {
        self.0[old.0 as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_one_number_and_another_in_another_set() {
        let mut texts = Interner::default();
        let numbers: Vec<_> = ["a", "", "b", "a", "bb"]
            .map(|text| texts.intern(text))
            .into();
        assert_eq!(numbers[0], numbers[3]);
        assert_eq!(numbers[1], Symbol::ABSENT);
        for (number, text) in numbers.iter().zip(["a", "", "b", "a", "bb"]) {
            assert_eq!(texts.text(*number), text);
        }
        assert_eq!(texts.iter().collect::<Vec<_>>(), ["a", "b", "bb"]);
        assert_eq!(texts.len(), 3);
        let mut other = Interner::default();
        other.intern("c");
        let remap = other.absorb(&texts);
        assert_eq!(other.text(remap.of(numbers[2])), "b");
    }
}
