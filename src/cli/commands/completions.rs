//! `stscope completions`

use clap::{Args, Command};
use clap_complete::Shell;

use crate::cli::exit::{Exit, Failure};
use crate::cli::output;

#[derive(Args)]
pub(super) struct CompletionsArgs {
    /// The shell
    shell: Shell,
}

pub(super) fn run(arguments: &CompletionsArgs, mut command: Command) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut command, "stscope", &mut script);
    output::print(&script)
}
