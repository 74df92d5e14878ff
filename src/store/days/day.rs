//! Days as numbers since 1970, by which calls are sorted, and as the names that tables have.

use chrono::{DateTime, NaiveDate};

use crate::sts::Time;

/// The day of calls without a readable time.
pub(in crate::store) const NO_DAY: i64 = i64::MIN;

/// The day of a time, in UTC.
pub(in crate::store) fn day_number(time: Time) -> i64 {
    time.millis().div_euclid(Time::DAY)
}

/// The number of a day.
pub(in crate::store) fn since_1970(day: NaiveDate) -> i64 {
    (day - NaiveDate::default()).num_days()
}

/// When the day of this name begins; `None` if it is none.
pub(in crate::store) fn midnight(name: &str) -> Option<Time> {
    Time::of_midnight(name.parse().ok()?)
}

/// `YYYY-MM-DD`
pub(in crate::store) fn day_name(day: i64) -> String {
    let time = DateTime::from_timestamp_millis(day * Time::DAY).unwrap_or_default();
    time.format("%Y-%m-%d").to_string()
}
