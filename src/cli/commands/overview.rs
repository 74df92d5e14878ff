//! `stscope overview`

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::{Arg, Args, ValueHint};

use crate::cli::args::{AnswerArgs, FilterArgs, OrderArgs, SourceArgs, exit_help, without_gauges};
use crate::cli::dry_run;
use crate::cli::exit::{Exit, Failure};
use crate::cli::gate::conclude;
use crate::cli::output::Sink;
use crate::cli::session::{Asked, Session};
use crate::input::{IpRanges, read_ip_ranges};
use crate::questions::overview::{Overview, questions, sdks};
use crate::questions::verify::{ChainRow, Standing};
use crate::questions::{AnyQuestion, CallsByDay, Period, Plan, Regions, Trend};
use crate::report::Format;
use crate::report::pages::overview::OverviewPage;
use crate::report::pages::regions::Window;
use crate::tally::{Report, Totals};

#[derive(Args)]
#[command(mut_arg("endpoint", |arg| arg.hide(true)), mut_arg("conditions", |arg| arg.hide(true)), mut_arg("format", without_gauges), mut_arg("sort", of_two_lists), mut_arg("min_calls", those_of_two_lists))]
pub(super) struct OverviewArgs {
    #[command(flatten)]
    pub source: SourceArgs,
    #[command(flatten)]
    pub filter: FilterArgs,
    /// AWS's own list of its addresses, ip-ranges.json: tells the Region of callers (see 'stscope plan')
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Input")]
    pub ip_ranges: Option<PathBuf>,
    #[command(flatten)]
    pub order: OrderArgs,
    #[command(flatten)]
    pub answer: AnswerArgs,
}

fn of_two_lists(sort: Arg) -> Arg {
    sort.help(
        "Order of the plan and of the Regions, as these commands have it: most calls first, last seen \
         first, or by the values of the row [default: calls]",
    )
}

fn those_of_two_lists(min_calls: Arg) -> Arg {
    min_calls.help("Leave out rows of the plan and of the Regions with fewer than N calls")
}

pub(super) const EXAMPLES: &str = "\
Examples:
  stscope overview s3-logs/
  stscope overview s3-logs/ --since 30d --format markdown
  stscope overview --store sts.db --format json -o sts.json";

const WORDS: &str = "\
One pass over the logs answers what report, trend, plan, regions and verify
would: every figure is the one that they give.";

pub(super) fn help() -> String {
    format!("{EXAMPLES}\n\n{WORDS}\n\n{}", exit_help())
}

/// How many rows of each list a screen has room for.
const ON_A_SCREEN: u64 = 5;

pub(super) fn run(arguments: OverviewArgs) -> Result<Exit, Failure> {
    let asked = Asked::of(&arguments.source, &arguments.filter, &arguments.answer);
    if asked.input.s3.dry_run {
        return dry_run::run_gated(&asked);
    }
    refuse_what_hides_calls(&arguments.filter)?;
    let ip_ranges = (arguments.ip_ranges.as_deref())
        .map(read_ip_ranges)
        .transpose()?;
    let (mut session, mut sink) = Session::open(Asked {
        has_new_global: true,
        lists: &[("--ip-ranges", arguments.ip_ranges.as_deref())],
        ..asked
    })?;
    session.reading.scan.days = true;
    prepare(&mut sink, arguments.answer.output.top)?;
    let report = session.count(&questions())?.finish();
    let order = &arguments.order;
    answer(&report, ip_ranges.as_ref(), &session, order, sink)
}

/// Refuses a format that has no room for several lists, and has a screen show the first rows of each.
pub(super) fn prepare(sink: &mut Sink, top: Option<u64>) -> Result<(), Failure> {
    let format = sink.writing.format;
    if format.has_rows_alone() {
        return Err(Failure::new(
            "--format: an overview has several lists, and this format has room for one; give html, xlsx, json \
             or markdown, or ask the command of one list: report, trend, plan, regions or verify",
        ));
    }
    if top.is_none() && matches!(format, Format::Table | Format::Markdown) {
        sink.writing.top = Some(ON_A_SCREEN);
    }
    Ok(())
}

/// The end of an overview, whether it is of logs, of a store or of parts.
pub(super) fn answer(
    report: &Report<Vec<AnyQuestion>>,
    ip_ranges: Option<&IpRanges>,
    session: &Session,
    order: &OrderArgs,
    sink: Sink,
) -> Result<Exit, Failure> {
    let format = sink.writing.format;
    let totals = &report.totals;
    let exit = session.tell_read(&totals.coverage)?;
    let Some(answers) = Overview::of(report) else {
        return Err(Failure::new("overview: no answer; please report this"));
    };
    let calls = CallsByDay::of(&answers.trend);
    let (calendar, seen) = session.days(totals, &calls)?;
    let can_judge = session.can_judge(totals);
    let verdict = session.judge(totals);
    let trend = Trend::of(&calls, &seen, &calendar, Period::Day, session.selection());
    super::trend::note_gaps(&trend, session.reading.store.is_some(), session.messages);
    let region_of = |address: &str| ip_ranges?.region_of(address);
    let plan = Plan::of(&answers.plan, region_of);
    let sdks = sdks(&plan);
    let mut plan = match format.is_for_people() {
        true => plan.together(),
        false => plan,
    };
    let mut regions = Regions::of(&answers.regions);
    super::plan::arrange(&mut plan, order);
    super::regions::arrange(&mut regions, order);
    let summary = totals.summary();
    let chains = match totals.chains.is_empty() {
        true => without_digests(totals),
        false => totals.chains.clone(),
    };
    let named = &session.selection().accounts;
    let standing =
        (!totals.chains.is_empty()).then(|| Standing::behind(&totals.logs_read, &chains, named));
    let coverage = serde_json::to_value(&totals.coverage).map_err(std::io::Error::from)?;
    let page = OverviewPage {
        summary: &summary,
        can_judge,
        trend: &trend,
        accounts: &answers.accounts(&totals.logs_read),
        sdks: &sdks,
        plan: &plan,
        regions: &regions,
        window: &Window::new(session.selection(), &totals.coverage, &summary),
        days_read: &totals.days_read,
        chains: &chains,
        standing: standing.as_ref(),
        min_calls: order.min_calls,
        top: sink.writing.top,
        coverage: &totals.coverage,
        coverage_json: &coverage,
    };
    conclude(exit, verdict, sink.write(page.page()))
}

/// Whose logs were read, where no digest says anything of them.
fn without_digests(totals: &Totals) -> Vec<ChainRow> {
    let mut rows: BTreeMap<(&str, &str), ChainRow> = BTreeMap::new();
    let logs = &totals.logs_read;
    for (account, region) in logs.read().chain(logs.damaged()) {
        rows.insert((account, region), ChainRow::new(account, region));
    }
    for day in totals.days_read.by_key() {
        if let Some(row) = rows.get_mut(&(day.account_id, day.region)) {
            row.unnamed += day.of_files.files + day.of_files.damaged;
        }
    }
    rows.into_values().collect()
}

/// A Region must not look idle, and nothing not read, because calls were not asked about.
pub(super) fn refuse_what_hides_calls(filter: &FilterArgs) -> Result<(), Failure> {
    filter.refuse_what_hides_calls(|option| match option {
        "--endpoint" => format!("'stscope report {option} ...'"),
        _ => format!("'stscope report {option} ...' or 'stscope plan {option} ...'"),
    })
}
