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
}

impl Index {
    /// Takes the structure of `record` down. Records are far below 4 GiB: the reader's cap.
    pub fn build(&mut self, kernel: Kernel, record: &[u8]) -> Result<(), RecordError> {
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

    /// Goes through the structure taken down last, from the first byte on.
    pub fn places(&self) -> Places<'_> {
        Places {
            blocks: self.structure.iter(),
            bits: 0,
            base: 0_usize.wrapping_sub(64),
        }
    }

    /// What is rare in the block at `base`: notes it, and gives the quotes that are not escaped.
    #[inline(always)]
    fn see<L: Lanes>(
        &mut self,
        lanes: L,
        block: &Block,
        base: u32,
        quote: u64,
        in_string: u64,
        escape: &mut u64,
    ) -> u64 {
        let rare = lanes.rare_in_strings(block);
        let is_escaped = escaped(rare.backslash, escape);
        let quote = quote & !is_escaped;
        let inside = lanes.prefix_xor(quote) ^ in_string;
        if rare.control != 0 {
            self.check_controls(block, base, rare.control, inside);
        }
        let leaders = rare.backslash & !is_escaped & inside;
        if leaders != 0 {
            self.note_escapes(base, leaders);
        }
        quote
    }

    #[cold]
    fn check_controls(&mut self, block: &Block, base: u32, control: u64, inside: u64) {
        let mut suspects = control;
        while suspects != 0 && self.misplaced_control.is_none() {
            let at = suspects.trailing_zeros();
            if inside >> at & 1 == 1 || !is_white_control(block[at as usize]) {
                self.misplaced_control = Some(base + at);
            }
            suspects &= suspects - 1;
        }
    }

    #[cold]
    fn note_escapes(&mut self, base: u32, mut leaders: u64) {
        while leaders != 0 {
            self.escapes.push(base + leaders.trailing_zeros());
            leaders &= leaders - 1;
        }
    }
}

impl Work for Index {
    type Outcome = ();

    #[inline(always)]
    fn go<L: Lanes>(&mut self, lanes: L, record: &[u8]) {
        let (blocks, rest) = record.as_chunks::<64>();
        let mut last = [b' '; 64];
        last[..rest.len()].copy_from_slice(rest);
        // Kept in registers, not looked up in `self` with every block.
        let (mut in_string, mut escape, mut in_scalar) = (0, 0, 0);
        let mut structure = std::mem::take(&mut self.structure);
        structure.resize(blocks.len() + 1, 0);
        for ((block, base), structure) in
            (blocks.iter().chain(Some(&last)).zip(0..)).zip(&mut structure)
        {
            let strings = lanes.strings(block);
            let mut quote = strings.quote;
            let rare = strings.has_rare | (escape != 0);
            // Deep in a string, such as a session token: nothing to be seen.
            if !rare && quote == 0 && in_string != 0 {
                *structure = 0;
                continue;
            }
            if rare {
                quote = self.see(lanes, block, base * 64, quote, in_string, &mut escape);
            }
            let inside = lanes.prefix_xor(quote) ^ in_string;
            in_string = (inside.cast_signed() >> 63).cast_unsigned();
            let masks = lanes.index(block);
            let scalar = !(inside | quote | masks.operator | masks.blank);
            let scalar_start = scalar & !(scalar << 1 | in_scalar);
            in_scalar = scalar >> 63;
            // A string's first quote counts as inside of it, its last one does not.
            *structure = (masks.operator & !inside) | (quote & inside) | scalar_start;
        }
        self.structure = structure;
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
