//! The kernel for AArch64 with NEON and carry-less multiplication: 16 bytes at a time, and one mask from
//! four comparisons at once.

#![allow(
    unsafe_code,
    reason = "run-time detected vector instructions; see the module `kernel`"
)]

use std::arch::aarch64::{
    uint8x16_t, vandq_u8, vceqq_u8, vcltq_u8, vdupq_n_u8, vgetq_lane_u64, vld1q_u8, vmaxvq_u8,
    vminq_u8, vmull_p64, vorrq_u8, vpaddq_u8, vreinterpretq_u64_u8,
};
use std::arch::is_aarch64_feature_detected;

use super::{Block, EndsMasks, Lanes, Probe, RareInStrings, RareMasks, Sight, StringMasks, Work};

/// A proof that this processor has the instructions: it cannot be made in any other way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Neon(());

impl Neon {
    pub(super) fn detect() -> Option<Neon> {
        // `aes` has the multiplication.
        let has_all = is_aarch64_feature_detected!("neon") && is_aarch64_feature_detected!("aes");
        has_all.then_some(Neon(()))
    }

    /// Does a piece of work with these instructions.
    #[inline]
    pub(super) fn run<W: Work>(self, work: &mut W, bytes: &[u8]) -> W::Outcome {
        // SAFETY: a `Neon` exists only where the features were detected.
        unsafe { with_features(self, work, bytes) }
    }
}

/// Compiles the loop of the work once more, with the features on.
#[target_feature(enable = "neon,aes")]
fn with_features<W: Work>(lanes: Neon, work: &mut W, bytes: &[u8]) -> W::Outcome {
    work.go(lanes, bytes)
}

/// Sixty-four bytes in four registers.
///
/// Every method promises NEON by being reached through a [`Neon`] only, and all are inlined into the
/// function above.
#[derive(Clone, Copy)]
struct Four(uint8x16_t, uint8x16_t, uint8x16_t, uint8x16_t);

/// A bit for each byte of eight.
const WEIGHTS: [u8; 16] = [1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128];

impl Four {
    /// # Safety
    /// The processor has NEON.
    #[inline(always)]
    unsafe fn load(block: &Block) -> Four {
        let start = block.as_ptr();
        // SAFETY: a block is 64 bytes, four loads of 16; NEON is the caller's promise.
        unsafe {
            Four(
                vld1q_u8(start),
                vld1q_u8(start.add(16)),
                vld1q_u8(start.add(32)),
                vld1q_u8(start.add(48)),
            )
        }
    }

    /// Sixty-four bytes, from `from` on.
    ///
    /// # Safety
    /// The processor has NEON, and `from` is at most [`Probe::REACH`].
    #[inline(always)]
    unsafe fn seen(sight: &Sight, from: usize) -> Four {
        // SAFETY: so many bytes follow the block of a sight; NEON is the caller's promise.
        unsafe { Four::load(&*sight.as_ptr().add(from).cast()) }
    }

    /// All ones where the word of the probe may begin.
    ///
    /// # Safety
    /// The processor has NEON.
    #[inline(always)]
    unsafe fn word(sight: &Sight, probe: Probe) -> Four {
        // SAFETY: a probe reaches no further; NEON is the caller's promise.
        unsafe {
            let second = Four::seen(sight, Probe::SECOND_AT).eq(probe.second);
            let rarest = Four::seen(sight, probe.rarest_at).eq(probe.rarest);
            Four(
                vandq_u8(second.0, rarest.0),
                vandq_u8(second.1, rarest.1),
                vandq_u8(second.2, rarest.2),
                vandq_u8(second.3, rarest.3),
            )
        }
    }

    /// All ones where a byte is `byte`.
    ///
    /// # Safety
    /// The processor has NEON.
    #[inline(always)]
    unsafe fn eq(self, byte: u8) -> Four {
        // SAFETY: the caller's promise.
        unsafe {
            let byte = vdupq_n_u8(byte);
            Four(
                vceqq_u8(self.0, byte),
                vceqq_u8(self.1, byte),
                vceqq_u8(self.2, byte),
                vceqq_u8(self.3, byte),
            )
        }
    }

    /// All ones where a byte is below `limit`.
    ///
    /// # Safety
    /// The processor has NEON.
    #[inline(always)]
    unsafe fn below(self, limit: u8) -> Four {
        // SAFETY: the caller's promise.
        unsafe {
            let limit = vdupq_n_u8(limit);
            Four(
                vcltq_u8(self.0, limit),
                vcltq_u8(self.1, limit),
                vcltq_u8(self.2, limit),
                vcltq_u8(self.3, limit),
            )
        }
    }

    /// Folds `[` onto `{` and `]` onto `}`: they differ in one bit only.
    ///
    /// # Safety
    /// The processor has NEON.
    #[inline(always)]
    unsafe fn folded(self) -> Four {
        // SAFETY: the caller's promise.
        unsafe {
            let bit = vdupq_n_u8(0x20);
            Four(
                vorrq_u8(self.0, bit),
                vorrq_u8(self.1, bit),
                vorrq_u8(self.2, bit),
                vorrq_u8(self.3, bit),
            )
        }
    }

    /// Whatever there is in any of the four.
    ///
    /// # Safety
    /// The processor has NEON.
    #[inline(always)]
    unsafe fn any(self) -> uint8x16_t {
        // SAFETY: the caller's promise.
        unsafe { vorrq_u8(vorrq_u8(self.0, self.1), vorrq_u8(self.2, self.3)) }
    }

    /// All ones at a place where the least byte of the four is below `limit`.
    ///
    /// # Safety
    /// The processor has NEON.
    #[inline(always)]
    unsafe fn any_below(self, limit: u8) -> uint8x16_t {
        // SAFETY: the caller's promise.
        unsafe {
            let least = vminq_u8(vminq_u8(self.0, self.1), vminq_u8(self.2, self.3));
            vcltq_u8(least, vdupq_n_u8(limit))
        }
    }

    /// One bit a byte, of bytes that are all ones or zero.
    ///
    /// # Safety
    /// The processor has NEON.
    #[inline(always)]
    unsafe fn bits(self) -> u64 {
        // SAFETY: sixteen bytes are loaded from sixteen; NEON is the caller's promise.
        unsafe {
            let weights = vld1q_u8(WEIGHTS.as_ptr());
            let low = vpaddq_u8(vandq_u8(self.0, weights), vandq_u8(self.1, weights));
            let high = vpaddq_u8(vandq_u8(self.2, weights), vandq_u8(self.3, weights));
            let all = vpaddq_u8(low, high);
            vgetq_lane_u64::<0>(vreinterpretq_u64_u8(vpaddq_u8(all, all)))
        }
    }
}

/// The lower half of a product without carries. Apart, because an intrinsic with the feature `aes` is not
/// inlined into a function without it.
#[inline]
#[target_feature(enable = "neon,aes")]
fn times_ones(bits: u64) -> u64 {
    vmull_p64(bits, u64::MAX) as u64
}

impl Lanes for Neon {
    #[inline(always)]
    fn ends(self, sight: &Sight, probe: Probe) -> EndsMasks {
        // SAFETY: a `Neon` exists only where the features were detected.
        unsafe {
            let bytes = Four::seen(sight, 0);
            let folded = bytes.folded();
            let rare = vorrq_u8(bytes.eq(b'\\').any(), Four::word(sight, probe).any());
            let rare = vorrq_u8(rare, bytes.any_below(0x20));
            EndsMasks {
                quote: bytes.eq(b'"').bits(),
                open: folded.eq(b'{').bits(),
                close: folded.eq(b'}').bits(),
                has_rare: vmaxvq_u8(rare) != 0,
            }
        }
    }

    #[inline(always)]
    fn rare(self, sight: &Sight, probe: Probe) -> RareMasks {
        // SAFETY: a `Neon` exists only where the features were detected.
        unsafe {
            let bytes = Four::seen(sight, 0);
            RareMasks {
                backslash: bytes.eq(b'\\').bits(),
                before_u: Four::seen(sight, 1).eq(b'u').bits(),
                control: bytes.below(0x20).bits(),
                word: Four::word(sight, probe).bits(),
            }
        }
    }

    #[inline(always)]
    fn strings(self, block: &Block) -> StringMasks {
        // SAFETY: a `Neon` exists only where the features were detected.
        unsafe {
            let bytes = Four::load(block);
            let rare = vorrq_u8(bytes.eq(b'\\').any(), bytes.any_below(0x20));
            StringMasks {
                quote: bytes.eq(b'"').bits(),
                has_rare: vmaxvq_u8(rare) != 0,
            }
        }
    }

    #[inline(always)]
    fn rare_in_strings(self, block: &Block) -> RareInStrings {
        // SAFETY: a `Neon` exists only where the features were detected.
        unsafe {
            let bytes = Four::load(block);
            RareInStrings {
                backslash: bytes.eq(b'\\').bits(),
                control: bytes.below(0x20).bits(),
            }
        }
    }

    #[inline(always)]
    fn prefix_xor(self, bits: u64) -> u64 {
        // SAFETY: a `Neon` exists only where the features were detected.
        unsafe { times_ones(bits) }
    }
}
