//! `stscope query`: the question of `report` for another engine.

use clap::Args;

use crate::cli::args::{FileArgs, Typed};
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::{Output, check_output, named_file};
use crate::cli::reading::Reading;
use crate::cli::time::{Moment, period};
use crate::query::{Engine, Question, Source};

#[derive(Args)]
pub(super) struct QueryArgs {
    /// The engine that the query is for
    pub engine: Engine,
    /// The table to query, NAME or DATABASE.NAME; not for cloudwatch [default for athena: cloudtrail_logs]
    #[arg(long, value_name = "TABLE", conflicts_with = "files")]
    pub table: Option<String>,
    /// The files to query, as a glob that the engine understands; duckdb and clickhouse only [default:
    /// AWSLogs/**/*.json.gz]
    #[arg(long, value_name = "GLOB")]
    pub files: Option<String>,
    /// Count calls from T on: 2026-11-01, 2026-11-01T12:00:00Z, or an age: 36h, 7d, 2w; not for cloudwatch
    #[arg(long, value_name = "T", value_parser = Typed(Moment::parse))]
    pub since: Option<Moment>,
    /// Count calls before T; not for cloudwatch
    #[arg(long, value_name = "T", value_parser = Typed(Moment::parse))]
    pub until: Option<Moment>,
    #[command(flatten)]
    pub file: FileArgs,
}

/// What AWS calls the table in its documentation.
const ATHENA_TABLE: &str = "cloudtrail_logs";
/// What `aws s3 sync` makes of a bucket in the current folder.
const FILES: &str = "AWSLogs/**/*.json.gz";

pub(super) fn run(arguments: QueryArgs) -> Result<Exit, Failure> {
    let text = question(&arguments)?
        .text()
        .map_err(|error| Failure::new(format!("--table {}: {error}", arguments.table())))?;
    let output = named_file(arguments.file.path());
    check_output(output, &Reading::of_nothing(), &[])?;
    Output::open(output)?.write(|out| Ok(out.write_all(text.as_bytes())?))?;
    Ok(Exit::Done)
}

fn question(arguments: &QueryArgs) -> Result<Question, Failure> {
    let refuse = |option, is_given: bool, reason: &str| match is_given {
        true => Err(Failure::new(format!("{option}: {reason}"))),
        false => Ok(()),
    };
    let engine = arguments.engine;
    let (has_table, has_files) = (arguments.table.is_some(), arguments.files.is_some());
    match engine {
        Engine::Athena => {
            let reason = "Athena asks tables; name one with --table";
            refuse("--files", has_files, reason)?;
        }
        Engine::CloudWatch => {
            let reason = "CloudWatch is asked of a log group; choose it where you run the query";
            refuse("--table", has_table, reason)?;
            refuse("--files", has_files, reason)?;
            let reason = "CloudWatch takes the time range beside the query; \
                          choose it where you run the query";
            refuse("--since", arguments.since.is_some(), reason)?;
            refuse("--until", arguments.until.is_some(), reason)?;
        }
        Engine::DuckDb | Engine::ClickHouse => {}
    }
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
        arguments.since.as_ref(),
        arguments.until.as_ref(),
        Moment::time,
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
