//! Digests → chains, each in its order.
//!
//! Owns which digests belong together: those of one account, Region, trail, home Region, organisation,
//! bucket and prefix, as the digests themselves name them, wherever they were copied to. A trail that
//! was moved to another bucket or prefix goes on there: a digest that names one of the old place as the
//! one before it joins both.

use std::collections::BTreeMap;

use crate::aws::DigestKey;
use crate::collections::{Map, Set};
use crate::sts::Time;
use crate::tally::{DamagedDigest, Evidence, FoundDigest, Selection};

/// A chain of digests.
pub(super) struct Chain<'e> {
    /// What its digests have in common.
    pub key: DigestKey<'e>,
    /// The digests, the oldest first.
    pub digests: Vec<&'e FoundDigest>,
    /// Second files of some of them, with another content.
    pub others: Vec<&'e FoundDigest>,
    /// Digests that cannot be read, and what is wrong with them.
    pub damaged: Vec<(String, String)>,
}

/// All chains that are asked about.
pub(super) struct Chains<'e> {
    pub chains: Vec<Chain<'e>>,
}

/// The chain of digests whose key nobody can read.
const NOBODYS: DigestKey<'static> = DigestKey {
    account: "",
    region: "",
    organisation: "",
    trail: "",
    home_region: "",
    is_backfill: false,
    prefix: "",
};

/// Whether an account and Region are asked about.
pub(super) fn is_asked(selection: &Selection, account: &str, region: &str) -> bool {
    account.is_empty() || selection.lists(Some(account), Some(region))
}

/// Puts the digests of a run into chains.
pub(super) fn of<'e>(evidence: &'e Evidence, selection: &Selection) -> Chains<'e> {
    let mut parts: BTreeMap<(DigestKey<'e>, &str), Chain<'e>> = BTreeMap::new();
    for found in &evidence.digests {
        let digest = &found.digest;
        let key = DigestKey::parse(&digest.object);
        let chain = (parts.entry((key.unwrap_or(NOBODYS), &digest.bucket)))
            .or_insert_with(|| Chain::new(key.unwrap_or(NOBODYS)));
        match key {
            Some(_) => chain.digests.push(found),
            None => chain.damaged.push((
                found.path.text(Some(digest.name())),
                "it says that it is no digest by its key".to_owned(),
            )),
        }
    }
    let mut chains = join(parts.into_values());
    for damaged in &evidence.damaged {
        add_damaged(&mut chains, damaged);
    }
    chains.retain(|chain| is_asked(selection, chain.key.account, chain.key.region));
    chains.iter_mut().for_each(Chain::order);
    Chains { chains }
}

/// Joins parts of chains that differ by bucket or prefix, where one goes on where another ended.
fn join<'e>(parts: impl Iterator<Item = Chain<'e>>) -> Vec<Chain<'e>> {
    let mut groups: BTreeMap<DigestKey<'e>, Vec<Chain<'e>>> = BTreeMap::new();
    for part in parts {
        let key = DigestKey {
            prefix: "",
            ..part.key
        };
        groups.entry(key).or_default().push(part);
    }
    let mut chains = Vec::new();
    for mut group in groups.into_values() {
        while let Some((one, other)) = linked(&group) {
            let old = group.swap_remove(one.max(other));
            let into = &mut group[one.min(other)];
            into.digests.extend(old.digests);
            into.damaged.extend(old.damaged);
        }
        chains.extend(group);
    }
    chains
}

/// Two parts of which one names a digest of the other as the one before it.
fn linked(group: &[Chain<'_>]) -> Option<(usize, usize)> {
    if group.len() < 2 {
        return None;
    }
    let mut parts: Map<(&str, &str), usize> = Map::default();
    for (at, part) in group.iter().enumerate() {
        for found in &part.digests {
            parts.insert((&found.digest.bucket, &found.digest.object), at);
        }
    }
    group.iter().enumerate().find_map(|(at, part)| {
        let before = (part.digests.iter()).filter_map(|found| found.digest.previous.as_ref());
        let mut parts = before.filter_map(|one| parts.get(&(&*one.bucket, &*one.object)));
        parts.find(|other| **other != at).map(|other| (at, *other))
    })
}

/// Adds a digest that cannot be read to the chain that it is of by its name.
fn add_damaged<'e>(chains: &mut Vec<Chain<'e>>, damaged: &'e DamagedDigest) {
    let key = DigestKey::parse(&damaged.path).unwrap_or(NOBODYS);
    // Where the file is, is no prefix of a bucket.
    let same = |chain: &&mut Chain<'_>| {
        let other = &chain.key;
        (other.account, other.region, other.trail) == (key.account, key.region, key.trail)
            && (other.home_region, other.is_backfill) == (key.home_region, key.is_backfill)
    };
    let one = (damaged.path.clone(), damaged.detail.clone());
    match chains.iter_mut().find(same) {
        Some(chain) => chain.damaged.push(one),
        None => {
            let mut chain = Chain::new(DigestKey { prefix: "", ..key });
            chain.damaged.push(one);
            chains.push(chain);
        }
    }
}

impl<'e> Chain<'e> {
    fn new(key: DigestKey<'e>) -> Chain<'e> {
        Chain {
            key,
            digests: Vec::new(),
            others: Vec::new(),
            damaged: Vec::new(),
        }
    }

    /// Puts the digests in their order, each once. Of two with one key and another content the one that
    /// the next digest was made for is taken.
    fn order(&mut self) {
        self.digests.sort_by(|a, b| {
            let key = |found: &FoundDigest| (found.digest.end, found.digest.start);
            (key(a), &a.digest.object, a.hash).cmp(&(key(b), &b.digest.object, b.hash))
        });
        (self.digests).dedup_by(|a, b| a.digest.object == b.digest.object && a.hash == b.hash);
        let mut keys: Map<&str, u32> = Map::default();
        for found in &self.digests {
            *keys.entry(&found.digest.object).or_default() += 1;
        }
        if keys.len() == self.digests.len() {
            return;
        }
        let expected: Set<_> = (self.digests.iter())
            .filter_map(|found| found.digest.previous.as_ref()?.hash)
            .collect();
        let mut taken: Map<&str, usize> = Map::default();
        let mut digests: Vec<&FoundDigest> = Vec::new();
        for &found in &self.digests {
            match taken.get(&*found.digest.object) {
                None => {
                    taken.insert(&found.digest.object, digests.len());
                    digests.push(found);
                }
                Some(&at)
                    if expected.contains(&found.hash) && !expected.contains(&digests[at].hash) =>
                {
                    self.others.push(std::mem::replace(&mut digests[at], found));
                }
                Some(_) => self.others.push(found),
            }
        }
        self.digests = digests;
    }

    /// From when on its digests name logs, and until when.
    pub fn span(&self) -> Option<(Time, Time)> {
        let (first, last) = (self.digests.first()?, self.digests.last()?);
        Some((time(first.digest.start)?, time(last.digest.end)?))
    }
}

pub(super) fn time(time: chrono::DateTime<chrono::Utc>) -> Option<Time> {
    Time::from_millis(time.timestamp_millis())
}

impl Chains<'_> {
    /// Whether there is a chain of this account and Region.
    pub fn has(&self, account: &str, region: &str) -> bool {
        let mut chains = self.chains.iter();
        chains.any(|chain| (chain.key.account, chain.key.region) == (account, region))
    }

    /// The other chains of hours of the same account and Region.
    pub fn beside<'c>(&'c self, key: &'c DigestKey<'_>) -> impl Iterator<Item = &'c Chain<'c>> {
        self.chains.iter().filter(move |chain| {
            let other = &chain.key;
            !other.is_backfill
                && (other.account, other.region) == (key.account, key.region)
                && (other.trail, other.home_region, other.prefix)
                    != (key.trail, key.home_region, key.prefix)
        })
    }

    /// Until when any chain of the trail of this one goes.
    pub fn end_of_trail(&self, key: &DigestKey<'_>) -> Option<Time> {
        let same = |chain: &&Chain<'_>| {
            let other = &chain.key;
            !other.is_backfill
                && (other.trail, other.home_region, other.organisation)
                    == (key.trail, key.home_region, key.organisation)
                // A trail of one account is a trail of its own, whatever it is called.
                && (!key.organisation.is_empty() || other.account == key.account)
        };
        (self.chains.iter().filter(same))
            .filter_map(|chain| Some(chain.span()?.1))
            .max()
    }
}
