//! AWS's list of its own addresses: which Region a public source address lies in.
//!
//! <https://docs.aws.amazon.com/vpc/latest/userguide/aws-ip-ranges.html>

use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// Prefixes of AWS and their Regions.
#[derive(Debug)]
pub struct IpRanges {
    prefixes: Vec<(ipnet::IpNet, String)>,
}

/// A list that cannot be used.
#[derive(Debug)]
pub enum IpRangesError {
    /// The file cannot be read.
    Unreadable(PathBuf, std::io::Error),
    /// The file is read and is no ip-ranges.json; the text says why.
    NotIpRanges(PathBuf, String),
}

impl fmt::Display for IpRangesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            IpRangesError::Unreadable(path, error) => write!(f, "{}: {error}", path.display()),
            IpRangesError::NotIpRanges(path, why) => write!(f, "{}: {why}", path.display()),
        }
    }
}

impl std::error::Error for IpRangesError {}

#[derive(Deserialize)]
struct File {
    prefixes: Vec<V4>,
    #[serde(default)]
    ipv6_prefixes: Vec<V6>,
}

#[derive(Deserialize)]
struct V4 {
    ip_prefix: String,
    region: String,
}

#[derive(Deserialize)]
struct V6 {
    ipv6_prefix: String,
    region: String,
}

impl IpRanges {
    /// Reads the file of this name.
    ///
    /// # Errors
    /// It cannot be read, or is no ip-ranges.json.
    pub fn read(path: &Path) -> Result<IpRanges, IpRangesError> {
        let bytes = std::fs::read(path)
            .map_err(|error| IpRangesError::Unreadable(path.to_owned(), error))?;
        IpRanges::parse(&bytes).map_err(|why| IpRangesError::NotIpRanges(path.to_owned(), why))
    }

    /// Reads the content of such a file.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(bytes: &[u8]) -> Result<IpRanges, String> {
        let file: File = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        let all = file
            .prefixes
            .into_iter()
            .map(|one| (one.ip_prefix, one.region))
            .chain(
                file.ipv6_prefixes
                    .into_iter()
                    .map(|one| (one.ipv6_prefix, one.region)),
            );
        let mut prefixes = Vec::new();
        for (prefix, region) in all {
            let net = prefix
                .parse()
                .map_err(|_| format!("{prefix:?} is not a prefix"))?;
            prefixes.push((net, region));
        }
        Ok(IpRanges { prefixes })
    }

    /// The Region a `sourceIPAddress` lies in; `None` for what is no public address of AWS.
    pub fn region_of(&self, source_ip_address: &str) -> Option<&str> {
        let address: IpAddr = source_ip_address.trim().parse().ok()?;
        let address = address.to_canonical();
        self.prefixes
            .iter()
            .filter(|(net, _)| net.contains(&address))
            .max_by_key(|(net, _)| net.prefix_len())
            .map(|(_, region)| region.as_str())
            .filter(|&region| region != "GLOBAL")
    }
}
