//! Calls by the values of some dimensions, with what is measured of each group.

use std::cmp::Ordering;
use std::hash::BuildHasher as _;

use foldhash::quality::RandomState;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;
use serde::{Deserialize, Serialize};

use super::symbols::{Renumbering, Symbol, Symbols};
use crate::sts::Time;

/// What is measured of a group of calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Clone, Serialize, Deserialize)]
#[serde(from = "Written", into = "Written")]
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
    pub fn compare(&self, symbols: &Symbols, one: GroupId, other: GroupId) -> Ordering {
        // Columns before the first that differs are of no interest, and most begin alike.
        (self.key(one).iter())
            .zip(self.key(other))
            .find(|(one, other)| one != other)
            .map_or(Ordering::Equal, |(&one, &other)| {
                symbols.text(one).cmp(symbols.text(other))
            })
    }

    /// Takes in other groups; gives the new number for each of theirs.
    pub fn absorb(&mut self, other: &Groups, renumbering: &Renumbering) -> Vec<GroupId> {
        let mut key = Vec::with_capacity(self.width);
        (0..other.measures.len() as GroupId)
            .map(|old| {
                key.clear();
                key.extend(other.key(old).iter().map(|&symbol| renumbering.of(symbol)));
                let id = self.id(&key);
                *self.measures_mut(id) += *other.measures(old);
                id
            })
            .collect()
    }
}

/// Groups without the index over them.
#[derive(Serialize, Deserialize)]
struct Written {
    width: usize,
    keys: Vec<Symbol>,
    measures: Vec<Measures>,
}

impl From<Written> for Groups {
    fn from(written: Written) -> Self {
        let mut groups = Groups::new(written.width);
        for (at, measures) in written.measures.into_iter().enumerate() {
            let Some(key) = written
                .keys
                .get(at * written.width..(at + 1) * written.width)
            else {
                break; // fewer keys than measures: not what was written down
            };
            let id = groups.id(key);
            *groups.measures_mut(id) = measures;
        }
        groups
    }
}

impl From<Groups> for Written {
    fn from(groups: Groups) -> Self {
        Written {
            width: groups.width,
            keys: groups.keys,
            measures: groups.measures,
        }
    }
}
