//! Which days were read: what a day without calls is worth in an answer over time.
//!
//! Owns what follows from keys and calls for a day. A store keeps more than that and makes a calendar of
//! its own.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use chrono::NaiveDate;

use crate::aws::{Key, KeyKind, LogName};
use crate::tally::{Coverage, DaysRead, Selection};

/// Which days were read, as far as that is known without calls.
#[derive(Clone, Debug, Default)]
pub struct Calendar {
    /// Days in the keys of files that were read.
    pub keys: BTreeSet<NaiveDate>,
    /// Of these, the days of files of us-east-1.
    pub keys_of_us_east_1: BTreeSet<NaiveDate>,
    /// Whether every file with calls has a key. If so, calls of a day of which no file was read came in a
    /// file of the next day, and there are more. What has no key and no call tells nothing of days, such as a
    /// log of network activity.
    pub all_calls_have_keys: bool,
    /// Days before this one are over: nothing more of them is to be expected.
    pub over_before: Option<NaiveDate>,
    /// Days before this one were forgotten.
    pub kept_from: Option<NaiveDate>,
    /// Days of which logs are missing, or may be, as digests say.
    pub holes: BTreeSet<NaiveDate>,
    /// Of these, the days of which logs of us-east-1 are.
    pub holes_of_us_east_1: BTreeSet<NaiveDate>,
    /// Days of which a file is damaged.
    pub damaged: BTreeSet<NaiveDate>,
    /// A file is damaged of which nobody knows the day.
    pub has_damage_of_some_day: bool,
}

impl Calendar {
    /// Whether all of a day was read, as far as can be told.
    pub fn is_complete(&self, day: NaiveDate) -> bool {
        self.is_here(day)
            && !self.holes.contains(&day)
            && !self.has_damage_of_some_day
            && !self.damaged.contains(&day)
    }

    /// Whether nothing more of a day is to be expected: what is damaged, or missing as digests say, may stay
    /// so.
    pub fn is_here(&self, day: NaiveDate) -> bool {
        self.is_over(day) && (!self.all_calls_have_keys || self.keys.contains(&day))
    }

    /// The same, be there files of the day or not.
    pub fn is_over(&self, day: NaiveDate) -> bool {
        self.over_before.is_some_and(|before| day < before)
            && self.kept_from.is_none_or(|from| from <= day)
    }

    /// Notes the days of what is damaged.
    pub fn note_damage(&mut self, coverage: &Coverage, selection: &Selection) {
        for damaged in &coverage.damaged {
            let path = Path::new(&damaged.path);
            let key_of = |path| Key::of_folder(path).or_else(|| Key::of_network_activity(path));
            // A file, or a folder that cannot be listed.
            let key = key_of(path).or_else(|| key_of(path.parent()?));
            match key {
                Some(key) if selection.lists_log(&key.account, &key.region) => {
                    // What was delivered just after midnight is of the day before.
                    let before = key.day.pred_opt().filter(|_| may_be_of_the_night(path));
                    self.damaged.extend([key.day].into_iter().chain(before));
                }
                Some(_) => {}
                // In digests and the like there are no calls.
                None if holds_no_calls(path) => {}
                None => self.has_damage_of_some_day = true,
            }
        }
    }

    /// The days of logs. Nobody knows when they were copied, so the last of them may not be over.
    pub fn of_logs(read: &DaysRead, selection: &Selection) -> Calendar {
        let mut calendar = Calendar {
            all_calls_have_keys: read.without_key().sts_records == 0,
            ..Calendar::default()
        };
        let lines = (read.by_key())
            .filter(|line| line.of_files.files > 0)
            .filter(|line| selection.lists_log(line.account_id, line.region));
        let mut last_of_keys = None;
        for line in lines {
            last_of_keys = last_of_keys.max(Some(line.day));
            let key = Key {
                account: line.account_id.to_owned(),
                region: line.region.to_owned(),
                day: line.day,
            };
            if selection.covers(&key) {
                calendar.keys.insert(line.day);
                if selection.may_log_global_calls(&key) {
                    calendar.keys_of_us_east_1.insert(line.day);
                }
            }
        }
        // A call is delivered after it is made: of files with keys, none tells of a later day.
        let last_of_calls = || read.of_calls().last().map(|(day, _)| day);
        calendar.over_before = match calendar.all_calls_have_keys {
            true => last_of_keys,
            false => last_of_keys.max(last_of_calls()),
        };
        calendar
    }
}

/// Whether a log may hold calls of the day before its own, by the time in its name.
fn may_be_of_the_night(path: &Path) -> bool {
    const TWO_HOURS: u32 = 120;
    let name = path.file_name().and_then(|name| name.to_str());
    let log = name.and_then(LogName::parse);
    log.is_none_or(|log| log.minute % (24 * 60) < TWO_HOURS)
}

/// Whether a file or folder is of digests, Insights or aggregated events.
fn holds_no_calls(path: &Path) -> bool {
    let of_name = path.file_name().and_then(KeyKind::of_name);
    let of_folder = || KeyKind::of_folder(path).or_else(|| KeyKind::of_folder(path.parent()?));
    (of_name.or_else(of_folder)).is_some_and(|kind| kind != KeyKind::Log)
}

/// The days of calls, whatever their principals, and whether global calls would be seen among them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DaysOfCalls(pub(super) BTreeMap<NaiveDate, bool>);

impl DaysOfCalls {
    /// Takes for days on which global calls would be seen those of others alone.
    #[cfg(feature = "store")]
    pub(crate) fn keep_seen(&mut self, others: &DaysOfCalls) {
        for (day, saw_us_east_1) in &mut self.0 {
            *saw_us_east_1 = others.0.get(day).is_some_and(|&seen| seen);
        }
    }
}

impl From<&DaysRead> for DaysOfCalls {
    fn from(read: &DaysRead) -> DaysOfCalls {
        DaysOfCalls(read.of_calls().collect())
    }
}
