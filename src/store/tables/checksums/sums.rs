//! Sums as they change: what is written to tables without triggers.

use std::collections::BTreeMap;

use rusqlite::Connection;

use super::{ADD, of_row};

/// Rows, and the exclusive or of their hashes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::store) struct Sum {
    pub rows: i64,
    pub(super) sum: i64,
}

impl Sum {
    pub fn add(&mut self, row: i64) {
        self.rows += 1;
        self.sum ^= row;
    }

    fn take(&mut self, row: i64) {
        self.rows -= 1;
        self.sum ^= row;
    }

    fn add_all(&mut self, other: Sum) {
        self.rows += other.rows;
        self.sum ^= other.sum;
    }
}

/// How sums change by what is written to tables without triggers.
#[derive(Default)]
pub(in crate::store) struct Changes(BTreeMap<&'static str, Sums>);

impl Changes {
    fn of(&mut self, table: &'static str, day: &str) -> &mut Sum {
        let of_table = self.0.entry(table).or_default();
        of_table.entry(day.to_owned()).or_default()
    }

    /// A row is new.
    pub fn add(&mut self, table: &'static str, day: &str, row: i64) {
        self.of(table, day).add(row);
    }

    /// These rows are new, if there are any.
    pub fn add_all(&mut self, table: &'static str, day: &str, rows: Sum) {
        if rows.rows > 0 {
            self.of(table, day).add_all(rows);
        }
    }

    /// A row is deleted or changed.
    pub fn take(&mut self, table: &'static str, day: &str, row: i64) {
        self.of(table, day).take(row);
    }

    /// All rows of a day are about to be deleted.
    pub fn take_day(
        &mut self,
        connection: &Connection,
        table: &'static str,
        day: &str,
    ) -> rusqlite::Result<()> {
        let row = of_row(table, "t");
        let mut all =
            connection.prepare_cached(&format!("SELECT {row} FROM {table} AS t WHERE day = ?1"))?;
        let mut rows = all.query([day])?;
        while let Some(row) = rows.next()? {
            self.take(table, day, row.get(0)?);
        }
        Ok(())
    }

    /// Writes the sums, in the transaction of what has changed: before rows that were added are changed,
    /// which triggers note.
    pub fn write(self, connection: &Connection) -> rusqlite::Result<()> {
        // Asked for with every file, and mostly there is nothing.
        if self.0.is_empty() {
            return Ok(());
        }
        let mut add = connection.prepare_cached(&format!(
            "INSERT INTO checksum (of, day, rows, sum) VALUES (?1, ?2, ?3, ?4) {ADD}"
        ))?;
        for (table, sums) in self.0 {
            for (day, change) in sums {
                add.execute((table, day, change.rows, change.sum))?;
            }
        }
        Ok(())
    }
}

/// Sums by day, or for the empty day.
pub(in crate::store) type Sums = BTreeMap<String, Sum>;

/// Sets the sum of a day whose rows were all written again.
pub(in crate::store) fn set(
    connection: &Connection,
    table: &str,
    day: &str,
    sum: Sum,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO checksum (of, day, rows, sum) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (of, day) \
             DO UPDATE SET rows = excluded.rows, sum = excluded.sum",
        )?
        .execute((table, day, sum.rows, sum.sum))?;
    Ok(())
}
