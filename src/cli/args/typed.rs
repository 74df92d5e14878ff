//! Values of options as the types of the domain, told to clap.
//!
//! Owns the names that options have for them. What is wrong with a value reads like every other error of
//! this program: the option, the value, why, and what to write.

use std::ffi::OsStr;

use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Arg, Command, Error, ValueEnum};

use crate::query::Engine;
use crate::questions::Period;
use crate::report::Format;
use crate::sts::EndpointKind;

/// Reads a value by a function that says what is wrong with it.
#[derive(Clone)]
pub(in crate::cli) struct Typed<T>(pub fn(&str) -> Result<T, String>);

impl<T: Clone + Send + Sync + 'static> TypedValueParser for Typed<T> {
    type Value = T;

    fn parse_ref(
        &self,
        command: &Command,
        option: Option<&Arg>,
        value: &OsStr,
    ) -> Result<T, Error> {
        let value = StringValueParser::new().parse_ref(command, option, value)?;
        (self.0)(&value).map_err(|why| {
            let option = option.and_then(Arg::get_long).unwrap_or_default();
            Error::raw(
                ErrorKind::ValueValidation,
                format!("--{option} {value}: {why}"),
            )
        })
    }
}

/// What a [`Typed`] said, if the error is of one: clap's own say which option they are of.
pub(in crate::cli) fn said(error: &Error) -> Option<String> {
    let is_ours = error.kind() == ErrorKind::ValueValidation && error.context().next().is_none();
    let text = is_ours.then(|| error.to_string())?;
    Some(text.strip_prefix("error: ")?.trim_end().to_owned())
}

impl ValueEnum for EndpointKind {
    fn value_variants<'a>() -> &'a [EndpointKind] {
        &EndpointKind::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.as_str()))
    }
}

impl ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Format] {
        Format::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(match self {
            Format::Table => "table",
            Format::Csv => "csv",
            Format::Json => "json",
            Format::Jsonl => "jsonl",
            Format::Markdown => "markdown",
            Format::OpenMetrics => "openmetrics",
            Format::Html => "html",
            Format::Xlsx => "xlsx",
        }))
    }
}

impl ValueEnum for Period {
    fn value_variants<'a>() -> &'a [Period] {
        &[Period::Day, Period::Week, Period::Month]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(match self {
            Period::Day => "day",
            Period::Week => "week",
            Period::Month => "month",
        }))
    }
}

impl ValueEnum for Engine {
    fn value_variants<'a>() -> &'a [Engine] {
        &[
            Engine::Athena,
            Engine::CloudWatch,
            Engine::DuckDb,
            Engine::ClickHouse,
        ]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let (name, help) = match self {
            Engine::Athena => (
                "athena",
                "Amazon Athena, of a table as AWS documents it for CloudTrail",
            ),
            Engine::CloudWatch => (
                "cloudwatch",
                "CloudWatch Logs Insights, of a trail's log group",
            ),
            Engine::DuckDb => ("duckdb", "DuckDB, of log files or a table"),
            Engine::ClickHouse => ("clickhouse", "ClickHouse, of log files or a table"),
        };
        Some(PossibleValue::new(name).help(help))
    }
}
