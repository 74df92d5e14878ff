//! What to do next where a store cannot be used.

use std::path::Path;

use super::of_scan;
use crate::shown::Shown;
use crate::store::{NotForgotten, SqlFault, StoreError};

/// Of a store.
pub(in crate::cli) fn of_store(error: &StoreError) -> String {
    let next = match error {
        StoreError::Scan(error) => return of_scan(error),
        StoreError::Sql(path, source) => return of_sql(path, source, error.sql_fault()),
        StoreError::Io(path, source) => {
            return format!(
                "--store {}: {source}; check the folder, its permissions and the room on the disk",
                Shown::path(path)
            );
        }
        StoreError::NotWritable(path, folder, source) => {
            return format!(
                "--store {}: {source}; see that you may write in the folder {}, or name a file in \
                 another",
                Shown::path(path),
                Shown::path(folder)
            );
        }
        StoreError::NotForgotten(_, why) => {
            return format!("--store {error}: {}", of_not_forgotten(why));
        }
        StoreError::Missing(_) => "'stscope ingest --store FILE PATH' makes one",
        StoreError::Folder(path) => {
            let file = path.join("sts.db");
            return format!(
                "--store {error}; name a file, such as {}",
                Shown::path(&file)
            );
        }
        StoreError::NotAFile(_) => "name one, such as sts.db",
        StoreError::Remote(_) => "name one, such as sts.db, and copy it to S3 between runs",
        StoreError::NotBegun(_) => "make room on the disk, and run 'stscope ingest' again",
        StoreError::ForeignLock(..) => "move it away, or name another store",
        StoreError::OtherName(..) => "run 'stscope ingest' under that name first, which repairs it",
        StoreError::NoFolder(..) => "make it, or name a file in another",
        StoreError::NoStore(_) => "name another file",
        StoreError::Newer(..) => "use that release",
        StoreError::OpenedToAsk(_) => "open it to write",
        StoreError::Selection(_) => "leave it out",
        StoreError::Held(..) => "wait for its end, or give --wait",
    };
    format!("--store {error}; {next}")
}

fn of_sql(path: &Path, source: &rusqlite::Error, fault: Option<SqlFault>) -> String {
    let store = Shown::path(path);
    let next = match fault {
        Some(SqlFault::LeftHalfDone(journal)) => {
            return format!(
                "--store {store}: a run was killed, and left {}; the next 'stscope ingest' by a user \
                 who may write here repairs it",
                Shown::path(&journal)
            );
        }
        Some(SqlFault::NoRoom) => {
            "what was committed is kept; make room on the disk and run it again"
        }
        Some(SqlFault::Busy) => {
            "another ingest is at work on it, or a program has been reading it for long; wait for its \
             end, and run this again"
        }
        Some(SqlFault::NotPermitted) => "check its permissions and those of its folder",
        Some(SqlFault::Damaged) => {
            "it is damaged; 'stscope store check' says where; restore a backup, or ingest into a new \
             file"
        }
        Some(SqlFault::Other) | None => {
            "run it again; if that does not help, ingest into a new file"
        }
    };
    format!("--store {store}: {source}; {next}")
}

/// Of a store that refuses to forget, without its name.
pub(in crate::cli) fn of_not_forgotten(why: &NotForgotten) -> String {
    match why {
        NotForgotten::Future(_) => format!("{why}; name a day that has begun (UTC)"),
        NotForgotten::NoDayLeft(_, newest) => {
            format!("{why}; name a day up to {newest}, or start again with another file")
        }
        NotForgotten::NoDays => format!("{why}; ingest logs first"),
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn an_error_of_a_store_names_the_option_says_why_and_ends_with_what_to_do() {
        let io = || io::Error::from(io::ErrorKind::NotFound);
        let path = || PathBuf::from("a\u{1b}b");
        let sql = |code| {
            let code = rusqlite::ffi::Error::new(code);
            of_store(&StoreError::Sql(
                path(),
                rusqlite::Error::SqliteFailure(code, Some("odd".into())),
            ))
        };
        let table = [
            (
                of_store(&StoreError::Folder("d".into())),
                "--store d: it is a folder; name a file, such as d/sts.db",
            ),
            (
                of_store(&StoreError::Io(path(), io())),
                "--store a\\u{1b}b: entity not found; check the folder, its permissions and the room \
                 on the disk",
            ),
            (
                of_store(&StoreError::NotForgotten(path(), NotForgotten::NoDays)),
                "--store a\\u{1b}b: nothing was forgotten: it has no days yet; ingest logs first",
            ),
            (
                sql(rusqlite::ffi::SQLITE_FULL),
                "--store a\\u{1b}b: odd; what was committed is kept; make room on \
                 the disk and run it again",
            ),
            (
                sql(rusqlite::ffi::SQLITE_READONLY),
                "--store a\\u{1b}b: odd; check its permissions and \
                 those of its folder",
            ),
        ];
        for (said, expected) in table {
            assert_eq!(said, expected);
        }
    }

    #[test]
    fn a_user_who_may_not_write_is_told_of_the_run_that_was_killed() {
        let fault = Some(SqlFault::LeftHalfDone("sts.db-journal".into()));
        let said = of_sql(
            Path::new("sts.db"),
            &rusqlite::Error::QueryReturnedNoRows,
            fault,
        );
        assert_eq!(
            said,
            "--store sts.db: a run was killed, and left sts.db-journal; the next 'stscope ingest' by a \
             user who may write here repairs it"
        );
    }
}
