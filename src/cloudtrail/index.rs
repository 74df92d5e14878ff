//! The structure of one record: where its strings, brackets, commas, colons and scalars begin.
//!
//! Also everything that can be wrong with the *characters* of JSON. What can be wrong with their
//! order is the business of `walk`, which this runs ahead of.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use super::RecordError;
use super::kernel::{Block, Kernel, Lanes, Work, escaped};
use super::text::{escape_length, is_white_control};

/// A record's structure, written out some blocks ahead, in memory that is used again for the next
/// one.
#[derive(Debug)]
pub(crate) struct Index {
    kernel: Kernel,
    /// Places in the record, up to `end`: of `{ } [ ] , :`, of the first quote of every string, and
    /// of the first byte of every number and word.
    ///
    /// No other thread sees them. They are atomic because a compiler leaves such writes one by one:
    /// LLVM 20 would gather places in a vector first, which costs more than it saves.
    room: Box<[AtomicU32; ROOM]>,
    end: usize,
    /// How much of the record has been looked at.
    searched: usize,
    /// All ones inside a string.
    in_string: u64,
    /// 1 where the next byte is escaped.
    escape: u64,
    /// 1 inside a number or word.
    in_scalar: u64,
    has_escapes: bool,
    /// The first character that may not stand where it does.
    wrong: Option<RecordError>,
}

/// How many places are written out ahead: more than most records have.
const ROOM: usize = 512;

/// How many places can be seen at a time.
pub(crate) const AHEAD: usize = 4;

/// Stands behind the last place of a record, as often as one may look ahead.
pub(crate) const NOWHERE: u32 = u32::MAX;

impl Index {
    pub fn new(kernel: Kernel) -> Index {
        Index {
            kernel,
            room: Box::new([const { AtomicU32::new(NOWHERE) }; ROOM]),
            end: 0,
            searched: 0,
            in_string: 0,
            escape: 0,
            in_scalar: 0,
            has_escapes: false,
            wrong: None,
        }
    }

    /// Begins with a record. Records are far below 4 GiB: the reader's cap.
    pub fn begin(&mut self) {
        (self.end, self.searched) = (0, 0);
        (self.in_string, self.escape, self.in_scalar) = (0, 0, 0);
        self.has_escapes = false;
        self.wrong = None;
    }

    /// Whether there is any escape up to the places seen so far.
    #[inline(always)]
    pub fn has_escapes(&self) -> bool {
        self.has_escapes
    }

    /// Whether the record, all of it seen, ends inside a string.
    pub fn ends_in_string(&self) -> bool {
        self.in_string != 0
    }

    /// The places from `next` on, [`NOWHERE`] behind the last one. It begins with 0 and is counted on
    /// by the caller, who can keep it in a register; it may be moved.
    ///
    /// # Errors
    /// If a character up to there, or not far behind, may not stand where it does.
    #[inline(always)]
    pub fn ahead(&mut self, record: &[u8], next: &mut usize) -> Result<[u32; AHEAD], RecordError> {
        if self.end < *next + AHEAD {
            self.refill(record, *next)?;
            *next = 0;
        }
        let ahead: Option<&[_; AHEAD]> = self.room.get(*next..).and_then(<[_]>::first_chunk);
        Ok(ahead.map_or([NOWHERE; AHEAD], |ahead| {
            ahead.each_ref().map(|place| place.load(Relaxed))
        }))
    }

    /// Writes more places out, behind those from `next` on, which come to stand first.
    #[inline(never)]
    fn refill(&mut self, record: &[u8], next: usize) -> Result<(), RecordError> {
        for (to, from) in (next..self.end).enumerate() {
            self.room[to].store(self.room[from].load(Relaxed), Relaxed);
        }
        self.end -= next;
        let kernel = self.kernel;
        kernel.run(self, record);
        if self.searched == record.len()
            && let Some(room) = self.room.get(self.end..self.end + AHEAD)
        {
            room.iter().for_each(|place| place.store(NOWHERE, Relaxed));
            self.end += AHEAD;
        }
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
        if rare.control != 0 {
            self.check_controls(piece, rare.control, inside);
        }
        let leaders = rare.backslash & !is_escaped & inside;
        if leaders != 0 {
            self.check_escapes(piece, leaders);
        }
        quote
    }

    #[cold]
    fn check_controls(&mut self, piece: &Piece<'_>, mut suspects: u64, inside: u64) {
        while suspects != 0 && self.wrong.is_none() {
            let at = suspects.trailing_zeros() as usize;
            if inside >> at & 1 == 1 || !is_white_control(piece.block[at]) {
                let what = "a control character where none may stand";
                self.wrong = Some(RecordError::new(piece.base + at, what));
            }
            suspects &= suspects - 1;
        }
    }

    #[cold]
    fn check_escapes(&mut self, piece: &Piece<'_>, mut leaders: u64) {
        self.has_escapes = true;
        while leaders != 0 && self.wrong.is_none() {
            let at = piece.base + leaders.trailing_zeros() as usize;
            if escape_length(&piece.record[at..]) == 0 {
                self.wrong = Some(RecordError::new(at, "an escape that JSON does not have"));
            }
            leaders &= leaders - 1;
        }
    }
}

/// Sixty-four bytes of a record, and where they stand in it.
struct Piece<'r> {
    record: &'r [u8],
    base: usize,
    /// Filled up with spaces behind the end of the record.
    block: &'r Block,
}

impl Work for Index {
    type Outcome = ();

    /// Looks at the record until there is room for no more.
    #[inline(always)]
    fn go<L: Lanes>(&mut self, lanes: L, record: &[u8]) {
        // In registers: written back once, not with every block.
        let Index {
            mut end,
            mut searched,
            mut in_string,
            mut escape,
            mut in_scalar,
            ..
        } = *self;
        let mut last = [b' '; 64];
        while let Some(rest) = record.get(searched..)
            && !rest.is_empty()
            && end + 64 <= ROOM
        {
            let block = rest.first_chunk().unwrap_or_else(|| {
                last[..rest.len()].copy_from_slice(rest);
                &last
            });
            let base = searched;
            searched += rest.len().min(64);
            let strings = lanes.strings(block);
            let mut quote = strings.quote;
            let rare = strings.has_rare | (escape != 0);
            // Deep in a string, such as a session token: nothing to be seen.
            if !rare && quote == 0 && in_string != 0 {
                continue;
            }
            if rare {
                let piece = Piece {
                    record,
                    base,
                    block,
                };
                quote = self.see(lanes, &piece, quote, in_string, &mut escape);
            }
            let inside = lanes.prefix_xor(quote) ^ in_string;
            in_string = (inside.cast_signed() >> 63).cast_unsigned();
            let masks = lanes.index(block);
            let scalar = !(inside | quote | masks.operator | masks.blank);
            let scalar_start = scalar & !(scalar << 1 | in_scalar);
            in_scalar = scalar >> 63;
            // A string's first quote counts as inside of it, its last one does not.
            let places = (masks.operator & !inside) | (quote & inside) | scalar_start;
            if let Some(room) = self.room[end..].first_chunk() {
                write_out(places, base as u32, room);
            }
            end += places.count_ones() as usize;
        }
        (self.end, self.searched) = (end, searched);
        (self.in_string, self.escape, self.in_scalar) = (in_string, escape, in_scalar);
    }
}

/// Writes the places of some bits, and behind them anything: four at a time, because a loop that ends
/// with the last bit ends where no processor can foretell it.
#[inline(always)]
fn write_out(mut bits: u64, base: u32, room: &[AtomicU32; 64]) {
    for four in room.as_chunks::<4>().0 {
        for place in four {
            place.store(base.wrapping_add(bits.trailing_zeros()), Relaxed);
            bits &= bits.wrapping_sub(1);
        }
        if bits == 0 {
            break;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn structure(text: &str) -> Result<String, RecordError> {
        let mut shown = Vec::new();
        for kernel in Kernel::all() {
            let mut index = Index::new(kernel);
            // Memory that is used again.
            for _ in 0..2 {
                index.begin();
                let (mut bytes, mut next) = (Vec::new(), 0);
                while let [at, ..] = index.ahead(text.as_bytes(), &mut next)?
                    && at != NOWHERE
                {
                    bytes.push(text.as_bytes()[at as usize]);
                    next += 1;
                }
                if index.ends_in_string() {
                    return Err(RecordError::new(text.len(), "a string without an end"));
                }
                shown.push(String::from_utf8(bytes).unwrap());
            }
        }
        assert!(
            shown.iter().all(|one| *one == shown[0]),
            "the kernels differ on {text}"
        );
        Ok(shown.swap_remove(0))
    }

    #[test]
    fn brackets_commas_quotes_and_first_letters_are_the_structure() {
        for pad in ["", " ", "\n\t  ", &" ".repeat(61), &" ".repeat(200)] {
            let text = format!("{{\"a,{{\"{pad}:{pad}[1.5e3,true,null],\"\\\"\\\\\":\"x\"{pad}}}");
            assert_eq!(structure(&text).unwrap(), "{\":[1,t,n],\":\"}");
        }
    }

    #[test]
    fn wrong_characters_are_found_where_they_stand() {
        for (text, at) in [
            ("{\"a\":\"x\u{1}\"}", 7),
            ("{\"a\":\"x\n\"}", 7),
            ("{\u{c}}", 1),
            ("{\"a\":\"\\x\"}", 6),
            ("{\"a\":\"\\u12g4\"}", 6),
            ("{\"a\":\"\\u12\"}", 6),
            ("{\"a", 3),
        ] {
            assert_eq!(structure(text).unwrap_err().at, at, "{text:?}");
        }
        assert!(structure("{\"\\u00e9\\/\\b\\f\\n\\r\\t\":1}").is_ok());
    }
}
