//! Checksums over the rows of a store, by which a flipped bit is noticed.
//!
//! Owns what is summed, and how. SQLite has no checksums of its own: it notices that a page is
//! malformed, but not that a 3 has become a 7. So `checksum` has, for each table, the number of its rows
//! and the exclusive or of their hashes, by day if the table has days. They are updated in the same
//! transaction as the rows. Mostly triggers of the writing connection do that. A trigger costs as much as
//! writing the row, so where many rows are written in one place, that place does it ([`Changes`]); and
//! whoever adds a row to a table of [`NEW_BY_HAND`].
//! Whoever reads rows adds up their hashes again, and compares. If a damaged row is overwritten later,
//! the sum still differs: damage never disappears by itself.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use rusqlite::functions::FunctionFlags;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Error, ffi};
use siphasher::sip::SipHasher13;

use super::columns::grouping_columns;

/// Kept in the store, so they must not change.
const KEYS: (u64, u64) = (0x7374_7363_6f70_6531, 0x726f_7773_756d_7331);

/// The tables with checksums, and their columns.
pub(in crate::store) const TABLES: [(&str, &str); 15] = [
    ("setting", "name, value"),
    (
        "folder",
        "id, path, key_account, key_region, key_day, read_in",
    ),
    (
        "file",
        "id, folder, name, size, modified, checksum, length, outcome, same_as, stage, detail, \
         records_read, compressed, decompressed, records, sts_records, not_calls, folded, \
         beyond_window, not_understood",
    ),
    (
        "day",
        "day, first_seen, is_closed, is_stale, duplicates, shared_copies, seen_in",
    ),
    (
        "daily",
        "day, grouping, calls, errors, first_event_time, last_event_time",
    ),
    (
        "daily_caller",
        "day, grouping, caller, calls, errors, first_event_time, last_event_time",
    ),
    ("caller", "id, source_ip_address, session_name, in_scope_of"),
    ("calls", "day, file, calls"),
    ("forgotten_day", "day, calls"),
    (
        "run",
        "id, ended_at, files_known, files_read, files_damaged, calls, beyond_window, coverage",
    ),
    (
        "digest",
        "id, file, bucket, object, hash, start_time, end_time, fingerprint, signed_text, signature, \
         previous_bucket, previous_object, previous_hash, previous_signature, digests, signed, \
         is_wrong, log_files, is_hashed, members, logs",
    ),
    ("digest_pair", "account, region"),
    (
        "unnamed_log",
        "file, account, region, minute, id, hash, is_named",
    ),
    ("hole", "account, region, day"),
    ("grouping", ""), // the kept dimensions
];

/// The tables in which each day has a sum of its own.
pub(in crate::store) const BY_DAY: [&str; 3] = ["daily", "daily_caller", "calls"];

/// The tables without triggers.
const BY_HAND: [&str; 3] = ["grouping", "daily", "daily_caller"];

/// The tables without a trigger for new rows, of which a run adds many: see [`note_new`].
const NEW_BY_HAND: [&str; 3] = ["folder", "file", "calls"];

/// The columns of `calls` in stores of versions 1 to 4, which are told by its `id`.
const FORMER_CALLS: &str = "id, file, day, calls";

fn columns(table: &str) -> String {
    let listed = TABLES.iter().find(|(name, _)| *name == table);
    match listed {
        Some((_, columns)) if !columns.is_empty() => (*columns).to_owned(),
        _ => format!("id, {}", grouping_columns()),
    }
}

/// The SQL of the hash of a row: `of` is the name that the table has in the query.
pub(in crate::store) fn of_row(table: &str, of: &str) -> String {
    added("0", table, &columns(table), of)
}

/// The SQL of a sum and the hash of a row.
fn added(sum: &str, table: &str, columns: &str, of: &str) -> String {
    let mut sql = format!("stscope_sum({sum}, '{table}'");
    for column in columns.split(", ") {
        // Writing to a String cannot fail.
        let _ = write!(sql, ", {of}.{column}");
    }
    sql + ")"
}

/// The hash of a row, by its values in the order of the columns.
pub(in crate::store) fn hash<'v>(
    table: &str,
    values: impl IntoIterator<Item = ValueRef<'v>>,
) -> i64 {
    ROW.with_borrow_mut(|row| {
        row.clear();
        row.extend_from_slice(table.as_bytes());
        for value in values {
            write(row, value);
        }
        let hasher = SipHasher13::new_with_keys(KEYS.0, KEYS.1);
        hasher.hash(row).cast_signed()
    })
}

thread_local! {
    /// A row as it is hashed: in one piece, which is twice as fast as value by value.
    static ROW: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// The type and the length of each value are hashed, too, so that values cannot be shifted.
fn write(row: &mut Vec<u8>, value: ValueRef<'_>) {
    let (kind, bytes) = match value {
        ValueRef::Null => return row.push(0),
        ValueRef::Integer(number) => {
            row.push(1);
            return row.extend_from_slice(&number.to_le_bytes());
        }
        ValueRef::Real(number) => {
            row.push(2);
            return row.extend_from_slice(&number.to_le_bytes());
        }
        ValueRef::Text(bytes) => (3, bytes),
        ValueRef::Blob(bytes) => (4, bytes),
    };
    row.push(kind);
    row.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
    row.extend_from_slice(bytes);
}

/// Teaches a connection to hash rows.
pub(in crate::store) fn teach(connection: &Connection) -> rusqlite::Result<()> {
    connection.create_scalar_function(
        "stscope_sum",
        -1,
        FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC,
        |context| {
            let sum = context.get_raw(0).as_i64()?;
            let table = context.get_raw(1).as_str()?;
            let values = (2..context.len()).map(|at| context.get_raw(at));
            Ok(sum ^ hash(table, values))
        },
    )
}

/// What the row of a sum becomes when another is added to it: (a | b) - (a & b) is a exclusive or b.
const ADD: &str = "ON CONFLICT (of, day) DO UPDATE SET rows = rows + excluded.rows, \
                   sum = (sum | excluded.sum) - (sum & excluded.sum)";

/// From here on, triggers update the sums of what this connection writes, except for the tables in
/// [`BY_HAND`], and new rows of those in [`NEW_BY_HAND`].
pub(in crate::store) fn keep_up(connection: &Connection) -> rusqlite::Result<()> {
    let mut sql = String::new();
    for (table, _) in TABLES.iter().filter(|(table, _)| !BY_HAND.contains(table)) {
        let is_by_day = BY_DAY.contains(table);
        let day = |of: &str| match is_by_day {
            true => format!("{of}.day"),
            false => "''".to_owned(),
        };
        let new = of_row(table, "NEW");
        let columns = columns(table);
        let without = added("sum", table, &columns, "OLD");
        let both = added(&without, table, &columns, "NEW");
        let (of_new, of_old) = (day("NEW"), day("OLD"));
        let row = format!("of = '{table}' AND day = {of_old}");
        // Writing to a String cannot fail.
        if !NEW_BY_HAND.contains(table) {
            let _ = write!(
                sql,
                "CREATE TEMP TRIGGER IF NOT EXISTS {table}_new AFTER INSERT ON main.{table} BEGIN \
                 INSERT INTO checksum (of, day, rows, sum) VALUES ('{table}', {of_new}, 1, {new}) \
                 {ADD}; END; "
            );
        }
        let _ = write!(
            sql,
            "CREATE TEMP TRIGGER IF NOT EXISTS {table}_old AFTER DELETE ON main.{table} BEGIN \
             UPDATE checksum SET rows = rows - 1, sum = {without} WHERE {row}; END; \
             CREATE TEMP TRIGGER IF NOT EXISTS {table}_changed AFTER UPDATE ON main.{table} BEGIN \
             UPDATE checksum SET sum = {both} WHERE {row}; END; "
        );
    }
    connection.execute_batch(&sql)
}

/// Adds a row of [`NEW_BY_HAND`] that was just inserted to the sums: one of a table without days.
pub(in crate::store) fn note_new(
    connection: &Connection,
    table: &str,
    id: i64,
) -> rusqlite::Result<()> {
    let row = of_row(table, "t");
    connection
        .prepare_cached(&format!(
            "INSERT INTO checksum (of, day, rows, sum) \
             SELECT '{table}', '', 1, {row} FROM main.{table} AS t WHERE id = ?1 {ADD}"
        ))?
        .execute([id])?;
    Ok(())
}

/// Writes the sums of a table anew, whose rows were written again in another form.
pub(in crate::store) fn replace(
    connection: &Connection,
    table: &str,
    sums: &Sums,
) -> rusqlite::Result<()> {
    connection.execute("DELETE FROM checksum WHERE of = ?1", [table])?;
    for (day, &sum) in sums {
        set(connection, table, day, sum)?;
    }
    Ok(())
}

/// Writes the sums of all rows, in a store that has none yet.
pub(in crate::store) fn write_all(connection: &Connection) -> rusqlite::Result<()> {
    for (table, _) in TABLES {
        for (day, sum) in sums(connection, table)? {
            connection
                .prepare_cached(
                    "INSERT INTO checksum (of, day, rows, sum) VALUES (?1, ?2, ?3, ?4)",
                )?
                .execute((table, day, sum.rows, sum.sum))?;
        }
    }
    Ok(())
}

/// Rows, and the exclusive or of their hashes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::store) struct Sum {
    pub rows: i64,
    sum: i64,
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

    /// Writes the sums, in the transaction of what has changed. They are to be there before rows that
    /// were added are changed, which triggers note.
    pub fn write(self, connection: &Connection) -> rusqlite::Result<()> {
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

/// Sums by day, or for the empty day.
pub(in crate::store) type Sums = BTreeMap<String, Sum>;

/// The sums of the rows in a table.
pub(in crate::store) fn sums(connection: &Connection, table: &str) -> rusqlite::Result<Sums> {
    let day = if BY_DAY.contains(&table) { "day" } else { "''" };
    // A store of an earlier release may lack it, or have other columns.
    if !connection.table_exists(Some("main"), table)? {
        return Ok(Sums::new());
    }
    let is_former = table == "calls" && connection.column_exists(Some("main"), table, "id")?;
    let row = match is_former {
        true => added("0", table, FORMER_CALLS, "t"),
        false => of_row(table, "t"),
    };
    let mut all = connection.prepare(&format!("SELECT {day}, {row} FROM main.{table} AS t"))?;
    let mut rows = all.query([])?;
    let mut sums = Sums::new();
    while let Some(row) = rows.next()? {
        let day = row.get_ref(0)?.as_str()?;
        match sums.get_mut(day) {
            Some(sum) => sum.add(row.get(1)?),
            None => sums.entry(day.to_owned()).or_default().add(row.get(1)?),
        }
    }
    Ok(sums)
}

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

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "what fails here fails the test")]
mod tests {
    use super::super::{columns, kept, schema};
    use super::*;

    fn store() -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(schema::SCHEMA).unwrap();
        connection
            .execute_batch(&columns::grouping_table())
            .unwrap();
        teach(&connection).unwrap();
        keep_up(&connection).unwrap();
        connection
    }

    #[test]
    fn every_column_of_every_table_is_summed_up() {
        let connection = store();
        let mut all = connection
            .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'checksum'")
            .unwrap();
        let names: Vec<String> = all
            .query_map([], |row| row.get(0))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        assert_eq!(names.len(), TABLES.len());
        for name in names {
            let mut all = connection
                .prepare(&format!("SELECT name FROM pragma_table_info('{name}')"))
                .unwrap();
            let in_table: Vec<String> = all
                .query_map([], |row| row.get(0))
                .unwrap()
                .collect::<Result<_, _>>()
                .unwrap();
            // Columns that were added later are in another place in the table.
            let sorted = |columns: &str| {
                let mut columns: Vec<_> = columns.split(", ").map(str::to_owned).collect();
                columns.sort();
                columns
            };
            assert_eq!(
                sorted(&columns(&name)),
                sorted(&in_table.join(", ")),
                "{name}"
            );
            let has_day = in_table.contains(&"day".to_owned());
            let is_small = ["day", "forgotten_day", "hole"].contains(&&*name);
            assert_eq!(BY_DAY.contains(&&*name), has_day && !is_small, "{name}");
        }
    }

    #[test]
    fn what_is_written_changed_and_deleted_is_summed_up_as_it_goes() {
        let connection = store();
        let is_right = || {
            let kept = Checksums::read(&connection).unwrap();
            TABLES.iter().all(|(table, _)| {
                let sums = sums(&connection, table).unwrap();
                kept.expect(table, &sums).is_ok()
            })
        };
        connection
            .pragma_update(None, "foreign_keys", false)
            .unwrap();
        for (file, day) in [(1, "x"), (1, "y"), (2, "x")] {
            connection
                .execute(
                    "INSERT INTO calls (file, day, calls) VALUES (?1, ?2, x'01')",
                    (file, day),
                )
                .unwrap();
            assert!(!is_right());
            let mut changes = Changes::default();
            changes.add("calls", day, kept::hash_of_row(day, file, &[1]));
            changes.write(&connection).unwrap();
            assert!(is_right());
        }
        for sql in [
            "INSERT INTO setting (name, value) VALUES ('a', '1'), ('b', '2')",
            "INSERT INTO setting (name, value) VALUES ('a', '3') ON CONFLICT (name) DO UPDATE SET \
             value = excluded.value",
            "UPDATE calls SET calls = x'0302' WHERE file = 1",
            "DELETE FROM calls WHERE day = 'x'",
            "DELETE FROM calls",
            "INSERT OR IGNORE INTO caller (id, session_name) VALUES (1, 'a'), (1, 'b')",
        ] {
            connection.execute(sql, []).unwrap();
            assert!(is_right(), "{sql}");
        }
        // A change that the triggers do not see.
        connection
            .execute_batch("DROP TRIGGER temp.caller_changed")
            .unwrap();
        connection
            .execute("UPDATE caller SET session_name = 'b'", [])
            .unwrap();
        assert!(!is_right());
        // When the damaged row is overwritten properly, the damage still shows.
        keep_up(&connection).unwrap();
        connection.execute("DELETE FROM caller", []).unwrap();
        assert!(!is_right());
    }
}
