//! The content of a digest: which logs a trail delivered in an hour, and which digest was before it.
//!
//! Owns the format. Refuses to know where digests and logs are, and what follows from them.
//! <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-digest-file-structure.html>

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use serde::Deserialize;

use crate::aws::{LogId, LogName};

/// SHA-256.
pub type Hash = [u8; 32];

/// A digest, as far as somebody wants to know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digest {
    /// From when on delivered logs are named.
    pub start: DateTime<Utc>,
    /// Until when.
    pub end: DateTime<Utc>,
    /// The same as it is written, which is what was signed.
    pub end_text: Box<str>,
    /// The bucket that it was delivered to.
    pub bucket: Box<str>,
    /// Its key.
    pub object: Box<str>,
    /// The key that it was signed with.
    pub fingerprint: Box<str>,
    /// Whether it was signed as all digests are: `SHA256withRSA`.
    pub is_signed_as_known: bool,
    /// The digest before it; a *starting* digest has none.
    pub previous: Option<Previous>,
    /// The logs that were delivered.
    pub logs: Vec<NamedLog>,
}

/// What a digest says of the one before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Previous {
    /// Its bucket.
    pub bucket: Box<str>,
    /// Its key.
    pub object: Box<str>,
    /// The hash of its content, if it can be read.
    pub hash: Option<Hash>,
    /// Its signature in hexadecimal digits, as it is written, or `null`; empty if nobody wants to know it.
    pub signature: Box<str>,
}

/// A log that a digest names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedLog {
    /// What it is known by.
    pub id: LogId,
    /// Seconds since 1970 of its oldest event; 0 where that is not said.
    pub oldest: u32,
    /// The same of its newest event.
    pub newest: u32,
    /// The hash of its content, if somebody wants to know it and it can be read.
    pub hash: Option<Box<Hash>>,
    /// Its key, where it is not what [`NamedLog::object`] makes of the id.
    object: Option<Box<str>>,
}

impl NamedLog {
    /// A log of that id, with the times of its oldest and newest event, its hash and its key, if that is not
    /// the usual one.
    pub(crate) fn new(
        id: LogId,
        (oldest, newest): (u32, u32),
        hash: Option<Box<Hash>>,
        object: Option<Box<str>>,
    ) -> NamedLog {
        NamedLog {
            id,
            oldest,
            newest,
            hash,
            object,
        }
    }

    /// Its key, where it is not the usual one.
    pub(crate) fn unusual_object(&self) -> Option<&str> {
        self.object.as_deref()
    }

    /// Its key.
    pub fn object(&self, of: &Digest) -> String {
        match &self.object {
            Some(object) => object.as_ref().to_owned(),
            None => usual_object(self.id, &of.object).unwrap_or_default(),
        }
    }
}

/// What is kept of a digest besides what is always needed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The hashes of the logs.
    pub hashes: bool,
    /// The signatures of the digests before.
    pub signatures: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct File<'d> {
    #[serde(borrow)]
    digest_start_time: Cow<'d, str>,
    #[serde(borrow)]
    digest_end_time: Cow<'d, str>,
    #[serde(borrow, rename = "digestS3Bucket")]
    digest_s3_bucket: Cow<'d, str>,
    #[serde(borrow, rename = "digestS3Object")]
    digest_s3_object: Cow<'d, str>,
    #[serde(borrow, default)]
    digest_public_key_fingerprint: Option<Cow<'d, str>>,
    #[serde(borrow, default)]
    digest_signature_algorithm: Option<Cow<'d, str>>,
    #[serde(borrow, default, rename = "previousDigestS3Bucket")]
    previous_digest_s3_bucket: Option<Cow<'d, str>>,
    #[serde(borrow, default, rename = "previousDigestS3Object")]
    previous_digest_s3_object: Option<Cow<'d, str>>,
    #[serde(borrow, default)]
    previous_digest_hash_value: Option<Cow<'d, str>>,
    #[serde(borrow, default)]
    previous_digest_hash_algorithm: Option<Cow<'d, str>>,
    #[serde(borrow, default)]
    previous_digest_signature: Option<Cow<'d, str>>,
    #[serde(borrow)]
    log_files: Vec<LogFile<'d>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LogFile<'d> {
    #[serde(borrow, rename = "s3Object")]
    s3_object: Cow<'d, str>,
    #[serde(borrow, default)]
    hash_value: Option<Cow<'d, str>>,
    #[serde(borrow, default)]
    hash_algorithm: Option<Cow<'d, str>>,
    #[serde(borrow, default)]
    newest_event_time: Option<Cow<'d, str>>,
    #[serde(borrow, default)]
    oldest_event_time: Option<Cow<'d, str>>,
}

impl Previous {
    /// Whether that digest is the one.
    pub fn names(&self, digest: &Digest) -> bool {
        self.object == digest.object && self.bucket == digest.bucket
    }
}

impl Digest {
    /// The name in its key.
    pub fn name(&self) -> &str {
        name_of(&self.object)
    }

    /// Reads a digest.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(content: &[u8], wanted: Wanted) -> Result<Digest, String> {
        let file: File<'_> =
            serde_json::from_slice(content).map_err(|error| format!("no digest: {error}"))?;
        let time =
            |text: &str| instant(text).ok_or_else(|| format!("no digest: {text:?} is no time"));
        let (start, end) = (time(&file.digest_start_time)?, time(&file.digest_end_time)?);
        if start > end {
            return Err("no digest: it ends before it starts".to_owned());
        }
        let object = file.digest_s3_object.as_ref();
        let logs = file.log_files.iter();
        let logs = logs.map(|log| log.kept(object, wanted)).collect();
        let previous = match (
            file.previous_digest_s3_bucket,
            file.previous_digest_s3_object,
        ) {
            (Some(bucket), Some(previous)) => Some(Previous {
                bucket: bucket.into(),
                object: previous.into(),
                hash: hash_of(
                    file.previous_digest_hash_value.as_deref(),
                    file.previous_digest_hash_algorithm.as_deref(),
                ),
                signature: match file.previous_digest_signature {
                    _ if !wanted.signatures => "".into(),
                    Some(signature) => signature.into(),
                    None => "null".into(),
                },
            }),
            (None, None) => None,
            _ => return Err("no digest: half a name of the digest before".to_owned()),
        };
        let algorithm = file.digest_signature_algorithm;
        Ok(Digest {
            start,
            end,
            end_text: file.digest_end_time.as_ref().into(),
            bucket: file.digest_s3_bucket.into(),
            object: object.into(),
            fingerprint: file
                .digest_public_key_fingerprint
                .unwrap_or_default()
                .into(),
            is_signed_as_known: algorithm.as_deref() == Some("SHA256withRSA"),
            previous,
            logs,
        })
    }

    /// What was signed, given the hash of its content and the signature of the digest before it.
    pub fn signed_text(&self, hash: &Hash) -> String {
        let previous = match &self.previous {
            Some(previous) => previous.signature.as_ref(),
            None => "null",
        };
        format!(
            "{}\n{}/{}\n{}\n{previous}",
            self.end_text,
            self.bucket,
            self.object,
            hex(hash)
        )
    }
}

impl LogFile<'_> {
    fn kept(&self, of: &str, wanted: Wanted) -> NamedLog {
        let object = self.s3_object.as_ref();
        let name = name_of(object);
        let id = LogId::of(name, LogName::parse(name).as_ref());
        let is_usual = usual_object(id, of).is_some_and(|usual| usual == object);
        let seconds = |text: Option<&str>| {
            let time = text.and_then(instant);
            time.map_or(0, |time| u32::try_from(time.timestamp()).unwrap_or(0))
        };
        let hash = match wanted.hashes {
            true => hash_of(self.hash_value.as_deref(), self.hash_algorithm.as_deref()),
            false => None,
        };
        NamedLog {
            id,
            oldest: seconds(self.oldest_event_time.as_deref()),
            newest: seconds(self.newest_event_time.as_deref()),
            hash: hash.map(Box::new),
            object: (!is_usual).then(|| object.into()),
        }
    }
}

/// The key that a log of this id has where it was delivered beside the digest of this key: what nearly
/// every log has, and what therefore nobody keeps a million times.
fn usual_object(id: LogId, digest: &str) -> Option<String> {
    let (above, rest) = digest.rsplit_once("/CloudTrail-Digest/")?;
    let region = rest.split('/').next()?;
    let account = above.rsplit('/').next()?;
    let name = id.name(account, region)?;
    let stamp = name.get(account.len() + region.len() + 13..)?;
    let (year, month, day) = (stamp.get(..4)?, stamp.get(4..6)?, stamp.get(6..8)?);
    Some(format!(
        "{above}/CloudTrail/{region}/{year}/{month}/{day}/{name}"
    ))
}

fn name_of(key: &str) -> &str {
    key.rsplit_once('/').map_or(key, |(_, name)| name)
}

fn instant(text: &str) -> Option<DateTime<Utc>> {
    Some(DateTime::parse_from_rfc3339(text).ok()?.to_utc())
}

/// A SHA-256 in hexadecimal digits.
fn hash_of(value: Option<&str>, algorithm: Option<&str>) -> Option<Hash> {
    (algorithm == Some("SHA-256")).then_some(())?;
    unhex(value?)?.try_into().ok()
}

/// Bytes as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |number: u8| char::from(DIGITS[usize::from(number)]);
    let both = |&byte: &u8| [digit(byte >> 4), digit(byte & 15)];
    bytes.iter().flat_map(both).collect()
}

/// Hexadecimal digits as bytes.
pub fn unhex(digits: &str) -> Option<Vec<u8>> {
    let value = |byte: u8| char::from(byte).to_digit(16);
    let (pairs, []) = digits.as_bytes().as_chunks::<2>() else {
        return None;
    };
    let byte = |[high, low]: &[u8; 2]| Some((value(*high)? << 4 | value(*low)?) as u8);
    pairs.iter().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Wanted = Wanted {
        hashes: true,
        signatures: true,
    };

    fn text(previous: &str, log: &str) -> String {
        format!(
            r#"{{"awsAccountId":"111122223333","digestStartTime":"2025-11-03T09:00:00Z","digestEndTime":"2025-11-03T10:00:00Z","digestS3Bucket":"b","digestS3Object":"p\/AWSLogs\/111122223333\/CloudTrail-Digest\/us-east-1\/2025\/11\/03\/111122223333_CloudTrail-Digest_us-east-1_t_us-east-1_20251103T100000Z.json.gz","digestPublicKeyFingerprint":"f","digestSignatureAlgorithm":"SHA256withRSA","newestEventTime":null,"oldestEventTime":null,{previous}"logFiles":[{log}]}}"#
        )
    }

    #[test]
    fn a_digest_is_read_with_escaped_slashes_and_without_a_digest_before_it() {
        let hash = "0F".repeat(32);
        let log = format!(
            r#"{{"s3Bucket":"b","s3Object":"p\/AWSLogs/111122223333/CloudTrail/us-east-1/2025/11/02/111122223333_CloudTrail_us-east-1_20251102T2355Z_0aZ9bY8cX7dW6eV5.json.gz","hashValue":"{hash}","hashAlgorithm":"SHA-256","newestEventTime":"2025-11-02T23:54:00Z","oldestEventTime":null}}"#
        );
        let digest = Digest::parse(text("", &log).as_bytes(), ALL).unwrap();
        assert_eq!(digest.previous, None);
        let [log] = &digest.logs[..] else { panic!() };
        assert_eq!(log.object, None, "it is made of its id");
        assert_eq!(
            log.object(&digest),
            "p/AWSLogs/111122223333/CloudTrail/us-east-1/2025/11/02/111122223333_CloudTrail_us-east-1_20251102T2355Z_0aZ9bY8cX7dW6eV5.json.gz"
        );
        assert_eq!(log.hash.as_deref(), Some(&[15; 32]));
        assert_eq!((log.oldest, log.newest), (0, 1_762_127_640));
        let signed = digest.signed_text(&[1; 32]);
        assert!(
            signed.starts_with("2025-11-03T10:00:00Z\nb/p/AWSLogs/1"),
            "{signed}"
        );
        assert!(
            signed.ends_with(&format!(".json.gz\n{}\nnull", "01".repeat(32))),
            "{signed}"
        );
    }

    #[test]
    fn a_log_with_a_name_of_another_kind_keeps_its_key() {
        for object in [
            "x.json.gz",
            "a/b_c",
            "",
            "AWSLogs/111122223333/CloudTrail/us-east-1/2025/11/03/111122223333_CloudTrail_us-east-1_20251102T2355Z_0aZ9bY8cX7dW6eV5.json.gz",
        ] {
            let log = format!(r#"{{"s3Object":"{object}"}}"#);
            let digest = Digest::parse(text("", &log).as_bytes(), ALL).unwrap();
            assert_eq!(digest.logs[0].object(&digest), object);
            assert_eq!(digest.logs[0].hash, None);
        }
    }

    #[test]
    fn what_is_no_digest_is_named() {
        let previous = r#""previousDigestS3Bucket":"b","#;
        for (content, expected) in [
            ("{}".to_owned(), "missing field `digestStartTime`"),
            ("{\"digestStartTime\":".to_owned(), "EOF"),
            (text(previous, ""), "half a name"),
            (text("", "").replace("T10:00:00Z\"", "\""), "is no time"),
            (
                text("", "").replace("T10:00:00Z\",", "T08:00:00Z\","),
                "ends before",
            ),
        ] {
            let error = Digest::parse(content.as_bytes(), ALL).unwrap_err();
            assert!(error.contains(expected), "{error}");
        }
    }
}
