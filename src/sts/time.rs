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
        if let Some(time) = Time::parse_seconds(text.as_bytes()) {
            return Some(time);
        }
        let parsed = DateTime::parse_from_rfc3339(text).ok()?;
        let time = Time(parsed.timestamp_millis());
        (Time::MIN..=Time::MAX).contains(&time).then_some(time)
    }

    /// Reads `YYYY-MM-DDTHH:MM:SSZ`, as CloudTrail writes it. Every call has one, and this takes a
    /// third of the time.
    fn parse_seconds(text: &[u8]) -> Option<Time> {
        let &[
            y1,
            y2,
            y3,
            y4,
            b'-',
            m1,
            m2,
            b'-',
            d1,
            d2,
            b'T',
            h1,
            h2,
            b':',
            n1,
            n2,
            b':',
            s1,
            s2,
            b'Z',
        ] = text
        else {
            return None;
        };
        let number = |digits: &[u8]| {
            digits.iter().try_fold(0, |number, digit| {
                digit
                    .is_ascii_digit()
                    .then(|| 10 * number + u32::from(digit - b'0'))
            })
        };
        let year = number(&[y1, y2, y3, y4])?.cast_signed();
        let day = NaiveDate::from_ymd_opt(year, number(&[m1, m2])?, number(&[d1, d2])?)?;
        let time = day.and_hms_opt(number(&[h1, h2])?, number(&[n1, n2])?, number(&[s1, s2])?)?;
        Time::from_millis(time.and_utc().timestamp_millis())
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
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn whole_seconds_are_read_as_chrono_reads_them(
            text in "[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9]Z",
        ) {
            let time = DateTime::parse_from_rfc3339(&text).ok();
            let millis = time.map(|time| time.timestamp_millis());
            prop_assert_eq!(Time::parse(&text).map(Time::millis), millis);
        }
    }

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
