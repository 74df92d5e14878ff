//! Whether a store still is what was written: SQLite's own check, the checksums over all rows, and
//! figures that must add up.

use std::collections::BTreeMap;

use rusqlite::Connection;

use crate::collections::Set;
use crate::questions::{Checked, Fault};
use crate::store::error::StoreError;
use crate::store::open::Store;
use crate::store::tables::checksums::{self, Checksums, TABLES};
use crate::store::tables::kept;
use crate::store::tables::{migrate, schema};

/// The most faults of one kind that are listed one by one.
const MOST: usize = 100;

impl Store {
    /// Checks the whole store. Reads all of it, which takes some seconds for a gigabyte.
    ///
    /// # Errors
    /// If the store cannot be read. Damage is not an error: it is a fault in the answer.
    pub fn check(&self) -> Result<Checked, StoreError> {
        // One transaction, so that an ingest meanwhile changes nothing.
        let transaction = self.sql(self.connection.unchecked_transaction())?;
        let mut checked = Checked::default();
        type Check = fn(&Store, &Connection, &mut Checked) -> rusqlite::Result<()>;
        let checks: [(&'static str, Check); 4] = [
            ("sqlite", Store::check_sqlite),
            ("schema", Store::check_schema),
            ("checksum", Store::check_sums),
            ("figures", Store::check_figures),
        ];
        for (check, run) in checks {
            // A check that cannot be finished is a fault, too, and often the same one.
            if let Err(error) = run(self, &transaction, &mut checked) {
                checked.note(check, None, None, error.to_string());
            }
        }
        Ok(checked)
    }

    fn check_sqlite(&self, connection: &Connection, checked: &mut Checked) -> rusqlite::Result<()> {
        let mut all = connection.prepare(&format!("PRAGMA main.integrity_check({MOST})"))?;
        let mut rows = all.query([])?;
        while let Some(row) = rows.next()? {
            let line: String = row.get(0)?;
            if line != "ok" {
                checked.note("sqlite", None, None, line);
            }
        }
        let mut all = connection.prepare("PRAGMA main.foreign_key_check")?;
        let mut rows = all.query([])?;
        let mut missing: BTreeMap<(String, String), u64> = BTreeMap::new();
        while let Some(row) = rows.next()? {
            *missing.entry((row.get(0)?, row.get(2)?)).or_default() += 1;
        }
        // Calls have no key for it: each file that goes would be looked for in all of them.
        let orphans: i64 = connection.query_row(
            "SELECT count(*) FROM calls WHERE file NOT IN (SELECT id FROM file)",
            [],
            |row| row.get(0),
        )?;
        if orphans > 0 {
            // Former versions have the key: there this is the same number.
            missing.insert(("calls".into(), "file".into()), orphans.cast_unsigned());
        }
        for ((table, of), rows) in missing {
            let detail = format!("{rows} of its rows refer to a {of} that does not exist");
            checked.note("sqlite", Some(&table), None, detail);
        }
        Ok(())
    }

    /// A flipped bit may change a name in the SQL of a table.
    fn check_schema(&self, connection: &Connection, checked: &mut Checked) -> rusqlite::Result<()> {
        if self.version < schema::VERSION {
            return Ok(());
        }
        let (is, is_to_be) = (schema::texts(connection)?, schema::expected_texts()?);
        for (name, text) in &is_to_be {
            if is.get(name) != Some(text) {
                checked.note(
                    "schema",
                    Some(name),
                    None,
                    "it differs from what a new store has".into(),
                );
            }
        }
        for name in is.keys().filter(|name| !is_to_be.contains_key(*name)) {
            let detail = "a store has no such table or index".to_owned();
            checked.note("schema", Some(name), None, detail);
        }
        Ok(())
    }

    fn check_sums(&self, connection: &Connection, checked: &mut Checked) -> rusqlite::Result<()> {
        if self.version < migrate::FIRST_WITH_CHECKSUMS {
            return Ok(());
        }
        let kept = Checksums::read(connection)?;
        let mut rows = 0;
        for (table, _) in TABLES {
            let sums = match checksums::sums(connection, table) {
                Ok(sums) => sums,
                Err(error) => {
                    checked.note("checksum", Some(table), None, error.to_string());
                    continue;
                }
            };
            rows += sums.values().map(|sum| sum.rows).sum::<i64>();
            for day in kept.differing(table, &sums) {
                let day = Some(day).filter(|_| checksums::BY_DAY.contains(&table));
                let detail = "its rows differ from what was written".to_owned();
                checked.note("checksum", Some(table), day, detail);
            }
        }
        for table in kept.unknown() {
            let detail = "it has checksums, but it does not exist".to_owned();
            checked.note("checksum", Some(&table), None, detail);
        }
        checked.rows = Some(rows.cast_unsigned());
        Ok(())
    }

    fn check_figures(
        &self,
        connection: &Connection,
        checked: &mut Checked,
    ) -> rusqlite::Result<()> {
        let one = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0));
        let by_day = calls_by_day(connection, checked)?;
        let kept: i64 = by_day.values().sum();
        let read = one("SELECT ifnull(sum(sts_records), 0) FROM file")?;
        let closed = one(
            "SELECT ifnull(sum(duplicates + shared_copies), 0) + (SELECT ifnull(sum(calls), 0) FROM \
             daily WHERE day IN (SELECT day FROM day WHERE is_closed = 1)) FROM day WHERE is_closed = 1",
        )?;
        let forgotten = one("SELECT ifnull(sum(calls), 0) FROM forgotten_day")?;
        if read != kept + closed + forgotten {
            let detail = format!(
                "{read} calls were read from its files, but {kept} are in open days, {closed} in closed \
                 days, and {forgotten} are forgotten"
            );
            checked.note("figures", Some("file"), None, detail);
        }
        let mut all = connection.prepare(
            "SELECT day, is_closed, is_stale, duplicates + shared_copies, (SELECT ifnull(sum(calls), 0) \
             FROM daily WHERE daily.day = day.day), (SELECT ifnull(sum(calls), 0) FROM daily JOIN \
             grouping ON id = grouping WHERE daily.day = day.day AND endpoint = 'global'), (SELECT \
             ifnull(sum(calls), 0) FROM daily_caller WHERE daily_caller.day = day.day) FROM day",
        )?;
        let mut rows = all.query([])?;
        while let Some(row) = rows.next()? {
            let day: String = row.get(0)?;
            let number = |at| row.get::<_, i64>(at);
            let (is_closed, is_stale) = (number(1)? == 1, number(2)? == 1);
            let (dropped, calls, global, by_caller) =
                (number(3)?, number(4)?, number(5)?, number(6)?);
            let open = by_day.get(&day).copied().unwrap_or(0);
            let detail = if is_closed && open > 0 {
                format!("it is closed, but {open} calls are still kept one by one")
            } else if is_closed && global != by_caller {
                format!("it has {global} global calls, but {by_caller} by caller")
            } else if !is_closed && !is_stale && calls + dropped != open {
                format!(
                    "{open} calls are kept one by one, but its sums have {calls} calls and {dropped} copies"
                )
            } else {
                continue;
            };
            checked.note("figures", Some("day"), Some(day), detail);
        }
        Ok(())
    }
}

/// The calls that are kept one by one.
fn calls_by_day(
    connection: &Connection,
    checked: &mut Checked,
) -> rusqlite::Result<BTreeMap<String, i64>> {
    let numbers = |sql: &str| -> rusqlite::Result<Set<i64>> {
        connection
            .prepare(sql)?
            .query_map([], |row| row.get(0))?
            .collect()
    };
    let groupings = numbers("SELECT id FROM grouping")?;
    let callers = numbers("SELECT id FROM caller")?;
    let mut by_day: BTreeMap<String, i64> = BTreeMap::new();
    let mut all = connection.prepare("SELECT day, calls FROM calls")?;
    let mut rows = all.query([])?;
    while let Some(row) = rows.next()? {
        let day: String = row.get(0)?;
        let bytes = row.get_ref(1)?.as_blob()?;
        let (mut calls, mut unknown) = (0, 0);
        let mut all = kept::read(bytes);
        for kept in all.by_ref() {
            calls += 1;
            let is_known = groupings.contains(&kept.grouping.into())
                && (kept.caller == 0 || callers.contains(&kept.caller));
            unknown += u64::from(!is_known);
        }
        if !all.is_sound() || unknown > 0 {
            let detail =
                format!("{unknown} of {calls} calls of one file have no grouping or caller");
            checked.note("figures", Some("calls"), Some(day.clone()), detail);
        }
        *by_day.entry(day).or_default() += calls;
    }
    Ok(by_day)
}

impl Checked {
    fn note(
        &mut self,
        check: &'static str,
        table: Option<&str>,
        day: Option<String>,
        detail: String,
    ) {
        self.faults.push(Fault {
            check,
            table: table.map(str::to_owned),
            day,
            detail,
        });
    }
}
