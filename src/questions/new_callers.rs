//! Who calls the global endpoint on some days of a store and did not before.
//!
//! Owns the verdict. Refuses to know what a person is told of it, and what day it is.
//!
//! A night on which nothing was ingested makes two days complete at once. Both are judged: who began
//! on the first of them would be an old caller on the second. A day whose logs came late is judged again.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};

use super::{Calendar, CallsByDay};
use crate::tally::{Offender, Selection};

/// The gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewCallers {
    /// The days before, in which nothing may have been called for a principal to be new.
    pub days: u32,
    /// How many days old the newest complete day may be.
    pub max_age: u32,
}

/// The days that are to be judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// The newest complete day.
    pub newest: NaiveDate,
    /// Those to be judged.
    pub days: BTreeSet<NaiveDate>,
    /// The newest day that was complete before. A day up to it that is judged came late, or some of it.
    pub newest_before: Option<NaiveDate>,
    /// Those among the days of which there are calls, and no file.
    pub by_calls: BTreeSet<NaiveDate>,
    /// The first ingest of those that completed them.
    from: i64,
}

/// What a store has of these days and those before them.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'s, 'r> {
    /// The first day of which it has anything.
    pub oldest: NaiveDate,
    /// What it has read.
    pub calendar: &'s Calendar,
    /// The calls.
    pub calls: &'s CallsByDay<'r>,
    /// Calls without a readable time, which may be of the days that are judged.
    pub no_time: u64,
    /// Calls that may be of any account or Region.
    pub unplaced: u64,
}

/// What the gate says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict<'r> {
    /// The days with new callers, and those callers, most calls first.
    pub new: Vec<(NaiveDate, Vec<Offender<'r>>)>,
    /// The days that were judged.
    pub judged: Vec<NaiveDate>,
    /// Days that came late, and of which nothing can be said.
    pub not_judged: Vec<NaiveDate>,
}

/// Why nothing can be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoVerdict {
    /// The store holds no complete day.
    NoCompleteDay,
    /// The newest complete day is so many days old.
    TooOld(NaiveDate, i64),
    /// Of the days before this one the store holds fewer than asked for.
    TooFewBefore {
        /// The day.
        day: NaiveDate,
        /// How many it holds.
        held: u64,
        /// The first day it knows of, if it has forgotten some of those asked for.
        kept_from: Option<NaiveDate>,
    },
    /// Nothing of us-east-1 was read of this day.
    UnseenOn(NaiveDate),
    /// Nothing of us-east-1 was read of the days before this one.
    UnseenBefore(NaiveDate),
    /// Digests say that logs of us-east-1 of this day are missing, or may be.
    Missing(NaiveDate),
    /// So many calls have no time, and may be of the days that are judged.
    NoTime(u64),
    /// So many calls may be of any account or Region.
    Unplaced(u64),
}

impl Due {
    /// The days that became complete, or got more calls, after `judged`, the last ingest whose days were
    /// judged for good. `completed` has the run in which each day became complete, `added_to` the days that
    /// got more calls.
    pub fn of(
        completed: &BTreeMap<NaiveDate, i64>,
        judged: i64,
        added_to: impl IntoIterator<Item = NaiveDate>,
    ) -> Result<Due, NoVerdict> {
        let newest = *completed
            .keys()
            .next_back()
            .ok_or(NoVerdict::NoCompleteDay)?;
        let last = completed.values().max().copied().unwrap_or(0);
        let before = completed.iter().filter(|(_, run)| **run < last);
        let newest_before = before.map(|(&day, _)| day).next_back();
        let mut days: BTreeSet<NaiveDate> = (completed.iter())
            .filter(|(_, run)| **run > judged)
            .map(|(&day, _)| day)
            .collect();
        let from = completed.values().copied().filter(|run| *run > judged);
        let from = from.min().unwrap_or(last);
        days.extend(added_to);
        days.insert(newest);
        Ok(Due {
            newest,
            days,
            newest_before,
            by_calls: BTreeSet::new(),
            from,
        })
    }

    /// The first day that is to be judged.
    pub fn first(&self) -> NaiveDate {
        self.days.first().copied().unwrap_or(self.newest)
    }

    /// The same, and days of which there are calls and no file that these ingests completed, too. Too little
    /// is read of them to be sure of anything but who called.
    #[must_use]
    pub fn and_by_calls(mut self, by_calls: &BTreeMap<NaiveDate, i64>) -> Due {
        if self.newest_before.is_some() {
            let due = by_calls.iter().filter(|(_, run)| **run >= self.from);
            self.by_calls = due.map(|(&day, _)| day).collect();
            self.days.extend(&self.by_calls);
        }
        self
    }

    /// The last day that is to be judged.
    pub fn last(&self) -> NaiveDate {
        self.days.last().copied().unwrap_or(self.newest)
    }

    fn is_late(&self, day: NaiveDate) -> bool {
        let is_before = self.newest_before.is_none_or(|before| day <= before);
        day != self.newest && (is_before || self.by_calls.contains(&day))
    }
}

impl NewCallers {
    /// Whether the newest complete day is recent enough.
    ///
    /// # Errors
    /// If it is not.
    pub fn check_age(&self, newest: NaiveDate, today: NaiveDate) -> Result<(), NoVerdict> {
        let age = (today - newest).num_days();
        match age > self.max_age.into() {
            true => Err(NoVerdict::TooOld(newest, age)),
            false => Ok(()),
        }
    }

    /// The first of the days before a day.
    pub fn from(&self, day: NaiveDate) -> NaiveDate {
        let from = day.checked_sub_days(Days::new(self.days.into()));
        from.unwrap_or(NaiveDate::MIN)
    }

    /// Judges the days that are due.
    ///
    /// # Errors
    /// If too little is known of a day that did not come late, or of the days before it; if nobody is
    /// new, and some calls have no time, or a day that came late has callers who may be.
    pub fn judge<'r>(
        &self,
        due: &Due,
        seen: Seen<'_, 'r>,
        selection: &Selection,
        is_allowed: impl Fn(&str) -> bool,
    ) -> Result<Verdict<'r>, NoVerdict> {
        let mut verdict = Verdict::default();
        let mut missing = None;
        let mut passed_over = None;
        for &day in &due.days {
            match self.check_seen(day, seen, selection) {
                Ok(()) => {
                    let new = self.callers_of(day, seen.calls, &is_allowed);
                    // What is missing can only hide who is new: whoever is found is new all the same.
                    let may_be_more = seen.calendar.holes_of_us_east_1.contains(&day);
                    if new.is_empty() && may_be_more {
                        verdict.not_judged.push(day);
                        missing = missing.or((!due.is_late(day)).then_some(day));
                        continue;
                    }
                    verdict.judged.push(day);
                    if !new.is_empty() {
                        verdict.new.push((day, new));
                    }
                }
                // What came late of days long ago may have no days before it at all.
                Err(why) if due.is_late(day) => {
                    verdict.not_judged.push(day);
                    // From tomorrow on they would be old callers, by this day alone.
                    if day > self.from(due.newest)
                        && !self.callers_of(day, seen.calls, &is_allowed).is_empty()
                    {
                        passed_over = passed_over.or(Some(why));
                    }
                }
                Err(why) => return Err(why),
            }
        }
        if let Some(why) = passed_over.filter(|_| verdict.new.is_empty()) {
            return Err(why);
        }
        if let Some(day) = missing.filter(|_| verdict.new.is_empty()) {
            return Err(NoVerdict::Missing(day));
        }
        if verdict.new.is_empty() && seen.no_time > 0 {
            return Err(NoVerdict::NoTime(seen.no_time));
        }
        if verdict.new.is_empty() && seen.unplaced > 0 {
            return Err(NoVerdict::Unplaced(seen.unplaced));
        }
        Ok(verdict)
    }

    /// Whether a global call of a day would be seen, and one of the days before it.
    fn check_seen(
        &self,
        day: NaiveDate,
        seen: Seen<'_, '_>,
        selection: &Selection,
    ) -> Result<(), NoVerdict> {
        let Seen {
            oldest,
            calendar,
            calls,
            ..
        } = seen;
        let from = self.from(day);
        if oldest > from {
            return Err(NoVerdict::TooFewBefore {
                day,
                held: (day - oldest).num_days().max(0).unsigned_abs(),
                kept_from: calendar.kept_from.filter(|kept_from| *kept_from > from),
            });
        }
        let of_day = calls.days.get(&day);
        // More than that the trend shows the day: calls of AWS itself at the global endpoint name nobody.
        let is_seen = of_day
            .is_some_and(|day| day.is_of_us_east_1 || !day.global_callers.is_empty())
            || calendar.keys_of_us_east_1.contains(&day);
        let was_seen = (calls.days.range(from..day)).any(|(_, day)| day.is_of_us_east_1)
            || (calendar.keys_of_us_east_1.range(from..day))
                .next()
                .is_some();
        match (is_seen, was_seen && selection.may_show_global_calls()) {
            (true, true) => Ok(()),
            (true, false) => Err(NoVerdict::UnseenBefore(day)),
            (false, _) => Err(NoVerdict::UnseenOn(day)),
        }
    }

    /// The new callers of a day, most calls first.
    fn callers_of<'r>(
        &self,
        day: NaiveDate,
        calls: &CallsByDay<'r>,
        is_allowed: impl Fn(&str) -> bool,
    ) -> Vec<Offender<'r>> {
        let Some(of_day) = calls.days.get(&day) else {
            return Vec::new();
        };
        let is_known = |principal: &str| {
            (calls.days.range(self.from(day)..day))
                .any(|(_, day)| day.global_callers.contains_key(principal))
        };
        let mut new: Vec<Offender<'r>> = (of_day.global_callers.iter())
            .filter(|(principal, _)| !is_known(principal) && !is_allowed(principal))
            .map(|(&principal, &calls)| Offender { principal, calls })
            .collect();
        new.sort_by(|a, b| b.calls.cmp(&a.calls).then(a.principal.cmp(b.principal)));
        new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn what_became_complete_since_the_ingest_before_the_last_is_due_and_what_got_more() {
        let completed = [
            (day("2025-11-01"), 1),
            (day("2025-11-02"), 1),
            (day("2025-11-03"), 2),
            (day("2025-11-04"), 2),
        ];
        let due = Due::of(&completed.into(), 1, [day("2025-11-01")]).unwrap();
        let expected = ["2025-11-01", "2025-11-03", "2025-11-04"].map(day);
        assert_eq!(due.days, expected.into());
        assert!(due.is_late(day("2025-11-01")) && !due.is_late(day("2025-11-03")));
        // Of the first ingest only the newest day is not the past.
        let first = Due::of(&completed[..2].iter().copied().collect(), 1, []).unwrap();
        assert_eq!(first.days, [day("2025-11-02")].into());
        assert_eq!(
            Due::of(&BTreeMap::new(), 0, []),
            Err(NoVerdict::NoCompleteDay)
        );
    }

    #[test]
    fn days_of_calls_alone_are_due_with_the_ingest_that_completed_them() {
        let completed = [(day("2025-11-02"), 1), (day("2025-11-05"), 3)].into();
        let by_calls = [(day("2025-11-03"), 2), (day("2025-11-04"), 3)].into();
        let due = Due::of(&completed, 1, []).unwrap();
        let due = due.and_by_calls(&by_calls);
        assert_eq!(due.days, ["2025-11-04", "2025-11-05"].map(day).into());
        assert!(due.is_late(day("2025-11-04")) && !due.is_late(day("2025-11-05")));
        let first = Due::of(&[(day("2025-11-05"), 3)].into(), 3, []).unwrap();
        assert_eq!(
            first.and_by_calls(&by_calls).days,
            [day("2025-11-05")].into()
        );
    }

    /// What digests miss can hide who is new, and never make anybody new.
    #[test]
    fn a_day_of_which_logs_are_missing_is_judged_by_who_is_seen() {
        let calls = |of_last: &[&'static str]| {
            let of_day = |callers: &[&'static str]| crate::questions::DayCalls {
                is_of_us_east_1: true,
                global_callers: callers.iter().map(|&one| (one, 1)).collect(),
                ..Default::default()
            };
            let days = [("2025-11-01", &["old"][..]), ("2025-11-02", of_last)];
            CallsByDay {
                days: days
                    .map(|(text, callers)| (day(text), of_day(callers)))
                    .into(),
                undated: 0,
            }
        };
        let gate = NewCallers {
            days: 1,
            max_age: 3,
        };
        let holes = Calendar {
            holes_of_us_east_1: [day("2025-11-02")].into(),
            ..Calendar::default()
        };
        let whole = Calendar::default();
        let completed = [(day("2025-11-01"), 1), (day("2025-11-02"), 2)].into();
        let due = Due::of(&completed, 1, []).unwrap();
        let judge = |calls: &CallsByDay<'static>, calendar: &Calendar| {
            let seen = Seen {
                oldest: day("2025-11-01"),
                calendar,
                calls,
                no_time: 0,
                unplaced: 0,
            };
            let verdict = gate.judge(&due, seen, &Selection::default(), |_| false);
            verdict.map(|verdict| verdict.new.len())
        };
        assert_eq!(judge(&calls(&["old", "new"]), &holes), Ok(1));
        assert_eq!(judge(&calls(&["old"]), &whole), Ok(0));
        let why = NoVerdict::Missing(day("2025-11-02"));
        assert_eq!(judge(&calls(&["old"]), &holes), Err(why));
    }

    #[test]
    fn an_old_store_gives_no_verdict() {
        let gate = NewCallers {
            days: 30,
            max_age: 3,
        };
        let newest = day("2025-11-01");
        assert_eq!(gate.check_age(newest, day("2025-11-04")), Ok(()));
        let why = NoVerdict::TooOld(newest, 4);
        assert_eq!(gate.check_age(newest, day("2025-11-05")), Err(why));
    }
}
