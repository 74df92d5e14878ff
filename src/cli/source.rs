//! What calls are counted from: log files, or a store that has read them before.

use std::sync::Arc;

use super::args::MessageArgs;
use super::config::{Reading, progress};
use super::exit::Failure;
use super::progress::Shown;
use crate::scan::Progress;
use crate::tally::{Question, Tally};

/// Counts what was named.
pub(super) fn tally(
    reading: &Reading,
    question: &Question,
    messages: &MessageArgs,
) -> Result<Tally, Failure> {
    let scan = &reading.scan;
    if let Some((_, store)) = &reading.store {
        return Ok(store.tally(question, &scan.selection)?);
    }
    let new = || Tally::of(question.clone(), scan.once);
    let collected = watched(messages, |shared| scan.collect(&reading.paths, shared, new));
    Ok(collected?)
}

/// Does long work whose progress is shown where that is wanted.
pub(super) fn watched<T>(messages: &MessageArgs, work: impl FnOnce(&Progress) -> T) -> T {
    let shared = Arc::new(Progress::default());
    let _shown = progress(messages).map(|terminal| Shown::start(Arc::clone(&shared), terminal));
    work(&shared)
}
