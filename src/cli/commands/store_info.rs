//! `stscope store info`

use clap::{Args, ValueEnum};

use crate::cli::args::StoreFileArgs;
use crate::cli::exit::{Exit, Failure};
use crate::cli::messages::Messages;
use crate::cli::output::Output;
use crate::report::pages::store_info;
use crate::shown::Shown;
use crate::store::Store;

#[derive(Args)]
pub(super) struct ContentsArgs {
    #[command(flatten)]
    pub store: StoreFileArgs,
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
    let path = arguments.store.path()?;
    Messages::new(false).tell_waits();
    let info = Store::open(path)?.contents()?;
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
