//! Which Region's endpoint a caller should go to, and what says so.

use std::collections::HashMap;

use super::Counts;
use crate::aws::region::{US_EAST_1, is_region};

/// What says which Region is a caller's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum RegionEvidence {
    /// The Region that answered its global calls.
    ServingRegion,
    /// The Region its Regional calls go to.
    RegionalCalls,
    /// AWS's list of its own addresses.
    IpRanges,
}

impl RegionEvidence {
    /// Its name in columns and keys.
    pub fn as_str(self) -> &'static str {
        match self {
            RegionEvidence::ServingRegion => "serving-region",
            RegionEvidence::RegionalCalls => "regional-calls",
            RegionEvidence::IpRanges => "ip-ranges",
        }
    }
}

/// What is known of where a caller is.
pub(super) struct Whereabouts<'c, 'r> {
    /// The Regions that answered its global calls.
    pub serving: &'c Counts<'r>,
    /// The Regions its Regional calls went to, if it has made any.
    pub regional: Option<&'c Counts<'r>>,
    /// The addresses its global calls came from.
    pub addresses: &'c Counts<'r>,
}

impl<'r> Whereabouts<'_, 'r> {
    /// The Region to recommend. A Region that answered is worth the most, except us-east-1, where
    /// calls from outside a VPC, through other resolvers, and from opt-in Regions are answered.
    pub fn recommended(&self, regions: &mut Regions<'r, '_>) -> Option<(&'r str, RegionEvidence)> {
        let with = |evidence| move |region| (region, evidence);
        let nearby = Counts(
            (self.serving.0.iter())
                .filter(|(region, _)| **region != US_EAST_1 && is_region(region))
                .map(|(region, calls)| (*region, *calls))
                .collect(),
        );
        let served_in_us_east_1 = self.serving.0.contains_key(US_EAST_1);
        nearby
            .most()
            .map(with(RegionEvidence::ServingRegion))
            .or_else(|| {
                let most = self.regional.and_then(Counts::most);
                most.map(with(RegionEvidence::RegionalCalls))
            })
            .or_else(|| {
                let mut of_addresses = Counts::default();
                for &address in self.addresses.0.keys() {
                    of_addresses.add(regions.of(address), 1);
                }
                of_addresses.most().map(with(RegionEvidence::IpRanges))
            })
            .or_else(|| served_in_us_east_1.then_some((US_EAST_1, RegionEvidence::ServingRegion)))
    }
}

/// The Regions of addresses, each looked up once.
pub(super) struct Regions<'r, 'f> {
    region_of: &'f dyn Fn(&str) -> Option<&'r str>,
    known: HashMap<&'r str, Option<&'r str>>,
}

impl<'r, 'f> Regions<'r, 'f> {
    pub fn new(region_of: &'f dyn Fn(&str) -> Option<&'r str>) -> Regions<'r, 'f> {
        Regions {
            region_of,
            known: HashMap::new(),
        }
    }

    pub fn of(&mut self, address: &'r str) -> Option<&'r str> {
        let look_up = || (self.region_of)(address).filter(|region| is_region(region));
        *self.known.entry(address).or_insert_with(look_up)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(values: &[(&'static str, u64)]) -> Counts<'static> {
        Counts(values.iter().copied().collect())
    }

    #[test]
    fn the_first_evidence_that_tells_decides_and_of_equals_the_first_name() {
        use RegionEvidence::{IpRanges, RegionalCalls, ServingRegion};
        let region_of = |address: &str| match address {
            "1.1.1.1" | "1.1.1.2" => Some("eu-south-1"),
            "1.1.1.3" => Some("ap-east-1"),
            "1.1.1.4" => Some("nowhere"),
            _ => None,
        };
        type Values<'a> = &'a [(&'static str, u64)];
        type Case<'a> = (
            Values<'a>,
            Values<'a>,
            Values<'a>,
            Option<(&'a str, RegionEvidence)>,
        );
        #[rustfmt::skip]
        let table: &[Case<'_>] = &[
            (&[], &[], &[], None),
            (&[], &[], &[("10.0.0.1", 9), ("1.1.1.4", 9)], None),
            (&[("us-east-1", 9)], &[], &[], Some(("us-east-1", ServingRegion))),
            (&[("us-east-1", 9)], &[], &[("1.1.1.3", 9), ("1.1.1.2", 1), ("1.1.1.1", 1)], Some(("eu-south-1", IpRanges))),
            (&[("us-east-1", 9)], &[], &[("1.1.1.3", 1), ("1.1.1.1", 9)], Some(("ap-east-1", IpRanges))),
            (&[("us-east-1", 9)], &[("us-east-1", 1)], &[("1.1.1.3", 1)], Some(("us-east-1", RegionalCalls))),
            (&[("us-east-1", 9)], &[("eu-west-2", 2), ("eu-west-1", 2), ("af-south-1", 1)], &[], Some(("eu-west-1", RegionalCalls))),
            (&[("us-east-1", 9), ("eu-north-1", 1)], &[("eu-west-2", 7)], &[], Some(("eu-north-1", ServingRegion))),
            (&[("us-west-2", 1), ("eu-north-1", 1)], &[], &[], Some(("eu-north-1", ServingRegion))),
            (&[("=evil()", 9), ("us-east-1", 1)], &[], &[], Some(("us-east-1", ServingRegion))),
        ];
        for (serving, regional, addresses, expected) in table {
            let (serving, regional, addresses) =
                (counts(serving), counts(regional), counts(addresses));
            let found = Whereabouts {
                serving: &serving,
                regional: Some(&regional),
                addresses: &addresses,
            }
            .recommended(&mut Regions::new(&region_of));
            assert_eq!(found, *expected, "{serving:?} {regional:?} {addresses:?}");
        }
    }
}
