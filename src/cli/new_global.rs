//! `--fail-on new-global`: who calls the global endpoint on the newest complete day of a store, and
//! did not before.

use chrono::{Days, NaiveDate, Utc};

use super::conditions::check_matched;
use super::exit::{Exit, Failure, say};
use super::offenders::{Allowed, tell_offenders};
use crate::questions::{AnyQuestion, CallsByDay};
use crate::report::{count, plural};
use crate::store::Store;
use crate::sts::Time;
use crate::tally::{Offender, Selection};

/// The gate, resolved.
pub(super) struct NewGlobal {
    /// The days before, in which nothing may have been called for a principal to be new.
    pub days: u32,
    /// The most days the newest complete day may lie back.
    pub max_age: u32,
}

impl NewGlobal {
    /// Holds a store against the gate. The times of `selection` do not matter: the gate has days of
    /// its own.
    ///
    /// # Errors
    /// If the store holds too little, or is too old, for a verdict.
    pub fn judge(
        &self,
        store: &Store,
        selection: &Selection,
        allowed: &Allowed,
    ) -> Result<Exit, Failure> {
        let calendar = store.calendar(&selection.accounts)?;
        let mut stored = calendar.keys.clone();
        if !calendar.all_have_keys {
            stored.extend(store.days_of_calls()?);
        }
        let mut complete = stored
            .iter()
            .rev()
            .filter(|day| calendar.is_complete(**day));
        let Some(&newest) = complete.next() else {
            return Err(cannot("the store holds no complete day; ingest more logs"));
        };
        let age = (Utc::now().date_naive() - newest).num_days();
        if age > self.max_age.into() {
            return Err(cannot(&format!(
                "the newest complete day in the store is {newest}, {} days ago; ingest newer logs, or \
                 allow for it with --max-age {age}",
                count(age.unsigned_abs())
            )));
        }
        let from = newest.checked_sub_days(Days::new(self.days.into()));
        let from = from.unwrap_or(NaiveDate::MIN);
        let oldest = stored.first().copied().unwrap_or(newest);
        let oldest = oldest.max(calendar.kept_from.unwrap_or(oldest));
        if oldest > from {
            let held = (newest - oldest).num_days().max(0).unsigned_abs();
            let advice = match calendar.kept_from {
                Some(kept_from) if kept_from > from => format!(
                    "those before {kept_from} are forgotten; ask for fewer days with new-global={held}"
                ),
                _ => "ingest older logs, or ask for fewer days with new-global=DAYS".to_owned(),
            };
            return Err(cannot(&format!(
                "of the {} {} before {newest} the store holds {}; {advice}",
                count(self.days.into()),
                plural(self.days.into(), "day"),
                count(held),
            )));
        }
        let window = Selection {
            since: Time::of_midnight(from),
            until: newest.succ_opt().and_then(Time::of_midnight),
            ..selection.clone()
        };
        let report = store.tally(&AnyQuestion::Trend, &window)?.finish();
        check_matched("--fail-on new-global", &report.totals)?;
        let mut calls = CallsByDay::of(&report);
        let of_newest = calls.days.remove(&newest).unwrap_or_default();
        let is_sighted = of_newest.is_of_us_east_1
            || !of_newest.global_callers.is_empty()
            || calendar.keys_of_us_east_1.contains(&newest);
        let was_sighted = calls.days.values().any(|day| day.is_of_us_east_1)
            || calendar
                .keys_of_us_east_1
                .range(from..newest)
                .next()
                .is_some();
        if !is_sighted || !was_sighted || !selection.may_show_global_calls() {
            return Err(cannot(&format!(
                "nothing of us-east-1, where global calls are logged, was read of {}; ingest its logs, \
                 and widen --account and --region",
                if is_sighted {
                    "the days before".to_owned()
                } else {
                    newest.to_string()
                }
            )));
        }
        let mut offenders: Vec<Offender<'_>> = (of_newest.global_callers.iter())
            .filter(|(principal, _)| {
                let is_known = |day: &crate::questions::DayCalls<'_>| {
                    day.global_callers.contains_key(*principal)
                };
                !calls.days.values().any(is_known) && !allowed.forgives(principal)
            })
            .map(|(&principal, &calls)| Offender { principal, calls })
            .collect();
        if offenders.is_empty() {
            return Ok(Exit::Done);
        }
        offenders.sort_by(|a, b| b.calls.cmp(&a.calls).then(a.principal.cmp(b.principal)));
        let number = offenders.len() as u64;
        say(&format!(
            "stscope: --fail-on new-global: {} {} called the global endpoint on {newest}, and not in the \
             {} {} before; move them to Regional endpoints, or list them with --allow",
            count(number),
            plural(number, "principal"),
            count(self.days.into()),
            plural(self.days.into(), "day"),
        ));
        tell_offenders(&offenders);
        Ok(Exit::GateFailed)
    }
}

fn cannot(why: &str) -> Failure {
    Failure::new(format!("--fail-on new-global cannot be judged: {why}"))
}
