//! What is written, and where to.

use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser as _};
use clap::{Arg, Args, ValueEnum as _, ValueHint};

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
