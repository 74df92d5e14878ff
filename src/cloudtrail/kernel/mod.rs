//! JSON, 64 bytes at a time: one bit a byte for each kind of character that matters.
//!
//! Two kernels give the same masks: one for x86-64 with AVX2, found at run time, and a portable one
//! (SSE2, NEON, or plain code, whatever the target has). Everything above this module is safe code
//! that is compiled once for each. The only `unsafe` of the crate's hot path is here, for the speed
//! that `benches/stages.rs` measures; a property test holds the kernels equal.

#[cfg(target_arch = "x86_64")]
mod avx2;
mod portable;

/// Sixty-four bytes of input.
pub(super) type Block = [u8; 64];

/// What is needed to find where an object or array ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BoundsMasks {
    pub quote: u64,
    pub backslash: u64,
    /// `{` and `[`
    pub open: u64,
    /// `}` and `]`
    pub close: u64,
    /// Whether there is any byte below 0x20.
    pub any_control: bool,
}

/// What is needed besides to read an object: see [`BoundsMasks`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct IndexMasks {
    pub quote: u64,
    pub backslash: u64,
    /// `{`, `[`, `}`, `]`, `,` and `:`
    pub operator: u64,
    /// Bytes up to 0x20: white space, and control characters that may not stand anywhere.
    pub blank: u64,
    /// Bytes below 0x20.
    pub control: u64,
}

/// A way of computing the masks on one kind of processor.
pub(super) trait Lanes: Copy {
    fn bounds(self, block: &Block) -> BoundsMasks;
    fn index(self, block: &Block) -> IndexMasks;
    /// Bit `i` of the result is the xor of bits `0..=i`: from quotes to the insides of strings.
    fn prefix_xor(self, bits: u64) -> u64;
}

/// A loop over blocks. It is compiled once for each kind of lanes, so `blocks` must be
/// `#[inline(always)]`.
pub(super) trait Work {
    /// What comes of it.
    type Outcome;
    /// Does the work.
    fn blocks<L: Lanes>(&mut self, lanes: L, blocks: &[Block]) -> Self::Outcome;
}

/// The kernel in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kernel(Kind);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Portable,
    #[cfg(target_arch = "x86_64")]
    Avx2(avx2::Avx2),
}

impl Kernel {
    /// The fastest one this processor has.
    pub fn detect() -> Kernel {
        #[cfg(target_arch = "x86_64")]
        if let Some(avx2) = avx2::Avx2::detect() {
            return Kernel(Kind::Avx2(avx2));
        }
        Kernel::portable()
    }

    /// The one that runs everywhere.
    pub fn portable() -> Kernel {
        Kernel(Kind::Portable)
    }

    /// Every kernel this processor can run, for tests and benches.
    pub fn all() -> Vec<Kernel> {
        let mut all = vec![Kernel::portable()];
        if Kernel::detect() != all[0] {
            all.push(Kernel::detect());
        }
        all
    }

    /// Its name, for benches.
    pub fn name(self) -> &'static str {
        match self.0 {
            Kind::Portable => "portable",
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2(_) => "avx2",
        }
    }

    /// Does a piece of work over whole blocks.
    #[inline]
    pub(super) fn run<W: Work>(self, work: &mut W, blocks: &[Block]) -> W::Outcome {
        match self.0 {
            Kind::Portable => work.blocks(portable::Portable, blocks),
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2(avx2) => avx2.run(work, blocks),
        }
    }
}

/// Which bytes are escaped by a backslash before them. `carry` says whether the first byte is, and
/// then whether the first byte of the next block will be.
///
/// The method is simdjson's (Langdale and Lemire, "Parsing gigabytes of JSON per second", 2019):
/// runs of backslashes are told odd from even by the carry of an addition.
#[inline(always)]
pub(super) fn escaped(backslash: u64, carry: &mut u64) -> u64 {
    const EVEN: u64 = 0x5555_5555_5555_5555;
    if backslash == 0 {
        return std::mem::take(carry);
    }
    let backslash = backslash & !*carry;
    let follows = backslash << 1 | *carry;
    let odd_starts = backslash & !EVEN & !follows;
    let (even_runs, overflow) = odd_starts.overflowing_add(backslash);
    *carry = u64::from(overflow);
    (EVEN ^ (even_runs << 1)) & follows
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn naive_index(block: &Block) -> IndexMasks {
        let mask = |test: fn(u8) -> bool| {
            block
                .iter()
                .enumerate()
                .fold(0, |bits, (i, &b)| bits | u64::from(test(b)) << i)
        };
        IndexMasks {
            quote: mask(|b| b == b'"'),
            backslash: mask(|b| b == b'\\'),
            operator: mask(|b| b"{}[],:".contains(&b)),
            blank: mask(|b| b <= 0x20),
            control: mask(|b| b < 0x20),
        }
    }

    fn check(lanes: impl Lanes, block: &Block, bits: u64) {
        let index = naive_index(block);
        assert_eq!(lanes.index(block), index);
        let mask = |set: &[u8]| {
            block
                .iter()
                .enumerate()
                .fold(0, |m, (i, b)| m | u64::from(set.contains(b)) << i)
        };
        let bounds = BoundsMasks {
            quote: index.quote,
            backslash: index.backslash,
            open: mask(b"{["),
            close: mask(b"}]"),
            any_control: index.control != 0,
        };
        assert_eq!(lanes.bounds(block), bounds);
        let parity = (0..64).fold(0, |m, i| {
            m | u64::from((bits << (63 - i)).count_ones() % 2 == 1) << i
        });
        assert_eq!(lanes.prefix_xor(bits), parity);
    }

    proptest! {
        #[test]
        fn every_kernel_gives_the_masks_of_the_plain_definition(
            bytes in proptest::collection::vec(
                prop_oneof![any::<u8>(), proptest::sample::select(b"{}[],:\"\\ \n\t\x1f\x7f;<\x00".to_vec())],
                64,
            ),
            bits: u64,
        ) {
            let block: Block = bytes.try_into().unwrap();
            check(portable::Portable, &block, bits);
            #[cfg(target_arch = "x86_64")]
            if let Some(avx2) = avx2::Avx2::detect() {
                check(avx2, &block, bits);
            }
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
