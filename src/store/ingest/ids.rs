//! The ids of groupings and callers: those of each thread → those of the store.

use std::collections::HashMap;

use foldhash::fast::RandomState;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, params_from_iter};
use siphasher::sip128::SipHasher13;

use super::distinct::{self, RowHasher, Rows};
use crate::store::tables::checksums::{self, Changes, Sum};
use crate::store::tables::columns;

/// The ids of groupings and callers.
pub(in crate::store) struct Ids {
    hasher: RowHasher,
    /// The id of each grouping of the store. Read when it is first needed.
    groupings: Option<HashMap<u128, u32, RandomState>>,
    insert_grouping: String,
    threads: Vec<OfThread>,
}

/// By the small ids of one thread, the ids of the store.
#[derive(Default)]
struct OfThread {
    groupings: Vec<u32>,
    callers: Vec<i64>,
}

impl Ids {
    pub fn new(hasher: RowHasher) -> Ids {
        let marks = vec!["?"; columns::WIDTH].join(", ");
        Ids {
            hasher,
            groupings: None,
            insert_grouping: format!(
                "INSERT INTO grouping ({}) VALUES ({marks})",
                columns::grouping_columns()
            ),
            threads: Vec::new(),
        }
    }

    /// The id of a grouping.
    pub fn grouping(&self, thread: usize, number: u32) -> u32 {
        self.threads[thread].groupings[number as usize]
    }

    /// The id of a caller.
    pub fn caller(&self, thread: usize, number: u32) -> i64 {
        self.threads[thread].callers[number as usize]
    }

    /// Gives ids to the groupings and callers that a thread has sent for the first time. The sums of
    /// groupings are noted in `added`.
    pub fn learn(
        &mut self,
        connection: &Connection,
        thread: usize,
        groupings: &Rows,
        callers: &Rows,
        added: &mut Changes,
    ) -> rusqlite::Result<()> {
        while self.threads.len() <= thread {
            self.threads.push(OfThread::default());
        }
        if !groupings.is_empty() {
            self.learn_groupings(connection, thread, groupings, added)?;
        }
        for (_, row) in callers.iter() {
            let id = caller_id(row);
            let values = std::iter::once(ValueRef::Integer(id)).chain(distinct::columns(row));
            connection
                .prepare_cached(
                    "INSERT OR IGNORE INTO caller (id, source_ip_address, session_name, in_scope_of) \
                     VALUES (?1, ?2, ?3, ?4)",
                )?
                .execute(params_from_iter(values.map(ToSqlOutput::Borrowed)))?;
            self.threads[thread].callers.push(id);
        }
        Ok(())
    }

    fn learn_groupings(
        &mut self,
        connection: &Connection,
        thread: usize,
        rows: &Rows,
        added: &mut Changes,
    ) -> rusqlite::Result<()> {
        let known = match &mut self.groupings {
            Some(known) => known,
            none => none.insert(read_groupings(connection, self.hasher)?),
        };
        let numbers = &mut self.threads[thread].groupings;
        let mut insert = connection.prepare_cached(&self.insert_grouping)?;
        let mut bound: Vec<ValueRef<'_>> = Vec::new();
        let mut sum = Sum::default();
        for (hash, row) in rows.iter() {
            let number = match known.get(&hash) {
                Some(&number) => number,
                None => {
                    // Most columns are those of the row before, and what is bound stays bound.
                    for (at, value) in distinct::columns(row).enumerate() {
                        match bound.get_mut(at) {
                            Some(before) if *before == value => continue,
                            Some(before) => *before = value,
                            None => bound.push(value),
                        }
                        insert.raw_bind_parameter(at + 1, ToSqlOutput::Borrowed(value))?;
                    }
                    insert.raw_execute()?;
                    let id = connection.last_insert_rowid();
                    let row = std::iter::once(ValueRef::Integer(id)).chain(bound.iter().copied());
                    sum.add(checksums::hash("grouping", row));
                    // The highest bit of the id is in use, but two thousand million groupings do not fit
                    // on a disk.
                    let number = id as u32;
                    known.insert(hash, number);
                    number
                }
            };
            numbers.push(number);
        }
        added.add_all("grouping", "", sum);
        Ok(())
    }
}

/// Kept in the store, so the hash must not change; 0 means no caller.
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
    let columns = columns::grouping_columns();
    let mut all = connection.prepare(&format!("SELECT id, {columns} FROM grouping"))?;
    let mut rows = all.query([])?;
    let mut texts = Vec::new();
    while let Some(row) = rows.next()? {
        texts.clear();
        for at in 1..=columns::WIDTH {
            distinct::push(&mut texts, row.get_ref(at)?.as_str_or_null()?);
        }
        known.insert(hasher.hash(&texts), row.get(0)?);
    }
    Ok(known)
}
