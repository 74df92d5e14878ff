//! What is named in S3, each place once, and what a walk from there passes by.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::path::Path;

use chrono::NaiveDate;

use super::folder::{Folder, Skip};
use super::names::is_hidden_part;
use super::s3::{S3Url, may_leave_out};
use crate::aws::is_of_another_service;

/// What to list in S3.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prefix {
    /// The bucket, and the beginning of the keys.
    pub url: S3Url,
    /// The first day of delivery that is listed, whatever is asked about; `None`: all of them.
    pub from: Option<NaiveDate>,
    /// Somebody else wrote it down: if nothing is there, that is one unreadable file.
    pub was_listed: bool,
    /// An object that could not be read on an earlier night, and is not listed any more.
    pub is_again: bool,
}

/// Whether a walk from one prefix reads all that a walk from another does.
pub fn walks_all_of(outer: &S3Url, inner: &S3Url) -> bool {
    let is_same = outer.bucket == inner.bucket
        && outer.prefix.strip_suffix('/').unwrap_or(&outer.prefix)
            == inner.prefix.strip_suffix('/').unwrap_or(&inner.prefix);
    is_same || outer.leads_to(inner) && Walk::from(outer).reads(inner)
}

/// Leaves out what is named twice, or is in a folder whose walk reads all of it anyway. What one begins with
/// comes before it.
pub(super) fn once(mut all: Vec<Prefix>) -> Vec<Prefix> {
    // Of two that are alike, the argument.
    all.sort_by(|a, b| {
        let (one, other) = (&a.url, &b.url);
        (&one.bucket, &one.prefix, a.was_listed).cmp(&(&other.bucket, &other.prefix, b.was_listed))
    });
    all.dedup_by(|later, first| later.url == first.url);
    let urls: HashSet<S3Url> = all.iter().map(|one| one.url.clone()).collect();
    all.retain(|Prefix { url, .. }| {
        let reads_it = |prefix: &str| {
            let bucket = url.bucket.clone();
            let prefix = prefix.to_owned();
            (urls.get(&S3Url { bucket, prefix })).is_some_and(|outer| Walk::from(outer).reads(url))
        };
        let mut slashes = url.prefix.match_indices('/').map(|(at, _)| at);
        let is_read = (!url.prefix.is_empty() && reads_it(""))
            || slashes.any(|at| {
                let folder = &url.prefix[..=at];
                (at > 0 && reads_it(&folder[..at]))
                    || (folder.len() < url.prefix.len() && reads_it(folder))
            });
        !is_read
    });
    all
}

/// A walk from a prefix, which opens what is named, though nobody who comes to it by himself would.
pub struct Walk<'u> {
    /// The prefix that was given; nothing, where somebody else has listed it.
    given: &'u str,
    /// Whoever names a service by hand wants its files read.
    names_service: bool,
}

impl Walk<'_> {
    /// From the prefix that was given.
    pub fn from(url: &S3Url) -> Walk<'_> {
        Walk {
            given: &url.prefix,
            names_service: is_of_another_service(Path::new(&url.prefix)),
        }
    }

    /// Of somebody who named nothing.
    pub fn from_nowhere() -> Walk<'static> {
        Walk {
            given: "",
            names_service: false,
        }
    }

    /// Whether it is this object that was named.
    pub fn names(&self, key: &str) -> bool {
        key == self.given
    }

    /// Why an object of this folder is not opened, if it is not.
    pub fn passes_by(&self, folder: &Folder, key: &str, name: &str) -> Option<Skip> {
        if self.names(key) {
            return None;
        }
        if self.is_hidden(key) {
            return Some(Skip::NotALog);
        }
        let is_wanted = |skip: &Skip| {
            *skip == Skip::OtherService && self.names_service && folder.is_of_another_service()
        };
        folder
            .skips(OsStr::new(name))
            .filter(|skip| !is_wanted(skip))
    }

    /// Whether it is certain that it reads all that a walk from a prefix in it does.
    pub fn reads(&self, inner: &S3Url) -> bool {
        let (above, name) = inner.prefix.rsplit_once('/').unwrap_or(("", &inner.prefix));
        let names_service = is_of_another_service(Path::new(&inner.prefix));
        !self.is_hidden(&inner.prefix)
            && !may_leave_out(self.given, &inner.prefix)
            && (self.names_service || !names_service)
            && (Folder::new(above.into()).skips(OsStr::new(name))).is_none_or(|_| names_service)
    }

    /// Whether it passes over a key: a part of it after the prefix begins with a dot.
    fn is_hidden(&self, key: &str) -> bool {
        let rest = key.get(self.given.len()..).unwrap_or_default();
        // The part that the user began is named, and no walk comes to it.
        let begun = usize::from(!self.given.is_empty() && !self.given.ends_with('/'));
        let mut parts = rest.split('/').skip(begun);
        parts.any(is_hidden_part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(prefix: &str) -> S3Url {
        S3Url {
            bucket: "trail".into(),
            prefix: prefix.into(),
        }
    }

    #[test]
    fn what_a_walk_passes_over_is_passed_over() {
        for (key, prefix, is_hidden) in [
            ("a/b.json", "", false),
            ("a/.b.json", "", true),
            (".a/b.json", "", true),
            (".a/b.json", ".a/", false),
            (".a/b.json", ".a/b", false),
            (".a/b.json", ".a", false),
            ("x/.a/b.json", "x", true),
            ("x//b.json", "x/", false),
            ("x/./../b.json", "x/", false),
        ] {
            let url = url(prefix);
            assert_eq!(Walk::from(&url).is_hidden(key), is_hidden, "{key} {prefix}");
        }
    }

    #[test]
    fn a_prefix_in_another_stays_where_a_walk_would_pass_it_by() {
        let once = |prefixes: &[&str]| {
            let named = prefixes.iter().map(|prefix| Prefix {
                url: url(prefix),
                from: None,
                was_listed: false,
                is_again: false,
            });
            let kept = once(named.collect()).into_iter();
            kept.map(|kept| kept.url.prefix).collect::<Vec<_>>()
        };
        let service = "AWSLogs/111122223333/Config";
        assert_eq!(once(&["a/b", "a", "a/", "a/b/c.json", "ab"]), ["a", "ab"]);
        assert_eq!(once(&["a", "", "b/.c"]), ["", "b/.c"]);
        assert_eq!(once(&["a", "a/.b", "a/.b/c", "a/c"]), ["a", "a/.b"]);
        assert_eq!(once(&["a", "a/b.md", "a/b.json"]), ["a", "a/b.md"]);
        assert_eq!(once(&["AWSLogs", service]), ["AWSLogs", service]);
        let in_service = format!("{service}/us-east-1");
        assert_eq!(once(&[service, &in_service]), [service]);
        let trail = "AWSLogs/111122223333/CloudTrail/us-east-1";
        assert_eq!(once(&["AWSLogs/", trail]), ["AWSLogs/"]);
        let log = format!(
            "{in_service}/111122223333_CloudTrail_us-east-1_20251103T1005Z_0123456789abcdef.json.gz"
        );
        assert_eq!(once(&["AWSLogs/", &log]), ["AWSLogs/", &log]);
    }
}
