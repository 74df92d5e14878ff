//! Files on this machine: folders are listed, links followed once, files opened.
//!
//! What is in a file is not looked at here, except for the checksum at its end.

mod directory;
mod fingerprint;
mod folder;
mod glob;
mod links;
mod list;
mod open;
mod unfinished;

pub use directory::Directory;
pub use fingerprint::{Stamp, Trailer};
pub(super) use folder::is_opened_in_a_walk;
pub use folder::{Folder, Found, Names, Skip, Trust};
pub(super) use glob::expand;
pub use links::Links;
pub use list::read_directory;
pub use open::{open, open_in, standard_input};
pub use unfinished::{PARTIAL, remove_left_over};
