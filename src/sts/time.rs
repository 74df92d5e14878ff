//! Instants as CloudTrail writes them: RFC 3339, in UTC; and as other programs make them over.

use chrono::{DateTime, Datelike as _, NaiveDate, NaiveTime, SecondsFormat, Utc};
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
    /// A day, in milliseconds.
    pub const DAY: i64 = 24 * 60 * 60 * 1000;

    /// Reads an RFC 3339 date and time. `None` for anything else, and outside the years 0 to 9999.
    pub fn parse(text: &str) -> Option<Time> {
        let parsed = DateTime::parse_from_rfc3339(text).ok()?;
        let time = Time(parsed.timestamp_millis());
        (Time::MIN..=Time::MAX).contains(&time).then_some(time)
    }

    /// Reads the time of a record: as CloudTrail writes it, or as an export of its records does. There
    /// may be a space for the `T`, a comma for the point, no seconds, an offset as `+00` or `+0000`, or
    /// none, which is UTC; or a number, of seconds since 1970 or of something finer.
    pub fn logged(text: &str) -> Option<Time> {
        Time::parse(text).or_else(|| Time::exported(text))
    }

    #[cold]
    fn exported(text: &str) -> Option<Time> {
        let text = text.trim_ascii();
        Time::of_number(text).or_else(|| Time::of_date_and_time(text))
    }

    /// From a number since 1970. Its size tells of what: CloudTrail is younger than 2001, where the
    /// numbers of seconds with ten digits begin.
    fn of_number(text: &str) -> Option<Time> {
        let (number, exponent) = match text.split_once(['e', 'E']) {
            Some((number, exponent)) => (number, exponent.parse().ok()?),
            None => (text, 0_i32),
        };
        let number = number.strip_prefix('+').unwrap_or(number);
        let number = number.trim_start_matches('0');
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let mut digits = whole.bytes().chain(fraction.bytes());
        // Nobody writes a time as `0.17e10`.
        if whole.is_empty() || !digits.clone().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        // In digits, as a binary fraction of seconds is not exact: 0.7 may be a little less.
        let length = i32::try_from(whole.len()).ok()?.checked_add(exponent)?;
        let of_millis = match length {
            10 | 13 | 16 | 19 => 13,
            11 | 14 | 17 | 20 => 14,
            _ => return None,
        };
        let millis = (0..of_millis).fold(0, |sum, _| {
            sum * 10 + i64::from(digits.next().unwrap_or(b'0') - b'0')
        });
        Time::from_millis(millis)
    }

    fn of_date_and_time(text: &str) -> Option<Time> {
        let (date, rest) = text.split_at_checked(10)?;
        let date = match date.as_bytes() {
            [y @ .., b'-', m1, m2, b'-', d1, d2] => NaiveDate::from_ymd_opt(
                digits(y)?.try_into().ok()?,
                digits(&[*m1, *m2])?,
                digits(&[*d1, *d2])?,
            )?,
            _ => return None,
        };
        let rest = rest.strip_prefix(['T', 't', ' '])?;
        let end = rest.find(|c: char| !c.is_ascii_digit() && !":.,".contains(c));
        let (clock, zone) = rest.split_at(end.unwrap_or(rest.len()));
        let clock = clock_millis(clock.as_bytes())?;
        let offset = offset_minutes(zone.trim_ascii_start())?;
        let midnight = date.and_time(NaiveTime::MIN).and_utc().timestamp_millis();
        Time::from_millis(midnight + clock - offset * 60_000)
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

    /// The year.
    pub fn year(self) -> i32 {
        self.utc().year()
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

/// A number that is written with nothing but digits, at most nine.
fn digits(text: &[u8]) -> Option<u32> {
    if text.is_empty() || text.len() > 9 || !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// `hh:mm`, `hh:mm:ss` or `hh:mm:ss.fff`, in milliseconds since midnight. There are leap seconds.
fn clock_millis(text: &[u8]) -> Option<i64> {
    let (hours, minutes, rest) = match text {
        [h1, h2, b':', m1, m2, rest @ ..] => (digits(&[*h1, *h2])?, digits(&[*m1, *m2])?, rest),
        _ => return None,
    };
    let (seconds, fraction) = match rest {
        [] => (0, &[][..]),
        [b':', s1, s2] => (digits(&[*s1, *s2])?, &[][..]),
        [b':', s1, s2, b'.' | b',', fraction @ ..] if !fraction.is_empty() => {
            (digits(&[*s1, *s2])?, fraction)
        }
        _ => return None,
    };
    if hours > 23 || minutes > 59 || seconds > 60 || !fraction.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let digit = |place: usize| i64::from(fraction.get(place).map_or(0, |digit| digit - b'0'));
    let millis = digit(0) * 100 + digit(1) * 10 + digit(2);
    Some((i64::from(hours * 60 + minutes) * 60 + i64::from(seconds)) * 1000 + millis)
}

/// `Z`, `UTC`, `+hh`, `+hhmm` or `+hh:mm`, in minutes; nothing is UTC.
fn offset_minutes(text: &str) -> Option<i64> {
    if matches!(text, "" | "Z" | "z" | "UTC" | "GMT") {
        return Some(0);
    }
    let (sign, hours, minutes) = match text.as_bytes() {
        [sign, h1, h2] => (sign, [*h1, *h2], [b'0', b'0']),
        [sign, h1, h2, m1, m2] | [sign, h1, h2, b':', m1, m2] => (sign, [*h1, *h2], [*m1, *m2]),
        _ => return None,
    };
    let (hours, minutes) = (digits(&hours)?, digits(&minutes)?);
    let offset = i64::from(hours * 60 + minutes);
    match sign {
        _ if hours > 23 || minutes > 59 => None,
        b'+' => Some(offset),
        b'-' => Some(-offset),
        _ => None,
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
    fn a_logged_time_may_be_spelled_as_other_programs_do() {
        let expected = Time::parse("2025-11-03T08:00:00Z");
        for text in [
            "2025-11-03T08:00:00Z",
            "2025-11-03 08:00:00+00",
            "2025-11-03 08:00:00+0000",
            "2025-11-03 08:00:00 +0000",
            "2025-11-03 08:00:00.000 UTC",
            "2025-11-03 08:00:00",
            "2025-11-03T08:00:00",
            "2025-11-03T08:00Z",
            "2025-11-03 08:00:00,000",
            "2025-11-03T10:00:00+02",
            "2025-11-03T02:30:00-0530",
            " 2025-11-03T08:00:00Z ",
            "1762156800",
            "1762156800.0",
            "1.7621568E9",
            "1762156800000",
            "1762156800000000",
            "1762156800000000000",
        ] {
            assert_eq!(Time::logged(text), expected, "{text}");
        }
        let millis = |text: &str| Time::logged(text).map(|time| time.millis() % 1000);
        assert_eq!(millis("2025-11-03 08:00:00,1239"), Some(123));
        assert_eq!(millis("2025-11-03 08:00:00.5"), Some(500));
        for (number, expected) in [
            ("1762156800.7", 700),
            ("1762156800.9999", 999),
            ("1762156800999.9", 999),
            ("1762156800999999", 999),
            ("1762156800999999999", 999),
            ("1.762156800999999e15", 999),
            ("+01762156800999999.0E+0", 999),
            ("17621568007e-1", 700),
        ] {
            assert_eq!(millis(number), Some(expected), "{number}");
        }
    }

    #[test]
    fn what_may_be_another_time_is_none() {
        for text in [
            "",
            "2025-11-03",
            "20251103",
            "2025",
            "-1762156800",
            "17621568",
            "176215680000",
            "176215680000000000000",
            "0.1762156800",
            "1762156800e",
            "1762156800.7.1",
            "1762156800e99999999999",
            "1e3",
            "inf",
            "2025-11-03 08",
            "2025-11-03 24:00:00",
            "2025-11-03 08:00:61",
            "2025-11-03 08:00:00.",
            "2025-11-03 08:00:00 CET",
            "2025-11-03 08:00:00+0",
            "2025-11-03 08:00:00+24:00",
            "2025-02-30 08:00:00",
            "03/11/2025 08:00:00",
            "+025-11-03 08:00:00",
            "2025-11-0\u{661} 08:00:00",
        ] {
            assert_eq!(Time::logged(text), None, "{text}");
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
