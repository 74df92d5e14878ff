//! What may hide calls: what was found and not read, or not understood. Pages that are read without the
//! messages of their run have it.

use super::page::Block;
use super::words::counted;
use crate::tally::Coverage;

/// Whether all that was found was read and understood, and every chain of digests is whole: else a zero is
/// none. What the options leave out was not asked about.
pub fn is_whole(coverage: &Coverage) -> bool {
    let digests = (coverage.digests).map_or(0, |one| one.incomplete);
    let late = coverage.beyond_window.unwrap_or(0);
    let calls = coverage.no_time + coverage.unplaced;
    coverage.files.damaged + coverage.not_understood + calls + digests + late == 0
}

/// That files were damaged, below an answer on a screen: messages of the run do not go along with it, and
/// what is above it may say so already.
pub fn damage(coverage: Option<&serde_json::Value>, blocks: &[Block]) -> Option<String> {
    let is_said = blocks.iter().any(|block| matches!(block, Block::Read(_)));
    let damaged = coverage?.pointer("/files/damaged")?.as_u64()?;
    (damaged > 0 && !is_said).then(|| {
        let files = counted(damaged, "file");
        format!("{files} damaged or not readable: what follows the damage is in no figure.")
    })
}

/// What may hide calls.
pub fn missing(coverage: &Coverage) -> Vec<String> {
    let mut lines = Vec::new();
    let mut note = |number: u64, noun: &str, what: &str| {
        if number > 0 {
            lines.push(format!("{} {what}", counted(number, noun)));
        }
    };
    note(
        coverage.files.damaged,
        "file",
        "damaged or not readable: what follows the damage is in no figure",
    );
    let documents = coverage.not_understood;
    note(documents, "document or element", "not understood");
    note(
        coverage.no_time,
        "STS call",
        "without a readable time, left out where a time is asked about",
    );
    note(
        coverage.unplaced,
        "STS call",
        "without an account or a Region, left out by what is asked of these",
    );
    if let Some(digests) = coverage.digests {
        note(digests.missing_logs, "log", "named by digests and not here");
        note(digests.hole_hours, "hour", "of which there is no digest");
        // It may begin anew, or have been changed, and name every log and hour that is asked about.
        let what = "of digests not whole: 'stscope verify' says why";
        note(digests.incomplete, "chain", what);
    }
    let late = coverage.beyond_window.unwrap_or(0);
    note(late, "call", "so late that copies of them are not told");
    note(
        coverage.files.pruned.total(),
        "file",
        "left out by their paths, as the options ask",
    );
    let digests = coverage.unread_digests();
    note(
        digests,
        "folder",
        "of digests in S3 not read: whether logs are missing is not known",
    );
    note(
        coverage.not_listed.values().sum::<u64>() - digests,
        "prefix",
        "of S3 not listed, as nothing there can matter",
    );
    if let Some(day) = coverage.kept_from {
        lines.push(format!(
            "The days before {day} are forgotten: nothing is known of them"
        ));
    }
    lines
}
