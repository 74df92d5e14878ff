//! What a user types: `s3://BUCKET/PREFIX`.
//!
//! A key is taken as it is. S3 normalises nothing, so `a//b`, `/a` and `./a` are keys of their own.

use std::fmt;

use super::error::{Kind, S3Error};

/// A bucket and the beginning of keys in it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct S3Url {
    /// The bucket.
    pub bucket: String,
    /// A key, a folder, or the beginning of keys; empty for the whole bucket.
    pub prefix: String,
}

/// The longest key: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html>
const LONGEST_KEY: usize = 1024;

impl S3Url {
    /// Whether an argument is meant as a place in S3.
    pub fn is_meant(text: &str) -> bool {
        text.get(..5)
            .is_some_and(|scheme| scheme.eq_ignore_ascii_case("s3://"))
    }

    /// Reads `s3://BUCKET` or `s3://BUCKET/PREFIX`.
    pub fn parse(text: &str) -> Result<S3Url, S3Error> {
        let wrong = |why: String| Err(S3Error::new(text, Kind::Url(why)));
        let Some(rest) = text.get(5..).filter(|_| S3Url::is_meant(text)) else {
            return wrong("it does not begin with s3://; write s3://BUCKET/PREFIX".into());
        };
        if rest.starts_with("arn:") {
            return wrong(
                "access points and other ARNs are not read; write s3://BUCKET/PREFIX with the \
                 bucket of it, or the access point's alias in place of BUCKET"
                    .into(),
            );
        }
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        if bucket.ends_with("--x-s3") {
            return wrong(
                "a directory bucket is not read: it does not list in order; copy the logs to a \
                 general purpose bucket"
                    .into(),
            );
        }
        if !is_bucket(bucket) {
            return wrong(format!(
                "“{}” cannot be the name of a bucket: 3 to 63 letters, digits, dots and hyphens; \
                 write s3://BUCKET/PREFIX",
                bucket.escape_debug()
            ));
        }
        if prefix.len() > LONGEST_KEY {
            return wrong(format!(
                "a key has at most {LONGEST_KEY} bytes; give a shorter prefix"
            ));
        }
        Ok(S3Url {
            bucket: bucket.to_owned(),
            prefix: prefix.to_owned(),
        })
    }

    /// Whether another one begins so.
    pub(crate) fn begins(&self, other: &S3Url) -> bool {
        self.bucket == other.bucket && other.prefix.starts_with(&self.prefix)
    }

    /// Whether another one is in it, as in a folder, or is it. `prod` does not lead to `prod-old/`.
    pub(crate) fn leads_to(&self, other: &S3Url) -> bool {
        let is_folder = self.prefix.is_empty() || self.prefix.ends_with('/');
        self.begins(other)
            && (is_folder
                || matches!(
                    other.prefix.as_bytes().get(self.prefix.len()),
                    None | Some(b'/')
                ))
    }

    /// The error of a URL that leads nowhere.
    pub(crate) fn leads_nowhere(&self) -> S3Error {
        let has_pattern = self.prefix.contains(['*', '?', '[']);
        S3Error::new(self.to_string(), Kind::Nothing { has_pattern })
    }

    /// The URL of a key in this bucket.
    pub fn of_key(bucket: &str, key: &str) -> String {
        format!("s3://{bucket}/{key}")
    }
}

impl fmt::Display for S3Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s3://{}/{}", self.bucket, self.prefix)
    }
}

/// Old buckets of us-east-1 may have capitals, underscores and up to 255 characters:
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>
fn is_bucket(name: &str) -> bool {
    let inside = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
    (3..=255).contains(&name.len())
        && name.bytes().all(inside)
        && !name.contains("..")
        && name
            .bytes()
            .next()
            .is_some_and(|b| b.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_taken_as_it_is() {
        for (text, bucket, prefix) in [
            ("s3://trail", "trail", ""),
            ("s3://trail/", "trail", ""),
            ("S3://trail/AWSLogs/", "trail", "AWSLogs/"),
            ("s3://trail//lead", "trail", "/lead"),
            ("s3://trail/a//b/../c/./", "trail", "a//b/../c/./"),
            (
                "s3://my.dotted.bucket/ä €?x=1#y",
                "my.dotted.bucket",
                "ä €?x=1#y",
            ),
            ("s3://Old_Bucket/a%2Fb", "Old_Bucket", "a%2Fb"),
            ("s3://a1b/\u{1}", "a1b", "\u{1}"),
        ] {
            let url = S3Url::parse(text).expect(text);
            assert_eq!((url.bucket.as_str(), url.prefix.as_str()), (bucket, prefix));
        }
    }

    #[test]
    fn what_is_no_bucket_is_refused_with_what_to_do() {
        for (text, word) in [
            ("s3://", "BUCKET"),
            ("s3:///AWSLogs/", "BUCKET"),
            ("s3://ab/x", "3 to 63"),
            ("s3://a..b/x", "3 to 63"),
            ("s3://user@host/x", "3 to 63"),
            ("s3://bücket/x", "3 to 63"),
            ("s3://\u{1b}[31m/x", "3 to 63"),
            (
                "s3://arn:aws:s3:eu-west-1:111122223333:accesspoint/x",
                "access point",
            ),
            ("s3://logs--use1-az4--x-s3/x", "directory bucket"),
        ] {
            let error = S3Url::parse(text).expect_err(text);
            assert!(error.is_fatal(), "{text}");
            assert!(error.to_string().contains(word), "{error}");
            assert!(!error.detail().contains('\u{1b}'), "{error}");
        }
    }
}
