//! The folders of files, each with an id and what it says as a part of an S3 key.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension as _, params};

use crate::collections::Map;
use crate::input::Key;

/// The ids of the folders that this run has written to.
#[derive(Default)]
pub(in crate::store) struct Folders {
    ids: Map<String, i64>,
}

impl Folders {
    /// The id of the folder of a path, and the name in it. A new folder gets its row.
    pub fn place<'p>(
        &mut self,
        connection: &Connection,
        path: &'p str,
    ) -> rusqlite::Result<(i64, &'p str)> {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        if let Some(&id) = self.ids.get(folder) {
            return Ok((id, name));
        }
        let known = connection
            .prepare_cached("SELECT id FROM folder WHERE path = ?1")?
            .query_row([folder], |row| row.get(0))
            .optional()?;
        let id = match known {
            Some(id) => id,
            None => {
                let key = Key::of_folder(Path::new(folder));
                connection
                    .prepare_cached(
                        "INSERT INTO folder (path, key_account, key_region, key_day) \
                         VALUES (?1, ?2, ?3, ?4)",
                    )?
                    .execute(params![
                        folder,
                        key.as_ref().map(|key| &key.account),
                        key.as_ref().map(|key| &key.region),
                        key.as_ref().map(|key| key.day.to_string())
                    ])?;
                connection.last_insert_rowid()
            }
        };
        self.ids.insert(folder.to_owned(), id);
        Ok((id, name))
    }
}
