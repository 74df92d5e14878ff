//! The kernel for x86-64 with AVX2 and carry-less multiplication: 32 bytes at a time.
//!
//! Against the portable kernel it takes the search for record bounds from about 1.4 to 1.2 times
//! the cost of inflating (see benches/).

#![allow(
    unsafe_code,
    reason = "run-time detected vector instructions; see the module `kernel`"
)]

use std::arch::x86_64::{
    __m256i, _mm_clmulepi64_si128, _mm_cvtsi128_si64, _mm_set_epi64x, _mm_set1_epi8,
    _mm256_cmpeq_epi8, _mm256_loadu_si256, _mm256_max_epu8, _mm256_min_epu8, _mm256_movemask_epi8,
    _mm256_or_si256, _mm256_set1_epi8, _mm256_setzero_si256, _mm256_subs_epu8, _mm256_xor_si256,
};

use super::{Block, EndsMasks, Lanes, Probe, RareInStrings, RareMasks, Sight, StringMasks, Work};

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

    /// Does a piece of work with these instructions.
    #[inline]
    pub(super) fn run<W: Work>(self, work: &mut W, bytes: &[u8]) -> W::Outcome {
        // SAFETY: an `Avx2` exists only where the features were detected.
        unsafe { with_features(self, work, bytes) }
    }
}

/// Compiles the loop of the work once more, with the features on.
#[target_feature(enable = "avx2,pclmulqdq,bmi1,bmi2,popcnt")]
fn with_features<W: Work>(lanes: Avx2, work: &mut W, bytes: &[u8]) -> W::Outcome {
    work.go(lanes, bytes)
}

/// Sixty-four bytes in two registers.
///
/// Every method promises AVX2 by being reached through an [`Avx2`] only, and all are inlined into
/// the function above. Closures would not be: they do not inherit the features.
#[derive(Clone, Copy)]
struct Halves(__m256i, __m256i);

impl Halves {
    /// # Safety
    /// The processor has AVX2.
    #[inline(always)]
    unsafe fn load(block: &Block) -> Halves {
        let start: *const __m256i = block.as_ptr().cast();
        // SAFETY: a block is 64 bytes, two unaligned loads of 32; AVX2 is the caller's promise.
        unsafe { Halves(_mm256_loadu_si256(start), _mm256_loadu_si256(start.add(1))) }
    }

    /// Sixty-four bytes, from `from` on.
    ///
    /// # Safety
    /// The processor has AVX2, and `from` is at most [`Probe::REACH`].
    #[inline(always)]
    unsafe fn seen(sight: &Sight, from: usize) -> Halves {
        // SAFETY: so many bytes follow the block of a sight; AVX2 is the caller's promise.
        unsafe { Halves::load(&*sight.as_ptr().add(from).cast()) }
    }

    /// Zero where the word of the probe may begin.
    ///
    /// # Safety
    /// The processor has AVX2.
    #[inline(always)]
    unsafe fn unlike_word(sight: &Sight, probe: Probe) -> Halves {
        // SAFETY: a probe reaches no further; AVX2 is the caller's promise.
        unsafe {
            let second = Halves::seen(sight, Probe::SECOND_AT);
            let rarest = Halves::seen(sight, probe.rarest_at);
            second
                .differs(probe.second)
                .or(rarest.differs(probe.rarest))
        }
    }

    /// Zero where a byte is `byte`.
    ///
    /// # Safety
    /// The processor has AVX2.
    #[inline(always)]
    unsafe fn differs(self, byte: u8) -> Halves {
        // SAFETY: the caller's promise.
        unsafe {
            let byte = _mm256_set1_epi8(byte.cast_signed());
            Halves(
                _mm256_xor_si256(self.0, byte),
                _mm256_xor_si256(self.1, byte),
            )
        }
    }

    /// # Safety
    /// The processor has AVX2.
    #[inline(always)]
    unsafe fn or(self, other: Halves) -> Halves {
        // SAFETY: the caller's promise.
        unsafe {
            Halves(
                _mm256_or_si256(self.0, other.0),
                _mm256_or_si256(self.1, other.1),
            )
        }
    }

    /// The lesser of the two halves, byte by byte.
    ///
    /// # Safety
    /// The processor has AVX2.
    #[inline(always)]
    unsafe fn least(self) -> __m256i {
        // SAFETY: the caller's promise.
        unsafe { _mm256_min_epu8(self.0, self.1) }
    }

    /// One bit a byte.
    ///
    /// # Safety
    /// The processor has AVX2.
    #[inline(always)]
    unsafe fn bits(self) -> u64 {
        // SAFETY: the caller's promise.
        let (low, high) = unsafe { (_mm256_movemask_epi8(self.0), _mm256_movemask_epi8(self.1)) };
        u64::from(low.cast_unsigned()) | u64::from(high.cast_unsigned()) << 32
    }

    /// All ones where a byte is `byte`.
    ///
    /// # Safety
    /// The processor has AVX2.
    #[inline(always)]
    unsafe fn eq(self, byte: u8) -> Halves {
        // SAFETY: the caller's promise.
        unsafe {
            let byte = _mm256_set1_epi8(byte.cast_signed());
            Halves(
                _mm256_cmpeq_epi8(self.0, byte),
                _mm256_cmpeq_epi8(self.1, byte),
            )
        }
    }

    /// All ones where a byte is at most `limit`.
    ///
    /// # Safety
    /// The processor has AVX2.
    #[inline(always)]
    unsafe fn at_most(self, limit: u8) -> Halves {
        // SAFETY: the caller's promise.
        unsafe { Halves(at_most(self.0, limit), at_most(self.1, limit)) }
    }

    /// Folds `[` onto `{` and `]` onto `}`: they differ in one bit only.
    ///
    /// # Safety
    /// The processor has AVX2.
    #[inline(always)]
    unsafe fn folded(self) -> Halves {
        // SAFETY: the caller's promise.
        unsafe {
            let bit = _mm256_set1_epi8(0x20);
            Halves(_mm256_or_si256(self.0, bit), _mm256_or_si256(self.1, bit))
        }
    }
}

/// # Safety
/// The processor has AVX2.
#[inline(always)]
unsafe fn at_most(lane: __m256i, limit: u8) -> __m256i {
    // SAFETY: the caller's promise.
    unsafe {
        let limit = _mm256_set1_epi8(limit.cast_signed());
        _mm256_cmpeq_epi8(_mm256_max_epu8(lane, limit), limit)
    }
}

impl Lanes for Avx2 {
    #[inline(always)]
    fn ends(self, sight: &Sight, probe: Probe) -> EndsMasks {
        // SAFETY: an `Avx2` exists only where the features were detected.
        unsafe {
            let bytes = Halves::seen(sight, 0);
            let folded = bytes.folded();
            let quote = bytes.eq(b'"');
            // Zero in a byte where something is rare. With comparisons in place of differences
            // LLVM 20 sees through the masks and takes the test for zero apart.
            let backslash = bytes.differs(b'\\');
            let control =
                _mm256_subs_epu8(_mm256_min_epu8(bytes.0, bytes.1), _mm256_set1_epi8(0x1f));
            let word = Halves::unlike_word(sight, probe);
            let least = _mm256_min_epu8(control, backslash.least());
            let least = _mm256_min_epu8(least, word.least());
            let rare = _mm256_cmpeq_epi8(least, _mm256_setzero_si256());
            EndsMasks {
                quote: quote.bits(),
                open: folded.eq(b'{').bits(),
                close: folded.eq(b'}').bits(),
                has_rare: _mm256_movemask_epi8(rare) != 0,
            }
        }
    }

    #[inline(always)]
    fn rare(self, sight: &Sight, probe: Probe) -> RareMasks {
        // SAFETY: an `Avx2` exists only where the features were detected.
        unsafe {
            let bytes = Halves::seen(sight, 0);
            RareMasks {
                backslash: bytes.eq(b'\\').bits(),
                before_u: Halves::seen(sight, 1).eq(b'u').bits(),
                control: bytes.at_most(0x1f).bits(),
                word: Halves::unlike_word(sight, probe).eq(0).bits(),
            }
        }
    }

    #[inline(always)]
    fn strings(self, block: &Block) -> StringMasks {
        // SAFETY: an `Avx2` exists only where the features were detected.
        unsafe {
            let bytes = Halves::load(block);
            let control = _mm256_subs_epu8(bytes.least(), _mm256_set1_epi8(0x1f));
            let least = _mm256_min_epu8(control, bytes.differs(b'\\').least());
            let rare = _mm256_cmpeq_epi8(least, _mm256_setzero_si256());
            StringMasks {
                quote: bytes.eq(b'"').bits(),
                has_rare: _mm256_movemask_epi8(rare) != 0,
            }
        }
    }

    #[inline(always)]
    fn rare_in_strings(self, block: &Block) -> RareInStrings {
        // SAFETY: an `Avx2` exists only where the features were detected.
        unsafe {
            let bytes = Halves::load(block);
            RareInStrings {
                backslash: bytes.eq(b'\\').bits(),
                control: bytes.at_most(0x1f).bits(),
            }
        }
    }

    #[inline(always)]
    fn prefix_xor(self, bits: u64) -> u64 {
        // SAFETY: an `Avx2` exists only where the features were detected.
        unsafe {
            let product =
                _mm_clmulepi64_si128(_mm_set_epi64x(0, bits.cast_signed()), _mm_set1_epi8(-1), 0);
            _mm_cvtsi128_si64(product).cast_unsigned()
        }
    }
}
