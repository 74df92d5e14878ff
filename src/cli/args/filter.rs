//! Which calls are counted.

use clap::{Args, ValueEnum};

/// What to count.
#[derive(Args)]
#[command(next_help_heading = "Filters")]
pub(in crate::cli) struct FilterArgs {
    /// Count calls from T on: 2026-11-01, 2026-11-01T12:00:00Z, or an age: 36h, 7d, 2w
    #[arg(long, value_name = "T")]
    pub since: Option<String>,
    /// Count calls before T
    #[arg(long, value_name = "T")]
    pub until: Option<String>,
    /// Count records received by these accounts (recipientAccountId)
    #[arg(long, value_name = "A,...", value_delimiter = ',')]
    pub account: Vec<String>,
    /// Count records of these Regions (awsRegion); global calls are logged in us-east-1
    #[arg(long, value_name = "R,...", value_delimiter = ',')]
    pub region: Vec<String>,
    /// Count calls to these endpoints only
    #[arg(long, value_name = "E,...", value_delimiter = ',')]
    pub endpoint: Vec<EndpointName>,
    /// DIM=GLOB or DIM!=GLOB; repeatable, all must hold. * crosses / and :
    #[arg(long = "where", value_name = "DIM=GLOB")]
    pub conditions: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum EndpointName {
    Global,
    Regional,
    AwsService,
    Other,
    Unknown,
}

impl EndpointName {
    /// The value of the `endpoint` dimension.
    pub fn value(self) -> &'static str {
        crate::sts::EndpointKind::ALL[self as usize].as_str()
    }
}
