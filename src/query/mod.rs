//! The question of `stscope report` as text, for an engine that somebody already has.
//!
//! Owns the texts and how names are quoted in them. Reads nothing and runs nothing; the hosts in the
//! texts come from the table of partitions, so that they cannot differ from what is read here.

mod hosts;
mod quote;

use crate::sts::Time;
pub use quote::BadName;
use quote::{Quotes, literal, name};

/// Something that answers questions, and the language it is asked in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Amazon Athena, engine version 3: SQL of Trino.
    Athena,
    /// CloudWatch Logs Insights: Logs Insights QL.
    CloudWatch,
    /// DuckDB: SQL of its own.
    DuckDb,
    /// ClickHouse: SQL of its own.
    ClickHouse,
}

/// Where an engine finds the records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A table, `NAME` or `DATABASE.NAME`.
    Table(String),
    /// Log files as CloudTrail writes them to S3, by a glob pattern of the engine's.
    Files(String),
}

/// A question for an engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Who is asked.
    pub engine: Engine,
    /// Of what; CloudWatch is asked of a log group, which is chosen there.
    pub source: Source,
    /// Calls from this time on.
    pub since: Option<Time>,
    /// Calls before this time.
    pub until: Option<Time>,
}

impl Question {
    /// The text that asks it.
    ///
    /// ```
    /// use stscope::internals::query::{Engine, Question, Source};
    /// let question = Question {
    ///     engine: Engine::DuckDb,
    ///     source: Source::Files("it's/*.json.gz".into()),
    ///     since: None,
    ///     until: None,
    /// };
    /// let text = question.text().unwrap();
    /// assert!(text.contains("read_json_objects('it''s/*.json.gz')"));
    /// ```
    ///
    /// # Errors
    /// A name that can be that of no table.
    pub fn text(&self) -> Result<String, BadName> {
        let records = match self.engine {
            Engine::Athena | Engine::CloudWatch => String::new(),
            Engine::DuckDb => self.duckdb_records()?,
            Engine::ClickHouse => self.clickhouse_records()?,
        };
        let table = match (self.engine, &self.source) {
            (Engine::Athena, Source::Table(table)) => name(table, Quotes::Doubled)?,
            _ => String::new(),
        };
        let about_source = match (self.engine, &self.source) {
            (Engine::DuckDb, Source::Files(_)) => DUCKDB_FILES,
            (Engine::DuckDb, Source::Table(_)) => DUCKDB_TABLE,
            (Engine::ClickHouse, Source::Files(_)) => CLICKHOUSE_FILES,
            (Engine::ClickHouse, Source::Table(_)) => CLICKHOUSE_TABLE,
            _ => "",
        };
        let settings = match (self.engine, &self.source) {
            (Engine::ClickHouse, Source::Files(_)) => CLICKHOUSE_SETTINGS,
            _ => "",
        };
        let template = match self.engine {
            Engine::Athena => include_str!("athena.sql"),
            Engine::CloudWatch => include_str!("cloudwatch.txt"),
            Engine::DuckDb => include_str!("duckdb.sql"),
            Engine::ClickHouse => include_str!("clickhouse.sql"),
        };
        Ok(fill(
            template,
            &[
                ("version", env!("CARGO_PKG_VERSION")),
                ("about_source", about_source),
                ("records", &records),
                ("table", &table),
                ("period", &self.period()),
                ("settings", settings),
                ("global_hosts", &hosts::global()),
                ("regional_hosts", &hosts::regional()),
            ],
        ))
    }

    fn duckdb_records(&self) -> Result<String, BadName> {
        Ok(match &self.source {
            Source::Files(files) => format!(
                "        SELECT unnest(from_json(json, '{{\"Records\":[\"JSON\"]}}').Records) AS record\n        \
                 FROM read_json_objects({})",
                literal(files, Quotes::Doubled)
            ),
            Source::Table(table) => format!(
                "        SELECT to_json(one) AS record FROM {} AS one",
                name(table, Quotes::Doubled)?
            ),
        })
    }

    fn clickhouse_records(&self) -> Result<String, BadName> {
        Ok(match &self.source {
            Source::Files(files) => format!(
                "        SELECT arrayJoin(Records) AS record\n        \
                 FROM file({}, 'JSONEachRow', 'Records Array(String)')",
                literal(files, Quotes::Escaped)
            ),
            Source::Table(table) => format!(
                "        SELECT formatRow('JSONEachRow', *) AS record FROM {}",
                name(table, Quotes::Escaped)?
            ),
        })
    }

    /// Conditions on the time. They act before counting once, as everywhere in stscope; a time that
    /// cannot be read passes neither.
    fn period(&self) -> String {
        let condition = |sign, time: Time| {
            let (found, given) = match self.engine {
                Engine::Athena => (
                    "try(from_iso8601_timestamp(eventtime))",
                    format!("from_iso8601_timestamp('{time}')"),
                ),
                Engine::DuckDb => (
                    "try_cast(r.eventTime AS TIMESTAMPTZ)",
                    format!("TIMESTAMPTZ '{time}'"),
                ),
                Engine::ClickHouse => (
                    "parseDateTime64BestEffortOrNull(r.eventTime, 3, 'UTC')",
                    format!("parseDateTime64BestEffort('{time}', 3, 'UTC')"),
                ),
                // The range is given to CloudWatch beside the text.
                Engine::CloudWatch => return String::new(),
            };
            format!("\n        AND {found} {sign} {given}")
        };
        let since = self.since.map(|time| condition(">=", time));
        let until = self.until.map(|time| condition("<", time));
        since.into_iter().chain(until).collect()
    }
}

const DUCKDB_FILES: &str = r#"-- It reads log files as CloudTrail writes them to S3, {"Records":[...]}, gzip or plain. With the
-- extension httpfs the path may also begin with s3://. A file of more than 16 MiB of JSON needs
-- read_json_objects(..., maximum_object_size = ...) and memory for it. Tried with DuckDB 2.0."#;

const DUCKDB_TABLE: &str = "\
-- It reads a table with a record in each row and its members in columns, named as in the log
-- (eventSource, userIdentity, ...); objects are STRUCT or JSON. Such a table is made by
--   CREATE TABLE records AS SELECT unnest(r) FROM (SELECT unnest(Records) AS r FROM
--       read_json('AWSLogs/**/*.json.gz', union_by_name = true));
-- Tried with DuckDB 2.0.";

const CLICKHOUSE_FILES: &str = r#"-- It reads log files as CloudTrail writes them to S3, {"Records":[...]}, gzip or plain: with
-- clickhouse-local from here, with a server from its user_files. For a bucket put
-- s3('https://...', ...) in the place of file(...). Tried with ClickHouse 26.9."#;

const CLICKHOUSE_TABLE: &str = "\
-- It reads a table with a record in each row and its members in columns, named as in the log
-- (eventSource, userIdentity, ...); objects are JSON, named Tuple or Map. Tried with ClickHouse 26.9.";

const CLICKHOUSE_SETTINGS: &str = "
SETTINGS input_format_json_read_objects_as_strings = 1, input_format_skip_unknown_fields = 1";

/// Puts values into the places of a template, `{place}`. Values are not looked into: a brace in one
/// is a brace.
fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut text = String::with_capacity(template.len() + 4096);
    let mut rest = template;
    while let Some(at) = rest.find('{') {
        text.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let place = values.iter().find_map(|(place, value)| {
            let after = rest.strip_prefix(place)?.strip_prefix('}')?;
            Some((value, after))
        });
        match place {
            Some((value, after)) => {
                text.push_str(value);
                rest = after;
            }
            None => text.push('{'),
        }
    }
    text + rest
}
