//! `stscope report`

use std::sync::Arc;

use clap::Args;
use clap::builder::TypedValueParser as _;

use crate::cli::accounts;
use crate::cli::args::{
    AnswerArgs, FilterArgs, GroupOrder, OrderArgs, SourceArgs, dimensions_help, exit_help,
};
use crate::cli::dry_run;
use crate::cli::ending;
use crate::cli::exit::{Exit, Failure};
use crate::cli::gate::conclude;
use crate::cli::output::Sink;
use crate::cli::session::{Asked, Session};
use crate::cli::stored::check_kept;
use crate::questions::gate::tells_of_global;
use crate::questions::{AnyQuestion, Report};
use crate::report::pages::{self, report::Worth};
use crate::scan::Scan;
use crate::sts::{Dimension, Endpoint};

#[derive(Args)]
pub(super) struct ReportArgs {
    #[command(flatten)]
    pub source: SourceArgs,
    #[command(flatten)]
    pub filter: FilterArgs,
    #[command(flatten)]
    pub grouping: GroupingArgs,
    #[command(flatten)]
    pub order: OrderArgs,
    #[command(flatten)]
    pub answer: AnswerArgs,
}

/// How to group.
#[derive(Args)]
#[command(next_help_heading = "Groups")]
pub(super) struct GroupingArgs {
    /// Group by these dimensions (--help lists them) [default: endpoint,
    /// client_provided_host_header, vpc_endpoint_id, principal]
    #[arg(
        long,
        value_name = "DIM,...",
        value_delimiter = ',',
        default_value = "endpoint,client_provided_host_header,vpc_endpoint_id,principal",
        hide_default_value = true,
        hide_possible_values = true,
        value_parser = clap::builder::PossibleValuesParser::new(
            Dimension::with_names().map(Dimension::name).collect::<Vec<_>>()
        )
        .try_map(|name: String| Dimension::find(&name).ok_or("no dimension"))
    )]
    pub group_by: Vec<Dimension>,
}

pub(super) const EXAMPLES: &str = "\
Examples:
  stscope report s3-logs/
  stscope report s3-logs/ --endpoint global --group-by principal,sdk,sdk_version
  stscope report s3-logs/ --where 'principal=*role/ci-*' --since 30d -o ci.csv
  stscope report s3-logs/ --fail-on global --allow known.txt --quiet
  aws s3 cp s3://trail/AWSLogs/.../x.json.gz - | stscope report -";

pub(super) fn help() -> String {
    format!(
        "{EXAMPLES}\n\n{}\n{}",
        dimensions_help("--group-by and --where"),
        exit_help()
    )
}

pub(super) fn run(arguments: ReportArgs) -> Result<Exit, Failure> {
    let asked = Asked::of(&arguments.source, &arguments.filter, &arguments.answer);
    if asked.input.s3.dry_run {
        return dry_run::run_gated(&asked);
    }
    let group_by = arguments.grouping.group_by;
    refuse_twice(&group_by)?;
    if arguments.source.store.store.is_some() {
        for &dimension in &group_by {
            check_kept("--group-by", dimension)?;
        }
    }
    let (session, sink) = Session::open(Asked {
        has_gauges: true,
        has_new_global: true,
        ..asked
    })?;
    let question = match &sink.writing.names {
        _ if !group_by.contains(&Dimension::AccountName) => AnyQuestion::Groups(group_by),
        Some(names) => AnyQuestion::NamedGroups(group_by, Arc::clone(names)),
        None => return Err(accounts::missing("--group-by")),
    };
    let report = session.count(&question)?.finish();
    answer(report, &session, &arguments.order, sink)
}

/// The end of a report, whether it is of logs, of a store or of parts.
pub(super) fn answer(
    mut report: Report,
    session: &Session,
    order: &OrderArgs,
    sink: Sink,
) -> Result<Exit, Failure> {
    let exit = match session.tell_read(&report.totals.coverage) {
        Ok(exit) => exit,
        Err(nothing) => return judge_nothing(nothing, session),
    };
    match order.sort.unwrap_or_default() {
        GroupOrder::Calls => {}
        GroupOrder::LastEventTime => report.sort_by_last_event_time(),
        GroupOrder::Group => report.sort_by_group(),
    }
    report.keep_min_calls(order.min_calls);
    let can_judge = session.can_judge(&report.totals);
    let verdict = session.judge(&report.totals);
    // Who calls is known to call, whatever else is not known.
    let is_known = !report.totals.offenders(Endpoint::Global).is_empty()
        || tells_of_global(&report.totals, session.selection());
    let worth = Worth {
        can_judge,
        is_judged: verdict.is_ok() && is_known,
        standing: session.standing(&report.totals),
    };
    // Principals become labels of gauges only where somebody chose what to group by.
    let with_groups = report.question.dimensions() != Scan::default().group_by;
    let page = pages::report::page(&report, worth, sink.writing.top, with_groups);
    conclude(exit, verdict, sink.write(page))
}

/// The end of a report that has nothing to say: the gate on new callers has days of its own.
fn judge_nothing(nothing: Failure, session: &Session) -> Result<Exit, Failure> {
    if let Ok(Exit::GateFailed) = session.judge_new(Ok(Exit::Done)) {
        ending::report(nothing);
        return Ok(Exit::GateFailed);
    }
    Err(nothing)
}

pub(super) fn refuse_twice(dimensions: &[Dimension]) -> Result<(), Failure> {
    for (at, dimension) in dimensions.iter().enumerate() {
        if dimensions[..at].contains(dimension) {
            let name = dimension.name();
            let message = format!("--group-by {name}: it is named twice; name it once");
            return Err(Failure::new(message));
        }
    }
    Ok(())
}
