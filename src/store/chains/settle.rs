//! The end of a run: what digests name is looked for among what was read, and what is settled is put
//! together.
//!
//! Whatever ended the run before, the rows say what is to be done: a digest that was read and not looked
//! at is one of which all logs are to come.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, OptionalExtension as _, params};

use super::row::{Pending, Piece};
use super::standing::{CHANGED, NAMED, UNNAMED, day_of, note_holes};
use crate::aws::{DigestKey, LogId, LogName};
use crate::cloudtrail::digest::Hash;
use crate::collections::{Map, Set};
use crate::questions::verify::{Keys, Signature};
use crate::store::tables::batch::Batch;

/// Of an account and Region without digests, hashes are kept so many minutes: one may yet come.
const WITHOUT_DIGESTS: i64 = 7 * 24 * 60;

/// Looks for what digests name.
pub(in crate::store) fn settle(batch: &mut Batch<'_>, keys: &Keys) -> rusqlite::Result<()> {
    let connection = batch.step()?;
    let mut pieces = Piece::all(connection)?;
    pieces.retain(|piece| !piece.is_trace());
    if pieces.is_empty() {
        return forget_hashes(connection);
    }
    let mut chains: BTreeMap<(DigestKey<'_>, &str), Vec<Piece>> = BTreeMap::new();
    for piece in &pieces {
        if let Some(key) = piece.key() {
            let chain = chains.entry((key, &piece.bucket)).or_default();
            chain.push(piece.clone());
        }
    }
    let pairs: BTreeSet<_> = (chains.keys())
        .map(|(key, _)| (key.account, key.region))
        .collect();
    look_back(connection, &pairs)?;
    let mut ledger = Ledger::read(connection)?;
    for ((key, _), chain) in &mut chains {
        chain.sort_by_key(|piece| (piece.end, piece.start, piece.id));
        forget_copies(connection, chain)?;
        for piece in chain.iter_mut() {
            if look_for_logs(connection, key, piece, &mut ledger)? {
                piece.write(connection)?;
            }
        }
    }
    // A trail may have moved: the digest before is in another bucket.
    let mut all: Vec<Piece> = chains.into_values().flatten().collect();
    check_signatures(connection, &mut all, keys)?;
    put_together(connection, all)?;
    forget_hashes(connection)?;
    note_holes(connection)
}

/// Notes the logs that were read of accounts and Regions whose first digest came now.
fn look_back(connection: &Connection, pairs: &BTreeSet<(&str, &str)>) -> rusqlite::Result<()> {
    let mut new: Set<(&str, &str)> = Set::default();
    for &(account, region) in pairs {
        let added = connection
            .prepare_cached("INSERT OR IGNORE INTO digest_pair (account, region) VALUES (?1, ?2)")?
            .execute([account, region])?;
        if added > 0 {
            new.insert((account, region));
        }
    }
    if new.is_empty() {
        return Ok(());
    }
    let mut all = connection.prepare("SELECT id, name FROM file WHERE outcome <> 'same'")?;
    let mut rows = all.query([])?;
    while let Some(row) = rows.next()? {
        let name = row.get_ref(1)?.as_str()?;
        if let Some(log) = LogName::parse_whole(name)
            && log.is_of_events()
            && new.contains(&(log.account, log.region))
        {
            let id = LogId::of(name, Some(&log)).to_bytes();
            connection
                .prepare_cached(
                    "INSERT OR IGNORE INTO unnamed_log (file, account, region, minute, id, is_named) \
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                )?
                .execute(params![
                    row.get::<_, i64>(0)?,
                    log.account,
                    log.region,
                    log.minute,
                    id,
                    UNNAMED
                ])?;
        }
    }
    Ok(())
}

/// Notes that a log was read, and the hash of its content, if that was looked at. `was_sound` says
/// whether it was read before, with another content.
pub(in crate::store) fn note_log(
    connection: &Connection,
    file: i64,
    name: &str,
    hash: Option<&Hash>,
    was_sound: bool,
) -> rusqlite::Result<()> {
    let Some(log) = LogName::parse_whole(name).filter(LogName::is_of_events) else {
        return Ok(());
    };
    // One that changes before it is named is compared as it is then.
    let state = match was_sound {
        true => CHANGED,
        false => UNNAMED,
    };
    connection
        .prepare_cached(
            "INSERT INTO unnamed_log (file, account, region, minute, id, hash, is_named) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (file) DO UPDATE SET hash = excluded.hash",
        )?
        .execute(params![
            file,
            log.account,
            log.region,
            log.minute,
            LogId::of(name, Some(&log)).to_bytes(),
            hash,
            state
        ])?;
    Ok(())
}

/// What was read.
struct Ledger {
    /// What is known of the content of each copy of a log that no digest has named, or whose content was
    /// another.
    unnamed: Map<LogId, Vec<Option<Hash>>>,
    /// The folders of an account, Region and day, by its key; made when it is needed.
    folders: Option<Map<String, Vec<i64>>>,
}

impl Ledger {
    fn read(connection: &Connection) -> rusqlite::Result<Ledger> {
        let mut unnamed: Map<LogId, Vec<Option<Hash>>> = Map::default();
        let mut all =
            connection.prepare("SELECT id, hash FROM unnamed_log WHERE is_named <> ?1")?;
        let mut rows = all.query([CHANGED])?;
        while let Some(row) = rows.next()? {
            let copies = unnamed.entry(LogId::from_bytes(row.get(0)?)).or_default();
            copies.push(row.get(1)?);
        }
        Ok(Ledger {
            unnamed,
            folders: None,
        })
    }

    /// Whether a log was read that another digest has named before.
    fn was_read(
        &mut self,
        connection: &Connection,
        key: &DigestKey<'_>,
        id: LogId,
    ) -> rusqlite::Result<bool> {
        let (Some(name), Some(day)) = (id.name(key.account, key.region), day_of(id)) else {
            return Ok(false);
        };
        let folders = match &mut self.folders {
            Some(folders) => folders,
            none => none.insert(folders(connection)?),
        };
        let place = format!("{} {} {day}", key.account, key.region);
        let elsewhere = String::new();
        for folder in [place, elsewhere]
            .iter()
            .flat_map(|of| folders.get(of))
            .flatten()
        {
            let found: Option<i64> = connection
                .prepare_cached("SELECT id FROM file WHERE folder = ?1 AND name = ?2")?
                .query_row((folder, &name), |row| row.get(0))
                .optional()?;
            if found.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

fn folders(connection: &Connection) -> rusqlite::Result<Map<String, Vec<i64>>> {
    let mut folders: Map<String, Vec<i64>> = Map::default();
    let mut all = connection.prepare(
        "SELECT id, ifnull(key_account || ' ' || key_region || ' ' || key_day, '') FROM folder",
    )?;
    let mut rows = all.query([])?;
    while let Some(row) = rows.next()? {
        folders.entry(row.get(1)?).or_default().push(row.get(0)?);
    }
    Ok(folders)
}

/// Takes out copies of digests that are in a piece already.
fn forget_copies(connection: &Connection, chain: &mut Vec<Piece>) -> rusqlite::Result<()> {
    let mut copies: Set<i64> = Set::default();
    let pieces: Vec<&Piece> = chain.iter().filter(|piece| piece.digests > 1).collect();
    for one in chain.iter().filter(|one| one.digests == 1) {
        let mut pieces = pieces.iter();
        if pieces.any(|piece| piece.start <= one.start && piece.has(&one.hash)) {
            one.delete(connection)?;
            copies.insert(one.id);
        }
    }
    chain.retain(|piece| !copies.contains(&piece.id));
    Ok(())
}

/// Looks for the logs that are to come. Says whether anything has changed.
fn look_for_logs(
    connection: &Connection,
    key: &DigestKey<'_>,
    piece: &mut Piece,
    ledger: &mut Ledger,
) -> rusqlite::Result<bool> {
    let before = (
        piece.logs.len(),
        piece.logs.iter().filter(|log| log.differs).count(),
    );
    let mut left = Vec::new();
    for Pending { log, .. } in std::mem::take(&mut piece.logs) {
        let named = log.hash.as_deref();
        let is_waiting = ledger.unnamed.contains_key(&log.id);
        if !is_waiting && ledger.was_read(connection, key, log.id)? {
            // Its hash is gone, as another digest has named it.
            piece.is_hashed = false;
            piece.log_files += 1;
            continue;
        }
        match ledger.unnamed.get(&log.id) {
            Some(copies) => {
                let differs = |copy: &Option<Hash>| {
                    copy.as_ref()
                        .is_some_and(|hash| named.is_some_and(|named| hash != named))
                };
                if copies.iter().any(differs) {
                    // It may be mended, so its hash is kept.
                    connection
                        .prepare_cached("UPDATE unnamed_log SET is_named = ?2 WHERE id = ?1")?
                        .execute(params![log.id.to_bytes(), NAMED])?;
                    left.push(Pending { log, differs: true });
                    continue;
                }
                piece.is_hashed &= named.is_some() && copies.iter().all(Option::is_some);
                connection
                    .prepare_cached("DELETE FROM unnamed_log WHERE id = ?1")?
                    .execute([log.id.to_bytes()])?;
                ledger.unnamed.remove(&log.id);
            }
            None => {
                left.push(Pending {
                    log,
                    differs: false,
                });
                continue;
            }
        }
        piece.log_files += 1;
    }
    piece.logs = left;
    let after = (
        piece.logs.len(),
        piece.logs.iter().filter(|log| log.differs).count(),
    );
    Ok(before != after)
}

/// Checks the signatures of digests that came with them, or in the digests after them.
fn check_signatures(
    connection: &Connection,
    all: &mut [Piece],
    keys: &Keys,
) -> rusqlite::Result<()> {
    if keys.is_empty() {
        return Ok(());
    }
    let mut next: Map<(&str, &str), &str> = Map::default();
    for piece in all.iter() {
        // It is empty where it was read without keys.
        if let Some(previous) = &piece.previous
            && !previous.signature.is_empty()
        {
            next.insert((&previous.bucket, &previous.object), &previous.signature);
        }
    }
    let mut checked: Vec<(usize, Signature)> = Vec::new();
    for (at, piece) in all.iter().enumerate() {
        let Some(text) = &piece.signed_text else {
            continue;
        };
        // What was put together without keys stays as it is: nobody could tell later which of it was checked.
        if piece.signed + 1 != piece.digests {
            continue;
        }
        let of_next = next.get(&(&*piece.bucket, &*piece.object)).copied();
        let of_itself = piece.signature.as_deref();
        let signatures = of_next.into_iter().chain(of_itself);
        let results = signatures.map(|one| keys.check(&piece.fingerprint, text, one));
        let worst = results.reduce(|one, other| match (one, other) {
            (Signature::Wrong, _) | (_, Signature::Wrong) => Signature::Wrong,
            (Signature::Right, _) | (_, Signature::Right) => Signature::Right,
            _ => Signature::NoKey,
        });
        checked.push((at, worst.unwrap_or(Signature::NoKey)));
    }
    for (at, signature) in checked {
        let piece = &mut all[at];
        match signature {
            Signature::NoKey => continue,
            Signature::Wrong if piece.is_wrong => continue,
            Signature::Wrong => piece.is_wrong = true,
            // Until the next digest has said so, too, the text is kept.
            Signature::Right => {
                piece.signed += 1;
                piece.signed_text = None;
            }
        }
        piece.write(connection)?;
    }
    Ok(())
}

/// Puts pieces together of which one goes on where the other ends, and of which nothing is to come.
fn put_together(connection: &Connection, all: Vec<Piece>) -> rusqlite::Result<()> {
    let mut by_chain: BTreeMap<(String, Box<str>), Vec<Piece>> = BTreeMap::new();
    for piece in all {
        by_chain.entry(piece.place()).or_default().push(piece);
    }
    for mut chain in by_chain.into_values() {
        chain.sort_by_key(|piece| (piece.end, piece.start, piece.id));
        let mut last: Option<Piece> = None;
        let mut changed = false;
        let write = |piece: &Piece, changed: bool| match changed {
            true => piece.write(connection),
            false => Ok(()),
        };
        for mut piece in chain {
            match last.take() {
                Some(before) if before.is_before(&piece) && are_alike(&before, &piece) => {
                    before.delete(connection)?;
                    piece.prepend(before);
                    changed = true;
                }
                Some(before) => {
                    write(&before, changed)?;
                    changed = false;
                }
                None => {}
            }
            last = Some(piece);
        }
        if let Some(last) = last {
            write(&last, changed)?;
        }
    }
    Ok(())
}

/// Whether nothing is to come of either, and both are as well known.
fn are_alike(before: &Piece, after: &Piece) -> bool {
    let hashed = |piece: &Piece| (piece.log_files > 0).then_some(piece.is_hashed);
    let is_same = match (hashed(before), hashed(after)) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    };
    // What is signed and what was read without signatures are apart, so that each is judged for its own time;
    // and nothing is said of a key that may yet come.
    let is_signed = |piece: &Piece| match piece.signed {
        0 if piece.signed_text.is_none() => Some(false),
        signed => (signed == piece.digests).then_some(true),
    };
    let is_checked = is_signed(before).is_some_and(|one| is_signed(after) == Some(one));
    before.is_settled() && after.is_settled() && is_same && is_checked
}

/// Forgets hashes of logs of accounts and Regions that have no digests, after some days.
fn forget_hashes(connection: &Connection) -> rusqlite::Result<()> {
    let newest: Option<i64> =
        connection.query_row("SELECT max(minute) FROM unnamed_log", [], |row| row.get(0))?;
    let Some(newest) = newest else {
        return Ok(());
    };
    connection.execute(
        "DELETE FROM unnamed_log WHERE minute < ?1 AND NOT EXISTS (SELECT 1 FROM digest_pair AS d \
         WHERE d.account = unnamed_log.account AND d.region = unnamed_log.region)",
        [newest - WITHOUT_DIGESTS],
    )?;
    Ok(())
}
