//! `stscope plan`

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};
use serde_json::Value;

use crate::aws::IpRanges;
use crate::cli::args::{
    AnswerArgs, FilterArgs, GroupOrder, OrderArgs, OutputArgs, SourceArgs, dimensions_help,
    exit_help, without_gauges,
};
use crate::cli::dry_run;
use crate::cli::exit::{Exit, Failure};
use crate::cli::gate::conclude;
use crate::cli::messages::Messages;
use crate::cli::output::{AccountFolder, Output, Sink, Writing};
use crate::cli::reading::Reading;
use crate::cli::session::{Asked, Session};
use crate::input::read_ip_ranges;
use crate::questions::{AnyQuestion, Plan, Report, TokenTrace, Traced};
use crate::report::pages::plan::PlanPage;
use crate::report::{Format, count, counted, plural};
use crate::tally::Summary;

#[derive(Args)]
#[command(mut_arg("endpoint", |arg| arg.hide(true)), mut_arg("format", without_gauges))]
pub(super) struct PlanArgs {
    #[command(flatten)]
    pub source: SourceArgs,
    #[command(flatten)]
    pub made_with: MadeWith,
    /// Look for tokens of the global endpoint that were used in opt-in Regions
    ///
    /// Only version 2 tokens are valid there. To see where a token is used, the records of all
    /// services in opt-in Regions are read: that takes longer, and some 100 bytes of memory for each
    /// token issued globally and for each access key used in an opt-in Region. Uses are shown only if
    /// they are in the time, accounts and Regions asked about: --region us-east-1 hides them all.
    #[arg(long, help_heading = "Input")]
    pub trace_tokens: bool,
    #[command(flatten)]
    pub filter: FilterArgs,
    #[command(flatten)]
    pub order: OrderArgs,
    #[command(flatten)]
    pub answer: AnswerArgs,
}

/// What a plan is made with, once the calls are counted.
#[derive(Args)]
pub(super) struct MadeWith {
    /// AWS's list of its addresses (ip-ranges.json), to find the Region of callers
    #[arg(
        long,
        value_name = "FILE",
        value_hint = ValueHint::FilePath,
        help_heading = "Input"
    )]
    pub ip_ranges: Option<PathBuf>,
    /// Write one file for each of these to --output-dir
    #[arg(long, requires = "output_dir", help_heading = "Output")]
    pub by: Option<SplitBy>,
    /// Write the files of --by to DIR, which is created if it does not exist
    #[arg(
        long,
        value_name = "DIR",
        value_hint = ValueHint::DirPath,
        requires = "by",
        conflicts_with = "output",
        help_heading = "Output"
    )]
    pub output_dir: Option<PathBuf>,
}

impl MadeWith {
    pub fn ip_ranges(&self) -> Result<Option<IpRanges>, Failure> {
        Ok((self.ip_ranges.as_deref())
            .map(read_ip_ranges)
            .transpose()?)
    }

    /// The option that no other page has any use for, if it was given.
    pub fn by_account(&self) -> Option<&'static str> {
        self.by.is_some().then_some("--by")
    }

    /// The option that an overview has, too, if it was given.
    pub fn given(&self) -> Option<&'static str> {
        self.ip_ranges.is_some().then_some("--ip-ranges")
    }
}

/// A file for the plan, or a folder for its parts by account.
pub(super) struct Destination {
    sink: Sink,
    folder: Option<AccountFolder>,
}

impl Destination {
    /// Opens the folder, if one was named.
    pub fn open(
        mut sink: Sink,
        made_with: &MadeWith,
        output: &OutputArgs,
    ) -> Result<Destination, Failure> {
        let folder = (made_with.output_dir.as_deref())
            .map(|folder| AccountFolder::open(folder, sink.writing.format))
            .transpose()?;
        if folder.is_some() && output.top.is_none() {
            sink.writing.top = None; // a work list that is handed on must not end after 25 rows
        }
        Ok(Destination { sink, folder })
    }

    pub fn refuse_gauges(&self) -> Result<(), Failure> {
        self.sink.writing.refuse_gauges()
    }

    pub fn into_sink(self) -> Sink {
        self.sink
    }
}

/// The refusal of an option that would hide what a plan needs.
pub(super) fn no_endpoint() -> Failure {
    Failure::new(
        "--endpoint: a plan is of the global calls, and needs the Regional ones to know the Region of \
         their callers; leave it out, or use 'stscope report --endpoint'",
    )
}

/// What a plan is split by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum SplitBy {
    /// The account whose callers have to change: ACCOUNT.csv, and no-account.csv for those without
    Account,
}

pub(super) const EXAMPLES: &str = "\
Examples:
  stscope plan s3-logs/
  stscope plan s3-logs/ --since 14d -o plan.csv
  stscope plan s3-logs/ --ip-ranges ip-ranges.json --format markdown
  stscope plan s3-logs/ --by account --output-dir plans/ --format csv
  curl -O https://ip-ranges.amazonaws.com/ip-ranges.json";

const WORDS: &str = "\
Causes, tried in this order:
  another-account    the caller lives in another account, which has to change it
  aws-managed        AWS itself calls: nothing to change
  endpoint-override  the SDK says that an endpoint URL is configured
  sdk-default        this SDK at this version goes global unless told otherwise
  no-region          Regional by default, but global where no Region is set
  explicit-endpoint  Regional by default: an endpoint or the Region aws-global
                     is set
  unrecognised       the user agent tells nothing

The recommended Region, by the first evidence there is:
  serving-region     the Region that answered most calls, us-east-1 aside
  regional-calls     the Region most Regional calls of the principal go to
  ip-ranges          the Region of most of its source addresses, by --ip-ranges
  serving-region     us-east-1, where nothing else is known";

pub(super) fn help() -> String {
    format!(
        "{EXAMPLES}\n\n{WORDS}\n\n{}\n{}",
        dimensions_help("--where"),
        exit_help()
    )
}

pub(super) fn run(arguments: PlanArgs) -> Result<Exit, Failure> {
    let asked = Asked::of(&arguments.source, &arguments.filter, &arguments.answer);
    if asked.input.s3.dry_run {
        return dry_run::run_gated(&asked);
    }
    if !arguments.filter.endpoint.is_empty() {
        return Err(no_endpoint());
    }
    let ip_ranges = arguments.made_with.ip_ranges()?;
    if arguments.trace_tokens && arguments.source.store.store.is_some() {
        return Err(Failure::new(
            "--trace-tokens: a store keeps no records of other services; name log files in place of \
             --store",
        ));
    }
    let (mut session, sink) = Session::open(Asked {
        lists: &[("--ip-ranges", arguments.made_with.ip_ranges.as_deref())],
        ..asked
    })?;
    session.reading.scan.trace_tokens = arguments.trace_tokens;
    let to = Destination::open(sink, &arguments.made_with, &arguments.answer.output)?;
    let (report, trace) = if arguments.trace_tokens {
        let Reading { scan, paths, .. } = &session.reading;
        let traced = session.watched(|progress| {
            scan.collect(paths, progress, || Traced::new(&scan.terms(), scan.once))
        });
        let (report, trace) = traced?.finish();
        (report, Some(trace))
    } else {
        (session.count(&AnyQuestion::Plan)?.finish(), None)
    };
    let counted = Counted {
        report: &report,
        trace,
        ip_ranges: ip_ranges.as_ref(),
    };
    answer(counted, &session, &arguments.order, to)
}

/// What a plan is made of.
pub(super) struct Counted<'a> {
    pub report: &'a Report,
    /// Where tokens were used, if that was looked for.
    pub trace: Option<TokenTrace>,
    pub ip_ranges: Option<&'a IpRanges>,
}

/// The end of it, whether it is of logs, of a store or of parts.
pub(super) fn answer(
    counted: Counted<'_>,
    session: &Session,
    order: &OrderArgs,
    to: Destination,
) -> Result<Exit, Failure> {
    let Counted {
        report,
        mut trace,
        ip_ranges,
    } = counted;
    if let Some(trace) = &mut trace {
        trace.saw_opt_in_regions &= session.selection().may_show_opt_in_regions();
    }

    let totals = &report.totals;
    let exit = session.tell_read(&totals.coverage)?;
    let mut plan = Plan::of(report, |address| ip_ranges?.region_of(address)).with_tokens(trace);
    let Destination { sink, folder } = to;
    let format = sink.writing.format;
    if format.is_for_people() {
        plan = plan.together();
    }
    arrange(&mut plan, order);
    let summary = totals.summary();
    let can_judge = session.can_judge(totals);
    if let Some(trace) = &plan.risks.opt_in_tokens {
        tell_of_tokens(trace, &summary, format, session.messages);
    }
    let verdict = session.judge(totals);
    let Sink { writing, output } = sink;
    let finished = Finished {
        summary: &summary,
        can_judge,
        coverage: serde_json::to_value(&totals.coverage).map_err(std::io::Error::from)?,
        writing,
    };
    // A page for people says so itself.
    if folder.is_some() || !format.is_for_people() {
        finished.note_what_is_not_in_it(session.messages);
    }
    let written = match folder {
        None => finished.write(&plan, None, output),
        Some(folder) => finished.write_parts(&plan, &folder, session),
    };
    conclude(exit, verdict, written)
}

/// Has a plan in the order that is asked for, without rows that have too few calls.
pub(super) fn arrange(plan: &mut Plan<'_>, order: &OrderArgs) {
    plan.keep_min_calls(order.min_calls);
    match order.sort.unwrap_or_default() {
        GroupOrder::Calls => plan.sort_by_calls(),
        GroupOrder::LastEventTime => plan.sort_by_last_event_time(),
        GroupOrder::Group => plan.sort_by_group(),
    }
}

/// Says so where no token is shown and none could be, and what a format of rows alone leaves out.
fn tell_of_tokens(trace: &TokenTrace, summary: &Summary, format: Format, messages: Messages) {
    if trace.issued == 0 && summary.global() > 0 {
        messages.note(
            "--trace-tokens: no global call has an answer with credentials \
             (responseElements.credentials.accessKeyId), so no token can be traced; that none is \
             shown means nothing",
        );
    } else if trace.issued > 0 && !trace.saw_opt_in_regions {
        messages.note(
            "--trace-tokens: nothing of an opt-in Region was read in the time, \
             accounts and Regions asked about; that no token is shown means nothing, unless no \
             opt-in Region is enabled",
        );
    } else if trace.issued > 0 && format.has_rows_alone() {
        let tokens = trace.in_opt_in_regions.iter().map(|one| one.tokens).sum();
        messages.note(&format!(
            "{} {} of the global endpoint used in opt-in Regions; --format json, \
             table or markdown tells whose",
            count(tokens),
            plural(tokens, "token")
        ));
    }
}

/// What a plan is written with.
struct Finished<'a> {
    summary: &'a Summary,
    can_judge: bool,
    coverage: Value,
    writing: Writing,
}

impl Finished<'_> {
    /// Writes the plan, or the part of it that is of an account.
    fn write(&self, plan: &Plan<'_>, account: Option<&str>, output: Output) -> Result<(), Failure> {
        let page = PlanPage {
            plan,
            summary: self.summary,
            can_judge: self.can_judge,
            is_of_some: account.is_some(),
            top: self.writing.top,
            coverage: &self.coverage,
        };
        let mut page = page.page();
        if let (Some(id), Some(names)) = (account, &self.writing.names) {
            page = page.of_account(id, names);
        }
        self.writing.write(page, output)
    }

    /// Writes the parts of the plan by account, a file for each.
    fn write_parts(
        &self,
        plan: &Plan<'_>,
        folder: &AccountFolder,
        session: &Session,
    ) -> Result<(), Failure> {
        let mut parts: BTreeMap<&str, Plan<'_>> = BTreeMap::new();
        for account in plan.accounts() {
            let stem = AccountFolder::stem(account);
            let part = || plan.of_accounts(|one| AccountFolder::stem(one) == stem);
            parts.entry(stem).or_insert_with(part);
        }
        folder.check(parts.keys().copied(), &session.reading, |file| {
            session.list_of(file)
        })?;
        for (stem, part) in &parts {
            self.write(part, Some(stem), folder.file(stem)?)?;
        }
        let rows = parts
            .iter()
            .map(|(stem, part)| (*stem, part.rows.len() as u64));
        folder.tell(&rows.collect(), session.messages);
        Ok(())
    }

    /// An empty file must not be all there is to see, and a format without words no reason to say nothing of calls
    /// that are not in a plan.
    fn note_what_is_not_in_it(&self, messages: Messages) {
        let [.., other, unknown] = self.summary.endpoints.values();
        let perhaps = match other + unknown {
            0 => None,
            perhaps => Some(format!(
                "{} other or unknown, and perhaps global; 'report --endpoint other,unknown' of the same \
                 logs shows them",
                match perhaps {
                    1 => "1 is".to_owned(),
                    many => format!("{} are", count(many)),
                }
            )),
        };
        let calls = counted(self.summary.calls, "STS call");
        if self.can_judge && self.summary.global() == 0 {
            let perhaps = perhaps.map_or(String::new(), |perhaps| format!(", but {perhaps}"));
            messages.note(&format!("no global calls among {calls}{perhaps}"));
        } else if let Some(perhaps) = perhaps
            && (self.writing.format.has_rows_alone() || self.writing.format == Format::Json)
        {
            messages.note(&format!("not in the plan: of {calls}, {perhaps}"));
        }
    }
}
