//! What lies in a Region's folder and is of no day: `2025/11/all.json.gz`, `archive.json.gz`, `by-hand/…`.
//!
//! The chain of a Region goes along its keys from one day to another, and what is of no day may sort before
//! or after it. It is looked for in the folders that the first and the last of these days are in: of the
//! Region, of their years and of their months. What lies in the folder of another year or month is taken to
//! be of that.

use chrono::NaiveDate;

use super::layout::{Bounds, Digests, Level, Selection};
use crate::aws::Pruning;

/// A folder of a Region, and what is listed of that Region anyway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Undated {
    /// Its prefix.
    pub folder: String,
    /// The Region's own prefix.
    base: String,
    bounds: Bounds,
}

/// Whether a listing that begins with a day comes to a key: of logs, or of digests.
pub fn is_listed_from(key: &str, day: NaiveDate) -> bool {
    let folder = &key[..key.rfind('/').map_or(0, |at| at + 1)];
    let Level::Region { base, region } = Level::of_prefix(folder) else {
        return true; // whatever day it is of
    };
    let asked = Selection {
        pruning: Pruning {
            first_day: Some(day),
            ..Pruning::default()
        },
        digests: Digests::All,
        tells_earlier: false,
    };
    let bounds = asked.bounds(&base, &region).unwrap_or_default();
    Undated::of_region(&base, &base, &bounds).is_none_or(|undated| undated.leads_to(key))
}

/// What is to be done with a folder that is in one.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Below {
    /// Look there, too.
    Undated(Undated),
    /// List all of it.
    All,
}

impl Undated {
    /// Where to begin below a prefix that is to be listed; `None` if a chain lists all of it.
    pub fn of_region(base: &str, prefix: &str, bounds: &Bounds) -> Option<Undated> {
        let undated = Undated {
            folder: prefix.to_owned(),
            base: base.to_owned(),
            bounds: bounds.clone(),
        };
        let is_bounded = bounds.after.is_some() || bounds.before.is_some();
        let is_to_be_seen = || prefix == base || undated.is_on_the_way(prefix);
        (is_bounded && is_to_be_seen()).then_some(undated)
    }

    /// Whether a folder is that of the year or month that the first day asked about is in, or the last.
    fn is_on_the_way(&self, folder: &str) -> bool {
        let mut ends = [&self.bounds.after, &self.bounds.before]
            .into_iter()
            .flatten();
        folder.ends_with('/') && ends.any(|day| day.starts_with(folder))
    }

    /// Whether the Region's chain has a key, or all that is in a folder of no day.
    pub fn is_in_chain(&self, key: &str) -> bool {
        let Bounds { after, before } = &self.bounds;
        after.as_deref().is_none_or(|after| after < key)
            && before.as_deref().is_none_or(|before| key <= before)
    }

    /// Whether one comes to a key from this folder.
    fn leads_to(&self, key: &str) -> bool {
        let Some(rest) = key.strip_prefix(&self.folder) else {
            return false;
        };
        self.is_in_chain(key)
            || match rest.find('/') {
                None => true,
                Some(at) => match self.below(&key[..=key.len() - rest.len() + at]) {
                    Some(Below::Undated(undated)) => undated.leads_to(key),
                    below => below.is_some(),
                },
            }
    }

    /// What to do with a folder in this one.
    pub fn below(&self, child: &str) -> Option<Below> {
        let path = child.strip_prefix(&self.base)?.strip_suffix('/')?;
        let is_of_calendar = path.split('/').enumerate().all(|(at, part)| {
            part.len() == if at == 0 { 4 } else { 2 }
                && part.bytes().all(|byte| byte.is_ascii_digit())
        });
        if !is_of_calendar {
            return (!self.is_in_chain(child)).then_some(Below::All);
        }
        self.is_on_the_way(child).then(|| {
            Below::Undated(Undated {
                folder: child.to_owned(),
                ..self.clone()
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "AWSLogs/111122223333/CloudTrail/us-east-1/";

    fn from_day_to_day() -> Undated {
        let day = |day: &str| Some(format!("{BASE}{day}"));
        let bounds = Bounds {
            after: day("2025/11/03"),
            before: day("2026/01/07"),
        };
        Undated::of_region(BASE, BASE, &bounds).expect("bounds")
    }

    #[test]
    fn folders_are_looked_into_on_the_way_to_the_first_day_and_the_last() {
        let undated = from_day_to_day();
        for (child, expected) in [
            ("2025/", Some(true)),
            ("2026/", Some(true)),
            ("2025/11/", Some(true)),
            ("2026/01/", Some(true)),
            ("2024/", None),
            ("2025/10/", None),
            ("2025/12/", None),
            ("2025/11/03/", None),
            ("2025/11/2/", None),
            ("2025/11/x/", None),
            ("2026/01/x/", Some(false)),
            ("2025/x/", None),
            ("11/", Some(false)),
            ("2025//", Some(false)),
            ("2025/11//", Some(false)),
            ("by-hand/", Some(false)),
        ] {
            let below = undated.below(&format!("{BASE}{child}"));
            let is_looked_into = below.map(|below| matches!(below, Below::Undated(_)));
            assert_eq!(is_looked_into, expected, "{child}");
        }
    }

    #[test]
    fn what_the_chain_has_is_not_handed_out_again() {
        let undated = from_day_to_day();
        for (key, is_in_chain) in [
            ("2025-11.json.gz", false),
            ("2025/11/01/a.json.gz", false),
            ("2025/11/03/a.json.gz", true),
            ("2025/11/all.json.gz", true),
            ("2026/01/06/a.json.gz", true),
            ("2026/01/all.json.gz", false),
            ("archive.json.gz", false),
        ] {
            assert_eq!(
                undated.is_in_chain(&format!("{BASE}{key}")),
                is_in_chain,
                "{key}"
            );
        }
    }

    #[test]
    fn a_key_is_listed_from_a_day_on_or_is_not() {
        let day = NaiveDate::from_ymd_opt(2025, 11, 3).expect("a day");
        for (rest, is_listed) in [
            ("2025/11/03/a.json.gz", true),
            ("2025/11/02/a.json.gz", false),
            ("2025/11/02/sub/a.json.gz", false),
            ("2025/11/3/a.json.gz", true),
            ("2025/11/2/a.json.gz", true),
            ("2025/11/a.json.gz", true),
            ("2025/10/a.json.gz", false),
            ("2025/a.json.gz", true),
            ("2024/a.json.gz", false),
            ("a.json.gz", true),
            ("by-hand/a.json.gz", true),
            ("11/a.json.gz", true),
        ] {
            for kind in ["CloudTrail", "CloudTrail-Digest"] {
                let key = format!("x/AWSLogs/111122223333/{kind}/us-east-1/{rest}");
                assert_eq!(is_listed_from(&key, day), is_listed, "{key}");
            }
        }
        for key in [
            "a.json.gz",
            "2024/01/01/a.json.gz",
            "AWSLogs/x/a.json.gz",
            "",
        ] {
            assert!(is_listed_from(key, day), "{key}");
        }
    }

    #[test]
    fn without_bounds_the_chain_has_everything() {
        assert_eq!(Undated::of_region(BASE, BASE, &Bounds::default()), None);
    }

    #[test]
    fn below_a_prefix_that_is_not_on_the_way_nothing_is_looked_for() {
        let bounds = from_day_to_day().bounds;
        for (prefix, is_looked_for) in [
            ("", true),
            ("2025/", true),
            ("2025/11/", true),
            ("2025/11/03/", false),
            ("2025/10/", false),
            ("2024/", false),
            ("2025/1", false),
        ] {
            let undated = Undated::of_region(BASE, &format!("{BASE}{prefix}"), &bounds);
            assert_eq!(undated.is_some(), is_looked_for, "{prefix}");
        }
    }
}
