//! Stores of earlier releases → stores of this one.
//!
//! A store that is opened to write is brought up to date in one transaction. A store that is only asked
//! is left as it is: temporary tables and views in memory take the place of what it lacks.

use rusqlite::Connection;

use super::checksums::{self, Checksums};
use super::kept_fixed;
use super::schema::VERSION;

/// The first version that has checksums over its rows.
pub(in crate::store) const FIRST_WITH_CHECKSUMS: i64 = 3;

/// The first version that reads digests.
const FIRST_WITH_DIGESTS: i64 = 4;

/// The first version that keeps calls as [`kept`](super::kept) says.
pub(in crate::store) const FIRST_WITH_RUNS: i64 = 5;

/// The tables that version 4 brought, in the store or beside it: a stand-in is what the step makes.
macro_rules! tables_of_digests {
    ($create:literal) => {
        concat!(
            $create,
            " digest (
    id INTEGER PRIMARY KEY,
    file INTEGER,
    bucket TEXT NOT NULL,
    object TEXT NOT NULL,
    hash BLOB NOT NULL,
    start_time INTEGER NOT NULL,
    end_time INTEGER NOT NULL,
    fingerprint TEXT NOT NULL,
    signed_text TEXT,
    signature TEXT,
    previous_bucket TEXT,
    previous_object TEXT,
    previous_hash BLOB,
    previous_signature TEXT,
    digests INTEGER NOT NULL,
    signed INTEGER NOT NULL,
    is_wrong INTEGER NOT NULL,
    log_files INTEGER NOT NULL,
    is_hashed INTEGER NOT NULL,
    members BLOB NOT NULL,
    logs BLOB NOT NULL,
    UNIQUE (object, bucket, hash)
);
",
            $create,
            " digest_pair (
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    PRIMARY KEY (account, region)
) WITHOUT ROWID;
",
            $create,
            " unnamed_log (
    file INTEGER PRIMARY KEY,
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    minute INTEGER NOT NULL,
    id BLOB NOT NULL,
    hash BLOB,
    is_named INTEGER NOT NULL
);
",
            $create,
            " hole (
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    day TEXT NOT NULL,
    PRIMARY KEY (account, region, day)
) WITHOUT ROWID;
",
        )
    };
}

/// The SQL that brings a store of each version, from the first on, to the next. A step may never
/// change, as users have stores that took it.
const STEPS: [&str; VERSION as usize - 1] = [
    "CREATE TABLE forgotten_day (
    day TEXT PRIMARY KEY,
    calls INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX copies ON file (same_as) WHERE same_as IS NOT NULL;
",
    // What earlier releases could not open, or did not understand, is read again: no file has this
    // stamp.
    // Groupings of earlier versions have no tool, because their agents were not kept.
    "ALTER TABLE grouping ADD COLUMN tool TEXT;
DROP VIEW daily_calls;
CREATE VIEW daily_calls AS
    SELECT d.day, d.calls, d.errors,
        strftime('%Y-%m-%dT%H:%M:%SZ', d.first_event_time / 1000, 'unixepoch') AS first_event_time,
        strftime('%Y-%m-%dT%H:%M:%SZ', d.last_event_time / 1000, 'unixepoch') AS last_event_time,
        g.cause, g.endpoint, g.client_provided_host_header, g.vpc_endpoint_id, g.principal, g.evidence, g.endpoint_region, g.endpoint_variant, g.principal_type, g.account_id, g.recipient_account_id, g.aws_region, g.aws_serving_region, g.event_name, g.error_code, g.role_arn, g.invoked_by, g.sdk, g.sdk_version, g.tls_version, g.key_exchange, g.tool
    FROM daily AS d JOIN grouping AS g ON g.id = d.grouping;
CREATE TABLE checksum (
    of TEXT NOT NULL,
    day TEXT NOT NULL,
    rows INTEGER NOT NULL,
    sum INTEGER NOT NULL,
    PRIMARY KEY (of, day)
) WITHOUT ROWID;
ALTER TABLE folder ADD COLUMN read_in INTEGER NOT NULL DEFAULT 0;
ALTER TABLE file ADD COLUMN not_understood INTEGER NOT NULL DEFAULT 0;
ALTER TABLE day ADD COLUMN seen_in INTEGER NOT NULL DEFAULT 0;
UPDATE file SET size = 0, modified = -1
    WHERE outcome IN ('damaged', 'empty', 'not-cloudtrail') OR (outcome = 'read' AND records = 0);",
    tables_of_digests!("CREATE TABLE"),
    // Beside it, calls are moved, as SQL cannot: see `bring_up`.
    "ALTER TABLE calls RENAME TO calls_4;
DROP INDEX calls_of_file;
DROP INDEX calls_of_day;
CREATE TABLE calls (
    day TEXT NOT NULL,
    file INTEGER NOT NULL,
    calls BLOB NOT NULL,
    PRIMARY KEY (day, file)
);
",
];

/// The SQL that adds in memory what a store of each version lacks to be asked.
const STAND_INS: [&str; VERSION as usize - 1] = [
    "CREATE TEMP TABLE forgotten_day (day TEXT PRIMARY KEY, calls INTEGER NOT NULL);",
    "CREATE TEMP VIEW grouping AS SELECT *, NULL AS tool FROM main.grouping;
CREATE TEMP VIEW folder AS SELECT *, 0 AS read_in FROM main.folder;
CREATE TEMP VIEW file AS SELECT *, 0 AS not_understood FROM main.file;
CREATE TEMP VIEW day AS SELECT *, 0 AS seen_in FROM main.day;",
    tables_of_digests!("CREATE TEMP TABLE"),
    "CREATE TEMP VIEW calls AS SELECT day, file, stscope_calls(calls) AS calls FROM main.calls;",
];

/// The steps from this version on.
fn from(steps: &[&'static str], version: i64) -> String {
    let done = usize::try_from(version - 1).unwrap_or(0);
    steps[done.min(steps.len())..].concat()
}

/// Brings a store of this version up to date: completely, or not at all.
pub(in crate::store) fn bring_up(
    connection: &mut Connection,
    version: i64,
) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    if (FIRST_WITH_CHECKSUMS..FIRST_WITH_RUNS).contains(&version) {
        // What is damaged would get sums that fit.
        Checksums::read(&transaction)?.verify(&transaction, &["calls"])?;
    }
    transaction.execute_batch(&from(&STEPS, version))?;
    if version < FIRST_WITH_RUNS {
        let sums = kept_fixed::move_all(&transaction)?;
        transaction.execute_batch("DROP TABLE calls_4")?;
        if version >= FIRST_WITH_CHECKSUMS {
            checksums::replace(&transaction, "calls", &sums)?;
        }
    }
    if version < FIRST_WITH_CHECKSUMS {
        checksums::write_all(&transaction)?;
    }
    if version < FIRST_WITH_DIGESTS {
        // Digests were passed by: no file has this stamp, so they are read now.
        checksums::keep_up(&transaction)?;
        transaction
            .execute_batch("UPDATE file SET size = 0, modified = -1 WHERE outcome = 'digest'")?;
    }
    transaction.pragma_update(None, "user_version", VERSION)?;
    transaction.commit()
}

/// Makes a store of this version one that can be asked, without writing to it.
pub(in crate::store) fn stand_in(connection: &Connection, version: i64) -> rusqlite::Result<()> {
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.execute_batch(&from(&STAND_INS, version))
}
