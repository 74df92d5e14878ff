//! `stscope plan`

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::args::{GroupOrder, PlanArgs};
use super::conditions::note_unmatched;
use super::config::{Reading, Writing, check_output};
use super::exit::{Exit, Failure, say};
use super::gate::{Gates, can_judge, conclude, note_if_blind};
use super::output::Output;
use super::source;
use crate::aws::account::is_account_id;
use crate::input::read_ip_ranges;
use crate::questions::{AnyQuestion, Plan, TokenTrace, Traced};
use crate::report::pages::plan::PlanPage;
use crate::report::{Format, count, plural};
use crate::shown::Shown;
use crate::tally::Summary;

pub(super) fn run(arguments: PlanArgs) -> Result<Exit, Failure> {
    if !arguments.filter.endpoint.is_empty() {
        return Err(Failure::new(
            "--endpoint: a plan is of the global calls, and needs the Regional ones to know where \
             their callers are at home; leave it out, or use 'stscope report --endpoint'",
        ));
    }
    let mut writing = Writing::resolve(&arguments.output)?;
    let gates = Gates::resolve(&arguments.gate)?;
    let ip_ranges = (arguments.ip_ranges.as_deref())
        .map(read_ip_ranges)
        .transpose()
        .map_err(|error| Failure::new(error.to_string()))?;
    if arguments.trace_tokens && arguments.store.store.is_some() {
        return Err(Failure::new(
            "--trace-tokens: a store keeps no records of other services; name log files in place of \
             --store",
        ));
    }
    let mut reading = Reading::resolve_any(
        &arguments.input,
        &arguments.store,
        &arguments.filter,
        &arguments.messages,
    )?;
    reading.scan.trace_tokens = arguments.trace_tokens;
    check_output(
        &writing,
        &reading,
        &[
            ("--allow", arguments.gate.allow.as_deref()),
            ("--ip-ranges", arguments.ip_ranges.as_deref()),
        ],
    )?;
    let place = match &arguments.output_dir {
        Some(folder) => Place::Folder(Folder::open(folder, writing.format)?),
        None => Place::One(Output::open(writing.output.as_deref())?),
    };
    if arguments.output_dir.is_some() && arguments.output.top.is_none() {
        writing.top = None; // a work list that is handed on must not end after 25 rows
    }

    let (report, mut trace) = if reading.scan.trace_tokens {
        let (scan, paths) = (&reading.scan, &reading.paths);
        let traced = source::watched(&arguments.messages, |shared| {
            scan.collect(paths, shared, || Traced::new(&scan.terms(), scan.once))
        });
        let (report, trace) = traced?.finish();
        (report, Some(trace))
    } else {
        let tally = source::tally(&reading, &AnyQuestion::Plan, &arguments.messages)?;
        (tally.finish(), None)
    };
    if let Some(trace) = &mut trace {
        trace.saw_opt_in_regions &= reading.scan.selection.may_show_opt_in_regions();
    }

    let quiet = arguments.messages.quiet;
    let totals = &report.totals;
    let exit = source::tell(&reading, &totals.coverage, quiet)?;
    let mut plan =
        Plan::of(&report, |address| ip_ranges.as_ref()?.region_of(address)).with_tokens(trace);
    if writing.format.is_for_people() {
        plan = plan.together();
    }
    plan.keep_min_calls(arguments.order.min_calls);
    match arguments.order.sort {
        GroupOrder::Calls => plan.sort_by_calls(),
        GroupOrder::LastEventTime => plan.sort_by_last_event_time(),
        GroupOrder::Group => plan.sort_by_group(),
    }
    let summary = totals.summary();
    let can_judge = can_judge(totals, &reading.scan.selection);
    note_if_blind(can_judge, &summary, quiet);
    if let Some(trace) = plan.risks.opt_in_tokens.as_ref().filter(|_| !quiet) {
        tell_of_tokens(trace, &summary, writing.format);
    }
    note_unmatched(totals, quiet);
    let verdict = gates.judge(totals, &reading.scan.selection);
    let finished = Finished {
        summary: &summary,
        can_judge,
        coverage: serde_json::to_value(&totals.coverage).map_err(std::io::Error::from)?,
        writing: &writing,
    };
    let written = match place {
        Place::One(output) => {
            finished.note_if_empty(quiet || writing.format.is_for_people());
            finished.write(&plan, output)
        }
        Place::Folder(folder) => {
            finished.note_if_empty(quiet);
            folder.write(&plan, &finished, &reading, quiet)
        }
    };
    conclude(exit, verdict, written)
}

/// Says so where no token is shown and none could be, and what a format of rows alone leaves out.
fn tell_of_tokens(trace: &TokenTrace, summary: &Summary, format: Format) {
    if trace.issued == 0 && summary.global() > 0 {
        say(
            "stscope: note: --trace-tokens: no global call has an answer with credentials \
             (responseElements.credentials.accessKeyId), so no token can be traced; that none is \
             shown means nothing",
        );
    } else if trace.issued > 0 && !trace.saw_opt_in_regions {
        say(
            "stscope: note: --trace-tokens: nothing of an opt-in Region was read in the time, \
             accounts and Regions asked about; that no token is shown means nothing, unless no \
             opt-in Region is enabled",
        );
    } else if trace.issued > 0 && format.has_rows_alone() {
        let tokens = trace.in_opt_in_regions.iter().map(|one| one.tokens).sum();
        say(&format!(
            "stscope: note: {} {} of the global endpoint used in opt-in Regions; --format json, \
             table or markdown tells whose",
            count(tokens),
            plural(tokens, "token")
        ));
    }
}

/// Where a plan goes.
enum Place {
    One(Output),
    Folder(Folder),
}

/// What a plan is written with.
struct Finished<'a> {
    summary: &'a Summary,
    can_judge: bool,
    coverage: Value,
    writing: &'a Writing,
}

impl Finished<'_> {
    fn write(&self, plan: &Plan<'_>, output: Output) -> Result<(), Failure> {
        let page = PlanPage {
            plan,
            summary: self.summary,
            can_judge: self.can_judge,
            top: self.writing.top,
            coverage: &self.coverage,
        };
        let (format, layout) = (self.writing.format, self.writing.layout);
        output.write(|out| Ok(format.write(page.page(), layout, out)?))
    }

    /// An empty file must not be all there is to see.
    fn note_if_empty(&self, is_seen_elsewhere: bool) {
        if self.can_judge && self.summary.global() == 0 && !is_seen_elsewhere {
            let calls = self.summary.calls;
            say(&format!(
                "stscope: note: no global calls among {} STS {}",
                count(calls),
                plural(calls, "call")
            ));
        }
    }
}

/// A folder with one file for each account.
struct Folder {
    path: PathBuf,
    extension: &'static str,
}

/// The file for rows that name no account of twelve digits.
const NO_ACCOUNT: &str = "no-account";
/// The most files that are named.
const MAX_NAMED: usize = 20;

impl Folder {
    /// Makes the folder, or finds it: a wrong path is an error before the long work.
    fn open(path: &Path, format: Format) -> Result<Folder, Failure> {
        std::fs::create_dir_all(path).map_err(|error| {
            let path = Shown::path(path);
            Failure::new(format!(
                "--output-dir {path}: {error}; name a folder, or a new one where you may write"
            ))
        })?;
        Ok(Folder {
            path: path.to_owned(),
            extension: format.extension(),
        })
    }

    fn write(
        &self,
        plan: &Plan<'_>,
        finished: &Finished<'_>,
        reading: &Reading,
        quiet: bool,
    ) -> Result<(), Failure> {
        let mut parts: BTreeMap<String, Plan<'_>> = BTreeMap::new();
        for account in plan.accounts() {
            let stem = stem(account);
            let part = || plan.of_accounts(|one| self::stem(one) == stem);
            parts
                .entry(format!("{stem}.{}", self.extension))
                .or_insert_with(part);
        }
        for name in parts.keys() {
            let file = self.path.join(name);
            if reading.leads_to(&file) {
                return Err(Failure::new(format!(
                    "--output-dir {}: {} is one of the files to be read; name another folder",
                    Shown::path(&self.path),
                    Shown::path(&file)
                )));
            }
        }
        for (name, part) in &parts {
            let output = Output::open_in("--output-dir", &self.path, name)?;
            finished.write(part, output)?;
        }
        if !quiet {
            self.tell(&parts);
        }
        Ok(())
    }

    fn tell(&self, parts: &BTreeMap<String, Plan<'_>>) {
        let folder = Shown::path(&self.path);
        let files = parts.len() as u64;
        let names = parts.iter().map(|(name, part)| {
            let rows = part.rows.len() as u64;
            format!("{name} ({} {})", count(rows), plural(rows, "row"))
        });
        let colon = if parts.is_empty() { "" } else { ": " };
        say(&format!(
            "stscope: {folder}: {} {} written{colon}{}",
            count(files),
            plural(files, "file"),
            some(names.collect())
        ));
        let older: Vec<String> = (self.path.read_dir().into_iter().flatten().flatten())
            .filter_map(|entry| entry.file_name().into_string().ok())
            .filter(|name| {
                let stem = name.strip_suffix(self.extension);
                let stem = stem.and_then(|stem| stem.strip_suffix('.'));
                stem.is_some_and(|one| one == NO_ACCOUNT || is_account_id(one))
                    && !parts.contains_key(name)
            })
            .collect();
        if !older.is_empty() {
            say(&format!(
                "stscope: note: {folder}: from an earlier run, and left as it was, as this plan has \
                 no row for it: {}",
                some(older)
            ));
        }
    }
}

/// Some names, and how many more there are.
fn some(mut names: Vec<String>) -> String {
    names.sort();
    let unnamed = names.len().saturating_sub(MAX_NAMED) as u64;
    names.truncate(MAX_NAMED);
    if unnamed > 0 {
        names.push(format!("and {} more", count(unnamed)));
    }
    names.join(", ")
}

/// The name of an account's file. Ids are read from logs: only one that is an id becomes a name.
fn stem(account: Option<&str>) -> &str {
    account.filter(|id| is_account_id(id)).unwrap_or(NO_ACCOUNT)
}
