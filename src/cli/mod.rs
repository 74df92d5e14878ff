//! What was typed → what it means → run → exit code.
//!
//! `commands` are what can be typed, a file each; `args` are the options that several of them share.
//! Only this folder prints, reads the clock, and knows the terminal.

mod accounts;
mod advice;
mod args;
mod commands;
mod completion;
mod conditions;
mod digests;
mod dry_run;
mod ending;
mod exit;
mod gate;
mod hosts;
mod manifest;
mod manual;
mod messages;
#[cfg(feature = "store")]
mod new_global;
mod offenders;
mod output;
mod parts;
mod progress;
mod reading;
mod session;
mod signals;
mod stored;
#[cfg(feature = "store")]
mod stored_hosts;
mod time;

use std::ffi::OsString;

pub use exit::Exit;

/// Runs the program with these arguments.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    completion::answer(commands::command);
    signals::survive_limits();
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let typed = commands::command().try_get_matches_from(&arguments);
    match typed.and_then(|typed| commands::run(&typed)) {
        Ok(outcome) => outcome.unwrap_or_else(ending::report),
        Err(error) => ending::usage(error, &arguments),
    }
}

/// The command line, for the test that holds the manual against it.
pub fn command() -> clap::Command {
    commands::command()
}
