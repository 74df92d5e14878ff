//! What is said where a run ends without its result.
//!
//! Owns how clap repeats what was typed: a terminal must not obey it.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::args::said;
use super::exit::{Exit, Failure};
use super::messages::{line, warn};
use crate::shown::for_terminal;

/// Tells the user why there is no result, and ends.
pub(super) fn report(failure: Failure) -> Exit {
    match failure {
        Failure::Message(message) => {
            warn(&message);
            Exit::Failed
        }
        Failure::ClosedPipe => Exit::Done,
    }
}

/// Names the commands that have an option which this one lacks: clap offers what is spelled like it.
fn name_its_commands(error: &mut clap::Error) {
    let Some(ContextValue::String(typed)) = error.get(ContextKind::InvalidArg) else {
        return;
    };
    let Some(option) = typed.strip_prefix("--") else {
        return;
    };
    let has_it = |command: &&clap::Command| {
        let mut options = command.get_arguments().filter(|arg| !arg.is_hide_set());
        options.any(|arg| arg.get_long() == Some(option))
    };
    let all = super::command();
    let commands: Vec<&str> = (all.get_subcommands().filter(has_it))
        .map(clap::Command::get_name)
        .collect();
    if commands.is_empty() {
        return;
    }
    let tip = format!("'--{option}' is an option of {}", commands.join(", "));
    error.remove(ContextKind::SuggestedArg);
    let tips = ContextValue::StyledStrs(vec![tip.into()]);
    error.insert(ContextKind::Suggested, tips);
}

/// Ends after a wrong word on the command line, or after `--help`.
pub(super) fn usage(mut error: clap::Error, typed: &[OsString]) -> Exit {
    if let Some(what) = said(&error) {
        return report(Failure::new(what));
    }
    if error.kind() == ErrorKind::UnknownArgument {
        name_its_commands(&mut error);
    }
    let is_harmless = |word: &OsString| {
        let word = word.to_string_lossy();
        for_terminal(&word) == word
    };
    if !error.use_stderr() || typed.iter().all(is_harmless) {
        match error.print() {
            Err(why) if !error.use_stderr() => return report(Failure::from(why)),
            _ => {}
        }
    } else {
        // clap repeats what was typed as it is, between its colours and the ends of its own lines.
        escape_context(&mut error);
        line(error.to_string().trim_end());
    }
    if error.use_stderr() {
        Exit::Failed
    } else {
        Exit::Done
    }
}

/// Escapes what was typed where an error repeats it.
fn escape_context(error: &mut clap::Error) {
    let safe = |text: &str| for_terminal(text).into_owned();
    let context: Vec<_> = (error.context())
        .filter(|(kind, _)| *kind != ContextKind::Usage)
        .map(|(kind, value)| (kind, value.clone()))
        .collect();
    for (kind, value) in context {
        let escaped = match value {
            ContextValue::String(text) => ContextValue::String(safe(&text)),
            ContextValue::Strings(texts) => {
                ContextValue::Strings(texts.iter().map(|text| safe(text)).collect())
            }
            ContextValue::StyledStr(text) => {
                ContextValue::StyledStr(safe(&text.to_string()).into())
            }
            ContextValue::StyledStrs(texts) => {
                let texts = texts.iter().map(|text| safe(&text.to_string()).into());
                ContextValue::StyledStrs(texts.collect())
            }
            other => other,
        };
        error.insert(kind, escaped);
    }
}
