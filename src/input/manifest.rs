//! What a listing has found, written down to be read elsewhere: a manifest.
//!
//! Owns its lines: the size, a tab, the ETag or nothing, a tab, and the path or `s3://` URL of an object.
//! A line with `-` for the size tells of what was not listed, with the reason in place of the ETag.
//! Where contents come along, each line has the bytes of the object after it. Refuses to know what is
//! in them. A manifest names what was found: to be on it makes nothing a log.

use std::io::{self, BufRead, Read as _};
use std::path::Path;

use super::left_out::LeftOut;
use super::names::is_hidden_part;
use crate::plain_text::Utf16;
use crate::shown::Shown;

/// A line of a manifest.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Line {
    /// An object.
    Object(Found),
    /// A prefix that was not listed.
    NotListed(LeftOut),
}

/// An object on a manifest.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// Its path or URL.
    pub path: String,
    /// How many bytes it has.
    pub size: u64,
    /// Its ETag, if it is known.
    pub etag: String,
}

/// A manifest as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    /// The objects, each once, in the order of their paths.
    pub found: Vec<Found>,
    /// The prefixes that were not listed.
    pub not_listed: Vec<LeftOut>,
}

/// Why a manifest cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("line {line} of the manifest: {why}")]
pub struct ManifestError {
    /// Which line, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub why: ManifestFault,
}

/// What is wrong with a line of a manifest.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ManifestFault {
    /// It cannot be read.
    #[error("it cannot be read")]
    Unreadable(#[from] io::Error),
    /// It is no line of a manifest.
    #[error("not SIZE, tab, ETAG or nothing, tab, PATH: {}", Shown::text(.0))]
    NoLine(String),
    /// It is one of a path that is no text.
    #[error("a path that is no UTF-8: {}", Shown::text(.0))]
    NoText(String),
    /// The manifest is in UTF-16, as PowerShell 5 writes what is sent into a file.
    #[error("{}", Utf16)]
    Utf16,
    /// The contents end before they should.
    #[error("{there} of {size} bytes are there")]
    Cut {
        /// How many there are.
        there: u64,
        /// How many there should be.
        size: u64,
    },
    /// A URL that cannot be one.
    #[cfg(feature = "s3")]
    #[error(transparent)]
    Url(#[from] super::s3::S3Error),
}

/// More is no path.
const LONGEST_LINE: u64 = 64 << 10;

impl Line {
    fn parse(line: &[u8]) -> Option<Line> {
        let line = std::str::from_utf8(line).ok()?;
        let (size, rest) = line.split_once('\t')?;
        let (etag, path) = rest.split_once('\t')?;
        let is_word = |text: &str| {
            let is_letter = |b: u8| b.is_ascii_lowercase() || b == b'-';
            (1..=32).contains(&text.len()) && text.bytes().all(is_letter)
        };
        if path.is_empty() {
            return None;
        }
        if size == "-" {
            return is_word(etag).then(|| {
                Line::NotListed(LeftOut {
                    why: etag.to_owned(),
                    prefix: path.to_owned(),
                })
            });
        }
        Some(Line::Object(Found {
            path: path.to_owned(),
            size: size.parse().ok()?,
            etag: etag.to_owned(),
        }))
    }
}

/// The lines of a manifest, one after the other.
pub struct Lines<R> {
    from: R,
    number: u64,
    line: Vec<u8>,
}

impl<R: BufRead> Lines<R> {
    /// The lines of this.
    pub fn of(from: R) -> Lines<R> {
        Lines {
            from,
            number: 0,
            line: Vec::new(),
        }
    }

    /// The next line; `None` at the end.
    ///
    /// # Errors
    /// If it is none.
    #[allow(clippy::should_implement_trait, reason = "an error ends it")]
    pub fn next(&mut self) -> Result<Option<Line>, ManifestError> {
        loop {
            self.line.clear();
            self.number += 1;
            let from = &mut (&mut self.from).take(LONGEST_LINE);
            let read = from.read_until(b'\n', &mut self.line);
            let read = read.map_err(|error| self.error(error.into()))?;
            if read == 0 {
                return Ok(None);
            }
            // Editors on Windows write both.
            let line = self.line.strip_suffix(b"\n").unwrap_or(&self.line);
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let mark = "\u{feff}".as_bytes();
            let line = match self.number {
                1 => line.strip_prefix(mark).unwrap_or(line),
                _ => line,
            };
            if line.is_empty() {
                continue;
            }
            return match Line::parse(line) {
                Some(line) => Ok(Some(line)),
                None => {
                    let beginning = String::from_utf8_lossy(&line[..line.len().min(200)]);
                    let beginning = beginning.into_owned();
                    let fault = match std::str::from_utf8(line) {
                        Ok(_) => ManifestFault::NoLine(beginning),
                        Err(_) if matches!(line, [0xff, 0xfe, ..] | [0xfe, 0xff, ..]) => {
                            ManifestFault::Utf16
                        }
                        Err(_) => ManifestFault::NoText(beginning),
                    };
                    Err(self.error(fault))
                }
            };
        }
    }

    /// The contents after a line, where contents come along.
    ///
    /// # Errors
    /// If they are not all there.
    pub fn content(&mut self, size: u64, into: &mut Vec<u8>) -> Result<(), ManifestError> {
        // A size is never believed: memory grows with what is there.
        let read = (&mut self.from).take(size).read_to_end(into);
        let there = read.map_err(|error| self.error(error.into()))? as u64;
        self.check(there, size)
    }

    /// Passes over the contents after a line.
    ///
    /// # Errors
    /// If they are not all there.
    pub fn skip_content(&mut self, size: u64) -> Result<(), ManifestError> {
        let read = io::copy(&mut (&mut self.from).take(size), &mut io::sink());
        let there = read.map_err(|error| self.error(error.into()))?;
        self.check(there, size)
    }

    fn check(&self, there: u64, size: u64) -> Result<(), ManifestError> {
        match there == size {
            true => Ok(()),
            false => Err(self.error(ManifestFault::Cut { there, size })),
        }
    }

    /// A fault of the line before.
    pub fn error(&self, why: ManifestFault) -> ManifestError {
        ManifestError {
            line: self.number,
            why,
        }
    }
}

impl Manifest {
    /// Reads a manifest without contents.
    ///
    /// # Errors
    /// If a line is none, or a URL cannot be one.
    pub fn read(from: impl BufRead) -> Result<Manifest, ManifestError> {
        let mut lines = Lines::of(from);
        let mut manifest = Manifest::default();
        while let Some(line) = lines.next()? {
            match line {
                Line::Object(found) => {
                    #[cfg(feature = "s3")]
                    if super::s3::S3Url::is_meant(&found.path) {
                        let url = super::s3::S3Url::parse(&found.path);
                        url.map_err(|error| lines.error(error.into()))?;
                    }
                    manifest.found.push(found);
                }
                Line::NotListed(left_out) => manifest.not_listed.push(left_out),
            }
        }
        manifest.found.sort();
        manifest.found.dedup_by(|one, other| one.path == other.path);
        Ok(manifest)
    }
}

/// The folder and the name of an object on a manifest. An empty name is that of a folder.
pub fn folder_and_name(path: &str) -> (&str, &str) {
    let path = match path.contains("://") {
        true => path,
        // Of a folder, as it is named without.
        false => path.trim_end_matches('/'),
    };
    let cut = match cfg!(windows) && !path.starts_with("s3://") {
        true => path.rfind(['/', '\\']),
        false => path.rfind('/'),
    };
    match cut {
        // What is in the root of a file system.
        Some(0) => ("/", &path[1..]),
        Some(at) => (&path[..at], &path[at + 1..]),
        None => ("", path),
    }
}

/// Whether a part of a path has a name that no walk goes into.
pub fn is_in_hidden(path: &str) -> bool {
    let path = match path.split_once("://") {
        Some((_, rest)) => rest.split_once('/').map_or("", |(_, key)| key),
        None => path,
    };
    let (folder, name) = folder_and_name(path);
    is_hidden_part(name)
        || Path::new(folder)
            .iter()
            .any(|part| part.to_str().is_some_and(is_hidden_part))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Manifest, String> {
        Manifest::read(text.as_bytes()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_manifest_has_sizes_and_etags_and_what_was_not_listed() {
        let text = "\u{feff}12\t\tlogs/b c.json\n\n\r\n3\t\"ab\"\ts3://b12/a//k\tey\r\n-\tdate\ts3://b12/x/\n12\t\tlogs/b c.json\n";
        let manifest = read(text).unwrap();
        let found = |path: &str, size, etag: &str| Found {
            path: path.into(),
            size,
            etag: etag.into(),
        };
        let expected = [
            found("logs/b c.json", 12, ""),
            found("s3://b12/a//k\tey", 3, "\"ab\""),
        ];
        assert_eq!(manifest.found, expected);
        let left_out = LeftOut {
            why: "date".into(),
            prefix: "s3://b12/x/".into(),
        };
        assert_eq!(manifest.not_listed, [left_out]);
    }

    #[test]
    fn what_is_no_line_is_named() {
        for (text, reason) in [
            ("1\t\ta\nlogs/x.json\n", "line 2 of the manifest: not SIZE"),
            ("1\t\t\n", "line 1 of the manifest: not SIZE"),
            ("x\t\ta\n", "line 1 of the manifest: not SIZE"),
            ("-\t../x\ta\n", "line 1 of the manifest: not SIZE"),
            #[cfg(feature = "s3")]
            ("1\t\ts3://B/x\n", "line 1 of the manifest: s3://B/x"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.starts_with(reason), "{error}");
        }
        let long = format!("1\t\t{}", "x".repeat(1 << 17));
        assert!(read(&long).is_err());
    }

    #[test]
    fn contents_are_as_long_as_they_should_be() {
        let mut lines = Lines::of("3\t\ta\nabc2\t\tb\nde4\t\tc\nx".as_bytes());
        let mut bytes = Vec::new();
        assert!(matches!(lines.next(), Ok(Some(Line::Object(_)))));
        lines.content(3, &mut bytes).unwrap();
        assert_eq!(bytes, b"abc");
        assert!(matches!(lines.next(), Ok(Some(Line::Object(_)))));
        lines.skip_content(2).unwrap();
        assert!(matches!(lines.next(), Ok(Some(Line::Object(_)))));
        let error = lines.content(4, &mut bytes).unwrap_err().to_string();
        assert_eq!(error, "line 3 of the manifest: 1 of 4 bytes are there");
    }

    #[test]
    fn a_path_is_a_folder_and_a_name() {
        for (path, folder, name) in [
            ("s3://b/a//x.json", "s3://b/a/", "x.json"),
            ("s3://b/x", "s3://b", "x"),
            ("/x", "/", "x"),
            ("x", "", "x"),
            ("a/b/", "a", "b"),
            ("s3://b/a/", "s3://b/a", ""),
        ] {
            assert_eq!(folder_and_name(path), (folder, name), "{path}");
        }
        for (path, hidden) in [
            ("s3://b/.a/x", true),
            ("s3://b/a/.x", true),
            ("./a/../x", false),
            (".x", true),
            ("a/b", false),
        ] {
            assert_eq!(is_in_hidden(path), hidden, "{path}");
        }
    }
}
