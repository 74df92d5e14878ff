//! The free pages of the file, and how they are given back to the disk.

use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::checksums;
use crate::store::error::StoreError;
use crate::store::open::Store;

/// What became of the free space in the file.
#[derive(Debug)]
#[non_exhaustive]
pub enum Room {
    /// The file shrank by this many bytes.
    GivenBack(u64),
    /// This many bytes are free in it: too few to rewrite the file.
    Free(u64),
    /// This many bytes are free in it, but the file could not be rewritten, for this reason.
    Stuck(u64, rusqlite::Error),
}

impl Store {
    /// Rewrites the file without its free pages, if at least one in `one_in` of its pages is free. That
    /// takes as long as copying the store, and meanwhile up to twice its size in its folder.
    ///
    /// # Errors
    /// If the store cannot be read. If it cannot be rewritten, it stays as it is.
    pub fn give_back_room(&mut self, one_in: u64) -> Result<Room, StoreError> {
        let before = self.sql(Pages::of(&self.connection))?;
        let free = before.free * before.size;
        if before.free == 0 || before.free.saturating_mul(one_in) < before.all {
            return Ok(Room::Free(free));
        }
        if let Err(error) = write_anew(&self.connection, &self.path) {
            return Ok(Room::Stuck(free, error));
        }
        let after = self.sql(Pages::of(&self.connection))?;
        let bytes = |pages: &Pages| pages.all * pages.size;
        Ok(Room::GivenBack(
            bytes(&before).saturating_sub(bytes(&after)),
        ))
    }
}

/// The pages of the file.
pub(in crate::store) struct Pages {
    pub all: u64,
    pub free: u64,
    /// In bytes.
    pub size: u64,
}

impl Pages {
    pub fn of(connection: &Connection) -> rusqlite::Result<Pages> {
        let pragma = |name| {
            connection
                .pragma_query_value(None, name, |row| row.get::<_, i64>(0))
                .map(i64::cast_unsigned)
        };
        Ok(Pages {
            all: pragma("page_count")?,
            free: pragma("freelist_count")?,
            size: pragma("page_size")?,
        })
    }
}

/// `VACUUM`, whose copy is a file in the store's own folder: a whole store is too much for memory, and the
/// folder for temporary files is often in memory.
fn write_anew(connection: &Connection, path: &Path) -> rusqlite::Result<()> {
    let folder = path.canonicalize().ok();
    let folder = folder.as_deref().and_then(Path::parent).map(PathBuf::from);
    if let Some(folder) = folder.as_deref().and_then(Path::to_str) {
        connection.pragma_update(None, "temp_store_directory", folder)?;
    }
    connection.pragma_update(None, "temp_store", "FILE")?;
    let written = connection.execute_batch("VACUUM");
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    // When the place of temporary files changes, SQLite drops the temporary triggers.
    checksums::keep_up(connection)?;
    written
}
