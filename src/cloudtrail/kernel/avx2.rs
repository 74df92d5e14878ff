//! The kernel for x86-64 with AVX2 and carry-less multiplication: 32 bytes at a time.
//!
//! Against the portable kernel it takes the search for record bounds from about 1.4 to 1.2 times
//! the cost of inflating (see benches/).

#![allow(unsafe_code, reason = "run-time detected vector instructions; see the module `kernel`")]

use std::arch::x86_64::{
    __m256i, _mm_clmulepi64_si128, _mm_cvtsi128_si64, _mm_set_epi64x, _mm_set1_epi8,
    _mm256_cmpeq_epi8, _mm256_loadu_si256, _mm256_max_epu8, _mm256_min_epu8, _mm256_movemask_epi8,
    _mm256_or_si256, _mm256_set1_epi8,
};

use super::super::bounds::Bounds;
use super::super::index::Index;
use super::{Block, BoundsMasks, IndexMasks, Lanes};

/// A proof that this processor has the instructions: it cannot be made in any other way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Avx2(());

impl Avx2 {
    pub(super) fn detect() -> Option<Avx2> {
        let has_all = is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("pclmulqdq")
            && is_x86_feature_detected!("bmi1")
            && is_x86_feature_detected!("bmi2")
            && is_x86_feature_detected!("popcnt");
        has_all.then_some(Avx2(()))
    }

    #[inline]
    pub(super) fn run_bounds(self, state: &mut Bounds, blocks: &[Block]) -> Option<usize> {
        // SAFETY: an `Avx2` exists only where the features were detected.
        unsafe { bounds(self, state, blocks) }
    }

    #[inline]
    pub(super) fn run_index(self, state: &mut Index, blocks: &[Block]) {
        // SAFETY: an `Avx2` exists only where the features were detected.
        unsafe { index(self, state, blocks) }
    }
}

// The loops of `bounds` and `index` are compiled once more inside these two, with the features on.

#[target_feature(enable = "avx2,pclmulqdq,bmi1,bmi2,popcnt")]
fn bounds(lanes: Avx2, state: &mut Bounds, blocks: &[Block]) -> Option<usize> {
    state.blocks(lanes, blocks)
}

#[target_feature(enable = "avx2,pclmulqdq,bmi1,bmi2,popcnt")]
fn index(lanes: Avx2, state: &mut Index, blocks: &[Block]) {
    state.blocks(lanes, blocks);
}

#[derive(Clone, Copy)]
struct Halves(__m256i, __m256i);

impl Halves {
    /// The bits of the bytes for which `test` is all ones.
    ///
    /// # Safety
    /// The processor has AVX2.
    #[inline(always)]
    unsafe fn bits(self, test: impl Fn(__m256i) -> __m256i) -> u64 {
        // SAFETY: the caller's promise.
        unsafe {
            let low = _mm256_movemask_epi8(test(self.0)) as u32;
            let high = _mm256_movemask_epi8(test(self.1)) as u32;
            u64::from(low) | u64::from(high) << 32
        }
    }

    /// # Safety
    /// The processor has AVX2.
    #[inline(always)]
    unsafe fn load(block: &Block) -> Halves {
        let start: *const __m256i = block.as_ptr().cast();
        // SAFETY: a block is 64 bytes, two unaligned loads of 32; AVX2 is the caller's promise.
        unsafe { Halves(_mm256_loadu_si256(start), _mm256_loadu_si256(start.add(1))) }
    }
}

/// # Safety
/// The processor has AVX2.
#[inline(always)]
unsafe fn eq(lane: __m256i, byte: u8) -> __m256i {
    // SAFETY: the caller's promise.
    unsafe { _mm256_cmpeq_epi8(lane, _mm256_set1_epi8(byte as i8)) }
}

/// # Safety
/// The processor has AVX2.
#[inline(always)]
unsafe fn at_most(lane: __m256i, byte: u8) -> __m256i {
    // SAFETY: the caller's promise.
    unsafe {
        let limit = _mm256_set1_epi8(byte as i8);
        _mm256_cmpeq_epi8(_mm256_max_epu8(lane, limit), limit)
    }
}

/// Folds `[` onto `{` and `]` onto `}`: they differ in one bit only.
///
/// # Safety
/// The processor has AVX2.
#[inline(always)]
unsafe fn fold(lane: __m256i) -> __m256i {
    // SAFETY: the caller's promise.
    unsafe { _mm256_or_si256(lane, _mm256_set1_epi8(0x20)) }
}

impl Lanes for Avx2 {
    #[inline(always)]
    fn bounds(self, block: &Block) -> BoundsMasks {
        // SAFETY: an `Avx2` exists only where the features were detected.
        unsafe {
            let halves = Halves::load(block);
            let folded = Halves(fold(halves.0), fold(halves.1));
            let least = _mm256_min_epu8(halves.0, halves.1);
            BoundsMasks {
                quote: halves.bits(|lane| eq(lane, b'"')),
                backslash: halves.bits(|lane| eq(lane, b'\\')),
                open: folded.bits(|lane| eq(lane, b'{')),
                close: folded.bits(|lane| eq(lane, b'}')),
                any_control: _mm256_movemask_epi8(at_most(least, 0x1f)) != 0,
            }
        }
    }

    #[inline(always)]
    fn index(self, block: &Block) -> IndexMasks {
        // SAFETY: an `Avx2` exists only where the features were detected.
        unsafe {
            let halves = Halves::load(block);
            IndexMasks {
                quote: halves.bits(|lane| eq(lane, b'"')),
                backslash: halves.bits(|lane| eq(lane, b'\\')),
                operator: halves.bits(|lane| {
                    let folded = fold(lane);
                    _mm256_or_si256(
                        _mm256_or_si256(eq(folded, b'{'), eq(folded, b'}')),
                        _mm256_or_si256(eq(lane, b','), eq(lane, b':')),
                    )
                }),
                blank: halves.bits(|lane| at_most(lane, 0x20)),
                control: halves.bits(|lane| at_most(lane, 0x1f)),
            }
        }
    }

    #[inline(always)]
    fn prefix_xor(self, bits: u64) -> u64 {
        // SAFETY: an `Avx2` exists only where the features were detected.
        unsafe {
            let product = _mm_clmulepi64_si128(
                _mm_set_epi64x(0, bits.cast_signed()),
                _mm_set1_epi8(-1),
                0,
            );
            _mm_cvtsi128_si64(product).cast_unsigned()
        }
    }
}
