//! Partitions with their DNS suffixes, and the Regions in them.
//!
//! A Region is *recognised* by its pattern, never by this table: AWS opens Regions faster than
//! anybody ships releases. The table only adds what a name cannot tell: the long name, and whether
//! the Region is enabled by default. What STS is like in a Region is not known here.
//!
//! Sources: partitions and Regions from botocore 1.44.8 (`partitions.json`, `endpoints.json`), except
//! us-south-1, which only ip-ranges.json names: `data/regions.py rows` prints the table, and a test says
//! when it is stale. What is enabled by default is from
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_region-endpoints.html>.

use Availability::{ByDefault, OptIn, Undocumented};
use Partition::{Aws, AwsCn, AwsEusc, AwsIso, AwsIsoB, AwsIsoE, AwsIsoF, AwsUsGov};

/// Where calls of the global endpoint are logged, and answered for whoever is not served nearby.
pub const US_EAST_1: &str = "us-east-1";

/// A set of Regions with accounts and endpoints of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names are AWS's own; see `Partition::id`")]
pub enum Partition {
    Aws,
    AwsCn,
    AwsEusc,
    AwsIso,
    AwsIsoB,
    AwsIsoE,
    AwsIsoF,
    AwsUsGov,
}

impl Partition {
    /// Every partition known to botocore.
    pub const ALL: [Partition; 8] = [
        Aws, AwsCn, AwsEusc, AwsIso, AwsIsoB, AwsIsoE, AwsIsoF, AwsUsGov,
    ];

    /// The id as an ARN has it: `aws`, `aws-cn`, `aws-us-gov`, …
    pub fn id(self) -> &'static str {
        match self {
            Aws => "aws",
            AwsCn => "aws-cn",
            AwsEusc => "aws-eusc",
            AwsIso => "aws-iso",
            AwsIsoB => "aws-iso-b",
            AwsIsoE => "aws-iso-e",
            AwsIsoF => "aws-iso-f",
            AwsUsGov => "aws-us-gov",
        }
    }

    /// The suffix of ordinary endpoint names, without a leading dot.
    pub fn dns_suffix(self) -> &'static str {
        match self {
            Aws | AwsUsGov => "amazonaws.com",
            AwsCn => "amazonaws.com.cn",
            AwsEusc => "amazonaws.eu",
            AwsIso => "c2s.ic.gov",
            AwsIsoB => "sc2s.sgov.gov",
            AwsIsoE => "cloud.adc-e.uk",
            AwsIsoF => "csp.hci.ic.gov",
        }
    }

    /// The suffix of dual-stack (IPv4 and IPv6) endpoint names.
    pub fn dualstack_dns_suffix(self) -> &'static str {
        match self {
            Aws | AwsUsGov => "api.aws",
            AwsCn => "api.amazonwebservices.com.cn",
            AwsEusc => "api.amazonwebservices.eu",
            AwsIso => "api.aws.ic.gov",
            AwsIsoB => "api.aws.scloud",
            AwsIsoE => "api.cloud-aws.adc-e.uk",
            AwsIsoF => "api.aws.hci.ic.gov",
        }
    }

    /// The partition a Region of this name belongs to, by the shape of the name.
    pub fn of_region(region: &str) -> Partition {
        match region {
            _ if region.starts_with("cn-") => AwsCn,
            _ if region.starts_with("us-gov-") => AwsUsGov,
            _ if region.starts_with("eusc-") => AwsEusc,
            _ if region.starts_with("us-iso-") => AwsIso,
            _ if region.starts_with("us-isob-") => AwsIsoB,
            _ if region.starts_with("eu-isoe-") => AwsIsoE,
            _ if region.starts_with("us-isof-") => AwsIsoF,
            _ => Aws,
        }
    }
}

/// What a host's suffix says of the endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SuffixKind {
    /// `amazonaws.com` and its like.
    Standard,
    /// `api.aws` and its like.
    DualStack,
}

/// Looks a DNS suffix (no leading dot, lower case) up among those of every partition.
pub fn suffix_kind(suffix: &str) -> Option<SuffixKind> {
    // Nearly every host in the world ends in this one.
    if suffix == "amazonaws.com" {
        return Some(SuffixKind::Standard);
    }
    Partition::ALL.iter().find_map(|partition| {
        if suffix == partition.dns_suffix() {
            Some(SuffixKind::Standard)
        } else if suffix == partition.dualstack_dns_suffix() {
            Some(SuffixKind::DualStack)
        } else {
            None
        }
    })
}

/// Whether `name` has the shape of a Region: `[a-z]{2,10}(-[a-z0-9]+)+-[0-9]+[a-z]?`.
///
/// ```
/// use stscope::internals::aws::region::is_region;
/// assert!(is_region("us-east-1") && is_region("us-gov-west-1") && is_region("mars-north-12"));
/// assert!(!is_region("global") && !is_region("us-east-1.evil") && !is_region("US-EAST-1"));
/// ```
pub fn is_region(name: &str) -> bool {
    let mut parts = name.as_bytes().split(|&byte| byte == b'-');
    let (Some(first), Some(number)) = (parts.next(), parts.next_back()) else {
        return false;
    };
    let digits = match number {
        [digits @ .., last] if last.is_ascii_lowercase() => digits,
        digits => digits,
    };
    let mut middles = 0;
    (2..=10).contains(&first.len())
        && first.iter().all(u8::is_ascii_lowercase)
        && !digits.is_empty()
        && digits.iter().all(u8::is_ascii_digit)
        && parts.all(|part| {
            middles += 1;
            let is_part = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
            !part.is_empty() && part.iter().all(is_part)
        })
        && middles > 0
}

/// Whether an account can use a Region without asking for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Availability {
    /// The Region is enabled in every new account of its partition.
    ByDefault,
    /// The account has to opt in first.
    OptIn,
    /// Not documented in what was read (GovCloud, ISO and EUSC partitions).
    Undocumented,
}

/// One Region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region {
    /// The code: `eu-west-1`.
    pub code: &'static str,
    /// AWS's long name: `Europe (Ireland)`; empty where none is published.
    pub name: &'static str,
    /// The partition it belongs to.
    pub partition: Partition,
    /// Whether an account has it from the beginning.
    pub availability: Availability,
}

impl Region {
    /// The Region of this code, if the table knows it.
    pub fn find(code: &str) -> Option<&'static Region> {
        REGIONS
            .binary_search_by(|region| region.code.cmp(code))
            .ok()
            .map(|at| &REGIONS[at])
    }

    /// Whether the Region is enabled in every new account; `None` where that is not documented.
    pub fn enabled_by_default(&self) -> Option<bool> {
        match self.availability {
            ByDefault => Some(true),
            OptIn => Some(false),
            Undocumented => None,
        }
    }
}

/// Whether an account has to opt in before it can use the Region of this name, as with every Region
/// of the partition `aws` since March 2019: one that the table does not know is newer than it.
///
/// Tokens of the global endpoint are valid there only if the account has set them to version 2.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_enable-regions.html>
///
/// ```
/// use stscope::internals::aws::region::is_opt_in;
/// assert!(is_opt_in("ap-east-1") && is_opt_in("mars-north-12"));
/// assert!(!is_opt_in("eu-west-1") && !is_opt_in("us-gov-west-1") && !is_opt_in("global"));
/// ```
pub fn is_opt_in(name: &str) -> bool {
    match Region::find(name) {
        Some(region) => region.partition == Aws && region.availability == OptIn,
        None => is_region(name) && Partition::of_region(name) == Aws,
    }
}

const fn row(
    code: &'static str,
    name: &'static str,
    partition: Partition,
    availability: Availability,
) -> Region {
    Region {
        code,
        name,
        partition,
        availability,
    }
}

/// Every Region known at release, sorted by code. A Region that is missing here is still recognised.
#[rustfmt::skip]
pub const REGIONS: &[Region] = &[
    row("af-south-1", "Africa (Cape Town)", Aws, OptIn),
    row("ap-east-1", "Asia Pacific (Hong Kong)", Aws, OptIn),
    row("ap-east-2", "Asia Pacific (Taipei)", Aws, OptIn),
    row("ap-northeast-1", "Asia Pacific (Tokyo)", Aws, ByDefault),
    row("ap-northeast-2", "Asia Pacific (Seoul)", Aws, ByDefault),
    row("ap-northeast-3", "Asia Pacific (Osaka)", Aws, ByDefault),
    row("ap-south-1", "Asia Pacific (Mumbai)", Aws, ByDefault),
    row("ap-south-2", "Asia Pacific (Hyderabad)", Aws, OptIn),
    row("ap-southeast-1", "Asia Pacific (Singapore)", Aws, ByDefault),
    row("ap-southeast-2", "Asia Pacific (Sydney)", Aws, ByDefault),
    row("ap-southeast-3", "Asia Pacific (Jakarta)", Aws, OptIn),
    row("ap-southeast-4", "Asia Pacific (Melbourne)", Aws, OptIn),
    row("ap-southeast-5", "Asia Pacific (Malaysia)", Aws, OptIn),
    row("ap-southeast-6", "Asia Pacific (New Zealand)", Aws, OptIn),
    row("ap-southeast-7", "Asia Pacific (Thailand)", Aws, OptIn),
    row("ca-central-1", "Canada (Central)", Aws, ByDefault),
    row("ca-west-1", "Canada West (Calgary)", Aws, OptIn),
    row("cn-north-1", "China (Beijing)", AwsCn, ByDefault),
    row("cn-northwest-1", "China (Ningxia)", AwsCn, ByDefault),
    row("eu-central-1", "Europe (Frankfurt)", Aws, ByDefault),
    row("eu-central-2", "Europe (Zurich)", Aws, OptIn),
    row("eu-isoe-west-1", "EU ISOE West", AwsIsoE, Undocumented),
    row("eu-north-1", "Europe (Stockholm)", Aws, ByDefault),
    row("eu-south-1", "Europe (Milan)", Aws, OptIn),
    row("eu-south-2", "Europe (Spain)", Aws, OptIn),
    row("eu-west-1", "Europe (Ireland)", Aws, ByDefault),
    row("eu-west-2", "Europe (London)", Aws, ByDefault),
    row("eu-west-3", "Europe (Paris)", Aws, ByDefault),
    row("eusc-de-east-1", "AWS European Sovereign Cloud (Germany)", AwsEusc, Undocumented),
    row("il-central-1", "Israel (Tel Aviv)", Aws, OptIn),
    row("me-central-1", "Middle East (UAE)", Aws, OptIn),
    row("me-south-1", "Middle East (Bahrain)", Aws, OptIn),
    row("me-west-1", "Middle East (Saudi Arabia)", Aws, OptIn),
    row("mx-central-1", "Mexico (Central)", Aws, OptIn),
    row("sa-east-1", "South America (Sao Paulo)", Aws, ByDefault),
    row("sa-west-1", "South America (Chile)", Aws, OptIn),
    row("us-east-1", "US East (N. Virginia)", Aws, ByDefault),
    row("us-east-2", "US East (Ohio)", Aws, ByDefault),
    row("us-gov-east-1", "AWS GovCloud (US-East)", AwsUsGov, Undocumented),
    row("us-gov-west-1", "AWS GovCloud (US-West)", AwsUsGov, Undocumented),
    row("us-iso-east-1", "US ISO East", AwsIso, Undocumented),
    row("us-iso-west-1", "US ISO WEST", AwsIso, Undocumented),
    row("us-isob-east-1", "US ISOB East (Ohio)", AwsIsoB, Undocumented),
    row("us-isob-west-1", "US ISOB West", AwsIsoB, Undocumented),
    row("us-isof-east-1", "US ISOF EAST", AwsIsoF, Undocumented),
    row("us-isof-south-1", "US ISOF SOUTH", AwsIsoF, Undocumented),
    row("us-south-1", "", Aws, OptIn),
    row("us-west-1", "US West (N. California)", Aws, ByDefault),
    row("us-west-2", "US West (Oregon)", Aws, ByDefault),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_so_that_it_can_be_searched() {
        assert!(REGIONS.is_sorted_by(|a, b| a.code < b.code));
    }

    #[test]
    fn every_region_of_the_table_has_the_shape_and_partition_of_one() {
        for region in REGIONS {
            assert!(is_region(region.code), "{}", region.code);
            assert_eq!(
                Partition::of_region(region.code),
                region.partition,
                "{}",
                region.code
            );
            assert_eq!(Region::find(region.code), Some(region));
        }
    }

    #[test]
    fn the_seventeen_default_regions_of_the_commercial_partition_are_enabled() {
        let enabled = REGIONS
            .iter()
            .filter(|r| r.partition == Aws && r.enabled_by_default() == Some(true))
            .count();
        assert_eq!(enabled, 17);
    }

    #[test]
    fn a_region_is_opt_in_unless_it_is_of_the_seventeen_or_of_another_partition() {
        for region in REGIONS {
            let expected = region.partition == Aws && region.enabled_by_default() == Some(false);
            assert_eq!(is_opt_in(region.code), expected, "{}", region.code);
        }
        for (name, expected) in [
            ("eu-newest-9", true),
            ("cn-newest-9", false),
            ("us-gov-newest-9", false),
            ("eusc-newest-9", false),
            ("us-iso-newest-9", false),
            ("global", false),
            ("AP-EAST-1", false),
            ("", false),
        ] {
            assert_eq!(is_opt_in(name), expected, "{name}");
        }
    }

    #[test]
    fn region_shapes() {
        for good in [
            "us-east-1",
            "apiso-northsouth-3r",
            "eu-isoe-west-1",
            "ab-c-9",
            "us-1-1",
        ] {
            assert!(is_region(good), "{good}");
        }
        for bad in [
            "",
            "-",
            "us",
            "us-1",
            "us--1",
            "us-east-",
            "us-east-1ab",
            "u-east-1",
            "us-east_1-1",
            "verylongname-east-1",
            "us-east-1-",
            "-east-1",
            "1us-east-1",
            "us-east-x",
            "us-éast-1",
        ] {
            assert!(!is_region(bad), "{bad}");
        }
    }
}
