//! To which days calls were added lately, and by which ingest.
//!
//! A day that was judged may get more calls later, as logs come late: then it has to be judged again.
//! So the store keeps a setting for each such day until the days were complete once more, and every
//! nightly gate had its turn. It is written with the calls: a run that is killed loses none.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rusqlite::Connection;

use crate::store::tables::schema;

/// What the name of such a setting begins with; the day follows.
const PREFIX: &str = "added_to ";

/// Notes that this run adds calls to a day.
pub(in crate::store) fn note(connection: &Connection, day: &str, run: i64) -> rusqlite::Result<()> {
    schema::set(connection, &format!("{PREFIX}{day}"), &run.to_string())
}

/// The days, each with the last run that added to it.
pub(in crate::store) fn read(
    connection: &Connection,
) -> rusqlite::Result<BTreeMap<NaiveDate, i64>> {
    let mut all = connection
        .prepare("SELECT name, CAST(value AS INTEGER) FROM setting WHERE name GLOB 'added_to *'")?;
    let mut rows = all.query([])?;
    let mut days = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let name = row.get_ref(0)?.as_str()?;
        if let Some(Ok(day)) = name.strip_prefix(PREFIX).map(str::parse) {
            days.insert(day, row.get(1)?);
        }
    }
    Ok(days)
}

/// Forgets what was added up to a run: gates have judged it.
pub(in crate::store) fn forget(connection: &Connection, up_to: i64) -> rusqlite::Result<()> {
    connection.execute(
        "DELETE FROM setting WHERE name GLOB 'added_to *' AND CAST(value AS INTEGER) <= ?1",
        [up_to],
    )?;
    Ok(())
}
