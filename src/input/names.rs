//! What the name of a file says of it, before it is opened.
//!
//! Only names that are known to be no log's are passed by. A name that says nothing is no reason not
//! to look: a log that is passed over is a wrong answer. Every file of a walk is asked about, so nothing
//! is allocated here.

use std::ffi::OsStr;

/// What an ending says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Of a log, or there is none: what is in the file must be one.
    Log,
    /// Of anything: a number, a date, a word that nobody knows. Its content tells.
    Unknown,
    /// Of something that is no log.
    NotALog,
}

/// Of logs, and of what compresses them.
const LOGS: [&str; 9] = [
    "gz", "json", "jsonl", "ndjson", "log", "zst", "bz2", "xz", "lz4",
];

/// Of what holds no log: documents, pictures, programs, settings, tables, databases, keys, checksums.
/// The manual lists them.
const NOT_LOGS: [&str; 97] = [
    "adoc",
    "arrow",
    "avi",
    "avro",
    "bash",
    "bat",
    "bmp",
    "c",
    "cer",
    "cfg",
    "checksum",
    "class",
    "cmd",
    "conf",
    "cpp",
    "crc",
    "crt",
    "css",
    "csv",
    "db",
    "db-journal",
    "db-shm",
    "db-wal",
    "dll",
    "doc",
    "docx",
    "duckdb",
    "env",
    "eot",
    "exe",
    "feather",
    "gif",
    "go",
    "h",
    "hcl",
    "htm",
    "html",
    "ico",
    "ini",
    "ipynb",
    "jar",
    "java",
    "jpeg",
    "jpg",
    "js",
    "lock",
    "lua",
    "markdown",
    "md",
    "md5",
    "mjs",
    "mov",
    "mp3",
    "mp4",
    "odp",
    "ods",
    "odt",
    "orc",
    "parquet",
    "pdf",
    "pem",
    "php",
    "pid",
    "pl",
    "png",
    "ppt",
    "pptx",
    "prom",
    "properties",
    "ps1",
    "pub",
    "py",
    "pyc",
    "rb",
    "rs",
    "rst",
    "scala",
    "sh",
    "sha1",
    "sha256",
    "sha512",
    "so",
    "sql",
    "sqlite",
    "sqlite3",
    "svg",
    "tf",
    "tfvars",
    "toml",
    "ts",
    "tsv",
    "webp",
    "xls",
    "xlsx",
    "xml",
    "yaml",
    "yml",
];

/// Of those that some call a log, these names are none: with the ending `.txt`.
const TEXTS: [&str; 14] = [
    "authors",
    "changelog",
    "changes",
    "contributors",
    "copying",
    "licence",
    "license",
    "news",
    "notes",
    "notice",
    "readme",
    "requirements",
    "robots",
    "todo",
];

impl Ending {
    /// What the ending of a name says.
    pub fn of(name: &OsStr) -> Ending {
        let name = name.as_encoded_bytes();
        let Some(dot) = memchr::memrchr(b'.', name) else {
            return Ending::Log;
        };
        let (stem, ending) = (&name[..dot], &name[dot + 1..]);
        if is_one_of(&LOGS, ending) {
            Ending::Log
        } else if is_one_of(&NOT_LOGS, ending)
            || (ending.eq_ignore_ascii_case(b"txt") && is_one_of(&TEXTS, stem))
        {
            Ending::NotALog
        } else {
            Ending::Unknown
        }
    }
}

fn is_one_of(list: &[&str], word: &[u8]) -> bool {
    list.iter()
        .any(|one| one.as_bytes().eq_ignore_ascii_case(word))
}

/// Whether CloudTrail itself names its files so: `ACCOUNT_CloudTrail_REGION_…`, and likewise digests,
/// Insights and whatever it has besides.
/// <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-examples.html>
pub fn is_cloudtrails(name: &OsStr) -> bool {
    let name = name.as_encoded_bytes();
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

/// Whether a walk passes over it: its name begins with a dot.
pub(crate) fn is_hidden(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_endings_say_that_a_file_is_no_log() {
        for (name, ending) in [
            ("a.json.gz", Ending::Log),
            ("a.JSON", Ending::Log),
            ("a.ndjson", Ending::Log),
            ("a.log", Ending::Log),
            ("a.json.zst", Ending::Log),
            ("000000", Ending::Log),
            ("a.md", Ending::NotALog),
            ("a.json.Parquet", Ending::NotALog),
            ("a.csv", Ending::NotALog),
            ("a.yml", Ending::NotALog),
            ("sts.db.lock", Ending::NotALog),
            ("sts.db-journal", Ending::NotALog),
            ("README.txt", Ending::NotALog),
            ("trail.txt", Ending::Unknown),
            ("readme.gz.txt", Ending::Unknown),
            ("a.gz.part", Ending::Unknown),
            ("a.json.1", Ending::Unknown),
            ("a.log-20251103", Ending::Unknown),
            ("a.log.2025.11.03", Ending::Unknown),
            ("sec.cloudtrail-1-2025-11-03-08-00-00-0a1b", Ending::Unknown),
            ("a.", Ending::Unknown),
            ("a.tar", Ending::Unknown),
            ("a.gpg", Ending::Unknown),
        ] {
            assert_eq!(Ending::of(OsStr::new(name)), ending, "{name}");
        }
        assert!(NOT_LOGS.is_sorted() && TEXTS.is_sorted());
    }

    #[test]
    fn names_of_cloudtrails_own_and_of_tests_are_known() {
        for (name, is_own) in [
            ("111122223333_CloudTrail_us-east-1_2.json.zst", true),
            ("111122223333_CloudTrail-Digest_x", true),
            ("11112222333_CloudTrail_x", false),
            ("a11122223333_CloudTrail_x", false),
            ("111122223333_Config_x", false),
            ("111122223333", false),
        ] {
            assert_eq!(is_cloudtrails(OsStr::new(name)), is_own, "{name}");
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
