//! The public keys of CloudTrail, and the signatures made with them.
//!
//! Owns the output of `aws cloudtrail list-public-keys` and the check of one signature. A key is chosen
//! by its fingerprint alone, so the times in the list say nothing here.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use serde::Deserialize;

use crate::cloudtrail::digest::unhex;
use crate::plain_text::{Utf16, plain_text};

/// Public keys by fingerprint.
#[derive(Clone, Debug, Default)]
pub struct Keys(BTreeMap<String, Vec<u8>>);

/// What is wrong with a list of keys.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyFault {
    /// It is in UTF-16.
    #[error("{}", Utf16)]
    Utf16,
    /// It is not what the AWS CLI prints.
    #[error("not the output of 'aws cloudtrail list-public-keys' ({0})")]
    NotKeys(String),
    /// It has no key.
    #[error("it has no keys; --start-time and --end-time of the command say of which time")]
    Empty,
    /// A key that is none.
    #[error("the key {0:?} is no base64 of an RSA key")]
    BadKey(String),
}

#[derive(Deserialize)]
struct File {
    #[serde(rename = "PublicKeyList", alias = "publicKeyList")]
    keys: Vec<Listed>,
}

#[derive(Deserialize)]
struct Listed {
    #[serde(rename = "Value", alias = "value")]
    value: String,
    #[serde(rename = "Fingerprint", alias = "fingerprint")]
    fingerprint: String,
    // Seconds or ISO 8601, as the CLI is set; read and of no use.
    #[serde(rename = "ValidityStartTime", alias = "validityStartTime", default)]
    _start: Option<serde_json::Value>,
    #[serde(rename = "ValidityEndTime", alias = "validityEndTime", default)]
    _end: Option<serde_json::Value>,
}

/// How a SubjectPublicKeyInfo of an RSA key of 2048 bits begins; what follows is the PKCS#1 key.
const SPKI: [u8; 24] = [
    0x30, 0x82, 0x01, 0x22, 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01,
    0x01, 0x05, 0x00, 0x03, 0x82, 0x01, 0x0f, 0x00,
];

/// What is known of a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signature {
    /// It is that of the text.
    Right,
    /// It is not.
    Wrong,
    /// Nobody has its key.
    NoKey,
}

impl Keys {
    /// Adds the keys of a list.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn add(&mut self, list: &[u8]) -> Result<(), KeyFault> {
        let list = plain_text(list).map_err(|Utf16| KeyFault::Utf16)?;
        let file: File =
            serde_json::from_slice(list).map_err(|error| KeyFault::NotKeys(error.to_string()))?;
        if file.keys.is_empty() {
            return Err(KeyFault::Empty);
        }
        for key in file.keys {
            let value: String = key.value.split_ascii_whitespace().collect();
            let der = BASE64_STANDARD.decode(value).ok();
            let Some(der) = der.filter(|der| der.first() == Some(&0x30)) else {
                return Err(KeyFault::BadKey(key.fingerprint));
            };
            let pkcs1 = der.strip_prefix(&SPKI).unwrap_or(&der).to_vec();
            self.0.insert(key.fingerprint.to_ascii_lowercase(), pkcs1);
        }
        Ok(())
    }

    /// Whether there is none, so that nothing can be checked.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Checks a signature in hexadecimal digits.
    pub(crate) fn check(&self, fingerprint: &str, text: &str, signature: &str) -> Signature {
        let Some(key) = self.0.get(&fingerprint.to_ascii_lowercase()) else {
            return Signature::NoKey;
        };
        let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key);
        let is_right = unhex(signature)
            .is_some_and(|signature| key.verify(text.as_bytes(), &signature).is_ok());
        match is_right {
            true => Signature::Right,
            false => Signature::Wrong,
        }
    }
}
