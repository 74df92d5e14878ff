//! What can be typed. Help, man page and completions are all made from this.

use std::path::PathBuf;

use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum, ValueHint};
use clap_complete::Shell;

use crate::sts::Dimension;

/// Who still calls the global AWS STS endpoint, from where, and with which SDK: read from CloudTrail
/// logs on this machine, at the speed at which they can be decompressed.
#[derive(Parser)]
#[command(
    name = "stscope",
    version,
    about,
    max_term_width = 100,
    after_help = "\
Examples:
  stscope report logs/                         who calls which endpoint
  stscope report logs/ --since 7d -o sts.csv   the last week, for a spreadsheet
  stscope plan logs/                           who must change what
  stscope regions logs/                        which Regional endpoints are in use
  stscope events logs/ --endpoint global       every global call
  stscope endpoint sts.eu-west-1.amazonaws.com what a host name is
  stscope query athena                         the same question for Athena

'stscope report --help' explains filters, formats and dimensions.
Exit codes:
  0 done   1 a --fail-on gate failed   3 done, but some files were damaged
  2 wrong usage, or nothing could be read or judged"
)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub(super) enum Command {
    /// Groups of calls, and the global-versus-regional summary
    #[command(after_help = REPORT_EXAMPLES, after_long_help = report_help())]
    Report(Box<ReportArgs>),
    /// Who must change what to leave the global endpoint, and to which Region
    #[command(after_help = PLAN_EXAMPLES, after_long_help = plan_help())]
    Plan(Box<PlanArgs>),
    /// Which Regional STS endpoints each account uses, and which it could deactivate
    #[command(after_help = REGIONS_EXAMPLES, after_long_help = regions_help())]
    Regions(Box<RegionsArgs>),
    /// One row per call, the newest first
    #[command(after_help = EVENTS_EXAMPLES, after_long_help = events_help())]
    Events(Box<EventsArgs>),
    /// Nightly: read what is new into a store, which report and plan read in place of the logs
    #[command(after_help = INGEST_EXAMPLES, after_long_help = ingest_help())]
    Ingest(Box<IngestArgs>),
    /// Global versus Regional over time, from a store
    #[command(after_help = TREND_EXAMPLES, after_long_help = trend_help())]
    Trend(Box<TrendArgs>),
    /// Take out of a store what is of days long ago
    #[command(after_help = FORGET_EXAMPLES, after_long_help = forget_help())]
    Forget(ForgetArgs),
    /// What is in a store, and whether it is sound
    #[command(subcommand, after_help = STORE_EXAMPLES)]
    Store(StoreCommand),
    /// What a host name is; with no HOST, the table of STS endpoints
    #[command(after_help = "\
Examples:
  stscope endpoint sts.amazonaws.com sts-fips.us-east-1.amazonaws.com:443
  stscope endpoint --format csv -o endpoints.csv")]
    Endpoint(EndpointArgs),
    /// The question of report as text for Athena, CloudWatch, DuckDB or ClickHouse
    #[command(after_help = "\
Examples:
  stscope query athena --table audit.cloudtrail_logs --since 7d
  stscope query cloudwatch
  stscope query duckdb --files 's3-logs/**/*.json.gz' | duckdb
  stscope query clickhouse -o sts.sql")]
    Query(QueryArgs),
    /// Print a completion script for a shell
    #[command(after_help = "\
Example:
  stscope completions bash > ~/.local/share/bash-completion/completions/stscope")]
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the man pages of all commands as one (roff), or write each to a file
    #[command(after_help = "\
Examples:
  stscope man > stscope.1
  stscope man --dir /usr/local/share/man/man1")]
    Man(ManArgs),
}

const REPORT_EXAMPLES: &str = "\
Examples:
  stscope report s3-logs/
  stscope report s3-logs/ --endpoint global --group-by principal,sdk,sdk_version
  stscope report s3-logs/ --where 'principal=*role/ci-*' --since 2026-11-01 -o ci.csv
  stscope report s3-logs/ --fail-on global --allow known.txt --quiet
  aws s3 cp s3://trail/AWSLogs/.../x.json.gz - | stscope report -";

const PLAN_EXAMPLES: &str = "\
Examples:
  stscope plan s3-logs/
  stscope plan s3-logs/ --since 14d -o plan.csv
  stscope plan s3-logs/ --ip-ranges ip-ranges.json --format markdown
  stscope plan s3-logs/ --by account --output-dir plans/ --format csv
  curl -O https://ip-ranges.amazonaws.com/ip-ranges.json";

const INGEST_EXAMPLES: &str = "\
Examples:
  stscope ingest --store sts.db s3-logs/
  stscope ingest --store sts.db s3-logs/ --window 30 --quiet
  stscope ingest --store sts.db s3-logs/ --keep 400d
  stscope report --store sts.db --since 7d -o week.csv";

const FORGET_EXAMPLES: &str = "\
Examples:
  stscope forget --store sts.db --before 2026-01-01
  stscope forget --store sts.db --before 400d
  stscope ingest --store sts.db --keep 400d s3-logs/   the same, every night";

const STORE_EXAMPLES: &str = "\
Examples:
  stscope store info sts.db
  stscope store info --store sts.db --format json
  stscope store check sts.db";

const TREND_EXAMPLES: &str = "\
Examples:
  stscope trend --store sts.db
  stscope trend --store sts.db --by week --since 26w -o trend.csv
  stscope trend --store sts.db --principal '*:role/payments-*'";

const REGIONS_EXAMPLES: &str = "\
Examples:
  stscope regions s3-logs/
  stscope regions s3-logs/ --account 111122223333 --since 90d
  stscope regions s3-logs/ --sort group -o regions.csv";

const EVENTS_EXAMPLES: &str = "\
Examples:
  stscope events s3-logs/ --endpoint global --top 20
  stscope events s3-logs/ --where 'principal=*role/app' --format jsonl
  stscope events s3-logs/ --sort none --format csv | head";

fn report_help() -> String {
    format!(
        "{REPORT_EXAMPLES}\n\n{}\n{}",
        dimensions_help("--group-by and --where"),
        exit_help()
    )
}

fn plan_help() -> String {
    format!(
        "{PLAN_EXAMPLES}\n\n{PLAN_WORDS}\n\n{}\n{}",
        dimensions_help("--where"),
        exit_help()
    )
}

const PLAN_WORDS: &str = "\
Causes, tried in this order:
  another-account    the caller lives in another account, which has to change it
  aws-managed        AWS itself calls: nothing to change
  endpoint-override  the SDK says that an endpoint URL is configured
  sdk-default        this SDK at this version goes global unless told otherwise
  no-region          Regional by default, but global where no Region is configured
  explicit-endpoint  Regional by default: an endpoint or the Region aws-global is set
  unrecognised       the user agent tells nothing

The recommended Region, by the first evidence there is:
  serving-region     the Region that answered most calls, us-east-1 aside
  regional-calls     the Region most Regional calls of the principal go to
  ip-ranges          the Region most of its addresses lie in, by --ip-ranges
  serving-region     us-east-1, where nothing else is known";

fn regions_help() -> String {
    format!("{REGIONS_EXAMPLES}\n\n{REGIONS_WORDS}\n\n{}", exit_help())
}

const REGIONS_WORDS: &str = "\
Status, the first that holds, of the account that issues the credentials (for AssumeRole the
account of the role) in a Region:
  refused    calls were answered with RegionDisabledException: STS is deactivated, and called
  in-use     it was called, be it by AWS services alone
  not-read   no log of it was read, or not all of one: nothing can be said
  idle       not called in these logs; enabled by default, and can be deactivated
  always-on  not called in these logs; cannot be deactivated
  opt-in     not called in these logs; STS comes with the Region

Calls to the global endpoint are of no Region: to deactivate one does not touch them.";

fn events_help() -> String {
    format!(
        "{EVENTS_EXAMPLES}\n\n{}\n{}",
        dimensions_help("--where"),
        exit_help()
    )
}

fn ingest_help() -> String {
    format!("{INGEST_EXAMPLES}\n\n{INGEST_WORDS}\n\n{INGEST_EXIT_CODES}")
}

fn forget_help() -> String {
    format!("{FORGET_EXAMPLES}\n\n{FORGET_WORDS}\n\n{FORGET_EXIT_CODES}")
}

const FORGET_WORDS: &str = "\
Days are days of calls, in UTC. What was read is not read again: the ledger of
files stays, and calls of forgotten days that come later are not counted. It
cannot be undone but by reading the logs into another store. Where a tenth of
the file is free in the end, it is written anew without the free room, which
takes as long as copying it, and up to twice its size in its folder meanwhile.";

const FORGET_EXIT_CODES: &str = "\
Exit codes:
  0  done, be there anything to forget or not
  2  wrong usage, a fatal error, another run at work, or no day would be left";

fn trend_help() -> String {
    format!("{TREND_EXAMPLES}\n\n{TREND_WORDS}\n\n{}", exit_help())
}

const TREND_WORDS: &str = "\
Status of a period:
  complete    all of it was read
  incomplete  it is not over, or not all of its days were read, or nothing of us-east-1
  not-read    nothing of it was read: its figures are empty, which is not zero";

const INGEST_WORDS: &str = "\
A file is read once: while its size and its time of modification stay, it is not opened again, and
the same S3 object in another folder is known by its key and its checksum. A file that has changed is
read again, and what it gave before is taken back. A run that is interrupted loses nothing: the next
one goes on.";

const INGEST_EXIT_CODES: &str = "\
Exit codes:
  0  done, be there anything new or not
  2  wrong usage, a fatal error, another ingest at work, or no log file at all
  3  done, but some new files were damaged or unreadable (they are listed on standard error)";

fn dimensions_help(uses: &str) -> String {
    let mut help = format!("Dimensions (for {uses}):\n");
    for dimension in Dimension::all() {
        help += &format!("  {:<28} {}\n", dimension.name(), dimension.help());
    }
    help
}

fn exit_help() -> &'static str {
    "Exit codes:
  0  done
  1  a --fail-on gate failed
  2  wrong usage, a fatal error, a gate that cannot be judged, or nothing was read at all
  3  done, but some input was damaged or unreadable (it is listed on standard error)"
}

/// Where to read.
#[derive(Args)]
#[command(next_help_heading = "Input")]
pub(super) struct InputArgs {
    /// A file, a folder (walked), a glob pattern, or - for standard input
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub paths: Vec<PathBuf>,
    /// Read more paths from FILE, one a line or NUL-terminated; - for standard input
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub files_from: Option<PathBuf>,
    /// Read every file, whatever its S3 key says of date, account and Region
    #[arg(long)]
    pub no_prune: bool,
    /// Count duplicate deliveries, and both copies of cross-account calls
    #[arg(long)]
    pub no_dedup: bool,
    /// End with exit code 2 at the first damaged file, without a report
    #[arg(long)]
    pub strict: bool,
    /// What your own host names lead to: lines 'HOST-GLOB global' or 'HOST-GLOB regional REGION'
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub hosts: Option<PathBuf>,
    /// Read with N threads [default: all cores]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub threads: Option<std::num::NonZeroUsize>,
}

/// What was read on earlier nights.
#[derive(Args)]
#[command(next_help_heading = "Input")]
pub(super) struct StoreArgs {
    /// Read the store that 'stscope ingest' keeps, in place of PATHs
    #[arg(
        long,
        value_name = "FILE",
        value_hint = ValueHint::FilePath,
        conflicts_with_all = ["paths", "files_from", "no_prune", "strict", "threads"]
    )]
    pub store: Option<PathBuf>,
}

/// What to count.
#[derive(Args)]
#[command(next_help_heading = "Filters")]
pub(super) struct FilterArgs {
    /// Calls from T on: 2026-11-01, 2026-11-01T12:00:00Z, or an age: 36h, 7d, 2w
    #[arg(long, value_name = "T")]
    pub since: Option<String>,
    /// Calls before T
    #[arg(long, value_name = "T")]
    pub until: Option<String>,
    /// Records received by these accounts (recipientAccountId)
    #[arg(long, value_name = "A,...", value_delimiter = ',')]
    pub account: Vec<String>,
    /// Records of these Regions (awsRegion); global calls are logged in us-east-1
    #[arg(long, value_name = "R,...", value_delimiter = ',')]
    pub region: Vec<String>,
    /// These endpoints only
    #[arg(long, value_name = "E,...", value_delimiter = ',')]
    pub endpoint: Vec<EndpointName>,
    /// DIM=GLOB or DIM!=GLOB; repeatable, all must hold. * crosses / and :
    #[arg(long = "where", value_name = "DIM=GLOB")]
    pub conditions: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum EndpointName {
    Global,
    Regional,
    AwsService,
    Other,
    Unknown,
}

impl EndpointName {
    /// The value of the `endpoint` dimension.
    pub fn value(self) -> &'static str {
        crate::sts::EndpointKind::ALL[self as usize].as_str()
    }
}

/// What to write, and where.
#[derive(Args)]
#[command(next_help_heading = "Output")]
pub(super) struct OutputArgs {
    /// How to write [default: table, or by the ending of --output]
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<FormatName>,
    /// Write to FILE, which appears whole or not at all
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,
    /// The first N rows; 0: all [default: 25 in a table, else all]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub top: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum FormatName {
    Table,
    Csv,
    Json,
    Jsonl,
    Markdown,
}

/// For pipelines.
#[derive(Args)]
#[command(next_help_heading = "Gates")]
pub(super) struct GateArgs {
    /// global[=N] or unknown[=N]: exit with 1 if there are more than N such calls [default N: 0].
    /// new-global[=DAYS] (report --store): if a principal calls global on the newest complete day and
    /// had not in the DAYS before [default: 30]
    #[arg(long, value_name = "GATE", value_delimiter = ',')]
    pub fail_on: Vec<String>,
    /// Principals that --fail-on forgives: globs, one a line, # for comments
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, requires = "fail_on")]
    pub allow: Option<PathBuf>,
    /// Exit with 2 if the newest complete day of new-global is older [default: 3]
    #[arg(
        long,
        value_name = "DAYS",
        requires = "fail_on",
        allow_negative_numbers = true
    )]
    pub max_age: Option<u32>,
}

/// What to say on standard error.
#[derive(Args)]
#[command(next_help_heading = "Messages")]
pub(super) struct MessageArgs {
    /// Say nothing on standard error but errors and damaged files
    #[arg(short, long)]
    pub quiet: bool,
    /// Show progress on standard error
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub progress: When,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum When {
    /// When it is a terminal
    Auto,
    /// Always; a line a second where it is no terminal
    Always,
    /// Never
    Never,
}

#[derive(Args)]
pub(super) struct IngestArgs {
    /// A file, a folder (walked), or a glob pattern
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub paths: Vec<PathBuf>,
    /// Read more paths from FILE, one a line or NUL-terminated; - for standard input
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub files_from: Option<PathBuf>,
    /// The store, which is made if there is none
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub store: PathBuf,
    /// Recognise copies of calls for DAYS after their day, or after it was first read of; kept in
    /// the store [default: 14]
    #[arg(long, value_name = "DAYS", allow_negative_numbers = true)]
    pub window: Option<u32>,
    /// In the end, forget what is of days before this age: 400d, 57w; see 'stscope forget'
    #[arg(long, value_name = "AGE")]
    pub keep: Option<String>,
    /// What your own host names lead to: lines 'HOST-GLOB global' or 'HOST-GLOB regional REGION'; what
    /// is in the store already stays as it was decided
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub hosts: Option<PathBuf>,
    /// Wait while another ingest is at work on the store
    #[arg(long)]
    pub wait: bool,
    /// Read with N threads [default: all cores]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub threads: Option<std::num::NonZeroUsize>,
    #[command(flatten)]
    pub messages: MessageArgs,
}

#[derive(Args)]
pub(super) struct ForgetArgs {
    /// The store that 'stscope ingest' keeps
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub store: PathBuf,
    /// Forget the days before DAY: 2026-01-01, or an age: 400d, 57w
    #[arg(long, value_name = "DAY")]
    pub before: String,
    /// Wait while an ingest is at work on the store
    #[arg(long)]
    pub wait: bool,
    /// Say nothing on standard error but errors
    #[arg(short, long, help_heading = "Messages")]
    pub quiet: bool,
}

#[derive(Subcommand)]
pub(super) enum StoreCommand {
    /// Its days, files, calls and last runs
    #[command(after_help = STORE_EXAMPLES)]
    Info(ContentsArgs),
    /// Whether it is what was written: exit code 0 if it is sound, 2 if it is damaged
    ///
    /// Reads all of it: SQLite's own check, the sums over the rows of every table, and the figures that
    /// must add up. A run that reads a store or judges a gate by it holds what it reads against the same
    /// sums.
    #[command(after_help = STORE_EXAMPLES)]
    Check(CheckArgs),
}

#[derive(Args)]
pub(super) struct CheckArgs {
    /// The store that 'stscope ingest' keeps
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath, required_unless_present = "store")]
    pub file: Option<PathBuf>,
    /// The same
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "file")]
    pub store: Option<PathBuf>,
    /// How to write what is wrong [default: table, or by the ending of --output]
    #[arg(long, value_name = "FORMAT", help_heading = "Output")]
    pub format: Option<FormatName>,
    /// Write to FILE, which appears whole or not at all
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Output")]
    pub output: Option<PathBuf>,
    /// Say nothing on standard error but errors
    #[arg(short, long, help_heading = "Messages")]
    pub quiet: bool,
}

#[derive(Args)]
pub(super) struct ContentsArgs {
    /// The store that 'stscope ingest' keeps
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath, required_unless_present = "store")]
    pub file: Option<PathBuf>,
    /// The same
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "file")]
    pub store: Option<PathBuf>,
    /// How to write
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub format: ContentsFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ContentsFormat {
    /// For people
    Table,
    /// One JSON object
    Json,
}

#[derive(Args)]
pub(super) struct TrendArgs {
    /// The store that 'stscope ingest' keeps
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub store: PathBuf,
    /// What a row is of; a week begins on Monday, and has the name of that day
    #[arg(long, value_name = "PERIOD", default_value = "day")]
    pub by: PeriodName,
    /// Days from T on: 2026-11-01, or an age: 7d, 2w
    #[arg(long, value_name = "T")]
    pub since: Option<String>,
    /// Days before T
    #[arg(long, value_name = "T")]
    pub until: Option<String>,
    /// Calls of these principals only; * crosses / and :
    #[arg(long, value_name = "GLOB")]
    pub principal: Option<String>,
    /// Records received by these accounts (recipientAccountId)
    #[arg(long, value_name = "A,...", value_delimiter = ',')]
    pub account: Vec<String>,
    /// How to write [default: table, or by the ending of --output]
    #[arg(long, value_name = "FORMAT", help_heading = "Output")]
    pub format: Option<FormatName>,
    /// Write to FILE, which appears whole or not at all
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Output")]
    pub output: Option<PathBuf>,
    /// Say nothing on standard error but errors and damaged files
    #[arg(short, long, help_heading = "Messages")]
    pub quiet: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum PeriodName {
    Day,
    Week,
    Month,
}

#[derive(Args)]
pub(super) struct ReportArgs {
    #[command(flatten)]
    pub input: InputArgs,
    #[command(flatten)]
    pub store: StoreArgs,
    #[command(flatten)]
    pub filter: FilterArgs,
    #[command(flatten)]
    pub grouping: GroupingArgs,
    #[command(flatten)]
    pub order: OrderArgs,
    #[command(flatten)]
    pub output: OutputArgs,
    #[command(flatten)]
    pub gate: GateArgs,
    #[command(flatten)]
    pub messages: MessageArgs,
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
            Dimension::all().map(Dimension::name).collect::<Vec<_>>()
        )
    )]
    pub group_by: Vec<String>,
}

/// How to order what was grouped, and what to leave out.
#[derive(Args)]
#[command(next_help_heading = "Order")]
pub(super) struct OrderArgs {
    /// Order: most calls first, last seen first, or by the values of the group or row
    #[arg(long, value_name = "ORDER", default_value = "calls")]
    pub sort: GroupOrder,
    /// Leave out groups or rows with fewer calls; the summary keeps them
    #[arg(
        long,
        value_name = "N",
        default_value_t = 0,
        hide_default_value = true,
        allow_negative_numbers = true
    )]
    pub min_calls: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum GroupOrder {
    Calls,
    #[value(name = "last_event_time")]
    LastEventTime,
    Group,
}

#[derive(Args)]
#[command(mut_arg("endpoint", |arg| arg.hide(true)))]
pub(super) struct PlanArgs {
    #[command(flatten)]
    pub input: InputArgs,
    #[command(flatten)]
    pub store: StoreArgs,
    /// AWS's list of its addresses (ip-ranges.json), to tell the Region of callers
    #[arg(
        long,
        value_name = "FILE",
        value_hint = ValueHint::FilePath,
        help_heading = "Input"
    )]
    pub ip_ranges: Option<PathBuf>,
    /// Look for tokens of the global endpoint that were used in opt-in Regions
    ///
    /// There only version 2 tokens are valid. To see where a token is used, the records of all
    /// services in opt-in Regions are read: that takes longer, and some 100 bytes of memory for each
    /// token issued globally and for each access key used in an opt-in Region. Uses are shown only if
    /// they are of the time, accounts and Regions asked about: --region us-east-1 hides them all.
    #[arg(long, help_heading = "Input")]
    pub trace_tokens: bool,
    #[command(flatten)]
    pub filter: FilterArgs,
    #[command(flatten)]
    pub order: OrderArgs,
    #[command(flatten)]
    pub output: OutputArgs,
    /// One file for each of these, in --output-dir
    #[arg(long, requires = "output_dir", help_heading = "Output")]
    pub by: Option<SplitBy>,
    /// Write the files of --by to DIR, which is made if need be
    #[arg(
        long,
        value_name = "DIR",
        value_hint = ValueHint::DirPath,
        requires = "by",
        conflicts_with = "output",
        help_heading = "Output"
    )]
    pub output_dir: Option<PathBuf>,
    #[command(flatten)]
    pub gate: GateArgs,
    #[command(flatten)]
    pub messages: MessageArgs,
}

/// What a plan is split by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum SplitBy {
    /// The account whose callers have to change: ACCOUNT.csv, and no-account.csv for those without
    Account,
}

#[derive(Args)]
#[command(mut_arg("endpoint", |arg| arg.hide(true)), mut_arg("conditions", |arg| arg.hide(true)))]
pub(super) struct RegionsArgs {
    #[command(flatten)]
    pub input: InputArgs,
    #[command(flatten)]
    pub store: StoreArgs,
    #[command(flatten)]
    pub filter: FilterArgs,
    #[command(flatten)]
    pub order: OrderArgs,
    #[command(flatten)]
    pub output: OutputArgs,
    #[command(flatten)]
    pub gate: GateArgs,
    #[command(flatten)]
    pub messages: MessageArgs,
}

#[derive(Args)]
pub(super) struct EventsArgs {
    #[command(flatten)]
    pub input: InputArgs,
    /// Understood to say why there is none
    #[arg(long, value_name = "FILE", hide = true)]
    pub store: Option<PathBuf>,
    #[command(flatten)]
    pub filter: FilterArgs,
    #[command(flatten)]
    pub output: OutputArgs,
    /// Order: newest first, or as they are read (starts at once, needs little memory)
    #[arg(
        long,
        value_name = "ORDER",
        default_value = "event_time",
        help_heading = "Output"
    )]
    pub sort: EventOrder,
    #[command(flatten)]
    pub gate: GateArgs,
    #[command(flatten)]
    pub messages: MessageArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum EventOrder {
    #[value(name = "event_time")]
    EventTime,
    None,
}

#[derive(Args)]
pub(super) struct ManArgs {
    /// Write a page for each command to DIR, which is made if need be: stscope-report.1, ...
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub dir: Option<PathBuf>,
}

#[derive(Args)]
pub(super) struct EndpointArgs {
    /// A host name, as a client asked for it; a port, capitals and a trailing dot do not matter
    #[arg(value_name = "HOST")]
    pub names: Vec<String>,
    /// What your own host names lead to: lines 'HOST-GLOB global' or 'HOST-GLOB regional REGION'
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, requires = "names")]
    pub hosts: Option<PathBuf>,
    /// How to write [default: table, or by the ending of --output]
    #[arg(long, value_name = "FORMAT", help_heading = "Output")]
    pub format: Option<FormatName>,
    /// Write to FILE, which appears whole or not at all
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Output")]
    pub output: Option<PathBuf>,
}

#[derive(Args)]
pub(super) struct QueryArgs {
    /// What is to answer it
    pub engine: EngineName,
    /// The table to ask, NAME or DATABASE.NAME; not for cloudwatch [default for athena: cloudtrail_logs]
    #[arg(long, value_name = "TABLE", conflicts_with = "files")]
    pub table: Option<String>,
    /// The files to ask, as a glob of the engine's; duckdb and clickhouse only [default:
    /// AWSLogs/**/*.json.gz]
    #[arg(long, value_name = "GLOB")]
    pub files: Option<String>,
    /// Calls from T on: 2026-11-01, 2026-11-01T12:00:00Z, or an age: 36h, 7d, 2w; not for cloudwatch
    #[arg(long, value_name = "T")]
    pub since: Option<String>,
    /// Calls before T; not for cloudwatch
    #[arg(long, value_name = "T")]
    pub until: Option<String>,
    /// Write to FILE, which appears whole or not at all
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Output")]
    pub output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum EngineName {
    /// Amazon Athena, of a table as AWS documents it for CloudTrail
    Athena,
    /// CloudWatch Logs Insights, of a trail's log group
    Cloudwatch,
    /// DuckDB, of log files or a table
    Duckdb,
    /// ClickHouse, of log files or a table
    Clickhouse,
}

/// The whole command line.
pub(super) fn command() -> clap::Command {
    Cli::command()
}
