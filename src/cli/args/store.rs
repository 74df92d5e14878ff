//! A store, as each command names one.

use std::path::{Path, PathBuf};

use clap::{Args, ValueHint};

use crate::cli::exit::Failure;

/// What was read on earlier nights.
#[derive(Args)]
#[command(next_help_heading = "Input")]
pub(in crate::cli) struct StoreArgs {
    /// Read a store made by 'stscope ingest' instead of PATHs
    #[arg(
        long,
        value_name = "FILE",
        value_hint = ValueHint::FilePath,
        conflicts_with_all = [
            "paths", "files_from", "no_prune", "strict", "threads", "reads", "profile", "endpoint_url",
            "no_sign_request", "request_payer", "dry_run"
        ]
    )]
    pub store: Option<PathBuf>,
}

/// A store that a command is about.
#[derive(Args)]
pub(in crate::cli) struct StoreFileArgs {
    /// A store made by 'stscope ingest'
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath, required_unless_present = "store")]
    file: Option<PathBuf>,
    /// The same store, by an option
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "file")]
    store: Option<PathBuf>,
}

impl StoreFileArgs {
    /// The file, however it was named.
    pub fn path(&self) -> Result<&Path, Failure> {
        (self.store.as_deref().or(self.file.as_deref()))
            .ok_or_else(|| Failure::new("no store given; name its FILE"))
    }
}

/// What to do while somebody else writes to it.
#[derive(Args)]
pub(in crate::cli) struct WaitArgs {
    /// Wait while another run writes to the store
    #[arg(long)]
    pub wait: bool,
}
