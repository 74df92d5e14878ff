//! Folders and files of this machine → what has to be on a list for reading it to come to the same.
//!
//! A list names what was found, so what a walk passes by is on it, too: whoever reads it counts that. What a
//! walk reads for how it was named, and what it could not find out, has no place on it and is refused.
//!
//! One folder after the other, in the order of names: the same archive has the same list.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::error::ScanError;
use super::run::Run;
use crate::input::{Folder, Found, KeyKind, Named, read_directory_in_order};

impl Run<'_> {
    /// Hands over each file that reading would come to, and its size.
    pub fn list_here<E: From<ScanError>>(
        &self,
        named: &[Named],
        mut each: impl FnMut(&Path, u64) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut named: Vec<&Named> = named.iter().collect();
        named.sort_by_key(|one| match one {
            Named::Folder(path) | Named::File(path) | Named::Unreadable(path, _) => Some(path),
            Named::StandardInput => None,
        });
        // What is named itself goes first: a walk does not come to it again.
        let mut folders = Vec::new();
        for one in named {
            match one {
                Named::Folder(path) => folders.push(path.clone()),
                Named::File(path) | Named::Unreadable(path, _) => {
                    let (folder, name) = parted(path);
                    check(&folder, name, Folder::is_read_in_a_walk)?;
                    self.hand_over(path, &mut each)?;
                }
                Named::StandardInput => return Err(ScanError::NoName.into()),
            }
        }
        folders.reverse();
        while let Some(folder) = folders.pop() {
            let below = self.list_folder(&Folder::new(folder), &mut each)?;
            folders.extend(below.into_iter().rev());
        }
        Ok(())
    }

    /// Hands over what is in a folder; gives the folders in it.
    fn list_folder<E: From<ScanError>>(
        &self,
        folder: &Folder,
        each: &mut impl FnMut(&Path, u64) -> Result<(), E>,
    ) -> Result<Vec<PathBuf>, E> {
        let mut below = Vec::new();
        let mut listed = Ok(());
        read_directory_in_order(folder, &self.links, |found| {
            if listed.is_err() {
                return;
            }
            listed = match found {
                Found::Folder(path) => {
                    below.push(path);
                    Ok(())
                }
                Found::File(name) => (check(folder, name, Folder::opens_in_a_walk)
                    .map_err(E::from))
                .and_then(|()| self.hand_over(&folder.path().join(name), each)),
                Found::Skipped(name, _) => self.hand_over(&folder.path().join(name), each),
                // A link that leads nowhere: whoever reads the list finds that, too.
                Found::Unreadable(path, _) if path.is_symlink() && is_opened(&path) => {
                    self.hand_over(&path, each)
                }
                Found::Unreadable(path, why) => Err(ScanError::NotListable(path, why).into()),
            };
        });
        listed.map(|()| below)
    }

    fn hand_over<E>(
        &self,
        path: &Path,
        each: &mut impl FnMut(&Path, u64) -> Result<(), E>,
    ) -> Result<(), E> {
        let metadata = path.metadata().ok().filter(std::fs::Metadata::is_file);
        each(path, metadata.map_or(0, |metadata| metadata.len()))?;
        self.note_found(1);
        Ok(())
    }
}

/// Refuses what is read where it is named, and passed by where it is found, and a name that would be written in
/// another way and lead to another file, or to none.
fn check(
    folder: &Folder,
    name: &OsStr,
    is_found: impl FnOnce(&Folder, &OsStr, &[PathBuf]) -> bool,
) -> Result<(), ScanError> {
    if folder.path().to_str().is_none() || name.to_str().is_none() {
        return Err(ScanError::NotUtf8(folder.path().join(name)));
    }
    match is_found(folder, name, &[]) {
        true => Ok(()),
        false => {
            let path = folder.path().join(name);
            Err(ScanError::NamedAlone(path.to_string_lossy().into_owned()))
        }
    }
}

/// Whether whoever reads a list opens what has this name, and as a log.
fn is_opened(path: &Path) -> bool {
    let (folder, name) = parted(path);
    let is_log = matches!(folder.kind_of(name), None | Some(KeyKind::Log));
    is_log && folder.opens_in_a_walk(name, &[])
}

fn parted(path: &Path) -> (Folder, &OsStr) {
    let folder = path.parent().unwrap_or(Path::new(""));
    let name = path.file_name().unwrap_or_default();
    (Folder::new(folder.to_owned()), name)
}
