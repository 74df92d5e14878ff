//! JSON, 64 bytes at a time: one bit a byte for each kind of character that matters.
//!
//! All kernels give the same masks: those for x86-64 with AVX-512 or AVX2 and for AArch64 with NEON,
//! found at run time, and a portable one (SSE2, or whatever the target has). Everything above this module
//! is safe code that is compiled once for each. The only `unsafe` of the crate's hot path is here, for the
//! speed that `benches/stages.rs` measures; a property test holds the kernels equal.
//!
//! Why not a parser that exists: on the same work, from the text of a log to the fields of its STS records
//! with the same answers, they take so many times as long as this (`cargo run --release -p json-peers`,
//! AVX2 on an AMD EPYC; medians of seven runs on a machine with other work, of 41 rounds in turn each):
//!
//! | records of STS | simd-json (tape) | sonic-rs (lazy) |
//! |---|---|---|
//! | none | 28 | 15 |
//! | 1 of 10 | 14 (from 9) | 6.5 (from 5.2) |
//! | 6 of 10 | 5.1 | 3.8 |
//! | all | 3.8 | 3.4 |

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(target_arch = "aarch64")]
mod neon;
mod portable;

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// Sixty-four bytes of input.
pub(super) type Block = [u8; 64];

/// For the places of the bits of a block.
///
/// No other thread sees them. They are atomic because a compiler leaves such writes one by one: LLVM 20
/// would gather places in a vector first, which costs more than it saves.
pub(super) type Room = [AtomicU32; 64];

/// A block and what follows it, so that a word can be seen that begins in the block.
pub(super) type Sight = [u8; 64 + Probe::REACH];

/// What is needed to find where objects and arrays end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct EndsMasks {
    pub quote: u64,
    /// `{` and `[`
    pub open: u64,
    /// `}` and `]`
    pub close: u64,
    /// Whether [`RareMasks`] has anything to say. In most blocks it has not.
    pub has_rare: bool,
}

/// What is rare in a block, and changes what it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RareMasks {
    pub backslash: u64,
    /// Bytes in front of a `u`: it may be the backslash of a `\u` escape.
    pub before_u: u64,
    /// Bytes below 0x20.
    pub control: u64,
    /// Bytes at which the word of the [`Probe`] may begin.
    pub word: u64,
}

/// What is needed to find the strings of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct StringMasks {
    pub quote: u64,
    /// Whether there is a backslash or a byte below 0x20.
    pub has_rare: bool,
}

/// What is rare in an object, and changes what it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RareInStrings {
    pub backslash: u64,
    /// Bytes below 0x20.
    pub control: u64,
}

/// A quoted word to look out for, by two of its letters: the second, and the rarest of the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Probe {
    second: u8,
    rarest: u8,
    /// How far after the first quote the rarest letter is.
    rarest_at: usize,
    /// From quote to quote.
    length: usize,
    /// The word in its quotes, and zeros.
    quoted: [u8; Probe::REACH + 1],
}

impl Probe {
    /// How far after a block it may have to look.
    pub const REACH: usize = 32;
    /// How far after the first quote the second letter is.
    const SECOND_AT: usize = 2;
    /// The seldom ones among the letters of CloudTrail's records first.
    const RAREST_FIRST: &[u8] = b"zqjxkvwbyhfgpulmdrncsoaite";

    /// A probe for `"word"`.
    ///
    /// # Panics
    /// If the word has fewer than 2 letters, or more than 31.
    pub fn new(word: &str) -> Probe {
        let length = word.len() + 1;
        assert!(
            (3..=Probe::REACH).contains(&length),
            "a word of 2 to 31 letters"
        );
        let mut quoted = [0; Probe::REACH + 1];
        quoted[0] = b'"';
        quoted[1..length].copy_from_slice(word.as_bytes());
        quoted[length] = b'"';
        let letters = || word.bytes().enumerate().filter(|&(at, _)| at != 1);
        let rarity = |letter: u8| Probe::RAREST_FIRST.iter().position(|&one| one == letter);
        let (rarest_at, rarest) = letters()
            .min_by_key(|&(_, letter)| rarity(letter).unwrap_or(Probe::RAREST_FIRST.len()))
            .expect("two letters or more");
        Probe {
            second: word.as_bytes()[1],
            rarest,
            rarest_at: rarest_at + 1,
            length,
            quoted,
        }
    }

    /// The word in its quotes.
    pub fn quoted(&self) -> &[u8] {
        &self.quoted[..=self.length]
    }
}

/// A way of computing the masks on one kind of processor.
pub(super) trait Lanes: Copy {
    fn ends(self, sight: &Sight, probe: Probe) -> EndsMasks;
    fn rare(self, sight: &Sight, probe: Probe) -> RareMasks;
    fn strings(self, block: &Block) -> StringMasks;
    fn rare_in_strings(self, block: &Block) -> RareInStrings;
    /// Bit `i` of the result is the xor of bits `0..=i`: from quotes to the insides of strings.
    fn prefix_xor(self, bits: u64) -> u64;

    /// Writes the places of some bits, `base` added to each, and after them anything: four at a time,
    /// because a loop that ends with the last bit ends where no processor can foretell it.
    #[inline(always)]
    fn write_out(self, mut bits: u64, base: u32, room: &mut Room) {
        for four in room.as_chunks::<4>().0 {
            for place in four {
                place.store(base.wrapping_add(bits.trailing_zeros()), Relaxed);
                bits &= bits.wrapping_sub(1);
            }
            if bits == 0 {
                break;
            }
        }
    }
}

/// A loop over bytes. It is compiled once for each kind of lanes, so `go` must be
/// `#[inline(always)]`.
pub(super) trait Work {
    /// What comes of it.
    type Outcome;
    /// Does the work.
    fn go<L: Lanes>(&mut self, lanes: L, bytes: &[u8]) -> Self::Outcome;
}

/// The kernel in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kernel(Kind);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Portable,
    #[cfg(target_arch = "x86_64")]
    Avx2(avx2::Avx2),
    #[cfg(target_arch = "x86_64")]
    Avx512(avx512::Avx512),
    #[cfg(target_arch = "aarch64")]
    Neon(neon::Neon),
}

impl Kernel {
    /// The fastest one this processor has.
    pub fn detect() -> Kernel {
        #[cfg(target_arch = "x86_64")]
        if let Some(avx512) = avx512::Avx512::detect() {
            return Kernel(Kind::Avx512(avx512));
        }
        #[cfg(target_arch = "x86_64")]
        if let Some(avx2) = avx2::Avx2::detect() {
            return Kernel(Kind::Avx2(avx2));
        }
        #[cfg(target_arch = "aarch64")]
        if let Some(neon) = neon::Neon::detect() {
            return Kernel(Kind::Neon(neon));
        }
        Kernel::portable()
    }

    /// The one that runs everywhere.
    pub fn portable() -> Kernel {
        Kernel(Kind::Portable)
    }

    /// Every kernel this processor can run, for tests and benches: the portable one first.
    pub fn all() -> Vec<Kernel> {
        let kinds = [
            Some(Kind::Portable),
            #[cfg(target_arch = "x86_64")]
            avx2::Avx2::detect().map(Kind::Avx2),
            #[cfg(target_arch = "x86_64")]
            avx512::Avx512::detect().map(Kind::Avx512),
            #[cfg(target_arch = "aarch64")]
            neon::Neon::detect().map(Kind::Neon),
        ];
        kinds.into_iter().flatten().map(Kernel).collect()
    }

    /// Its name, for benches.
    pub fn name(self) -> &'static str {
        match self.0 {
            Kind::Portable => "portable",
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2(_) => "avx2",
            #[cfg(target_arch = "x86_64")]
            Kind::Avx512(_) => "avx512",
            #[cfg(target_arch = "aarch64")]
            Kind::Neon(_) => "neon",
        }
    }

    /// Does a piece of work.
    #[inline]
    pub(super) fn run<W: Work>(self, work: &mut W, bytes: &[u8]) -> W::Outcome {
        match self.0 {
            Kind::Portable => work.go(portable::Portable, bytes),
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2(avx2) => avx2.run(work, bytes),
            #[cfg(target_arch = "x86_64")]
            Kind::Avx512(avx512) => avx512.run(work, bytes),
            #[cfg(target_arch = "aarch64")]
            Kind::Neon(neon) => neon.run(work, bytes),
        }
    }
}

/// Which bytes are escaped by a backslash before them. `carry` says whether the first byte is, and
/// then whether the first byte of the next block will be.
///
/// The method is simdjson's (Langdale and Lemire, "Parsing gigabytes of JSON per second", 2019):
/// runs of backslashes are told odd from even by the carry of an addition. Where there is no
/// backslash that is right, too, and to ask would cost more than to do it.
#[inline(always)]
pub(super) fn escaped(backslash: u64, carry: &mut u64) -> u64 {
    const EVEN: u64 = 0x5555_5555_5555_5555;
    let backslash = backslash & !*carry;
    let follows = backslash << 1 | *carry;
    let odd_starts = backslash & !EVEN & !follows;
    let (even_runs, overflow) = odd_starts.overflowing_add(backslash);
    *carry = u64::from(overflow);
    (EVEN ^ (even_runs << 1)) & follows
}

/// The plain definition of [`Lanes::prefix_xor`].
#[inline]
pub(super) fn prefix_xor(bits: u64) -> u64 {
    [1, 2, 4, 8, 16, 32]
        .iter()
        .fold(bits, |bits, shift| bits ^ (bits << shift))
}

/// All bits as the last of these: whether a block ends inside a string, from its
/// [`prefix_xor`](Lanes::prefix_xor). From block to block that is one `xor`, which nothing need wait for.
#[inline(always)]
pub(super) fn all_as_last(bits: u64) -> u64 {
    (bits.cast_signed() >> 63).cast_unsigned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// One bit a byte of the block for which `test` holds of what begins there.
    fn mask(sight: &Sight, test: impl Fn(&[u8]) -> bool) -> u64 {
        (0..64).fold(0, |bits, at| bits | u64::from(test(&sight[at..])) << at)
    }

    fn check(lanes: impl Lanes, sight: &Sight, probe: Probe, bits: u64) {
        let of = |set: &'static [u8]| mask(sight, |from| set.contains(&from[0]));
        let control = mask(sight, |from| from[0] < 0x20);
        let block = sight.first_chunk().unwrap();
        let rare_in_strings = RareInStrings {
            backslash: of(b"\\"),
            control,
        };
        assert_eq!(lanes.rare_in_strings(block), rare_in_strings);
        let strings = StringMasks {
            quote: of(b"\""),
            has_rare: rare_in_strings.backslash | control != 0,
        };
        assert_eq!(lanes.strings(block), strings);
        let rare = RareMasks {
            backslash: rare_in_strings.backslash,
            before_u: mask(sight, |from| from[1] == b'u'),
            control,
            word: mask(sight, |from| {
                from[2] == probe.second && from[probe.rarest_at] == probe.rarest
            }),
        };
        assert_eq!(lanes.rare(sight, probe), rare);
        let ends = EndsMasks {
            quote: strings.quote,
            open: of(b"{["),
            close: of(b"}]"),
            has_rare: rare.backslash | rare.control | rare.word != 0,
        };
        assert_eq!(lanes.ends(sight, probe), ends);
        let parity = (0..64).fold(0, |m, i| {
            m | u64::from((bits << (63 - i)).count_ones() % 2 == 1) << i
        });
        assert_eq!(lanes.prefix_xor(bits), parity);
        let mut room = [const { AtomicU32::new(0) }; 64];
        lanes.write_out(bits, 1 << 20, &mut room);
        let places = (0..64).filter(|at| bits >> at & 1 == 1);
        for (place, at) in room.iter().zip(places) {
            assert_eq!(place.load(Relaxed), (1 << 20) + at);
        }
    }

    fn check_all(sight: &Sight, probe: Probe, bits: u64) {
        for Kernel(kind) in Kernel::all() {
            match kind {
                Kind::Portable => check(portable::Portable, sight, probe, bits),
                #[cfg(target_arch = "x86_64")]
                Kind::Avx2(avx2) => check(avx2, sight, probe, bits),
                #[cfg(target_arch = "x86_64")]
                Kind::Avx512(avx512) => check(avx512, sight, probe, bits),
                #[cfg(target_arch = "aarch64")]
                Kind::Neon(neon) => check(neon, sight, probe, bits),
            }
        }
    }

    proptest! {
        #[test]
        fn every_kernel_gives_the_masks_of_the_plain_definition(
            bytes in prop_oneof![
                // Blocks with nothing rare in them are rare among arbitrary ones.
                proptest::collection::vec(proptest::sample::select(b"{}[],: abt".to_vec()), 96),
                proptest::collection::vec(
                    prop_oneof![any::<u8>(), proptest::sample::select(b"{}[],:\"\\ \n\t\x1f\x7f;<\x00t".to_vec())],
                    96,
                ),
            ],
            word in "[a-c]t[a-z]{0,29}",
            at in 0_usize..64,
            bits: u64,
        ) {
            let probe = Probe::new(&word);
            let mut sight: Sight = bytes.try_into().unwrap();
            check_all(&sight, probe, bits);
            let quoted = format!("\"{word}\"");
            sight[at..at + quoted.len()].copy_from_slice(quoted.as_bytes());
            prop_assert!(portable::Portable.rare(&sight, probe).word >> at & 1 == 1);
            check_all(&sight, probe, bits);
        }

        #[test]
        fn escapes_carry_from_block_to_block(runs in proptest::collection::vec(0_usize..70, 1..6)) {
            let text: Vec<u8> = runs
                .iter()
                .flat_map(|&n| std::iter::repeat_n(b'\\', n).chain([b'x']))
                .collect();
            let (mut carry, mut naive) = (0, false);
            for block in text.chunks(64) {
                let bits = block.iter().enumerate().fold(0, |m, (i, &b)| m | u64::from(b == b'\\') << i);
                let found = escaped(bits, &mut carry);
                for (i, &b) in block.iter().enumerate() {
                    prop_assert_eq!(found >> i & 1 == 1, naive);
                    naive = b == b'\\' && !naive;
                }
            }
        }
    }
}
