//! Facts of AWS that need neither a file nor a call: what an account id looks like, which Regions there
//! are, what the S3 key of a log says, and whose addresses are where.
//!
//! Everything else may use this. It reads no file and does not know what STS is.

pub mod account;
pub mod account_names;
mod days;
mod file_name;
mod ip_ranges;
mod log_key;
mod prune;
pub mod region;

pub use account_names::{AccountNames, NamedAccount};
pub(crate) use days::{FIRST_DAY, LAST_DAY};
pub use file_name::{DigestKey, LogId, LogName};
pub use ip_ranges::{IpRanges, IpRangesFault};
#[cfg(feature = "s3")]
pub(crate) use log_key::is_another_service;
pub use log_key::{Key, KeyKind};
pub(crate) use log_key::{is_of_another_service, is_of_cloudtrail};
pub use prune::{Pruned, Pruning};
pub(crate) use prune::{is_among, is_of_digests, regions_are_true_from};
