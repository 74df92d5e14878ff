//! `--fail-on new-global`: who calls the global endpoint on the days that became complete since the
//! ingest before the last, or got more calls since then, and did not before.
//!
//! A night on which nothing was ingested makes two days complete at once. Both are judged: who began
//! on the first of them would be an old caller on the second. So is a day again whose logs came late.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate, Utc};

use super::conditions::check_matched;
use super::exit::{Exit, Failure};
use super::gate::NewGlobal;
use super::messages::{Messages, warn};
use super::offenders::{Allowed, tell_offenders};
use crate::questions::{AnyQuestion, Calendar, CallsByDay};
use crate::report::{count, plural};
use crate::store::Store;
use crate::sts::Time;
use crate::tally::{Offender, Selection};

/// The days that are to be judged.
struct Judged {
    newest: NaiveDate,
    days: BTreeSet<NaiveDate>,
    /// The newest day that was complete before. A day up to it that is judged came late, or some of it.
    newest_before: Option<NaiveDate>,
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
        messages: Messages,
    ) -> Result<Exit, Failure> {
        let calendar = store.calendar(&selection.accounts)?;
        let judged = Judged::of(store, selection)?;
        let newest = judged.newest;
        let age = (Utc::now().date_naive() - newest).num_days();
        if age > self.max_age.into() {
            return Err(cannot(&format!(
                "the newest complete day in the store is {newest}, {} days ago; ingest newer logs, or \
                 allow for it with --max-age {age}",
                count(age.unsigned_abs())
            )));
        }
        let mut stored = calendar.keys.clone();
        if !calendar.all_have_keys {
            stored.extend(store.days_of_calls()?);
        }
        let oldest = stored.first().copied().unwrap_or(newest);
        let oldest = oldest.max(calendar.kept_from.unwrap_or(oldest));
        let first = judged.days.first().copied().unwrap_or(newest);
        let window = Selection {
            since: Time::of_midnight(self.from(first)),
            until: newest.succ_opt().and_then(Time::of_midnight),
            ..selection.clone()
        };
        let report = store.tally(&AnyQuestion::Trend, &window)?.finish();
        check_matched("--fail-on new-global", &report.totals)?;
        let calls = CallsByDay::of(&report);
        let mut judged_days = Vec::new();
        let mut not_judged = Vec::new();
        let mut exit = Exit::Done;
        for &day in &judged.days {
            let sight = self.sight(day, oldest, &calendar, &calls, selection);
            match sight {
                Ok(()) => {
                    judged_days.push(day);
                    if self.fails(day, &calls, allowed) {
                        exit = Exit::GateFailed;
                    }
                }
                // What came late of days long ago may have no days before it at all.
                Err(_) if judged.is_late(day) => not_judged.push(day),
                Err(why) => return Err(why),
            }
        }
        let no_time = report.totals.coverage.no_time;
        if exit == Exit::Done && no_time > 0 {
            return Err(cannot(&format!(
                "{} {} without a readable time, copies included, may be of any day; mend the files \
                 ('report --group-by day,recipient_account_id,principal' shows whose they are), or \
                 leave them out with --account or --region",
                count(no_time),
                plural(no_time, "call")
            )));
        }
        note_days(&judged_days, &not_judged, messages);
        Ok(exit)
    }

    /// The first of the days before a day.
    fn from(&self, day: NaiveDate) -> NaiveDate {
        let from = day.checked_sub_days(Days::new(self.days.into()));
        from.unwrap_or(NaiveDate::MIN)
    }

    /// Whether a global call of a day would be seen, and one of the days before it.
    fn sight(
        &self,
        day: NaiveDate,
        oldest: NaiveDate,
        calendar: &Calendar,
        calls: &CallsByDay<'_>,
        selection: &Selection,
    ) -> Result<(), Failure> {
        let from = self.from(day);
        if oldest > from {
            let held = (day - oldest).num_days().max(0).unsigned_abs();
            let advice = match calendar.kept_from {
                Some(kept_from) if kept_from > from => format!(
                    "those before {kept_from} are forgotten; ask for fewer days with new-global={held}"
                ),
                _ => "ingest older logs, or ask for fewer days with new-global=DAYS".to_owned(),
            };
            return Err(cannot(&format!(
                "of the {} {} before {day} the store holds {}; {advice}",
                count(self.days.into()),
                plural(self.days.into(), "day"),
                count(held),
            )));
        }
        let of_day = calls.days.get(&day);
        let is_sighted = of_day
            .is_some_and(|day| day.is_of_us_east_1 || !day.global_callers.is_empty())
            || calendar.keys_of_us_east_1.contains(&day);
        let was_sighted = (calls.days.range(from..day)).any(|(_, day)| day.is_of_us_east_1)
            || (calendar.keys_of_us_east_1.range(from..day))
                .next()
                .is_some();
        if !is_sighted || !was_sighted || !selection.may_show_global_calls() {
            return Err(cannot(&format!(
                "nothing of us-east-1, where global calls are logged, was read of {}; ingest its logs, \
                 and widen --account and --region",
                if is_sighted {
                    format!("the days before {day}")
                } else {
                    day.to_string()
                }
            )));
        }
        Ok(())
    }

    /// Names the new callers of a day, if there are any.
    fn fails(&self, day: NaiveDate, calls: &CallsByDay<'_>, allowed: &Allowed) -> bool {
        let Some(of_day) = calls.days.get(&day) else {
            return false;
        };
        let is_known = |principal: &str| {
            (calls.days.range(self.from(day)..day))
                .any(|(_, day)| day.global_callers.contains_key(principal))
        };
        let mut offenders: Vec<Offender<'_>> = (of_day.global_callers.iter())
            .filter(|(principal, _)| !is_known(principal) && !allowed.allows(principal))
            .map(|(&principal, &calls)| Offender { principal, calls })
            .collect();
        if offenders.is_empty() {
            return false;
        }
        offenders.sort_by(|a, b| b.calls.cmp(&a.calls).then(a.principal.cmp(b.principal)));
        let number = offenders.len() as u64;
        warn(&format!(
            "--fail-on new-global: {} {} called the global endpoint on {day}, and not in the \
             {} {} before; move them to Regional endpoints, or list them with --allow",
            count(number),
            plural(number, "principal"),
            count(self.days.into()),
            plural(self.days.into(), "day"),
        ));
        tell_offenders(&offenders);
        true
    }
}

impl Judged {
    fn of(store: &Store, selection: &Selection) -> Result<Judged, Failure> {
        let completed = store.completed(&selection.accounts)?;
        let Some(&newest) = completed.keys().next_back() else {
            return Err(cannot("the store holds no complete day; ingest more logs"));
        };
        let last = completed.values().max().copied().unwrap_or(0);
        let before = completed.iter().filter(|(_, run)| **run < last);
        let newest_before = before.map(|(&day, _)| day).next_back();
        let added_to = store.added_to(&completed)?;
        let mut days: BTreeSet<NaiveDate> = (completed.iter())
            // What a store began with is the past.
            .filter(|(_, run)| **run == last && newest_before.is_some())
            .map(|(&day, _)| day)
            .collect();
        days.extend(added_to.into_keys());
        days.insert(newest);
        Ok(Judged {
            newest,
            days,
            newest_before,
        })
    }

    fn is_late(&self, day: NaiveDate) -> bool {
        day != self.newest && self.newest_before.is_none_or(|before| day <= before)
    }
}

/// The most days that are named.
const MAX_NAMED: usize = 10;

/// Says which days were judged, where that is not the newest alone.
fn note_days(judged: &[NaiveDate], not_judged: &[NaiveDate], messages: Messages) {
    if judged.len() > 1 {
        messages.tell(&format!(
            "--fail-on new-global: judged the days that became complete, or got more calls, since \
             the ingest before the last: {}",
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
    let mut names: Vec<String> = (days.iter().take(MAX_NAMED))
        .map(NaiveDate::to_string)
        .collect();
    let unnamed = days.len().saturating_sub(MAX_NAMED) as u64;
    if unnamed > 0 {
        names.push(format!("and {} more", count(unnamed)));
    }
    names.join(", ")
}

fn cannot(why: &str) -> Failure {
    Failure::new(format!("--fail-on new-global cannot be judged: {why}"))
}
