//! Where the strings of one record end.
//!
//! Also everything that can be wrong with what is in them. What is between them is the
//! business of `parser`, which this runs ahead of.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use super::kernel::{Block, Kernel, Lanes, Work, escaped};
use super::record_error::RecordError;
use super::text::escape_length;

/// The ends of a record's strings, written out some blocks ahead, in memory that is used again for
/// the next one.
#[derive(Debug)]
pub(crate) struct Strings {
    kernel: Kernel,
    /// The places of last quotes, up to [`NOWHERE`]; atomic for the reason at [`Room`](super::kernel::Room).
    room: Box<[AtomicU32; MANY]>,
    /// How much of the record has been looked at.
    searched: usize,
    /// All ones inside a string.
    in_string: u64,
    /// 1 where the next byte is escaped.
    escape: u64,
    has_escapes: bool,
    /// A character that is not allowed where it is.
    wrong: Option<RecordError>,
}

/// How many places are written out ahead: more than most records have.
const MANY: usize = 256;

/// Comes after the last place of a record.
const NOWHERE: u32 = u32::MAX;

impl Strings {
    pub fn new(kernel: Kernel) -> Strings {
        Strings {
            kernel,
            room: Box::new([const { AtomicU32::new(NOWHERE) }; MANY]),
            searched: 0,
            in_string: 0,
            escape: 0,
            has_escapes: false,
            wrong: None,
        }
    }

    /// Begins with a record. Records are far below 4 GiB: the reader's cap.
    pub fn begin(&mut self) {
        self.room[0].store(NOWHERE, Relaxed);
        self.searched = 0;
        (self.in_string, self.escape) = (0, 0);
        self.has_escapes = false;
        self.wrong = None;
    }

    /// Whether there is any escape up to the end given last, or not far after it.
    #[inline(always)]
    pub fn has_escapes(&self) -> bool {
        self.has_escapes
    }

    /// The last quote of the next string; `None` if it has none. `next` begins with 0 and is kept by
    /// the caller, who can hold it in a register.
    ///
    /// # Errors
    /// If a character of a string up to there, or not far after, is not allowed where it is.
    #[inline(always)]
    pub fn end(&mut self, record: &[u8], next: &mut usize) -> Result<Option<usize>, RecordError> {
        let mut place = self.place(*next);
        if place == NOWHERE {
            self.refill(record)?;
            *next = 0;
            place = self.place(0);
        }
        let is_place = place != NOWHERE;
        *next += usize::from(is_place);
        Ok(is_place.then_some(place as usize))
    }

    #[inline(always)]
    fn place(&self, at: usize) -> u32 {
        self.room
            .get(at)
            .map_or(NOWHERE, |place| place.load(Relaxed))
    }

    /// Writes more places out, all that were there having been taken.
    #[inline(never)]
    fn refill(&mut self, record: &[u8]) -> Result<(), RecordError> {
        let kernel = self.kernel;
        let end = kernel.run(self, record);
        self.room[end].store(NOWHERE, Relaxed);
        self.wrong.map_or(Ok(()), Err)
    }

    /// What is rare in a block: notes it, and gives the quotes that are not escaped.
    #[inline(always)]
    fn see<L: Lanes>(
        &mut self,
        lanes: L,
        piece: &Piece<'_>,
        quote: u64,
        in_string: u64,
        escape: &mut u64,
    ) -> u64 {
        let rare = lanes.rare_in_strings(piece.block);
        let is_escaped = escaped(rare.backslash, escape);
        let quote = quote & !is_escaped;
        let inside = lanes.prefix_xor(quote) ^ in_string;
        let control = rare.control & inside;
        if control != 0 {
            let what = "a control character where none is allowed";
            self.wrong(piece.base + control.trailing_zeros() as usize, what);
        }
        let leaders = rare.backslash & !is_escaped & inside;
        if leaders != 0 {
            self.check_escapes(piece, leaders);
        }
        quote
    }

    #[cold]
    fn wrong(&mut self, at: usize, what: &'static str) {
        self.wrong.get_or_insert(RecordError::new(at, what));
    }

    #[cold]
    fn check_escapes(&mut self, piece: &Piece<'_>, mut leaders: u64) {
        self.has_escapes = true;
        while leaders != 0 {
            let at = piece.base + leaders.trailing_zeros() as usize;
            if escape_length(&piece.record[at..]) == 0 {
                return self.wrong(at, "an escape that JSON does not have");
            }
            leaders &= leaders - 1;
        }
    }
}

/// Sixty-four bytes of a record, and where they are in it.
struct Piece<'r> {
    record: &'r [u8],
    base: usize,
    /// Filled up with spaces after the end of the record.
    block: &'r Block,
}

impl Work for Strings {
    /// How many places were written out.
    type Outcome = usize;

    /// Looks at the record until there is room for no more.
    #[inline(always)]
    fn go<L: Lanes>(&mut self, lanes: L, record: &[u8]) -> usize {
        // In registers: written back once, not with every block.
        let Strings {
            mut searched,
            mut in_string,
            mut escape,
            ..
        } = *self;
        let mut end = 0;
        let mut last = [b' '; 64];
        while let Some(rest) = record.get(searched..)
            && !rest.is_empty()
            && end + 64 <= MANY
        {
            let block = rest.first_chunk().unwrap_or_else(|| {
                last[..rest.len()].copy_from_slice(rest);
                &last
            });
            let base = searched;
            searched += rest.len().min(64);
            let masks = lanes.strings(block);
            let mut quote = masks.quote;
            let is_rare = masks.has_rare | (escape != 0);
            // Deep in a string, such as a session token.
            if !is_rare & (quote == 0) {
                continue;
            }
            if is_rare {
                let piece = Piece {
                    record,
                    base,
                    block,
                };
                quote = self.see(lanes, &piece, quote, in_string, &mut escape);
            }
            // A string's first quote counts as inside of it, its last one does not.
            let inside = lanes.prefix_xor(quote) ^ in_string;
            in_string = (inside.cast_signed() >> 63).cast_unsigned();
            let ends = quote & !inside;
            if let Some(room) = self.room[end..].first_chunk_mut() {
                lanes.write_out(ends, base as u32, room);
            }
            end += ends.count_ones() as usize;
        }
        self.searched = searched;
        (self.in_string, self.escape) = (in_string, escape);
        end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends(text: &str) -> Result<Vec<usize>, RecordError> {
        let mut found = Vec::new();
        for kernel in Kernel::all() {
            let mut strings = Strings::new(kernel);
            // Memory that is used again.
            for _ in 0..2 {
                strings.begin();
                let (mut ends, mut next) = (Vec::new(), 0);
                while let Some(end) = strings.end(text.as_bytes(), &mut next)? {
                    ends.push(end);
                }
                assert_eq!(strings.end(text.as_bytes(), &mut next)?, None);
                found.push(ends);
            }
        }
        assert!(
            found.iter().all(|one| *one == found[0]),
            "the kernels differ on {text}"
        );
        Ok(found.swap_remove(0))
    }

    #[test]
    fn every_string_ends_at_its_last_quote() {
        for count in [0, 1, 2, 3, 31, 32, 33, 200, 2_000] {
            for pad in ["", " ", "\n\t  ", &" ".repeat(61), &"x".repeat(200)] {
                let one = format!("{{\"a,{{{}\":[\"\\\"\\\\\",\"\"]}}", pad.trim());
                let text = format!("{one}{pad}").repeat(count);
                let mut expected = Vec::new();
                for at in (0..count).map(|n| n * (one.len() + pad.len())) {
                    let key = at + 5 + pad.trim().len();
                    expected.extend([key, key + 8, key + 11]);
                }
                assert_eq!(ends(&text).unwrap(), expected, "{text}");
            }
        }
        assert_eq!(ends("{\"a\":\"b").unwrap(), [3]);
    }

    #[test]
    fn wrong_characters_are_found_where_they_stand() {
        for (text, at) in [
            ("{\"a\":\"x\u{1}\"}", 7),
            ("{\"a\":\"x\n\"}", 7),
            ("{\"a\":\"\\x\"}", 6),
            ("{\"a\":\"\\u12g4\"}", 6),
            ("{\"a\":\"\\u12\"}", 6),
        ] {
            assert_eq!(ends(text).unwrap_err().at, at, "{text:?}");
        }
        assert!(ends("{\"\\u00e9\\/\\b\\f\\n\\r\\t\":\n1}").is_ok());
    }
}
