//! What calls are counted from: log files, or a store that has read them before.

use std::sync::Arc;

use super::args::MessageArgs;
use super::exit::{Exit, Failure, say};
use super::hosts;
use super::messages::coverage;
use super::progress::Shown;
use super::progress::progress;
use super::reading::Reading;
use crate::scan::Progress;
use crate::sts::Time;
use crate::tally::{Coverage, Question, Selection, Tally};

/// Counts what was named.
pub(super) fn tally<Q: Question>(
    reading: &Reading,
    question: &Q,
    messages: &MessageArgs,
) -> Result<Tally<Q>, Failure> {
    let scan = &reading.scan;
    if let Some((_, store)) = &reading.store {
        let tally = store.tally(question, &scan.selection)?;
        note_forgotten(tally.coverage(), &scan.selection, messages.quiet);
        return Ok(tally);
    }
    let new = || Tally::of(question.clone(), &scan.terms(), scan.once);
    let collected = watched(messages, |shared| scan.collect(&reading.paths, shared, new));
    Ok(collected?)
}

/// Says what was read for the answer.
///
/// # Errors
/// If that is nothing: it must not look like an answer.
pub(super) fn tell(reading: &Reading, coverage: &Coverage, quiet: bool) -> Result<Exit, Failure> {
    let exit = match reading.store {
        Some(_) => coverage::tell_stored(coverage, quiet),
        None => coverage::tell(coverage, quiet),
    }?;
    hosts::note_unused(&reading.scan.hosts, quiet);
    Ok(exit)
}

/// Says from which day on a store knows, where days before it are asked about.
pub(super) fn note_forgotten(coverage: &Coverage, selection: &Selection, quiet: bool) {
    if let Some(kept_from) = coverage.kept_from
        && !quiet
        && (selection.since).is_none_or(|since| Some(since) < Time::of_midnight(kept_from))
    {
        say(&format!(
            "stscope: note: the days before {kept_from} are forgotten: nothing is known of them"
        ));
    }
}

/// Does long work whose progress is shown where that is wanted.
pub(super) fn watched<T>(messages: &MessageArgs, work: impl FnOnce(&Progress) -> T) -> T {
    let shared = Arc::new(Progress::default());
    let _shown = progress(messages).map(|terminal| Shown::start(Arc::clone(&shared), terminal));
    work(&shared)
}
