//! Unix seconds in the spellings CloudTrail uses. Always UTC.

use chrono::{DateTime, Datelike, Timelike, Utc};
use std::fmt::Write as _;

/// Seconds in a day.
pub const DAY: i64 = 86_400;
/// 2025-11-03T00:00:00Z, a Monday: all archives begin here, whatever today is.
pub const START: i64 = 1_762_128_000;

fn date_time(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap_or_default()
}

/// `2025-11-03T09:05:12Z`, an eventTime.
pub fn push_time(out: &mut String, seconds: i64) {
    let t = date_time(seconds);
    // A String takes whatever is written to it; so below.
    let _ = write!(
        out,
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
        t.year(),
        t.month(),
        t.day(),
        t.hour(),
        t.minute(),
        t.second()
    );
}

/// `Nov 3, 2025, 9:05:12 AM`, the expiration of credentials.
pub fn push_expiration(out: &mut String, seconds: i64) {
    let t = date_time(seconds);
    let month = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ][t.month0() as usize];
    let (afternoon, hour) = t.hour12();
    let _ = write!(
        out,
        "{month} {}, {}, {hour}:{:02}:{:02} {}",
        t.day(),
        t.year(),
        t.minute(),
        t.second(),
        if afternoon { "PM" } else { "AM" }
    );
}

/// `2025/11/03`, in an S3 key.
pub fn push_folders(out: &mut String, seconds: i64) {
    let t = date_time(seconds);
    let _ = write!(out, "{:04}/{:02}/{:02}", t.year(), t.month(), t.day());
}

/// `20251103T0905Z`, in a log file's name: when it was delivered.
pub fn push_delivery(out: &mut String, seconds: i64) {
    let t = date_time(seconds);
    let _ = write!(
        out,
        "{:04}{:02}{:02}T{:02}{:02}Z",
        t.year(),
        t.month(),
        t.day(),
        t.hour(),
        t.minute()
    );
}
