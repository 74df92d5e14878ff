//! A tally as bytes: one part of an answer, to be merged with others elsewhere or later.
//!
//! Owns the format of parts. A part says first what it is: what was asked, which calls were chosen, and
//! by which rules they were classified and counted, so that parts that have no sum are told before
//! anything is added. Refuses to know where parts come from and go to.
//!
//! # The format
//!
//! A format on disk and on the wire. To change anything in it is another [`FORMAT`]; to classify or to
//! count in another way, or to change the flags of a candidate (`tally::dedup::candidate`), is another [`RULES`].
//!
//! | bytes | what |
//! |---|---|
//! | 8 | [`MAGIC`] |
//! | 2 | [`FORMAT`], little endian |
//! | text | [`RULES`] of the program that wrote it |
//! | text | the name of the question |
//! | | the terms: since, until, accounts, Regions, endpoints, conditions, hosts |
//! | 1 | whether copies count once |
//! | 1 | how far it is decided which calls are copies |
//! | | into how many parts the calls were cut; into how many those that the last rule was applied to, and their numbers |
//! | | the texts (`calls`) |
//! | | whether the totals are in it, and if so, these (`body`, `evidence`) |
//! | | groups, and the calls of each of which it is not decided whether they count (`calls`) |
//! | 16 | a hash of all that is before it: a part that was cut or changed is told |
//!
//! The hash tells accidents, not attackers. A part that somebody made up gives wrong figures, but no
//! panic, and takes no more memory than some dozens of times its bytes.

mod body;
mod bytes;
mod calls;
mod evidence;
mod frame;
mod split;

// Stores write calls in the same alphabet.
pub(crate) use bytes::{Reader, Written};
pub(crate) use frame::begins_as_part;
pub use frame::{FrameError, Parts, write_frame};

use siphasher::sip128::SipHasher13;

use self::bytes::{Broken, write_text};
use super::dedup::traces;
use super::question::Question;
use super::settle::{Cut, Met, Settled};
use super::staged::Staged;
use super::terms::Terms;
use super::totals::Totals;
use super::{Scratch, Tally};

/// What a part begins with.
pub const MAGIC: [u8; 8] = *b"stscope\x1a";

/// The version of the format of parts.
pub const FORMAT: u16 = 12;

/// The rules that calls are classified and counted by. Parts by different rules have no sum: the number
/// at the end grows with every change that would give the same logs another answer.
pub const RULES: &str = concat!(env!("CARGO_PKG_VERSION"), "/6");

/// Chosen once, for the hash at the end.
const KEYS: (u64, u64) = (0x7374_7363_6f70_6531, 0x7061_7274_6961_6c31);
const HASH: usize = 16;

/// A part of an answer, as bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partial {
    bytes: Vec<u8>,
}

/// Why bytes are no part that can be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PartialError {
    /// They are something else.
    #[error("no part of an answer")]
    NotAPart,
    /// They are of another version of the format.
    #[error("a part in version {0} of the format, and not in version {FORMAT}")]
    Format(u16),
    /// The end is missing, or something in it has changed.
    #[error("a part that was cut short or changed")]
    Damaged,
    /// Another program wrote it, by other rules.
    #[error("a part by other rules: {0:?}, and not {RULES:?}")]
    Rules(String),
    /// It answers something that this program, or whoever reads it, does not ask.
    #[error("a part of an answer to another question: {0:?}")]
    Question(String),
    /// What is in it contradicts itself. Says what.
    #[error("a part that is not sound: {0}")]
    Broken(&'static str),
}

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
    /// Bytes with their hash.
    fn sealed(mut bytes: Vec<u8>) -> Partial {
        let hash = hash(&bytes);
        bytes.extend_from_slice(&hash);
        Partial { bytes }
    }

    /// The bytes, to be written down or sent.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The name of the question it is of.
    ///
    /// # Errors
    /// If the bytes are no part, or not whole; if they are by other rules.
    pub fn question(&self) -> Result<&str, PartialError> {
        Ok(self.open()?.text()?)
    }

    /// The tally in it.
    ///
    /// # Errors
    /// If the bytes are no part, or not whole; if they are by other rules or of another question.
    pub fn tally<Q: Question>(&self) -> Result<Tally<Q>, PartialError> {
        let mut from = self.open()?;
        let name = from.text()?;
        let question = Q::find(name).ok_or_else(|| PartialError::Question(name.to_owned()))?;
        let terms = Terms::read(&mut from)?;
        let once = bool::read(&mut from)?;
        let settled = Settled::read(&mut from)?;
        let cut = Cut::into(u32::read(&mut from)?);
        let met = Met {
            of: u32::read(&mut from)?,
            numbers: Written::read(&mut from)?,
        };
        let interner = calls::read_texts(&mut from)?;
        let symbol = |number| calls::symbol(number, &interner);
        let is_home = bool::read(&mut from)?;
        let mut totals = match is_home {
            true => body::read_totals(terms, symbol, &mut from)?,
            false => Totals::by(terms),
        };
        let (groups, open) = calls::read_groups(question.width(), &interner, &mut from)?;
        from.end()?;
        if !is_home {
            totals.elsewhere = 0_u64.wrapping_sub(traces(open.iter()));
        }
        Ok(Tally {
            question,
            once,
            settled,
            cut,
            met,
            totals,
            interner,
            groups,
            open,
            staged: Staged::default(),
            scratch: Scratch::default(),
        })
    }

    /// What follows the version and the rules, in a part that is whole.
    fn open(&self) -> Result<Reader<'_>, PartialError> {
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
        Ok(from)
    }
}

/// What a part says of itself before anything else.
struct Head<'t> {
    name: String,
    terms: &'t Terms,
    once: bool,
    settled: Settled,
    parts: u32,
    met: &'t Met,
}

impl<'t> Head<'t> {
    fn of<Q: Question>(tally: &'t Tally<Q>, parts: u32) -> Head<'t> {
        Head {
            name: tally.question.name(),
            terms: &tally.totals.terms,
            once: tally.once,
            settled: tally.settled,
            parts,
            met: &tally.met,
        }
    }

    fn written(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        bytes.extend_from_slice(&MAGIC);
        bytes.extend_from_slice(&FORMAT.to_le_bytes());
        write_text(RULES, &mut bytes);
        write_text(&self.name, &mut bytes);
        self.terms.write(&mut bytes);
        self.once.write(&mut bytes);
        self.settled.write(&mut bytes);
        self.parts.write(&mut bytes);
        self.met.of.write(&mut bytes);
        self.met.numbers.write(&mut bytes);
        bytes
    }
}

fn hash(bytes: &[u8]) -> [u8; HASH] {
    let hasher = SipHasher13::new_with_keys(KEYS.0, KEYS.1);
    hasher.hash(bytes).as_bytes()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::cloudtrail::{Field, Record};
    use crate::sts::{Call, Dimension, Hosts, Properties, Time, glob};
    use crate::tally::{Collector as _, Condition, Coverage, Mismatch, Report, Selection};

    /// Calls by account, and by Region or not: all that a tally has to know of a question.
    #[derive(Clone, Debug)]
    struct ByAccount {
        and_region: bool,
    }

    impl Question for ByAccount {
        fn width(&self) -> usize {
            2
        }

        fn key(&self, call: &impl Properties, _: &mut String, mut push: impl FnMut(Option<&str>)) {
            push(call.recipient_account_id());
            push(call.aws_region().filter(|_| self.and_region));
        }

        fn tells_days(&self) -> bool {
            false
        }

        fn tells_callers(&self) -> bool {
            false
        }

        fn name(&self) -> String {
            format!("account{}", if self.and_region { " region" } else { "" })
        }

        fn find(name: &str) -> Option<ByAccount> {
            let and_region = match name {
                "account" => false,
                "account region" => true,
                _ => return None,
            };
            Some(ByAccount { and_region })
        }
    }

    fn tally(question: ByAccount) -> Tally<ByAccount> {
        let mut tally = Tally::of(question, &Terms::default(), true);
        for number in 0..12 {
            let (event, shared) = (format!("e{}", number % 9), format!("s{}", number % 4));
            let record = Record::default()
                .with(Field::EventTime, "2025-11-03T09:10:11Z")
                .with(Field::AwsRegion, ["us-east-1", "eu-west-1"][number % 2])
                .with(
                    Field::RecipientAccountId,
                    ["111122223333", "444455556666"][number % 2],
                )
                .with(Field::IdentityArn, "arn:aws:iam::111122223333:user/ann");
            let record = match number % 3 {
                0 => record,
                1 => record.with(Field::EventId, event.as_str()),
                _ => (record.with(Field::EventId, event.as_str()))
                    .with(Field::SharedEventId, shared.as_str()),
            };
            tally.take(&Call::new(&record, None), number != 7);
        }
        let mut coverage = Coverage::default();
        tally.end_file(None, &mut coverage);
        coverage.key_accounts.insert("111122223333".into());
        coverage.key_first_day = "2025-11-03".parse().ok();
        tally.totals().coverage += coverage;
        tally
    }

    #[test]
    fn terms_and_matched_conditions_come_back() {
        let terms = Terms {
            selection: Selection {
                since: Time::parse("2024-05-10T00:00:00Z"),
                accounts: vec!["111122223333".into()],
                conditions: vec![Condition {
                    dimension: Dimension::Principal,
                    glob: glob("*role/[[]x]**").unwrap(),
                    negated: true,
                    names: None,
                }],
                ..Selection::default()
            },
            hosts: Hosts::parse(["", "*.example regional eu-west-1", "a.b global"]).unwrap(),
        };
        let mut tally = Tally::of(ByAccount { and_region: false }, &terms, true);
        tally.totals.matched.note(0, true, false);
        let again = Partial::of(&tally).tally::<ByAccount>().unwrap();
        assert_eq!(again.totals.terms, terms);
        assert_eq!(again.totals.matched, tally.totals.matched);
        assert_eq!(tally.merge(again), Ok(()));
        let other = Tally::of(ByAccount { and_region: false }, &Terms::default(), true);
        assert_eq!(tally.merge(other), Err(Mismatch::Terms("since")));
    }

    fn said(report: &Report<ByAccount>) -> String {
        let groups: Vec<_> = report.groups().collect();
        let coverage = &report.totals.coverage;
        format!("{groups:?} {coverage:?} {:?}", report.totals.summary())
    }

    /// The same bytes with a hash that is theirs.
    fn sealed(content: Vec<u8>) -> Partial {
        Partial::sealed(content)
    }

    fn content(part: &Partial) -> Vec<u8> {
        part.as_bytes()[..part.as_bytes().len() - HASH].to_vec()
    }

    #[test]
    fn a_tally_comes_back_and_says_the_same() {
        let tally = tally(ByAccount { and_region: true });
        assert!(tally.open.len() > 3);
        let part = Partial::of(&tally);
        let again = part.tally::<ByAccount>().unwrap();
        assert_eq!(Partial::of(&again), part);
        // Whoever made it need not have named a run.
        assert_eq!(again.totals.elsewhere, 0);
        assert_eq!(said(&again.finish()), said(&tally.finish()));
    }

    #[test]
    fn what_is_elsewhere_is_nothing_where_all_parts_are_together() {
        let question = || ByAccount { and_region: true };
        for parts in 1..5 {
            let mut pieces = Vec::new();
            let whole = tally(question()).into_parts(parts, 0, |_, part| {
                pieces.push(part.tally::<ByAccount>()?);
                Ok::<_, PartialError>(())
            });
            assert_eq!(whole, Ok(()));
            for lost in 0..pieces.len() {
                let mut sum = Tally::of(question(), &Terms::default(), true);
                let others = pieces.iter().enumerate().filter(|(at, _)| *at != lost);
                others.for_each(|(_, piece)| sum.merge(piece.clone()).unwrap());
                assert_eq!(
                    sum.totals.elsewhere == 0,
                    pieces.len() == 1,
                    "{lost} of {parts}"
                );
                sum.merge(pieces[lost].clone()).unwrap();
                assert_eq!(sum.totals.elsewhere, 0, "{lost} of {parts}");
            }
        }
    }

    #[test]
    fn what_does_not_fit_is_told_before_anything_is_read() {
        let part = Partial::of(&tally(ByAccount { and_region: false }));
        let fault = |content: Vec<u8>| sealed(content).tally::<ByAccount>().err();
        let mut newer = content(&part);
        newer[8] = FORMAT as u8 + 1;
        assert_eq!(fault(newer), Some(PartialError::Format(FORMAT + 1)));
        let mut other_rules = content(&part);
        let at = MAGIC.len() + 2 + RULES.len();
        other_rules[at] = b'x';
        let named = RULES[..RULES.len() - 1].to_owned() + "x";
        assert_eq!(fault(other_rules), Some(PartialError::Rules(named)));
        let mut longer = content(&part);
        longer.push(0);
        assert_eq!(
            fault(longer),
            Some(PartialError::Broken("something follows its end"))
        );
        assert_eq!(
            fault(MAGIC.to_vec()),
            Some(PartialError::Format(fault_version(&MAGIC)))
        );
    }

    /// What is where the version should be: the beginning of the hash.
    fn fault_version(content: &[u8]) -> u16 {
        let hash = hash(content);
        u16::from_le_bytes([hash[0], hash[1]])
    }

    #[test]
    fn the_memory_for_a_claimed_length_is_not_taken() {
        let part = Partial::of(&Tally::of(
            ByAccount { and_region: false },
            &Terms::default(),
            true,
        ));
        let content = content(&part);
        // Most numbers in it are lengths. To make room for as much would end the process.
        let mut refused = 0;
        for at in MAGIC.len() + 2..content.len() {
            let mut claims = content[..at].to_vec();
            (1_u64 << 50).write(&mut claims);
            claims.extend_from_slice(&content[at + 1..]);
            refused += usize::from(sealed(claims).tally::<ByAccount>().is_err());
        }
        assert!(refused > 30, "{refused}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn bytes_that_somebody_made_up_are_an_error_or_a_tally(
            changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        ) {
            let whole = tally(ByAccount { and_region: true });
            let mut content = content(&Partial::of(&whole));
            for (at, byte) in changes {
                let at = at.index(content.len());
                content[at] = byte;
            }
            // It comes to an end, whatever it says.
            if let Ok(made_up) = sealed(content).tally::<ByAccount>() {
                let mut sum = whole;
                let _ = sum.merge(made_up.clone());
                said(&sum.finish());
                said(&made_up.finish());
            }
        }
    }
}
