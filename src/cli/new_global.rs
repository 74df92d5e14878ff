//! `--fail-on new-global`: a store is held against the gate, and a person is told what it says.

use chrono::{NaiveDate, Utc};

use super::conditions::check_matched;
use super::exit::{Exit, Failure};
use super::gate::note_if_it_cannot_fail;
use super::messages::coverage::{PLACES, in_no_log};
use super::messages::{Messages, warn};
use super::offenders::{Allowed, tell_offenders};
use super::stored_hosts;
use crate::questions::new_callers::{Due, NewCallers, NoVerdict, Seen, Verdict};
use crate::questions::{AnyQuestion, CallsByDay};
use crate::report::escape::for_terminal;
use crate::report::{count, counted, first_of, plural};
use crate::store::Store;
use crate::sts::{Endpoint, Time};
use crate::tally::Selection;

/// Holds a store against the gate. The times of `selection` do not matter: the gate has days of its
/// own.
///
/// # Errors
/// If the store holds too little, or is too old, for a verdict.
pub(super) fn judge(
    gate: NewCallers,
    store: &Store,
    selection: &Selection,
    allowed: &Allowed,
    messages: Messages,
) -> Result<Exit, Failure> {
    refuse_times(selection)?;
    note_if_it_cannot_fail(Endpoint::Global, selection);
    let cannot = |why| no_verdict(gate, why);
    // Of any Region, as days that are here are told.
    let calendar = store.calendar_of(&Selection {
        regions: Vec::new(),
        ..selection.clone()
    })?;
    let completed = store.completed(&selection.accounts)?;
    let added_to = store.added_to(&completed)?.into_keys();
    let due = Due::of(&completed.days, completed.judged, added_to).map_err(cannot)?;
    let due = due.and_by_calls(&completed.by_calls);
    let newest = due.newest;
    (gate.check_age(newest, Utc::now().date_naive())).map_err(cannot)?;
    let mut stored = calendar.keys.clone();
    if !calendar.all_calls_have_keys {
        stored.extend(store.days_of_calls()?);
    }
    let oldest = stored.first().copied().unwrap_or(newest);
    let oldest = oldest.max(calendar.kept_from.unwrap_or(oldest));
    let window = Selection {
        since: Time::of_midnight(gate.from(due.first())),
        until: due.last().succ_opt().and_then(Time::of_midnight),
        ..selection.clone()
    };
    let report = (store.closed_tally(&AnyQuestion::Trend, &window, false)?).finish();
    check_matched("--fail-on new-global", &report.totals)?;
    let seen = Seen {
        oldest,
        calendar: &calendar,
        calls: &CallsByDay::of(&report),
        no_time: report.totals.coverage.no_time,
        unplaced: report.totals.coverage.unplaced,
    };
    let is_allowed = |principal: &str| allowed.allows(principal);
    let verdict = (gate.judge(&due, seen, selection, is_allowed)).map_err(cannot)?;
    let exit = tell(gate, &verdict, messages);
    if exit == Exit::Done {
        let judged = Selection {
            since: Time::of_midnight(due.first()),
            ..window.clone()
        };
        let is_judged = |principal: &str| !is_allowed(principal);
        let or_else = "wait until a later day is complete";
        stored_hosts::check(store, &judged, &is_judged, or_else)?;
    }
    Ok(exit)
}

/// Refuses conditions on days and hours: nobody would be seen on others.
fn refuse_times(selection: &Selection) -> Result<(), Failure> {
    match selection.conditions.iter().find(|one| one.is_of_time()) {
        None => Ok(()),
        Some(condition) => Err(Failure::new(format!(
            "--fail-on new-global: it judges the newest complete day by the days before it, and --where {} \
             leaves out some of them; leave that out",
            for_terminal(&condition.to_string())
        ))),
    }
}

/// Says who is new, and which days were judged.
fn tell(gate: NewCallers, verdict: &Verdict<'_>, messages: Messages) -> Exit {
    for (day, new) in &verdict.new {
        let number = new.len() as u64;
        warn(&format!(
            "--fail-on new-global: {} {} called the global endpoint on {day}, and not in the \
             {} {} before; move them to Regional endpoints, or list them with --allow",
            count(number),
            plural(number, "principal"),
            count(gate.days.into()),
            plural(gate.days.into(), "day"),
        ));
        tell_offenders(new);
    }
    note_days(&verdict.judged, &verdict.not_judged, messages);
    match verdict.new.is_empty() {
        true => Exit::Done,
        false => Exit::GateFailed,
    }
}

/// Why there is no verdict, and what to do.
fn no_verdict(gate: NewCallers, why: NoVerdict) -> Failure {
    let unseen = |of: String| {
        format!(
            "nothing of us-east-1, where global calls are logged, was read of {of}; ingest its logs, \
             and widen --account and --region"
        )
    };
    let why = match why {
        NoVerdict::NoCompleteDay => "the store holds no complete day; ingest more logs".to_owned(),
        NoVerdict::TooOld(newest, age) => format!(
            "the newest complete day in the store is {newest}, {} ago; ingest newer logs, or \
             allow for it with --max-age {age}",
            counted(age.unsigned_abs(), "day")
        ),
        NoVerdict::TooFewBefore {
            day,
            held,
            kept_from,
        } => {
            let advice = match kept_from {
                Some(kept_from) => format!(
                    "those before {kept_from} are forgotten; ask for fewer days with new-global={held}"
                ),
                None => "ingest older logs, or ask for fewer days with new-global=DAYS".to_owned(),
            };
            format!(
                "of the {} {} before {day} the store holds {}; {advice}",
                count(gate.days.into()),
                plural(gate.days.into(), "day"),
                count(held),
            )
        }
        NoVerdict::UnseenOn(day) => unseen(day.to_string()),
        NoVerdict::UnseenBefore(day) => unseen(format!("the days before {day}")),
        NoVerdict::Missing(day) => format!(
            "logs of us-east-1 of {day} are missing, or may be, as digests say ('stscope verify' says which); \
             fetch and ingest them"
        ),
        NoVerdict::NoTime(calls) => format!(
            "{} {} without a readable time, copies included, may be of these days; mend the files \
             ('report --group-by day,recipient_account_id,principal' shows whose they are), or \
             leave them out with --account or --region",
            count(calls),
            plural(calls, "call")
        ),
        NoVerdict::Unplaced(calls) => {
            format!(
                "{}, and may be of those asked about; {PLACES}",
                in_no_log(calls)
            )
        }
    };
    Failure::new(format!("--fail-on new-global cannot be judged: {why}"))
}

/// The most days that are named.
const MAX_NAMED: usize = 10;

/// Says which days were judged, where that is not the newest alone.
fn note_days(judged: &[NaiveDate], not_judged: &[NaiveDate], messages: Messages) {
    if judged.len() > 1 {
        messages.tell(&format!(
            "--fail-on new-global: judged the days that became complete, or got more calls, since \
             the last ingest after which this gate was asked: {}",
            names(judged)
        ));
    }
    if !not_judged.is_empty() {
        messages.note(&format!(
            "--fail-on new-global: not judged, as too little is known of the days \
             before them, or nothing of us-east-1: {}",
            names(not_judged)
        ));
    }
}

fn names(days: &[NaiveDate]) -> String {
    first_of(days.iter().map(NaiveDate::to_string), MAX_NAMED)
}
