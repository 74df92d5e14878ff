//! AWS's list of its own addresses: which Region a public source address belongs to.
//!
//! Owns the format of the list and the search for the longest prefix. Does not know whose addresses are
//! asked for, and neither opens nor fetches the file:
//! <https://ip-ranges.amazonaws.com/ip-ranges.json>, described at
//! <https://docs.aws.amazon.com/vpc/latest/userguide/aws-ip-ranges.html>. Addresses that customers
//! brought to AWS are not in it.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;
use serde::Deserialize;

use super::region::is_region;
use crate::plain_text::{Utf16, plain_text};

/// Prefixes of AWS and their Regions.
#[derive(Debug)]
pub struct IpRanges {
    prefixes: HashMap<IpNet, Place>,
    /// The lengths that occur among prefixes of IPv4 and of IPv6, the longest last.
    lengths: [BTreeSet<u8>; 2],
    regions: Vec<String>,
}

/// What the list says of a prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// A Region, by its number.
    Region(usize),
    /// `GLOBAL`, and whatever else is no Region.
    Global,
    /// One service says one Region, one another: nobody can tell.
    Disputed,
}

/// What is wrong with the content of a list.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IpRangesFault {
    /// It is in UTF-16.
    #[error("{}", Utf16)]
    Utf16,
    /// It is no JSON, or JSON of another kind.
    #[error("not AWS's ip-ranges.json ({0})")]
    NotIpRanges(String),
    /// It has no prefix at all.
    #[error("it has no prefixes")]
    Empty,
    /// A prefix that is none.
    #[error("{0:?} is no prefix")]
    BadPrefix(String),
    /// One service has a prefix twice, in two Regions.
    #[error("{prefix} is listed twice for {service:?}, in {} and in {}", .regions[0], .regions[1])]
    TwoRegions {
        /// The prefix.
        prefix: String,
        /// Its service.
        service: String,
        /// The Regions, in the order of the file.
        regions: [String; 2],
    },
}

#[derive(Deserialize)]
#[serde(expecting = "an object with a list of prefixes")]
struct File<'a> {
    #[serde(borrow)]
    prefixes: Vec<Listed<'a>>,
    #[serde(borrow, default)]
    ipv6_prefixes: Vec<Listed<'a>>,
}

#[derive(Deserialize)]
struct Listed<'a> {
    #[serde(borrow, alias = "ipv6_prefix")]
    ip_prefix: Cow<'a, str>,
    #[serde(borrow)]
    region: Cow<'a, str>,
    #[serde(borrow, default)]
    service: Cow<'a, str>,
}

impl IpRanges {
    /// Reads the content of such a file.
    ///
    /// Two services count: `AMAZON`, which holds all addresses, and `EC2`, where callers run, whose
    /// prefixes are longer. A prefix that is `GLOBAL` for one of them and in a Region for the other is
    /// in the Region; one in two Regions is in none.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(bytes: &[u8]) -> Result<IpRanges, IpRangesFault> {
        let bytes = plain_text(bytes).map_err(|Utf16| IpRangesFault::Utf16)?;
        let file: File<'_> = serde_json::from_slice(bytes)
            .map_err(|error| IpRangesFault::NotIpRanges(error.to_string()))?;
        let mut ranges = IpRanges {
            prefixes: HashMap::new(),
            lengths: Default::default(),
            regions: Vec::new(),
        };
        let mut of_service = HashMap::new();
        for listed in file.prefixes.iter().chain(&file.ipv6_prefixes) {
            let prefix: IpNet = listed
                .ip_prefix
                .parse()
                .map_err(|_| IpRangesFault::BadPrefix(listed.ip_prefix.to_string()))?;
            let prefix = prefix.trunc();
            let place = ranges.place(&listed.region);
            let before = *of_service.entry((prefix, &listed.service)).or_insert(place);
            if let (Place::Region(first), Place::Region(second)) = (before, place)
                && first != second
            {
                return Err(IpRangesFault::TwoRegions {
                    prefix: prefix.to_string(),
                    service: listed.service.to_string(),
                    regions: [first, second].map(|region| ranges.regions[region].clone()),
                });
            }
            if matches!(&*listed.service, "AMAZON" | "EC2") {
                ranges.add(prefix, place);
            }
        }
        if ranges.prefixes.is_empty() {
            return Err(IpRangesFault::Empty);
        }
        Ok(ranges)
    }

    /// The place of this name.
    fn place(&mut self, name: &str) -> Place {
        if !is_region(name) {
            return Place::Global;
        }
        let known = self.regions.iter().position(|region| region == name);
        Place::Region(known.unwrap_or_else(|| {
            self.regions.push(name.to_owned());
            self.regions.len() - 1
        }))
    }

    /// Adds what one service says of a prefix.
    fn add(&mut self, prefix: IpNet, place: Place) {
        self.lengths[family(prefix.addr())].insert(prefix.prefix_len());
        let known = self.prefixes.entry(prefix).or_insert(place);
        *known = match (*known, place) {
            (one, Place::Global) | (Place::Global, one) => one,
            (one, other) if one == other => one,
            _ => Place::Disputed,
        };
    }

    /// The Region of a `sourceIPAddress`: that of the longest prefix around it. `None` for
    /// addresses that are private or not AWS's, and for what is no address at all (a service's name,
    /// `AWS Internal`).
    pub fn region_of(&self, source_ip_address: &str) -> Option<&str> {
        // An IPv4 address may be written as an IPv6 one: `::ffff:192.0.2.1`.
        let address = source_ip_address.parse::<IpAddr>().ok()?.to_canonical();
        if !is_public(address) {
            return None;
        }
        let place = self.lengths[family(address)]
            .iter()
            .rev()
            .find_map(|&length| {
                let prefix = IpNet::new(address, length).ok()?.trunc();
                self.prefixes.get(&prefix)
            })?;
        match place {
            Place::Region(number) => Some(&self.regions[*number]),
            Place::Global | Place::Disputed => None,
        }
    }
}

fn family(address: IpAddr) -> usize {
    usize::from(address.is_ipv6())
}

/// Whether an address means the same everywhere. Addresses set aside for documentation count: they
/// are on no list but one that was made up.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            !(address.is_private()
                || address.is_loopback()
                || address.is_link_local()
                || address.is_unspecified()
                || is_carrier_grade(address))
        }
        IpAddr::V6(address) => {
            !(address.is_loopback() || address.is_unspecified() || is_local(address))
        }
    }
}

/// 100.64.0.0/10, shared by customers of a provider (RFC 6598); some use it in VPCs.
fn is_carrier_grade(address: Ipv4Addr) -> bool {
    let [first, second, ..] = address.octets();
    first == 100 && (64..128).contains(&second)
}

/// Unique local or link-local.
fn is_local(address: Ipv6Addr) -> bool {
    address.is_unique_local() || address.is_unicast_link_local()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A list of IPv4 and IPv6 prefixes, each with Region and service.
    fn list(v4: &[[&str; 3]], v6: &[[&str; 3]]) -> Vec<u8> {
        let rows = |key: &str, prefixes: &[[&str; 3]]| -> Vec<serde_json::Value> {
            let row = |[prefix, region, service]: &[&str; 3]| {
                serde_json::json!({
                    key: prefix, "region": region, "service": service, "network_border_group": region,
                })
            };
            prefixes.iter().map(row).collect()
        };
        let list = serde_json::json!({
            "syncToken": "1", "createDate": "2026-11-01-00-00-00",
            "prefixes": rows("ip_prefix", v4), "ipv6_prefixes": rows("ipv6_prefix", v6),
        });
        serde_json::to_vec(&list).unwrap()
    }

    fn ranges(v4: &[[&str; 3]], v6: &[[&str; 3]]) -> IpRanges {
        IpRanges::parse(&list(v4, v6)).unwrap()
    }

    fn example() -> IpRanges {
        ranges(
            &[
                ["192.0.2.0/24", "us-east-1", "AMAZON"],
                ["192.0.2.0/24", "us-east-1", "EC2"],
                ["192.0.2.128/25", "eu-west-1", "EC2"],
                ["192.0.2.192/26", "GLOBAL", "EC2"],
                ["192.0.2.0/30", "sa-east-1", "S3"],
                ["192.0.2.255/32", "eu-north-1", "EC2"],
                ["10.0.0.0/8", "us-east-1", "AMAZON"],
                ["100.64.0.0/10", "us-east-1", "AMAZON"],
                ["127.0.0.0/8", "us-east-1", "AMAZON"],
                ["169.254.0.0/16", "us-east-1", "AMAZON"],
            ],
            &[
                ["2001:db8::/32", "ap-south-1", "AMAZON"],
                ["2001:db8:8000::/33", "sa-east-1", "EC2"],
                ["fc00::/7", "us-east-1", "AMAZON"],
                ["fe80::/10", "us-east-1", "AMAZON"],
                ["::1/128", "us-east-1", "AMAZON"],
            ],
        )
    }

    #[test]
    fn the_longest_prefix_around_an_address_tells_its_region() {
        let ranges = example();
        let table = [
            ("192.0.2.0", Some("us-east-1")),
            ("192.0.2.127", Some("us-east-1")),
            ("192.0.2.128", Some("eu-west-1")),
            ("192.0.2.191", Some("eu-west-1")),
            ("192.0.2.192", None),
            ("192.0.2.254", None),
            ("192.0.2.255", Some("eu-north-1")),
            ("192.0.3.0", None),
            ("192.0.1.255", None),
            ("::ffff:192.0.2.128", Some("eu-west-1")),
            ("::192.0.2.128", None),
            ("2001:db8::1", Some("ap-south-1")),
            ("2001:DB8:7fff:ffff::", Some("ap-south-1")),
            ("2001:db8:8000::", Some("sa-east-1")),
            ("2001:db9::1", None),
        ];
        for (address, region) in table {
            assert_eq!(ranges.region_of(address), region, "{address}");
        }
    }

    #[test]
    fn what_is_no_public_address_lies_in_no_region_whatever_the_list_says() {
        let ranges = example();
        for address in [
            "10.1.2.3",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "169.254.169.254",
            "::ffff:10.1.2.3",
            "0.0.0.0",
            "::",
            "::1",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "fe80::1%eth0",
            "",
            "AWS Internal",
            "ec2.amazonaws.com",
            "192.0.2.1:443",
            "192.0.2",
            "192.0.2.0/24",
            "192.0.2.256",
            "anonymous",
        ] {
            assert_eq!(ranges.region_of(address), None, "{address}");
        }
        let around = ranges_around_the_shared_addresses();
        assert_eq!(around.region_of("100.63.255.255"), Some("us-east-1"));
        assert_eq!(around.region_of("100.128.0.0"), Some("us-east-1"));
    }

    fn ranges_around_the_shared_addresses() -> IpRanges {
        ranges(&[["100.0.0.0/8", "us-east-1", "AMAZON"]], &[])
    }

    #[test]
    fn services_that_disagree_on_a_prefix_leave_it_in_no_region() {
        let disputed = [
            ["192.0.2.0/24", "us-east-1", "AMAZON"],
            ["192.0.2.0/24", "eu-west-1", "EC2"],
            ["192.0.2.0/24", "us-east-1", "S3"],
            ["192.0.0.0/16", "eu-west-1", "EC2"],
        ];
        for start in 0..disputed.len() {
            let mut order = disputed;
            order.rotate_left(start);
            let ranges = ranges(&order, &[]);
            assert_eq!(ranges.region_of("192.0.2.1"), None);
            assert_eq!(ranges.region_of("192.0.3.1"), Some("eu-west-1"));
        }
    }

    #[test]
    fn a_region_says_more_than_global() {
        let listed = [
            ["192.0.2.0/24", "GLOBAL", "AMAZON"],
            ["192.0.2.0/24", "eu-west-1", "EC2"],
        ];
        let reversed = [listed[1], listed[0]];
        for list in [listed, reversed] {
            assert_eq!(ranges(&list, &[]).region_of("192.0.2.1"), Some("eu-west-1"));
        }
    }

    #[test]
    fn a_row_that_stands_twice_changes_nothing() {
        let row = ["192.0.2.0/24", "eu-west-1", "EC2"];
        assert_eq!(
            ranges(&[row, row], &[]).region_of("192.0.2.1"),
            Some("eu-west-1")
        );
    }

    #[test]
    fn a_list_that_cannot_be_used_says_what_is_wrong() {
        let twice = [
            ["192.0.2.0/24", "us-east-1", "EC2"],
            ["192.0.2.7/24", "eu-west-1", "EC2"],
        ];
        let table: [(Vec<u8>, &str); 9] = [
            (b"".into(), "not AWS's ip-ranges.json (EOF while parsing"),
            (b"<html>".into(), "not AWS's ip-ranges.json (expected value"),
            (
                b"\xff\xfe{\0".into(),
                "it is text in UTF-16; save it as UTF-8",
            ),
            (
                b"{}".into(),
                "not AWS's ip-ranges.json (missing field `prefixes`",
            ),
            (
                b"{\"Records\":[]}".into(),
                "not AWS's ip-ranges.json (missing field `prefixes`",
            ),
            (
                b"{\"prefixes\":[],\"prefixes\":[]}".into(),
                "not AWS's ip-ranges.json (duplicate field `prefixes`",
            ),
            (list(&[], &[]), "it has no prefixes"),
            (
                list(&[["192.0.2.0/33", "us-east-1", "EC2"]], &[]),
                "\"192.0.2.0/33\" is no prefix",
            ),
            (
                list(&twice, &[]),
                "192.0.2.0/24 is listed twice for \"EC2\", in us-east-1 and in eu-west-1",
            ),
        ];
        for (bytes, expected) in table {
            let text = IpRanges::parse(&bytes).unwrap_err().to_string();
            assert!(text.starts_with(expected), "{text}");
        }
    }

    #[test]
    fn a_control_character_in_a_prefix_is_shown_escaped() {
        let bytes = list(&[["1.2.3.4/\u{1b}[31m", "us-east-1", "EC2"]], &[]);
        let text = IpRanges::parse(&bytes).unwrap_err().to_string();
        assert!(
            text.contains(r"\u{1b}") && !text.contains('\u{1b}'),
            "{text}"
        );
    }

    proptest! {
        #[test]
        fn the_longest_prefix_is_the_one_a_slow_search_finds(
            listed in prop::collection::vec((any::<[u8; 2]>(), 8_u8..=32, 0_usize..3), 1..40),
            asked in any::<[u8; 2]>(),
        ) {
            let names = ["eu-west-1", "us-east-1", "GLOBAL"];
            let address = |[c, d]: [u8; 2]| Ipv4Addr::new(198, 51, c & 3, d);
            let mut slow: HashMap<IpNet, &str> = HashMap::new();
            for &(bytes, length, name) in &listed {
                let prefix = IpNet::new(address(bytes).into(), length).unwrap().trunc();
                slow.entry(prefix).or_insert(names[name]);
            }
            let texts: Vec<_> = slow.iter().map(|(prefix, name)| (prefix.to_string(), *name)).collect();
            let rows: Vec<_> = texts.iter().map(|(prefix, name)| [prefix.as_str(), name, "EC2"]).collect();
            let asked = address(asked);
            let expected = slow
                .iter()
                .filter(|(prefix, _)| prefix.contains(&IpAddr::from(asked)))
                .max_by_key(|(prefix, _)| prefix.prefix_len())
                .map(|(_, name)| *name)
                .filter(|name| *name != "GLOBAL");
            let ranges = ranges(&rows, &[]);
            prop_assert_eq!(ranges.region_of(&asked.to_string()), expected);
        }
    }
}
