//! Calls by the values of some columns, with what is measured of each group.
//!
//! Owns keys and measures. Refuses to know what a column means: its values are numbers of texts.

use std::cmp::Ordering;
use std::hash::BuildHasher as _;

use foldhash::quality::RandomState;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use super::interner::{Interner, Remap, Symbol};
use crate::sts::Time;

/// What is measured of a group of calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Measures {
    /// Calls.
    pub calls: u64,
    /// Calls that were answered with an error.
    pub errors: u64,
    /// The first of them, by the times that could be read.
    pub first: Option<Time>,
    /// The last of them.
    pub last: Option<Time>,
}

impl Measures {
    /// Adds one call.
    pub fn add(&mut self, time: Option<Time>, is_error: bool) {
        *self += Measures {
            calls: 1,
            errors: u64::from(is_error),
            first: time,
            last: time,
        };
    }
}

impl std::ops::AddAssign for Measures {
    fn add_assign(&mut self, other: Measures) {
        self.calls += other.calls;
        self.errors += other.errors;
        self.first = match (self.first, other.first) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        self.last = self.last.max(other.last);
    }
}

/// The number of a group.
pub(crate) type GroupId = u32;

/// Groups by keys of `width` symbols.
#[derive(Clone)]
pub(crate) struct Groups {
    width: usize,
    keys: Vec<Symbol>,
    measures: Vec<Measures>,
    table: HashTable<GroupId>,
    hasher: RandomState,
}

impl Groups {
    pub fn new(width: usize) -> Groups {
        Groups {
            width,
            keys: Vec::new(),
            measures: Vec::new(),
            table: HashTable::new(),
            hasher: RandomState::default(),
        }
    }

    /// The number of the group with this key, new or known.
    pub fn id(&mut self, key: &[Symbol]) -> GroupId {
        let hash = self.hasher.hash_one(key);
        let Groups {
            width,
            keys,
            measures,
            table,
            hasher,
        } = self;
        let key_of = |keys: &[Symbol], id: GroupId| -> std::ops::Range<usize> {
            let start = id as usize * *width;
            debug_assert!(start + *width <= keys.len());
            start..start + *width
        };
        let entry = table.entry(
            hash,
            |&id| &keys[key_of(keys, id)] == key,
            |&id| hasher.hash_one(&keys[key_of(keys, id)]),
        );
        match entry {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(vacant) => {
                let id = GroupId::try_from(measures.len()).unwrap_or(GroupId::MAX - 1);
                vacant.insert(id);
                keys.extend_from_slice(key);
                measures.push(Measures::default());
                id
            }
        }
    }

    pub fn len(&self) -> usize {
        self.measures.len()
    }

    pub fn key(&self, id: GroupId) -> &[Symbol] {
        &self.keys[id as usize * self.width..][..self.width]
    }

    pub fn measures(&self, id: GroupId) -> &Measures {
        &self.measures[id as usize]
    }

    pub fn measures_mut(&mut self, id: GroupId) -> &mut Measures {
        &mut self.measures[id as usize]
    }

    /// The groups that have calls. One whose calls were all copies has none.
    pub fn with_calls(&self) -> Vec<GroupId> {
        (0..self.measures.len() as GroupId)
            .filter(|&id| self.measures(id).calls > 0)
            .collect()
    }

    /// Orders by the values of the keys, column by column, byte by byte; what is absent comes first.
    pub fn compare(&self, interner: &Interner, one: GroupId, other: GroupId) -> Ordering {
        // Columns before the first that differs are of no interest, and most begin alike.
        (self.key(one).iter())
            .zip(self.key(other))
            .find(|(one, other)| one != other)
            .map_or(Ordering::Equal, |(&one, &other)| {
                interner.text(one).cmp(interner.text(other))
            })
    }

    /// Takes in other groups; gives the new number for each of theirs.
    pub fn absorb(&mut self, other: &Groups, remap: &Remap) -> Vec<GroupId> {
        let mut key = Vec::with_capacity(self.width);
        (0..other.measures.len() as GroupId)
            .map(|old| {
                key.clear();
                key.extend(other.key(old).iter().map(|&symbol| remap.of(symbol)));
                let id = self.id(&key);
                *self.measures_mut(id) += *other.measures(old);
                id
            })
            .collect()
    }

    /// The groups by some of the columns alone: what differs in none of them is one group. Groups
    /// without calls are left out.
    pub fn project(&self, columns: std::ops::Range<usize>) -> Groups {
        let mut groups = Groups::new(columns.len());
        for old in self.with_calls() {
            let id = groups.id(&self.key(old)[columns.clone()]);
            *groups.measures_mut(id) += *self.measures(old);
        }
        groups
    }
}
