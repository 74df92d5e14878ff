//! Instants as CloudTrail writes them: RFC 3339, in UTC.

use chrono::{DateTime, NaiveDate, NaiveTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};

/// An instant in milliseconds since 1970 (UTC). CloudTrail itself writes whole seconds; anything
/// finer than a millisecond is cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Time(i64);

impl Time {
    /// The first instant that can be written with a year of four digits.
    pub const MIN: Time = Time(-62_167_219_200_000);
    /// The last one.
    pub const MAX: Time = Time(253_402_300_799_999);

    /// Reads an RFC 3339 date and time. `None` for anything else, and outside the years 0 to 9999.
    pub fn parse(text: &str) -> Option<Time> {
        let parsed = DateTime::parse_from_rfc3339(text).ok()?;
        let time = Time(parsed.timestamp_millis());
        (Time::MIN..=Time::MAX).contains(&time).then_some(time)
    }

    /// From milliseconds since 1970; `None` outside the years 0 to 9999.
    pub fn from_millis(millis: i64) -> Option<Time> {
        (Time::MIN..=Time::MAX)
            .contains(&Time(millis))
            .then_some(Time(millis))
    }

    /// The first instant of a day; `None` outside the years 0 to 9999.
    pub fn of_midnight(day: NaiveDate) -> Option<Time> {
        Time::from_millis(day.and_time(NaiveTime::MIN).and_utc().timestamp_millis())
    }

    /// Milliseconds since 1970.
    pub fn millis(self) -> i64 {
        self.0
    }

    fn utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.0).unwrap_or_default()
    }

    /// The day, `YYYY-MM-DD`.
    pub fn day(self) -> String {
        self.utc().format("%Y-%m-%d").to_string()
    }

    /// The hour, `YYYY-MM-DDTHH`.
    pub fn hour(self) -> String {
        self.utc().format("%Y-%m-%dT%H").to_string()
    }
}

impl std::fmt::Display for Time {
    /// `2026-11-01T00:00:01Z`, with milliseconds only where there are any.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.utc().to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_shown_in_utc_and_as_precise_as_they_were() {
        let table = [
            ("2026-11-01T00:00:01Z", "2026-11-01T00:00:01Z"),
            ("2026-11-01T02:00:01+02:00", "2026-11-01T00:00:01Z"),
            ("2026-11-01T00:00:01.25Z", "2026-11-01T00:00:01.250Z"),
            ("2026-11-01T00:00:01.1239Z", "2026-11-01T00:00:01.123Z"),
            ("0000-01-01T00:00:00Z", "0000-01-01T00:00:00Z"),
            ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"),
        ];
        for (text, shown) in table {
            assert_eq!(Time::parse(text).expect(text).to_string(), shown);
        }
    }

    #[test]
    fn what_is_no_rfc_3339_time_is_no_time() {
        for text in [
            "",
            "2026-11-01",
            "yesterday",
            "2026-13-01T00:00:00Z",
            "1730419200",
            "\u{661}",
        ] {
            assert_eq!(Time::parse(text), None, "{text}");
        }
    }

    #[test]
    fn days_and_hours_are_utc() {
        let time = Time::parse("2026-11-01T23:30:00-01:00").expect("a time");
        assert_eq!(
            (time.day().as_str(), time.hour().as_str()),
            ("2026-11-02", "2026-11-02T00")
        );
    }
}
