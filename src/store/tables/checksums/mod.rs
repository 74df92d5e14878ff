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

mod compare;
mod sums;

use std::cell::RefCell;
use std::fmt::Write as _;

use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;
use rusqlite::types::ValueRef;
use siphasher::sip::SipHasher13;

use super::columns::grouping_columns;
pub(in crate::store) use compare::{Checksums, damaged};
pub(in crate::store) use sums::{Changes, Sum, Sums, set};

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
    let (kind, number, bytes): (u8, _, &[u8]) = match value {
        ValueRef::Null => return row.push(0),
        ValueRef::Integer(number) => (1, number.to_le_bytes(), &[]),
        ValueRef::Real(number) => (2, number.to_le_bytes(), &[]),
        ValueRef::Text(bytes) => (3, (bytes.len() as u64).to_le_bytes(), bytes),
        ValueRef::Blob(bytes) => (4, (bytes.len() as u64).to_le_bytes(), bytes),
    };
    let mut head = [kind; 9];
    head[1..].copy_from_slice(&number);
    row.extend_from_slice(&head);
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
        replace(connection, table, &sums(connection, table)?)?;
    }
    Ok(())
}

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
