//! What is named for a run → what a store notes of it until the run has come to its end.

use std::collections::BTreeMap;
use std::hash::Hasher as _;
use std::path::Path;

use siphasher::sip::SipHasher13;

use super::names::text;
use crate::aws::is_of_another_service;
use crate::input::{Folder, Named, Paths};
use crate::store::tables::unfinished::{Given, What};

/// More files than these are noted together, folder by folder.
const MANY: usize = 100;

/// What a run is to read.
pub(super) fn given(paths: &Paths) -> Vec<Given> {
    let mut given: Vec<Given> = folders(paths).collect();
    let files: Vec<&Path> = (paths.named.iter())
        .filter_map(|named| match named {
            Named::File(path) | Named::Unreadable(path, _) => Some(path.as_path()),
            Named::Folder(_) | Named::StandardInput => None,
        })
        .collect();
    match files.len() {
        ..=MANY => given.extend(files.into_iter().map(of_file)),
        _ => given.extend(by_folder(&files)),
    }
    #[cfg(feature = "s3")]
    given.extend(listings(paths));
    given.sort_unstable();
    given.dedup();
    given
}

fn folders(paths: &Paths) -> impl Iterator<Item = Given> {
    paths.named.iter().filter_map(|named| match named {
        Named::Folder(path) => Some(Given {
            path: text(path).into_owned(),
            what: match is_of_another_service(path) {
                true => What::Named {
                    hash: hash(path),
                    is_walked: false,
                },
                false => What::Walk,
            },
        }),
        _ => None,
    })
}

/// What the ledger knows as unread stays so until it is read.
#[cfg(feature = "s3")]
fn listings(paths: &Paths) -> impl Iterator<Item = Given> {
    let named = paths.s3.iter().filter(|prefix| !prefix.is_again);
    named.map(|prefix| Given {
        path: prefix.url.to_string(),
        what: What::Listing { from: prefix.from },
    })
}

fn of_file(path: &Path) -> Given {
    let folder = Folder::new(path.parent().unwrap_or(Path::new("")).to_owned());
    Given {
        path: text(path).into_owned(),
        what: match is_walked(&folder, path) {
            true => What::File,
            false => What::Named {
                hash: hash(path),
                is_walked: false,
            },
        },
    }
}

/// The files of each folder together.
fn by_folder(files: &[&Path]) -> Vec<Given> {
    let mut folders: BTreeMap<&Path, (Folder, u64, bool)> = BTreeMap::new();
    for file in files {
        let folder = file.parent().unwrap_or(Path::new(""));
        let (folder, sum, are_walked) = folders
            .entry(folder)
            .or_insert_with(|| (Folder::new(folder.to_owned()), 0, true));
        // In whatever order they are named.
        *sum = sum.wrapping_add(hash(file));
        *are_walked &= is_walked(folder, file);
    }
    let folders = folders.into_iter();
    folders
        .map(|(path, (_, hash, is_walked))| Given {
            path: text(path).into_owned(),
            what: What::Named { hash, is_walked },
        })
        .collect()
}

/// Whether a walk of its folder reads a file.
fn is_walked(folder: &Folder, file: &Path) -> bool {
    (file.file_name()).is_some_and(|name| folder.is_read_in_a_walk(name, &[]))
}

/// Stores keep it, so its keys are not drawn.
fn hash(path: &Path) -> u64 {
    let mut hasher = SipHasher13::new();
    hasher.write(path.as_os_str().as_encoded_bytes());
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn files_are_noted_one_by_one_or_by_folder_where_they_are_many() {
        let files = |count: usize, ending: &str| -> Vec<Named> {
            let path = |at| PathBuf::from(format!("l/{}/{at}{ending}", at % 2));
            (0..count).map(|at| Named::File(path(at))).collect()
        };
        let of = |named| {
            given(&Paths {
                named,
                ..Paths::default()
            })
        };
        let few = of(files(MANY, ".json"));
        assert_eq!(few.len(), MANY);
        assert!(few.iter().all(|one| one.what == What::File));
        let many = of(files(MANY + 2, ".json"));
        let folders: Vec<&str> = many.iter().map(|one| one.path.as_str()).collect();
        assert_eq!(folders, ["l/0", "l/1"]);
        let is_walked =
            |given: &Given| matches!(given.what, What::Named { is_walked, .. } if is_walked);
        assert!(many.iter().all(is_walked));
        // In any order the same; others are others.
        let mut turned = files(MANY + 2, ".json");
        turned.reverse();
        assert_eq!(of(turned), many);
        let more = of(files(MANY + 4, ".json"));
        assert!(more.iter().zip(&many).all(|(one, other)| one != other));
        // What a walk passes by, named one by one.
        for passed_by in [files(3, ".csv"), files(MANY + 2, ".csv")] {
            assert!(!of(passed_by).iter().any(is_walked));
        }
        let folder = |path: &str| Named::Folder(path.into());
        let other = "AWSLogs/111122223333/Config/us-east-1";
        let given = of(vec![folder("l"), folder(other)]);
        assert!(
            matches!(
                given[0].what,
                What::Named {
                    is_walked: false,
                    ..
                }
            ),
            "{given:?}"
        );
        assert_eq!(given[1].what, What::Walk);
    }
}
