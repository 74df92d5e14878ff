//! An object that a listing has → whether it is opened, by its name and by what was named.

use std::path::PathBuf;
use std::sync::Arc;

use crate::input::s3::{self, S3Url};
use crate::input::{Folder, Skip, is_hidden};
use crate::tally::SkipReason;

/// What was named, and is read though nobody who comes to it by himself would.
pub(super) struct Named<'u> {
    /// The prefix that was given; nothing, where somebody else has listed it.
    given: &'u str,
    /// The folder that is named by it.
    folder: Folder,
}

impl Named<'_> {
    pub fn by(url: &S3Url) -> Named<'_> {
        let (above, _) = url.prefix.rsplit_once('/').unwrap_or_default();
        Named {
            given: &url.prefix,
            folder: Folder::new(S3Url::of_key(&url.bucket, above).into()),
        }
    }

    pub fn nowhere() -> Named<'static> {
        Named {
            given: "",
            folder: Folder::new(PathBuf::new()),
        }
    }

    /// Whether it is this object that was named.
    pub fn is(&self, key: &str) -> bool {
        key == self.given
    }

    /// Why an object of this folder is not opened, if it is not.
    pub fn passes_by(&self, folder: &Folder, key: &str, name: &str) -> Option<SkipReason> {
        if self.is(key) {
            return None;
        }
        if is_in_hidden(key, self.given) {
            return Some(SkipReason::NotALog);
        }
        // Whoever names a service by hand wants its files read.
        let is_wanted =
            |skip: &Skip| *skip == Skip::OtherService && self.folder.is_of_another_service();
        let skip = folder.skips(name.as_ref());
        skip.filter(|skip| !is_wanted(skip)).map(SkipReason::from)
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
        *folder = Arc::new(Folder::new(path.into()));
    }
    name
}

/// Whether a walk from a prefix would pass over a key: a part of it after the prefix begins with a dot.
fn is_in_hidden(key: &str, prefix: &str) -> bool {
    let rest = key.get(prefix.len()..).unwrap_or_default();
    // The part that the user began is named, and no walk comes to it.
    let begun = usize::from(!prefix.is_empty() && !prefix.ends_with('/'));
    let mut parts = rest.split('/').skip(begun);
    parts.any(|part| is_hidden(part.as_ref()))
}

#[cfg(test)]
mod tests {
    use super::*;

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
        ] {
            assert_eq!(is_in_hidden(key, prefix), is_hidden, "{key} {prefix}");
        }
    }
}
