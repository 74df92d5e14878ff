//! Random numbers that stay the same for ever: no crate's next version can change an archive.

/// Steele, Lea and Flood's SplitMix64 (OOPSLA 2014, figure 16).
#[derive(Clone, Debug)]
pub struct SplitMix64(u64);

impl SplitMix64 {
    /// A stream of its own for each list of numbers: a seed, a file's index, a record's.
    pub fn of(parts: &[u64]) -> Self {
        let mut state = Self(0x5354_5343_4f50_4531);
        for part in parts {
            state.0 ^= part;
            state.0 = state.draw();
        }
        state
    }

    /// The next 64 bits.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`; 0 where `end` is 0.
    pub fn below(&mut self, end: usize) -> usize {
        ((u128::from(self.draw()) * end as u128) >> 64) as usize
    }

    /// A number below `end`, the small ones more often: a few principals make most calls.
    pub fn skewed(&mut self, end: usize) -> usize {
        let first = self.below(end);
        first.min(self.below(end)).min(self.below(end))
    }

    /// The same, much more so: within one file most calls come from very few.
    pub fn bursty(&mut self, end: usize) -> usize {
        let reach = self.skewed(end);
        self.skewed(reach + 1)
    }

    /// True with this probability.
    pub fn chance(&mut self, probability: f64) -> bool {
        // 53 bits, the ones a f64 holds exactly.
        ((self.draw() >> 11) as f64) < probability * (1u64 << 53) as f64
    }

    /// One of these, which must not be none.
    pub fn pick<'a, T: ?Sized>(&mut self, choices: &[&'a T]) -> &'a T {
        choices[self.below(choices.len())]
    }

    /// Puts these in any order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for end in (1..items.len()).rev() {
            items.swap(end, self.below(end + 1));
        }
    }
}
