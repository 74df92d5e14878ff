//! A statement that adds many rows, most of whose values are those of the row before: what is bound stays
//! bound, and to bind a text again is to copy it.

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, Statement};

/// Adds rows to one table.
pub(in crate::store) struct Insert<'c> {
    statement: Statement<'c>,
    /// The values of the row before.
    bound: Vec<Bound>,
}

enum Bound {
    Null,
    Integer(i64),
    Text(Vec<u8>),
    /// Nothing yet, or something that is not compared.
    Other,
}

impl<'c> Insert<'c> {
    pub fn new(connection: &'c Connection, sql: &str) -> rusqlite::Result<Insert<'c>> {
        Ok(Insert {
            statement: connection.prepare(sql)?,
            bound: Vec::new(),
        })
    }

    /// Adds a row: as many values each time. Says whether it was added, and not ignored.
    pub fn row<'v>(
        &mut self,
        values: impl IntoIterator<Item = ValueRef<'v>>,
    ) -> rusqlite::Result<bool> {
        for (at, value) in values.into_iter().enumerate() {
            if at == self.bound.len() {
                self.bound.push(Bound::Other);
            }
            if self.bound[at].change(value) {
                (self.statement).raw_bind_parameter(at + 1, ToSqlOutput::Borrowed(value))?;
            }
        }
        Ok(self.statement.raw_execute()? > 0)
    }
}

impl Bound {
    /// Becomes another value. Says whether it was not that value already.
    fn change(&mut self, value: ValueRef<'_>) -> bool {
        match (&mut *self, value) {
            (Bound::Null, ValueRef::Null) => return false,
            (Bound::Integer(before), ValueRef::Integer(value)) if *before == value => return false,
            (Bound::Text(before), ValueRef::Text(value)) if before == value => return false,
            (Bound::Text(before), ValueRef::Text(value)) => {
                before.clear();
                before.extend_from_slice(value);
            }
            (_, ValueRef::Null) => *self = Bound::Null,
            (_, ValueRef::Integer(value)) => *self = Bound::Integer(value),
            (_, ValueRef::Text(value)) => *self = Bound::Text(value.to_vec()),
            (_, ValueRef::Real(_) | ValueRef::Blob(_)) => *self = Bound::Other,
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rusqlite::types::Value;

    use super::*;

    fn value() -> impl Strategy<Value = Value> {
        prop_oneof![
            Just(Value::Null),
            (0..2_i64).prop_map(Value::Integer),
            Just(Value::Real(0.5)),
            "[ab]{0,1}".prop_map(Value::Text),
            (0..2_u8).prop_map(|byte| Value::Blob(vec![byte])),
        ]
    }

    proptest! {
        #[test]
        fn every_row_is_added_as_it_is(
            rows in proptest::collection::vec([value(), value()], 0..30),
        ) {
            let connection = Connection::open_in_memory().unwrap();
            connection.execute_batch("CREATE TABLE t (a, b)").unwrap();
            let mut insert = Insert::new(&connection, "INSERT INTO t VALUES (?1, ?2)").unwrap();
            for row in &rows {
                prop_assert!(insert.row(row.iter().map(ValueRef::from)).unwrap());
            }
            let mut all = connection.prepare("SELECT a, b FROM t ORDER BY rowid").unwrap();
            let added: Vec<[Value; 2]> = (all.query_map([], |row| Ok([row.get(0)?, row.get(1)?])))
                .unwrap()
                .collect::<Result<_, _>>()
                .unwrap();
            prop_assert_eq!(added, rows);
        }
    }

    #[test]
    fn what_is_ignored_is_told() {
        let connection = Connection::open_in_memory().unwrap();
        connection
            .execute_batch("CREATE TABLE t (a UNIQUE)")
            .unwrap();
        let mut insert = Insert::new(&connection, "INSERT OR IGNORE INTO t VALUES (?1)").unwrap();
        let added = [1, 1, 2, 1].map(|value| insert.row([ValueRef::Integer(value)]).unwrap());
        assert_eq!(added, [true, false, true, false]);
    }
}
