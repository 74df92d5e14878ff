//! The sums that are kept in a store, compared with those of what is read.

use std::collections::BTreeMap;

use rusqlite::{Connection, Error, ffi};

use super::{Sum, Sums, TABLES, sums};

/// The sums that are kept in a store, to compare with what is read.
pub(in crate::store) struct Checksums(Option<BTreeMap<String, Sums>>);

impl Checksums {
    /// Those of this store.
    pub fn read(connection: &Connection) -> rusqlite::Result<Checksums> {
        let mut kept: BTreeMap<String, Sums> = BTreeMap::new();
        let mut all = connection.prepare("SELECT of, day, rows, sum FROM main.checksum")?;
        let mut rows = all.query([])?;
        while let Some(row) = rows.next()? {
            let sum = Sum {
                rows: row.get(2)?,
                sum: row.get(3)?,
            };
            let of_table = kept.entry(row.get(0)?).or_default();
            of_table.insert(row.get(1)?, sum);
        }
        Ok(Checksums(Some(kept)))
    }

    /// Whether there are any.
    pub fn are_kept(&self) -> bool {
        self.0.is_some()
    }

    /// For a store without sums: nothing is compared.
    pub fn none() -> Checksums {
        Checksums(None)
    }

    /// The days of a table whose kept sums differ from these; the empty day if the table has no days.
    pub fn differing(&self, table: &str, sums: &Sums) -> Vec<String> {
        let Some(kept) = &self.0 else {
            return Vec::new();
        };
        let nothing = Sums::new();
        let kept = kept.get(table).unwrap_or(&nothing);
        let differs =
            |day: &&String| kept.get(*day).copied().unwrap_or_default() != of_day(sums, day);
        let mut days: Vec<String> = kept.keys().filter(differs).cloned().collect();
        days.extend(
            sums.keys()
                .filter(|day| !kept.contains_key(*day) && differs(day))
                .cloned(),
        );
        days.sort();
        days
    }

    /// Tables that have sums, but are not in the schema.
    pub fn unknown(&self) -> Vec<String> {
        let is_known = |table: &&String| TABLES.iter().any(|(name, _)| name == table);
        let kept = self.0.iter().flat_map(BTreeMap::keys);
        kept.filter(|table| !is_known(table)).cloned().collect()
    }

    /// Compares the sums of a table with those that are kept.
    pub fn expect(&self, table: &str, sums: &Sums) -> rusqlite::Result<()> {
        match self.differing(table, sums).first() {
            Some(day) => Err(damaged(table, day)),
            None => Ok(()),
        }
    }

    /// The same for a table without days.
    pub fn expect_all(&self, table: &str, sum: Sum) -> rusqlite::Result<()> {
        self.expect(table, &[(String::new(), sum)].into())
    }

    /// Compares the sum of one day of a table with the kept one.
    pub fn expect_day(&self, table: &str, day: &str, sum: Sum) -> rusqlite::Result<()> {
        let kept = self.0.as_ref().map(|kept| kept.get(table));
        match kept {
            Some(kept) if kept.map_or_else(Sum::default, |kept| of_day(kept, day)) != sum => {
                Err(damaged(table, day))
            }
            _ => Ok(()),
        }
    }

    /// Reads these tables, and compares them with their sums.
    pub fn verify(&self, connection: &Connection, tables: &[&str]) -> rusqlite::Result<()> {
        if self.are_kept() {
            for table in tables {
                self.expect(table, &sums(connection, table)?)?;
            }
        }
        Ok(())
    }
}

fn of_day(sums: &Sums, day: &str) -> Sum {
    sums.get(day).copied().unwrap_or_default()
}

/// The error that SQLite would give if it had noticed.
pub(in crate::store) fn damaged(table: &str, day: &str) -> Error {
    let of = match day {
        "" => String::new(),
        day => format!(" of {day}"),
    };
    let what = format!("its table {table}{of} differs from what was written");
    Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_CORRUPT), Some(what))
}
