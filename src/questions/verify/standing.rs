//! What a zero rests on: of whom it is known that no log of us-east-1 is missing, and until when.

use std::collections::BTreeSet;

use super::{ChainRow, ChainStatus, HOUR};
use crate::aws::region::{Partition, US_EAST_1};
use crate::sts::Time;
use crate::tally::LogsRead;

/// What is known of the logs of us-east-1, account by account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Standing {
    /// Accounts whose chains are proved.
    pub proved: Vec<String>,
    /// Accounts whose chains are complete, and not all proved.
    pub complete: Vec<String>,
    /// Accounts with a chain that is not whole.
    pub incomplete: Vec<String>,
    /// Accounts without digests of us-east-1.
    pub unknown: Vec<String>,
    /// Until when the events of those that are complete or proved are covered.
    pub until: Option<Time>,
}

impl Standing {
    /// What "no global call" rests on, for the accounts that were read, those whose logs were left out by their
    /// Regions, those of the chains, and those that were named, be there anything of them or not. Those
    /// of other partitions have no global endpoint.
    pub(crate) fn behind(logs_read: &LogsRead, rows: &[ChainRow], named: &[String]) -> Standing {
        let of_rows = (rows.iter()).map(|row| (row.account_id.as_str(), row.region.as_str()));
        let here = (logs_read.read().chain(logs_read.elsewhere()).chain(of_rows))
            .filter(|(_, region)| Partition::of_region(region) == Partition::Aws);
        let accounts: BTreeSet<&str> = (here.map(|(account, _)| account))
            .chain(named.iter().map(String::as_str))
            .collect();
        Standing::of(&accounts, rows)
    }

    /// What is known of these accounts.
    fn of(accounts: &BTreeSet<&str>, rows: &[ChainRow]) -> Standing {
        let mut standing = Standing::default();
        for &account in accounts {
            let chains: Vec<&ChainRow> = (rows.iter())
                .filter(|row| row.account_id == account && row.region == US_EAST_1)
                .filter(|row| row.status != ChainStatus::Unknown)
                .collect();
            let hours = || {
                chains
                    .iter()
                    .filter(|row| !row.is_backfill && row.digests > 0)
            };
            let worst = chains.iter().map(|row| row.status).min();
            let list = match worst {
                Some(ChainStatus::Incomplete) => &mut standing.incomplete,
                Some(_) if hours().next().is_none() => &mut standing.unknown,
                Some(ChainStatus::Proved) => &mut standing.proved,
                Some(_) => &mut standing.complete,
                None => &mut standing.unknown,
            };
            list.push(account.to_owned());
            if worst >= Some(ChainStatus::Complete) {
                let end = hours().filter_map(|row| row.last_digest_end).max();
                let end = end.and_then(|end| Time::from_millis(end.millis() - HOUR));
                standing.until = match (standing.until, end) {
                    (Some(one), Some(other)) => Some(one.min(other)),
                    (one, other) => one.or(other),
                };
            }
        }
        standing
    }

    /// Whether there is a digest at all.
    pub fn is_known(&self) -> bool {
        !(self.proved.is_empty() && self.complete.is_empty() && self.incomplete.is_empty())
    }

    /// In one line: `proved for 3 accounts until …; 1 account has no digests`.
    pub fn words(&self) -> String {
        let number = |count: usize| match count {
            1 => "1 account".to_owned(),
            count => format!("{count} accounts"),
        };
        let until = (self.until).map_or_else(String::new, |until| format!(" until {until}"));
        let mut words = Vec::new();
        if !self.proved.is_empty() {
            words.push(format!("proved for {}{until}", number(self.proved.len())));
        }
        if !self.complete.is_empty() {
            let complete = number(self.complete.len());
            words.push(format!("complete by digests for {complete}{until}"));
        }
        if !self.incomplete.is_empty() {
            words.push(format!("incomplete for {}", named(&self.incomplete)));
        }
        match &self.unknown[..] {
            [] => {}
            [one] => words.push(format!("1 account has no digests ({one})")),
            more => words.push(format!("{} accounts have no digests", more.len())),
        }
        words.join("; ")
    }
}

/// A few accounts by name, or how many there are.
fn named(accounts: &[String]) -> String {
    match accounts {
        [_, _, _, _, ..] => format!("{} accounts", accounts.len()),
        few => few.join(", "),
    }
}
