//! Whether an object is to be opened: decided by its name, its key and its version, on whatever thread
//! is about to read it.

use crate::aws::{KeyKind, LogName};
use crate::input::{Directory, Object, Place, Skip, Trailer, Version};
use crate::tally::{Scrutiny, SkipReason};

/// What was read on earlier days. Handed to a run, so that it opens nothing for a second time.
pub trait Known: Sync {
    /// The version that the object had when it was read. `None` also if it was passed by then for the folder that it
    /// is in, and is named now.
    fn version(&self, object: &Object<'_>) -> Option<Version>;
    /// An object still has that version, and is not opened.
    fn note_known(&self);
    /// Whether the content of an object whose version is not known was read before, perhaps under
    /// another name. Asked of what is whole in memory, before it is looked at.
    fn is_known_content(&self, object: &Object<'_>, version: Version, trailer: Trailer) -> bool;
}

/// What is to be done with an object.
#[derive(Clone, Copy, Debug)]
pub(super) enum Admission {
    /// It is opened. The version may have been looked up before, if somebody wants to know it; else the
    /// file that is opened tells it.
    Open(Option<Version>),
    /// It is a digest, and opened as such.
    Digest(Option<Version>),
    /// Its name says all that is wanted of it.
    ByName,
    /// Its key or name says that it is no log.
    Skipped(Option<Version>, SkipReason),
    /// It was read before.
    Known,
}

/// Decides about an object on this machine, which was named, or is in the folder held open. Only what was
/// read before, or is not opened now, is looked up: to ask for it by its name takes three times as long
/// as to ask the open file.
pub(super) fn admit<'d>(
    object: &Object<'_>,
    known: Option<&dyn Known>,
    scrutiny: Scrutiny,
    directory: impl FnOnce() -> &'d Directory,
) -> Admission {
    let Some(known) = known.filter(|_| object.place == Place::Local) else {
        return decide(object, None, scrutiny);
    };
    // What cannot be looked up is opened, which says what is wrong.
    let look_up = || {
        let version = match object.was_named {
            true => Version::of_file(&object.path()),
            false => directory().version(object.folder.path(), object.name),
        };
        version.ok().flatten()
    };
    if let Some(before) = known.version(object) {
        let version = look_up();
        return decide_again(object, (before, version), known, scrutiny);
    }
    match decide(object, None, scrutiny) {
        Admission::Skipped(_, reason) => Admission::Skipped(look_up(), reason),
        admission => admission,
    }
}

/// Decides about an object whose version a listing has told, if it has told any.
pub(super) fn admit_version(
    object: &Object<'_>,
    version: Option<Version>,
    known: Option<&dyn Known>,
    scrutiny: Scrutiny,
) -> Admission {
    if let (Some(known), Some(_)) = (known, version)
        && let Some(before) = known.version(object)
    {
        return decide_again(object, (before, version), known, scrutiny);
    }
    decide(object, version, scrutiny)
}

/// Decides about an object that had a version when it was read, and may have another now. What a walk passes by
/// stays as it was read by whoever named it.
fn decide_again(
    object: &Object<'_>,
    (before, version): (Version, Option<Version>),
    known: &dyn Known,
    scrutiny: Scrutiny,
) -> Admission {
    if version != Some(before) {
        match decide(object, version, scrutiny) {
            // And could not read it.
            Admission::Skipped(..) if before == Version::UNREAD => return Admission::Open(version),
            Admission::Skipped(..) => {}
            admission => return admission,
        }
    }
    known.note_known();
    Admission::Known
}

/// Decides about an object that was not read before, or has changed.
fn decide(object: &Object<'_>, version: Option<Version>, scrutiny: Scrutiny) -> Admission {
    if scrutiny.names && object.folder.is_digest(object.name) {
        return Admission::Digest(version);
    }
    match object.kind() {
        None | Some(KeyKind::Log) if scrutiny.alone => admit_alone(object, version, scrutiny),
        None | Some(KeyKind::Log) => Admission::Open(version),
        Some(KeyKind::Digest) => Admission::Skipped(version, SkipReason::Digest),
        Some(KeyKind::Insight) => Admission::Skipped(version, SkipReason::Insight),
        Some(KeyKind::Aggregated) => Admission::Skipped(version, SkipReason::Aggregated),
    }
}

/// Decides where only digests and what they name are of interest. What was named and has the name of
/// neither is taken for a digest.
fn admit_alone(object: &Object<'_>, version: Option<Version>, scrutiny: Scrutiny) -> Admission {
    let is_log = (object.name.to_str()).is_some_and(|name| LogName::parse(name).is_some());
    match (is_log || object.folder.key().is_some(), scrutiny.hashes) {
        (true, true) => Admission::Open(version),
        (true, false) => Admission::ByName,
        (false, _) if object.was_named => Admission::Digest(version),
        (false, _) => Admission::Skipped(version, SkipReason::NotALog),
    }
}

impl From<Skip> for SkipReason {
    fn from(skip: Skip) -> SkipReason {
        match skip {
            Skip::NotALog => SkipReason::NotALog,
            Skip::OtherService => SkipReason::OtherService,
            Skip::NotAFile => SkipReason::NotAFile,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::sync::Arc;

    use super::*;
    use crate::input::Folder;

    /// Knows one version of everything.
    struct Before(Version);

    impl Known for Before {
        fn version(&self, _: &Object<'_>) -> Option<Version> {
            Some(self.0)
        }

        fn note_known(&self) {}

        fn is_known_content(&self, _: &Object<'_>, _: Version, _: Trailer) -> bool {
            false
        }
    }

    #[test]
    fn what_a_walk_passes_by_stays_as_it_was_read_and_is_opened_where_it_was_not() {
        let insights =
            PathBuf::from("AWSLogs/111122223333/CloudTrail-Insight/eu-west-1/2025/11/03");
        let folder = Arc::new(Folder::new(insights));
        let [old, new] = [1, 2].map(|changed| Version { size: 9, changed });
        for (before, was_named, is_opened) in [
            (new, false, false),
            (new, true, false),
            (old, false, false),
            (old, true, true),
            (Version::UNREAD, false, true),
            (Version::UNREAD, true, true),
        ] {
            let object = Object {
                place: Place::S3,
                folder: &folder,
                name: "x.json.gz".as_ref(),
                was_named,
            };
            let known = Before(before);
            let admission = admit_version(&object, Some(new), Some(&known), Scrutiny::default());
            let opened = match admission {
                Admission::Open(version) => version == Some(new),
                Admission::Known => false,
                other => panic!("{other:?}"),
            };
            assert_eq!(opened, is_opened, "{before:?} {was_named}");
        }
    }
}
