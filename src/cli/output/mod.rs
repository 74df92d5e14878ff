//! Results: how they are written, where to, and what they must not take the place of.

mod folder;
mod guard;
mod place;
mod same;
mod sink;
mod writing;

pub(super) use folder::AccountFolder;
pub(super) use guard::{check_output, list_of};
pub(super) use place::Output;
pub(super) use same::same_file;
pub(super) use sink::Sink;
pub(super) use writing::{Writing, named_file, terminal_width};

use super::exit::{Exit, Failure};

/// Prints a text that is made already.
pub(super) fn print(text: &[u8]) -> Result<Exit, Failure> {
    Output::Standard.write(|out| Ok(out.write_all(text)?))?;
    Ok(Exit::Done)
}
