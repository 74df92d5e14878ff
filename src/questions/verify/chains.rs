//! Digests → chains, each in its order.
//!
//! Owns which digests belong together: those of one account, Region, trail, home Region, organisation,
//! bucket and prefix, as the digests themselves name them, wherever they were copied to. A trail that
//! was moved to another bucket or prefix goes on there: a digest that names one of the old place as the
//! one before it joins both.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::Path;

use chrono::NaiveDate;

use super::Asked;
use crate::aws::region::US_EAST_1;
use crate::aws::{DigestKey, Key};
use crate::collections::{Map, Set};
use crate::sts::Time;
use crate::tally::{DamagedDigest, Evidence, FoundDigest, Selection};

/// A chain of digests.
pub(super) struct Chain<'e> {
    /// What its digests have in common.
    pub key: DigestKey<'e>,
    /// The digests, the oldest first.
    pub digests: Vec<&'e FoundDigest>,
    /// Those that begin long after what is asked about: the logs that they name are looked for, and nothing
    /// else is judged by them.
    pub late: Vec<&'e FoundDigest>,
    /// Second files of some of them, with another content.
    pub others: Vec<&'e FoundDigest>,
    /// Digests that cannot be read, and what is wrong with them.
    pub damaged: Vec<(String, String)>,
    /// Whether it has none, but for those that were left out for being from before the time asked about.
    pub ended_before: bool,
}

/// All chains that are asked about.
pub(super) struct Chains<'e> {
    pub chains: Vec<Chain<'e>>,
    /// The numbers of the chains of each account and Region.
    pairs: Map<(&'e str, &'e str), Vec<u32>>,
    /// Until when the chains of each trail go.
    ends: Map<TrailOf<'e>, Time>,
    /// When the newest log of each account was delivered, in any Region, in minutes since 1970.
    newest: Map<&'e str, u32>,
}

/// A trail: its name, its home Region, its organisation, and the account if it is of one alone.
type TrailOf<'e> = (&'e str, &'e str, &'e str, &'e str);

fn trail_of<'e>(key: &DigestKey<'e>) -> TrailOf<'e> {
    // A trail of one account is a trail of its own, whatever it is called.
    let account = match key.organisation {
        "" => key.account,
        _ => "",
    };
    (key.trail, key.home_region, key.organisation, account)
}

/// Whether an account and Region are asked about.
pub(super) fn is_asked(selection: &Selection, account: &str, region: &str) -> bool {
    account.is_empty() || selection.lists(Some(account), Some(region))
}

/// Puts the digests of a run into chains.
pub(super) fn of<'e>(evidence: &'e Evidence, asked: &Asked<'_>) -> Chains<'e> {
    let Asked {
        selection, pruning, ..
    } = *asked;
    let is_late = |day: NaiveDate| pruning.last_day().is_some_and(|last| day > last);
    let mut parts: BTreeMap<(DigestKey<'e>, &str), Chain<'e>> = BTreeMap::new();
    for found in &evidence.digests {
        let digest = &found.digest;
        let parsed = DigestKey::parse(&digest.object);
        let key = parsed.unwrap_or_else(|| DigestKey::of_place(&digest.object));
        let chain = (parts.entry((key, &digest.bucket))).or_insert_with(|| Chain::new(key));
        match parsed {
            Some(_) if is_late(digest.start.date_naive()) => chain.late.push(found),
            Some(_) => chain.digests.push(found),
            None => chain.damaged.push((
                found.path.text(Some(digest.name())),
                "it says that it is no digest by its key".to_owned(),
            )),
        }
    }
    let mut chains = join(parts.into_values());
    let damaged = (evidence.damaged.iter()).filter(|one| !day_of(one).is_some_and(is_late));
    add_damaged(&mut chains, damaged);
    // A trail that begins so late says nothing of what is asked about.
    chains.retain(|chain| !(chain.digests.is_empty() && chain.damaged.is_empty()));
    add_ended(&mut chains, evidence);
    chains.retain(|chain| is_asked(selection, chain.key.account, chain.key.region));
    chains.iter_mut().for_each(Chain::order);
    let mut pairs: Map<_, Vec<u32>> = Map::default();
    let mut ends: Map<TrailOf<'e>, Time> = Map::default();
    for (at, chain) in (0..).zip(&chains) {
        let key = &chain.key;
        pairs.entry((key.account, key.region)).or_default().push(at);
        if let Some((_, end)) = chain.span().filter(|_| !key.is_backfill) {
            let latest = ends.entry(trail_of(key)).or_insert(end);
            *latest = end.max(*latest);
        }
    }
    Chains {
        chains,
        pairs,
        ends,
        newest: evidence.newest_logs(),
    }
}

/// Joins parts of chains that differ by bucket or prefix, where one goes on where another ended.
fn join<'e>(parts: impl Iterator<Item = Chain<'e>>) -> Vec<Chain<'e>> {
    let mut groups: BTreeMap<DigestKey<'e>, Vec<Chain<'e>>> = BTreeMap::new();
    for part in parts {
        let key = part.key.without_prefix();
        groups.entry(key).or_default().push(part);
    }
    groups.into_values().flat_map(linked).collect()
}

/// Joins the parts of a group of which one names a digest of another as the one before it.
fn linked(group: Vec<Chain<'_>>) -> Vec<Chain<'_>> {
    if group.len() < 2 {
        return group;
    }
    let mut parts: Map<(&str, &str), usize> = Map::default();
    for (at, part) in group.iter().enumerate() {
        for found in part.digests.iter().chain(&part.late) {
            parts.insert((&found.digest.bucket, &found.digest.object), at);
        }
    }
    // Each part goes into the first of those that it is linked with, by way of others, too.
    let mut into: Vec<usize> = (0..group.len()).collect();
    fn root(into: &mut [usize], mut at: usize) -> usize {
        while into[at] != at {
            into[at] = into[into[at]];
            at = into[at];
        }
        at
    }
    for (at, part) in group.iter().enumerate() {
        let digests = part.digests.iter().chain(&part.late);
        for one in digests.filter_map(|found| found.digest.previous.as_ref()) {
            if let Some(&other) = parts.get(&(&*one.bucket, &*one.object)) {
                let (one, other) = (root(&mut into, at), root(&mut into, other));
                into[one.max(other)] = one.min(other);
            }
        }
    }
    let mut joined: BTreeMap<usize, Chain<'_>> = BTreeMap::new();
    for (at, part) in group.into_iter().enumerate() {
        match joined.entry(root(&mut into, at)) {
            Entry::Vacant(place) => {
                place.insert(part);
            }
            Entry::Occupied(mut whole) => {
                whole.get_mut().digests.extend(part.digests);
                whole.get_mut().late.extend(part.late);
                whole.get_mut().damaged.extend(part.damaged);
            }
        }
    }
    joined.into_values().collect()
}

/// The day in whose folder a digest is that cannot be read.
fn day_of(damaged: &DamagedDigest) -> Option<NaiveDate> {
    let folder = Path::new(&damaged.path).parent()?;
    Key::of_digests(folder).map(|key| key.day)
}

/// Adds digests that cannot be read to the chains that they are of by their names.
fn add_damaged<'e>(chains: &mut Vec<Chain<'e>>, all: impl Iterator<Item = &'e DamagedDigest>) {
    // Where a file is, is no prefix of a bucket.
    fn name<'e>(key: &DigestKey<'e>) -> DigestKey<'e> {
        DigestKey {
            prefix: "",
            organisation: "",
            ..*key
        }
    }
    let mut places: Map<DigestKey<'e>, usize> = Map::default();
    for (at, chain) in chains.iter().enumerate().rev() {
        places.insert(name(&chain.key), at);
    }
    for damaged in all {
        let key = DigestKey::parse(&damaged.path);
        let key = key.unwrap_or_else(|| DigestKey::of_place(&damaged.path));
        let at = *places.entry(name(&key)).or_insert_with(|| {
            chains.push(Chain::new(key.without_prefix()));
            chains.len() - 1
        });
        let one = (damaged.path.clone(), damaged.detail.clone());
        chains[at].damaged.push(one);
    }
}

/// Adds chains of accounts and Regions of which there is none, but was one before the time asked about.
fn add_ended<'e>(chains: &mut Vec<Chain<'e>>, evidence: &'e Evidence) {
    let going_on: Set<(&str, &str)> = (chains.iter())
        .filter(|chain| !chain.key.is_backfill && !chain.digests.is_empty())
        .map(|chain| (chain.key.account, chain.key.region))
        .collect();
    let ended = (evidence.earlier.keys())
        .filter(|key| !going_on.contains(&(key.account, key.region)))
        .map(|key| Chain {
            ended_before: true,
            ..Chain::new(key)
        });
    chains.extend(ended);
}

impl<'e> Chain<'e> {
    fn new(key: DigestKey<'e>) -> Chain<'e> {
        Chain {
            key,
            digests: Vec::new(),
            late: Vec::new(),
            others: Vec::new(),
            damaged: Vec::new(),
            ended_before: false,
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

impl<'e> Chains<'e> {
    fn of_pair<'c>(&'c self, account: &'c str, region: &'c str) -> &'c [u32] {
        self.pairs
            .get(&(account, region))
            .map_or(&[], Vec::as_slice)
    }

    /// Whether there is a chain of this account and Region.
    pub fn has(&self, account: &str, region: &str) -> bool {
        !self.of_pair(account, region).is_empty()
    }

    /// Whether there is one of hours, and not of a backfill alone.
    pub fn has_hourly(&self, account: &str, region: &str) -> bool {
        let mut pair = self.of_pair(account, region).iter();
        pair.any(|&at| !self.chains[at as usize].key.is_backfill)
    }

    /// The first chain of hours of the same account and Region.
    pub fn first_of_hours(&self, key: &DigestKey<'_>) -> Option<u32> {
        let mut pair = self.of_pair(key.account, key.region).iter().copied();
        pair.find(|&at| !self.chains[at as usize].key.is_backfill)
    }

    /// The other chains of hours of the same account and Region as that one.
    pub fn beside(&self, one: u32) -> impl Iterator<Item = &Chain<'e>> {
        let key = &self.chains[one as usize].key;
        let pair = self.of_pair(key.account, key.region).iter();
        let others = pair.filter(move |&&at| at != one);
        others
            .map(|&at| &self.chains[at as usize])
            .filter(|chain| !chain.key.is_backfill)
    }

    /// Until when other chains of the trail of this one go, or, of us-east-1, logs of the account in any
    /// Region: of S3 no other digests are read, and global calls of that time would be in its logs.
    pub fn goes_on_until(&self, key: &DigestKey<'_>) -> Option<Time> {
        let newest = self.newest.get(key.account);
        let newest = newest.filter(|_| key.region == US_EAST_1);
        let delivered = newest.and_then(|minute| Time::from_millis(i64::from(*minute) * 60_000));
        delivered.max(self.ends.get(&trail_of(key)).copied())
    }
}
