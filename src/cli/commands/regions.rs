//! `stscope regions`

use clap::Args;

use crate::cli::args::{
    AnswerArgs, FilterArgs, GroupOrder, OrderArgs, SourceArgs, exit_help, without_gauges,
};
use crate::cli::dry_run;
use crate::cli::exit::{Exit, Failure};
use crate::cli::gate::conclude;
use crate::cli::output::Sink;
use crate::cli::session::{Asked, Session};
use crate::questions::{AnyQuestion, Regions, Report};
use crate::report::pages::regions::{self, Window};

#[derive(Args)]
#[command(mut_arg("endpoint", |arg| arg.hide(true)), mut_arg("conditions", |arg| arg.hide(true)), mut_arg("format", without_gauges))]
pub(super) struct RegionsArgs {
    #[command(flatten)]
    pub source: SourceArgs,
    #[command(flatten)]
    pub filter: FilterArgs,
    #[command(flatten)]
    pub order: OrderArgs,
    #[command(flatten)]
    pub answer: AnswerArgs,
}

pub(super) const EXAMPLES: &str = "\
Examples:
  stscope regions s3-logs/
  stscope regions s3-logs/ --account 111122223333 --since 90d
  stscope regions s3-logs/ --sort group -o regions.csv";

const WORDS: &str = "\
Status, the first that holds, of the account that issues the credentials (for
AssumeRole the account of the role) in a Region:
  refused    calls were answered with RegionDisabledException: STS is
             deactivated, and called
  in-use     it was called, even if only by AWS services
  not-read   no log of it was read, or not all of one, or digests say that one
             is missing: nothing can be said; unless an unbroken chain of
             digests says that none was delivered
  idle       not called in these logs; enabled by default, can be deactivated
  always-on  not called in these logs; cannot be deactivated
  opt-in     not called in these logs; STS comes with the Region

Calls to the global endpoint belong to no Region: deactivating one does not
affect them.";

pub(super) fn help() -> String {
    format!("{EXAMPLES}\n\n{WORDS}\n\n{}", exit_help())
}

pub(super) fn run(arguments: RegionsArgs) -> Result<Exit, Failure> {
    let asked = Asked::of(&arguments.source, &arguments.filter, &arguments.answer);
    if asked.input.s3.dry_run {
        return dry_run::run_gated(&asked);
    }
    refuse_what_hides_calls(&arguments.filter)?;
    let (session, sink) = Session::open(asked)?;
    let report = session.count(&AnyQuestion::Regions)?.finish();
    answer(&report, &session, &arguments.order, sink)
}

/// The end of it, whether it is of logs, of a store or of parts.
pub(super) fn answer(
    report: &Report,
    session: &Session,
    order: &OrderArgs,
    sink: Sink,
) -> Result<Exit, Failure> {
    let totals = &report.totals;
    let exit = session.tell_read(&totals.coverage)?;
    let window = Window::new(session.selection(), &totals.coverage, &totals.summary());
    if sink.writing.format.has_rows_alone() {
        (session.messages).tell(&format!("judged by {}", window.words().join(", ")));
    }
    let mut regions = Regions::of(report);
    arrange(&mut regions, order);
    let verdict = session.judge(totals);
    let (min_calls, top) = (order.min_calls, sink.writing.top);
    let page = regions::page(regions, &window, min_calls, top, &totals.coverage);
    conclude(exit, verdict, sink.write(page))
}

/// Has Regions in the order that is asked for. Rows with too few calls are left out by the page, which says
/// something of all of them.
pub(super) fn arrange(regions: &mut Regions<'_>, order: &OrderArgs) {
    match order.sort.unwrap_or_default() {
        GroupOrder::Calls => {}
        GroupOrder::LastEventTime => regions.sort_by_last_event_time(),
        GroupOrder::Group => regions.sort_by_group(),
    }
}

/// A Region must not look idle because its calls were not asked about.
pub(super) fn refuse_what_hides_calls(filter: &FilterArgs) -> Result<(), Failure> {
    filter.refuse_what_hides_calls(|option| {
        format!("'stscope report {option} ... --group-by recipient_account_id,endpoint_region'")
    })
}
