//! Calls of open days as stores of versions 1 to 4 keep them, brought into the form of today.
//!
//! Owns that form, which is only read: 36 bytes for each call, or 52 if it is a copy for another account.

use rusqlite::functions::FunctionFlags;
use rusqlite::{Connection, params};

use super::checksums::Sums;
use super::kept::{self, Kept};
use crate::tally::{Candidate, Reader};

/// The highest bit of the grouping: the id that shared copies have in common follows.
const SHARED: u32 = 1 << 31;

/// The calls in `bytes`. An incomplete call at the end is left out; the checksums over the rows notice
/// that.
fn read(bytes: &[u8]) -> Vec<Kept> {
    let mut rest = Reader(bytes);
    std::iter::from_fn(|| call(&mut rest)).collect()
}

fn call(rest: &mut Reader<'_>) -> Option<Kept> {
    let event = u128::from_le_bytes(rest.array().ok()?);
    let packed = u64::from_le_bytes(rest.array().ok()?);
    let grouping = u32::from_le_bytes(rest.array().ok()?);
    let caller = i64::from_le_bytes(rest.array().ok()?);
    let shared = match grouping & SHARED {
        0 => 0,
        _ => u128::from_le_bytes(rest.array().ok()?),
    };
    Some(Kept {
        candidate: Candidate::of_parts(event, shared, packed, ()),
        grouping: grouping & !SHARED,
        caller,
    })
}

/// The same calls in the form of today.
fn anew(bytes: &[u8]) -> Vec<u8> {
    let mut into = Vec::new();
    kept::write(&mut read(bytes), &mut into);
    into
}

/// Teaches a connection `stscope_calls`, which brings the calls of a row into the form of today.
pub(in crate::store) fn teach(connection: &Connection) -> rusqlite::Result<()> {
    connection.create_scalar_function(
        "stscope_calls",
        1,
        FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC,
        |context| Ok(anew(context.get_raw(0).as_blob()?)),
    )
}

/// Moves the calls of `calls_4` to `calls`. A file has one row for each day there. Returns the sums of
/// the new rows.
pub(in crate::store) fn move_all(connection: &Connection) -> rusqlite::Result<Sums> {
    let mut all =
        connection.prepare("SELECT day, file, calls FROM calls_4 ORDER BY day, file, id")?;
    let mut add = connection.prepare("INSERT INTO calls (day, file, calls) VALUES (?1, ?2, ?3)")?;
    let mut rows = all.query([])?;
    let mut sums = Sums::new();
    let mut open: Option<(String, i64, Vec<u8>)> = None;
    loop {
        let row = rows.next()?;
        if let Some(row) = row
            && let Some((day, file, calls)) = &mut open
            && (row.get_ref(0)?.as_str()?, row.get::<_, i64>(1)?) == (&**day, *file)
        {
            calls.extend(anew(row.get_ref(2)?.as_blob()?));
            continue;
        }
        if let Some((day, file, calls)) = open.take() {
            add.execute(params![day, file, calls])?;
            let row = kept::hash_of_row(&day, file, &calls);
            sums.entry(day).or_default().add(row);
        }
        match row {
            Some(row) => open = Some((row.get(0)?, row.get(1)?, anew(row.get_ref(2)?.as_blob()?))),
            None => return Ok(sums),
        }
    }
}
