//! What is written, and where to.

use std::path::{Path, PathBuf};

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser as _};
use clap::{Arg, Args, ValueEnum as _, ValueHint};

use crate::report::Format;

/// Where to write.
#[derive(Args)]
#[command(next_help_heading = "Output")]
pub(in crate::cli) struct FileArgs {
    /// Write to FILE, which appears whole or not at all
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    output: Option<PathBuf>,
}

impl FileArgs {
    pub fn path(&self) -> Option<&Path> {
        self.output.as_deref()
    }
}

/// The same of a command whose result is for programs alone.
#[derive(Args)]
pub(in crate::cli) struct PartFileArgs {
    /// Write to FILE, which appears whole or not at all [default: standard output]
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    output: Option<PathBuf>,
}

impl PartFileArgs {
    pub fn path(&self) -> Option<&Path> {
        self.output.as_deref()
    }
}

/// In which form to write, and where.
#[derive(Args)]
#[command(next_help_heading = "Output")]
pub(in crate::cli) struct WriteArgs {
    /// Output format [default: table, or by the ending of --output]
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<Format>,
    #[command(flatten)]
    pub file: FileArgs,
}

/// What to write, and where.
#[derive(Args)]
#[command(next_help_heading = "Output")]
pub(in crate::cli) struct OutputArgs {
    #[command(flatten)]
    pub write: WriteArgs,
    /// Show the names of accounts, from the JSON of 'aws organizations list-accounts' or CSV with a header
    /// 'id,name'
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub accounts: Option<PathBuf>,
    /// Show the first N rows; 0 shows all [default: 25 in a table, else all]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub top: Option<u64>,
}

/// `--format` of a command that has no gauges: its help does not offer them, and who asks for them is
/// told by [`Writing`](crate::cli::output::Writing) where they are.
pub(in crate::cli) fn without_gauges(format: Arg) -> Arg {
    let values = Format::value_variants().iter().filter_map(|format| {
        let value: PossibleValue = format.to_possible_value()?;
        Some(value.hide(*format == Format::OpenMetrics))
    });
    let parser = PossibleValuesParser::new(values).try_map(|name| Format::from_str(&name, false));
    format.value_parser(parser)
}
