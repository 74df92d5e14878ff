//! Files on this machine: folders are listed, links followed once, files opened.
//!
//! What is in a file is not looked at here.

mod directory;
mod entries;
mod glob;
mod links;
mod list;
mod one_name;
mod open;
mod unfinished;

pub use directory::Directory;
pub(super) use glob::expand;
pub use links::Links;
pub(crate) use links::is_below;
pub use list::{read_directory, read_directory_in_order};
pub(crate) use one_name::{folder_of, one_name};
pub use open::{Raw, fetch, fetch_in, of_file, open, open_in, standard_input};
pub use unfinished::{PARTIAL, remove_left_over};
