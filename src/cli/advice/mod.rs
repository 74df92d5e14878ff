//! What to do next: an error of the library → what a person at a terminal reads.
//!
//! Owns the names of options in errors, and how an error ends: with a step that helps. The library says
//! what is wrong, and knows neither.

#[cfg(feature = "store")]
pub(super) mod store;

use crate::input::{IpRangesError, ManifestFault, NotListed, PathError};
use crate::scan::ScanError;
use crate::shown::Shown;

/// Of a path that was named.
pub(super) fn of_path(error: &PathError) -> String {
    match error {
        PathError::Missing(path, source) => {
            format!("{}: {source}; check the path", Shown::path(path))
        }
        PathError::NoMatch(_) => format!("{error}; check it, or name a folder"),
        PathError::BadPattern(_, source) => {
            format!("{error} ({source}); quote a literal [ as [[]")
        }
        PathError::List(list, source) => format!(
            "--files-from {}: {source}; give a file with one path a line",
            Shown::path(list)
        ),
        PathError::Remote(_) if cfg!(feature = "s3") => {
            format!("{error}; write s3://BUCKET/PREFIX")
        }
        PathError::Remote(url) => {
            let url = Shown::text(url);
            format!(
                "{error}, as this build has no reader of S3; copy the logs with 'aws s3 sync {url} DIR', \
                 and name DIR, or build with the feature s3"
            )
        }
        // Says what to do itself: that depends on what S3 said.
        #[cfg(feature = "s3")]
        PathError::S3(error) => error.to_string(),
        PathError::NoManifest(path, source) => format!(
            "--manifest {}: {source}; write one with 'stscope map --list'",
            Shown::path(path)
        ),
        PathError::Manifest(path, source) => {
            let next = match source.why {
                ManifestFault::NoText(_) => {
                    "leave it out, and name the file to a 'stscope map' of its own"
                }
                ManifestFault::Utf16 => {
                    return format!("--manifest {}: {source}", Shown::path(path));
                }
                _ => "write it with 'stscope map --list'",
            };
            format!("--manifest {}: {source}; {next}", Shown::path(path))
        }
        PathError::InputTwice => format!("{error}; name it once"),
    }
}

/// Of a scan that gave nothing.
pub(super) fn of_scan(error: &ScanError) -> String {
    match error {
        ScanError::Path(error) => of_path(error),
        ScanError::Manifest(error) if matches!(error.why, ManifestFault::Utf16) => {
            format!("--manifest: {error}")
        }
        ScanError::Manifest(error) => {
            format!("--contents: {error}; give all bytes of each file after its line")
        }
        ScanError::LeftOut(left_out)
            if (left_out.reason()).is_some_and(NotListed::is_of_filters) =>
        {
            format!(
                "--manifest: {error}; give --since, --until, --account and --region as they were given to 'stscope \
             map --list', or list anew"
            )
        }
        ScanError::LeftOut(_) => {
            format!("--manifest: {error}; list anew with 'stscope map --list'")
        }
        ScanError::NamedAlone(_) | ScanError::NoName => {
            format!("--list: {error}; name it to a 'stscope map' of its own, without a list")
        }
        ScanError::NotListable(_, source) => {
            format!("--list: {error}: {source}; see that it can be read, or name what is beside it")
        }
        ScanError::NotUtf8(_) => {
            format!(
                "--list: {error}; rename it, or have 'stscope map' read the folder without a list"
            )
        }
        ScanError::Damaged(_) => format!("{error}; run without --strict to read the rest"),
        #[cfg(feature = "s3")]
        ScanError::S3(error) => error.to_string(),
        ScanError::Threads(source) => format!(
            "--threads: {error}: {source}; raise the limit of processes (ulimit -u), or end some"
        ),
    }
}

/// Of a list of AWS's addresses.
pub(super) fn of_ip_ranges(error: &IpRangesError) -> String {
    const SOURCE: &str = "https://ip-ranges.amazonaws.com/ip-ranges.json";
    match error {
        IpRangesError::Unreadable(path, source) => format!(
            "--ip-ranges {}: {source}; download {SOURCE} and name that file",
            Shown::path(path)
        ),
        IpRangesError::Unusable(path, fault) => format!(
            "--ip-ranges {}: {fault}; download {SOURCE} again",
            Shown::path(path)
        ),
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::path::PathBuf;

    use super::*;
    use crate::aws::IpRangesFault;

    #[test]
    fn an_error_names_the_option_says_why_and_ends_with_what_to_do() {
        let io = || io::Error::from(io::ErrorKind::NotFound);
        let path = || PathBuf::from("a\u{1b}b");
        let table = [
            (
                of_path(&PathError::Missing(path(), io())),
                "a\\u{1b}b: entity not found; check the path",
            ),
            (
                of_path(&PathError::NoManifest(path(), io())),
                "--manifest a\\u{1b}b: entity not found; write one with 'stscope map --list'",
            ),
            (
                of_path(&PathError::List(path(), io())),
                "--files-from a\\u{1b}b: entity not found; give a file with one path a line",
            ),
            (
                of_path(&PathError::BadPattern("a[".into(), "odd".into())),
                "a[: no glob pattern (odd); quote a literal [ as [[]",
            ),
            (
                of_path(&PathError::Remote("s3a://b".into())),
                if cfg!(feature = "s3") {
                    "s3a://b: this is not read; write s3://BUCKET/PREFIX"
                } else {
                    "s3a://b: this is not read, as this build has no reader of S3; copy the logs with \
                     'aws s3 sync s3a://b DIR', and name DIR, or build with the feature s3"
                },
            ),
            (
                of_scan(&ScanError::Threads("odd".into())),
                "--threads: not one thread can be started: odd; raise the limit of processes \
                 (ulimit -u), or end some",
            ),
            (
                of_ip_ranges(&IpRangesError::Unreadable(path(), io())),
                "--ip-ranges a\\u{1b}b: entity not found; download \
                 https://ip-ranges.amazonaws.com/ip-ranges.json and name that file",
            ),
            (
                of_ip_ranges(&IpRangesError::Unusable(path(), IpRangesFault::Empty)),
                "--ip-ranges a\\u{1b}b: it has no prefixes; download \
                 https://ip-ranges.amazonaws.com/ip-ranges.json again",
            ),
        ];
        for (said, expected) in table {
            assert_eq!(said, expected);
        }
    }
}
