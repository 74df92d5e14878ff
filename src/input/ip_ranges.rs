//! The file with AWS's list of its own addresses: read, or refused with advice.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::aws::{IpRanges, IpRangesFault};
use crate::shown::Shown;

/// A list that cannot be used.
#[derive(Debug, PartialEq, Eq)]
pub enum IpRangesError {
    /// The file cannot be read.
    Unreadable(PathBuf, String),
    /// The file is read and is no ip-ranges.json.
    Unusable(PathBuf, IpRangesFault),
}

/// Reads the list in the file of this name.
///
/// # Errors
/// It cannot be read, or is no ip-ranges.json.
pub fn read_ip_ranges(path: &Path) -> Result<IpRanges, IpRangesError> {
    let bytes = std::fs::read(path)
        .map_err(|error| IpRangesError::Unreadable(path.to_owned(), error.to_string()))?;
    IpRanges::parse(&bytes).map_err(|fault| IpRangesError::Unusable(path.to_owned(), fault))
}

/// Where to get a list that can be used.
const SOURCE: &str = "https://ip-ranges.amazonaws.com/ip-ranges.json";

impl fmt::Display for IpRangesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            IpRangesError::Unreadable(path, error) => write!(
                f,
                "--ip-ranges {}: {error}; download {SOURCE} and name that file",
                Shown::path(path)
            ),
            IpRangesError::Unusable(path, fault) => write!(
                f,
                "--ip-ranges {}: {fault}; download {SOURCE} again",
                Shown::path(path)
            ),
        }
    }
}

impl std::error::Error for IpRangesError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_that_cannot_be_used_says_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("none.json");
        let error = read_ip_ranges(&missing).unwrap_err();
        assert!(matches!(error, IpRangesError::Unreadable(..)));
        let text = error.to_string();
        assert!(text.starts_with(&format!("--ip-ranges {}: ", missing.display())));
        assert!(text.ends_with(
            "download https://ip-ranges.amazonaws.com/ip-ranges.json and name that file"
        ));

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
            let text = read_ip_ranges(&file).unwrap_err().to_string();
            let expected = format!(
                "--ip-ranges {}: {fault}; download https://ip-ranges.amazonaws.com/ip-ranges.json again",
                file.display()
            );
            assert_eq!(text, expected);
        }
    }
}
