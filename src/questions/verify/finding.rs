//! What is found on a chain: one thing each, with its place and its time.

use crate::sts::Time;

/// What kind of thing was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FindingKind {
    /// A digest that cannot be read.
    DamagedDigest,
    /// A signature that is not that of the digest.
    WrongSignature,
    /// A digest that is not the one that the next digest was made for.
    WrongPreviousHash,
    /// A time of which there is no digest.
    Hole,
    /// A digest that begins the chain anew.
    Restart,
    /// A log with another content.
    Differs,
    /// A log that is named and was not found.
    Missing,
    /// A log that was found and is not named: to be known, no fault.
    Unnamed,
}

impl FindingKind {
    /// Every kind.
    pub const ALL: [FindingKind; 8] = [
        FindingKind::DamagedDigest,
        FindingKind::WrongSignature,
        FindingKind::WrongPreviousHash,
        FindingKind::Hole,
        FindingKind::Restart,
        FindingKind::Differs,
        FindingKind::Missing,
        FindingKind::Unnamed,
    ];

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            FindingKind::DamagedDigest => "damaged-digest",
            FindingKind::WrongSignature => "wrong-signature",
            FindingKind::WrongPreviousHash => "wrong-previous-hash",
            FindingKind::Hole => "hole",
            FindingKind::Restart => "restart",
            FindingKind::Differs => "differs",
            FindingKind::Missing => "missing",
            FindingKind::Unnamed => "unnamed",
        }
    }
}

/// Something that was found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Finding {
    /// What it is.
    pub kind: FindingKind,
    /// The account of its chain.
    pub account_id: String,
    /// The Region of its chain.
    pub region: String,
    /// The trail of its chain.
    pub trail: Option<String>,
    /// From when on: of a log, its oldest event, as far as that is known.
    pub from: Option<Time>,
    /// Until when: of a log, its newest event.
    pub until: Option<Time>,
    /// The file, or the key of what was not found.
    pub path: Option<String>,
    /// What is wrong.
    pub detail: String,
}
