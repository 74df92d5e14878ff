//! The kernel for every machine: sixteen bytes at a time, by the `wide` crate.

use wide::u8x16;

use super::{Block, BoundsMasks, IndexMasks, Lanes};

/// Sixteen-byte lanes in safe code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Portable;

#[inline(always)]
fn lanes(block: &Block) -> [u8x16; 4] {
    let part = |at: usize| {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&block[at..at + 16]);
        u8x16::new(bytes)
    };
    [part(0), part(16), part(32), part(48)]
}

#[inline(always)]
fn bits(lanes: &[u8x16; 4], test: impl Fn(u8x16) -> u8x16) -> u64 {
    lanes.iter().rev().fold(0, |bits, &lane| {
        bits << 16 | u64::from(test(lane).to_bitmask())
    })
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
    fn bounds(self, block: &Block) -> BoundsMasks {
        let lanes = lanes(block);
        // `[` and `{`, `]` and `}` differ in one bit only.
        let folded = lanes.map(|lane| lane | u8x16::splat(0x20));
        let least = lanes[0].min(lanes[1]).min(lanes[2].min(lanes[3]));
        BoundsMasks {
            quote: bits(&lanes, |lane| eq(lane, b'"')),
            backslash: bits(&lanes, |lane| eq(lane, b'\\')),
            open: bits(&folded, |lane| eq(lane, b'{')),
            close: bits(&folded, |lane| eq(lane, b'}')),
            any_control: at_most(least, 0x1f).to_bitmask() != 0,
        }
    }

    #[inline(always)]
    fn index(self, block: &Block) -> IndexMasks {
        let lanes = lanes(block);
        IndexMasks {
            quote: bits(&lanes, |lane| eq(lane, b'"')),
            backslash: bits(&lanes, |lane| eq(lane, b'\\')),
            operator: bits(&lanes, |lane| {
                let folded = lane | u8x16::splat(0x20);
                eq(folded, b'{') | eq(folded, b'}') | eq(lane, b',') | eq(lane, b':')
            }),
            blank: bits(&lanes, |lane| at_most(lane, 0x20)),
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
