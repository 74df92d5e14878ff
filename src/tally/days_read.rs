//! Which days were read, by account and Region: what a day without calls is worth.
//!
//! Owns what the keys of files say of days, and the days of the calls themselves. Refuses to know what
//! follows for an answer.
//!
//! There are as many entries as accounts × Regions × days have files. Calls of files whose keys tell
//! nothing leave their days alone.

use std::collections::BTreeMap;
use std::ops::AddAssign;

use chrono::NaiveDate;

use super::staged::StagedOnce;
use crate::aws::Key;
use crate::sts::Time;

/// The days that were read.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct DaysRead {
    /// Whether anything is noted. Most questions are not about days, and there are as many lines as
    /// accounts, Regions and days.
    is_wanted: bool,
    files: ByKey,
    without_key: FilesOfDay,
    /// The days of calls, and whether any of them is one that global calls would be logged with.
    calls: BTreeMap<NaiveDate, bool>,
    /// The same of the file being read, in days since 1970.
    staged: StagedOnce<(i64, bool)>,
}

/// By account, Region and day.
pub(super) type ByKey = BTreeMap<(String, String, NaiveDate), FilesOfDay>;

/// What was read of an account and Region on the day of delivery, or of files that tell none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct FilesOfDay {
    /// Files read, whole and sound.
    pub files: u64,
    /// Files that could not be read, or not as a whole.
    pub damaged: u64,
    /// Records of all services.
    pub records: u64,
    /// Records of STS that are calls, copies and what is not asked about included.
    pub sts_records: u64,
}

impl FilesOfDay {
    /// What was read of one file, or of several.
    pub fn new(files: u64, damaged: u64, records: u64, sts_records: u64) -> FilesOfDay {
        FilesOfDay {
            files,
            damaged,
            records,
            sts_records,
        }
    }

    fn is_nothing(&self) -> bool {
        *self == FilesOfDay::default()
    }
}

impl AddAssign for FilesOfDay {
    fn add_assign(&mut self, other: FilesOfDay) {
        self.files += other.files;
        self.damaged += other.damaged;
        self.records += other.records;
        self.sts_records += other.sts_records;
    }
}

/// A line of what was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DayRead<'d> {
    /// The account in the key.
    pub account_id: &'d str,
    /// The Region in it.
    pub region: &'d str,
    /// The day in it.
    pub day: NaiveDate,
    /// What was read of it.
    pub of_files: FilesOfDay,
}

impl DaysRead {
    /// Notes what is read if that is wanted.
    pub fn if_wanted(is_wanted: bool) -> DaysRead {
        DaysRead {
            is_wanted,
            ..DaysRead::default()
        }
    }

    /// What goes into a part of an answer.
    pub(super) fn sums(&self) -> (&ByKey, FilesOfDay, &BTreeMap<NaiveDate, bool>) {
        (&self.files, self.without_key, &self.calls)
    }

    /// What came in one.
    pub(super) fn of_sums(
        files: ByKey,
        without_key: FilesOfDay,
        calls: BTreeMap<NaiveDate, bool>,
    ) -> DaysRead {
        DaysRead {
            files,
            without_key,
            calls,
            ..DaysRead::default()
        }
    }

    /// Files of a folder were read, or could not be; `None` if their place tells no key.
    pub fn see_files(&mut self, key: Option<&Key>, files: FilesOfDay) {
        match key {
            _ if files.is_nothing() || !self.is_wanted => {}
            None => self.without_key += files,
            Some(key) => {
                let key = (key.account.clone(), key.region.clone(), key.day);
                *self.files.entry(key).or_default() += files;
            }
        }
    }

    /// A call was read. `saw_us_east_1` says whether it is of us-east-1, or global: then other global calls
    /// of that day would be here, too.
    pub fn see_call(&mut self, time: Option<Time>, saw_us_east_1: bool) {
        if !self.is_wanted {
            return;
        }
        let Some(day) = time.map(|time| time.millis().div_euclid(Time::DAY)) else {
            return;
        };
        if !self.staged.is_last(|&last| last == (day, saw_us_east_1)) {
            self.see_another((day, saw_us_east_1));
        }
    }

    #[cold]
    fn see_another(&mut self, call: (i64, bool)) {
        let known = date(call.0).and_then(|day| self.calls.get(&day));
        let is_news = known.is_none_or(|saw_us_east_1| call.1 && !saw_us_east_1);
        self.staged.push(call, is_news);
    }

    /// The place after the last call of a file.
    pub fn mark(&self) -> usize {
        self.staged.mark()
    }

    /// The calls since `mark` are taken back.
    pub fn rollback(&mut self, mark: usize) {
        self.staged.rollback(mark);
    }

    /// The file is read: its calls are not taken back any more.
    pub fn end_file(&mut self) {
        let calls = &mut self.calls;
        self.staged.commit(|(day, saw_us_east_1)| {
            if let Some(day) = date(day) {
                *calls.entry(day).or_default() |= saw_us_east_1;
            }
        });
    }

    /// What was read, by account, Region and day.
    pub fn by_key(&self) -> impl Iterator<Item = DayRead<'_>> {
        (self.files.iter()).map(|((account_id, region, day), of_files)| DayRead {
            account_id,
            region,
            day: *day,
            of_files: *of_files,
        })
    }

    /// What was read of files whose places tell no account, Region and day.
    pub fn without_key(&self) -> FilesOfDay {
        self.without_key
    }

    /// The days of calls that are asked about by time, account and Region, and whether any of them is
    /// one that global calls would be logged with.
    pub fn of_calls(&self) -> impl Iterator<Item = (NaiveDate, bool)> {
        self.calls
            .iter()
            .map(|(day, saw_us_east_1)| (*day, *saw_us_east_1))
    }
}

impl AddAssign for DaysRead {
    fn add_assign(&mut self, other: DaysRead) {
        for (key, files) in other.files {
            *self.files.entry(key).or_default() += files;
        }
        self.without_key += other.without_key;
        for (day, saw_us_east_1) in other.calls {
            *self.calls.entry(day).or_default() |= saw_us_east_1;
        }
    }
}

/// The day of a number of days since 1970.
fn date(day: i64) -> Option<NaiveDate> {
    NaiveDate::from_epoch_days(i32::try_from(day).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_of_calls_are_those_that_were_not_taken_back() {
        let time = |text: &str| Time::parse(text);
        let mut read = DaysRead::if_wanted(true);
        read.see_call(time("2025-11-03T23:59:59Z"), false);
        let mark = read.mark();
        read.see_call(time("2025-11-04T00:00:00Z"), true);
        read.see_call(time("1969-12-31T23:00:00Z"), false);
        read.see_call(None, true);
        read.rollback(mark);
        read.see_call(time("2025-11-03T00:00:00Z"), true);
        read.see_call(time("2025-11-05T00:00:00Z"), false);
        read.end_file();
        let days: Vec<_> = (read.of_calls())
            .map(|(day, saw_us_east_1)| (day.to_string(), saw_us_east_1))
            .collect();
        assert_eq!(
            days,
            [("2025-11-03".into(), true), ("2025-11-05".into(), false)]
        );
    }
}
