//! The names of STS endpoints as patterns, for engines that have regular expressions.
//!
//! Written for RE2 and for what Java understands: no escapes, so that no dialect of SQL changes them.

use std::collections::BTreeSet;

use crate::aws::region::Partition;

/// A Region, by the shape of its name: what `is_region` accepts.
const REGION: &str = "[a-z]{2,10}(?:-[a-z0-9]+)+-[0-9]+[a-z]?";

/// What names the global endpoint.
pub(super) fn global() -> String {
    let suffix = plain(Partition::Aws.dns_suffix());
    format!("sts[.]{suffix}|sts-global[.]{REGION}[.]{suffix}")
}

/// What names a Regional endpoint, of any partition and on any network.
pub(super) fn regional() -> String {
    let suffixes: BTreeSet<&str> = Partition::ALL
        .iter()
        .flat_map(|partition| [partition.dns_suffix(), partition.dualstack_dns_suffix()])
        .collect();
    let suffixes: Vec<String> = suffixes.into_iter().map(plain).collect();
    format!(
        "(?:sts(?:-fips)?[.]{REGION}\
         |(?:(?:[*]|[a-z0-9-]+)[.])?vpce-[a-z0-9-]+[.]sts(?:-fips)?[.]{REGION}[.]vpce)\
         [.](?:{})",
        suffixes.join("|")
    )
}

/// A name as a pattern of itself.
fn plain(name: &str) -> String {
    name.replace('.', "[.]")
}
