//! The structure of one record: where its strings, brackets, commas, colons and scalars begin.
//!
//! Also everything that can be wrong with the *characters* of JSON. What can be wrong with their
//! order is the business of `walk`.

use super::RecordError;
use super::kernel::{Block, Kernel, Lanes, Work, escaped};
use super::text::{escape_length, is_white_control};

/// Positions of a record's structure, in a buffer that is used again for the next one.
#[derive(Debug, Default)]
pub(crate) struct Index {
    /// Offsets of `{ } [ ] , :`, of both quotes of every string, and of the first byte of every
    /// number and word; the first `len` of them count.
    positions: Vec<u32>,
    len: usize,
    /// Offsets of the backslashes that begin an escape.
    escapes: Vec<u32>,
    in_string: u64,
    escape: u64,
    /// 1 where the last byte was part of a number or word.
    in_scalar: u64,
    /// The first control character that may not stand where it does.
    misplaced_control: Option<u32>,
    base: u32,
}

impl Index {
    /// Takes the structure of `record` down. Records are far below 4 GiB: the reader's cap.
    pub fn build(&mut self, kernel: Kernel, record: &[u8]) -> Result<(), RecordError> {
        (
            self.len,
            self.in_string,
            self.escape,
            self.in_scalar,
            self.base,
        ) = (0, 0, 0, 0, 0);
        self.misplaced_control = None;
        self.escapes.clear();
        kernel.run(self, record);
        if let Some(at) = self.misplaced_control {
            return Err(RecordError::new(
                at as usize,
                "a control character where none may stand",
            ));
        }
        for &at in &self.escapes {
            check_escape(record, at as usize)?;
        }
        if self.in_string != 0 {
            return Err(RecordError::new(record.len(), "a string without an end"));
        }
        Ok(())
    }

    /// Whether there is any escape in the record.
    pub fn has_escapes(&self) -> bool {
        !self.escapes.is_empty()
    }

    /// The positions taken down last.
    pub fn positions(&self) -> &[u32] {
        &self.positions[..self.len]
    }

    /// Notes the places of bits. Writes eight at a time, more than there are: a loop over exactly as
    /// many is mispredicted in every block.
    #[inline(always)]
    fn push(&mut self, mut bits: u64) {
        let count = bits.count_ones() as usize;
        let base = self.base;
        let Some(room) = self.positions.get_mut(self.len..self.len + 64) else {
            return;
        };
        for slots in room.chunks_exact_mut(8).take(count.div_ceil(8)) {
            for slot in slots {
                // Beyond the last bit this writes something that is never looked at.
                *slot = base.wrapping_add(bits.trailing_zeros());
                bits &= bits.wrapping_sub(1);
            }
        }
        self.len += count;
    }

    #[cold]
    fn check_controls(&mut self, block: &Block, control: u64, in_string: u64) {
        let mut suspects = control;
        while suspects != 0 && self.misplaced_control.is_none() {
            let at = suspects.trailing_zeros();
            if in_string >> at & 1 == 1 || !is_white_control(block[at as usize]) {
                self.misplaced_control = Some(self.base + at);
            }
            suspects &= suspects - 1;
        }
    }

    #[cold]
    fn note_escapes(&mut self, mut leaders: u64) {
        while leaders != 0 {
            self.escapes.push(self.base + leaders.trailing_zeros());
            leaders &= leaders - 1;
        }
    }
}

impl Work for Index {
    type Outcome = ();

    #[inline(always)]
    fn go<L: Lanes>(&mut self, lanes: L, record: &[u8]) {
        let (blocks, rest) = record.as_chunks::<64>();
        let needed = (blocks.len() + 1) * 64;
        if self.positions.len() < needed {
            self.positions.resize(needed.next_multiple_of(4096), 0);
        }
        let mut last = [b' '; 64];
        last[..rest.len()].copy_from_slice(rest);
        for block in blocks.iter().chain(Some(&last)) {
            let masks = lanes.index(block);
            let is_escaped = escaped(masks.backslash, &mut self.escape);
            let quote = masks.quote & !is_escaped;
            let in_string = lanes.prefix_xor(quote) ^ self.in_string;
            self.in_string = (in_string.cast_signed() >> 63).cast_unsigned();
            if masks.control != 0 {
                self.check_controls(block, masks.control, in_string);
            }
            let leaders = masks.backslash & !is_escaped & in_string;
            if leaders != 0 {
                self.note_escapes(leaders);
            }
            let scalar = !(in_string | quote | masks.operator | masks.blank);
            let scalar_start = scalar & !(scalar << 1 | self.in_scalar);
            self.in_scalar = scalar >> 63;
            self.push((masks.operator & !in_string) | quote | scalar_start);
            self.base += 64;
        }
    }
}

fn check_escape(record: &[u8], at: usize) -> Result<(), RecordError> {
    match escape_length(&record[at..]) {
        0 => Err(RecordError::new(at, "an escape that JSON does not have")),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn structure(text: &str) -> Result<String, RecordError> {
        let mut shown = Vec::new();
        for kernel in Kernel::all() {
            let mut index = Index::default();
            index.build(kernel, text.as_bytes())?;
            let bytes = index
                .positions()
                .iter()
                .map(|&at| text.as_bytes()[at as usize])
                .collect();
            shown.push(String::from_utf8(bytes).unwrap());
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
            assert_eq!(structure(&text).unwrap(), "{\"\":[1,t,n],\"\":\"\"}");
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
