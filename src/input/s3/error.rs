//! What can go wrong with S3, in words that end with what to do next.
//!
//! Holds no credentials and no request: what is here may be printed.

use std::fmt;

/// What went wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {kind}", .place.escape_debug())]
pub struct S3Error {
    place: String,
    kind: Kind,
    fatal: bool,
}

/// A right that a policy can give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    ListBucket,
    GetObject,
    Decrypt,
}

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The URL cannot be one.
    Url(String),
    /// A setting of stscope or of AWS cannot be used.
    Setting(String),
    /// Nobody gave credentials.
    NoCredentials { tried: String, cause: String },
    /// The credentials there are were refused.
    CredentialsRefused { code: String },
    /// The credentials are out of date, and new ones are not to be had.
    Expired { advice: String },
    /// There is no such bucket.
    NoBucket,
    /// A right is missing.
    NotPermitted { action: Action, said: String },
    /// The bucket's Region cannot be found out.
    WrongRegion(String),
    /// Nobody answers.
    Connection(String),
    /// The other side cannot be trusted.
    Certificate(String),
    /// The clock of this machine is wrong.
    Clock,
    /// In a storage class that cannot be read at once.
    Archived { class: String },
    /// Nothing of that name, and nothing below it.
    Nothing { has_pattern: bool },
    /// Not there any more.
    Gone,
    /// Another object than the one listed.
    Changed,
    /// Refused for another reason.
    Refused {
        status: u16,
        code: String,
        said: String,
    },
    /// Did not work, however often it was tried.
    GaveUp { tries: u32, last: String },
    /// A listing comes to a page that it had before, and would never end.
    Circle,
    /// Keys do not come in order, so that a listing cannot be cut short.
    Unsorted,
    /// This machine does not let us.
    Machine(String),
}

impl S3Error {
    /// An error that ends the run.
    pub(super) fn new(place: impl Into<String>, kind: Kind) -> S3Error {
        S3Error {
            place: place.into(),
            kind,
            fatal: true,
        }
    }

    /// An error of one object, if the kind is no reason to end the run.
    pub(super) fn of_object(place: impl Into<String>, kind: Kind) -> S3Error {
        let fatal = matches!(
            kind,
            Kind::NoCredentials { .. }
                | Kind::CredentialsRefused { .. }
                | Kind::Expired { .. }
                | Kind::NoBucket
                | Kind::WrongRegion(_)
                | Kind::Certificate(_)
                | Kind::Clock
                | Kind::Setting(_)
                | Kind::Machine(_)
        );
        S3Error {
            place: place.into(),
            kind,
            fatal,
        }
    }

    /// The same of a place, if it is of none so far: no credentials, for a start, are no fault of a bucket.
    pub(crate) fn at(mut self, place: impl fmt::Display) -> S3Error {
        if self.place == "s3://" {
            self.place = place.to_string();
        }
        self
    }

    /// Whether nothing more can be read: exit 2. Otherwise one object is damaged, stage `open`.
    pub fn is_fatal(&self) -> bool {
        self.fatal
    }

    /// Whether the object was archived, so that nobody asked for it or it was refused.
    pub fn is_archived(&self) -> bool {
        matches!(self.kind, Kind::Archived { .. })
    }

    /// Whether it is that of a URL that leads nowhere.
    pub(crate) fn is_nothing(&self) -> bool {
        matches!(self.kind, Kind::Nothing { .. })
    }

    /// Whether an object is gone that was listed.
    pub(crate) fn is_gone(&self) -> bool {
        matches!(self.kind, Kind::Gone)
    }

    /// Whether a permission is missing.
    pub(super) fn is_not_permitted(&self) -> bool {
        matches!(self.kind, Kind::NotPermitted { .. })
    }

    /// The URL, as it was given or listed: to be escaped before it is printed.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// What went wrong and what to do, without the place.
    pub fn detail(&self) -> String {
        self.kind.to_string()
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Action::ListBucket => "s3:ListBucket",
            Action::GetObject => "s3:GetObject",
            Action::Decrypt => "kms:Decrypt",
        })
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Kind::Url(why) | Kind::Setting(why) | Kind::Machine(why) => f.write_str(why),
            Kind::NoCredentials { tried, cause } => {
                write!(f, "no AWS credentials: tried {tried}")?;
                if !cause.is_empty() {
                    write!(f, " ({cause})")?;
                }
                f.write_str(
                    "; log in (aws sso login), set AWS_PROFILE or --profile, or use \
                     --no-sign-request for a public bucket",
                )
            }
            Kind::CredentialsRefused { code } => write!(
                f,
                "AWS does not accept these credentials ({code}); try aws sts get-caller-identity, \
                 and set the right profile with --profile or AWS_PROFILE"
            ),
            Kind::Expired { advice } => write!(f, "the AWS credentials have expired; {advice}"),
            Kind::NoBucket => f.write_str("there is no such bucket; check the name, and --endpoint-url if it is set"),
            Kind::NotPermitted { action, said } => {
                write!(f, "access is denied: the permission {action} is missing")?;
                if !said.is_empty() {
                    write!(f, " (“{said}”)")?;
                }
                match action {
                    Action::ListBucket => f.write_str("; allow it for the bucket and this prefix, or give the prefix that is allowed"),
                    Action::GetObject => f.write_str("; allow it for the objects, in the bucket's policy too if it is another account's"),
                    Action::Decrypt => f.write_str("; allow it for the key that encrypts the logs, in the key's policy too"),
                }
            }
            Kind::WrongRegion(region) => write!(
                f,
                "the bucket is in another Region than {region}, and S3 does not say in which; set AWS_REGION to the bucket's"
            ),
            Kind::Connection(why) => write!(
                f,
                "no connection to S3 ({why}); check the network, AWS_REGION, --endpoint-url and HTTPS_PROXY"
            ),
            Kind::Certificate(why) => write!(
                f,
                "the certificate of S3 or of a proxy is not trusted ({why}); set AWS_CA_BUNDLE to the file with your organisation's root certificates"
            ),
            Kind::Clock => f.write_str("S3 refuses requests because this machine's clock is wrong; set the clock"),
            Kind::Archived { class } => {
                f.write_str("archived")?;
                if !class.is_empty() {
                    write!(f, " in the storage class {class}")?;
                }
                f.write_str("; restore it (aws s3api restore-object) and run again")
            }
            Kind::Nothing { has_pattern } => {
                f.write_str("there is no object of that name, and none below it; ")?;
                f.write_str(match has_pattern {
                    true => "in S3 a pattern is a name like any other: give the prefix before it",
                    false => "check the name",
                })
            }
            Kind::Gone => f.write_str("deleted since it was listed; run again"),
            Kind::Changed => f.write_str("replaced since it was listed; run again"),
            Kind::Refused { status, code, said } => {
                write!(f, "S3 refuses it: {status} {code}")?;
                if !said.is_empty() {
                    write!(f, " (“{said}”)")?;
                }
                f.write_str("; see what the code means in the S3 API reference")
            }
            Kind::GaveUp { tries, last } => write!(
                f,
                "not to be had in {tries} {} ({last}); run again, or raise AWS_MAX_ATTEMPTS",
                if *tries == 1 { "try" } else { "tries" }
            ),
            Kind::Circle => f.write_str(
                "the list of its keys does not end: the same page came twice; run again, and if that happens again, \
                 copy the files and read the copy",
            ),
            Kind::Unsorted => f.write_str(
                "this service does not list keys in order, so a listing cannot be cut to days; use --no-prune",
            ),
        }
    }
}

/// What a server says, cut and escaped so that it can be printed.
pub(super) fn said(text: &str) -> String {
    const MOST: usize = 300;
    let cut: String = text.trim().chars().take(MOST).collect();
    cut.escape_debug()
        .to_string()
        .replace("\\'", "'")
        .replace("\\\"", "\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_of_one_object_does_not_end_the_run() {
        let url = "s3://b/k";
        for kind in [
            Kind::Gone,
            Kind::Changed,
            Kind::Archived {
                class: "GLACIER".into(),
            },
            Kind::NotPermitted {
                action: Action::Decrypt,
                said: String::new(),
            },
            Kind::GaveUp {
                tries: 10,
                last: "500".into(),
            },
        ] {
            assert!(!S3Error::of_object(url, kind.clone()).is_fatal(), "{kind}");
            assert!(S3Error::new(url, kind.clone()).is_fatal(), "{kind}");
        }
        let expired = Kind::Expired {
            advice: "log in".into(),
        };
        assert!(S3Error::of_object(url, expired).is_fatal());
    }

    #[test]
    fn what_a_server_says_cannot_reach_the_terminal() {
        assert_eq!(said(" a\u{1b}[2J \"b\" "), "a\\u{1b}[2J \"b\"");
        assert_eq!(said(&"x".repeat(1000)).len(), 300);
    }
}
