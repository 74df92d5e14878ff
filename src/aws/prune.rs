//! Which files need not be read, by their keys.
//!
//! Pruning may never change an answer. A key's day is the day of *delivery*, which is never before
//! the event and rarely long after it; a key's Region is that of the record only since CloudTrail
//! stopped delivering global STS events everywhere.

use chrono::{Days, NaiveDate};

use super::log_key::Key;

/// Why a file was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pruned {
    /// Delivered before the time asked about, or long after it.
    Date,
    /// Of another account.
    Account,
    /// Of another Region.
    Region,
}

/// What is asked about, as far as keys tell. Empty lists ask about everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pruning {
    /// The UTC day of `--since`.
    pub first_day: Option<NaiveDate>,
    /// The UTC day of `--until`.
    pub until_day: Option<NaiveDate>,
    /// Accounts asked about.
    pub accounts: Vec<String>,
    /// Regions asked about.
    pub regions: Vec<String>,
}

/// How late a file may be delivered and still be read for `--until`.
const LATE_DELIVERY: Days = Days::new(2);

/// How late a log may be delivered, and named by a digest: CloudTrail tries for 30 days, and a digest is of
/// the day in which its hour ends.
const LATE_DIGESTS: Days = Days::new(31);

/// From this day on, global STS events (`awsRegion` us-east-1) are delivered to us-east-1 only:
/// <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-concepts.html>
pub(crate) fn regions_are_true_from() -> NaiveDate {
    NaiveDate::from_ymd_opt(2021, 12, 1).unwrap_or(NaiveDate::MAX)
}

/// Whether a key is one of digests, or a prefix of such.
pub(crate) fn is_of_digests(key: &str) -> bool {
    key.contains("/CloudTrail-Digest/")
}

impl Pruning {
    /// The last day of delivery that can matter.
    pub fn last_day(&self) -> Option<NaiveDate> {
        self.until_day?.checked_add_days(LATE_DELIVERY)
    }

    /// The last day of digests that can name a log that matters.
    pub fn last_day_of_digests(&self) -> Option<NaiveDate> {
        self.until_day?.checked_add_days(LATE_DIGESTS)
    }

    /// The same of what is under this key.
    pub(crate) fn last_day_in(&self, key: &str) -> Option<NaiveDate> {
        match is_of_digests(key) {
            true => self.last_day_of_digests(),
            false => self.last_day(),
        }
    }

    /// Whether nothing that was delivered on this day can matter.
    pub fn leaves_out_day(&self, day: NaiveDate) -> bool {
        self.is_outside(day, self.last_day())
    }

    fn is_outside(&self, day: NaiveDate, last: Option<NaiveDate>) -> bool {
        self.first_day.is_some_and(|first| day < first) || last.is_some_and(|last| day > last)
    }

    /// Whether it is for its day alone that a file with this key is left out, and that day is before those
    /// asked about.
    pub fn is_before(&self, key: &Key) -> bool {
        self.first_day.is_some_and(|first| key.day < first)
            && self.asks_account(&key.account)
            && self.asks_region(&key.region)
    }

    /// Whether this account is asked about.
    pub(crate) fn asks_account(&self, account: &str) -> bool {
        is_among(&self.accounts, account)
    }

    /// Whether this Region is asked about.
    pub(crate) fn asks_region(&self, region: &str) -> bool {
        is_among(&self.regions, region)
    }

    /// Why a file with this key need not be read; `None` if it must.
    pub fn prunes(&self, key: &Key) -> Option<Pruned> {
        self.prunes_until(key, self.last_day())
    }

    /// Why a digest with this key need not be read; `None` if it must.
    pub fn prunes_digest(&self, key: &Key) -> Option<Pruned> {
        self.prunes_until(key, self.last_day_of_digests())
    }

    fn prunes_until(&self, key: &Key, last: Option<NaiveDate>) -> Option<Pruned> {
        if self.is_outside(key.day, last) {
            Some(Pruned::Date)
        } else if !self.asks_account(&key.account) {
            Some(Pruned::Account)
        } else if key.day >= regions_are_true_from() && !self.asks_region(&key.region) {
            Some(Pruned::Region)
        } else {
            None
        }
    }
}

/// Whether a list that asks about everything when it is empty asks about this name.
pub(crate) fn is_among(list: &[String], name: &str) -> bool {
    list.is_empty() || list.iter().any(|asked| asked == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(region: &str, day: &str) -> Key {
        Key {
            account: "111122223333".into(),
            region: region.into(),
            day: day.parse().expect("a day"),
        }
    }

    #[test]
    fn dates_prune_what_cannot_hold_the_events_asked_for() {
        let pruning = Pruning {
            first_day: Some("2024-05-10".parse().expect("a day")),
            until_day: Some("2024-05-20".parse().expect("a day")),
            ..Pruning::default()
        };
        let by_date = Some(Pruned::Date);
        // Digests may name logs that came late.
        for (day, log, digest) in [
            ("2024-05-09", by_date, by_date),
            ("2024-05-10", None, None),
            ("2024-05-20", None, None),
            ("2024-05-22", None, None),
            ("2024-05-23", by_date, None),
            ("2024-06-20", by_date, None),
            ("2024-06-21", by_date, by_date),
        ] {
            let key = key("eu-west-1", day);
            assert_eq!(pruning.prunes(&key), log, "{day}");
            assert_eq!(pruning.prunes_digest(&key), digest, "{day}");
        }
    }

    #[test]
    fn a_region_in_a_key_is_believed_from_december_2021_on() {
        let pruning = Pruning {
            regions: vec!["us-east-1".into()],
            ..Pruning::default()
        };
        assert_eq!(pruning.prunes(&key("eu-west-1", "2021-11-30")), None);
        assert_eq!(
            pruning.prunes(&key("eu-west-1", "2021-12-01")),
            Some(Pruned::Region)
        );
        assert_eq!(pruning.prunes(&key("us-east-1", "2021-12-01")), None);
    }

    #[test]
    fn accounts_prune_whatever_the_day() {
        let pruning = Pruning {
            accounts: vec!["444455556666".into()],
            ..Pruning::default()
        };
        assert_eq!(
            pruning.prunes(&key("eu-west-1", "2015-01-01")),
            Some(Pruned::Account)
        );
    }
}
