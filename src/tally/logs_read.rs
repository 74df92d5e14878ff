//! Which logs were read, by account and Region: what "no call" is worth.
//!
//! Owns the pairs of accounts and Regions. Refuses to know what follows for an answer.
//!
//! An account somewhere and a Region elsewhere in the keys say nothing of the two together, so the
//! pairs are kept. There are as many as accounts times Regions, however large the archive is.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::AddAssign;

use super::staged::StagedOnce;
use crate::aws::Key;
use crate::aws::account::is_account_id;
use crate::aws::region::is_region;

/// Accounts and Regions whose logs were read, and those where part of a log could not be.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct LogsRead {
    read: Pairs,
    damaged: Pairs,
    /// Of which digests say that no log was delivered.
    silent: Pairs,
    /// Of which there are logs from before the time asked about, that were left out for it.
    earlier: Pairs,
    /// Of which there are logs in Regions that are not asked about, opened or not.
    elsewhere: Pairs,
    /// Damaged files whose keys do not tell whose they are.
    damaged_anywhere: u64,
    /// Pairs of the records of the file being read.
    staged: StagedOnce<(String, String)>,
}

/// Regions by account.
pub(super) type Pairs = BTreeMap<String, BTreeSet<String>>;

impl LogsRead {
    /// What was summed up: all of it, between two files. Whoever adds a sum here has to say it.
    pub(super) fn sums(&self) -> ([&Pairs; 5], u64) {
        let LogsRead {
            read,
            damaged,
            silent,
            earlier,
            elsewhere,
            damaged_anywhere,
            staged: _,
        } = self;
        (
            [read, damaged, silent, earlier, elsewhere],
            *damaged_anywhere,
        )
    }

    /// What such sums are of.
    pub(super) fn of_sums(
        [read, damaged, silent, earlier, elsewhere]: [Pairs; 5],
        damaged_anywhere: u64,
    ) -> LogsRead {
        LogsRead {
            read,
            damaged,
            silent,
            earlier,
            elsewhere,
            damaged_anywhere,
            ..LogsRead::default()
        }
    }

    /// A file with this key was read, whole and sound.
    pub fn see(&mut self, key: &Key) {
        insert(&mut self.read, &key.account, &key.region);
    }

    /// A record of this account and Region was read: so part of a log was.
    pub fn see_record(&mut self, account: &str, region: &str) {
        let is_last = |last: &(String, String)| last.0 == account && last.1 == region;
        if self.staged.is_last(is_last) {
            return;
        }
        // Strangers may write anything there, and as much of it as they like.
        let is_known = (self.read.get(account)).is_some_and(|regions| regions.contains(region));
        let is_news = !is_known && is_account_id(account) && is_region(region);
        (self.staged).push((account.to_owned(), region.to_owned()), is_news);
    }

    /// Digests say that no log of this account and Region was delivered.
    pub fn see_silence(&mut self, account: &str, region: &str) {
        insert(&mut self.silent, account, region);
    }

    /// The accounts and Regions of which digests say that no log was delivered.
    pub fn silent(&self) -> impl Iterator<Item = (&str, &str)> {
        pairs(&self.silent)
    }

    /// A log with this key was left out, being from before the time asked about.
    pub fn see_earlier(&mut self, key: &Key) {
        insert(&mut self.earlier, &key.account, &key.region);
    }

    /// The accounts and Regions of which there are logs from before the time asked about.
    pub fn earlier(&self) -> impl Iterator<Item = (&str, &str)> {
        pairs(&self.earlier)
    }

    /// There is a log with this key, which is not asked about for its Region alone.
    pub fn see_elsewhere(&mut self, key: &Key) {
        insert(&mut self.elsewhere, &key.account, &key.region);
    }

    /// The accounts and Regions of which there are logs, in Regions that are not asked about.
    pub fn elsewhere(&self) -> impl Iterator<Item = (&str, &str)> {
        pairs(&self.elsewhere)
    }

    /// The place after the last record of a file.
    pub fn mark(&self) -> usize {
        self.staged.mark()
    }

    /// The records since `mark` are taken back.
    pub fn rollback(&mut self, mark: usize) {
        self.staged.rollback(mark);
    }

    /// The file is read: its records are not taken back any more.
    pub fn end_file(&mut self) {
        let read = &mut self.read;
        (self.staged).commit(|(account, region)| insert(read, &account, &region));
    }

    /// A file was not read, or only in part. Without a key it may be of any account and Region.
    pub fn miss(&mut self, key: Option<&Key>) {
        match key {
            Some(key) => insert(&mut self.damaged, &key.account, &key.region),
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
fn insert(pairs: &mut Pairs, account: &str, region: &str) {
    if !pairs.contains_key(account) {
        pairs.insert(account.to_owned(), BTreeSet::new());
    }
    if let Some(regions) = pairs.get_mut(account)
        && !regions.contains(region)
    {
        regions.insert(region.to_owned());
    }
}

impl AddAssign for LogsRead {
    fn add_assign(&mut self, other: LogsRead) {
        for (mine, theirs) in [
            (&mut self.read, other.read),
            (&mut self.damaged, other.damaged),
            (&mut self.silent, other.silent),
            (&mut self.earlier, other.earlier),
            (&mut self.elsewhere, other.elsewhere),
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
        let mut logs = LogsRead::default();
        logs.see(&key("1", "eu-west-1"));
        let mut other = LogsRead::default();
        other.see(&key("2", "us-east-1"));
        other.see(&key("1", "eu-west-1"));
        other.miss(Some(&key("2", "eu-west-1")));
        other.miss(None);
        logs += other;
        let read: Vec<_> = logs.read().collect();
        assert_eq!(read, [("1", "eu-west-1"), ("2", "us-east-1")]);
        let damaged: Vec<_> = logs.damaged().collect();
        assert_eq!(damaged, [("2", "eu-west-1")]);
        assert_eq!(logs.damaged_anywhere(), 1);
    }
}
