//! The commands: what can be typed, and which file runs it.
//!
//! Help, man pages and completions are all made from this.

mod completions;
mod endpoint;
mod events;
#[cfg(feature = "store")]
mod forget;
mod help;
#[cfg(feature = "store")]
mod ingest;
mod man;
mod map;
mod merge;
mod overview;
mod plan;
mod query;
mod regions;
mod report;
mod settle;
#[cfg(feature = "store")]
mod store_check;
#[cfg(feature = "store")]
mod store_info;
mod trend;
mod verify;

use clap::{ArgMatches, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use super::exit::{Exit, Failure};

/// Who still calls the global AWS STS endpoint, from where, and with which SDK: read from CloudTrail
/// logs on this machine, at the speed at which they can be decompressed.
#[derive(Parser)]
#[command(
    name = "stscope",
    version,
    about,
    max_term_width = 100,
    disable_help_subcommand = true,
    after_help = "\
Examples:
  stscope overview logs/                       everything on a screen
  stscope report logs/                         who calls which endpoint
  stscope report logs/ --since 7d -o sts.csv   the last week, for a spreadsheet
  stscope plan logs/                           who must change what
  stscope regions logs/                        Regional endpoints in use
  stscope events logs/ --endpoint global       every global call
  stscope verify logs/                         which logs are missing or changed
  stscope endpoint sts.eu-west-1.amazonaws.com what a host name is
  stscope query athena                         the same question for Athena

'stscope report --help' explains filters, formats and dimensions;
'stscope help topics' lists the pages of the manual.
Exit codes:
  0 done   1 a --fail-on gate failed   3 done, but some files were damaged
  2 wrong usage, or nothing could be read or judged"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Groups of calls, and the global-versus-regional summary
    #[command(after_help = report::EXAMPLES, after_long_help = report::help())]
    Report(Box<report::ReportArgs>),
    /// Everything in one pass: figures, days, accounts, SDKs, plan, Regions, and what was read
    #[command(after_help = overview::EXAMPLES, after_long_help = overview::help())]
    Overview(Box<overview::OverviewArgs>),
    /// Who must change what to leave the global endpoint, and to which Region
    #[command(after_help = plan::EXAMPLES, after_long_help = plan::help())]
    Plan(Box<plan::PlanArgs>),
    /// Which Regional STS endpoints each account uses, and which it could deactivate
    #[command(after_help = regions::EXAMPLES, after_long_help = regions::help())]
    Regions(Box<regions::RegionsArgs>),
    /// Make one part of an answer, to be merged with others: for machines and engines that share the work
    #[command(after_help = map::EXAMPLES, after_long_help = map::help())]
    Map(Box<map::MapArgs>),
    /// Decide which calls count once: reads frames of parts, and writes frames of parts
    #[command(after_help = settle::EXAMPLES)]
    Settle(settle::SettleArgs),
    /// Merge parts of an answer into the answer
    #[command(after_help = merge::EXAMPLES, after_long_help = merge::help())]
    Merge(Box<merge::MergeArgs>),
    /// One row per call, the newest first
    #[command(after_help = events::EXAMPLES, after_long_help = events::help())]
    Events(Box<events::EventsArgs>),
    /// Whether logs are missing or were changed, by the digests that CloudTrail writes every hour
    #[command(after_help = verify::EXAMPLES, after_long_help = verify::help())]
    Verify(Box<verify::VerifyArgs>),
    #[cfg(feature = "store")]
    /// Read new log files into a store, which other commands read instead of the logs
    #[command(after_help = ingest::EXAMPLES, after_long_help = ingest::help())]
    Ingest(Box<ingest::IngestArgs>),
    /// Global versus Regional over time
    #[command(after_help = trend::EXAMPLES, after_long_help = trend::help())]
    Trend(Box<trend::TrendArgs>),
    #[cfg(feature = "store")]
    /// Remove old days from a store
    #[command(after_help = forget::EXAMPLES, after_long_help = forget::help())]
    Forget(forget::ForgetArgs),
    #[cfg(feature = "store")]
    /// Show what a store holds, and check it for damage
    #[command(subcommand, after_help = STORE_EXAMPLES)]
    Store(StoreCommand),
    /// Explain host names; without HOST, list the STS endpoints
    #[command(after_help = "\
Examples:
  stscope endpoint sts.amazonaws.com sts-fips.us-east-1.amazonaws.com:443
  stscope endpoint --format csv -o endpoints.csv")]
    Endpoint(endpoint::EndpointArgs),
    /// Print the query of report for Athena, CloudWatch, DuckDB or ClickHouse
    #[command(after_help = "\
Examples:
  stscope query athena --table audit.cloudtrail_logs --since 7d
  stscope query cloudwatch
  stscope query duckdb --files 's3-logs/**/*.json.gz' | duckdb
  stscope query clickhouse -o sts.sql")]
    Query(query::QueryArgs),
    /// Print a completion script for a shell
    #[command(after_help = "\
Example:
  stscope completions bash > ~/.local/share/bash-completion/completions/stscope")]
    Completions(completions::CompletionsArgs),
    /// Print the man pages of all commands as one (roff), or write each to a file
    #[command(after_help = "\
Examples:
  stscope man > stscope.1
  stscope man --dir /usr/local/share/man/man1")]
    Man(man::ManArgs),
    /// Show the help of a command, or a page of the manual
    #[command(after_help = help::EXAMPLES)]
    Help(help::HelpArgs),
}

#[cfg(feature = "store")]
const STORE_EXAMPLES: &str = "\
Examples:
  stscope store info sts.db
  stscope store info --store sts.db --format json
  stscope store check sts.db";

#[cfg(feature = "store")]
#[derive(Subcommand)]
enum StoreCommand {
    /// Show the days, files, calls and last runs of a store
    #[command(after_help = STORE_EXAMPLES)]
    Info(store_info::ContentsArgs),
    /// Check a store for damage: exit code 0 if it is sound, 2 if it is damaged
    ///
    /// Reads the whole store: SQLite's own check, the sums over the rows of every table, and the figures
    /// that must add up. A command that reads a store checks what it reads by the same sums.
    #[command(after_help = STORE_EXAMPLES)]
    Check(store_check::CheckArgs),
}

/// The whole command line.
pub(super) fn command() -> clap::Command {
    Cli::command()
}

/// Runs the command that was typed.
///
/// # Errors
/// If no command can be made of what was typed; inside that, why the command has no result.
pub(super) fn run(typed: &ArgMatches) -> Result<Result<Exit, Failure>, clap::Error> {
    Ok(dispatch(Cli::from_arg_matches(typed)?.command))
}

fn dispatch(typed: Command) -> Result<Exit, Failure> {
    match typed {
        Command::Report(arguments) => report::run(*arguments),
        Command::Regions(arguments) => regions::run(*arguments),
        Command::Map(arguments) => map::run(*arguments),
        Command::Settle(arguments) => settle::run(&arguments),
        Command::Merge(arguments) => merge::run(*arguments),
        Command::Events(arguments) => events::run(*arguments),
        Command::Overview(arguments) => overview::run(*arguments),
        Command::Plan(arguments) => plan::run(*arguments),
        Command::Verify(arguments) => verify::run(*arguments),
        #[cfg(feature = "store")]
        Command::Ingest(arguments) => ingest::run(*arguments),
        #[cfg(feature = "store")]
        Command::Forget(arguments) => forget::run(&arguments),
        #[cfg(feature = "store")]
        Command::Store(StoreCommand::Check(arguments)) => store_check::run(&arguments),
        #[cfg(feature = "store")]
        Command::Store(StoreCommand::Info(arguments)) => store_info::run(&arguments),
        Command::Trend(arguments) => trend::run(*arguments),
        Command::Endpoint(arguments) => endpoint::run(arguments),
        Command::Query(arguments) => query::run(arguments),
        Command::Completions(arguments) => completions::run(&arguments),
        Command::Help(arguments) => help::run(&arguments, command()),
        Command::Man(arguments) => man::run(&arguments, command()),
    }
}
