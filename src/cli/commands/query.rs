//! `stscope query`: the question of `report` for another engine.

use clap::{Args, ValueEnum, ValueHint};
use std::path::Path;
use std::path::PathBuf;

use crate::cli::exit::{Exit, Failure};
use crate::cli::output::Output;
use crate::cli::time;
use crate::cli::time::period;
use crate::query::{Engine, Question, Source};

#[derive(Args)]
pub(super) struct QueryArgs {
    /// The engine that the query is for
    pub engine: EngineName,
    /// The table to query, NAME or DATABASE.NAME; not for cloudwatch [default for athena: cloudtrail_logs]
    #[arg(long, value_name = "TABLE", conflicts_with = "files")]
    pub table: Option<String>,
    /// The files to query, as a glob that the engine understands; duckdb and clickhouse only [default:
    /// AWSLogs/**/*.json.gz]
    #[arg(long, value_name = "GLOB")]
    pub files: Option<String>,
    /// Count calls from T on: 2026-11-01, 2026-11-01T12:00:00Z, or an age: 36h, 7d, 2w; not for cloudwatch
    #[arg(long, value_name = "T")]
    pub since: Option<String>,
    /// Count calls before T; not for cloudwatch
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

/// What AWS calls the table in its documentation.
const ATHENA_TABLE: &str = "cloudtrail_logs";
/// What `aws s3 sync` makes of a bucket in the current folder.
const FILES: &str = "AWSLogs/**/*.json.gz";

pub(super) fn run(arguments: QueryArgs) -> Result<Exit, Failure> {
    let text = question(&arguments)?
        .text()
        .map_err(|error| Failure::new(format!("--table {}: {error}", arguments.table())))?;
    let output = arguments.output.as_deref();
    Output::open(output.filter(|path| *path != Path::new("-")))?
        .write(|out| Ok(out.write_all(text.as_bytes())?))?;
    Ok(Exit::Done)
}

fn question(arguments: &QueryArgs) -> Result<Question, Failure> {
    let refuse = |option, value: &Option<String>, reason: &str| match value {
        Some(_) => Err(Failure::new(format!("{option}: {reason}"))),
        None => Ok(()),
    };
    let engine = match arguments.engine {
        EngineName::Athena => {
            let reason = "Athena asks tables; name one with --table";
            refuse("--files", &arguments.files, reason)?;
            Engine::Athena
        }
        EngineName::Cloudwatch => {
            let reason = "CloudWatch is asked of a log group; choose it where you run the query";
            refuse("--table", &arguments.table, reason)?;
            refuse("--files", &arguments.files, reason)?;
            let reason = "CloudWatch takes the time range beside the query; \
                          choose it where you run the query";
            refuse("--since", &arguments.since, reason)?;
            refuse("--until", &arguments.until, reason)?;
            Engine::CloudWatch
        }
        EngineName::Duckdb => Engine::DuckDb,
        EngineName::Clickhouse => Engine::ClickHouse,
    };
    let source = match (&arguments.table, &arguments.files) {
        (Some(table), _) => Source::Table(table.clone()),
        (None, Some(files)) if files.is_empty() => {
            let message = "--files: the pattern is empty; give one, such as 'logs/**/*.json.gz'";
            return Err(Failure::new(message));
        }
        (None, Some(files)) => Source::Files(files.clone()),
        (None, None) if engine == Engine::Athena => Source::Table(ATHENA_TABLE.to_owned()),
        (None, None) => Source::Files(FILES.to_owned()),
    };
    let (since, until) = period(
        arguments.since.as_deref(),
        arguments.until.as_deref(),
        time::parse,
    )?;
    Ok(Question {
        engine,
        source,
        since,
        until,
    })
}

impl QueryArgs {
    /// The table that was named, for messages.
    fn table(&self) -> &str {
        self.table.as_deref().unwrap_or_default()
    }
}
