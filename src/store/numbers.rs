//! The numbers of groupings and callers: those of each thread → those of the store.

use std::collections::HashMap;

use foldhash::fast::RandomState;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, params_from_iter};
use siphasher::sip128::SipHasher13;

use super::checksums::{self, Changes};
use super::column;
use super::kinds::{self, RowHasher, Rows};

/// What is known of groupings and callers.
pub(super) struct Numbers {
    hasher: RowHasher,
    /// The number of each grouping of the store. Filled when it is first needed.
    groupings: Option<HashMap<u128, u32, RandomState>>,
    insert_grouping: String,
    threads: Vec<OfThread>,
}

/// By the numbers of one thread, those of the store.
#[derive(Default)]
struct OfThread {
    groupings: Vec<u32>,
    callers: Vec<i64>,
}

impl Numbers {
    pub fn new(hasher: RowHasher) -> Numbers {
        let marks = vec!["?"; column::WIDTH].join(", ");
        Numbers {
            hasher,
            groupings: None,
            insert_grouping: format!(
                "INSERT INTO grouping ({}) VALUES ({marks})",
                column::grouping_columns()
            ),
            threads: Vec::new(),
        }
    }

    /// The store's number of a grouping.
    pub fn grouping(&self, thread: usize, number: u32) -> u32 {
        self.threads[thread].groupings[number as usize]
    }

    /// The store's number of a caller.
    pub fn caller(&self, thread: usize, number: u32) -> i64 {
        self.threads[thread].callers[number as usize]
    }

    /// Gives numbers to what a thread has met for the first time.
    pub fn learn(
        &mut self,
        connection: &Connection,
        thread: usize,
        groupings: &Rows,
        callers: &Rows,
    ) -> rusqlite::Result<()> {
        while self.threads.len() <= thread {
            self.threads.push(OfThread::default());
        }
        if !groupings.is_empty() {
            self.learn_groupings(connection, thread, groupings)?;
        }
        for (_, row) in callers.iter() {
            let id = caller_id(row);
            connection
                .prepare_cached(
                    "INSERT OR IGNORE INTO caller (id, source_ip_address, session_name, in_scope_of) \
                     VALUES (?1, ?2, ?3, ?4)",
                )?
                .execute(params_from_iter(
                    std::iter::once(id.into()).chain(kinds::columns(row)),
                ))?;
            self.threads[thread].callers.push(id);
        }
        Ok(())
    }

    fn learn_groupings(
        &mut self,
        connection: &Connection,
        thread: usize,
        rows: &Rows,
    ) -> rusqlite::Result<()> {
        let known = match &mut self.groupings {
            Some(known) => known,
            none => none.insert(read_groupings(connection, self.hasher)?),
        };
        let numbers = &mut self.threads[thread].groupings;
        let mut insert = connection.prepare_cached(&self.insert_grouping)?;
        let mut changes = Changes::default();
        let mut bound: Vec<ToSqlOutput<'_>> = Vec::new();
        for (hash, row) in rows.iter() {
            let number = match known.get(&hash) {
                Some(&number) => number,
                None => {
                    // Most columns are those of the row before, and what is bound stays bound.
                    for (at, value) in kinds::columns(row).enumerate() {
                        if bound.get(at) != Some(&value) {
                            insert.raw_bind_parameter(at + 1, &value)?;
                        }
                    }
                    bound.clear();
                    bound.extend(kinds::columns(row));
                    insert.raw_execute()?;
                    let id = connection.last_insert_rowid();
                    let values = bound.iter().filter_map(|value| match value {
                        ToSqlOutput::Borrowed(value) => Some(*value),
                        _ => None, // they all are
                    });
                    let row = [ValueRef::Integer(id)].into_iter().chain(values);
                    changes.add("grouping", "", checksums::hash("grouping", row));
                    // The highest bit of the number is in use; four thousand million groupings fit
                    // nowhere.
                    let number = id as u32;
                    known.insert(hash, number);
                    number
                }
            };
            numbers.push(number);
        }
        changes.write(connection)
    }
}

/// Kept in the store, so the hash must not change; 0 is no caller.
fn caller_id(row: &[u8]) -> i64 {
    match SipHasher13::new().hash(row).as_u128() as i64 {
        0 => 1,
        id => id,
    }
}

fn read_groupings(
    connection: &Connection,
    hasher: RowHasher,
) -> rusqlite::Result<HashMap<u128, u32, RandomState>> {
    let mut known = HashMap::default();
    let columns = column::grouping_columns();
    let mut all = connection.prepare(&format!("SELECT id, {columns} FROM grouping"))?;
    let mut rows = all.query([])?;
    let mut texts = Vec::new();
    while let Some(row) = rows.next()? {
        texts.clear();
        for at in 1..=column::WIDTH {
            kinds::push(&mut texts, row.get_ref(at)?.as_str_or_null()?);
        }
        known.insert(hasher.hash(&texts), row.get(0)?);
    }
    Ok(known)
}
