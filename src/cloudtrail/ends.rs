//! Where objects and arrays in a list end, found 64 bytes at a time and ahead of the reading.
//!
//! Exact, not guessed: strings, escapes and depth are followed byte for byte. The state can be
//! carried over any cut of the input.

use super::kernel::{Kernel, Lanes, Probe, RareMasks, Work, all_as_last, escaped, prefix_xor};
use super::marks::{Marks, has_misplaced, service_marks};
use super::text::{escapes_letter, is_white_control};

/// The end of one object or array: after its last bracket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct End {
    /// In the stream.
    pub offset: u64,
    pub marks: Marks,
}

/// A search along a stream. It begins between objects, or at the first.
#[derive(Debug)]
pub(crate) struct Ends {
    kernel: Kernel,
    /// The quoted name to mark.
    service: Probe,
    /// Ends found and not taken yet, from `next` on.
    ends: Vec<End>,
    next: usize,
    /// How far the search has come, as an offset in the stream.
    searched: u64,
    /// Brackets open.
    depth: u64,
    /// All ones inside a string.
    in_string: u64,
    /// 1 where the next byte is escaped.
    escape: u64,
    /// Of the object being searched.
    marks: Marks,
    /// How many ends are enough.
    enough: usize,
    /// A bracket was closed that was opened before the search began: there is nothing after it.
    is_over: bool,
}

/// How many objects the search may be ahead: few enough for them to be in the cache still.
const AHEAD: usize = 16;

impl Ends {
    pub fn new(kernel: Kernel, service: &str) -> Ends {
        Ends {
            kernel,
            service: Probe::new(service),
            ends: Vec::with_capacity(AHEAD + 32),
            next: 0,
            searched: 0,
            depth: 0,
            in_string: 0,
            escape: 0,
            marks: Marks::default(),
            enough: AHEAD,
            is_over: false,
        }
    }

    /// Begins at an offset: at the elements of an array.
    pub fn begin(&mut self, offset: u64) {
        self.ends.clear();
        self.next = 0;
        self.searched = offset;
        (self.depth, self.in_string, self.escape) = (0, 0, 0);
        self.marks = Marks::default();
        self.enough = AHEAD;
        self.is_over = false;
    }

    /// Begins at an object or array of whose neighbours nothing is to be known.
    pub fn begin_alone(&mut self, offset: u64) {
        self.begin(offset);
        self.enough = 1;
    }

    /// The end of the next object or array.
    #[inline]
    pub fn next(&mut self) -> Option<End> {
        let end = self.peek();
        self.next += usize::from(end.is_some());
        end
    }

    /// The same, without taking it.
    #[inline]
    pub fn peek(&self) -> Option<End> {
        self.ends.get(self.next).copied()
    }

    /// Whether there is an end to be taken.
    pub fn has_next(&self) -> bool {
        self.next < self.ends.len()
    }

    /// Whether all ends were taken, and the array has ended after them.
    pub fn is_over(&self) -> bool {
        self.is_over && !self.has_next()
    }

    /// How far the search has come: what is before it need not be shown again.
    pub fn searched(&self) -> u64 {
        self.searched
    }

    /// Searches on, all ends found so far having been taken. `bytes` begin where the search has
    /// come to. A few at their end may be left, to be shown again with more after them, unless
    /// `is_last`: there is no more.
    pub fn search(&mut self, bytes: &[u8], is_last: bool) {
        self.ends.clear();
        self.next = 0;
        if self.is_over {
            return;
        }
        let done = self.kernel.run(self, bytes);
        if is_last && self.ends.is_empty() && !self.is_over {
            self.bytes(&bytes[done..]);
        }
    }

    /// The same, byte by byte: what does not fill a block, and the definition of the whole.
    fn bytes(&mut self, bytes: &[u8]) {
        self.marks |= Marks::SERVICE;
        for &byte in bytes {
            if self.is_over {
                return;
            }
            let is_escaped = std::mem::take(&mut self.escape) == 1;
            self.searched += 1;
            if byte < 0x20 && (self.in_string != 0 || !is_white_control(byte)) {
                self.marks |= Marks::CONTROL;
            }
            match byte {
                b'\\' => self.escape = u64::from(!is_escaped),
                b'u' if is_escaped => {
                    self.marks |= Marks::UNICODE_ESCAPE;
                    self.marks |= Marks::ESCAPED_LETTER;
                }
                b'"' if !is_escaped => self.in_string = !self.in_string,
                b'{' | b'[' if self.in_string == 0 => self.depth += 1,
                b'}' | b']' if self.in_string == 0 => {
                    self.is_over = self.depth == 0;
                    self.depth = self.depth.saturating_sub(1);
                    if self.depth == 0 && !self.is_over {
                        self.push(self.searched, Marks::SERVICE);
                    }
                }
                _ => {}
            }
        }
    }

    /// An object ends. What the last block has in it may be of the next one.
    fn push(&mut self, offset: u64, of_block: Marks) {
        let mut marks = std::mem::replace(&mut self.marks, of_block);
        marks |= of_block;
        self.ends.push(End { offset, marks });
    }

    /// A block that may bring the depth down to nothing: goes from one closing bracket to the next.
    /// Says whether there is no need to search on.
    #[inline(always)]
    fn close(&mut self, at: u64, open: u64, mut close: u64, of_block: Marks) -> bool {
        let of_block = of_block.of_one_of_many();
        let mut depth = self.depth;
        let mut opened = 0;
        let found = self.ends.len();
        while close != 0 {
            let bit = close.trailing_zeros();
            let opened_before = u64::from((open & ((1 << bit) - 1)).count_ones());
            depth += opened_before - opened;
            opened = opened_before;
            if depth == 0 {
                self.is_over = true;
                return true;
            }
            depth -= 1;
            if depth == 0 {
                self.push(at + u64::from(bit) + 1, of_block);
            }
            close &= close - 1;
        }
        self.depth = depth + u64::from(open.count_ones()) - opened;
        if self.ends.len() == found {
            self.marks |= of_block;
        }
        self.ends.len() >= self.enough
    }
}

impl Work for Ends {
    /// How many bytes were looked at.
    type Outcome = usize;

    #[inline(always)]
    fn go<L: Lanes>(&mut self, lanes: L, bytes: &[u8]) -> usize {
        // In registers: written back once, not with every block.
        let Ends {
            service,
            mut depth,
            mut in_string,
            mut escape,
            ..
        } = *self;
        let mut rest = bytes;
        while let Some(sight) = rest.first_chunk() {
            let masks = lanes.ends(sight, service);
            let mut quote = masks.quote;
            let mut of_block = Marks::default();
            if masks.has_rare | (escape != 0) {
                let rare = lanes.rare(sight, service);
                let at = bytes.len() - rest.len();
                (quote, of_block, escape) = self.rare(bytes, at, rare, quote, in_string, escape);
            }
            let quoted = lanes.prefix_xor(quote);
            let inside = quoted ^ in_string;
            in_string ^= all_as_last(quoted);
            let open = masks.open & !inside;
            let close = masks.close & !inside;
            let closes = u64::from(close.count_ones());
            if depth > closes {
                depth = depth + u64::from(open.count_ones()) - closes;
                if of_block != Marks::default() {
                    seldom();
                    self.marks |= of_block;
                }
                rest = &rest[64..];
            } else {
                seldom();
                self.depth = depth;
                let at = self.searched + (bytes.len() - rest.len()) as u64;
                let is_enough = self.close(at, open, close, of_block);
                depth = self.depth;
                rest = &rest[64..];
                if is_enough {
                    break;
                }
            }
        }
        let done = bytes.len() - rest.len();
        self.searched += done as u64;
        (self.depth, self.in_string, self.escape) = (depth, in_string, escape);
        done
    }
}

/// Says that a branch is seldom taken: what it needs is not to be kept in registers all the time.
#[cold]
#[inline(never)]
fn seldom() {}

impl Ends {
    /// A block with something rare in it, at a place of the bytes: the quotes without those that are
    /// escaped, what is to be marked, and whether the next byte is escaped.
    ///
    /// Out of the loop, so that the loop keeps all its state in registers: a twentieth of its time.
    #[cold]
    #[inline(never)]
    fn rare(
        &self,
        bytes: &[u8],
        at: usize,
        rare: RareMasks,
        quote: u64,
        in_string: u64,
        mut escape: u64,
    ) -> (u64, Marks, u64) {
        let is_escaped = escaped(rare.backslash, &mut escape);
        let any_quote = quote;
        let quote = quote & !is_escaped;
        let mut marks = Marks::default();
        let mut escapes = rare.backslash & !is_escaped & rare.before_u;
        while escapes != 0 {
            marks |= Marks::UNICODE_ESCAPE;
            if escapes_letter(&bytes[at + escapes.trailing_zeros() as usize..]) {
                marks |= Marks::ESCAPED_LETTER;
            }
            escapes &= escapes - 1;
        }
        if rare.control != 0
            && has_misplaced(&bytes[at..], rare.control, prefix_xor(quote) ^ in_string)
        {
            marks |= Marks::CONTROL;
        }
        let words = rare.word & any_quote;
        if words != 0 {
            marks |= service_marks(self.service, bytes, at, words);
        }
        (quote, marks, escape)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SERVICE: &str = "sts.amazonaws.com";
    const NAMED: &str = "\"eventSource\":\"sts.amazonaws.com\"";
    /// What the plain definition marks only where it is.
    const EXACT: u8 = Marks::UNICODE_ESCAPE.0 | Marks::CONTROL.0;

    /// Ends, and whether the array ended, over all cuts of the input into pieces of this size.
    fn ends(kernel: Kernel, bytes: &[u8], piece: usize) -> (Vec<End>, bool) {
        let mut ends = Ends::new(kernel, SERVICE);
        ends.begin(0);
        let mut found = Vec::new();
        let mut shown = 0;
        loop {
            shown = (shown + piece).min(bytes.len());
            let is_last = shown == bytes.len();
            loop {
                let before = ends.searched();
                ends.search(&bytes[before as usize..shown], is_last);
                found.extend(std::iter::from_fn(|| ends.next()));
                if ends.is_over || ends.searched() == before {
                    break;
                }
            }
            if is_last || ends.is_over {
                return (found, ends.is_over);
            }
        }
    }

    /// The plain definition: one byte after the other. The marks are exact.
    fn reference(bytes: &[u8]) -> (Vec<End>, bool) {
        let mut ends = Ends::new(Kernel::portable(), SERVICE);
        ends.begin(0);
        ends.bytes(bytes);
        (ends.ends.clone(), ends.is_over)
    }

    fn jsonish() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            8 => "[a-z:,0-9 ]{0,30}".prop_map(String::into_bytes),
            3 => proptest::sample::select(vec!["{", "}", "[", "]", "{\"a\":", "\"", "\"x\"", "},{"])
                .prop_map(|s| s.as_bytes().to_vec()),
            1 => proptest::sample::select(vec![
                "\\", "\\\\", "\\\"", "\\u0073", "\n", "\u{1}", "\"sts.amazonaws.com\"", NAMED,
            ])
            .prop_map(|s| s.as_bytes().to_vec()),
        ];
        let short = proptest::collection::vec(piece.clone(), 0..80);
        // As many as there are objects ahead of the reading, and more.
        let long = proptest::collection::vec(piece, 0..1_500);
        prop_oneof![short, long].prop_map(|pieces| {
            let mut bytes = b"{".to_vec();
            bytes.extend(pieces.concat());
            bytes
        })
    }

    proptest! {
        #[test]
        fn the_ends_are_the_same_by_every_kernel_and_over_every_cut(bytes in jsonish(), cut in 1_usize..300) {
            let (expected, is_over) = reference(&bytes);
            let offsets = |ends: &[End]| ends.iter().map(|end| end.offset).collect::<Vec<_>>();
            for kernel in Kernel::all() {
                for piece in [cut, bytes.len()] {
                    let (found, over) = ends(kernel, &bytes, piece);
                    prop_assert_eq!(offsets(&found), offsets(&expected));
                    prop_assert_eq!(over, is_over);
                    let mut start = 0;
                    for (found, expected) in found.iter().zip(&expected) {
                        prop_assert_eq!(
                            found.marks.0 & expected.marks.0 & EXACT,
                            expected.marks.0 & EXACT
                        );
                        let object = &bytes[start..found.offset as usize];
                        let named = memchr::memmem::find(object, NAMED.as_bytes()).is_some();
                        prop_assert!(
                            found.marks.has(Marks::SERVICE) || found.marks.has(Marks::OF_SERVICE) || !named
                        );
                        prop_assert!(!found.marks.has(Marks::OF_SERVICE) || named);
                        start = found.offset as usize;
                    }
                }
            }
        }
    }

    #[test]
    fn marks_are_of_the_object_or_of_its_neighbour_in_the_same_block() {
        let plain = format!("{{\"a\":\"{}\"}}", "x".repeat(200));
        for (odd, marks) in [
            (r#"{"s":"sts.amazonaws.com"}"#, Marks::default()),
            (r#"{"eventSource":"sts.amazonaws.com"}"#, Marks::SERVICE),
            (r#"{"s":"\u003c"}"#, Marks::UNICODE_ESCAPE),
            (
                r#"{"s":"\u0073"}"#,
                Marks(Marks::UNICODE_ESCAPE.0 | Marks::ESCAPED_LETTER.0),
            ),
            ("{\"s\":\"\n\"}", Marks::CONTROL),
            ("{\"s\":\n\"\\\"\"}", Marks::default()),
        ] {
            let text = [&plain, odd, &plain, &plain, &plain]
                .map(str::to_owned)
                .join(",");
            for kernel in Kernel::all() {
                let (found, _) = ends(kernel, text.as_bytes(), text.len());
                assert_eq!(found.len(), 5, "{odd}");
                assert_eq!(found[1].marks, marks, "{odd}");
                assert_eq!(found[3].marks, Marks::default(), "{odd}");
            }
        }
    }

    /// Wherever it lies in its block, and wherever the bytes are cut.
    #[test]
    fn no_name_is_lost_between_blocks() {
        let plain = |length: usize| format!("{{\"a\":\"{}\"}}", "x".repeat(length));
        let named = format!("{{{NAMED}}}");
        for kernel in Kernel::all() {
            for before in 0..200 {
                let text = [plain(before), named.clone(), plain(500)].join(",");
                let cuts = (1..=NAMED.len()).map(|into| before + "{'a':''},{".len() + into);
                for piece in cuts.chain([text.len()]) {
                    let (found, _) = ends(kernel, text.as_bytes(), piece);
                    assert_eq!(found.len(), 3, "{kernel:?} {before} {piece}");
                    let marks = found[1].marks;
                    let is_seen = marks.has(Marks::SERVICE) || marks.has(Marks::OF_SERVICE);
                    assert!(is_seen, "{kernel:?} {before} {piece}");
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
                let (found, is_over) = ends(kernel, text.as_bytes(), text.len());
                assert_eq!(
                    found[0].offset as usize,
                    text.len() - "tail}".len(),
                    "{text}"
                );
                assert!(found.len() == 1 && is_over);
            }
        }
    }
}
