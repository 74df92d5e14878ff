//! Digests from before the time asked about: they are not read, and say that more was to come.
//!
//! Owns one digest of each account and Region. An account whose digests all end before that time has none in it,
//! as one that never had any; but of this one something is missing.

use std::collections::BTreeMap;
use std::ops::AddAssign;

use chrono::NaiveDate;

use crate::aws::DigestKey;

/// By account and Region, one of the newest of the digests that were left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EarlierDigests(BTreeMap<Pair, Left>);

/// An account and Region.
type Pair = (Box<str>, Box<str>);

/// A digest that was left out. Of several of one day it is the last by its path: always the same one, in
/// whatever order they were found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Left {
    day: NaiveDate,
    path: Box<str>,
}

impl EarlierDigests {
    /// Notes a digest of this day that was left out: where it is, in a folder of digests. Those of a backfill
    /// do not say that another follows.
    pub fn see(&mut self, day: NaiveDate, path: &str) {
        let key = key_of(path);
        if !key.is_backfill && !key.account.is_empty() {
            let path = path.into();
            self.add((key.account.into(), key.region.into()), Left { day, path });
        }
    }

    fn add(&mut self, pair: Pair, one: Left) {
        let newest = self.0.entry(pair).or_insert_with(|| one.clone());
        if *newest < one {
            *newest = one;
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What the places of all say of them.
    pub fn keys(&self) -> impl Iterator<Item = DigestKey<'_>> {
        self.paths().map(|(_, path)| key_of(path))
    }

    /// The days and the places of all.
    pub(super) fn paths(&self) -> impl Iterator<Item = (NaiveDate, &str)> {
        self.0.values().map(|one| (one.day, &*one.path))
    }
}

fn key_of(path: &str) -> DigestKey<'_> {
    DigestKey::parse(path).unwrap_or_else(|| DigestKey::of_place(path))
}

impl AddAssign for EarlierDigests {
    fn add_assign(&mut self, other: EarlierDigests) {
        for (pair, one) in other.0 {
            self.add(pair, one);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digests(paths: &[&str]) -> EarlierDigests {
        let mut digests = EarlierDigests::default();
        for path in paths {
            let day: Vec<&str> = path.split('/').skip(4).take(3).collect();
            digests.see(day.join("-").parse().unwrap(), path);
        }
        digests
    }

    #[test]
    fn of_each_account_and_region_one_is_kept_in_whatever_order_they_come() {
        let folder = |day: &str| format!("AWSLogs/111122223333/CloudTrail-Digest/us-east-1/{day}");
        let name = |trail: &str, end: &str| {
            format!("111122223333_CloudTrail-Digest_us-east-1_{trail}_eu-west-1_{end}.json.gz")
        };
        let paths = [
            format!(
                "{}/{}",
                folder("2026/02/09"),
                name("old", "20260209T040000Z")
            ),
            format!("{}/{}", folder("2026/02/10"), name("a", "20260210T040000Z")),
            format!("{}/{}", folder("2026/02/10"), name("b", "20260210T030000Z")),
            format!(
                "{}/{}",
                folder("2026/02/11"),
                name("a", "20260211T040000Z_backfill")
            ),
        ];
        let mut paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        let forwards = digests(&paths);
        paths.reverse();
        assert_eq!(forwards, digests(&paths));
        let (one, other) = paths.split_at(2);
        let mut sum = digests(one);
        sum += digests(other);
        assert_eq!(forwards, sum);
        let keys: Vec<_> = forwards.keys().collect();
        assert_eq!(keys.len(), 1);
        assert_eq!((keys[0].trail, keys[0].region), ("b", "us-east-1"));
    }

    #[test]
    fn of_a_name_that_says_nothing_its_place_does() {
        let path = "x/AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/02/10/copy.json.gz";
        let mut digests = EarlierDigests::default();
        digests.see("2026-02-10".parse().unwrap(), path);
        let key = digests.keys().next().expect("it is kept");
        assert_eq!((key.account, key.region), ("111122223333", "eu-west-1"));
        let mut nobodys = EarlierDigests::default();
        nobodys.see("2026-02-10".parse().unwrap(), "copy.json.gz");
        assert!(nobodys.is_empty());
    }
}
