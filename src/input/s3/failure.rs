//! Why one try did not work, and whether another may.

use super::error::{Kind, said};
use super::xml::Refusal;

/// Why one try did not work.
#[derive(Debug)]
pub(super) enum Failure {
    /// May work the next time.
    Passing(String),
    /// No answer in the time that one takes.
    Late(String),
    /// May work later: S3 has too much to do.
    Slow(String),
    /// Nobody answered, or the connection broke before an answer.
    Unreached { why: String, connecting: bool },
    /// The bucket is in this Region, or in another that has to be asked for.
    Elsewhere(Option<String>),
    /// The credentials of this number are out of date.
    Expired(u64),
    /// Will never work.
    Final(Kind),
}

impl Failure {
    /// What an answer that is no success means.
    pub(super) fn of_answer(status: u16, refusal: Refusal, region: Option<String>) -> Failure {
        let Refusal { code, message, .. } = refusal;
        let region = region.or(refusal.region);
        let short = || match code.as_str() {
            "" => status.to_string(),
            code => format!("{status} {}", said(code)),
        };
        match (status, code.as_str()) {
            (
                _,
                "SlowDown"
                | "RequestLimitExceeded"
                | "Throttling"
                | "ThrottlingException"
                | "TooManyRequests",
            )
            | (429 | 503, _) => Failure::Slow(short()),
            (_, "RequestTimeout" | "InternalError" | "ServiceUnavailable" | "OperationAborted")
            | (408 | 500 | 502 | 504, _) => Failure::Passing(short()),
            (301, _) | (307, _) | (_, "PermanentRedirect" | "AuthorizationHeaderMalformed") => {
                Failure::Elsewhere(region)
            }
            (
                _,
                "ExpiredToken"
                | "ExpiredTokenException"
                | "TokenRefreshRequired"
                | "RequestExpired",
            ) => Failure::Expired(0),
            (_, "RequestTimeTooSkewed") => Failure::Final(Kind::Clock),
            (
                _,
                "InvalidAccessKeyId"
                | "SignatureDoesNotMatch"
                | "InvalidToken"
                | "InvalidClientTokenId"
                | "UnrecognizedClientException"
                | "NotSignedUp"
                | "AccountProblem",
            ) => Failure::Final(Kind::CredentialsRefused { code }),
            (_, "NoSuchBucket") => Failure::Final(Kind::NoBucket),
            (412, _) => Failure::Final(Kind::Changed),
            (404, _) => Failure::Final(Kind::Gone),
            (_, "InvalidObjectState") => Failure::Final(Kind::Archived {
                class: said(&refusal.storage_class),
            }),
            _ => Failure::Final(Kind::Refused {
                status,
                code: said(&code),
                said: said(&message),
            }),
        }
    }
}
