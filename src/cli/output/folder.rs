//! A folder with one file for each account.
//!
//! Owns the names of these files, and what is said of them. Refuses to know what a row is.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::Output;
use super::guard::may_be_log;
use crate::aws::account::is_account_id;
use crate::cli::exit::Failure;
use crate::cli::messages::Messages;
use crate::cli::reading::Reading;
use crate::report::{Format, count, first_of, plural};
use crate::shown::Shown;

/// A folder for files of one format.
pub(in crate::cli) struct AccountFolder {
    path: PathBuf,
    extension: &'static str,
}

/// The file for rows that name no account of twelve digits.
const NO_ACCOUNT: &str = "no-account";
/// The most files that are named.
const MAX_NAMED: usize = 20;

impl AccountFolder {
    /// Makes the folder, or finds it: a wrong path is an error before the long work.
    pub fn open(path: &Path, format: Format) -> Result<AccountFolder, Failure> {
        std::fs::create_dir_all(path).map_err(|error| {
            let path = Shown::path(path);
            Failure::new(format!(
                "--output-dir {path}: {error}; name a folder, or a new one where you may write"
            ))
        })?;
        Ok(AccountFolder {
            path: path.to_owned(),
            extension: format.extension(),
        })
    }

    /// The name of an account's file, without its ending. Ids are read from logs: only one that is an id
    /// becomes a name.
    pub fn stem(account: Option<&str>) -> &str {
        account.filter(|id| is_account_id(id)).unwrap_or(NO_ACCOUNT)
    }

    fn name(&self, stem: &str) -> String {
        format!("{stem}.{}", self.extension)
    }

    /// Refuses to write over what is read, may be a log, or is a list that an option names.
    pub fn check<'s>(
        &self,
        stems: impl Iterator<Item = &'s str>,
        reading: &Reading,
        list_of: impl Fn(&Path) -> Option<&'static str>,
    ) -> Result<(), Failure> {
        for stem in stems {
            let file = self.path.join(self.name(stem));
            let is = if reading.leads_to(&file) {
                "is one of the files to be read".to_owned()
            } else if let Some(option) = list_of(&file) {
                format!("is the list of {option}")
            } else if may_be_log(&file) {
                "holds CloudTrail records, or is a file of AWS's".to_owned()
            } else {
                continue;
            };
            return Err(Failure::new(format!(
                "--output-dir {}: {} {is}; name another folder",
                Shown::path(&self.path),
                Shown::path(&file)
            )));
        }
        Ok(())
    }

    /// A file, to be written.
    pub fn file(&self, stem: &str) -> Result<Output, Failure> {
        Output::open_in("--output-dir", &self.path, &self.name(stem))
    }

    /// Says which files were written, with how many rows, and which are there from before.
    pub fn tell(&self, written: &BTreeMap<&str, u64>, messages: Messages) {
        let folder = Shown::path(&self.path);
        let files = written.len() as u64;
        let names = written.iter().map(|(stem, &rows)| {
            let name = self.name(stem);
            format!("{name} ({} {})", count(rows), plural(rows, "row"))
        });
        let colon = if written.is_empty() { "" } else { ": " };
        messages.tell(&format!(
            "{folder}: {} {} written{colon}{}",
            count(files),
            plural(files, "file"),
            some(names.collect())
        ));
        let older: Vec<String> = (self.path.read_dir().into_iter().flatten().flatten())
            .filter_map(|entry| entry.file_name().into_string().ok())
            .filter(|name| {
                let stem = name.strip_suffix(self.extension);
                let stem = stem.and_then(|stem| stem.strip_suffix('.'));
                stem.is_some_and(|one| {
                    (one == NO_ACCOUNT || is_account_id(one)) && !written.contains_key(one)
                })
            })
            .collect();
        if !older.is_empty() {
            messages.note(&format!(
                "{folder}: from an earlier run, and left as it was, as this plan has \
                 no row for it: {}",
                some(older)
            ));
        }
    }
}

/// Some names, and how many more there are.
fn some(mut names: Vec<String>) -> String {
    names.sort();
    first_of(names.into_iter(), MAX_NAMED)
}
