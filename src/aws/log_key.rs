//! What the S3 key of a log file says: `AWSLogs/[o-…/]ACCOUNT/KIND/REGION/YYYY/MM/DD/FILE`.
//!
//! <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html>

use std::ffi::OsStr;
use std::path::{Component, Path};

use chrono::NaiveDate;

use super::account::{is_account_id, is_organisation};
use super::region::is_region;

/// What CloudTrail writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// Logs of management, data and network activity events.
    Log,
    /// Checksums of log files.
    Digest,
    /// Insights.
    Insight,
    /// Aggregated events, of another shape.
    Aggregated,
}

/// A key that is certainly of S3's own layout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// The account whose log it is.
    pub account: String,
    /// The Region the events were recorded in.
    pub region: String,
    /// The day of delivery.
    pub day: NaiveDate,
}

impl Key {
    /// The part of a path that is the key of an object in S3: from the last `AWSLogs` on. The same
    /// key in another folder is another copy of one object.
    pub fn in_path(path: &str) -> Option<&str> {
        let bytes = path.as_bytes();
        let is_key = |&at: &usize| {
            bytes[at..].starts_with(b"AWSLogs/") && (at == 0 || bytes[at - 1] == b'/')
        };
        // Asked of every file: the letter that is seldom in a path is looked for.
        let at = memchr::memrchr_iter(b'L', bytes)
            .filter_map(|at| at.checked_sub("AWS".len()))
            .find(is_key)?;
        Some(&path[at..])
    }

    /// The same of a folder: the key that the paths of the files in it have in common, without the separator
    /// after it.
    pub fn in_folder(folder: &str) -> Option<&str> {
        match folder.strip_suffix("AWSLogs") {
            Some(above) if above.is_empty() || above.ends_with('/') => Some(&folder[above.len()..]),
            _ => Key::in_path(folder),
        }
    }

    /// Reads the key of the files in a folder off the end of its path. `None` unless every part of it
    /// is as S3 writes it, and the kind of log is CloudTrail's own.
    pub fn of_folder(folder: &Path) -> Option<Key> {
        Key::of_folder_of("CloudTrail", folder)
    }

    /// The same of a folder of digests.
    pub fn of_digests(folder: &Path) -> Option<Key> {
        Key::of_folder_of("CloudTrail-Digest", folder)
    }

    /// The same of a folder of a network's own logs of calls, which are no calls.
    pub fn of_network_activity(folder: &Path) -> Option<Key> {
        Key::of_folder_of("CloudTrail-NetworkActivity", folder)
    }

    fn of_folder_of(expected: &str, folder: &Path) -> Option<Key> {
        let mut parts = parts(folder);
        let mut next = || parts.next().flatten();
        let (day, month, year) = (next()?, next()?, next()?);
        let (region, kind, account) = (next()?, next()?, next()?);
        let above = next()?;
        let root = if is_organisation(above) {
            next()?
        } else {
            above
        };
        let number = |text: &str, digits: usize| {
            (text.len() == digits && text.bytes().all(|b| b.is_ascii_digit()))
                .then(|| text.parse::<u32>().ok())
                .flatten()
        };
        if root != "AWSLogs" || kind != expected || !is_region(region) || !is_account_id(account) {
            return None;
        }
        let year = i32::try_from(number(year, 4)?).ok()?;
        let day = NaiveDate::from_ymd_opt(year, number(month, 2)?, number(day, 2)?)?;
        Some(Key {
            account: account.to_owned(),
            region: region.to_owned(),
            day,
        })
    }
}

impl KeyKind {
    /// What kind of file one of this name is. CloudTrail writes the kind both into the name and into
    /// the path of the folder.
    pub fn of_name(name: &OsStr) -> Option<KeyKind> {
        let (account, rest) = name.to_str()?.split_once('_')?;
        let (kind, _) = rest.split_once('_')?;
        is_account_id(account)
            .then(|| KeyKind::named(kind))
            .flatten()
    }

    /// What kind of files are in a folder.
    pub fn of_folder(folder: &Path) -> Option<KeyKind> {
        // day ← month ← year ← Region ← KIND ← account
        let mut parts = parts(folder).skip(4);
        let kind = parts.next()??;
        let account = parts.next()??;
        is_account_id(account)
            .then(|| KeyKind::named(kind))
            .flatten()
    }

    fn named(kind: &str) -> Option<KeyKind> {
        match kind {
            "CloudTrail" => Some(KeyKind::Log),
            "CloudTrail-Digest" => Some(KeyKind::Digest),
            "CloudTrail-Insight" => Some(KeyKind::Insight),
            "CloudTrail-Aggregated" => Some(KeyKind::Aggregated),
            _ => None,
        }
    }
}

/// Whether the files in a folder are CloudTrail's by its path, be that a whole key or not:
/// `…/ACCOUNT/CloudTrail…/REGION/…`.
pub(crate) fn is_of_cloudtrail(folder: &Path) -> bool {
    let mut inner = [None; 2];
    parts(folder).any(|part| {
        let [kind, region] = inner;
        inner = [part, kind];
        part.is_some_and(is_account_id)
            && kind.is_some_and(|kind| kind.starts_with("CloudTrail"))
            && region.is_some_and(is_region)
    })
}

/// Whether the files in a folder are another service's by their key: `AWSLogs/[o-…/]ACCOUNT/SERVICE/`.
/// Whoever has laid CloudTrail's files out anew, by Region or by year, has them read.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html>
pub(crate) fn is_of_another_service(folder: &Path) -> bool {
    let mut inner = [None; 3];
    for part in parts(folder) {
        let [first, second, third] = inner;
        if part == Some("AWSLogs") {
            let (account, service) = match first {
                Some(first) if is_organisation(first) => (second, third),
                _ => (first, second),
            };
            return account.is_some_and(is_account_id) && service.is_some_and(is_another_service);
        }
        if part.is_some_and(|part| part.starts_with("CloudTrail") && part != LAKE) {
            return false;
        }
        inner = [part, first, second];
    }
    false
}

/// Where CloudTrail Lake saves the results of queries: CSV, and no log.
/// <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-find-lake-query-results.html>
const LAKE: &str = "CloudTrail-Lake";

/// Whether this may be the name of a service that is not CloudTrail. What is laid out by Region or by
/// year, or names a trail, is CloudTrail's until its content says otherwise.
pub(crate) fn is_another_service(name: &str) -> bool {
    let is_word = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    let is_service = name.as_bytes().first().is_some_and(u8::is_ascii_alphabetic)
        && name.bytes().all(is_word)
        && !name.to_ascii_lowercase().contains("trail")
        && !is_region(name);
    is_service || name == LAKE
}

/// The parts of a path, the innermost first; `None` for one that is no UTF-8.
fn parts(folder: &Path) -> impl Iterator<Item = Option<&str>> {
    folder.components().rev().map(|component| match component {
        Component::Normal(name) => name.to_str(),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_s3s_own_layout_are_read() {
        for prefix in ["", "/data/", "my/prefix/", "../", "s3/AWSLogs/"] {
            for organisation in ["", "o-exampleorg/", "o-0123456789abcdef0123456789abcdef/"] {
                let path = format!(
                    "{prefix}AWSLogs/{organisation}000011112222/CloudTrail/us-gov-west-1/2024/02/29"
                );
                let key = Key::of_folder(Path::new(&path)).expect(&path);
                assert_eq!(
                    (key.account.as_str(), key.region.as_str()),
                    ("000011112222", "us-gov-west-1")
                );
                assert_eq!(key.day.to_string(), "2024-02-29");
            }
        }
    }

    #[test]
    fn a_key_begins_at_the_last_folder_of_that_name() {
        for (path, key) in [
            ("AWSLogs/a", Some("AWSLogs/a")),
            ("/data/AWSLogs/a", Some("AWSLogs/a")),
            ("AWSLogs/x/AWSLogs/a", Some("AWSLogs/a")),
            ("/AWSLogs/AWSLogs/a", Some("AWSLogs/a")),
            ("AWSLogs/", Some("AWSLogs/")),
            ("/data/oldAWSLogs/a", None),
            ("AWSLogs/a/oldAWSLogs/b", Some("AWSLogs/a/oldAWSLogs/b")),
            ("/data/AWSLogs-old/a", None),
            ("/data/AWSLogs", None),
            ("L", None),
            ("é\u{e9}L/AWSLogs/Lé", Some("AWSLogs/Lé")),
            ("", None),
        ] {
            assert_eq!(Key::in_path(path), key, "{path}");
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            let begins = |key: &str, whole: &str| whole.len() - key.len();
            assert_eq!(
                Key::in_folder(folder).map(|key| begins(key, folder)),
                key.map(|key| begins(key, path)),
                "{path}"
            );
        }
    }

    #[test]
    fn a_key_that_is_not_certain_says_nothing() {
        for path in [
            "",
            "111122223333/CloudTrail/eu-west-1/2024/01/02",
            "AWSlogs/111122223333/CloudTrail/eu-west-1/2024/01/02",
            "AWSLogs/o-short/111122223333/CloudTrail/eu-west-1/2024/01/02",
            "AWSLogs/11112222333/CloudTrail/eu-west-1/2024/01/02",
            "AWSLogs/111122223333/CloudTrail-NetworkActivity/eu-west-1/2024/01/02",
            "AWSLogs/111122223333/CloudTrail/eu-west-1/2024/01",
            "AWSLogs/111122223333/CloudTrail/eu-west-1/2024/01/02/more",
            "AWSLogs/111122223333/CloudTrail/eu-west-1/2023/02/29",
            "AWSLogs/111122223333/CloudTrail/eu-west-1/2024/1/2",
            "AWSLogs/111122223333/CloudTrail/global/2024/01/02",
            "AWSLogs/111122223333/CloudTrail/eu-west-1/+024/01/02",
        ] {
            assert_eq!(Key::of_folder(Path::new(path)), None, "{path}");
        }
    }

    #[test]
    fn the_logs_of_other_services_are_told_by_their_key() {
        for (folder, is_other) in [
            ("AWSLogs/111122223333/Config", true),
            (
                "AWSLogs/111122223333/vpcflowlogs/us-east-1/2025/11/03",
                true,
            ),
            (
                "x/AWSLogs/o-exampleorg/111122223333/WAFLogs/us-east-1",
                true,
            ),
            ("AWSLogs/AWSLogs/111122223333/GuardDuty/us-east-1", true),
            (
                "AWSLogs/111122223333/CloudTrail-Lake/Query/2025/11/03/1f4c",
                true,
            ),
            (
                "AWSLogs/111122223333/CloudTrail-LakeX/Query/2025/11/03/1f4c",
                false,
            ),
            (
                "AWSLogs/111122223333/CloudTrail/us-east-1/2025/11/03",
                false,
            ),
            ("AWSLogs/111122223333/CloudTrail-Digest/us-east-1", false),
            ("AWSLogs/111122223333/cloudtrail/us-east-1", false),
            ("AWSLogs/111122223333/my-trail/us-east-1", false),
            ("AWSLogs/111122223333/us-east-1/2025/11/03", false),
            ("AWSLogs/111122223333/2025/11/03", false),
            ("AWSLogs/111122223333/x/CloudTrail/us-east-1", false),
            ("AWSLogs/111122223333", false),
            ("AWSLogs/o-exampleorg/Config", false),
            ("111122223333/Config", false),
            ("Config", false),
        ] {
            let is_told = is_of_another_service(Path::new(folder));
            assert_eq!(is_told, is_other, "{folder}");
        }
        for (folder, is_own) in [
            ("AWSLogs/111122223333/CloudTrail/us-east-1/2025/11/03", true),
            ("111122223333/CloudTrail/us-east-1/2025", true),
            ("x/111122223333/CloudTrail-Digest/us-east-1/y", true),
            ("111122223333/CloudTrail", false),
            ("CloudTrail/us-east-1/2025", false),
            ("111122223333/Config/us-east-1", false),
        ] {
            assert_eq!(is_of_cloudtrail(Path::new(folder)), is_own, "{folder}");
        }
    }

    #[test]
    fn digests_insights_and_aggregates_are_told_by_name_or_folder() {
        let (digest, insight, aggregated) = (
            Some(KeyKind::Digest),
            Some(KeyKind::Insight),
            Some(KeyKind::Aggregated),
        );
        for (name, kind) in [
            (
                "111122223333_CloudTrail-Digest_eu-west-1_t_eu-west-1_2.json.gz",
                digest,
            ),
            ("111122223333_CloudTrail-Insight_eu-west-1_2.json", insight),
            (
                "111122223333_CloudTrail_eu-west-1_2.json.gz",
                Some(KeyKind::Log),
            ),
            ("111122223333_Config_eu-west-1_2.json.gz", None),
            ("me_CloudTrail-Digest_x.json.gz", None),
        ] {
            assert_eq!(KeyKind::of_name(OsStr::new(name)), kind, "{name}");
        }
        for (folder, kind) in [
            (
                "111122223333/CloudTrail-Digest/eu-west-1/2024/01/02",
                digest,
            ),
            (
                "111122223333/CloudTrail-Insight/eu-west-1/2024/01/02",
                insight,
            ),
            (
                "111122223333/CloudTrail-Aggregated/eu-west-1/2024/01/02",
                aggregated,
            ),
            (
                "111122223333/CloudTrail/eu-west-1/2024/01/02",
                Some(KeyKind::Log),
            ),
            ("111122223333/Config/eu-west-1/2024/01/02", None),
            ("CloudTrail-Digest", None),
        ] {
            let folder = Path::new("AWSLogs").join(folder);
            assert_eq!(KeyKind::of_folder(&folder), kind, "{}", folder.display());
        }
    }
}
