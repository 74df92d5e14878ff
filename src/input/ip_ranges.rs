//! The file with AWS's list of its own addresses: read, or refused with the reason.

use std::path::{Path, PathBuf};

use crate::aws::{IpRanges, IpRangesFault};
use crate::shown::Shown;

/// A list that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IpRangesError {
    /// The file cannot be read.
    #[error("{}: it cannot be read", Shown::path(.0))]
    Unreadable(PathBuf, #[source] std::io::Error),
    /// The file is read and is no ip-ranges.json.
    #[error("{}: it is no list of AWS's addresses", Shown::path(.0))]
    Unusable(PathBuf, #[source] IpRangesFault),
}

/// Reads the list in the file of this name.
///
/// # Errors
/// It cannot be read, or is no ip-ranges.json.
pub fn read_ip_ranges(path: &Path) -> Result<IpRanges, IpRangesError> {
    let bytes =
        std::fs::read(path).map_err(|error| IpRangesError::Unreadable(path.to_owned(), error))?;
    IpRanges::parse(&bytes).map_err(|fault| IpRangesError::Unusable(path.to_owned(), fault))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_that_cannot_be_used_says_why() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("none.json");
        let error = read_ip_ranges(&missing).unwrap_err();
        assert!(matches!(error, IpRangesError::Unreadable(path, _) if path == missing));

        let file = folder.path().join("ip-ranges.json");
        for content in [
            &b""[..],
            b"<html>",
            b"\xff\xfe{\0",
            b"{}",
            b"{\"prefixes\":[]}",
        ] {
            std::fs::write(&file, content).unwrap();
            let fault = IpRanges::parse(content).unwrap_err();
            let error = read_ip_ranges(&file).unwrap_err();
            assert!(
                matches!(&error, IpRangesError::Unusable(path, why) if *path == file && *why == fault),
                "{error:?}"
            );
        }
    }
}
