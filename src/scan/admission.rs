//! Whether an object is to be opened: decided by its name, its key and its version, on whatever thread
//! is about to read it.

use crate::aws::KeyKind;
use crate::input::{Object, Place, Skip, Trailer, Version};
use crate::tally::SkipReason;

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
    /// Its key or name says that it is no log.
    Skipped(Option<Version>, SkipReason),
    /// It was read before.
    Known,
}

/// Decides about an object on this machine.
pub(super) fn admit(object: &Object<'_>, known: Option<&dyn Known>) -> Admission {
    let version = match (known, object.place) {
        (None, _) | (_, Place::StandardInput | Place::S3) => None,
        // What cannot be looked up is opened, which says what is wrong.
        (Some(_), Place::Local) => Version::of_file(&object.path()).ok().flatten(),
    };
    admit_version(object, version, known)
}

/// Decides about an object whose version is known.
pub(super) fn admit_version(
    object: &Object<'_>,
    version: Option<Version>,
    known: Option<&dyn Known>,
) -> Admission {
    if let (Some(known), Some(version)) = (known, version)
        && known.is_known(object, version)
    {
        return Admission::Known;
    }
    match object.kind() {
        None => Admission::Open(version),
        Some(KeyKind::Digest) => Admission::Skipped(version, SkipReason::Digest),
        Some(KeyKind::Insight) => Admission::Skipped(version, SkipReason::Insight),
        Some(KeyKind::Aggregated) => Admission::Skipped(version, SkipReason::Aggregated),
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
