//! A tally → parts: one, or as many as there are places where calls meet their copies.
//!
//! Owns where a call goes, which depends on its identity alone, and that a part has the texts and groups
//! that its calls need, and no others. What is known already goes with one of the parts.
//!
//! Whatever the order of files and threads was, the same sums give the same bytes: a task of an engine
//! that runs again must send the same to the same places.

use super::body;
use super::bytes::Written as _;
use super::calls::{GroupWriter, base, write_texts};
use super::{Head, Partial};
use crate::tally::dedup::traces;
use crate::tally::groups::{GroupId, Measures};
use crate::tally::question::Question;
use crate::tally::settle::Settled;
use crate::tally::totals::Entry;
use crate::tally::{Candidate, Symbol, Tally};

/// The number of the part that a candidate belongs to, of so many.
///
/// By bits 64 to 95 of its identity: the highest and the lowest tell candidates apart within a part
/// (`tally::dedup::candidate`), and would be of no use there if all in a part had the same.
fn part_of(candidate: &Candidate<Entry>, settled: Settled, parts: u32) -> u32 {
    let identity = match settled {
        Settled::Open => candidate.event(),
        Settled::ByEvent | Settled::ByShared | Settled::Closed => candidate.shared(),
    };
    (identity >> 64) as u32 % parts
}

impl<Q: Question> Tally<Q> {
    /// Whether the calls of a part that may have copies elsewhere belong to the part of this number.
    #[cfg(feature = "cli")]
    pub(crate) fn is_of_number(&self, number: u32) -> bool {
        let parts = self.cut.most.max(1);
        let mut open = self.open.iter();
        open.all(|call| part_of(&call, self.settled, parts) == number)
    }

    /// Hands parts to `each`, by number: calls that may be copies of one another have the same one. What
    /// is known whatever other calls there are goes with number `home`, which is always there; of the
    /// others, only those that have calls.
    ///
    /// # Errors
    /// What `each` gives.
    pub fn into_parts<E>(
        mut self,
        parts: u32,
        home: u32,
        mut each: impl FnMut(u32, Partial) -> Result<(), E>,
    ) -> Result<(), E> {
        let parts = parts.max(1);
        let home = home % parts;
        let settled = self.settled;
        let open = std::mem::take(&mut self.open);
        let by_part = open.into_parts(parts as usize, |candidate| {
            part_of(candidate, settled, parts) as usize
        });
        let others = (0..).zip(&by_part).filter(|(number, _)| *number != home);
        let elsewhere = others.fold(self.totals.elsewhere, |sum, (_, calls)| {
            sum.wrapping_add(traces(calls.iter().copied()))
        });
        let mut ranked = Ranked::of(&self, parts);
        for (number, calls) in (0..).zip(by_part) {
            if number == home || !calls.is_empty() {
                let elsewhere = (number == home).then_some(elsewhere);
                each(number, ranked.part(&self, calls, elsewhere))?;
            }
        }
        Ok(())
    }
}

impl Partial {
    /// A tally as bytes.
    pub fn of<Q: Question>(tally: &Tally<Q>) -> Partial {
        let elsewhere = Some(tally.totals.elsewhere);
        Ranked::of(tally, 1).part(tally, tally.open.iter().collect(), elsewhere)
    }
}

/// The places of the texts and groups of a tally in their order.
struct Ranked {
    /// How many parts are written.
    parts: u32,
    /// The texts in order, and the place of each.
    texts: Vec<Symbol>,
    text_ranks: Vec<u32>,
    /// The same of the groups, which are in the order of their keys.
    groups: Vec<GroupId>,
    group_ranks: Vec<u32>,
    /// The number of each text, by its place, in the part that is written.
    numbers: Vec<u32>,
}

impl Ranked {
    fn of<Q: Question>(tally: &Tally<Q>, parts: u32) -> Ranked {
        let interner = &tally.interner;
        // What is absent is the first.
        let mut texts: Vec<Symbol> = (0..=interner.len() as u32).map(Symbol::from_raw).collect();
        texts.sort_unstable_by_key(|&symbol| interner.text(symbol));
        let text_ranks = ranks(texts.iter().map(|symbol| symbol.raw()));
        let rank = |symbol: &Symbol| text_ranks[symbol.raw() as usize];
        let keys = |id: &GroupId| tally.groups.key(*id).iter().map(rank);
        let mut groups: Vec<GroupId> = (0..tally.groups.len() as GroupId).collect();
        groups.sort_unstable_by(|one, other| keys(one).cmp(keys(other)));
        Ranked {
            parts,
            numbers: vec![0; texts.len()],
            group_ranks: ranks(groups.iter().copied()),
            texts,
            text_ranks,
            groups,
        }
    }

    /// The part with these calls, and with what is known of all, if it is the home of that, and other calls
    /// are `elsewhere`.
    fn part<Q: Question>(
        &mut self,
        tally: &Tally<Q>,
        mut calls: Vec<Candidate<Entry>>,
        elsewhere: Option<u64>,
    ) -> Partial {
        let is_home = elsewhere.is_some();
        for call in &mut calls {
            if let Some(group) = call.payload.wanted() {
                call.payload.at = self.group_ranks[group as usize];
            }
            call.payload.principal = self.rank(call.payload.principal);
        }
        calls.sort_unstable_by_key(|call| {
            let Entry { at, principal } = call.payload;
            (at, call.packed(), call.event(), call.shared(), principal)
        });
        let mut of_groups = Vec::new();
        for calls in calls.chunk_by(|one, other| one.payload.at == other.payload.at) {
            of_groups.extend(calls[0].payload.wanted());
        }
        if is_home {
            let has_calls = |&&id: &&GroupId| *tally.groups.measures(id) != Measures::default();
            let counted = self.groups.iter().filter(has_calls);
            of_groups.extend(counted.map(|&id| self.group_ranks[id as usize]));
            of_groups.sort_unstable();
            of_groups.dedup();
        }
        let used = self.number_texts(tally, &of_groups, &calls, is_home);

        let mut bytes = Head::of(tally, self.parts).written();
        let texts = used
            .iter()
            .map(|&rank| tally.interner.text(self.texts[rank as usize]));
        write_texts(texts, &mut bytes);
        is_home.write(&mut bytes);
        if let Some(elsewhere) = elsewhere {
            let number = |symbol| self.number(self.rank(symbol));
            body::write_totals(&tally.totals, elsewhere, number, &mut bytes);
        }
        for call in &mut calls {
            call.payload.principal = Symbol::from_raw(self.number(call.payload.principal));
        }
        let mut groups = GroupWriter::new(tally.question.width(), base(&calls), &mut bytes);
        of_groups.len().write(&mut bytes);
        let mut key = Vec::new();
        let mut rest = calls.as_slice();
        for rank in of_groups {
            let id = self.groups[rank as usize];
            key.clear();
            key.extend((tally.groups.key(id).iter()).map(|&one| self.number(self.rank(one))));
            let measures = match is_home {
                true => *tally.groups.measures(id),
                false => Measures::default(),
            };
            let its = rest
                .iter()
                .take_while(|call| call.payload.at == rank)
                .count();
            groups.group(&key, &measures, &rest[..its], &mut bytes);
            rest = &rest[its..];
        }
        groups.calls(rest, &mut bytes);
        Partial::sealed(bytes)
    }

    /// The place of a text, in place of its symbol.
    fn rank(&self, symbol: Symbol) -> Symbol {
        Symbol::from_raw(self.text_ranks[symbol.raw() as usize])
    }

    /// The number of the text at this place in the part that is written.
    fn number(&self, rank: Symbol) -> u32 {
        self.numbers[rank.raw() as usize]
    }

    /// Numbers the texts that a part needs, in their order, and gives their places.
    fn number_texts<Q: Question>(
        &mut self,
        tally: &Tally<Q>,
        groups: &[u32],
        calls: &[Candidate<Entry>],
        is_home: bool,
    ) -> Vec<u32> {
        let mut used = Vec::new();
        for &rank in groups {
            let key = tally.groups.key(self.groups[rank as usize]);
            used.extend(key.iter().map(|&symbol| self.rank(symbol).raw()));
        }
        used.extend(calls.iter().map(|call| call.payload.principal.raw()));
        if is_home {
            let principals = tally.totals.principals.keys();
            used.extend(principals.map(|&symbol| self.rank(symbol).raw()));
        }
        used.sort_unstable();
        used.dedup();
        // What is absent has the number 0 in any case, and no text.
        if used.first() == Some(&0) {
            used.remove(0);
        }
        for (number, &rank) in (1..).zip(&used) {
            self.numbers[rank as usize] = number;
        }
        used
    }
}

/// The place of each number in a list of all numbers.
fn ranks(order: impl ExactSizeIterator<Item = u32>) -> Vec<u32> {
    let mut ranks = vec![0; order.len()];
    for (rank, number) in (0..).zip(order) {
        ranks[number as usize] = rank;
    }
    ranks
}
