//! Instants as people type them: RFC 3339, a date, or an age.

use std::fmt;
use std::sync::OnceLock;

use chrono::{NaiveDate, NaiveTime, Utc};

use super::exit::Failure;
use crate::sts::Time;

/// Reads `2026-11-01T12:00:00Z`, `2026-11-01` (midnight, UTC) or an age such as `36h`, `7d`, `2w`
/// before `now`.
fn parse(text: &str, now: Time) -> Result<Time, String> {
    if let Some(time) = Time::parse(text) {
        return Ok(time);
    }
    if let Ok(date) = text.parse::<NaiveDate>()
        && text.len() == 10
    {
        let midnight = date.and_time(NaiveTime::MIN).and_utc().timestamp_millis();
        return Time::from_millis(midnight).ok_or_else(|| format!("{text} is out of range"));
    }
    if let Some(age) = age_in_millis(text) {
        return age
            .and_then(|age| Time::from_millis(now.millis().checked_sub(age)?))
            .ok_or_else(|| {
                format!("an age of {text} reaches back before the year 0; give a shorter one")
            });
    }
    Err("no time; give a date (2026-11-01), a time with its zone (2026-11-01T12:00:00Z), or an age \
         in hours, days or weeks (36h, 7d, 2w)"
        .to_owned())
}

/// Reads a date, or an age in days or weeks, which goes back to a midnight (UTC): a store keeps the
/// day of a call, and not its time.
fn parse_day(text: &str, now: Time) -> Result<Time, String> {
    let time = match parse(text, now) {
        Err(_) if age_in_millis(text).is_none() => {
            return Err(
                "no day; give a date (2026-11-01) or an age in days or weeks (7d, 2w)".to_owned(),
            );
        }
        other => other?,
    };
    let midnight = time.millis().div_euclid(Time::DAY) * Time::DAY;
    let is_age = text.ends_with('d') || text.ends_with('w');
    if time.millis() != midnight && !is_age || text.ends_with('h') {
        return Err(
            "a store keeps the day of a call and not its time; give a date (2026-11-01) or \
                    an age in days or weeks (7d, 2w)"
                .to_owned(),
        );
    }
    Time::from_millis(midnight).ok_or_else(|| format!("{text} is out of range"))
}

/// The time at which the program runs: one for all of its options.
pub(super) fn now() -> Time {
    static NOW: OnceLock<Time> = OnceLock::new();
    *NOW.get_or_init(|| Time::from_millis(Utc::now().timestamp_millis()).unwrap_or(Time::MAX))
}

/// An instant, and how it was typed: a store has only days, and takes what is typed for one.
#[derive(Clone, Debug)]
pub(super) struct Moment {
    typed: String,
    time: Result<Time, String>,
}

impl Moment {
    /// Reads a time, a date or an age.
    pub fn parse(text: &str) -> Result<Moment, String> {
        Moment::of(text, parse)
    }

    /// Reads a time, a date or an age where a store may be named by another option. It takes less, and
    /// must not be told of what it does not take: what is wrong is said once that is known.
    pub fn parse_later(text: &str) -> Result<Moment, String> {
        Ok(Moment {
            typed: text.to_owned(),
            time: parse(text, now()),
        })
    }

    /// Reads a date, or an age in days or weeks.
    #[cfg(feature = "store")]
    pub fn parse_day(text: &str) -> Result<Moment, String> {
        Moment::of(text, parse_day)
    }

    fn of(text: &str, parse: fn(&str, Time) -> Result<Time, String>) -> Result<Moment, String> {
        Ok(Moment {
            typed: text.to_owned(),
            time: Ok(parse(text, now())?),
        })
    }

    /// The instant.
    pub fn time(&self) -> Result<Time, String> {
        self.time.clone()
    }

    /// The beginning of the day as an instant of its own, for an answer that is made of days.
    pub fn whole_day(&self) -> Result<Moment, String> {
        let time = parse_day(&self.typed, now()).map_err(|error| match self.time {
            Ok(_) => {
                "an answer by day is of whole days; give a date (2026-11-01) or an age in days or \
                      weeks (7d, 2w)"
                    .to_owned()
            }
            Err(_) => error,
        })?;
        Ok(Moment {
            typed: self.typed.clone(),
            time: Ok(time),
        })
    }

    /// The beginning of the day, if it was typed as one.
    pub fn day(&self) -> Result<Time, String> {
        parse_day(&self.typed, now())
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.typed)
    }
}

/// `--since` and `--until`.
pub(super) fn period(
    since: Option<&Moment>,
    until: Option<&Moment>,
    meant: fn(&Moment) -> Result<Time, String>,
) -> Result<(Option<Time>, Option<Time>), Failure> {
    let time = |option: &str, moment: Option<&Moment>| {
        moment
            .map(|moment| {
                meant(moment).map_err(|error| Failure::new(format!("{option} {moment}: {error}")))
            })
            .transpose()
    };
    let (since, until) = (time("--since", since)?, time("--until", until)?);
    match (since, until) {
        (Some(since), Some(until)) if since >= until => {
            let mend = match since == until {
                true => "--until is no part of the time: name a later one",
                false => "exchange the two",
            };
            Err(Failure::new(format!(
                "--since {since} is not before --until {until}: no call could pass; {mend}"
            )))
        }
        both => Ok(both),
    }
}

/// `None`: no age; `Some(None)`: too old to be told.
fn age_in_millis(text: &str) -> Option<Option<i64>> {
    let (digits, hours) = match text.as_bytes().last()? {
        b'h' => (&text[..text.len() - 1], 1),
        b'd' => (&text[..text.len() - 1], 24),
        b'w' => (&text[..text.len() - 1], 7 * 24),
        _ => return None,
    };
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    Some(
        digits
            .parse::<i64>()
            .ok()
            .and_then(|n| n.checked_mul(hours * 3_600_000)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_times_and_ages_are_read() {
        let now = Time::parse("2026-11-21T12:30:00Z").unwrap();
        for (text, expected) in [
            ("2026-11-01", "2026-11-01T00:00:00Z"),
            ("2026-11-01T12:00:00Z", "2026-11-01T12:00:00Z"),
            ("2026-11-01T12:00:00+02:00", "2026-11-01T10:00:00Z"),
            ("36h", "2026-11-20T00:30:00Z"),
            ("7d", "2026-11-14T12:30:00Z"),
            ("2w", "2026-11-07T12:30:00Z"),
            ("0d", "2026-11-21T12:30:00Z"),
        ] {
            assert_eq!(
                parse(text, now).map(|time| time.to_string()),
                Ok(expected.into()),
                "{text}"
            );
        }
        for wrong in [
            "tomorrowish",
            "",
            "d",
            "-1d",
            "1.5d",
            "7m",
            "7 d",
            "2026-11-1",
            "2026-13-01",
            "11/01/2026",
            "2026-11-01T12:00:00",
            "9999999999999999999w",
            "99999999999d",
            "7dd",
            "2026-11-01Z",
        ] {
            assert!(parse(wrong, now).is_err(), "{wrong}");
        }
    }
}
