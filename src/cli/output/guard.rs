//! What a result must not take the place of: a log, a store, or a list that was given.

use std::io::Read as _;
use std::path::Path;

use super::same_file;
use crate::cli::exit::Failure;
use crate::cli::reading::Reading;
use crate::damage::Stage;
use crate::input::{Folder, is_compressed};
use crate::scan::Scan;
use crate::shown::Shown;
use crate::tally::{DamagedFile, SkipReason};

/// A report must not take the place of a log, or of a list that was given: of these, the option and
/// the file.
pub(in crate::cli) fn check_output(
    output: Option<&Path>,
    reading: &Reading,
    lists: &[(&str, Option<&Path>)],
) -> Result<(), Failure> {
    let Some(output) = output else {
        return Ok(());
    };
    let refuse = |what: &str| {
        let output = Shown::path(output);
        Err(Failure::new(format!(
            "--output {output}: {what}; write to another file"
        )))
    };
    if reading.is_store(output) {
        return refuse("it is the store");
    }
    if reading.leads_to(output) {
        return refuse("it is one of the files to be read");
    }
    let given = lists
        .iter()
        .filter_map(|&(option, list)| Some((option, list?)));
    if let Some(option) = list_of(output, reading, given) {
        return refuse(&format!("it is the list of {option}"));
    }
    if may_be_log(output) {
        return refuse("it is a file of AWS's, or holds CloudTrail records or part of a log");
    }
    Ok(())
}

/// The option whose list a file is: that of the paths to read, or one of these.
pub(in crate::cli) fn list_of<'o, 'l>(
    file: &Path,
    reading: &'l Reading,
    lists: impl Iterator<Item = (&'o str, &'l Path)>,
) -> Option<&'o str> {
    let files_from = (reading.files_from.as_deref()).map(|list| ("--files-from", list));
    let mut all = files_from.into_iter().chain(lists);
    let (option, _) = all.find(|(_, list)| same_file(list, file))?;
    Some(option)
}

/// Whether there is a file that may be a log, wherever it is: a walk may come to it through a link.
pub(super) fn may_be_log(file: &Path) -> bool {
    let mut head = [0; 64];
    if !file.metadata().is_ok_and(|metadata| metadata.is_file()) {
        return false;
    }
    // Through links, too.
    let place = file.canonicalize().unwrap_or_else(|_| file.to_owned());
    let folder = place.parent().map(|folder| Folder::new(folder.to_owned()));
    if folder.is_some_and(|folder| folder.is_of_another_service()) {
        return true;
    }
    let read = std::fs::File::open(file).and_then(|mut file| file.read(&mut head));
    let head = &head[..read.unwrap_or(0)];
    let begins_as_json = matches!(head.trim_ascii_start().first(), Some(b'{' | b'['));
    if is_result(file) && !begins_as_json && !is_compressed(head) {
        return false;
    }
    let scan = Scan {
        threads: 1,
        ..Scan::default()
    };
    scan.tally(&[file.to_owned()]).is_ok_and(|tally| {
        let coverage = tally.coverage();
        let is_broken =
            |one: &DamagedFile| begins_as_json || !matches!(one.stage, Stage::Json | Stage::Open);
        let is_of_aws = |reason: &SkipReason| {
            matches!(
                reason,
                SkipReason::Digest
                    | SkipReason::Insight
                    | SkipReason::Aggregated
                    | SkipReason::OtherService
            )
        };
        let skipped = &coverage.files.skipped;
        coverage.files.read > 0
            || coverage.records > 0
            || coverage.damaged.iter().any(is_broken)
            || skipped
                .iter()
                .any(|(reason, files)| *files > 0 && is_of_aws(reason))
    })
}

/// Whether a file has a name that results have and logs have not.
fn is_result(file: &Path) -> bool {
    let ending = file.extension().and_then(|ending| ending.to_str());
    ending.is_some_and(|ending| matches!(ending, "csv" | "md" | "html" | "xlsx" | "prom"))
}
