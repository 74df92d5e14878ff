//! One ingest at a time.
//!
//! The lock is one of the operating system, on a file next to the store: it ends with the process that
//! holds it, however that ends, and it works over NFS. The holder writes its name into it. Symbolic
//! links to a store are followed first, so that they share one lock. Hard links cannot be followed, so
//! the store itself names the lock that the last run held.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use chrono::{DateTime, SecondsFormat, Utc};
use rusqlite::{Connection, TransactionBehavior};

use super::error::{Holder, StoreError, journal, place_fault};
use super::place::{LOCK as ENDING, beside, is_one_file};
use super::tables::schema;
use super::waiting;
use crate::input::one_name;

/// A store held for writing, until this is dropped.
pub(super) struct Lock {
    #[allow(dead_code, reason = "held, not used")]
    held: Vec<File>,
    /// Where the lock is.
    path: PathBuf,
    wait: bool,
}

/// The setting that names the lock that was held last.
const SETTING: &str = "lock";
/// In bytes: more than any lock of ours contains.
const MOST: u64 = 500;

impl Lock {
    pub fn take(store: &Path, wait: bool) -> Result<Lock, StoreError> {
        let path = beside(&one_name(store), ENDING);
        let file = open(&path, true).map_err(|error| match path.symlink_metadata() {
            Ok(what) if !what.is_file() => StoreError::ForeignLock(store.into(), path.clone()),
            Ok(_) => StoreError::Io(path.clone(), error),
            Err(_) => place_fault(store, error),
        })?;
        let held = vec![take(store, &path, file, wait)?];
        Ok(Lock { held, path, wait })
    }

    /// Takes the lock of another name that the same file may have. Called before anything is written.
    pub fn take_others(
        &mut self,
        store: &Path,
        connection: &mut Connection,
    ) -> Result<(), StoreError> {
        let sql = |error| StoreError::Sql(store.to_owned(), error);
        let ours = self.path.to_string_lossy().into_owned();
        let before = schema::setting(connection, SETTING).map_err(sql)?;
        if before.as_deref() == Some(&*ours) {
            return Ok(());
        }
        self.take_other(store, before.as_deref())?;
        // A run that starts at the same time waits here, and then finds the name of this lock.
        let transaction = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(sql)?;
        let now = schema::setting(&transaction, SETTING).map_err(sql)?;
        if now != before {
            self.take_other(store, now.as_deref())?;
        }
        schema::set(&transaction, SETTING, &ours).map_err(sql)?;
        transaction.commit().map_err(sql)
    }

    /// Takes the lock next to another name, if that is still a name of this store.
    fn take_other(&mut self, store: &Path, lock: Option<&str>) -> Result<(), StoreError> {
        let Some(name) = lock.and_then(|lock| lock.strip_suffix(ENDING)) else {
            return Ok(());
        };
        let name = Path::new(name);
        let lock = beside(name, ENDING);
        if lock == self.path || !is_one_file(name, store) {
            return Ok(());
        }
        let held = match open(&lock, false) {
            Ok(file) => Some(take(store, &lock, file, self.wait)?),
            Err(_) => None,
        };
        // A killed run may have left a journal under that name, and SQLite looks for it only under this one.
        if journal(name).exists() {
            return Err(StoreError::OtherName(store.to_owned(), name.to_owned()));
        }
        self.held.extend(held);
        Ok(())
    }
}

/// Links are not followed, because their target is not ours to write to. A FIFO is not waited for.
fn open(path: &Path, create: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(create);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt as _;
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
        options.custom_flags(flags.bits().cast_signed());
    }
    let file = options.open(path)?;
    match file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(io::Error::other("it is not a regular file")),
    }
}

fn take(store: &Path, path: &Path, mut file: File, wait: bool) -> Result<File, StoreError> {
    let fail = |error| StoreError::Io(path.to_owned(), error);
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) if wait => {
            waiting::tell(store);
            file.lock().map_err(fail)?;
        }
        Err(TryLockError::WouldBlock) => {
            return Err(StoreError::Held(store.to_owned(), holder(&mut file)));
        }
        Err(TryLockError::Error(error)) => return Err(fail(error)),
    }
    if !is_ours(&mut file).map_err(fail)? {
        return Err(StoreError::ForeignLock(store.to_owned(), path.to_owned()));
    }
    let since = Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true);
    let text = format!("{}process {} since {since}\n", host(), std::process::id());
    // The name of the holder is only a help; a full disk is reported when the store is written.
    let _ = file.set_len(0);
    let _ = file.rewind();
    let _ = file.write_all(text.as_bytes());
    Ok(file)
}

/// Whether a file contains only what a lock of ours contains: no other file may be emptied.
fn is_ours(file: &mut File) -> io::Result<bool> {
    let mut text = Vec::new();
    file.rewind()?;
    Read::by_ref(file).take(MOST + 1).read_to_end(&mut text)?;
    Ok(text.is_empty() || std::str::from_utf8(&text).is_ok_and(is_of_a_holder))
}

fn is_of_a_holder(text: &str) -> bool {
    let Some(line) = text.strip_suffix('\n').filter(|line| !line.contains('\n')) else {
        return false;
    };
    let Some((who, since)) = line.rsplit_once(" since ") else {
        return false;
    };
    let (host, process) = who.rsplit_once(", ").unwrap_or(("", who));
    let is_host = host.is_empty() || host.starts_with("host ");
    let number = process.strip_prefix("process ");
    let is_process = number.is_some_and(|number| number.parse::<u32>().is_ok());
    is_host && is_process && DateTime::parse_from_rfc3339(since).is_ok()
}

fn holder(file: &mut File) -> Holder {
    let mut text = String::new();
    let read = file.take(MOST).read_to_string(&mut text);
    let text: String = text.chars().filter(|c| !c.is_control()).collect();
    Holder(match read {
        Ok(_) if !text.is_empty() => text,
        _ => "its name is unknown".to_owned(),
    })
}

/// The name of this machine, where the system gives one.
fn host() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    match name.trim() {
        "" => String::new(),
        name => format!("host {name}, "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_holder_writes_is_ours() {
        for ours in [
            "host build-7, process 4711 since 2026-11-01T03:15:09Z\n",
            "process 1 since 2026-11-01T03:15:09Z\n",
            "host a, b, process 1 since 2026-11-01T03:15:09Z\n",
        ] {
            assert!(is_of_a_holder(ours), "{ours}");
        }
        for foreign in [
            "4711\n",
            "process 1 since 2026-11-01T03:15:09Z",
            "process 1 since then\n",
            "process x since 2026-11-01T03:15:09Z\n",
            "notes\nprocess 1 since 2026-11-01T03:15:09Z\n",
            "see process 1 since 2026-11-01T03:15:09Z\n",
        ] {
            assert!(!is_of_a_holder(foreign), "{foreign}");
        }
    }
}
