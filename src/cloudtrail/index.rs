//! The structure of one record: where its strings, brackets, commas, colons and scalars begin, one
//! bit a byte.
//!
//! Also everything that can be wrong with the *characters* of JSON. What can be wrong with their
//! order is the business of `walk`.

use super::RecordError;
use super::kernel::{Block, Kernel, Lanes, Work, escaped};
use super::text::{escape_length, is_white_control};

/// A record's structure, in a buffer that is used again for the next one.
#[derive(Debug, Default)]
pub(crate) struct Index {
    /// For every 64 bytes, the bits of `{ } [ ] , :`, of the first quote of every string, and of the
    /// first byte of every number and word.
    structure: Vec<u64>,
    /// Offsets of the backslashes that begin an escape.
    escapes: Vec<u32>,
    /// All ones where the record ended inside a string.
    in_string: u64,
    /// The first control character that may not stand where it does.
    misplaced_control: Option<u32>,
    base: u32,
}

impl Index {
    /// Takes the structure of `record` down. Records are far below 4 GiB: the reader's cap.
    pub fn build(&mut self, kernel: Kernel, record: &[u8]) -> Result<(), RecordError> {
        self.base = 0;
        self.misplaced_control = None;
        self.structure.clear();
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

    /// Goes through the structure taken down last, from the first byte on.
    pub fn places(&self) -> Places<'_> {
        Places {
            blocks: self.structure.iter(),
            bits: 0,
            base: 0_usize.wrapping_sub(64),
        }
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
        // Kept in registers, not looked up in `self` with every block.
        let (mut in_string, mut escape, mut in_scalar) = (0, 0, 0);
        self.structure.reserve(blocks.len() + 1);
        let mut last = [b' '; 64];
        last[..rest.len()].copy_from_slice(rest);
        for block in blocks.iter().chain(Some(&last)) {
            let masks = lanes.index(block);
            // Deep in a string, such as a session token: nothing to be seen.
            if in_string & !(masks.quote | masks.backslash | masks.control) == u64::MAX
                && escape == 0
            {
                self.structure.push(0);
                self.base += 64;
                continue;
            }
            let is_escaped = escaped(masks.backslash, &mut escape);
            let quote = masks.quote & !is_escaped;
            let inside = lanes.prefix_xor(quote) ^ in_string;
            in_string = (inside.cast_signed() >> 63).cast_unsigned();
            if masks.control != 0 {
                self.check_controls(block, masks.control, inside);
            }
            let leaders = masks.backslash & !is_escaped & inside;
            if leaders != 0 {
                self.note_escapes(leaders);
            }
            let scalar = !(inside | quote | masks.operator | masks.blank);
            let scalar_start = scalar & !(scalar << 1 | in_scalar);
            in_scalar = scalar >> 63;
            // A string's first quote counts as inside of it, its last one does not.
            let structure = (masks.operator & !inside) | (quote & inside) | scalar_start;
            self.structure.push(structure);
            self.base += 64;
        }
        self.in_string = in_string;
    }
}

/// The places of a record's structure, one after the other.
#[derive(Clone, Debug)]
pub(crate) struct Places<'i> {
    blocks: std::slice::Iter<'i, u64>,
    /// What is left of the block at `base`.
    bits: u64,
    base: usize,
}

impl Iterator for Places<'_> {
    type Item = usize;

    #[inline(always)]
    fn next(&mut self) -> Option<usize> {
        while self.bits == 0 {
            self.bits = *self.blocks.next()?;
            self.base = self.base.wrapping_add(64);
        }
        let at = self.base + self.bits.trailing_zeros() as usize;
        self.bits &= self.bits.wrapping_sub(1);
        Some(at)
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
            let bytes = index.places().map(|at| text.as_bytes()[at]).collect();
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
