//! What runs were given that have not come to their end: they were killed, or go on.
//!
//! Owns what brings an end to it: the same again, or a walk that comes to all of it.

use chrono::{SecondsFormat, Utc};
use rusqlite::Connection;

use super::schema;
use crate::input::is_below;

/// What a run is to read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::store) struct Given {
    /// A folder, a prefix or a file; of many files the folder they are in.
    pub path: String,
    pub what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::store) enum What {
    /// A folder or a prefix, to be walked.
    Walk,
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
const NAMED: &str = "unfinished-named ";

impl Given {
    /// Its name among the settings. What is [`What::Named`] has the hash before its path, and a letter.
    fn name(&self) -> String {
        let path = &self.path;
        match self.what {
            What::Walk | What::File => format!("{WALKED}{path}"),
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
}

impl Unfinished {
    fn of(name: String, since: String) -> Option<Unfinished> {
        let (path, is_walked) = match name.strip_prefix(NAMED) {
            Some(named) => {
                let (hash, path) = named.split_once(' ')?;
                (path, hash.ends_with('w'))
            }
            None => (name.strip_prefix(WALKED)?, true),
        };
        Some(Unfinished {
            path: path.to_owned(),
            name,
            since,
            is_walked,
        })
    }

    /// Whether a run that has come to its end has read it.
    fn is_in(&self, given: &[Given]) -> bool {
        given.iter().any(|one| {
            let comes_to_it =
                one.what == What::Walk && is_below(self.path.as_ref(), one.path.as_ref());
            comes_to_it && self.is_walked || one.name() == self.name
        })
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

/// Notes that a run has come to its end that was given all this. What others have left unread stays unread.
pub(in crate::store) fn end(connection: &Connection, given: &[Given]) -> rusqlite::Result<()> {
    for one in all(connection)? {
        if one.is_in(given) {
            schema::unset(connection, &one.name)?;
        }
    }
    Ok(())
}

/// What is noted, in the order of the paths.
pub(in crate::store) fn all(connection: &Connection) -> rusqlite::Result<Vec<Unfinished>> {
    let mut rows =
        connection.prepare("SELECT name, value FROM setting WHERE name GLOB ?1 OR name GLOB ?2")?;
    let rows = rows.query_map([format!("{WALKED}*"), format!("{NAMED}*")], |row| {
        Ok(Unfinished::of(row.get(0)?, row.get(1)?))
    })?;
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

    #[test]
    fn the_same_again_or_a_walk_that_comes_to_it_brings_an_end() {
        use What::{File, Walk};
        for (noted, ended, is_over) in [
            (given("/l", Walk), given("/l", Walk), true),
            (given("/l/a", Walk), given("/l", Walk), true),
            (given("/l/a.json", File), given("/l", Walk), true),
            (given("/l", Walk), given("/l/a", Walk), false),
            (given("/l", Walk), given("/l2", Walk), false),
            (given("s3://b/l", Walk), given("s3://b", Walk), true),
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
            let one = Unfinished::of(noted.name(), String::new()).unwrap();
            assert_eq!(one.path, noted.path);
            let is_in = one.is_in(std::slice::from_ref(&ended));
            assert_eq!(is_in, is_over, "{noted:?} {ended:?}");
        }
    }
}
