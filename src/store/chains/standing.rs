//! What follows from the digests in a store: the chains, and the days in which logs are missing.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rusqlite::Connection;

use super::forgotten::{self, Traces};
use super::row::Piece;
use crate::aws::{Key, LogId, LogName, Pruning};
use crate::cloudtrail::digest::NamedLog;
use crate::questions::verify::{Asked, ChainRow, Holes, Keys, Verification};
use crate::store::days::added;
use crate::store::tables::schema;
use crate::sts::Time;
use crate::tally::{EarlierDigests, Evidence, Selection};

/// The chains of a store, judged as those of its files would be, and the accounts and Regions with logs and
/// without digests. None if no digest was read.
pub(in crate::store) fn chains<'l>(
    connection: &Connection,
    selection: &Selection,
    pruning: &Pruning,
    of_logs: impl Iterator<Item = &'l (String, String)>,
) -> rusqlite::Result<Vec<ChainRow>> {
    let (mut evidence, forgotten) = evidence(connection, pruning)?;
    if evidence.is_empty() {
        return Ok(Vec::new());
    }
    let goes_back = forgotten.goes_back();
    for (account, region) in of_logs {
        evidence.see_pair(account, region);
    }
    let asked = Asked {
        selection,
        pruning,
        hashed: true,
        findings: false,
        goes_back: goes_back.as_ref(),
    };
    Ok(Verification::of(&evidence, &asked, &Keys::default()).rows)
}

/// What a store knows of digests, and of logs that none has named, but for those that a run over the files
/// would prune.
fn evidence(connection: &Connection, pruning: &Pruning) -> rusqlite::Result<(Evidence, Traces)> {
    let mut evidence = Evidence::default();
    let mut pieces = Piece::all(connection)?;
    let forgotten = Traces::take(connection, &mut pieces)?;
    evidence.earlier = leave_out(&mut pieces, pruning);
    if pieces.is_empty() && evidence.earlier.is_empty() {
        return Ok((evidence, forgotten));
    }
    // Of others nothing is kept but what an ingest read before it knew that they have no digests.
    let mut all = connection.prepare(
        "SELECT account, region, id, minute, is_named FROM unnamed_log AS l WHERE EXISTS (SELECT 1 FROM \
         digest_pair AS d WHERE d.account = l.account AND d.region = l.region)",
    )?;
    let mut rows = all.query([])?;
    while let Some(row) = rows.next()? {
        let (account, region) = (row.get_ref(0)?.as_str()?, row.get_ref(1)?.as_str()?);
        let id = LogId::from_bytes(row.get(2)?);
        match row.get::<_, i64>(4)? {
            CHANGED => note_changed(&mut pieces, (account, region), id, row.get(3)?),
            _ if day_of(id)
                .is_some_and(|day| pruning.prunes(&key((account, region), day)).is_some()) => {}
            _ => evidence.see_log(account, region, id),
        }
    }
    note_newest(connection, &mut evidence)?;
    let mut damaged = connection.prepare(
        "SELECT path || '/' || name, detail FROM file JOIN folder ON folder.id = folder WHERE outcome = \
         'digest' AND detail IS NOT NULL",
    )?;
    let mut rows = damaged.query([])?;
    while let Some(row) = rows.next()? {
        evidence.see_damaged(row.get(0)?, row.get(1)?);
    }
    evidence.digests = pieces.into_iter().map(Piece::found).collect();
    Ok((evidence, forgotten))
}

/// Leaves out the pieces of which all digests are pruned. Gives those that end before the time asked about.
fn leave_out(pieces: &mut Vec<Piece>, pruning: &Pruning) -> EarlierDigests {
    let mut earlier = EarlierDigests::default();
    // It is one thing if a piece ends too early, another if it begins too late.
    let from = Pruning {
        until_day: None,
        ..pruning.clone()
    };
    let until = Pruning {
        first_day: None,
        ..pruning.clone()
    };
    pieces.retain(|piece| {
        piece.key().is_none_or(|of| {
            let pair = (of.account, of.region);
            let prunes = |pruning: &Pruning, millis| {
                day(millis).is_some_and(|day| pruning.prunes_digest(&key(pair, day)).is_some())
            };
            if let Some(last) = day(piece.end).filter(|day| pruning.is_before(&key(pair, *day))) {
                earlier.see(last, &piece.object);
            }
            !prunes(&from, piece.end) && !prunes(&until, piece.start)
        })
    });
    earlier
}

/// The key of what is of an account and Region, and of a day.
fn key((account, region): (&str, &str), day: NaiveDate) -> Key {
    Key {
        account: account.to_owned(),
        region: region.to_owned(),
        day,
    }
}

/// The day (UTC) of a time in milliseconds.
fn day(millis: i64) -> Option<NaiveDate> {
    chrono::DateTime::from_timestamp_millis(millis).map(|time| time.date_naive())
}

/// The day (UTC) in which a log was delivered.
pub(super) fn day_of(id: LogId) -> Option<NaiveDate> {
    id.delivered().map(|time| time.date_naive())
}

/// Notes when the newest log of each account was delivered: it is in the folders of its last day.
fn note_newest(connection: &Connection, evidence: &mut Evidence) -> rusqlite::Result<()> {
    let mut last: BTreeMap<String, (String, Vec<i64>)> = BTreeMap::new();
    let mut all = connection
        .prepare("SELECT id, key_account, key_day FROM folder WHERE key_account IS NOT NULL")?;
    let mut rows = all.query([])?;
    while let Some(row) = rows.next()? {
        let (id, account, day) = (row.get(0)?, row.get(1)?, row.get_ref(2)?.as_str()?);
        let of_account = last.entry(account).or_default();
        if day > &*of_account.0 {
            *of_account = (day.to_owned(), Vec::new());
        }
        if day == of_account.0 {
            of_account.1.push(id);
        }
    }
    let mut names = connection.prepare("SELECT name FROM file WHERE folder = ?1")?;
    for folder in last.into_values().flat_map(|(_, folders)| folders) {
        let mut rows = names.query([folder])?;
        while let Some(row) = rows.next()? {
            let log = LogName::parse(row.get_ref(0)?.as_str()?);
            if let Some(log) = log.filter(LogName::is_of_events) {
                evidence.see_delivery(log.account, log.minute);
            }
        }
    }
    Ok(())
}

/// No digest has named the log.
pub(super) const UNNAMED: i64 = 0;
/// A digest has, with another hash.
pub(super) const NAMED: i64 = 1;
/// A digest had named it, and then its file changed.
pub(in crate::store) const CHANGED: i64 = 2;

/// A log differs that was right when its digest came.
fn note_changed(pieces: &mut [Piece], (account, region): (&str, &str), id: LogId, minute: i64) {
    let time = minute * 60_000;
    let of_pair = |piece: &&mut Piece| {
        (piece.key()).is_some_and(|key| (key.account, key.region) == (account, region))
    };
    // It was delivered when the minute was over, or later.
    let mut pieces: Vec<&mut Piece> = pieces.iter_mut().filter(of_pair).collect();
    pieces.sort_by_key(|piece| piece.end);
    let at = pieces.partition_point(|piece| piece.end < time);
    let at = at.min(pieces.len().saturating_sub(1));
    if let Some(piece) = pieces.get_mut(at) {
        piece.log_files = piece.log_files.saturating_sub(1);
        piece.logs.push(super::row::Pending {
            log: NamedLog::new(id, (0, 0), None, None),
            differs: true,
        });
    }
}

/// Writes down the days of which logs are missing, or may be, as digests say. Gates judge a day again
/// once it is whole.
pub(in crate::store) fn note_holes(connection: &Connection) -> rusqlite::Result<()> {
    let all = Pruning::default();
    let (evidence, forgotten) = evidence(connection, &all)?;
    let goes_back = forgotten.goes_back();
    let asked = Asked {
        selection: &Selection::default(),
        pruning: &all,
        hashed: true,
        findings: true,
        goes_back: goes_back.as_ref(),
    };
    let verification = Verification::of(&evidence, &asked, &Keys::default());
    let mut holes = verification.holes(&Selection {
        since: goes_back.as_ref().map(|one| one.from),
        ..Selection::default()
    });
    let before = read_holes(connection)?;
    let kept_from = schema::kept_from(connection)?;
    holes.retain(|(_, _, day)| kept_from.is_none_or(|from| *day >= from));
    let run = schema::next_run(connection)?;
    for (account, region, day) in before.difference(&holes) {
        connection.execute(
            "DELETE FROM hole WHERE account = ?1 AND region = ?2 AND day = ?3",
            (account, region, day.to_string()),
        )?;
        if kept_from.is_none_or(|from| *day >= from) {
            added::note(connection, &day.to_string(), run)?;
        }
    }
    for (account, region, day) in holes.difference(&before) {
        connection.execute(
            "INSERT INTO hole (account, region, day) VALUES (?1, ?2, ?3)",
            (account, region, day.to_string()),
        )?;
    }
    Ok(())
}

/// The days of which logs are missing, by account and Region.
pub(in crate::store) fn read_holes(connection: &Connection) -> rusqlite::Result<Holes> {
    let mut all = connection.prepare("SELECT account, region, day FROM hole")?;
    let mut rows = all.query([])?;
    let mut holes = Holes::new();
    while let Some(row) = rows.next()? {
        if let Ok(day) = row.get_ref(2)?.as_str()?.parse() {
            holes.insert((row.get(0)?, row.get(1)?, day));
        }
    }
    Ok(holes)
}

/// Forgets what is of days before this one alone.
pub(in crate::store) fn forget(
    connection: &Connection,
    kept_from: NaiveDate,
) -> rusqlite::Result<()> {
    let Some(midnight) = Time::of_midnight(kept_from) else {
        return Ok(());
    };
    forgotten::forget(connection, midnight)?;
    connection.execute(
        "DELETE FROM unnamed_log WHERE minute < ?1",
        [midnight.millis() / 60_000],
    )?;
    connection.execute("DELETE FROM hole WHERE day < ?1", [kept_from.to_string()])?;
    Ok(())
}
