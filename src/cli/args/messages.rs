//! What is said on standard error.

use clap::{Args, ValueEnum};

/// What to say on standard error.
#[derive(Args)]
#[command(next_help_heading = "Messages")]
pub(in crate::cli) struct MessageArgs {
    /// Say nothing on standard error but errors and damaged files
    #[arg(short, long)]
    pub quiet: bool,
    /// Show progress on standard error
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub progress: When,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum When {
    /// When it is a terminal
    Auto,
    /// Always; a line a second where it is no terminal
    Always,
    /// Never
    Never,
}
