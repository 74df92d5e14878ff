//! How S3 is asked, in the words of the AWS CLI.

use clap::{Args, ValueEnum};

/// How S3 is asked.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "S3")]
pub(in crate::cli) struct S3Args {
    /// Use this profile of ~/.aws/config and ~/.aws/credentials
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// Use this endpoint instead of AWS's
    #[arg(long, value_name = "URL")]
    pub endpoint_url: Option<String>,
    /// Do not sign requests, and look for no credentials: for public buckets
    #[arg(long)]
    pub no_sign_request: bool,
    /// Pay for the requests to somebody else's bucket
    #[arg(long, value_name = "WHO")]
    pub request_payer: Option<Payer>,
    /// Only list what is in S3, and say what reading it would take and cost
    #[arg(long)]
    pub dry_run: bool,
}

/// Who pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Payer {
    /// The reader pays
    Requester,
}

impl S3Args {
    /// The options of them that were given, without `--dry-run`, which says itself what it is for.
    pub fn given(&self) -> Vec<&'static str> {
        [
            ("--profile", self.profile.is_some()),
            ("--endpoint-url", self.endpoint_url.is_some()),
            ("--no-sign-request", self.no_sign_request),
            ("--request-payer", self.request_payer.is_some()),
        ]
        .into_iter()
        .filter_map(|(option, is_given)| is_given.then_some(option))
        .collect()
    }

    /// What is asked of S3.
    #[cfg(feature = "s3")]
    pub fn options(&self) -> crate::input::s3::S3Options {
        crate::input::s3::S3Options {
            profile: self.profile.clone(),
            endpoint_url: self.endpoint_url.clone(),
            no_sign_request: self.no_sign_request,
            request_payer: self.request_payer == Some(Payer::Requester),
            region: None,
        }
    }
}
