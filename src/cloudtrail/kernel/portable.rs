//! The kernel for every machine: sixteen bytes at a time, by the `wide` crate.

use wide::u8x16;

use super::{Block, EndsMasks, Lanes, Probe, RareInStrings, RareMasks, Sight, StringMasks};

/// Sixteen-byte lanes in safe code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Portable;

type Four = [u8x16; 4];

#[inline(always)]
fn lane(bytes: &[u8], at: usize) -> u8x16 {
    let mut lane = [0; 16];
    lane.copy_from_slice(&bytes[at..at + 16]);
    u8x16::new(lane)
}

/// What there is for each lane of a block. Written out: `array::map` may be a call for each.
#[inline(always)]
fn four(of: impl Fn(usize) -> u8x16) -> Four {
    [of(0), of(16), of(32), of(48)]
}

/// The first sixty-four bytes.
#[inline(always)]
fn lanes(bytes: &[u8]) -> Four {
    four(|at| lane(bytes, at))
}

/// One bit a byte.
#[inline(always)]
fn bits(lanes: Four) -> u64 {
    lanes
        .iter()
        .rev()
        .fold(0, |bits, lane| bits << 16 | u64::from(lane.to_bitmask()))
}

/// The same of every lane.
#[inline(always)]
fn each(&[a, b, c, d]: &Four, of: impl Fn(u8x16) -> u8x16) -> Four {
    [of(a), of(b), of(c), of(d)]
}

/// All ones where a byte is `byte`.
#[inline(always)]
fn equal(lanes: &Four, byte: u8) -> Four {
    each(lanes, |lane| eq(lane, byte))
}

/// All ones where the word of the probe may begin.
#[inline(always)]
fn word(sight: &Sight, probe: Probe, at: usize) -> u8x16 {
    eq(lane(sight, at + Probe::SECOND_AT), probe.second)
        & eq(lane(sight, at + probe.rarest_at), probe.rarest)
}

#[inline(always)]
fn eq(lane: u8x16, byte: u8) -> u8x16 {
    lane.simd_eq(u8x16::splat(byte))
}

/// The least byte at each place of the lanes.
#[inline(always)]
fn least(lanes: &Four) -> u8x16 {
    lanes[0].min(lanes[1]).min(lanes[2].min(lanes[3]))
}

#[inline(always)]
fn at_most(lane: u8x16, byte: u8) -> u8x16 {
    lane.min(u8x16::splat(byte)).simd_eq(lane)
}

impl Lanes for Portable {
    #[inline(always)]
    fn ends(self, sight: &Sight, probe: Probe) -> EndsMasks {
        let lanes = lanes(sight);
        // `[` and `{`, `]` and `}` differ in one bit only.
        let folded = each(&lanes, |lane| lane | u8x16::splat(0x20));
        let mut rare = at_most(least(&lanes), 0x1f);
        for (at, &lane) in lanes.iter().enumerate() {
            rare = rare | eq(lane, b'\\') | word(sight, probe, at * 16);
        }
        EndsMasks {
            quote: bits(equal(&lanes, b'"')),
            open: bits(equal(&folded, b'{')),
            close: bits(equal(&folded, b'}')),
            has_rare: rare.to_bitmask() != 0,
        }
    }

    #[inline(always)]
    fn rare(self, sight: &Sight, probe: Probe) -> RareMasks {
        let lanes = lanes(sight);
        RareMasks {
            backslash: bits(equal(&lanes, b'\\')),
            before_u: bits(four(|at| eq(lane(sight, at + 1), b'u'))),
            control: bits(each(&lanes, |lane| at_most(lane, 0x1f))),
            word: bits(four(|at| word(sight, probe, at))),
        }
    }

    #[inline(always)]
    fn strings(self, block: &Block) -> StringMasks {
        let lanes = lanes(block);
        let rare = lanes
            .iter()
            .fold(at_most(least(&lanes), 0x1f), |rare, &lane| {
                rare | eq(lane, b'\\')
            });
        StringMasks {
            quote: bits(equal(&lanes, b'"')),
            has_rare: rare.to_bitmask() != 0,
        }
    }

    #[inline(always)]
    fn rare_in_strings(self, block: &Block) -> RareInStrings {
        let lanes = lanes(block);
        RareInStrings {
            backslash: bits(equal(&lanes, b'\\')),
            control: bits(each(&lanes, |lane| at_most(lane, 0x1f))),
        }
    }

    #[inline(always)]
    fn prefix_xor(self, bits: u64) -> u64 {
        super::prefix_xor(bits)
    }
}
