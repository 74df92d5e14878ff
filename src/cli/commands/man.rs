//! `stscope man`: a page for each command, or all of them in one.
//!
//! The pages are made from what can be typed, so no option can be missing in them.

use std::path::{Path, PathBuf};

use clap::{Args, Command, ValueHint};
use clap_mangen::Man;

use crate::cli::exit::{Exit, Failure};
use crate::cli::output::{self, Output};
use crate::shown::Shown;

#[derive(Args)]
pub(super) struct ManArgs {
    /// Write a page for each command to DIR, which is created if it does not exist: stscope-report.1, ...
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub dir: Option<PathBuf>,
}

pub(super) fn run(arguments: &ManArgs, mut command: Command) -> Result<Exit, Failure> {
    // Built, every command knows its whole name: `stscope-store-info`.
    command.build();
    match &arguments.dir {
        None => output::print(&all_in_one(&command)?),
        Some(folder) => {
            std::fs::create_dir_all(folder).map_err(|error| {
                Failure::new(format!(
                    "--dir {}: {error}; name a folder, or a new one where you may write",
                    Shown::path(folder)
                ))
            })?;
            each_in_a_file(&command, folder)?;
            Ok(Exit::Done)
        }
    }
}

/// The commands below one that have pages of their own.
fn below(command: &Command) -> impl Iterator<Item = &Command> {
    // What clap's own 'help' of a group of commands prints is in the pages already.
    let is_own = |one: &Command| {
        one.get_arguments()
            .any(|argument| argument.get_id() == "topic")
    };
    let commands = command.get_subcommands();
    commands.filter(move |one| !one.is_hide_set() && (one.get_name() != "help" || is_own(one)))
}

fn each_in_a_file(command: &Command, folder: &Path) -> Result<(), Failure> {
    let page = Man::new(command.clone());
    Output::open_in("--dir", folder, &page.get_filename())?.write(|out| Ok(page.render(out)?))?;
    below(command).try_for_each(|one| each_in_a_file(one, folder))
}

/// The page of the program, and after it those of its commands as sections.
fn all_in_one(command: &Command) -> Result<Vec<u8>, Failure> {
    let mut page = Vec::new();
    Man::new(command.clone()).render(&mut page)?;
    for one in below(command) {
        add_section(one, &mut page)?;
    }
    Ok(page)
}

fn add_section(command: &Command, page: &mut Vec<u8>) -> Result<(), Failure> {
    let mut own = Vec::new();
    Man::new(command.clone()).render(&mut own)?;
    for line in String::from_utf8_lossy(&own).lines() {
        // Only a macro begins with a dot: the writer of the page takes care of texts that do.
        let line = match line.split_once(' ') {
            Some((".TH", _)) => {
                let name = command.get_bin_name().unwrap_or(command.get_name());
                format!(".SH \"{}\"", name.to_uppercase())
            }
            Some((".SH", heading)) => format!(".SS {heading}"),
            _ => line.to_owned(),
        };
        page.extend_from_slice(line.as_bytes());
        page.push(b'\n');
    }
    below(command).try_for_each(|one| add_section(one, page))
}
