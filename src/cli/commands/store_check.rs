//! `stscope store check`

use crate::cli::args::without_gauges;
use crate::cli::exit::{Exit, Failure};
use crate::cli::messages::{Messages, warn_of};
use crate::cli::output::Output;
use crate::cli::output::{Writing, same_file};
use crate::report::pages::store_check;
use crate::report::{Format, count, plural};
use crate::shown::Shown;
use crate::store::{Checked, Store};
use clap::{Args, ValueHint};
use std::path::PathBuf;

#[derive(Args)]
#[command(mut_arg("format", without_gauges))]
pub(super) struct CheckArgs {
    /// A store made by 'stscope ingest'
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath, required_unless_present = "store")]
    pub file: Option<PathBuf>,
    /// The same store, by an option
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "file")]
    pub store: Option<PathBuf>,
    /// Output format [default: table, or by the ending of --output]
    #[arg(long, value_name = "FORMAT", help_heading = "Output")]
    pub format: Option<Format>,
    /// Write to FILE, which appears whole or not at all
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Output")]
    pub output: Option<PathBuf>,
    /// Print only errors on standard error
    #[arg(short, long, help_heading = "Messages")]
    pub quiet: bool,
}

pub(super) fn run(arguments: &CheckArgs) -> Result<Exit, Failure> {
    let path = (arguments.store.as_ref().or(arguments.file.as_ref()))
        .ok_or_else(|| Failure::new("no store given; name its FILE"))?;
    let writing = Writing::plain(arguments.format, arguments.output.as_deref())?;
    if let Some(output) = &writing.output
        && same_file(output, path)
    {
        let message = format!(
            "--output {}: it is the store; write to another file",
            Shown::path(output)
        );
        return Err(Failure::new(message));
    }
    let output = Output::open(writing.output.as_deref())?;
    Messages::new(arguments.quiet).tell_waits();
    let checked = Store::open(path)?.check()?;
    let faults = &checked.faults;
    // A table of nothing says nothing.
    let says_nothing = faults.is_empty() && writing.format == Format::Table;
    let page = store_check::page(faults.clone(), checked.rows);
    output.write(|out| match says_nothing {
        true => Ok(()),
        false => Ok(writing.format.write(page, writing.layout, out)?),
    })?;
    if !faults.is_empty() {
        let number = faults.len() as u64;
        warn_of(
            path,
            &format!(
                "damaged: {} {}; bring back a backup, or ingest anew into another file",
                count(number),
                plural(number, "fault")
            ),
        );
        return Ok(Exit::Failed);
    }
    Messages::new(arguments.quiet).tell_of(path, &sound(&checked));
    Ok(Exit::Done)
}

fn sound(checked: &Checked) -> String {
    match checked.rows {
        Some(rows) => format!("sound: {} {}", count(rows), plural(rows, "row")),
        None => {
            "sound, as far as can be told: an earlier release kept no sums over its rows; the next \
                 'stscope ingest' adds them"
                .to_owned()
        }
    }
}
