//! What a listing left out, and why: as S3 is listed, as it stands on a manifest, and as figures name it.
//!
//! Owns the words, and whether what one run left out is of no use for another.

use chrono::NaiveDate;

use crate::aws::account::is_organisation;
use crate::aws::{Pruning, is_of_digests, regions_are_true_from};

/// Why a prefix was not listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NotListed {
    /// Days before those asked about.
    Before,
    /// Days after those asked about.
    After,
    /// Days, of which a manifest does not say where they begin or end.
    Days,
    /// Another account.
    Account,
    /// Another Region.
    Region,
    /// Another service's logs.
    OtherService,
    /// Digests.
    Digest,
    /// Insights.
    Insight,
    /// Aggregated events.
    Aggregated,
}

impl NotListed {
    const ALL: [NotListed; 9] = [
        NotListed::Before,
        NotListed::After,
        NotListed::Days,
        NotListed::Account,
        NotListed::Region,
        NotListed::OtherService,
        NotListed::Digest,
        NotListed::Insight,
        NotListed::Aggregated,
    ];

    /// Its name on a list.
    pub fn on_list(self) -> &'static str {
        match self {
            NotListed::Before => "before",
            NotListed::After => "from",
            other => other.as_str(),
        }
    }

    /// Its name in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            NotListed::Before | NotListed::After | NotListed::Days => "date",
            NotListed::Account => "account",
            NotListed::Region => "region",
            NotListed::OtherService => "other-service",
            NotListed::Digest => "digest",
            NotListed::Insight => "insight",
            NotListed::Aggregated => "aggregated",
        }
    }

    /// Whether it depends on what is asked about.
    pub fn is_of_filters(self) -> bool {
        match self {
            NotListed::Before
            | NotListed::After
            | NotListed::Days
            | NotListed::Account
            | NotListed::Region => true,
            NotListed::OtherService
            | NotListed::Digest
            | NotListed::Insight
            | NotListed::Aggregated => false,
        }
    }

    /// The names in reports of those that depend on what is asked about.
    pub fn names_of_filters() -> impl Iterator<Item = &'static str> {
        let of_filters = NotListed::ALL.into_iter().filter(|one| one.is_of_filters());
        of_filters.map(NotListed::as_str)
    }
}

/// A prefix that was not listed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LeftOut {
    /// Why not, as a list says it.
    pub why: String,
    /// The prefix, or where it ends that was not listed.
    pub prefix: String,
}

impl LeftOut {
    /// Why it was not listed, if that is known.
    pub fn reason(&self) -> Option<NotListed> {
        (NotListed::ALL.into_iter()).find(|one| one.on_list() == self.why)
    }

    /// Whether nothing in it is asked about.
    pub fn is_of_no_use(&self, asked: &Pruning) -> bool {
        let last_day = asked.last_day_in(self.key());
        let ends_before = |day| last_day.is_some_and(|last| last < day);
        match self.reason() {
            None => false,
            Some(NotListed::Before) => {
                let of_day = |day| asked.first_day.is_some_and(|first| day <= first);
                self.day().is_some_and(of_day)
            }
            Some(NotListed::After) => self.day().is_some_and(ends_before),
            Some(NotListed::Days) => asked.first_day.or(asked.until_day).is_some(),
            Some(NotListed::Account) => match self.part_after("AWSLogs") {
                Some(account) => !asked.asks_account(account),
                None => !asked.accounts.is_empty(),
            },
            // Of digests those of us-east-1 may be wanted alone.
            Some(NotListed::Region) if is_of_digests(self.key()) => true,
            Some(NotListed::Region) => {
                let is_asked = match self.part_after("CloudTrail") {
                    Some(region) => asked.asks_region(region),
                    None => asked.regions.is_empty(),
                };
                // Before a Region in a key is believed, every one is read.
                let believed = regions_are_true_from();
                match self.day() {
                    Some(day) => ends_before(day) || !is_asked && believed <= day,
                    None => {
                        let of_first = |first| believed <= first || ends_before(first);
                        !is_asked && asked.first_day.is_some_and(of_first)
                    }
                }
            }
            Some(_) => true,
        }
    }

    /// The day at its end.
    fn day(&self) -> Option<NaiveDate> {
        let at = self.prefix.len().checked_sub("2026/11/01".len())?;
        NaiveDate::parse_from_str(self.prefix.get(at..)?, "%Y/%m/%d").ok()
    }

    /// The prefix in its bucket.
    fn key(&self) -> &str {
        let in_bucket = self.prefix.split_once("://").map(|(_, rest)| rest);
        in_bucket
            .and_then(|rest| rest.split_once('/'))
            .map_or(&self.prefix, |(_, key)| key)
    }

    /// The part of the prefix after the last of this name; not that of an organisation.
    fn part_after(&self, name: &str) -> Option<&str> {
        let parts: Vec<_> = self.key().split('/').collect();
        let at = parts.iter().rposition(|part| *part == name)?;
        let mut after = parts[at + 1..].iter().copied();
        after
            .find(|part| !is_organisation(part))
            .filter(|part| !part.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_left_out_is_of_no_use_where_it_is_not_asked_about() {
        let day = |text: &str| text.parse().ok();
        let asked = Pruning {
            first_day: day("2026-11-01"),
            until_day: day("2026-11-30"),
            accounts: vec!["111122223333".into()],
            regions: vec!["us-east-1".into()],
        };
        let logs = "s3://b12/AWSLogs/o-exampleorg/111122223333/CloudTrail/";
        for (why, prefix, is_of_no_use) in [
            ("before", format!("{logs}us-east-1/2026/11/01"), true),
            ("before", format!("{logs}us-east-1/2026/11/02"), false),
            ("before", format!("{logs}us-east-1/"), false),
            // Two days more are read for logs that come late.
            ("from", format!("{logs}us-east-1/2026/12/03"), true),
            ("from", format!("{logs}us-east-1/2026/12/02"), false),
            ("date", "s3://b12/x/".to_owned(), true),
            ("account", "s3://b12/AWSLogs/444455556666/".to_owned(), true),
            (
                "account",
                "s3://b12/AWSLogs/o-exampleorg/111122223333/".to_owned(),
                false,
            ),
            ("account", "s3://b12/x/".to_owned(), true),
            ("region", format!("{logs}eu-west-1/"), true),
            ("region", format!("{logs}us-east-1/"), false),
            ("region", format!("{logs}eu-west-1/2021/12/01"), true),
            ("region", format!("{logs}eu-west-1/2021/11/01"), false),
            ("region", format!("{logs}us-east-1/2021/12/01"), false),
            (
                "account",
                "s3://b12/AWSLogs/AWSLogs/111122223333/".to_owned(),
                false,
            ),
            (
                "region",
                logs.replace("Trail/", "Trail-Digest/us-east-1/"),
                true,
            ),
            ("digest", logs.to_owned(), true),
            ("denied", logs.to_owned(), false),
        ] {
            let left_out = LeftOut {
                why: why.into(),
                prefix,
            };
            assert_eq!(left_out.is_of_no_use(&asked), is_of_no_use, "{left_out:?}");
            let is_of_kind = why == "digest" || left_out.prefix.contains("Digest");
            assert_eq!(left_out.is_of_no_use(&Pruning::default()), is_of_kind);
        }
    }
}
