//! Where an object or an array ends, found 64 bytes at a time.
//!
//! Exact, not guessed: strings, escapes and depth are followed byte for byte. The state can be
//! carried over any cut of the input.

use super::kernel::{Block, Kernel, Lanes, Work, escaped};

/// How far a search has come. It begins at the opening bracket.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bounds {
    /// Brackets open.
    depth: u64,
    /// All ones inside a string.
    in_string: u64,
    /// 1 where the next byte is escaped.
    escape: u64,
    /// There may be a `\u` escape: letters may not stand as what they are.
    pub saw_unicode_escape: bool,
    /// A byte was seen that JSON does not allow where it stood: a control character in a string, or
    /// one that is no white space outside.
    pub saw_control: bool,
}

impl Bounds {
    /// Looks at more bytes. Gives the length up to and with the bracket that closes the first one.
    #[inline]
    pub fn feed(&mut self, kernel: Kernel, bytes: &[u8]) -> Option<usize> {
        let (blocks, rest) = bytes.as_chunks::<64>();
        if let Some(end) = kernel.run(self, blocks) {
            return Some(end);
        }
        self.bytes(rest).map(|end| blocks.len() * 64 + end)
    }

    /// The same, byte by byte, for what does not fill a block.
    fn bytes(&mut self, bytes: &[u8]) -> Option<usize> {
        for (at, &byte) in bytes.iter().enumerate() {
            let is_escaped = std::mem::take(&mut self.escape) == 1;
            if byte < 0x20 {
                self.saw_control |= self.in_string != 0 || !matches!(byte, b'\t' | b'\n' | b'\r');
            }
            match byte {
                b'\\' => self.escape = u64::from(!is_escaped),
                b'u' if is_escaped => self.saw_unicode_escape = true,
                b'"' if !is_escaped => self.in_string = !self.in_string,
                b'{' | b'[' if self.in_string == 0 => self.depth += 1,
                b'}' | b']' if self.in_string == 0 => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.depth == 0 {
                        return Some(at + 1);
                    }
                }
                _ => {}
            }
        }
        None
    }
}

impl Work for Bounds {
    type Outcome = Option<usize>;

    #[inline(always)]
    fn blocks<L: Lanes>(&mut self, lanes: L, blocks: &[Block]) -> Option<usize> {
        // In registers: written back once, not with every block.
        let Bounds {
            mut depth,
            mut in_string,
            mut escape,
            ..
        } = *self;
        let mut saw_unicode_escape = false;
        let mut saw_control = false;
        let mut end = None;
        for (at, block) in blocks.iter().enumerate() {
            let masks = lanes.bounds(block);
            let mut quote = masks.quote;
            if masks.backslash | escape != 0 {
                let is_escaped = escaped(masks.backslash, &mut escape);
                quote &= !is_escaped;
                saw_unicode_escape |= may_escape_unicode(block, masks.backslash & !is_escaped);
            }
            let inside = lanes.prefix_xor(quote) ^ in_string;
            in_string = (inside.cast_signed() >> 63).cast_unsigned();
            let misplaced = if masks.any_control {
                misplaced_control(block, inside)
            } else {
                0
            };
            let open = masks.open & !inside;
            let close = masks.close & !inside;
            let closes = u64::from(close.count_ones());
            if depth > closes {
                depth = depth + u64::from(open.count_ones()) - closes;
                saw_control |= misplaced != 0;
                continue;
            }
            match last_bracket(&mut depth, open, close) {
                Some(bit) => {
                    end = Some(at * 64 + bit as usize + 1);
                    saw_control |= misplaced & ((1 << bit) - 1) != 0;
                    break;
                }
                None => saw_control |= misplaced != 0,
            }
        }
        self.saw_unicode_escape |= saw_unicode_escape;
        self.saw_control |= saw_control;
        (self.depth, self.in_string, self.escape) = (depth, in_string, escape);
        end
    }
}

/// The bit of the bracket that brings the depth down to nothing, going from one closing bracket to
/// the next; else the depth behind them all.
#[inline(always)]
fn last_bracket(depth: &mut u64, open: u64, mut close: u64) -> Option<u32> {
    let mut opened = 0;
    while close != 0 {
        let before = (close & close.wrapping_neg()) - 1;
        let opened_before = u64::from((open & before).count_ones());
        *depth += opened_before - opened;
        opened = opened_before;
        *depth -= 1;
        if *depth == 0 {
            return Some(close.trailing_zeros());
        }
        close &= close - 1;
    }
    *depth += u64::from(open.count_ones()) - opened;
    None
}

/// Whether a `u` stands behind one of these backslashes, or may stand in the next block.
#[inline(always)]
fn may_escape_unicode(block: &Block, mut backslashes: u64) -> bool {
    while backslashes != 0 {
        let at = backslashes.trailing_zeros() as usize;
        if block.get(at + 1).is_none_or(|&byte| byte == b'u') {
            return true;
        }
        backslashes &= backslashes - 1;
    }
    false
}

/// The control characters of a block that stand where JSON does not allow them.
#[cold]
fn misplaced_control(block: &Block, in_string: u64) -> u64 {
    block.iter().enumerate().fold(0, |bits, (at, &byte)| {
        let white = matches!(byte, b'\t' | b'\n' | b'\r') && in_string >> at & 1 == 0;
        bits | u64::from(byte < 0x20 && !white) << at
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The plain definition: one byte after the other.
    fn reference(bytes: &[u8]) -> (Option<usize>, Bounds) {
        let mut state = Bounds::default();
        let end = state.bytes(bytes);
        (end, state)
    }

    fn jsonish() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            8 => "[a-z:,0-9 ]{0,30}".prop_map(String::into_bytes),
            3 => proptest::sample::select(vec!["{", "}", "[", "]", "{\"a\":", "\"", "\"x\""])
                .prop_map(|s| s.as_bytes().to_vec()),
            1 => proptest::sample::select(vec!["\\", "\\\\", "\\\"", "\n", "\u{1}"])
                .prop_map(|s| s.as_bytes().to_vec()),
        ];
        proptest::collection::vec(piece, 0..60).prop_map(|pieces| {
            let mut bytes = b"{".to_vec();
            bytes.extend(pieces.concat());
            bytes
        })
    }

    proptest! {
        #[test]
        fn the_end_is_the_same_by_every_kernel_and_over_every_cut(bytes in jsonish(), cut in 1_usize..200) {
            let (end, state) = reference(&bytes);
            for kernel in Kernel::all() {
                let mut whole = Bounds::default();
                prop_assert_eq!(whole.feed(kernel, &bytes), end);
                prop_assert_eq!(whole.saw_control, state.saw_control);
                prop_assert!(whole.saw_unicode_escape || !state.saw_unicode_escape);
                let mut cut_up = Bounds::default();
                let mut found = None;
                for (at, part) in bytes.chunks(cut).enumerate() {
                    if let Some(in_part) = cut_up.feed(kernel, part) {
                        found = Some(at * cut + in_part);
                        break;
                    }
                }
                prop_assert_eq!(found, end);
                if end.is_none() {
                    // A block may say that an escape goes on behind it.
                    let certain = |found: Bounds| Bounds { saw_unicode_escape: false, ..found };
                    prop_assert_eq!(certain(cut_up), certain(state.clone()));
                    prop_assert_eq!(certain(whole), certain(state.clone()));
                }
            }
        }
    }

    #[test]
    fn brackets_in_strings_and_escaped_quotes_do_not_count() {
        for kernel in Kernel::all() {
            for pad in 0..130 {
                let text = format!(
                    "{{\"k{}\":\"}}]\\\"}}\\\\\",\"b\":[{{}}]}}tail}}",
                    "x".repeat(pad)
                );
                let end = Bounds::default().feed(kernel, text.as_bytes());
                assert_eq!(end, Some(text.len() - "tail}".len()), "{text}");
            }
        }
    }
}
