//! Which calls are asked about.
//!
//! Owns the filters of a run and the order they act in: time, account and Region before counting once,
//! all others after it. Refuses to know where a call comes from.

use chrono::{DateTime, NaiveDate};

use super::condition::{Condition, Matched};
use crate::aws::region::{US_EAST_1, is_opt_in};
use crate::aws::{Key, Pruning, is_among};
use crate::cloudtrail::{Field, Record};
use crate::sts::{Dimension, Endpoint, Properties, Time};

/// The filters of a run. The default lets everything pass.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// From this instant on.
    pub since: Option<Time>,
    /// Up to, and without, this one.
    pub until: Option<Time>,
    /// `recipientAccountId` is one of these; empty: any.
    pub accounts: Vec<String>,
    /// `awsRegion` is one of these; empty: any.
    pub regions: Vec<String>,
    /// The endpoint is one of these; empty: any.
    pub endpoints: Vec<String>,
    /// All of these hold.
    pub conditions: Vec<Condition>,
}

impl Selection {
    /// Whether a record counts at all: the filters that act before counting once.
    pub(crate) fn admits(&self, call: &impl Properties) -> bool {
        self.admits_time(call.time()) && self.admits_log(call)
    }

    /// The same of a record of any service, whose time was read.
    pub(crate) fn admits_record(&self, record: &Record<'_>, time: Option<Time>) -> bool {
        self.admits_time(time)
            && self.lists(
                record.get(Field::RecipientAccountId),
                record.get(Field::AwsRegion),
            )
    }

    /// How much of a day (UTC) is asked about.
    pub fn asks_of(&self, day: NaiveDate) -> DayAsked {
        let Some(first) = Time::of_midnight(day) else {
            return DayAsked::Nothing;
        };
        let (first, end) = (first.millis(), first.millis() + Time::DAY);
        let since = self.since.map_or(i64::MIN, Time::millis);
        let until = self.until.map_or(i64::MAX, Time::millis);
        if until <= first || end <= since {
            DayAsked::Nothing
        } else if since <= first && end <= until {
            DayAsked::All
        } else {
            DayAsked::Part
        }
    }

    /// Whether a log of this account and Region is asked about.
    pub(crate) fn lists_log(&self, account: &str, region: &str) -> bool {
        self.lists(Some(account), Some(region))
    }

    /// Whether a record of this time is asked about.
    pub(crate) fn admits_time(&self, time: Option<Time>) -> bool {
        match time {
            Some(time) => {
                self.since.is_none_or(|since| since <= time)
                    && self.until.is_none_or(|until| time < until)
            }
            None => self.since.is_none() && self.until.is_none(),
        }
    }

    /// Whether a record of this account's log, and of this Region, is asked about.
    pub(crate) fn admits_log(&self, call: &impl Properties) -> bool {
        self.lists(call.recipient_account_id(), call.aws_region())
    }

    /// Whether this account and this Region are asked about.
    pub(crate) fn lists(&self, account: Option<&str>, region: Option<&str>) -> bool {
        let listed = |list: &[String], value: Option<&str>| {
            value.map_or(list.is_empty(), |value| is_among(list, value))
        };
        listed(&self.accounts, account) && listed(&self.regions, region)
    }

    /// Whether a record whose time may not have been read may be asked about.
    pub(crate) fn may_admit_time(&self, time: Option<Time>) -> bool {
        time.is_none() || self.admits_time(time)
    }

    /// Whether a call without a time is left out for that.
    pub fn asks_for_time(&self) -> bool {
        let asks = |one: &Condition| one.is_of_time() && !one.admits("");
        self.since.or(self.until).is_some() || self.conditions.iter().any(asks)
    }

    /// Whether a log with this key was delivered in the time asked about, to an account and from a
    /// Region asked about: what such a log does not show was not there. Others may be read as well,
    /// for records that came late, but say nothing by what they lack.
    pub fn covers(&self, key: &Key) -> bool {
        self.covers_day(key.day) && self.lists_log(&key.account, &key.region)
    }

    /// Whether it is for its Region alone that a log with this key is not asked about.
    pub(crate) fn is_elsewhere(&self, key: &Key) -> bool {
        self.covers_day(key.day)
            && is_among(&self.accounts, &key.account)
            && !is_among(&self.regions, &key.region)
    }

    fn covers_day(&self, asked: NaiveDate) -> bool {
        let day = |time: Time| -> Option<NaiveDate> {
            DateTime::from_timestamp_millis(time.millis()).map(|time| time.date_naive())
        };
        let last = (self.until).and_then(|until| Time::from_millis(until.millis() - 1));
        self.since.and_then(day).is_none_or(|first| first <= asked)
            && last.and_then(day).is_none_or(|last| asked <= last)
    }

    /// Whether global calls that conditions let pass would be in a log with this key, if a log with it is
    /// asked about otherwise: see [`covers`](Selection::covers).
    pub(crate) fn may_log_global_calls(&self, key: &Key) -> bool {
        if key.region != US_EAST_1 {
            return false;
        }
        let day = key.day.to_string();
        let may_admit = |hour: Option<&str>| {
            self.may_admit(|dimension| match dimension {
                Dimension::RecipientAccountId => Some(&key.account),
                Dimension::AwsRegion => Some(&key.region),
                Dimension::Day => Some(&day),
                Dimension::Hour => hour,
                _ => None,
            })
        };
        may_admit(None)
            && (!self.asks_for_hours()
                || (0..24).any(|hour| may_admit(Some(&format!("{day}T{hour:02}")))))
    }

    fn asks_for_hours(&self) -> bool {
        (self.conditions.iter()).any(|one| one.dimension == Dimension::Hour)
    }

    /// Whether the conditions on logs let pass what is logged where a call is.
    pub(crate) fn admits_its_log(&self, call: &impl Properties, scratch: &mut String) -> bool {
        let mut conditions = self.conditions.iter().filter(|one| one.is_of_log());
        conditions.all(|condition| condition.holds(call, scratch))
    }

    /// The same filters without conditions but those on logs, and on any endpoint.
    #[cfg(feature = "store")]
    pub(crate) fn of_logs(&self) -> Selection {
        let conditions = self.conditions.iter().filter(|one| one.is_of_log());
        Selection {
            endpoints: Vec::new(),
            conditions: conditions.cloned().collect(),
            ..self.clone()
        }
    }

    /// The same filters without those on where a call went.
    #[cfg(all(feature = "cli", feature = "store"))]
    pub(crate) fn of_any_endpoint(&self) -> Selection {
        let conditions = self.conditions.iter().filter(|one| !one.is_of_endpoint());
        Selection {
            endpoints: Vec::new(),
            conditions: conditions.cloned().collect(),
            ..self.clone()
        }
    }

    /// What the keys of files tell of this selection.
    pub fn pruning(&self) -> Pruning {
        let day = |time: Option<Time>| -> Option<NaiveDate> {
            DateTime::from_timestamp_millis(time?.millis()).map(|time| time.date_naive())
        };
        Pruning {
            first_day: day(self.since),
            until_day: day(self.until),
            accounts: self.accounts.clone(),
            // A record without a Region of its own may be in any file.
            regions: match self.regions.iter().any(|region| region == "global") {
                true => Vec::new(),
                false => self.regions.clone(),
            },
        }
    }

    /// Whether global calls are among what is asked about: they are logged in us-east-1, and were
    /// once logged as of `global`.
    pub fn may_show_global_calls(&self) -> bool {
        ["us-east-1", "global"].into_iter().any(|region| {
            let value = |dimension| (dimension == Dimension::AwsRegion).then_some(region);
            is_among(&self.regions, region) && self.may_admit(value)
        })
    }

    /// Whether calls to the global endpoint, or to an unknown one, may pass the filters on endpoints.
    pub fn may_show(&self, endpoint: Endpoint<'_>) -> bool {
        // Neither has a variant, or a Region of its own.
        let value = |dimension| match dimension {
            Dimension::Endpoint => Some(endpoint.as_str()),
            Dimension::EndpointVariant | Dimension::EndpointRegion => Some(""),
            _ => None,
        };
        is_among(&self.endpoints, endpoint.as_str()) && self.may_admit(value)
    }

    /// Whether what callers of an account do there may be among what is asked about.
    pub fn may_show_account(&self, account: &str) -> bool {
        self.conditions.iter().all(|one| match one.dimension {
            Dimension::AccountId | Dimension::RecipientAccountId => one.admits(account),
            Dimension::AccountName => {
                let names = one.names.as_ref();
                one.admits(
                    names
                        .and_then(|names| names.name(account))
                        .unwrap_or_default(),
                )
            }
            _ => true,
        })
    }

    /// Whether the conditions may let a call pass of which the values of some dimensions are known.
    fn may_admit<'v>(&self, value: impl Fn(Dimension) -> Option<&'v str>) -> bool {
        (self.conditions.iter())
            .all(|one| value(one.dimension).is_none_or(|value| one.admits(value)))
    }

    /// Whether records of opt-in Regions are among what is asked about.
    pub fn may_show_opt_in_regions(&self) -> bool {
        self.regions.is_empty() || self.regions.iter().any(|region| is_opt_in(region))
    }

    /// Whether there are filters that act on calls that are counted once.
    pub fn has_filters(&self) -> bool {
        !self.endpoints.is_empty() || !self.conditions.is_empty()
    }

    /// Whether a call that is counted once is asked about: all other filters. Notes which conditions
    /// have matched it.
    pub(crate) fn wants(
        &self,
        call: &impl Properties,
        matched: &mut Matched,
        scratch: &mut String,
    ) -> bool {
        let is_wanted = is_among(&self.endpoints, call.endpoint().as_str());
        if matched.is_full(self.conditions.len()) {
            return is_wanted
                && (self.conditions.iter()).all(|condition| condition.holds(call, scratch));
        }
        // Each is looked at, though another has decided already.
        let conditions = self.conditions.iter().enumerate();
        conditions.fold(is_wanted, |is_wanted, (place, condition)| {
            let matches = condition.matches(call, scratch);
            let holds = matches != condition.negated;
            matched.note(place, matches, holds);
            is_wanted && holds
        })
    }

    /// The conditions that have matched no call that was read.
    pub fn unmatched(&self, matched: Matched) -> impl Iterator<Item = &Condition> {
        let conditions = self.conditions.iter().enumerate();
        conditions
            .filter(move |(place, _)| !matched.has(*place))
            .map(|(_, condition)| condition)
    }

    /// The conditions that have left out every call that was read.
    pub fn excluding(&self, matched: Matched) -> impl Iterator<Item = &Condition> {
        let conditions = self.conditions.iter().enumerate();
        conditions
            .filter(|(_, condition)| condition.negated)
            .filter(move |(place, _)| matched.has(*place) && !matched.has_held(*place))
            .map(|(_, condition)| condition)
    }
}

/// How much of a day is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DayAsked {
    /// All of it.
    All,
    /// A part of it.
    Part,
    /// Nothing of it.
    Nothing,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sts::{Call, Dimension};

    fn holds(dimension: Dimension, pattern: &str, negated: bool, record: &Record<'_>) -> bool {
        let selection = Selection {
            conditions: vec![Condition::of(dimension, pattern, negated)],
            ..Selection::default()
        };
        let mut matched = Matched::default();
        let call = Call::new(record, None);
        let wanted = selection.wants(&call, &mut matched, &mut String::new());
        assert_eq!(matched.has(0), wanted != negated);
        assert_eq!(matched.has_held(0), wanted);
        // When all have matched some call, and let one pass, there is a shorter way.
        matched.note(0, true, true);
        assert_eq!(
            selection.wants(&call, &mut matched, &mut String::new()),
            wanted
        );
        wanted
    }

    #[test]
    fn keys_prune_by_region_unless_records_of_no_region_are_asked_about() {
        let pruned = |regions: &[&str]| {
            let regions = regions.iter().map(|&region| region.to_owned()).collect();
            let selection = Selection {
                regions,
                ..Selection::default()
            };
            selection.pruning().regions
        };
        assert_eq!(pruned(&["us-east-1"]), ["us-east-1"]);
        for regions in [&["global"][..], &["global", "us-east-1"], &[]] {
            assert!(pruned(regions).is_empty(), "{regions:?}");
        }
    }

    #[test]
    fn a_star_crosses_slashes_and_colons() {
        let record = Record::default().with(Field::IdentityArn, "arn:aws:iam::1:role/a/b/c");
        for (pattern, expected) in [
            ("*", true),
            ("*role/*c", true),
            ("arn:**:role/**/c", true),
            ("*role/?/b/c", true),
            ("role", false),
            ("*role/[xa]/*", true),
        ] {
            assert_eq!(
                holds(Dimension::Principal, pattern, false, &record),
                expected,
                "{pattern}"
            );
            assert_eq!(
                holds(Dimension::Principal, pattern, true, &record),
                !expected,
                "{pattern}"
            );
        }
    }

    #[test]
    fn a_condition_is_watched_whatever_the_other_filters_say() {
        let selection = Selection {
            endpoints: vec!["global".into()],
            conditions: vec![
                Condition::of(Dimension::ErrorCode, "Nothing", false),
                Condition::of(Dimension::EventName, "Get*", false),
                Condition::of(Dimension::EventName, "Get*", true),
            ],
            ..Selection::default()
        };
        let mut matched = Matched::default();
        let record = Record::default().with(Field::EventName, "GetCallerIdentity");
        let call = Call::new(&record, None);
        assert!(!selection.wants(&call, &mut matched, &mut String::new()));
        let unmatched: Vec<_> = selection
            .unmatched(matched)
            .map(ToString::to_string)
            .collect();
        assert_eq!(unmatched, ["error_code=Nothing"]);
        let excluding = |matched| -> Vec<String> {
            let all = selection.excluding(matched);
            all.map(ToString::to_string).collect()
        };
        assert_eq!(excluding(matched), ["event_name!=Get*"]);
        let other = Record::default().with(Field::ErrorCode, "Nothing");
        let call = Call::new(&other, None);
        let mut other = Matched::default();
        selection.wants(&call, &mut other, &mut String::new());
        matched |= other;
        assert_eq!(selection.unmatched(matched).count(), 0);
        assert!(excluding(matched).is_empty());
    }

    #[test]
    fn what_is_missing_is_empty() {
        let record = Record::default();
        assert!(holds(Dimension::ErrorCode, "", false, &record));
        assert!(!holds(Dimension::ErrorCode, "", true, &record));
        assert!(holds(Dimension::ErrorCode, "*", false, &record));
    }

    #[test]
    fn a_log_speaks_for_its_own_day_account_and_region_alone() {
        let selection = Selection {
            since: Time::parse("2024-05-10T12:00:00Z"),
            until: Time::parse("2024-05-12T00:00:00Z"),
            accounts: vec!["111122223333".into()],
            regions: vec!["eu-west-1".into()],
            ..Selection::default()
        };
        let key = |account: &str, region: &str, day: &str| Key {
            account: account.into(),
            region: region.into(),
            day: day.parse().unwrap(),
        };
        let (account, region) = ("111122223333", "eu-west-1");
        for (key, expected) in [
            (key(account, region, "2024-05-09"), false),
            (key(account, region, "2024-05-10"), true),
            (key(account, region, "2024-05-11"), true),
            (key(account, region, "2024-05-12"), false), // read for what came late
            (key("444455556666", region, "2024-05-11"), false),
            (key(account, "us-east-1", "2024-05-11"), false),
        ] {
            assert_eq!(selection.covers(&key), expected, "{key:?}");
            assert!(Selection::default().covers(&key));
        }
    }

    #[test]
    fn a_call_without_a_time_is_in_no_span_of_time() {
        let at = |text| Record::default().with(Field::EventTime, text);
        let selection = Selection {
            since: Time::parse("2024-05-10T00:00:00Z"),
            until: Time::parse("2024-05-11T00:00:00Z"),
            ..Selection::default()
        };
        for (text, expected) in [
            ("2024-05-09T23:59:59Z", false),
            ("2024-05-10T00:00:00Z", true),
            ("2024-05-10T23:59:59Z", true),
            ("2024-05-11T00:00:00Z", false),
            ("soon", false),
        ] {
            let record = at(text);
            assert_eq!(
                selection.admits(&Call::new(&record, None)),
                expected,
                "{text}"
            );
        }
        assert!(Selection::default().admits(&Call::new(&at("soon"), None)));
    }
}
