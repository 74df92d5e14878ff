//! What the ending of a file's name says of it, before it is opened.
//!
//! Only endings that are known to be no log's are passed by. One that says nothing is no reason not to look:
//! a log that is passed over is a wrong answer. Every file of a walk is asked about, so nothing is allocated
//! here.

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
}
