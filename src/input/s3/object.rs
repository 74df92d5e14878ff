//! An object as a listing tells it.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::url::S3Url;
use super::xml::Entry;

/// An object in S3. Bucket, key, ETag, size and time together are what it is known by: while they
/// are the same, so is what is in it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Object {
    /// The bucket.
    pub bucket: Arc<str>,
    /// The key, as it is.
    pub key: String,
    /// Changes with the content. It is no MD5 wherever KMS or parts are used, so it may only be
    /// compared with itself; with its quotation marks.
    pub etag: String,
    /// Bytes.
    pub size: u64,
    /// When it was written, to the second; not every service says it.
    pub last_modified: Option<DateTime<Utc>>,
    /// `STANDARD`, `GLACIER` and so on; empty where the service does not say it.
    pub storage_class: String,
    /// Whether it has to be restored before it can be read.
    pub archived: bool,
}

impl Object {
    pub(super) fn new(bucket: &Arc<str>, entry: Entry) -> Object {
        // GLACIER_IR is read like any other. INTELLIGENT_TIERING does not say here where it is.
        let archive = matches!(entry.storage_class.as_str(), "GLACIER" | "DEEP_ARCHIVE");
        Object {
            bucket: Arc::clone(bucket),
            key: entry.key,
            etag: entry.etag,
            size: entry.size,
            last_modified: entry.last_modified,
            archived: archive && !entry.restored,
            storage_class: entry.storage_class,
        }
    }

    /// `s3://BUCKET/KEY`: its path in messages and coverage.
    pub fn url(&self) -> String {
        S3Url::of_key(&self.bucket, &self.key)
    }

    /// What consoles make to show an empty folder.
    pub fn is_folder_marker(&self) -> bool {
        self.size == 0 && self.key.ends_with('/')
    }
}
