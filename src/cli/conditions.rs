//! `--where`: what is typed, and what is said where a condition cannot match or has not.
//!
//! A condition that lets nothing pass looks like good news, so a mistyped one must not end as zero.

use super::exit::Failure;
use super::messages::Messages;
#[cfg(feature = "store")]
use crate::questions::gate::{NoVerdict, filtering};
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
        .map_err(|error| format!("'{pattern}' is no glob ({error}); write a literal [ as [[]"))
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
    match filtering(totals) {
        None => Ok(()),
        Some(NoVerdict::Excluding(condition)) => Err(excluded_all(gate, condition)),
        Some(NoVerdict::Contradicting(conditions)) => Err(no_call_meets(gate, conditions)),
        Some(NoVerdict::Unmatched(condition)) => Err(not_matched(gate, condition)),
        Some(_) => Ok(()), // of other things than conditions
    }
}

/// Why a gate cannot be judged: no call meets both of these conditions, or others beside them.
pub(super) fn no_call_meets(gate: &str, [one, other]: [&Condition; 2]) -> Failure {
    Failure::new(format!(
        "{gate} cannot be judged: --where {} and --where {} both have to hold, and no call was left; ask for \
         either with one glob, as in 'principal=*:role/[ab]*', or by a run for each",
        for_terminal(&one.to_string()),
        for_terminal(&other.to_string()),
    ))
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
        "see what there is with 'stscope report --group-by {}'",
        condition.dimension.name()
    )
}
