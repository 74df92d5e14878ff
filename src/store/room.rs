//! The room in the file that is free, and giving it back.

use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::{Store, StoreError, checksums};

/// What became of the room in the file that is free.
#[derive(Debug)]
pub enum Room {
    /// So many bytes less is the file.
    GivenBack(u64),
    /// So many bytes are free in it, which is too little to write it anew.
    Free(u64),
    /// So many bytes are free in it, and it could not be written anew, as SQLite says.
    Stuck(u64, rusqlite::Error),
}

impl Store {
    /// Writes the file anew without its free room, if at least one in so many of its pages is free.
    /// That takes as long as copying the store, and up to twice its size in its folder meanwhile.
    ///
    /// # Errors
    /// If the store cannot be read. That it cannot be written anew takes nothing from it.
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
pub(super) struct Pages {
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

/// `VACUUM`, whose copy is a file in the store's own folder: memory is not for a whole store, and the
/// folder for temporary files often lies in memory.
fn write_anew(connection: &Connection, path: &Path) -> rusqlite::Result<()> {
    let folder = path.canonicalize().ok();
    let folder = folder.as_deref().and_then(Path::parent).map(PathBuf::from);
    if let Some(folder) = folder.as_deref().and_then(Path::to_str) {
        connection.pragma_update(None, "temp_store_directory", folder)?;
    }
    connection.pragma_update(None, "temp_store", "FILE")?;
    let written = connection.execute_batch("VACUUM");
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    // Another place for what is temporary takes all triggers away.
    checksums::keep_up(connection)?;
    written
}
