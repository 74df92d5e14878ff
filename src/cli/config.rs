//! What was typed → what it means. Everything is decided here, once, before any file is opened.

use std::io::{IsTerminal as _, Read as _};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use chrono::Utc;

use super::args::{FilterArgs, FormatName, InputArgs, MessageArgs, OutputArgs, StoreArgs, When};
use super::exit::{Failure, say};
use super::{conditions, hosts, when};
use crate::aws::Pruning;
use crate::aws::region::{Region, is_region};
use crate::damage::Stage;
use crate::input::Paths;
use crate::report::{Format, Layout};
use crate::scan::Scan;
use crate::shown::Shown;
use crate::store::{Store, is_kept};
use crate::sts::{Dimension, Time};
use crate::tally::{DamagedFile, Selection};

/// How to read, resolved.
pub(super) struct Reading {
    pub paths: Paths,
    pub scan: Scan,
    /// The list that paths were taken from.
    pub files_from: Option<PathBuf>,
    /// What is read in place of paths.
    pub store: Option<(PathBuf, Store)>,
}

impl Reading {
    pub fn resolve(
        input: &InputArgs,
        filter: &FilterArgs,
        messages: &MessageArgs,
    ) -> Result<Reading, Failure> {
        if input.paths.is_empty() && input.files_from.is_none() {
            return Err(Failure::new(
                "no PATH given; name files, a folder of logs, or - for standard input",
            ));
        }
        let selection = selection(filter, when::parse)?;
        if !messages.quiet {
            warn_of_typos(filter, &selection);
        }
        let pruning = if input.no_prune {
            Pruning::default()
        } else {
            selection.pruning()
        };
        let paths = Paths::resolve(&input.paths, input.files_from.as_deref())
            .map_err(|error| Failure::new(error.to_string()))?;
        let scan = Scan {
            selection,
            hosts: hosts::read(input.hosts.as_deref())?,
            pruning,
            once: !input.no_dedup,
            threads: threads(input.threads, messages.quiet)?,
            strict: input.strict,
            ..Scan::default()
        };
        Ok(Reading {
            paths,
            scan,
            files_from: input.files_from.clone(),
            store: None,
        })
    }

    /// Reads a store, if one is named, else files.
    pub fn resolve_any(
        input: &InputArgs,
        store: &StoreArgs,
        filter: &FilterArgs,
        messages: &MessageArgs,
    ) -> Result<Reading, Failure> {
        let Some(path) = &store.store else {
            return Reading::resolve(input, filter, messages);
        };
        if input.no_dedup {
            return Err(Failure::new(
                "--no-dedup: a store counts every call once, and of days long ago no copies are left; \
                 leave it out, or name log files in place of --store",
            ));
        }
        if input.hosts.is_some() {
            return Err(Failure::new(
                "--hosts: a store keeps what was decided when the logs were read; give it to 'stscope \
                 ingest', or name log files in place of --store",
            ));
        }
        let selection = selection(filter, when::parse_day)?;
        for condition in &selection.conditions {
            check_kept("--where", condition.dimension)?;
        }
        if !messages.quiet {
            warn_of_typos(filter, &selection);
        }
        let store = Store::open(path)?;
        check_kept_days(path, &store, selection.until)?;
        Ok(Reading {
            paths: Paths::default(),
            files_from: None,
            scan: Scan {
                selection,
                ..Scan::default()
            },
            store: Some((path.clone(), store)),
        })
    }

    /// Whether a file is one of those that are read.
    pub fn leads_to(&self, file: &Path) -> bool {
        let is_store = |(store, _): &(PathBuf, Store)| same_file(store, file);
        self.paths.lead_to(file) || self.store.as_ref().is_some_and(is_store)
    }
}

/// More threads than this and than four for each core wait for one another, and each takes memory.
const USEFUL_THREADS: usize = 16;

/// `--threads`: 0 stands for one for each core.
pub(super) fn threads(asked: Option<NonZeroUsize>, quiet: bool) -> Result<usize, Failure> {
    let Some(asked) = asked.map(NonZeroUsize::get) else {
        return Ok(0);
    };
    if asked > 1 << 16 {
        return Err(Failure::new(format!(
            "--threads {asked}: no machine has so many; leave it out for one for each core"
        )));
    }
    let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let most = USEFUL_THREADS.max(4 * cores);
    if asked > most && !quiet {
        say(&format!(
            "stscope: note: --threads {asked}: on this machine more than {most} help nobody; {most} are used"
        ));
    }
    Ok(asked.min(most))
}

/// Whether both paths lead to one file.
pub(super) fn same_file(one: &Path, other: &Path) -> bool {
    let canonical = |path: &Path| path.canonicalize().ok();
    canonical(one).is_some_and(|one| canonical(other) == Some(one))
}

/// Refuses a dimension that a store does not keep.
pub(super) fn check_kept(option: &str, dimension: Dimension) -> Result<(), Failure> {
    if is_kept(dimension) {
        return Ok(());
    }
    Err(Failure::new(format!(
        "{option} {}: a store does not keep it of every call; ask the log files themselves",
        dimension.name()
    )))
}

pub(super) fn now() -> Time {
    Time::from_millis(Utc::now().timestamp_millis()).unwrap_or(Time::MAX)
}

/// `--since` and `--until`.
pub(super) fn period(
    since: Option<&str>,
    until: Option<&str>,
    parse: fn(&str, Time) -> Result<Time, String>,
) -> Result<(Option<Time>, Option<Time>), Failure> {
    let now = now();
    let time = |option: &str, text: Option<&str>| {
        text.map(|text| {
            parse(text, now).map_err(|error| Failure::new(format!("{option} {text}: {error}")))
        })
        .transpose()
    };
    let (since, until) = (time("--since", since)?, time("--until", until)?);
    match (since, until) {
        (Some(since), Some(until)) if since >= until => Err(Failure::new(format!(
            "--since {since} is not before --until {until}: no call could pass; exchange the two"
        ))),
        both => Ok(both),
    }
}

fn selection(
    filter: &FilterArgs,
    parse: fn(&str, Time) -> Result<Time, String>,
) -> Result<Selection, Failure> {
    let (since, until) = period(filter.since.as_deref(), filter.until.as_deref(), parse)?;
    check_accounts(&filter.account)?;
    for region in &filter.region {
        if !is_region(region) && region != "global" {
            return Err(Failure::new(format!(
                "--region {region}: no Region has such a name; \
                 'stscope endpoint' lists them (write eu-west-1)"
            )));
        }
    }
    Ok(Selection {
        since,
        until,
        accounts: filter.account.clone(),
        regions: filter.region.clone(),
        endpoints: filter
            .endpoint
            .iter()
            .map(|name| name.value().to_owned())
            .collect(),
        conditions: conditions::parse(&filter.conditions)?,
    })
}

/// Refuses what is no account id.
pub(super) fn check_accounts(accounts: &[String]) -> Result<(), Failure> {
    for account in accounts {
        if account.len() != 12 || !account.bytes().all(|b| b.is_ascii_digit()) {
            return Err(Failure::new(format!(
                "--account {account}: an account id has twelve digits; keep leading zeros"
            )));
        }
    }
    Ok(())
}

/// Names that may be right, but probably are not.
fn warn_of_typos(filter: &FilterArgs, selection: &Selection) {
    for region in filter.region.iter().filter(|region| *region != "global") {
        if Region::find(region).is_none() {
            say(&format!(
                "stscope: note: --region {region} is no Region this release knows of"
            ));
        }
    }
    if selection.since.is_some_and(|since| since > now()) {
        say("stscope: note: --since lies in the future");
    }
}

/// A report must not take the place of a log, or of a list that was given: of these, the option and
/// the file.
pub(super) fn check_output(
    writing: &Writing,
    reading: &Reading,
    lists: &[(&str, Option<&Path>)],
) -> Result<(), Failure> {
    let Some(output) = &writing.output else {
        return Ok(());
    };
    let refuse = |what: &str| {
        let output = Shown::path(output);
        Err(Failure::new(format!(
            "--output {output}: {what}; write to another file"
        )))
    };
    if reading.leads_to(output) {
        return refuse("it is one of the files to be read");
    }
    let files_from = [("--files-from", reading.files_from.as_deref())];
    for (option, list) in files_from.iter().chain(lists) {
        if list.is_some_and(|list| same_file(list, output)) {
            return refuse(&format!("it is the list of {option}"));
        }
    }
    if may_be_log(output) {
        return refuse("it holds CloudTrail records, or part of a log");
    }
    Ok(())
}

/// Whether there is a file that may be a log, wherever it is: a walk may come to it through a link.
fn may_be_log(file: &Path) -> bool {
    let mut head = [0; 64];
    let is_file = file.metadata().is_ok_and(|metadata| metadata.is_file());
    if !is_file || is_result(file) {
        return false;
    }
    let read = std::fs::File::open(file).and_then(|mut file| file.read(&mut head));
    let head = &head[..read.unwrap_or(0)];
    let begins_as_json = matches!(head.trim_ascii_start().first(), Some(b'{' | b'['));
    let scan = Scan {
        threads: 1,
        ..Scan::default()
    };
    scan.tally(&[file.to_owned()]).is_ok_and(|tally| {
        let coverage = tally.coverage();
        let is_broken =
            |one: &DamagedFile| begins_as_json || !matches!(one.stage, Stage::Json | Stage::Open);
        coverage.files.read > 0 || coverage.records > 0 || coverage.damaged.iter().any(is_broken)
    })
}

/// Whether a file has a name that results have and logs have not.
fn is_result(file: &Path) -> bool {
    let ending = file.extension().and_then(|ending| ending.to_str());
    ending.is_some_and(|ending| matches!(ending, "csv" | "md" | "html" | "xlsx" | "prom"))
}

/// How to write, resolved.
pub(super) struct Writing {
    pub format: Format,
    pub output: Option<PathBuf>,
    /// The most rows, if there is a limit.
    pub top: Option<u64>,
    pub layout: Layout,
    /// Whether rows go where somebody watches.
    pub on_terminal: bool,
}

impl Writing {
    pub fn resolve(output: &OutputArgs) -> Result<Writing, Failure> {
        let mut writing = Writing::plain(output.format, output.output.as_deref())?;
        writing.top = match (output.top, writing.format) {
            (None, Format::Table) => Some(25),
            (None, _) | (Some(0), _) => None,
            (some, _) => some,
        };
        Ok(writing)
    }

    /// For commands whose rows are few.
    pub fn plain(format: Option<FormatName>, output: Option<&Path>) -> Result<Writing, Failure> {
        let output = output
            .filter(|path| path.as_os_str() != "-")
            .map(Path::to_owned);
        let format = match (format, &output) {
            (Some(FormatName::Table), _) | (None, None) => Format::Table,
            (Some(FormatName::Csv), _) => Format::Csv,
            (Some(FormatName::Json), _) => Format::Json,
            (Some(FormatName::Jsonl), _) => Format::Jsonl,
            (Some(FormatName::Markdown), _) => Format::Markdown,
            // A device has no ending.
            (None, Some(path)) if path.extension().is_none() && is_device(path) => Format::Table,
            (None, Some(path)) => of_extension(path)?,
        };
        let on_terminal = output.is_none() && std::io::stdout().is_terminal();
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
            || std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let layout = Layout {
            width: width(on_terminal),
            colours: on_terminal && !no_color,
        };
        Ok(Writing {
            format,
            output,
            top: None,
            layout,
            on_terminal,
        })
    }
}

fn is_device(path: &Path) -> bool {
    path.metadata()
        .is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir())
}

fn of_extension(path: &Path) -> Result<Format, Failure> {
    let extension = path
        .extension()
        .and_then(|extension| extension.to_str())
        .unwrap_or_default();
    Format::of_extension(extension).ok_or_else(|| {
        Failure::new(format!(
            "--output {}: the ending tells no format; end it in .csv, .json, .jsonl, .md or .txt, or give --format",
            Shown::path(path)
        ))
    })
}

/// The terminal's width; without a terminal, `COLUMNS` or 80.
fn width(on_terminal: bool) -> usize {
    let of_terminal = on_terminal
        .then(terminal_size::terminal_size)
        .flatten()
        .map(|(width, _)| usize::from(width.0));
    let of_environment = || {
        std::env::var("COLUMNS")
            .ok()
            .and_then(|columns| columns.parse().ok())
    };
    of_terminal
        .or_else(of_environment)
        .filter(|&width| width >= 20)
        .unwrap_or(80)
}

/// Whether progress is shown, and whether on a terminal.
pub(super) fn progress(messages: &MessageArgs) -> Option<bool> {
    let terminal = std::io::stderr().is_terminal();
    match messages.progress {
        When::Never => None,
        When::Always => Some(terminal),
        When::Auto => (terminal && !messages.quiet).then_some(true),
    }
}

/// Refuses a question about nothing but days that are forgotten.
pub(super) fn check_kept_days(
    path: &Path,
    store: &Store,
    until: Option<Time>,
) -> Result<(), Failure> {
    match (store.kept_from()?, until) {
        (Some(kept_from), Some(until)) if Some(until) <= Time::of_midnight(kept_from) => {
            Err(Failure::new(format!(
                "--until {}: --store {} has forgotten the days before {kept_from}; name a later day, \
                 or ask the log files",
                until.day(),
                Shown::path(path)
            )))
        }
        _ => Ok(()),
    }
}
