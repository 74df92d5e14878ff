//! The gates of `--fail-on`.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::Typed;
use crate::cli::gate::Asked;

/// For pipelines.
#[derive(Args)]
#[command(next_help_heading = "Gates")]
pub(in crate::cli) struct GateArgs {
    /// global[=N] or unknown[=N]: exit with 1 if there are more than N such calls [default N: 0].
    /// new-global[=DAYS] (report --store): exit with 1 if a principal makes a global call on the newest
    /// complete day and made none in the DAYS before [default: 30]
    #[arg(long, value_name = "GATE", value_delimiter = ',', value_parser = Typed(Asked::parse))]
    pub fail_on: Vec<Asked>,
    /// Principals that --fail-on ignores: one glob a line, # for comments
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, requires = "fail_on")]
    pub allow: Option<PathBuf>,
    /// Exit with 2 if the newest complete day of new-global is older [default: 3]
    #[arg(
        long,
        value_name = "DAYS",
        requires = "fail_on",
        allow_negative_numbers = true
    )]
    pub max_age: Option<u32>,
}
