//! An object that a listing has → whether it is opened, by its name and by what was named.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;

use crate::input::s3::{self, Listed, S3Url};
use crate::input::{Folder, Prefix, Skip, Walk};

/// The prefixes that lead to the one which is listed, too: it was named because their walks pass it by.
#[derive(Default)]
pub(super) struct Around<'p> {
    /// Each begins as the one before.
    outer: Vec<Outer<'p>>,
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
    /// Folders on the way to the prefix, or in it, that it left out.
    left_out: HashSet<String>,
}

impl Leading<'_> {
    /// Whether it listed a key, as it left out no folder that the key is in.
    fn has_listed(&self, key: &str) -> bool {
        let mut slashes = key.match_indices('/');
        !slashes.any(|(at, _)| self.left_out.contains(&key[..=at]))
    }
}

impl<'p> Around<'p> {
    /// Goes on to the next prefix, in their order. `None` if what was listed before has all of it.
    pub fn enter(&mut self, prefix: &'p Prefix) -> Option<Under<'p>> {
        let url = &prefix.url;
        // Nobody else lists what could not be read on an earlier night.
        if prefix.is_again {
            return Some(Under::of(Walk::from(url)));
        }
        let is_past = |outer: &mut Outer<'_>| !outer.prefix.url.begins(url);
        while self.outer.pop_if(is_past).is_some() {}
        let leading = (self.outer.iter())
            .filter(|outer| outer.is_beginning || outer.prefix.url.leads_to(url))
            .map(|outer| Leading {
                walk: Walk::from(&outer.prefix.url),
                left_out: outer.left_out_around(&url.prefix),
            });
        let outer: Vec<Leading<'p>> = leading.collect();
        if outer.iter().any(|leading| leading.walk.reads(url)) {
            return None;
        }
        self.outer.push(Outer {
            prefix,
            is_beginning: false,
            left_out: HashSet::new(),
        });
        let walk = Walk::from(url);
        Some(Under { walk, outer })
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

impl Outer<'_> {
    /// What was left out of it on the way to what begins so, or in that.
    fn left_out_around(&self, inner: &str) -> HashSet<String> {
        let is_around = |left: &&String| {
            left.starts_with(inner) || inner.starts_with(left.trim_end_matches('/'))
        };
        self.left_out.iter().filter(is_around).cloned().collect()
    }
}

/// What an object was found by.
pub(super) struct Under<'p> {
    walk: Walk<'p>,
    /// What else leads to it.
    outer: Vec<Leading<'p>>,
}

impl Under<'_> {
    pub fn of(walk: Walk<'_>) -> Under<'_> {
        Under {
            walk,
            outer: Vec::new(),
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

    /// Whether an object was listed by a walk that does not pass it by.
    pub fn was_found(&self, folder: &Folder, key: &str, name: &str) -> bool {
        let mut outer = self.outer.iter();
        outer.any(|leading| {
            leading.has_listed(key) && leading.walk.passes_by(folder, key, name).is_none()
        })
    }

    /// Whether all of it was listed, but for what nobody opened.
    pub fn is_nested(&self) -> bool {
        !self.outer.is_empty()
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
