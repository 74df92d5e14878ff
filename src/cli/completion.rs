//! What a shell offers while somebody types: a script asks this program, which knows more than a script
//! could hold.
//!
//! Owns what is offered for values that have no list of their own: Regions, dimensions, pages of the
//! manual, stores. Commands, options and all other values are known from the command line itself.

use std::ffi::OsStr;
use std::io::Read as _;
use std::path::Path;

use clap::builder::StyledStr;
use clap::{Arg, Command};
use clap_complete::env::Shells;
use clap_complete::{
    ArgValueCandidates, ArgValueCompleter, CompleteEnv, CompletionCandidate, PathCompleter, Shell,
};

use super::manual::TOPICS;
use crate::aws::region::REGIONS;
use crate::sts::Dimension;

/// What a script sets when it asks; what it holds is the name of the shell.
const ASKED: &str = "STSCOPE_COMPLETE";
const NAME: &str = "stscope";

/// The script for a shell.
pub(super) fn script(shell: Shell) -> std::io::Result<Vec<u8>> {
    let mut script = Vec::new();
    if let Some(shell) = Shells::builtins().completer(&shell.to_string()) {
        shell.write_registration(ASKED, NAME, NAME, NAME, &mut script)?;
    }
    if shell == Shell::Zsh {
        script.extend(LOADED_BY_ZSH.as_bytes());
    }
    Ok(script)
}

/// As a file of `$fpath`, the script is run when somebody asks for the first time, and has to answer.
const LOADED_BY_ZSH: &str = r#"
if [ "$funcstack[1]" = "_stscope" ]; then
    _clap_dynamic_completer_stscope "$@"
fi
"#;

/// Answers a script, and ends the program; does nothing where none asks.
pub(super) fn answer(command: fn() -> Command) {
    CompleteEnv::with_factory(move || knowing(command()))
        .var(ASKED)
        .bin(NAME)
        .completer(NAME)
        .complete();
}

/// A command and those below it, with what is offered for their values.
fn knowing(command: Command) -> Command {
    let name = command.get_name().to_owned();
    command
        .mut_args(|arg| offering(&name, arg))
        .mut_subcommands(knowing)
}

fn offering(command: &str, arg: Arg) -> Arg {
    match (command, arg.get_id().as_str()) {
        (_, "region") => arg.add(ArgValueCandidates::new(regions)),
        (_, "conditions") => arg.add(ArgValueCandidates::new(conditions)),
        (_, "fail_on") => arg.add(ArgValueCandidates::new(gates)),
        ("help", "topic") => arg.add(ArgValueCandidates::new(topics)),
        (_, "store") | ("info" | "check", "file") => arg.add(ArgValueCompleter::new(
            PathCompleter::any().filter(is_store),
        )),
        _ => arg,
    }
}

fn regions() -> Vec<CompletionCandidate> {
    let global = offer("global", "calls that were logged with it");
    let regions = REGIONS.iter().map(|region| offer(region.code, region.name));
    regions.chain([global]).collect()
}

/// With the sign that follows: a glob is the user's to write.
fn conditions() -> Vec<CompletionCandidate> {
    let each = Dimension::with_names();
    each.map(|dimension| offer(&format!("{}=", dimension.name()), dimension.help()))
        .collect()
}

fn gates() -> Vec<CompletionCandidate> {
    vec![
        offer("global", "calls to the global endpoint"),
        offer("unknown", "calls that could be either"),
        offer("new-global", "principals that are new to it, with --store"),
    ]
}

fn topics() -> Vec<CompletionCandidate> {
    let pages = TOPICS.iter().map(|topic| offer(topic.name, topic.title()));
    let list = offer("topics", "the list of pages");
    pages.chain([list]).collect()
}

fn offer(value: &str, help: &str) -> CompletionCandidate {
    CompletionCandidate::new(OsStr::new(value)).help(Some(StyledStr::from(help.to_owned())))
}

/// Whether a file is an SQLite database. Folders are offered anyway, as a store may be in them.
fn is_store(path: &Path) -> bool {
    const SIGN: &[u8; 16] = b"SQLite format 3\0";
    let mut begin = [0; SIGN.len()];
    // A named pipe would be waited for.
    path.is_file()
        && std::fs::File::open(path).is_ok_and(|mut file| file.read_exact(&mut begin).is_ok())
        && begin == *SIGN
}
