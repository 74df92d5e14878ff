//! What is written, and where to.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use crate::report::Format;

/// What to write, and where.
#[derive(Args)]
#[command(next_help_heading = "Output")]
pub(in crate::cli) struct OutputArgs {
    /// Output format [default: table, or by the ending of --output]
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<Format>,
    /// Write to FILE, which appears whole or not at all
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,
    /// Show the first N rows; 0 shows all [default: 25 in a table, else all]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub top: Option<u64>,
}
