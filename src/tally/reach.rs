//! Which logs were read, by account and Region: what "no call" is worth.
//!
//! An account somewhere and a Region elsewhere in the keys say nothing of the two together, so the
//! pairs are kept. There are as many as accounts times Regions, however large the archive is.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

use crate::input::Key;

/// Accounts and Regions whose logs were read, and those where part of a log could not be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reach {
    read: Pairs,
    damaged: Pairs,
    /// Damaged files whose keys do not tell whose they are.
    damaged_anywhere: u64,
}

/// Regions by account.
type Pairs = BTreeMap<String, BTreeSet<String>>;

impl Reach {
    /// A file with this key was read, whole and sound.
    pub fn see(&mut self, key: &Key) {
        insert(&mut self.read, key);
    }

    /// A file was not read, or only in part. Without a key it may be of any account and Region.
    pub fn miss(&mut self, key: Option<&Key>) {
        match key {
            Some(key) => insert(&mut self.damaged, key),
            None => self.damaged_anywhere += 1,
        }
    }

    /// The accounts and Regions of which some file was read, whole and sound.
    pub fn read(&self) -> impl Iterator<Item = (&str, &str)> {
        pairs(&self.read)
    }

    /// The accounts and Regions of which some file could not be read, or not as a whole.
    pub fn damaged(&self) -> impl Iterator<Item = (&str, &str)> {
        pairs(&self.damaged)
    }

    /// Files that could not be read, or not as a whole, and may be of any account and Region.
    pub fn damaged_anywhere(&self) -> u64 {
        self.damaged_anywhere
    }
}

fn pairs(pairs: &Pairs) -> impl Iterator<Item = (&str, &str)> {
    pairs.iter().flat_map(|(account, regions)| {
        let regions = regions.iter();
        regions.map(move |region| (account.as_str(), region.as_str()))
    })
}

/// Most files are of a pair that is known.
fn insert(pairs: &mut Pairs, key: &Key) {
    if !pairs.contains_key(&key.account) {
        pairs.insert(key.account.clone(), BTreeSet::new());
    }
    if let Some(regions) = pairs.get_mut(&key.account)
        && !regions.contains(&key.region)
    {
        regions.insert(key.region.clone());
    }
}

impl AddAssign for Reach {
    fn add_assign(&mut self, other: Reach) {
        for (mine, theirs) in [
            (&mut self.read, other.read),
            (&mut self.damaged, other.damaged),
        ] {
            for (account, regions) in theirs {
                mine.entry(account).or_default().extend(regions);
            }
        }
        self.damaged_anywhere += other.damaged_anywhere;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(account: &str, region: &str) -> Key {
        Key {
            account: account.into(),
            region: region.into(),
            day: Default::default(),
        }
    }

    #[test]
    fn an_account_and_a_region_of_different_files_are_no_pair() {
        let mut reach = Reach::default();
        reach.see(&key("1", "eu-west-1"));
        let mut other = Reach::default();
        other.see(&key("2", "us-east-1"));
        other.see(&key("1", "eu-west-1"));
        other.miss(Some(&key("2", "eu-west-1")));
        other.miss(None);
        reach += other;
        let read: Vec<_> = reach.read().collect();
        assert_eq!(read, [("1", "eu-west-1"), ("2", "us-east-1")]);
        let damaged: Vec<_> = reach.damaged().collect();
        assert_eq!(damaged, [("2", "eu-west-1")]);
        assert_eq!(reach.damaged_anywhere(), 1);
    }
}
