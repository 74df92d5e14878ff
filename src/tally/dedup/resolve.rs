//! Which candidates survive, once all of them are known.
//!
//! Owns the memory that candidates wait in and the order they are compared in. What is told apart by
//! their content is for whoever resolves them.

use std::cmp::Ordering;
use std::error::Error as _;
use std::sync::LazyLock;

use rayon::prelude::*;

use super::Candidate;
use super::filter::Filter;

/// Whether rayon has got its threads. Where the system starts none, one thread sorts.
static HAS_THREADS: LazyLock<bool> = LazyLock::new(|| {
    let built = rayon::ThreadPoolBuilder::new().build_global();
    // Without a cause, somebody else has built them before.
    !built.is_err_and(|error| error.source().is_some())
});

/// Candidates that are not decided yet: 32 bytes for each and hardly more, as few may be copies for
/// another account.
#[derive(Clone)]
pub(crate) struct Candidates<P> {
    plain: Pieces<Plain<P>>,
    shared: Pieces<Candidate<P>>,
}

/// A candidate without the identity of a call that it is a copy of.
#[derive(Clone, Copy)]
struct Plain<P> {
    event: u128,
    packed: u64,
    payload: P,
}

impl<P> From<Plain<P>> for Candidate<P> {
    fn from(plain: Plain<P>) -> Candidate<P> {
        let Plain {
            event,
            packed,
            payload,
        } = plain;
        Candidate {
            event,
            shared: 0,
            packed,
            payload,
        }
    }
}

/// A list in pieces that never move.
#[derive(Clone)]
struct Pieces<T>(Vec<Vec<T>>);

impl<T> Pieces<T> {
    /// The size of a piece: 512 or 768 KiB.
    const MOST: usize = 1 << 14;

    fn push(&mut self, one: T) {
        match self.0.last_mut() {
            Some(piece) if piece.len() < piece.capacity() => piece.push(one),
            last => {
                // The first pieces are small: most archives of a single day need no more.
                let before = last.map_or(64, |piece| piece.capacity());
                let mut piece = Vec::with_capacity((before * 2).min(Self::MOST));
                piece.push(one);
                self.0.push(piece);
            }
        }
    }

    fn append(&mut self, other: Pieces<T>) {
        // The last piece of each may have room left; the order of pieces is of no meaning.
        self.0.splice(0..0, other.0);
    }

    fn len(&self) -> usize {
        self.0.iter().map(Vec::len).sum()
    }
}

impl<P> Default for Candidates<P> {
    fn default() -> Self {
        Candidates {
            plain: Pieces(Vec::new()),
            shared: Pieces(Vec::new()),
        }
    }
}

/// What was dropped beside the survivors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Dropped {
    /// Records delivered more than once.
    pub duplicates: u64,
    /// Second copies of cross-account calls.
    pub shared_copies: u64,
}

impl<P: Copy + Send + Sync> Candidates<P> {
    /// What one takes that can be no copy for another account.
    #[cfg(test)]
    pub const BYTES: usize = size_of::<Plain<P>>();
    /// How many candidates are told from others at most, in 4 MiB: with far more all may have copies.
    const TOLD_APART: usize = 1 << 20;
    /// So few that it is not worth waking other threads to sort them.
    const FEW: usize = 1 << 12;

    pub fn push(&mut self, candidate: Candidate<P>) {
        let Candidate {
            event,
            shared,
            packed,
            payload,
        } = candidate;
        if shared != 0 {
            return self.shared.push(candidate);
        }
        self.plain.push(Plain {
            event,
            packed,
            payload,
        });
    }

    pub fn iter(&self) -> impl Iterator<Item = Candidate<P>> {
        let plain = self.plain.0.iter().flatten();
        (plain.copied().map(Candidate::from)).chain(self.shared.0.iter().flatten().copied())
    }

    /// The same; the pieces are freed on the way.
    fn drain(self) -> impl Iterator<Item = Candidate<P>> {
        let plain = self.plain.0.into_iter().flatten();
        (plain.map(Candidate::from)).chain(self.shared.0.into_iter().flatten())
    }

    /// What they count for.
    pub fn payloads_mut(&mut self) -> impl Iterator<Item = &mut P> {
        let plain = self.plain.0.iter_mut().flatten();
        let shared = self.shared.0.iter_mut().flatten();
        (plain.map(|one| &mut one.payload)).chain(shared.map(|one| &mut one.payload))
    }

    pub fn append(&mut self, other: Candidates<P>) {
        self.plain.append(other.plain);
        self.shared.append(other.shared);
    }

    pub fn len(&self) -> usize {
        self.plain.len() + self.shared.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Gives them away by number, `of` saying which below `parts`; the pieces are freed on the way.
    pub fn into_parts(
        self,
        parts: usize,
        of: impl Fn(&Candidate<P>) -> usize,
    ) -> Vec<Vec<Candidate<P>>> {
        let mut sizes = vec![0_usize; parts];
        for candidate in self.iter() {
            sizes[of(&candidate)] += 1;
        }
        let mut all: Vec<Vec<_>> = sizes.into_iter().map(Vec::with_capacity).collect();
        for candidate in self.drain() {
            all[of(&candidate)].push(candidate);
        }
        all
    }

    /// Decides which candidates survive and hands them to `each`, in no order. `by_content` orders candidates
    /// by what would be reported of them.
    pub fn resolve(
        self,
        by_content: impl Fn(&Candidate<P>, &Candidate<P>) -> Ordering + Sync,
        mut each: impl FnMut(&Candidate<P>),
    ) -> Dropped {
        let (shared, duplicates) = self.resolve_events(&by_content, &mut each);
        Dropped {
            duplicates,
            shared_copies: shared.resolve_shared(&by_content, each),
        }
    }

    /// The first rule alone, of the deliveries of one event. Survivors that may be a copy of a call
    /// elsewhere come back, with the number of records that were dropped; the others go to `each`.
    pub fn resolve_events(
        self,
        by_content: &(impl Fn(&Candidate<P>, &Candidate<P>) -> Ordering + Sync),
        mut each: impl FnMut(&Candidate<P>),
    ) -> (Candidates<P>, u64) {
        let mut duplicates = 0;
        let mut shared = Candidates::default();
        self.each_together(
            |candidate| candidate.event,
            by_content,
            |copies| {
                duplicates += copies.len() as u64 - 1;
                // If any copy knows of a sharing, the survivor does.
                let sharing = copies
                    .iter()
                    .map(|candidate| candidate.shared)
                    .find(|&id| id != 0);
                let survivor = Candidate {
                    shared: sharing.unwrap_or(0),
                    ..copies[0]
                };
                if survivor.shared == 0 {
                    each(&survivor);
                } else {
                    shared.push(survivor);
                }
            },
        );
        (shared, duplicates)
    }

    /// The second rule alone, of the copies of one call, of which each is the only delivery of its
    /// event. Gives the number of records that were dropped.
    pub fn resolve_shared(
        self,
        by_content: &(impl Fn(&Candidate<P>, &Candidate<P>) -> Ordering + Sync),
        mut each: impl FnMut(&Candidate<P>),
    ) -> u64 {
        let mut shared_copies = 0;
        self.each_together(
            |candidate| candidate.shared,
            by_content,
            |copies| {
                shared_copies += copies.len() as u64 - 1;
                each(&copies[0]);
            },
        );
        shared_copies
    }

    /// Hands all candidates to `each`, those with one identity together and the preferred one first.
    ///
    /// The pieces are freed while candidates go their ways, so this needs hardly more memory than they do.
    fn each_together(
        self,
        identity: impl Fn(&Candidate<P>) -> u128 + Sync,
        by_content: &(impl Fn(&Candidate<P>, &Candidate<P>) -> Ordering + Sync),
        mut each: impl FnMut(&[Candidate<P>]),
    ) {
        // Most have no copy: the others only are sorted.
        let mut filter = Filter::with_room_for(self.len().min(Self::TOLD_APART));
        self.iter()
            .for_each(|candidate| filter.note(identity(&candidate)));
        let may_repeat = |candidate: &Candidate<P>| filter.may_repeat(identity(candidate));

        let part_of = |candidate: &Candidate<P>| (identity(candidate) >> (128 - 8)) as usize;
        let mut sizes = [0_usize; 1 << 8];
        for candidate in self.iter().filter(|candidate| may_repeat(candidate)) {
            sizes[part_of(&candidate)] += 1;
        }
        let mut parts = sizes.map(Vec::with_capacity);
        for candidate in self.drain() {
            if may_repeat(&candidate) {
                parts[part_of(&candidate)].push(candidate);
            } else {
                each(&[candidate]);
            }
        }
        let sort = |part: &mut Vec<Candidate<P>>| {
            part.sort_unstable_by(|a, b| {
                identity(a)
                    .cmp(&identity(b))
                    .then_with(|| a.preference(b, by_content))
            });
        };
        if sizes.iter().sum::<usize>() < Self::FEW || !*HAS_THREADS {
            parts.iter_mut().for_each(sort);
        } else {
            parts.par_iter_mut().for_each(sort);
        }
        for part in parts {
            part.chunk_by(|a, b| identity(a) == identity(b))
                .for_each(&mut each);
        }
    }
}
