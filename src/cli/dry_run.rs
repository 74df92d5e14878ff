//! `--dry-run`: what reading S3 would take and cost, before anything is read.

use super::args::{FilterArgs, InputArgs, MessageArgs, Required};
use super::exit::{Exit, Failure};
use super::messages::Messages;
use super::reading::Reading;
use super::session::Asked;
use crate::input::Paths;
#[cfg(feature = "s3")]
use crate::input::s3::{Estimate, Requests};
#[cfg(feature = "s3")]
use crate::scan::Progress;
use crate::scan::Scan;

/// Lists what is in S3, and says what reading it would come to.
#[cfg(feature = "s3")]
pub(super) fn tell(paths: &Paths, scan: &Scan, messages: &MessageArgs) -> Result<Exit, Failure> {
    tell_estimate(paths, messages, |shared| Ok(scan.estimate(paths, shared)?))
}

/// Says what an estimate comes to.
#[cfg(feature = "s3")]
pub(super) fn tell_estimate(
    paths: &Paths,
    messages: &MessageArgs,
    estimate: impl FnOnce(&Progress) -> Result<(Estimate, Requests), Failure>,
) -> Result<Exit, Failure> {
    use std::fmt::Write as _;
    use std::io::Write as _;

    use indicatif::HumanBytes;

    use super::progress::progress;
    use super::session::watched;
    use crate::report::count;
    use crate::shown::Shown;

    if paths.s3.is_empty() || !paths.named.is_empty() {
        return Err(only_s3());
    }
    let (estimate, listing) = watched(progress(messages), estimate)?;
    let told = Messages::new(messages.quiet);
    told.note("--dry-run: nothing was read or written");
    let (least, most) = estimate.price(listing);
    let names = |names: &std::collections::BTreeSet<String>| match names.len() {
        0 => "none that a key names".to_owned(),
        1..=4 => names.iter().cloned().collect::<Vec<_>>().join(", "),
        many => count(many as u64),
    };
    let mut text = String::new();
    let mut line = |name: &str, what: String| {
        let _ = writeln!(text, "{name:<12}{what}");
    };
    line("accounts", names(&estimate.accounts));
    line("Regions", names(&estimate.regions));
    line("objects", count(estimate.objects));
    line("size", format!("{} as stored", HumanBytes(estimate.bytes)));
    if estimate.archived > 0 {
        let archived = format!(
            "{} objects more, which are not read",
            count(estimate.archived)
        );
        line("archived", archived);
    }
    if estimate.known > 0 {
        let known = format!("{} objects more, read before", count(estimate.known));
        line("known", known);
    }
    if estimate.not_listed > 0 {
        let prefixes = format!(
            "{} prefixes in which nothing can matter",
            count(estimate.not_listed)
        );
        line("not listed", prefixes);
    }
    for place in &estimate.unreadable {
        let place = Shown::text(place);
        line(
            "unreadable",
            format!("{place} cannot be listed, or nothing is there"),
        );
    }
    line(
        "requests",
        format!(
            "{} to list, made now and again by each run; {} to read",
            count(listing.list),
            count(estimate.objects)
        ),
    );
    line(
        "price",
        format!("USD {least:.2} to {most:.2} for the requests, by storage class and Region;"),
    );
    line(
        "",
        "KMS and traffic out of the Region come on top".to_owned(),
    );
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(match estimate.unreadable.is_empty() {
        true => Exit::Done,
        false => Exit::Damaged,
    })
}

#[cfg(not(feature = "s3"))]
pub(super) fn tell(_: &Paths, _: &Scan, _: &MessageArgs) -> Result<Exit, Failure> {
    Err(only_s3())
}

/// The same of a command with gates: nothing was read that they could judge.
pub(super) fn run_gated(asked: &Asked<'_>) -> Result<Exit, Failure> {
    let exit = run(
        asked.input,
        asked.filter,
        asked.gate.require,
        asked.messages,
    )?;
    match asked.gate.fail_on.is_empty() {
        true => Ok(exit),
        false => Err(Failure::new(
            "--fail-on cannot be judged: --dry-run reads nothing; leave one of them out",
        )),
    }
}

/// Says what reading S3 for a command would come to: with digests, if something is required of them.
pub(super) fn run(
    input: &InputArgs,
    filter: &FilterArgs,
    required: Option<Required>,
    messages: &MessageArgs,
) -> Result<Exit, Failure> {
    let mut reading = Reading::resolve(input, filter, Messages::new(messages.quiet))?;
    reading.scan.scrutiny.remote = required.is_some();
    tell(&reading.paths, &reading.scan, messages)
}

fn only_s3() -> Failure {
    Failure::new(
        "--dry-run: it tells what reading s3://BUCKET/PREFIX costs; name that alone, as reading files \
         costs nothing",
    )
}
