//! What STS is like in a Region: whether it can be deactivated there, and the names of its endpoints.
//!
//! Which Regions there are is a fact of AWS and not of STS: see [`crate::aws::region`].
//!
//! Sources: activation from <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_region-endpoints.html>.

pub use crate::aws::region::{
    Availability, Partition, REGIONS, Region, SuffixKind, is_opt_in, is_region, suffix_kind,
};

/// Whether STS answers in a Region, and who decides that.
///
/// Activation is per Region in the account that issues the credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    /// Enabled with the account; STS cannot be deactivated.
    AlwaysOn,
    /// Enabled with the account; an administrator can deactivate STS.
    Deactivatable,
    /// STS comes with the Region when the account opts in, and cannot be switched off.
    OptIn,
    /// Not documented in what was read (GovCloud, ISO and EUSC partitions).
    Undocumented,
}

/// Regions that are enabled by default, and in which STS cannot be deactivated.
const ALWAYS_ON: [&str; 2] = ["cn-north-1", "us-east-1"];

/// Regions whose FIPS endpoint is listed in AWS's General Reference, rather than only following from
/// the naming rule. The IAM guide lists those of all Regions of the US and Canada.
const FIPS_LISTED: [&str; 6] = [
    "us-east-1",
    "us-east-2",
    "us-gov-east-1",
    "us-gov-west-1",
    "us-west-1",
    "us-west-2",
];

impl Region {
    /// Whether STS answers there, and who decides.
    pub fn activation(&self) -> Activation {
        match self.availability {
            Availability::ByDefault if ALWAYS_ON.contains(&self.code) => Activation::AlwaysOn,
            Availability::ByDefault => Activation::Deactivatable,
            Availability::OptIn => Activation::OptIn,
            Availability::Undocumented => Activation::Undocumented,
        }
    }

    /// Whether an administrator can deactivate STS there; `None` where that is not documented.
    pub fn can_deactivate(&self) -> Option<bool> {
        match self.activation() {
            Activation::Deactivatable => Some(true),
            Activation::AlwaysOn | Activation::OptIn => Some(false),
            Activation::Undocumented => None,
        }
    }

    /// `sts.eu-west-1.amazonaws.com`
    pub fn host(&self) -> String {
        format!("sts.{}.{}", self.code, self.partition.dns_suffix())
    }

    /// The FIPS 140 endpoint by botocore's rule; in GovCloud that is the ordinary name.
    pub fn fips_host(&self) -> String {
        match self.partition {
            Partition::AwsUsGov => self.host(),
            partition => format!("sts-fips.{}.{}", self.code, partition.dns_suffix()),
        }
    }

    /// Whether AWS's General Reference lists the FIPS endpoint.
    pub fn is_fips_listed(&self) -> bool {
        FIPS_LISTED.contains(&self.code)
    }

    /// What the names of VPC endpoints for STS end in.
    pub fn vpce_suffix(&self) -> String {
        format!(".sts.{}.vpce.{}", self.code, self.partition.dns_suffix())
    }

    /// The dual-stack endpoint by botocore's rule.
    pub fn dualstack_host(&self) -> String {
        format!(
            "sts.{}.{}",
            self.code,
            self.partition.dualstack_dns_suffix()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_some_regions_is_said_of_regions_in_the_table() {
        for code in ALWAYS_ON {
            let region = Region::find(code).expect(code);
            assert_eq!(region.activation(), Activation::AlwaysOn, "{code}");
        }
        for code in FIPS_LISTED {
            assert!(Region::find(code).expect(code).is_fips_listed());
        }
    }
}
