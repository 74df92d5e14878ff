//! What was typed → what it means → run → exit code.
//!
//! `args` is what can be typed; `config` decides once what it means; each command is a file. Only
//! this folder prints, reads the clock, and knows the terminal.

mod args;
mod check;
mod conditions;
mod config;
mod contents;
mod coverage;
mod endpoint;
mod events;
mod exit;
mod forget;
mod gate;
mod hosts;
mod ingest;
mod man;
mod new_global;
mod offenders;
mod output;
mod plan;
mod progress;
mod query;
mod regions;
mod report;
mod signals;
mod source;
mod trend;
mod when;

use std::ffi::OsString;

use clap::FromArgMatches;

use args::{Cli, Command};
pub use exit::Exit;
use exit::Failure;

/// Runs the program with these arguments.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let matches = match args::command().try_get_matches_from(&arguments) {
        Ok(matches) => matches,
        Err(error) => return exit::usage(&error, &arguments),
    };
    let outcome = match Cli::from_arg_matches(&matches) {
        Ok(cli) => dispatch(cli.command),
        Err(error) => return exit::usage(&error, &arguments),
    };
    outcome.unwrap_or_else(|failure| failure.report())
}

fn dispatch(command: Command) -> Result<Exit, Failure> {
    match command {
        Command::Report(arguments) => report::run(*arguments),
        Command::Regions(arguments) => regions::run(*arguments),
        Command::Events(arguments) => events::run(*arguments),
        Command::Plan(arguments) => plan::run(*arguments),
        Command::Ingest(arguments) => ingest::run(*arguments),
        Command::Forget(arguments) => forget::run(&arguments),
        Command::Store(args::StoreCommand::Check(arguments)) => check::run(&arguments),
        Command::Store(args::StoreCommand::Info(arguments)) => contents::run(&arguments),
        Command::Trend(arguments) => trend::run(*arguments),
        Command::Endpoint(arguments) => endpoint::run(arguments),
        Command::Query(arguments) => query::run(arguments),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut args::command(), "stscope", &mut script);
            output::print(&script)
        }
        Command::Man(arguments) => man::run(&arguments),
    }
}

/// The command line, for the test that holds the README against it.
pub fn command() -> clap::Command {
    args::command()
}
