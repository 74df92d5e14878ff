//! What runs were given that have not come to their end: they were killed, or go on.
//!
//! Owns what brings an end to it: the same again, or a walk that comes to all of it.

use chrono::{NaiveDate, SecondsFormat, Utc};
use rusqlite::Connection;

use super::schema;
use crate::collections::Set;
use crate::input::is_below;
#[cfg(feature = "s3")]
use crate::input::{s3::S3Url, walks_all_of};

/// What a run is to read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::store) struct Given {
    /// A folder, a prefix or a file; of many files the folder they are in.
    pub path: String,
    pub what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::store) enum What {
    /// A folder, to be walked.
    Walk,
    /// A prefix in S3, to be listed from this day of delivery on.
    #[cfg(feature = "s3")]
    Listing { from: Option<NaiveDate> },
    /// A file that a walk opens, too.
    File,
    /// What has no other name than what it is, of which this is a hash.
    Named {
        hash: u64,
        /// Whether a walk comes to all of it.
        is_walked: bool,
    },
}

const WALKED: &str = "unfinished ";
const FROM: &str = "unfinished-from ";
const NAMED: &str = "unfinished-named ";

impl Given {
    /// Its name among the settings. What is [`What::Named`] has the hash before its path, and a letter, and what is
    /// not listed whole the day from which on it is.
    fn name(&self) -> String {
        let path = &self.path;
        match self.what {
            What::Walk | What::File => format!("{WALKED}{path}"),
            #[cfg(feature = "s3")]
            What::Listing { from: None } => format!("{WALKED}{path}"),
            #[cfg(feature = "s3")]
            What::Listing { from: Some(day) } => format!("{FROM}{day} {path}"),
            What::Named { hash, is_walked } => {
                let letter = if is_walked { 'w' } else { 'n' };
                format!("{NAMED}{hash:016x}{letter} {path}")
            }
        }
    }
}

/// What is noted.
pub(in crate::store) struct Unfinished {
    name: String,
    pub path: String,
    /// Since when.
    pub since: String,
    is_walked: bool,
    /// The first day of delivery that was to be listed; `None`: all of them.
    #[cfg_attr(not(feature = "s3"), allow(dead_code, reason = "nothing is listed"))]
    from: Option<NaiveDate>,
}

impl Unfinished {
    fn of(name: String, since: String) -> Option<Unfinished> {
        let (mut is_walked, mut from) = (true, None);
        let path = if let Some(named) = name.strip_prefix(NAMED) {
            let (hash, path) = named.split_once(' ')?;
            is_walked = hash.ends_with('w');
            path
        } else if let Some(listed) = name.strip_prefix(FROM) {
            let (day, path) = listed.split_once(' ')?;
            from = Some(day.parse().ok()?);
            path
        } else {
            name.strip_prefix(WALKED)?
        };
        Some(Unfinished {
            path: path.to_owned(),
            name,
            since,
            is_walked,
            from,
        })
    }

    /// Whether a walk comes to all of it.
    fn is_walked_by(&self, given: &Given) -> bool {
        match given.what {
            What::Walk => self.is_walked && is_below(self.path.as_ref(), given.path.as_ref()),
            #[cfg(feature = "s3")]
            What::Listing { from } => {
                let goes_back = from.is_none_or(|day| self.from.is_some_and(|own| day <= own));
                goes_back && S3Url::parse(&given.path).is_ok_and(|url| self.is_below(&url))
            }
            What::File | What::Named { .. } => false,
        }
    }

    /// Whether a listing of a prefix comes to it.
    #[cfg(feature = "s3")]
    fn is_below(&self, prefix: &S3Url) -> bool {
        S3Url::parse(&self.path).is_ok_and(|url| walks_all_of(prefix, &url))
    }

    /// From which day on a prefix is to be listed that would be listed from this one on, so that a run comes to
    /// all of it.
    #[cfg(feature = "s3")]
    pub fn widen(&self, prefix: &S3Url, from: NaiveDate) -> Option<NaiveDate> {
        match self.is_below(prefix) {
            true => Some(self.from?.min(from)),
            false => Some(from),
        }
    }
}

/// Notes what a run is given before it reads anything of it. What it notes first is returned.
pub(in crate::store) fn begin(
    connection: &Connection,
    given: &[Given],
) -> rusqlite::Result<Vec<String>> {
    let now = Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true);
    let mut noted = Vec::new();
    let transaction = connection.unchecked_transaction()?;
    for one in given {
        let name = one.name();
        let mut note = connection
            .prepare_cached("INSERT OR IGNORE INTO setting (name, value) VALUES (?1, ?2)")?;
        if note.execute([&name, &now])? > 0 {
            noted.push(name);
        }
    }
    transaction.commit()?;
    Ok(noted)
}

/// Takes back what a run has noted that has read nothing and is over.
pub(in crate::store) fn take_back(
    connection: &Connection,
    noted: &[String],
) -> rusqlite::Result<()> {
    let transaction = connection.unchecked_transaction()?;
    for name in noted {
        schema::unset(connection, name)?;
    }
    transaction.commit()
}

/// A run that has come to its end.
#[derive(Default)]
pub(in crate::store) struct Ended {
    pub given: Vec<Given>,
    /// The paths of what it could not look at.
    pub unread: Set<String>,
}

/// Notes that a run has come to its end. What others have left unread stays unread.
pub(in crate::store) fn end(connection: &Connection, run: &Ended) -> rusqlite::Result<()> {
    let noted = all(connection)?;
    for name in ended(&noted, run) {
        schema::unset(connection, name)?;
    }
    Ok(())
}

/// The names of what a run has read, or was given. Where it found nothing, it has read nothing that others left.
fn ended<'n>(noted: &'n [Unfinished], run: &Ended) -> Set<&'n str> {
    let own: Set<String> = run.given.iter().map(Given::name).collect();
    let own = (noted.iter()).filter(|noted| own.contains(&noted.name));
    let looked_at = run
        .given
        .iter()
        .filter(|given| !run.unread.contains(&given.path));
    let walked = looked_at.flat_map(|given| {
        let below = beginning_with(noted, &given.path).iter();
        below.filter(|noted| noted.is_walked_by(given))
    });
    own.chain(walked).map(|noted| &*noted.name).collect()
}

/// Of what is noted, in the order of the paths, that whose paths begin so.
pub(in crate::store) fn beginning_with<'n>(
    noted: &'n [Unfinished],
    path: &str,
) -> &'n [Unfinished] {
    let first = noted.partition_point(|noted| *noted.path < *path);
    let rest = &noted[first..];
    &rest[..rest.partition_point(|noted| noted.path.starts_with(path))]
}

/// What is noted, in the order of the paths.
pub(in crate::store) fn all(connection: &Connection) -> rusqlite::Result<Vec<Unfinished>> {
    let mut rows =
        connection.prepare("SELECT name, value FROM setting WHERE name GLOB 'unfinished*'")?;
    let rows = rows.query_map([], |row| Ok(Unfinished::of(row.get(0)?, row.get(1)?)))?;
    let mut all: Vec<Unfinished> = rows
        .filter_map(Result::transpose)
        .collect::<Result<_, _>>()?;
    all.sort_by(|one, other| (&one.path, &one.name).cmp(&(&other.path, &other.name)));
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(path: &str, what: What) -> Given {
        let path = path.to_owned();
        Given { path, what }
    }

    fn named(hash: u64, is_walked: bool) -> What {
        What::Named { hash, is_walked }
    }

    fn of(noted: &Given) -> Unfinished {
        let one = Unfinished::of(noted.name(), String::new()).unwrap();
        assert_eq!(one.path, noted.path);
        one
    }

    fn is_ended_by(noted: &Given, given: &Given) -> bool {
        let run = |unread: &[&str]| Ended {
            given: vec![given.clone()],
            unread: unread.iter().map(|&path| path.into()).collect(),
        };
        let noted = [of(noted)];
        let is_own = noted[0].name == given.name();
        let has_found_nothing = ended(&noted, &run(&[&given.path]));
        assert_eq!(!has_found_nothing.is_empty(), is_own, "{given:?}");
        !ended(&noted, &run(&[])).is_empty()
    }

    #[test]
    fn of_what_is_noted_that_is_found_which_begins_so() {
        let paths = ["/a", "/l", "/l/a", "/l/b", "/l2", "/m"];
        let noted = paths.map(|path| of(&given(path, What::Walk)));
        let found = |path| -> Vec<&str> {
            let found = beginning_with(&noted, path);
            found.iter().map(|noted| noted.path.as_str()).collect()
        };
        assert_eq!(found("/l"), ["/l", "/l/a", "/l/b", "/l2"]);
        assert_eq!(found("/l/b"), ["/l/b"]);
        assert_eq!(found("/"), paths);
        assert!(found("/k").is_empty() && found("/z").is_empty());
    }

    #[test]
    fn the_same_again_or_a_walk_that_comes_to_it_brings_an_end() {
        use What::{File, Walk};
        for (noted, ended, is_over) in [
            (given("/l", Walk), given("/l", Walk), true),
            (given("/l/a", Walk), given("/l", Walk), true),
            (given("/l/a.json", File), given("/l", Walk), true),
            (given("/l", Walk), given("/l/a", Walk), false),
            (given("/l", Walk), given("/l2", Walk), false),
            // Where a walk does not come, it reads nothing.
            (given("/l/.new", Walk), given("/l", Walk), false),
            (given("/l/.new/a", Walk), given("/l", Walk), false),
            (given("/l/.new/a", Walk), given("/l/.new", Walk), true),
            // A file is no folder.
            (given("/l", Walk), given("/l", File), true),
            (given("/l/a", Walk), given("/l", File), false),
            // Some files of a folder are not others.
            (
                given("/l", named(1, true)),
                given("/l", named(1, true)),
                true,
            ),
            (
                given("/l", named(1, true)),
                given("/l", named(2, true)),
                false,
            ),
            (given("/l", named(1, true)), given("/l", Walk), true),
            (given("/l", named(1, true)), given("/", Walk), true),
            (given("/l", named(1, false)), given("/l", Walk), false),
            (given("/l", Walk), given("/l", named(1, true)), false),
        ] {
            assert_eq!(is_ended_by(&noted, &ended), is_over, "{noted:?} {ended:?}");
        }
    }

    #[cfg(feature = "s3")]
    #[test]
    fn a_listing_brings_an_end_to_what_it_comes_to_as_far_back() {
        let day = |text: &str| Some(text.parse::<NaiveDate>().unwrap());
        let listing = |path: &str, from| given(path, What::Listing { from });
        let all = |path: &str| listing(path, None);
        let account = "s3://trail/AWSLogs/111122223333";
        for (noted, ended, is_over) in [
            (all("s3://trail/l"), all("s3://trail"), true),
            // There may be an object of that name, or keys that only begin so.
            (all("s3://trail/l"), all("s3://trail/l/"), false),
            (all("s3://trail/l/"), all("s3://trail/l"), true),
            (all("s3://trail/l"), all("s3://trail/l/a"), false),
            (all("s3://trail/l2"), all("s3://trail/l"), false),
            (all("s3://other/l"), all("s3://trail"), false),
            // A key is taken as it is.
            (all("s3://trail/p//l/"), all("s3://trail/p/l/"), false),
            (all("s3://trail/p/./l/"), all("s3://trail/p/l/"), false),
            (all("s3://trail/p//l/"), all("s3://trail/p/"), true),
            // Where a walk does not come, it reads nothing.
            (all("s3://trail/l/.new/"), all("s3://trail/l/"), false),
            (all("s3://trail/l/notes.md"), all("s3://trail/l/"), false),
            (
                all("s3://trail/l/notes.md"),
                all("s3://trail/l/notes.md"),
                true,
            ),
            (all(&format!("{account}/Config/")), all("s3://trail"), false),
            (
                all(&format!("{account}/CloudTrail/")),
                all("s3://trail"),
                true,
            ),
            // As far back.
            (
                all("s3://trail/l"),
                listing("s3://trail/l", day("2025-11-01")),
                false,
            ),
            (
                listing("s3://trail/l", day("2025-11-01")),
                all("s3://trail/l"),
                true,
            ),
            (
                listing("s3://trail/l", day("2025-11-01")),
                listing("s3://trail", day("2025-11-01")),
                true,
            ),
            (
                listing("s3://trail/l", day("2025-11-01")),
                listing("s3://trail", day("2025-11-02")),
                false,
            ),
        ] {
            assert_eq!(is_ended_by(&noted, &ended), is_over, "{noted:?} {ended:?}");
        }
        let url = |path: &str| S3Url::parse(path).unwrap();
        let narrowed = of(&listing("s3://trail/l/a", day("2025-11-01")));
        assert_eq!(
            narrowed.widen(&url("s3://trail/l"), day("2025-11-03").unwrap()),
            day("2025-11-01")
        );
        assert_eq!(
            narrowed.widen(&url("s3://trail/l"), day("2025-10-03").unwrap()),
            day("2025-10-03")
        );
        assert_eq!(
            narrowed.widen(&url("s3://trail/x"), day("2025-11-03").unwrap()),
            day("2025-11-03")
        );
        assert_eq!(
            of(&all("s3://trail/l/a")).widen(&url("s3://trail/l"), day("2025-11-03").unwrap()),
            None
        );
    }
}
