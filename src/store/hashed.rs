//! Maps and sets by seeded hashes: what is in logs is chosen by strangers.

use std::collections::{HashMap, HashSet};

use foldhash::quality::RandomState;

pub(super) type Map<K, V> = HashMap<K, V, RandomState>;
pub(super) type Set<T> = HashSet<T, RandomState>;
