//! `stscope store info`

use crate::cli::exit::{Exit, Failure};
use crate::cli::messages::Messages;
use crate::cli::output::Output;
use crate::report::pages::store_info::{self, StoreDays, StoreInfo, StoreRun};
use crate::shown::Shown;
use crate::store::{Contents, Run, Store};
use clap::{Args, ValueEnum, ValueHint};
use std::path::PathBuf;

#[derive(Args)]
pub(super) struct ContentsArgs {
    /// A store made by 'stscope ingest'
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath, required_unless_present = "store")]
    pub file: Option<PathBuf>,
    /// The same store, by an option
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "file")]
    pub store: Option<PathBuf>,
    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub format: ContentsFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ContentsFormat {
    /// For people
    Table,
    /// One JSON object
    Json,
}

pub(super) fn run(arguments: &ContentsArgs) -> Result<Exit, Failure> {
    let path = (arguments.store.as_ref().or(arguments.file.as_ref()))
        .ok_or_else(|| Failure::new("no store given; name its FILE"))?;
    Messages::new(false).tell_waits();
    let info = info(Store::open(path)?.contents()?);
    let name = Shown::path(path).to_string();
    Output::Standard.write(|out| match arguments.format {
        ContentsFormat::Table => {
            for line in store_info::lines(&name, &info) {
                writeln!(out, "{line}")?;
            }
            Ok(())
        }
        ContentsFormat::Json => {
            serde_json::to_writer_pretty(&mut *out, &store_info::json(&info))
                .map_err(std::io::Error::from)?;
            Ok(writeln!(out)?)
        }
    })?;
    Ok(Exit::Done)
}

/// What a page says of a store.
fn info(contents: Contents) -> StoreInfo {
    let days = contents.days;
    StoreInfo {
        version: contents.version,
        window: contents.window,
        kept_from: contents.kept_from,
        bytes: contents.bytes,
        free_bytes: contents.free_bytes,
        days: StoreDays {
            oldest: days.oldest,
            newest: days.newest,
            open: days.open,
            closed: days.closed,
            incomplete: days.incomplete,
        },
        key_accounts: contents.key_accounts,
        key_regions: contents.key_regions,
        files: contents.files,
        calls: contents.calls.calls,
        global_calls: contents.calls.global(),
        forgotten: contents.forgotten,
        groupings: contents.groupings,
        callers: contents.callers,
        runs: contents.runs.into_iter().map(run_of).collect(),
    }
}

fn run_of(run: Run) -> StoreRun {
    StoreRun {
        ended_at: run.ended_at,
        files_known: run.files_known,
        files_read: run.files_read,
        files_damaged: run.files_damaged,
        calls: run.calls,
        beyond_window: run.beyond_window,
    }
}
