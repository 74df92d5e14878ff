//! What is read, and with how much at once.

use std::num::{IntErrorKind, NonZeroUsize, ParseIntError};
use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::{S3Args, Typed};

/// More paths than a command line has room for.
#[derive(Args)]
pub(in crate::cli) struct ListArgs {
    /// Read more paths from FILE, one a line or NUL-terminated; - for standard input
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub files_from: Option<PathBuf>,
}

/// How much is done at once.
#[derive(Args)]
pub(in crate::cli) struct WorkArgs {
    /// Read with N threads [default: all cores]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = Typed(threads))]
    pub threads: Option<NonZeroUsize>,
    /// Have at most N reads in flight [default: the run finds out how many help]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = Typed(reads))]
    pub reads: Option<NonZeroUsize>,
}

/// What to read, and how.
#[derive(Args)]
#[command(next_help_heading = "Input")]
pub(in crate::cli) struct InputArgs {
    /// A file, a folder (walked), a glob pattern, s3://BUCKET/PREFIX, or - for standard input
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub paths: Vec<PathBuf>,
    #[command(flatten)]
    pub list: ListArgs,
    /// Read every file, whatever its S3 key says of date, account and Region
    #[arg(long)]
    pub no_prune: bool,
    /// Count duplicate deliveries, and both copies of cross-account calls
    #[arg(long)]
    pub no_dedup: bool,
    /// End with exit code 2 at the first damaged file, without a report
    #[arg(long)]
    pub strict: bool,
    /// Where your own host names lead: lines 'HOST-GLOB global' or 'HOST-GLOB regional REGION'
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub hosts: Option<PathBuf>,
    #[command(flatten)]
    pub work: WorkArgs,
    #[command(flatten)]
    pub s3: S3Args,
}

/// Reads `--threads`.
fn threads(text: &str) -> Result<NonZeroUsize, String> {
    at_least_one(text).map_err(|why| {
        format!("{why}; write 1 to read with one thread, or leave it out for one for each core")
    })
}

/// Reads `--reads`.
fn reads(text: &str) -> Result<NonZeroUsize, String> {
    at_least_one(text).map_err(|why| {
        format!(
            "{why}; write 1 to read one file after the other, or leave it out, and the run finds out \
             how many pay"
        )
    })
}

fn at_least_one(text: &str) -> Result<NonZeroUsize, &'static str> {
    text.parse()
        .map_err(|error: ParseIntError| match error.kind() {
            IntErrorKind::PosOverflow => "too large",
            IntErrorKind::Zero => "1 is the least",
            _ => "no number, and 1 is the least",
        })
}
