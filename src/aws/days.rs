//! The days that logs can be of.

use chrono::NaiveDate;

/// CloudTrail began in 2013, so no log of an earlier day is missing.
pub(crate) const FIRST_DAY: NaiveDate = day(2013, 1, 1);

/// What names a later one is not CloudTrail's.
pub(crate) const LAST_DAY: NaiveDate = day(2099, 12, 31);

const fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    match NaiveDate::from_ymd_opt(year, month, day) {
        Some(day) => day,
        None => NaiveDate::MIN,
    }
}
