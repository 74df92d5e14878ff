//! Which identities may occur more than once, told in some bytes for each.
//!
//! Owns two bits a place, no identities: what it says no to is certain, what it says yes to has to be
//! compared.

/// Two bits for each of many places: an identity was noted there, and another or the same again.
///
/// What was noted more than once is always told; so are a few identities that share a place with
/// another by chance.
pub(crate) struct Filter {
    places: Vec<Place>,
}

/// 64 places.
#[derive(Clone, Copy, Default)]
struct Place {
    once: u64,
    again: u64,
}

/// Places for each identity: one in sixteen shares its own. With twice as many it takes twice the
/// memory to hold half as many candidates in vain.
const PLACES: usize = 16;

impl Filter {
    /// With room for so many identities; more only share more places.
    pub fn with_room_for(identities: usize) -> Filter {
        let words = (identities * PLACES / 64).next_power_of_two();
        Filter {
            places: vec![Place::default(); words],
        }
    }

    /// Identities are hashes, so any of their bits will do.
    fn place(&self, identity: u128) -> (usize, u64) {
        let bit = 1 << (identity as u64 % 64);
        ((identity >> 6) as usize & (self.places.len() - 1), bit)
    }

    pub fn note(&mut self, identity: u128) {
        let (at, bit) = self.place(identity);
        let place = &mut self.places[at];
        place.again |= place.once & bit;
        place.once |= bit;
    }

    /// Whether it may have been noted at all.
    pub fn may_have(&self, identity: u128) -> bool {
        let (at, bit) = self.place(identity);
        self.places[at].once & bit != 0
    }

    /// Whether it may have been noted more than once.
    pub fn may_repeat(&self, identity: u128) -> bool {
        let (at, bit) = self.place(identity);
        self.places[at].again & bit != 0
    }
}

#[cfg(test)]
mod tests {
    use super::super::hash;
    use super::*;

    #[test]
    fn every_repeat_is_told_and_few_others() {
        let id = |number: u32| hash(&[&number.to_string()]);
        let mut filter = Filter::with_room_for(10_100);
        (0..10_000).for_each(|number| filter.note(id(number)));
        (0..100).for_each(|number| filter.note(id(number * 7)));
        assert!((0..100).all(|number| filter.may_repeat(id(number * 7))));
        assert!((0..10_000).all(|number| filter.may_have(id(number))));
        let told = (0..10_000).filter(|&number| filter.may_repeat(id(number)));
        assert!(told.count() < 1_000);
        let had = (10_000..20_000).filter(|&number| filter.may_have(id(number)));
        assert!(had.count() < 1_000);
    }
}
