//! The folders of files, each with an id and what it says as a part of an S3 key.

use std::path::Path;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension as _, params_from_iter};

use super::names::split;
use crate::collections::{Map, Set};
use crate::input::Key;
use crate::store::tables::checksums::{self, Changes};

/// The ids of the folders that this run has written to.
#[derive(Default)]
pub(in crate::store) struct Folders {
    ids: Map<String, i64>,
    /// Those of which a file was read.
    read: Set<i64>,
}

impl Folders {
    /// The id of the folder of a path, and the name in it. A new folder gets its row, with the run that
    /// has read a file of it or 0; its sum is noted in `added`.
    pub fn place<'p>(
        &mut self,
        connection: &Connection,
        path: &'p str,
        read_in: i64,
        added: &mut Changes,
    ) -> rusqlite::Result<(i64, &'p str)> {
        let (folder, name) = split(path);
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
                let id = add(connection, folder, read_in, added)?;
                if read_in != 0 {
                    self.read.insert(id);
                }
                id
            }
        };
        self.ids.insert(folder.to_owned(), id);
        Ok((id, name))
    }

    /// Notes that a run has read a file of a folder, if none has before. `added` is written first.
    pub fn note_read(
        &mut self,
        connection: &Connection,
        id: i64,
        run: i64,
        added: &mut Changes,
    ) -> rusqlite::Result<()> {
        if self.read.insert(id) {
            std::mem::take(added).write(connection)?;
            connection
                .prepare_cached("UPDATE folder SET read_in = ?2 WHERE id = ?1 AND read_in = 0")?
                .execute([id, run])?;
        }
        Ok(())
    }
}

fn text(text: Option<&str>) -> ValueRef<'_> {
    text.map_or(ValueRef::Null, ValueRef::from)
}

/// Adds the row of a folder.
fn add(
    connection: &Connection,
    folder: &str,
    read_in: i64,
    added: &mut Changes,
) -> rusqlite::Result<i64> {
    let key = Key::of_folder(Path::new(folder));
    let day = key.as_ref().map(|key| key.day.to_string());
    let row = [
        ValueRef::from(folder),
        text(key.as_ref().map(|key| &*key.account)),
        text(key.as_ref().map(|key| &*key.region)),
        text(day.as_deref()),
        ValueRef::Integer(read_in),
    ];
    connection
        .prepare_cached(
            "INSERT INTO folder (path, key_account, key_region, key_day, read_in) \
             VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params_from_iter(row.map(ToSqlOutput::Borrowed)))?;
    let id = connection.last_insert_rowid();
    let values = std::iter::once(ValueRef::Integer(id)).chain(row);
    added.add("folder", "", checksums::hash("folder", values));
    Ok(id)
}
