//! The kernel for every machine: sixteen bytes at a time, by the `wide` crate.

use wide::u8x16;

use super::{Block, BoundsMasks, Lanes, Probe, RareInStrings, RareMasks, Sight, StringMasks};

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

/// The first sixty-four bytes.
#[inline(always)]
fn lanes(bytes: &[u8]) -> Four {
    [0, 16, 32, 48].map(|at| lane(bytes, at))
}

#[inline(always)]
fn bits(lanes: &Four, test: impl Fn(u8x16) -> u8x16) -> u64 {
    lanes.iter().rev().fold(0, |bits, &lane| {
        bits << 16 | u64::from(test(lane).to_bitmask())
    })
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

#[inline(always)]
fn at_most(lane: u8x16, byte: u8) -> u8x16 {
    lane.min(u8x16::splat(byte)).simd_eq(lane)
}

impl Lanes for Portable {
    #[inline(always)]
    fn bounds(self, sight: &Sight, probe: Probe) -> BoundsMasks {
        let lanes = lanes(sight);
        // `[` and `{`, `]` and `}` differ in one bit only.
        let folded = lanes.map(|lane| lane | u8x16::splat(0x20));
        let quote = lanes.map(|lane| eq(lane, b'"'));
        let mut rare = at_most(lanes[0].min(lanes[1]).min(lanes[2].min(lanes[3])), 0x1f);
        for (at, &lane) in lanes.iter().enumerate() {
            rare = rare | eq(lane, b'\\') | word(sight, probe, at * 16);
        }
        BoundsMasks {
            quote: bits(&quote, |lane| lane),
            open: bits(&folded, |lane| eq(lane, b'{')),
            close: bits(&folded, |lane| eq(lane, b'}')),
            has_rare: rare.to_bitmask() != 0,
        }
    }

    #[inline(always)]
    fn rare(self, sight: &Sight, probe: Probe) -> RareMasks {
        let lanes = lanes(sight);
        let at = [0, 1, 2, 3];
        let words = at.map(|at| word(sight, probe, at * 16));
        RareMasks {
            backslash: bits(&lanes, |lane| eq(lane, b'\\')),
            before_u: bits(&at.map(|at| lane(sight, at * 16 + 1)), |lane| {
                eq(lane, b'u')
            }),
            control: bits(&lanes, |lane| at_most(lane, 0x1f)),
            word: bits(&words, |lane| lane),
        }
    }

    #[inline(always)]
    fn strings(self, block: &Block) -> StringMasks {
        let lanes = lanes(block);
        let lowest = lanes[0].min(lanes[1]).min(lanes[2].min(lanes[3]));
        let rare = lanes
            .iter()
            .fold(at_most(lowest, 0x1f), |rare, &lane| rare | eq(lane, b'\\'));
        StringMasks {
            quote: bits(&lanes, |lane| eq(lane, b'"')),
            has_rare: rare.to_bitmask() != 0,
        }
    }

    #[inline(always)]
    fn rare_in_strings(self, block: &Block) -> RareInStrings {
        let lanes = lanes(block);
        RareInStrings {
            backslash: bits(&lanes, |lane| eq(lane, b'\\')),
            control: bits(&lanes, |lane| at_most(lane, 0x1f)),
        }
    }

    #[inline(always)]
    fn prefix_xor(self, bits: u64) -> u64 {
        [1, 2, 4, 8, 16, 32]
            .iter()
            .fold(bits, |bits, shift| bits ^ (bits << shift))
    }
}
