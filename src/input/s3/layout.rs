//! How CloudTrail lays out a bucket, and what of it can matter:
//! `PREFIX/AWSLogs/[o-…/]ACCOUNT/CloudTrail/REGION/YYYY/MM/DD/`.
//!
//! Decides by names alone and asks nobody. What is not certainly of this layout is listed whole.

use chrono::NaiveDate;

use crate::aws::account::{is_account_id, is_organisation};
use crate::aws::region::{US_EAST_1, is_region};
use crate::aws::{Pruning, is_another_service, is_of_digests, regions_are_true_from};
use crate::input::NotListed;

/// What is asked about, as far as keys tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Which logs need not be read.
    pub pruning: Pruning,
    /// Which digests are wanted, too.
    pub digests: Digests,
    /// Whether a file from before the time asked about is told of, too, where there is none since.
    pub tells_earlier: bool,
}

/// Which digests are wanted. There is one an hour for each account and Region, also where nothing happens:
/// of an organisation that uses few Regions they are more than the logs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Digests {
    /// None.
    #[default]
    None,
    /// Those of us-east-1, where global calls are logged.
    UsEast1,
    /// All.
    All,
}

/// What a prefix that ends in a slash is the folder of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Level {
    /// Something that `AWSLogs/` may be in, so deep under the beginning.
    Above(u8),
    /// Accounts and organisations.
    Root,
    /// Accounts.
    Organisation,
    /// Kinds of logs.
    Account,
    /// Regions.
    Kind,
    /// Years, or what is in a Region: its own prefix up to there.
    Region { base: String, region: String },
    /// Something that is no part of the layout.
    Foreign,
}

/// What to do with a folder that a listing shows.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// Look into it.
    Down(Level),
    /// List all that is in it.
    Flat,
    /// Leave it.
    Leave(NotListed),
}

/// The keys of one chain of pages: after one key, and before another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Bounds {
    pub(super) after: Option<String>,
    pub(super) before: Option<String>,
}

impl Level {
    /// What a prefix is the folder of, told from its own end. It ends in a slash, or is empty.
    pub(super) fn of_prefix(prefix: &str) -> Level {
        let mut ends = Vec::new();
        let mut parts = Vec::new();
        let mut at = 0;
        for part in prefix.split_inclusive('/') {
            at += part.len();
            ends.push(at);
            parts.push(part.trim_end_matches('/'));
        }
        let Some(root) = parts.iter().rposition(|part| *part == "AWSLogs") else {
            return Level::Above(0);
        };
        let mut level = Level::Root;
        for (part, end) in parts.iter().zip(&ends).skip(root + 1) {
            let parent = std::mem::replace(&mut level, Level::Foreign);
            level = match parent {
                Level::Region { .. } => parent,
                parent => parent.child(part, &prefix[..*end]),
            };
        }
        level
    }

    /// What a folder in this one is.
    fn child(&self, name: &str, prefix: &str) -> Level {
        match self {
            Level::Above(_) if name == "AWSLogs" => Level::Root,
            Level::Above(depth) => Level::Above(depth + 1),
            Level::Root if is_organisation(name) => Level::Organisation,
            Level::Root | Level::Organisation if is_account_id(name) => Level::Account,
            Level::Account if matches!(name, "CloudTrail" | "CloudTrail-Digest") => Level::Kind,
            Level::Kind if is_region(name) => Level::Region {
                base: prefix.to_owned(),
                region: name.to_owned(),
            },
            _ => Level::Foreign,
        }
    }

    /// What the folder of this name in this one is for, if it is not for logs with calls.
    fn no_logs(&self, name: &str) -> Option<NotListed> {
        match name {
            _ if *self != Level::Account => None,
            "CloudTrail-Digest" => Some(NotListed::Digest),
            "CloudTrail-Insight" => Some(NotListed::Insight),
            "CloudTrail-Aggregated" => Some(NotListed::Aggregated),
            _ => is_another_service(name).then_some(NotListed::OtherService),
        }
    }

    /// What to do with the folder of this name in this one, whose prefix is given whole.
    pub(super) fn way(&self, name: &str, prefix: &str, asked: &Selection) -> Way {
        match self.no_logs(name) {
            Some(NotListed::Digest) if asked.digests != Digests::None => {}
            Some(why) => return Way::Leave(why),
            None => {}
        }
        match self.child(name, prefix) {
            Level::Account if !asked.pruning.asks_account(name) => Way::Leave(NotListed::Account),
            Level::Region { region, .. } if asked.bounds(prefix, &region).is_none() => {
                Way::Leave(NotListed::Region)
            }
            Level::Foreign => Way::Flat,
            child => Way::Down(child),
        }
    }
}

/// Whether a listing of a prefix may leave out what another one leads to, which begins so: a folder on the way there
/// is not for logs.
pub fn may_leave_out(prefix: &str, inner: &str) -> bool {
    let slashes = inner.match_indices('/').map(|(at, _)| at);
    let last = (!inner.ends_with('/')).then_some(inner.len());
    let mut begin = 0;
    slashes.chain(last).any(|end| {
        let above = std::mem::replace(&mut begin, end + 1);
        end > prefix.trim_end_matches('/').len()
            && (Level::of_prefix(&inner[..above]).no_logs(&inner[above..end])).is_some()
    })
}

impl Selection {
    /// Which keys of a Region's prefix can matter. `None` if no key can.
    ///
    /// A Region in a key is believed from December 2021 on; before, global STS calls were delivered
    /// into other Regions' files.
    pub(super) fn bounds(&self, base: &str, region: &str) -> Option<Bounds> {
        if is_of_digests(base) && self.digests == Digests::UsEast1 && region != US_EAST_1 {
            return None;
        }
        let believed = regions_are_true_from();
        let first_day = self.pruning.first_day;
        let mut end = self
            .pruning
            .last_day_in(base)
            .and_then(|day| day.succ_opt());
        if !self.pruning.asks_region(region) {
            end = Some(end.map_or(believed, |end| end.min(believed)));
        }
        if let (Some(first), Some(end)) = (first_day, end)
            && first >= end
        {
            return None;
        }
        Some(Bounds {
            // Without a slash at the end, so that nothing of that day sorts before it.
            after: first_day.map(|day| key_of_day(base, day)),
            before: end.map(|day| key_of_day(base, day)),
        })
    }
}

/// How the keys of a day begin, without the slash.
pub(super) fn key_of_day(base: &str, day: NaiveDate) -> String {
    format!("{base}{}", day.format("%Y/%m/%d"))
}

/// How the keys of a month begin, without the slash.
pub(super) fn key_of_month(base: &str, day: NaiveDate) -> String {
    format!("{base}{}", day.format("%Y/%m"))
}

/// The day in a key under a Region's prefix.
pub(super) fn day_of_key(base: &str, key: &str) -> Option<NaiveDate> {
    let day = key.strip_prefix(base)?.get(..10)?;
    NaiveDate::parse_from_str(day, "%Y/%m/%d").ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::is_of_another_service;
    use std::path::Path;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    #[test]
    fn a_prefix_tells_where_in_the_layout_it_is() {
        let region = |base: &str| Level::Region {
            base: base.into(),
            region: "eu-west-1".into(),
        };
        for (prefix, level) in [
            ("", Level::Above(0)),
            ("logs/prod/", Level::Above(0)),
            ("AWSLogs/", Level::Root),
            ("a//AWSLogs/", Level::Root),
            ("AWSLogs/o-exampleorg/", Level::Organisation),
            ("AWSLogs/o-short/", Level::Foreign),
            ("AWSLogs/111122223333/", Level::Account),
            ("AWSLogs/o-exampleorg/111122223333/", Level::Account),
            ("AWSLogs/111122223333/CloudTrail/", Level::Kind),
            ("AWSLogs/111122223333/CloudTrail-Digest/", Level::Kind),
            ("AWSLogs/111122223333/Config/", Level::Foreign),
            (
                "AWSLogs/111122223333/CloudTrail/eu-west-1/",
                region("AWSLogs/111122223333/CloudTrail/eu-west-1/"),
            ),
            (
                "AWSLogs/111122223333/CloudTrail/eu-west-1/2025/11/",
                region("AWSLogs/111122223333/CloudTrail/eu-west-1/"),
            ),
            ("AWSLogs/111122223333/CloudTrail//", Level::Foreign),
            (
                "AWSLogs/111122223333/CloudTrail/x/eu-west-1/",
                Level::Foreign,
            ),
            ("AWSLogs/1/AWSLogs/111122223333/", Level::Account),
        ] {
            assert_eq!(Level::of_prefix(prefix), level, "{prefix}");
        }
    }

    #[test]
    fn only_what_can_matter_is_looked_into() {
        let asked = Selection {
            pruning: Pruning {
                accounts: vec!["111122223333".into()],
                regions: vec!["us-east-1".into()],
                first_day: Some(day("2025-11-01")),
                until_day: None,
            },
            ..Selection::default()
        };
        let way = |level: Level, name: &str| level.way(name, &format!("p/{name}/"), &asked);
        let leave = Way::Leave;
        assert_eq!(way(Level::Root, "111122223333"), Way::Down(Level::Account));
        assert_eq!(way(Level::Root, "444455556666"), leave(NotListed::Account));
        assert_eq!(
            way(Level::Root, "o-exampleorg"),
            Way::Down(Level::Organisation)
        );
        assert_eq!(way(Level::Root, "aws-account-id=111122223333"), Way::Flat);
        assert_eq!(way(Level::Account, "CloudTrail"), Way::Down(Level::Kind));
        assert_eq!(
            way(Level::Account, "CloudTrail-Digest"),
            leave(NotListed::Digest)
        );
        assert_eq!(
            way(Level::Account, "CloudTrail-Insight"),
            leave(NotListed::Insight)
        );
        assert_eq!(
            way(Level::Account, "CloudTrail-Aggregated"),
            leave(NotListed::Aggregated)
        );
        assert_eq!(way(Level::Account, "CloudTrail-NetworkActivity"), Way::Flat);
        assert_eq!(
            way(Level::Account, "elasticloadbalancing"),
            leave(NotListed::OtherService)
        );
        assert_eq!(way(Level::Kind, "eu-west-1"), leave(NotListed::Region));
        assert!(matches!(
            way(Level::Kind, "us-east-1"),
            Way::Down(Level::Region { .. })
        ));
        assert_eq!(way(Level::Kind, "elsewhere"), Way::Flat);
        assert_eq!(way(Level::Above(1), "AWSLogs"), Way::Down(Level::Root));
        assert_eq!(way(Level::Above(1), "x"), Way::Down(Level::Above(2)));
        let with_digests = Selection {
            digests: Digests::All,
            ..asked.clone()
        };
        assert_eq!(
            Level::Account.way("CloudTrail-Digest", "p/CloudTrail-Digest/", &with_digests),
            Way::Down(Level::Kind)
        );
    }

    #[test]
    fn what_a_listing_may_leave_out_is_below_a_folder_without_logs() {
        let account = "p/AWSLogs/111122223333";
        for kind in [
            "Config",
            "CloudTrail-Insight",
            "CloudTrail-Aggregated",
            "CloudTrail-Digest",
        ] {
            let inside = format!("{account}/{kind}/us-east-1/x.json.gz");
            for outer in [
                "",
                "p",
                "p/",
                "p/AWSLogs/1111",
                account,
                &format!("{account}/{}", &kind[..3]),
            ] {
                assert!(may_leave_out(outer, &inside), "{outer} {kind}");
                assert!(
                    may_leave_out(outer, &format!("{account}/{kind}")),
                    "{outer} {kind}"
                );
                assert!(
                    may_leave_out(outer, &format!("{account}/{kind}/")),
                    "{outer} {kind}"
                );
            }
            for outer in [
                format!("{account}/{kind}"),
                format!("{account}/{kind}/"),
                inside.clone(),
            ] {
                assert!(!may_leave_out(&outer, &inside), "{outer}");
            }
        }
        for inner in [
            "p/AWSLogs/",
            "p/Config/x.json",
            "p/AWSLogs/111122223333/CloudTrail/us-east-1/",
        ] {
            assert!(!may_leave_out("", inner), "{inner}");
        }
    }

    #[test]
    fn the_same_folders_are_another_services_as_on_this_machine() {
        let asked = Selection::default();
        let names = [
            "CloudTrail-NetworkActivity",
            "CloudTrail-Lake",
            "CloudTrailBackup",
            "us-east-1",
            "2025",
            "my-audit-trail",
            "Trail",
            "day=2025-11-03",
            "Config",
            "elasticloadbalancing",
            "WAFLogs",
            "vpc_flow_logs",
        ];
        for name in names {
            let prefix = format!("p/AWSLogs/111122223333/{name}/");
            let is_left =
                Level::Account.way(name, &prefix, &asked) == Way::Leave(NotListed::OtherService);
            let folder = format!("{prefix}eu-west-1/2025/11/03");
            let is_skipped = is_of_another_service(Path::new(&folder));
            assert_eq!(is_left, is_skipped, "{name}");
        }
        assert_eq!(
            Level::Account.way("us-east-1", "p/us-east-1/", &asked),
            Way::Flat
        );
    }

    #[test]
    fn digests_are_listed_for_longer_than_logs() {
        let asked = Selection {
            pruning: Pruning {
                until_day: Some(day("2025-11-03")),
                ..Pruning::default()
            },
            digests: Digests::All,
            ..Selection::default()
        };
        for (kind, before) in [
            ("CloudTrail", "2025/11/06"),
            ("CloudTrail-Digest", "2025/12/05"),
        ] {
            let base = format!("AWSLogs/111122223333/{kind}/us-east-1/");
            let bounds = asked
                .bounds(&base, "us-east-1")
                .and_then(|bounds| bounds.before);
            assert_eq!(bounds, Some(base + before));
        }
    }

    #[test]
    fn a_region_that_is_not_asked_about_is_listed_up_to_november_2021() {
        let bounds = |first: Option<&str>, last: Option<&str>, region: &str| {
            let asked = Selection {
                pruning: Pruning {
                    regions: vec!["us-east-1".into()],
                    first_day: first.map(day),
                    // What is delivered two days late is asked about, too.
                    until_day: last.map(|last| day(last) - chrono::Days::new(2)),
                    ..Pruning::default()
                },
                ..Selection::default()
            };
            asked
                .bounds("b/", region)
                .map(|b| (b.after.unwrap_or_default(), b.before.unwrap_or_default()))
        };
        let some = |after: &str, before: &str| Some((after.to_owned(), before.to_owned()));
        assert_eq!(bounds(None, None, "us-east-1"), some("", ""));
        assert_eq!(bounds(None, None, "eu-west-1"), some("", "b/2021/12/01"));
        assert_eq!(
            bounds(Some("2021-11-30"), None, "eu-west-1"),
            some("b/2021/11/30", "b/2021/12/01")
        );
        assert_eq!(bounds(Some("2021-12-01"), None, "eu-west-1"), None);
        assert_eq!(
            bounds(None, Some("2020-01-31"), "eu-west-1"),
            some("", "b/2020/02/01")
        );
        assert_eq!(
            bounds(Some("2025-11-01"), Some("2025-11-30"), "us-east-1"),
            some("b/2025/11/01", "b/2025/12/01")
        );
        assert_eq!(
            bounds(Some("2025-11-02"), Some("2025-11-01"), "us-east-1"),
            None
        );
    }

    #[test]
    fn the_day_of_a_key_is_read() {
        assert_eq!(
            day_of_key("b/", "b/2025/11/03/x.json.gz"),
            Some(day("2025-11-03"))
        );
        assert_eq!(day_of_key("b/", "b/x"), None);
        assert_eq!(day_of_key("b/", "c/2025/11/03/"), None);
    }
}
