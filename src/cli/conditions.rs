//! `--where`: what is typed, and what is said where a condition cannot match or has not.
//!
//! A condition that lets nothing pass looks like good news, so a mistyped one must not end as zero.

use super::exit::Failure;
use super::messages::Messages;
#[cfg(feature = "store")]
use crate::questions::gate::{excluding, unmatched};
use crate::report::escape::for_terminal;
use crate::sts::{Dimension, Nearest, Possible, has_wildcards, nearest, possible};
use crate::tally::{Condition, Glob, Matched, Totals, glob};

/// Refuses more conditions than are watched.
pub(super) fn check_number(conditions: &[Condition]) -> Result<(), Failure> {
    if conditions.len() > Matched::MOST {
        return Err(Failure::new(format!(
            "--where: {} of them, and no more than {} are understood; join some with a glob",
            conditions.len(),
            Matched::MOST
        )));
    }
    Ok(())
}

/// Refuses conditions that no call can meet together: who takes them for a choice would have a zero.
pub(super) fn check_choice(conditions: &[Condition]) -> Result<(), Failure> {
    let positive: Vec<&Condition> = conditions.iter().filter(|one| !one.negated).collect();
    for (at, one) in positive.iter().enumerate() {
        let excluded = positive[..at].iter().find(|other| {
            other.dimension == one.dimension && exclude_each_other(&other.glob, &one.glob)
        });
        if let Some(other) = excluded {
            return Err(Failure::new(format!(
                "--where {} and --where {}: all conditions must hold, and no call can meet both; ask for either \
                 with one glob, as in 'principal=*:role/[ab]*', or in a run for each",
                for_terminal(&other.to_string()),
                for_terminal(&one.to_string()),
            )));
        }
    }
    Ok(())
}

/// Whether what both begin with, or end in, tells that no text is like both.
fn exclude_each_other(one: &Glob, other: &Glob) -> bool {
    let (one, other) = (one.as_str(), other.as_str());
    let is_wild = |c: char| matches!(c, '*' | '?' | '[' | ']');
    let begin = |text: &'_ str| text.find(is_wild).unwrap_or(text.len());
    let end = |text: &'_ str| text.rfind(is_wild).map_or(0, |at| at + 1);
    let (begins, ends) = (
        [&one[..begin(one)], &other[..begin(other)]],
        [&one[end(one)..], &other[end(other)..]],
    );
    let is_literal = |text: &str| !text.contains(is_wild);
    (is_literal(one) && is_literal(other) && one != other)
        || !begins[0].starts_with(begins[1]) && !begins[1].starts_with(begins[0])
        || !ends[0].ends_with(ends[1]) && !ends[1].ends_with(ends[0])
}

/// Reads `DIM=GLOB` or `DIM!=GLOB`.
pub(super) fn condition(text: &str) -> Result<Condition, String> {
    let (name, pattern) = text
        .split_once('=')
        .ok_or("no condition; write DIM=GLOB or DIM!=GLOB")?;
    let (name, negated) = name
        .strip_suffix('!')
        .map_or((name, false), |name| (name, true));
    let condition = Condition {
        dimension: dimension(name.trim())?,
        glob: parse_glob(pattern)?,
        negated,
        names: None,
    };
    if possible(condition.dimension, &condition.glob) == Possible::Never {
        return Err(never(&condition));
    }
    Ok(condition)
}

pub(super) fn parse_glob(pattern: &str) -> Result<Glob, String> {
    glob(pattern)
        .map_err(|error| format!("'{pattern}' is not a glob ({error}); write a literal [ as [[]"))
}

/// The dimension of a name.
fn dimension(name: &str) -> Result<Dimension, String> {
    Dimension::find(name).ok_or_else(|| {
        let names: Vec<_> = Dimension::with_names().map(Dimension::name).collect();
        format!(
            "there is no dimension '{name}'; there are {}",
            names.join(", ")
        )
    })
}

/// What is wrong with a condition that no call can meet, or that every call meets.
fn never(condition: &Condition) -> String {
    let name = condition.dimension.name();
    let pattern = condition.glob.as_str();
    let sign = if condition.negated { "!=" } else { "=" };
    let is = if pattern.is_empty() {
        format!("{name} is never empty")
    } else if has_wildcards(pattern) {
        format!("{name} is never like '{}'", for_terminal(pattern))
    } else {
        format!("{name} is never '{}'", for_terminal(pattern))
    };
    match nearest(condition.dimension, pattern) {
        Nearest::Value(value) => {
            format!("{is}; the nearest that it can be is '{value}': write '{name}{sign}{value}'")
        }
        Nearest::Form(form) => format!("{is}; write {form}"),
    }
}

/// Says which conditions have matched none of the calls that were read.
pub(super) fn note_unmatched(totals: &Totals, messages: Messages) {
    for condition in totals.unmatched().filter(|one| one.may_be_mistyped()) {
        let text = condition.to_string();
        let text = for_terminal(&text);
        messages.note(&match condition.negated {
            false => format!(
                "--where {text} matched none of the calls read; {}",
                look(condition)
            ),
            true => format!("--where {text} excluded none of the calls read"),
        });
    }
    for condition in totals.excluding() {
        let text = condition.to_string();
        messages.note(&format!(
            "--where {} excluded every call that was read; {}",
            for_terminal(&text),
            look(condition)
        ));
    }
}

/// Refuses a verdict on calls that a condition let pass which may be a typo: it matched none of the
/// calls read. One that excludes may exclude nothing: then more is judged, not less. If it excludes
/// everything, there is nothing left to judge.
#[cfg(feature = "store")]
pub(super) fn check_matched(gate: &str, totals: &Totals) -> Result<(), Failure> {
    if let Some(condition) = excluding(totals) {
        return Err(excluded_all(gate, condition));
    }
    match unmatched(totals) {
        None => Ok(()),
        Some(condition) => Err(not_matched(gate, condition)),
    }
}

/// Why a gate cannot be judged: this condition matched none of the calls read.
pub(super) fn not_matched(gate: &str, condition: &Condition) -> Failure {
    Failure::new(format!(
        "{gate} cannot be judged: --where {} matched none of the calls read in the time, accounts \
         and Regions asked about, {}; {}",
        for_terminal(&condition.to_string()),
        match condition.is_of_time() {
            true => "and logs of that time may not be here",
            false => "and may be a typo",
        },
        look(condition)
    ))
}

/// Why a gate cannot be judged: this condition left out every call read.
pub(super) fn excluded_all(gate: &str, condition: &Condition) -> Failure {
    Failure::new(format!(
        "{gate} cannot be judged: --where {} excluded every call that was read in the time, accounts \
         and Regions asked about, so there is nothing to judge; take it out, or {}",
        for_terminal(&condition.to_string()),
        look(condition)
    ))
}

fn look(condition: &Condition) -> String {
    format!(
        "see what there is with 'report --group-by {}' of the same logs",
        condition.dimension.name()
    )
}
