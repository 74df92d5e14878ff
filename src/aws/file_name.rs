//! What the names of CloudTrail's own files say: logs, which digests name, and digests.
//!
//! Owns both shapes of names and the identity of a log. Refuses to know what is in the files.
//! <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-digest-file-structure.html>

use std::hash::Hasher as _;

use chrono::{DateTime, NaiveDate, Utc};

use super::account::{is_account_id, is_organisation};
use super::region::is_region;

/// The name of a log: `ACCOUNT_CloudTrail_REGION_YYYYMMDDTHHMMZ_UNIQUE.json.gz`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogName<'n> {
    /// Whose log it is.
    pub account: &'n str,
    /// `CloudTrail`, `CloudTrail-NetworkActivity`, `CloudTrail-Insight`.
    pub kind: &'n str,
    /// Where the events were recorded.
    pub region: &'n str,
    /// Minutes since 1970 of the slot of five minutes that the newest event is in.
    pub minute: u32,
    /// What tells it from other logs of that slot: sixteen letters and digits.
    pub unique: &'n str,
}

impl<'n> LogName<'n> {
    /// Reads the name of a file that is a log as a whole, as it was delivered, decompressed, or compressed in
    /// another way: not that of a piece which a copy has left behind, or of what was made of a log.
    pub fn parse_whole(name: &'n str) -> Option<LogName<'n>> {
        let ending = &name[stem(name).len()..];
        let compressed = ending.strip_prefix(".json").unwrap_or(ending);
        ENDINGS
            .contains(&compressed)
            .then(|| LogName::parse(name))?
    }

    /// Reads the name of a log; digests have another.
    pub fn parse(name: &'n str) -> Option<LogName<'n>> {
        let stem = stem(name);
        let mut parts = stem.splitn(5, '_');
        let mut next = || parts.next();
        let (account, kind, region) = (next()?, next()?, next()?);
        let (stamp, unique) = (next()?, next()?);
        let is_name = is_account_id(account)
            && kind.starts_with("CloudTrail")
            && kind != "CloudTrail-Digest"
            && is_region(region)
            && !unique.is_empty();
        is_name.then_some(LogName {
            account,
            kind,
            region,
            minute: minute_of(stamp)?,
            unique,
        })
    }
}

impl LogName<'_> {
    /// Whether digests name it: insights and aggregates are no events, and nobody expects them there.
    pub fn is_of_events(&self) -> bool {
        !matches!(self.kind, "CloudTrail-Insight" | "CloudTrail-Aggregated")
    }
}

/// A name without what compresses it and says what it is: a log that was decompressed, or compressed in
/// another way, is the same log. The name of a trail, which a digest's has in it, may be `audit.json`.
fn stem(name: &str) -> &str {
    name.rfind(".json").map_or(name, |at| &name[..at])
}

/// What a log's name ends in behind `.json`, however it is compressed.
const ENDINGS: [&str; 8] = ["", ".gz", ".gzip", ".zst", ".zstd", ".bz2", ".xz", ".lz4"];

/// `YYYYMMDDTHHMMZ`, in minutes since 1970.
fn minute_of(stamp: &str) -> Option<u32> {
    let stamp = stamp.as_bytes();
    if stamp.len() != 14 || stamp[8] != b'T' || stamp[13] != b'Z' {
        return None;
    }
    let number = |range: std::ops::Range<usize>| {
        stamp[range].iter().try_fold(0_u32, |sum, byte| {
            byte.is_ascii_digit()
                .then(|| 10 * sum + u32::from(byte - b'0'))
        })
    };
    let year = i32::try_from(number(0..4)?).ok()?;
    let day = NaiveDate::from_ymd_opt(year, number(4..6)?, number(6..8)?)?;
    let time = day.and_hms_opt(number(9..11)?, number(11..13)?, 0)?;
    u32::try_from(time.and_utc().timestamp() / 60).ok()
}

/// What tells a log from all others: its minute and its sixteen letters and digits, in sixteen bytes, so
/// that the names of a million files fit into memory beside their calls. Of a name that ends in something
/// else that end is known by a hash, and whatever has another name has no minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LogId(u128);

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// How many numbers sixteen letters and digits make. What is above, of 96 bits, are hashes.
const UNIQUES: u128 = 62_u128.pow(16);
/// The minute of what has none: it is in the year 10136.
const NO_MINUTE: u32 = u32::MAX;

impl LogId {
    /// That of a file of this name, which was read if it is that of a log.
    pub fn of(name: &str, log: Option<&LogName<'_>>) -> LogId {
        let unique = log.and_then(|log| {
            let unique: &[u8; 16] = log.unique.as_bytes().try_into().ok()?;
            let mut number = 0_u128;
            for byte in unique {
                let digit = match byte {
                    b'0'..=b'9' => byte - b'0',
                    b'A'..=b'Z' => byte - b'A' + 10,
                    b'a'..=b'z' => byte - b'a' + 36,
                    _ => return None,
                };
                number = number * 62 + u128::from(digit);
            }
            Some(number)
        });
        let number = unique.unwrap_or_else(|| {
            let hash = |seed| {
                let mut hasher = siphasher::sip::SipHasher13::new_with_keys(seed, 0);
                hasher.write(stem(name).as_bytes());
                u128::from(hasher.finish())
            };
            UNIQUES + (hash(1) << 64 | hash(2)) % ((1 << 96) - UNIQUES)
        });
        let minute = log.map_or(NO_MINUTE, |log| log.minute);
        LogId(number << 32 | u128::from(minute))
    }

    /// The name of the log of CloudTrail's that has this id, if its name says it all.
    pub fn name(self, account: &str, region: &str) -> Option<String> {
        let time = self.delivered()?;
        let mut number = self.0 >> 32;
        if number >= UNIQUES {
            return None;
        }
        let mut unique = [0; 16];
        for place in unique.iter_mut().rev() {
            *place = DIGITS[(number % 62) as usize];
            number /= 62;
        }
        let mut name = format!(
            "{account}_CloudTrail_{region}_{}_",
            time.format("%Y%m%dT%H%MZ")
        );
        name.extend(unique.map(char::from));
        name.push_str(".json.gz");
        Some(name)
    }

    /// As bytes, to be written down.
    pub(crate) fn to_bytes(self) -> [u8; 16] {
        self.0.to_le_bytes()
    }

    /// What was written down.
    pub(crate) fn from_bytes(bytes: [u8; 16]) -> LogId {
        LogId(u128::from_le_bytes(bytes))
    }

    /// The minute in the name, if that is the name of a log.
    pub fn minute(self) -> Option<u32> {
        Some(self.0 as u32).filter(|minute| *minute != NO_MINUTE)
    }

    /// The same as a time.
    pub fn delivered(self) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp(i64::from(self.minute()?) * 60, 0)
    }
}

/// The key of a digest:
/// `[PREFIX/]AWSLogs/[o-ID/]ACCOUNT/CloudTrail-Digest/REGION/YYYY/MM/DD/NAME`, with the name
/// `ACCOUNT_CloudTrail-Digest_REGION_TRAIL_HOMEREGION_YYYYMMDDTHHMMSSZ[_backfill].json.gz`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DigestKey<'k> {
    /// Whose logs it names.
    pub account: &'k str,
    /// Whose Region's logs it names.
    pub region: &'k str,
    /// The organisation of an organisation's trail; else empty.
    pub organisation: &'k str,
    /// The trail.
    pub trail: &'k str,
    /// The Region that the trail was made in.
    pub home_region: &'k str,
    /// Whether it names logs that other digests have left out.
    pub is_backfill: bool,
    /// What is before `AWSLogs/`.
    pub prefix: &'k str,
}

impl<'k> DigestKey<'k> {
    /// Reads the key of a digest. What is before its name may be missing: then there is no organisation
    /// and no prefix.
    pub fn parse(key: &'k str) -> Option<DigestKey<'k>> {
        let (folder, name) = key.rsplit_once('/').unwrap_or(("", key));
        let stem = stem(name);
        let (stem, is_backfill) = match stem.strip_suffix("_backfill") {
            Some(stem) => (stem, true),
            None => (stem, false),
        };
        // The name of a trail may have any of `_`, `.` and `-` in it: it is what is left of both ends.
        let (account, rest) = stem.split_once('_')?;
        let rest = rest.strip_prefix("CloudTrail-Digest_")?;
        let (region, rest) = rest.split_once('_')?;
        let (rest, stamp) = rest.rsplit_once('_')?;
        let (trail, home_region) = rest.rsplit_once('_')?;
        if !is_account_id(account) || stamp.len() != 16 || !stamp.ends_with('Z') {
            return None;
        }
        // day ← month ← year ← Region ← CloudTrail-Digest ← account ← organisation ← AWSLogs
        let above = folder.rsplitn(7, '/').nth(6);
        let (organisation, prefix) = match above.map(|above| match above.rsplit_once('/') {
            Some((root, last)) => (root, last),
            None => ("", above),
        }) {
            Some((root, last)) if is_organisation(last) => {
                (last, root.strip_suffix("AWSLogs").unwrap_or(""))
            }
            Some((root, "AWSLogs")) => ("", root),
            _ => ("", ""),
        };
        Some(DigestKey {
            account,
            region,
            organisation,
            trail,
            home_region,
            is_backfill,
            prefix: prefix.trim_end_matches('/'),
        })
    }

    /// The same wherever in a bucket the trail writes to: it may have moved.
    pub fn without_prefix(self) -> DigestKey<'k> {
        DigestKey { prefix: "", ..self }
    }

    /// What the path of a digest says of it where its name does not: at least whose it is, and of which
    /// Region. Empty is what nobody knows.
    pub fn of_place(path: &'k str) -> DigestKey<'k> {
        let mut nobodys = DigestKey {
            account: "",
            region: "",
            organisation: "",
            trail: "",
            home_region: "",
            is_backfill: false,
            prefix: "",
        };
        // name ← day ← month ← year ← Region ← CloudTrail-Digest ← account
        let mut parts = path.rsplit('/');
        let named = parts.next().and_then(|name| name.split('_').next());
        let mut above = parts.skip(3);
        match (above.next(), above.next(), above.next()) {
            (Some(region), Some("CloudTrail-Digest"), Some(account))
                if is_region(region) && is_account_id(account) =>
            {
                (nobodys.account, nobodys.region) = (account, region);
            }
            _ => {
                nobodys.account = named.filter(|name| is_account_id(name)).unwrap_or("");
            }
        }
        nobodys
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_known_by_its_minute_and_its_sixteen_letters() {
        let name = "111122223333_CloudTrail_us-east-1_20251103T0905Z_0aZ9bY8cX7dW6eV5.json.gz";
        let log = LogName::parse(name).unwrap();
        let id = LogId::of(name, Some(&log));
        assert_eq!(log.minute, 1_762_160_700 / 60);
        assert_eq!(id.minute(), Some(log.minute));
        assert_eq!(id.name(log.account, log.region).as_deref(), Some(name));
        for same in [name.replace(".gz", ""), name.replace(".gz", ".zst")] {
            assert_eq!(LogId::of(&same, LogName::parse(&same).as_ref()), id);
        }
        for whole in [
            name.replace(".gz", ""),
            name.replace(".gz", ".zst"),
            name.to_owned(),
        ] {
            assert!(LogName::parse_whole(&whole).is_some(), "{whole}");
        }
        for piece in [".part", ".5e3A91bC", ".md5", ".bak", "~"] {
            let piece = format!("{name}{piece}");
            assert_eq!(LogName::parse_whole(&piece), None, "{piece}");
        }
        for other in [
            name.replace("0aZ", "0az"),
            name.replace("T0905", "T0910"),
            name.replace("_0aZ9bY8c", "_"),
            "x.json.gz".to_owned(),
        ] {
            assert_ne!(
                LogId::of(&other, LogName::parse(&other).as_ref()),
                id,
                "{other}"
            );
        }
        // A second copy, and what others write: without the name in it, and with its minute.
        for (unique, name) in ["0aZ9bY8cX7dW6eV5 (1)", "u3", "0aZ9-Y8cX7dW6eV5"]
            .map(|unique| (unique, name.replace("0aZ9bY8cX7dW6eV5", unique)))
        {
            let other = LogId::of(&name, LogName::parse(&name).as_ref());
            assert_eq!(other.minute(), id.minute(), "{unique}");
            assert_eq!(other.name(log.account, log.region), None, "{unique}");
            assert_ne!(other, id, "{unique}");
        }
        let last = name.replace("0aZ9bY8cX7dW6eV5", "zzzzzzzzzzzzzzzz");
        let id = LogId::of(&last, LogName::parse(&last).as_ref());
        assert_eq!(id.name(log.account, log.region), Some(last));
        let nobodys = LogId::of("x.json.gz", None);
        assert_eq!(
            (nobodys.minute(), nobodys.name(log.account, log.region)),
            (None, None)
        );
        for none in [
            "111122223333_CloudTrail-Digest_us-east-1_t_us-east-1_20251103T090000Z.json.gz",
            "111122223333_CloudTrail_us-east-1_20251303T0905Z_0aZ9bY8cX7dW6eV5.json.gz",
            "111122223333_CloudTrail_us-east-1_20251103T0905Z_.json.gz",
            "111122223333_CloudTrail_global_20251103T0905Z_0aZ9bY8cX7dW6eV5.json.gz",
            "1_CloudTrail_us-east-1_20251103T0905Z_0aZ9bY8cX7dW6eV5.json.gz",
        ] {
            assert_eq!(LogName::parse(none), None, "{none}");
        }
    }

    #[test]
    fn the_key_of_a_digest_is_read_from_both_ends() {
        let expected = DigestKey {
            account: "111122223333",
            region: "eu-west-1",
            organisation: "",
            trail: "my_trail.of-eu-west-1_x",
            home_region: "us-east-1",
            is_backfill: false,
            prefix: "",
        };
        let day = "111122223333/CloudTrail-Digest/eu-west-1/2025/11/03";
        let name = "111122223333_CloudTrail-Digest_eu-west-1_my_trail.of-eu-west-1_x_us-east-1_20251103T090000Z";
        for (key, expected) in [
            (format!("{name}.json.gz"), expected),
            (format!("AWSLogs/{day}/{name}.json.gz"), expected),
            (
                format!("{}.json.gz", name.replace("my_trail", "my.json_trail")),
                DigestKey {
                    trail: "my.json_trail.of-eu-west-1_x",
                    ..expected
                },
            ),
            (
                format!("a/AWSLogs/b/AWSLogs/{day}/{name}.json.gz"),
                DigestKey {
                    prefix: "a/AWSLogs/b",
                    ..expected
                },
            ),
            (
                format!("p/AWSLogs/o-exampleorg/{day}/{name}_backfill.json.gz"),
                DigestKey {
                    prefix: "p",
                    organisation: "o-exampleorg",
                    is_backfill: true,
                    ..expected
                },
            ),
        ] {
            assert_eq!(DigestKey::parse(&key), Some(expected), "{key}");
        }
        for none in [
            "",
            "x.json.gz",
            "111122223333_CloudTrail_us-east-1_20251103T0905Z_0aZ9.json.gz",
        ] {
            assert_eq!(DigestKey::parse(none), None, "{none}");
        }
        let folder = "AWSLogs/111122223333/CloudTrail-Digest/eu-west-1";
        for (path, account, region) in [
            (
                format!("{folder}/2025/11/03/x"),
                "111122223333",
                "eu-west-1",
            ),
            (format!("{folder}/2025/11/x"), "", ""),
            ("a/444455556666_x".to_owned(), "444455556666", ""),
            ("x".to_owned(), "", ""),
            (String::new(), "", ""),
        ] {
            let key = DigestKey::of_place(&path);
            assert_eq!((key.account, key.region), (account, region), "{path}");
        }
    }
}
