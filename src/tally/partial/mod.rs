//! A tally as bytes: one part of an answer, to be merged with others elsewhere or later.
//!
//! Owns the format of parts. A part says first what it is: what was asked, which calls were chosen, and
//! by which rules they were classified and counted, so that parts that have no sum are told before
//! anything is added. Refuses to know where parts come from and go to.
//!
//! # The format
//!
//! A format on disk and on the wire. To change anything in it is another [`FORMAT`]; to classify or to
//! count in another way, or to change the flags of a candidate (`tally::dedup`), is another [`RULES`].
//!
//! | bytes | what |
//! |---|---|
//! | 8 | [`MAGIC`] |
//! | 2 | [`FORMAT`], little endian |
//! | text | [`RULES`] of the program that wrote it |
//! | text | the name of the question |
//! | | the selection: since, until, accounts, Regions, endpoints, conditions |
//! | 1 | whether copies count once |
//! | | texts, groups, totals, and the calls of which it is not decided whether they count |
//! | 16 | a hash of all that is before it: a part that was cut or changed is told |
//!
//! The hash tells accidents, not attackers. A part that somebody made up gives wrong figures, but no
//! panic, and takes no more memory than a small multiple of its bytes.

mod body;
mod bytes;

use std::fmt;
use std::sync::Arc;

use siphasher::sip128::SipHasher13;

use self::bytes::{Broken, Reader, Written, write_text};
use super::question::Question;
use super::selection::Selection;
use super::staged::Staged;
use super::{Scratch, Tally};

/// What a part begins with.
pub const MAGIC: [u8; 8] = *b"stscope\x1a";

/// The version of the format of parts.
pub const FORMAT: u16 = 1;

/// The rules that calls are classified and counted by. Parts by different rules have no sum: the number
/// at the end grows with every change that would give the same logs another answer.
pub const RULES: &str = concat!(env!("CARGO_PKG_VERSION"), "/1");

/// Chosen once, for the hash at the end.
const KEYS: (u64, u64) = (0x7374_7363_6f70_6531, 0x7061_7274_6961_6c31);
const HASH: usize = 16;

/// A part of an answer, as bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partial {
    bytes: Vec<u8>,
}

/// Why bytes are no part that can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PartialError {
    /// They are something else.
    NotAPart,
    /// They are of another version of the format.
    Format(u16),
    /// The end is missing, or something in it has changed.
    Damaged,
    /// Another program wrote it, by other rules.
    Rules(String),
    /// It answers something that this program, or whoever reads it, does not ask.
    Question(String),
    /// What is in it contradicts itself. Says what.
    Broken(&'static str),
}

impl fmt::Display for PartialError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PartialError::NotAPart => f.write_str("no part of an answer"),
            PartialError::Format(version) => write!(
                f,
                "a part in version {version} of the format, and not in version {FORMAT}"
            ),
            PartialError::Damaged => f.write_str("a part that was cut short or changed"),
            PartialError::Rules(theirs) => {
                write!(f, "a part by other rules: {theirs:?}, and not {RULES:?}")
            }
            PartialError::Question(name) => {
                write!(f, "a part of an answer to another question: {name:?}")
            }
            PartialError::Broken(what) => write!(f, "a part that is not sound: {what}"),
        }
    }
}

impl std::error::Error for PartialError {}

impl From<Broken> for PartialError {
    fn from(Broken(what): Broken) -> PartialError {
        PartialError::Broken(what)
    }
}

impl From<Vec<u8>> for Partial {
    /// Whether they are a part is told by [`Partial::tally`].
    fn from(bytes: Vec<u8>) -> Partial {
        Partial { bytes }
    }
}

impl Partial {
    /// A tally as bytes.
    pub fn of<Q: Question>(tally: &Tally<Q>) -> Partial {
        let mut bytes = Vec::new();
        bytes.extend_from_slice(&MAGIC);
        bytes.extend_from_slice(&FORMAT.to_le_bytes());
        write_text(RULES, &mut bytes);
        write_text(&tally.question.name(), &mut bytes);
        tally.selection.write(&mut bytes);
        tally.once.write(&mut bytes);
        tally.interner.write(&mut bytes);
        body::write_groups(&tally.groups, &mut bytes);
        body::write_totals(&tally.totals, &mut bytes);
        body::write_candidates(&tally.open, &mut bytes);
        let hash = hash(&bytes);
        bytes.extend_from_slice(&hash);
        Partial { bytes }
    }

    /// The bytes, to be written down or sent.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The tally in it.
    ///
    /// # Errors
    /// If the bytes are no part, or not whole; if they are by other rules or of another question.
    pub fn tally<Q: Question>(&self) -> Result<Tally<Q>, PartialError> {
        let mut from = Reader(&self.bytes);
        if from.array() != Ok(MAGIC) {
            return Err(PartialError::NotAPart);
        }
        let version = from.array().map_err(|_| PartialError::Damaged)?;
        let version = u16::from_le_bytes(version);
        if version != FORMAT {
            return Err(PartialError::Format(version));
        }
        let (content, theirs) = (self.bytes.split_last_chunk::<HASH>())
            .filter(|(content, _)| content.len() >= MAGIC.len() + size_of_val(&version))
            .ok_or(PartialError::Damaged)?;
        if hash(content) != *theirs {
            return Err(PartialError::Damaged);
        }
        let mut from = Reader(&content[MAGIC.len() + size_of_val(&version)..]);
        let rules = from.text()?;
        if rules != RULES {
            return Err(PartialError::Rules(rules.to_owned()));
        }
        let name = from.text()?;
        let question = Q::find(name).ok_or_else(|| PartialError::Question(name.to_owned()))?;
        let selection = Arc::new(Selection::read(&mut from)?);
        let once = bool::read(&mut from)?;
        let interner = Written::read(&mut from)?;
        let groups = body::read_groups(question.width(), &interner, &mut from)?;
        let totals = body::read_totals(&interner, &mut from)?;
        let open = body::read_candidates(&groups, &interner, &mut from)?;
        from.end()?;
        Ok(Tally {
            question,
            selection,
            once,
            totals,
            interner,
            groups,
            open,
            staged: Staged::default(),
            scratch: Scratch::default(),
        })
    }
}

fn hash(bytes: &[u8]) -> [u8; HASH] {
    let hasher = SipHasher13::new_with_keys(KEYS.0, KEYS.1);
    hasher.hash(bytes).as_bytes()
}
