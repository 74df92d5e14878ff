//! What is named in S3, each place once, and what a walk from there passes by.

use std::ffi::OsStr;
use std::path::Path;

use chrono::NaiveDate;

use super::folder::{Folder, Skip};
use super::names::is_hidden_part;
use super::s3::{S3Url, is_listed_from, may_leave_out};
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

impl Prefix {
    /// Whether a listing of it goes back to an object.
    pub fn lists(&self, object: &S3Url) -> bool {
        (self.from).is_none_or(|day| is_listed_from(&object.prefix, day))
    }
}

/// Whether a walk from one prefix reads all that a walk from another does.
pub fn walks_all_of(outer: &S3Url, inner: &S3Url) -> bool {
    outer == inner || outer.leads_to(inner) && Walk::from(outer).reads_all_of(inner)
}

/// Leaves out what is named twice. What one begins with comes before it.
pub(super) fn once(mut all: Vec<Prefix>) -> Vec<Prefix> {
    // Of two that are alike, the argument.
    all.sort_by(|a, b| {
        let (one, other) = (&a.url, &b.url);
        (&one.bucket, &one.prefix, a.was_listed).cmp(&(&other.bucket, &other.prefix, b.was_listed))
    });
    all.dedup_by(|later, first| later.url == first.url);
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

    /// Whether an object of this folder is read, if it is a log.
    pub fn reads(&self, folder: &Folder, key: &str, name: &str) -> bool {
        self.passes_by(folder, key, name).is_none()
            && (self.names(key) || !folder.says_no_log(OsStr::new(name)))
    }

    /// Whether it is certain that it reads all that a walk from a prefix in it does.
    pub fn reads_all_of(&self, inner: &S3Url) -> bool {
        let (above, name) = inner.prefix.rsplit_once('/').unwrap_or(("", &inner.prefix));
        let names_service = is_of_another_service(Path::new(&inner.prefix));
        let folder = Folder::new(above.into());
        !self.is_hidden(&inner.prefix)
            && !may_leave_out(self.given, &inner.prefix)
            && (self.names_service || !names_service)
            && (folder.skips(OsStr::new(name))).is_none_or(|_| names_service)
            // What begins so may be hidden.
            && !matches!(name, "." | "..")
            // Of a folder, both say so of what is in it.
            && (name.is_empty() || !folder.says_no_log(OsStr::new(name)))
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
    fn what_is_named_twice_is_there_once() {
        let one = |prefix, was_listed| Prefix {
            url: url(prefix),
            from: None,
            was_listed,
            is_again: false,
        };
        let named = vec![
            one("b", true),
            one("a/", false),
            one("b", false),
            one("a", true),
        ];
        let sorted = [one("a", true), one("a/", false), one("b", false)];
        assert_eq!(once(named), sorted);
    }
}
