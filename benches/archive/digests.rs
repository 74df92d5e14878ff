//! Chains of digests as CloudTrail writes them, signed with a key that is in this repository and opens
//! nothing
//! (<https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-digest-file-structure.html>).

use std::fmt::Write as _;
use std::io::Write as _;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use flate2::{Compression, write::GzEncoder};
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};

use super::{clock, json};

/// Whose digests they are, and where they go.
#[derive(Clone, Debug)]
pub struct Trail {
    pub bucket: String,
    /// With a slash at its end, or empty.
    pub prefix: String,
    /// `o-…`, or empty for a trail of one account.
    pub organisation: String,
    pub account: String,
    pub region: String,
    pub name: String,
    pub home_region: String,
    pub is_backfill: bool,
}

/// A log that was delivered.
#[derive(Clone, Debug)]
pub struct Log {
    pub key: String,
    /// What it holds, decompressed.
    pub content: Vec<u8>,
    /// Unix seconds of its oldest and newest events.
    pub events: (i64, i64),
}

/// A digest.
#[derive(Clone, Debug)]
pub struct Digest {
    pub bucket: String,
    pub key: String,
    /// What it holds, decompressed.
    pub content: String,
    /// The signature of the digest before it, as it stands in what is signed.
    pub previous: String,
    /// Hexadecimal digits: what S3 keeps beside it.
    pub signature: String,
    pub end: i64,
}

/// The key that all digests are signed with.
pub struct Signer(RsaKeyPair);

impl Default for Signer {
    fn default() -> Signer {
        let text: String = include_str!("digest-key.b64").split_whitespace().collect();
        let der = BASE64_STANDARD.decode(text).expect(OUR_OWN);
        Signer(RsaKeyPair::from_pkcs8(&der).expect(OUR_OWN))
    }
}

const OUR_OWN: &str = "the key beside this file is sound";

/// What the key is called in digests. CloudTrail takes the MD5 of it.
pub const FINGERPRINT: &str = "1db660635caf2590a0f20753dbea91ee";

impl Signer {
    /// The public key, in the form of PKCS#1.
    pub fn public_key(&self) -> &[u8] {
        self.0.public_key().as_ref()
    }

    /// What `aws cloudtrail list-public-keys` prints for it.
    pub fn list_public_keys(&self) -> String {
        let value = BASE64_STANDARD.encode(self.public_key());
        format!(
            r#"{{"PublicKeyList":[{{"Value":"{value}","ValidityStartTime":"2025-11-01T00:00:00+00:00","ValidityEndTime":"2025-12-01T00:00:00+00:00","Fingerprint":"{FINGERPRINT}"}}]}}"#
        )
    }

    /// A digest with another content, and its signature.
    pub fn signed_again(&self, digest: &Digest, content: String) -> Digest {
        let mut end = String::new();
        clock::push_time(&mut end, digest.end);
        let Digest {
            bucket,
            key,
            previous,
            ..
        } = digest;
        let hash = sha256(content.as_bytes());
        let signature = self.sign(&format!("{end}\n{bucket}/{key}\n{hash}\n{previous}"));
        Digest {
            content,
            signature,
            ..digest.clone()
        }
    }

    fn sign(&self, text: &str) -> String {
        let mut signature = vec![0; self.0.public().modulus_len()];
        (self.0)
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                text.as_bytes(),
                &mut signature,
            )
            .expect("PKCS#1 signatures need no luck");
        hex(&signature)
    }
}

/// Hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// SHA-256 in hexadecimal digits.
pub fn sha256(content: &[u8]) -> String {
    hex(digest(&SHA256, content).as_ref())
}

/// One sound member of gzip.
pub fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(6));
    encoder
        .write_all(content)
        .and_then(|()| encoder.finish())
        .expect("a Vec takes whatever is written to it")
}

impl Digest {
    /// The file.
    pub fn file(&self) -> Vec<u8> {
        gzip(self.content.as_bytes())
    }
}

impl Trail {
    /// A trail of one account, in a bucket of its own.
    pub fn of(account: &str, region: &str) -> Trail {
        Trail {
            bucket: "example-trail-bucket".to_owned(),
            prefix: String::new(),
            organisation: String::new(),
            account: account.to_owned(),
            region: region.to_owned(),
            name: "example-trail".to_owned(),
            home_region: "us-east-1".to_owned(),
            is_backfill: false,
        }
    }

    fn folder(&self, kind: &str, time: i64) -> String {
        let mut path = format!("{}AWSLogs/", self.prefix);
        for part in [&self.organisation, &self.account, kind, &self.region] {
            if !part.is_empty() {
                path += part;
                path.push('/');
            }
        }
        clock::push_folders(&mut path, time);
        path
    }

    /// The key of a log; `unique` are its sixteen letters and digits.
    pub fn log_key(&self, slot: i64, unique: &str) -> String {
        let (account, region) = (&self.account, &self.region);
        let mut key = format!(
            "{}/{account}_CloudTrail_{region}_",
            self.folder("CloudTrail", slot)
        );
        clock::push_delivery(&mut key, slot);
        key + "_" + unique + ".json.gz"
    }

    /// The key of the digest that ends at a time.
    pub fn digest_key(&self, end: i64) -> String {
        let folder = self.folder("CloudTrail-Digest", end);
        let Trail {
            account,
            region,
            name,
            home_region,
            ..
        } = self;
        let mut stamp = String::new();
        clock::push_time(&mut stamp, end);
        let stamp = stamp.replace(['-', ':'], "");
        let backfill = if self.is_backfill { "_backfill" } else { "" };
        format!(
            "{folder}/{account}_CloudTrail-Digest_{region}_{name}_{home_region}_{stamp}{backfill}.json.gz"
        )
    }

    /// The digest of one interval, after another one or as the first.
    pub fn digest(
        &self,
        signer: &Signer,
        (start, end): (i64, i64),
        logs: &[Log],
        previous: Option<&Digest>,
    ) -> Digest {
        let time = |seconds: i64| {
            let mut text = String::new();
            clock::push_time(&mut text, seconds);
            text
        };
        let key = self.digest_key(end);
        let mut content = String::new();
        json::set(&mut content, |file| {
            file.text("awsAccountId", &self.account)
                .text("digestStartTime", &time(start))
                .text("digestEndTime", &time(end))
                .text("digestS3Bucket", &self.bucket)
                .text("digestS3Object", &key)
                .text("digestPublicKeyFingerprint", FINGERPRINT)
                .text("digestSignatureAlgorithm", "SHA256withRSA");
            let newest = logs.iter().map(|log| log.events.1).max();
            let oldest = logs.iter().map(|log| log.events.0).min();
            for (name, event) in [("newestEventTime", newest), ("oldestEventTime", oldest)] {
                match event {
                    Some(event) => file.text(name, &time(event)),
                    None => file.raw(name, "null"),
                };
            }
            match previous {
                Some(previous) => file
                    .text("previousDigestS3Bucket", &previous.bucket)
                    .text("previousDigestS3Object", &previous.key)
                    .text(
                        "previousDigestHashValue",
                        &sha256(previous.content.as_bytes()),
                    )
                    .text("previousDigestHashAlgorithm", "SHA-256")
                    .text("previousDigestSignature", &previous.signature),
                None => file
                    .raw("previousDigestS3Bucket", "null")
                    .raw("previousDigestS3Object", "null")
                    .raw("previousDigestHashValue", "null")
                    .raw("previousDigestHashAlgorithm", "null")
                    .raw("previousDigestSignature", "null"),
            };
            let mut list = String::from("[");
            for (at, log) in logs.iter().enumerate() {
                if at > 0 {
                    list.push(',');
                }
                let mut entry = String::new();
                json::set(&mut entry, |file| {
                    file.text("s3Bucket", &self.bucket)
                        .text("s3Object", &log.key)
                        .text("hashValue", &sha256(&log.content))
                        .text("hashAlgorithm", "SHA-256")
                        .text("newestEventTime", &time(log.events.1))
                        .text("oldestEventTime", &time(log.events.0));
                });
                list += &entry;
            }
            file.raw("logFiles", &(list + "]"));
        });
        // As CloudTrail writes them.
        let content = content.replace('/', "\\/");
        let previous = previous.map_or("null".to_owned(), |previous| previous.signature.clone());
        let digest = Digest {
            bucket: self.bucket.clone(),
            key,
            content: String::new(),
            previous,
            signature: String::new(),
            end,
        };
        signer.signed_again(&digest, content)
    }

    /// One digest for each hour from `start` on, each with its logs.
    pub fn chain(&self, signer: &Signer, start: i64, hours: &[Vec<Log>]) -> Vec<Digest> {
        let mut chain: Vec<Digest> = Vec::new();
        let mut from = start;
        for logs in hours {
            let digest = self.digest(signer, (from, from + HOUR), logs, chain.last());
            from = digest.end;
            chain.push(digest);
        }
        chain
    }
}

/// Seconds.
pub const HOUR: i64 = 3600;
