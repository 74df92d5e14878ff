//! The sums over the rows of a store, worked out a second time, in plain code.

use std::collections::BTreeMap;
use std::hash::Hasher as _;
use std::path::Path;

use rusqlite::Connection;
use rusqlite::types::Value;
use siphasher::sip::SipHasher13;

/// By table and day: rows, and the exclusive or of their hashes.
pub type Sums = BTreeMap<(String, String), (i64, i64)>;

fn names(database: &Connection, sql: &str) -> Vec<String> {
    let mut all = database.prepare(sql).unwrap();
    let names = all.query_map([], |row| row.get(0)).unwrap();
    names.map(Result::unwrap).collect()
}

pub fn sums(store: &Path) -> Sums {
    let database = Connection::open(store).unwrap();
    let mut sums = Sums::new();
    let tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'checksum'";
    for table in names(&database, tables) {
        let columns = format!("SELECT name FROM pragma_table_info('{table}')");
        let mut columns = names(&database, &columns);
        if table == "grouping" {
            // Added last, and summed up where the other dimensions are.
            columns.retain(|column| column != "tool");
            let cause = columns.iter().position(|column| column == "cause");
            columns.insert(cause.unwrap(), "tool".to_owned());
        }
        let mut all = database
            .prepare(&format!("SELECT {} FROM {table}", columns.join(", ")))
            .unwrap();
        let mut rows = all.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let mut hasher =
                SipHasher13::new_with_keys(0x7374_7363_6f70_6531, 0x726f_7773_756d_7331);
            hasher.write(table.as_bytes());
            let mut of_day = String::new();
            for (at, column) in columns.iter().enumerate() {
                match row.get(at).unwrap() {
                    Value::Null => hasher.write(&[0]),
                    Value::Integer(number) => {
                        hasher.write(&[1]);
                        hasher.write(&number.to_le_bytes());
                    }
                    Value::Real(number) => panic!("{table}.{column}: {number}"),
                    Value::Text(text) => {
                        hasher.write(&[3]);
                        hasher.write(&(text.len() as u64).to_le_bytes());
                        hasher.write(text.as_bytes());
                        if column == "day" && ["daily", "daily_caller", "calls"].contains(&&*table)
                        {
                            of_day = text;
                        }
                    }
                    Value::Blob(bytes) => {
                        hasher.write(&[4]);
                        hasher.write(&(bytes.len() as u64).to_le_bytes());
                        hasher.write(&bytes);
                    }
                }
            }
            let sum = sums.entry((table.clone(), of_day)).or_default();
            sum.0 += 1;
            sum.1 ^= hasher.finish().cast_signed();
        }
    }
    sums
}

/// The sums that a store has.
pub fn kept(store: &Path) -> Sums {
    let database = Connection::open(store).unwrap();
    let mut all = database
        .prepare("SELECT of, day, rows, sum FROM checksum WHERE rows <> 0 OR sum <> 0")
        .unwrap();
    let rows = all.query_map([], |row| {
        Ok(((row.get(0)?, row.get(1)?), (row.get(2)?, row.get(3)?)))
    });
    rows.unwrap().map(Result::unwrap).collect()
}

/// Changes a store as nobody but stscope may, so that it is as sound as before.
pub fn change(store: &Path, sql: &str) {
    let database = Connection::open(store).unwrap();
    database.execute_batch(sql).unwrap();
    database.execute_batch("DELETE FROM checksum").unwrap();
    for ((of, day), (rows, sum)) in sums(store) {
        let insert = "INSERT INTO checksum (of, day, rows, sum) VALUES (?1, ?2, ?3, ?4)";
        database.execute(insert, (of, day, rows, sum)).unwrap();
    }
}

/// Makes every day one that was first read of long ago, so that the next run closes it.
pub fn seen_long_ago(store: &Path) {
    change(store, "UPDATE day SET first_seen = '2025-01-01'");
}
