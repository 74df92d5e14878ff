//! Whether an object is to be opened: decided by its name, its key and its version, on whatever thread
//! is about to read it.

use crate::aws::{KeyKind, LogName};
use crate::input::{Directory, Object, Place, Skip, Trailer, Version};
use crate::tally::{Scrutiny, SkipReason};

/// What was read on earlier days. Handed to a run, so that it opens nothing for a second time.
pub trait Known: Sync {
    /// Whether the object was read when it had this version.
    fn is_known(&self, object: &Object<'_>, version: Version) -> bool;
    /// Whether the content of an object whose version is not known was read before, perhaps under
    /// another name. Asked of what is whole in memory, before it is looked at.
    fn is_known_content(&self, object: &Object<'_>, version: Version, trailer: Trailer) -> bool;
}

/// What is to be done with an object.
#[derive(Clone, Copy, Debug)]
pub(super) enum Admission {
    /// It is opened. The version was looked up before, if somebody wants to know it.
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

/// Decides about an object on this machine, which was named, or is in the folder held open.
pub(super) fn admit<'d>(
    object: &Object<'_>,
    known: Option<&dyn Known>,
    scrutiny: Scrutiny,
    directory: impl FnOnce() -> &'d Directory,
) -> Admission {
    let version = match (known, object.place) {
        (None, _) | (_, Place::StandardInput | Place::S3 | Place::Piped) => None,
        // What cannot be looked up is opened, which says what is wrong.
        (Some(_), Place::Local) => match object.was_named {
            true => Version::of_file(&object.path()),
            false => directory().version(object.folder.path(), object.name),
        }
        .ok()
        .flatten(),
    };
    admit_version(object, version, known, scrutiny)
}

/// Decides about an object whose version is known.
pub(super) fn admit_version(
    object: &Object<'_>,
    version: Option<Version>,
    known: Option<&dyn Known>,
    scrutiny: Scrutiny,
) -> Admission {
    if let (Some(known), Some(version)) = (known, version)
        && known.is_known(object, version)
    {
        return Admission::Known;
    }
    if scrutiny.names && object.folder.is_digest(object.name) {
        return Admission::Digest(version);
    }
    match object.kind() {
        None if scrutiny.alone => admit_alone(object, version, scrutiny),
        None => Admission::Open(version),
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
