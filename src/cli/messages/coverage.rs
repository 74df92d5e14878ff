//! What was read, said in words on standard error; and what follows from it for the exit code.

use indicatif::HumanBytes;

use super::{Messages, warn};
use crate::cli::exit::{Exit, Failure};
use crate::input::NotListed;
use crate::report::{count, counted, escape::for_terminal, plural};
use crate::tally::Coverage;

/// The most damaged files that are listed one by one.
const MAX_LISTED: usize = 20;

/// Lists the damaged files, and says what was read unless that is unwanted.
///
/// # Errors
/// If nothing was read at all: that must not look like an answer.
pub(in crate::cli) fn tell(coverage: &Coverage, messages: Messages) -> Result<Exit, Failure> {
    if coverage.is_nothing_read() {
        return Err(nothing(coverage, advice(coverage), messages));
    }
    Ok(tell_read(coverage, messages))
}

/// The same of a store, which read the files on earlier nights.
pub(in crate::cli) fn tell_stored(
    coverage: &Coverage,
    messages: Messages,
) -> Result<Exit, Failure> {
    if coverage.is_nothing_read() {
        return Err(nothing(coverage, &advice_on_store(coverage), messages));
    }
    Ok(tell_read(coverage, messages))
}

/// The same where files may be known from before, and not read again.
pub(in crate::cli) fn tell_new(
    coverage: &Coverage,
    are_some_known: bool,
    messages: Messages,
) -> Result<Exit, Failure> {
    if are_some_known {
        return Ok(tell_read(coverage, messages));
    }
    tell(coverage, messages)
}

/// The same of one part of an answer, which may be of nothing: the whole is judged when it is together.
pub(in crate::cli) fn tell_part(coverage: &Coverage, messages: Messages) {
    tell_read(coverage, messages);
}

fn tell_read(coverage: &Coverage, messages: Messages) -> Exit {
    note_digests(coverage, messages);
    tell_verified(coverage, messages)
}

/// The same where the answer is what digests say.
pub(in crate::cli) fn tell_verified(coverage: &Coverage, messages: Messages) -> Exit {
    tell_damaged(coverage);
    note_no_time(coverage.no_time, messages);
    note_unplaced(coverage.unplaced, messages);
    note_not_listed(coverage, messages);
    messages.tell(&line(coverage));
    if coverage.files.damaged > 0 {
        Exit::Damaged
    } else {
        Exit::Done
    }
}

fn nothing(coverage: &Coverage, advice: &str, messages: Messages) -> Failure {
    tell_damaged(coverage);
    note_not_listed(coverage, messages);
    Failure::new(format!("nothing was read: {}; {advice}", files(coverage)))
}

fn tell_damaged(coverage: &Coverage) {
    for file in coverage.damaged.iter().take(MAX_LISTED) {
        warn(&format!(
            "{}: damaged ({}): {}; {} whole {} counted",
            for_terminal(&file.path),
            file.stage.as_str(),
            for_terminal(&file.detail),
            count(file.records_read),
            plural(file.records_read, "record"),
        ));
    }
    let unlisted = coverage.damaged.len().saturating_sub(MAX_LISTED) as u64;
    if unlisted > 0 {
        warn(&format!(
            "and {} more damaged {}; --format json lists them all",
            count(unlisted),
            plural(unlisted, "file")
        ));
    }
}

/// Says that some calls have no time.
fn note_no_time(calls: u64, messages: Messages) {
    if calls > 0 {
        messages.note(&format!(
            "{} STS {} no eventTime that can be read: counted, but on no day, and left \
             out by --since, --until and conditions on day and hour; see that the export writes times as CloudTrail does \
             (2025-11-03T08:00:00Z)",
            count(calls),
            if calls == 1 { "call has" } else { "calls have" },
        ));
    }
}

/// Says that some calls are of nobody knows whose log.
fn note_unplaced(calls: u64, messages: Messages) {
    if calls > 0 {
        messages.note(&format!(
            "{}, and {} left out, as these are asked about; {PLACES}",
            in_no_log(calls),
            if calls == 1 { "is" } else { "are" },
        ));
    }
}

/// `1 STS call names no account or no Region of a log`, and of more.
pub(in crate::cli) fn in_no_log(calls: u64) -> String {
    let name = if calls == 1 { "names" } else { "name" };
    let calls = counted(calls, "STS call");
    format!("{calls} {name} no account or no Region of a log (recipientAccountId, awsRegion)")
}

/// What to do with such calls.
pub(in crate::cli) const PLACES: &str = "ask for all accounts and Regions, name the Region global \
     beside us-east-1 if they are of it, or see that the export keeps both as CloudTrail writes them";

/// Says that logs are missing, or may be, by the digests that were found.
fn note_digests(coverage: &Coverage, messages: Messages) {
    if let Some(digests) = coverage.digests
        && digests.incomplete > 0
    {
        let are = |number: u64, noun: &str| {
            let are = if number == 1 { "is" } else { "are" };
            format!("{} {are}", counted(number, noun))
        };
        let mut words = Vec::new();
        if digests.missing_logs > 0 {
            let logs = are(digests.missing_logs, "log");
            words.push(format!("{logs} named and not here"));
        }
        if digests.hole_hours > 0 {
            let hours = are(digests.hole_hours, "hour");
            words.push(format!("{hours} without a digest"));
        }
        let chains = are(digests.chains, "chain");
        words.push(format!(
            "{} of {chains} not whole",
            count(digests.incomplete)
        ));
        messages.note(&format!(
            "by the digests, logs are missing or may be: {}; 'stscope verify' says which",
            words.join(", ")
        ));
    }
}

/// Says what of S3 was not even listed.
fn note_not_listed(coverage: &Coverage, messages: Messages) {
    let digests = coverage.unread_digests();
    if digests > 0 {
        messages.note(&format!(
            "{} {} of digests in S3 not read, each of which is a request: whether logs are missing is not \
             known; 'stscope verify' tells, and --require complete has a gate ask",
            count(digests),
            plural(digests, "folder"),
        ));
    }
    let all = coverage.not_listed.values().sum::<u64>() - digests;
    if all > 0 {
        let reasons: Vec<String> = (coverage.not_listed.iter())
            .filter(|(reason, _)| *reason != Coverage::DIGEST)
            .map(|(reason, prefixes)| format!("{reason} {}", count(*prefixes)))
            .collect();
        messages.note(&format!(
            "{} {} not listed, as nothing there can matter: {}",
            count(all),
            match all {
                1 => "prefix of S3 was",
                _ => "prefixes of S3 were",
            },
            reasons.join(", ")
        ));
    }
}

/// One line: files, sizes, records.
fn line(coverage: &Coverage) -> String {
    let mut line = format!(
        "{}; {} ({} of JSON), {} {}",
        files(coverage),
        HumanBytes(coverage.bytes.compressed),
        HumanBytes(coverage.bytes.decompressed),
        count(coverage.records),
        plural(coverage.records, "record"),
    );
    let dropped = [
        (coverage.filtered, "filtered"),
        (coverage.duplicates, "delivered again"),
        (coverage.shared_copies, "logged in another account, too"),
        (coverage.not_understood, "not understood"),
        (coverage.no_time, "without a time"),
        (coverage.unplaced, "without an account or a Region"),
    ];
    if let Some(requests) = coverage.requests {
        let requests = requests.list + requests.get;
        line += &format!(
            ", {} {} to S3",
            count(requests),
            plural(requests, "request")
        );
    }
    for (number, what) in dropped {
        if number > 0 {
            line += &format!(", {} {what}", count(number));
        }
    }
    line
}

fn files(coverage: &Coverage) -> String {
    let files = &coverage.files;
    let mut text = format!(
        "{} of {} {} read",
        count(files.read),
        count(files.found),
        plural(files.found, "file")
    );
    let skipped: Vec<String> = files
        .skipped
        .iter()
        .filter(|(_, number)| **number > 0)
        .map(|(reason, number)| format!("{} {}", count(*number), reason.as_str()))
        .collect();
    if !skipped.is_empty() {
        text += &format!(
            ", {} skipped ({})",
            count(files.skipped_total()),
            skipped.join(", ")
        );
    }
    if files.pruned.total() > 0 {
        let by = [
            (files.pruned.date, "date"),
            (files.pruned.account, "account"),
            (files.pruned.region, "Region"),
        ];
        let by: Vec<String> = by
            .iter()
            .filter(|(number, _)| *number > 0)
            .map(|(number, what)| format!("{} by {what}", count(*number)))
            .collect();
        text += &format!(
            ", {} pruned ({})",
            count(files.pruned.total()),
            by.join(", ")
        );
    }
    if files.damaged > 0 {
        text += &format!(", {} damaged", count(files.damaged));
    }
    text
}

/// Whether prefixes of S3 were not listed for what is asked about.
fn is_left_out(coverage: &Coverage) -> bool {
    NotListed::names_of_filters().any(|why| coverage.not_listed.contains_key(why))
}

/// What to do when nothing was read.
fn advice(coverage: &Coverage) -> &'static str {
    let files = &coverage.files;
    if files.damaged > 0 {
        "check that you may read the files"
    } else if files.pruned.total() > 0 || is_left_out(coverage) {
        "widen --since, --until, --account or --region, or give --no-prune"
    } else if files.skipped_total() > 0 {
        "name a folder with CloudTrail log files (AWSLogs/ACCOUNT/CloudTrail/...); a store is named \
         with --store, and 'stscope merge' reads parts"
    } else {
        "there are no files; name a folder with CloudTrail log files"
    }
}

/// The same of a store.
fn advice_on_store(coverage: &Coverage) -> String {
    let files = &coverage.files;
    if files.found == 0 {
        return "the store is empty; read logs into it with 'stscope ingest --store FILE PATH'"
            .into();
    }
    if files.damaged > 0 {
        return "see that the damaged files can be read, and run 'stscope ingest' again".into();
    }
    let widen = "widen --since, --until, --account or --region, or ingest logs of what is asked";
    match coverage.kept_from {
        Some(kept_from) => format!("the days before {kept_from} are forgotten; {widen}"),
        None if files.pruned.total() > 0 => widen.into(),
        None => {
            "it has found no CloudTrail logs yet; name a folder of them to 'stscope ingest'".into()
        }
    }
}
