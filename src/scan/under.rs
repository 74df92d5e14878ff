//! An object that a listing has → whether it is opened, by its name and by what was named.

use std::collections::HashSet;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use chrono::NaiveDate;

use crate::input::s3::{self, Listed, S3Url};
use crate::input::{Folder, Prefix, Skip, Walk};

/// The prefixes that lead to the one which is listed, too: it was named because their walks pass it by.
pub(super) struct Around<'p> {
    /// Each begins as the one before.
    outer: Vec<Outer<'p>>,
    objects: Rc<Objects<'p>>,
}

/// What may be an object of all that is listed, with its bucket.
#[derive(Default)]
struct Objects<'p> {
    named: HashSet<(&'p str, &'p str)>,
    /// What could not be read on an earlier night.
    again: HashSet<(&'p str, &'p str)>,
}

impl<'p> Objects<'p> {
    fn of(prefixes: &'p [Prefix]) -> Objects<'p> {
        let mut objects = Objects::default();
        // One alone is in nobody's way.
        for prefix in prefixes.iter().filter(|_| prefixes.len() > 1) {
            let url = (&*prefix.url.bucket, &*prefix.url.prefix);
            match prefix.is_again {
                true => objects.again.insert(url),
                false => objects.named.insert(url),
            };
        }
        objects
    }
}

struct Outer<'p> {
    prefix: &'p Prefix,
    /// It is neither a folder nor a key, so that all keys are listed that begin so.
    is_beginning: bool,
    /// What was not listed of it.
    left_out: HashSet<String>,
}

/// A walk that leads to a prefix, too.
struct Leading<'p> {
    walk: Walk<'p>,
    /// The first day of delivery that it listed.
    from: Option<NaiveDate>,
    /// Folders on the way to the prefix, or in it, that it left out.
    left_out: HashSet<String>,
}

impl Leading<'_> {
    /// Whether it listed a key, as it left out no folder that the key is in.
    fn has_listed(&self, key: &str) -> bool {
        let mut slashes = key.match_indices('/');
        !slashes.any(|(at, _)| self.left_out.contains(&key[..=at]))
            && self.from.is_none_or(|day| s3::is_listed_from(key, day))
    }
}

impl<'p> Around<'p> {
    /// For these, in their order.
    pub fn of(prefixes: &'p [Prefix]) -> Around<'p> {
        Around {
            outer: Vec::new(),
            objects: Rc::new(Objects::of(prefixes)),
        }
    }

    /// Goes on to the next prefix. `None` if what was listed before has all of it.
    pub fn enter(&mut self, prefix: &'p Prefix) -> Option<Under<'p>> {
        let url = &prefix.url;
        let mut under = Under {
            walk: Walk::from(url),
            bucket: &url.bucket,
            is_again: prefix.is_again,
            outer: Vec::new(),
            objects: Rc::clone(&self.objects),
        };
        if prefix.is_again {
            return Some(under);
        }
        let is_past = |outer: &mut Outer<'_>| !outer.prefix.url.begins(url);
        while self.outer.pop_if(is_past).is_some() {}
        let leading = || {
            (self.outer.iter()).filter(|outer| outer.is_beginning || outer.prefix.url.leads_to(url))
        };
        if leading().any(|outer| outer.reads_all_of(prefix)) {
            return None;
        }
        under.outer = leading().map(|outer| outer.leading_to(url)).collect();
        self.outer.push(Outer {
            prefix,
            is_beginning: false,
            left_out: HashSet::new(),
        });
        Some(under)
    }

    /// Notes what a prefix turns out to be, and which folders of it are not listed.
    pub fn note(&mut self, url: &S3Url, listed: &Listed) {
        let Some(outer) = self
            .outer
            .last_mut()
            .filter(|outer| outer.prefix.url == *url)
        else {
            return;
        };
        match listed {
            Listed::Object(s3::Object { key, .. }) | Listed::FolderMarker(key) => {
                let past = key.get(url.prefix.len()..).unwrap_or_default();
                let is_in_folder =
                    url.prefix.is_empty() || url.prefix.ends_with('/') || past.starts_with('/');
                outer.is_beginning |= !is_in_folder && !past.is_empty();
            }
            Listed::NotListed { prefix, .. } if prefix.ends_with('/') => {
                outer.left_out.insert(prefix.clone());
            }
            Listed::NotListed { .. } | Listed::Refused(_) => {}
        }
    }
}

impl<'p> Outer<'p> {
    /// Whether its walk reads all that one from another prefix would, as far back.
    fn reads_all_of(&self, inner: &Prefix) -> bool {
        let from = self.prefix.from;
        from.is_none_or(|day| inner.from.is_some_and(|inner| day <= inner))
            && Walk::from(&self.prefix.url).reads_all_of(&inner.url)
    }

    fn leading_to(&self, inner: &S3Url) -> Leading<'p> {
        let inner = &inner.prefix;
        // On the way to what begins so, or in that.
        let is_around = |left: &&String| {
            left.starts_with(inner) || inner.starts_with(left.trim_end_matches('/'))
        };
        Leading {
            walk: Walk::from(&self.prefix.url),
            from: self.prefix.from,
            left_out: self.left_out.iter().filter(is_around).cloned().collect(),
        }
    }
}

/// What an object was found by.
pub(super) struct Under<'p> {
    walk: Walk<'p>,
    bucket: &'p str,
    /// It is an object that could not be read on an earlier night.
    is_again: bool,
    /// What else leads to it.
    outer: Vec<Leading<'p>>,
    objects: Rc<Objects<'p>>,
}

impl Under<'_> {
    /// A list of somebody who named nothing.
    pub fn nothing() -> Under<'static> {
        Under {
            walk: Walk::from_nowhere(),
            bucket: "",
            is_again: false,
            outer: Vec::new(),
            objects: Rc::default(),
        }
    }

    /// Whether it is this object that was named.
    pub fn names(&self, key: &str) -> bool {
        self.walk.names(key)
    }

    /// Why an object of this folder is not opened, if it is not.
    pub fn passes_by(&self, folder: &Folder, key: &str, name: &str) -> Option<Skip> {
        self.walk.passes_by(folder, key, name)
    }

    /// Whether an object of this folder is read, if it is a log.
    pub fn reads(&self, folder: &Folder, key: &str, name: &str) -> bool {
        self.walk.reads(folder, key, name)
    }

    /// Whether another walk has an object: that which asks for it again; one that listed it before and opens it; or,
    /// where nobody who comes to it reads it, that of who has named it.
    pub fn leaves(&self, folder: &Folder, key: &str, name: &str) -> bool {
        if self.is_again {
            return !self.names(key);
        }
        let Objects { named, again } = &*self.objects;
        if !again.is_empty() && again.contains(&(self.bucket, key)) {
            return true;
        }
        if self.names(key) {
            return (self.outer.iter())
                .any(|outer| outer.has_listed(key) && outer.walk.reads(folder, key, name));
        }
        self.was_opened(folder, key, name)
            || !self.walk.reads(folder, key, name) && named.contains(&(self.bucket, key))
    }

    fn was_opened(&self, folder: &Folder, key: &str, name: &str) -> bool {
        (self.outer.iter())
            .any(|outer| outer.has_listed(key) && outer.walk.passes_by(folder, key, name).is_none())
    }

    /// Whether an object or the marker of a folder was listed before.
    pub fn was_listed(&self, key: &str) -> bool {
        self.outer.iter().any(|outer| outer.has_listed(key))
    }

    /// Whether it was told before that a folder is not listed.
    pub fn was_left_out(&self, folder: &str) -> bool {
        self.outer
            .iter()
            .any(|outer| outer.left_out.contains(folder))
    }
}

/// Goes to the folder of an object, and says its name there.
pub(super) fn enter<'o>(folder: &mut Arc<Folder>, object: &'o s3::Object) -> &'o str {
    let (path, name) = object.key.rsplit_once('/').unwrap_or(("", &object.key));
    let path = match path {
        "" if !object.key.starts_with('/') => format!("s3://{}", object.bucket),
        path => S3Url::of_key(&object.bucket, path),
    };
    if folder.path().as_os_str() != path.as_str() {
        *folder = Arc::new(Folder::new(PathBuf::from(path)));
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named<'n>(prefixes: impl IntoIterator<Item = (&'n str, Option<&'n str>)>) -> Vec<Prefix> {
        let mut named: Vec<Prefix> = (prefixes.into_iter())
            .map(|(prefix, from)| Prefix {
                url: S3Url {
                    bucket: "trail".into(),
                    prefix: prefix.into(),
                },
                from: from.map(|day| day.parse().unwrap()),
                was_listed: false,
                is_again: false,
            })
            .collect();
        named.sort_by(|one, other| one.url.prefix.cmp(&other.url.prefix));
        named
    }

    fn entered<'n>(prefixes: impl IntoIterator<Item = (&'n str, Option<&'n str>)>) -> Vec<String> {
        let named = named(prefixes);
        let mut around = Around::of(&named);
        let entered = named.iter().filter(|prefix| around.enter(prefix).is_some());
        entered.map(|prefix| prefix.url.prefix.clone()).collect()
    }

    #[test]
    fn a_prefix_in_another_is_listed_where_a_walk_would_pass_it_by() {
        let listed = |prefixes: &[&str]| {
            let prefixes: Vec<_> = prefixes.iter().map(|&prefix| (prefix, None)).collect();
            entered(prefixes)
        };
        let service = "AWSLogs/111122223333/Config";
        assert_eq!(listed(&["a/b", "a", "a/", "a/b/c.json", "ab"]), ["a", "ab"]);
        assert_eq!(listed(&["a", "", "b/.c"]), ["", "b/.c"]);
        assert_eq!(listed(&["a", "a/.b", "a/.b/c", "a/c"]), ["a", "a/.b"]);
        assert_eq!(listed(&["a", "a/b.md", "a/b.json"]), ["a", "a/b.md"]);
        assert_eq!(listed(&["AWSLogs", service]), ["AWSLogs", service]);
        let in_service = format!("{service}/us-east-1");
        assert_eq!(listed(&[service, &in_service]), [service]);
        let trail = "AWSLogs/111122223333/CloudTrail/us-east-1";
        assert_eq!(listed(&["AWSLogs/", trail]), ["AWSLogs/"]);
        let log = format!(
            "{in_service}/111122223333_CloudTrail_us-east-1_20251103T1005Z_0123456789abcdef.json.gz"
        );
        assert_eq!(listed(&["AWSLogs/", &log]), ["AWSLogs/", &log]);
        for dots in ["a/b/.", "a/b/..", "a/.b"] {
            assert_eq!(listed(&["a/", dots]), ["a/", dots]);
        }
        // What a folder says of its files is not believed of one that was named.
        let insights = "AWSLogs/111122223333/CloudTrail-Insight/";
        let one = format!("{insights}us-east-1/2025/11/03/x.json.gz");
        assert_eq!(listed(&[insights, &one]), [insights, &one]);
        let of_region = format!("{insights}us-east-1/");
        assert_eq!(listed(&[insights, &of_region]), [insights]);
    }

    #[test]
    fn a_prefix_in_another_is_listed_where_it_goes_farther_back() {
        let early = Some("2025-10-01");
        let late = Some("2025-11-01");
        for (outer, inner, is_listed) in [
            (None, None, false),
            (None, late, false),
            (late, late, false),
            (early, late, false),
            (late, early, true),
            (late, None, true),
        ] {
            let listed = entered([("a/", outer), ("a/b/", inner)]);
            assert_eq!(listed.len() == 2, is_listed, "{outer:?} {inner:?}");
        }
    }

    #[test]
    fn what_is_asked_for_again_is_read_by_nobody_else() {
        let mut named = named([("a/", None), ("a/b", None), ("a/b", None)]);
        named[2].is_again = true;
        let folder = Folder::new("a".into());
        let mut around = Around::of(&named);
        for (prefix, reads) in named.iter().zip([&["a/bc", "a/c"][..], &[], &["a/b"]]) {
            let under = around.enter(prefix);
            let mut keys = vec!["a/b", "a/bc", "a/c"];
            keys.retain(|key| {
                let comes_to = |under: &Under<'_>| {
                    key.starts_with(&prefix.url.prefix) && !under.leaves(&folder, key, &key[2..])
                };
                under.as_ref().is_some_and(comes_to)
            });
            assert_eq!(keys, reads, "{prefix:?}");
        }
    }

    #[test]
    fn each_object_is_read_by_one_of_the_walks_that_lead_to_it() {
        let region = |kind: &str| format!("AWSLogs/111122223333/{kind}/us-east-1/");
        let [logs, insights] = ["CloudTrail", "CloudTrail-Insight"].map(region);
        let (old, new) = (format!("{logs}2025/10/02/x"), format!("{logs}2025/11/02/x"));
        let x = format!("{insights}2025/11/03/x.json");
        for (prefixes, key, by) in [
            (vec![(&*insights, None), (&*x, None)], &x, &*x),
            (vec![(&*insights, None)], &x, &*insights),
            (
                vec![(&*logs, Some("2025-11-01")), (&*old, None)],
                &old,
                &*old,
            ),
            (
                vec![(&*logs, Some("2025-11-01")), (&*new, None)],
                &new,
                &*logs,
            ),
        ] {
            let named = named(prefixes);
            let mut around = Around::of(&named);
            let (folder, name) = key.rsplit_once('/').unwrap();
            let folder = Folder::new(folder.into());
            // A listing that does not go so far back does not come to the older one.
            let comes_to = |prefix: &Prefix| {
                let from = prefix.from;
                key.starts_with(&prefix.url.prefix)
                    && from.is_none_or(|day| s3::is_listed_from(key, day))
            };
            let reads = named.iter().filter(|prefix| {
                let under = around.enter(prefix);
                under.is_some_and(|under| comes_to(prefix) && !under.leaves(&folder, key, name))
            });
            let reads: Vec<&str> = reads.map(|prefix| &*prefix.url.prefix).collect();
            assert_eq!(reads, [by], "{key}");
        }
    }
}
