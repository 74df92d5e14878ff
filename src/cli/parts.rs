//! Parts of an answer: read one after the other, and added up.
//!
//! Owns what is said of a part that cannot be read or added. What is made of the sum is for the commands.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use super::exit::Failure;
use crate::questions::AnyQuestion;
use crate::report::counted;
use crate::shown::Shown;
use crate::tally::{FrameError, Mismatch, Partial, PartialError, Parts, Question, Settled, Tally};

/// What parts are added to.
pub(super) type Sum = Tally<Vec<AnyQuestion>>;

/// The sum of the parts in these files, `-` being standard input, and the numbers of the frames; `None` if
/// there is no part.
pub(super) fn sum(paths: &[PathBuf]) -> Result<Option<(Sum, BTreeSet<u32>)>, Failure> {
    let mut sum: Option<Sum> = None;
    let mut numbers = BTreeSet::new();
    let mut met = Met::default();
    let (mut has_whole, mut empty) = (false, None);
    for path in paths {
        let unreadable = |error| Failure::new(of_frames(path, &FrameError::Unreadable(error)));
        let from: Box<dyn BufRead> = match is_standard_input(path) {
            true => Box::new(BufReader::new(io::stdin())),
            false => Box::new(BufReader::new(File::open(path).map_err(unreadable)?)),
        };
        let mut parts = Parts::of(from);
        let mut is_empty = true;
        while let Some((number, part)) =
            (parts.next()).map_err(|error| Failure::new(of_frames(path, &error)))?
        {
            numbers.insert(number.unwrap_or(0));
            has_whole |= number.is_none();
            is_empty = false;
            let tally = part.tally().map_err(|error| of_part(path, &error))?;
            if let Some(number) = number {
                check_number(path, number, &tally)?;
            }
            met.add(path, number.unwrap_or(0), &tally)?;
            // The bytes are not needed beside the sum.
            drop(part);
            match &mut sum {
                None => sum = Some(tally),
                Some(sum) => sum
                    .merge(tally)
                    .map_err(|error| of_mismatch(path, &error))?,
            }
        }
        if is_empty {
            empty = empty.or(Some(path));
        }
    }
    // A place to which no frame went has none, and if frames are lost, the figures do not add up. A part
    // that is lost is missed by no figure of the others.
    if let (true, Some(path)) = (has_whole, empty) {
        return Err(Failure::new(format!(
            "{}: there is nothing in it, as in a copy that failed; make or fetch it again",
            shown(path)
        )));
    }
    Ok(sum.map(|sum| (sum, numbers)))
}

/// Which frames have met before those that are added up, so that it is told if some of a number were settled
/// in one place and some in another: copies of one call would count in both.
#[derive(Default)]
struct Met {
    /// By the number that what was settled was sent to. What is settled by both rules is sent anywhere.
    by_number: BTreeMap<u32, BTreeSet<u32>>,
}

impl Met {
    fn add(&mut self, path: &Path, number: u32, tally: &Sum) -> Result<(), Failure> {
        let number = match tally.settled() {
            Settled::ByShared => 0,
            _ => number,
        };
        let before = self.by_number.entry(number).or_default();
        for &one in tally.met() {
            if !before.insert(one) {
                return Err(Failure::new(format!(
                    "{}: the frames of number {one} were settled in two places, or one of them is here twice; \
                     give all frames of a number to one 'stscope settle', and what comes out on once",
                    shown(path)
                )));
            }
        }
        Ok(())
    }
}

/// Refuses a frame whose number is not that of its calls: their copies are elsewhere, and both would count.
fn check_number(path: &Path, number: u32, tally: &Sum) -> Result<(), Failure> {
    match tally.is_of_number(number) {
        true => Ok(()),
        false => Err(Failure::new(format!(
            "{}: a frame of number {number} has calls of another number: it is damaged, or was given another \
             number on its way; make or fetch it again",
            shown(path)
        ))),
    }
}

/// Refuses a sum that lacks some of what was read, or has it twice.
pub(super) fn check_whole<Q: Question>(sum: &Tally<Q>) -> Result<(), Failure> {
    let (read, there) = (sum.coverage().sts_records, sum.accounted_for());
    let why = match read == there {
        true if sum.is_together() => return Ok(()),
        true => "some records of STS are missing, and others are there twice".to_owned(),
        false => format!(
            "{read} records of STS were read, and {there} are in the parts; some are missing, or there twice"
        ),
    };
    Err(Failure::new(format!(
        "the parts do not add up: {why}: merge all that came out of one run, each once"
    )))
}

/// Refuses a sum of other files than were listed. A part that is lost whole, or left there by another run, is
/// told by no figure of the others.
pub(super) fn check_files<Q: Question>(sum: &Tally<Q>, listed: Option<u64>) -> Result<(), Failure> {
    let coverage = sum.coverage();
    // A prefix that was not listed is a line, too.
    let there = coverage.files.found + coverage.not_listed.values().sum::<u64>();
    match listed {
        Some(listed) if listed != there => Err(Failure::new(format!(
            "--files {listed}: the parts are of {} of a list; a part is missing, or one of another run is among them: \
             merge the parts of all tasks of one run, each once",
            counted(there, "line"),
        ))),
        _ => Ok(()),
    }
}

pub(super) fn is_standard_input(path: &Path) -> bool {
    path == Path::new("-")
}

fn shown(path: &Path) -> String {
    match is_standard_input(path) {
        true => "standard input".to_owned(),
        false => Shown::path(path).to_string(),
    }
}

fn of_frames(path: &Path, error: &FrameError) -> String {
    let path = shown(path);
    match error {
        FrameError::Unreadable(source) => format!("{path}: {source}; check the path"),
        FrameError::NoFrames => {
            format!("{path}: {error}; name what 'stscope map' or 'stscope settle' wrote")
        }
        FrameError::Cut { .. } => format!("{path}: {error}; make or fetch it again"),
    }
}

fn of_part(path: &Path, error: &PartialError) -> Failure {
    let next = match error {
        PartialError::NotAPart => "name what 'stscope map' or 'stscope settle' wrote",
        PartialError::Format(_) | PartialError::Rules(_) => {
            "use one release of stscope for all parts of an answer"
        }
        PartialError::Damaged | PartialError::Broken(_) => "make or fetch it again",
        PartialError::Question(_) => "merge it with the release that made it",
    };
    Failure::new(format!("{}: {error}; {next}", shown(path)))
}

fn of_mismatch(path: &Path, error: &Mismatch) -> Failure {
    Failure::new(format!(
        "{}: it cannot be added to the parts before it: {error}",
        shown(path)
    ))
}

/// Writes a part of an answer.
pub(super) fn write_part(tally: Sum, output: super::output::Output) -> Result<(), Failure> {
    let mut whole = None;
    tally.into_parts(1, 0, |_, part: Partial| -> Result<(), Failure> {
        whole = Some(part);
        Ok(())
    })?;
    output.write(|out| {
        Ok(whole
            .iter()
            .try_for_each(|part| out.write_all(part.as_bytes()))?)
    })
}
