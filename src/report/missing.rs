//! What may hide calls: what was found and not read, or not understood. Every page that is read without its messages
//! has it.

use super::words::counted;
use crate::tally::Coverage;

/// What may hide calls.
pub fn missing(coverage: &Coverage) -> Vec<String> {
    let mut lines = Vec::new();
    let mut note = |number: u64, words: String| {
        if number > 0 {
            lines.push(words);
        }
    };
    let damaged = coverage.files.damaged;
    note(
        damaged,
        format!(
            "{} damaged or not readable: what follows the damage is in no figure",
            counted(damaged, "file")
        ),
    );
    note(
        coverage.not_understood,
        format!(
            "{} not understood",
            counted(coverage.not_understood, "document or element")
        ),
    );
    note(
        coverage.no_time,
        format!(
            "{} without a readable time, left out by --since and --until",
            counted(coverage.no_time, "STS call")
        ),
    );
    if let Some(digests) = coverage.digests {
        note(
            digests.missing_logs,
            format!(
                "{} named by digests and not here",
                counted(digests.missing_logs, "log")
            ),
        );
        note(
            digests.hole_hours,
            format!(
                "{} of which there is no digest",
                counted(digests.hole_hours, "hour")
            ),
        );
    }
    let late = coverage.beyond_window.unwrap_or(0);
    note(
        late,
        format!(
            "{} so late that copies of them are not told",
            counted(late, "call")
        ),
    );
    let pruned = coverage.files.pruned.total();
    note(
        pruned,
        format!(
            "{} left out by their paths, as the options ask",
            counted(pruned, "file")
        ),
    );
    let not_listed: u64 = coverage.not_listed.values().sum();
    note(
        not_listed,
        format!(
            "{} of S3 not listed, as nothing there can matter",
            counted(not_listed, "prefix")
        ),
    );
    if let Some(day) = coverage.kept_from {
        note(
            1,
            format!("The days before {day} are forgotten: nothing is known of them"),
        );
    }
    lines
}
