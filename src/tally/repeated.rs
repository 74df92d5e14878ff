//! Which of many numbers may be among them more than once.

/// The numbers seen, by some of their bits: to each of a few places, whether no number, one or more
/// came to it. A number alone at its place is there once.
///
/// For hashes: their upper bits are as good as any.
pub(super) struct Repeated {
    /// Two bits a place: whether there was one, and whether there was another.
    places: Vec<u64>,
    /// How far a number is shifted to become the number of its place.
    shift: u32,
}

impl Repeated {
    /// Places for each number: of sixteen numbers that are there once one is suspected.
    const SPARE: usize = 16;
    /// Places at most: 4 MiB, which is in the cache. With far more numbers than that all are suspected.
    const MOST: usize = 1 << 24;

    /// Looks at all `numbers`, of which there are `count`.
    pub fn among(numbers: impl Iterator<Item = u128>, count: usize) -> Repeated {
        let places = (count.min(Self::MOST) * Self::SPARE / 2)
            .next_power_of_two()
            .clamp(64, Self::MOST);
        let mut seen = Repeated {
            places: vec![0; places / 32],
            shift: u128::BITS - places.ilog2(),
        };
        for number in numbers {
            let (word, one) = seen.place(number);
            let bits = seen.places[word];
            seen.places[word] = bits | one | (bits & one) << 1;
        }
        seen
    }

    /// Whether this number, one of them, may be there more than once. If it is, always.
    pub fn may_have(&self, number: u128) -> bool {
        let (word, one) = self.place(number);
        self.places[word] & one << 1 != 0
    }

    /// The word with a number's place, and the first bit of the place in it.
    fn place(&self, number: u128) -> (usize, u64) {
        let place = (number >> self.shift) as usize;
        (place / 32, 1 << (place % 32 * 2))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_there_twice_is_always_suspected(
            numbers in proptest::collection::vec((0_u128..40).prop_map(|n| n << 121), 0..60),
        ) {
            let repeated = Repeated::among(numbers.iter().copied(), numbers.len());
            for number in &numbers {
                let is_twice = numbers.iter().filter(|&other| other == number).count() > 1;
                prop_assert!(repeated.may_have(*number) || !is_twice);
            }
        }
    }

    #[test]
    fn few_of_those_that_are_there_once_are_suspected() {
        for count in [0, 1, 100, 100_000] {
            // Spread as hashes are: multiples of the golden ratio.
            let numbers = (0..count as u128).map(|n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15) << 64);
            let repeated = Repeated::among(numbers.clone(), count);
            let suspected = numbers.filter(|&number| repeated.may_have(number)).count();
            assert!(suspected <= count / 8, "{suspected} of {count}");
        }
    }
}
