//! Where a request goes and how it is signed.
//!
//! Regional endpoints only: stscope must not add calls of its own to what it looks for.

use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings,
    UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4;
use bytes::Bytes;
use http::header::{HOST, HeaderName, HeaderValue, USER_AGENT};
use http::{Method, Request, Uri};
use http_body_util::Empty;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What stays as it is in a signed query:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>
const QUERY: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');
/// The same for a key in a path, whose slashes stay.
const KEY: &AsciiSet = &QUERY.remove(b'/');

/// Where S3 is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Endpoint {
    /// AWS's own, by Region.
    Aws { fips: bool, dual_stack: bool },
    /// The user's: `http://HOST:PORT/PATH`, without a slash at the end. Buckets are in the path.
    Custom { url: String },
}

/// What is asked, apart from the signature.
#[derive(Debug)]
pub(super) struct Target<'a> {
    pub(super) method: Method,
    pub(super) bucket: &'a str,
    pub(super) key: &'a str,
    /// Names and values, neither encoded. In the order of the names.
    pub(super) query: &'a [(&'static str, &'a str)],
    pub(super) headers: &'a [(HeaderName, &'a str)],
}

impl Endpoint {
    /// The URL of a bucket's key.
    pub(super) fn url(&self, region: &str, target: &Target<'_>) -> String {
        let Target { bucket, key, .. } = target;
        let mut url = match self {
            Endpoint::Custom { url } => format!("{url}/{bucket}/"),
            Endpoint::Aws { fips, dual_stack } => {
                let fips = if *fips { "-fips" } else { "" };
                let dual = if *dual_stack { ".dualstack" } else { "" };
                let host = format!("s3{fips}{dual}.{region}.{}", suffix(region));
                if is_label(bucket) {
                    format!("https://{bucket}.{host}/")
                } else {
                    format!("https://{host}/{bucket}/")
                }
            }
        };
        url.extend(utf8_percent_encode(key, KEY));
        for (at, (name, value)) in target.query.iter().enumerate() {
            url.push(if at == 0 { '?' } else { '&' });
            url.push_str(name);
            url.push('=');
            url.extend(utf8_percent_encode(value, QUERY));
        }
        url
    }
}

/// Whether a bucket can be a label of a host name. The certificate of S3 covers one label, so a name
/// with dots goes into the path, as does an old one with capitals.
fn is_label(bucket: &str) -> bool {
    bucket.len() <= 63
        && bucket
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !bucket.starts_with('-')
        && !bucket.ends_with('-')
}

/// The domain of a Region's partition, of botocore's `partitions.json`.
fn suffix(region: &str) -> &'static str {
    const BY_START: [(&str, &str); 8] = [
        ("cn-", "amazonaws.com.cn"),
        ("eusc-", "amazonaws.eu"),
        ("us-isob-", "sc2s.sgov.gov"),
        ("us-isof-", "csp.hci.ic.gov"),
        ("eu-isoe-", "cloud.adc-e.uk"),
        ("eu-isof-", "csp.hci.ic.gov"),
        ("us-iso-", "c2s.ic.gov"),
        ("", "amazonaws.com"),
    ];
    BY_START
        .iter()
        .find(|(start, _)| region.starts_with(start))
        .map_or("amazonaws.com", |(_, suffix)| suffix)
}

/// Who asks, for the owner of the bucket to see in the access log.
pub(super) fn user_agent(app: &str) -> String {
    format!("stscope/{} lang/rust app/{app}", env!("CARGO_PKG_VERSION"))
}

/// What cannot be said in HTTP. Only a foreign endpoint or Region can be the cause.
#[derive(Debug)]
pub(super) struct Unspeakable;

/// A request that is ready to be sent. Without credentials it is not signed.
pub(super) fn request(
    url: &str,
    target: &Target<'_>,
    agent: &HeaderValue,
    region: &str,
    credentials: Option<&Credentials>,
    now: SystemTime,
) -> Result<Request<Empty<Bytes>>, Unspeakable> {
    let uri: Uri = url.parse().map_err(|_| Unspeakable)?;
    let host = uri.authority().ok_or(Unspeakable)?.as_str();
    let host = match (uri.scheme_str(), uri.port_u16()) {
        // What servers take for the host they were asked by, and what they check the signature with.
        (Some("https"), Some(443)) | (Some("http"), Some(80)) => {
            host.rsplit_once(':').map_or(host, |(name, _)| name)
        }
        _ => host,
    };
    let mut request = Request::builder()
        .method(target.method.clone())
        .header(HOST, host)
        .header(USER_AGENT, agent);
    for (name, value) in target.headers {
        request = request.header(name, *value);
    }
    if let Some(credentials) = credentials {
        let identity = credentials.clone().into();
        let mut settings = SigningSettings::default();
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(region)
            .name("s3")
            .time(now)
            .settings(settings)
            .build()
            .map_err(|_| Unspeakable)?
            .into();
        let headers = target
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), *value))
            .chain([(HOST.as_str(), host)]);
        let signable = SignableRequest::new(
            target.method.as_str(),
            url,
            headers,
            SignableBody::Bytes(&[]),
        )
        .map_err(|_| Unspeakable)?;
        let (instructions, _) = sign(signable, &params)
            .map_err(|_| Unspeakable)?
            .into_parts();
        for (name, value) in instructions.headers() {
            let mut value = HeaderValue::from_str(value).map_err(|_| Unspeakable)?;
            value.set_sensitive(true);
            request = request.header(name, value);
        }
    }
    request.uri(uri).body(Empty::new()).map_err(|_| Unspeakable)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn target<'a>(bucket: &'a str, key: &'a str) -> Target<'a> {
        Target {
            method: Method::GET,
            bucket,
            key,
            query: &[],
            headers: &[],
        }
    }

    #[test]
    fn endpoints_are_regional_and_of_the_partition() {
        let plain = Endpoint::Aws {
            fips: false,
            dual_stack: false,
        };
        for (region, bucket, url) in [
            (
                "us-east-1",
                "b-1",
                "https://b-1.s3.us-east-1.amazonaws.com/k",
            ),
            (
                "eu-west-1",
                "a.b",
                "https://s3.eu-west-1.amazonaws.com/a.b/k",
            ),
            (
                "eu-west-1",
                "Old_B",
                "https://s3.eu-west-1.amazonaws.com/Old_B/k",
            ),
            (
                "us-gov-west-1",
                "bbb",
                "https://bbb.s3.us-gov-west-1.amazonaws.com/k",
            ),
            (
                "cn-north-1",
                "bbb",
                "https://bbb.s3.cn-north-1.amazonaws.com.cn/k",
            ),
            (
                "eusc-de-east-1",
                "bbb",
                "https://bbb.s3.eusc-de-east-1.amazonaws.eu/k",
            ),
            (
                "us-iso-east-1",
                "bbb",
                "https://bbb.s3.us-iso-east-1.c2s.ic.gov/k",
            ),
            (
                "us-isob-east-1",
                "bbb",
                "https://bbb.s3.us-isob-east-1.sc2s.sgov.gov/k",
            ),
        ] {
            assert_eq!(plain.url(region, &target(bucket, "k")), url);
        }
        for (fips, dual_stack, host) in [
            (true, false, "s3-fips.us-east-2"),
            (false, true, "s3.dualstack.us-east-2"),
            (true, true, "s3-fips.dualstack.us-east-2"),
        ] {
            let url = Endpoint::Aws { fips, dual_stack }.url("us-east-2", &target("bbb", "k"));
            assert_eq!(url, format!("https://bbb.{host}.amazonaws.com/k"));
        }
    }

    #[test]
    fn keys_are_encoded_and_never_normalised() {
        let custom = Endpoint::Custom {
            url: "http://localhost:9000/base".into(),
        };
        for (key, path) in [
            ("a//b", "a//b"),
            ("/lead", "/lead"),
            ("./a/../b", "./a/../b"),
            ("ä €+&=?#%\u{1}", "%C3%A4%20%E2%82%AC%2B%26%3D%3F%23%25%01"),
            ("", ""),
        ] {
            let url = custom.url("x", &target("bbb", key));
            assert_eq!(url, format!("http://localhost:9000/base/bbb/{path}"));
        }
        let query = Target {
            query: &[("list-type", "2"), ("prefix", "a/b c")],
            ..target("bbb", "")
        };
        assert!(
            custom
                .url("x", &query)
                .ends_with("/bbb/?list-type=2&prefix=a%2Fb%20c")
        );
    }

    /// The example of "Authenticating Requests: Using the Authorization Header":
    /// <https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html>
    #[test]
    fn a_request_is_signed_as_in_awss_own_example() {
        let credentials = Credentials::new(
            "AKIAIOSFODNN7EXAMPLE",
            "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            None,
            None,
            "test",
        );
        let target = Target {
            query: &[("max-keys", "2"), ("prefix", "J")],
            ..target("examplebucket", "")
        };
        let request = request(
            "https://examplebucket.s3.amazonaws.com/?max-keys=2&prefix=J",
            &target,
            &HeaderValue::from_static("x"),
            "us-east-1",
            Some(&credentials),
            SystemTime::UNIX_EPOCH + Duration::from_secs(1_369_353_600),
        )
        .expect("a request");
        let authorization = request.headers()["authorization"].to_str().expect("text");
        assert!(
            authorization.ends_with(
                "Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"
            ),
            "{authorization}"
        );
        assert!(!format!("{request:?}").contains("AKIA"), "{request:?}");
    }
}
