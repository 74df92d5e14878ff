//! A row of the ledger, `file`, as it is read.

use rusqlite::Row;
use rusqlite::types::{FromSql, FromSqlResult, ValueRef};

use super::checksums;
use super::outcome::Outcome;
use crate::input::{Trailer, Version};

/// The columns of [`FileRow`], in the order in which it reads them, of `file AS f`: all of that table,
/// in the order in which they are summed up.
pub(in crate::store) const COLUMNS: &str = "f.id, f.folder, f.name, f.size, f.modified, f.checksum, f.length, f.outcome, f.same_as, \
     f.stage, f.detail, f.records_read, f.compressed, f.decompressed, f.records, f.sts_records, \
     f.not_calls, f.folded, f.beyond_window, f.not_understood";

/// How many there are: what else a statement selects comes after them.
pub(in crate::store) const WIDTH: usize = 20;

/// The first columns of a row, which are [`COLUMNS`].
pub(in crate::store) fn values<'r>(row: &'r Row<'_>) -> rusqlite::Result<[ValueRef<'r>; WIDTH]> {
    let mut values = [ValueRef::Null; WIDTH];
    for (at, value) in values.iter_mut().enumerate() {
        *value = row.get_ref(at)?;
    }
    Ok(values)
}

/// The hash of a row. To have SQLite call for it takes longer than to read the row.
pub(in crate::store) fn sum(values: [ValueRef<'_>; WIDTH]) -> i64 {
    checksums::hash("file", values)
}

/// A row of `file`.
pub(in crate::store) struct FileRow<'r> {
    pub id: i64,
    pub folder: i64,
    pub name: &'r str,
    pub version: Version,
    pub trailer: Trailer,
    pub outcome: Outcome,
    /// Of a damaged file: how far it came, what is wrong, and the whole records before that.
    pub stage: Option<&'r str>,
    pub detail: Option<&'r str>,
    pub records_read: u64,
    pub compressed: u64,
    pub decompressed: u64,
    pub records: u64,
    pub sts_records: u64,
    pub not_calls: u64,
    /// Its calls that are in the sums of closed days or forgotten: the column `folded`.
    pub closed_calls: u64,
    pub beyond_window: u64,
    pub not_understood: u64,
}

impl<'r> FileRow<'r> {
    /// Reads the first columns of a row, which are [`COLUMNS`].
    pub fn from_row(row: &'r Row<'_>) -> rusqlite::Result<FileRow<'r>> {
        FileRow::of(&values(row)?)
    }

    /// The same of their values.
    pub fn of(values: &[ValueRef<'r>; WIDTH]) -> rusqlite::Result<FileRow<'r>> {
        let mut columns = Columns { values, at: 0 };
        Ok(FileRow {
            id: columns.get()?,
            folder: columns.get()?,
            name: columns.name()?,
            version: Version {
                size: columns.get()?,
                changed: columns.get()?,
            },
            trailer: Trailer {
                checksum: columns.get()?,
                length: columns.get()?,
            },
            outcome: columns.get()?,
            stage: {
                columns.at += 1; // same_as
                columns.text()?
            },
            detail: columns.text()?,
            records_read: columns.count()?,
            compressed: columns.count()?,
            decompressed: columns.count()?,
            records: columns.count()?,
            sts_records: columns.count()?,
            not_calls: columns.count()?,
            closed_calls: columns.count()?,
            beyond_window: columns.count()?,
            not_understood: columns.count()?,
        })
    }
}

/// The columns of a row, one after the other.
struct Columns<'v, 'r> {
    values: &'v [ValueRef<'r>; WIDTH],
    at: usize,
}

impl<'r> Columns<'_, 'r> {
    /// What a column is read as. What is of another type is an error that names the column.
    fn read<T>(
        &mut self,
        read: impl FnOnce(ValueRef<'r>) -> FromSqlResult<T>,
    ) -> rusqlite::Result<T> {
        let value = self.values[self.at];
        self.at += 1;
        read(value).map_err(|error| {
            rusqlite::Error::FromSqlConversionFailure(self.at - 1, value.data_type(), error.into())
        })
    }

    fn get<T: FromSql>(&mut self) -> rusqlite::Result<T> {
        self.read(T::column_result)
    }

    fn name(&mut self) -> rusqlite::Result<&'r str> {
        self.read(|value| value.as_str())
    }

    fn text(&mut self) -> rusqlite::Result<Option<&'r str>> {
        self.read(|value| value.as_str_or_null())
    }

    /// A count. None is below zero: sums of such numbers would be too large to be added.
    fn count(&mut self) -> rusqlite::Result<u64> {
        let number: i64 = self.get()?;
        u64::try_from(number)
            .map_err(|_| rusqlite::Error::IntegralValueOutOfRange(self.at - 1, number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_columns_are_those_that_are_summed_up() {
        let summed = checksums::of_row("file", "f");
        assert!(summed.ends_with(&format!("'file', {COLUMNS})")), "{summed}");
        assert_eq!(COLUMNS.split(',').count(), WIDTH);
    }
}
