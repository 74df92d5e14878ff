//! The kernel for x86-64 with AVX-512 (BW, VBMI2) and carry-less multiplication: a block is one register,
//! and a comparison gives its mask at once.

#![allow(
    unsafe_code,
    reason = "run-time detected vector instructions; see the module `kernel`"
)]

use std::arch::x86_64::{
    __m128i, __m512i, _mm_clmulepi64_si128, _mm_cvtsi128_si64, _mm_set_epi64x, _mm_set1_epi8,
    _mm512_add_epi32, _mm512_castsi512_si128, _mm512_cmpeq_epi8_mask, _mm512_cmplt_epu8_mask,
    _mm512_cvtepu8_epi32, _mm512_extracti32x4_epi32, _mm512_loadu_si512,
    _mm512_mask_cmpeq_epi8_mask, _mm512_maskz_compress_epi8, _mm512_min_epu8, _mm512_or_si512,
    _mm512_set1_epi8, _mm512_set1_epi32, _mm512_storeu_si512, _mm512_subs_epu8,
    _mm512_ternarylogic_epi64, _mm512_testn_epi8_mask, _mm512_xor_si512,
};

use super::{
    Block, EndsMasks, Lanes, Probe, RareInStrings, RareMasks, Room, Sight, StringMasks, Work,
};

/// A proof that this processor has the instructions: it cannot be made in any other way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Avx512(());

impl Avx512 {
    pub(super) fn detect() -> Option<Avx512> {
        let has_all = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512vbmi2")
            && is_x86_feature_detected!("pclmulqdq")
            && is_x86_feature_detected!("bmi1")
            && is_x86_feature_detected!("bmi2")
            && is_x86_feature_detected!("lzcnt")
            && is_x86_feature_detected!("popcnt");
        has_all.then_some(Avx512(()))
    }

    /// Does a piece of work with these instructions.
    #[inline]
    pub(super) fn run<W: Work>(self, work: &mut W, bytes: &[u8]) -> W::Outcome {
        // SAFETY: an `Avx512` exists only where the features were detected.
        unsafe { with_features(self, work, bytes) }
    }
}

/// Compiles the loop of the work once more, with the features on.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi2,pclmulqdq,bmi1,bmi2,lzcnt,popcnt")]
fn with_features<W: Work>(lanes: Avx512, work: &mut W, bytes: &[u8]) -> W::Outcome {
    work.go(lanes, bytes)
}

/// Sixty-four bytes in one register.
///
/// Every method promises AVX-512 by being reached through an [`Avx512`] only, and all are inlined into
/// the function above. Closures would not be: they do not inherit the features.
#[derive(Clone, Copy)]
struct Whole(__m512i);

impl Whole {
    /// # Safety
    /// The processor has AVX-512.
    #[inline(always)]
    unsafe fn load(block: &Block) -> Whole {
        // SAFETY: a block is 64 bytes, one unaligned load; AVX-512 is the caller's promise.
        unsafe { Whole(_mm512_loadu_si512(block.as_ptr().cast())) }
    }

    /// Sixty-four bytes, from `from` on.
    ///
    /// # Safety
    /// The processor has AVX-512, and `from` is at most [`Probe::REACH`].
    #[inline(always)]
    unsafe fn seen(sight: &Sight, from: usize) -> Whole {
        // SAFETY: so many bytes follow the block of a sight; AVX-512 is the caller's promise.
        unsafe { Whole::load(&*sight.as_ptr().add(from).cast()) }
    }

    /// Where a byte is `byte`.
    ///
    /// # Safety
    /// The processor has AVX-512.
    #[inline(always)]
    unsafe fn eq(self, byte: u8) -> u64 {
        // SAFETY: the caller's promise.
        unsafe { _mm512_cmpeq_epi8_mask(self.0, _mm512_set1_epi8(byte.cast_signed())) }
    }

    /// Where a byte is below 0x20.
    ///
    /// # Safety
    /// The processor has AVX-512.
    #[inline(always)]
    unsafe fn control(self) -> u64 {
        // SAFETY: the caller's promise.
        unsafe { _mm512_cmplt_epu8_mask(self.0, _mm512_set1_epi8(0x20)) }
    }

    /// Zero where a byte is a backslash or below 0x20.
    ///
    /// # Safety
    /// The processor has AVX-512.
    #[inline(always)]
    unsafe fn rare(self) -> __m512i {
        // SAFETY: the caller's promise.
        unsafe {
            let backslash = _mm512_xor_si512(self.0, _mm512_set1_epi8(b'\\'.cast_signed()));
            _mm512_min_epu8(backslash, _mm512_subs_epu8(self.0, _mm512_set1_epi8(0x1f)))
        }
    }

    /// Folds `[` onto `{` and `]` onto `}`: they differ in one bit only.
    ///
    /// # Safety
    /// The processor has AVX-512.
    #[inline(always)]
    unsafe fn folded(self) -> Whole {
        // SAFETY: the caller's promise.
        unsafe { Whole(_mm512_or_si512(self.0, _mm512_set1_epi8(0x20))) }
    }
}

/// Where the word of the probe may begin.
///
/// # Safety
/// The processor has AVX-512.
#[inline(always)]
unsafe fn word(sight: &Sight, probe: Probe) -> u64 {
    // SAFETY: a probe reaches no further; AVX-512 is the caller's promise.
    unsafe {
        let second = Whole::seen(sight, Probe::SECOND_AT).eq(probe.second);
        let rarest = _mm512_set1_epi8(probe.rarest.cast_signed());
        _mm512_mask_cmpeq_epi8_mask(second, Whole::seen(sight, probe.rarest_at).0, rarest)
    }
}

/// The places in a block.
const PLACES: Block = {
    let mut places = [0; 64];
    let mut at = 0;
    while at < 64 {
        places[at] = at as u8;
        at += 1;
    }
    places
};

/// Sixteen places after `base`.
///
/// # Safety
/// The processor has AVX-512.
#[inline(always)]
unsafe fn from(base: __m512i, places: __m128i) -> __m512i {
    // SAFETY: the caller's promise.
    unsafe { _mm512_add_epi32(_mm512_cvtepu8_epi32(places), base) }
}

impl Lanes for Avx512 {
    #[inline(always)]
    fn ends(self, sight: &Sight, probe: Probe) -> EndsMasks {
        // SAFETY: an `Avx512` exists only where the features were detected.
        unsafe {
            let bytes = Whole::seen(sight, 0);
            let folded = bytes.folded();
            // Zero in a byte where something is rare: one mask in place of three.
            let second = _mm512_xor_si512(
                Whole::seen(sight, Probe::SECOND_AT).0,
                _mm512_set1_epi8(probe.second.cast_signed()),
            );
            let word = _mm512_ternarylogic_epi64::<0b1011_1110>(
                Whole::seen(sight, probe.rarest_at).0,
                _mm512_set1_epi8(probe.rarest.cast_signed()),
                second,
            );
            let rare = _mm512_min_epu8(bytes.rare(), word);
            EndsMasks {
                quote: bytes.eq(b'"'),
                open: folded.eq(b'{'),
                close: folded.eq(b'}'),
                has_rare: _mm512_testn_epi8_mask(rare, rare) != 0,
            }
        }
    }

    #[inline(always)]
    fn rare(self, sight: &Sight, probe: Probe) -> RareMasks {
        // SAFETY: an `Avx512` exists only where the features were detected.
        unsafe {
            let bytes = Whole::seen(sight, 0);
            RareMasks {
                backslash: bytes.eq(b'\\'),
                before_u: Whole::seen(sight, 1).eq(b'u'),
                control: bytes.control(),
                word: word(sight, probe),
            }
        }
    }

    #[inline(always)]
    fn strings(self, block: &Block) -> StringMasks {
        // SAFETY: an `Avx512` exists only where the features were detected.
        unsafe {
            let bytes = Whole::load(block);
            let rare = bytes.rare();
            StringMasks {
                quote: bytes.eq(b'"'),
                has_rare: _mm512_testn_epi8_mask(rare, rare) != 0,
            }
        }
    }

    #[inline(always)]
    fn rare_in_strings(self, block: &Block) -> RareInStrings {
        // SAFETY: an `Avx512` exists only where the features were detected.
        unsafe {
            let bytes = Whole::load(block);
            RareInStrings {
                backslash: bytes.eq(b'\\'),
                control: bytes.control(),
            }
        }
    }

    #[inline(always)]
    fn prefix_xor(self, bits: u64) -> u64 {
        // SAFETY: an `Avx512` exists only where the features were detected.
        unsafe {
            let product =
                _mm_clmulepi64_si128(_mm_set_epi64x(0, bits.cast_signed()), _mm_set1_epi8(-1), 0);
            _mm_cvtsi128_si64(product).cast_unsigned()
        }
    }

    #[inline(always)]
    fn write_out(self, bits: u64, base: u32, room: &mut Room) {
        // SAFETY: an `Avx512` exists only where the features were detected. The room is borrowed alone,
        // and has 64 places of four bytes: four stores of sixteen.
        unsafe {
            let places =
                _mm512_maskz_compress_epi8(bits, _mm512_loadu_si512(PLACES.as_ptr().cast()));
            let base = _mm512_set1_epi32(base.cast_signed());
            let into: *mut __m512i = room.as_mut_ptr().cast();
            _mm512_storeu_si512(into, from(base, _mm512_castsi512_si128(places)));
            // Seldom more: a string has two quotes, and most have some letters.
            if bits.count_ones() > 16 {
                _mm512_storeu_si512(
                    into.add(1),
                    from(base, _mm512_extracti32x4_epi32::<1>(places)),
                );
                _mm512_storeu_si512(
                    into.add(2),
                    from(base, _mm512_extracti32x4_epi32::<2>(places)),
                );
                _mm512_storeu_si512(
                    into.add(3),
                    from(base, _mm512_extracti32x4_epi32::<3>(places)),
                );
            }
        }
    }
}
