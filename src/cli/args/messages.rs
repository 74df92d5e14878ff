//! What is said on standard error.

use clap::{Args, ValueEnum};

/// What to say on standard error.
#[derive(Args)]
#[command(next_help_heading = "Messages")]
pub(in crate::cli) struct MessageArgs {
    /// Print only errors and damaged files on standard error
    #[arg(short, long)]
    pub quiet: bool,
    /// Show progress on standard error
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub progress: When,
}

/// The same of a command that has no progress to show.
#[derive(Args)]
#[command(next_help_heading = "Messages")]
pub(in crate::cli) struct QuietArgs {
    /// Print only errors on standard error
    #[arg(short, long)]
    pub quiet: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum When {
    /// If standard error is a terminal
    Auto,
    /// Always; one line a second if it is not a terminal
    Always,
    /// Never
    Never,
}
