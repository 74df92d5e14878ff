//! The gates of `--fail-on`.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};

use super::Typed;
use crate::questions::gate::Gate;
use crate::sts::Endpoint;

/// For pipelines.
#[derive(Args)]
#[command(next_help_heading = "Gates")]
pub(in crate::cli) struct GateArgs {
    /// global[=N] or unknown[=N]: exit with 1 if there are more than N such calls [default N: 0].
    /// new-global[=DAYS] (report, trend and overview with --store): exit with 1 if a principal makes a global call on the newest
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
    /// Exit with 2 unless digests say of every account read that no log of us-east-1 is missing
    /// (complete), and that none was changed (proved)
    #[arg(long, value_name = "WHAT", requires = "fail_on")]
    pub require: Option<Required>,
    /// Check the signatures of digests with the keys in FILE, the output of 'aws cloudtrail
    /// list-public-keys' (repeatable)
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, requires = "require")]
    pub keys: Vec<PathBuf>,
}

/// What digests have to say before a gate passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Required {
    /// No log is missing
    Complete,
    /// None was changed, and digests are signed
    Proved,
}

impl Required {
    /// As it is typed.
    pub fn as_str(self) -> &'static str {
        match self {
            Required::Complete => "complete",
            Required::Proved => "proved",
        }
    }
}

/// A gate as it is typed.
#[derive(Clone, Copy, Debug)]
pub(in crate::cli) enum Asked {
    /// `global`, `unknown`, and how many such calls there may be.
    Calls(Gate),
    /// `new-global`, and the days before.
    NewGlobal(u32),
}

impl Asked {
    /// Reads the name of a gate, with its number if it has one.
    fn parse(text: &str) -> Result<Asked, String> {
        let no_gate = "no gate; write global, unknown, global=N, unknown=N or new-global=DAYS";
        let (name, number) = match text.split_once('=') {
            Some((name, number)) => (name, Some(number)),
            None => (text, None),
        };
        let endpoint = match name {
            "new-global" => {
                let days = number.map_or(Some(30), |days| days.parse().ok());
                let days = days.filter(|&days| days > 0);
                return days
                    .map(Asked::NewGlobal)
                    .ok_or_else(|| "no number of days; write new-global=30".to_owned());
            }
            "global" => Endpoint::Global,
            "unknown" => Endpoint::Unknown,
            _ => return Err(no_gate.to_owned()),
        };
        let most = number.map_or(Ok(0), str::parse).map_err(|_| no_gate)?;
        Ok(Asked::Calls(Gate { endpoint, most }))
    }
}
