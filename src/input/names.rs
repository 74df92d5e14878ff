//! What the name of a file says of who made it: CloudTrail, a service that tries whether it may write, or
//! somebody who hides it. What its ending says is in `endings`.

use std::ffi::OsStr;

/// Whether CloudTrail itself names its files so: `ACCOUNT_CloudTrail_REGION_…`, and likewise digests,
/// Insights and whatever it has besides. With a dot before it, it is a copy of one that is not finished, or was
/// not: rsync names them so.
/// <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-examples.html>
pub fn is_cloudtrails(name: &OsStr) -> bool {
    let name = name.as_encoded_bytes();
    let name = name.strip_prefix(b".").unwrap_or(name);
    let (Some(account), Some(rest)) = (name.get(..12), name.get(12..)) else {
        return false;
    };
    account.iter().all(u8::is_ascii_digit) && rest.starts_with(b"_CloudTrail")
}

/// Whether AWS writes a file of this name to see whether it may: load balancers, Config, and exports of
/// CloudWatch Logs do.
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html>
pub(super) fn is_test_file(name: &OsStr) -> bool {
    let name = name.as_encoded_bytes();
    matches!(name, b"ConfigWritabilityCheckFile" | b"aws-logs-write-test")
        || (name.starts_with(b"ELB") && name.ends_with(b"LogTestFile"))
}

/// Whether a walk passes over it: its name begins with a dot, and is none of CloudTrail's own.
pub(crate) fn is_hidden(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".") && !is_cloudtrails(name)
}

/// The same of a part of a path or key, where a dot alone is a name like others.
pub(super) fn is_hidden_part(part: &str) -> bool {
    is_hidden(OsStr::new(part)) && part != "." && part != ".."
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_cloudtrails_own_and_of_tests_are_known() {
        for (name, is_own) in [
            ("111122223333_CloudTrail_us-east-1_2.json.zst", true),
            ("111122223333_CloudTrail-Digest_x", true),
            (".111122223333_CloudTrail_us-east-1_2.json.gz.Ab12Cd", true),
            ("._111122223333_CloudTrail_us-east-1_2.json.gz", false),
            ("11112222333_CloudTrail_x", false),
            ("a11122223333_CloudTrail_x", false),
            ("111122223333_Config_x", false),
            ("111122223333", false),
        ] {
            let name = OsStr::new(name);
            assert_eq!(is_cloudtrails(name), is_own, "{name:?}");
            let is_dotted = name.as_encoded_bytes().starts_with(b".");
            assert_eq!(is_hidden(name), is_dotted && !is_own, "{name:?}");
        }
        for (name, is_test) in [
            ("ELBAccessLogTestFile", true),
            ("ELBConnectionLogTestFile", true),
            ("ConfigWritabilityCheckFile", true),
            ("aws-logs-write-test", true),
            ("ELBAccessLogTestFile.gz", false),
            ("000000.gz", false),
        ] {
            assert_eq!(is_test_file(OsStr::new(name)), is_test, "{name}");
        }
    }
}
