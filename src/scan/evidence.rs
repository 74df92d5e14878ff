//! Digests, and what is noted of the logs that they may name, while a run reads.
//!
//! Owns how a digest is read from a file, and when the content of a log is hashed. Refuses to know what
//! follows: that is judged when everything is read.

use std::sync::atomic::Ordering;

use memchr::memmem;

use super::reading::{Reading, place};
use crate::cloudtrail::digest::{Digest, Wanted};
use crate::damage::{Damage, Stage};
use crate::input::{Object, Opened, Stream, sha256};
use crate::source::Source as _;
use crate::tally::{Collector, DamagedDigest, FoundDigest, FoundPath, LogContent, SkipReason};

/// A digest of an hour with a hundred thousand logs has less.
const LARGEST: usize = 64 << 20;

/// How much of a file is looked at to tell a digest from a log.
const HEAD: usize = 4 << 10;

/// What logs begin with and no digest has: names of members, whose letters may be escaped.
const LOG_NAMES: [&str; 4] = ["Records", "eventVersion", "eventSource", "\\u00"];

/// What is said of a file with more than CloudTrail writes.
const MORE: &str = "bytes follow the end of its gzip stream";

impl<C: Collector> Reading<'_, C> {
    /// Notes the name of something that may be a log.
    pub fn see_name(&mut self, object: &Object<'_>) {
        if self.scrutiny.names
            && let Some(name) = object.name.to_str()
        {
            self.evidence.see(object.folder, name, self.scrutiny.places);
        }
    }

    /// Notes why the content of the log that was noted last cannot be what was delivered.
    pub fn see_spoilt(&mut self, why: impl Into<Box<str>>) {
        if self.scrutiny.hashes {
            self.evidence.see_content(LogContent::Spoilt(why.into()));
        }
    }

    /// Has the content of the log that was noted last hashed, while it is read or before.
    pub fn begin_hash(&mut self, opened: &mut Opened<'_>) {
        if !self.scrutiny.hashes {
            return;
        }
        match opened {
            Opened::NotAFile => {}
            Opened::Whole { content, .. } => {
                let hash = Box::new(sha256(content));
                self.evidence.see_content(LogContent::Hashed(hash));
            }
            Opened::Stream { stream, .. } => stream.hash(),
        }
    }

    /// Notes the hash of a stream that was read to its end.
    pub fn end_hash(&mut self, stream: &mut Stream<'_>, damage: Option<&Damage>) {
        let Some(hash) = stream.take_hash() else {
            return;
        };
        self.evidence.see_content(match damage {
            Some(damage) => LogContent::Spoilt(place(damage).into()),
            None if stream.has_more_than_one_member() => LogContent::Spoilt(MORE.into()),
            None => LogContent::Hashed(Box::new(hash)),
        });
    }

    /// Hashes a log, of which nothing else is wanted.
    pub fn hash(&mut self, object: &Object<'_>, mut opened: Opened<'_>) {
        self.begin_hash(&mut opened);
        let mut damage = None;
        if let Opened::Stream { stream, .. } = &mut opened {
            damage = stream.finish();
            self.end_hash(stream, damage.as_ref());
        }
        self.count(&opened);
        match (opened, damage) {
            (Opened::NotAFile, _) => self.skip(SkipReason::NotAFile),
            (_, Some(damage)) => self.damaged(&object.path(), damage.stage, place(&damage), 0),
            _ => self.coverage.files.read += 1,
        }
    }

    /// Reads a digest, with the signature that came with it.
    pub fn digest(&mut self, object: &Object<'_>, opened: Opened<'_>, signature: Option<Box<str>>) {
        let mut read = Vec::new();
        let mut damage = None;
        let mut opened = opened;
        let content = match &mut opened {
            Opened::NotAFile => return self.skip(SkipReason::NotAFile),
            Opened::Whole { content, .. } => *content,
            Opened::Stream { stream, .. } => {
                damage = read_all(stream, &mut read);
                read.as_slice()
            }
        };
        let parsed = match &damage {
            Some(damage) => Err((damage.stage, place(damage))),
            None => {
                let wanted = Wanted {
                    hashes: self.scrutiny.hashes,
                    signatures: self.scrutiny.signatures,
                };
                Digest::parse(content, wanted).map_err(|why| (Stage::Json, why))
            }
        };
        match parsed {
            Ok(digest) => {
                let name = object.name.to_string_lossy();
                let path = FoundPath::new(object.folder, &name, Some(digest.name()));
                self.evidence.digests.push(FoundDigest {
                    hash: sha256(content),
                    signature: signature.filter(|_| self.scrutiny.signatures),
                    path,
                    digest,
                    earlier: None,
                });
                match self.scrutiny.alone {
                    true => self.coverage.files.read += 1,
                    false => self.skip(SkipReason::Digest),
                }
            }
            Err((stage, why)) => self.damaged_digest(object, stage, why),
        }
        if self.scrutiny.alone {
            self.count(&opened);
        }
    }

    /// A digest cannot be read. Where calls are counted, that is no damage: none is in it.
    pub fn damaged_digest(&mut self, object: &Object<'_>, stage: Stage, detail: String) {
        let path = object.path();
        // What was named may be anything.
        if object.folder.is_digest(object.name) {
            self.evidence.damaged.push(DamagedDigest {
                path: path.to_string_lossy().into_owned(),
                detail: detail.clone(),
            });
        }
        // A store tries again what could not be opened.
        match self.scrutiny.alone || (self.hands_on && stage == Stage::Open) {
            true => self.damaged(&path, stage, detail, 0),
            false => self.skip(SkipReason::Digest),
        }
    }

    /// Whether what was named and has the place or name of a digest is a log: what is named is read whatever
    /// its name.
    pub fn is_log_after_all(&self, object: &Object<'_>, opened: &mut Opened<'_>) -> bool {
        if !object.was_named || self.scrutiny.alone {
            return false;
        }
        let head = match opened {
            Opened::NotAFile => return false,
            Opened::Whole { content, .. } => &content[..content.len().min(HEAD)],
            Opened::Stream { stream, .. } => stream.peek(HEAD),
        };
        let has = |name: &str| memmem::find(head, name.as_bytes()).is_some();
        !has("digestStartTime") && LOG_NAMES.iter().any(|name| has(name))
    }

    fn count(&mut self, opened: &Opened<'_>) {
        let compressed = opened.compressed();
        self.coverage.bytes.compressed += compressed;
        self.coverage.bytes.decompressed += opened.decompressed();
        self.progress.bytes.fetch_add(compressed, Ordering::Relaxed);
    }
}

/// Reads a stream to its end.
fn read_all(stream: &mut Stream<'_>, into: &mut Vec<u8>) -> Option<Damage> {
    let mut filled = 0;
    loop {
        into.resize(filled + (1 << 16), 0);
        match stream.read(&mut into[filled..]) {
            0 => break,
            count => filled += count,
        }
        if filled > LARGEST {
            return Some(Damage::new(
                Stage::Json,
                LARGEST as u64,
                "no digest is so large",
            ));
        }
    }
    into.truncate(filled);
    let damage = stream.finish();
    let more = || (stream.has_more_than_one_member()).then(|| Damage::new(Stage::Gzip, 0, MORE));
    damage.or_else(more)
}
