//! `stscope query`: the question of `report` for another engine.

use std::path::Path;

use super::args::{EngineName, QueryArgs};
use super::config::period;
use super::exit::{Exit, Failure};
use super::output::Output;
use super::when;
use crate::query::{Engine, Question, Source};

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
        when::parse,
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
