//! `stscope completions`

use clap::Args;
use clap_complete::Shell;

use crate::cli::completion;
use crate::cli::exit::{Exit, Failure};
use crate::cli::output;

#[derive(Args)]
pub(super) struct CompletionsArgs {
    /// The shell
    shell: Shell,
}

pub(super) fn run(arguments: &CompletionsArgs) -> Result<Exit, Failure> {
    output::print(&completion::script(arguments.shell)?)
}
