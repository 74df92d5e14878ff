//! Maps and sets by seeded hashes: what is in logs is chosen by strangers.

use std::collections::{HashMap, HashSet};

use foldhash::quality::RandomState;

pub(crate) type Map<K, V> = HashMap<K, V, RandomState>;
pub(crate) type Set<T> = HashSet<T, RandomState>;
