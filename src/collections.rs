//! Maps and sets by seeded hashes, and a memory of what was made of texts: what is in logs is chosen by
//! strangers.

use std::collections::{HashMap, HashSet};

use foldhash::quality::RandomState;

pub(crate) type Map<K, V> = HashMap<K, V, RandomState>;
pub(crate) type Set<T> = HashSet<T, RandomState>;

/// What was made of some texts, to be made once: most user agents are those of calls before.
pub(crate) struct Memo<V> {
    known: Map<Box<[u8]>, V>,
    key: Vec<u8>,
    /// What was made last of texts that are not kept.
    last: Option<V>,
}

impl<V> Default for Memo<V> {
    fn default() -> Self {
        Memo {
            known: Map::default(),
            key: Vec::new(),
            last: None,
        }
    }
}

impl<V> Memo<V> {
    /// The most that is kept, and the most bytes of texts for each. A client that sends a new agent with
    /// every call does not fill the memory, nor does one that sends a long one.
    const MOST: usize = 1 << 12;
    const LONGEST: usize = 1 << 12;

    /// What `make` makes of these texts, now or before. An absent one is as an empty one.
    pub fn of(&mut self, texts: &[Option<&str>], make: impl FnOnce() -> V) -> &V {
        self.key.clear();
        for text in texts {
            self.key
                .extend_from_slice(text.unwrap_or_default().as_bytes());
            self.key.push(0xff); // no byte of UTF-8
        }
        if self.key.len() > Self::LONGEST {
            return self.last.insert(make());
        }
        if !self.known.contains_key(&*self.key) {
            if self.known.len() == Self::MOST {
                self.known.clear();
            }
            self.known.insert(self.key.as_slice().into(), make());
        }
        &self.known[&*self.key]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_of_texts_is_made_once_while_there_is_room() {
        let mut memo = Memo::default();
        let mut made = 0;
        let mut of = |texts: &[Option<&str>]| {
            let before = made;
            let said = memo.of(texts, || {
                made += 1;
                format!("{texts:?}")
            });
            assert_eq!(*said, format!("{texts:?}"));
            made - before
        };
        assert_eq!(of(&[Some("a"), Some("bc")]), 1);
        assert_eq!(of(&[Some("ab"), Some("c")]), 1);
        assert_eq!(of(&[Some("a"), Some("bc")]), 0);
        let long = "x".repeat(5_000);
        assert_eq!(of(&[Some(&long)]) + of(&[Some(&long)]), 2);
        for n in 0..5_000 {
            assert_eq!(of(&[Some(&n.to_string())]), 1);
        }
        assert_eq!(of(&[Some("a"), Some("bc")]), 1);
        assert!(memo.known.len() <= Memo::<String>::MOST);
    }
}
