//! One ingest at a time.
//!
//! The lock is the system's, on a file beside the store: it goes when its holder goes, however that
//! ends, and it works over NFS. Who holds it is written into it.

use std::fs::{File, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use chrono::{SecondsFormat, Utc};

use super::error::{StoreError, place_fault};

/// A store held for writing, until this is dropped.
pub(super) struct Lock(#[allow(dead_code, reason = "held, not used")] File);

/// Who holds a store: the host, the process, and since when, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder(String);

impl std::fmt::Display for Holder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl Lock {
    pub fn take(store: &Path, wait: bool) -> Result<Lock, StoreError> {
        let mut beside = store.as_os_str().to_owned();
        beside.push(".lock");
        let beside = PathBuf::from(beside);
        let fail = |error| StoreError::Io(beside.clone(), error);
        let mut options = File::options();
        options.read(true).write(true).create(true).truncate(false);
        let mut file = options
            .open(&beside)
            .map_err(|error| match beside.exists() {
                true => fail(error),
                false => place_fault(store, error),
            })?;
        if wait {
            file.lock().map_err(fail)?;
        } else {
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    return Err(StoreError::Held(store.to_owned(), holder(&mut file)));
                }
                Err(TryLockError::Error(error)) => return Err(fail(error)),
            }
        }
        let since = Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true);
        let text = format!("{}process {} since {since}\n", host(), std::process::id());
        // Who holds it is a comfort; a disk that is full says so when the store is written.
        let _ = file.set_len(0);
        let _ = file.rewind();
        let _ = file.write_all(text.as_bytes());
        Ok(Lock(file))
    }
}

fn holder(file: &mut File) -> Holder {
    let mut text = String::new();
    let read = file.take(500).read_to_string(&mut text);
    let text: String = text.chars().filter(|c| !c.is_control()).collect();
    Holder(match read {
        Ok(_) if !text.is_empty() => text,
        _ => "its name is not written down".to_owned(),
    })
}

/// The name of this machine, where the system tells it.
fn host() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    match name.trim() {
        "" => String::new(),
        name => format!("host {name}, "),
    }
}
