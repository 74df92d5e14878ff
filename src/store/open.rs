//! A store that is open.
//!
//! Owns how a store is opened, to ask it or to write to it. Refuses to know what is asked and written.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use super::error::{SqlFault, StoreError};
use super::lock::Lock;
use super::tables::checksums::{self, Checksums};
use super::tables::connect::{self, State, connect, refuse_foreign, refuse_no_file, wrong_version};
use super::tables::schema::VERSION;
use super::tables::{migrate, schema};

/// A store that is open.
pub struct Store {
    pub(in crate::store) path: PathBuf,
    pub(in crate::store) connection: Connection,
    /// Held while the store is written to.
    pub(in crate::store) lock: Option<Lock>,
    /// The version it had when it was opened.
    pub(in crate::store) version: i64,
}

impl Store {
    /// Opens a store to ask it. A store of an earlier release is read as it is.
    ///
    /// # Errors
    /// If the file does not exist, or cannot be read.
    pub fn open(path: &Path) -> Result<Store, StoreError> {
        refuse_no_file(path)?;
        if !path.exists() {
            return Err(StoreError::Missing(path.to_owned()));
        }
        // A killed ingest leaves a journal, and SQLite writes to the file to roll it back.
        let open = |flags| connect(path, flags);
        let connection =
            open(OpenFlags::SQLITE_OPEN_READ_WRITE).or_else(|error| match error.sql_fault() {
                Some(SqlFault::Busy) => Err(error), // it was waited for
                _ => open(OpenFlags::SQLITE_OPEN_READ_ONLY),
            })?;
        let mut store = Store {
            path: path.to_owned(),
            connection,
            lock: None,
            version: VERSION,
        };
        match store.sql(connect::state(&store.connection))? {
            State::Current => {}
            State::Older(version) => {
                store.version = version;
                store.sql(migrate::stand_in(&store.connection, version))?;
            }
            State::Newer(version) => {
                return Err(StoreError::Newer(path.to_owned(), version));
            }
            State::Empty => return Err(StoreError::NotBegun(path.to_owned())),
            State::Foreign => return Err(StoreError::NoStore(path.to_owned())),
            State::Damaged => return Err(wrong_version(path)),
        }
        store.sql(store.connection.pragma_update(None, "query_only", true))?;
        Ok(store)
    }

    /// Opens a store to write to it, and makes it if it does not exist. `window` is kept in it. A store
    /// of an earlier release is migrated to this one.
    ///
    /// # Errors
    /// If the file is not a store, or of a newer release: then it is left untouched. If another ingest
    /// holds it and `wait` is false.
    pub fn open_to_write(
        path: &Path,
        window: Option<u32>,
        wait: bool,
    ) -> Result<Store, StoreError> {
        refuse_no_file(path)?;
        refuse_foreign(path)?;
        let mut lock = Lock::take(path, wait)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        let mut connection = connect(path, flags)?;
        let sql = |error| StoreError::Sql(path.to_owned(), error);
        let mut version = VERSION;
        match connect::state(&connection).map_err(sql)? {
            State::Current => {}
            State::Older(older) => {
                version = older;
                schema::prepare_to_write(&connection).map_err(sql)?;
                migrate::bring_up(&mut connection, older).map_err(sql)?;
            }
            State::Empty => schema::create(&mut connection).map_err(sql)?,
            State::Newer(version) => {
                return Err(StoreError::Newer(path.to_owned(), version));
            }
            State::Foreign => return Err(StoreError::NoStore(path.to_owned())),
            State::Damaged => return Err(wrong_version(path)),
        }
        schema::prepare_to_write(&connection).map_err(sql)?;
        checksums::keep_up(&connection).map_err(sql)?;
        lock.take_others(path, &mut connection)?;
        if let Some(days) = window {
            schema::set_window(&connection, days).map_err(sql)?;
        }
        Ok(Store {
            path: path.to_owned(),
            connection,
            lock: Some(lock),
            version,
        })
    }

    /// Refuses a store that was opened to be asked.
    pub(in crate::store) fn check_writable(&self) -> Result<(), StoreError> {
        match self.lock {
            Some(_) => Ok(()),
            None => Err(StoreError::OpenedToAsk(self.path.clone())),
        }
    }

    /// The version the store had when it was opened, if it was written by an earlier release.
    pub fn older_version(&self) -> Option<i64> {
        (self.version < VERSION).then_some(self.version)
    }

    /// The checksums to compare with what is read.
    pub(in crate::store) fn checksums(&self) -> rusqlite::Result<Checksums> {
        match self.version < migrate::FIRST_WITH_CHECKSUMS {
            true => Ok(Checksums::none()),
            false => Checksums::read(&self.connection),
        }
    }

    /// Names the store in an error of SQLite's.
    pub(in crate::store) fn sql<T>(&self, result: rusqlite::Result<T>) -> Result<T, StoreError> {
        result.map_err(|error| StoreError::Sql(self.path.clone(), error))
    }
}
